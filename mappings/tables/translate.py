"""Open this when you ask how a table becomes documents and lines: delimited text, fixed width and workbooks alike."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.catalog import Map, PartnerFolder
from mappings.column import Ints
from mappings.documents import header_columns, placed_lines
from mappings.fields import Fault
from mappings.formats.segments import RawFile
from mappings.lines import Filled, fill
from mappings.messages.sources import FILE_ID_DIGITS
from mappings.parts import split
from mappings.tables.claims import Taken, claim
from mappings.tables.dates import dated
from mappings.tables.reading import TEXTS
from mappings.tables.rows import TableRows
from mappings.translation import Piece
from schemas.findings import CATALOGUE, Finding, Place, Severity, as_table
from schemas.rules import Lines
from schemas.tables import DOCUMENTS, FINDINGS

_STANDARDS = {"delimited": TEXTS, "workbook": ("workbook",)}
_NO_MAP = {
    "delimited": "text without an EDI envelope, and this partner has no mapping for tables",
    "workbook": "a workbook, and this partner has no mapping for workbooks",
}


def translate_table(file: RawFile, partner: PartnerFolder, kind: str) -> Piece:
    """The documents and lines of one table (``delimited`` or ``workbook``), by the first mapping that claims it.

    A finding if none does.
    """
    maps = maps_for(partner, kind)
    if not maps:
        return _refused(Finding("FILE-UNKNOWN-FORMAT", Place(file.sha256, 0, len(file.data)), _NO_MAP[kind]))
    found = claim(file, maps)
    return _refused(found) if isinstance(found, Finding) else _translated(file, found, partner.id)


def maps_for(partner: PartnerFolder, kind: str) -> list[Map]:
    """The partner's mappings for tables of this kind (``delimited`` or ``workbook``)."""
    return [one for one in partner.maps if one.rules.standard in _STANDARDS[kind]]


def _refused(finding: Finding) -> Piece:
    return Piece(findings=(as_table([finding]),))


def _translated(file: RawFile, taken: Taken, partner: str) -> Piece:
    """All rows of the file through the mapping."""
    one, source = dated(taken.map), taken.rows
    rules = one.rules
    if not source.size:
        empty = Finding("DOC-NO-LINES", Place(file.sha256, 0, len(file.data)), "the table has a header and no rows")
        return Piece(findings=(as_table([empty]), taken.table.findings))
    owner, first, ids = documents_of(taken)
    header = header_columns(one, source.picked(first))
    documents = _documents(file, one, partner, ids, source, owner)
    for name, column in header.columns.items():
        documents = documents.append_column(name, column)
    found = [
        _finding(source, int(first[fault.row]), fault, ids[fault.row].as_py(), None)
        for faults in header.faults
        for fault in faults.each()
    ]
    lines, line_findings = _lines(one, source, ids, owner, taken.damage.faults)
    ragged = _with_document(taken.table.findings, ids) if rules.document.group_by is None else taken.table.findings
    return Piece(
        documents.select(DOCUMENTS.names).cast(DOCUMENTS),
        {rules.kind: lines},
        (_new_columns(file, taken), ragged, as_table(found), line_findings),
    )


def documents_of(taken: Taken) -> tuple[Ints, Ints, pa.Array]:
    """For each row the number of its document, from 0; and for each document its first row and its id."""
    owner = _grouped(taken.rows, taken.map.rules.document.group_by)
    first = np.unique(owner, return_index=True)[1]
    sha = taken.rows.file.sha256[:FILE_ID_DIGITS]
    numbers = pc.cast(pa.array(np.arange(1, len(first) + 1)), pa.string())
    return owner, first, pc.binary_join_element_wise(sha, numbers, "-")


def _new_columns(file: RawFile, taken: Taken) -> pa.Table:
    """One finding for all columns that the mapping does not know."""
    if not taken.new:
        return as_table(())
    place = Place(file.sha256, 0, len(file.data))
    return as_table([Finding("TABLE-COLUMN-NEW", place, f"mapping {taken.map.name}: {', '.join(taken.new)}")])


def _with_document(findings: pa.Table, ids: pa.Array) -> pa.Table:
    """The reader's findings with the one document of the file."""
    column = pa.repeat(ids[0], findings.num_rows)
    return findings.set_column(FINDINGS.get_field_index("document"), FINDINGS.field("document"), column)


def _grouped(source: TableRows, column: str | None) -> Ints:
    """For each row the number of its document: documents in the order in which they first occur."""
    if column is None:
        return np.zeros(source.size, dtype=np.int64)
    keys = pc.fill_null(pc.utf8_trim_whitespace(source.column(column).text), "")
    return np.asarray(keys.dictionary_encode().indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _documents(file: RawFile, one: Map, partner: str, ids: pa.Array, source: TableRows, owner: Ints) -> pa.Table:
    """The columns of the documents that do not come from fields. A document spans its first to its last row."""
    size = len(ids)
    start = np.full(size, len(file.data), dtype=np.int64)
    end = np.zeros(size, dtype=np.int64)
    np.minimum.at(start, owner, source.start)
    np.maximum.at(end, owner, source.end)
    texts = {
        "file": file.sha256,
        "partner": partner,
        "kind": one.rules.kind,
        "standard": one.rules.standard,
        "message_type": one.name,
        "rule_version": one.version,
    }
    none = dict.fromkeys(("interchange_control", "group_control", "message_control"), pa.nulls(size, pa.string()))
    repeated = {name: pa.repeat(text, size) for name, text in texts.items()}
    return pa.table({"document": ids, "offset": start, "length": end - start} | repeated | none)


def _lines(one: Map, source: TableRows, ids: pa.Array, owner: Ints, damage: list[Fault]) -> tuple[pa.Table, pa.Table]:
    """The canonical lines of the rows, numbered from 1 in each document, and their findings."""
    rules, given, whole = one.rules, {}, source
    if rules.lines.split:
        parts = split(rules.lines, source, one.codes)
        source, owner = source.picked(parts.rows), owner[parts.rows]
        given = parts.given
    filled = fill(rules.kind, rules.lines, source, one.codes, given)
    sha = pa.repeat(source.file.sha256, source.size)
    table = placed_lines(rules.kind, filled.columns, ids, owner, sha, source.start, source.end - source.start)
    numbers = table["line_no"]
    on_lines = _of_lines(damage, source, whole.size)
    found = [
        _finding(source, fault.row, fault, ids[owner[fault.row]].as_py(), numbers[fault.row].as_py())
        for fault in (*on_lines, *_not_told_twice(rules.lines, filled, on_lines))
    ]
    return table, as_table(found)


def _of_lines(damage: list[Fault], source: TableRows, rows: int) -> list[Fault]:
    """Faults of the table's rows as faults of the lines that came of them: errors of each, the rest of the first."""
    if not damage:
        return []
    lines: list[list[int]] = [[] for _ in range(rows)]
    for line, row in enumerate(source.rows.tolist()):
        lines[row].append(line)
    return [
        Fault(line, fault.field, fault.code, fault.detail, fault.start, fault.end, fault.path)
        for fault in damage
        for line in (lines[fault.row] if _is_error(fault) else lines[fault.row][:1])
    ]


def _is_error(fault: Fault) -> bool:
    return CATALOGUE[fault.code].severity is Severity.ERROR


def _not_told_twice(lines: Lines, filled: Filled, damage: list[Fault]) -> list[Fault]:
    """The faults of the fields, without FIELD-MISSING where a damaged cell already says why."""
    faults = [fault for column in filled.faults for fault in column.each()]
    lost = {(fault.row, fault.path) for fault in damage if _is_error(fault)}
    if not lost:
        return faults

    def is_told(fault: Fault) -> bool:
        choice = next((choice for choice in lines.require if choice[0] == fault.field), ())
        paths = {path for name in choice if name in lines.fields for path in lines.fields[name].from_}
        return fault.code == "FIELD-MISSING" and any((fault.row, path) in lost for path in paths)

    return [fault for fault in faults if not is_told(fault)]


def _finding(source: TableRows, row: int, fault: Fault, document: str, line_no: int | None) -> Finding:
    """The fault at its cell where there is one, else at its row."""
    path = source.table.place(int(source.rows[row]), fault.path)
    start, end = (fault.start, fault.end) if fault.start >= 0 else (int(source.start[row]), int(source.end[row]))
    return Finding(fault.code, Place(source.file.sha256, start, end - start, path), fault.detail, document, line_no)
