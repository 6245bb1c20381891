"""Open this when a partner sends tables as text: CSV and its relatives, read to columns with their places.

    read(file: RawFile, dialect: Dialect) -> Table

Nothing is guessed about types: every cell stays the text it is. The bytes are gone through once (``delimited_cut``);
a column is made when a mapping asks for it.
"""

import re
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mappings.column import Column, Ints
from mappings.formats.delimited_cut import meanings
from mappings.formats.records import Kind, filled_down
from mappings.formats.segments import RawFile
from mappings.formats.table import Cells, Table
from mappings.formats.table_names import joined, names_of
from mappings.formats.table_passes import PLAIN, passes
from mappings.formats.table_text import Text, text_of
from schemas.findings import Finding, Place, as_table


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"`{name}` is no known character set; write utf-8, cp1252, iso8859-1 ...") from None
    return name


def _ascii(mark: str) -> str:
    if not mark.isascii():
        raise ValueError(f"`{mark}` cannot be a quote; write one of ASCII, or nothing")
    return mark


class Dialect(BaseModel):
    """How a partner writes its tables. ``header_row`` counts from 1; what stands above it is passed over.

    ``header_row`` 0 is a table without a header, whose columns are ``names``. With ``records`` there is no header
    either: the rows are those of the kind ``each``, and carry the values of the nearest records above them. The table
    ends at the first row whose first cell that holds anything begins with the pattern ``ends``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    separator: Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[^\r\n]$")] = ","
    decimal: Annotated[str, Field(pattern=r"^[.,]$")] = "."
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    header_row: int = Field(1, ge=0)
    header_rows: int = Field(1, ge=1, le=3)
    names: tuple[str, ...] = ()
    quote: Annotated[str, Field(max_length=1, pattern=r"^[^\r\n]?$"), AfterValidator(_ascii)] = '"'
    ends: str | None = None
    records: tuple[Kind, ...] = ()
    each: str = ""


@dataclass(frozen=True)
class _Rows:
    """Rows that were cut: for each its number, how many cells it has, and the marks between them."""

    text: Text
    dialect: Dialect
    columns: int
    marks: npt.NDArray[Any]  # of each row: its start, the end of each cell, its end
    row_no: Ints
    counts: Ints
    ragged: Ints  # of each row left out: number, start, end, cells

    @property
    def quote(self) -> int:
        return ord(self.dialect.quote) if self.dialect.quote else -1

    def place(self, mark: int) -> Ints:
        """The place of each row's start (0) or end (-1)."""
        return self.text.came_from(self.marks[:, mark].astype(np.int64))

    def picked(self, rows: Ints) -> "_Rows":
        return _Rows(
            self.text, self.dialect, self.columns, self.marks[rows], self.row_no[rows], self.counts[rows], self.ragged
        )

    def column(self, at: int) -> Column:
        """The cells of the column at this position: as bytes where they are their own text."""
        start, end = np.empty((2, len(self.row_no)), np.int64)
        cutting = passes(self.marks.nbytes)
        buffer = self.text.buffer if cutting is not PLAIN else self.text.data
        skip = len(self.text.encoded(self.dialect.separator))
        stride = self.columns + 2
        marks = np.ascontiguousarray(self.marks).reshape(-1)
        odd = cutting.spans(buffer, marks, stride, at, skip, self.quote, start, end)
        if not odd and self.text.places is None:
            return Column.of_bytes(self.text.buffer, start, end)
        return Column(self.text.came_from(start), self.text.came_from(end), lambda: self._texts(start, end))

    def _texts(self, start: Ints, end: Ints) -> pa.Array:
        sizes, letters = self.text.letters()
        offsets = np.zeros(len(start) + 1, np.int64)
        into = np.empty(int((end - start).sum()) * int(sizes.max()), np.uint8)
        write = passes(into.nbytes).write_texts
        used = write(self.text.buffer, start, end, self.quote, sizes, letters, offsets, into)
        there = pa.array(start >= 0).buffers()[1]
        return pa.LargeStringArray.from_buffers(
            len(start), pa.py_buffer(offsets), pa.py_buffer(into[:used]), there
        ).cast(pa.string())


def read(file: RawFile, dialect: Dialect) -> Table:
    """The rows of one delimited file; findings TABLE-ROW-RAGGED for each row left out, FILE-CHARSET for the file."""
    text = text_of(file, dialect.encoding)
    findings = list(text.findings)
    if dialect.records:
        return _of_records(file, text, dialect, findings)
    header, at, number = _header(text, dialect)
    rows = _ended(_cut(text, dialect, at, number, len(header), len(header)))
    findings += [_ragged(file, rows, row, len(header)) for row in rows.ragged.tolist()]
    return Table(
        header, rows.row_no, rows.place(0), rows.place(-1), as_table(findings), lambda at: Cells(rows.column(at))
    )


def _cut(text: Text, dialect: Dialect, at: int, number: int, columns: int, least: int, stop_after: int = 0) -> _Rows:
    return _cut_on(text, dialect, at, number, columns, least, stop_after)[0]


def _cut_on(
    text: Text, dialect: Dialect, at: int, number: int, columns: int, least: int, stop_after: int
) -> tuple[_Rows, int, int]:
    """The rows from a place on, the place behind them, and the number of the last one."""
    limit = len(text.data)
    cutting = PLAIN if stop_after else passes(limit - at)
    most = stop_after or cutting.count_breaks(text.data if cutting is PLAIN else text.buffer, at, limit) + 1
    room = min(most, (limit - at) // max(least, 1) + 1) + 1
    marks = np.empty(room * (columns + 2), np.uint32 if limit < 2**32 else np.int64)
    row_no, counts, ragged = np.empty(room, np.int64), np.empty(room, np.int64), np.empty((most + 1, 4), np.int64)
    done = np.zeros(3, np.int64)
    quote = ord(dialect.quote) if dialect.quote else -1
    separator: Any = text.encoded(dialect.separator)
    meaning: Any = meanings(separator, quote)
    buffer: Any = text.data
    if cutting is not PLAIN:
        buffer, separator, meaning = (np.frombuffer(one, np.uint8) for one in (buffer, separator, meaning))
    kept = cutting.cut(
        buffer, at, limit, separator, quote, meaning, text.is_wide, columns, least, number, stop_after, marks, row_no,
        counts, ragged, done,
    )  # fmt: skip
    table: Any = marks[: kept * (columns + 2)].reshape(kept, columns + 2)
    rows = _Rows(text, dialect, columns, table, row_no[:kept], counts[:kept], ragged[: done[2]])
    return rows, int(done[0]), int(done[1])


def _header(text: Text, dialect: Dialect) -> tuple[tuple[str, ...], int, int]:
    """The names of the columns, the place behind the header, and the number of its last row."""
    if not dialect.header_row:
        return dialect.names, text.begin, 0
    at, number, found = text.begin, 0, list[list[str]]()
    while at < len(text.data) and len(found) < dialect.header_rows:
        row, behind, last = _cut_on(text, dialect, at, number, 0, 0, 1)
        if len(row.row_no) and last >= dialect.header_row:
            found.append(_texts_of(row))
        at, number = behind, last
    return (names_of(joined(found)) if found else ()), at, number


def _texts_of(row: _Rows) -> list[str]:
    """The cells of a row of which only the number of cells is known."""
    again = _cut(row.text, row.dialect, int(row.marks[0, 0]), 0, int(row.counts[0]), 0, 1)
    return [again.column(at).text[0].as_py() or "" for at in range(again.columns)]


def _ended(rows: _Rows) -> _Rows:
    """The rows above the first one whose first cell that holds anything begins with the pattern that ends the table."""
    if rows.dialect.ends is None:
        return rows
    ending = re.compile(rows.dialect.ends)
    separators = rows.dialect.separator + rows.dialect.quote + " "
    stop = len(rows.text.data)
    starts = np.concatenate([rows.marks[:, 0].astype(np.int64), rows.ragged[:, 1]])
    ends = np.concatenate([rows.marks[:, -1].astype(np.int64), rows.ragged[:, 2]])
    for at, behind in sorted(zip(starts.tolist(), ends.tolist(), strict=True)):
        if ending.match(rows.text.data[at:behind].decode(rows.text.codec, "replace").lstrip(separators)):
            stop = at
            break
    kept = rows.picked(np.flatnonzero(rows.marks[:, 0] < stop))
    return replace(kept, ragged=rows.ragged[rows.ragged[:, 1] < stop])


def _ragged(file: RawFile, rows: _Rows, row: list[int], columns: int) -> Finding:
    number, start, end, cells = row
    detail = f"{cells} fields where the header has {columns}; the row was left out"
    return _row_finding(file, rows.text, "TABLE-ROW-RAGGED", number, start, end, detail)


def _row_finding(file: RawFile, text: Text, code: str, number: int, start: int, end: int, detail: str) -> Finding:
    first, last = text.came_from(np.array([start, end])).tolist()
    return Finding(code, Place(file.sha256, first, last - first, f"row {number}"), detail)


def _of_records(file: RawFile, text: Text, dialect: Dialect, findings: list[Finding]) -> Table:
    """The rows of the kind that is a line, with the values of the records above them."""
    widest = max(len(kind.columns) for kind in dialect.records)
    rows = _ended(_cut(text, dialect, text.begin, 0, widest, 1))
    findings += [_ragged(file, rows, row, widest) for row in rows.ragged.tolist()]
    first = rows.column(0).text
    kinds = np.full(len(rows.row_no), -1, np.int64)
    for at, kind in enumerate(dialect.records):
        kinds[pc.fill_null(pc.equal(first, kind.starts), False).to_numpy(zero_copy_only=False)] = at
    start, end = rows.marks[:, 0].astype(np.int64), rows.marks[:, -1].astype(np.int64)
    for row in np.flatnonzero(kinds < 0).tolist():
        detail = f"begins with {first[row].as_py()!r}, which is none of the mapping's records; the row was left out"
        number = int(rows.row_no[row])
        findings.append(
            _row_finding(file, text, "TABLE-RECORD-UNKNOWN", number, int(start[row]), int(end[row]), detail)
        )
    for at, kind in enumerate(dialect.records):
        short = (kinds == at) & ~_fits(rows, len(kind.columns))
        for row in np.flatnonzero(short).tolist():
            place = [int(rows.row_no[row]), int(start[row]), int(end[row]), int(rows.counts[row])]
            findings.append(_ragged(file, rows, place, len(kind.columns)))
        kinds[short] = -1
    findings.sort(key=lambda found: found.place.offset)
    return filled_down(
        dialect.records, dialect.each, kinds, lambda _kind, which, at: Cells(rows.picked(which).column(at)),
        rows.row_no, rows.place(0), rows.place(-1), as_table(findings),
    )  # fmt: skip


def _fits(rows: _Rows, columns: int) -> npt.NDArray[np.bool_]:
    """Which rows have cells for all these columns, and nothing beyond them but empty cells."""
    beyond = rows.marks[:, -2].astype(np.int64) - rows.marks[:, columns]
    empty = (rows.columns - columns) * len(rows.text.encoded(rows.dialect.separator))
    return np.asarray((rows.counts >= columns) & (beyond <= empty), dtype=bool)
