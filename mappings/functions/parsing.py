"""Open this when a number, an item or a label is read wrongly from its bytes: what most values of a column look like.

Each function settles the usual forms and says of every row whether it did; what it leaves open (``OPEN``) is settled
by the conversion of the same name in ``functions.values``, which gives the same for the usual forms too. Like those of
``formats.cutting``, these functions keep to what ``formats.compiled`` can turn into machine code.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

NOTHING, DONE, WRONG, OPEN = range(4)  # of a row: there is no text; it is settled; it is no such value; see above

GTIN_DIGITS, SSCC_DIGITS = 14, 18
_DIGITS_MAX = 15
_ZERO, _NINE, _BLANK = 48, 57, 32
_UNITS_MAX = 10**9


def trim(buffer: Bytes, start: Ints, end: Ints) -> bool:
    """Move the ends of each stretch over the blanks in it; one of blanks alone becomes nothing (-1).

    Answers False where a byte at an end is another white space or a control character: then text decides.
    """
    for row in range(start.size):
        first, last = start[row], end[row]
        if first < 0:
            continue
        while first < last and buffer[first] == _BLANK:
            first += 1
        while last > first and buffer[last - 1] == _BLANK:
            last -= 1
        if first == last:
            start[row], end[row] = -1, -1
            continue
        if buffer[first] < _BLANK or buffer[last - 1] < _BLANK:
            return False
        start[row], end[row] = first, last
    return True


def gather(buffer: Bytes, start: Ints, end: Ints, offsets: npt.NDArray[np.int32], into: Bytes) -> None:
    """The bytes of all stretches one after the other, ``offsets`` where each begins."""
    at = 0
    for row in range(start.size):
        offsets[row] = at
        for place in range(start[row], end[row]):
            into[at] = buffer[place]
            at += 1
    offsets[start.size] = at


def parse_units(buffer: Bytes, start: Ints, end: Ints, point: int, numbers: Ints, state: Bytes) -> None:
    """Whole positive numbers, with or without a decimal mark (``point``, a byte) and zeros behind it."""
    for row in range(start.size):
        first, last = start[row], end[row]
        if first < 0:
            state[row] = NOTHING
            continue
        state[row] = OPEN
        found, digits = 0, 0
        while first < last and digits < _DIGITS_MAX and _ZERO <= buffer[first] <= _NINE:
            found = found * 10 + (int(buffer[first]) - _ZERO)
            digits += 1
            first += 1
        if first < last and buffer[first] == point and digits:
            first += 1
            while first < last and buffer[first] == _ZERO:
                first += 1
        if first == last and digits:
            numbers[row] = found
            state[row] = DONE if 0 < found < _UNITS_MAX else WRONG


def parse_amounts(
    buffer: Bytes, start: Ints, end: Ints, point: int, places: npt.NDArray[np.int8], numbers: Ints, state: Bytes
) -> None:
    """Amounts in minor units; ``places`` says how many decimals each row's currency has (-1: unknown)."""
    for row in range(start.size):
        first, last = start[row], end[row]
        if first < 0 or places[row] < 0:
            state[row] = NOTHING if first < 0 else OPEN
            continue
        state[row] = OPEN
        found, digits, behind = 0, 0, -1
        while first < last and digits < _DIGITS_MAX:
            byte = int(buffer[first])
            if byte == point and behind < 0 and digits:
                behind = 0
            elif _ZERO <= byte <= _NINE:
                found = found * 10 + (byte - _ZERO)
                digits += 1
                behind += 1 if behind >= 0 else 0
            else:
                break
            first += 1
        decimals = max(behind, 0)
        if first < last or not digits or decimals > places[row]:
            continue
        for _ in range(places[row] - decimals):
            found *= 10
        numbers[row], state[row] = found, DONE


def find_plain_numbers(buffer: Bytes, start: Ints, end: Ints, point: int, state: Bytes) -> None:
    """Decimals that are written as they are kept, but for their mark: `0`, `12`, `12.50`, `0.5`."""
    for row in range(start.size):
        first, last = start[row], end[row]
        if first < 0:
            state[row] = NOTHING
            continue
        state[row] = OPEN
        digits, behind = 0, -1
        is_padded = last > first + 1 and buffer[first] == _ZERO and buffer[first + 1] != point
        while first < last:
            byte = int(buffer[first])
            if byte == point and behind < 0 and digits:
                behind = 0
            elif _ZERO <= byte <= _NINE:
                digits += 1
                behind += 1 if behind >= 0 else 0
            else:
                break
            first += 1
        if first == last and 0 < digits <= _DIGITS_MAX and behind != 0 and not is_padded:
            state[row] = DONE


def parse_gtins(buffer: Bytes, start: Ints, end: Ints, digits: npt.NDArray[np.uint8], state: Bytes) -> None:
    """Items of 8, 12, 13 or 14 digits whose check digit is right, as 14 digits each."""
    for row in range(start.size):
        first, last = start[row], end[row]
        if first < 0:
            state[row] = NOTHING
            continue
        size = last - first
        if size != 13 and size != 14 and size != 12 and size != 8:
            state[row] = OPEN
            continue
        total, any_digit, weight, is_number = 0, 0, 1, True
        for at in range(last - 1, first - 1, -1):
            byte = int(buffer[at])
            if byte < _ZERO or byte > _NINE:
                is_number = False
                break
            total += (byte - _ZERO) * weight
            any_digit |= byte - _ZERO
            weight = 4 - weight
        if not is_number:
            state[row] = OPEN
            continue
        if total % 10 or not any_digit:
            state[row] = WRONG
            continue
        state[row] = DONE
        for at in range(GTIN_DIGITS - size):
            digits[row * GTIN_DIGITS + at] = _ZERO
        for at in range(size):
            digits[row * GTIN_DIGITS + GTIN_DIGITS - size + at] = buffer[first + at]


def find_labels(buffer: Bytes, start: Ints, end: Ints, state: Bytes) -> None:
    """Carton labels that are an SSCC: without its application identifier 00, which ``start`` is moved over."""
    for row in range(start.size):
        first, last = start[row], end[row]
        if first < 0:
            state[row] = NOTHING
            continue
        state[row] = OPEN
        if last - first == SSCC_DIGITS + 2 and buffer[first] == _ZERO and buffer[first + 1] == _ZERO:
            first += 2
        if last - first != SSCC_DIGITS:
            continue
        total, weight, is_number = 0, 1, True
        for at in range(last - 1, first - 1, -1):
            byte = int(buffer[at])
            if byte < _ZERO or byte > _NINE:
                is_number = False
                break
            total += (byte - _ZERO) * weight
            weight = 4 - weight
        if is_number and total % 10 == 0:
            state[row], start[row] = DONE, first
