"""Open this when an EDI message gives other rows than you expect: a batch of one standard, through its mappings."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.acknowledged import acknowledged
from mappings.catalog import Map, PartnerFolder
from mappings.column import Ints, Mask
from mappings.documents import header_columns, placed_lines
from mappings.fields import Faults
from mappings.formats.segments import RawFile, Segments
from mappings.lines import fill
from mappings.messages.judge import Judged, Places, judge, reader_findings
from mappings.messages.lookups import Index, Loops
from mappings.messages.sought import sought_by
from mappings.messages.sources import FILE_ID_DIGITS, Batch, Headers, LineRows
from mappings.messages.where import where_holds
from mappings.parts import split
from mappings.translation import INTERCHANGE_ROWS, ORIGINS, Piece
from schemas.findings import CATALOGUE, Finding, Severity, as_table
from schemas.tables import DOCUMENTS, FINDINGS, empty

# Trailers end the last line of their message.
_TRAILERS = ("SE", "UNT")


def translate_edi(standard: str, reading: Segments, files: Sequence[RawFile], partner: PartnerFolder) -> Piece:
    """Everything that the partner's mappings make of one reading."""
    maps = partner.maps_for(standard)
    batch, judged = judged_batch(standard, reading, files, partner)
    places = batch.places
    ids = message_ids(places)
    pieces = [_translate_map(batch, judged, number, one, partner.id, ids) for number, one in enumerate(maps)]
    documents = pa.concat_tables([empty(DOCUMENTS), *(piece.documents for piece in pieces)])
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


def judged_batch(
    standard: str, reading: Segments, files: Sequence[RawFile], partner: PartnerFolder
) -> tuple[Batch, Judged]:
    """A reading ready for lookups, and which of its messages each of the partner's mappings takes."""
    places = Places.of(reading)
    batch = Batch(standard, Index(reading), places, {file.sha256: file.name for file in files})
    maps = partner.maps_for(standard)
    return batch, judge(places, partner, maps, standard, lambda one, messages: where_holds(batch, one, messages))


def _by_kind(pieces: Sequence[Piece]) -> dict[str, list[pa.Table]]:
    kinds: dict[str, list[pa.Table]] = {}
    for piece in pieces:
        for kind, table in piece.lines.items():
            kinds.setdefault(kind, []).append(table)
    return kinds


def message_ids(places: Places) -> pa.Array:
    """The document id of each message: digest of its file, and its number in the file."""
    sha = pc.utf8_slice_codeunits(places.reading.files["file"].combine_chunks(), 0, FILE_ID_DIGITS)
    numbers = pc.cast(pa.array(places.message_no), pa.string())
    return pc.binary_join_element_wise(sha.take(pa.array(places.file_of_message)), numbers, "-")


def _translate_map(batch: Batch, judged: Judged, number: int, one: Map, partner: str, ids: pa.Array) -> Piece:
    """The documents and lines of all messages that this mapping claims."""
    rules = one.rules
    headers, rows = sources_of(batch, judged, number, one)
    loops, messages = headers.loops, headers.messages
    header = header_columns(one, headers)
    numbered = header.columns["number"].is_valid().to_numpy(zero_copy_only=False)
    kept = np.flatnonzero(numbered | judged.usable[messages])
    documents = _documents(batch, one, partner, ids, messages)
    for name, column in header.columns.items():
        documents = documents.append_column(name, column)
    documents = documents.take(pa.array(kept)).select(DOCUMENTS.names).cast(DOCUMENTS)
    told = numbered | judged.usable[messages]
    found = [_of_header(batch, loops, messages, ids, fault.where(told[fault.rows])) for fault in header.faults]
    lines, line_findings = _lines(rows, one, ids)
    return Piece(documents, {rules.kind: lines}, (*found, *line_findings))


def sources_of(batch: Batch, judged: Judged, number: int, one: Map) -> tuple[Headers, LineRows]:
    """The headers of all messages that this mapping claims, and the lines of those that can be read."""
    rules = one.rules
    loops = Loops.of(batch.index, rules.lines.each, (*rules.lines.until, *_TRAILERS), rules.pairs)
    loops.seek(sought_by(rules))
    taken = judged.usable & (judged.maps == number)
    lines = LineRows(batch, loops, np.flatnonzero(taken[batch.index.message[loops.lines]]))
    return Headers(batch, loops, np.flatnonzero(judged.maps == number)), lines


def _documents(batch: Batch, one: Map, partner: str, ids: pa.Array, messages: Ints) -> pa.Table:
    """The columns of the documents that do not come from fields."""
    reading, places = batch.index.segments, batch.places
    rows = reading.messages.select(["group", "start", "end", "type", "control"]).take(pa.array(messages))
    files = reading.files.take(pa.array(places.file_of_message[messages]))
    interchanges = reading.interchanges.select(["control"]).take(pa.array(places.interchange_of[messages]))
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


def _of_header(batch: Batch, loops: Loops, messages: Ints, ids: pa.Array, fault: Faults) -> pa.Table:
    """Faults of headers at their place: the value, or the message where there is none."""
    own, rows = messages[fault.rows], batch.index.segments.messages
    nowhere = fault.start < 0
    start = np.where(nowhere, rows["start"].to_numpy()[own], fault.start)
    end = np.where(nowhere, rows["end"].to_numpy()[own], fault.end)
    path = pc.if_else(pa.array(nowhere), batch.places.message_paths(own), batch.value_paths(start, loops))
    return _findings(batch, fault, (start, end), path, ids.take(pa.array(own)), pa.nulls(len(own), pa.int64()))


def _findings(
    batch: Batch, fault: Faults, extent: tuple[Ints, Ints], path: pa.Array, documents: pa.Array, numbers: pa.Array
) -> pa.Table:
    """Faults as rows of ``FINDINGS``."""
    start, end = extent
    files = batch.places.files_of(start)
    of_file = batch.places.reading.files
    return pa.table({
        "code": pa.repeat(fault.code, len(start)),
        "severity": pa.repeat(CATALOGUE[fault.code].severity.value, len(start)),
        "file": of_file["file"].take(pa.array(files)),
        "offset": start - of_file["start"].to_numpy()[files],
        "length": end - start,
        "path": path,
        "document": documents,
        "line_no": numbers,
        "detail": fault.detail,
    }, schema=FINDINGS)  # fmt: skip


def _lines(source: LineRows, one: Map, ids: pa.Array) -> tuple[pa.Table, list[pa.Table]]:
    """The canonical lines of the taken messages, numbered from 1 in each, and their findings."""
    batch, loops = source.batch, source.loops
    rules, given = one.rules, {}
    if rules.lines.split:
        parts = split(rules.lines, source, one.codes)
        source = source.picked(parts.rows)
        given = parts.given
    filled = fill(rules.kind, rules.lines, source, one.codes, given)
    places, messages = batch.places, source.messages
    files = places.file_of_message[messages]
    file_start = places.reading.files["start"].to_numpy()[files]
    start, end = _extent(batch.index, loops, source.lines)
    sha = places.reading.files["file"].take(pa.array(files))
    table = placed_lines(rules.kind, filled.columns, ids, messages, sha, start - file_start, end - start)
    return table, [_line_findings(batch, loops, source, fault, (start, end), table) for fault in filled.faults]


def _line_findings(
    batch: Batch, loops: Loops, source: LineRows, fault: Faults, extent: tuple[Ints, Ints], table: pa.Table
) -> pa.Table:
    """Faults at their place. What is wrong in the header without holding a line is told once, and of no line."""
    nowhere = fault.start < 0
    start = np.where(nowhere, extent[0][fault.rows], fault.start)
    end = np.where(nowhere, extent[1][fault.rows], fault.end)
    segments = batch.index.segment_of(batch.index.mark_before(start))
    holds = CATALOGUE[fault.code].severity is Severity.ERROR
    own = nowhere | (loops.line_of[segments] >= 0) | holds
    told = np.sort(np.concatenate([np.flatnonzero(own), _first_of_each(start, np.flatnonzero(~own))]))
    fault, start, end, nowhere, own = (
        fault.where(_marked(told, len(own))),
        start[told],
        end[told],
        nowhere[told],
        own[told],
    )
    line_paths = batch.line_paths(source.lines[fault.rows], loops)
    path = pc.if_else(pa.array(nowhere), line_paths, batch.value_paths(start, loops))
    rows = pa.array(fault.rows)
    numbers = pc.if_else(pa.array(own), table["line_no"].combine_chunks().take(rows), pa.scalar(None, pa.int64()))
    return _findings(batch, fault, (start, end), path, table["document"].combine_chunks().take(rows), numbers)


def _first_of_each(start: Ints, rows: Ints) -> Ints:
    """Of rows at the same place the first."""
    return rows[np.unique(start[rows], return_index=True)[1]]


def _marked(rows: Ints, size: int) -> Mask:
    marked = np.zeros(size, dtype=bool)
    marked[rows] = True
    return marked


def _extent(index: Index, loops: Loops, lines: Ints) -> tuple[Ints, Ints]:
    """First and last byte of each line: its whole loop, all segments that belong to it."""
    return index.cuts.start[loops.lines[lines]], index.cuts.end[loops.last[lines]]


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
