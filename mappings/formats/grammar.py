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

# What is wrong with a segment: `code` of Faults.
UNKNOWN, MISPLACED, REPEATED, LOOP_REPEATED, MISSING = range(5)
_FAULTS = 5

NO_LIMIT = 2**31 - 1
_NOWHERE, _STRANGER = -1, -2  # of Grammar.back: the table has the segment elsewhere, or not at all
_ROOT = 0  # the message itself is the loop that holds all others
_SECTION = "UNS"  # what parts the detail of an EDIFACT message from its summary, where the same segments return


class Grammar(NamedTuple):
    """The tables of several kinds of message. ``S`` counts states, ``L`` loops, ``V`` the tags they know."""

    start: Numbers  # of each kind, the state before its first segment
    is_whole: Numbers
    required: Numbers  # of each kind, where its states that must be there begin in `listed`
    step: Numbers  # S x V: the next state, -1 for none
    skip: Numbers  # S x V: where the states that this step skips begin in `listed`
    listed: Numbers  # runs of states, each ended by -1
    back: Numbers  # L x V: where the table has the tag, when there is no place for it ahead
    level: Numbers  # L x V: the open loop that `back` was found in
    loop: Numbers  # of a state: the loop that holds it; its own, when it opens one
    holder: Numbers  # of a state: the loop that counts how often it stands
    opens: Numbers
    most: Numbers
    beyond: Numbers  # of a state: the next place for its tag, once it is used up; -1 for none
    tag: Numbers
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
    """The loops as they are opened, and for each segment the one that holds it (-1: none)."""

    of_segment: Numbers
    message: Numbers
    first_segment: Numbers
    parent: Numbers
    loop: Numbers


class Faults(NamedTuple):
    """What is wrong with segments. ``about`` is a state; for an unknown or misplaced one it is the segment's tag."""

    code: Numbers
    segment: Numbers
    about: Numbers
    times: Numbers  # how often in the message; 0 when it was taken back


class Notes(NamedTuple):
    """What the walk keeps in mind. An entry of another message or loop than the one at hand counts for nothing."""

    turn: Numbers  # of a loop: which one is open; below -1 it is the message itself
    used: Numbers  # of a state: how often in the turn of `used_in`
    used_in: Numbers
    seen: Numbers  # of a tag: the message that had it last
    told: Numbers  # of a code and what it is about: the message told of last
    told_at: Numbers


# --- the walk: what follows is compiled as it stands


def _tell(faults: Faults, notes: Notes, count: int, code: int, segment: int, about: int, message: int) -> int:
    """Note a fault, or that there is one more of it in the message."""
    size = len(notes.told) // _FAULTS
    key = code * size + about
    if notes.told[key] == message:
        row = notes.told_at[key]
        if row < len(faults.code):
            faults.times[row] += 1
        return count
    notes.told[key] = message
    notes.told_at[key] = count
    if count < len(faults.code):
        faults.code[count] = code
        faults.segment[count] = segment
        faults.about[count] = about
        faults.times[count] = 1
    return count + 1


def _take_back(faults: Faults, notes: Notes, about: int, message: int) -> None:
    """What was told to be missing stands further on: it is misplaced, no more."""
    size = len(notes.told) // _FAULTS
    key = MISSING * size + about
    if notes.told[key] == message and notes.told_at[key] < len(faults.code):
        row = notes.told_at[key]
        if faults.times[row] > 0:
            faults.times[row] -= 1


def _times(grammar: Grammar, notes: Notes, state: int) -> int:
    """How often the state was used in the open turn of its loop."""
    if notes.used_in[state] == notes.turn[grammar.holder[state]]:
        return int(notes.used[state])
    return 0


def _use(grammar: Grammar, notes: Notes, state: int, message: int) -> None:
    notes.seen[grammar.tag[state]] = message
    notes.used[state] = _times(grammar, notes, state) + 1
    notes.used_in[state] = notes.turn[grammar.holder[state]]


def _tell_skipped(
    grammar: Grammar, faults: Faults, notes: Notes, count: int, at: int, segment: int, message: int
) -> int:
    """The states of a list that should have been met by now, and were not."""
    while grammar.listed[at] >= 0:
        state = grammar.listed[at]
        if _times(grammar, notes, state) == 0:
            count = _tell(faults, notes, count, MISSING, segment, state, message)
        at += 1
    return count


def _tell_unseen(
    grammar: Grammar, faults: Faults, notes: Notes, count: int, at: int, segment: int, message: int
) -> int:
    """The states of a list whose tag the message does not have anywhere."""
    while grammar.listed[at] >= 0:
        state = grammar.listed[at]
        if notes.seen[grammar.tag[state]] != message:
            count = _tell(faults, notes, count, MISSING, segment, state, message)
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
    fits = grammar.step[state, tag] >= 0 and grammar.skip[state, tag] == 0
    return bool(fits and grammar.step[target, tag] < 0)


def _go_on(
    grammar: Grammar, text: Text, faults: Faults, notes: Notes, count: int, segment: int, kind: int, state: int
) -> tuple[int, int]:
    """The state ahead that the segment leads to, or -1; and the faults after that."""
    tag = text.known[text.tag[segment]]
    target = int(grammar.step[state, tag]) if tag >= 0 else -1
    if target < 0:
        return -1, count
    message, is_whole, skipped = text.message[segment], grammar.is_whole[kind], grammar.skip[state, tag]
    if skipped and is_whole:
        if _is_stranger(grammar, text, segment, state, target):
            return -1, count
        count = _tell_skipped(grammar, faults, notes, count, skipped, segment, message)
    times = _times(grammar, notes, target)
    while times >= grammar.most[target] and grammar.beyond[target] >= 0:
        target = int(grammar.beyond[target])
        times = _times(grammar, notes, target)
    if times >= grammar.most[target] and is_whole:
        code = LOOP_REPEATED if grammar.opens[target] else REPEATED
        count = _tell(faults, notes, count, code, segment, target, message)
    return target, count


def _go_back(
    grammar: Grammar, text: Text, faults: Faults, notes: Notes, count: int, segment: int, kind: int, state: int
) -> tuple[int, int]:
    """The state that a segment with no place ahead belongs to all the same, or -1; and the faults after that."""
    tag, message, held = text.known[text.tag[segment]], text.message[segment], grammar.loop[state]
    target = int(grammar.back[held, tag]) if tag >= 0 else _STRANGER
    if grammar.is_whole[kind]:
        code = UNKNOWN if target == _STRANGER else MISPLACED
        count = _tell(faults, notes, count, code, segment, text.tag[segment], message)
    if target < 0:
        return -1, count
    _take_back(faults, notes, target, message)
    level = grammar.level[held, tag]
    loop = grammar.parent[grammar.loop[target]] if grammar.opens[target] else level
    while loop != level:  # loops that nobody opened
        notes.turn[loop] = notes.turn[level]
        loop = grammar.parent[loop]
    return target, count


def _open(grammar: Grammar, loops: Loops, notes: Notes, opened: int, segment: int, message: int, state: int) -> None:
    """Begin another turn of the loop that the state opens."""
    loop = grammar.loop[state]
    loops.message[opened] = message
    loops.first_segment[opened] = segment
    loops.parent[opened] = max(notes.turn[grammar.holder[state]], -1)
    loops.loop[opened] = loop
    notes.turn[loop] = opened


def walk(grammar: Grammar, text: Text, loops: Loops, faults: Faults, notes: Notes) -> tuple[int, int]:
    """Put every segment into its loop; gives how many loops there are and how many faults.

    Faults beyond the length of ``faults`` are counted and not kept. ``notes`` must be fresh.
    """
    opened, count = 0, 0
    message, kind, state = -1, -1, -1
    size = len(text.message)
    for segment in range(size):
        if text.message[segment] != message:
            message = int(text.message[segment])
            kind = int(text.kind[message])
            state = int(grammar.start[kind]) if kind >= 0 else -1
            if state >= 0:
                notes.turn[grammar.loop[state]] = -2 - message
        if state < 0:
            loops.of_segment[segment] = -1
            continue
        target, count = _go_on(grammar, text, faults, notes, count, segment, kind, state)
        goes = target >= 0
        if not goes:
            target, count = _go_back(grammar, text, faults, notes, count, segment, kind, state)
            goes = target >= 0 and grammar.opens[target] != 0
        held = grammar.loop[state]
        if target >= 0:
            _use(grammar, notes, target, message)
            held = grammar.loop[target]
        if goes:
            state = target
            if grammar.opens[state]:
                _open(grammar, loops, notes, opened, segment, message, state)
                opened += 1
        loops.of_segment[segment] = max(notes.turn[held], -1)
        is_last = segment + 1 == size or text.message[segment + 1] != message
        if is_last and not grammar.is_whole[kind] and text.readable[message]:
            count = _tell_unseen(grammar, faults, notes, count, grammar.required[kind], segment, message)
    return opened, count


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
        start=np.array(states[1:] - 1, np.int32),  # behind the states of the table
        is_whole=np.array([one.is_whole for one in structures], np.int32),
        required=np.zeros(len(tables), np.int32),
        step=np.full((states[-1], len(tags)), -1, np.int32),
        skip=np.zeros((states[-1], len(tags)), np.int32),
        listed=np.empty(0, np.int32),
        back=np.full((loops[-1], len(tags)), _STRANGER, np.int32),
        level=np.zeros((loops[-1], len(tags)), np.int32),
        loop=np.zeros(states[-1], np.int32),
        holder=np.zeros(states[-1], np.int32),
        opens=np.zeros(states[-1], np.int32),
        most=np.full(states[-1], NO_LIMIT, np.int32),
        beyond=np.full(states[-1], -1, np.int32),
        tag=np.full(states[-1], -1, np.int32),
        parent=np.full(loops[-1], -1, np.int32),
    )
    lists = _Lists()
    for kind, table in enumerate(tables):
        _fill(made, lists, table, kind, (int(states[kind]), int(loops[kind])), tags)
    made = made._replace(listed=np.array(lists.items, np.int32))
    return made, _names(structures, tables, tags, numbered=numbered)


@lru_cache(maxsize=256)
def _table(structure: Structure) -> _Table:
    return _Table(structure.body)


def _fill(made: Grammar, lists: _Lists, table: _Table, kind: int, first: tuple[int, int], tags: dict[str, int]) -> None:
    """One table's states and loops, from ``first`` on in the arrays."""
    state, loop = first
    made.required[kind] = lists.add(tuple(state + n for n in table.parts[_ROOT] if table.states[n].least))
    for n, one in enumerate(table.states):
        made.loop[state + n], made.holder[state + n] = loop + one.loop, loop + one.holder
        made.opens[state + n], made.most[state + n], made.tag[state + n] = one.opens, one.most, tags[one.tag]
        beyond = table.beyond(n)
        made.beyond[state + n] = -1 if beyond < 0 else state + beyond
        _fill_steps(made, lists, table.ahead(n), (state + n, state), tags)
    start = state + len(table.states)
    made.loop[start] = made.holder[start] = loop
    _fill_steps(made, lists, table.ahead(None), (start, state), tags)
    known = {one.tag for one in table.states}
    for n, parent in enumerate(table.parents):
        made.parent[loop + n] = -1 if parent < 0 else loop + parent
        for tag in known:
            number, level = table.backwards(n, tag)
            made.back[loop + n, tags[tag]] = number if number < 0 else state + number
            made.level[loop + n, tags[tag]] = loop + level


def _fill_steps(
    made: Grammar, lists: _Lists, ahead: dict[str, _Ahead], place: tuple[int, int], tags: dict[str, int]
) -> None:
    row, first = place
    for tag, one in ahead.items():
        made.step[row, tags[tag]] = first + one.state
        made.skip[row, tags[tag]] = lists.add(tuple(first + n for n in one.skipped))


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
    states, loops = len(made.loop), len(made.parent)
    about = max(states, tags)
    return Notes(
        turn=np.full(loops, -1, np.int32),
        used=np.zeros(states, np.int32),
        used_in=np.full(states, -1, np.int32),
        seen=np.full(made.step.shape[1], -1, np.int32),
        told=np.full(_FAULTS * about, -1, np.int32),
        told_at=np.zeros(_FAULTS * about, np.int32),
    )
