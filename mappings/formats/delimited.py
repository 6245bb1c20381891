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
_ROW_CHARACTERS_MAX = 131_072  # the csv module's own bound for a field; a row beyond it is an unclosed quote


def _known_encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"`{name}` is no character set that Python knows; write utf-8, cp1252, iso8859-1 ...") from None
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
    findings = _charset_findings(file, encoding, dialect.encoding)
    rows = (row for row in _rows(file.data[mark:].decode(encoding), encoding, mark, dialect) if any(row.cells))
    header: list[str] | None = None
    kept: list[_Row] = []
    for row in rows:
        if row.number < dialect.header_row:
            continue
        if header is None:
            header = _header(row.cells)
        elif (cells := _fitted(row.cells, len(header))) is not None:
            kept.append(_Row(row.number, row.offset, row.length, cells))
        else:
            findings.append(_ragged(file, row, len(header)))
    return Rows(header or [], _as_columns(header or [], kept), as_table(findings))


def _encoding(data: bytes, declared: str) -> tuple[str, int]:
    """The codec the bytes are in, and the length of a byte order mark in front of them."""
    for mark, codec in _MARKS.items():
        if data.startswith(mark) and actual(data[len(mark) :], codec) == codec:
            return codec, len(mark)
    return actual(data, declared), 0


def _charset_findings(file: RawFile, encoding: str, declared: str) -> list[Finding]:
    if is_as_declared(encoding, declared, file.data):
        return []
    detail = f"the mapping says {declared}, the bytes are {encoding}; they were read as {encoding}"
    return [Finding("FILE-CHARSET", Place(file.sha256, 0, len(file.data)), detail)]


def _rows(text: str, encoding: str, offset: int, dialect: Dialect) -> Iterator[_Row]:
    """Each row with its number and place. A row whose quote never closes costs its own line, not the rest of the file."""
    lines = _LINES.findall(text)
    number, at, expected = 1, 0, 0
    while at < len(lines):
        cells, taken = _row(lines, at, dialect)
        if taken > 1 and expected and _fitted(cells, expected) is None:
            cells, taken = [lines[at].rstrip("\r\n")], 1
        raw = "".join(lines[at : at + taken])
        size = len(raw.encode(encoding))
        yield _Row(number, offset, len(raw.rstrip("\r\n").encode(encoding)), cells)
        if number >= dialect.header_row and any(cells) and not expected:
            expected = len(_header(cells))
        offset, at, number = offset + size, at + taken, number + 1


def _row(lines: list[str], at: int, dialect: Dialect) -> tuple[list[str], int]:
    """The cells of the row that begins on this line, and how many lines it takes."""
    taken = 0

    def following() -> Iterator[str]:
        nonlocal taken
        for line in lines[at : at + 1]:
            taken += 1
            yield line
        while at + taken < len(lines):
            taken += 1
            yield lines[at + taken - 1]

    quoting = csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE
    reader = csv.reader(following(), delimiter=dialect.separator, quotechar=dialect.quote or None, quoting=quoting)
    try:
        return next(reader), taken
    except csv.Error:
        return [lines[at].rstrip("\r\n")], 1
