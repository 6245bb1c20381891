"""Open this when a path finds nothing in a file where you see the value: lines and headers as sources of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mappings.column import Column, Ints
from mappings.messages import Places
from mappings.paths import Index, Loops, parse

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
        files = self.places.file_of_message[messages]
        sha = self.index.segments.files["file"].take(pa.array(files))
        texts = [one.as_py()[:FILE_ID_DIGITS] if name == "file" else self.names[one.as_py()] for one in sha]
        nothing = Column.nothing(len(messages))
        return Column.of_text(pa.array(texts, pa.string()), nothing.start, nothing.end)

    def in_a_line(self, start: int, loops: Loops) -> bool:
        """Whether the value that begins here stands in a line, and not in the header."""
        segment = int(np.searchsorted(self.index.ints("segments", "start"), start, side="right")) - 1
        return bool(loops.line_of[segment] >= 0)

    def value_path(self, start: int, loops: Loops) -> str:
        """How a person finds the value that begins here: `ISA 000000017/GS 17/ST 0003/BLI 3.03`."""
        starts = self.index.ints("segments", "start")
        segment = int(np.searchsorted(starts, start, side="right")) - 1
        value = int(np.searchsorted(self.index.ints("values", "start"), start))
        row = self.index.segments.values.slice(value, 1).to_pylist()[0]
        position = f"{row['element']:02d}" + (f".{row['component']}" if row["component"] > 1 else "")
        tag = self.index.segments.segments["tag"][segment].as_py()
        line = int(loops.line_of[segment])
        message = int(self.index.message[segment])
        if line < 0:
            return f"{self.places.message_path(message)}/{tag}.{position}"
        here = self.line_path(line, loops)
        return f"{here}.{position}" if segment == loops.lines[line] else f"{here}/{tag}.{position}"

    def line_path(self, line: int, loops: Loops) -> str:
        """How a person finds a line: by its number in the message."""
        segment = int(loops.lines[line])
        message = int(self.index.message[segment])
        number = line - int(np.searchsorted(loops.lines, loops.first_line[message])) + 1
        tag = self.index.segments.segments["tag"][segment].as_py()
        return f"{self.places.message_path(message)}/{tag} {number}"


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
    """Lines of messages: one row a line, or a part of one. Paths of ``tag`` look at a row's ``own`` segment alone."""

    batch: Batch
    loops: Loops
    lines: Ints
    tag: str = ""
    own: Ints | None = None
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
        if self.own is not None and parsed.tag == self.tag and not parsed.scope:
            return self.loops.of_segments(self.own, parsed)
        return self.loops.of_lines(self.lines, parsed)

    def below(self, tag: str) -> tuple[Ints, Ints]:
        """The segments of this tag in the rows' lines, and the row of each."""
        segments = self.batch.index.tagged(tag)
        row_of = np.full(len(self.loops.lines) + 1, -1, dtype=np.int64)  # the last place stands for line -1
        row_of[self.lines] = np.arange(len(self.lines))
        rows = row_of[self.loops.line_of[segments]]
        return segments[rows >= 0], rows[rows >= 0]

    def picked(self, rows: Ints, tag: str = "", own: Ints | None = None) -> "LineRows":
        """These rows, in this order."""
        return LineRows(self.batch, self.loops, self.lines[rows], tag, own)
