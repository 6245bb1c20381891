"""Open this when a column of a flat table holds the wrong bytes: one way through cut segments, for all fields at once.

Like those of ``cutting``, these functions keep to what ``compiled`` can turn into machine code.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mappings.formats.cut_blocks import BLOCK, copy_block, sure
from mappings.formats.cuts import BLANK, COMPONENT, ELEMENT, WHAT

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.uint32]

ELEMENTS, COMPONENTS = 16, 8  # positions that a field may have, counted from 1, and 0
PLACES = 4  # decimals of a price
QUALIFIER_BYTES = 8
_DIGITS_MAX = 18
_ZERO, _NINE, _MINUS, _PLUS, _POINT, _COMMA, _BLANK = 48, 57, 45, 43, 46, 44, 32


class Layout(NamedTuple):
    """Which fields come from where: by tag number, element and component the number of a field, -1 for none.

    ``each`` is the tag that opens a line. A field with a qualifier (its bytes as a number, else 0) wants it as the
    segment's first value. ``last`` says of each tag the last element that any field comes from; -1 for none.
    """

    each: int
    field_at: npt.NDArray[np.int8]
    qualifier: Ints
    last: npt.NDArray[np.int8]


def qualifier_at(buffer: Bytes, start: int, end: int) -> int:
    """A short value as a number, its bytes; -1 for a longer one."""
    if end - start > QUALIFIER_BYTES - 1:
        return -1
    found = 0
    for at in range(start, end):
        found = (found << 8) | int(buffer[at])
    return found


def project(
    buffer: Bytes, message_of: npt.NDArray[np.int32], tag_of: npt.NDArray[np.int32], first_mark: Ints,
    mark_at: Offsets, mark_kind: Bytes, layout: Layout, head: npt.NDArray[np.int32],
    spans: npt.NDArray[np.uint32], flags: Bytes,
) -> int:  # fmt: skip
    """Fill in message and number of each line (``head``), start and end of each field in it, and its mark's kind."""
    line, message, number = -1, -1, 0
    field_at, wanted, last, each = layout.field_at, layout.qualifier, layout.last, layout.each
    has_qualifiers = wanted.any()
    for segment in range(tag_of.size):
        tag = int(tag_of[segment])
        behind = int(last[sure(tag)])
        if behind < 0:
            continue
        if tag == each:
            line += 1
            number = number + 1 if message == message_of[segment] else 1
            message = message_of[segment]
            head[0, line], head[1, line] = message, number
        if line < 0 or message != message_of[segment]:
            continue
        element, component, is_first, qualifier = 0, 1, True, 0
        for mark in range(first_mark[segment], first_mark[segment + 1] - 1):
            kind = int(mark_kind[sure(mark)])
            what = kind & WHAT
            if what == ELEMENT:
                element, component, is_first = element + 1, 1, True
            elif what == COMPONENT:
                component += 1
            else:
                is_first = False
            if element > behind:
                break
            start, end = int(mark_at[sure(mark)]) + 1, int(mark_at[sure(mark + 1)])
            if end == start or not is_first or component >= COMPONENTS or kind & BLANK:
                continue
            if element == 1 and component == 1 and has_qualifiers:
                qualifier = qualifier_at(buffer, start, end)
            field = int(field_at[sure(tag), sure(element), sure(component)])
            if field < 0:
                continue
            at = sure(field)
            if spans[at, sure(1), sure(line)] or (wanted[at] and wanted[at] != qualifier):
                continue
            spans[at, sure(0), sure(line)], spans[at, sure(1), sure(line)] = start, end
            flags[at, sure(line)] = kind
    return line + 1


def gather_values(buffer: Bytes, start: Offsets, end: Offsets, offsets: npt.NDArray[np.int32], into: Bytes) -> bool:
    """The bytes of all values one after the other, ``offsets`` where each begins; whether all of them are ASCII."""
    at, seen = 0, 0
    for row in range(start.size):
        offsets[row] = at
        first, behind = int(start[row]), int(end[row])
        if behind - first <= BLOCK and first + BLOCK <= buffer.size and at + BLOCK <= into.size:
            copy_block(buffer, first, into, at)  # what is too much of it, the next values stand on
            at += behind - first
            continue
        for place in range(first, behind):
            into[at] = buffer[place]
            at += 1
    offsets[start.size] = at
    for place in range(at):
        seen |= int(into[place])
    return seen < 128


def parse_number(buffer: Bytes, start: int, end: int, places: int) -> tuple[int, bool]:
    """A decimal number with a point or comma, in units of its last place; False when it is none or has more places."""
    while start < end and buffer[start] == _BLANK:
        start += 1
    while end > start and buffer[end - 1] == _BLANK:
        end -= 1
    is_minus = start < end and buffer[start] == _MINUS
    if start < end and (is_minus or buffer[start] == _PLUS):
        start += 1
    found, digits, behind = 0, 0, -1
    for at in range(start, end):
        byte = int(buffer[at])
        if _ZERO <= byte <= _NINE:
            digits += 1
            if behind >= 0:
                behind += 1
            if behind > places:
                if byte != _ZERO:
                    return 0, False
                continue
            found = found * 10 + (byte - _ZERO)
        elif behind < 0 and (byte == _POINT or byte == _COMMA):
            behind = 0
        else:
            return 0, False
    missing = places - min(max(behind, 0), places)
    if digits == 0 or digits + missing > _DIGITS_MAX:
        return 0, False
    for _ in range(missing):
        found *= 10
    return -found if is_minus else found, True


def parse_units(buffer: Bytes, start: Offsets, end: Offsets, numbers: Ints, valid: npt.NDArray[np.bool_]) -> None:
    """Whole numbers; ``valid`` says where there is one."""
    for row in range(start.size):
        numbers[row], valid[row] = parse_number(buffer, int(start[row]), int(end[row]), 0)


def parse_prices(buffer: Bytes, start: Offsets, end: Offsets, words: Ints, valid: npt.NDArray[np.bool_]) -> None:
    """Decimals of PLACES places, as the two words of a decimal of 128 bits; ``valid`` says where there is one."""
    for row in range(start.size):
        found, is_number = parse_number(buffer, int(start[row]), int(end[row]), PLACES)
        words[row, 0], words[row, 1], valid[row] = found, -1 if found < 0 else 0, is_number


class Projection(NamedTuple):
    """The functions that go through all segments and values: as they are, or compiled."""

    project: Callable[..., int]
    gather_values: Callable[..., bool]
    parse_units: Callable[..., None]
    parse_prices: Callable[..., None]


PLAIN = Projection(project, gather_values, parse_units, parse_prices)
