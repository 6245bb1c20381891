"""Open this when goods came that nobody announced: the return they are kept in, and the rows that say so.

Surplus of a known return becomes a further line of it. An unannounced box becomes a provisional return of its own,
numbered after the receipt. A box of nobody we know stays what it is: a stored receipt line and a finding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.boxes import Line, Surplus
from pipelines.steps.guesses import BOX_LINES
from pipelines.steps.returns import CARTONS, RETURN_LINES, RETURNS
from schemas.tables import CLAIMS

_T, _I = pa.string(), pa.int64()

# New return lines by the receipt line that found them, until the split has placed them.
FOUND = pa.schema({
    "return_line": _T, "receipt_document": _T, "receipt_line_no": _I, "units": _I, "condition": _T,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Landed:
    """Unannounced units as a new return line. ``opens`` is true where it opens a provisional return."""

    line: Line
    units: int
    return_id: str
    retailer: str
    return_line: str
    kind: str  # over or unannounced, as in DIFFERENCES
    opens: bool


def land(surplus: Sequence[Surplus], returns: pa.Table) -> tuple[list[Landed], list[Surplus]]:
    """New return lines for the surplus, and what stays without one because its retailer is not known."""
    opened_by = _known_docks(surplus, returns)
    landed, nobody = [], []
    for one in sorted(surplus, key=lambda one: one.line.order):
        retailer = one.home.retailer if one.home else one.line.retailer
        if retailer is None:
            nobody.append(one)
        else:
            landed.append(_landed(one, retailer, opened_by))
    return landed, nobody


def _known_docks(surplus: Iterable[Surplus], returns: pa.Table) -> dict[str, str]:
    """Provisional returns that exist already, as opened by a receipt that is not in this batch."""
    ids = pa.array({_dock_id(one.line) for one in surplus if one.home is None and one.line.retailer}, pa.string())
    known = returns["return_id"].filter(pc.is_in(returns["return_id"], ids)).to_pylist()
    return dict.fromkeys(known, "")


def dock_number(receipt: str | None) -> str:
    """The number of the provisional return that a receipt of this number opens."""
    return f"DOCK-{receipt}"


def _dock_number(line: Line) -> str:
    return dock_number(line.receipt_number)


def _dock_id(line: Line) -> str:
    return f"{line.retailer}/{_dock_number(line)}"


def _landed(one: Surplus, retailer: str, opened_by: dict[str, str]) -> Landed:
    """The receipt that opens a return numbers its lines; a line added to a return carries its receipt in its id.

    So does a line of a receipt that takes the place of another one, so that it is no matter which came first.
    """
    line = one.line
    return_id = one.home.return_id if one.home else _dock_id(line)
    opens = one.home is None and opened_by.setdefault(return_id, line.document) == line.document
    return_line = f"{return_id}/{line.name}" if opens and not line.told_anew else f"{return_id}/{line.cause}"
    kind = "over" if one.home and one.home.origin != "dock" else "unannounced"
    return Landed(line, one.units, return_id, retailer, return_line, kind, opens)


def new_returns(landed: Iterable[Landed]) -> pa.Table:
    """Provisional returns, by the first line of each."""
    rows: dict[str, dict[str, Any]] = {}
    for one in landed:
        if one.opens:
            row = rows.setdefault(one.return_id, {"return_id": one.return_id, "store": None})
            row |= {"retailer": one.retailer, "number": _dock_number(one.line), "origin": "dock"}
            row |= {"document": one.line.document, "returned_on": one.line.received_on}
            row["store"] = row["store"] or one.line.store
    return pa.Table.from_pylist(list(rows.values()), RETURNS).sort_by("return_id")


def new_return_lines(landed: Iterable[Landed]) -> pa.Table:
    """The lines of provisional returns, and the lines that receipts add to announced ones."""
    rows = [
        _identity(one) | {
            "document": one.line.document, "line_no": one.line.line_no, "origin": "dock",
            "gtin": one.line.gtin, "units": one.units, "carton": one.line.carton, "po_number": one.line.po_number,
        }
        for one in landed
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, RETURN_LINES).sort_by("return_line")


def new_claims(landed: Iterable[Landed]) -> pa.Table:
    """``CLAIMS`` of these lines: they state what the warehouse read of orders, and came back on the receipt's day."""
    rows = [
        _identity(one) | {
            "store": one.line.store, "gtin": one.line.gtin, "units": one.units, "returned_on": one.line.received_on,
            "po_number": one.line.po_stated, "po_line": one.line.po_line, "header_po": one.line.header_po,
        }
        for one in landed
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, CLAIMS).sort_by("return_line")


def new_cartons(landed: Iterable[Landed]) -> pa.Table:
    """The labels of boxes in provisional returns: unexpected."""
    labels = {(one.line.carton, one.return_id) for one in landed if one.opens and one.line.carton}
    rows = [{"carton": carton, "return_id": return_id, "state": "unexpected"} for carton, return_id in sorted(labels)]
    return pa.Table.from_pylist(rows, CARTONS)


def found_rows(landed: Iterable[Landed]) -> pa.Table:
    """The new return lines with the receipt line and condition they were found in."""
    rows = [
        {
            "return_line": one.return_line, "receipt_document": one.line.document,
            "receipt_line_no": one.line.line_no, "units": one.units, "condition": one.line.condition,
        }
        for one in landed
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, FOUND).sort_by("return_line")


def strange_boxes(surplus: Iterable[Surplus]) -> pa.Table:
    """``BOX_LINES`` of boxes that belong to no return that we know, also of those whose retailer is not known."""
    rows = [
        {
            "document": one.line.document, "box": one.line.carton or "", "retailer": one.line.retailer,
            "store": one.line.store, "received_on": one.line.received_on, "gtin": one.line.gtin, "units": one.units,
        }
        for one in sorted(surplus, key=lambda one: one.line.order)
        if one.home is None
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, BOX_LINES)


def _identity(one: Landed) -> dict[str, Any]:
    return {"return_line": one.return_line, "return_id": one.return_id, "retailer": one.retailer}
