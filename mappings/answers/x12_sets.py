"""Open this when a 997 or 999 names the wrong place: their segments, from the group answered to its last element.

AK304 and IK304 are element 720, AK403 and IK403 element 723, AK501 717, AK502 718, AK905 716.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

from mappings.answers.faults import Fault
from mappings.formats.x12_write import Element, Message, Segment
from mappings.outbound.files import plain
from schemas.findings import CATALOGUE

Row = Mapping[str, Any]
Kind = Literal["997", "999"]

DELIMITERS = "*>~^"
IMPLEMENTATION_999 = "005010X231A1"
CODES_MAX = 5  # AK502..AK506, AK905..AK909
_SEGMENTS_MAX = 99  # of a message: who has more to mend sends it again before the rest is read
_ELEMENTS_MAX = 99  # AK4 behind an AK3
_COPY_MAX = 99  # AK404
_CONTEXT_MAX = 35
_HAS_ELEMENT_ERRORS = "8"
_TAGS: dict[Kind, tuple[str, str, str]] = {"997": ("AK3", "AK4", "AK5"), "999": ("IK3", "IK4", "IK5")}
# AK303 is four characters long at most in the versions we write it for, IK303 six.
_LOOP_MAX: dict[Kind, int] = {"997": 4, "999": 6}


@dataclass(frozen=True, slots=True)
class Judged:
    """A message as it is answered: A, E (accepted, errors noted) or R, and where its faults are.

    ``business`` names the business document to the partner by element and value (``BGN02``, its number), for CTX.
    """

    row: Row
    verdict: Literal["A", "E", "R"]
    codes: list[str]
    faults: Sequence[Fault] = ()
    convention: str = ""
    business: tuple[str, str] | None = None


def functional_set(kind: Kind, group: Row, judged: Sequence[Judged], codes: list[str]) -> Message:
    """A 997 or 999 for one group: AK1, then for each message AK2, its faults and its verdict, and AK9."""
    release = echo(group["version"]) if kind == "999" else ""
    segments: list[Segment] = [["AK1", echo(group["code"]), echo(group["control"]), release]]
    for one in judged:
        segments.append(["AK2", echo(one.row["type"]), echo(one.row["control"]), _convention(kind, one)])
        segments += _faults(kind, one)
        segments.append([_TAGS[kind][2], one.verdict, *one.codes[:CODES_MAX]])
    segments.append(_ak9(group, judged, codes))
    return Message(kind, segments, IMPLEMENTATION_999 if kind == "999" else "")


def echo(text: str | None) -> str:
    """A value of the partner's without anything that could break our segments."""
    return plain(text, DELIMITERS)


def _segment_id(tag: str) -> str:
    """AK301 has two or three characters; what was sent may have no tag at all, and is then named by question marks."""
    return echo(tag)[:3].ljust(2, "?")


def _convention(kind: Kind, one: Judged) -> str:
    return echo(one.convention) if kind == "999" else ""


def _faults(kind: Kind, one: Judged) -> list[Segment]:
    """AK3 for each segment and error; the one that says that elements are wrong is followed by their AK4."""
    segments: list[Segment] = []
    errors = [((fault.position, fault.tag, CATALOGUE[fault.code].ak3), fault) for fault in one.faults]
    errors = [(key, fault) for key, fault in errors if fault.element or key[2] != _HAS_ELEMENT_ERRORS]
    by_segment = groupby(sorted(errors, key=itemgetter(0)), key=itemgetter(0))
    for (position, tag, code), found in [(key, [fault for _, fault in own]) for key, own in by_segment][:_SEGMENTS_MAX]:
        segments.append([_TAGS[kind][0], _segment_id(tag), str(position), echo(found[0].loop)[: _LOOP_MAX[kind]], code])
        if kind == "999" and one.business:
            segments.append(["CTX", [one.business[0], echo(one.business[1])[:_CONTEXT_MAX]]])
        if code == _HAS_ELEMENT_ERRORS:
            segments += [_element(kind, fault) for fault in found[:_ELEMENTS_MAX]]
    return segments


def _element(kind: Kind, fault: Fault) -> Segment:
    """AK4 or IK4: position, no reference number (our tables do not hold it), error, and a copy of what stood there."""
    position: Element = [str(n) if n else "" for n in (fault.element, fault.component, fault.repetition)]
    return [_TAGS[kind][1], position, "", CATALOGUE[fault.code].ak4, echo(fault.value)[:_COPY_MAX]]


def _ak9(group: Row, judged: Sequence[Judged], codes: list[str]) -> Segment:
    """AK901 A, E, P or R; AK902 messages as declared, AK903 as received, AK904 as accepted."""
    accepted = sum(one.verdict != "R" for one in judged)
    declared = len(judged) if group["declared_count"] is None else group["declared_count"]
    if judged and not accepted:
        verdict = "R"
    elif accepted < len(judged):
        verdict = "P"
    else:
        verdict = "E" if codes or any(one.verdict == "E" for one in judged) else "A"
    return ["AK9", verdict, str(min(declared, 999_999)), str(len(judged)), str(accepted), *codes[:CODES_MAX]]
