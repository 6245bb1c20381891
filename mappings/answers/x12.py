"""Open this when a 997, 999 or TA1 is missing or judges wrongly. TA105 is element I18.

What stands in a 997 or 999 is in ``answer_x12_sets.py``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from mappings.answers.acknowledged import KINDS
from mappings.answers.answer import Answer, answered_file, name_of
from mappings.answers.faults import Lookup, faults
from mappings.answers.verdicts import Verdict, Verdicts
from mappings.answers.x12_sets import CODES_MAX, IMPLEMENTATION_999, Judged, Kind, echo, functional_set
from mappings.formats.segments import Segments
from mappings.formats.x12_write import Envelope, Group, write, write_service
from schemas.partners import Wanted

Row = Mapping[str, Any]

_ACKNOWLEDGEMENTS = KINDS["x12"]
# Findings about a group, as AK905..AK909 (716) names them.
_GROUP_CODES = {"GROUP-CONTROL-MISMATCH": "4", "GROUP-COUNT-WRONG": "5"}
_TRAILER_MISSING = "3"
_SYNTAX_OF_997 = "004010"
_FIRST_WITH_999 = "005010"
# The element that names the business document, as CTX of a 999 gives it: tag and position.
_BUSINESS_KEYS = {
    "180": ("BGN", 2), "810": ("BIG", 2), "812": ("BCD", 2), "820": ("TRN", 2), "850": ("BEG", 3), "856": ("BSN", 2),
    "861": ("BRA", 1), "944": ("W17", 3),
}  # fmt: skip


def functional(
    reading: Segments, held: Verdicts, wanted: Wanted, now: datetime, numbers: Iterator[int]
) -> Iterator[Answer]:
    """For each interchange a TA1 if it is rejected or asks for one, and a 997 or 999 for each group if it is not.

    Who wants to hear of receipt alone gets a TA1 for every interchange, and nothing else. An interchange without a
    control number cannot be answered, and one of acknowledgements never is.
    """
    messages = _by("group", ((one.row, one) for one in _judged(reading, held, wanted)))
    groups = _by("interchange", ((row, number) for number, row in enumerate(reading.groups.to_pylist())))
    of_groups = _group_faults(reading)
    for index, row in enumerate(reading.interchanges.to_pylist()):
        ours = groups[index]
        if not _control(row) or _is_acknowledgement(reading, row, [messages[number] for _, number in ours]):
            continue
        verdict, file = held.interchanges[index], answered_file(reading, index)
        if verdict.is_rejected or row["ack_requested"] or wanted == "received":
            yield _ta1(row, verdict, file, now, next(numbers))
        if verdict.is_rejected or wanted == "received":
            continue
        for group, number in ours:
            judged = [one for _, one in messages[number]]
            if not _acknowledges(group, judged):
                codes = _group_codes(of_groups[index], group)
                kind = _kind(wanted, group)
                yield _functional(row, group, judged, codes, kind, file, now, next(numbers))


def _by(owner: str, rows: Iterable[tuple[Row, Any]]) -> defaultdict[int, list[tuple[Row, Any]]]:
    """Rows with what belongs to them, by the group or interchange that owns them."""
    found: defaultdict[int, list[tuple[Row, Any]]] = defaultdict(list)
    for row, belongs in rows:
        found[row[owner]].append((row, belongs))
    return found


def _control(row: Row) -> str:
    return echo(row["control"])[:9]


def _acknowledges(group: Row, messages: list[Judged]) -> bool:
    """Whether a group is itself an acknowledgement."""
    types = {one.row["type"] for one in messages}
    return group["code"] == "FA" or (bool(types) and types <= _ACKNOWLEDGEMENTS)


def _is_acknowledgement(reading: Segments, row: Row, groups: list[list[tuple[Row, Any]]]) -> bool:
    """Whether the interchange holds nothing but acknowledgements: 997, 999, 824, or TA1 and no group."""
    types = {message["type"] for messages in groups for message, _ in messages}
    if types:
        return types <= _ACKNOWLEDGEMENTS
    separator = re.escape(row["element_separator"].encode("latin-1"))
    return bool(re.search(rb"[^A-Za-z0-9]TA1" + separator, reading.buffer[row["start"] : row["end"]]))


def _judged(reading: Segments, held: Verdicts, wanted: Wanted) -> list[Judged]:
    """Each message of the reading as it is answered."""
    found, lookup, judged = faults(reading), Lookup(reading), []
    for index, (row, verdict) in enumerate(zip(reading.messages.to_pylist(), held.messages, strict=True)):
        codes = verdict.answers("ak5")[:CODES_MAX]
        state: Literal["A", "E", "R"] = "R" if verdict.is_rejected else "E" if codes else "A"
        one = Judged(row, state, codes or ["5"] * verdict.is_rejected, found.get(index, ()))
        judged.append(_named(one, lookup) if wanted == "999" else one)
    return judged


def _named(one: Judged, lookup: Lookup) -> Judged:
    """With what a 999 says more of a message than a 997: ST03, and the number of the business document."""
    tag, element = _BUSINESS_KEYS.get(one.row["type"], ("", 0))
    number = lookup.first(one.row, tag, element) if tag else ""
    business = (f"{tag}{element:02d}", number) if number else None
    return replace(one, convention=lookup.first(one.row, "ST", 3), business=business)


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


def _kind(wanted: Wanted, group: Row) -> Kind:
    """A 999 where the partner wants one and its group is of a version that has it; else a 997."""
    return "999" if wanted == "999" and version_of(group) >= _FIRST_WITH_999 else "997"


def _functional(
    row: Row, group: Row, judged: list[Judged], codes: list[str], kind: Kind, file: str, now: datetime, control: int
) -> Answer:
    """The answer to one group, in an interchange of its own."""
    version = IMPLEMENTATION_999 if kind == "999" else version_of(group)
    message = functional_set(kind, group, judged, codes)
    own = Group("FA", echo(group["receiver"]), echo(group["sender"]), control, version, [message])
    data = write(envelope(row, now, control), [own])
    return Answer(kind, file, name_of(kind, row["control"], group["control"], control, ending=".edi"), data, control)


def _ta1(row: Row, verdict: Verdict, file: str, now: datetime, control: int) -> Answer:
    """The interchange answered: TA104 A, E or R, TA105 its first reason."""
    codes = verdict.answers("ta1")
    state = "R" if verdict.is_rejected else "E" if codes else "A"
    note = codes[0] if codes else "024" if verdict.is_rejected else "000"
    segment = ["TA1", _control(row), echo(row["date"]), echo(row["time"]), state, note]
    data = write_service(envelope(row, now, control), [segment])
    return Answer("TA1", file, name_of("TA1", row["control"], control, ending=".edi"), data, control)


def envelope(row: Row, now: datetime, control: int) -> Envelope:
    """Our ISA: the parties of the interchange answered, changed over, and its version and usage."""
    usage: Literal["T", "P"] = "T" if row["usage"] == "T" else "P"
    version = row["version"] if re.fullmatch(r"\d{5}", row["version"] or "") else "00401"
    return Envelope(
        echo(row["receiver_qualifier"])[:2],
        echo(row["receiver"])[:15],
        echo(row["sender_qualifier"])[:2],
        echo(row["sender"])[:15],
        now,
        control,
        version,
        usage,
    )


def version_of(group: Row) -> str:
    """GS08 of our answer: that of the group answered, if it is a version."""
    stated = str(group["version"] or "")
    return stated[:6] if re.fullmatch(r"\d{6}.*", stated) else _SYNTAX_OF_997
