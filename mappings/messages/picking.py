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


def pick_at(
    buffer: Bytes, segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes,
    element: int, shift: Ints, component: int, qualifier: Bytes, found: Ints,
) -> None:  # fmt: skip
    """The value at this element and component of each segment, if its first value is the qualifier (empty: any).

    ``shift``, if it is not empty, says how many elements further on each row's value stands.
    """
    size = qualifier.size
    for row in range(segments.size):
        found[row] = -1
        wanted = element + shift[row] if shift.size else element
        at_element, at_component, is_first, fits = 0, 1, True, size == 0
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            what = mark_kind[mark] & WHAT
            if what == ELEMENT:
                at_element, at_component, is_first = at_element + 1, 1, True
            elif what == COMPONENT:
                at_component += 1
            else:
                is_first = False
            start, end = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
            if not fits:
                fits = end - start == size
                for at in range(size):
                    fits = fits and buffer[start + at] == qualifier[at]
                if not fits:
                    break
            if at_element > wanted:
                break
            if at_element == wanted and at_component == component and is_first:
                if end > start and not mark_kind[mark] & BLANK:
                    found[row] = mark
                break


def pick_next(
    buffer: Bytes, segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes,
    pairs: npt.NDArray[np.bool_], qualifier: Bytes, found: Ints,
) -> None:  # fmt: skip
    """The element behind the first one that is the qualifier and stands where ``pairs`` (by element) has one."""
    size = qualifier.size
    for row in range(segments.size):
        found[row] = -1
        element, is_next = 0, False
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            if mark_kind[mark] & WHAT != ELEMENT:
                continue
            element += 1
            start, end = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
            if is_next and end > start and not mark_kind[mark] & BLANK:
                found[row] = mark
                break
            is_next = element < pairs.size and pairs[element] and end - start == size
            if is_next:
                for at in range(size):
                    is_next = is_next and buffer[start + at] == qualifier[at]


def pick_before(
    buffer: Bytes, segments: Ints, first_mark: Ints, mark_at: Offsets, mark_kind: Bytes,
    qualifier: Bytes, found: Ints,
) -> None:  # fmt: skip
    """The first component of the first element whose second component is the qualifier."""
    size = qualifier.size
    for row in range(segments.size):
        found[row] = -1
        whole = -1  # the mark of the first component, while the next mark may be that of the second
        for mark in range(first_mark[segments[row]], first_mark[segments[row] + 1] - 1):
            what = mark_kind[mark] & WHAT
            if what == ELEMENT:
                whole = mark
                continue
            start, end = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
            fits = what == COMPONENT and whole == mark - 1 and end - start == size
            if fits:
                for at in range(size):
                    fits = fits and buffer[start + at] == qualifier[at]
            if fits and mark_at[mark] > mark_at[whole] + 1 and not mark_kind[whole] & BLANK:
                found[row] = whole
                break


def keep_words(buffer: Bytes, mark_at: Offsets, words: Bytes, word_at: Ints, only: bool, found: Ints) -> None:
    """Forget what is not one of the words (``only``), or what is; word ``n`` lies before ``word_at[n + 1]``."""
    for row in range(found.size):
        if found[row] < 0:
            continue
        start, end = int(mark_at[found[row]]) + 1, int(mark_at[found[row] + 1])
        is_word = False
        for word in range(word_at.size - 1):
            same = end - start == word_at[word + 1] - word_at[word]
            if same:
                for at in range(end - start):
                    same = same and buffer[start + at] == words[word_at[word] + at]
            is_word = is_word or same
        if is_word != only:
            found[row] = -1


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


def is_ascii(buffer: Bytes, start: Ints, end: Ints) -> bool:
    """Whether all these stretches are."""
    seen = 0
    for row in range(start.size):
        for at in range(start[row], end[row]):
            seen |= int(buffer[at])
    return seen < 128
