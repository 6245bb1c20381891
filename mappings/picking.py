"""Open this when a path of a mapping finds the wrong value: one way through cut segments, path by path.

Like those of ``formats.cutting``, these functions keep to what ``formats.compiled`` can turn into machine code; the
plain forms serve small batches. Offsets are those of the batch's buffer, -1 where nothing is found.
"""

import numpy as np
import numpy.typing as npt

from mappings.formats.cuts import BLANK, COMPONENT, ELEMENT, WHAT

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.uint32]

AT, NEXT, BEFORE = range(3)  # how a path says which value of its segment it means


def find_lines(
    tag_of: npt.NDArray[np.int32], message_of: npt.NDArray[np.int32], each: int, ends: npt.NDArray[np.bool_],
    line_of: Ints, lines: Ints, first_line: Ints,
) -> int:  # fmt: skip
    """For each segment its line or -1, the segment that opens each line, and each message's first; answers how many.

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
    return count


def is_same(buffer: Bytes, start: int, end: int, wanted: Bytes, first: int, last: int) -> bool:
    """Whether these bytes are the wanted ones from ``first`` to ``last``."""
    if end - start != last - first:
        return False
    for at in range(last - first):  # noqa: SIM110
        if buffer[start + at] != wanted[first + at]:
            return False
    return True


def is_one_of(buffer: Bytes, start: int, end: int, words: Bytes, word_at: Ints) -> bool:
    """Whether these bytes are one of the words; word ``n`` lies from ``word_at[n]`` to ``word_at[n + 1]``."""
    for word in range(word_at.size - 1):  # noqa: SIM110
        if is_same(buffer, start, end, words, word_at[word], word_at[word + 1]):
            return True
    return False


def value_at(mark_at: Offsets, mark_kind: Bytes, first: int, last: int, element: int, component: int) -> int:
    """The mark before the value at this position (its first repetition), or -1 where there is none or it is empty."""
    at_element, at_component, is_first = 0, 1, True
    for mark in range(first, last):
        what = mark_kind[mark] & WHAT
        if what == ELEMENT:
            at_element, at_component, is_first = at_element + 1, 1, True
            if at_element > element:
                return -1
        elif what == COMPONENT:
            at_component += 1
        else:
            is_first = False
        if at_element == element and at_component == component and is_first:
            is_there = mark_at[mark + 1] > mark_at[mark] + 1 and not mark_kind[mark] & BLANK
            return mark if is_there else -1
    return -1


def pick(
    buffer: Bytes, segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes,
    how: int, element: int, component: int, qualifier: Bytes, pairs: Ints,
    words: Bytes, word_at: Ints, only: bool, found: Ints,
) -> None:  # fmt: skip
    """For each of the segments the mark before the value that the path means, or -1.

    ``words`` are those that the value must be one of (``only``), or must not be.
    """
    size = qualifier.size
    for row in range(segments.size):
        first, last = first_mark[segments[row]], first_mark[segments[row] + 1] - 1
        mark = -1
        if how == AT:
            fits = True
            if size:
                of_qualifier = value_at(mark_at, mark_kind, first, last, 1, 1)
                fits = of_qualifier >= 0 and is_same(
                    buffer, mark_at[of_qualifier] + 1, mark_at[of_qualifier + 1], qualifier, 0, size
                )
            if fits:
                mark = value_at(mark_at, mark_kind, first, last, element, component)
        elif how == NEXT:
            for pair in range(pairs.size):
                of_qualifier = value_at(mark_at, mark_kind, first, last, pairs[pair], 1)
                if of_qualifier >= 0 and is_same(
                    buffer, mark_at[of_qualifier] + 1, mark_at[of_qualifier + 1], qualifier, 0, size
                ):
                    mark = value_at(mark_at, mark_kind, first, last, pairs[pair] + 1, 1)
                    if mark >= 0:
                        break
        else:
            at_element, whole, is_first = 0, -1, True
            for other in range(first, last):
                what = mark_kind[other] & WHAT
                if what == ELEMENT:
                    at_element, whole, is_first = at_element + 1, other, True
                elif what != COMPONENT:
                    is_first = False
                elif (
                    is_first
                    and whole >= 0
                    and whole == other - 1
                    and is_same(buffer, mark_at[other] + 1, mark_at[other + 1], qualifier, 0, size)
                    and mark_at[whole + 1] > mark_at[whole] + 1
                    and not mark_kind[whole] & BLANK
                ):
                    mark = whole
                    break
        if mark >= 0 and word_at.size > 1:
            is_word = is_one_of(buffer, mark_at[mark] + 1, mark_at[mark + 1], words, word_at)
            if is_word != only:
                mark = -1
        found[row] = mark


def first_by_owner(owner: Ints, segments: Ints, found: Ints, into: Ints) -> None:
    """For each owner the first mark that one of its segments gave; ``into`` comes filled with -1."""
    for row in range(segments.size):
        at = owner[segments[row]]
        if at >= 0 and found[row] >= 0 and into[at] < 0:
            into[at] = found[row]


def spans(marks: Ints, mark_at: Offsets, mark_kind: Bytes, wanted: int, start: Ints, end: Ints) -> bool:
    """Where the values behind these marks begin and end; whether one of them has a flag of ``wanted``."""
    seen = 0
    for row in range(marks.size):
        mark = marks[row]
        if mark < 0:
            start[row], end[row] = -1, -1
        else:
            start[row], end[row] = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
            seen |= mark_kind[mark]
    return seen & wanted != 0
