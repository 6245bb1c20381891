"""Check: what becomes of a document, and which of its lines can be used."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.check import NO_RETURNS, NO_SALES, Checked, check
from pipelines.steps.items import ITEM_BY, ItemFacts
from schemas.findings import CATALOGUE, Finding, Place, as_table
from schemas.tables import DOCUMENTS, NOTICE_LINES, RECEIPT_LINES, SALE_LINES

LAMP, CHAIR = "09520000000011", "09520000000028"
FILE = "f" * 64
_TEXTS = ("document", "partner", "kind", "number", "purpose")
KNOWN = pa.schema([
    *((name, pa.string()) for name in _TEXTS), ("issued_on", pa.date32()), ("content", pa.string()),
    ("state", pa.string()),
])  # fmt: skip


Row = dict[str, Any]


def document(name: str = "d-1", **spoil: Any) -> Row:
    row = {
        "document": name, "file": FILE, "offset": 100, "length": 900, "partner": "nordstad", "kind": "notice",
        "standard": "x12", "message_type": "180", "message_control": "0001", "number": "R1", "purpose": "original",
        "rule_version": "m1",
    }  # fmt: skip
    return row | spoil


def notice_line(name: str = "d-1", line_no: int = 1, **spoil: Any) -> Row:
    row = {
        "document": name, "line_no": line_no, "file": FILE, "offset": 100 + line_no, "length": 10, "store": "0042",
        "gtin": LAMP, "vendor_item": "L-1", "quantity_raw": "2", "units": 2, "unit_price": "10.50", "carton": "C1",
    }  # fmt: skip
    return row | spoil


def receipt_line(**spoil: Any) -> Row:
    row = {
        "document": "d-1", "line_no": 1, "file": FILE, "offset": 101, "length": 10, "retailer": "NORDSTAD",
        "gtin": LAMP, "quantity_raw": "2", "units": 2, "condition": "sellable", "complete": True,
    }  # fmt: skip
    return row | spoil


def sale_line(line_no: int = 1, **spoil: Any) -> Row:
    row = {
        "document": "d-1", "line_no": line_no, "file": FILE, "offset": 101, "length": 10, "company": "WR01",
        "retailer": "nordstad", "store": "0042", "invoice_number": "INV1", "invoice_line": str(line_no),
        "sold_on": date(2025, 1, 5), "gtin": LAMP, "units": 3, "unit_price": "10.00", "net_minor": 3000,
        "tax_minor": 600, "tax_category": "S", "tax_rate": "20", "currency": "GBP",
    }  # fmt: skip
    return row | spoil


def table(schema: pa.Schema, rows: Any) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema)


def checked(
    documents: list[Row],
    notices: Sequence[Row] = (),
    *,
    receipts: Sequence[Row] = (),
    sales: Sequence[Row] = (),
    findings: Sequence[Finding] = (),
    known: pa.Table | None = None,
    known_sales: pa.Table = NO_SALES,
    known_returns: pa.Table = NO_RETURNS,
) -> Checked:
    items = pa.table({"gtin": [LAMP, CHAIR, "09520000000035"], "vendor_item": ["L-1", "TWIN", "TWIN"]})
    items = pa.concat_tables([items, pa.table({"gtin": ["09520000000042"], "vendor_item": ["S-9"]})])
    return check(
        table(DOCUMENTS, documents),
        table(NOTICE_LINES, notices),
        table(RECEIPT_LINES, receipts),
        table(SALE_LINES, sales),
        as_table(findings),
        known if known is not None else KNOWN.empty_table(),
        ItemFacts(items),
        known_sales,
        known_returns,
    )


def states(result: Checked) -> list[str]:
    return result.documents["state"].to_pylist()


def codes(result: Checked) -> list[str]:
    return result.findings["code"].to_pylist()


def as_known(result: Checked) -> pa.Table:
    return result.documents.select(KNOWN.names)


def test_a_sound_notice_is_accepted_with_its_lines() -> None:
    result = checked([document()], [notice_line()])
    assert states(result) == ["accepted"]
    assert result.documents["duplicate_of"].to_pylist() == [None]
    assert result.notice_lines.schema.equals(NOTICE_LINES.append(ITEM_BY))
    assert result.notice_lines.select(NOTICE_LINES.names).equals(table(NOTICE_LINES, [notice_line()]))
    assert result.notice_lines["item_by"].to_pylist() == ["gtin"]
    assert codes(result) == []


def test_the_same_return_under_another_control_number_is_a_duplicate() -> None:
    first = checked([document()], [notice_line(line_no=1), notice_line(line_no=2, gtin=CHAIR)])
    again = [notice_line("d-9", line_no=1, gtin=CHAIR), notice_line("d-9", line_no=2, unit_price="10.5")]
    result = checked([document("d-9", message_control="0077", offset=5)], again, known=as_known(first))
    assert states(result) == ["duplicate"]
    assert result.documents["duplicate_of"].to_pylist() == ["d-1"]
    assert result.notice_lines.num_rows == 0
    (found,) = result.findings.to_pylist()
    assert (found["code"], found["document"], found["offset"], found["severity"]) == (
        "DOC-DUPLICATE",
        "d-9",
        5,
        "info",
    )


@pytest.mark.parametrize("change", [{"units": 3}, {"po_number": "P1"}, {"carton": None}, {"reason": "damaged"}])
def test_the_same_number_with_other_lines_is_held(change: Row) -> None:
    first = checked([document()], [notice_line()])
    result = checked([document("d-2")], [notice_line("d-2", **change)], known=as_known(first))
    assert states(result) == ["held"]
    assert codes(result) == ["DOC-CONFLICT"]
    assert "d-1" in result.findings["detail"][0].as_py()
    assert result.notice_lines.num_rows == 0


def test_a_line_sent_twice_in_one_document_is_other_content_than_once() -> None:
    first = checked([document()], [notice_line()])
    result = checked([document("d-2")], [notice_line("d-2", 1), notice_line("d-2", 2)], known=as_known(first))
    assert states(result) == ["held"]


def test_in_one_batch_the_first_document_of_a_number_wins() -> None:
    documents = [document("z-1"), document("a-1"), document("m-1")]
    lines = [notice_line("z-1"), notice_line("a-1"), notice_line("m-1", units=7)]
    result = checked(documents, lines)
    assert states(result) == ["accepted", "duplicate", "held"]
    assert result.documents["duplicate_of"].to_pylist() == [None, "z-1", None]
    assert result.notice_lines["document"].to_pylist() == ["z-1"]


@pytest.mark.parametrize("other", [{"partner": "brightwell"}, {"kind": "receipt"}, {"number": "R2"}])
def test_another_partner_kind_or_number_is_another_document(other: Row) -> None:
    first = checked([document()], [notice_line()])
    result = checked([document("d-2", **other)], [notice_line("d-2")], known=as_known(first))
    assert states(result) == ["accepted"]


def test_what_was_not_accepted_before_does_not_stand_in_the_way() -> None:
    first = checked([document()], [notice_line()], findings=[Finding("MSG-TRUNCATED", Place(FILE), "", "d-1")])
    assert states(first) == ["quarantined"]
    assert states(checked([document("d-2")], [notice_line("d-2")], known=as_known(first))) == ["accepted"]


@pytest.mark.parametrize("purpose", ["cancel", "replace"])
def test_of_receipts_too_the_latest_version_counts(purpose: str) -> None:
    result = checked([document(kind="receipt", purpose=purpose)], receipts=[receipt_line()])
    assert (states(result), result.receipt_lines.num_rows) == (["accepted"], purpose == "replace")
    late = checked([document("d-2", kind="receipt")], receipts=[receipt_line(document="d-2")], known=as_known(result))
    assert (states(late), codes(late), late.receipt_lines.num_rows) == (["superseded"], ["DOC-SUPERSEDED"], 0)


@pytest.mark.parametrize("purpose", ["cancel", "replace"])
def test_bills_that_cancel_or_replace_wait_for_a_person(purpose: str) -> None:
    result = checked([document(kind="invoice", purpose=purpose)])
    assert states(result) == ["held"]
    assert codes(result) == ["DOC-PURPOSE-HELD"]
    assert purpose in result.findings["detail"][0].as_py()


@pytest.mark.parametrize("purpose", ["cancel", "replace"])
def test_an_original_that_comes_after_its_cancel_or_replacement_is_superseded(purpose: str) -> None:
    amending = document("d-2", purpose=purpose), notice_line("d-2", units=3)
    first = checked([amending[0]], [amending[1]])
    assert states(first) == ["accepted"]
    assert first.notice_lines.num_rows == (purpose == "replace")
    later = checked([document()], [notice_line()], known=as_known(first))
    assert (states(later), codes(later), later.notice_lines.num_rows) == (["superseded"], ["DOC-SUPERSEDED"], 0)
    together = checked([document(), amending[0]], [notice_line(), amending[1]])
    assert states(together) == ["superseded", "accepted"]


def test_a_cancel_needs_no_lines_and_a_replacement_does() -> None:
    assert states(checked([document(purpose="cancel")], [])) == ["accepted"]
    result = checked([document(purpose="replace")], [])
    assert (states(result), codes(result)) == (["quarantined"], ["DOC-NO-LINES"])


VERSIONS = [
    ("replace", 3, "replace", 5, ["superseded", "accepted"]),
    ("replace", 5, "replace", 3, ["accepted", "superseded"]),
    ("replace", 3, "replace", 3, ["superseded", "accepted"]),
    ("replace", 3, "cancel", 5, ["superseded", "accepted"]),
    ("replace", 5, "cancel", 3, ["accepted", "superseded"]),
    ("replace", 3, "cancel", 3, ["superseded", "accepted"]),
]


@pytest.mark.parametrize(("one", "on", "other", "later", "expected"), VERSIONS)
def test_of_two_versions_of_one_batch_the_later_counts(
    one: str, on: int, other: str, later: int, expected: list[str]
) -> None:
    pair = [
        document("d-1", purpose=one, issued_on=date(2026, 3, on)),
        document("d-2", purpose=other, issued_on=date(2026, 3, later)),
    ]
    assert states(checked(pair, [notice_line("d-1", units=3), notice_line("d-2", units=4)])) == expected


@pytest.mark.parametrize(("known", "on", "purpose", "later", "expected"), [
    ("replace", 3, "replace", 5, "accepted"), ("replace", 5, "replace", 3, "superseded"),
    ("replace", 3, "replace", 3, "accepted"), ("cancel", 5, "replace", 3, "superseded"),
    ("cancel", 5, "replace", 5, "superseded"), ("cancel", 3, "replace", 5, "accepted"),
    ("replace", 5, "cancel", 3, "superseded"), ("replace", 5, "cancel", 5, "accepted"),
])  # fmt: skip
def test_of_two_versions_the_later_counts_and_of_one_day_the_one_that_came_last(
    known: str, on: int, purpose: str, later: int, expected: str
) -> None:
    first = checked([document(purpose=known, issued_on=date(2026, 3, on))], [notice_line()])
    second = document("d-2", purpose=purpose, issued_on=date(2026, 3, later))
    result = checked([second], [notice_line("d-2", units=7)], known=as_known(first))
    assert states(result) == [expected]


def test_the_same_replacement_again_is_a_duplicate() -> None:
    first = checked([document(purpose="replace")], [notice_line()])
    result = checked([document("d-2", purpose="replace")], [notice_line("d-2")], known=as_known(first))
    assert (states(result), result.documents["duplicate_of"].to_pylist()) == (["duplicate"], ["d-1"])


def test_a_copy_is_a_duplicate_of_its_original_and_counts_when_the_original_never_came() -> None:
    first = checked([document()], [notice_line()])
    copy = [document("d-2", purpose="copy")], [notice_line("d-2")]
    assert states(checked(*copy, known=as_known(first))) == ["duplicate"]
    assert states(checked(*copy)) == ["accepted"]


def test_a_fatal_finding_quarantines_its_document_alone() -> None:
    fatal = Finding("MSG-COUNT-WRONG", Place(FILE, 100, 10), "SE01 is 9, there are 8", "d-1")
    result = checked([document(), document("d-2", number="R2")], [notice_line(), notice_line("d-2")], findings=[fatal])
    assert states(result) == ["quarantined", "accepted"]
    assert result.notice_lines["document"].to_pylist() == ["d-2"]
    assert codes(result) == ["MSG-COUNT-WRONG"]


def test_a_fatal_finding_without_a_document_reaches_the_documents_that_its_place_covers() -> None:
    fatal = Finding("ENV-UNKNOWN-SENDER", Place(FILE, 0, 200), "ZZ:NOBODY")
    documents = [document(offset=100), document("d-2", number="R2", offset=300), document("d-3", number="R3", file="e")]
    result = checked(documents, [notice_line(), notice_line("d-2"), notice_line("d-3")], findings=[fatal])
    assert states(result) == ["quarantined", "accepted", "accepted"]


def test_a_document_without_lines_or_number_is_quarantined() -> None:
    result = checked([document(), document("d-2", number=None)], [notice_line("d-2")])
    assert states(result) == ["quarantined", "quarantined"]
    assert codes(result) == ["DOC-NO-LINES", "DOC-NO-NUMBER"]


def test_a_notice_of_a_return_that_the_dock_opened_is_held() -> None:
    opened = pa.table({"retailer": ["nordstad"], "number": ["R1"], "document": ["w-1"]})
    result = checked([document()], [notice_line()], known_returns=opened)
    assert states(result) == ["held"]
    assert codes(result) == ["DOC-CONFLICT"]
    assert "w-1" in result.findings["detail"][0].as_py()


def test_a_repeat_of_a_known_notice_is_a_duplicate_although_its_return_exists() -> None:
    first = checked([document()], [notice_line()])
    opened = pa.table({"retailer": ["nordstad"], "number": ["R1"], "document": ["d-1"]})
    result = checked([document("d-2")], [notice_line("d-2")], known=as_known(first), known_returns=opened)
    assert states(result) == ["duplicate"]


@pytest.mark.parametrize(
    ("named", "gtin", "known"),
    [
        ({"gtin": LAMP, "vendor_item": "S-9"}, LAMP, True),
        ({"gtin": None, "vendor_item": "S-9"}, "09520000000042", True),
        ({"gtin": "09529999999990", "vendor_item": "S-9"}, "09520000000042", True),
        # Kept as stated, so that the warehouse's count of the same item meets it.
        ({"gtin": "09529999999990", "vendor_item": "X"}, "09529999999990", False),
        ({"gtin": None, "vendor_item": None}, None, False),
    ],
)
def test_items_are_known_by_gtin_else_by_our_item_number(named: Row, gtin: str | None, known: bool) -> None:
    result = checked([document()], [notice_line(**named)])
    assert result.notice_lines["gtin"].to_pylist() == [gtin]
    assert result.notice_lines["units"].to_pylist() == [2]
    assert codes(result) == ([] if known else ["LINE-ITEM-UNKNOWN"])
    for found in result.findings.to_pylist():
        assert (found["file"], found["offset"], found["length"], found["document"], found["line_no"]) == (
            FILE, 101, 10, "d-1", 1,
        )  # fmt: skip
        assert all(repr(value) in found["detail"] for value in named.values() if value)


@pytest.mark.parametrize(("units", "raw"), [(None, "two"), (0, "0"), (-1, "-1"), (None, None)])
def test_a_line_without_a_usable_quantity_claims_nothing(units: int | None, raw: str | None) -> None:
    lines = [notice_line(units=units, quantity_raw=raw), notice_line(line_no=2)]
    result = checked([document()], lines)
    assert states(result) == ["accepted"]
    assert result.notice_lines["units"].to_pylist() == [None, 2]
    assert result.notice_lines["quantity_raw"].to_pylist() == [raw, "2"]
    assert codes(result) == ["LINE-QUANTITY-BAD"]
    assert (raw or "no quantity") in result.findings["detail"][0].as_py()


def test_an_error_of_the_reader_holds_its_line_alone_and_is_not_told_twice() -> None:
    ragged = Finding("TABLE-ROW-RAGGED", Place(FILE, 101, 10), "12 fields", "d-1", 1)
    warned = Finding("FIELD-UNKNOWN-CODE", Place(FILE, 102, 10), "XX", "d-1", 2)
    result = checked([document()], [notice_line(), notice_line(line_no=2)], findings=[ragged, warned])
    assert result.notice_lines["units"].to_pylist() == [None, 2]
    assert codes(result) == ["TABLE-ROW-RAGGED", "FIELD-UNKNOWN-CODE"]


def test_a_warehouse_may_count_none_but_not_less() -> None:
    receipt = document(kind="receipt", partner="harwich")
    lines = [receipt_line(units=0, quantity_raw="0"), receipt_line(line_no=2, units=-2, quantity_raw="-2")]
    result = checked([receipt], receipts=lines)
    assert result.receipt_lines["units"].to_pylist() == [0, None]
    assert codes(result) == ["LINE-QUANTITY-BAD"]


def known_sales(*rows: Row) -> pa.Table:
    rows = tuple(row | {"invoice_line": f"WR01/INV1/{row['line_no']}"} for row in rows)
    return table(NO_SALES.schema, [{name: row[name] for name in NO_SALES.schema.names} for row in rows])


def test_sales_sent_again_are_dropped_without_a_word() -> None:
    sales = document(kind="sales", partner="erp-export", number=None)
    again = [sale_line(1, unit_price="10"), sale_line(2), sale_line(2, offset=300)]
    result = checked([sales], sales=again, known_sales=known_sales(sale_line(1)))
    assert states(result) == ["accepted"]
    assert result.sale_lines["invoice_line"].to_pylist() == ["2"]
    assert codes(result) == []


@pytest.mark.parametrize("change", [{"units": 4}, {"net_minor": 2999}, {"gtin": CHAIR}, {"store": None}])
def test_a_sale_that_changed_is_kept_as_it_was_first(change: Row) -> None:
    sales = document(kind="sales", partner="erp-export", number=None)
    earlier = checked([sales], sales=[sale_line(1, **change)], known_sales=known_sales(sale_line(1)))
    together = checked([sales], sales=[sale_line(1), sale_line(1, **change)])
    assert (earlier.sale_lines.num_rows, together.sale_lines.num_rows) == (0, 1)
    for result in (earlier, together):
        assert codes(result) == ["LINE-SALE-CONFLICT"]
        (name,) = change
        assert f"WR01/INV1/1: {name} was" in result.findings["detail"][0].as_py()


def test_sales_are_never_duplicates_by_their_number() -> None:
    sales = document(kind="sales", partner="erp-export", number="EXPORT")
    first = checked([sales], sales=[sale_line(1)])
    result = checked([sales | {"document": "d-2"}], sales=[sale_line(1, document="d-2")], known=as_known(first))
    assert states(result) == ["accepted"]


def test_a_sale_that_lacks_what_a_credit_needs_is_dropped_with_a_finding() -> None:
    sales = document(kind="sales", partner="erp-export", number=None)
    rows = [sale_line(1, sold_on=None, currency=None), sale_line(2, units=0), sale_line(3)]
    result = checked([sales], sales=rows)
    assert result.sale_lines["line_no"].to_pylist() == [3]
    assert codes(result) == ["FIELD-MISSING", "LINE-QUANTITY-BAD"]
    assert "sold_on, currency" in result.findings["detail"][0].as_py()


def test_findings_that_came_in_come_out_first() -> None:
    told = Finding("FIELD-BAD-SSCC", Place(FILE, 101, 10), "C1", "d-1", 1)
    result = checked([document()], [notice_line(gtin=None, vendor_item=None)], findings=[told])
    assert codes(result) == ["FIELD-BAD-SSCC", "LINE-ITEM-UNKNOWN"]
    assert all(CATALOGUE[row["code"]].severity == row["severity"] for row in result.findings.to_pylist())


def test_nothing_gives_nothing() -> None:
    result = checked([])
    assert result.documents.num_rows == result.findings.num_rows == 0
