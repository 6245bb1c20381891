"""Open this when a large batch is cut differently from a small one: one way through the bytes, envelopes included.

The rules are those of ``tokens``, ``batch`` and ``envelope``, for all that is regular: plain headers, delimiters of one
byte. What is not (a header of wrong widths, a service segment with release characters) is left to them: ``cut`` stops
in front of it and says so. All functions here keep to what ``compiled`` can turn into machine code: integers and
arrays, no objects.
"""

from mappings.formats.cut_bytes import (
    is_alphanumeric,
    is_blank,
    only_line_breaks,
    rstrip,
    skip_blanks,
    slot_from,
    starts_with,
)
from mappings.formats.cut_columns import (
    AT,
    AT_END,
    BAD_TAG,
    CONTENT,
    DONE,
    FILE,
    FILE_END,
    HEADER,
    I_TERMINATOR,
    INSIDE,
    INTERCHANGES,
    IRREGULAR,
    LAST_END,
    LIMIT,
    MARKS,
    MESSAGE,
    MESSAGE_CLOSE,
    MESSAGE_OPEN,
    NO_ROOM,
    ODD_TAG,
    PAUSE,
    PAUSE_AT,
    RELEASE,
    RESTART,
    SEGMENTS,
    STRANGE,
    TAG_BYTES_MAX,
    TAG_SLOTS,
    TEXT,
    TOO_MANY,
    Bytes,
    Ints,
    Room,
    Rows,
    Rules,
)
from mappings.formats.cut_envelopes import close_message, event, give_up, has_rows, serve, truncated
from mappings.formats.cut_headers import begin_edifact, begin_x12
from mappings.formats.cut_usual import cut_usual
from mappings.formats.cuts import BLANK, COMPONENT, CONTROL, ELEMENT, END, ESCAPED, POSITION_MAX

_TAG_PROBES = 32


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
    slot = slot_from(key)
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


def step_over(buffer: Bytes, at: int, terminator: int, limit: int) -> int:
    """Behind an interchange: a terminator too many is no text."""
    while at < limit and buffer[at] == terminator:
        at += 1
    return at


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

    Whatever content a message has is done here, in one function and on plain arrays, or in ``cut_usual`` where nothing
    about it is unusual; ``serve`` is for the envelope.
    """
    message_of, tag_of, start_of, end_of, first_mark = room.message, room.tag, room.start, room.end, room.first_mark
    mark_at, mark_kind, meaning, kinds, slots = room.mark_at, room.mark_kind, rules.meaning, rules.kinds, rules.slots
    numbers, last_mark, last_segment, limit = rules.numbers, mark_at.size - 2, start_of.size - 1, state[LIMIT]
    here = rows.interchanges[state[INTERCHANGES] - 1]
    while True:
        cut_usual(buffer, rules, room, rows.messages, here, state)
        at, segments, marks, message = state[AT], state[SEGMENTS], state[MARKS], state[MESSAGE]
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
            state[AT] = at + 1
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
        slot = slot_from(key)
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
