"""Open this when counts, control numbers or truncation are reported wrongly: the walk through one interchange.

Both standards nest alike: interchange, group, message, each with a header and with a trailer of (count, control).
Only the tags differ, and where the headers keep their fields. A bad message costs that message; the walk goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mappings.formats.cuts import POSITION_MAX
from mappings.formats.recorder import Recorder, Row
from mappings.formats.tokens import Delimiters, fields, skip_blanks, tag

Fields = list[list[str]]

_COUNT_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Service:
    """The service segments of a standard and how to read their headers. ``passed_over`` stands between messages."""

    interchange: tuple[str, str]
    group: tuple[str, str]
    message: tuple[str, str]
    group_row: Callable[[Fields], Row]
    message_row: Callable[[Fields, Row | None], Row]
    passed_over: frozenset[str]
    group_is_required: bool
    group_types: Mapping[str, str]  # message type to the group code it belongs in
    restart: frozenset[str]  # tags that begin another interchange


@dataclass(frozen=True, slots=True)
class _At:
    """A segment on the walk."""

    tag: str
    start: int
    end: int
    body: bytes


def field(elements: Fields, element: int, component: int = 1) -> str:
    """A field of a service segment by its position, empty when it is not there."""
    if element > len(elements) or component > len(elements[element - 1]):
        return ""
    return elements[element - 1][component - 1]


def same_number(one: str, other: str) -> bool:
    """Whether two control numbers are the same as text, or as whole numbers (1 and 000000001)."""
    return one == other or (_is_number(one) and _is_number(other) and int(one) == int(other))


def count(text: str) -> int | None:
    """A count as a trailer states it; None when it is no number."""
    return min(int(text), _COUNT_MAX) if _is_number(text) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk has behind it: groups, messages, and the control numbers in the open group or without one."""

    groups: int
    messages: int
    controls: Sequence[str]


NOTHING_WALKED = Walked(0, 0, ())


class Walk:
    """The way through one interchange, from behind its header to behind its trailer."""

    def __init__(self, recorder: Recorder, service: Service, delimiters: Delimiters, interchange: Row) -> None:
        self._recorder, self._service, self._delimiters, self._row = recorder, service, delimiters, interchange
        self._index = len(recorder.interchanges)
        recorder.interchanges.append(interchange)
        self._groups = 0
        self._messages = 0
        self._group: Row | None = None
        self._message: Row | None = None
        self._controls: list[str] = []  # of the messages in the open group
        self._has_type_mismatch = False
        self._has_ungrouped = False
        self._steps: dict[str, Callable[[_At], None]] = {
            service.group[0]: self._open_group,
            service.group[1]: self._close_group,
            service.message[0]: self._open_message,
            service.message[1]: self._close_message,
            service.interchange[1]: self._close_interchange,
        }

    def go_on(self, group: Row | None, walked: Walked) -> None:
        """Take up a walk that began elsewhere, in this group or in none."""
        self._groups, self._messages, self._controls = walked.groups, walked.messages, list(walked.controls)
        if group is not None:
            self._group = group
            self._recorder.groups.append(group)

    def run(self, at: int, limit: int) -> int:
        """Read from here to the trailer, or to the limit if there is none; give the place to go on from."""
        buffer, end = self._recorder.buffer, at
        while (start := skip_blanks(buffer, at, limit)) < limit:
            stop, at = self._delimiters.segment_end(buffer, start, limit)
            body = buffer[start:stop]
            segment = _At(tag(body, self._delimiters), start, stop, body)
            if segment.tag in self._service.restart:
                self._truncated(end)
                return start
            if not body:
                continue
            end = stop
            self._steps.get(segment.tag, self._content)(segment)
            if self._row["complete"]:
                return at
        self._truncated(end)
        return limit

    def broken(self, detail: str) -> None:
        """The interchange as a whole cannot be answered for."""
        self._find("ENV-BROKEN", _At("", self._row["start"], self._row["end"], b""), detail, of_message=False)

    # --- headers

    def _open_group(self, segment: _At) -> None:
        self._leave_group(segment)
        self._groups += 1
        row = self._service.group_row(fields(segment.body, self._delimiters))
        row |= {"interchange": self._index, "start": segment.start, "end": segment.end, "declared_count": None}
        self._group, self._controls, self._has_type_mismatch = row, [], False
        self._recorder.groups.append(row)

    def _open_message(self, segment: _At) -> None:
        self._leave_message(segment)
        self._messages += 1
        row = self._service.message_row(fields(segment.body, self._delimiters), self._group)
        row |= {
            "interchange": self._index,
            "group": len(self._recorder.groups) - 1 if self._group else -1,
            "start": segment.start,
            "end": segment.end,
            "first_segment": len(self._recorder.segment_tag),
            "segment_count": 0,
            "declared_count": None,
            "readable": False,
        }
        self._message = row
        self._recorder.messages.append(row)
        self._note(segment)
        self._check_header(segment, row)

    def _check_header(self, segment: _At, row: Row) -> None:
        if row["control"] in self._controls:
            self._find("MSG-CONTROL-REPEATED", segment, f"{row['control']} stands twice in the same group")
        self._controls.append(row["control"])
        belongs = self._service.group_types.get(row["type"])
        if self._group and belongs and self._group["code"] != belongs and not self._has_type_mismatch:
            self._has_type_mismatch = True
            detail = f"the group says {self._group['code']}, message {row['type']} belongs in {belongs}"
            self._find("GROUP-TYPE-MISMATCH", segment, detail, of_message=False)
        if not self._group and self._service.group_is_required and not self._has_ungrouped:
            self._has_ungrouped = True
            self._find("ENV-BROKEN", segment, "a message stands outside any group", of_message=False)

    # --- what messages are made of

    def _content(self, segment: _At) -> None:
        if self._message is not None:
            self._note(segment)
        elif segment.tag not in self._service.passed_over:
            self._find("MSG-STRUCTURE", segment, f"segment {segment.tag[:20]} stands outside any message")

    def _note(self, segment: _At) -> None:
        assert self._message is not None
        recorder = self._recorder
        recorder.segment(len(recorder.messages) - 1, segment.tag, segment.start, segment.end)
        self._message["segment_count"] += 1
        self._message["end"] = segment.end
        if not recorder.marks.add(segment.start, segment.body, self._delimiters):
            self._find("MSG-STRUCTURE", segment, f"more than {POSITION_MAX} elements; the rest was passed over")

    # --- trailers

    def _close_message(self, segment: _At) -> None:
        if self._message is None:
            self._content(segment)
            return
        self._note(segment)
        row, trailer = self._message, fields(segment.body, self._delimiters)
        row["readable"], row["declared_count"] = True, count(field(trailer, 1))
        if row["declared_count"] != row["segment_count"]:
            detail = f"the trailer says {field(trailer, 1) or 'nothing'}, there are {row['segment_count']} segments"
            self._find("MSG-COUNT-WRONG", segment, detail)
        if not same_number(row["control"], field(trailer, 2)):
            self._find("MSG-CONTROL-MISMATCH", segment, differ(row["control"], field(trailer, 2)))
        self._message = None

    def _close_group(self, segment: _At) -> None:
        self._leave_message(segment)
        if self._group is None:
            self._content(segment)
            return
        row, trailer = self._group, fields(segment.body, self._delimiters)
        row["end"], row["declared_count"] = segment.end, count(field(trailer, 1))
        if row["declared_count"] != len(self._controls):
            detail = f"the trailer says {field(trailer, 1) or 'nothing'}, there are {len(self._controls)} messages"
            self._find("GROUP-COUNT-WRONG", segment, detail)
        if not same_number(row["control"], field(trailer, 2)):
            self._find("GROUP-CONTROL-MISMATCH", segment, differ(row["control"], field(trailer, 2)))
        self._group, self._controls = None, []

    def _close_interchange(self, segment: _At) -> None:
        self._leave_group(segment)
        row, trailer = self._row, fields(segment.body, self._delimiters)
        row["end"], row["declared_count"], row["complete"] = segment.end, count(field(trailer, 1)), True
        what = "groups" if self._groups or self._service.group_is_required else "messages"
        there = self._groups if what == "groups" else self._messages
        if row["declared_count"] != there:
            detail = f"the trailer says {field(trailer, 1) or 'nothing'}, there are {there} {what}"
            self._find("ENV-COUNT-WRONG", segment, detail)
        if not same_number(row["control"], field(trailer, 2)):
            self._find("ENV-CONTROL-MISMATCH", segment, differ(row["control"], field(trailer, 2)))

    # --- trailers that did not come

    def _leave_message(self, segment: _At) -> None:
        """Whatever stands here, the open message should have ended before it."""
        if self._message is not None:
            self._find("MSG-TRUNCATED", segment, f"{segment.tag} stands where {self._service.message[1]} should")
            self._message = None

    def _leave_group(self, segment: _At) -> None:
        self._leave_message(segment)
        if self._group is not None:
            if self._controls and self._recorder.messages:
                self._group["end"] = self._recorder.messages[-1]["end"]
            place = _At("", self._group["start"], self._group["start"], b"")
            self._find("GROUP-COUNT-WRONG", place, f"the group has no {self._service.group[1]}")
            self._group, self._controls = None, []

    def _truncated(self, end: int) -> None:
        self._row["end"] = max(end, self._row["end"])
        nothing = _At("", self._row["end"], self._row["end"], b"")
        self._find("ENV-TRUNCATED", nothing, f"no {self._service.interchange[1]} here or behind", of_message=False)
        if self._message is not None:
            self._find("MSG-TRUNCATED", nothing, f"no {self._service.message[1]} here or behind")
        if self._group is not None:
            self._group["end"] = self._row["end"]

    def _find(self, code: str, segment: _At, detail: str, *, of_message: bool = True) -> None:
        message = len(self._recorder.messages) - 1 if of_message and self._message is not None else -1
        span = (segment.start, segment.end)
        self._recorder.finding(code, span, self._path(segment.tag, message), detail, self._index, message)

    def _path(self, tag: str, message: int) -> str:
        """Where a person finds it: ``ISA 000000001/GS 1/ST 0001/SE``."""
        parts = [f"{self._service.interchange[0]} {self._row['control']}"]
        if self._group is not None:
            parts.append(f"{self._service.group[0]} {self._group['control']}")
        if message >= 0 and self._message is not None:
            parts.append(f"{self._service.message[0]} {self._message['control']}")
        headers = (self._service.group[0], self._service.message[0])
        return "/".join([*parts, tag[:20]] if tag and tag not in headers else parts).rstrip()


def differ(header: str, trailer: str) -> str:
    """What is wrong with control numbers that are not the same."""
    return f"the header says {header or 'nothing'}, the trailer {trailer or 'nothing'}"
