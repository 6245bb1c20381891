"""Open this when you ask what a path gives: a column of text, one value a row, each with its place.

Where the text of all rows is exactly the bytes they stand in (ASCII without escapes), a column keeps the bytes and
turns into text only when somebody asks for it: most values are converted from their bytes at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.machine import machine_for

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Column:
    """Text for each row, with its place in the buffer of its source: -1 where there is none.

    ``buffer`` is there when each row's text is the bytes ``start`` to ``end`` of it, and ASCII; rows at -1 have none.
    ``is_trimmed`` says that no text has blanks at its ends, nor is empty.
    """

    start: Ints
    end: Ints
    _give: Callable[[], pa.Array] = field(repr=False)
    buffer: Bytes | None = field(default=None, repr=False)
    is_trimmed: bool = False
    spread_from: "tuple[Column, Ints] | None" = field(default=None, repr=False)  # what was spread, and its row for each

    @cached_property
    def text(self) -> pa.Array:
        """The text of each row; null where there is none."""
        return self._give()

    @staticmethod
    def of_text(text: pa.Array, start: Ints, end: Ints, *, is_trimmed: bool = False) -> "Column":
        """Text that is at hand."""
        return Column(start, end, lambda: text, None, is_trimmed)

    @staticmethod
    def of_bytes(buffer: Bytes, start: Ints, end: Ints, *, is_trimmed: bool = False) -> "Column":
        """Bytes of a buffer that are ASCII and stand for themselves."""
        return Column(start, end, lambda: text_between(buffer, start, end), buffer, is_trimmed)

    @staticmethod
    def constant(text: str, size: int) -> "Column":
        """The same text in each row, which stands nowhere."""
        none = np.full(size, -1, dtype=np.int64)
        return Column(none, none, lambda: pa.repeat(text, size))

    @staticmethod
    def nothing(size: int) -> "Column":
        """A column without any text."""
        none = np.full(size, -1, dtype=np.int64)
        return Column(none, none, lambda: pa.nulls(size, pa.string()), None, True)

    @cached_property
    def is_there(self) -> Mask:
        """Which rows have a text."""
        if self.buffer is not None:
            return self.start >= 0
        return np.asarray(self.text.is_valid().to_numpy(zero_copy_only=False), dtype=bool)

    def take(self, rows: Ints) -> "Column":
        """The column for these rows, in this order."""
        start, end = self.start[rows], self.end[rows]
        if self.buffer is not None:
            return Column.of_bytes(self.buffer, start, end, is_trimmed=self.is_trimmed)
        return Column(start, end, lambda: self.text.take(pa.array(rows)), None, self.is_trimmed)

    def spread(self, rows: Ints) -> "Column":
        """The column for these rows, many of which are the same one: what a header says, for the lines below it."""
        whole = self.trimmed()
        if not whole.is_there.any():
            return Column.nothing(len(rows))
        return replace(whole.take(rows), spread_from=(whole, rows))

    def trimmed(self) -> "Column":
        """Without blanks at the ends of a text; what is all blanks is nothing."""
        if self.is_trimmed:
            return self
        if self.buffer is not None:
            start, end = self.start.copy(), self.end.copy()
            if machine_for(len(start)).trim(self.buffer, start, end):
                return Column.of_bytes(self.buffer, start, end, is_trimmed=True)
        text = pc.utf8_trim_whitespace(self.text)
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        return Column.of_text(text, self.start, self.end, is_trimmed=True)

    def filled(self, other: "Column", which: Ints, number: int) -> "Column":
        """With the other's text where this one has none; ``which`` gets the number there. Both are trimmed."""
        fills = ~self.is_there & other.is_there
        which[fills] = number
        start, end = np.where(fills, other.start, self.start), np.where(fills, other.end, self.end)
        if self.buffer is not None and self.buffer is other.buffer:
            return Column.of_bytes(self.buffer, start, end, is_trimmed=True)
        return Column.of_text(pc.coalesce(self.text, other.text), start, end, is_trimmed=True)


def text_between(buffer: Bytes, start: Ints, end: Ints) -> pa.Array:
    """The ASCII text between these offsets of the buffer; null where ``start`` is -1."""
    there = start >= 0
    offsets = np.empty(len(start) + 1, dtype=np.int32)
    into = np.empty(int((end - start).sum()), dtype=np.uint8)
    machine_for(len(start)).gather(buffer, start, end, offsets, into)
    return pa.Array.from_buffers(pa.string(), len(start), [bitmap(there), pa.py_buffer(offsets), pa.py_buffer(into)])


def bitmap(valid: Mask) -> pa.Buffer | None:
    """Which rows are valid as Arrow has it; None where all are."""
    return None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
