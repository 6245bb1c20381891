"""Open this when text between interchanges, or a missing header, is reported wrongly: the way through a batch."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mappings.formats.charset import actual, is_as_declared
from mappings.formats.envelope import Service, Walk
from mappings.formats.recorder import Recorder, Row
from mappings.formats.review import review
from mappings.formats.segments import RawFile, Segments
from mappings.formats.tokens import Delimiters, skip_blanks

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Header:
    """The header of an interchange: where it lies, what it declares. ``charset`` is None where none is declared."""

    start: int
    end: int
    behind: int
    delimiters: Delimiters
    row: Row
    charset: str | None
    charset_name: str = ""


@dataclass(frozen=True, slots=True)
class Syntax:
    """What sets a standard apart for the batch. ``unmistakable`` finds headers that end a truncated interchange."""

    standard: str
    service: Service
    find_header: Callable[[bytes, int, int], Header | None]
    unmistakable: re.Pattern[bytes]


def candidates(pattern: re.Pattern[bytes], buffer: bytes, at: int, limit: int) -> Iterator[re.Match[bytes]]:
    """Where a header may begin: right here, or further on where it is not the tail of a word."""
    for found in pattern.finditer(buffer, at, limit):
        if found.start() == at or not buffer[found.start() - 1 : found.start()].isalnum():
            yield found


def read_batch(files: Sequence[RawFile], syntax: Syntax) -> Segments:
    """Every interchange of the files as columns. Takes any bytes; what is wrong with them is in the findings."""
    recorder = Recorder(files)
    for index in range(len(files)):
        start, end = recorder.begin_file(index)
        _read_file(recorder, syntax, start, end)
    return review(recorder.finish(), syntax.standard)


def _read_file(recorder: Recorder, syntax: Syntax, begin: int, limit: int) -> None:
    """The interchanges of one file, one after the other, and the text around them."""
    buffer = recorder.buffer
    at = begin + (len(_MARK) if buffer.startswith(_MARK, begin, limit) else 0)
    sure = [found.start() for found in syntax.unmistakable.finditer(buffer, at, limit)]
    found_any = False
    while (at := skip_blanks(buffer, at, limit)) < limit:
        header = syntax.find_header(buffer, at, limit)
        if header is None:
            break
        found_any = True
        if header.start > at:
            _text_outside(recorder, at, header.start)
        following = bisect_right(sure, header.start)
        at = _read_interchange(recorder, syntax, header, sure[following] if following < len(sure) else limit)
    if not found_any:
        detail = f"no {syntax.service.interchange[0]} segment that can be read"
        recorder.finding("ENV-BROKEN", (begin, limit), "", detail)
    elif at < limit:
        _text_outside(recorder, at, limit)


def _text_outside(recorder: Recorder, start: int, end: int) -> None:
    text = recorder.buffer[start:end].strip(b" \t\r\n\x0b\x0c\x00\x1a")
    if text:
        detail = f"{len(text)} bytes that begin with {text[:30].decode('ascii', 'replace')!r}"
        recorder.finding("ENV-TRAILING-TEXT", (start, start + len(text)), "", detail)


def _read_interchange(recorder: Recorder, syntax: Syntax, header: Header, limit: int) -> int:
    """One interchange from its header on; gives the place behind it."""
    row = header.row | header.delimiters.as_text()
    row |= {"file_index": recorder.file, "start": header.start, "end": header.end, "standard": syntax.standard}
    row |= {"complete": False, "declared_count": None}
    walk = Walk(recorder, syntax.service, header.delimiters, row)
    if not row["control"]:
        walk.broken("the header has no control number")
    at = walk.run(header.behind, limit)
    _settle_charset(recorder, syntax, header, row)
    terminator = header.delimiters.terminator
    while recorder.buffer.startswith(terminator, at, limit):
        at += len(terminator)  # a terminator too many is no text
    return at


def _settle_charset(recorder: Recorder, syntax: Syntax, header: Header, row: Row) -> None:
    """Which character set the interchange is in, now that all its bytes are known."""
    data = recorder.buffer[row["start"] : row["end"]]
    row["charset"] = actual(data, header.charset)
    if header.charset_name and not is_as_declared(row["charset"], header.charset, data):
        detail = f"{header.charset_name} is declared, the bytes are {row['charset']}; they were read as that"
        path = f"{syntax.service.interchange[0]} {row['control']}"
        recorder.finding("FILE-CHARSET", (header.start, header.end), path, detail, len(recorder.interchanges) - 1)
