"""Open this when a line is not used as it was sent: items, quantities, and sales that are known already."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.content import plain_decimal
from schemas.credits import REFERENCE
from schemas.findings import Finding, Place

# What makes a sale the same sale; texts beside it may be written differently when it is sent again.
SALE = ("retailer", "store", "sold_on", "gtin", "units", "unit_price", "net_minor", "tax_minor", "currency")
_SALE_NEEDS = (
    "company", "retailer", "invoice_number", "invoice_line", "sold_on", "gtin", "unit_price", "net_minor", "tax_minor",
    "tax_category", "tax_rate", "currency",
)  # fmt: skip


def line_finding(code: str, row: dict[str, Any], detail: str) -> Finding:
    """A finding at the place of this line."""
    place = Place(row["file"], row["offset"], row["length"], f"line {row['line_no']}")
    return Finding(code, place, detail, row["document"], row["line_no"])


def without_units_where(lines: pa.Table, held: pa.Array) -> pa.Table:
    """The lines; held ones keep their raw quantity but have no units, so that nothing is claimed or counted by them."""
    units = pc.if_else(held, pa.scalar(None, pa.int64()), lines["units"])
    return lines.set_column(lines.column_names.index("units"), lines.schema.field("units"), units)


def bad_quantities(lines: pa.Table) -> list[Finding]:
    """LINE-QUANTITY-BAD for each of these lines, with the quantity as it was sent."""
    return [line_finding("LINE-QUANTITY-BAD", row, _quantity_detail(row)) for row in lines.to_pylist()]


def _quantity_detail(row: dict[str, Any]) -> str:
    raw = row.get("quantity_raw")
    found = raw if raw is not None else row["units"]
    return "no quantity" if found is None else f"quantity {found!r}"


def usable_sales(sales: pa.Table, known: pa.Table) -> tuple[pa.Table, list[Finding]]:
    """Sale lines that are new and whole; what was sent before and says the same is dropped without a word.

    ``known`` holds invoice lines by their id: invoice_line and the columns of ``SALE``, as ``InvoiceLine`` names them.
    A line that is known with other units or money, or lacks what a credit needs, is dropped with a finding. So is what
    took a credit of ours back: an ERP shows it among its invoices, and nothing was sold by it.
    """
    ours = pc.fill_null(pc.match_substring_regex(sales["po_number"], REFERENCE), False)
    whole, findings = _whole_sales(sales.filter(pc.invert(ours)))
    findings += [_no_sale(row) for row in sales.filter(ours).to_pylist()]
    ids = sale_ids(whole)
    first = pc.equal(pc.index_in(ids, ids), pa.array(range(len(ids)), pa.int32()))
    new = pc.and_(first, pc.invert(pc.is_in(ids, known["invoice_line"].combine_chunks())))
    fresh, again = whole.filter(new), whole.filter(pc.invert(new))
    return fresh, findings + _conflicting(again, fresh, known)


def sale_ids(sales: pa.Table) -> pa.Array:
    """The id of each sale line: company/invoice/line."""
    columns = (sales["company"], sales["invoice_number"], sales["invoice_line"])
    return pc.binary_join_element_wise(*columns, "/").combine_chunks()


def _whole_sales(sales: pa.Table) -> tuple[pa.Table, list[Finding]]:
    bad = pc.fill_null(pc.less_equal(sales["units"], 0), True)
    for name in _SALE_NEEDS:
        bad = pc.or_(bad, sales[name].is_null())
    problems = [finding for row in sales.filter(bad).to_pylist() for finding in _sale_problems(row)]
    return sales.filter(pc.invert(bad)), problems


def _sale_problems(row: dict[str, Any]) -> Iterator[Finding]:
    missing = [name for name in _SALE_NEEDS if row[name] is None]
    if missing:
        yield line_finding("FIELD-MISSING", row, f"the sale has no {', '.join(missing)}")
    if row["units"] is None or row["units"] <= 0:
        yield line_finding("LINE-QUANTITY-BAD", row, _quantity_detail(row))


def _no_sale(row: dict[str, Any]) -> Finding:
    told = f"invoice {row['invoice_number']} carries our reference {row['po_number']}: it took a credit back"
    return line_finding("LINE-SALE-OURS", row, told)


def _conflicting(again: pa.Table, fresh: pa.Table, known: pa.Table) -> list[Finding]:
    """A finding for each sale that is sent again and says something else than the first time."""
    ids = sale_ids(again)
    before = {row["invoice_line"]: row for row in known.filter(pc.is_in(known["invoice_line"], ids)).to_pylist()}
    first = fresh.append_column("id", sale_ids(fresh))
    before |= {row["id"]: row for row in first.filter(pc.is_in(first["id"], ids)).to_pylist()}
    findings = []
    for sale_id, row in zip(ids.to_pylist(), again.to_pylist(), strict=True):
        if changed := _differences(_said(before[sale_id]), _said(row)):
            findings.append(line_finding("LINE-SALE-CONFLICT", row, f"{sale_id}: {changed}"))
    return findings


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in SALE} | {"unit_price": plain_decimal(row["unit_price"])}


def _differences(before: dict[str, Any], now: dict[str, Any]) -> str:
    return ", ".join(f"{name} was {before[name]}, is {now[name]}" for name in SALE if before[name] != now[name])


def lines_with_errors(findings: pa.Table) -> set[tuple[str, int]]:
    """(document, line_no) of every line that carries an error: an error holds its line alone."""
    errors = findings.filter(pc.equal(findings["severity"], "error")).select(["document", "line_no"])
    return {(row["document"], row["line_no"]) for row in errors.to_pylist() if row["line_no"] is not None}


def mask_of(lines: pa.Table, keys: Iterable[tuple[str, int]]) -> pa.Array:
    """Which rows are among these (document, line_no)."""
    wanted = set(keys)
    pairs = zip(lines["document"].to_pylist(), lines["line_no"].to_pylist(), strict=True)
    return pa.array([pair in wanted for pair in pairs], pa.bool_())
