"""Open this when units are about to be placed anew: what they claim, and what their sales have left without them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import NOTHING, Amounts
from schemas.ledger import EXPECTED, Bucket
from schemas.tables import CLAIMS, KEPT_CLAIMS, PARCELS, SUPPLY

Row = dict[str, Any]
_TAKEN = ("units_taken", "net_taken", "tax_taken")
_AMOUNTS = ("units", "net_minor", "tax_minor")


def kept(claims: pa.Table, places: pa.Table) -> pa.Table:
    """``KEPT_CLAIMS`` of new ``CLAIMS``; ``places`` has return_line, document, line_no, file, offset and length."""
    row = pc.index_in(claims["return_line"], places["return_line"].combine_chunks())
    of = places.take(row)
    columns = [of[n] if n in of.column_names and n != "return_line" else claims[n] for n in KEPT_CLAIMS.names]
    return pa.table(columns, schema=KEPT_CLAIMS)


def reopened(claims: pa.Table, parcels: pa.Table) -> pa.Table:
    """``CLAIMS`` of the lines that have ``PARCELS``, each for the units that may move."""
    units = _sums(parcels, "return_line")
    rows = [
        _claim(row) | {"units": units[row["return_line"]].units}
        for row in claims.to_pylist()
        if row["return_line"] in units
    ]
    return pa.Table.from_pylist(rows, CLAIMS)


def box_mates(claims: pa.Table, others: Iterable[str]) -> pa.Table:
    """``CLAIMS`` of all lines that are not among ``others``: they say what else is in the box."""
    known = set(others)
    rows = [_claim(row) for row in claims.to_pylist() if row["return_line"] not in known]
    return pa.Table.from_pylist(rows, CLAIMS)


def _claim(row: Row) -> Row:
    return {name: row.get(name) for name in CLAIMS.names}


def freed(supply: pa.Table, parcels: pa.Table) -> pa.Table:
    """``SUPPLY`` as if the units of ``PARCELS`` stood nowhere; refused ones stand nowhere already."""
    standing = parcels.filter(pc.not_equal(parcels["bucket"], Bucket.REFUSED.value))
    back = _sums(standing.filter(standing["invoice_line"].is_valid()), "invoice_line")
    return _changed(supply, {line: NOTHING - amounts for line, amounts in back.items()})


def taken(supply: pa.Table, allocations: pa.Table) -> pa.Table:
    """``SUPPLY`` less what these ``ALLOCATIONS`` take of it."""
    return _changed(supply, _sums(allocations.filter(allocations["invoice_line"].is_valid()), "invoice_line"))


def _sums(table: pa.Table, key: str) -> dict[str, Amounts]:
    sums: dict[str, Amounts] = defaultdict(Amounts)
    columns = [table[name].to_pylist() for name in (key, *_AMOUNTS)]
    for name, *amounts in zip(*columns, strict=True):
        sums[name] += Amounts(*amounts)
    return sums


def _changed(supply: pa.Table, deltas: Mapping[str, Amounts]) -> pa.Table:
    lines = supply["invoice_line"].to_pylist()
    for name, amount in zip(_TAKEN, _AMOUNTS, strict=True):
        added = pa.array([getattr(deltas.get(line, NOTHING), amount) for line in lines], pa.int64())
        supply = supply.set_column(supply.column_names.index(name), SUPPLY.field(name), pc.add(supply[name], added))
    return supply


def sold(sale_lines: pa.Table, ids: pa.Array) -> pa.Table:
    """``SUPPLY`` of new sale lines, of which nothing is taken yet."""
    nothing = pa.repeat(pa.scalar(0, pa.int64()), sale_lines.num_rows)
    columns = {name: sale_lines[name] for name in SUPPLY.names if name in sale_lines.column_names}
    columns |= dict.fromkeys(_TAKEN, nothing) | {"invoice_line": ids}
    return pa.table([columns[name] for name in SUPPLY.names], schema=SUPPLY)


def after(parcels: pa.Table, movements: pa.Table, inspections: pa.Table, received_on: Mapping[str, date]) -> pa.Table:
    """``PARCELS`` after these movements of what had not come: counted in, short or taken back.

    ``received_on`` is the day of each receipt document.
    """
    seen = {row["movement"]: row for row in inspections.to_pylist()}
    rows = parcels.to_pylist()
    announced = {row["portion"]: row for row in rows if row["bucket"] == Bucket.ANNOUNCED}
    for moved in movements.to_pylist():
        row = announced.get(moved["portion"])
        if row is None or moved["from_bucket"] not in EXPECTED or moved["to_bucket"] in EXPECTED:
            continue
        for name in _AMOUNTS:
            row[name] -= moved[name]
        if told := seen.get(moved["movement"]):
            counted = {"inspection": moved["movement"], "bucket": Bucket.RECEIVED.value, "cause": moved["cause"]}
            counted |= {name: told[name] for name in ("condition", "receipt_document")}
            counted["received_on"] = received_on.get(told["receipt_document"])
            rows.append(row | counted | {name: moved[name] for name in _AMOUNTS})
    return pa.Table.from_pylist([row for row in rows if row["units"]], PARCELS)
