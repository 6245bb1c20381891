"""Open this when a table of a message does not say what it should: tables laid out as one automaton.

A state is a use of a segment in a message's table: reading a segment means going from state to state, which is the
work of ``mappings/formats/walk.py``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mappings.formats.structure import Loop, Structure, Use
from mappings.formats.walk import IS_WHOLE, NO_LIMIT, NOWHERE, REQUIRED, START, STRANGER, Grammar

_ROOT = 0  # the message itself is the loop that holds all others
_SECTION = "UNS"  # what parts the detail of an EDIFACT message from its summary, where the same segments return


class Names(NamedTuple):
    """The words that belong to a grammar: its tags, and of states and loops what they are called."""

    tags: dict[str, int]
    states: tuple[str, ...]
    loops: tuple[str, ...]  # as LOOPS has it; empty for a message itself
    openers: tuple[str, ...]  # of each loop, the tag that opens it
    messages: tuple[str, ...]  # of each kind


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
        return NOWHERE, _ROOT


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
        back=np.tile(np.array([STRANGER, 0], np.int32), (loops[-1], len(tags), 1)),
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
