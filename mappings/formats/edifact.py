"""Open this when you read EDIFACT: any number of files, as columns of segments.

    read(files: Sequence[RawFile]) -> Segments

``messages.type`` is S009/0065, ``messages.version`` the whole S009 as text (``RETANN:D:01B:UN``). Of an interchange,
``version`` is S001 (``UNOC:3``), ``charset`` the codec its bytes really are in, ``usage`` T or P (0035). A finding
whose message is -1 and whose interchange is not reaches every message of that interchange.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from mappings.formats.batch import Header, Syntax, candidates, read_batch
from mappings.formats.charset import SYNTAX_LEVELS
from mappings.formats.cuts import Buffer
from mappings.formats.envelope import Fields, Service, field
from mappings.formats.recorder import Row
from mappings.formats.segments import RawFile, Segments
from mappings.formats.tokens import Delimiters, fields

_LEVEL_A = Delimiters(b"+", b":", b"'", b"?")
_LEVEL_B = Delimiters(b"\x1d", b"\x1f", b"\x1c")  # what UNOB has without UNA; hardly ever met

_HEADER_BYTES_MAX = 1024  # a UNB is some hundred bytes long at most
_ADVICE = rb"UNA(?P<advice>.{5}(?:\xe2\x80\x99|.))\s*"  # a curly apostrophe comes from copy and paste
_HEADER = re.compile(rb"(?:" + _ADVICE + rb"(?P<unb>UNB).|(?P<bare>UNB)[+\x1d])", re.DOTALL)
# Without UNA, line breaks or curly apostrophes may end the segments: whatever stands between UNB and the next header.
_ENDS_OTHERWISE = re.compile(rb"UNB\+[^'\r\n\x92\xe2]{0,512}+(\xe2\x80\x99|\x92|[\r\n])\s*UN[GH]\+")
_UNMISTAKABLE = re.compile(rb"UNB[^A-Za-z0-9\s]UNO[A-Z]")
_ADVICE_AT_END = re.compile(_ADVICE + rb"\Z", re.DOTALL)
_ADVICE_BYTES_MAX = 64  # a UNA and the blanks behind it


def _group_row(ung: Fields) -> Row:
    version = ":".join(ung[6]) if len(ung) > 6 else ""
    names = {"code": 1, "sender": 2, "receiver": 3, "control": 5}
    return {name: field(ung, element) for name, element in names.items()} | {"version": version}


def _message_row(unh: Fields, group: Row | None) -> Row:
    identifier = unh[1] if len(unh) > 1 else []
    return {"type": field(unh, 2), "control": field(unh, 1), "version": ":".join(identifier)}


SERVICE = Service(
    interchange=("UNB", "UNZ"),
    group=("UNG", "UNE"),
    message=("UNH", "UNT"),
    group_row=_group_row,
    message_row=_message_row,
    passed_over=frozenset(),
    group_is_required=False,
    group_types={},
    restart=frozenset({"UNA", "UNB"}),
)


def find_header(buffer: Buffer, at: int, limit: int) -> Header | None:
    """The next UNB that can be read, with the delimiters of the UNA in front of it or those of its level."""
    for found in candidates(_HEADER, buffer, at, limit):
        advice, unb = found.group("advice"), found.start("unb" if found.group("advice") else "bare")
        delimiters = _advised(advice) if advice else _usual(buffer, unb)
        within = min(limit, unb + _HEADER_BYTES_MAX)
        if delimiters.are_usable() and (within == limit or delimiters.segment_end(buffer, unb, within)[1] < within):
            return _header(buffer, (found.start(), unb, within), delimiters, has_advice=bool(advice))
    return None


def unmistakable(buffer: Buffer, sign: int, begin: int, limit: int) -> tuple[int, int] | None:
    """The UNB with a syntax level that begins here, and the UNA in front of it."""
    found = _UNMISTAKABLE.match(buffer, sign, limit)
    if not found:
        return None
    window = max(begin, sign - _ADVICE_BYTES_MAX)
    advice = _ADVICE_AT_END.search(buffer[window:sign])
    return (window + advice.start() if advice else sign), found.end()


@lru_cache(maxsize=256)
def _advised(advice: bytes) -> Delimiters:
    """UNA: component, element, decimal mark, release, reserved (the repetition of syntax 4), terminator."""
    component, element, decimal, release, repetition = (advice[i : i + 1] for i in range(5))
    terminator = advice[5:]
    return Delimiters(
        element, component, terminator, release.strip(), repetition.strip(), decimal if decimal in b".," else b"."
    )


def _usual(buffer: Buffer, unb: int) -> Delimiters:
    """The delimiters of an interchange without UNA, by what stands behind its UNB tag."""
    if buffer[unb + 3] == _LEVEL_B.element[0]:
        return _LEVEL_B
    found = _ENDS_OTHERWISE.match(buffer, unb)
    return replace(_LEVEL_A, terminator=found.group(1)) if found else _LEVEL_A


@lru_cache(maxsize=256)
def _of_syntax(delimiters: Delimiters, version: str, has_advice: bool) -> Delimiters:
    """With a repetition separator from syntax version 4 on, without one before."""
    if version < "4":
        return replace(delimiters, repetition=b"")
    if not has_advice and delimiters.element == _LEVEL_A.element:
        return replace(delimiters, repetition=b"*")
    return delimiters


def _header(buffer: Buffer, places: tuple[int, int, int], delimiters: Delimiters, *, has_advice: bool) -> Header:
    start, unb, limit = places
    end, behind = delimiters.segment_end(buffer, unb, limit)
    elements = fields(buffer[unb:end], delimiters)
    delimiters = _of_syntax(delimiters, field(elements, 1, 2), has_advice)
    level = field(elements, 1)
    declared = SYNTAX_LEVELS.get(level)
    return Header(start, end, behind, delimiters, _interchange_row(elements), declared, level or "no syntax level")


def _interchange_row(unb: Fields) -> Row:
    places = {
        "sender": (2, 1), "sender_qualifier": (2, 2), "receiver": (3, 1), "receiver_qualifier": (3, 2),
        "date": (4, 1), "time": (4, 2), "control": (5, 1),
    }  # fmt: skip
    row: Row = {name: field(unb, *place) for name, place in places.items()}
    return row | {
        "version": ":".join(filter(None, (field(unb, 1, 1), field(unb, 1, 2)))),
        "ack_requested": field(unb, 9) in ("1", "2"),
        "usage": "T" if field(unb, 11) else "P",
    }


SYNTAX = Syntax("edifact", SERVICE, find_header, b"UNB", unmistakable)


def read(files: Sequence[RawFile]) -> Segments:
    """Every EDIFACT interchange of the files as columns. Takes any bytes; what is wrong is in the findings."""
    return read_batch(files, SYNTAX)
