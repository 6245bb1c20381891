"""Open this when an APERAK is wrong. Codes: BGM 1001 and 4343, RFF 1153, NAD 3035, ERC 9321, FTX 4451."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from mappings.answers.answer import Answer, answered_file, name_of, own_number, plain
from mappings.answers.business import Judgement, Outcome, Reason
from mappings.answers.contrl import envelope
from mappings.formats.edifact_write import Message, Segment, write
from mappings.formats.segments import Segments

Row = Mapping[str, Any]

_VERDICTS: dict[Outcome, str] = {"accepted": "AP", "in part": "CA", "held": "AJ", "refused": "RE"}
_DOCUMENT, _ORIGINAL = "305", "9"
_SELLER = "91"  # 3055: the list of 9321 codes is ours
_GLN = "14"  # 0007
_TEXT, _TEXTS_MAX = 70, 5  # components of C108, and their length in D.96A
_REASONS_MAX = 999  # ERC in D.96A
_FIRST_YEAR = 88  # of directories: D.88 to D.99 are of the last century
_OLD, _NEW = ("APERAK", "D", "96A", "UN"), ("APERAK", "D", "01B", "UN")


def application_error(
    reading: Segments, judged: Mapping[int, Sequence[Judgement]], now: datetime, numbers: Iterator[int]
) -> Iterator[Answer]:
    """For each interchange that has something to be told one of ours, with an APERAK for each document."""
    for index, row in enumerate(reading.interchanges.to_pylist()):
        if not judged.get(index):
            continue
        file, control = answered_file(reading, index), next(numbers)
        ours = envelope(row, now, control)
        parties = [(ours.sender, ours.sender_qualifier, "MS"), (ours.receiver, ours.receiver_qualifier, "MR")]
        named: list[Segment] = [["NAD", role, [id_, "", "9"]] for id_, kind, role in parties if kind == _GLN]
        is_plain = ours.level == "UNOA"
        messages = [
            _answer(one, own_number(control, number), now, named, is_plain=is_plain)
            for number, one in enumerate(judged[index], 1)
        ]
        name = name_of("APERAK", row["control"], control, ending=".edi")
        yield Answer("APERAK", file, name, write(ours, messages), control)


def _answer(one: Judgement, number: str, now: datetime, parties: Sequence[Segment], *, is_plain: bool) -> Message:
    """One document: BGM with our number and the verdict, RFF with its own number, ERC for each reason."""
    segments: list[Segment] = [
        ["BGM", _DOCUMENT, number, _ORIGINAL, _VERDICTS[one.outcome]],
        ["DTM", ["137", f"{now:%Y%m%d%H%M}", "203"]],
        ["RFF", ["ACW", plain(one.number, "")]],
        *parties,
    ]
    for reason in one.reasons[:_REASONS_MAX]:
        segments += _reason(reason, is_plain=is_plain)
    return Message(_identifier(str(one.message["version"])), segments)


def _identifier(version: str) -> Sequence[str]:
    """S009: D.96A for what came in a directory before D.01B, D.01B for all others."""
    found = re.match(r"[^:]*:D:(\d\d)([A-Z])", version)
    if not found:
        return _NEW
    year, release = int(found.group(1)), found.group(2)
    return _OLD if year >= _FIRST_YEAR or (year, release) < (1, "B") else _NEW


def _reason(reason: Reason, *, is_plain: bool) -> list[Segment]:
    """ERC with the code, FTX with the words, RFF with the line. Level A has no small letters."""
    words = plain(reason.words.upper() if is_plain else reason.words, "")
    segments: list[Segment] = [
        ["ERC", [reason.error, "", _SELLER]],
        ["FTX", "AAO", "", "", wrap(words, _TEXT)[:_TEXTS_MAX]],
    ]
    return [*segments, ["RFF", ["LI", str(reason.line_no)]]] if reason.line_no is not None else segments
