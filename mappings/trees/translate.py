"""Open this when an XML or JSON file gives other rows than you expect, or was not taken: documents through mappings.

A document is claimed from its root on: the root element of an XML file, the value of a JSON file, each line of JSON
lines. With `document: each` one claimed root holds several documents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pyarrow as pa

from mappings.catalog import Map, PartnerFolder
from mappings.column import Ints, Mask
from mappings.documents import header_columns, placed_lines, told_once
from mappings.fields import Evaluated, Fault
from mappings.formats import json_text, xml
from mappings.formats.segments import RawFile
from mappings.formats.tree import ROOT, Tree, Trees, local_name
from mappings.lines import fill
from mappings.messages.sources import FILE_ID_DIGITS
from mappings.parts import split
from mappings.translation import Piece
from mappings.trees.paths import parse_tree
from mappings.trees.rows import ElementRows, Names
from schemas.findings import Finding, Place, as_table
from schemas.tables import DOCUMENTS

READERS: dict[str, Callable[[Sequence[RawFile]], Trees]] = {"xml": xml.read, "json": json_text.read}
_SHOWN = 8


def translate_trees(standard: str, files: Sequence[RawFile], partner: PartnerFolder) -> list[Piece]:
    """Everything that the partner's mappings make of these files."""
    trees = READERS[standard](files)
    pieces = [Piece(findings=(as_table(trees.findings),))]
    for tree in trees.trees:
        pieces += _translate_tree(tree, partner.maps_for(standard), partner.id, standard)
    return pieces


@dataclass(frozen=True)
class Claimed:
    """The documents of a tree that one mapping reads: their elements, and their ids."""

    one: Map
    names: Names
    way: int
    nodes: Ints
    ids: pa.Array

    def ids_of(self, rows: ElementRows) -> pa.Array:
        """The id of the document that each row stands in."""
        return self.ids.take(pa.array(np.searchsorted(self.nodes, rows.documents)))


def _translate_tree(tree: Tree, maps: Sequence[Map], partner: str, standard: str) -> list[Piece]:
    taken, claimed = claimed_documents(tree, maps)
    pieces = [_translate_map(one, partner) for one in claimed if len(one.nodes)]
    empty = [_no_document(one, tree, root) for root, one in _without(tree, maps, taken, claimed)]
    unclaimed = [_unclaimed(tree, int(root), maps, standard) for root in tree.roots[taken < 0]]
    return [*pieces, Piece(findings=(as_table([*empty, *unclaimed]),))]


# --- which mapping reads which document


def claimed_documents(tree: Tree, maps: Sequence[Map]) -> tuple[Ints, list[Claimed]]:
    """Which mapping claims each root, -1 for none; and for each mapping the documents that it reads."""
    names = [Names(tree, one.rules.namespaces) for one in maps]
    taken = np.full(len(tree.roots), -1, dtype=np.int64)
    for number, one in enumerate(maps):
        taken[(taken < 0) & _claims(one, names[number], tree.roots)] = number
    found = [_documents_of(one, names[number], tree.roots[taken == number]) for number, one in enumerate(maps)]
    ids = _ids(tree, [nodes for _, nodes in found])
    each = zip(maps, names, found, ids, strict=True)
    return taken, [Claimed(one, own, way, nodes, its) for one, own, (way, nodes), its in each]


def _root_way(one: Map, names: Names) -> int:
    return names.way(ROOT, (one.rules.claims.root or "",))


def _claims(one: Map, names: Names, roots: Ints) -> Mask:
    """Which of these documents the mapping claims."""
    claims, way = one.rules.claims, _root_way(one, names)
    fits = np.asarray(names.tree.way[roots] == way, dtype=bool)
    if claims.files is not None:
        named = [fnmatchcase(file.name.lower(), claims.files.lower()) for file in names.tree.files]
        fits &= np.array(named, bool)[names.tree.file_of(names.tree.start[roots])]
    for path in claims.has:
        fits &= np.isin(roots, names.found(way, parse_tree(path).steps)[1]) if fits.any() else False
    for path, values in claims.where.items():
        first = ElementRows(names, way, roots, way, roots).first(path)
        fits &= (first >= 0) & names.equals_any(first, values)
    return fits


def _documents_of(one: Map, names: Names, roots: Ints) -> tuple[int, Ints]:
    """The elements of these roots that are a document each, and their way."""
    way, each = _root_way(one, names), one.rules.document.each
    if each is None or not len(roots):
        return way, roots
    steps = parse_tree(each)
    nodes, owners = names.found(way, steps.steps)
    return names.way(way, steps.names), nodes[np.isin(owners, roots)]


def _without(tree: Tree, maps: Sequence[Map], taken: Ints, found: Sequence[Claimed]) -> list[tuple[int, Map]]:
    """Claimed roots in which no document is found."""
    starts = tree.roots
    lost = []
    for at, number in enumerate(taken.tolist()):
        end = starts[at + 1] if at + 1 < len(starts) else tree.size
        nodes = found[number].nodes if number >= 0 else starts
        if not ((nodes >= starts[at]) & (nodes < end)).any():
            lost.append((int(starts[at]), maps[number]))
    return lost


def _ids(tree: Tree, groups: Sequence[Ints]) -> list[pa.Array]:
    """For each group of documents their ids: digest of the file, and the number in the file, whoever reads them."""
    nodes = np.sort(np.concatenate([np.empty(0, np.int64), *groups]))
    files = tree.file_of(tree.start[nodes])
    numbers = np.arange(len(nodes)) - np.searchsorted(files, files) + 1
    sha = [file.sha256[:FILE_ID_DIGITS] for file in tree.files]
    named = pa.array([f"{sha[f]}-{n}" for f, n in zip(files.tolist(), numbers.tolist(), strict=True)], pa.string())
    return [named.take(pa.array(np.searchsorted(nodes, group))) for group in groups]


def _no_document(one: Map, tree: Tree, root: int) -> Finding:
    detail = f"mapping {one.name}: nothing in {one.rules.document.each}"
    return Finding("DOC-NO-LINES", _place(tree, root, tree.readable(root)), detail)


def _unclaimed(tree: Tree, root: int, maps: Sequence[Map], standard: str) -> Finding:
    """FILE-UNCLAIMED, with what the document is and what the mappings want."""
    wanted = ", ".join(f"{one.name} ({_wanted(one)})" for one in maps)
    detail = f"{_described(tree, root, standard)}; {f'mappings: {wanted}' if maps else f'no mapping for {standard}'}"
    return Finding("FILE-UNCLAIMED", _place(tree, root, tree.readable(root)), detail)


def _described(tree: Tree, root: int, standard: str) -> str:
    name = tree.ways.names[int(tree.way[root])]
    if standard == "xml":
        return f"XML with the root {local_name(name)} of {name[1 : name.index('}')] if '}' in name else 'no namespace'}"
    way = int(tree.way[root])
    below = [name for above, name in zip(tree.ways.above, tree.ways.names, strict=True) if above == way]
    own = [name for name in below if (tree.parent[tree.nodes(tree.ways.find(way, (name,)))] == root).any()]
    return f"JSON with {', '.join(own[:_SHOWN]) or 'nothing that has a name'}{' …' if len(own) > _SHOWN else ''}"


def _wanted(one: Map) -> str:
    claims = one.rules.claims
    where = (f"{path} {' or '.join(values)}" for path, values in claims.where.items())
    parts = [claims.root, *claims.has, *where, claims.files]
    return ", ".join(part for part in parts if part)


def _place(tree: Tree, node: int, path: str) -> Place:
    return _place_of(tree, int(tree.start[node]), int(tree.end[node]), path)


def _place_of(tree: Tree, start: int, end: int, path: str) -> Place:
    file, offset, length = tree.places(np.array([start]), np.array([end]))
    return Place(tree.files[int(file[0])].sha256, int(offset[0]), int(length[0]), path)


# --- what becomes of claimed documents


def _translate_map(claimed: Claimed, partner: str) -> Piece:
    """The documents and lines of all documents that this mapping claims."""
    one = claimed.one
    source, rows = sources_of(claimed)
    header = header_columns(one, source)
    documents = _documents(claimed, partner)
    for name, column in header.columns.items():
        documents = documents.append_column(name, column)
    found = [
        Finding(fault.code, _fault_place(source, fault), fault.detail, claimed.ids[fault.row].as_py())
        for faults in header.faults
        for fault in faults.each()
    ]
    lines, line_findings = _lines(claimed, rows)
    return Piece(
        documents.select(DOCUMENTS.names).cast(DOCUMENTS),
        {one.rules.kind: lines},
        (as_table(found), as_table(line_findings)),
    )


def sources_of(claimed: Claimed) -> tuple[ElementRows, ElementRows]:
    """The documents as rows, and their lines."""
    names, each = claimed.names, parse_tree(claimed.one.rules.lines.each)
    nodes, owners = names.found(claimed.way, each.steps)
    mine = np.isin(owners, claimed.nodes)
    lines = _rows(claimed, names.way(claimed.way, each.names), nodes[mine], owners[mine])
    return _rows(claimed, claimed.way, claimed.nodes, claimed.nodes), lines


def _rows(claimed: Claimed, way: int, nodes: Ints, documents: Ints) -> ElementRows:
    reads = claimed.one.rules.reads
    return ElementRows(claimed.names, way, nodes, claimed.way, documents, reads.decimal, reads.thousands)


def _documents(claimed: Claimed, partner: str) -> pa.Table:
    """The columns of the documents that do not come from fields."""
    tree, one, size = claimed.names.tree, claimed.one, len(claimed.nodes)
    file, offset, length = tree.places(tree.start[claimed.nodes], tree.end[claimed.nodes])
    root = one.rules.claims.root
    texts = {
        "partner": partner,
        "kind": one.rules.kind,
        "standard": one.rules.standard,
        "message_type": root.rpartition(":")[2] if root else one.name,
        "rule_version": one.version,
    }
    none = dict.fromkeys(("interchange_control", "group_control", "message_control"), pa.nulls(size, pa.string()))
    repeated = {name: pa.repeat(text, size) for name, text in texts.items()}
    named = {"document": claimed.ids, "file": _sha(tree, file), "offset": offset, "length": length}
    return pa.table(named | repeated | none)


def _sha(tree: Tree, files: Ints) -> pa.Array:
    """The digest of each of these files."""
    return pa.array([file.sha256 for file in tree.files], pa.string()).take(pa.array(files))


def _lines(claimed: Claimed, source: ElementRows) -> tuple[pa.Table, list[Finding]]:
    """The canonical lines, numbered from 1 in each document, and their findings."""
    rules, codes, tree = claimed.one.rules, claimed.one.codes, source.tree
    given: dict[str, Evaluated] = {}
    if rules.lines.split:
        parts = split(rules.lines, source, codes)
        source, given = source.picked(parts.rows), parts.given
    filled = fill(rules.kind, rules.lines, source, codes, given)
    owner = np.searchsorted(claimed.nodes, source.documents)
    start, end = tree.start[source.nodes], tree.end[source.nodes]
    file, offset, length = tree.places(start, end)
    table = placed_lines(rules.kind, filled.columns, claimed.ids, owner, _sha(tree, file), offset, length)
    found = told_once(
        filled.faults,
        table,
        lambda fault: _fault_place(source, fault),
        lambda fault: bool(start[fault.row] <= fault.start < end[fault.row]),
    )
    return table, found


def _fault_place(source: ElementRows, fault: Fault) -> Place:
    """The place of the value at fault, or of the whole element of its row where there is none."""
    tree = source.tree
    if fault.start < 0:
        node = int(source.nodes[fault.row])
        return _place(tree, node, tree.readable(node))
    return _place_of(tree, fault.start, fault.end, tree.readable(tree.node_at(fault.start)))
