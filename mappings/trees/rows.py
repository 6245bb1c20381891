"""Open this when a path finds nothing in XML or JSON where you see the value: elements as sources of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints, Mask
from mappings.formats.tree import Tree
from mappings.messages.sources import FILE_ID_DIGITS
from mappings.trees.paths import Step, TreePath, expanded, parse_tree
from schemas.rules import Repeat


@dataclass(frozen=True)
class Names:
    """A tree, with the prefixes that a mapping's paths use."""

    tree: Tree
    namespaces: Mapping[str, str]
    _fitting: dict[tuple[int, object], Mask] = field(default_factory=dict, repr=False)

    def way(self, below: int, names: Sequence[str]) -> int:
        """The way by these names below another; -1 where the files have none."""
        return self.tree.ways.find(below, [expanded(name, self.namespaces) for name in names])

    def found(self, base: int, steps: Sequence[Step]) -> tuple[Ints, Ints]:
        """The nodes that these steps lead to from nodes of the way ``base``, and the node each was reached from."""
        ways = [base]
        for step in steps:
            ways.append(self.way(ways[-1], (step.name,)) if ways[-1] >= 0 else -1)
        nodes = self.tree.nodes(ways[-1])
        above: Any = nodes
        for step, way in zip(reversed(steps), reversed(ways[1:]), strict=True):
            for test in step.tests if len(nodes) else ():
                fits = self._fits(way, test)[above]
                nodes, above = nodes[fits], above[fits]
            above = self.tree.parent[above]
        return nodes, above.astype(np.int64)

    def _fits(self, way: int, test: tuple[tuple[str, ...], str]) -> Mask:
        """Which nodes of this way have the value that a test asks for."""
        if (way, test) not in self._fitting:
            names, wanted = test
            nodes, owners = self.found(way, [Step(name) for name in names])
            fits = np.zeros(self.tree.size, dtype=bool)
            fits[owners[self.equals_any(nodes, (wanted,))]] = True
            self._fitting[way, test] = fits
        return self._fitting[way, test]

    def equals_any(self, nodes: Ints, wanted: Sequence[str]) -> Mask:
        """Which nodes have one of these texts, blanks around them left aside."""
        text = pc.utf8_trim_whitespace(self.tree.column(nodes).text)
        found = pc.fill_null(pc.is_in(text, pa.array(wanted, pa.string())), False)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


@dataclass(frozen=True)
class ElementRows:
    """Elements of one way as rows: the documents themselves, their lines, or parts of lines.

    ``nodes`` holds the element of each row, ``documents`` the document element that it stands in.
    """

    names: Names
    way: int
    nodes: Ints
    document_way: int
    documents: Ints
    decimal_marks: str = "."
    thousands_mark: str = ""

    @property
    def tree(self) -> Tree:
        """The tree that the elements are of."""
        return self.names.tree

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.nodes)

    @cached_property
    def _levels(self) -> dict[int, tuple[Ints, Ints]]:
        return {}

    def first(self, path: str) -> Ints:
        """The node that the path finds for each row, or -1."""
        return self._found(parse_tree(path), (), ())

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """What the path finds for each row."""
        parsed = parse_tree(path)
        if parsed.scope == "@":
            return self._of_file(parsed.names[0])
        return self.tree.column(self._found(parsed, only, skip))

    def _found(self, path: TreePath, only: Sequence[str], skip: Sequence[str]) -> Ints:
        """The node that the path finds for each row, or -1."""
        if path.scope == "^":
            return self._first(-1, self.document_way, path.steps, only, skip)
        if not path.scope:
            return self._first(0, self.way, path.steps, only, skip)
        found, level, way = np.full(self.size, -1, dtype=np.int64), 0, self.way
        while way not in (self.document_way, -1):
            level, way = level + 1, self.tree.ways.above[way]
            other = self._first(level, way, path.steps, only, skip)
            found = np.where(found < 0, other, found)
        return found

    def _first(self, level: int, way: int, steps: Sequence[Step], only: Sequence[str], skip: Sequence[str]) -> Ints:
        """The first node with a text on these steps from each row's element so many levels up; -1 is its document."""
        nodes, owners = self.names.found(way, steps)
        there = self.tree.text_end[nodes] > self.tree.text_start[nodes]
        if only or skip:
            named = self.names.equals_any(nodes, only or skip)
            there &= named if only else ~named
        row_of, elements = self._rows(level)
        first = np.full(self.size + 1, -1, dtype=np.int64)
        rows = row_of[owners[there]]
        first[rows[::-1]] = nodes[there][::-1]
        first[-1] = -1  # what no row is made of
        return first[row_of[elements]]

    def _rows(self, level: int) -> tuple[Ints, Ints]:
        """For each node of the tree a row that has it so many levels up (behind the last where none has), and the
        element of each row there."""
        if level not in self._levels:
            elements = self.documents if level < 0 else self.nodes
            for _ in range(level):
                elements = self.tree.parent[elements].astype(np.int64)
            row_of = np.full(self.tree.size, self.size, dtype=np.int64)
            row_of[elements] = np.arange(self.size)
            self._levels[level] = row_of, elements
        return self._levels[level]

    def _of_file(self, name: str) -> Column:
        files = self.tree.file_of(self.tree.start[self.nodes]).tolist()
        texts = [one.sha256[:FILE_ID_DIGITS] if name == "file" else one.name for one in self.tree.files]
        nothing = Column.nothing(self.size)
        return Column.of_text(pa.array([texts[file] for file in files], pa.string()), nothing.start, nothing.end)

    def below(self, tag: str, _repeat: Repeat | None = None) -> tuple["Below", Ints]:
        """The elements that a path finds in the rows, and the row of each."""
        path = parse_tree(tag)
        nodes, owners = self.names.found(self.way, path.steps)
        rows = self._rows(0)[0][owners]
        inside = rows < self.size
        return Below(self.names.way(self.way, path.names), nodes[inside]), rows[inside]

    def picked(self, rows: Ints, own: "Below | None" = None) -> "ElementRows":
        """These rows, in this order; with ``own`` those elements below them."""
        if own is None:
            return replace(self, nodes=self.nodes[rows], documents=self.documents[rows])
        return replace(self, way=own.way, nodes=own.nodes, documents=self.documents[rows])


@dataclass(frozen=True, slots=True)
class Below:
    """Elements of one way below the rows of a source."""

    way: int
    nodes: Ints

    def take(self, rows: Ints) -> "Below":
        """These of them, in this order."""
        return Below(self.way, self.nodes[rows])
