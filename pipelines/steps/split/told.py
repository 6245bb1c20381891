"""Open this when a finding of the split is missing: what is told of units without a sale, and of lost orders."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.claims import Claims
from pipelines.steps.split.texts import whole
from schemas.findings import CATALOGUE
from schemas.tables import FINDINGS

_ITEM_UNKNOWN = "LINE-ITEM-UNKNOWN"
_IN_ORDER = ("file", "offset", "document", "line_no", "code")


def findings_of(allocations: pa.Table, claims: Claims, places: pa.Table) -> pa.Table:
    """``FINDINGS`` at the place of each line, in the order of the files."""
    told = [*_units_unplaced(allocations, claims), *_orders_unknown(claims)]
    if not told:
        return FINDINGS.empty_table()
    codes, lines, details = (pa.array(column) for column in zip(*told, strict=True))
    near = places.filter(pc.is_in(places["return_line"], lines))
    place = near.take(pc.index_in(lines, whole(near["return_line"])))
    numbers = place["line_no"].cast(pa.string())
    columns = {name: place[name] for name in ("file", "offset", "length", "document", "line_no")} | {
        "code": codes,
        "severity": pa.array([CATALOGUE[code].severity.value for code, _, _ in told]),
        "path": pc.binary_join_element_wise("line", pc.fill_null(numbers, "None"), " "),
        "detail": details,
    }
    keys = {name: columns[name] for name in _IN_ORDER}
    keys |= {"document": pc.fill_null(keys["document"], ""), "line_no": pc.fill_null(keys["line_no"], 0)}
    order = pc.sort_indices(pa.table(keys), [(name, "ascending") for name in _IN_ORDER])
    return pa.table([columns[name] for name in FINDINGS.names], schema=FINDINGS).take(order).combine_chunks()


def _orders_unknown(claims: Claims) -> Iterator[tuple[str, str, str]]:
    lost = np.flatnonzero(claims.lost & (claims.wants.claim["units"] > 0))
    for line, order in zip(
        *(claims.texts(name, lost).to_pylist() for name in ("return_line", "po_number")), strict=True
    ):
        yield "LINE-PO-UNKNOWN", line, f"order {order!r} of {line}"


def _units_unplaced(allocations: pa.Table, claims: Claims) -> Iterator[tuple[str, str, str]]:
    wanting = pc.and_(allocations["unplaced"].is_valid(), pc.not_equal(allocations["unplaced"], _ITEM_UNKNOWN))
    rows = allocations.select(["return_line", "units", "unplaced"]).filter(wanting).to_pylist()
    if not rows:
        return
    stated = claims.table.select(["return_line", "units", "gtin", "returned_on"])
    lines = pa.array([row["return_line"] for row in rows])
    own = {row["return_line"]: row for row in stated.filter(pc.is_in(stated["return_line"], lines)).to_pylist()}
    for row in rows:
        claim = own[row["return_line"]]
        until = f" by {claim['returned_on']}" if claim["returned_on"] else ""
        yield row["unplaced"], row["return_line"], f"{row['units']} of {claim['units']} units of {claim['gtin']}{until}"
