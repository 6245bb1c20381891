"""Open this when an 824 is wrong. Codes: OTI01 is element 110, OTI02 128, TED01 647."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from mappings.answers.answer import Answer, answered_file, name_of, own_number
from mappings.answers.business import Judgement, Outcome, Reason
from mappings.answers.x12 import envelope, version_of
from mappings.answers.x12_sets import echo
from mappings.formats.segments import Segments
from mappings.formats.x12_write import Group, Message, Segment, write

Row = Mapping[str, Any]

_VERDICTS: dict[Outcome, str] = {"accepted": "TA", "in part": "TE", "held": "TE", "refused": "TR"}
_NUMBER, _TEXT, _NOTE = 30, 60, 80  # lengths of OTI03, TED02 and NTE02 in 004010, the shortest that we write
_REASONS_MAX = 999


def application_advice(
    reading: Segments, judged: Mapping[int, Sequence[Judgement]], now: datetime, numbers: Iterator[int]
) -> Iterator[Answer]:
    """An interchange for each group that has something to be told, with an 824 for each document."""
    groups = reading.groups.to_pylist()
    for index, row in enumerate(reading.interchanges.to_pylist()):
        by_group = defaultdict[int, list[Judgement]](list)
        for one in judged.get(index, ()):
            by_group[one.message["group"]].append(one)
        for number in sorted(by_group):
            file, control = answered_file(reading, index), next(numbers)
            # A message outside any group is never taken, so there always is one.
            yield _answer(row, groups[number], by_group[number], file, now, control)


def _answer(row: Row, group: Row, judged: Sequence[Judgement], file: str, now: datetime, control: int) -> Answer:
    messages = [_advice(one, group, own_number(control, number), now) for number, one in enumerate(judged, 1)]
    own = Group("AG", echo(group["receiver"]), echo(group["sender"]), control, version_of(group), messages)
    data = write(envelope(row, now, control), [own])
    return Answer("824", file, name_of("824", row["control"], group["control"], control, ending=".edi"), data, control)


def _advice(one: Judgement, group: Row, number: str, now: datetime) -> Message:
    """One document: BGN with our number, OTI with its own number and where it stood, TED for each reason."""
    message = one.message
    place = [echo(group["control"]), echo(message["control"]), echo(message["type"]), echo(group["version"])[:12]]
    parties = [echo(group["sender"]), echo(group["receiver"])]
    verdict = _VERDICTS[one.outcome]
    segments: list[Segment] = [
        ["BGN", "00", number, f"{now:%Y%m%d}" if version_of(group) >= "004" else f"{now:%y%m%d}", f"{now:%H%M}"],
        ["OTI", verdict, "TN", echo(one.number)[:_NUMBER], *parties, "", "", *place],
    ]
    for reason in one.reasons[:_REASONS_MAX]:
        segments += _reason(reason)
    return Message("824", segments)


def _reason(reason: Reason) -> list[Segment]:
    """TED with code, words and segment; what does not fit into TED02 goes on in NTE."""
    first, *rest = wrap(echo(reason.words), _TEXT)
    place = [echo(reason.tag), str(reason.position)] if reason.tag else []
    notes: list[Segment] = [["NTE", "", line] for line in wrap(" ".join(rest), _NOTE)]
    return [["TED", reason.error, first, *place], *notes]
