"""Open this when you ask what a path of a mapping means, and how it finds its values in a batch of EDI segments.

    BLI.03          element 3 of the segment BLI
    DTM.1.2         element 1, component 2 (EDIFACT); without a component the first one
    N1[SF].04       element 4 of the first N1 whose element 1 (its first component) is SF
    DTM[137].1.2    likewise, component 2 of element 1
    BLI[EN].next    the element after the one that is EN, among the segment's pairs (`pairs:` in the mapping)
    LIN[EN].before  the first component of the element whose second component is EN: EDIFACT composites 7140:7143
    ^PRF.01         in the header: the segments of the message before its first line
    <GIN[BJ].2      the last one before the line that stands outside the lines: of the carton above it
    @file @name     first 12 hex digits of the file's sha256; its name

Without a prefix a line's path looks into the line, a header's path into all segments outside the lines. The first
segment that has a value there wins. For delimited files a path is a column's name, or begins with @.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.column import Column, Ints, Mask
from mappings.formats.segments import Segments
from mappings.formats.values import text as text_of

PSEUDO = ("file", "name")
_PATH = re.compile(
    r"(?P<scope>[\^<]?)(?P<tag>[A-Z][A-Z0-9]{1,2})(?:\[(?P<qualifier>[^\]]+)\])?\."
    r"(?:(?P<element>[0-9]{1,2})(?:\.(?P<component>[0-9]{1,2}))?|(?P<how>next|before))"
)


@dataclass(frozen=True, slots=True)
class Path:
    """A path, taken apart. ``how`` is `at` for a fixed element, else `next` or `before`."""

    written: str
    scope: str
    tag: str
    qualifier: str | None
    element: int
    component: int
    how: str
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def passing(self, only: Sequence[str], skip: Sequence[str]) -> "Path":
        """The path that passes over values which ``only`` does not name, or which ``skip`` names."""
        return replace(self, only=tuple(only), skip=tuple(skip))


def parse(written: str) -> Path:
    """The path that is written here; ValueError says what is wrong and what to write instead.

    >>> path = parse("^DTM[137].1.2")
    >>> path.scope, path.tag, path.qualifier, path.element, path.component
    ('^', 'DTM', '137', 1, 2)
    """
    if written.startswith("@"):
        if written[1:] not in PSEUDO:
            raise ValueError(f"there is no {written!r}; write {' or '.join('@' + name for name in PSEUDO)}")
        return Path(written, "@", written[1:], None, 0, 0, "at")
    found = _PATH.fullmatch(written)
    if not found:
        raise ValueError(f"{written!r} is no path; write for example BLI.03, N1[SF].04, DTM[137].1.2 or BLI[EN].next")
    if found["how"] and not found["qualifier"]:
        raise ValueError(
            f"{written!r} does not say what it follows; write for example {found['tag']}[EN].{found['how']}"
        )
    element, component = int(found["element"] or 0), int(found["component"] or 1)
    if not found["how"] and (element == 0 or component == 0):
        raise ValueError(f"{written!r}: elements and components count from 1")
    return Path(written, found["scope"], found["tag"], found["qualifier"], element, component, found["how"] or "at")


@dataclass(frozen=True)
class Index:
    """A batch of segments, made ready for masked lookups: tags as numbers, and values by segment."""

    segments: Segments
    _dense: dict[tuple[int, int], Ints] = field(default_factory=dict, repr=False)
    _ints: dict[tuple[str, str], Ints] = field(default_factory=dict, repr=False)
    _by_tag: dict[str, Ints] = field(default_factory=dict, repr=False)

    @cached_property
    def size(self) -> int:
        """How many segments there are."""
        return int(self.segments.segments.num_rows)

    @cached_property
    def _tags(self) -> tuple[npt.NDArray[np.int32], dict[str, int]]:
        coded = self.segments.segments["tag"].combine_chunks().dictionary_encode()
        chunk = coded if isinstance(coded, pa.DictionaryArray) else coded.combine_chunks()
        return chunk.indices.to_numpy(), {tag: code for code, tag in enumerate(chunk.dictionary.to_pylist())}

    @cached_property
    def message(self) -> Ints:
        """The message of each segment."""
        return self.ints("segments", "message")

    @cached_property
    def _value(self) -> dict[str, Ints]:
        return {name: self.ints("values", name) for name in self.segments.values.column_names if name != "escaped"}

    def ints(self, table: str, column: str) -> Ints:
        """An integer column of one of the tables."""
        key = (table, column)
        if key not in self._ints:
            self._ints[key] = np.asarray(getattr(self.segments, table)[column].to_numpy(), dtype=np.int64)
        return self._ints[key]

    def tagged(self, tag: str) -> Ints:
        """The segments of this tag, in order."""
        if tag not in self._by_tag:
            codes, code_of = self._tags
            self._by_tag[tag] = np.flatnonzero(codes == code_of.get(tag, -1)).astype(np.int64)
        return self._by_tag[tag]

    def values_at(self, element: int, component: int) -> Ints:
        """For each segment the row of its value at this position (its first repetition), or -1."""
        key = (element, component)
        if key not in self._dense:
            value = self._value
            here = (value["element"] == element) & (value["component"] == component) & (value["repetition"] == 1)
            dense = np.full(self.size, -1, dtype=np.int64)
            rows = np.flatnonzero(here)
            dense[value["segment"][rows]] = rows
            self._dense[key] = dense
        return self._dense[key]

    def equals(self, rows: Ints, wanted: str) -> Mask:
        """Which of these values are this text; -1 is none."""
        raw = wanted.encode()
        start, end = self._value["start"][rows], self._value["end"][rows]
        same = (rows >= 0) & (end - start == len(raw))
        at = np.flatnonzero(same)
        for place, byte in enumerate(raw):
            at = at[self._bytes[start[at] + place] == byte]
        found = np.zeros(len(rows), dtype=bool)
        found[at] = True
        return found

    @cached_property
    def _bytes(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.segments.buffer, dtype=np.uint8)

    def found(self, path: Path, pairs: Mapping[str, tuple[int, ...]]) -> tuple[Ints, Ints]:
        """The segments in which this path finds a value, in order, and the rows of these values."""
        segments = self.tagged(path.tag)
        if path.how == "next":
            rows = self._after_qualifier(segments, path, pairs[path.tag])
        elif path.how == "before":
            rows = self._before_qualifier(segments, path)
        else:
            if path.qualifier is not None:
                segments = segments[self.equals(self.values_at(1, 1)[segments], path.qualifier)]
            rows = self.values_at(path.element, path.component)[segments]
        there = rows >= 0
        if path.only:
            there &= self._equals_any(rows, path.only)
        if path.skip:
            there &= ~self._equals_any(rows, path.skip)
        return segments[there], rows[there]

    def _equals_any(self, rows: Ints, wanted: Sequence[str]) -> Mask:
        found = np.zeros(len(rows), dtype=bool)
        for text in wanted:
            found |= self.equals(rows, text)
        return found

    def _after_qualifier(self, segments: Ints, path: Path, pairs: tuple[int, ...]) -> Ints:
        rows = np.full(len(segments), -1, dtype=np.int64)
        for element in reversed(pairs):
            fits = self.equals(self.values_at(element, 1)[segments], path.qualifier or "")
            value = self.values_at(element + 1, 1)[segments]
            rows = np.where(fits & (value >= 0), value, rows)
        return rows

    def _before_qualifier(self, segments: Ints, path: Path) -> Ints:
        rows = np.full(len(segments), -1, dtype=np.int64)
        elements = self._value["element"]
        for element in range(int(np.max(elements)) if elements.size else 0, 0, -1):
            fits = self.equals(self.values_at(element, 2)[segments], path.qualifier or "")
            value = self.values_at(element, 1)[segments]
            rows = np.where(fits & (value >= 0), value, rows)
        return rows

    def column(self, rows: Ints) -> Column:
        """The text of these values; -1 is none."""
        there = rows >= 0
        where = np.flatnonzero(there)
        if not len(where):
            return Column.nothing(len(rows))
        to = np.full(len(rows), -1, dtype=np.int64)
        to[where] = np.arange(len(where))
        text = text_of(self.segments, rows[where]).take(pa.array(to, mask=~there))
        start = np.where(there, self._value["start"][rows], -1)
        end = np.where(there, self._value["end"][rows], -1)
        return Column.of_text(text, start, end)


@dataclass(frozen=True)
class Loops:
    """Which segments belong to which line of a mapping: membership as integer columns."""

    index: Index
    lines: Ints  # the segment that opens each line
    line_of: Ints  # for each segment its line, or -1
    first_line: Ints  # for each message the segment of its first line, or the number of segments
    pairs: Mapping[str, tuple[int, ...]]

    @staticmethod
    def of(index: Index, each: str, until: tuple[str, ...], pairs: Mapping[str, tuple[int, ...]]) -> "Loops":
        """Lines open at each segment `each` and end at the next one, at a tag of ``until``, or with the message."""
        lines = index.tagged(each)
        breaks = [lines, *(index.tagged(tag) for tag in until)]
        edges = np.concatenate(breaks)
        numbers = np.full(len(edges), -1, dtype=np.int64)
        numbers[: len(lines)] = np.arange(len(lines))
        order = np.argsort(edges, kind="stable")
        edges, numbers = edges[order], numbers[order]
        before = np.searchsorted(edges, np.arange(index.size), side="right") - 1
        line_of = np.where(before >= 0, numbers[before], -1) if len(edges) else np.full(index.size, -1)
        same = index.message[lines[line_of]] == index.message if len(lines) else np.zeros(index.size, dtype=bool)
        line_of = np.where(same, line_of, -1)
        first = np.full(index.segments.messages.num_rows, index.size, dtype=np.int64)
        np.minimum.at(first, index.message[lines], lines)
        return Loops(index, lines, line_of, first, pairs)

    def of_lines(self, lines: Ints, path: Path) -> Column:
        """What the path finds for each of these lines."""
        if path.scope == "^":
            return self.of_messages(self.index.message[self.lines[lines]], path)
        segments, rows = self.index.found(path, self.pairs)
        if path.scope == "<":
            return self._nearest_above(lines, segments, rows)
        return self.index.column(_first_by(self.line_of[segments], rows, len(self.lines))[lines])

    def of_messages(self, messages: Ints, path: Path) -> Column:
        """What the path finds in the header of each of these messages; without ^ also after the lines."""
        segments, rows = self.index.found(path, self.pairs)
        message = self.index.message[segments]
        outside = segments < self.first_line[message] if path.scope == "^" else self.line_of[segments] < 0
        message, rows = message[outside], rows[outside]
        return self.index.column(_first_by(message, rows, len(self.first_line))[messages])

    def of_segments(self, own: Ints, path: Path) -> Column:
        """What the path finds in exactly these segments."""
        segments, rows = self.index.found(path, self.pairs)
        dense = np.full(self.index.size, -1, dtype=np.int64)
        dense[segments] = rows
        return self.index.column(dense[own])

    def _nearest_above(self, lines: Ints, segments: Ints, rows: Ints) -> Column:
        outside = self.line_of[segments] < 0
        segments, rows = segments[outside], rows[outside]
        if not len(segments):
            return Column.nothing(len(lines))
        opening = self.lines[lines]
        above = np.searchsorted(segments, opening) - 1
        fits = (above >= 0) & (self.index.message[segments[above]] == self.index.message[opening])
        return self.index.column(np.where(fits, rows[above], -1))


def _first_by(owner: Ints, rows: Ints, size: int) -> Ints:
    """For each owner the first of its rows, or -1."""
    dense = np.full(size, -1, dtype=np.int64)
    owned = owner >= 0
    owner, rows = owner[owned], rows[owned]
    dense[owner[::-1]] = rows[::-1]
    return dense


def numbered(values: Any) -> Ints:
    """Any sequence of integers as a column."""
    return np.asarray(values, dtype=np.int64)
