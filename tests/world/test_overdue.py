"""Announced and never arrived: reminded, given up, its sales free for others, and counted if it comes after all."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from tests.world.agreed import Agreed
from tests.world.test_differences import BOX, OTHER_BOX, all_sold, codes, kinds, where
from tests.world.town import PLATE, Town, counted, counts, line, notice, receipt, sale

# The town's notices are of 20 February and due on 13 March; it is 1 June, 80 days later.
NOTICED = 50


def messages(town: Town, kind: str) -> list[list[dict[str, Any]]]:
    """What the shop is sent, as tables."""
    rows = town.store.table("outbound_message", kind=kind).to_pylist()
    return [list(csv.DictReader(io.StringIO(town.hub.vault.get(row["file"]).decode()))) for row in rows]


def test_what_never_came_is_given_up_and_its_sale_is_free(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        assert (where(town), kinds(town)) == ({"short": 3}, [("never_arrived", 3)])
        assert town.balances() == {"WR01/I1/1": (0, 0, 0)}
        assert "RETURN-NEVER-ARRIVED" in codes(town)
        assert town.store.verify() == []


def test_nothing_is_given_up_before_its_time(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 80") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        assert where(town) == {"announced": 3}


def test_a_freed_unit_serves_another_claim(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        town.deliver(sale("I1", 2), notice("R1", line(2)))
        town.deliver(notice("R2", line(2), on=140))
        assert {row[1] for row in town.standing()} == {"WR01/I1/1", "LINE-BEYOND-SOLD"}
        town.settle()
        assert [row[:3] for row in town.standing()] == [("shop/R2/1", "WR01/I1/1", "announced")]
        assert town.store.verify() == []


def test_settling_again_gives_nothing_up_twice(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30, remind_after_days: [3]") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        before = town.store.head()
        town.settle()
        assert town.store.head() == before


def test_a_late_box_is_counted_all_the_same(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        town.deliver(receipt("W1", 3, of="R1", on=150, complete=True))
        town.settle()
        assert where(town) == {"accepted": 3}
        assert kinds(town) == [("late", 3)]
        assert town.store.verify() == []


def test_of_a_late_box_that_lacks_something_the_rest_is_short(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        town.deliver(receipt("W1", 2, of="R1", on=150, complete=True))
        town.settle()
        assert where(town) == {"accepted": 2, "short": 1}
        assert kinds(town) == [("late", 2), ("short", 1)]


def test_what_a_partial_late_count_leaves_open_is_given_up_again(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        town.deliver(receipt("W1", 2, of="R1", on=150))
        town.settle()
        assert where(town) == {"accepted": 2, "short": 1}
        assert (kinds(town), town.store.verify()) == ([("late", 2), ("never_arrived", 1)], [])


def test_a_box_of_a_return_that_came_in_part_is_missing(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        all_sold(town)
        town.deliver(notice("R1", line(2, carton=BOX), line(1, PLATE, carton=OTHER_BOX)))
        town.deliver(counts("W1", counted(2, carton=BOX), of="R1", complete=True))
        town.settle()
        assert kinds(town) == [("carton_missing", 1)]
        assert "CARTON-MISSING" in codes(town)


def test_the_late_one_of_two_missing_boxes_leaves_the_other_missing(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30") as town:
        all_sold(town)
        town.deliver(notice("R1", line(2, carton=BOX), line(1, PLATE, carton=OTHER_BOX)))
        town.settle()
        town.deliver(counts("W1", counted(2, carton=BOX), of="R1", on=150, complete=True))
        assert where(town) == {"received": 2, "short": 1}
        assert town.store.verify() == []


def test_goods_that_stay_at_the_store_are_not_awaited(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30"):
        maps = agreed.home / "maps" / "notice.yaml"
        maps.write_text(maps.read_text().replace("const: return", "const: keep"))
    with agreed.on("close_after_days: 30") as town:
        town.deliver(sale("I1", 3), notice("R1", line(2)))
        town.settle()
        assert where(town) == {"accepted": 2}


def test_what_never_came_is_credited_where_the_announcement_holds(agreed: Agreed) -> None:
    with agreed.on("close_after_days: 30, credit_on: announced") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)))
        town.settle()
        assert (where(town), town.store.verify()) == ({"accepted": 3}, [])


@pytest.mark.parametrize(
    ("today", "reminders"), [(date(2026, 3, 15), 0), (date(2026, 3, 16), 1), (date(2026, 4, 1), 2)]
)
def test_the_retailer_is_reminded_on_the_days_of_the_policy(agreed: Agreed, today: date, reminders: int) -> None:
    policy = "remind_after_days: [3, 10]"
    with agreed.on(policy, date(2026, 3, 1)) as town:
        town.deliver(sale("I1", 3), notice("R1", line(3, carton=BOX)))
    for day_of in (date(2026, 3, 16), today) if reminders == 2 else (today,):
        with agreed.on(policy, day_of) as town:
            town.settle()
            town.settle()
            sent = messages(town, "reminder")
    assert len(sent) == reminders
    if sent:
        (row,) = sent[0]
        assert (row["return"], row["due_on"], row["carton"], row["units_awaited"]) == ("R1", "2026-03-13", BOX, "3")
