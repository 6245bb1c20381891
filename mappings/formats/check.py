"""Open this when a value is called too long, no number or no code and is none of it: the check of every value.

``check`` goes through the marks of every segment, with the formats of ``mappings/formats/elements.py``. All here is
plain loops over arrays of integers, so that it can be compiled as it stands.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mappings.formats.check_usual import (
    CODE_BYTES,
    CODED,
    DATE,
    DECIMAL,
    KINDS,
    LEAST_AT,
    MOST_AT,
    TEXT,
    TIME,
    WHOLE,
    has_code,
    is_usual,
)  # fmt: skip
from mappings.formats.check_usual import LEAST as LEAST_MASK
from mappings.formats.check_usual import MOST as MOST_MASK
from mappings.formats.cut_blocks import WORD, sure
from mappings.formats.cuts import BLANK, COMPONENT, ELEMENT, END, ESCAPED, REPETITION, WHAT

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

# What is wrong with a value. Faults are rows of: what, segment, element, component (0: the whole element), the mark
# that the value stands behind (-1: there is none), how often the message has it, and the component in Formats.
MISSING, TOO_LONG, TOO_SHORT, NO_NUMBER, NO_DATE, NO_TIME, NO_CODE, NO_TEXT, TOO_MANY = range(9)
_FAULTS = 9
FAULT_COLUMNS = 7
CODE, SEGMENT, AT_ELEMENT, AT_COMPONENT, MARK, TIMES, ABOUT = range(FAULT_COLUMNS)

# The columns of Formats: of a segment, of an element, and of a component.
FIRST_ELEMENT, ELEMENTS, REPEATS, LAST_NEEDED = range(4)
FIRST_COMPONENT, COMPONENTS, IS_NEEDED, NEEDED = range(4)  # NEEDED: the components that are, as bits
KIND, LEAST, MOST, CODES_FROM, CODES_TO = range(5)
BITS = 31
_COMPONENTS_NEEDED = (1 << BITS) - 1
USUAL_ELEMENTS, USUAL_COMPONENTS = 24, 8  # how far `usual` goes; what stands further on is judged one by one

_BLANK, _ZERO, _NINE, _MINUS, _POINT = 0x20, 0x30, 0x39, 0x2D, 0x2E


class Formats(NamedTuple):
    """The formats of all segments of a standard."""

    segments: Numbers
    elements: Numbers
    components: Numbers
    codes: Ints  # the complete lists, each as ``check_usual.code_list`` makes it
    usual: (
        Ints  # of a segment, element and component: its row packed into a number, -1 for none; what `check` is quick by
    )
    needs: Ints  # of a segment and element: NEEDED, and behind that whether it is needed as a whole; at 0 the last such


class Text(NamedTuple):
    """The values of a batch, as the check wants them."""

    data: Bytes
    message: Numbers
    tag: Numbers
    first_mark: Ints
    mark_at: npt.NDArray[np.uint32]
    mark_kind: Bytes
    format: Numbers  # of a tag: the row of its format, or -1
    is_checked: Flags  # of a message
    is_utf8: Flags  # of a message
    release: Numbers  # of a message: the byte, or -1
    comma: int  # the byte that may stand for a decimal point besides it


def _tell(
    faults: Numbers,
    told: Numbers,
    count: int,
    code: int,
    about: int,
    message: int,
    segment: int,
    place: tuple[int, int, int],
) -> int:
    """Note a fault about a component, or that there is one more of it in the message."""
    row = told[code, about, 1]
    if told[code, about, 0] == message:
        if row < len(faults):
            faults[row, TIMES] += 1
        return count
    told[code, about, 0] = message
    told[code, about, 1] = count
    if count < len(faults):
        faults[count, CODE] = code
        faults[count, SEGMENT] = segment
        faults[count, AT_ELEMENT] = place[0]
        faults[count, AT_COMPONENT] = place[1]
        faults[count, MARK] = place[2]
        faults[count, TIMES] = 1
        faults[count, ABOUT] = about
    return count + 1


def _digits(data: Bytes, start: int, end: int, comma: int) -> int:
    """How many digits a number has; -1 when it is none. ``comma``: what may stand for its point; -1: it has none."""
    at, found, points = start, 0, 0
    if data[at] == _MINUS:
        at += 1
    while at < end:
        byte = data[at]
        if _ZERO <= byte <= _NINE:
            found += 1
        elif comma >= 0 and points == 0 and byte in (_POINT, comma):
            points = 1
        else:
            return -1
        at += 1
    return found if found else -1


def _pair(data: Bytes, at: int) -> int:
    """Two digits as a number; 100 when they are none."""
    tens, ones = int(data[at]) - _ZERO, int(data[at + 1]) - _ZERO
    if 0 <= tens <= 9 and 0 <= ones <= 9:
        return tens * 10 + ones
    return 100


def _is_date(data: Bytes, start: int, end: int) -> bool:
    """YYMMDD or CCYYMMDD."""
    size = end - start
    if size != 6 and size != 8:
        return False
    century = _pair(data, start) if size == 8 else 20
    year, month, day = _pair(data, end - 6), _pair(data, end - 4), _pair(data, end - 2)
    if century > 99 or year > 99 or month < 1 or month > 12 or day < 1:
        return False
    days = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        days = 30
    elif month == 2:
        is_leap = year % 4 == 0 and (year > 0 or century % 4 == 0)
        days = 29 if is_leap else 28
    return day <= days


def _is_time(data: Bytes, start: int, end: int) -> bool:
    """HHMM, HHMMSS, and tenths or hundredths of a second behind that."""
    size = end - start
    if size != 4 and (size < 6 or size > 8):
        return False
    if _pair(data, start) > 23 or _pair(data, start + 2) > 59 or (size > 4 and _pair(data, start + 4) > 59):
        return False
    return size <= 6 or _digits(data, start + 6, end, -1) == size - 6


def _is_code(data: Bytes, start: int, end: int, codes: Ints, low: int, high: int) -> bool:
    """Whether the value is among the codes from ``low`` to ``high``."""
    if end - start > CODE_BYTES:
        return False
    wanted = 0
    for at in range(start, end):
        if data[at] > 0x7F:
            return False
        wanted = wanted * 256 + int(data[at])
    return has_code(codes, low, high, wanted)


def _characters(data: Bytes, start: int, end: int, release: int, is_utf8: bool) -> int:
    """How many characters the value has, without release characters and the line breaks of a wrapped segment."""
    found, is_released = 0, False
    for at in range(start, end):
        byte = int(data[at])
        if is_released:
            found += 1
            is_released = False
        elif byte == release:
            is_released = True
        elif not (is_utf8 and byte & 0xC0 == 0x80) and byte != 0x0A and byte != 0x0D:
            found += 1
    return found


def _fault(
    data: Bytes,
    codes: Ints,
    start: int,
    end: int,
    form: tuple[int, int, int, int, int],
    how: tuple[bool, bool, int, int],
) -> int:
    """What is wrong with a value by the format of its component; -1 for nothing."""
    kind, least, most, low, high = form
    escaped, is_utf8, release, comma = how
    size = end - start
    if escaped:
        size = _characters(data, start, end, release, is_utf8)
    elif kind in (WHOLE, DECIMAL):
        size = _digits(data, start, end, comma if kind == DECIMAL else -1)
        if size < 0:
            return NO_NUMBER
    elif kind == TEXT:
        for at in range(start, end):
            if data[at] < _BLANK:
                return NO_TEXT
    if size > most and is_utf8:
        size = _characters(data, start, end, release, is_utf8)
    if size > most:
        return TOO_LONG
    if size < least:
        return TOO_SHORT
    if escaped:
        return -1
    if kind == DATE and not _is_date(data, start, end):
        return NO_DATE
    if kind == TIME and not _is_time(data, start, end):
        return NO_TIME
    if kind == CODED and not _is_code(data, start, end, codes, low, high):
        return NO_CODE
    return -1


def _tell_missing(
    formats: Formats,
    faults: Numbers,
    told: Numbers,
    count: int,
    message: int,
    segment: int,
    element: int,
    row: int,
    seen: int,
) -> int:
    """The element as a whole where nothing of it is there, else those of its components that must be."""
    first, needed = int(formats.elements[row, FIRST_COMPONENT]), int(formats.elements[row, NEEDED])
    if seen == 0:
        return _tell(faults, told, count, MISSING, first, message, segment, (element, 0, -1))
    for component in range(formats.elements[row, COMPONENTS]):
        if component < BITS and (needed & ~seen) >> component & 1:
            where = (element, component + 1, -1)
            count = _tell(faults, told, count, MISSING, first + component, message, segment, where)
    return count


def _tell_absent(
    formats: Formats, faults: Numbers, told: Numbers, count: int, message: int, segment: int, form: int, element: int
) -> int:
    """The elements that must be there and lie behind the last one that the segment has."""
    first, last = int(formats.segments[form, FIRST_ELEMENT]), int(formats.segments[form, LAST_NEEDED])
    for absent in range(element + 1, last + 1):
        row = first + absent - 1
        if formats.elements[row, IS_NEEDED]:
            count = _tell_missing(formats, faults, told, count, message, segment, absent, row, 0)
    return count


def _judge(formats: Formats, text: Text, faults: Numbers, told: Numbers, count: int, segment: int, form: int) -> int:
    """Look at every value of a segment; gives how many faults there are then."""
    segments, elements, components, codes, _, _ = formats
    data, messages, _, first_mark, mark_at, mark_kind, _, _, is_utf8, release, comma = text
    message = int(messages[segment])
    first, known, last_needed = segments[form, FIRST_ELEMENT], segments[form, ELEMENTS], segments[form, LAST_NEEDED]
    element, component, seen, row = 0, 0, 1, -1
    end = int(mark_at[first_mark[segment]])
    for mark in range(first_mark[segment], first_mark[segment + 1]):
        flags = int(mark_kind[mark])
        if flags & WHAT == COMPONENT:
            component += 1
        elif flags & WHAT == REPETITION:
            component = 1
        else:
            if 0 < element <= last_needed and (elements[row, NEEDED] & ~seen if seen else elements[row, IS_NEEDED]):
                count = _tell_missing(formats, faults, told, count, message, segment, element, row, seen)
            if flags & WHAT == END:
                break
            element, component, seen = element + 1, 1, 0
            row = int(first) + element - 1 if element <= known else repeated(segments, form, element)
        start, end = end + 1, int(mark_at[mark + 1])
        if start >= end or flags & BLANK:
            continue
        seen |= 1 << min(component - 1, BITS - 1)
        if row < 0 or component > elements[row, COMPONENTS]:
            about = int(elements[max(row, first), FIRST_COMPONENT])
            where = (element, component if row >= 0 else 0, mark)
            count = _tell(faults, told, count, TOO_MANY, about, message, segment, where)
            continue
        at = int(elements[row, FIRST_COMPONENT]) + component - 1
        kind, least, most = components[at, KIND], components[at, LEAST], components[at, MOST]
        form_of_it = (kind, least, most, components[at, CODES_FROM], components[at, CODES_TO])
        how = (flags & ESCAPED != 0, is_utf8[message], release[message], comma)
        code = _fault(data, codes, start, end, form_of_it, how)
        if code >= 0:
            count = _tell(faults, told, count, code, at, message, segment, (element, component, mark))
    if element < last_needed:
        count = _tell_absent(formats, faults, told, count, message, segment, form, element)
    return count


def check(formats: Formats, text: Text, faults: Numbers, told: Numbers) -> int:
    """Look at every value of every segment that has a format; gives how many faults there are.

    Faults beyond the length of ``faults`` are counted and not kept. ``told`` must be fresh. The usual segment, with
    nothing wrong and nothing to be cleaned, is passed over in one go; only the others are judged value by value.
    """
    usual, needs, codes = formats.usual.reshape(-1), formats.needs.reshape(-1), formats.codes
    data, messages, tags, first_mark, mark_at, mark_kind, format_of, is_checked, _, _, _ = text
    count, last_word = 0, data.size - WORD
    for segment in range(len(messages)):
        form = int(format_of[tags[segment]])
        if form < 0 or not is_checked[messages[segment]]:
            continue
        row, at, seen, need = form * USUAL_ELEMENTS, 1, 1, 0  # `at` counts up to USUAL_COMPONENTS for each element
        mark, last = int(first_mark[segment]), int(first_mark[segment + 1]) - 1
        end = int(mark_at[mark])
        while mark < last:
            what = int(mark_kind[sure(mark)])
            if what == ELEMENT:
                if need and (need & ~seen & _COMPONENTS_NEEDED if seen else need >> BITS):
                    break
                at, seen = (at | USUAL_COMPONENTS - 1) + 2, 0
                if at >= USUAL_ELEMENTS * USUAL_COMPONENTS:
                    break
                need = int(needs[sure(row + at // USUAL_COMPONENTS)])
            elif what == COMPONENT and at & USUAL_COMPONENTS - 1 != USUAL_COMPONENTS - 1:
                at += 1
            else:
                break
            mark += 1
            start, end = end + 1, int(mark_at[sure(mark)])
            size = end - start
            if size == 0:
                continue
            spec = int(usual[sure(row * USUAL_COMPONENTS + at)])
            seen |= 1 << (at - 1 & USUAL_COMPONENTS - 1)
            if size < (spec >> LEAST_AT) & LEAST_MASK or size > (spec >> MOST_AT) & MOST_MASK or spec < 0:
                break
            kind = spec & KINDS
            if kind != TEXT and (start > last_word or not is_usual(data, start, end, kind, spec, codes)):
                break
        else:
            is_short = need and (need & ~seen & _COMPONENTS_NEEDED if seen else need >> BITS)
            if not is_short and at // USUAL_COMPONENTS >= needs[row]:
                continue
        count = _judge(formats, text, faults, told, count, segment, form)
    return count


def repeated(segments: Numbers, form: int, element: int) -> int:
    """The row of an element behind the last one that the format names; -1 where none may stand there."""
    cycle, known = int(segments[form, REPEATS]), int(segments[form, ELEMENTS])
    if cycle == 0:
        return -1
    return int(segments[form, FIRST_ELEMENT]) + known - cycle + (element - known - 1) % cycle


def fresh(formats: Formats) -> Numbers:
    """Notes for a check over a batch: for each fault and component the message told of last, and the row of faults."""
    return np.full((_FAULTS, len(formats.components), 2), -1, np.int32)
