"""Open this when a CONTRL is missing or judges wrongly. UCI to UCD as in ISO 9735-10: action 0083, error 0085."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from mappings.answers.acknowledged import KINDS
from mappings.answers.answer import Answer, answered_file, name_of
from mappings.answers.faults import Fault, faults
from mappings.answers.verdicts import Verdict, Verdicts
from mappings.formats.edifact_write import Envelope, Message, Segment, write
from mappings.formats.segments import Segments
from mappings.outbound.files import plain
from schemas.findings import CATALOGUE
from schemas.partners import Wanted

Row = Mapping[str, Any]

_IDENTIFIER, _IDENTIFIER_4, _OF_EANCOM = ("CONTRL", "D", "3", "UN"), ("CONTRL", "4", "1", "UN"), "EAN004"
_REJECTED, _ACKNOWLEDGED, _RECEIVED = "4", "7", "8"
_UNSPECIFIED = "18"
_GROUP_FAULTS = frozenset({"GROUP-CONTROL-MISMATCH", "GROUP-COUNT-WRONG"})
_SEGMENTS_MAX, _ELEMENTS_MAX = 999, 99  # UCS of a UCM, UCD of a UCS


@dataclass(frozen=True, slots=True)
class _Judged:
    """A message, what is held of it, and where its faults are."""

    row: Row
    verdict: Verdict
    faults: Sequence[Fault]


def contrl(
    reading: Segments, held: Verdicts, wanted: Wanted, now: datetime, numbers: Iterator[int]
) -> Iterator[Answer]:
    """A CONTRL for each interchange, with a UCM for each message that is rejected or was not quite right.

    Who wants to hear of receipt alone gets action 8 and no more. An interchange without a reference cannot be
    answered, and one of acknowledgements never is.
    """
    messages, placed = defaultdict[int, list[_Judged]](list), faults(reading)
    for index, (row, verdict) in enumerate(zip(reading.messages.to_pylist(), held.messages, strict=True)):
        messages[row["interchange"]].append(_Judged(row, verdict, placed.get(index, ())))
    groups, of_groups = reading.groups.to_pylist(), _group_codes(reading)
    for index, row in enumerate(reading.interchanges.to_pylist()):
        ours = [one for one in messages[index] if one.row["type"] not in KINDS["edifact"]]
        if not _echo(row["control"]) or not (ours or not messages[index]):
            continue
        verdict = _without_groups(held.interchanges[index])
        segments = [_uci(row, verdict, wanted)]
        if not verdict.is_rejected and wanted != "received":
            segments += _below(ours, groups, of_groups)
        file, control = answered_file(reading, index), next(numbers)
        message = Message(_identifier(row, ours), segments)
        data = write(envelope(row, now, control), [message])
        yield Answer("CONTRL", file, name_of("CONTRL", row["control"], control, ending=".edi"), data, control)


def _identifier(row: Row, messages: Sequence[_Judged]) -> Sequence[str]:
    """S009 of our CONTRL: that of the syntax version, and of EANCOM where its messages were answered."""
    if str(row["version"]).endswith(":4"):
        return _IDENTIFIER_4
    is_eancom = any(re.fullmatch(r"(?:[^:]*:){4}EAN\d{3}.*", str(one.row["version"])) for one in messages)
    return (*_IDENTIFIER, _OF_EANCOM) if is_eancom else _IDENTIFIER


def _group_codes(reading: Segments) -> dict[int, list[str]]:
    """For each group its finding codes: those that lie inside it and name no message."""
    found, file_start = defaultdict[int, list[str]](list), reading.files["start"].to_pylist()
    file_of = reading.interchanges["file_index"].to_pylist()
    owners = zip(reading.owners["interchange"].to_pylist(), reading.findings["offset"].to_pylist(), strict=True)
    places = [(owner, file_start[file_of[owner]] + offset if owner >= 0 else -1) for owner, offset in owners]
    groups = list(enumerate(reading.groups.to_pylist()))
    for (owner, at), code in zip(places, reading.findings["code"].to_pylist(), strict=True):
        for number, group in groups if code in _GROUP_FAULTS else ():
            if group["interchange"] == owner and group["start"] <= at < group["end"]:
                found[number].append(code)
    return found


def _below(messages: Sequence[_Judged], groups: Sequence[Row], of_groups: Mapping[int, list[str]]) -> list[Segment]:
    """UCM and what is below it; where the messages stand in groups, below the UCF of each that has something to say."""
    segments: list[Segment] = []
    interchanges = {one.row["interchange"] for one in messages}
    told = [number for number, row in enumerate(groups) if row["interchange"] in interchanges]
    for number in [-1, *told]:
        own = [part for one in messages if one.row["group"] == number for part in _message(one)]
        codes = _answers(of_groups.get(number, ()))
        if number >= 0 and (own or codes):
            segments.append(_ucf(groups[number], codes))
        segments += own
    return segments


def _without_groups(verdict: Verdict) -> Verdict:
    """What is held of the interchange itself: faults of its groups are told by their UCF."""
    return Verdict(verdict.is_rejected, [code for code in verdict.codes if code not in _GROUP_FAULTS])


def _uci(row: Row, verdict: Verdict, wanted: Wanted) -> Segment:
    """The interchange: its reference and parties as they were, action, error."""
    sender = [_echo(row["sender"]), _echo(row["sender_qualifier"])]
    receiver = [_echo(row["receiver"]), _echo(row["receiver_qualifier"])]
    action = [_RECEIVED] if wanted == "received" and not verdict.is_rejected else _action(verdict)
    return ["UCI", _echo(row["control"]), sender, receiver, *action]


def _ucf(group: Row, codes: Sequence[str]) -> Segment:
    """A group that was taken: its reference and parties as they were, action, error."""
    return [
        "UCF",
        _echo(group["control"]),
        [_echo(group["sender"])],
        [_echo(group["receiver"])],
        _ACKNOWLEDGED,
        *codes[:1],
    ]


def _message(one: _Judged) -> list[Segment]:
    """UCM of a message that has something to say: reference, identifier, action, error; then its segments at fault."""
    if not one.verdict.is_rejected and not one.verdict.answers("contrl"):
        return []
    identifier = [_echo(part) for part in str(one.row["version"]).split(":")[:5]]
    placed = {fault.code for fault in one.faults}
    unplaced = Verdict(one.verdict.is_rejected, [code for code in one.verdict.codes if code not in placed])
    action = _action(one.verdict if one.verdict.is_rejected else unplaced)
    return [["UCM", _echo(one.row["control"]), identifier, *action], *_segments(one.faults)]


def _segments(found: Iterable[Fault]) -> list[Segment]:
    """UCS for each segment at fault (UNH is 1), each with UCD for its elements (the tag is 1)."""
    segments: list[Segment] = []
    told = sorted(found, key=_segment)
    for (position, _), own in [(key, list(own)) for key, own in groupby(told, key=_segment)][:_SEGMENTS_MAX]:
        whole = _answers(fault.code for fault in own if not fault.element)
        segments.append(["UCS", str(position), *whole[:1]])
        segments += [_element(fault) for fault in own if fault.element][:_ELEMENTS_MAX]
    return segments


def _element(fault: Fault) -> Segment:
    place = [str(fault.element + 1), str(fault.component) if fault.component else ""]
    return ["UCD", CATALOGUE[fault.code].contrl, place]


def _segment(fault: Fault) -> tuple[int, str]:
    return fault.position, fault.tag


def _answers(codes: Iterable[str]) -> list[str]:
    return Verdict(False, list(codes)).answers("contrl")


def _action(verdict: Verdict) -> list[str]:
    codes = verdict.answers("contrl")
    if verdict.is_rejected:
        return [_REJECTED, codes[0] if codes else _UNSPECIFIED]
    return [_ACKNOWLEDGED, *codes[:1]]


def envelope(row: Row, now: datetime, control: int) -> Envelope:
    """Our UNB: the parties of the interchange answered, changed over, in its syntax version."""
    version = re.fullmatch(r"UNO[A-KW]:([1-4])", str(row["version"]))
    return Envelope(
        _echo(row["receiver"]),
        _echo(row["receiver_qualifier"]),
        _echo(row["sender"]),
        _echo(row["sender_qualifier"]),
        now,
        str(control),
        level=str(row["version"]).split(":")[0] if version else "UNOC",
        version=version.group(1) if version else "3",
        test=row["usage"] == "T",
    )


def _echo(text: str | None) -> str:
    return plain(text, "")
