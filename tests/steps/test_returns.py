"""Returns: a notice becomes a return with lines, boxes and claims."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.check import CHECKED_DOCUMENTS
from pipelines.steps.returns import OpenedReturns, open_returns
from schemas.records import Carton, Return, ReturnLine
from schemas.tables import CLAIMS, NOTICE_LINES

DAY = date(2025, 3, 1)


def document(name: str = "d-1", **spoil: Any) -> dict[str, Any]:
    row = {"document": name, "partner": "nordstad", "kind": "notice", "number": "R1", "state": "accepted"}
    return row | {"issued_on": DAY} | spoil


def line(name: str = "d-1", line_no: int = 1, **spoil: Any) -> dict[str, Any]:
    row = {"document": name, "line_no": line_no, "store": "0042", "gtin": "09520000000011", "units": 2}
    stated = {"po_number": "P1", "po_line": "3", "invoice_number": "I1", "delivery_note": "N1", "unit_price": "9.90"}
    return row | stated | {"carton": "C1", "reason": "surplus", "disposition": "return"} | spoil


def opened(documents: list[dict[str, Any]], lines: list[dict[str, Any]]) -> OpenedReturns:
    return open_returns(
        pa.Table.from_pylist(documents, schema=CHECKED_DOCUMENTS),
        pa.Table.from_pylist(lines, schema=NOTICE_LINES),
        "nordstad",
    )


def test_a_notice_opens_a_return_with_its_lines_and_claims() -> None:
    result = opened([document()], [line()])
    assert result.returns.to_pylist() == [
        {
            "return_id": "nordstad/R1", "retailer": "nordstad", "number": "R1", "origin": "notice",
            "document": "d-1", "store": "0042", "returned_on": DAY,
        }
    ]  # fmt: skip
    (row,) = result.return_lines.to_pylist()
    assert row["return_line"] == "nordstad/R1/1"
    assert (row["gtin"], row["units"], row["carton"], row["reason"]) == ("09520000000011", 2, "C1", "surplus")
    assert result.claims.to_pylist() == [
        {
            "return_line": "nordstad/R1/1", "return_id": "nordstad/R1", "retailer": "nordstad", "store": "0042",
            "gtin": "09520000000011", "units": 2, "returned_on": DAY, "po_number": "P1", "po_line": "3",
            "invoice_number": "I1", "delivery_note": "N1", "unit_price": "9.90",
                "header_po": None, "packed_for": None, "assigned": None,
        }
    ]  # fmt: skip


def test_a_claim_carries_the_order_of_the_whole_return_beside_its_own() -> None:
    lines = [line(header_po="P0"), line(line_no=2, header_po="P0", po_number=None, po_line=None)]
    claims = opened([document()], lines).claims
    assert claims["po_number"].to_pylist() == ["P1", None]
    assert claims["header_po"].to_pylist() == ["P0", "P0"]


def test_a_line_that_names_only_a_line_of_an_order_means_the_order_of_the_whole_return() -> None:
    claims = opened([document()], [line(header_po="P0", po_number=None, po_line="7")]).claims
    assert (claims["po_number"][0].as_py(), claims["po_line"][0].as_py()) == ("P0", "7")


@pytest.mark.parametrize(("name", "record"), [("returns", Return), ("return_lines", ReturnLine), ("cartons", Carton)])
def test_columns_are_those_of_the_records(name: str, record: Any) -> None:
    assert getattr(opened([document()], [line()]), name).column_names == list(record.model_fields)


def test_claims_have_their_canonical_shape() -> None:
    assert opened([document()], [line()]).claims.schema.equals(CLAIMS)
    assert opened([], []).claims.schema.equals(CLAIMS)


def test_boxes_are_expected_once() -> None:
    lines = [line(line_no=1), line(line_no=2), line(line_no=3, carton="C0"), line(line_no=4, carton=None)]
    assert opened([document()], lines).cartons.to_pylist() == [
        {"carton": "C0", "return_id": "nordstad/R1", "state": "expected"},
        {"carton": "C1", "return_id": "nordstad/R1", "state": "expected"},
    ]


def test_lines_without_units_are_no_claims_but_their_return_and_box_are_known() -> None:
    result = opened([document()], [line(units=None)])
    assert (result.return_lines.num_rows, result.claims.num_rows) == (0, 0)
    assert result.returns["store"].to_pylist() == ["0042"]
    assert result.cartons["carton"].to_pylist() == ["C1"]


def test_only_accepted_notices_open_returns() -> None:
    documents = [document("d-1", state="held"), document("d-2", kind="receipt"), document("d-3", number="R3")]
    result = opened(documents, [line("d-1"), line("d-2"), line("d-3")])
    assert result.returns["return_id"].to_pylist() == ["nordstad/R3"]
    assert result.return_lines["return_id"].to_pylist() == ["nordstad/R3"]


def test_an_unknown_item_is_still_claimed() -> None:
    assert opened([document()], [line(gtin=None)]).claims["gtin"].to_pylist() == [None]


def test_the_order_of_rows_does_not_matter() -> None:
    documents = [document("d-2", number="R2"), document("d-1")]
    lines = [line("d-1", 2, store="B"), line("d-2", 1, store=None), line("d-1", 1, store=None), line("d-2", 2)]
    one, other = opened(documents, lines), opened(documents[::-1], lines[::-1])
    for name in ("returns", "return_lines", "cartons", "claims"):
        assert getattr(one, name).equals(getattr(other, name))
    assert one.returns["store"].to_pylist() == ["B", "0042"]
