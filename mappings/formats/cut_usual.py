"""Open this when large batches are read slowly: the messages and segments of which nothing is unusual.

They are nearly all there are, and most of the time of a large batch goes into them. Whatever is unusual (a group, a
tag not met before, release characters, a count that is wrong, the end of the bytes) is left to ``cutting``, which
could read all of them.
"""

from mappings.formats.cut_blocks import BLOCK, delimiters_in, lowest, sure, word_at
from mappings.formats.cut_bytes import is_blank, number, same_bytes, slot_from
from mappings.formats.cut_columns import (
    AT,
    CONTENT,
    GROUP,
    I_COMPONENT,
    I_ELEMENT,
    I_RELEASE,
    I_REPETITION,
    I_TERMINATOR,
    IN_GROUP,
    INTERCHANGES,
    LAST_END,
    LIMIT,
    M_CONTROL,
    M_CONTROL_END,
    M_COUNT,
    M_DECLARED,
    M_END,
    M_FIRST,
    M_GROUP,
    M_INTERCHANGE,
    M_READABLE,
    M_SCOPE,
    M_START,
    M_TYPE,
    M_TYPE_END,
    MARKS,
    MESSAGE,
    MESSAGE_CLOSE,
    MESSAGE_OPEN,
    MESSAGES,
    MESSAGES_HERE,
    PAUSE_AT,
    SCOPE,
    SEGMENTS,
    TAG_SLOTS,
    Bytes,
    Ints,
    Marks,
    Room,
    Rules,
)
from mappings.formats.cuts import COMPONENT, ELEMENT, END, POSITION_MAX, REPETITION

_TAG_BYTES_LEAST, _TAG_BYTES_MOST, _WORD_BYTES = 2, 4, 8
_COUNT_MAX = 99_999_999  # a trailer that states more is looked at closely


def is_word(buffer: Bytes, start: int, end: int) -> bool:
    """Whether ASCII stands here, with no blanks around it; control characters were ruled out before."""
    if start >= end or buffer[start] == 32 or buffer[end - 1] == 32:
        return False
    for at in range(start, end):
        if buffer[at] > 126:
            return False
    return True


def open_usual(
    buffer: Bytes, is_x12: bool, messages: Ints, state: Ints, mark_at: Marks, mark_kind: Bytes, first: int, last: int,
    start: int, segments: int,
) -> bool:  # fmt: skip
    """ST or UNH, whose marks these are: a new message; False when anything about it is not plain."""
    second = first + 2
    while second < last and mark_kind[second] == COMPONENT and not is_x12:
        second += 1
    if second > last or mark_kind[first + 1] != ELEMENT or mark_kind[second] > ELEMENT:
        return False
    one, one_end = int(mark_at[first]) + 1, int(mark_at[first + 1])
    two, two_end = one_end + 1, int(mark_at[second])
    if not is_word(buffer, one, one_end) or not is_word(buffer, two, two_end):
        return False
    if state[MESSAGES] >= len(messages) or 0 <= state[PAUSE_AT] <= start:
        return False
    row = messages[state[MESSAGES]]
    row[M_INTERCHANGE], row[M_GROUP], row[M_START], row[M_END] = state[INTERCHANGES] - 1, state[GROUP], start, two_end
    row[M_FIRST], row[M_COUNT], row[M_DECLARED], row[M_READABLE] = segments, 0, -1, 0
    if is_x12:
        row[M_TYPE], row[M_TYPE_END], row[M_CONTROL], row[M_CONTROL_END] = one, one_end, two, two_end
    else:
        row[M_CONTROL], row[M_CONTROL_END], row[M_TYPE], row[M_TYPE_END] = one, one_end, two, two_end
    row[M_SCOPE] = state[SCOPE]
    state[MESSAGE] = state[MESSAGES]
    state[MESSAGES] += 1
    state[MESSAGES_HERE] += 1
    state[IN_GROUP] += 1
    return True


def close_usual(buffer: Bytes, row: Ints, mark_at: Marks, mark_kind: Bytes, first: int, last: int, count: int) -> bool:
    """SE or UNT, whose marks these are, as the end of a message of so many segments; False when it does not fit."""
    if last != first + 2 or mark_kind[first + 1] != ELEMENT:
        return False
    stated, stated_end = int(mark_at[first]) + 1, int(mark_at[first + 1])
    control, control_end = stated_end + 1, int(mark_at[last])
    if number(buffer, stated, stated_end) != count or count > _COUNT_MAX:
        return False
    if not same_bytes(buffer, control, control_end, row[M_CONTROL], row[M_CONTROL_END]):
        return False
    row[M_READABLE], row[M_DECLARED], row[M_COUNT], row[M_END] = 1, count, count, control_end
    return True


def cut_usual(buffer: Bytes, rules: Rules, room: Room, messages: Ints, here: Ints, state: Ints) -> None:
    """Go on in the open interchange, whose row is ``here``, as long as all is usual."""
    message_of, tag_of, start_of, end_of, first_mark, mark_at, mark_kind = room
    meaning, kinds, slots, numbers, is_x12 = rules.meaning, rules.kinds, rules.slots, rules.numbers, rules.is_x12
    element, component, terminator = here[I_ELEMENT], here[I_COMPONENT], here[I_TERMINATOR]
    release = here[I_RELEASE] if here[I_RELEASE] >= 0 else element
    repetition = here[I_REPETITION] if here[I_REPETITION] >= 0 else element
    at, segments, marks, message, limit = state[AT], state[SEGMENTS], state[MARKS], state[MESSAGE], state[LIMIT]
    last_mark, last_segment, stop = mark_at.size - BLOCK - 2, start_of.size - 1, limit - BLOCK - _WORD_BYTES
    base = at
    if base > stop:
        return
    ahead = delimiters_in(buffer, base, element, component, terminator, release, repetition)
    while True:
        # --- the tag
        start, first = at, marks
        while ahead == 0:
            base += BLOCK
            if base > stop:
                return
            ahead = delimiters_in(buffer, base, element, component, terminator, release, repetition)
        place = base + lowest(ahead)
        what = int(meaning[buffer[sure(place)]])
        if place == start and what > REPETITION and is_blank(int(buffer[start])):
            while at < limit and is_blank(int(buffer[at])):
                at += 1
            base = at
            if base > stop:
                return
            ahead = delimiters_in(buffer, base, element, component, terminator, release, repetition)
            continue
        size = place - start
        if size < _TAG_BYTES_LEAST or size > _TAG_BYTES_MOST or what > ELEMENT or segments >= last_segment:
            return
        key = word_at(buffer, start) >> 8 * (_WORD_BYTES - size)
        slot = slot_from(key)
        if slots[sure(slot)] != key:
            slot = (slot + 1) & (TAG_SLOTS - 1)  # another tag came first; a third one is unusual
        kind = int(kinds[sure(slot)])
        is_ours = message < 0 if kind == MESSAGE_OPEN else message >= 0 and (kind == CONTENT or kind == MESSAGE_CLOSE)
        if slots[sure(slot)] != key or not is_ours:
            return
        # --- its marks
        while True:
            mark_at[sure(marks)], mark_kind[sure(marks)] = place, what
            marks += 1
            ahead &= ahead - 1
            if what == END:
                break
            while ahead == 0:
                base += BLOCK
                if base > stop or marks > last_mark:
                    return
                ahead = delimiters_in(buffer, base, element, component, terminator, release, repetition)
            place = base + lowest(ahead)
            what = int(meaning[buffer[sure(place)]])
            if what > REPETITION:
                return
        if marks - first > POSITION_MAX:
            return
        # --- what it does
        if kind == MESSAGE_OPEN:
            last = marks - 1
            if not open_usual(buffer, is_x12, messages, state, mark_at, mark_kind, first, last, start, segments):
                return
            message = state[MESSAGE]
        here_at = sure(segments)
        message_of[here_at], tag_of[here_at], first_mark[here_at] = message, numbers[sure(slot)], first
        start_of[here_at], end_of[here_at] = start, place
        if kind == MESSAGE_CLOSE:
            count = segments + 1 - messages[message, M_FIRST]
            if not close_usual(buffer, messages[message], mark_at, mark_kind, first, marks - 1, count):
                return
            message = state[MESSAGE] = -1
        segments += 1
        at = place + 1
        state[AT], state[SEGMENTS], state[MARKS], state[LAST_END] = at, segments, marks, place
