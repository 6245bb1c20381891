"""Open this when a value read from bytes differs from the one read from text: conversions of whole columns of bytes.

What ``parsing`` settles is taken as it is; what it leaves open goes through the conversion of text, row by row as many
as there are. Both give the same, which the tests hold them to.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Bytes, Column, Ints, Mask, bitmap, text_between
from mappings.functions.parsing import DONE, GTIN_DIGITS, OPEN
from mappings.functions.values import Reading, convert
from mappings.machine import machine_for
from schemas.money import exponent

States = npt.NDArray[np.uint8]
Converted = tuple[pa.Array, pa.Array]  # the values, and where a text is not what it should be

_NO_POINT = -1


def convert_bytes(column: Column, kind: str, reading: Reading) -> Converted | None:
    """What ``functions.convert`` gives for the column's text; None where that has to do it."""
    if kind not in _KINDS:
        return None
    own = column if column.buffer is not None or kind == "text" else _as_bytes(column)
    if own is None or own.buffer is None or not own.is_trimmed:
        return None
    return _KINDS[kind](own, own.buffer, reading)


def _as_bytes(column: Column) -> Column | None:
    """A column of text as the bytes that Arrow keeps it in; None where these are not ASCII, or it is not trimmed."""
    text = column.text
    if not column.is_trimmed or text.type != pa.string() or isinstance(text, pa.ChunkedArray):
        return None
    _, offsets, data = text.buffers()
    if data is None or text.offset or not bytes(data).isascii():
        return None
    at = np.frombuffer(offsets, np.int32)[: len(text) + 1].astype(np.int64)
    there = column.is_there
    start, end = np.where(there, at[:-1], -1), np.where(there, at[1:], -1)
    return Column.of_bytes(np.frombuffer(data, np.uint8), start, end, is_trimmed=True)


def _units(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    numbers, state = np.zeros(len(column.start), dtype=np.int64), np.empty(len(column.start), dtype=np.uint8)
    machine_for(len(state)).parse_units(buffer, column.start, column.end, _point(reading), numbers, state)
    return _settled(column, "units", reading, state, lambda: _integers(numbers, state == DONE))


def _money(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    numbers, state = np.zeros(len(column.start), dtype=np.int64), np.empty(len(column.start), dtype=np.uint8)
    places = _places(reading.currency, len(state))
    machine_for(len(state)).parse_amounts(buffer, column.start, column.end, _point(reading), places, numbers, state)
    return _settled(column, "money", reading, state, lambda: _integers(numbers, state == DONE))


def _places(currency: pa.Array | None, size: int) -> npt.NDArray[np.int8]:
    """How many decimals the currency of each row has; -1 where there is none."""
    if currency is None:
        return np.full(size, -1, dtype=np.int8)
    coded = pc.dictionary_encode(currency)
    of_code = pa.array([exponent(one) for one in coded.dictionary.to_pylist()], pa.int8())
    places = pc.fill_null(of_code.take(coded.indices), -1)
    return np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int8)


def _decimal(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    state, point = np.empty(len(column.start), dtype=np.uint8), _point(reading)
    machine_for(len(state)).find_plain_numbers(buffer, column.start, column.end, point, state)

    def texts() -> pa.Array:
        kept = text_between(buffer, *_only(column, state == DONE))
        return kept if point == ord(".") else pc.replace_substring(kept, chr(point), ".")

    return _settled(column, "decimal", reading, state, texts)


def _gtin(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    size = len(column.start)
    digits, state = np.empty(size * GTIN_DIGITS, dtype=np.uint8), np.empty(size, dtype=np.uint8)
    machine_for(size).parse_gtins(buffer, column.start, column.end, digits, state)

    def texts() -> pa.Array:
        offsets = np.arange(0, (size + 1) * GTIN_DIGITS, GTIN_DIGITS, dtype=np.int32)
        buffers = [bitmap(state == DONE), pa.py_buffer(offsets), pa.py_buffer(digits)]
        return pa.Array.from_buffers(pa.string(), size, buffers)

    return _settled(column, "gtin", reading, state, texts)


def _sscc(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    start, state = column.start.copy(), np.empty(len(column.start), dtype=np.uint8)
    machine_for(len(state)).find_labels(buffer, start, column.end, state)
    labels = Column.of_bytes(buffer, start, column.end)
    return _settled(column, "sscc", reading, state, lambda: text_between(buffer, *_only(labels, state == DONE)))


def _text(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    return column.text, _nowhere(len(column.start))


def _date(column: Column, buffer: Bytes, reading: Reading) -> Converted:
    return convert(column.text, "date", reading)


_KINDS: dict[str, Callable[[Column, Bytes, Reading], Converted]] = {
    "text": _text, "units": _units, "money": _money, "decimal": _decimal, "gtin": _gtin, "sscc": _sscc, "date": _date,
}  # fmt: skip


def _point(reading: Reading) -> int:
    """The byte of the decimal mark that the quick way knows."""
    return ord(reading.decimal_marks[0]) if reading.decimal_marks else _NO_POINT


def _only(column: Column, mask: Mask) -> tuple[Ints, Ints]:
    return np.where(mask, column.start, -1), np.where(mask, column.end, -1)


def _integers(numbers: Ints, valid: Mask) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(numbers), [bitmap(valid), pa.py_buffer(numbers)])


def _settled(column: Column, kind: str, reading: Reading, state: States, quick: Callable[[], pa.Array]) -> Converted:
    """The values of the quick way, and the text's conversion where that left a row open."""
    values = quick()
    bad = (column.start >= 0) & (state != DONE)
    still = np.flatnonzero(state == OPEN)
    if not len(still):
        return values, _mask(bad)
    currency = reading.currency.take(pa.array(still)) if reading.currency is not None else None
    own = Reading(reading.decimal_marks, reading.thousands_mark, reading.forms, currency)
    settled, wrong = convert(column.take(still).text, kind, own)
    bad[still] = wrong.to_numpy(zero_copy_only=False)
    return pc.replace_with_mask(values, _mask(state == OPEN), settled), _mask(bad)


def _mask(marked: Mask) -> pa.Array:
    return pa.array(marked)


@lru_cache(maxsize=8)
def _nowhere(size: int) -> pa.Array:
    return pa.array(np.zeros(size, dtype=bool))
