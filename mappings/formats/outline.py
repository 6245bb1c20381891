"""Open this when you show a file as it lies: every segment of a reading, headers and trailers included, in order.

    outline(segments, limit) -> Iterator[Line]

It works on what the reader gives. What stands between messages (GS, TA1, GE, IEA, UNZ ...) is cut again with the
interchange's delimiters, because a reading holds the segments of messages only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mappings.formats.cuts import Buffer
from mappings.formats.depth import depths
from mappings.formats.segments import Segments
from mappings.formats.tokens import Delimiters, fields, skip_blanks, stands, tag
from mappings.formats.values import text

Row = dict[str, Any]
_ADVICE_BYTES = 9
Level = Literal["interchange", "group", "message", "segment"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a segment, and where in it; all counted from 1."""

    element: int
    repetition: int
    component: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A segment. Of a header, ``row`` is its row of the reading; ``depth`` is that of loops inside a message."""

    level: Level
    standard: str
    tag: str
    start: int
    depth: int = 0
    values: tuple[Value, ...] = ()
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A reading, with what is looked up in it again and again."""

    segments: Segments
    groups: dict[int, Row]  # by the place of their header
    owners: npt.NDArray[np.int32]  # of each value, the index of its segment

    @classmethod
    def of(cls, segments: Segments) -> "_Reading":
        groups = {row["start"]: row for row in segments.groups.to_pylist()}
        return cls(segments, groups, segments.values["segment"].to_numpy())

    def values(self, first: int, count: int) -> list[tuple[Value, ...]]:
        """The values of so many segments from this one on, segment by segment."""
        low, high = np.searchsorted(self.owners, (first, first + count))
        rows = self.segments.values.slice(low, high - low)
        texts = text(self.segments, np.arange(low, high)).to_pylist()
        found: list[list[Value]] = [[] for _ in range(count)]
        columns = (rows[name].to_pylist() for name in ("segment", "element", "repetition", "component"))
        for segment, element, repetition, component, value in zip(*columns, texts, strict=True):
            found[segment - first].append(Value(element, repetition, component, value))
        return [tuple(one) for one in found]


def outline(segments: Segments, limit: int = 0) -> Iterator[Line]:
    """Every segment in the order of its bytes. With a limit, nothing behind that many messages."""
    reading = _Reading.of(segments)
    messages = groupby(segments.messages.to_pylist(), key=lambda row: row["interchange"])
    of_interchange = {key: list(rows) for key, rows in messages}
    shown = 0
    for index, row in enumerate(segments.interchanges.to_pylist()):
        inside = of_interchange.get(index, [])
        is_cut = bool(limit) and shown + len(inside) > limit
        yield from _interchange(reading, row, inside[: limit - shown] if is_cut else inside, is_cut=is_cut)
        shown += len(inside)
        if is_cut:
            return


def _interchange(reading: _Reading, row: Row, messages: Sequence[Row], *, is_cut: bool) -> Iterator[Line]:
    """An interchange: its messages, and between them what belongs to no message."""
    at = _behind_advice(reading.segments.buffer, row)
    for message in messages:
        yield from _between(reading, row, at, message["start"])
        yield from _message(reading, row["standard"], message)
        at = message["end"]
    if not is_cut:
        yield from _between(reading, row, at, row["end"])


def _behind_advice(buffer: Buffer, row: Row) -> int:
    """The place of the header itself: a UNA in front of it declares delimiters and is no segment like others."""
    start: int = row["start"]
    if row["standard"] == "edifact" and stands(buffer, b"UNA", start, row["end"]):
        return skip_blanks(buffer, start + _ADVICE_BYTES, row["end"])
    return start


def _between(reading: _Reading, row: Row, at: int, limit: int) -> Iterator[Line]:
    """Segments outside messages: headers and trailers of interchange and groups, TA1, strangers."""
    buffer, standard, delimiters = reading.segments.buffer, row["standard"], _delimiters(row)
    header = _behind_advice(buffer, row)
    while (start := skip_blanks(buffer, at, limit)) < limit:
        stop, at = delimiters.segment_end(buffer, start, limit)
        body = buffer[start:stop]
        name = tag(body, delimiters)
        if start == header:
            yield Line("interchange", standard, name, row["start"], row=row)
        elif start in reading.groups:
            yield Line("group", standard, name, start, row=reading.groups[start])
        elif body:
            yield Line("segment", standard, name, start, 0, _values(fields(body, delimiters)))


def _delimiters(row: Row) -> Delimiters:
    """The delimiters of an interchange, back from the text of its row."""
    names = ("element_separator", "component_separator", "segment_terminator", "release", "repetition")
    return Delimiters(*(row[name].encode("latin-1") for name in names))


def _values(elements: Sequence[Sequence[str]]) -> tuple[Value, ...]:
    return tuple(
        Value(element, 1, component, value)
        for element, components in enumerate(elements, 1)
        for component, value in enumerate(components, 1)
        if value
    )


def _message(reading: _Reading, standard: str, message: Row) -> Iterator[Line]:
    """A message: its header as a line of its own level, then its segments."""
    first, count = message["first_segment"], message["segment_count"]
    rows = reading.segments.segments.slice(first, count).to_pylist()
    values = reading.values(first, count)
    deep = depths(reading.segments, int(reading.segments.cuts.message[first]))
    for n, (row, depth) in enumerate(zip(rows, deep, strict=True)):
        level: Level = "segment" if n else "message"
        yield Line(level, standard, row["tag"], row["start"], depth, values[n], None if n else message)
