"""Open this when a large batch reads differently from a small one: what the compiled way notes, as Segments.

``cutting.cut`` runs over the whole batch; here its columns grow, and ``noted`` makes tables and findings of its rows.
What is not regular is read by ``batch``'s plain way, interchange by interchange, and put in at its place.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats import cut_columns as c
from mappings.formats.batch import (
    Header,
    Syntax,
    no_interchange,
    outside_text,
    read_interchange,
    sure_headers,
    text_outside,
)  # fmt: skip
from mappings.formats.cut_envelopes import begin_anew, has_rows
from mappings.formats.cut_headers import begin, learn
from mappings.formats.cuts import Buffer, Cuts
from mappings.formats.envelope import Walked
from mappings.formats.joined import joined
from mappings.formats.noted import BEFORE, Carried, Fault, Noted
from mappings.formats.recorder import Recorder
from mappings.formats.segments import Segments
from mappings.formats.tokens import Delimiters, tag

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]

_SEGMENT_BYTES, _MARK_BYTES, _MESSAGE_BYTES, _SIGN_BYTES = (
    14,
    3,
    400,
    1000,
)  # what the first guess at the room takes each to need
_ROOM_MIN, _ROWS_MIN = 4096, 256
_KINDS = (c.GROUP_OPEN, c.GROUP_CLOSE, c.MESSAGE_OPEN, c.MESSAGE_CLOSE, c.INTERCHANGE_CLOSE)


@dataclass
class Run:
    """One way through a batch. ``pause`` is how many bytes are read before it stops at a message; -1 never."""

    syntax: Syntax
    buffer: Buffer
    files: pa.Table
    pause: int = -1
    sure: Sequence[int] | None = None  # where unmistakable headers begin; found here when it is not given
    is_kept: bool = True  # whether pieces are good for longer than until the next one is asked for
    cut: Callable[..., int] | None = None  # the pass itself, compiled unless another form of it is given
    _headers: dict[int, Header] = field(default_factory=dict)  # by their start: those that only Python could read
    _outside: list[tuple[int, int, int]] = field(default_factory=list)  # file, start and end of text
    _carried: Carried = field(default_factory=Carried)
    _plain: Recorder | None = None  # what was read the plain way since the last piece

    def __post_init__(self) -> None:
        self._starts, self._ends = (self.files[name].to_numpy() for name in ("start", "end"))
        self._is_held = np.zeros(len(self._starts), np.bool_)  # files with an interchange
        self._bytes = np.frombuffer(self.buffer, np.uint8)
        self._sure = list(self._sure_headers() if self.sure is None else self.sure)
        self._cut = self.cut or _compiled().cut
        size = len(self.buffer) if self.pause < 0 else min(len(self.buffer), 2 * self.pause)
        self._room = _room(size // _SEGMENT_BYTES + _ROOM_MIN, size // _MARK_BYTES + _ROOM_MIN)
        self._rows = _rows(len(self._sure) + _ROWS_MIN, size // _MESSAGE_BYTES + _ROWS_MIN)
        self._rules = _rules(self.syntax, self._starts, self._ends, self._sure)
        self._state = np.zeros(c.STATE_SIZE, np.int64)
        self._state[[c.FILE, c.GROUP, c.MESSAGE, c.PAUSE_AT]] = -1

    def _sure_headers(self) -> Iterator[int]:
        """Where unmistakable headers begin in the files."""
        spans = zip(self._starts.tolist(), self._ends.tolist(), strict=True)
        if self.cut:
            yield from (at for span in spans for at in sure_headers(self.syntax, self.buffer, *span))
            return
        signs = signs_in(self._bytes, self.syntax.sign)
        first = np.searchsorted(signs, self._starts).tolist()
        for (start, end), one, behind in zip(spans, first, [*first[1:], len(signs)], strict=True):
            yield from sure_headers(self.syntax, self.buffer, start, end, signs[one:behind].tolist())

    def pieces(self) -> Iterator[Segments]:
        """The batch in pieces that follow one another; what is not regular is one of its own."""
        while True:
            if self.pause >= 0:
                self._state[c.PAUSE_AT] = self._state[c.AT] + max(self.pause, 1)
            reason = self._cut(self._bytes, self._rules, self._room, self._rows, self._state)
            if reason == c.NO_ROOM:
                self._room, self._rows = _grown(self._room, self._rows, self._state)
            elif reason == c.PAUSE:
                yield from self._settled()
            elif reason == c.AT_END:
                self.is_kept = False  # nothing is written into these columns any more
                yield from self._settled()
                if not self._is_held.all():
                    yield self._without_interchange()
                return
            elif reason == c.IRREGULAR or not self._enter():
                self._is_held[self._state[c.FILE]] = True
                rest = self._rest()
                if rest or self._state[c.INTERCHANGES] or self._outside:
                    yield from self._settled()
                if rest:
                    yield rest
                else:
                    self._read_plainly()

    def _settled(self) -> Iterator[Segments]:
        """What was read the plain way, then what was cut behind it."""
        if self._plain:
            yield self._plain.finish()
            self._plain = None
        yield self._piece()

    # --- what only Python can read

    def _enter(self) -> bool:
        """Enter the next interchange by Python's reading of its header; False when it cannot be cut from there.

        Behind the last header of a file the rest of it is text, and the next file is gone to.
        """
        state, end = self._state, int(self._state[c.FILE_END])
        at, file = int(state[c.AT]), int(state[c.FILE])
        header = self.syntax.find_header(self.buffer, at, end)
        if header is None:
            self._outside.append((file, at, end))
            state[c.AT] = end
            return True
        number = header.row["control"]
        control = self.buffer.find(number.encode("ascii", "ignore"), header.start, header.end)
        if not number or not number.isascii() or control < 0 or not _is_of_bytes(header.delimiters):
            return False
        self._outside.append((file, at, header.start))
        row = self._rows.interchanges[begin(self._rules, self._rows, state, header.start, header.end, header.behind)]
        _take_delimiters(row, header.delimiters)
        row[c.I_CONTROL], row[c.I_CONTROL_END] = control, control + len(number)
        learn(self._rules, row)
        self._headers[header.start] = header
        return True

    def _read_plainly(self) -> None:
        """The interchange that begins here, or further on, is read the plain way, behind others of its kind."""
        at, file, end = (int(self._state[name]) for name in (c.AT, c.FILE, c.FILE_END))
        self._plain = self._plain or Recorder(self.buffer, self.files)
        self._plain.begin_file(file)
        header = self.syntax.find_header(self.buffer, at, end)
        assert header is not None
        text_outside(self._plain, at, header.start)
        following = bisect_right(self._sure, header.start)
        limit = min(int(self._sure[following]), end) if following < len(self._sure) else end
        self._state[c.AT] = read_interchange(self._plain, self.syntax, header, limit)

    def _rest(self) -> Segments | None:
        """Where the open interchange was given up behind a pause: the rest of it, read the plain way."""
        state, count = self._state, int(self._state[c.INTERCHANGES])
        row = self._rows.interchanges[count - 1].tolist()
        if not count or row[c.I_RESUME] == row[c.I_START] or row[c.I_RESUME] != state[c.AT]:
            return None
        noted = Noted(self.syntax, self.buffer, self._rows, state, self._headers, self._carried)
        recorder = Recorder(self.buffer, self.files)
        recorder.begin_file(row[c.I_FILE])
        walked = Walked(row[c.I_GROUPS_HERE], row[c.I_MESSAGES_HERE], sorted(self._carried.controls))
        group = noted.groups[row[c.I_GROUP]] if row[c.I_GROUP] >= 0 else None
        header = noted.header(count - 1)
        at = read_interchange(recorder, self.syntax, header, row[c.I_LIMIT], row[c.I_RESUME], group, walked)
        state[c.AT], state[c.INTERCHANGES], state[c.GROUPS] = at, 0, 0  # what goes on behind a pause stands first
        return recorder.finish()

    def _without_interchange(self) -> Segments:
        """Files that hold nothing that can be read."""
        recorder = Recorder(self.buffer, self.files)
        for file in np.flatnonzero(~self._is_held).tolist():
            no_interchange(recorder, self.syntax, *recorder.begin_file(file))
        return recorder.finish()

    # --- what was noted since the last piece

    def _piece(self) -> Segments:
        """What was cut up to here. An interchange or group that is still open stands in the next piece too."""
        noted = Noted(self.syntax, self.buffer, self._rows, self._state, self._headers, self._carried)
        recorder = Recorder(self.buffer, self.files)
        recorder.interchanges, recorder.groups = noted.interchanges, noted.groups
        for fault in sorted([*noted.faults(), *self._texts()], key=lambda fault: fault.order):
            recorder.begin_file(fault.file)
            recorder.finding(fault.code, fault.span, fault.path, fault.detail, fault.interchange, fault.message)
        reading = replace(recorder.finish(), messages=noted.messages(), **self._cuts(noted))
        self._is_held[self._rows.interchanges[: self._state[c.INTERCHANGES], c.I_FILE]] = True
        self._carried = noted.carry()
        begin_anew(self._rows, self._state)
        return reading

    def _texts(self) -> Iterator[Fault]:
        """Text outside the interchanges, before the interchange that follows it."""
        starts = self._rows.interchanges[: self._state[c.INTERCHANGES], c.I_START]
        for file, start, end in self._outside:
            if self._is_held[file] or (self._rows.interchanges[: len(starts), c.I_FILE] == file).any():
                told = outside_text(self.buffer, start, end)
                if told:
                    before = int(np.searchsorted(starts, start))
                    yield Fault((before, BEFORE, start, 0), file, "ENV-TRAILING-TEXT", *told)
        self._outside.clear()

    def _cuts(self, noted: Noted) -> dict[str, Any]:
        """The columns as far as they are filled, and the tags that they name."""
        state, room = self._state, self._room
        segments, marks = int(state[c.SEGMENTS]), int(state[c.MARKS])
        keep = np.copy if self.is_kept else np.asarray
        numbers, tags = self._tags(keep(room.tag[:segments]), noted)
        room.first_mark[segments] = marks
        cuts = Cuts(
            message=keep(room.message[:segments]), tag=numbers, start=keep(room.start[:segments]),
            end=keep(room.end[:segments]), loop=np.broadcast_to(np.int32(-1), segments),
            first_mark=keep(room.first_mark[: segments + 1]), mark_at=keep(room.mark_at[:marks]),
            mark_kind=keep(room.mark_kind[:marks]),
        )  # fmt: skip
        return {"cuts": cuts, "tags": tags}

    def _tags(self, numbers: Numbers, noted: Noted) -> tuple[Numbers, list[str]]:
        """The tag numbers and what they mean; odd tags are read the plain way."""
        room, rules = self._room, self._rules
        slots = np.flatnonzero(rules.slots)
        slots = slots[np.argsort(rules.numbers[slots])]
        names = {_tag_text(int(rules.slots[slot])): number for number, slot in enumerate(slots)}
        if len(numbers) and numbers.min() < 0:
            for at in np.flatnonzero(numbers < 0).tolist():
                text = tag(self.buffer[room.start[at] : room.end[at]], noted.delimiters(int(room.message[at])))
                numbers[at] = names.setdefault(text, len(names))
        return numbers, list(names)


def signs_in(data: c.Bytes, sign: bytes) -> Ints:
    """Where in the bytes the three letters stand that every header of a standard begins with."""
    found = np.empty(len(data) // _SIGN_BYTES + _ROWS_MIN, np.int64)
    count = _compiled().find_signs(data, *sign, found)
    if count > len(found):
        found = np.empty(count, np.int64)
        _compiled().find_signs(data, *sign, found)
    return found[:count]


def _compiled() -> ModuleType:
    from mappings.formats import compiled  # numba takes half a second to import

    return compiled


def read_large(syntax: Syntax, buffer: Buffer, files: pa.Table, cut: Callable[..., int] | None = None) -> Segments:
    """Every interchange of the files as columns, in one piece."""
    reading = joined(list(Run(syntax, buffer, files, cut=cut).pieces()))
    if not reading.findings.num_rows or files.num_rows < 2:
        return reading
    of_file = pc.index_in(reading.findings["file"], files["file"].combine_chunks()).to_numpy()
    order = pa.array(np.argsort(of_file, kind="stable"))  # files that hold nothing were told of at the end
    return replace(reading, findings=reading.findings.take(order), owners=reading.owners.take(order))


def _room(segments: int, marks: int) -> c.Room:
    """Unfilled columns for this many segments and marks."""
    return c.Room(
        np.empty(segments, np.int32), np.empty(segments, np.int32), np.empty(segments, np.int64),
        np.empty(segments, np.int64), np.empty(segments, np.int64), np.empty(marks, np.uint32),
        np.empty(marks, np.uint8),
    )  # fmt: skip


def _rows(interchanges: int, messages: int) -> c.Rows:
    """Unfilled rows for this many interchanges, as many groups, and this many messages."""
    sizes = ((interchanges, c.I_SIZE), (interchanges, c.G_SIZE), (messages, c.M_SIZE), (_ROWS_MIN, c.E_SIZE))
    return c.Rows(*(np.empty(size, np.int64) for size in sizes))


def _grown(room: c.Room, rows: c.Rows, state: Ints) -> tuple[c.Room, c.Rows]:
    """Twice the rows, or the room, where less than half of it is left; what was noted stays.

    Where there are rows enough, marks get more: those of the segment that did not fit are not counted yet, and may be
    any number.
    """
    if not has_rows(rows, state):
        counts = [int(state[at]) for at in (c.INTERCHANGES, c.GROUPS, c.MESSAGES, c.EVENTS)]
        tables: list[Any] = [_roomy(table, there) for table, there in zip(rows, counts, strict=True)]
        return room, c.Rows(*tables)
    columns: list[Any] = [_roomy(column, int(state[c.SEGMENTS])) for column in room[:5]]
    columns += [_roomy(column, len(room.mark_at)) for column in room[5:]]
    return c.Room(*columns), rows


def _roomy(column: Any, there: int) -> Any:
    """The column, or one of twice its length that begins alike."""
    if 2 * there + 16 < len(column):
        return column
    larger = np.empty((2 * len(column), *column.shape[1:]), column.dtype)
    larger[: len(column)] = column
    return larger


def _rules(syntax: Syntax, starts: Ints, ends: Ints, sure: Sequence[int]) -> c.Rules:
    """What the compiled way is told of a standard and of the files."""
    service = syntax.service
    kinds = dict(zip((*service.group, *service.message, service.interchange[1]), _KINDS, strict=True))
    kinds |= dict.fromkeys(sorted(service.passed_over), c.PASSED) | dict.fromkeys(sorted(service.restart), c.RESTART)
    return c.Rules(
        syntax.standard == "x12", service.group_is_required, starts.copy(), ends.copy(), np.array(sure, np.int64),
        np.array([int.from_bytes(name.encode(), "big") for name in kinds], np.int64),
        np.array(list(kinds.values()), np.int8), np.zeros(c.TAG_SLOTS, np.int64), np.zeros(c.TAG_SLOTS + 1, np.int32),
        np.zeros(c.TAG_SLOTS, np.int8),
        np.zeros(256, np.uint8),
    )  # fmt: skip


def _tag_text(key: int) -> str:
    """The tag that stands in a slot as the number of its bytes."""
    return key.to_bytes(c.TAG_BYTES_MAX, "big").lstrip(b"\0").decode()


def _is_of_bytes(delimiters: Delimiters) -> bool:
    """Whether every delimiter is one byte, which is all that the compiled way knows."""
    given = (delimiters.element, delimiters.component, delimiters.terminator)
    return all(len(one) == 1 for one in given)


def _take_delimiters(row: Ints, delimiters: Delimiters) -> None:
    """The delimiters as the row of an interchange has them."""
    columns = (c.I_ELEMENT, c.I_COMPONENT, c.I_TERMINATOR, c.I_RELEASE, c.I_REPETITION)
    d = delimiters
    given = (d.element, d.component, d.terminator, d.release, d.repetition)
    for column, delimiter in zip(columns, given, strict=True):
        row[column] = delimiter[0] if delimiter else -1
