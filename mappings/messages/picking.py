"""Open this when a path of a mapping finds the wrong value: one way through cut segments, path by path.

Like those of ``formats.cutting``, these functions keep to what ``formats.compiled`` can turn into machine code; the
plain forms serve small batches. Offsets are those of the batch's buffer, -1 where nothing is found.
"""

import numpy as np
import numpy.typing as npt

from mappings.formats.cuts import BLANK, COMPONENT, ELEMENT, WHAT

QUALIFIER_BYTES = 7  # a qualifier of up to so many bytes is a number
NOTHING, LONGER = -1, -2
_BLANK = 32

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.uint32]


def find_lines(
    tag_of: npt.NDArray[np.int32], message_of: npt.NDArray[np.int32], each: int, ends: npt.NDArray[np.bool_],
    line_of: Ints, lines: Ints, last: Ints, first_line: Ints,
) -> int:  # fmt: skip
    """For each segment its line or -1, the first and last segment of each line, and each message's first; answers how
    many.

    A line opens at a segment ``each`` and ends at the next one, at a tag of ``ends``, or with its message.
    """
    line, count, message = -1, 0, -1
    for segment in range(tag_of.size):
        if message_of[segment] != message:
            message, line = message_of[segment], -1
        tag = tag_of[segment]
        if tag == each:
            line = count
            lines[count] = segment
            count += 1
            if first_line[message] > segment:
                first_line[message] = segment
        elif ends[tag]:
            line = -1
        line_of[segment] = line
        if line >= 0:
            last[line] = segment
    return count


def pick_at(
    segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes, element: int, shift: Ints, component: int,
    found: Ints,
) -> None:  # fmt: skip
    """The value at this element and component of each segment.

    ``shift``, if it is not empty, says how many elements further on each row's value stands.
    """
    for row in range(segments.size):
        found[row] = -1
        wanted = element + shift[row] if shift.size else element
        at_element, at_component, is_first = 0, 1, True
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            what = mark_kind[mark] & WHAT
            if what == ELEMENT:
                at_element, at_component, is_first = at_element + 1, 1, True
                if at_element > wanted:
                    break
            elif what == COMPONENT:
                at_component += 1
            else:
                is_first = False
            if at_element == wanted and at_component == component and is_first:
                if mark_at[mark + 1] > mark_at[mark] + 1 and not mark_kind[mark] & BLANK:
                    found[row] = mark
                break


def is_one_of(buffer: Bytes, start: int, end: int, words: Bytes, word_at: Ints) -> bool:
    """Whether one of the words stands here; word ``n`` lies before ``word_at[n + 1]``."""
    for word in range(word_at.size - 1):
        first = word_at[word]
        if end - start == word_at[word + 1] - first:
            at = 0
            while at < end - start and buffer[start + at] == words[first + at]:
                at += 1
            if at == end - start:
                return True
    return False


def code_pairs(
    buffer: Bytes, segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes,
    pairs: npt.NDArray[np.bool_], codes: Ints, marks: Ints,
) -> None:  # fmt: skip
    """The values at the elements of ``pairs`` as numbers, pair by pair, and the marks of the elements behind them."""
    for row in range(segments.size):
        element, pair, is_next = 0, 0, False
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            if mark_kind[mark] & WHAT != ELEMENT:
                continue
            element += 1
            start, end = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
            if is_next and end > start and not mark_kind[mark] & BLANK:
                marks[row, pair - 1] = mark
            is_next = element < pairs.size and pairs[element]
            if is_next:
                code = 0
                for at in range(start, min(end, start + QUALIFIER_BYTES)):
                    code = (code << 8) | int(buffer[at])
                codes[row, pair] = NOTHING if end == start else LONGER if end - start > QUALIFIER_BYTES else code
                pair += 1


def most_elements(segments: Ints, first_mark: Ints, mark_kind: Bytes) -> int:
    """The most elements that one of these segments has."""
    most = 0
    for row in range(segments.size):
        elements = 0
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            elements += mark_kind[mark] & WHAT == ELEMENT
        most = max(most, elements)
    return most


def code_components(
    buffer: Bytes, segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes, codes: Ints, marks: Ints
) -> None:
    """The second component of each element as a number, element by element, and the marks of the first components."""
    for row in range(segments.size):
        element, whole = -1, -1
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            what = mark_kind[mark] & WHAT
            if what == ELEMENT:
                element, whole = element + 1, mark
            elif what == COMPONENT and whole == mark - 1:
                start, end = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
                code = 0
                for at in range(start, min(end, start + QUALIFIER_BYTES)):
                    code = (code << 8) | int(buffer[at])
                codes[row, element] = NOTHING if end == start else LONGER if end - start > QUALIFIER_BYTES else code
                if start - 1 > int(mark_at[whole]) + 1 and not mark_kind[whole] & BLANK:
                    marks[row, element] = whole


def keep_words(buffer: Bytes, mark_at: Offsets, words: Bytes, word_at: Ints, only: bool, found: Ints) -> None:
    """Forget what is not one of the words (``only``), or what is."""
    for row in range(found.size):
        mark = found[row]
        if mark >= 0:
            is_word = is_one_of(buffer, int(mark_at[mark]) + 1, int(mark_at[mark + 1]), words, word_at)
            if is_word != only:
                found[row] = -1


def span(
    buffer: Bytes, mark_at: Offsets, mark_kind: Bytes, mark: int, odd: int, start: Ints, end: Ints, row: int
) -> bool:
    """Note where the value behind a mark begins and ends, without blanks at its ends, unless that leaves nothing.

    Answers whether it is not simply its bytes: it has a flag of ``odd``, or another white space at an end.
    """
    first, last = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
    is_odd = mark_kind[mark] & odd != 0
    while first < last and buffer[first] == _BLANK:
        first += 1
    while last > first and buffer[last - 1] == _BLANK:
        last -= 1
    if first < last:
        start[row], end[row] = first, last
        is_odd = is_odd or buffer[first] < _BLANK or buffer[last - 1] < _BLANK
    return bool(is_odd)


def spans(buffer: Bytes, marks: Ints, mark_at: Offsets, mark_kind: Bytes, odd: int, start: Ints, end: Ints) -> bool:
    """Where the values behind these marks begin and end, -1 where there is none; whether one of them is odd."""
    is_odd = False
    for row in range(marks.size):
        start[row], end[row] = -1, -1
        if marks[row] >= 0:
            is_odd |= span(buffer, mark_at, mark_kind, marks[row], odd, start, end, row)
    return is_odd
