"""Open this when a table is cut otherwise than its mapping says: a mapping's `reads:` as what the readers take."""

from collections.abc import Hashable

from mappings.formats import delimited, fixed_width, workbook
from mappings.formats.delimited import Dialect
from mappings.formats.records import Kind, column_names
from mappings.formats.segments import RawFile
from mappings.formats.table import Table
from schemas.rules import Rules

TEXTS = ("delimited", "fixed")
_SAME = ("separator", "decimal", "encoding", "header_row", "header_rows", "names", "quote", "ends")


def dialect_of(rules: Rules) -> Dialect:
    """How the files of a mapping for delimited text are read."""
    records = tuple(Kind(name, one.starts, tuple(one.columns)) for name, one in rules.reads.records.items())
    return Dialect(**rules.reads.model_dump(include=set(_SAME)), records=records, each=_each(rules))


def fixed_of(rules: Rules) -> fixed_width.Layout:
    """How the files of a mapping for fixed width are read. A header is passed over only where the mapping says so."""
    reads = rules.reads
    kinds = [
        Kind(name, starts, tuple(columns), tuple(fixed_width.span_of(written) for written in columns.values()))
        for name, starts, columns in _fixed_kinds(rules)
    ]
    header_row = reads.header_row if "header_row" in reads.model_fields_set else 0
    return fixed_width.Layout(reads.encoding, tuple(kinds), _each(rules), header_row, reads.ends)


def _fixed_kinds(rules: Rules) -> list[tuple[str, str, dict[str, str]]]:
    if not rules.reads.records:
        return [("", "", rules.reads.columns)]
    named = rules.reads.records.items()
    return [(name, one.starts, one.columns if isinstance(one.columns, dict) else {}) for name, one in named]


def workbook_of(rules: Rules) -> workbook.Layout:
    """How the workbooks of a mapping are read."""
    reads = rules.reads
    return workbook.Layout(
        reads.sheet, reads.header_row, reads.header_rows, reads.names, tuple(reads.cells.items()), reads.ends,
        reads.decimal,
    )  # fmt: skip


def _each(rules: Rules) -> str:
    return rules.lines.each if rules.reads.records else ""


def known_columns(rules: Rules) -> tuple[str, ...]:
    """The columns that paths of this mapping may name."""
    reads = rules.reads
    if reads.records:
        return column_names([Kind(name, one.starts, tuple(one.columns)) for name, one in reads.records.items()])
    if rules.standard == "fixed":
        return tuple(reads.columns)
    return (*(rules.claims.columns if reads.header_row else reads.names), *reads.cells)


class Readings:
    """The tables of one file: read once for each way of reading it."""

    def __init__(self, file: RawFile) -> None:
        self._file = file
        self._done: dict[Hashable, Table | workbook.UnreadableWorkbook] = {}

    def by(self, rules: Rules) -> Table:
        """The table as this mapping reads it. UnreadableWorkbook when there is none."""
        way: Hashable
        if rules.standard == "workbook":
            way = workbook_of(rules)
        else:
            way = dialect_of(rules) if rules.standard == "delimited" else fixed_of(rules)
        if way not in self._done:
            self._done[way] = _read(self._file, way)
        found = self._done[way]
        if isinstance(found, workbook.UnreadableWorkbook):
            raise found
        return found


def _read(file: RawFile, way: Hashable) -> Table | workbook.UnreadableWorkbook:
    if isinstance(way, Dialect):
        return delimited.read(file, way)
    if isinstance(way, fixed_width.Layout):
        return fixed_width.read(file, way)
    assert isinstance(way, workbook.Layout)
    try:
        return workbook.read(file, way)
    except workbook.UnreadableWorkbook as why:
        return why
