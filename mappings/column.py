"""Open this when you ask what a path gives: a column of text, one value a row, each with its place.

Where the text of all rows is exactly the bytes they stand in (ASCII without escapes), a column keeps the bytes and
turns into text only when somebody asks for it: most values are converted from their bytes at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Column:
    """Text for each row, with its place in the buffer of its source: -1 where there is none.

    ``buffer`` is there when each row's text is the bytes ``start`` to ``end`` of it, and ASCII; rows at -1 have none.
    """

    start: Ints
    end: Ints
    _give: Callable[[], pa.Array] = field(repr=False)
    buffer: Bytes | None = field(default=None, repr=False)

    @cached_property
    def text(self) -> pa.Array:
        """The text of each row; null where there is none."""
        return self._give()

    @staticmethod
    def of_text(text: pa.Array, start: Ints, end: Ints) -> "Column":
        """Text that is at hand."""
        return Column(start, end, lambda: text)

    @staticmethod
    def of_bytes(buffer: Bytes, start: Ints, end: Ints) -> "Column":
        """Bytes of a buffer that are ASCII and stand for themselves."""
        return Column(start, end, lambda: text_between(buffer, start, end), buffer)

    @staticmethod
    def nothing(size: int) -> "Column":
        """A column without any text."""
        none = np.full(size, -1, dtype=np.int64)
        return Column(none, none, lambda: pa.nulls(size, pa.string()))

    def take(self, rows: Ints) -> "Column":
        """The column for these rows, in this order."""
        start, end = self.start[rows], self.end[rows]
        if self.buffer is not None:
            return Column.of_bytes(self.buffer, start, end)
        return Column(start, end, lambda: self.text.take(pa.array(rows)))


def text_between(buffer: Bytes, start: Ints, end: Ints) -> pa.Array:
    """The ASCII text between these offsets of the buffer; null where ``start`` is -1."""
    there = start >= 0
    length = np.where(there, end - start, 0)
    offsets = np.zeros(len(start) + 1, dtype=np.int64)
    np.cumsum(length, out=offsets[1:])
    index = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
    bitmap = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    buffers = [bitmap, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(buffer[index])]
    return pa.Array.from_buffers(pa.string(), len(start), buffers)
