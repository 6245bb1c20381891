"""Notices that are taken back or told anew: what is announced follows them, what came stays, in any order."""

from pathlib import Path
from typing import Any

import pytest

from tests.world.town import BOWL, Town, line, notice, receipt, sale, some_orders, town_at

SALE = sale("I1", 9, 999)
FIRST = notice("R1", line(5, po="P1"), on=50)


def cancel(on: int = 52) -> Any:
    return notice("R1", {}, on=on, purpose="cancel")


def anew(*lines: Any, on: int = 52) -> Any:
    return notice("R1", *lines, on=on, purpose="replace")


def placed(town: Town) -> list[tuple[Any, ...]]:
    """Sale, bucket, condition and units of the lines, without their names."""
    return sorted((row[1], row[2], row[3], row[4]) for row in town.standing())


def told(town: Town) -> list[str]:
    return [row["code"] for row in town.store.findings().to_pylist() if row["code"].startswith("DOC")]


def test_what_is_announced_is_cancelled_with_its_notice(town: Town) -> None:
    town.deliver(SALE, FIRST)
    town.deliver(cancel())
    assert (town.standing(), town.balances(), told(town)) == ([], {"WR01/I1/1": (0, 0, 0)}, [])
    (total,) = town.store.query("reports/totals.sql").to_pylist()
    assert (total["announced_units"], total["cancelled_units"], total["open_units"]) == (5, 5, 0)
    assert town.store.verify() == []


def test_a_cancel_that_comes_first_takes_its_notice_back_when_it_comes(town: Town) -> None:
    town.deliver(SALE, cancel())
    town.deliver(FIRST)
    assert (town.standing(), told(town)) == ([], ["DOC-SUPERSEDED"])
    assert town.store.verify() == []


def test_goods_that_had_come_stay_when_the_notice_is_taken_back(town: Town) -> None:
    town.deliver(SALE, FIRST, receipt("W1", 2, "R1"))
    town.deliver(cancel())
    assert placed(town) == [("WR01/I1/1", "received", "sellable", 2)]
    assert told(town) == ["DOC-CANCEL-LATE"]
    assert town.store.verify() == []


@pytest.mark.both_databases
def test_what_it_gives_back_goes_to_others(town: Town) -> None:
    town.deliver(sale("I1", 5, 999), FIRST, notice("R2", line(2), on=60))
    assert ("LINE-BEYOND-SOLD", "announced", None, 2) in placed(town)
    town.deliver(cancel())
    assert placed(town) == [("WR01/I1/1", "announced", None, 2)]


@pytest.mark.both_databases
def test_a_new_version_takes_the_place_of_the_old(town: Town) -> None:
    town.deliver(SALE, sale("B1", 9, gtin=BOWL), FIRST)
    town.deliver(anew(line(3), line(2, BOWL)))
    assert placed(town) == [("WR01/B1/1", "announced", None, 2), ("WR01/I1/1", "announced", None, 3)]
    (of,) = town.store.returns("shop").to_pylist()
    assert str(of["returned_on"]) == "2026-02-22"
    assert town.store.verify() == []


def test_what_was_counted_in_is_that_of_the_new_version(town: Town) -> None:
    town.deliver(SALE, sale("I0", 9, 1003, on=5, po="P2"), FIRST, receipt("W1", 3, "R1", condition="second"))
    town.deliver(anew(line(4, po="P2")))
    assert placed(town) == [("WR01/I0/1", "announced", None, 1), ("WR01/I0/1", "received", "second", 3)]
    assert {row[0].count("/") for row in town.standing()} == {3}  # lines of the new version carry its document's id
    assert (told(town), town.store.verify()) == ([], [])


def test_goods_beyond_the_new_version_go_on_in_a_line_of_their_own(town: Town) -> None:
    town.deliver(SALE, FIRST, receipt("W1", 4, "R1"))
    town.deliver(anew(line(3)))
    assert [(row[0].count("/"), row[2], row[4]) for row in town.standing()] == [(3, "received", 1), (3, "received", 3)]
    differing = town.store.query("reports/differences.sql").to_pylist()
    assert [(row["kind"], row["units"]) for row in differing] == [("over", 1)]
    assert "DOC-CANCEL-LATE" in told(town)
    assert town.store.verify() == []
    town.settle()
    assert town.store.verify() == []


@pytest.mark.parametrize(("units", "open_units"), [(6, 4), (2, 0), (1, 0)])
def test_units_that_were_decided_under_the_old_version_count_once(town: Town, units: int, open_units: int) -> None:
    town.deliver(SALE, FIRST, receipt("W1", 2, "R1"))
    town.settle()
    town.deliver(anew(line(units)))
    assert sum(row[4] for row in town.standing()) == open_units
    (total,) = town.store.query("reports/totals.sql").to_pylist()
    assert total["open_units"] == open_units + 2  # accepted ones wait for their credit note
    assert town.store.verify() == []


def test_the_new_version_of_a_cancelled_notice_counts_when_it_is_later(town: Town) -> None:
    town.deliver(SALE, FIRST)
    town.deliver(cancel(on=51))
    town.deliver(anew(line(1), on=53))
    assert placed(town) == [("WR01/I1/1", "announced", None, 1)]
    assert town.store.verify() == []


def test_receipts_find_the_new_version(town: Town) -> None:
    town.deliver(SALE, anew(line(3)))
    town.deliver(FIRST)
    town.deliver(receipt("W1", 2, "R1", complete=True))
    assert placed(town) == [("WR01/I1/1", "received", "sellable", 2)]
    assert town.store.verify() == []


@pytest.mark.parametrize("most", [2, pytest.param(6, marks=pytest.mark.soak)])
@pytest.mark.parametrize(
    "versions",
    [
        [FIRST, cancel(), notice("R2", line(7), on=45)],
        [FIRST, anew(line(3), line(1, BOWL)), notice("R2", line(7), on=45)],
        [FIRST, anew(line(3), on=52), anew(line(2), on=53)],
        [FIRST, anew(line(3), on=52), cancel(on=53)],
    ],
    ids=["cancelled", "replaced", "replaced twice", "replaced and cancelled"],
)
def test_versions_may_come_in_any_order(built: Path, tmp_path: Path, versions: list[Any], most: int) -> None:
    ends = set()
    for number, order in enumerate(some_orders(versions, most)):
        with town_at(built, tmp_path / str(number)) as town:
            town.deliver(SALE)
            for file in order:
                town.deliver(file)
            assert town.store.violations() == []
            ends.add(repr((town.standing(), town.balances())))
    assert len(ends) == 1, "\n".join(sorted(ends))
