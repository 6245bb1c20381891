"""Warehouse receipts against open returns: what came, what did not, and what nobody announced."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.reconcile import Reconciled, receive_found, reconcile
from schemas.findings import CATALOGUE
from schemas.outcome import Change
from schemas.records import Carton, Difference, Inspection, Return, ReturnLine
from schemas.tables import ALLOCATIONS, CLAIMS, DIFFERENCES, INSPECTIONS, MOVEMENTS, OPEN_PORTIONS, RECEIPT_LINES

SCARF, SHIRT, BELT = "09520000000103", "09520000000202", "09520000000301"
BOX, OTHER_BOX = "095200000000000011", "095200000000000028"
NAMES = {"NORDSTAD": "nordstad", "9520000010003": "brightwell"}
RETURNS = pa.schema([(name, pa.string()) for name in ("return_id", "retailer", "number", "origin")])


def announced(portion: str = "nordstad/R1/1#1", **other: Any) -> dict[str, Any]:
    """Two scarves announced in one box, placed on an invoice line."""
    return_line = portion.split("#", maxsplit=1)[0]
    row = dict.fromkeys(OPEN_PORTIONS.names) | {
        "portion": portion, "return_line": return_line, "return_id": return_line.rsplit("/", maxsplit=1)[0],
        "retailer": return_line.split("/")[0], "number": return_line.split("/")[1], "store": "12", "gtin": SCARF,
        "carton": BOX, "disposition": "return", "returned_on": date(2026, 6, 1), "origin": "notice",
        "invoice_line": "WR01/I1/1", "company": "WR01", "currency": "GBP", "evidence": "po", "rank": 3,
        "announced_units": 2, "announced_net": 4001, "announced_tax": 801, "expected_in": "announced",
        "received_units": 0, "received_net": 0, "received_tax": 0,
        "accepted_units": 0, "accepted_net": 0, "accepted_tax": 0,
    }  # fmt: skip
    return row | other


def received(line_no: int = 1, **other: Any) -> dict[str, Any]:
    """Two sellable scarves in the announced box, counted in full."""
    row = dict.fromkeys(RECEIPT_LINES.names) | {
        "document": "rec-1", "line_no": line_no, "file": "f" * 64, "offset": 100 * line_no, "length": 80,
        "retailer": "NORDSTAD", "notice_number": "R1", "store": "12", "received_on": date(2026, 6, 8),
        "gtin": SCARF, "units": 2, "condition": "sellable", "carton": BOX, "complete": True,
    }  # fmt: skip
    return row | other


def reconciled(
    portions: Iterable[dict[str, Any]],
    lines: Iterable[dict[str, Any]],
    known: Iterable[str] = (),
    **other: Any,
) -> Reconciled:
    """Reconcile, with a return known for each open portion and for each id in ``known``."""
    portions, lines = list(portions), list(lines)
    origins = {p["return_id"]: p["origin"] for p in portions} | dict.fromkeys(known, "notice")
    returns = [
        {"return_id": r, "retailer": r.split("/")[0], "number": r.split("/")[1], "origin": origin}
        for r, origin in sorted(origins.items())
    ]
    documents = sorted({line["document"] for line in lines})
    arguments: dict[str, Any] = {
        "returns": pa.Table.from_pylist(returns, RETURNS),
        "receipts": pa.table({"document": documents, "number": [f"W{d.removeprefix('rec-')}" for d in documents]}),
        "retailer_of": NAMES,
        "rule_version": "v1",
    }
    return reconcile(
        pa.Table.from_pylist(portions, OPEN_PORTIONS), pa.Table.from_pylist(lines, RECEIPT_LINES), **(arguments | other)
    )


def moves(result: Reconciled) -> list[tuple[str, int, int, int]]:
    names = ("movement", "units", "net_minor", "tax_minor")
    return [tuple(row[name] for name in names) for row in result.movements.to_pylist()]  # type: ignore[misc]


def differences(result: Reconciled) -> list[tuple[str, str, int, str, int]]:
    names = ("return_line", "kind", "units", "receipt_document", "receipt_line_no")
    return [tuple(row[name] for name in names) for row in result.differences.to_pylist()]  # type: ignore[misc]


def codes(result: Reconciled) -> list[tuple[str, str, int]]:
    names = ("code", "document", "line_no")
    return [tuple(row[name] for name in names) for row in result.findings.to_pylist()]  # type: ignore[misc]


def states(result: Reconciled) -> dict[str, str]:
    return {change.key["carton"]: change.values["state"] for change in result.changes}


# --- what was announced and came


def test_a_box_as_announced_is_received_and_verified():
    result = reconciled([announced()], [received()])
    assert moves(result) == [("nordstad/R1/1#1>received@rec-1/1", 2, 4001, 801)]
    assert result.inspections.to_pylist() == [
        {
            "movement": "nordstad/R1/1#1>received@rec-1/1", "portion": "nordstad/R1/1#1", "units": 2,
            "condition": "sellable", "receipt_document": "rec-1", "replaces": None,
        }
    ]  # fmt: skip
    assert result.changes == (Change("carton", {"carton": BOX, "return_id": "nordstad/R1"}, {"state": "verified"}),)
    assert codes(result) == differences(result) == []
    assert result.claims.num_rows == result.found.num_rows == 0


def test_tables_have_the_stored_columns():
    result = reconciled([announced()], [received(units=3), received(2, notice_number=None, carton="x")])
    assert result.movements.schema.equals(MOVEMENTS)
    for table, schema in ((result.claims, CLAIMS), (result.differences, DIFFERENCES)):
        assert table.schema.equals(schema)
        assert table.num_rows
    assert set(result.inspections.column_names) == set(Inspection.model_fields)
    assert set(result.differences.column_names) == set(Difference.model_fields)
    assert set(result.returns.column_names) == set(Return.model_fields)
    assert set(result.return_lines.column_names) == set(ReturnLine.model_fields)
    assert set(result.cartons.column_names) == set(Carton.model_fields)


def test_one_item_in_several_conditions_in_one_receipt():
    lines = [received(1, units=1), received(2, units=1, condition="damaged")]
    result = reconciled([announced()], lines)
    assert moves(result) == [
        ("nordstad/R1/1#1>received@rec-1/1", 1, 2001, 401),
        ("nordstad/R1/1#1>received@rec-1/2", 1, 2000, 400),
    ]
    assert [row["condition"] for row in result.inspections.to_pylist()] == ["sellable", "damaged"]
    assert codes(result) == [("RECEIPT-DAMAGED", "rec-1", 2)]
    assert differences(result) == [("nordstad/R1/1", "damaged", 1, "rec-1", 2)]


@pytest.mark.parametrize("condition", ["unknown", None])
def test_an_unknown_condition_is_kept_unknown_and_reported(condition):
    result = reconciled([announced()], [received(condition=condition)])
    assert result.inspections["condition"].to_pylist() == ["unknown"]
    assert codes(result) == [("RECEIPT-CONDITION-UNKNOWN", "rec-1", 1)]
    assert result.findings["severity"].to_pylist() == ["error"]


def test_strongest_evidence_first_then_by_portion():
    portions = [
        announced("nordstad/R1/1#1", rank=5),
        announced("nordstad/R1/2#2", rank=1),
        announced("nordstad/R1/2#1", rank=1),
    ]
    result = reconciled(portions, [received(units=3, complete=False)])
    assert moves(result) == [
        ("nordstad/R1/2#1>received@rec-1/1", 2, 4001, 801),
        ("nordstad/R1/2#2>received@rec-1/1", 1, 2001, 401),
    ]


def test_units_are_matched_inside_their_box_before_any_other():
    portions = [
        announced("nordstad/R1/1#1", carton=BOX, rank=0),
        announced("nordstad/R1/2#1", carton=OTHER_BOX, rank=9),
    ]
    lines = [received(1, carton=OTHER_BOX, units=3), received(2, carton=BOX, units=1)]
    result = reconciled(portions, lines)
    assert moves(result) == [
        ("nordstad/R1/1#1>received@rec-1/1", 1, 2000, 400),
        ("nordstad/R1/1#1>received@rec-1/2", 1, 2001, 401),
        ("nordstad/R1/2#1>received@rec-1/1", 2, 4001, 801),
    ]


def test_a_box_is_known_by_its_label_when_the_receipt_states_no_return():
    result = reconciled([announced()], [received(notice_number=None)])
    assert moves(result) == [("nordstad/R1/1#1>received@rec-1/1", 2, 4001, 801)]


def test_an_sscc_tells_the_return_even_of_a_retailer_whose_name_we_do_not_know():
    result = reconciled([announced()], [received(notice_number=None, retailer="NRDSTD AB")])
    assert moves(result) == [("nordstad/R1/1#1>received@rec-1/1", 2, 4001, 801)]
    assert codes(result) == []


def test_a_plain_label_tells_nothing_without_the_retailer():
    result = reconciled([announced(carton="7")], [received(notice_number=None, carton="7", retailer=None)])
    assert moves(result) == []
    assert codes(result) == [("RECEIPT-RETAILER-UNKNOWN", "rec-1", 1)]


def test_a_label_that_two_returns_await_tells_nothing():
    portions = [announced(carton="7"), announced("nordstad/R2/1#1", carton="7")]
    result = reconciled(portions, [received(notice_number=None, carton="7")])
    assert moves(result) == []
    assert codes(result) == [("RECEIPT-UNANNOUNCED", "rec-1", 1)]


def test_the_number_of_another_retailer_s_return_is_not_taken():
    result = reconciled([announced(carton=None)], [received(retailer="9520000010003", carton=None)])
    assert moves(result) == []
    assert result.returns["return_id"].to_pylist() == ["brightwell/DOCK-W1"]


# --- what was announced and did not come


def test_what_a_full_count_did_not_find_is_short_with_the_rest_of_the_money():
    result = reconciled([announced()], [received(units=1)])
    assert moves(result) == [
        ("nordstad/R1/1#1>received@rec-1/1", 1, 2001, 401),
        ("nordstad/R1/1#1>short@rec-1", 1, 2000, 400),
    ]
    assert differences(result) == [("nordstad/R1/1", "short", 1, "rec-1", 1)]
    assert codes(result) == [("RECEIPT-SHORT", "rec-1", 1)]
    assert states(result) == {BOX: "discrepant"}
    assert result.findings.to_pylist()[0]["detail"] == f"1 of {SCARF} announced as nordstad/R1/1 did not come"


def test_a_partial_count_makes_nothing_short_and_verifies_nothing():
    result = reconciled([announced()], [received(units=1, complete=False)])
    assert moves(result) == [("nordstad/R1/1#1>received@rec-1/1", 1, 2001, 401)]
    assert result.changes == ()


@pytest.mark.parametrize("spoiled", [{"complete": False}, {"complete": None}, {"units": None}, {"units": -1}])
def test_one_line_that_is_not_counted_keeps_the_box_open(spoiled):
    portions = [announced(), announced("nordstad/R1/2#1", gtin=SHIRT), announced("nordstad/R1/3#1", gtin=BELT)]
    result = reconciled(portions, [received(1), received(2, gtin=SHIRT, **spoiled)])
    assert not [row for row in result.movements.to_pylist() if row["to_bucket"] == "short"]
    assert result.changes == ()


def test_a_line_of_zero_units_says_that_nothing_came():
    result = reconciled([announced()], [received(units=0)])
    assert moves(result) == [("nordstad/R1/1#1>short@rec-1", 2, 4001, 801)]
    assert codes(result) == [("RECEIPT-SHORT", "rec-1", 1)]


def test_the_portions_of_a_return_line_are_one_shortage():
    portions = [announced("nordstad/R1/1#1"), announced("nordstad/R1/1#2", invoice_line="WR01/I2/1")]
    lines = [received(1, gtin=SHIRT, units=0), received(2, units=1), received(3, gtin=BELT, units=0)]
    result = reconciled(portions, lines)
    assert differences(result) == [("nordstad/R1/1", "short", 3, "rec-1", 2)]
    assert codes(result) == [("RECEIPT-SHORT", "rec-1", 2)]


def test_short_is_judged_once_after_all_receipts_of_the_batch():
    lines = [
        received(1, document="rec-2", received_on=date(2026, 6, 9), units=1),
        received(1, document="rec-1", received_on=date(2026, 6, 8), units=1),
    ]
    result = reconciled([announced(announced_units=3, announced_net=100, announced_tax=20)], lines)
    assert moves(result) == [
        ("nordstad/R1/1#1>received@rec-1/1", 1, 33, 7),
        ("nordstad/R1/1#1>received@rec-2/1", 1, 34, 6),
        ("nordstad/R1/1#1>short@rec-2", 1, 33, 7),
    ]


def test_a_full_count_stands_beside_an_earlier_partial_one():
    lines = [
        received(1, document="rec-1", units=1, complete=False),
        received(1, document="rec-2", received_on=date(2026, 6, 9), units=0),
    ]
    result = reconciled([announced()], lines)
    assert moves(result)[1:] == [("nordstad/R1/1#1>short@rec-2", 1, 2000, 400)]


def test_goods_that_stay_at_the_store_are_never_short():
    portions = [announced(disposition="keep"), announced("nordstad/R1/2#1", gtin=SHIRT)]
    result = reconciled(portions, [received(gtin=SHIRT)])
    assert moves(result) == [("nordstad/R1/2#1>received@rec-1/1", 2, 4001, 801)]
    assert states(result) == {BOX: "verified"}


def test_each_retailer_has_its_own_dispositions_without_goods():
    portions = [announced(disposition="keep"), announced("nordstad/R1/2#1", gtin=SHIRT, disposition="repair")]
    result = reconciled(portions, [received(gtin=BELT, units=0)], goods_stay={"nordstad": ("repair",)})
    assert moves(result) == [("nordstad/R1/1#1>short@rec-1", 2, 4001, 801)]


def test_goods_that_should_stay_and_came_are_received_and_not_credited_twice():
    portions = [announced("nordstad/R1/1#1", disposition="keep", rank=0), announced("nordstad/R1/2#1", rank=9)]
    result = reconciled(portions, [received(units=3)])
    assert moves(result) == [
        ("nordstad/R1/1#1>received@rec-1/1", 1, 2001, 401),
        ("nordstad/R1/2#1>received@rec-1/1", 2, 4001, 801),
    ]
    assert result.claims.num_rows == 0


# --- a return in several boxes


def two_boxes() -> list[dict[str, Any]]:
    return [announced("nordstad/R1/1#1", carton=BOX), announced("nordstad/R1/2#1", carton=OTHER_BOX, gtin=SHIRT)]


def test_a_full_count_of_one_box_says_nothing_about_the_other():
    result = reconciled(two_boxes(), [received(units=1)])
    assert [move[0] for move in moves(result)] == [
        "nordstad/R1/1#1>received@rec-1/1",
        "nordstad/R1/1#1>short@rec-1",
    ]
    assert states(result) == {BOX: "discrepant"}


def test_a_full_count_without_labels_speaks_for_the_whole_return():
    result = reconciled(two_boxes(), [received(carton=None)])
    assert moves(result)[1] == ("nordstad/R1/2#1>short@rec-1", 2, 4001, 801)
    assert states(result) == {OTHER_BOX: "discrepant"}


def test_a_box_under_another_label_stands_for_the_one_whose_goods_it_held():
    result = reconciled(two_boxes(), [received(units=1, carton="RELABELLED")])
    assert [move[0] for move in moves(result)] == [
        "nordstad/R1/1#1>received@rec-1/1",
        "nordstad/R1/1#1>short@rec-1",
    ]


def test_a_box_under_another_label_stands_for_the_only_one():
    result = reconciled([announced()], [received(gtin=SHIRT, carton="RELABELLED")])
    assert moves(result) == [("nordstad/R1/1#1>short@rec-1", 2, 4001, 801)]


def test_units_in_no_box_are_short_when_all_boxes_were_counted():
    portions = [*two_boxes(), announced("nordstad/R1/3#1", carton=None, gtin=BELT)]
    one = reconciled(portions, [received()])
    assert [m for m in moves(one) if ">short@" in m[0]] == []
    both = reconciled(portions, [received(), received(2, carton=OTHER_BOX, gtin=SHIRT)])
    assert [m for m in moves(both) if ">short@" in m[0]] == [("nordstad/R1/3#1>short@rec-1", 2, 4001, 801)]


# --- more than was announced


def test_surplus_becomes_a_further_line_of_the_return():
    result = reconciled([announced()], [received(units=5, condition="repack")])
    assert moves(result) == [("nordstad/R1/1#1>received@rec-1/1", 2, 4001, 801)]
    assert result.returns.num_rows == result.cartons.num_rows == 0
    (line,), (claim,), (found,) = (t.to_pylist() for t in (result.return_lines, result.claims, result.found))
    assert line == dict.fromkeys(ReturnLine.model_fields) | {
        "return_line": "nordstad/R1/rec-1/1", "return_id": "nordstad/R1", "retailer": "nordstad", "document": "rec-1",
        "line_no": 1, "origin": "dock", "gtin": SCARF, "units": 3, "carton": BOX,
    }  # fmt: skip
    assert claim == dict.fromkeys(CLAIMS.names) | {
        "return_line": "nordstad/R1/rec-1/1", "return_id": "nordstad/R1", "retailer": "nordstad", "store": "12",
        "gtin": SCARF, "units": 3, "returned_on": date(2026, 6, 8),
    }  # fmt: skip
    assert found == {
        "return_line": "nordstad/R1/rec-1/1", "receipt_document": "rec-1", "receipt_line_no": 1, "units": 3,
        "condition": "repack",
    }  # fmt: skip
    assert differences(result) == [("nordstad/R1/rec-1/1", "over", 3, "rec-1", 1)]
    assert codes(result) == [("RECEIPT-OVER", "rec-1", 1)]
    assert states(result) == {BOX: "discrepant"}


def test_what_the_warehouse_read_of_orders_is_claimed_by_goods_that_nobody_announced():
    stated = {"header_po": "PO1", "units": 1, "gtin": SHIRT}
    counts = [received(**stated), received(2, **stated, po_number="PO2"), received(3, **stated, po_line="7")]
    claims = reconciled([announced()], counts).claims.to_pylist()
    assert [(c["po_number"], c["po_line"], c["header_po"]) for c in claims] == [
        (None, None, "PO1"), ("PO2", None, "PO1"), ("PO1", "7", "PO1"),
    ]  # fmt: skip


def test_an_item_that_was_not_announced_is_surplus():
    result = reconciled([announced()], [received(), received(2, gtin=SHIRT, units=1, condition="damaged")])
    assert differences(result) == [
        ("nordstad/R1/rec-1/2", "damaged", 1, "rec-1", 2),
        ("nordstad/R1/rec-1/2", "over", 1, "rec-1", 2),
    ]


def test_an_item_that_nobody_could_read_is_kept_and_matches_nothing():
    result = reconciled([announced(gtin=None)], [received(gtin=None, complete=False)])
    assert moves(result) == []
    assert result.claims["gtin"].to_pylist() == [None]


def test_goods_of_a_finished_return_are_surplus_of_it():
    result = reconciled([], [received()], known=["nordstad/R1"])
    assert result.claims["return_line"].to_pylist() == ["nordstad/R1/rec-1/1"]
    assert codes(result) == [("RECEIPT-OVER", "rec-1", 1)]
    assert result.changes == ()


# --- boxes that nobody announced


def test_an_unannounced_box_becomes_a_provisional_return():
    lines = [
        received(1, notice_number=None, carton="X1", store=None),
        received(2, notice_number=None, carton="X1", gtin=SHIRT, store="9"),
        received(3, notice_number=None, carton="X2", condition="damaged"),
    ]
    result = reconciled([announced()], lines)
    assert moves(result) == []
    assert result.returns.to_pylist() == [
        {
            "return_id": "nordstad/DOCK-W1", "retailer": "nordstad", "number": "DOCK-W1", "origin": "dock",
            "document": "rec-1", "store": "9", "returned_on": date(2026, 6, 8),
        }
    ]  # fmt: skip
    assert result.return_lines["return_line"].to_pylist() == [f"nordstad/DOCK-W1/{n}" for n in (1, 2, 3)]
    assert [(c["carton"], c["state"]) for c in result.cartons.to_pylist()] == [
        ("X1", "unexpected"),
        ("X2", "unexpected"),
    ]
    assert codes(result) == [
        ("RECEIPT-UNANNOUNCED", "rec-1", 1),
        ("RECEIPT-UNANNOUNCED", "rec-1", 2),
        ("RECEIPT-DAMAGED", "rec-1", 3),
        ("RECEIPT-UNANNOUNCED", "rec-1", 3),
    ]
    kinds = [(line, kind) for line, kind, *_ in differences(result)]
    assert kinds == [
        ("nordstad/DOCK-W1/1", "unannounced"),
        ("nordstad/DOCK-W1/2", "unannounced"),
        ("nordstad/DOCK-W1/3", "damaged"),
        ("nordstad/DOCK-W1/3", "unannounced"),
    ]


def test_a_stated_return_that_nobody_knows_is_named_in_the_finding():
    result = reconciled([], [received(notice_number="R9")])
    assert result.returns["return_id"].to_pylist() == ["nordstad/DOCK-W1"]
    assert "R9, which is not known" in result.findings["detail"][0].as_py()


def test_a_second_receipt_of_the_same_number_adds_to_the_provisional_return():
    nowhere = {"notice_number": None, "carton": None}
    lines = [received(1, **nowhere), received(1, document="rec-2", received_on=date(2026, 6, 9), **nowhere)]
    same = pa.table({"document": ["rec-1", "rec-2"], "number": ["W1", "W1"]})
    together = reconciled([], lines, receipts=same)
    assert together.returns.num_rows == 1
    assert together.claims["return_line"].to_pylist() == ["nordstad/DOCK-W1/1", "nordstad/DOCK-W1/rec-2/1"]
    returns = together.returns.select(RETURNS.names)
    alone = reconciled([], lines[1:], receipts=same, returns=returns)
    assert alone.claims["return_line"].to_pylist() == ["nordstad/DOCK-W1/rec-2/1"]
    assert alone.returns.num_rows == 0
    assert codes(alone) == [("RECEIPT-UNANNOUNCED", "rec-2", 1)]


def test_more_goods_of_a_provisional_return_are_unannounced_too():
    dock = pa.Table.from_pylist(
        [dict(zip(RETURNS.names, ("nordstad/DOCK-W7", "nordstad", "DOCK-W7", "dock"), strict=True))]
    )
    result = reconciled([], [received(notice_number="DOCK-W7")], returns=dock)
    assert differences(result) == [("nordstad/DOCK-W7/rec-1/1", "unannounced", 2, "rec-1", 1)]
    assert codes(result) == [("RECEIPT-UNANNOUNCED", "rec-1", 1)]


def test_a_receipt_without_a_number_is_named_by_its_document():
    none = pa.table({"document": ["rec-1"], "number": pa.array([None], pa.string())})
    result = reconciled([], [received(notice_number=None)], receipts=none)
    assert result.returns["number"].to_pylist() == ["DOCK-rec-1"]


@pytest.mark.parametrize("name", [None, "SOMEBODY"])
def test_a_box_of_nobody_we_know_is_a_finding_and_nothing_else(name):
    result = reconciled([announced()], [received(notice_number=None, carton="X1", retailer=name)])
    assert codes(result) == [("RECEIPT-RETAILER-UNKNOWN", "rec-1", 1)]
    tables = (result.movements, result.returns, result.return_lines, result.cartons, result.claims, result.differences)
    assert [table.num_rows for table in tables] == [0] * len(tables)


def test_findings_stand_at_their_receipt_line_and_are_in_the_catalogue():
    lines = [received(1, units=1, condition="damaged"), received(2, gtin=SHIRT, condition=None)]
    result = reconciled([announced()], lines)
    rows = result.findings.to_pylist()
    assert {row["code"] for row in rows} <= set(CATALOGUE)
    assert {(row["file"], row["offset"], row["length"], row["path"]) for row in rows} == {
        ("f" * 64, 100, 80, "line 1"),
        ("f" * 64, 200, 80, "line 2"),
    }


# --- after the split


def allocation(return_line: str, number: int, units: int, **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(ALLOCATIONS.names) | {
        "portion": f"{return_line}#{number}", "return_line": return_line, "invoice_line": "WR01/I1/1", "units": units,
        "net_minor": 1000 * units, "tax_minor": 200 * units, "currency": "GBP", "evidence": "window", "rank": 9,
        "spread_low": 0, "spread_high": 0,
    }  # fmt: skip
    return row | other


def test_found_units_are_received_once_they_are_placed():
    result = reconciled([announced()], [received(units=5, condition="repack")])
    line = "nordstad/R1/rec-1/1"
    allocations = [
        allocation("lindhaus/7/1", 1, 4),
        allocation(line, 2, 2, invoice_line=None, net_minor=0, tax_minor=0, unplaced="LINE-BEYOND-SOLD"),
        allocation(line, 1, 1),
    ]
    movements, inspections = receive_found(pa.Table.from_pylist(allocations, ALLOCATIONS), result.found, "v1")
    assert movements.schema.equals(MOVEMENTS)
    assert [(m["movement"], m["from_bucket"], m["units"], m["net_minor"]) for m in movements.to_pylist()] == [
        (f"{line}#1>received@rec-1/1", "announced", 1, 1000),
        (f"{line}#2>received@rec-1/1", "announced", 2, 0),
    ]
    assert inspections.schema.equals(INSPECTIONS)
    assert inspections["movement"].equals(movements["movement"])
    assert inspections["condition"].to_pylist() == ["repack", "repack"]
    assert inspections["receipt_document"].to_pylist() == ["rec-1", "rec-1"]


def test_found_units_that_the_split_lost_are_refused():
    result = reconciled([announced()], [received(units=5)])
    short = pa.Table.from_pylist([allocation("nordstad/R1/rec-1/1", 1, 2)], ALLOCATIONS)
    with pytest.raises(ValueError, match="hold 2 of 3 found units"):
        receive_found(short, result.found, "v1")


def test_nothing_found_moves_nothing():
    result = reconciled([announced()], [received()])
    movements, inspections = receive_found(ALLOCATIONS.empty_table(), result.found, "v1")
    assert movements.num_rows == inspections.num_rows == 0
