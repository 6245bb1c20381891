"""Open this when values of large batches are checked slowly, or a complete list of codes knows too much or too little:
whether a value is right without doubt.

Most values are. ``check`` passes over them by what is here, many bytes in one go, and judges only the others. All here
keeps to what ``compiled`` can turn into machine code.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from mappings.formats.cut_blocks import WORD, digits_in, lowest, word_at

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

# What a value must be. Of a whole number the point is only implied; a decimal one may have it.
TEXT, WHOLE, DECIMAL, DATE, TIME, CODED = range(6)
KINDS = 7  # as bits of a packed row

LEAST_AT, MOST_AT, CODES_AT, COUNT_AT = 3, 16, 36, 49  # where they begin in a packed row
LEAST, MOST, CODES = 0x1FFF, 0xFFFFF, 0x1FFF  # and how much each may be
CODE_BYTES = 8

_ZERO, _MINUS, _POINT = 0x30, 0x2D, 0x2E


def pack(kind: int, least: int, most: int, low: int, high: int) -> int:
    """A component's row as one number, for ``Formats.usual``. ValueError when it does not fit."""
    parts = ((kind, LEAST_AT), (least, MOST_AT - LEAST_AT), (min(most, MOST), 20), (low, 13), (high - low, 13))
    packed, at = 0, 0
    for part, bits in parts:
        if part >> bits:
            raise ValueError(f"{part} does not fit into {bits} bits: widen the packing of formats")
        packed |= part << at
        at += bits
    return packed


# --- lists of codes


def code_list(codes: Iterable[str]) -> list[int]:
    """A complete list of codes as a table to look them up in: their bytes as numbers, 0 where there is none."""
    numbers = [int.from_bytes(code.encode("ascii"), "big") for code in codes]
    size = 2
    while size < 2 * len(numbers):
        size *= 2
    found = [0] * size
    for number in numbers:
        at = _code_slot(number, size - 1)
        while found[at]:
            at = (at + 1) & (size - 1)
        found[at] = number
    return found


def _code_slot(code: int, mask: int) -> int:
    """The place from which on a code is looked for."""
    code ^= code >> 33
    code ^= code >> 16
    return (code ^ (code >> 7)) & mask


def has_code(codes: Ints, low: int, high: int, code: int) -> bool:
    """Whether the code is in the list that stands from ``low`` to ``high``."""
    mask = high - low - 1
    at = _code_slot(code, mask)
    while codes[low + at] != 0:
        if codes[low + at] == code:
            return True
        at = (at + 1) & mask
    return False


# --- values


def _has_day(data: Bytes, behind: int) -> bool:
    """Whether the digits that end here, MMDD, are a day without doubt; there is doubt of a 31st and 29 February."""
    month = int(data[behind - 4]) * 10 + int(data[behind - 3]) - 11 * _ZERO
    day = int(data[behind - 2]) * 10 + int(data[behind - 1]) - 11 * _ZERO
    return 1 <= month <= 12 and day >= 1 and (day <= 28 or (day <= 30 and month != 2))


def _has_time(data: Bytes, at: int, size: int) -> bool:
    """Whether the digits here, HHMM and what may follow, are a time of day."""
    seconds = int(data[at + 4]) if size > 4 else _ZERO
    hour = int(data[at]) * 10 + int(data[at + 1]) - 11 * _ZERO
    return hour <= 23 and data[at + 2] < _ZERO + 6 and seconds < _ZERO + 6


def is_usual(data: Bytes, start: int, end: int, kind: int, spec: int, codes: Ints) -> bool:
    """Whether a value with WORD bytes behind its start is right without doubt: digits and a point, a date, a code."""
    size = end - start
    if kind == CODED:
        low = (spec >> CODES_AT) & CODES
        return size <= CODE_BYTES and has_code(
            codes, low, low + (spec >> COUNT_AT), word_at(data, start) >> 8 * (CODE_BYTES - size)
        )
    if size > WORD:
        return False
    others = ~digits_in(data, start) & ((1 << size) - 1)
    if kind == DATE:
        return others == 0 and (size == 6 or size == 8) and _has_day(data, end)
    if kind == TIME:
        return others == 0 and (size == 4 or 6 <= size <= 8) and _has_time(data, start, size)
    if others & 1 and data[start] == _MINUS:
        others &= ~1
        size -= 1
    if others != 0:
        if kind != DECIMAL or others & (others - 1) != 0 or data[start + lowest(others)] != _POINT:
            return False
        size -= 1
    return size > 0 and size >= (spec >> LEAST_AT) & LEAST
