"""Open this when `<` finds the wrong carton or order: which loops enclose a line, and which lines a segment speaks of.

A line is enclosed by the loop that it opens in, by the loops that hold that one, and by the levels that HL02 or CPS02
name above it: item, carton, order, shipment, in whatever order a message has them. A segment outside the lines speaks
of the nearest loop around it that encloses lines: a GIN of its CPS, a PRF of its HL, an NAD of the header of its whole
message. In a message without a table every segment outside the lines speaks of the whole message.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.column import Ints, Mask
from mappings.formats.hierarchy import HIERARCHIES

Numbers = npt.NDArray[np.int32]
NOBODY = -1
DEPTH_MAX = 100  # a line's loops and levels beyond these enclose nothing; no real message has ten


@dataclass(frozen=True)
class Tree:
    """The loops of a batch by number, and the loop and message of each segment."""

    parent: Ints
    above: Ints
    kind: Ints  # the same number for loops of one name in one message
    root: Ints  # for each loop the root of its message: messages are numbered behind the loops
    is_level: Mask  # an HL or a CPS
    is_hl: Mask
    loop_of: Ints  # for each segment the innermost loop, or -1
    root_of: Ints  # for each segment the root of its message
    level: Ints = field(init=False)  # for each loop the innermost level that holds it, or -1

    def __post_init__(self) -> None:
        """Find the levels."""
        object.__setattr__(self, "level", self._climb(self.is_level, np.full(len(self.parent), NOBODY)))

    @staticmethod
    def of(loops: pa.Table, cut_loop: Numbers, cut_message: Numbers) -> "Tree":
        """From a reading's ``LOOPS``, and the loop and message of each of its segments, as its cuts have them."""
        names = loops["name"].combine_chunks().dictionary_encode()
        message = _ints(loops["message"])
        tags = [name.split("/")[0] for name in names.dictionary.to_pylist()]
        is_level = np.array([tag in HIERARCHIES for tag in tags], dtype=bool)
        is_hl = np.array([tag == "HL" for tag in tags], dtype=bool)
        code = _ints(names.indices)
        kind = message * (len(names.dictionary) + 1) + code
        parent, size = _ints(loops["parent"]), loops.num_rows
        loop_of, message_of = cut_loop.astype(np.int64), cut_message.astype(np.int64)
        root, roots = size + message, size + message_of
        return Tree(parent, _ints(loops["above"]), kind, root, is_level[code], is_hl[code], loop_of, roots)

    def around(self, opening: Ints) -> tuple[Ints, ...]:
        """The loops that enclose each of these segments: nearest first, -1 behind the last one."""
        outer = np.where(self.above >= 0, self.above, self.parent)
        found: list[Ints] = []
        at = self.loop_of[opening]
        while (at >= 0).any() and len(found) < DEPTH_MAX:
            found.append(at)
            at = np.where(at >= 0, outer[at], -1)
        return tuple(found)

    def scopes(self, around: tuple[Ints, ...]) -> Ints:
        """For each segment the loop or root that it speaks of, or -1: of a level, or of a kind of loop, without lines.

        A loop like others that enclose lines speaks of its own lines alone: an order without lines of no other's.
        """
        encloses = np.zeros(len(self.parent), dtype=bool)
        for loops in around:
            encloses[loops[loops >= 0]] = True
        closed = self.is_level | np.isin(self.kind, np.unique(self.kind[encloses]))
        scope = self._climb(encloses | closed, self.root)
        there = np.flatnonzero(scope < len(self.parent))
        scope[there] = np.where(encloses[scope[there]], scope[there], NOBODY)
        return np.where(self.loop_of >= 0, np.append(scope, NOBODY)[self.loop_of], self.root_of)

    def _climb(self, stop: Mask, top: Ints) -> Ints:
        """For each loop the first one, from itself outwards, at which to stop; ``top`` where there is none."""
        found, at = np.asarray(top, dtype=np.int64).copy(), np.arange(len(self.parent))
        going = np.arange(len(self.parent))
        while len(going):
            stopped = stop[at[going]]
            found[going[stopped]] = at[going[stopped]]
            going = going[~stopped]
            at[going] = self.parent[at[going]]
            going = going[at[going] >= 0]
        return found


@dataclass(frozen=True)
class Enclosing:
    """Which loops enclose each line, and of which loop each segment speaks."""

    opening: Ints  # the segment that opens each line
    root: Ints  # for each line the root of its message
    around: tuple[Ints, ...]
    scope: Ints
    root_of: Ints
    lost: Mask  # lines of an HL that names none above it, though it is not the first of its message
    is_level: Mask  # of each loop

    @staticmethod
    def of(tree: Tree, opening: Ints) -> "Enclosing":
        """For lines that these segments open."""
        around = tree.around(opening)
        own = np.append(tree.level, NOBODY)[tree.loop_of[opening]]
        levels = np.flatnonzero(tree.is_level)
        first = levels[np.unique(tree.root[levels], return_index=True)[1]]
        lost = tree.is_hl & (tree.above < 0)
        lost[first] = False
        scope = tree.scopes(around)
        return Enclosing(
            opening, tree.root_of[opening], around, scope, tree.root_of, np.append(lost, False)[own], tree.is_level
        )

    def nearest(self, lines: Ints, segments: Ints) -> Ints:
        """For each of these lines the place in ``segments`` (outside all lines, in order) that it means, or -1.

        In the nearest enclosing loop that has one, or in the message as a whole: the last before the line. In a level,
        whose parts may stand in any order, else the first behind it. For a lost line: the last before it, wherever.
        """
        spoken = _Spoken.of(self.scope[segments], segments, len(self.scope))
        opening, found = self.opening[lines], np.full(len(lines), -1, dtype=np.int64)
        for loops in self.around:
            rows = np.flatnonzero((found < 0) & (loops[lines] >= 0))
            own = loops[lines[rows]]
            before = spoken.before(own, opening[rows])
            found[rows] = np.where((before < 0) & self.is_level[own], spoken.behind(own, opening[rows]), before)
        rows = np.flatnonzero(found < 0)
        found[rows] = spoken.before(self.root[lines[rows]], opening[rows])
        rows = np.flatnonzero((found < 0) & self.lost[lines])
        anywhere = _Spoken.of(self.root_of[segments], segments, len(self.scope))
        found[rows] = anywhere.before(self.root[lines[rows]], opening[rows])
        return found


@dataclass(frozen=True)
class _Spoken:
    """Segments ordered by the loop of which they speak."""

    place: Ints
    scope: Ints
    key: Ints
    size: int

    @staticmethod
    def of(scope: Ints, segments: Ints, size: int) -> "_Spoken":
        order = np.lexsort((segments, scope))
        order = order[scope[order] >= 0]
        return _Spoken(order, scope[order], scope[order] * size + segments[order], size)

    def before(self, scope: Ints, segment: Ints) -> Ints:
        """The last one of this scope before this segment, or -1."""
        return self._if_of(scope, np.searchsorted(self.key, scope * self.size + segment) - 1)

    def behind(self, scope: Ints, segment: Ints) -> Ints:
        """The first one of this scope behind this segment, or -1."""
        return self._if_of(scope, np.searchsorted(self.key, scope * self.size + segment))

    def _if_of(self, scope: Ints, at: Ints) -> Ints:
        inside = (at >= 0) & (at < len(self.key))
        at = np.where(inside, at, 0)
        if not len(self.key):
            return np.full(len(at), -1, dtype=np.int64)
        return np.where(inside & (self.scope[at] == scope), self.place[at], -1)


def with_levels_below(tree: Tree, opening: Ints, line_of: Ints) -> Ints:
    """The line of each segment, where levels below a line belong to it: the cartons that an item was packed into.

    ``line_of`` is what it is without them: -1 outside lines. A level belongs to a line when no line opens in it or
    below it, and the nearest level above it in which one opens has that line alone.
    """
    own = np.append(tree.level, NOBODY)[tree.loop_of[opening]]
    holders = np.flatnonzero(own >= 0)
    count = np.zeros(len(tree.parent) + 1, dtype=np.int64)
    np.add.at(count, own[holders], 1)
    line = np.full(len(tree.parent) + 1, NOBODY, dtype=np.int64)
    line[own[holders]] = holders
    encloses = np.zeros(len(tree.parent) + 1, dtype=bool)
    for loops in tree.around(opening):
        encloses[loops] = True
    at, steps = np.where(tree.is_level & ~encloses[:-1], tree.above, NOBODY), 0
    while (going := (at >= 0) & (count[at] == 0)).any() and steps < DEPTH_MAX:
        at, steps = np.where(going, np.append(tree.above, NOBODY)[at], at), steps + 1
    belongs = np.where((at >= 0) & (count[at] == 1), line[at], NOBODY)
    level_of = np.append(tree.level, NOBODY)[tree.loop_of]
    return np.where(line_of >= 0, line_of, np.append(belongs, NOBODY)[level_of])


def _ints(column: pa.ChunkedArray | pa.Array) -> Ints:
    return np.asarray(column, dtype=np.int64)
