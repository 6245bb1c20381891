"""Open this when a partner's answer to us is read wrongly: 997, 999, TA1, CONTRL, 824 and APERAK about what we sent.

    acknowledged(reading, interchanges, messages) -> pa.Table       # schemas.tables.ACKNOWLEDGED

A row for each interchange, group, message or document that is answered, with our own control numbers as they come
back. What we think of the partner's messages is in ``verdicts.py``; what it thinks of ours is here.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.segments import Segments
from mappings.formats.values import text
from schemas.tables import ACKNOWLEDGED, empty

Row = Mapping[str, Any]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# What is itself an answer: it makes no document, and nothing answers it.
KINDS = {"x12": frozenset({"997", "999", "824"}), "edifact": frozenset({"CONTRL", "APERAK"})}

ACCEPTED, REMARKED, REJECTED = "accepted", "remarked", "rejected"
# AK501 and IK501 (717), AK901 (715), TA104 (I17). Of a group taken in part, something was rejected.
_X12_VERDICTS = {
    "A": ACCEPTED,
    "E": REMARKED,
    "P": REJECTED,
    "R": REJECTED,
    "M": REJECTED,
    "W": REJECTED,
    "X": REJECTED,
}
# OTI01 (110) says in its first letter of what it speaks (T message, I item ...), in its second what became of it.
_OTI_VERDICTS = {"A": ACCEPTED, "E": REMARKED, "C": REMARKED, "P": REJECTED, "R": REJECTED}
_ACTIONS = {"4": REJECTED, "7": ACCEPTED, "8": ACCEPTED}  # 0083
_RESPONSES = {"AP": ACCEPTED, "AB": ACCEPTED, "RE": REJECTED, "CA": REMARKED, "AJ": REMARKED}  # 4343
_FUNCTIONS = {"27": REJECTED, "29": ACCEPTED}  # 1225, where there is no 4343
_DOCUMENTS = {"312": ACCEPTED, "313": REJECTED}  # 1001, where 1225 says neither
_POSITIVE_ERC = "100"  # in some profiles an ERC of this code says that all is well
_TA1 = "TA1"


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment of an answer: its bytes in the buffer, and its values by element and component."""

    tag: str
    start: int
    end: int
    values: Mapping[tuple[int, int], str]

    def at(self, element: int, component: int = 1) -> str:
        """A value, empty when there is none."""
        return self.values.get((element, component), "").strip()

    def codes(self, first: int, last: int) -> list[str]:
        """The values of these elements that are not empty."""
        return [value for element in range(first, last + 1) if (value := self.at(element))]


@dataclass(slots=True)
class _Told:
    """What an answer says of one thing that we sent."""

    level: str
    at: _Segment
    interchange: str = ""
    group: str = ""
    message: str = ""
    reference: str = ""
    verdict: str = ACCEPTED
    codes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def acknowledged(reading: Segments, interchanges: Mask, messages: Mask) -> pa.Table:
    """What the answers in these interchanges and messages say (``ACKNOWLEDGED``), in the order of their bytes."""
    of_type = np.asarray(pc.is_in(reading.messages["type"], pa.array(sorted(_READ))).to_numpy(), dtype=bool)
    numbers = np.flatnonzero(messages & of_type)
    first_group = _first_groups(reading)
    if not len(numbers) and not _may_have_ta1(reading, first_group):
        return empty(ACKNOWLEDGED)
    rows, files = [], reading.files.to_pylist()
    owners = reading.messages["interchange"].to_numpy()[numbers].tolist()
    answers = list(zip(owners, reading.messages["type"].take(numbers).to_pylist(), strict=True))
    waiting = deque(zip(answers, _contents(reading, numbers), strict=True))
    for index, interchange in enumerate(reading.interchanges.to_pylist()):
        told: list[tuple[str, _Told]] = []
        if interchanges[index] and interchange["standard"] == "x12":
            end = first_group.get(index, interchange["end"])
            told += [(_TA1, one) for one in _ta1s(reading, interchange, end)]
        while waiting and waiting[0][0][0] == index:
            (_, kind), segments = waiting.popleft()
            told += [(kind, one) for one in _READ[kind](segments) if interchanges[index]]
        file = files[interchange["file_index"]]
        rows += [_row(file, interchange["standard"], kind, one) for kind, one in told]
    return pa.Table.from_pylist(rows, schema=ACKNOWLEDGED)


def _may_have_ta1(reading: Segments, first_group: dict[int, int]) -> bool:
    """Whether the letters of a TA1 stand before the first group of an X12 interchange, or anywhere in one without."""
    named = (reading.interchanges[name].to_pylist() for name in ("standard", "start", "end"))
    return any(
        standard == "x12" and reading.buffer.find(_TA1.encode(), start, first_group.get(index, end)) >= 0
        for index, (standard, start, end) in enumerate(zip(*named, strict=True))
    )


def _first_groups(reading: Segments) -> dict[int, int]:
    """Where the first group of each interchange begins."""
    columns = (reading.groups[name].to_pylist()[::-1] for name in ("interchange", "start"))
    return dict(zip(*columns, strict=True))


def _row(file: Row, standard: str, kind: str, told: _Told) -> dict[str, Any]:
    return {
        "file": file["file"],
        "offset": told.at.start - file["start"],
        "length": told.at.end - told.at.start,
        "standard": standard,
        "kind": kind,
        "level": told.level,
        "interchange_control": told.interchange or None,
        "group_control": told.group or None,
        "message_control": told.message or None,
        "reference": told.reference or None,
        "verdict": told.verdict,
        "codes": " ".join(told.codes),
        "places": "; ".join(told.places),
    }


def _contents(reading: Segments, numbers: Ints) -> Iterator[list[_Segment]]:
    """The segments of each of these messages with their values; of a repeated element the first."""
    first = reading.messages["first_segment"].to_numpy()[numbers].astype(np.int64)
    behind = first + reading.messages["segment_count"].to_numpy()[numbers]
    owner = reading.values["segment"].to_numpy()
    low, high = np.searchsorted(owner, first), np.searchsorted(owner, behind)
    rows = np.concatenate([np.empty(0, np.int64), *map(np.arange, low, high)])
    places = (reading.values[name].to_numpy()[rows].tolist() for name in ("segment", "element", "component"))
    values = zip(*places, text(reading, rows).to_pylist(), strict=True)
    for start, end, count in zip(first.tolist(), behind.tolist(), (high - low).tolist(), strict=True):
        found: list[dict[tuple[int, int], str]] = [{} for _ in range(start, end)]
        for segment, element, component, words in islice(values, count):
            found[segment - start].setdefault((element, component), words)
        yield [_segment(reading, at, found[at - start]) for at in range(start, end)]


def _segment(reading: Segments, at: int, values: Mapping[tuple[int, int], str]) -> _Segment:
    cuts = reading.cuts
    return _Segment(reading.tags[cuts.tag[at]], int(cuts.start[at]), int(cuts.end[at]), values)


# --- X12


def _ta1s(reading: Segments, row: Row, end: int) -> Iterator[_Told]:
    """TA1 segments: they stand between ISA and the first group, outside any message."""
    separator, terminator = (row[name].encode("latin-1") for name in ("element_separator", "segment_terminator"))
    pattern = re.compile(rb"(?<![A-Za-z0-9])TA1" + re.escape(separator) + rb"[^" + re.escape(terminator) + rb"]*")
    for found in pattern.finditer(reading.buffer, row["start"], end):
        elements = found.group().decode("latin-1").split(separator.decode("latin-1"))[1:]
        values = {(position, 1): value for position, value in enumerate(elements, 1)}
        at = _Segment(_TA1, found.start(), found.end(), values)
        codes = [] if at.at(5) in ("", "000") else [at.at(5)]
        yield _Told("interchange", at, interchange=at.at(1), verdict=_x12_verdict(at.at(4)), codes=codes)


def _x12_verdict(code: str) -> str:
    return _X12_VERDICTS.get(code, REMARKED)


def _functional(segments: Sequence[_Segment]) -> Iterator[_Told]:
    """997 and 999: a row for each AK2, and one for the group."""
    group, one = "", None
    for segment in segments:
        match segment.tag:
            case "AK1":
                group = segment.at(2)
            case "AK2":
                one = _Told("message", segment, group=group, message=segment.at(2), reference=segment.at(1))
            case "AK3" | "IK3" if one:
                one.places.append(f"segment {segment.at(2)} {segment.at(1)} {segment.at(4)}".rstrip())
            case "AK4" | "IK4" if one:
                one.places.append(f"element {_position(segment, 1)} {segment.at(3)} {segment.at(4)}".rstrip())
            case "AK5" | "IK5" if one:
                one.verdict, one.codes = _x12_verdict(segment.at(1)), segment.codes(2, 6)
                yield one
                one = None
            case "AK9":
                codes = segment.codes(5, 9)
                yield _Told("group", segment, group=group, verdict=_x12_verdict(segment.at(1)), codes=codes)


def _application(segments: Sequence[_Segment]) -> Iterator[_Told]:
    """824: a row for each OTI, with the errors and texts of its TED."""
    one = None
    for segment in segments:
        if segment.tag in ("OTI", "SE") and one:
            yield one
        if segment.tag == "OTI":
            verdict = _OTI_VERDICTS.get(segment.at(1)[1:], REMARKED)
            one = _Told("document", segment, "", segment.at(8), segment.at(9), segment.at(3), verdict)
        elif segment.tag == "TED" and one:
            one.codes += segment.codes(1, 1)
            one.places += segment.codes(2, 2)


# --- EDIFACT


def _contrl(segments: Sequence[_Segment]) -> Iterator[_Told]:
    """CONTRL: a row for the interchange, and one for each group and message that it names."""
    interchange, group, told = "", "", list[_Told]()
    for segment in segments:
        match segment.tag:
            case "UCI":
                interchange = segment.at(1)
                told.append(_Told("interchange", segment, interchange))
                _judge(told[-1], 4)
            case "UCF":
                group = segment.at(1)
                told.append(_Told("group", segment, interchange, group))
                _judge(told[-1], 4)
            case "UCM":
                told.append(_Told("message", segment, interchange, group, segment.at(1), segment.at(2)))
                _judge(told[-1], 3)
            case "UCS" if told:
                told[-1].places.append(f"segment {segment.at(1)} {segment.at(2)}".rstrip())
                _remark(told[-1])
            case "UCD" if told:
                told[-1].places.append(f"element {_position(segment, 2)} {segment.at(1)}")
                _remark(told[-1])
    yield from told


def _judge(told: _Told, action: int) -> None:
    """What UCI, UCF or UCM says: its action, and behind it an error, which remarks what is not rejected."""
    told.verdict = _ACTIONS.get(told.at.at(action), REMARKED)
    told.codes = told.at.codes(action + 1, action + 1)
    if told.codes:
        _remark(told)


def _remark(told: _Told) -> None:
    told.verdict = REMARKED if told.verdict == ACCEPTED else told.verdict


def _aperak(segments: Sequence[_Segment]) -> Iterator[_Told]:
    """APERAK: one row, with the number of what it answers, and its errors, texts and lines."""
    told, stated = _Told("document", segments[0]), ""
    for segment in segments:
        match segment.tag:
            case "BGM":
                stated, told.at = _stated(segment), segment
            case "RFF" if not told.codes:
                told.reference = told.reference or segment.at(1, 2)
            case "RFF":
                told.places.append(f"{segment.at(1)} {segment.at(1, 2)}")
            case "ERC":
                told.codes.append(segment.at(1))
            case "FTX" if told.codes:
                told.places.append(" ".join(filter(None, (segment.at(4, n) for n in range(1, 6)))))
    errors = [code for code in told.codes if code != _POSITIVE_ERC]
    told.verdict = stated or (REJECTED if errors else ACCEPTED)
    yield told


def _stated(bgm: _Segment) -> str:
    """The verdict that BGM states, by whichever of its elements states one; empty when only the errors tell."""
    if response := bgm.at(4):
        return _RESPONSES.get(response, REMARKED)
    return _FUNCTIONS.get(bgm.at(3)) or _DOCUMENTS.get(bgm.at(1), "")


def _position(segment: _Segment, element: int) -> str:
    """The place of an element at fault, as `3` or `3.2`."""
    return ".".join(filter(None, (segment.at(element, 1), segment.at(element, 2))))


_READ: Mapping[str, Callable[[Sequence[_Segment]], Iterator[_Told]]] = {
    "997": _functional,
    "999": _functional,
    "824": _application,
    "CONTRL": _contrl,
    "APERAK": _aperak,
}
