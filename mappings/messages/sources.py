"""Open this when a path finds nothing in a file where you see the value: lines and headers as sources of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints
from mappings.messages.judge import Places
from mappings.messages.lookups import Index, Loops, Own
from mappings.messages.paths import parse
from schemas.rules import Repeat

# EDIFACT knows no thousands separators, and partners write the decimal mark that UNA does not declare.
DECIMAL_MARKS = {"x12": ".", "edifact": ".,"}
FILE_ID_DIGITS = 12


@dataclass(frozen=True)
class Batch:
    """A batch of EDI files of one standard, with everything that lookups need."""

    standard: str
    index: Index
    places: Places
    names: Mapping[str, str]  # file name by sha256

    def pseudo(self, name: str, messages: Ints) -> Column:
        """`@file` or `@name` for these messages."""
        files = self.index.segments.files["file"].to_pylist()
        texts = [sha[:FILE_ID_DIGITS] if name == "file" else self.names[sha] for sha in files]
        nothing = Column.nothing(len(messages))
        own = pa.array(texts, pa.string()).take(pa.array(self.places.file_of_message[messages]))
        return Column.of_text(own, nothing.start, nothing.end)

    def value_paths(self, start: Ints, loops: Loops) -> pa.Array:
        """How a person finds the values that begin at these offsets: `ISA 000000017/GS 17/ST 0003/BLI 3.03`."""
        marks = self.index.mark_before(start)
        segments = self.index.segment_of(marks)
        element, component = self.index.position(marks)
        deeper = pc.binary_join_element_wise(".", pc.cast(pa.array(component), pa.string()), "")
        line = loops.line_of[segments]
        tags = pa.array(self.index.segments.tags, pa.string()).take(pa.array(self.index.cuts.tag[segments]))
        opens = (line >= 0) & (loops.lines[line] == segments) if len(loops.lines) else np.zeros(len(line), dtype=bool)
        inside = self.line_paths(np.maximum(line, 0), loops) if len(loops.lines) else pa.repeat("", len(line))
        head = pc.if_else(pa.array(line >= 0), inside, self.places.message_paths(self.index.message[segments]))
        parts = (
            head, pc.if_else(pa.array(opens), "", pc.binary_join_element_wise("/", tags, "")), ".",
            pc.utf8_lpad(pc.cast(pa.array(element), pa.string()), 2, "0"),
            pc.if_else(pa.array(component > 1), deeper, ""),
        )  # fmt: skip
        return pc.binary_join_element_wise(*parts, "")

    def line_paths(self, lines: Ints, loops: Loops) -> pa.Array:
        """How a person finds lines: each by its number in its message."""
        segments = loops.lines[lines]
        messages = self.index.message[segments]
        number = lines - np.searchsorted(loops.lines, loops.first_line[messages]) + 1
        tags = pa.array(self.index.segments.tags, pa.string()).take(pa.array(self.index.cuts.tag[segments]))
        numbers = pc.cast(pa.array(number), pa.string())
        return pc.binary_join_element_wise(self.places.message_paths(messages), "/", tags, " ", numbers, "")


@dataclass(frozen=True)
class Headers:
    """The headers of messages: one row a message."""

    batch: Batch
    loops: Loops
    messages: Ints
    thousands_mark: str = ""

    @property
    def size(self) -> int:
        """How many messages."""
        return len(self.messages)

    @property
    def decimal_marks(self) -> str:
        """What stands before the decimals."""
        return DECIMAL_MARKS[self.batch.standard]

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """What the path finds in each header."""
        parsed = parse(path).passing(only, skip)
        if parsed.scope == "@":
            return self.batch.pseudo(parsed.tag, self.messages)
        return self.loops.of_messages(self.messages, parsed)


@dataclass(frozen=True)
class LineRows:
    """Lines of messages: one row a line, or a part of one, whose paths look at its ``own`` segment and behind it."""

    batch: Batch
    loops: Loops
    lines: Ints
    own: Own | None = None
    thousands_mark: str = ""

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.lines)

    @property
    def decimal_marks(self) -> str:
        """What stands before the decimals."""
        return DECIMAL_MARKS[self.batch.standard]

    @property
    def messages(self) -> Ints:
        """The message of each row."""
        return self.batch.index.message[self.loops.lines[self.lines]]

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """What the path finds for each row."""
        parsed = parse(path).passing(only, skip)
        if parsed.scope == "@":
            return self.batch.pseudo(parsed.tag, self.messages)
        if self.own is not None and not parsed.scope:
            return self.loops.of_own(self.own, parsed)
        return self.loops.of_lines(self.lines, parsed)

    def below(self, tag: str, repeat: Repeat | None) -> tuple[Own, Ints]:
        """The segments of this tag in the rows' lines, or the groups of elements in them, and the row of each."""
        segments = self.batch.index.tagged(tag)
        row_of = np.full(len(self.loops.lines) + 1, -1, dtype=np.int64)  # the last place stands for line -1
        row_of[self.lines] = np.arange(len(self.lines))
        rows = row_of[self.loops.line_of[segments]]
        segments, rows = segments[rows >= 0], rows[rows >= 0]
        if repeat is None:
            return Own(tag, segments), rows
        elements = self.batch.index.elements_of(segments)
        groups = np.maximum(-(-(elements - repeat.first + 1) // repeat.size), 0)
        first = np.repeat(np.cumsum(groups) - groups, groups)
        shift = repeat.first - 1 + (np.arange(len(first)) - first) * repeat.size
        return Own(tag, np.repeat(segments, groups), shift), np.repeat(rows, groups)

    def picked(self, rows: Ints, own: Own | None = None) -> "LineRows":
        """These rows, in this order."""
        return LineRows(self.batch, self.loops, self.lines[rows], own)
