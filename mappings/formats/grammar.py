"""Open this when a segment is put into the wrong loop, or its order is judged wrongly: tables as one automaton.

A state is a use of a segment in a message's table: reading a segment means going from state to state. Where a segment
may stand is looked for from the place reached onwards: in the open loop (the same segment again, then later ones), then
in the loops around it, each of which may begin again. The first place that fits is taken, and one that is used up
gives way to the next. A segment with no place ahead leaves the walk where it is, unless it opens a loop.

``walk`` is plain loops over arrays of integers, so that it can be compiled as it stands.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mappings.formats.structure import Loop, Structure, Use

Numbers = npt.NDArray[np.int32]

# What is wrong with a segment. Faults are rows of: code, segment, what it is about, and how often the message has it
# (0 when it was taken back). It is about a state; where the segment is unknown or misplaced, about its tag.
UNKNOWN, MISPLACED, REPEATED, LOOP_REPEATED, MISSING = range(5)
_FAULTS = 5

NO_LIMIT = 2**31 - 1
_NOWHERE, _STRANGER = -1, -2  # of Grammar.back: the table has the segment elsewhere, or not at all
_ROOT = 0  # the message itself is the loop that holds all others
_SECTION = "UNS"  # what parts the detail of an EDIFACT message from its summary, where the same segments return


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


class Names(NamedTuple):
    """The words that belong to a grammar: its tags, and of states and loops what they are called."""

    tags: dict[str, int]
    states: tuple[str, ...]
    loops: tuple[str, ...]  # as LOOPS has it; empty for a message itself
    openers: tuple[str, ...]  # of each loop, the tag that opens it
    messages: tuple[str, ...]  # of each kind


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


# --- the walk: what follows is compiled as it stands


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
    target = int(grammar.back[held, tag, 0]) if tag >= 0 else _STRANGER
    if is_whole:
        code = UNKNOWN if target == _STRANGER else MISPLACED
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


# --- from tables to arrays


@dataclass(frozen=True, slots=True)
class _State:
    """A use of a segment, or the opening of a loop: then ``holder`` is the loop around the one it opens."""

    tag: str
    loop: int
    holder: int
    place: int  # in its holder
    least: int
    most: int

    @property
    def opens(self) -> bool:
        """Whether it is the first segment of a loop."""
        return self.loop != self.holder


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A state that may come next, and the states that must come before it."""

    state: int
    skipped: tuple[int, ...]


class _Table:
    """A structure laid flat: its states in the order of the table, and for each loop the states it is made of."""

    def __init__(self, body: Sequence[Loop | Use]) -> None:
        self.states: list[_State] = []
        self.openers: list[int] = [-1]  # of each loop the state that opens it
        self.parents: list[int] = [-1]
        self.parts: list[list[int]] = [[]]
        self._lay(body, _ROOT)
        self.behind = self._behind_section()

    def _lay(self, body: Sequence[Loop | Use], holder: int) -> None:
        for part in body:
            most = NO_LIMIT if part.most is None else part.most
            is_loop = isinstance(part, Loop)
            loop = len(self.parts) if is_loop else holder
            tag = part.trigger if isinstance(part, Loop) else part.tag
            self.parts[holder].append(len(self.states))
            self.states.append(_State(tag, loop, holder, len(self.parts[holder]) - 1, part.least, most))
            if isinstance(part, Loop):
                self.openers.append(len(self.states) - 1)
                self.parents.append(holder)
                self.parts.append([])
                self._lay(part.body[1:], loop)

    def _behind_section(self) -> frozenset[str]:
        """The tags that stand nowhere but behind the section segment."""
        at = [n for n in self.parts[_ROOT] if self.states[n].tag == _SECTION and self.states[n].least]
        before = {state.tag for state in self.states[: at[-1]]} if at else set()
        return frozenset(state.tag for state in self.states[at[-1] :] if state.tag not in before) if at else frozenset()

    def onwards(self, loop: int, place: int) -> Iterator[int]:
        """The states from this place on: to the end of the loop, then from the loop itself in the one around it."""
        yield from self.parts[loop][place:]
        if loop != _ROOT:
            opener = self.openers[loop]
            yield from self.onwards(self.parents[loop], self.states[opener].place)

    def ahead(self, state: int | None) -> dict[str, _Ahead]:
        """For each tag that may follow a state (None: the beginning), the first place for it."""
        at = None if state is None else self.states[state]
        # What opens a loop does not stand in it again: there, the places begin behind it.
        loop, place = (_ROOT, 0) if at is None else (at.loop, 0 if at.opens else at.place)
        passed = self._open(loop, state)
        found: dict[str, _Ahead] = {}
        skipped: list[int] = []
        crossed = False
        for number in self.onwards(loop, place):
            one = self.states[number]
            if one.tag not in found and (not crossed or one.tag in self.behind):
                found[one.tag] = _Ahead(number, tuple(skipped))
            if one.least and number not in passed:
                skipped.append(number)
                crossed = crossed or (one.tag == _SECTION and one.holder == _ROOT)
        return found

    def _open(self, loop: int, state: int | None) -> set[int]:
        """The states that are used already when one stands here: itself, and what opened the loops around it."""
        found = set() if state is None else {state}
        while loop != _ROOT:
            found.add(self.openers[loop])
            loop = self.parents[loop]
        return found

    def beyond(self, state: int) -> int:
        """The next place for the tag of a state, with nothing in between that must be there; -1 for none."""
        at = self.states[state]
        passed = self._open(at.holder, None)
        for number in self.onwards(at.holder, at.place + 1):
            if self.states[number].tag == at.tag and number not in passed:
                return number
            if self.states[number].least and number not in passed:
                return -1
        return -1

    def around(self, loop: int) -> list[int]:
        """The loop and those around it, the message itself last."""
        found = [loop]
        while found[-1] != _ROOT:
            found.append(self.parents[found[-1]])
        return found

    def backwards(self, loop: int, tag: str) -> tuple[int, int]:
        """A place for the tag in the open loops, wherever; else a loop deeper in them that it opens; and in which."""
        for level in self.around(loop):
            for number in self.parts[level]:
                if self.states[number].tag == tag:
                    return number, level
        for level in self.around(loop):
            for deeper in range(level + 1, len(self.parts)):
                if self.states[self.openers[deeper]].tag == tag and level in self.around(deeper):
                    return self.openers[deeper], level
        return _NOWHERE, _ROOT


class _Lists:
    """Runs of states in one array; the empty one lies at 0."""

    def __init__(self) -> None:
        self.items: list[int] = [-1]
        self._at: dict[tuple[int, ...], int] = {(): 0}

    def add(self, states: tuple[int, ...]) -> int:
        """Where the run begins."""
        if states not in self._at:
            self._at[states] = len(self.items)
            self.items += [*states, -1]
        return self._at[states]


@lru_cache(maxsize=64)
def grammar(structures: tuple[Structure, ...], numbered: bool) -> tuple[Grammar, Names]:
    """The tables of these kinds of message as one grammar. ``numbered``: loops are named by their number as well."""
    tables = [_table(one) for one in structures]
    tags = {tag: n for n, tag in enumerate(sorted({tag for one in structures for tag in one.tags}))}
    sizes = [len(table.states) + 1 for table in tables], [len(table.parts) for table in tables]
    states, loops = (np.cumsum([0, *counts]) for counts in sizes)
    made = Grammar(
        step=np.tile(np.array([-1, 0], np.int32), (states[-1], len(tags), 1)),
        back=np.tile(np.array([_STRANGER, 0], np.int32), (loops[-1], len(tags), 1)),
        states=np.zeros((states[-1], 6), np.int32),
        kinds=np.zeros((len(tables), 3), np.int32),
        listed=np.empty(0, np.int32),
        parent=np.full(loops[-1], -1, np.int32),
    )
    lists = _Lists()
    for kind, table in enumerate(tables):
        _fill(made, lists, table, kind, (int(states[kind]), int(loops[kind])), tags)
    made.kinds[:, IS_WHOLE] = [one.is_whole for one in structures]
    made = made._replace(listed=np.array(lists.items, np.int32))
    return made, _names(structures, tables, tags, numbered=numbered)


@lru_cache(maxsize=256)
def _table(structure: Structure) -> _Table:
    return _Table(structure.body)


def _fill(made: Grammar, lists: _Lists, table: _Table, kind: int, first: tuple[int, int], tags: dict[str, int]) -> None:
    """One table's states and loops, from ``first`` on in the arrays."""
    state, loop = first
    start = state + len(table.states)
    required = lists.add(tuple(state + n for n in table.parts[_ROOT] if table.states[n].least))
    made.kinds[kind, START], made.kinds[kind, REQUIRED] = start, required
    made.states[start] = (loop, loop, 0, NO_LIMIT, -1, -1)
    _fill_steps(made, lists, table.ahead(None), (start, state), tags)
    for n, one in enumerate(table.states):
        beyond = table.beyond(n)
        beyond = beyond if beyond < 0 else state + beyond
        made.states[state + n] = (loop + one.loop, loop + one.holder, one.opens, one.most, beyond, tags[one.tag])
        _fill_steps(made, lists, table.ahead(n), (state + n, state), tags)
    known = {one.tag for one in table.states}
    for n, parent in enumerate(table.parents):
        made.parent[loop + n] = -1 if parent < 0 else loop + parent
        for tag in known:
            number, level = table.backwards(n, tag)
            made.back[loop + n, tags[tag]] = (number if number < 0 else state + number, loop + level)


def _fill_steps(
    made: Grammar, lists: _Lists, ahead: dict[str, _Ahead], place: tuple[int, int], tags: dict[str, int]
) -> None:
    row, first = place
    for tag, one in ahead.items():
        made.step[row, tags[tag]] = (first + one.state, lists.add(tuple(first + n for n in one.skipped)))


def _names(structures: Sequence[Structure], tables: Sequence[_Table], tags: dict[str, int], *, numbered: bool) -> Names:
    states: list[str] = []
    openers: list[str] = []
    loops: list[str] = []
    for structure, table in zip(structures, tables, strict=True):
        states += [*(state.tag for state in table.states), ""]
        for number, opener in enumerate(table.openers):
            tag = table.states[opener].tag if number else ""
            openers.append(tag)
            loops.append(f"{tag}/SG{number}" if numbered and structure.is_whole and number else tag)
    return Names(tags, tuple(states), tuple(loops), tuple(openers), tuple(one.message for one in structures))


def fresh(made: Grammar, tags: int) -> Notes:
    """Notes for a walk over a batch with so many different tags."""
    states = len(made.states)
    return Notes(
        turn=np.full(len(made.parent), -1, np.int32),
        used=np.tile(np.array([0, -1], np.int32), (states, 1)),
        seen=np.full(made.step.shape[1], -1, np.int32),
        told=np.full((_FAULTS, max(states, tags), 2), -1, np.int32),
    )
