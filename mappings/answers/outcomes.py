"""Open this when an 824 or an APERAK is missing or goes to the wrong place; its outbound map says what stands in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mappings.answers import contrl, x12
from mappings.answers.answer import Answer, answered_file, name_of, own_number
from mappings.answers.business import Judgement
from mappings.answers.x12_sets import echo
from mappings.formats import edifact_write, x12_write
from mappings.formats.segments import Segments
from mappings.layouts import Layout, load_layout
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.documents import Made, documents_of, tables_of
from mappings.outbound.files import edifact_message, fit_for, x12_message

Row = Mapping[str, Any]

_REASONS_MAX = 999  # of a document: who has more to mend sends it again before the rest is read


@dataclass(frozen=True, slots=True)
class _Sending:
    """An interchange of ours: what it answers, an X12 group or a whole interchange, and the documents judged in it."""

    row: Row
    group: Row | None
    file: str
    control: int
    judged: Sequence[Judgement]


def outcomes(
    reading: Segments,
    judged: Mapping[int, Sequence[Judgement]],
    one: OutboundMap,
    now: datetime,
    numbers: Iterator[int],
) -> Iterator[Answer]:
    """An interchange for each X12 group or EDIFACT interchange that is told something, with a message a document."""
    layout = load_layout(str(one.rules.writes.layout), one.rules.writes.version or "")
    sendings = list(_sendings(reading, judged, numbers))
    told = [_rows(sending, number, about, now) for sending in sendings for number, about in _numbered(sending)]
    fits = [fit_for(one.standard, _level(sending)) for sending in sendings for _ in sending.judged]
    made = iter(documents_of(one, layout, tables_of("outcome", told), fits))
    for sending in sendings:
        yield _answer(one, layout, sending, [next(made) for _ in sending.judged], now)


def _sendings(
    reading: Segments, judged: Mapping[int, Sequence[Judgement]], numbers: Iterator[int]
) -> Iterator[_Sending]:
    groups = reading.groups.to_pylist()
    for index, row in enumerate(reading.interchanges.to_pylist()):
        own = defaultdict[int, list[Judgement]](list)
        for about in judged.get(index, ()):
            own[about.message["group"] if row["standard"] == "x12" else -1].append(about)
        for number in sorted(own):
            # An X12 message outside any group is never taken, so there always is one.
            group = groups[number] if row["standard"] == "x12" else None
            yield _Sending(row, group, answered_file(reading, index), next(numbers), own[number])


def _numbered(sending: _Sending) -> Iterator[tuple[str, Judgement]]:
    for place, about in enumerate(sending.judged, 1):
        yield own_number(sending.control, place), about


def _level(sending: _Sending) -> str:
    return "" if sending.group else str(sending.row["version"]).split(":")[0]


def _rows(sending: _Sending, number: str, about: Judgement, now: datetime) -> dict[str, Any]:
    """A document as the outbound map reads it (``schemas.outbound.OUTCOMES``), with its reasons."""
    row, group, message = sending.row, sending.group, about.message
    return {
        "number": number,
        "written_at": now.replace(tzinfo=None, second=0, microsecond=0),
        "reference": about.number,
        "outcome": about.outcome,
        "kind": about.kind,
        "message_type": message["type"],
        "message_control": message["control"],
        "version": (group or message)["version"],
        "group_control": group["control"] if group else None,
        "sent_by": (group or row)["sender"],
        "sent_to": (group or row)["receiver"],
        "our_id": row["receiver"],
        "our_id_kind": row["receiver_qualifier"],
        "their_id": row["sender"],
        "their_id_kind": row["sender_qualifier"],
        "lines": [
            {"code": one.code, "meaning": one.meaning, "words": one.words, "line_no": one.line_no,
             "segment": one.tag or None, "position": one.position or None}
            for one in about.reasons[:_REASONS_MAX]
        ],
    }  # fmt: skip


def _answer(one: OutboundMap, layout: Layout, sending: _Sending, made: Sequence[Made], now: datetime) -> Answer:
    """The interchange; documents that cannot be written are left out, and it says why."""
    messages: list[Any] = []
    problems = []
    for about, document in zip(sending.judged, made, strict=True):
        wrong = list(document.faults)
        if not wrong:
            try:
                messages.append(_message(one, sending, about, document))
            except ValueError as fault:
                wrong.append(str(fault))
        problems += [f"{layout.message} about {about.number}: {fault}" for fault in wrong[:1]]
    group = [sending.group["control"]] if sending.group else []
    name = name_of(layout.message, sending.row["control"], *group, sending.control, ending=".edi")
    data = _interchange(one, layout, sending, messages, now) if messages else b""
    return Answer(layout.message, sending.file, name, data, sending.control, tuple(problems))


def _message(one: OutboundMap, sending: _Sending, about: Judgement, made: Made) -> Any:
    fixed = one.rules.writes.version
    if sending.group:
        return x12_message(one, fixed or x12.version_of(sending.group), made.document)
    # S009 names the type in front of its version.
    return edifact_message(one, fixed or str(about.message["version"]).partition(":")[2], made.document)


def _interchange(one: OutboundMap, layout: Layout, sending: _Sending, messages: Sequence[Any], now: datetime) -> bytes:
    if not sending.group:
        return edifact_write.write(contrl.envelope(sending.row, now, sending.control), messages)
    group, version = sending.group, one.rules.writes.version or x12.version_of(sending.group)
    parties = (echo(group["receiver"]), echo(group["sender"]))
    own = x12_write.Group(layout.group, *parties, sending.control, version, messages)
    return x12_write.write(x12.envelope(sending.row, now, sending.control), [own])
