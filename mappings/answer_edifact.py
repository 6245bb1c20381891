"""Open this when a CONTRL is wrong. UCI and UCM are those of ISO 9735-10 (D:3): action 0083, error 0085."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mappings.answer import Answer, answered_file, name_of, plain
from mappings.formats.edifact_write import Envelope, Message, Segment, write
from mappings.formats.segments import Segments
from mappings.verdicts import Verdict, Verdicts

Row = Mapping[str, Any]

_IDENTIFIER = ("CONTRL", "D", "3", "UN")
_REJECTED, _ACKNOWLEDGED = "4", "7"
_UNSPECIFIED = "18"


def contrl(reading: Segments, held: Verdicts, now: datetime, numbers: Iterator[int]) -> Iterator[Answer]:
    """A CONTRL for each interchange, with a UCM for each message that is rejected or was not quite right.

    An interchange without a reference cannot be answered, and one of CONTRL messages never is.
    """
    messages: defaultdict[int, list[tuple[Row, Verdict]]] = defaultdict(list)
    for message, verdict in zip(reading.messages.to_pylist(), held.messages, strict=True):
        messages[message["interchange"]].append((message, verdict))
    for index, row in enumerate(reading.interchanges.to_pylist()):
        ours = [(message, verdict) for message, verdict in messages[index] if message["type"] != "CONTRL"]
        if _echo(row["control"]) and (ours or not messages[index]):
            yield _answer(row, ours, held.interchanges[index], answered_file(reading, index), now, next(numbers))


def _answer(
    row: Row, messages: list[tuple[Row, Verdict]], verdict: Verdict, file: str, now: datetime, control: int
) -> Answer:
    segments = [_uci(row, verdict)]
    if not verdict.is_rejected:
        segments += [_ucm(message, one) for message, one in messages if one.is_rejected or one.answers("contrl")]
    data = write(_envelope(row, now, control), [Message(_IDENTIFIER, segments)])
    return Answer("CONTRL", file, name_of("CONTRL", row["control"], control, ending=".edi"), data, control)


def _uci(row: Row, verdict: Verdict) -> Segment:
    """The interchange: its reference and parties as they were, action, error."""
    sender = [_echo(row["sender"]), _echo(row["sender_qualifier"])]
    receiver = [_echo(row["receiver"]), _echo(row["receiver_qualifier"])]
    return ["UCI", _echo(row["control"]), sender, receiver, *_action(verdict)]


def _ucm(message: Row, verdict: Verdict) -> Segment:
    """A message: its reference and identifier as they were, action, error."""
    identifier = [_echo(part) for part in str(message["version"]).split(":")[:5]]
    return ["UCM", _echo(message["control"]), identifier, *_action(verdict)]


def _action(verdict: Verdict) -> list[str]:
    codes = verdict.answers("contrl")
    if verdict.is_rejected:
        return [_REJECTED, codes[0] if codes else _UNSPECIFIED]
    return [_ACKNOWLEDGED, *codes[:1]]


def _envelope(row: Row, now: datetime, control: int) -> Envelope:
    """Our UNB: the parties of the interchange answered, changed over, in its syntax version."""
    version = re.fullmatch(r"UNO[A-K]:([1-4])", str(row["version"]))
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
