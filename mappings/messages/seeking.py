"""Open this when a path of a mapping finds the wrong value: one way through cut segments, for all paths at once.

Like those of ``formats.cutting``, these functions keep to what ``formats.compiled`` can turn into machine code; the
plain form serves small batches. All paths go along, since to fetch a segment takes longer than to look into it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mappings.formats.cuts import BLANK, COMPONENT, ELEMENT, WHAT
from mappings.messages.picking import QUALIFIER_BYTES, is_one_of

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.uint32]
Spans = npt.NDArray[np.uint32]

# Where the segments of a path stand: in a line, which owns them; outside all lines, or before the first line of their
# message, which owns them then.
INSIDE, OUTSIDE, ABOVE = range(3)
# What the path means: the element and component, the element behind the one that is the qualifier, or the first
# component of the element whose second is the qualifier.
AT, NEXT, BEFORE = range(3)
# The columns of Paths.rules. QUALIFIED_IN is the element that holds the qualifier, 0 for none; CODE its bytes as a
# number; the words from FIRST_WORD to LAST_WORD are the only ones (ONLY is 1), or are passed over.
PLACE, HOW, ELEMENT_AT, COMPONENT_AT, QUALIFIED_IN, CODE, ONLY, FIRST_WORD, LAST_WORD, RULE_SIZE = range(10)

ELEMENTS_MAX = 99  # what a path can name
NO_QUALIFIER = 0  # the sign of a path that wants none: every segment has it
_BLANK = 32
_NO_CODE = -1
_SIGNS = 32  # bits of a number that all of Python takes for one


class Paths(NamedTuple):
    """What is looked for, by tag: paths ``first[tag]`` to ``first[tag + 1]``.

    ``sign`` is for each path that of its qualifier: what a segment lacks the sign of is passed over quickly. Of a tag,
    ``qualifiers`` are the elements that may be the qualifier of some path, ``pairs`` those of paths that mean the next.
    """

    first: Ints
    sign: Ints
    rules: Ints
    qualifiers: npt.NDArray[np.bool_]
    pairs: npt.NDArray[np.bool_]
    words: Bytes
    word_at: Ints


class Owned(NamedTuple):
    """For each path and owner where the value begins and ends; 0 where there is none, one place twice for blanks."""

    start: Spans
    end: Spans


class Notes(NamedTuple):
    """Room for one segment: the mark of each element, and the codes of its first and of its second component."""

    marks: Ints
    codes: Ints


def sign_of(code: int) -> int:
    """The sign of a qualifier: the number of a bit, which others may share."""
    return (code ^ code >> 7 ^ code >> 15) & (_SIGNS - 1)


def code_at(buffer: Bytes, start: int, end: int) -> int:
    """A qualifier as a number, its bytes; no code for one that is empty or too long."""
    if end <= start or end - start > QUALIFIER_BYTES:
        return _NO_CODE
    code = 0
    for at in range(start, end):
        code = (code << 8) | int(buffer[at])
    return code


def read_codes(
    buffer: Bytes, mark_at: Offsets, mark_kind: Bytes, is_qualifier: npt.NDArray[np.bool_], notes: Notes, count: int
) -> int:
    """Note what stands in the first and second component of elements that hold qualifiers; answers their signs."""
    signs = 1 << NO_QUALIFIER
    for element in range(1, count + 1):
        if is_qualifier[element]:
            mark = notes.marks[element]
            first, second = code_at(buffer, int(mark_at[mark]) + 1, int(mark_at[mark + 1])), _NO_CODE
            if mark_kind[mark + 1] & WHAT == COMPONENT:
                second = code_at(buffer, int(mark_at[mark + 1]) + 1, int(mark_at[mark + 2]))
            notes.codes[0, element], notes.codes[1, element] = first, second
            signs |= 1 << sign_of(first) | 1 << sign_of(second)
    return signs


def coded_mark(
    mark_at: Offsets, mark_kind: Bytes, how: int, code: int, is_pair: npt.NDArray[np.bool_], notes: Notes, count: int
) -> int:
    """The mark of the value that NEXT or BEFORE means in the segment that was noted, or -1."""
    component = 1 if how == BEFORE else 0
    for element in range(1, count + component):
        if notes.codes[component, element] == code and (component or is_pair[element]):
            mark = int(notes.marks[element + 1 - component])
            if mark_at[mark + 1] > mark_at[mark] + 1 and not mark_kind[mark] & BLANK:
                return mark
    return -1


def seek(
    buffer: Bytes, tag_of: Numbers, message_of: Numbers, line_of: Ints, first_line: Ints, first_mark: Ints,
    mark_at: Offsets, mark_kind: Bytes, paths: Paths, odd: int, of_lines: Owned, of_messages: Owned, tally: Ints,
    notes: Notes,
) -> None:  # fmt: skip
    """For each path and each owner of segments the first value that one of them has, without blanks at its ends.

    ``tally`` gets for each path how many there are, and whether one is not simply its bytes: it has a flag of ``odd``,
    or another white space at an end. All columns come filled with 0.
    """
    first, sign, rules, qualifiers, pairs, words, word_at = paths
    for segment in range(tag_of.size):
        path, behind = first[tag_of[segment]], first[tag_of[segment] + 1]
        if path == behind:
            continue
        line, message, count = int(line_of[segment]), int(message_of[segment]), 0
        is_qualifier = qualifiers[tag_of[segment]]
        for mark in range(first_mark[segment], first_mark[segment + 1] - 1):
            if mark_kind[mark] & WHAT == ELEMENT and count < ELEMENTS_MAX:
                count += 1
                notes.marks[count] = mark
        signs = read_codes(buffer, mark_at, mark_kind, is_qualifier, notes, count)
        for at in range(path, behind):
            if not signs >> sign[at] & 1:
                continue
            place = rules[at, PLACE]
            if place == INSIDE:
                if line < 0 or of_lines.end[at, line]:
                    continue
            elif (
                of_messages.end[at, message]
                or (place == OUTSIDE and line >= 0)
                or (place == ABOVE and segment >= first_line[message])
            ):
                continue
            code, how, mark = rules[at, CODE], rules[at, HOW], -1
            if how == AT:
                element, wanted = rules[at, ELEMENT_AT], rules[at, QUALIFIED_IN]
                if element > count or (wanted and (wanted > count or notes.codes[0, wanted] != code)):
                    continue
                mark = int(notes.marks[element])
                for _ in range(1, rules[at, COMPONENT_AT]):
                    mark += 1
                    if mark_kind[mark] & WHAT != COMPONENT:
                        mark = -1
                        break
                if mark < 0 or mark_at[mark + 1] == mark_at[mark] + 1 or mark_kind[mark] & BLANK:
                    continue
            else:
                mark = coded_mark(mark_at, mark_kind, how, code, pairs[tag_of[segment]], notes, count)
                if mark < 0:
                    continue
            start, end = int(mark_at[mark]) + 1, int(mark_at[mark + 1])
            if rules[at, FIRST_WORD] < rules[at, LAST_WORD]:
                own = word_at[rules[at, FIRST_WORD] : rules[at, LAST_WORD] + 1]
                if is_one_of(buffer, start, end, words, own) != (rules[at, ONLY] == 1):
                    continue
            while start < end and buffer[start] == _BLANK:
                start += 1
            while end > start and buffer[end - 1] == _BLANK:
                end -= 1
            is_odd = mark_kind[mark] & odd != 0
            if start < end:
                is_odd = is_odd or buffer[start] < _BLANK or buffer[end - 1] < _BLANK
            tally[at, 0] += 1
            tally[at, 1] |= int(is_odd)
            if place == INSIDE:
                of_lines.start[at, line], of_lines.end[at, line] = start, end
            else:
                of_messages.start[at, message], of_messages.end[at, message] = start, end
