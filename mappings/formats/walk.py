"""Open this when a segment is put into the wrong loop: the walk from segment to segment through a grammar.

Where a segment may stand is looked for from the place reached onwards: in the open loop (the same segment again, then
later ones), then in the loops around it, each of which may begin again. The first place that fits is taken, and one
that is used up gives way to the next. A segment with no place ahead leaves the walk where it is, unless it opens a
loop.

All here is plain loops over arrays of integers, so that it can be compiled as it stands.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]

# What is wrong with a segment. Faults are rows of: code, segment, what it is about, and how often the message has it
# (0 when it was taken back). It is about a state; where the segment is unknown or misplaced, about its tag.
UNKNOWN, MISPLACED, REPEATED, LOOP_REPEATED, MISSING = range(5)
_FAULTS = 5

NO_LIMIT = 2**31 - 1
NOWHERE, STRANGER = -1, -2  # of Grammar.back: the table has the segment elsewhere, or not at all


# The columns of Grammar.states, of Grammar.kinds, of Loops.opened and of Faults.rows.
LOOP, HOLDER, OPENS, MOST, BEYOND, TAG = range(6)
START, IS_WHOLE, REQUIRED = range(3)
OF_MESSAGE, FIRST_SEGMENT, PARENT, OF_LOOP = range(4)
CODE, SEGMENT, ABOUT, TIMES = range(4)


class Grammar(NamedTuple):
    """The tables of several kinds of message. ``S`` counts states, ``L`` loops, ``V`` the tags they know.

    Of a state: the loop that holds it (its own, when it opens one), the loop that counts how often it stands, whether
    it opens one, how often it may stand, the next place for its tag once it is used up (-1: none), and its tag. Of a
    kind: the state before its first segment, whether its table is whole, and where what it must have is listed.
    """

    step: Numbers  # S x V x 2: the next state, -1 for none; where the states that this step skips are listed
    back: Numbers  # L x V x 2: where the table has the tag, when no place is ahead; the open loop that was found in
    states: Numbers
    kinds: Numbers
    listed: Numbers  # runs of states, each ended by -1; the empty one at 0
    parent: Numbers  # of a loop


class Text(NamedTuple):
    """The segments of a batch, as the walk wants them."""

    message: Numbers
    tag: Numbers
    known: Numbers  # of a tag: its number in the grammar, or -1
    kind: Numbers  # of a message: its kind in the grammar, or -1
    readable: npt.NDArray[np.bool_]  # of a message: whether its end is there


class Loops(NamedTuple):
    """For each segment the loop that holds it (-1: none), and the loops as they are opened: message, segment ..."""

    of_segment: Numbers
    opened: Numbers


class Notes(NamedTuple):
    """What the walk keeps in mind. An entry of another message or loop than the one at hand counts for nothing."""

    turn: Numbers  # of a loop: which one is open; below -1 it is the message itself
    used: Numbers  # of a state: how often, and in which turn of its holder
    seen: Numbers  # of a tag: the message that had it last
    told: Numbers  # of a code and what it is about: the message told of last, and the row of faults


def _tell(faults: Numbers, told: Numbers, count: int, code: int, segment: int, about: int, message: int) -> int:
    """Note a fault, or that there is one more of it in the message."""
    row = told[code, about, 1]
    if told[code, about, 0] == message:
        if row < len(faults):
            faults[row, TIMES] += 1
        return count
    told[code, about, 0] = message
    told[code, about, 1] = count
    if count < len(faults):
        faults[count, CODE] = code
        faults[count, SEGMENT] = segment
        faults[count, ABOUT] = about
        faults[count, TIMES] = 1
    return count + 1


def _take_back(faults: Numbers, told: Numbers, about: int, message: int) -> None:
    """What was told to be missing stands further on: it is misplaced, no more."""
    row = told[MISSING, about, 1]
    if told[MISSING, about, 0] == message and row < len(faults) and faults[row, TIMES] > 0:
        faults[row, TIMES] -= 1


def _times(grammar: Grammar, notes: Notes, state: int) -> int:
    """How often the state was used in the open turn of its loop."""
    if notes.used[state, 1] == notes.turn[grammar.states[state, HOLDER]]:
        return int(notes.used[state, 0])
    return 0


def _tell_skipped(
    grammar: Grammar, faults: Numbers, notes: Notes, count: int, at: int, segment: int, message: int
) -> int:
    """The states of a list that should have been met by now, and were not."""
    while grammar.listed[at] >= 0:
        state = grammar.listed[at]
        if _times(grammar, notes, state) == 0:
            count = _tell(faults, notes.told, count, MISSING, segment, state, message)
        at += 1
    return count


def _tell_unseen(
    grammar: Grammar, faults: Numbers, notes: Notes, count: int, at: int, segment: int, message: int
) -> int:
    """The states of a list whose tag the message does not have anywhere."""
    while grammar.listed[at] >= 0:
        state = grammar.listed[at]
        if notes.seen[grammar.states[state, TAG]] != message:
            count = _tell(faults, notes.told, count, MISSING, segment, state, message)
        at += 1
    return count


def _is_stranger(grammar: Grammar, text: Text, segment: int, state: int, target: int) -> bool:
    """Whether the next segment goes on from the state before this one as if this one were not there."""
    following = segment + 1
    if following == len(text.message) or text.message[following] != text.message[segment]:
        return False
    tag = text.known[text.tag[following]]
    if tag < 0:
        return False
    fits = grammar.step[state, tag, 0] >= 0 and grammar.step[state, tag, 1] == 0
    return bool(fits and grammar.step[target, tag, 0] < 0)


def _go_on(
    grammar: Grammar, text: Text, faults: Numbers, notes: Notes, count: int, segment: int, is_whole: bool, state: int
) -> tuple[int, int]:
    """The state ahead that the segment leads to, or -1; and the faults after that."""
    tag = text.known[text.tag[segment]]
    target = int(grammar.step[state, tag, 0]) if tag >= 0 else -1
    if target < 0:
        return -1, count
    message, skipped = text.message[segment], grammar.step[state, tag, 1]
    if skipped and is_whole:
        if _is_stranger(grammar, text, segment, state, target):
            return -1, count
        count = _tell_skipped(grammar, faults, notes, count, skipped, segment, message)
    times = _times(grammar, notes, target)
    while times >= grammar.states[target, MOST] and grammar.states[target, BEYOND] >= 0:
        target = int(grammar.states[target, BEYOND])
        times = _times(grammar, notes, target)
    if times >= grammar.states[target, MOST] and is_whole:
        code = LOOP_REPEATED if grammar.states[target, OPENS] else REPEATED
        count = _tell(faults, notes.told, count, code, segment, target, message)
    return target, count


def _go_back(
    grammar: Grammar, text: Text, faults: Numbers, notes: Notes, count: int, segment: int, is_whole: bool, state: int
) -> tuple[int, int]:
    """The state that a segment with no place ahead belongs to all the same, or -1; and the faults after that."""
    tag, message, held = text.known[text.tag[segment]], text.message[segment], grammar.states[state, LOOP]
    target = int(grammar.back[held, tag, 0]) if tag >= 0 else STRANGER
    if is_whole:
        code = UNKNOWN if target == STRANGER else MISPLACED
        count = _tell(faults, notes.told, count, code, segment, text.tag[segment], message)
    if target < 0:
        return -1, count
    _take_back(faults, notes.told, target, message)
    level = grammar.back[held, tag, 1]
    loop = grammar.parent[grammar.states[target, LOOP]] if grammar.states[target, OPENS] else level
    while loop != level:  # loops that nobody opened
        notes.turn[loop] = notes.turn[level]
        loop = grammar.parent[loop]
    return target, count


def _oddly(
    grammar: Grammar, text: Text, faults: Numbers, notes: Notes, count: int, segment: int, state: int
) -> tuple[int, bool, int]:
    """A step that is not plain: the state that the segment belongs to or -1, whether to go there, and the faults."""
    is_whole = grammar.kinds[text.kind[text.message[segment]], IS_WHOLE] != 0
    target, count = _go_on(grammar, text, faults, notes, count, segment, is_whole, state)
    if target >= 0:
        return target, True, count
    target, count = _go_back(grammar, text, faults, notes, count, segment, is_whole, state)
    return target, bool(target >= 0 and grammar.states[target, OPENS] != 0), count


def walk(grammar: Grammar, text: Text, loops: Loops, faults: Numbers, notes: Notes) -> tuple[int, int]:
    """Put every segment into its loop; gives how many loops there are and how many faults.

    Faults beyond the length of ``faults`` are counted and not kept. ``notes`` must be fresh. The usual step is written
    out, because to hand an array to another function takes longer than the step.
    """
    step, _, states, kinds, _, _ = grammar
    messages, tags, known, kind_of, readable = text
    of_segment, opened = loops
    turn, used, seen, _ = notes
    rows, count, message, kind, state = 0, 0, -1, -1, -1
    size = len(messages)
    for segment in range(size):
        if messages[segment] != message:
            message = int(messages[segment])
            kind = int(kind_of[message])
            state = int(kinds[kind, START]) if kind >= 0 else -1
            if state >= 0:
                turn[states[state, LOOP]] = -2 - message
        if state < 0:
            of_segment[segment] = -1
            continue
        tag = int(known[tags[segment]])
        target = int(step[state, tag, 0]) if tag >= 0 else -1
        goes = target >= 0 and step[state, tag, 1] == 0
        if goes and used[target, 1] == turn[states[target, HOLDER]]:
            goes = used[target, 0] < states[target, MOST]
        if not goes:
            target, goes, count = _oddly(grammar, text, faults, notes, count, segment, state)
        held = int(states[state, LOOP])
        if target >= 0:
            now = turn[states[target, HOLDER]]
            used[target, 0] = used[target, 0] + 1 if used[target, 1] == now else 1
            used[target, 1] = now
            seen[tag] = message
            held = int(states[target, LOOP])
        if goes:
            state = target
            if states[state, OPENS]:
                opened[rows, OF_MESSAGE] = message
                opened[rows, FIRST_SEGMENT] = segment
                opened[rows, PARENT] = max(turn[states[state, HOLDER]], -1)
                opened[rows, OF_LOOP] = held
                turn[held] = rows
                rows += 1
        of_segment[segment] = max(turn[held], -1)
        is_last = segment + 1 == size or messages[segment + 1] != message
        if is_last and readable[message] and not kinds[kind, IS_WHOLE]:
            count = _tell_unseen(grammar, faults, notes, count, int(kinds[kind, REQUIRED]), segment, message)
    return rows, count


def fresh(made: Grammar, tags: int) -> Notes:
    """Notes for a walk over a batch with so many different tags."""
    states = len(made.states)
    return Notes(
        turn=np.full(len(made.parent), -1, np.int32),
        used=np.tile(np.array([0, -1], np.int32), (states, 1)),
        seen=np.full(made.step.shape[1], -1, np.int32),
        told=np.full((_FAULTS, max(states, tags), 2), -1, np.int32),
    )
