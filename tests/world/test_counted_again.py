"""Receipts that are taken back or told anew: what they counted follows them, what was decided stays, in any order."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.work.post import post_credits
from tests.world.town import BOWL, File, Town, counted, counts, line, notice, receipt, sale, some_orders, town_at

SALE = sale("I1", 20, 999)
NOTICE = notice("R1", line(5), on=50)
FIRST = receipt("W1", 4, "R1", on=60)


def anew(*lines: Any, on: int = 61, **told: Any) -> File:
    return counts("W1", *lines, **{"of": "R1", "on": on, "purpose": "replace"} | told)


def cancel(on: int = 61) -> File:
    return counts("W1", {}, of="R1", on=on, purpose="cancel")


def stands(town: Town) -> list[tuple[Any, ...]]:
    """Sale, bucket, condition and units."""
    return sorted((row[1], row[2], row[3], row[4]) for row in town.standing())


def told(town: Town, prefix: str = "") -> list[str]:
    return [row["code"] for row in town.store.findings().to_pylist() if row["code"].startswith(prefix)]


def differences(town: Town) -> list[tuple[str, int]]:
    return sorted((row["kind"], row["units"]) for row in town.store.query("reports/differences.sql").to_pylist())


def short(town: Town) -> int:
    (total,) = town.store.query("reports/totals.sql").to_pylist()
    return total["short_units"]


def test_less_came_than_was_counted(town: Town) -> None:
    town.deliver(SALE, NOTICE, FIRST)
    town.deliver(anew(counted(3)))
    assert stands(town) == [("WR01/I1/1", "announced", None, 2), ("WR01/I1/1", "received", "sellable", 3)]
    assert (told(town), town.store.verify()) == ([], [])
    moves = {(row["from_bucket"], row["to_bucket"], row["units"]) for row in town.store.table("movement").to_pylist()}
    assert ("received", "announced", 4) in moves


def test_less_came_in_a_box_that_was_counted_in_full(town: Town) -> None:
    town.deliver(SALE, NOTICE, FIRST)
    town.deliver(anew(counted(3), complete=True))
    assert stands(town) == [("WR01/I1/1", "received", "sellable", 3)]
    assert (short(town), differences(town)) == (2, [("short", 2)])
    assert town.balances() == {"WR01/I1/1": (3, 2997, 569)}
    assert town.store.verify() == []


def test_more_came_than_was_counted(town: Town) -> None:
    town.deliver(SALE, NOTICE, receipt("W1", 2, "R1", complete=True))
    assert short(town) == 3
    town.deliver(anew(counted(4), complete=True))
    assert stands(town) == [("WR01/I1/1", "received", "sellable", 4)]
    assert (short(town), differences(town)) == (1, [("short", 1)])
    assert town.balances() == {"WR01/I1/1": (4, 3996, 759)}
    assert town.store.verify() == []


def test_units_that_were_missed_come_back_although_their_sale_is_taken(town: Town) -> None:
    town.deliver(sale("I1", 5, 999), NOTICE, receipt("W1", 2, "R1", complete=True), notice("R2", line(3), on=55))
    assert town.balances() == {"WR01/I1/1": (5, 4995, 949)}
    town.deliver(anew(counted(5), complete=True))
    assert stands(town) == [("LINE-BEYOND-SOLD", "announced", None, 3), ("WR01/I1/1", "received", "sellable", 5)]
    assert town.store.verify() == []


def test_the_condition_was_another(town: Town) -> None:
    town.deliver(SALE, NOTICE, FIRST)
    town.deliver(anew(counted(3), counted(1, condition="damaged")))
    assert [row for row in stands(town) if row[1] == "received"] == [
        ("WR01/I1/1", "received", "damaged", 1), ("WR01/I1/1", "received", "sellable", 3),
    ]  # fmt: skip
    assert (differences(town), town.store.verify()) == ([("damaged", 1)], [])


def test_another_item_came(town: Town) -> None:
    town.deliver(SALE, sale("B1", 9, gtin=BOWL), notice("R1", line(5), line(2, BOWL), on=50), FIRST)
    town.deliver(anew(counted(2), counted(3, BOWL)))
    assert stands(town) == [
        ("WR01/B1/1", "received", "sellable", 1), ("WR01/B1/1", "received", "sellable", 2),
        ("WR01/I1/1", "announced", None, 3), ("WR01/I1/1", "received", "sellable", 2),
    ]  # fmt: skip
    assert (differences(town), town.store.verify()) == ([("over", 1)], [])


def test_a_receipt_that_is_taken_back_counted_nothing(town: Town) -> None:
    town.deliver(SALE, NOTICE, receipt("W1", 7, "R1"))
    town.deliver(cancel())
    assert stands(town) == [("WR01/I1/1", "announced", None, 5)]
    assert town.balances() == {"WR01/I1/1": (5, 4995, 949)}
    assert (told(town, "DOC"), differences(town), town.store.verify()) == ([], [], [])


def test_goods_that_nobody_announced_are_counted_again(town: Town) -> None:
    town.deliver(SALE, receipt("W1", 3, on=60))
    town.deliver(anew(counted(1), counted(1, condition="second"), of=""))
    assert stands(town) == [("WR01/I1/1", "received", "second", 1), ("WR01/I1/1", "received", "sellable", 1)]
    assert town.store.verify() == []


def test_what_other_receipts_counted_stays_or_takes_the_room(town: Town) -> None:
    town.deliver(SALE, NOTICE, FIRST, receipt("W2", 3, "R1", on=62))
    assert differences(town) == [("over", 2)]
    town.deliver(anew(counted(2)))
    assert {(row[0], row[2], row[4]) for row in town.standing()} == {("shop/R1/1", "received", 5)}
    assert town.store.verify() == []


@pytest.mark.parametrize(("units", "still_open", "beyond"), [(5, 3, 0), (2, 0, 0), (1, 0, 1)])
@pytest.mark.parametrize("credited", [False, True])
def test_decided_units_never_move(town: Town, units: int, still_open: int, beyond: int, credited: bool) -> None:
    town.deliver(SALE, NOTICE, receipt("W1", 2, "R1", complete=True))
    town.settle()
    if credited:
        post_credits(town.store, town.hub.erp, "me", town.hub.now, "shop")
    town.deliver(anew(counted(units), complete=True))
    assert sum(row[4] for row in town.standing() if row[2] == "received") == still_open
    assert sum(row[4] for row in town.standing() if row[2] == "announced") == 0
    assert [one for one in differences(town) if one[0] == "decided"] == [("decided", beyond)] * bool(beyond)
    assert told(town, "RECEIPT-DECIDED") == ["RECEIPT-DECIDED-BEFORE"] * bool(beyond)
    assert town.balances()["WR01/I1/1"][0] == 2 + still_open
    town.settle()
    assert town.store.verify() == []


def test_a_credit_in_another_condition_is_told(town: Town) -> None:
    town.deliver(SALE, NOTICE, receipt("W1", 2, "R1"))
    town.settle()
    town.deliver(anew(counted(2, condition="damaged")))
    assert (told(town, "RECEIPT-DECIDED"), differences(town)) == (["RECEIPT-DECIDED-BEFORE"], [("decided", 2)])
    town.deliver(cancel(on=70))
    assert (told(town, "RECEIPT-DECIDED"), town.store.verify()) == (["RECEIPT-DECIDED-BEFORE"] * 2, [])


def test_what_a_replaced_notice_held_is_not_awaited_again(town: Town) -> None:
    town.deliver(SALE, NOTICE, FIRST, notice("R1", line(3), on=52, purpose="replace"))
    assert sorted(row[4] for row in town.standing()) == [1, 3]
    town.deliver(anew(counted(2)))
    assert [(row[0].count("/"), row[2], row[4]) for row in town.standing()] == [(3, "announced", 1), (3, "received", 2)]
    assert town.store.verify() == []


def test_a_notice_that_was_taken_back_awaits_nothing(town: Town) -> None:
    town.deliver(SALE, NOTICE, receipt("W1", 5, "R1"), notice("R1", {}, on=52, purpose="cancel"))
    town.deliver(anew(counted(2)))
    assert stands(town) == [("WR01/I1/1", "received", "sellable", 2)]
    assert town.store.verify() == []


def test_receipts_of_one_number_without_a_purpose_still_contradict_each_other(town: Town) -> None:
    town.deliver(SALE, NOTICE, FIRST)
    town.deliver(receipt("W1", 3, "R1"))
    assert told(town, "DOC") == ["DOC-CONFLICT"]


@pytest.mark.parametrize("most", [2, pytest.param(24, marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    "versions",
    [
        [FIRST, anew(counted(3), complete=True)],
        [receipt("W1", 2, "R1", complete=True), anew(counted(6, condition="second"))],
        [FIRST, cancel(), receipt("W2", 3, "R1", on=62)],
        [FIRST, anew(counted(2)), receipt("W2", 4, "R1", on=59)],
        [FIRST, anew(counted(2), on=62), anew(counted(3, BOWL), counted(1), on=63)],
        [FIRST, anew(counted(2), on=62), cancel(on=63)],
        [receipt("W1", 3), anew(counted(2), counted(1, BOWL), of="")],
        [FIRST, anew(counted(3), on=62, complete=True), sale("I0", 2, 1003, on=0), notice("R2", line(4), on=40)],
    ],
    ids=["less", "more", "taken back", "two receipts", "twice", "and taken back", "nobody announced", "other goods"],
)
def test_versions_may_come_in_any_order(built: Path, tmp_path: Path, versions: list[File], most: int) -> None:
    ends = set()
    for number, order in enumerate(some_orders(versions, most)):
        with town_at(built, tmp_path / str(number)) as town:
            town.deliver(SALE, NOTICE)
            for file in order:
                town.deliver(file)
            assert town.store.verify() == []
            ends.add(repr((town.standing(), town.balances(), differences(town))))
    assert len(ends) == 1, "\n".join(sorted(ends))
