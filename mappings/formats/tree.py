"""Open this when you ask what an XML or JSON file looks like inside: a batch of files as columns, one row a node.

A node is an element, an attribute or a JSON value, in the order of the file; an item of a JSON array is a node of the
array's name. Nodes of the same way from the top have the same number (``Ways``); nothing is an object by itself.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.column import Bytes, Column, Ints, Mask, text_between
from mappings.formats.segments import RawFile
from mappings.formats.tree_marks import DECODED, HIGH
from schemas.findings import Finding, Place

BATCH_BYTES_MAX = 2**31 - 1  # what the columns can point to

Item = TypeVar("Item")
Numbers = npt.NDArray[Any]  # int32, to keep a tree small; flags are bytes

# The columns of a tree that a reader fills, in this order, beside ``ways`` and ``roots``.
COLUMNS = ("way", "parent", "start", "end", "text_start", "text_end", "flags")

ROOT = -1  # what stands above the way of a document


@dataclass
class Ways:
    """Every way from the top that the batch has, as a number: the way above it, and the last name.

    A name is the element's, in XML with its namespace in front (``{urn:x}Item``); an attribute's begins with @.
    """

    above: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    _known: dict[tuple[int, str], int] = field(default_factory=dict)

    def number(self, above: int, name: str) -> int:
        """The number of this way, a new one if it is new."""
        found = self._known.setdefault((above, name), len(self.names))
        if found == len(self.names):
            self.above.append(above)
            self.names.append(name)
        return found

    def find(self, above: int, names: Sequence[str]) -> int:
        """The way below another one by these names; -1 where the batch has none. Below ROOT only documents begin."""
        for at, name in enumerate(names):
            if above < 0 and at:
                return -1
            above = self._known.get((above, name), -1)
        return above


@dataclass(frozen=True, eq=False)
class Tree:
    """The nodes of some files that are in one character set. Places are bytes of ``buffer``, all files in a row.

    ``start`` and ``end`` are of the whole element, ``text_start`` and ``text_end`` of what stands between its tags;
    -1 where there is no text. ``roots`` are the documents that can be read. Files that are ``whole`` were changed into
    another character set before: a place in them is the whole document.
    """

    buffer: bytes
    codec: str
    files: tuple[RawFile, ...]
    file_start: Ints
    whole: Mask
    ways: Ways
    way: Numbers
    parent: Numbers
    start: Numbers
    end: Numbers
    text_start: Numbers
    text_end: Numbers
    flags: Numbers
    roots: Ints
    decoded: Callable[[str, int], str]  # a text with its flags, as the format means it

    @property
    def size(self) -> int:
        """How many nodes."""
        return len(self.way)

    @cached_property
    def bytes(self) -> Bytes:
        """The buffer as an array."""
        return np.frombuffer(self.buffer, np.uint8)

    @cached_property
    def _by_way(self) -> tuple[Ints, Ints]:
        """All nodes sorted by way, each way's in the order of the file; and where each way begins among them."""
        narrow = self.way.astype(np.int16) if len(self.ways.names) < 2**15 else self.way
        counts = np.bincount(self.way, minlength=len(self.ways.names))
        return np.argsort(narrow, kind="stable").astype(np.int64), np.concatenate([[0], np.cumsum(counts)])

    def nodes(self, way: int) -> Ints:
        """The nodes of this way, in the order of the files; none for -1."""
        order, first = self._by_way
        return order[first[way] : first[way + 1]] if way >= 0 else order[:0]

    def column(self, nodes: Ints) -> Column:
        """The text of these nodes; -1 is none."""
        there = nodes >= 0
        start = np.where(there, self.text_start[nodes], -1).astype(np.int64)
        end = np.where(there, self.text_end[nodes], -1).astype(np.int64)
        flags = np.where(there, self.flags[nodes], 0)
        if not (flags & (HIGH | DECODED)).any():
            return Column.of_bytes(self.bytes, start, end)
        if self.codec == "utf-8" and not (flags & DECODED).any():
            return Column(start, end, lambda: text_between(self.bytes, start, end))
        return Column(start, end, lambda: pa.array(list(map(self._text, start, end, flags)), pa.string()))

    def _text(self, start: int, end: int, flags: int) -> str | None:
        if start < 0:
            return None
        text = self.buffer[start:end].decode(self.codec)
        return self.decoded(text, int(flags)) if flags & DECODED else text

    def first_by_file(self, nodes: Ints) -> list[int]:
        """The first of these nodes in each file."""
        _, first = np.unique(self.file_of(self.start[nodes]), return_index=True)
        return [int(node) for node in nodes[first]]

    def without(self, files: Collection[int]) -> "Tree":
        """The tree without the documents of these files."""
        if not files:
            return self
        kept = ~np.isin(self.file_of(self.start[self.roots]), list(files))
        return replace(self, roots=self.roots[kept])

    def file_of(self, start: Ints) -> Ints:
        """The file in which each of these places lies."""
        return np.searchsorted(self.file_start, start, side="right") - 1

    def places(self, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
        """File, offset and length of these stretches of the buffer."""
        file = self.file_of(start)
        whole = self.whole[file]
        sizes = np.array([len(one.data) for one in self.files], np.int64)
        offset = np.where(whole, 0, start - self.file_start[file])
        return file, offset, np.where(whole, sizes[file], end - start)

    @cached_property
    def _parents_of(self) -> dict[int, Ints]:
        return {}

    def readable(self, node: int) -> str:
        """How a person finds a node: `DespatchAdvice/DespatchLine 3/DeliveredQuantity`."""
        steps = []
        while node >= 0:
            way = int(self.way[node])
            steps.append(local_name(self.ways.names[way]) + self._count(way, node))
            node = int(self.parent[node])
        return "/".join(step for step in reversed(steps) if step)

    def _count(self, way: int, node: int) -> str:
        """The number of a node among those of its name below the same node, where there are several."""
        if way not in self._parents_of:
            self._parents_of[way] = self.parent[self.nodes(way)].astype(np.int64)
        parent = int(self.parent[node])
        if parent < 0:
            return ""
        first, behind = np.searchsorted(self._parents_of[way], [parent, parent + 1])
        at = np.searchsorted(self.nodes(way), node)
        return f" {at - first + 1}" if behind - first > 1 else ""

    def node_at(self, place: int) -> int:
        """The innermost node in whose text this place is."""
        node = int(np.searchsorted(self.start, place, side="right")) - 1
        while node >= 0 and not self.text_start[node] <= place < self.text_end[node]:
            node = int(self.parent[node])
        return node


@dataclass(frozen=True, slots=True)
class Trees:
    """What a reader gives for a batch of XML or JSON files."""

    trees: tuple[Tree, ...]
    findings: tuple[Finding, ...]


def broken(file: RawFile, start: int, end: int, why: str) -> Finding:
    """FILE-BROKEN at this place, with line and column."""
    before = file.data[:start]
    line, column = before.count(b"\n") + 1, start - before.rfind(b"\n")
    return Finding("FILE-BROKEN", Place(file.sha256, start, end - start), f"line {line}, column {column}: {why}")


def batches(files: Sequence[Item], size_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """The files in batches that the columns of a tree can point into."""
    batch: list[Item] = []
    size = 0
    for one in files:
        if batch and size + size_of(one) > BATCH_BYTES_MAX:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += size_of(one)
    yield batch


def starts_of(parts: Sequence[bytes]) -> Ints:
    """Where each part begins when they stand in a row."""
    return np.cumsum([0, *map(len, parts)], dtype=np.int64)[:-1]


def local_name(name: str) -> str:
    """A name without its namespace."""
    return name[name.rindex("}") + 1 :] if "}" in name else name
