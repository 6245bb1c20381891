"""Open this when a large batch is cut differently from a small one: one way through the bytes, envelopes included.

The rules are those of ``tokens``, ``batch`` and ``envelope``, for all that is regular: plain headers, delimiters of one
byte. What is not (a header of wrong widths, a service segment with release characters) is left to them: ``cut`` stops
in front of it and says so. All functions here keep to what ``compiled`` can turn into machine code: integers and
arrays, no objects.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mappings.formats.cuts import BLANK, COMPONENT, CONTROL, ELEMENT, END, ESCAPED, POSITION_MAX, REPETITION

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

# Why `cut` came back.
DONE, AT_END, NO_ROOM, HEADER, IRREGULAR, PAUSE = range(6)

# What a byte is inside an interchange, beside the kinds of marks in `cuts` (whose END is the terminator's).
TEXT, RELEASE, LINE_BREAK, STRANGE = 16, 17, 18, 19

# What a segment is to the walk. PASSED stands between messages (TA1); RESTART begins another interchange.
CONTENT, GROUP_OPEN, GROUP_CLOSE, MESSAGE_OPEN, MESSAGE_CLOSE, INTERCHANGE_CLOSE, RESTART, PASSED = range(8)

# Where the walk stands, in an array of its own so that it can stop and go on.
(
    AT, FILE, FILE_END, LIMIT, INSIDE, SEGMENTS, MARKS, MESSAGES, GROUPS, INTERCHANGES, EVENTS, GROUP, MESSAGE,
    LAST_END, GROUPS_HERE, MESSAGES_HERE, IN_GROUP, SCOPE, SURE, PAUSE_AT, STATE_SIZE,
) = range(21)  # fmt: skip

# Columns of what is noted of an interchange. Delimiters are bytes, -1 where there is none; DECLARED is -1 where the
# trailer states no number.
(
    I_FILE, I_START, I_END, I_BEHIND, I_LIMIT, I_COMPLETE, I_DECLARED, I_ELEMENT, I_COMPONENT, I_TERMINATOR, I_RELEASE,
    I_REPETITION, I_DECIMAL, I_CONTROL, I_CONTROL_END, I_SEGMENTS, I_MARKS, I_MESSAGES, I_GROUPS, I_EVENTS,
    I_HEADER_END, I_RESUME, I_GROUP, I_IN_GROUP, I_GROUPS_HERE, I_MESSAGES_HERE, I_SIZE,
) = range(27)  # fmt: skip
G_INTERCHANGE, G_START, G_HEADER_END, G_END, G_DECLARED, G_CONTROL, G_CONTROL_END, G_SIZE = range(8)
(
    M_INTERCHANGE, M_GROUP, M_START, M_END, M_FIRST, M_COUNT, M_DECLARED, M_READABLE, M_CONTROL, M_CONTROL_END, M_TYPE,
    M_TYPE_END, M_SCOPE, M_SIZE,
) = range(14)  # fmt: skip

# What is wrong, and what is noted of it: the segment at which the walk stood, the place, group and message by which a
# person finds it, the message it is of, then two spans or numbers for its text.
(
    OUTSIDE, TOO_MANY, MESSAGE_COUNT, MESSAGE_CONTROL, GROUP_COUNT, GROUP_CONTROL, ENV_COUNT, ENV_CONTROL,
    MESSAGE_OPEN_STILL, GROUP_OPEN_STILL, ENV_CUT, MESSAGE_CUT,
) = range(12)  # fmt: skip
(
    E_CODE, E_WALK, E_START, E_END, E_INTERCHANGE, E_GROUP, E_MESSAGE, E_TAG_END, E_A, E_A_END, E_B, E_B_END, E_NUMBER,
    E_SIZE,
) = range(14)  # fmt: skip

TAG_BYTES_MAX = 8
TAG_SLOTS = 1024  # a power of two; no directory has half as many tags
ODD_TAG, BAD_TAG = -1, -2  # a tag of other characters than letters and digits; one that only the plain way can read
_TAG_PROBES = 32
_COUNT_DIGITS_MAX = 18
_COUNT_MAX = 2**31 - 1
_SYNTAX_4 = 0x34


class Room(NamedTuple):
    """Segments and marks as they fill up, as in ``cuts``; a tag may be ODD_TAG. How many there are is in the state."""

    message: npt.NDArray[np.int32]
    tag: npt.NDArray[np.int32]
    start: Ints
    end: Ints
    first_mark: Ints
    mark_at: npt.NDArray[np.uint32]
    mark_kind: Bytes


class Rows(NamedTuple):
    """What stands around the segments, row by row; the columns are those above."""

    interchanges: Ints
    groups: Ints
    messages: Ints
    events: Ints


class Rules(NamedTuple):
    """What is given: the files, where unmistakable headers begin, the service tags of the standard and their kinds.

    ``slots`` are the tags seen, ``kinds`` what they are to the walk, ``numbers`` their numbers in the order in which
    they came, and behind these how many there are. ``meaning`` is what bytes are in the interchange being read.
    """

    is_x12: bool
    group_is_required: bool
    starts: Ints
    ends: Ints
    sure: Ints
    service_tags: Ints
    service_kinds: npt.NDArray[np.int8]
    slots: Ints
    numbers: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int8]
    meaning: Bytes


# --- bytes


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


# --- headers of interchanges


def usable(element: int, component: int, terminator: int, release: int, repetition: int) -> bool:
    """Whether segments can be cut with them: all different, none a letter or a digit; -1 is none."""
    if is_alphanumeric(element) or is_alphanumeric(component) or is_alphanumeric(terminator):
        return False
    if element == component or element == terminator or component == terminator:
        return False
    return (
        may_join(release, element, component, terminator)
        and may_join(repetition, element, component, terminator)
        and (release < 0 or release != repetition)
    )


def may_join(one: int, element: int, component: int, terminator: int) -> bool:
    """Whether this one goes with the other three; -1 always does."""
    return one < 0 or not (is_alphanumeric(one) or one == element or one == component or one == terminator)


def is_plain(buffer: Bytes, start: int, end: int) -> bool:
    """Whether only printable ASCII stands here."""
    for at in range(start, end):
        if buffer[at] < 32 or buffer[at] > 126:
            return False
    return True


def begin(rules: Rules, rows: Rows, state: Ints, start: int, end: int, behind: int) -> int:
    """A new interchange whose header lies here; gives its row, which still lacks delimiters and control number."""
    index = int(state[INTERCHANGES])
    row = rows.interchanges[index]
    row[I_FILE], row[I_START], row[I_END], row[I_BEHIND] = state[FILE], start, end, behind
    row[I_HEADER_END], row[I_COMPLETE], row[I_DECLARED] = end, 0, -1
    row[I_SEGMENTS], row[I_MARKS], row[I_MESSAGES] = state[SEGMENTS], state[MARKS], state[MESSAGES]
    row[I_GROUPS], row[I_EVENTS] = state[GROUPS], state[EVENTS]
    row[I_RESUME], row[I_GROUP], row[I_IN_GROUP], row[I_GROUPS_HERE], row[I_MESSAGES_HERE] = start, -1, 0, 0, 0
    sure = state[SURE]
    while sure < rules.sure.size and rules.sure[sure] <= start:
        sure += 1
    state[SURE] = sure
    row[I_LIMIT] = state[FILE_END]
    if sure < rules.sure.size and rules.sure[sure] < state[FILE_END]:
        row[I_LIMIT] = rules.sure[sure]
    state[INTERCHANGES] += 1
    state[AT], state[LIMIT], state[INSIDE], state[LAST_END] = behind, row[I_LIMIT], 1, behind
    state[GROUP], state[MESSAGE] = -1, -1
    state[GROUPS_HERE], state[MESSAGES_HERE], state[IN_GROUP] = 0, 0, 0
    state[SCOPE] += 1
    return index


def learn(rules: Rules, row: Ints) -> None:
    """What each byte means from here on, by the delimiters of this interchange."""
    meaning = rules.meaning
    meaning[:] = TEXT
    meaning[:32] = STRANGE
    meaning[10], meaning[13] = LINE_BREAK, LINE_BREAK
    if row[I_RELEASE] >= 0:
        meaning[row[I_RELEASE]] = RELEASE
    if row[I_REPETITION] >= 0:
        meaning[row[I_REPETITION]] = REPETITION
    meaning[row[I_COMPONENT]] = COMPONENT
    meaning[row[I_ELEMENT]] = ELEMENT
    meaning[row[I_TERMINATOR]] = END
    if row[I_TERMINATOR] == 10 or row[I_TERMINATOR] == 13:
        meaning[10], meaning[13] = END, END


def begin_x12(buffer: Bytes, at: int, rules: Rules, rows: Rows, state: Ints) -> bool:
    """Enter the interchange whose ISA stands here; False when it is not one of the right widths, in plain text."""
    limit = state[FILE_END]
    if at + 106 > limit or not starts_with(buffer, at, limit, 73, 83, 65):
        return False
    separator = int(buffer[at + 3])
    for place in (6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103):
        if buffer[at + place] != separator:
            return False
    component, terminator, repetition = int(buffer[at + 104]), int(buffer[at + 105]), int(buffer[at + 82])
    if (
        is_blank(separator)
        or buffer[at + 84] == 32
        or terminator > 126
        or component > 126
        or not is_plain(buffer, at, at + 104)
    ):
        return False
    if not usable(separator, component, terminator, -1, -1):
        return False
    if not has_repetition(buffer, at + 84) or repetition == 32:
        repetition = -1
    if not usable(separator, component, terminator, -1, repetition):
        repetition = -1
    control, control_end = at + 90, at + 99
    while control < control_end and buffer[control] == 32:
        control += 1
    while control_end > control and buffer[control_end - 1] == 32:
        control_end -= 1
    if control == control_end:
        return False
    row = rows.interchanges[begin(rules, rows, state, at, at + 105, at + 106)]
    row[I_ELEMENT], row[I_COMPONENT], row[I_TERMINATOR] = separator, component, terminator
    row[I_RELEASE], row[I_REPETITION], row[I_DECIMAL] = -1, repetition, 46
    row[I_CONTROL], row[I_CONTROL_END] = control, control_end
    learn(rules, row)
    return True


def has_repetition(buffer: Bytes, version: int) -> bool:
    """Whether ISA12, whose five bytes stand here, is 00402 or later: from then on ISA11 is the repetition separator."""
    for place, wanted in ((0, 48), (1, 48), (2, 52), (3, 48), (4, 50)):
        if buffer[version + place] != wanted:
            return bool(buffer[version + place] > wanted)
    return True


def begin_edifact(buffer: Bytes, at: int, rules: Rules, rows: Rows, state: Ints) -> bool:
    """Enter the interchange whose UNA or UNB stands here; False when its header is not plain text."""
    limit, unb = state[FILE_END], at
    component, element, decimal, release, repetition, terminator = 58, 43, 46, 63, -1, 39
    is_advised = starts_with(buffer, at, limit, 85, 78, 65)
    if is_advised:
        if at + 9 > limit:
            return False
        component, element, decimal = int(buffer[at + 3]), int(buffer[at + 4]), int(buffer[at + 5])
        release, repetition, terminator = int(buffer[at + 6]), int(buffer[at + 7]), int(buffer[at + 8])
        unb = at + 9
        while unb < limit and (buffer[unb] == 32 or 9 <= buffer[unb] <= 13):
            unb += 1
        if release == 0 or release == 26 or repetition == 0 or repetition == 26:
            return False
        release = -1 if is_blank(release) else release
        repetition = -1 if is_blank(repetition) else repetition
        decimal = 44 if decimal == 44 else 46
        if max(component, element, terminator, release, repetition) > 126:
            return False
    if not starts_with(buffer, unb, limit, 85, 78, 66) or unb + 4 > limit or buffer[unb + 3] != element:
        return False
    if not usable(element, component, terminator, release, repetition):
        return False
    end = plain_header_end(buffer, unb, min(limit, unb + 1000), terminator, release)
    version = second_component(buffer, unb + 4, end, element, component)
    if end < 0 or version < 0:
        return False
    if version < _SYNTAX_4:
        repetition = -1
    elif not is_advised:
        repetition = 42
    control, control_end = element_span(buffer, unb + 4, end, element, 5)
    first_component_end = control
    while first_component_end < control_end and buffer[first_component_end] != component:
        first_component_end += 1
    if not is_word(buffer, control, first_component_end):
        return False
    row = rows.interchanges[begin(rules, rows, state, at, end, end + 1)]
    row[I_ELEMENT], row[I_COMPONENT], row[I_TERMINATOR] = element, component, terminator
    row[I_RELEASE], row[I_REPETITION], row[I_DECIMAL] = release, repetition, decimal
    row[I_CONTROL], row[I_CONTROL_END] = control, first_component_end
    learn(rules, row)
    return True


def plain_header_end(buffer: Bytes, start: int, limit: int, terminator: int, release: int) -> int:
    """Where a header of printable ASCII without release characters ends; -1 when this is none."""
    for at in range(start, limit):
        byte = buffer[at]
        if byte == terminator:
            return at
        if byte == release or byte < 32 or byte > 126:
            return -1
    return -1


def second_component(buffer: Bytes, start: int, end: int, element: int, component: int) -> int:
    """The first character of the second component of the element that starts here: 0 for none, -1 when it is blank."""
    for at in range(start, end):
        if buffer[at] == element:
            return 0
        if buffer[at] == component:
            found = buffer[at + 1] if at + 1 < end else 0
            if found == element or found == component:
                return 0
            return -1 if found == 32 else int(found)
    return 0


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


def is_word(buffer: Bytes, start: int, end: int) -> bool:
    """Whether something without blanks stands here, in printable ASCII."""
    if start >= end:
        return False
    for at in range(start, end):
        if buffer[at] <= 32 or buffer[at] > 126:
            return False
    return True


# --- segments


def odd_tag_key(buffer: Bytes, at: int, limit: int, meaning: Bytes) -> tuple[int, int]:
    """A tag with nesting numbers, blanks or line breaks in it as a number (its bytes), and the place behind it."""
    behind, end = at, -1
    while behind < limit:
        what = meaning[buffer[behind]]
        if what == RELEASE:
            return BAD_TAG, behind
        if what == ELEMENT or what == END:
            break
        if what == COMPONENT and end < 0:
            end = behind
        behind += 1
    end = rstrip(buffer, at, behind if end < 0 else end)
    key, size = 0, 0
    for place in range(at, end):
        byte = int(buffer[place])
        if byte == 10 or byte == 13:
            continue
        if not is_alphanumeric(byte):
            return ODD_TAG, behind
        key = (key << 8) | byte
        size += 1
        if size >= TAG_BYTES_MAX:
            return ODD_TAG, behind
    return key if size else ODD_TAG, behind


def slot_of(rules: Rules, key: int) -> int:
    """The slot of a tag among the tags seen, or BAD_TAG when there is no room for it."""
    slot = (key ^ (key >> 8) * 31 ^ (key >> 16) * 131) & (TAG_SLOTS - 1)
    for _ in range(_TAG_PROBES):
        if rules.slots[slot] == key:
            return int(slot)
        if rules.slots[slot] == 0:
            rules.slots[slot] = key
            rules.numbers[slot] = rules.numbers[TAG_SLOTS]
            rules.numbers[TAG_SLOTS] += 1
            for i in range(rules.service_tags.size):
                if rules.service_tags[i] == key:
                    rules.kinds[slot] = rules.service_kinds[i]
            return int(slot)
        slot = (slot + 1) & (TAG_SLOTS - 1)
    return BAD_TAG


def settle_escaped(buffer: Bytes, room: Room, mark: int, end: int) -> None:
    """The value behind the last mark ends here; it may turn out to be nothing but line breaks."""
    if only_line_breaks(buffer, int(room.mark_at[mark - 1]) + 1, end):
        room.mark_kind[mark - 1] |= BLANK


def note_last_marks(buffer: Bytes, at: int, end: int, meaning: Bytes, room: Room, first: int) -> tuple[int, int]:
    """The marks of a segment that ends here without a terminator: how many there are then (-1: no room), and where
    those begin that are too many (-1: nowhere)."""
    mark, elements, rest = first, 0, -1
    if mark + (end - at) + 2 >= room.mark_at.size:
        return -1, rest
    while at < end:
        what = int(meaning[buffer[at]])
        if what >= RELEASE:
            if mark > first and rest < 0:
                room.mark_kind[mark - 1] |= CONTROL if what == STRANGE else ESCAPED
            at += what == RELEASE
        elif what == ELEMENT or (what != TEXT and mark > first):
            elements += what == ELEMENT
            if elements > POSITION_MAX and rest < 0:
                rest = at
            if rest < 0:
                if mark > first and room.mark_kind[mark - 1] >= ESCAPED:
                    settle_escaped(buffer, room, mark, at)
                room.mark_at[mark], room.mark_kind[mark] = at, what
                mark += 1
        at += 1
    stop = end if rest < 0 else rest
    if mark > first and room.mark_kind[mark - 1] >= ESCAPED:
        settle_escaped(buffer, room, mark, stop)
    room.mark_at[mark], room.mark_kind[mark] = stop, END
    return mark + 1, rest


# --- the walk through an interchange


def event(rows: Rows, state: Ints, code: int, start: int, end: int, is_of_message: bool) -> int:
    """Note that something is wrong here; gives the row, where the caller fills in what its text needs."""
    index = int(state[EVENTS])
    row = rows.events[index]
    state[EVENTS] += 1
    row[E_CODE], row[E_WALK], row[E_START], row[E_END] = code, state[AT], start, end
    row[E_INTERCHANGE], row[E_GROUP] = state[INTERCHANGES] - 1, state[GROUP]
    row[E_MESSAGE] = state[MESSAGE] if is_of_message else -1
    row[E_TAG_END], row[E_A], row[E_A_END], row[E_B], row[E_B_END], row[E_NUMBER] = end, 0, 0, 0, 0, 0
    return index


def settle(rows: Rows, state: Ints) -> None:
    """Bring the row of the open message up to what was noted last."""
    row = rows.messages[state[MESSAGE]]
    row[M_COUNT] = state[SEGMENTS] - row[M_FIRST]
    row[M_END] = state[LAST_END]


def leave_message(rows: Rows, state: Ints, start: int, end: int) -> None:
    """Whatever stands here, the open message should have ended before it."""
    if state[MESSAGE] >= 0:
        settle(rows, state)
        event(rows, state, MESSAGE_OPEN_STILL, start, end, True)
        state[MESSAGE] = -1


def leave_group(rows: Rows, state: Ints, start: int, end: int) -> None:
    """Likewise for the open group."""
    leave_message(rows, state, start, end)
    if state[GROUP] >= 0:
        row = rows.groups[state[GROUP]]
        if state[IN_GROUP] and state[MESSAGES]:
            row[G_END] = rows.messages[state[MESSAGES] - 1][M_END]
        event(rows, state, GROUP_OPEN_STILL, row[G_START], row[G_START], True)
        state[GROUP], state[IN_GROUP] = -1, 0


def truncated(rows: Rows, state: Ints) -> None:
    """The interchange ends before its trailer."""
    row = rows.interchanges[state[INTERCHANGES] - 1]
    row[I_END] = max(row[I_END], state[LAST_END])
    event(rows, state, ENV_CUT, row[I_END], row[I_END], False)
    if state[MESSAGE] >= 0:
        settle(rows, state)
        event(rows, state, MESSAGE_CUT, row[I_END], row[I_END], True)
    if state[GROUP] >= 0:
        rows.groups[state[GROUP]][G_END] = row[I_END]
    state[INSIDE] = 0


def is_value(buffer: Bytes, start: int, end: int, here: Ints, is_composite: bool) -> bool:
    """Whether what stands here means itself: printable, without release characters; or nothing at all."""
    for at in range(start, end):
        byte = buffer[at]
        if byte < 32 or byte > 126 or byte == here[I_RELEASE]:
            return False
        if byte == here[I_COMPONENT] and not is_composite:
            return False
    return True


def open_group(buffer: Bytes, start: int, behind: int, end: int, rules: Rules, rows: Rows, state: Ints) -> bool:
    """GS or UNG; False when its control number is not plain."""
    here = rows.interchanges[state[INTERCHANGES] - 1]
    first, last = element_span(buffer, behind + 1, end, here[I_ELEMENT], 6 if rules.is_x12 else 5)
    if not is_value(buffer, first, last, here, False) or has_release(buffer, behind, end, here):
        return False
    leave_group(rows, state, start, end)
    row = rows.groups[state[GROUPS]]
    row[G_INTERCHANGE], row[G_START], row[G_HEADER_END], row[G_END] = state[INTERCHANGES] - 1, start, end, end
    row[G_DECLARED], row[G_CONTROL], row[G_CONTROL_END] = -1, first, last
    state[GROUP], state[IN_GROUP] = state[GROUPS], 0
    state[GROUPS] += 1
    state[GROUPS_HERE] += 1
    state[SCOPE] += 1
    return True


def has_release(buffer: Bytes, start: int, end: int, here: Ints) -> bool:
    """Whether a release character stands here, before which a separator would be none."""
    if here[I_RELEASE] >= 0:
        for at in range(start, end):
            if buffer[at] == here[I_RELEASE]:
                return True
    return False


def open_message(buffer: Bytes, start: int, behind: int, end: int, rules: Rules, rows: Rows, state: Ints) -> bool:
    """ST or UNH; False when its first two elements are not plain."""
    here = rows.interchanges[state[INTERCHANGES] - 1]
    one, one_end = element_span(buffer, behind + 1, end, here[I_ELEMENT], 1)
    two, two_end = element_span(buffer, behind + 1, end, here[I_ELEMENT], 2)
    if not is_value(buffer, one, one_end, here, False) or not is_value(buffer, two, two_end, here, not rules.is_x12):
        return False
    leave_message(rows, state, start, end)
    row = rows.messages[state[MESSAGES]]
    row[M_INTERCHANGE], row[M_GROUP], row[M_START], row[M_END] = state[INTERCHANGES] - 1, state[GROUP], start, end
    row[M_FIRST], row[M_COUNT], row[M_DECLARED], row[M_READABLE] = state[SEGMENTS], 0, -1, 0
    if rules.is_x12:
        row[M_TYPE], row[M_TYPE_END], row[M_CONTROL], row[M_CONTROL_END] = one, one_end, two, two_end
    else:
        row[M_CONTROL], row[M_CONTROL_END], row[M_TYPE], row[M_TYPE_END] = one, one_end, two, two_end
    row[M_SCOPE] = state[SCOPE]
    state[MESSAGE] = state[MESSAGES]
    state[MESSAGES] += 1
    state[MESSAGES_HERE] += 1
    state[IN_GROUP] += 1
    return True


def trailer(buffer: Bytes, behind: int, end: int, rows: Rows, state: Ints) -> tuple[int, int, int, int]:
    """The spans of a trailer's count and control number; -1 all when they are not plain."""
    here = rows.interchanges[state[INTERCHANGES] - 1]
    one, one_end = element_span(buffer, behind + 1, end, here[I_ELEMENT], 1)
    two, two_end = element_span(buffer, behind + 1, end, here[I_ELEMENT], 2)
    if is_value(buffer, one, one_end, here, False) and is_value(buffer, two, two_end, here, False):
        return one, one_end, two, two_end
    return -1, -1, -1, -1


def close_message(buffer: Bytes, start: int, behind: int, end: int, rows: Rows, state: Ints) -> bool:
    """SE or UNT, already noted as the message's last segment; False when it is not plain."""
    one, one_end, two, two_end = trailer(buffer, behind, end, rows, state)
    if one < 0:
        return False
    settle(rows, state)
    row = rows.messages[state[MESSAGE]]
    row[M_READABLE], row[M_DECLARED] = 1, count(buffer, one, one_end)
    if row[M_DECLARED] != row[M_COUNT]:
        wrong = rows.events[event(rows, state, MESSAGE_COUNT, start, end, True)]
        wrong[E_A], wrong[E_A_END], wrong[E_NUMBER] = one, one_end, row[M_COUNT]
    if not same_number(buffer, row[M_CONTROL], row[M_CONTROL_END], two, two_end):
        wrong = rows.events[event(rows, state, MESSAGE_CONTROL, start, end, True)]
        wrong[E_A], wrong[E_A_END] = row[M_CONTROL], row[M_CONTROL_END]
        wrong[E_B], wrong[E_B_END] = two, two_end
    state[MESSAGE] = -1
    return True


def close_group(buffer: Bytes, start: int, behind: int, end: int, rows: Rows, state: Ints) -> bool:
    """GE or UNE of the open group; False when it is not plain."""
    one, one_end, two, two_end = trailer(buffer, behind, end, rows, state)
    if one < 0:
        return False
    row = rows.groups[state[GROUP]]
    row[G_END], row[G_DECLARED] = end, count(buffer, one, one_end)
    if row[G_DECLARED] != state[IN_GROUP]:
        wrong = rows.events[event(rows, state, GROUP_COUNT, start, end, True)]
        wrong[E_A], wrong[E_A_END], wrong[E_NUMBER] = one, one_end, state[IN_GROUP]
    if not same_number(buffer, row[G_CONTROL], row[G_CONTROL_END], two, two_end):
        wrong = rows.events[event(rows, state, GROUP_CONTROL, start, end, True)]
        wrong[E_A], wrong[E_A_END] = row[G_CONTROL], row[G_CONTROL_END]
        wrong[E_B], wrong[E_B_END] = two, two_end
    state[GROUP], state[IN_GROUP] = -1, 0
    state[SCOPE] += 1
    return True


def close_interchange(buffer: Bytes, start: int, behind: int, end: int, rules: Rules, rows: Rows, state: Ints) -> bool:
    """IEA or UNZ; False when it is not plain."""
    one, one_end, two, two_end = trailer(buffer, behind, end, rows, state)
    if one < 0:
        return False
    leave_group(rows, state, start, end)
    row = rows.interchanges[state[INTERCHANGES] - 1]
    row[I_END], row[I_DECLARED], row[I_COMPLETE] = end, count(buffer, one, one_end), 1
    of_groups = rules.group_is_required or state[GROUPS_HERE] > 0
    there = state[GROUPS_HERE] if of_groups else state[MESSAGES_HERE]
    if row[I_DECLARED] != there:
        wrong = rows.events[event(rows, state, ENV_COUNT, start, end, True)]
        wrong[E_A], wrong[E_A_END], wrong[E_NUMBER], wrong[E_B] = one, one_end, there, of_groups
    if not same_number(buffer, row[I_CONTROL], row[I_CONTROL_END], two, two_end):
        wrong = rows.events[event(rows, state, ENV_CONTROL, start, end, True)]
        wrong[E_A], wrong[E_A_END] = row[I_CONTROL], row[I_CONTROL_END]
        wrong[E_B], wrong[E_B_END] = two, two_end
    state[INSIDE] = 0
    return True


def step_over(buffer: Bytes, at: int, terminator: int, limit: int) -> int:
    """Behind an interchange: a terminator too many is no text."""
    while at < limit and buffer[at] == terminator:
        at += 1
    return at


def give_up(rows: Rows, state: Ints) -> None:
    """Forget what was noted of the open interchange since it began, or since the last pause: the plain way reads it."""
    row = rows.interchanges[state[INTERCHANGES] - 1]
    state[AT], state[MESSAGE], state[GROUP] = row[I_RESUME], -1, row[I_GROUP]
    state[IN_GROUP], state[GROUPS_HERE], state[MESSAGES_HERE] = (
        row[I_IN_GROUP],
        row[I_GROUPS_HERE],
        row[I_MESSAGES_HERE],
    )
    state[SEGMENTS], state[MARKS], state[MESSAGES] = row[I_SEGMENTS], row[I_MARKS], row[I_MESSAGES]
    state[GROUPS], state[EVENTS] = row[I_GROUPS], row[I_EVENTS]
    if row[I_RESUME] == row[I_START]:
        state[INTERCHANGES] -= 1
    state[INSIDE] = 0


def begin_anew(rows: Rows, state: Ints) -> None:
    """Everything noted was taken away; an interchange or group that is still open is the first row again."""
    state[SEGMENTS], state[MARKS], state[MESSAGES], state[EVENTS] = 0, 0, 0, 0
    if not state[INSIDE]:
        state[GROUPS], state[INTERCHANGES] = 0, 0
        return
    rows.interchanges[0] = rows.interchanges[state[INTERCHANGES] - 1]
    row = rows.interchanges[0]
    state[INTERCHANGES] = 1
    if state[GROUP] >= 0:
        rows.groups[0] = rows.groups[state[GROUP]]
        rows.groups[0][G_INTERCHANGE] = 0
        state[GROUP] = 0
    state[GROUPS] = state[GROUP] + 1
    row[I_RESUME], row[I_SEGMENTS], row[I_MARKS], row[I_MESSAGES], row[I_EVENTS] = state[AT], 0, 0, 0, 0
    row[I_GROUP], row[I_GROUPS], row[I_IN_GROUP] = state[GROUP], state[GROUPS], state[IN_GROUP]
    row[I_GROUPS_HERE], row[I_MESSAGES_HERE] = state[GROUPS_HERE], state[MESSAGES_HERE]


def has_rows(rows: Rows, state: Ints) -> bool:
    """Whether one more segment of the envelope can be noted, whatever it is."""
    return bool(
        state[INTERCHANGES] < len(rows.interchanges)
        and state[GROUPS] < len(rows.groups)
        and state[MESSAGES] < len(rows.messages)
        and state[EVENTS] + 6 < len(rows.events)
    )


def next_file(buffer: Bytes, rules: Rules, state: Ints) -> bool:
    """Go on to the next file, behind its byte order mark; False behind the last one."""
    state[FILE] += 1
    if state[FILE] >= rules.starts.size:
        return False
    state[AT], state[FILE_END] = rules.starts[state[FILE]], rules.ends[state[FILE]]
    if starts_with(buffer, state[AT], state[FILE_END], 0xEF, 0xBB, 0xBF):
        state[AT] += 3
    return True


def next_interchange(buffer: Bytes, rules: Rules, rows: Rows, state: Ints) -> int:
    """Enter the next interchange, file after file; DONE when it is entered, else why not."""
    while True:
        state[AT] = skip_blanks(buffer, state[AT], state[FILE_END])
        if state[AT] < state[FILE_END]:
            break
        if not next_file(buffer, rules, state):
            return AT_END
    if 0 <= state[PAUSE_AT] <= state[AT]:
        return PAUSE
    if not has_rows(rows, state):
        return NO_ROOM
    if rules.is_x12:
        return DONE if begin_x12(buffer, state[AT], rules, rows, state) else HEADER
    return DONE if begin_edifact(buffer, state[AT], rules, rows, state) else HEADER


def serve(buffer: Bytes, start: int, behind: int, end: int, kind: int, rules: Rules, rows: Rows, state: Ints) -> bool:
    """What a segment of the envelope does to the walk, before it is noted; False when only the plain way can tell."""
    if kind == GROUP_OPEN:
        return open_group(buffer, start, behind, end, rules, rows, state)
    if kind == INTERCHANGE_CLOSE:
        return close_interchange(buffer, start, behind, end, rules, rows, state)
    if kind == MESSAGE_OPEN:
        return open_message(buffer, start, behind, end, rules, rows, state)
    if kind == GROUP_CLOSE:
        leave_message(rows, state, start, end)
        if state[GROUP] >= 0:
            return close_group(buffer, start, behind, end, rows, state)
    if kind != PASSED and state[MESSAGE] < 0:
        event(rows, state, OUTSIDE, start, end, True)
    return True


def cut(buffer: Bytes, rules: Rules, room: Room, rows: Rows, state: Ints) -> int:
    """Go on from where the state stands, file after file; why it came back."""
    while True:
        reason = DONE if state[INSIDE] else next_interchange(buffer, rules, rows, state)
        if reason == DONE:
            reason = cut_interchange(buffer, rules, room, rows, state)
        if reason != DONE:
            return reason


def cut_interchange(buffer: Bytes, rules: Rules, room: Room, rows: Rows, state: Ints) -> int:
    """The open interchange to its end; DONE when nothing was unusual. This is the loop that time goes into.

    Whatever content a message has is done here, in one function and on plain arrays; ``serve`` is for the envelope.
    """
    message_of, tag_of, start_of, end_of, first_mark = room.message, room.tag, room.start, room.end, room.first_mark
    mark_at, mark_kind, meaning, kinds, slots = room.mark_at, room.mark_kind, rules.meaning, rules.kinds, rules.slots
    numbers, last_mark, last_segment, limit = rules.numbers, mark_at.size - 2, start_of.size - 1, state[LIMIT]
    at, segments, marks, message = state[AT], state[SEGMENTS], state[MARKS], state[MESSAGE]
    while True:
        while at < limit and is_blank(int(buffer[at])):
            at += 1
        start, first = at, marks
        if at >= limit:
            state[AT] = limit
            if not has_rows(rows, state):
                return NO_ROOM
            truncated(rows, state)
            return DONE
        if meaning[buffer[at]] == END:
            at += 1
            continue
        if segments >= last_segment:
            state[AT] = start
            return NO_ROOM
        # --- the tag, and what it is to the walk
        key = 0
        while at < limit and at - start < TAG_BYTES_MAX and is_alphanumeric(int(buffer[at])):
            key = (key << 8) | int(buffer[at])
            at += 1
        what = int(meaning[buffer[at]]) if at < limit else END
        if at == start or at - start >= TAG_BYTES_MAX or what not in (END, ELEMENT):
            key, at = odd_tag_key(buffer, start, limit, meaning)
        slot = int((key ^ (key >> 8) * 31 ^ (key >> 16) * 131) & (TAG_SLOTS - 1))
        if key <= 0:
            slot = int(key)
        elif slots[slot] != key:
            slot = slot_of(rules, key)
        kind = int(kinds[slot]) if slot >= 0 else CONTENT
        if kind != CONTENT or slot == BAD_TAG:
            state[AT] = start
            if slot == BAD_TAG:
                give_up(rows, state)
                return IRREGULAR
            if not has_rows(rows, state):
                return NO_ROOM
            if kind == RESTART:
                truncated(rows, state)
                return DONE
            if kind == MESSAGE_OPEN and 0 <= state[PAUSE_AT] <= start and message < 0:
                return PAUSE
        # --- its marks
        behind, elements, rest, is_ended, is_odd = at, 0, -1, False, False
        while at < limit:
            what = int(meaning[buffer[at]])
            if what == TEXT:
                at += 1
                continue
            if what >= RELEASE:
                if marks > first and rest < 0:
                    mark_kind[marks - 1] |= CONTROL if what == STRANGE else ESCAPED
                    is_odd = True
                at += 2 if what == RELEASE else 1
                continue
            if marks >= last_mark:
                state[AT] = start
                return NO_ROOM
            if what == ELEMENT:
                elements += 1
                if elements > POSITION_MAX and rest < 0:
                    rest = at
            elif marks == first and what != END:
                at += 1
                continue  # a nesting number belongs to the tag
            if rest < 0 or what == END:
                if is_odd:
                    settle_escaped(buffer, room, marks, at)
                    is_odd = False
                mark_at[marks] = at if rest < 0 else rest
                mark_kind[marks] = what
                marks += 1
            if what == END:
                is_ended = True
                break
            at += 1
        end = at
        if not is_ended:
            end = rstrip(buffer, start, limit)
            marks, rest = note_last_marks(buffer, min(behind, end), end, meaning, room, first)
            if marks < 0:
                state[AT] = start
                return NO_ROOM
        at = end + 1 if is_ended else limit
        if (message < 0 or rest >= 0) and not has_rows(rows, state):
            state[AT] = start
            return NO_ROOM
        # --- what it does
        if kind != CONTENT or message < 0:
            state[SEGMENTS], state[MARKS] = segments, first
            if kind != MESSAGE_CLOSE and not serve(buffer, start, min(behind, end), end, kind, rules, rows, state):
                give_up(rows, state)
                return IRREGULAR
            message = state[MESSAGE]
        if message >= 0:
            message_of[segments], first_mark[segments] = message, first
            tag_of[segments] = numbers[slot] if slot >= 0 else ODD_TAG
            start_of[segments], end_of[segments] = start, end
            segments += 1
            if rest >= 0:
                event(rows, state, TOO_MANY, start, end, True)
        else:
            marks = first
        state[LAST_END], state[AT], state[SEGMENTS], state[MARKS] = end, at, segments, marks
        if kind == MESSAGE_CLOSE:
            if message < 0:
                serve(buffer, start, min(behind, end), end, kind, rules, rows, state)
            elif not close_message(buffer, start, min(behind, end), end, rows, state):
                give_up(rows, state)
                return IRREGULAR
            message = state[MESSAGE]
        if not state[INSIDE]:
            state[AT] = step_over(buffer, at, rows.interchanges[state[INTERCHANGES] - 1, I_TERMINATOR], limit)
            return DONE
