"""Check: orders, ship notices, bills, deductions and answers are judged like notices, and kept as they were said."""

from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.check import Checked, check
from pipelines.steps.items import ItemFacts
from schemas.findings import Finding, Place, as_table
from schemas.message_lines import STORED
from schemas.rules import LINES
from schemas.tables import DOCUMENTS, NOTICE_LINES, RECEIPT_LINES, SALE_LINES

FILE = "f" * 64
_KNOWN = ("document", "partner", "kind", "number", "purpose", "issued_on", "content", "state")
KNOWN = pa.schema([DOCUMENTS.field(n) if n in DOCUMENTS.names else (n, pa.string()) for n in _KNOWN])


def document(kind: str, name: str = "d-1", **spoil: Any) -> dict[str, Any]:
    row = {
        "document": name, "file": FILE, "offset": 100, "length": 900, "partner": "nordstad", "kind": kind,
        "standard": "x12", "message_type": "812", "number": "M1", "purpose": "original", "rule_version": "m1",
    }  # fmt: skip
    return row | spoil


def line(name: str = "d-1", line_no: int = 1, **spoil: Any) -> dict[str, Any]:
    row = {
        "document": name,
        "line_no": line_no,
        "file": FILE,
        "offset": 101,
        "length": 9,
        "quantity_raw": "2",
        "units": 2,
    }
    return row | spoil


def checked(kind: str, documents: list[Any], lines: list[Any], *findings: Finding, known: Any = None) -> Checked:
    return check(
        pa.Table.from_pylist(documents, schema=DOCUMENTS),
        NOTICE_LINES.empty_table(),
        RECEIPT_LINES.empty_table(),
        SALE_LINES.empty_table(),
        as_table(findings),
        KNOWN.empty_table() if known is None else known.documents.select(KNOWN.names),
        ItemFacts(),
        others={kind: pa.Table.from_pylist(lines, schema=LINES[kind])},
    )


def states(result: Checked) -> list[str]:
    return list(result.documents["state"].to_pylist())


@pytest.mark.parametrize("kind", STORED)
def test_lines_of_accepted_documents_are_kept_as_they_were_said(kind: str) -> None:
    result = checked(kind, [document(kind)], [line(gtin="09520000000099")])
    assert states(result) == ["accepted"]
    assert result.findings.num_rows == 0
    assert result.others[kind].to_pylist()[0]["gtin"] == "09520000000099"


@pytest.mark.parametrize("kind", STORED)
def test_a_document_told_again_is_a_duplicate_and_with_other_lines_a_conflict(kind: str) -> None:
    first = checked(kind, [document(kind)], [line()])
    again = checked(kind, [document(kind, "d-2")], [line("d-2")], known=first)
    assert states(again) == ["duplicate"]
    assert again.documents["duplicate_of"].to_pylist() == ["d-1"]
    other = checked(kind, [document(kind, "d-2")], [line("d-2", units=3)], known=first)
    assert states(other) == ["held"]
    assert other.findings["code"].to_pylist() == ["DOC-CONFLICT"]
    assert again.others[kind].num_rows == other.others[kind].num_rows == 0


def test_an_amount_tells_two_deductions_apart() -> None:
    first = checked("deduction", [document("deduction")], [line(amount_minor=-100)])
    other = checked("deduction", [document("deduction", "d-2")], [line("d-2", amount_minor=-101)], known=first)
    assert states(other) == ["held"]


def test_an_order_and_a_bill_may_have_the_same_number() -> None:
    order = checked("order", [document("order")], [line()])
    assert states(checked("invoice", [document("invoice", "d-2")], [line("d-2")], known=order)) == ["accepted"]


def test_a_line_with_an_error_has_no_units_and_the_others_keep_theirs() -> None:
    wrong = Finding("FIELD-MISSING", Place(FILE, 101, 9), "gtin: nothing", "d-1", 2)
    result = checked("order", [document("order")], [line(), line(line_no=2)], wrong)
    assert result.others["order"]["units"].to_pylist() == [2, None]


@pytest.mark.parametrize(("message", "state"), [("820", "accepted"), ("812", "quarantined"), ("COMDIS", "quarantined")])
def test_only_a_remittance_may_take_nothing(message: str, state: str) -> None:
    result = checked("deduction", [document("deduction", message_type=message)], [])
    assert states(result) == [state]
    assert result.findings["code"].to_pylist() == ([] if state == "accepted" else ["DOC-NO-LINES"])
