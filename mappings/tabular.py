"""Open this when a delimited file was not taken: which mapping claims a table, and what becomes of its rows."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.catalog import Map, PartnerFolder
from mappings.check_tables import dialect_of
from mappings.column import Ints
from mappings.documents import header_columns, placed_lines
from mappings.fields import Fault
from mappings.formats import delimited
from mappings.formats.delimited import Dialect, Rows
from mappings.formats.segments import RawFile
from mappings.lines import fill
from mappings.parts import split
from mappings.sources import FILE_ID_DIGITS, TableRows
from mappings.translation import Piece
from schemas.findings import Finding, Place, as_table
from schemas.tables import DOCUMENTS, FINDINGS


def translate_table(file: RawFile, partner: PartnerFolder) -> Piece:
    """The documents and lines of one delimited file, by the first mapping that claims it; a finding if none does."""
    maps = partner.maps_for("delimited")
    if not maps:
        return _refused(
            file, "FILE-UNKNOWN-FORMAT", "text without an EDI envelope, and this partner has no mapping for tables"
        )
    read: dict[Dialect, Rows] = {}
    for one in maps:
        dialect = dialect_of(one.rules)
        if dialect not in read:
            read[dialect] = delimited.read(file, dialect)
        if _fits_name(one, file) and not _missing(one, read[dialect]):
            return _translated(file, one, read[dialect], partner.id)
    return _unclaimed(file, [(one, read[dialect_of(one.rules)]) for one in maps])


def _fits_name(one: Map, file: RawFile) -> bool:
    pattern = one.rules.claims.files
    return pattern is None or fnmatchcase(file.name.lower(), pattern.lower())


def _missing(one: Map, rows: Rows) -> list[str]:
    return [column for column in one.rules.claims.columns if column not in rows.header]


def _unclaimed(file: RawFile, tried: Sequence[tuple[Map, Rows]]) -> Piece:
    """FILE-UNCLAIMED, or TABLE-COLUMN-MISSING when most columns of a mapping are there."""
    one, rows = min(tried, key=lambda pair: len(_missing(*pair)) / len(pair[0].rules.claims.columns))
    missing, known = _missing(one, rows), one.rules.claims.columns
    new = [column for column in rows.header if column not in known]
    if not missing:
        return _refused(file, "FILE-UNCLAIMED", f"the name {file.name!r} does not fit {one.rules.claims.files!r}")
    detail = f"mapping {one.name}: missing are {', '.join(missing)}; new are {', '.join(new) or 'none'}"
    code = "TABLE-COLUMN-MISSING" if 2 * len(missing) < len(known) else "FILE-UNCLAIMED"
    return _refused(file, code, detail)


def _refused(file: RawFile, code: str, detail: str) -> Piece:
    return Piece(findings=(as_table([Finding(code, Place(file.sha256, 0, len(file.data)), detail)]),))


def _translated(file: RawFile, one: Map, table: Rows, partner: str) -> Piece:
    """All rows of the file through this mapping."""
    rules = one.rules
    source = _rows(file, one, table, np.arange(len(table.row_no)))
    if not source.size:
        refused = _refused(file, "DOC-NO-LINES", "the table has a header and no rows")
        return Piece(findings=(*refused.findings, table.findings))
    owner = _grouped(source, rules.document.group_by)
    first = np.unique(owner, return_index=True)[1]
    ids = pa.array([f"{file.sha256[:FILE_ID_DIGITS]}-{number}" for number in range(1, len(first) + 1)], pa.string())
    header = header_columns(one, source.picked(first))
    documents = _documents(file, one, partner, ids, source, owner)
    for name, column in header.columns.items():
        documents = documents.append_column(name, column)
    found = [
        _finding(source, int(first[fault.row]), fault, ids[fault.row].as_py(), None)
        for faults in header.faults
        for fault in faults.each()
    ]
    lines, line_findings = _lines(one, source, ids.take(pa.array(owner)))
    ragged = _with_document(table.findings, ids) if rules.document.group_by is None else table.findings
    return Piece(
        documents.select(DOCUMENTS.names).cast(DOCUMENTS),
        {rules.kind: lines},
        (ragged, as_table(found), line_findings),
    )


def _with_document(findings: pa.Table, ids: pa.Array) -> pa.Table:
    """The reader's findings with the one document of the file."""
    column = pa.repeat(ids[0], findings.num_rows)
    return findings.set_column(FINDINGS.get_field_index("document"), FINDINGS.field("document"), column)


def _rows(file: RawFile, one: Map, table: Rows, rows: Ints) -> TableRows:
    return TableRows(file, table, rows, one.rules.reads.decimal, one.rules.reads.thousands)


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
        "standard": "delimited",
        "message_type": one.name,
        "rule_version": one.version,
    }
    none = dict.fromkeys(("interchange_control", "group_control", "message_control"), pa.nulls(size, pa.string()))
    repeated = {name: pa.repeat(text, size) for name, text in texts.items()}
    return pa.table({"document": ids, "offset": start, "length": end - start} | repeated | none)


def _lines(one: Map, source: TableRows, documents: pa.Array) -> tuple[pa.Table, pa.Table]:
    """The canonical lines of the rows, numbered from 1 in each document, and their findings."""
    rules, given = one.rules, {}
    if rules.lines.split:
        parts = split(rules.lines, source, one.codes)
        source, documents = source.picked(parts.rows), documents.take(pa.array(parts.rows))
        given = parts.given
    filled = fill(rules.kind, rules.lines, source, one.codes, given)
    sha = pa.repeat(source.file.sha256, source.size)
    table = placed_lines(rules.kind, filled.columns, documents, sha, source.start, source.end - source.start)
    numbers = table["line_no"]
    found = [
        _finding(source, fault.row, fault, documents[fault.row].as_py(), numbers[fault.row].as_py())
        for faults in filled.faults
        for fault in faults.each()
    ]
    return table, as_table(found)


def _finding(source: TableRows, row: int, fault: Fault, document: str, line_no: int | None) -> Finding:
    """The fault at its row, and at its column where one is known."""
    at = int(source.rows[row])
    path = f"row {source.table.row_no[at].as_py()}" + (f", {fault.path}" if fault.path else "")
    start, end = int(source.start[row]), int(source.end[row])
    return Finding(fault.code, Place(source.file.sha256, start, end - start, path), fault.detail, document, line_no)
