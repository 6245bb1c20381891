"""Open this when a trace tells of other rows than the engine makes: files as the engine's own sources of columns.

For each mapping that reads something of the files: the headers of its documents, its lines, and where a value stands.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mappings.catalog import Map, PartnerFolder
from mappings.engine import EDI_READERS
from mappings.fields import Source
from mappings.formats.segments import RawFile
from mappings.formats.sniff import sniff
from mappings.messages.sources import Batch, Headers, LineRows
from mappings.messages.translate import judged_batch, message_ids
from mappings.messages.translate import sources_of as edi_sources
from mappings.parts import Splittable
from mappings.tables.claims import claim
from mappings.tables.dates import dated
from mappings.tables.rows import TableRows
from mappings.tables.translate import documents_of, maps_for
from mappings.trees.rows import ElementRows
from mappings.trees.translate import READERS as TREE_READERS
from mappings.trees.translate import claimed_documents
from mappings.trees.translate import sources_of as tree_sources
from schemas.findings import Finding


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: bytes of its file, and where in the format's own terms.

    ``is_whole``: the value has no bytes of its own; offset and length are then the whole file's.
    """

    offset: int
    length: int
    place: str
    is_whole: bool = False


# The spot of a value: its source, the row in it, the path, and the bytes as the column has them.
Locate = Callable[[Any, int, str, int, int], Spot]
# The text that the file itself has at a path, where it was not read as it stands; null where it was.
Written = Callable[[Any, str], Sequence[str | None]]


@dataclass(frozen=True)
class Reading:
    """What one mapping reads of some files: headers of documents and lines before they are split, with documents' ids.

    ``one`` is the mapping as it runs.
    """

    one: Map
    headers: Source
    header_ids: Sequence[str]
    lines: Splittable
    line_ids: Sequence[str]
    locate: Locate = field(repr=False)
    written: Written = field(repr=False, default=lambda source, _path: [None] * source.size)


def readings(files: Sequence[RawFile], partner: PartnerFolder) -> Iterator[Reading]:
    """Everything that the partner's mappings read of these files."""
    kinds = [(file, sniff(file.data)) for file in files]
    for standard in EDI_READERS:
        if own := [file for file, kind in kinds if kind == standard]:
            yield from _edi(standard, own, partner)
    for standard in TREE_READERS:
        if own := [file for file, kind in kinds if kind == standard]:
            yield from _trees(standard, own, partner)
    for file, kind in kinds:
        if kind in ("delimited", "workbook"):
            yield from _table(file, kind, partner)


# --- EDI


def _edi(standard: str, files: Sequence[RawFile], partner: PartnerFolder) -> Iterator[Reading]:
    batch, judged = judged_batch(standard, EDI_READERS[standard](files), files, partner)
    ids = message_ids(batch.places).to_pylist()
    for number, one in enumerate(partner.maps_for(standard)):
        headers, lines = edi_sources(batch, judged, number, one)
        of_headers = [ids[message] for message in headers.messages.tolist()]
        yield Reading(one, headers, of_headers, lines, [ids[message] for message in lines.messages.tolist()], _in_edi)


def _in_edi(source: Headers | LineRows, _row: int, _path: str, start: int, end: int) -> Spot:
    batch: Batch = source.batch
    file = int(batch.places.files_of(np.array([start]))[0])
    offset = start - int(batch.places.reading.files["start"][file].as_py())
    return Spot(offset, end - start, batch.value_paths(np.array([start]), source.loops)[0].as_py())


# --- XML and JSON


def _trees(standard: str, files: Sequence[RawFile], partner: PartnerFolder) -> Iterator[Reading]:
    for tree in TREE_READERS[standard](files).trees:
        for claimed in claimed_documents(tree, partner.maps_for(standard))[1]:
            if len(claimed.nodes):
                documents, lines = tree_sources(claimed)
                of_lines = claimed.ids_of(lines).to_pylist()
                yield Reading(claimed.one, documents, claimed.ids.to_pylist(), lines, of_lines, _in_tree)


def _in_tree(source: ElementRows, _row: int, _path: str, start: int, end: int) -> Spot:
    tree = source.tree
    file, offset, length = (int(one[0]) for one in tree.places(np.array([start]), np.array([end])))
    return Spot(offset, length, tree.readable(tree.node_at(start)), bool(tree.whole[file]))


# --- tables


def _table(file: RawFile, kind: str, partner: PartnerFolder) -> Iterator[Reading]:
    maps = maps_for(partner, kind)
    taken = claim(file, maps) if maps else None
    if taken is None or isinstance(taken, Finding) or not taken.rows.size:
        return
    owner, first, ids = documents_of(taken)
    names, rows = ids.to_pylist(), taken.rows
    of_lines = [names[document] for document in owner.tolist()]
    yield Reading(dated(taken.map), rows.picked(first), names, rows, of_lines, _in_table, _as_written)


def _in_table(source: TableRows, row: int, path: str, start: int, end: int) -> Spot:
    """A cell; of a record above the line its bytes lie above the line's row."""
    place = source.table.place(int(source.rows[row]), path)
    is_above = not source.table.sheet and start < int(source.start[row])
    return Spot(start, end - start, f"above {place}" if is_above else place, bool(source.table.sheet))


def _as_written(source: TableRows, path: str) -> Sequence[str | None]:
    """Of cells that a spreadsheet damaged what stands in them."""
    if path not in source.mended:
        return [None] * source.size
    there = source.table.cells(path).column.trimmed().take(source.rows).text.to_pylist()
    read = source.column(path).trimmed().text.to_pylist()
    return [old if old != new else None for old, new in zip(there, read, strict=True)]
