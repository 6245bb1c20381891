"""Open this when a finding of the split is missing: what is told of units without a sale, and of lost orders."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.claims import Claims
from schemas.findings import Finding, Place, as_table

_ITEM_UNKNOWN = "LINE-ITEM-UNKNOWN"


def findings_of(allocations: pa.Table, claims: Claims, places: pa.Table) -> pa.Table:
    """``FINDINGS`` at the place of each line, in the order of the files."""
    told = [*_units_unplaced(allocations, claims), *_orders_unknown(claims)]
    if not told:
        return as_table([])
    lines = pa.array(sorted({return_line for _, return_line, _ in told}))
    place_of = {row["return_line"]: row for row in places.filter(pc.is_in(places["return_line"], lines)).to_pylist()}
    findings = [_finding(code, place_of[return_line], detail) for code, return_line, detail in told]
    findings.sort(key=lambda f: (f.place.file, f.place.offset, f.document or "", f.line_no or 0, f.code))
    return as_table(findings)


def _finding(code: str, place: dict[str, Any], detail: str) -> Finding:
    where = Place(place["file"], place["offset"], place["length"], f"line {place['line_no']}")
    return Finding(code, where, detail, place["document"], place["line_no"])


def _orders_unknown(claims: Claims) -> Iterator[tuple[str, str, str]]:
    for row in _rows(claims, np.flatnonzero(claims.lost & (claims.wants.claim["units"] > 0))):
        yield "LINE-PO-UNKNOWN", row["return_line"], f"order {row['po_number']!r} of {row['return_line']}"


def _units_unplaced(allocations: pa.Table, claims: Claims) -> Iterator[tuple[str, str, str]]:
    wanting = pc.and_(allocations["unplaced"].is_valid(), pc.not_equal(allocations["unplaced"], _ITEM_UNKNOWN))
    rows = allocations.filter(wanting).select(["return_line", "units", "unplaced"]).to_pylist()
    if not rows:
        return
    lines = pa.array([row["return_line"] for row in rows])
    own = {
        row["return_line"]: row for row in claims.table.filter(pc.is_in(claims.table["return_line"], lines)).to_pylist()
    }
    for row in rows:
        claim = own[row["return_line"]]
        until = f" by {claim['returned_on']}" if claim["returned_on"] else ""
        yield row["unplaced"], row["return_line"], f"{row['units']} of {claim['units']} units of {claim['gtin']}{until}"


def _rows(claims: Claims, which: Any) -> list[dict[str, Any]]:
    rows = pa.array(claims.rows[which])
    return claims.table.select(["return_line", "po_number"]).take(rows).to_pylist()  # type: ignore[no-any-return]
