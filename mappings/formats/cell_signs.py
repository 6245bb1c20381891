"""Open this when a cell that a spreadsheet damaged is passed over: which cells of a column need a closer look.

One way through the bytes of a column, so that whole columns cost little. What a cell is, ``damage`` decides. Like
those of ``cutting``, these functions keep to what ``compiled`` can turn into machine code.
"""

from typing import Any

# What a mapping makes of a column decides what counts as a sign.
ITEM, LABEL, DAY, NUMBER, WORD = range(5)

_ITEM_SHORT, _LABEL_MOST, _LABEL_LEAST, _SERIAL = 11, 18, 16, 5
_SHORT_DATE = 12


def has_sign(buffer: Any, start: int, end: int, wanted: int, other_mark: int) -> bool:
    """Whether this cell may be damaged. ``other_mark`` is the decimal mark that the mapping does not declare."""
    first = buffer[start]
    if first == 61 or first == 39 or first == 35:  # = ' #
        return True
    digits, letters, between, commas, marks, zeros = 0, 0, 0, 0, 0, 0
    for at in range(start, end):
        byte = buffer[at]
        if 48 <= byte <= 57:
            digits += 1
            zeros = zeros + 1 if byte == 48 else 0
        elif byte == 69 or byte == 101:
            if at + 1 < end and digits and (buffer[at + 1] == 43 or buffer[at + 1] == 45):
                return True  # 1.2E+12
            letters += 1
        elif 65 <= byte <= 90 or 97 <= byte <= 122 or byte >= 128:
            letters += 1
        elif byte == 45 or byte == 46 or byte == 47:  # - . /
            between += 1
        elif byte == 44:
            commas += 1
        elif byte == 32:
            between += letters > 0
        marks += byte == other_mark
    if wanted == NUMBER:
        return marks > 0 or letters > 0
    if wanted == DAY:
        return letters == 0 and digits >= _SERIAL and (between + commas == 1 or end - start == _SERIAL)
    if between and end - start <= _SHORT_DATE and 0 < digits <= 8 and (letters >= 3 or (letters == 0 and between == 2)):
        return True
    if wanted == ITEM:
        return digits == _ITEM_SHORT or (letters == 0 and between + commas == 1)
    if wanted == LABEL:
        return letters == 0 and _LABEL_LEAST <= digits <= _LABEL_MOST and (digits < _LABEL_MOST or zeros > 2)
    return False


def signs(buffer: Any, start: Any, end: Any, wanted: int, other_mark: int, rows: Any) -> int:
    """The rows whose cells need a closer look, in order: how many."""
    found = 0
    for row in range(len(start)):
        if end[row] > start[row] and has_sign(buffer, int(start[row]), int(end[row]), wanted, other_mark):
            rows[found] = row
            found += 1
    return found
