"""Announced, received and sold compared in tables: what is one difference, and what is two."""

from datetime import date
from typing import Any

import pyarrow as pa

from connectors.store.schema import SQL
from pipelines.steps.differences import differences_held
from schemas.differences import ACTIONS, FAULTY_REASONS, KINDS, MISSING, SOUND_REASONS, STRONGEST_FIRST
from schemas.findings import CATALOGUE
from schemas.tables import COUNTED_UNITS, HELD_DIFFERENCES, TOLD_DIFFERENCES

SMALL, LARGE, OTHER = "09520000000059", "09520000000066", "09520000000073"
STYLES = {SMALL: "OSLO", LARGE: "OSLO", OTHER: "BERGEN"}


def told(line: str, kind: str = "short", units: int = 1, gtin: str = SMALL, **other: Any) -> dict[str, Any]:
    """A difference as a receipt told it, at ten pounds a unit."""
    row = {
        "retailer": "shop", "return_id": "shop/R1", "number": "R1", "return_line": f"shop/R1/{line}", "store": "1",
        "gtin": gtin, "description": None, "kind": kind, "units": units, "net_minor": 1000 * units, "currency": "GBP",
        "carton": None, "reason": None, "announced_item": int(kind == "short"), "came_before": 0, "counted_before": 0,
        "receipt_number": "W1", "receipt_document": "rec-1", "receipt_line_no": 1, "received_on": date(2026, 6, 8),
    }  # fmt: skip
    return row | other


def over(line: str, units: int = 1, gtin: str = LARGE, **other: Any) -> dict[str, Any]:
    return told(line, "over", units, gtin, **other)


def counted(line: str, condition: str = "sellable", **other: Any) -> dict[str, Any]:
    """A unit that a receipt counted in."""
    row = dict.fromkeys(COUNTED_UNITS.names) | {
        "retailer": "shop", "return_id": "shop/R1", "number": "R1", "return_line": f"shop/R1/{line}",
        "origin": "notice", "gtin": SMALL, "condition": condition, "units": 1,
        "net_minor": 1000, "currency": "GBP", "cause": "rec-1/1",
        "receipt_number": "W1", "receipt_document": "rec-1", "received_on": date(2026, 6, 8),
    }  # fmt: skip
    return row | other


def held(*rows: dict[str, Any], units: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
    found = differences_held(
        pa.Table.from_pylist(list(rows), TOLD_DIFFERENCES), pa.Table.from_pylist(list(units), COUNTED_UNITS), STYLES
    )
    assert found.schema.equals(HELD_DIFFERENCES)
    listed: list[dict[str, Any]] = found.to_pylist()
    return listed


def kinds(*rows: dict[str, Any], units: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, int]]:
    return sorted((row["kind"], row["units"]) for row in held(*rows, units=units))


def test_every_unit_is_in_one_difference_only():
    rows = [told("1", units=5), over("x", 2), over("y", 1, OTHER), over("z", 4, LARGE)]
    found = held(*rows)
    assert sum(row["units"] for row in found if row["kind"] in ("short", "swap", "wrong_item")) == 5
    assert sum(row["units"] for row in found if row["kind"] in ("over", "swap", "wrong_item")) == 7


def test_a_swap_is_worth_what_the_two_differ_by():
    (row,) = held(told("1", units=2), over("x", 2, net_minor=2600))
    assert (row["kind"], row["net_minor"], row["other_line"]) == ("swap", 600, "shop/R1/x")


def test_a_swap_comes_before_a_wrong_item():
    found = held(told("1"), over("w", gtin=OTHER), over("x"))
    assert {(row["kind"], row["other_gtin"]) for row in found} == {("swap", LARGE), ("over", None)}


def test_the_money_of_what_is_left_is_the_rest():
    found = {row["kind"]: row["net_minor"] for row in held(told("1", units=3, net_minor=1001), over("x", 1))}
    assert found == {"swap": 667, "short": 668}


def test_other_returns_and_provisional_ones_are_not_paired():
    elsewhere = over("x", return_id="shop/R2")
    provisional = told("x", "unannounced", gtin=LARGE)
    assert kinds(told("1"), elsewhere) == [("over", 1), ("short", 1)]
    assert kinds(told("1"), provisional) == [("short", 1), ("unannounced", 1)]


def test_what_is_credited_already_takes_no_part_in_a_swap():
    assert kinds(told("1"), over("x", 3, came_before=2)) == [("credited_before", 2), ("swap", 1)]


def test_two_lines_share_what_was_credited_before():
    rows = (over("x", 2, came_before=3), over("y", 2, came_before=3))
    assert kinds(*rows) == [("credited_before", 1), ("credited_before", 2), ("over", 1)]


def test_strange_goods_are_not_ours_whatever_else_they_are():
    strange = counted("x", origin="dock", unplaced="LINE-NEVER-SOLD")
    assert kinds(over("x", counted_before=1), units=(strange,)) == [("not_ours", 1)]
    assert kinds(over("x"), units=(strange | {"unplaced": "LINE-BEYOND-SOLD"},)) == [("over", 1)]


def test_conditions_are_compared_with_reasons():
    assert kinds(units=(counted("1", "second", reason="overstock"),)) == [("condition", 1)]
    assert kinds(units=(counted("1", "sellable", reason="damaged_in_transit"),)) == [("condition", 1)]
    assert kinds(units=(counted("1", "second", reason="defective"),)) == []
    assert kinds(units=(counted("1", "unknown", reason="overstock"),)) == []


def test_goods_announced_as_damaged_and_damaged_are_as_announced():
    assert kinds(told("1", "damaged", reason="damaged")) == []
    assert kinds(told("1", "damaged", reason="overstock")) == [("damaged", 1)]


def test_units_of_one_line_and_condition_are_one_difference():
    parts = (counted("1", "second", reason="overstock"), counted("1", "second", reason="overstock", cause="rec-1/1.2"))
    assert kinds(units=parts) == [("condition", 2)]


def test_lateness_is_judged_by_the_day_on_which_the_box_was_due():
    due = {"due_on": date(2026, 6, 7)}
    assert kinds(units=(counted("1", **due),)) == [("late", 1)]
    assert kinds(units=(counted("1", due_on=date(2026, 6, 8)),)) == []
    assert kinds(units=(counted("1", origin="dock", **due),)) == []


def test_the_order_of_rows_makes_no_difference():
    rows = [told("1"), told("2", gtin=LARGE, units=2), over("x", 2, OTHER), over("y", 1, SMALL)]
    assert held(*rows) == held(*reversed(rows))


def test_kinds_actions_and_findings_are_one_table():
    assert {kind.finding for kind in KINDS.values()} <= CATALOGUE.keys()
    assert set(STRONGEST_FIRST) == set(ACTIONS)
    assert all(not KINDS[kind].came for kind in MISSING)
    assert not set(FAULTY_REASONS) & set(SOUND_REASONS)


def test_the_query_of_counted_units_knows_the_reasons_that_speak_of_a_fault():
    text = (SQL / "views" / "counted_unit.sql").read_text(encoding="utf-8")
    assert f"l.reason in ({', '.join(repr(one) for one in FAULTY_REASONS)})" in text
