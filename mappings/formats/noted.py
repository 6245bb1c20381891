"""Open this when a finding of a large batch reads differently from a small one's: rows of ``cutting`` as rows for all.

What the compiled way notes are numbers and spans; here they become the rows of interchanges, groups and messages, and
faults in the words, at the places and in the order of ``envelope``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats import cut_columns as c
from mappings.formats.batch import Header, Syntax, charset_of, interchange_row
from mappings.formats.cuts import POSITION_MAX, Buffer
from mappings.formats.envelope import differ
from mappings.formats.recorder import Row
from mappings.formats.segments import MESSAGES
from mappings.formats.tokens import Delimiters, fields, tag
from mappings.formats.values import gather

Ints = npt.NDArray[np.int64]

# Where a fault stands among those of its interchange: before it, in the order of the walk, at its end.
BEFORE, WALK, END = range(3)

_COPIED_MAX = 100_000  # bytes of an interchange that are copied sooner than looked at through a view


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding to be. ``order`` sorts: interchange, BEFORE/WALK/END, place of the walk, rank at this place."""

    order: tuple[int, int, int, int]
    file: int
    code: str
    span: tuple[int, int]
    path: str
    detail: str
    interchange: int = -1
    message: int = -1


@dataclass(frozen=True, slots=True)
class Carried:
    """What a piece must know of the one before it, where an interchange goes on: its header, and what was told."""

    controls: set[str] = field(default_factory=set)  # among which a repeated number is looked for; it grows on
    scope: int = -1
    told: frozenset[tuple[str, int]] = frozenset()  # code, and where the group or interchange begins


@dataclass
class Noted:
    """The rows of one piece of a batch."""

    syntax: Syntax
    buffer: Buffer
    rows: c.Rows
    state: Ints
    headers: dict[int, Header]
    carried: Carried
    _told: set[tuple[str, int]] = field(default_factory=set)
    _wrong_charsets: list[str] = field(default_factory=list)  # of each interchange, what is wrong with it; or nothing

    def __post_init__(self) -> None:
        state = self.state
        self._interchanges = self.rows.interchanges[: state[c.INTERCHANGES]]
        self._groups = self.rows.groups[: state[c.GROUPS]]
        self._messages = self.rows.messages[: state[c.MESSAGES]]
        if state[c.INSIDE]:
            self._interchanges[-1, c.I_END] = state[c.LAST_END]
            if state[c.GROUP] >= 0 and len(self._messages):
                self._groups[state[c.GROUP], c.G_END] = state[c.LAST_END]
        self._told = set(self.carried.told)
        self._headers = [
            self._header(int(start), int(end)) for start, end in self._interchanges[:, [c.I_START, c.I_BEHIND]]
        ]

    def _header(self, start: int, behind: int) -> Header:
        header = self.headers.get(start) or self.syntax.find_header(self.buffer, start, behind)
        assert header is not None
        return header

    def header(self, interchange: int) -> Header:
        """The header of an interchange."""
        return self._headers[interchange]

    # --- rows

    @cached_property
    def interchanges(self) -> list[Row]:
        """Rows of ``segments.INTERCHANGES``."""
        return [self._interchange(*pair) for pair in zip(self._headers, self._interchanges.tolist(), strict=True)]

    def _interchange(self, header: Header, row: list[int]) -> Row:
        found = interchange_row(self.syntax, header, row[c.I_FILE])
        here = slice(max(row[c.I_START], row[c.I_RESUME]), row[c.I_END])
        is_large = here.stop - here.start > _COPIED_MAX
        found["charset"], wrong = charset_of(memoryview(self.buffer)[here] if is_large else self.buffer[here], header)
        self._wrong_charsets.append(wrong)
        declared = row[c.I_DECLARED] if row[c.I_DECLARED] >= 0 else None
        return found | {"end": row[c.I_END], "complete": bool(row[c.I_COMPLETE]), "declared_count": declared}

    @cached_property
    def groups(self) -> list[Row]:
        """Rows of ``segments.GROUPS``."""
        return [self._group(row) for row in self._groups.tolist()]

    def _group(self, row: list[int]) -> Row:
        delimiters = self._headers[row[c.G_INTERCHANGE]].delimiters
        found = self.syntax.service.group_row(fields(self.buffer[row[c.G_START] : row[c.G_HEADER_END]], delimiters))
        declared = row[c.G_DECLARED] if row[c.G_DECLARED] >= 0 else None
        place = {"interchange": row[c.G_INTERCHANGE], "start": row[c.G_START], "end": row[c.G_END]}
        return found | place | {"declared_count": declared}

    @cached_property
    def controls(self) -> pa.Array:
        """The control number of each message."""
        return self._texts(self._messages[:, c.M_CONTROL], self._messages[:, c.M_CONTROL_END])

    def messages(self) -> pa.Table:
        """Rows of ``segments.MESSAGES``."""
        rows = self._messages
        declared = rows[:, c.M_DECLARED]
        columns: dict[str, Any] = {
            "interchange": rows[:, c.M_INTERCHANGE], "group": rows[:, c.M_GROUP], "start": rows[:, c.M_START],
            "end": rows[:, c.M_END], "control": self.controls, "first_segment": rows[:, c.M_FIRST],
            "segment_count": rows[:, c.M_COUNT], "declared_count": pa.array(declared, mask=declared < 0),
            "readable": rows[:, c.M_READABLE] == 1,
        }  # fmt: skip
        columns["type"], columns["version"] = self._kinds
        return pa.table({f.name: pa.array(columns[f.name]).cast(f.type) for f in MESSAGES}, schema=MESSAGES)

    @cached_property
    def _kinds(self) -> tuple[pa.Array, pa.Array]:
        """Type and version of each message; every kind is looked at once."""
        rows = self._messages
        stated = self._texts(rows[:, c.M_TYPE], rows[:, c.M_TYPE_END]).dictionary_encode()
        kinds = [self._kind(row) for row in np.unique(stated.indices.to_numpy(), return_index=True)[1].tolist()]
        types = pa.array([kind["type"] for kind in kinds], pa.string()).take(stated.indices)
        if not self.syntax.service.group_is_required:
            return types, pa.array([kind["version"] for kind in kinds], pa.string()).take(stated.indices)
        versions = pa.array([*(row["version"] for row in self.groups), ""], pa.string())
        group = rows[:, c.M_GROUP]
        return types, versions.take(pa.array(np.where(group < 0, len(self.groups), group)))

    def _kind(self, row: int) -> Row:
        message = self._messages[row]
        header = self.buffer[message[c.M_START] : max(message[c.M_TYPE_END], message[c.M_CONTROL_END])]
        return self.syntax.service.message_row(fields(header, self.delimiters(row)), None)

    def delimiters(self, message: int) -> Delimiters:
        """The delimiters that a message is cut with."""
        return self._headers[int(self._messages[message, c.M_INTERCHANGE])].delimiters

    def _texts(self, starts: Ints, ends: Ints) -> pa.Array:
        """Bytes between these offsets, known to be ASCII, as a column of text."""
        gathered, offsets = gather(self.buffer, starts, ends)
        return pa.Array.from_buffers(pa.string(), len(starts), [None, pa.py_buffer(offsets), pa.py_buffer(gathered)])

    # --- what goes on in the next piece

    def carry(self) -> Carried:
        """What the next piece must know."""
        if not self.state[c.INSIDE]:
            return Carried()
        scope = int(self.state[c.SCOPE])
        mine = self.controls.filter(pa.array(self._messages[:, c.M_SCOPE] == scope)).to_pylist()
        controls = self.carried.controls if self.carried.scope == scope else set()
        controls.update(mine)  # not a new set each time: a group may have very many messages
        return Carried(controls, scope, frozenset(self._told))

    # --- faults

    def faults(self) -> Iterator[Fault]:
        """Everything that is wrong with the envelopes."""
        for row in self.rows.events[: self.state[c.EVENTS]].tolist():
            yield self._of_event(row)
        for row in self._repeated().tolist():
            detail = f"{self.controls[row].as_py()} stands twice in the same group"
            yield self._of_header(row, 1, "MSG-CONTROL-REPEATED", detail, is_of_message=True)
        yield from self._mismatched()
        yield from self._ungrouped()
        yield from self._charsets()

    def _of_event(self, row: list[int]) -> Fault:
        code, words, has_tag = _EVENTS[row[c.E_CODE]]
        interchange = row[c.E_INTERCHANGE]
        name = ""
        if has_tag:
            name = tag(self.buffer[row[c.E_START] : row[c.E_END]], self._headers[interchange].delimiters)
        path = self._path(interchange, row[c.E_GROUP], row[c.E_MESSAGE], name)
        order = (interchange, WALK, row[c.E_WALK], 0)
        return Fault(order, self._file(interchange), code, (row[c.E_START], row[c.E_END]), path,
                     words(self, row, name), interchange, row[c.E_MESSAGE])  # fmt: skip

    def _of_header(self, message: int, rank: int, code: str, detail: str, *, is_of_message: bool) -> Fault:
        """A fault that the header of a message shows."""
        row = self._messages[message].tolist()
        interchange, start = row[c.M_INTERCHANGE], row[c.M_START]
        path = self._path(interchange, row[c.M_GROUP], message if is_of_message else -1, "")
        end = self._header_end(start, interchange)
        order = (interchange, WALK, start, rank)
        owner = message if is_of_message else -1
        return Fault(order, self._file(interchange), code, (start, end), path, detail, interchange, owner)

    def _header_end(self, start: int, interchange: int) -> int:
        row = self._interchanges[interchange]
        limit = int(row[c.I_LIMIT])
        return self._headers[interchange].delimiters.segment_end(self.buffer, start, limit)[0]

    def _repeated(self) -> Ints:
        """Messages whose control number stood before in the same group, or in the interchange where it has none."""
        if not len(self._messages):
            return np.empty(0, np.int64)
        numbers = self.controls.dictionary_encode()
        scope = self._messages[:, c.M_SCOPE]
        keys = scope * len(numbers.dictionary) + numbers.indices.to_numpy()
        goes_on = scope == self.carried.scope
        is_new = self.carried.controls.isdisjoint(self.controls.filter(pa.array(goes_on)).to_pylist())
        if is_new and (np.diff(keys) > 0).all():
            return np.empty(0, np.int64)  # each number is a new one: nothing to sort
        order = np.argsort(keys, kind="stable")
        again = order[1:][keys[order][1:] == keys[order][:-1]]
        if not is_new:
            known = pa.array(sorted(self.carried.controls), pa.string())
            before = pc.is_in(self.controls, known).to_numpy(zero_copy_only=False) & goes_on
            again = np.union1d(again, np.flatnonzero(before))
        return np.sort(again).astype(np.int64)

    def _mismatched(self) -> Iterator[Fault]:
        """The first message of a group that belongs in another kind of group."""
        belongs = self.syntax.service.group_types
        if not belongs or not self.groups or not len(self._messages):
            return
        types = self._kinds[0].dictionary_encode()
        expected = {belongs.get(name) for name in types.dictionary.to_pylist()}
        if len(expected) == 1 and {row["code"] for row in self.groups} == expected:
            return
        wanted = pa.array([belongs.get(name) for name in types.dictionary.to_pylist()], pa.string())
        codes = pa.array([row["code"] for row in self.groups], pa.string())
        group = self._messages[:, c.M_GROUP]
        has_group = pa.array(group, mask=group < 0)
        differs = pc.fill_null(pc.not_equal(wanted.take(types.indices), codes.take(has_group)), False)
        for row in _first_of_each(np.flatnonzero(differs.to_numpy(zero_copy_only=False)), group):
            name, code = self._kinds[0][row].as_py(), self.groups[int(group[row])]["code"]
            detail = f"the group says {code}, message {name} belongs in {belongs[name]}"
            if self._is_new("GROUP-TYPE-MISMATCH", self.groups[int(group[row])]["start"]):
                yield self._of_header(row, 2, "GROUP-TYPE-MISMATCH", detail, is_of_message=False)

    def _ungrouped(self) -> Iterator[Fault]:
        """The first message of an interchange that stands in no group, where every message must."""
        if not self.syntax.service.group_is_required:
            return
        interchange = self._messages[:, c.M_INTERCHANGE]
        for row in _first_of_each(np.flatnonzero(self._messages[:, c.M_GROUP] < 0), interchange):
            if self._is_new("ENV-BROKEN", int(self._interchanges[interchange[row], c.I_START])):
                yield self._of_header(row, 3, "ENV-BROKEN", "a message stands outside any group", is_of_message=False)

    def _charsets(self) -> Iterator[Fault]:
        for index, (header, row) in enumerate(zip(self._headers, self._interchanges.tolist(), strict=True)):
            wrong = self._wrong_charsets[index]
            if wrong and self._is_new("FILE-CHARSET", row[c.I_START]):
                path, order = self._path(index, -1, -1, ""), (index, END, 0, 0)
                yield Fault(order, row[c.I_FILE], "FILE-CHARSET", (header.start, header.end), path, wrong, index)

    def _is_new(self, code: str, start: int) -> bool:
        """Whether this was not yet told of the group or interchange that begins here."""
        is_new = (code, start) not in self._told
        self._told.add((code, start))
        return is_new

    def _file(self, interchange: int) -> int:
        return int(self._interchanges[interchange, c.I_FILE])

    def _path(self, interchange: int, group: int, message: int, name: str) -> str:
        """Where a person finds it: ``ISA 000000001/GS 1/ST 0001/SE``."""
        service = self.syntax.service
        parts = [f"{service.interchange[0]} {self.interchanges[interchange]['control']}"]
        if group >= 0:
            parts.append(f"{service.group[0]} {self.groups[group]['control']}")
        if message >= 0:
            parts.append(f"{service.message[0]} {self.controls[message].as_py()}")
        is_header = name in (service.group[0], service.message[0])
        return "/".join([*parts, name[:20]] if name and not is_header else parts).rstrip()

    def text(self, start: int, end: int) -> str:
        """A stretch of the buffer that is known to be ASCII."""
        return self.buffer[start:end].decode("ascii")


def _first_of_each(found: Ints, owner: Ints) -> list[int]:
    """Of these messages, in their order, the first one of each owner."""
    return sorted(found[np.unique(owner[found], return_index=True)[1]].tolist())


_TOO_MANY = f"more than {POSITION_MAX} elements; the rest was passed over"


def _counted(noted: Noted, row: list[int]) -> str:
    return _stated(noted, row, "groups" if row[c.E_B] else "messages")


def _stated(noted: Noted, row: list[int], what: str) -> str:
    stated = noted.text(row[c.E_A], row[c.E_A_END]) or "nothing"
    return f"the trailer says {stated}, there are {row[c.E_NUMBER]} {what}"


def _differ(noted: Noted, row: list[int]) -> str:
    return differ(noted.text(row[c.E_A], row[c.E_A_END]), noted.text(row[c.E_B], row[c.E_B_END]))


Words = Callable[[Noted, list[int], str], str]

# Events of `cutting`: the finding, its text, and whether its path names the segment.
_EVENTS: dict[int, tuple[str, Words, bool]] = {
    c.OUTSIDE: ("MSG-STRUCTURE", lambda n, row, name: f"segment {name[:20]} stands outside any message", True),
    c.TOO_MANY: ("MSG-STRUCTURE", lambda n, row, name: _TOO_MANY, True),
    c.MESSAGE_COUNT: ("MSG-COUNT-WRONG", lambda n, row, name: _stated(n, row, "segments"), True),
    c.MESSAGE_CONTROL: ("MSG-CONTROL-MISMATCH", lambda n, row, name: _differ(n, row), True),
    c.GROUP_COUNT: ("GROUP-COUNT-WRONG", lambda n, row, name: _stated(n, row, "messages"), True),
    c.GROUP_CONTROL: ("GROUP-CONTROL-MISMATCH", lambda n, row, name: _differ(n, row), True),
    c.ENV_COUNT: ("ENV-COUNT-WRONG", lambda n, row, name: _counted(n, row), True),
    c.ENV_CONTROL: ("ENV-CONTROL-MISMATCH", lambda n, row, name: _differ(n, row), True),
    c.MESSAGE_OPEN_STILL: (
        "MSG-TRUNCATED", lambda n, row, name: f"{name} stands where {n.syntax.service.message[1]} should", True,
    ),
    c.GROUP_OPEN_STILL: (
        "GROUP-COUNT-WRONG", lambda n, row, name: f"the group has no {n.syntax.service.group[1]}", False,
    ),
    c.ENV_CUT: ("ENV-TRUNCATED", lambda n, row, name: f"no {n.syntax.service.interchange[1]} here or behind", False),
    c.MESSAGE_CUT: ("MSG-TRUNCATED", lambda n, row, name: f"no {n.syntax.service.message[1]} here or behind", False),
}  # fmt: skip
