"""Open this when a finding of the split is missing: what is told of units without a sale, and of lost orders."""

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.claims import Claims
from pipelines.steps.split.placing import Placed
from pipelines.steps.split.portions import unplaced, why
from pipelines.steps.split.texts import Ints, whole
from schemas.findings import CATALOGUE
from schemas.tables import FINDINGS

_ITEM_UNKNOWN = "LINE-ITEM-UNKNOWN"
_IN_ORDER = ("file", "offset", "document", "line_no", "code")


def findings_of(claims: Claims, placed: Placed, unknown_items: Collection[str], places: pa.Table) -> pa.Table:
    """``FINDINGS`` at the place of each line, in the order of the files."""
    told = [*_units_unplaced(claims, placed, unknown_items), *_orders_unknown(claims)]
    if not told:
        return FINDINGS.empty_table()
    rows, codes, details = (list(column) for column in zip(*told, strict=True))
    place = _at(claims, np.array(rows), places)
    numbers = place["line_no"].cast(pa.string())
    columns = {name: place[name] for name in ("file", "offset", "length", "document", "line_no")} | {
        "code": pa.array(codes),
        "severity": pa.array([CATALOGUE[code].severity.value for code in codes]),
        "path": pc.binary_join_element_wise("line", pc.fill_null(numbers, "None"), " "),
        "detail": pa.array(details),
    }
    keys = {name: columns[name] for name in _IN_ORDER}
    keys |= {"document": pc.fill_null(keys["document"], ""), "line_no": pc.fill_null(keys["line_no"], 0)}
    order = pc.sort_indices(pa.table(keys), [(name, "ascending") for name in _IN_ORDER])
    return pa.table([columns[name] for name in FINDINGS.names], schema=FINDINGS).take(order).combine_chunks()


def _at(claims: Claims, rows: Ints, places: pa.Table) -> pa.Table:
    """Where these rows of the claims' table stand in their files; mostly places are in the order of the claims."""
    lines = claims.table["return_line"]
    if rows.max() < places.num_rows and lines.slice(0, places.num_rows).equals(places["return_line"]):
        return places.take(pa.array(rows))
    wanted = whole(lines).take(pa.array(rows))
    near = places.filter(pc.is_in(places["return_line"], wanted))
    return near.take(pc.index_in(wanted, whole(near["return_line"])))


def _orders_unknown(claims: Claims) -> Iterator[tuple[int, str, str]]:
    lost = np.flatnonzero(claims.lost & (claims.wants.claim["units"] > 0))
    texts = (claims.texts(name, lost).to_pylist() for name in ("return_line", "po_number"))
    for row, line, order in zip(claims.rows[lost].tolist(), *texts, strict=True):
        yield row, "LINE-PO-UNKNOWN", f"order {order!r} of {line}"


def _units_unplaced(claims: Claims, placed: Placed, unknown_items: Collection[str]) -> Iterator[tuple[int, str, str]]:
    without, missing = unplaced(claims, placed)
    in_order = np.argsort(claims.place[claims.rows[without]])
    without, missing = without[in_order], missing[in_order]
    own = claims.table.select(["units", "gtin", "returned_on"]).take(pa.array(claims.rows[without]))
    for row, code, units, claim in zip(
        claims.rows[without].tolist(),
        why(claims, without, unknown_items).to_pylist(),
        missing.tolist(),
        own.to_pylist(),
        strict=True,
    ):
        if code != _ITEM_UNKNOWN:
            until = f" by {claim['returned_on']}" if claim["returned_on"] else ""
            yield row, code, f"{units} of {claim['units']} units of {claim['gtin']}{until}"
