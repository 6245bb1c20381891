"""Open this when counts or control numbers of a large batch are reported wrongly: the walk of ``envelope``, compiled.

A function that comes back with False met something that only the plain way can read; nothing it noted is kept then.
"""

from mappings.formats.cut_bytes import count, element_span, same_number
from mappings.formats.cut_columns import (
    AT,
    E_A,
    E_A_END,
    E_B,
    E_B_END,
    E_CODE,
    E_END,
    E_GROUP,
    E_INTERCHANGE,
    E_MESSAGE,
    E_NUMBER,
    E_START,
    E_WALK,
    ENV_CONTROL,
    ENV_COUNT,
    ENV_CUT,
    EVENTS,
    G_CONTROL,
    G_CONTROL_END,
    G_DECLARED,
    G_END,
    G_HEADER_END,
    G_INTERCHANGE,
    G_START,
    GROUP,
    GROUP_CLOSE,
    GROUP_CONTROL,
    GROUP_COUNT,
    GROUP_OPEN,
    GROUP_OPEN_STILL,
    GROUPS,
    GROUPS_HERE,
    I_COMPLETE,
    I_COMPONENT,
    I_CONTROL,
    I_CONTROL_END,
    I_DECLARED,
    I_ELEMENT,
    I_END,
    I_EVENTS,
    I_GROUP,
    I_GROUPS,
    I_GROUPS_HERE,
    I_IN_GROUP,
    I_MARKS,
    I_MESSAGES,
    I_MESSAGES_HERE,
    I_RELEASE,
    I_RESUME,
    I_SEGMENTS,
    I_START,
    IN_GROUP,
    INSIDE,
    INTERCHANGE_CLOSE,
    INTERCHANGES,
    LAST_END,
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
    MESSAGE_CONTROL,
    MESSAGE_COUNT,
    MESSAGE_CUT,
    MESSAGE_OPEN,
    MESSAGE_OPEN_STILL,
    MESSAGES,
    MESSAGES_HERE,
    OUTSIDE,
    PASSED,
    SCOPE,
    SEGMENTS,
    Bytes,
    Ints,
    Rows,
    Rules,
)


def event(rows: Rows, state: Ints, code: int, start: int, end: int, is_of_message: bool) -> int:
    """Note that something is wrong here; gives the row, where the caller fills in what its text needs."""
    index = int(state[EVENTS])
    row = rows.events[index]
    state[EVENTS] += 1
    row[E_CODE], row[E_WALK], row[E_START], row[E_END] = code, state[AT], start, end
    row[E_INTERCHANGE], row[E_GROUP] = state[INTERCHANGES] - 1, state[GROUP]
    row[E_MESSAGE] = state[MESSAGE] if is_of_message else -1
    row[E_A], row[E_A_END], row[E_B], row[E_B_END], row[E_NUMBER] = 0, 0, 0, 0, 0
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


def has_release(buffer: Bytes, start: int, end: int, here: Ints) -> bool:
    """Whether a release character stands here, before which a separator would be none."""
    if here[I_RELEASE] >= 0:
        for at in range(start, end):
            if buffer[at] == here[I_RELEASE]:
                return True
    return False


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
