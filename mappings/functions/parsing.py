"""Open this when a number, an item or a label is read wrongly from its bytes: what most values of a column look like.

Each function settles the usual forms and says of every row whether it did; what it leaves open (``OPEN``) is settled
by the conversion of the same name in ``functions.values``, which gives the same for the usual forms too. Like those of
``formats.cutting``, these functions keep to what ``formats.compiled`` can turn into machine code.
"""

import numpy as np
import numpy.typing as npt

from mappings.formats.cut_blocks import BLOCK, copy_block

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

NOTHING, DONE, WRONG, OPEN = range(4)  # of a row: there is no text; it is settled; it is no such value; see above

GTIN_DIGITS, SSCC_DIGITS = 14, 18
WORD_BYTES = 16
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
        first, behind = int(start[row]), int(end[row])
        if behind - first <= BLOCK and first >= 0 and first + BLOCK <= buffer.size and at + BLOCK <= into.size:
            copy_block(buffer, first, into, at)  # what is too much of it, the next stretches stand on
            at += behind - first
            continue
        for place in range(first, behind):
            into[at] = buffer[place]
            at += 1
    offsets[start.size] = at


def number_words(buffer: Bytes, start: Ints, end: Ints, numbers: npt.NDArray[np.int32], seen: Ints, rows: Ints) -> int:
    """A number for each stretch, the same for the same bytes, from 0 in the order in which they come; -1 for nothing.

    ``rows`` gets the first row of each. Answers how many there are, or -1 where they are more than it has room for, or
    one is longer than WORD_BYTES. ``seen`` comes empty, with a power of two of places that is more than ``rows`` has.
    """
    count, last_slot = 0, len(seen) - 1
    for row in range(start.size):
        first, behind = start[row], end[row]
        if first < 0:
            numbers[row] = -1
            continue
        size, one, two = behind - first, 0, 0
        if size > WORD_BYTES:
            return -1
        for at in range(first, min(behind, first + WORD_BYTES // 2)):
            one = (one << 8) | int(buffer[at])
        for at in range(first + WORD_BYTES // 2, behind):
            two = (two << 8) | int(buffer[at])
        slot = (one ^ one >> 9 ^ one >> 21 ^ two ^ two >> 11 ^ size) & last_slot
        while seen[slot, 0] and (seen[slot, 1] != one or seen[slot, 2] != two or seen[slot, 3] != size):
            slot = (slot + 1) & last_slot
        if not seen[slot, 0]:
            if count == len(rows):
                return -1
            rows[count] = row
            count += 1
            seen[slot, 0], seen[slot, 1], seen[slot, 2], seen[slot, 3] = count, one, two, size
        numbers[row] = seen[slot, 0] - 1
    return count


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
