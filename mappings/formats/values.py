"""Open this when you need the text of EDI values: bytes of ``Segments.values`` as a column of strings.

    text(segments, rows) -> pa.Array      # rows: indices into segments.values (list, numpy or Arrow)

Values are decoded with the character set of their interchange. Release characters, and the line breaks of a wrapped
segment, are taken out. Nothing else is changed: blanks and leading zeros stay.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.formats.at_hand import goes_compiled
from mappings.formats.cuts import Buffer
from mappings.formats.segments import Segments

Int = npt.NDArray[np.int64]

COMPILED_FROM_VALUES = 20_000
_ASCII = 0x7F


def text(segments: Segments, rows: Sequence[int] | npt.NDArray[Any] | pa.Array | pa.ChunkedArray) -> pa.Array:
    """The text of these value rows, in the order asked for, as a string array without nulls."""
    at = _integers(rows)
    if not len(at):
        return pa.array([], pa.string())
    start, end = _picked(segments.values["start"], at), _picked(segments.values["end"], at)
    escaped = segments.values["escaped"].to_numpy()[at].astype(bool)
    return decoded(segments, start, end, escaped, lambda: _messages(segments, at))


def decoded(
    segments: Segments, start: Int, end: Int, escaped: npt.NDArray[np.bool_], messages: Callable[[], Int]
) -> pa.Array:
    """The text between these offsets. ``messages.judge`` says, when it matters, which message each lies in."""
    gathered, offsets = gather(segments.buffer, start, end)
    plain = ~(escaped if gathered.max(initial=0) <= _ASCII else escaped | _not_ascii(gathered, offsets))
    if plain.all():
        return pa.Array.from_buffers(pa.string(), len(start), [None, pa.py_buffer(offsets), pa.py_buffer(gathered)])
    raw = pa.Array.from_buffers(pa.binary(), len(start), [None, pa.py_buffer(offsets), pa.py_buffer(gathered)])
    interchange = pa.array(_picked(segments.messages["interchange"], messages()))
    charset = segments.interchanges["charset"].take(interchange).to_pylist()
    release = segments.interchanges["release"].take(interchange).to_pylist()
    words: list[str] = [
        value.decode() if simple else _decoded(value, charset[i], release[i], bool(escaped[i]))
        for i, (value, simple) in enumerate(zip(raw.to_pylist(), plain, strict=True))
    ]
    return pa.array(words, pa.string())


def unescaped(value: str, release: str) -> str:
    """The value without its release characters and without line breaks that are not released."""
    return _escapes(release).sub(lambda found: found.group(1) or "", value)


@lru_cache
def _escapes(release: str) -> re.Pattern[str]:
    if not release:
        return re.compile(r"[\r\n]()")
    return re.compile(f"{re.escape(release)}(.)|[\r\n]", re.DOTALL)


def _decoded(value: bytes, charset: str, release: str, escaped: bool) -> str:
    decoded = value.decode(charset)
    return unescaped(decoded, release) if escaped else decoded


def _integers(rows: Any) -> Int:
    """Row numbers, whatever holds them, as an integer array."""
    if isinstance(rows, pa.Array | pa.ChunkedArray):
        rows = rows.to_numpy(zero_copy_only=False) if isinstance(rows, pa.Array) else rows.to_numpy()
    return np.asarray(rows, dtype=np.int64)


def _picked(column: pa.ChunkedArray, at: Int) -> Int:
    return np.asarray(column.to_numpy()[at], dtype=np.int64)


def gather(buffer: Buffer, start: Int, end: Int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes of all values one after the other, and the offsets at which each begins (one more than values)."""
    length, data = end - start, np.frombuffer(buffer, dtype=np.uint8)
    if goes_compiled("values", len(start), COMPILED_FROM_VALUES):
        from mappings.formats.compiled import PROJECTION  # numba takes half a second to import

        offsets, gathered = np.empty(len(start) + 1, np.int32), np.empty(int(length.sum()), np.uint8)
        PROJECTION.gather_values(data, start.astype(np.uint32), end.astype(np.uint32), offsets, gathered)
        return gathered, offsets
    offsets = np.zeros(len(start) + 1, dtype=np.int64)
    np.cumsum(length, out=offsets[1:])
    index = np.arange(offsets[-1]) + np.repeat(start - offsets[:-1], length)
    return data[index], offsets.astype(np.int32)


def _not_ascii(gathered: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """For each value, whether it holds a byte beyond ASCII."""
    high = np.zeros(len(gathered) + 1, dtype=np.int64)
    np.cumsum(gathered > _ASCII, out=high[1:])
    return high[offsets[1:]] > high[offsets[:-1]]


def _messages(segments: Segments, at: Int) -> Int:
    """The message of each value row."""
    return _picked(segments.segments["message"], _picked(segments.values["segment"], at))
