"""Goods that were decided on go where the policy says, the warehouse is told once, and what goes back is gone."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.work.route import route_by
from schemas.errors import PermanentError
from tests.world.goods_town import GoodsTown, announced, confirmed, goods, goods_town
from tests.world.town import LAMP, receipt, sale

ON = {"since": "2026-01-01"}
SALE = sale("I1", 10, 1000)


def counted_as(town: GoodsTown, condition: str, **line: Any) -> None:
    """Three lamps come back in this condition, and everything is decided."""
    town.deliver(SALE, announced("R1", goods(3, **line)))
    town.deliver(receipt("W1", 3, "R1", condition=condition))
    town.settle()


def test_without_the_policy_nobody_is_told_anything(tmp_path: Path) -> None:
    with goods_town(tmp_path) as town:
        counted_as(town, "sellable")
        assert (town.routes(), town.told("dock", "instruction")) == ([], [])


CASES = [
    # condition, reason, terms, route and the rule that says so
    ("sellable", "overstock", {}, ("restock", "routes.3")),
    ("repack", "overstock", {}, ("refurbish", "routes.4")),
    ("repack", "overstock", {"costs": {"refurbish": 10, "outlet": 9}}, ("outlet", "routes.5")),
    ("repack", "overstock", {"costs": {"refurbish": 10, "outlet": 10}}, ("recycle", "routes.6")),
    ("second", "overstock", {}, ("outlet", "routes.5")),
    ("damaged", "overstock", {}, ("send_back", "routes.1")),
    ("damaged", "overstock", {"routes": [{"route": "destroy", "reasons": ["overstock"]}]}, ("destroy", "routes.1")),
    ("second", "quality", {"routes": [{"route": "repair", "items": ["VI-*"]}]}, ("repair", "routes.1")),
    ("second", "quality", {"routes": [{"route": "repair", "items": ["XX*"]}]}, ("person", "routes")),
    ("sellable", "quality", {"routes": [{"route": "destroy", "worth_below": 10}]}, ("person", "routes")),
    ("sellable", "quality", {"routes": [{"route": "outlet", "worth_from": 10}]}, ("outlet", "routes.1")),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "reason", "terms", "way"), CASES)
def test_the_first_rule_that_fits_says_where_goods_go(
    tmp_path: Path, condition: str, reason: str, terms: dict[str, Any], way: tuple[str, str]
) -> None:
    with goods_town(tmp_path, goods=ON | terms) as town:
        counted_as(town, condition, reason=reason)
        assert town.routes() == [("R1/1", 3, *way)]
        before = town.rows_stored()
        town.settle()
        assert town.rows_stored() == before
        assert town.store.violations() == []


@pytest.mark.parametrize("condition", ["unknown", "wrong_item"])
def test_what_nobody_judged_goes_to_a_person_and_never_to_stock(tmp_path: Path, condition: str) -> None:
    credited = {"sellable": "credit", "unknown": "credit", "wrong_item": "credit"}
    with goods_town(tmp_path, goods=ON, conditions=credited) as town:
        counted_as(town, condition)
        assert [row[2] for row in town.routes()] == ["person"]
        assert town.told("dock", "instruction") == []
        (clock,) = town.store.table("due_event", event="routing").to_pylist()
        assert (str(clock["due_on"]), clock["met"]) == ("2026-06-06", False)
        assert route_by(town.hub, "shop/R1/1", "destroy", "Ada Holm", "moth") == 3
        assert [row[2] for row in town.routes()] == ["person", "destroy"]
        assert town.told("dock", "instruction")[0][2].split(";")[9] == "destroy"
        assert [row["met"] for row in town.store.table("due_event", event="routing").to_pylist()] == [True]
        with pytest.raises(PermanentError, match="No goods of shop/R1/1 wait"):
            route_by(town.hub, "shop/R1/1", "restock", "Ada Holm", "no")
        assert town.store.violations() == []


def test_goods_that_are_held_wait_for_their_decision(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods=ON, conditions={"second": "hold"}) as town:
        counted_as(town, "second")
        assert town.routes() == []


def test_the_warehouse_is_told_in_one_table_and_confirms_it(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods=ON) as town:
        counted_as(town, "sellable", carton="BOX-1")
        (told,) = town.told("dock", "instruction")
        assert told[0] == "IN1;Shop"
        name = receipt_number(town)
        assert told[2] == f"1;{name};R1;BOX-1;{LAMP};VI-0059;3;sellable;overstock;restock"
        assert town.send() >= 1
        assert (tmp_path / "boxes" / "dock" / "out").iterdir()
        assert overdue(town, "2026-07-01") == ["instruction"]
        town.deliver(confirmed("C1", "IN1"))
        town.settle()
        assert overdue(town, "2026-07-01") == []


def test_an_instruction_that_is_refused_stays_due(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods=ON) as town:
        counted_as(town, "sellable")
        town.send()
        town.deliver(confirmed("C1", "IN1", "refused"))
        town.settle()
        assert overdue(town, "2026-07-01") == ["instruction"]


def receipt_number(town: GoodsTown) -> str:
    (row,) = town.store.table("document", kind="receipt").to_pylist()
    return str(row["number"])


def overdue(town: GoodsTown, on: str) -> list[str]:
    from datetime import date

    rows = town.store.query("reports/overdue.sql", today=date.fromisoformat(on)).to_pylist()
    return [row["event"] for row in rows if row["event"] == "instruction"]


@pytest.mark.parametrize(("counts", "at"), [("sent", 1), ("confirmed", 2)])
def test_refused_goods_are_sent_back_once_it_counts(tmp_path: Path, counts: str, at: int) -> None:
    with goods_town(tmp_path, goods=ON | {"sent_back": counts}) as town:
        counted_as(town, "damaged")
        assert town.buckets() == {"refused": 3}
        for step in (1, 2):
            if step == 1:
                town.send()
            else:
                town.deliver(confirmed("C1", "IN1"))
            town.settle()
            assert town.buckets() == ({"sent_back": 3} if step >= at else {"refused": 3})
        before = town.rows_stored()
        town.settle()
        assert town.rows_stored() == before
        assert town.store.verify() == []


def test_goods_that_went_back_stay_away_when_a_sale_is_found(tmp_path: Path) -> None:
    with goods_town(tmp_path, goods=ON | {"sent_back": "sent"}) as town:
        town.deliver(sale("I9", 3, 1000, on=55), announced("R1", goods(3)))
        town.deliver(receipt("W1", 3, "R1"))
        town.settle()
        assert town.buckets() == {"refused": 3}
        town.send()
        town.settle()
        town.deliver(SALE)
        town.settle()
        assert town.buckets() == {"sent_back": 3}
        assert town.store.violations() == []
