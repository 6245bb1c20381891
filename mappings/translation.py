"""Open this when you ask what translation gives: canonical tables in one order, with findings and what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.segments import RawFile, Segments
from mappings.messages.judge import Rejection
from schemas.rules import LINES
from schemas.tables import ACKNOWLEDGED, DOCUMENTS, FINDINGS, empty

_T, _I = pa.string(), pa.int64()

# Rows of schemas.records.Interchange, without the partner.
INTERCHANGE_ROWS = pa.schema([
    ("interchange", _T), ("file", _T), ("offset", _I), ("length", _I), ("standard", _T), ("sender", _T),
    ("receiver", _T), ("control", _T), ("usage", _T), ("state", _T),
])  # fmt: skip

# Which message of a reading each document came from.
ORIGINS = pa.schema([("document", _T), ("standard", _T), ("interchange", pa.int32()), ("message", pa.int32())])


@dataclass(frozen=True)
class Translation:
    """A batch of a partner's files in canonical form, ordered by file as given, document and line.

    ``acknowledged`` (``ACKNOWLEDGED``) is what the partner says of what we sent. ``readings`` holds what the readers
    gave, by standard; ``origins`` says which message each document came from, and
    ``rejections`` what translation itself turned away: all that an acknowledgement is made from.
    """

    documents: pa.Table
    lines: Mapping[str, pa.Table]  # by kind, every kind of schemas.rules.LINES
    findings: pa.Table
    interchanges: pa.Table
    origins: pa.Table
    readings: Mapping[str, Segments]
    rejections: tuple[Rejection, ...]
    acknowledged: pa.Table

    @property
    def notice_lines(self) -> pa.Table:
        """What retailers announce."""
        return self.lines["notice"]

    @property
    def receipt_lines(self) -> pa.Table:
        """What warehouses counted."""
        return self.lines["receipt"]

    @property
    def sale_lines(self) -> pa.Table:
        """What was sold."""
        return self.lines["sales"]


@dataclass(frozen=True)
class Piece:
    """What one mapping, one file or one reading adds to a translation."""

    documents: pa.Table = field(default_factory=partial(empty, DOCUMENTS))
    lines: Mapping[str, pa.Table] = field(default_factory=dict)
    findings: tuple[pa.Table, ...] = ()
    interchanges: pa.Table = field(default_factory=partial(empty, INTERCHANGE_ROWS))
    origins: pa.Table = field(default_factory=partial(empty, ORIGINS))
    readings: Mapping[str, Segments] = field(default_factory=dict)
    rejections: tuple[Rejection, ...] = ()
    acknowledged: pa.Table = field(default_factory=partial(empty, ACKNOWLEDGED))


def assemble(files: Sequence[RawFile], pieces: Sequence[Piece]) -> Translation:
    """The pieces as one translation, in the order of the files."""
    order = pa.array([file.sha256 for file in files], pa.string())
    documents = _in_file_order(_together(DOCUMENTS, [piece.documents for piece in pieces]), order, ["offset"])
    lines = {kind: _lines(kind, pieces, documents["document"]) for kind in LINES}
    findings = _together(FINDINGS, [table for piece in pieces for table in piece.findings])
    return Translation(
        documents,
        lines,
        _in_file_order(findings, order, ["offset", "line_no", "code", "detail"]),
        _in_file_order(pa.concat_tables([piece.interchanges for piece in pieces]), order, ["offset"]),
        pa.concat_tables([piece.origins for piece in pieces]),
        {standard: reading for piece in pieces for standard, reading in piece.readings.items()},
        tuple(rejection for piece in pieces for rejection in piece.rejections),
        _in_file_order(pa.concat_tables([piece.acknowledged for piece in pieces]), order, ["offset"]),
    )


def _together(schema: pa.Schema, tables: Sequence[pa.Table]) -> pa.Table:
    """The tables in one; one alone is not copied, beside however many empty ones."""
    held = [table for table in tables if table.num_rows]
    return pa.concat_tables(held) if held else empty(schema)


def _lines(kind: str, pieces: Sequence[Piece], documents: pa.ChunkedArray) -> pa.Table:
    """All lines of this kind, by document and number."""
    table = _together(LINES[kind], [p.lines[kind] for p in pieces if kind in p.lines])
    if not table.num_rows:
        return table
    return _sorted(table, pc.index_in(table["document"], documents.combine_chunks()), ["line_no"])


def _in_file_order(table: pa.Table, order: pa.Array, then: Sequence[str]) -> pa.Table:
    return _sorted(table, pc.index_in(table["file"], order), then)


def _sorted(table: pa.Table, first: pa.ChunkedArray, then: Sequence[str]) -> pa.Table:
    keyed = table.select(list(then)).append_column("first", first)
    if _is_sorted(keyed, ["first", *then]):
        return table.combine_chunks()
    keys = [("first", "ascending"), *((name, "ascending") for name in then)]
    return table.take(pc.sort_indices(keyed, sort_keys=keys)).combine_chunks()


def _is_sorted(table: pa.Table, by: Sequence[str]) -> bool:
    """Whether the rows are in this order already, as those of one file mostly are. Only whole numbers are looked at."""
    if any(not pa.types.is_integer(table[name].type) or table[name].null_count for name in by):
        return bool(table.num_rows < 2)
    tied = np.ones(max(table.num_rows - 1, 0), dtype=bool)
    for name in by:
        step = np.diff(table[name].to_numpy().astype(np.int64))
        if (tied & (step < 0)).any():
            return False
        tied &= step == 0
    return True
