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


# What each byte counts for when the bytes of a cell are added up: eight bits for each kind, from the lowest on.
_LETTER, _BETWEEN, _COMMA, _DIGIT, _E, _SIGN, _POINT, _SPACE = (1 << 8 * place for place in range(8))
_MANY = 120  # a cell of so many bytes is looked at anyway


def _worth(byte: int) -> int:
    letter = _LETTER if (chr(byte).isascii() and chr(byte).isalpha()) or byte >= 128 else 0
    between = _BETWEEN if byte in b"-./" else 0
    kinds = (_DIGIT * (48 <= byte <= 57), _COMMA * (byte == 44), _E * (byte in b"Ee"), _SIGN * (byte in b"+-"))
    return letter + between + sum(kinds) + _POINT * (byte == 46) + _SPACE * (byte == 32)


WORTH = tuple(_worth(byte) for byte in range(256))


def signs(buffer: Any, start: Any, end: Any, wanted: int, other_mark: int, worth: Any, rows: Any) -> int:
    """The rows whose cells need a closer look, in order: how many. ``worth`` is ``WORTH``.

    Most cells have no kind of byte that could be a sign; only the others are gone through with ``has_sign``.
    """
    found = 0
    for row in range(len(start)):
        first, last = int(start[row]), int(end[row])
        if last <= first:
            continue
        total, size = 0, last - first
        if size < _MANY:
            for at in range(first, last):
                total += worth[buffer[at]]
        byte = buffer[first]
        letters, between, commas, digits = total & 255, total >> 8 & 255, total >> 16 & 255, total >> 24 & 255
        if size >= _MANY or total >> 56 or byte == 61 or byte == 39 or byte == 35:
            suspect = True
        elif total >> 32 & 255 and total >> 40 & 255:
            suspect = True  # an E and a sign
        elif wanted == NUMBER:
            suspect = letters > 0 or (commas > 0 if other_mark == 44 else total >> 48 & 255 > 0)
        elif wanted == DAY:
            suspect = letters == 0 and digits >= _SERIAL and (between + commas == 1 or size == _SERIAL)
        else:
            suspect = between > 0 and size <= _SHORT_DATE and 0 < digits <= 8
            suspect = suspect and (letters >= 3 or (letters == 0 and between == 2))
            if wanted == ITEM:
                suspect = suspect or digits == _ITEM_SHORT or (letters == 0 and between + commas == 1)
            elif wanted == LABEL:
                zeros = digits < _LABEL_MOST or buffer[last - 1] == 48 or between + commas > 0
                suspect = suspect or (letters == 0 and _LABEL_LEAST <= digits <= _LABEL_MOST and zeros)
        if suspect and has_sign(buffer, first, last, wanted, other_mark):
            rows[found] = row
            found += 1
    return found
