"""Open this when you read XML: a batch of files as trees of columns, every node with its bytes.

    read(files: Sequence[RawFile]) -> Trees

What is not well formed gives FILE-BROKEN at its place, and no nodes. Document types are refused, so that no entity
ever grows. Prefixes are resolved: a name carries its namespace. A file in UTF-16, or in another character set whose
markup is not ASCII bytes, is changed into UTF-8 first; a place in it is the whole document.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mappings.column import Ints
from mappings.formats import xml_marks as x
from mappings.formats import xml_scan
from mappings.formats.at_hand import goes_compiled
from mappings.formats.segments import RawFile
from mappings.formats.tree import BATCH_BYTES_MAX, COLUMNS, Tree, Trees, batches, broken, starts_of
from mappings.formats.xml_head import Head, head_of
from mappings.formats.xml_text import decoded
from mappings.formats.xml_ways import Resolved, Written, resolved
from schemas.findings import Finding, Place

COMPILED_FROM_BYTES = 300_000  # below this the plain way is done before numba is imported
_NODE_BYTES_MIN = 4  # `<a/>`; an attribute takes five
_COUNTED_FROM_BYTES = 64_000_000
_NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF in UTF-8


def read(files: Sequence[RawFile], *, compiled: bool | None = None) -> Trees:
    """Every node of the files, in one tree for each character set. Takes any bytes.

    ``compiled`` chooses the compiled way or the plain one, which give the same; by itself the size decides, unless the
    compiled way is at hand already.
    """
    if compiled is None:
        size = sum(len(file.data) for file in files)
        compiled = goes_compiled("xml", size, COMPILED_FROM_BYTES)
    findings: list[Finding] = []
    groups: dict[str, list[tuple[RawFile, Head]]] = {}
    for file in files:
        head = head_of(file.data)
        findings += _of_head(file, head)
        if not head.broken and head.begin >= 0 and len(head.data) < BATCH_BYTES_MAX:
            groups.setdefault(head.codec, []).append((file, head))
    trees = [
        _tree(codec, some, findings, compiled)
        for codec, group in groups.items()
        for some in batches(group, lambda one: len(one[1].data))
    ]
    return Trees(tuple(trees), tuple(findings))


def _of_head(file: RawFile, head: Head) -> Iterator[Finding]:
    if head.broken:
        yield broken(file, 0, len(file.data), head.broken)
    elif len(head.data) >= BATCH_BYTES_MAX:
        yield broken(file, 0, len(file.data), f"{len(head.data)} bytes, more than {BATCH_BYTES_MAX}")
    elif head.begin < 0:
        yield broken(file, 0, 5, x.REASONS[x.BAD_INSTRUCTION])
    elif head.strange:
        place = Place(file.sha256, 0, len(file.data))
        yield Finding("FILE-CHARSET", place, f"{head.strange}; they were read as that")


@dataclass(frozen=True)
class _Room:
    """Where the way through a batch notes what it finds: arrays for the compiled way, lists for the plain one."""

    nodes: x.Nodes
    seen: x.Seen
    scopes: x.Scopes
    opened: x.Open
    state: Any

    @staticmethod
    def of(nodes: x.Nodes, make: Callable[[int, bool], Any]) -> "_Room":
        """Room beside that for nodes. ``make`` gives a column of a length; True: filled with zeros."""
        seen = x.Seen(make(x.WAY_SLOTS, True), *(make(x.WAYS_MAX, False) for _ in x.Seen._fields[1:]))
        own = [make(x.SCOPES_MAX, False) for _ in range(4)]
        scopes = x.Scopes(make(x.SCOPE_SLOTS, True), *own, *(make(x.DECLARED_MAX, False) for _ in range(4)))
        depths = [make(x.DEPTH_MAX + 1, False) for _ in range(7)]
        opened = x.Open(*depths, *(make(x.ATTRIBUTES_MAX, False) for _ in range(6)))
        state = make(x.STATE_SIZE, True)
        state[x.SCOPES] = 1
        return _Room(nodes, seen, scopes, opened, state)

    @staticmethod
    def compiled(buffer: bytes) -> "_Room":
        """Room for all that can be in these bytes, as arrays. Pages that nothing is noted in take no memory."""
        size = len(buffer) // _NODE_BYTES_MIN + 1
        if len(buffer) > _COUNTED_FROM_BYTES:
            size = buffer.count(b"<") + buffer.count(b"=")
        columns: list[Any] = [np.empty(size, np.uint8 if name == "flags" else np.int32) for name in COLUMNS]
        return _Room.of(x.Nodes._make(columns), lambda size, zero: (np.zeros if zero else np.empty)(size, np.int64))

    @staticmethod
    def plain(buffer: bytes) -> "_Room":
        """Room for all that can be in these bytes, as lists, which Python is quicker with."""
        size = buffer.count(b"<") + buffer.count(b"=")  # no element without `<`, no attribute without `=`
        return _Room.of(x.Nodes(*([0] * size for _ in x.Nodes._fields)), lambda size, _: [0] * size)


def _tree(codec: str, group: Sequence[tuple[RawFile, Head]], findings: list[Finding], compiled: bool) -> Tree:
    """The tree of some files of one character set; what is wrong with them is added to the findings."""
    buffer = b"".join(head.data for _, head in group)
    starts = starts_of([head.data for _, head in group])
    scan, kinds, view, room = _ready(buffer, compiled)
    roots = []
    for (file, head), start in zip(group, starts.tolist(), strict=True):
        first = int(room.state[x.NODES])
        limit = start + len(head.data)
        if scan(view, start + head.begin, limit, kinds, *_parts(room)):
            roots.append(first)
        else:
            room.state[x.NODES] = first
            at = min(int(room.state[x.AT]), limit)
            findings.append(_ill_formed(file, head, at - start, x.REASONS[int(room.state[x.WHY])]))
    return _assembled(codec, group, buffer, starts, room, roots, findings)


def _ready(buffer: bytes, compiled: bool) -> tuple[Callable[..., bool], x.Kinds, Any, _Room]:
    """What goes through the bytes, and what it works on."""
    if not compiled:
        return xml_scan.scan, x.KINDS, buffer, _Room.plain(buffer)
    from mappings.formats.compiled import scan_xml  # numba takes half a second to import

    kinds = x.Kinds(*(np.frombuffer(kind, np.uint8) for kind in x.KINDS))
    return scan_xml, kinds, np.frombuffer(buffer, np.uint8), _Room.compiled(buffer)


def _parts(room: _Room) -> tuple[Any, ...]:
    return room.nodes, room.seen, room.scopes, room.opened, room.state


def _ill_formed(file: RawFile, head: Head, at: int, why: str) -> Finding:
    if head.is_whole:
        return broken(file, 0, len(file.data), why)
    return broken(file, at, min(at + 1, len(file.data)), why)


def _assembled(
    codec: str, group: Sequence[tuple[RawFile, Head]], buffer: bytes, starts: Ints, room: _Room, roots: list[int],
    findings: list[Finding],
) -> Tree:  # fmt: skip
    count = int(room.state[x.NODES])
    columns: dict[str, Any] = {
        name: np.asarray(column[:count], np.int32) for name, column in zip(COLUMNS, room.nodes, strict=True)
    }
    written = Written(buffer, codec, room.seen, int(room.state[x.WAYS]), room.scopes, int(room.state[x.SCOPES]))
    names = resolved(written)
    as_written = columns["way"]
    columns["way"] = np.array([*names.numbers, 0], np.int32)[as_written]
    files, whole = tuple(file for file, _ in group), np.array([head.is_whole for _, head in group], bool)
    tree = Tree(
        buffer, codec, files, starts, whole, names.ways, roots=np.array(roots, np.int64), decoded=decoded, **columns
    )
    bad = _badly_named(tree, as_written, names) | _odd_characters(tree, all(head.is_ascii for _, head in group))
    for file, (at, why) in bad.items():
        head = group[file][1]
        findings.append(_ill_formed(group[file][0], head, at - int(starts[file]), why))
    return tree.without(set(bad))


def _badly_named(tree: Tree, as_written: Any, names: Resolved) -> dict[int, tuple[int, str]]:
    """By file, the first name in it that is wrong: not allowed, of no namespace, or an attribute's twice."""
    found: list[tuple[int, str]] = []
    for way, why in names.faults.items():
        nodes = np.flatnonzero(as_written == way)
        found += [(int(tree.start[node]), why) for node in tree.first_by_file(nodes)]
    same: dict[int, list[int]] = {}
    for way, number in enumerate(names.numbers):
        same.setdefault(number, []).append(way)
    for number, ways in same.items():
        if len(ways) > 1 and tree.ways.names[number].startswith("@"):
            nodes = tree.nodes(number)
            twice = nodes[1:][tree.parent[nodes[1:]] == tree.parent[nodes[:-1]]]
            why = x.REASONS[x.ATTRIBUTE_TWICE]
            found += [(int(tree.start[node]), why) for node in tree.first_by_file(twice)]
    files = tree.file_of(np.array([at for at, _ in found], np.int64)).tolist()
    return dict(sorted(zip(files, found, strict=True), reverse=True))


def _odd_characters(tree: Tree, is_ascii: bool) -> dict[int, tuple[int, str]]:
    """By file, the first character of those that UTF-8 has and XML has not."""
    if tree.codec != "utf-8" or is_ascii:
        return {}
    places = [found.start() for found in _NO_CHARACTER.finditer(tree.buffer)]
    files = tree.file_of(np.array(places, np.int64)).tolist()
    why = "a character that XML does not allow"
    return {file: (at, why) for file, at in sorted(zip(files, places, strict=True), reverse=True)}
