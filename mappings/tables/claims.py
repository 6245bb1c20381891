"""Open this when a table was held or not taken: which of a partner's mappings is for it, and why none is.

A mapping takes a table that has its columns in its order. One that almost does is held with old and new side by side;
what no mapping knows is unclaimed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from mappings.catalog import Map
from mappings.formats.segments import RawFile
from mappings.formats.table import Table
from mappings.formats.workbook import UnreadableWorkbook
from mappings.tables.content import is_told_by_content, misfits
from mappings.tables.damage import Mended, mended
from mappings.tables.layout import Drift, drift, side_by_side
from mappings.tables.reading import Readings, known_columns
from mappings.tables.rows import TableRows
from schemas.findings import Finding, Place

_NEAR = 0.5  # share of a mapping's columns that are gone, from which on the table is another one


@dataclass(frozen=True)
class Taken:
    """The mapping that is for a table, the table as it reads it, and its rows with damaged cells mended."""

    map: Map
    table: Table
    rows: TableRows
    damage: Mended
    new: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Why a mapping is not for a table. The higher ``near``, the more it looks as if it should be."""

    code: str
    detail: str
    near: float


def claim(file: RawFile, maps: Sequence[Map]) -> Taken | Finding:
    """The first of these mappings that is for the table; or the finding that says why the nearest one is not."""
    readings = Readings(file)
    refused: list[Refused] = []
    for one in maps:
        found = _tried(file, one, readings)
        if isinstance(found, Taken):
            return found
        refused.append(found)
    nearest = max(refused, key=lambda one: one.near)
    return Finding(nearest.code, Place(file.sha256, 0, len(file.data)), nearest.detail)


def _tried(file: RawFile, one: Map, readings: Readings) -> Taken | Refused:
    if not _fits_name(one, file):
        detail = f"the name {file.name!r} does not fit {one.rules.claims.files!r}"
        return Refused("FILE-UNCLAIMED", f"mapping {one.name}: {detail}", -2)
    try:
        table = readings.by(one.rules)
    except UnreadableWorkbook as why:
        return Refused(why.code, f"mapping {one.name}: {why}", 0.5)
    if is_told_by_content(one.rules):
        return _by_content(file, one, table)
    seen = drift(one.rules.claims.columns, table.header)
    if seen.is_none or (seen.only_moved and one.rules.claims.moved == "taken"):
        return _taken(file, one, table, seen.new)
    return _drifted(one, table, seen)


def _fits_name(one: Map, file: RawFile) -> bool:
    pattern = one.rules.claims.files
    return pattern is None or fnmatchcase(file.name.lower(), pattern.lower())


def _drifted(one: Map, table: Table, seen: Drift) -> Refused:
    """TABLE-LAYOUT-CHANGED when most columns of the mapping are there, under their names or likely ones."""
    claimed = one.rules.claims.columns
    gone = len(seen.missing) / len(claimed)
    if gone >= _NEAR:
        detail = f"missing are {', '.join(seen.missing)}; new are {', '.join(seen.new) or 'none'}"
        return Refused("FILE-UNCLAIMED", f"mapping {one.name}: {detail}", -gone)
    return Refused("TABLE-LAYOUT-CHANGED", f"mapping {one.name}: {side_by_side(one.rules, table, seen)}", 1 - gone)


def _by_content(file: RawFile, one: Map, table: Table) -> Taken | Refused:
    """A table without names for its columns: most rows must be of the mapping's shape, and their cells fit."""
    left_out = sum(code in ("TABLE-ROW-RAGGED", "TABLE-RECORD-UNKNOWN") for code in table.findings["code"].to_pylist())
    if left_out and left_out >= table.size:
        detail = f"{left_out} rows are not of its shape, {table.size} are"
        return Refused("FILE-UNCLAIMED", f"mapping {one.name}: {detail}", -0.9)
    taken = _taken(file, one, table, ())
    if wrong := misfits(one.rules, taken.rows):
        return Refused("TABLE-CONTENT-MOVED", f"mapping {one.name}: {'; '.join(wrong)}", 0.1)
    return taken


def _taken(file: RawFile, one: Map, table: Table, new: tuple[str, ...]) -> Taken:
    reads = one.rules.reads
    damage = mended(one.rules, table)
    rows = TableRows(file, table, np.arange(table.size), reads.decimal, reads.thousands, damage.columns)
    known = known_columns(one.rules)
    return Taken(one, table, rows, damage, tuple(name for name in new if name not in known))
