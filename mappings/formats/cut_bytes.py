"""Open this when a number, a blank or an element is seen wrongly in a large batch: the smallest steps of ``cutting``.

All functions here keep to what ``compiled`` can turn into machine code: integers and arrays, no objects.
"""

from mappings.formats.cut_columns import TAG_SLOTS, Bytes

_COUNT_DIGITS_MAX = 18
_COUNT_MAX = 2**31 - 1


def slot_from(key: int) -> int:
    """The slot from which on a tag is looked for."""
    return (key ^ (key >> 8) * 31 ^ (key >> 16) * 131) & (TAG_SLOTS - 1)


def is_blank(byte: int) -> bool:
    """Blanks between segments mean nothing: those of ``tokens``."""
    return byte == 32 or 9 <= byte <= 13 or byte == 0 or byte == 26


def is_alphanumeric(byte: int) -> bool:
    """An ASCII letter or digit."""
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


def skip_blanks(buffer: Bytes, at: int, limit: int) -> int:
    """The next place that holds something, or the limit."""
    while at < limit and is_blank(int(buffer[at])):
        at += 1
    return at


def rstrip(buffer: Bytes, start: int, end: int) -> int:
    """Where the text ends when the blanks at its end are taken off."""
    while end > start and is_blank(int(buffer[end - 1])):
        end -= 1
    return end


def starts_with(buffer: Bytes, at: int, limit: int, one: int, two: int, three: int) -> bool:
    """Whether these three bytes stand here."""
    return at + 3 <= limit and buffer[at] == one and buffer[at + 1] == two and buffer[at + 2] == three


def only_line_breaks(buffer: Bytes, start: int, end: int) -> bool:
    """Whether nothing but CR and LF stands here."""
    for at in range(start, end):
        if buffer[at] != 10 and buffer[at] != 13:
            return False
    return True


def same_bytes(buffer: Bytes, start: int, end: int, other: int, other_end: int) -> bool:
    """Whether two stretches hold the same."""
    if end - start != other_end - other:
        return False
    for i in range(end - start):
        if buffer[start + i] != buffer[other + i]:
            return False
    return True


def number(buffer: Bytes, start: int, end: int) -> int:
    """The number that stands here, -1 where there is none: digits alone, at most eighteen."""
    if start >= end or end - start > _COUNT_DIGITS_MAX:
        return -1
    found = 0
    for at in range(start, end):
        byte = int(buffer[at])
        if not 48 <= byte <= 57:
            return -1
        found = found * 10 + (byte - 48)
    return found


def count(buffer: Bytes, start: int, end: int) -> int:
    """A count as a trailer states it, -1 where it is no number."""
    return min(number(buffer, start, end), _COUNT_MAX)


def same_number(buffer: Bytes, start: int, end: int, other: int, other_end: int) -> bool:
    """Whether two control numbers are the same as text, or as whole numbers."""
    if same_bytes(buffer, start, end, other, other_end):
        return True
    one = number(buffer, start, end)
    return one >= 0 and one == number(buffer, other, other_end)


def is_plain(buffer: Bytes, start: int, end: int) -> bool:
    """Whether only printable ASCII stands here."""
    for at in range(start, end):
        if buffer[at] < 32 or buffer[at] > 126:
            return False
    return True


def is_word(buffer: Bytes, start: int, end: int) -> bool:
    """Whether something without blanks stands here, in printable ASCII."""
    if start >= end:
        return False
    for at in range(start, end):
        if buffer[at] <= 32 or buffer[at] > 126:
            return False
    return True


def element_span(buffer: Bytes, start: int, end: int, element: int, position: int) -> tuple[int, int]:
    """Where the element of this position lies, blanks around it taken off; ``start`` is behind the tag's separator."""
    at = start
    for _ in range(position - 1):
        while at < end and buffer[at] != element:
            at += 1
        at += 1
    stop = min(at, end)
    first = stop
    while stop < end and buffer[stop] != element:
        stop += 1
    first = skip_blanks(buffer, first, stop)
    return first, rstrip(buffer, first, stop)
