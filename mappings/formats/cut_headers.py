"""Open this when a large batch goes to the plain way from its header on: ISA, UNA and UNB that ``cutting`` can enter.

What is not plain (wrong widths, letters beyond ASCII, release characters) is left to ``x12`` and ``edifact``.
"""

from mappings.formats.cut_bytes import element_span, is_alphanumeric, is_blank, is_plain, is_word, starts_with
from mappings.formats.cut_columns import (
    AT,
    EVENTS,
    FILE,
    FILE_END,
    GROUP,
    GROUPS,
    GROUPS_HERE,
    I_BEHIND,
    I_COMPLETE,
    I_COMPONENT,
    I_CONTROL,
    I_CONTROL_END,
    I_DECLARED,
    I_ELEMENT,
    I_END,
    I_EVENTS,
    I_FILE,
    I_GROUP,
    I_GROUPS,
    I_GROUPS_HERE,
    I_IN_GROUP,
    I_LIMIT,
    I_MARKS,
    I_MESSAGES,
    I_MESSAGES_HERE,
    I_RELEASE,
    I_REPETITION,
    I_RESUME,
    I_SEGMENTS,
    I_START,
    I_TERMINATOR,
    IN_GROUP,
    INSIDE,
    INTERCHANGES,
    LAST_END,
    LIMIT,
    LINE_BREAK,
    MARKS,
    MESSAGE,
    MESSAGES,
    MESSAGES_HERE,
    RELEASE,
    SCOPE,
    SEGMENTS,
    STRANGE,
    SURE,
    TEXT,
    Bytes,
    Ints,
    Rows,
    Rules,
)
from mappings.formats.cuts import COMPONENT, ELEMENT, END, REPETITION

_SYNTAX_4 = 0x34


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


def begin(rules: Rules, rows: Rows, state: Ints, start: int, end: int, behind: int) -> int:
    """A new interchange whose header lies here; gives its row, which still lacks delimiters and control number."""
    index = int(state[INTERCHANGES])
    row = rows.interchanges[index]
    row[I_FILE], row[I_START], row[I_END], row[I_BEHIND] = state[FILE], start, end, behind
    row[I_COMPLETE], row[I_DECLARED] = 0, -1
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
    row[I_RELEASE], row[I_REPETITION] = -1, repetition
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
    component, element, release, repetition, terminator = 58, 43, 63, -1, 39
    is_advised = starts_with(buffer, at, limit, 85, 78, 65)
    if is_advised:
        if at + 9 > limit:
            return False
        component, element = int(buffer[at + 3]), int(buffer[at + 4])
        release, repetition, terminator = int(buffer[at + 6]), int(buffer[at + 7]), int(buffer[at + 8])
        unb = at + 9
        while unb < limit and (buffer[unb] == 32 or 9 <= buffer[unb] <= 13):
            unb += 1
        if release == 0 or release == 26 or repetition == 0 or repetition == 26:
            return False
        release = -1 if is_blank(release) else release
        repetition = -1 if is_blank(repetition) else repetition
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
    row[I_RELEASE], row[I_REPETITION] = release, repetition
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
