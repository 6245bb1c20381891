"""Open this when a 997 or TA1 is wrong. Codes: AK501 is element 717, AK502 718, AK905 716, TA105 I18."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from mappings.answer import Answer, answered_file, name_of, plain
from mappings.formats.segments import Segments
from mappings.formats.x12_write import Envelope, Group, Message, Segment, write, write_service
from mappings.verdicts import Verdict, Verdicts

Row = Mapping[str, Any]

_ACKNOWLEDGEMENTS = frozenset({"997", "999"})
# Findings about a group, as AK905..AK909 (716) names them.
_GROUP_CODES = {"GROUP-CONTROL-MISMATCH": "4", "GROUP-COUNT-WRONG": "5"}
_TRAILER_MISSING = "3"
_CODES_MAX = 5  # AK502..AK506, AK905..AK909
_SYNTAX_OF_997 = "004010"
_DELIMITERS = "*>~^"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A message as the 997 answers it: A, E (accepted, errors noted) or R."""

    row: Row
    verdict: Literal["A", "E", "R"]
    codes: list[str]


def functional(reading: Segments, held: Verdicts, now: datetime, numbers: Iterator[int]) -> Iterator[Answer]:
    """For each interchange a TA1 if it is rejected or asks for one, and a 997 for each group if it is not rejected.

    An interchange without a control number cannot be answered, and one of acknowledgements never is.
    """
    messages = _by("group", zip(reading.messages.to_pylist(), held.messages, strict=True))
    groups = _by("interchange", ((row, number) for number, row in enumerate(reading.groups.to_pylist())))
    faults = _group_faults(reading)
    for index, row in enumerate(reading.interchanges.to_pylist()):
        ours = groups[index]
        if not _control(row) or _is_acknowledgement(reading, row, [messages[number] for _, number in ours]):
            continue
        verdict, file = held.interchanges[index], answered_file(reading, index)
        if verdict.is_rejected or row["ack_requested"]:
            yield _ta1(row, verdict, file, now, next(numbers))
        if verdict.is_rejected:
            continue
        for group, number in ours:
            judged = [_judged(message, verdict) for message, verdict in messages[number]]
            if not _acknowledges(group, [j.row for j in judged]):
                codes = _group_codes(faults[index], group)
                yield _997(row, group, judged, codes, file, now, next(numbers))


def _by(owner: str, rows: Iterable[tuple[Row, Any]]) -> defaultdict[int, list[tuple[Row, Any]]]:
    """Rows with what belongs to them, by the group or interchange that owns them."""
    found: defaultdict[int, list[tuple[Row, Any]]] = defaultdict(list)
    for row, belongs in rows:
        found[row[owner]].append((row, belongs))
    return found


def _control(row: Row) -> str:
    return plain(row["control"], _DELIMITERS)[:9]


def _acknowledges(group: Row, messages: list[Row]) -> bool:
    """Whether a group is itself an acknowledgement."""
    return group["code"] == "FA" or (bool(messages) and all(m["type"] in _ACKNOWLEDGEMENTS for m in messages))


def _is_acknowledgement(reading: Segments, row: Row, groups: list[list[tuple[Row, Any]]]) -> bool:
    """Whether the interchange holds nothing but acknowledgements: 997, 999, or TA1 and no group."""
    types = {message["type"] for messages in groups for message, _ in messages}
    if types:
        return types <= _ACKNOWLEDGEMENTS
    separator = re.escape(row["element_separator"].encode("latin-1"))
    return bool(re.search(rb"[^A-Za-z0-9]TA1" + separator, reading.buffer[row["start"] : row["end"]]))


def _judged(row: Row, verdict: Verdict) -> _Judged:
    codes = verdict.answers("ak5")[:_CODES_MAX]
    if verdict.is_rejected:
        return _Judged(row, "R", codes or ["5"])
    return _Judged(row, "E" if codes else "A", codes)


def _group_faults(reading: Segments) -> defaultdict[int, list[tuple[int, str]]]:
    """For each interchange, what was wrong with its groups: offsets in the buffer and finding codes."""
    starts = reading.files["start"].to_pylist()
    file_of = reading.interchanges["file_index"].to_pylist()
    owners, found = reading.owners["interchange"].to_pylist(), defaultdict[int, list[tuple[int, str]]](list)
    places = zip(reading.findings["code"].to_pylist(), reading.findings["offset"].to_pylist(), owners, strict=True)
    for code, offset, interchange in places:
        if code in _GROUP_CODES:
            found[interchange].append((starts[file_of[interchange]] + offset, code))
    return found


def _group_codes(faults: list[tuple[int, str]], group: Row) -> list[str]:
    """AK905 ff. of a group: what was found inside it; a fault at its very start is a trailer that did not come."""
    own = [(at, code) for at, code in faults if group["start"] <= at < group["end"]]
    return sorted({_TRAILER_MISSING if at == group["start"] else _GROUP_CODES[code] for at, code in own})


def _997(
    row: Row, group: Row, judged: list[_Judged], codes: list[str], file: str, now: datetime, control: int
) -> Answer:
    """One functional group answered: AK1, AK2 and AK5 for each message, AK9 for the group."""
    segments: list[Segment] = [["AK1", _echo(group["code"]), _echo(group["control"])]]
    for one in judged:
        segments.append(["AK2", _echo(one.row["type"]), _echo(one.row["control"])])
        segments.append(["AK5", one.verdict, *one.codes])
    segments.append(_ak9(group, judged, codes))
    parties = _echo(group["receiver"]), _echo(group["sender"])
    own = Group("FA", *parties, control, _version(group), [Message("997", segments)])
    data = write(_envelope(row, now, control), [own])
    return Answer("997", file, name_of("997", row["control"], group["control"], control, ending=".edi"), data, control)


def _ak9(group: Row, judged: list[_Judged], codes: list[str]) -> Segment:
    """AK901 A, E, P or R; AK902 messages as declared, AK903 as received, AK904 as accepted."""
    accepted = sum(one.verdict != "R" for one in judged)
    declared = len(judged) if group["declared_count"] is None else group["declared_count"]
    if judged and not accepted:
        verdict = "R"
    elif accepted < len(judged):
        verdict = "P"
    else:
        verdict = "E" if codes or any(one.verdict == "E" for one in judged) else "A"
    return ["AK9", verdict, str(min(declared, 999_999)), str(len(judged)), str(accepted), *codes[:_CODES_MAX]]


def _ta1(row: Row, verdict: Verdict, file: str, now: datetime, control: int) -> Answer:
    """The interchange answered: TA104 A, E or R, TA105 its first reason."""
    codes = verdict.answers("ta1")
    state = "R" if verdict.is_rejected else "E" if codes else "A"
    note = codes[0] if codes else "024" if verdict.is_rejected else "000"
    segment = ["TA1", _control(row), _echo(row["date"]), _echo(row["time"]), state, note]
    data = write_service(_envelope(row, now, control), [segment])
    return Answer("TA1", file, name_of("TA1", row["control"], control, ending=".edi"), data, control)


def _envelope(row: Row, now: datetime, control: int) -> Envelope:
    """Our ISA: the parties of the interchange answered, changed over, and its version and usage."""
    usage: Literal["T", "P"] = "T" if row["usage"] == "T" else "P"
    version = row["version"] if re.fullmatch(r"\d{5}", row["version"] or "") else "00401"
    return Envelope(
        _echo(row["receiver_qualifier"])[:2],
        _echo(row["receiver"])[:15],
        _echo(row["sender_qualifier"])[:2],
        _echo(row["sender"])[:15],
        now,
        control,
        version,
        usage,
    )


def _version(group: Row) -> str:
    """GS08 of our 997: that of the group answered, if it is a version."""
    stated = str(group["version"] or "")
    return stated[:6] if re.fullmatch(r"\d{6}.*", stated) else _SYNTAX_OF_997


def _echo(text: str | None) -> str:
    return plain(text, _DELIMITERS)
