"""Open this when you read X12: any number of files, as columns of segments.

    read(files: Sequence[RawFile]) -> Segments

``messages.type`` is ST01, ``messages.version`` GS08 (the grammar is chosen by it, never by ISA12). ``usage`` is ISA15.
X12 declares no character set: an interchange is UTF-8 if its bytes are, else cp1252. A finding whose message is -1
and whose interchange is not reaches every message of that interchange.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter

from mappings.formats.batch import Header, Syntax, candidates, read_batch
from mappings.formats.cuts import Buffer
from mappings.formats.envelope import Fields, Service, field
from mappings.formats.recorder import Row
from mappings.formats.segments import RawFile, Segments
from mappings.formats.structure import group_codes
from mappings.formats.tokens import Delimiters

_HEADER_BYTES_MAX = 512  # an ISA is 106 bytes wide; one of wrong widths is not much longer
_SEPARATORS_AT = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_AT_SEPARATORS = itemgetter(*_SEPARATORS_AT)

_HEADER = re.compile(rb"ISA[^A-Za-z0-9\s]")
_HEADER_OF_RIGHT_WIDTHS = re.compile(
    rb"ISA([^A-Za-z0-9\s])..\1.{10}\1..\1.{10}\1..\1.{15}\1..\1.{15}\1.{6}\1.{4}\1.\1.{5}\1.{9}\1.\1.\1", re.DOTALL
)


def _group_row(gs: Fields) -> Row:
    names = {"code": 1, "sender": 2, "receiver": 3, "control": 6, "version": 8}
    return {name: field(gs, element) for name, element in names.items()}


def _message_row(st: Fields, group: Row | None) -> Row:
    return {"type": field(st, 1), "control": field(st, 2), "version": group["version"] if group else ""}


SERVICE = Service(
    interchange=("ISA", "IEA"),
    group=("GS", "GE"),
    message=("ST", "SE"),
    group_row=_group_row,
    message_row=_message_row,
    passed_over=frozenset({"TA1", "TA3", "ISB", "ISE"}),
    group_is_required=True,
    group_types=group_codes(),
    restart=frozenset({"ISA"}),
)


def find_header(buffer: Buffer, at: int, limit: int) -> Header | None:
    """The next ISA that can be read, with the delimiters that it declares."""
    for found in candidates(_HEADER, buffer, at, limit):
        start = found.start()
        header = _header(buffer[start : min(limit, start + _HEADER_BYTES_MAX)], start)
        if header:
            return header
    return None


def _header(window: bytes, start: int) -> Header | None:
    """An ISA from the bytes it begins: 16 separators, then ISA16 and the terminator, whatever the widths."""
    separator = window[3:4]
    parts = window[4:104].split(separator) if _has_right_widths(window) else []
    if len(parts) != 16:  # the last one is the empty text before ISA16
        parts = _parts(window, separator)
    end = 3 + sum(map(len, parts)) + len(parts)
    if len(parts) != 16 or len(window) < end + 2:
        return None
    isa = [part.strip(b" ").decode("latin-1") for part in parts]
    terminator = _character(window[end + 1 : end + 5])
    delimiters = _delimiters(separator, window[end : end + 1], terminator, isa[10], isa[11])
    if not delimiters:
        return None
    behind = start + end + 1 + len(terminator)
    return Header(start, start + end + 1, behind, delimiters, _interchange_row(isa), charset=None)


def _parts(window: bytes, separator: bytes) -> list[bytes]:
    """ISA01 to ISA15 and an empty text: by their places where the widths are right, else by the separators."""
    if _has_right_widths(window):
        return [*(window[a + 1 : b] for a, b in pairwise(_SEPARATORS_AT)), b""]
    parts = window.split(separator, 16)[1:-1]
    return [*parts, b""] if len(parts) == 15 else []


def _has_right_widths(window: bytes) -> bool:
    return len(window) >= 106 and bytes(_AT_SEPARATORS(window)) == window[3:4] * len(_SEPARATORS_AT)


@lru_cache(maxsize=256)
def _delimiters(separator: bytes, component: bytes, terminator: bytes, isa11: str, isa12: str) -> Delimiters | None:
    """The delimiters that an ISA declares; None when nothing can be cut with them."""
    found = Delimiters(separator, component, terminator)
    return _with_repetition(found, isa11, isa12) if found.are_usable() else None


def _with_repetition(delimiters: Delimiters, isa11: str, isa12: str) -> Delimiters:
    """From 00402 on ISA11 is the repetition separator; before that, and where it is a letter, it is none."""
    if isa12 < "00402" or len(isa11) != 1 or not isa11.isascii():
        return delimiters
    repeated = replace(delimiters, repetition=isa11.encode())
    return repeated if repeated.are_usable() else delimiters


def _character(raw: bytes) -> bytes:
    """The first character: one byte, or all bytes of a UTF-8 character (an ellipsis where NEL once stood, say)."""
    for length in range(2, 1 + len(raw)):
        try:
            if len(raw[:length].decode()) == 1:
                return raw[:length]
        except UnicodeDecodeError:
            continue
    return raw[:1]


def _interchange_row(isa: Sequence[str]) -> Row:
    return {
        "sender_qualifier": isa[4], "sender": isa[5], "receiver_qualifier": isa[6], "receiver": isa[7],
        "date": isa[8], "time": isa[9], "version": isa[11], "control": isa[12], "ack_requested": isa[13] == "1",
        "usage": isa[14],
    }  # fmt: skip


def unmistakable(buffer: Buffer, sign: int, begin: int, limit: int) -> tuple[int, int] | None:
    """The ISA of the right widths that begins here."""
    found = _HEADER_OF_RIGHT_WIDTHS.match(buffer, sign, limit)
    return found.span() if found else None


SYNTAX = Syntax("x12", SERVICE, find_header, b"ISA", unmistakable)


def read(files: Sequence[RawFile]) -> Segments:
    """Every X12 interchange of the files as columns. Takes any bytes; what is wrong with them is in the findings."""
    return read_batch(files, SYNTAX)
