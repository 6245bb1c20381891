"""Goods that come before their notice are those of the notice, in any order of notice, receipts and sales."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.work.post import post_credits
from pipelines.work.process import process
from tests.world.town import BOWL, File, Town, counted, counts, line, notice, receipt, sale, some_orders, town_at

SSCC, OTHER_SSCC = "095200000000000013", "095200000000000020"
SALE = sale("I1", 20, 999, on=1)
NOTICE = notice("R1", line(5), on=50)


def stands(town: Town) -> list[tuple[Any, ...]]:
    """Line, bucket, condition and units."""
    return sorted((row[0], row[2], row[3], row[4]) for row in town.standing())


def differences(town: Town) -> list[tuple[str, int]]:
    return sorted((row["kind"], row["units"]) for row in town.store.query("reports/differences.sql").to_pylist())


def cartons(town: Town, return_id: str) -> dict[str, str]:
    rows = town.store.table("carton", return_id=return_id).to_pylist()
    return {row["carton"]: row["state"] for row in rows}


def test_the_notice_finds_its_goods_by_its_number(town: Town) -> None:
    town.deliver(SALE, receipt("W1", 4, "R1", complete=True))
    assert stands(town) == [("shop/DOCK-W1/1", "received", "sellable", 4)]
    town.deliver(NOTICE)
    assert stands(town) == [("shop/R1/1", "received", "sellable", 4)]
    assert differences(town) == [("short", 1)]
    assert [row["code"] for row in town.store.findings(code="RECEIPT-SHORT").to_pylist()] == ["RECEIPT-SHORT"]
    assert town.balances() == {"WR01/I1/1": (4, 3996, 759)}
    assert town.store.verify() == []
    town.settle()
    assert town.store.verify() == []


def test_the_notice_finds_its_goods_by_the_box(town: Town) -> None:
    town.deliver(SALE, counts("W1", counted(5, carton=SSCC), counted(2, BOWL, carton=OTHER_SSCC), complete=True))
    town.deliver(notice("R1", line(5, carton=SSCC)))
    assert ("shop/R1/1", "received", "sellable", 5) in stands(town)
    assert ("shop/DOCK-W1/2", "received", "sellable", 2) in stands(town)
    assert cartons(town, "shop/R1") == {SSCC: "verified"}
    assert town.store.verify() == []


def test_what_nobody_announced_is_more_than_announced(town: Town) -> None:
    town.deliver(SALE, counts("W1", counted(6), counted(1, BOWL), of="R1"))
    town.deliver(NOTICE)
    assert [row[1:] for row in stands(town)] == [
        ("received", "sellable", 5), ("received", "sellable", 1), ("received", "sellable", 1),
    ]  # fmt: skip
    assert differences(town) == [("over", 1), ("over", 1)]
    assert town.store.verify() == []


def test_a_notice_of_other_goods_moves_nothing(town: Town) -> None:
    town.deliver(SALE, receipt("W1", 4, "R2"))
    before = town.movements()
    town.deliver(NOTICE)
    assert town.movements() == before + 1
    assert town.store.table("due_event", event="count").num_rows == 0


def test_a_run_that_died_between_notice_and_goods_is_made_up_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.deliver(SALE, receipt("W1", 4, "R1"))
    with monkeypatch.context() as dying:
        dying.setattr("pipelines.work.process.count_late", lambda hub, partner: None)
        town.deliver(NOTICE)
    assert ("shop/R1/1", "announced", None, 5) in stands(town)
    process(town.hub, town.hub.catalog.partner("shop").partner)
    assert stands(town) == [("shop/R1/1", "announced", None, 1), ("shop/R1/1", "received", "sellable", 4)]
    assert town.store.table("due_event", event="count")["met"].to_pylist() == [True]
    assert town.store.verify() == []


def test_what_was_credited_before_the_notice_stays_where_it_is(town: Town) -> None:
    town.deliver(SALE, receipt("W1", 4, "R1"))
    town.settle()
    post_credits(town.store, town.hub.erp, "me", town.hub.now, "shop")
    before = town.balances()["WR01/I1/1"]
    town.deliver(NOTICE)
    (total,) = town.store.query("reports/totals.sql").to_pylist()
    assert (before[0], total["credited_units"]) == (4, 4)
    assert town.store.verify() == []


@pytest.mark.parametrize("most", [2, pytest.param(24, marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    "files",
    [
        [NOTICE, receipt("W1", 4, "R1", complete=True), SALE],
        [NOTICE, receipt("W1", 6, "R1", condition="second"), SALE, sale("I0", 2, 1003, on=0)],
        [notice("R1", line(3), line(2, BOWL)), counts("W1", counted(2), counted(3, BOWL), of="R1"), SALE],
        [notice("R1", line(5, carton=SSCC)), counts("W1", counted(4, carton=SSCC), complete=True), SALE],
        [NOTICE, receipt("W1", 2, "R1", on=60), receipt("W2", 4, "R1", on=59, complete=True), SALE],
        [NOTICE, receipt("W1", 2, "R1"), counts("W1", counted(4), of="R1", on=62, purpose="replace"), SALE],
        [NOTICE, receipt("W1", 2, "R1"), notice("R2", line(4), on=40), sale("I1", 6, 999)],
    ],
    ids=["short", "over", "two items", "by the box", "two receipts", "told anew", "another return"],
)
def test_notice_receipts_and_sales_may_come_in_any_order(
    built: Path, tmp_path: Path, files: list[File], most: int
) -> None:
    ends = {}
    for number, order in enumerate(some_orders(files, most)):
        with town_at(built, tmp_path / str(number)) as town:
            for file in order:
                town.deliver(file)
            assert town.store.verify() == []
            ends[repr((town.standing(), town.balances(), differences(town), cartons(town, "shop/R1")))] = [
                files.index(file) for file in order
            ]
    assert len(ends) == 1, "\n".join(f"{order}: {end}" for end, order in sorted(ends.items()))
