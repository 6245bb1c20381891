"""Open this when a path finds nothing in an EDI message where you see the value: lookups over a batch of cut segments.

Nothing is walked object by object: a path is one way through the segments of its tag (``picking``), and which line or
message they belong to is a column of integers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from mappings.column import Bytes, Column, Ints
from mappings.formats.cuts import COMPONENT, ELEMENT, ESCAPED, WHAT, Cuts
from mappings.formats.segments import Segments
from mappings.formats.values import decoded
from mappings.machine import Machine, machine_for
from mappings.messages.enclosing import Enclosing, Tree, with_levels_below
from mappings.messages.paths import Path
from mappings.messages.qualifiers import Qualifiers, pairs_of, second_components
from mappings.messages.seeking import ABOVE, INSIDE, OUTSIDE
from mappings.messages.sought import Sought, as_paths, fresh, in_tag_order, one_behind_the_other, room_for

_ASCII, _HIGH = 127, 32  # _HIGH is a bit that no mark has
_LEVELS = frozenset({"HL", "CPS"})
_AT_HAND = 1 << 18
_NO_PAIRS: tuple[int, ...] = ()
_NO_SHIFT: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Index:
    """A batch of segments, made ready for lookups. A found value is told by the mark it stands behind, -1 for none."""

    segments: Segments
    _by_tag: dict[str, Ints] = field(default_factory=dict, repr=False)
    _row_of: dict[str, Ints] = field(default_factory=dict, repr=False)
    _qualifiers: dict[tuple[str, str, tuple[int, ...]], Qualifiers] = field(default_factory=dict, repr=False)

    @property
    def cuts(self) -> Cuts:
        """Where the bytes are cut."""
        return self.segments.cuts

    @property
    def size(self) -> int:
        """How many segments there are."""
        return len(self.cuts.tag)

    @cached_property
    def machine(self) -> Machine:
        """The functions that go over this many segments."""
        return machine_for(self.size)

    @cached_property
    def message(self) -> Ints:
        """The message of each segment."""
        return self.cuts.message.astype(np.int64)

    @cached_property
    def buffer(self) -> Bytes:
        """The bytes of the batch."""
        return np.frombuffer(self.segments.buffer, dtype=np.uint8)

    @cached_property
    def kinds(self) -> Bytes:
        """The kinds of all marks, with those told apart behind which a byte beyond ASCII stands."""
        high = [at + np.flatnonzero(part > _ASCII) for at, part in self._parts() if part.max(initial=0) > _ASCII]
        if not high:
            return self.cuts.mark_kind
        kinds = self.cuts.mark_kind.copy()
        marks = self.mark_before(np.concatenate(high))
        kinds[marks[marks >= 0]] |= _HIGH
        return kinds

    def _parts(self) -> Iterator[tuple[int, Bytes]]:
        """The bytes, as much at a time as the processor keeps at hand, and where each part begins."""
        for at in range(0, len(self.buffer), _AT_HAND):
            yield at, self.buffer[at : at + _AT_HAND]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each tag of this batch."""
        return {tag: number for number, tag in enumerate(self.segments.tags)}

    @cached_property
    def tree(self) -> Tree:
        """The loops and levels of the batch."""
        return Tree.of(self.segments.loops, self.cuts.loop, self.cuts.message)

    @property
    def has_levels(self) -> bool:
        """Whether a message has a hierarchy of its own, by HL or CPS."""
        return not _LEVELS.isdisjoint(self.segments.tags) and bool(self.tree.is_level.any())

    def code_of(self, tag: str) -> int:
        """The number of a tag in this batch; -1 where it does not occur."""
        return self.numbers.get(tag, -1)

    def tagged(self, tag: str) -> Ints:
        """The segments of this tag, in order."""
        if tag not in self._by_tag:
            code = self.code_of(tag)
            found = np.flatnonzero(self.cuts.tag == code) if code >= 0 else np.zeros(0, dtype=np.int64)
            self._by_tag[tag] = found.astype(np.int64)
        return self._by_tag[tag]

    def picked(self, path: Path, segments: Ints, pairs: Sequence[int], shift: Ints = _NO_SHIFT) -> Ints:
        """For each of these segments, all of the path's tag, the mark of the value that the path means.

        Elements that a path counts in a group stand ``shift`` further on.
        """
        if path.how in ("next", "before"):
            found = self._qualified(path, pairs).marks_of(path.qualifier or "", self._rows(path.tag, segments))
        elif path.qualifier is None:
            found = self._at(path, segments, shift)
        else:
            found = np.full(len(segments), -1, dtype=np.int64)
            fits = np.flatnonzero(self._qualifying(path, segments) >= 0)
            found[fits] = self._at(path, segments[fits], shift[fits] if len(shift) else shift)
        if path.only or path.skip:
            self._keep(path.only or path.skip, bool(path.only), found)
        return found

    def _qualifying(self, path: Path, segments: Ints) -> Ints:
        """For each of these segments the mark of the path's qualifier, or -1."""
        found = self._at(replace(path, element=path.qualified_in, component=1), segments, _NO_SHIFT)
        self._keep((path.qualifier or "",), True, found)
        return found

    def _keep(self, words: Sequence[str], wanted: bool, found: Ints) -> None:
        """Of these marks only those whose value is one of the words, or none of them."""
        self.machine.keep_words(self.buffer, self.cuts.mark_at, *one_behind_the_other(words), wanted, found)

    def _at(self, path: Path, segments: Ints, shift: Ints) -> Ints:
        cuts, found = self.cuts, np.empty(len(segments), dtype=np.int64)
        given = (segments, cuts.first_mark, cuts.mark_at, cuts.mark_kind)
        self.machine.pick_at(*given, path.element, shift, path.component, found)
        return found

    def _rows(self, tag: str, segments: Ints) -> Ints:
        """The number of each of these segments among all of the tag."""
        tagged = self.tagged(tag)
        if len(segments) == len(tagged):
            return np.arange(len(tagged))
        if tag not in self._row_of:
            self._row_of[tag] = np.zeros(self.size, dtype=np.int64)
            self._row_of[tag][tagged] = np.arange(len(tagged))
        return self._row_of[tag][segments]

    def _qualified(self, path: Path, pairs: Sequence[int]) -> Qualifiers:
        key = (path.tag, path.how, tuple(pairs) if path.how == "next" else ())
        if key not in self._qualifiers:
            given = (self.cuts, self.buffer, self.machine, self.tagged(path.tag))
            self._qualifiers[key] = pairs_of(*given, pairs) if path.how == "next" else second_components(*given)
        return self._qualifiers[key]

    def column(self, marks: Ints) -> Column:
        """The text of the values behind these marks."""
        start, end = np.empty(len(marks), dtype=np.int64), np.empty(len(marks), dtype=np.int64)
        is_odd = self.machine.spans(self.buffer, marks, self.cuts.mark_at, self.kinds, ESCAPED | _HIGH, start, end)
        return self.column_between(start, end, is_odd)

    def column_between(self, start: Ints, end: Ints, is_odd: bool) -> Column:
        """The text of the values that stand between these offsets, blanks at their ends left out."""
        if not is_odd:
            return Column.of_bytes(self.buffer, start, end, is_trimmed=True)
        there = start >= 0
        marks = np.full(len(start), -1, dtype=np.int64)
        marks[there] = self.mark_before(start[there])
        return Column.of_text(self._decoded(marks), start, end)

    def _decoded(self, marks: Ints) -> pa.Array:
        """The text of these values in their character set, with blanks, without release characters."""
        there = marks >= 0
        where = np.flatnonzero(there)
        if not len(where):
            return pa.nulls(len(marks), pa.string())
        own = marks[where]
        start, end = self.cuts.mark_at[own].astype(np.int64) + 1, self.cuts.mark_at[own + 1].astype(np.int64)
        escaped = self.cuts.mark_kind[own] & ESCAPED != 0
        text = decoded(self.segments, start, end, escaped, lambda: self.message_of(own))
        to = np.full(len(marks), -1, dtype=np.int64)
        to[where] = np.arange(len(where))
        return text.take(pa.array(to, mask=~there))

    def elements_of(self, segments: Ints) -> Ints:
        """How many elements each of these segments has."""
        if not len(segments):
            return segments
        is_element = np.concatenate([[0], np.cumsum(self.cuts.mark_kind & WHAT == ELEMENT)])
        first = self.cuts.first_mark
        return np.asarray(is_element[first[segments + 1]] - is_element[first[segments]], dtype=np.int64)

    def segment_of(self, marks: Ints) -> Ints:
        """The segment of each of these marks."""
        return np.searchsorted(self.cuts.first_mark, marks, side="right").astype(np.int64) - 1

    def message_of(self, marks: Ints) -> Ints:
        """The message of each of these marks."""
        return self.message[self.segment_of(marks)]

    def mark_before(self, start: Ints) -> Ints:
        """The mark behind which the value lies that holds this offset."""
        return np.searchsorted(self.cuts.mark_at, start.astype(np.uint32), side="left").astype(np.int64) - 1

    def position(self, marks: Ints) -> tuple[Ints, Ints]:
        """Element and component of the value behind each of these marks, both from 1."""
        at = self.cuts.first_mark[self.segment_of(marks)].copy()
        element, component = np.zeros(len(marks), dtype=np.int64), np.ones(len(marks), dtype=np.int64)
        while (still := at <= marks).any():
            what = self.cuts.mark_kind[np.where(still, at, 0)] & WHAT
            element += still & (what == ELEMENT)
            component = np.where(still, np.where(what == COMPONENT, component + 1, 1), component)
            at += 1
        return element, component


@dataclass(frozen=True)
class Own:
    """The segment of each part of a line; ``shift`` says how far its group of elements stands behind the first."""

    tag: str
    segments: Ints
    shift: Ints | None = None

    def take(self, rows: Ints) -> "Own":
        """These parts."""
        return Own(self.tag, self.segments[rows], None if self.shift is None else self.shift[rows])


@dataclass(frozen=True)
class Loops:
    """Which segments belong to which line of a mapping: membership as integer columns."""

    index: Index
    lines: Ints  # the segment that opens each line
    last: Ints  # the last segment of each line
    line_of: Ints  # for each segment its line, or -1
    first_line: Ints  # for each message the segment of its first line, or the number of segments
    pairs: Mapping[str, tuple[int, ...]]
    _found: dict[Sought, Column] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(index: Index, each: str, until: tuple[str, ...], pairs: Mapping[str, tuple[int, ...]]) -> "Loops":
        """Lines open at each segment `each` and end at the next one, at a tag of ``until``, or with the message."""
        cuts, code = index.cuts, index.code_of(each)
        ends = np.zeros(max(len(index.segments.tags), 1), dtype=bool)
        ends[[index.code_of(tag) for tag in until if index.code_of(tag) >= 0]] = True
        line_of, (lines, last) = np.empty(index.size, dtype=np.int64), np.empty((2, len(index.tagged(each))), np.int64)
        first = np.full(index.segments.messages.num_rows, index.size, dtype=np.int64)
        index.machine.find_lines(cuts.tag, cuts.message, code, ends, line_of, lines, last, first)
        if index.has_levels:
            line_of = with_levels_below(index.tree, lines, line_of)
            inside = np.flatnonzero(line_of >= 0)
            last[line_of[inside]] = inside
        return Loops(index, lines, last, line_of, first, pairs)

    def of_lines(self, lines: Ints, path: Path) -> Column:
        """What the path finds for each of these lines."""
        if path.scope == "^":
            return self._whole(path, ABOVE).spread(self.index.message[self.lines[lines]])
        if path.scope == "<":
            return self._nearest_above(lines, path)
        return _of_these(self._whole(path, INSIDE), lines)

    def of_messages(self, messages: Ints, path: Path) -> Column:
        """What the path finds in the header of each of these messages; without ^ also after the lines."""
        return _of_these(self._whole(path, ABOVE if path.scope == "^" else OUTSIDE), messages)

    def _whole(self, path: Path, place: int) -> Column:
        """What the path finds for each line, or for each message."""
        if (path, place) not in self._found:
            self.seek([(path, place)])
        return self._found[path, place]

    def seek(self, wanted: Sequence[Sought]) -> None:
        """Look for all these paths in one go, and keep what is found until it is asked for."""
        index, sizes = self.index, (len(self.lines), len(self.first_line))
        for path, place in wanted:
            self._found[path, place] = Column.nothing(sizes[place != INSIDE])
        sought = in_tag_order(wanted, index.numbers)
        if not sought or not index.size:
            return
        owned, tally = [room_for(len(sought), size) for size in sizes], np.zeros((len(sought), 2), np.int64)
        cuts, paths = index.cuts, as_paths(sought, tuple(index.segments.tags), tuple(self.pairs.items()))
        given = (cuts.tag, cuts.message, self.line_of, self.first_line, cuts.first_mark, cuts.mark_at, index.kinds)
        index.machine.seek(index.buffer, *given, paths, ESCAPED | _HIGH, *owned, tally, fresh())
        for at, (path, place) in enumerate(sought):
            if tally[at, 0]:
                start, end = (of[at].astype(np.int64) for of in owned[place != INSIDE])
                nothing = start == end
                start[nothing], end[nothing] = -1, -1
                self._found[path, place] = index.column_between(start, end, bool(tally[at, 1]))

    def of_own(self, own: Own, path: Path) -> Column:
        """What the path finds for parts: in exactly their segments, or behind them up to the next of their tag."""
        if not len(own.segments):
            return Column.nothing(0)
        if path.tag == own.tag:
            shift = own.shift if path.how == "group" and own.shift is not None else _NO_SHIFT
            return self.index.column(self.index.picked(path, own.segments, self.pairs.get(path.tag, _NO_PAIRS), shift))
        opening, segments = self.index.tagged(own.tag), self.index.tagged(path.tag)
        part = np.searchsorted(opening, segments, side="right") - 1
        inside = (part >= 0) & (self.line_of[opening[part]] == self.line_of[segments]) & (self.line_of[segments] >= 0)
        marks = self.index.picked(path, segments[inside], self.pairs.get(path.tag, _NO_PAIRS))
        first = np.full(len(opening), -1, dtype=np.int64)
        first[part[inside][marks >= 0][::-1]] = marks[marks >= 0][::-1]
        if not (first >= 0).any():
            return Column.nothing(len(own.segments))
        return self.index.column(first[np.searchsorted(opening, own.segments)])

    def _nearest_above(self, lines: Ints, path: Path) -> Column:
        segments = self.index.tagged(path.tag)
        segments = segments[self.line_of[segments] < 0]
        marks = self.index.picked(path, segments, self.pairs.get(path.tag, _NO_PAIRS))
        segments, marks = segments[marks >= 0], marks[marks >= 0]
        if not len(segments):
            return Column.nothing(len(lines))
        return self.index.column(np.append(marks, -1)[self.enclosing.nearest(lines, segments)])

    @cached_property
    def enclosing(self) -> Enclosing:
        """What encloses each line."""
        return Enclosing.of(self.index.tree, self.lines)


def _of_these(column: Column, rows: Ints) -> Column:
    """The column for these rows; as it is where they are all of its rows."""
    is_all = len(rows) == len(column.start) and bool((rows == np.arange(len(rows))).all())
    return column if is_all else column.take(rows)
