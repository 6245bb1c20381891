"""Packing: a carton of ours speaks for the orders that it was packed for, item by item."""

from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.items import ItemFacts
from pipelines.steps.packing import labels_of, with_packing
from pipelines.steps.returns import RETURN_LINES
from schemas.tables import CLAIMS, SHIPMENT_LINES

LAMP, CHAIR = "09520000000011", "09520000000028"
BOX, OTHER_BOX = "095200000000000011", "095200000000000028"
FACTS = ItemFacts(pa.table({"gtin": [LAMP, CHAIR], "vendor_item": ["L-1", "C-1"]}))

Row = dict[str, Any]


def sent(**spoil: Any) -> Row:
    return {"document": "asn-1", "carton": BOX, "gtin": LAMP, "po_number": "P1", "po_line": "3"} | spoil


def packed(shipped: list[Row], **spoil: Any) -> list[Row] | None:
    """The orders of a claim of a lamp that comes back in our box."""
    line = {"return_line": "nordstad/R1/1", "carton": BOX, "gtin": LAMP} | spoil
    claims = pa.Table.from_pylist([{"return_line": line["return_line"], "gtin": line["gtin"], "units": 1}], CLAIMS)
    return_lines = pa.Table.from_pylist([line], RETURN_LINES)
    result = with_packing(claims, return_lines, pa.Table.from_pylist(shipped, SHIPMENT_LINES), FACTS)
    assert result.schema.equals(CLAIMS)
    found: list[Row] | None = result["packed_for"].to_pylist()[0]
    return found


def order(po_number: str, po_line: str | None) -> Row:
    return {"po_number": po_number, "po_line": po_line}


def test_the_carton_names_the_order_and_line_that_it_was_packed_for() -> None:
    assert packed([sent()]) == [order("P1", "3")]


def test_all_orders_of_a_carton_are_told_once_and_in_order() -> None:
    second = {"po_number": "P2"}
    shipped = [sent(**second, po_line=None), sent(), sent(), sent(po_line="12"), sent(**second, po_line="1")]
    assert packed(shipped) == [order("P1", "12"), order("P1", "3"), order("P2", "1"), order("P2", None)]


@pytest.mark.parametrize("other", [{"carton": OTHER_BOX}, {"gtin": CHAIR}, {"po_number": None}, {"carton": None}])
def test_another_carton_or_item_or_a_line_without_order_says_nothing(other: Row) -> None:
    assert packed([sent(**other)]) is None


@pytest.mark.parametrize("claim", [{"carton": None}, {"gtin": None}])
def test_a_claim_without_carton_or_item_is_packed_for_nothing(claim: Row) -> None:
    assert packed([sent()], **claim) is None


def test_an_item_that_was_sent_under_our_own_number_is_known_by_it() -> None:
    assert packed([sent(gtin=None, vendor_item="L-1")]) == [order("P1", "3")]


def test_a_label_that_is_no_sscc_speaks_as_long_as_one_shipment_used_it() -> None:
    label = {"carton": "BOX 7"}
    assert packed([sent(**label), sent(**label, po_number="P2")], **label) == [order("P1", "3"), order("P2", "3")]
    assert packed([sent(**label), sent(**label, document="asn-2", po_number="P2")], **label) is None
    assert packed([sent(), sent(document="asn-2", po_number="P2")]) == [order("P1", "3"), order("P2", "3")]


def test_nothing_claimed_and_nothing_sent_are_no_trouble() -> None:
    none = with_packing(CLAIMS.empty_table(), RETURN_LINES.empty_table(), SHIPMENT_LINES.empty_table(), FACTS)
    assert none.equals(CLAIMS.empty_table())
    assert packed([]) is None


def test_each_label_is_asked_for_once() -> None:
    rows = [{"return_line": f"nordstad/R1/{n}", "carton": label} for n, label in enumerate((BOX, None, OTHER_BOX, BOX))]
    assert labels_of(pa.Table.from_pylist(rows, RETURN_LINES)) == [BOX, OTHER_BOX]
