"""Open this when an EDI message gives other rows than you expect: a batch of one standard, through its mappings."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.acknowledged import acknowledged
from mappings.catalog import Map, PartnerFolder
from mappings.column import Ints
from mappings.documents import header_columns, placed_lines
from mappings.fields import Fault
from mappings.formats.segments import RawFile, Segments
from mappings.lines import fill
from mappings.messages import Judged, Places, judge, reader_findings
from mappings.parts import split
from mappings.paths import Index, Loops
from mappings.sources import FILE_ID_DIGITS, Batch, Headers, LineRows
from mappings.translation import INTERCHANGE_ROWS, ORIGINS, Piece
from mappings.where import where_holds
from schemas.findings import CATALOGUE, Finding, Severity, as_table
from schemas.tables import DOCUMENTS

# Trailers end the last line of their message.
_TRAILERS = ("SE", "UNT")


def translate_edi(standard: str, reading: Segments, files: Sequence[RawFile], partner: PartnerFolder) -> Piece:
    """Everything that the partner's mappings make of one reading."""
    places = Places.of(reading)
    batch = Batch(standard, Index(reading), places, {file.sha256: file.name for file in files})
    maps = partner.maps_for(standard)
    judged = judge(places, partner, maps, standard, lambda one, messages: where_holds(batch, one, messages))
    ids = _message_ids(places)
    pieces = [_translate_map(batch, judged, number, one, partner.id, ids) for number, one in enumerate(maps)]
    documents = pa.concat_tables([DOCUMENTS.empty_table(), *(piece.documents for piece in pieces)])
    documented = pc.if_else(pc.is_in(ids, documents["document"].combine_chunks()), ids, pa.scalar(None, pa.string()))
    own = [
        Finding(finding.code, finding.place, finding.detail, documented[message].as_py() if message >= 0 else None)
        for finding, message in judged.findings
    ]
    findings = [reader_findings(reading, partner, documented), as_table(own)]
    return Piece(
        documents,
        {kind: pa.concat_tables(tables) for kind, tables in _by_kind(pieces).items()},
        (*findings, *(table for piece in pieces for table in piece.findings)),
        _interchanges(places, judged),
        _origins(standard, places, documented),
        {standard: reading},
        judged.rejections,
        acknowledged(reading, judged.accepted, judged.usable & (judged.maps < 0)),
    )


def _by_kind(pieces: Sequence[Piece]) -> dict[str, list[pa.Table]]:
    kinds: dict[str, list[pa.Table]] = {}
    for piece in pieces:
        for kind, table in piece.lines.items():
            kinds.setdefault(kind, []).append(table)
    return kinds


def _message_ids(places: Places) -> pa.Array:
    """The document id of each message: digest of its file, and its number in the file."""
    sha = [file[:FILE_ID_DIGITS] for file in places.reading.files["file"].to_pylist()]
    files, numbers = places.file_of_message.tolist(), places.message_no.tolist()
    return pa.array([f"{sha[file]}-{number}" for file, number in zip(files, numbers, strict=True)], pa.string())


def _translate_map(batch: Batch, judged: Judged, number: int, one: Map, partner: str, ids: pa.Array) -> Piece:
    """The documents and lines of all messages that this mapping claims."""
    rules = one.rules
    until = (*rules.lines.until, *_TRAILERS)
    loops = Loops.of(batch.index, rules.lines.each, until, rules.pairs)
    messages = np.flatnonzero(judged.maps == number)
    header = header_columns(one, Headers(batch, loops, messages))
    numbered = header.columns["number"].is_valid().to_numpy(zero_copy_only=False)
    kept = np.flatnonzero(numbered | judged.usable[messages])
    documents = _documents(batch, one, partner, ids, messages)
    for name, column in header.columns.items():
        documents = documents.append_column(name, column)
    documents = documents.take(pa.array(kept)).select(DOCUMENTS.names).cast(DOCUMENTS)
    faults = [fault for fault in header.faults if numbered[fault.row] or judged.usable[messages[fault.row]]]
    found = [_of_header(batch, loops, messages, ids, fault) for fault in faults]
    lines, line_findings = _lines(batch, judged.usable & (judged.maps == number), one, loops, ids)
    return Piece(documents, {rules.kind: lines}, (as_table(found), line_findings))


def _documents(batch: Batch, one: Map, partner: str, ids: pa.Array, messages: Ints) -> pa.Table:
    """The columns of the documents that do not come from fields."""
    reading, places = batch.index.segments, batch.places
    rows = reading.messages.take(pa.array(messages))
    files = reading.files.take(pa.array(places.file_of_message[messages]))
    interchanges = reading.interchanges.take(pa.array(places.interchange_of[messages]))
    groups = pc.if_else(pc.greater_equal(rows["group"], 0), rows["group"], pa.scalar(None, pa.int32()))
    return pa.table({
        "document": ids.take(pa.array(messages)),
        "file": files["file"],
        "offset": pc.subtract(rows["start"], files["start"]),
        "length": pc.subtract(rows["end"], rows["start"]),
        "partner": pa.repeat(partner, len(messages)),
        "kind": pa.repeat(one.rules.kind, len(messages)),
        "standard": pa.repeat(batch.standard, len(messages)),
        "message_type": rows["type"],
        "interchange_control": interchanges["control"],
        "group_control": reading.groups["control"].take(groups),
        "message_control": rows["control"],
        "rule_version": pa.repeat(one.version, len(messages)),
    })  # fmt: skip


def _of_header(batch: Batch, loops: Loops, messages: Ints, ids: pa.Array, fault: Fault) -> Finding:
    message = int(messages[fault.row])
    if fault.start >= 0:
        place = batch.places.place(fault.start, fault.end, batch.value_path(fault.start, loops))
    else:
        row = batch.index.segments.messages.slice(message, 1).to_pylist()[0]
        place = batch.places.place(row["start"], row["end"], batch.places.message_path(message))
    return Finding(fault.code, place, fault.detail, ids[message].as_py())


def _lines(batch: Batch, taken: np.ndarray, one: Map, loops: Loops, ids: pa.Array) -> tuple[pa.Table, pa.Table]:
    """The canonical lines of the taken messages, numbered from 1 in each, and their findings."""
    source = LineRows(batch, loops, np.flatnonzero(taken[batch.index.message[loops.lines]]))
    rules, given = one.rules, {}
    if rules.lines.split:
        parts = split(rules.lines.split, source, one.codes)
        source = source.picked(parts.rows)
        given = {"quantity": parts.quantity, "condition": parts.condition}
    filled = fill(rules.kind, rules.lines, source, one.codes, given)
    places, messages = batch.places, source.messages
    files = places.file_of_message[messages]
    file_start = batch.index.ints("files", "start")[files]
    start, end = _extent(batch.index, loops, source.lines)
    documents = ids.take(pa.array(messages))
    sha = places.reading.files["file"].take(pa.array(files))
    table = placed_lines(rules.kind, filled.columns, documents, sha, start - file_start, end - start)
    found = _line_findings(batch, loops, source, filled.faults, (start, end), table)
    return table, as_table(found)


def _line_findings(
    batch: Batch, loops: Loops, source: LineRows, faults: Sequence[Fault], extent: tuple[Ints, Ints], table: pa.Table
) -> list[Finding]:
    """Faults at their place. What is wrong in the header without holding a line is told once, and of no line."""
    documents, numbers = table["document"].to_pylist(), table["line_no"].to_pylist()
    found: dict[Finding, None] = {}
    for fault in faults:
        if fault.start >= 0:
            place = batch.places.place(fault.start, fault.end, batch.value_path(fault.start, loops))
        else:
            path = batch.line_path(int(source.lines[fault.row]), loops)
            place = batch.places.place(int(extent[0][fault.row]), int(extent[1][fault.row]), path)
        holds = CATALOGUE[fault.code].severity is Severity.ERROR
        own = holds or fault.start < 0 or batch.in_a_line(fault.start, loops)
        line_no = numbers[fault.row] if own else None
        found[Finding(fault.code, place, fault.detail, documents[fault.row], line_no)] = None
    return list(found)


def _extent(index: Index, loops: Loops, lines: Ints) -> tuple[Ints, Ints]:
    """First and last byte of each line: its whole loop, all segments that belong to it."""
    last = np.zeros(len(loops.lines), dtype=np.int64)
    inside = np.flatnonzero(loops.line_of >= 0)
    last[loops.line_of[inside]] = inside
    return index.ints("segments", "start")[loops.lines[lines]], index.ints("segments", "end")[last[lines]]


def _interchanges(places: Places, judged: Judged) -> pa.Table:
    """Each envelope as a row for the store."""
    table = places.reading.interchanges
    files = places.reading.files.take(table["file_index"])
    controls = zip(files["file"].to_pylist(), table["control"].to_pylist(), places.interchange_no.tolist(), strict=True)
    parties = {
        side: [
            f"{(qualifier or '').strip()}:{(one or '').strip()}"
            for qualifier, one in zip(table[f"{side}_qualifier"].to_pylist(), table[side].to_pylist(), strict=True)
        ]
        for side in ("sender", "receiver")
    }
    return pa.table({
        "interchange": [f"{sha[:FILE_ID_DIGITS]}/{control}-{number}" for sha, control, number in controls],
        "file": files["file"],
        "offset": pc.subtract(table["start"], files["start"]),
        "length": pc.subtract(table["end"], table["start"]),
        "standard": table["standard"],
        "sender": parties["sender"],
        "receiver": parties["receiver"],
        "control": pc.fill_null(table["control"], ""),
        "usage": pc.fill_null(table["usage"], ""),
        "state": ["accepted" if taken else "rejected" for taken in judged.accepted.tolist()],
    }, schema=INTERCHANGE_ROWS)  # fmt: skip


def _origins(standard: str, places: Places, documented: pa.Array) -> pa.Table:
    """The message behind each document."""
    there = np.flatnonzero(documented.is_valid().to_numpy(zero_copy_only=False))
    return pa.table({
        "document": documented.take(pa.array(there)),
        "standard": pa.repeat(standard, len(there)),
        "interchange": pa.array(places.interchange_of[there], pa.int32()),
        "message": pa.array(there, pa.int32()),
    }, schema=ORIGINS)  # fmt: skip
