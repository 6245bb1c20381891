"""Open this when a partner sends tables as text: CSV and its relatives, read to text columns with their places.

    read(file: RawFile, dialect: Dialect) -> Rows

Nothing is guessed about types: every cell stays the text it is, ``""`` where it is empty.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import pyarrow as pa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mappings.formats.charset import actual, is_as_declared
from mappings.formats.segments import RawFile
from schemas.findings import Finding, Place, as_table

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"`{name}` is no known character set; write utf-8, cp1252, iso8859-1 ...") from None
    return name


class Dialect(BaseModel):
    """How a partner writes its tables. ``header_row`` counts from 1; what stands above it is passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Annotated[str, Field(pattern=r"^[.,]$")] = "."
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    header_row: int = Field(1, ge=1)
    quote: Annotated[str, Field(max_length=1)] = '"'


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as it came. ``table`` has one text column for each name of ``header``, in that order, then three more:
    ``row_no`` (as a spreadsheet counts: the header is row 1 when it stands on top), ``offset`` and ``length`` (bytes
    in the file). A ragged row is not in it: nobody can say which cell belongs to which column.
    """

    header: list[str]
    table: pa.Table
    findings: pa.Table  # schemas.tables.FINDINGS

    def text(self, name: str) -> pa.ChunkedArray:
        """The cells of the column of this name, the leftmost if there are several. KeyError if there is none."""
        if name not in self.header:
            raise KeyError(name)
        return self.table.column(self.header.index(name))

    @property
    def row_no(self) -> pa.ChunkedArray:
        """The number of each row, as a spreadsheet shows it."""
        return self.table.column(len(self.header))

    @property
    def offset(self) -> pa.ChunkedArray:
        """The first byte of each row in the file."""
        return self.table.column(len(self.header) + 1)

    @property
    def length(self) -> pa.ChunkedArray:
        """The bytes of each row, without its line break."""
        return self.table.column(len(self.header) + 2)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    offset: int
    length: int
    cells: list[str]


def read(file: RawFile, dialect: Dialect) -> Rows:
    """The rows of one delimited file; findings TABLE-ROW-RAGGED for each row left out, FILE-CHARSET for the file."""
    encoding, mark = _encoding(file.data, dialect.encoding)
    findings = _charset_findings(file, mark, encoding, dialect.encoding)
    rows = _rows(file.data[mark:].decode(encoding), encoding, mark, dialect)
    top = next(rows, None)
    header = _header(top.cells) if top else []
    kept: list[_Row] = []
    for row in rows:
        cells = _fitted(row.cells, len(header))
        if cells is None:
            findings.append(_ragged(file, row, len(header)))
        else:
            kept.append(_Row(row.number, row.offset, row.length, cells))
    return Rows(header, _as_columns(header, kept), as_table(findings))


def _encoding(data: bytes, declared: str) -> tuple[str, int]:
    """The codec the bytes are in, and the length of a byte order mark in front of them."""
    for mark, codec in _MARKS.items():
        if data.startswith(mark) and actual(data[len(mark) :], codec) == codec:
            return codec, len(mark)
    return actual(data, declared), 0


def _charset_findings(file: RawFile, mark: int, encoding: str, declared: str) -> list[Finding]:
    if is_as_declared(encoding, declared, file.data[mark:]):
        return []
    detail = f"the mapping says {declared}, the bytes are {encoding}; they were read as {encoding}"
    return [Finding("FILE-CHARSET", Place(file.sha256, 0, len(file.data)), detail)]


def _rows(text: str, encoding: str, offset: int, dialect: Dialect) -> Iterator[_Row]:
    """The header, then each row that holds anything, with number and place.

    A row that runs over several lines and does not fit the header is an unclosed quote: it costs its first line alone.
    """
    lines = _LINES.findall(text)
    number, at, columns = 0, 0, 0
    while at < len(lines):
        number += 1
        cells, taken = _row(lines, at, dialect)
        if taken > 1 and columns and _fitted(cells, columns) is None:
            cells, taken = _line_alone(lines[at].rstrip("\r\n"), dialect), 1
        raw = "".join(lines[at : at + taken])
        if number >= dialect.header_row and any(cells):
            columns = columns or len(_header(cells))
            yield _Row(number, offset, len(raw.rstrip("\r\n").encode(encoding)), cells)
        offset, at = offset + len(raw.encode(encoding)), at + taken


def _row(lines: list[str], at: int, dialect: Dialect) -> tuple[list[str], int]:
    """The cells of the row that begins on this line, and how many lines it takes. Bad quoting costs this line alone."""
    taken = 0

    def following() -> Iterator[str]:
        nonlocal taken
        while at + taken < len(lines):
            taken += 1
            yield lines[at + taken - 1]

    try:
        return next(_reader(following(), dialect, strict=True)), taken
    except csv.Error:
        return _line_alone(lines[at].rstrip("\r\n"), dialect), 1


def _line_alone(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line whose quotes do not pair up; the whole line as one cell if it cannot be cut at all."""
    try:
        return next(_reader(iter([line]), dialect, strict=False))
    except csv.Error:
        return [line]


def _reader(lines: Iterator[str], dialect: Dialect, *, strict: bool) -> Iterator[list[str]]:
    if not dialect.quote:
        return csv.reader(lines, delimiter=dialect.separator, quotechar=None, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=dialect.separator, quotechar=dialect.quote, strict=strict)


def _header(cells: list[str]) -> list[str]:
    """Column names without blanks around them; empty cells at the end are no columns."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _fitted(cells: list[str], columns: int) -> list[str] | None:
    """The cells, empty ones beyond the last column cut off; None when there are more or fewer than columns."""
    return cells[:columns] if len(cells) >= columns and not any(cells[columns:]) else None


def _ragged(file: RawFile, row: _Row, columns: int) -> Finding:
    detail = f"{len(row.cells)} fields where the header has {columns}; the row was left out"
    return Finding("TABLE-ROW-RAGGED", Place(file.sha256, row.offset, row.length, f"row {row.number}"), detail)


def _as_columns(header: list[str], rows: list[_Row]) -> pa.Table:
    columns = [pa.array([row.cells[i] for row in rows], pa.string()) for i in range(len(header))]
    columns += [pa.array([row.number for row in rows], pa.int64())]
    columns += [pa.array([row.offset for row in rows], pa.int64())]
    columns += [pa.array([row.length for row in rows], pa.int64())]
    return pa.table(columns, names=[*header, "row_no", "offset", "length"])
