"""Open this when text between interchanges, or a missing header, is reported wrongly: the way through a batch."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mappings.formats.at_hand import goes_compiled
from mappings.formats.charset import Data, actual, is_as_declared
from mappings.formats.cuts import Buffer
from mappings.formats.envelope import NOTHING_WALKED, Service, Walk, Walked
from mappings.formats.recorder import Recorder, Row
from mappings.formats.review import review
from mappings.formats.segments import RawFile, Segments, join
from mappings.formats.tokens import Delimiters, skip_blanks, stands

COMPILED_FROM_BYTES = 1_000_000  # below this the plain way is done before numba is imported

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
    """What sets a standard apart for the batch.

    ``unmistakable`` is asked of a place where ``sign`` stands, with where the file begins and ends: the span of the
    header that is there, beyond doubt, so that it ends a truncated interchange; None where it is not.
    """

    standard: str
    service: Service
    find_header: Callable[[Buffer, int, int], Header | None]
    sign: bytes  # three letters
    unmistakable: Callable[[Buffer, int, int, int], tuple[int, int] | None]


def candidates(pattern: re.Pattern[bytes], buffer: Buffer, at: int, limit: int) -> Iterator[re.Match[bytes]]:
    """Where a header may begin: right here, or further on where it is not the tail of a word."""
    for found in pattern.finditer(buffer, at, limit):
        if found.start() == at or not buffer[found.start() - 1 : found.start()].isalnum():
            yield found


def read_batch(files: Sequence[RawFile], syntax: Syntax, *, compiled: bool | None = None) -> Segments:
    """Every interchange of the files as columns. Takes any bytes; what is wrong with them is in the findings.

    ``compiled`` chooses the compiled way or the plain one, which give the same. By itself the size decides, unless the
    compiled way is at hand already: then it is the faster one for small batches too.
    """
    buffer, table = join(files)
    if compiled is None:
        compiled = goes_compiled("edi", len(buffer), COMPILED_FROM_BYTES)
    if not compiled:
        return review(read_plain(syntax, buffer, table), syntax.standard)
    from mappings.formats.compiled import REVIEW  # numba takes half a second to import: only for large batches
    from mappings.formats.large import read_large

    return review(read_large(syntax, buffer, table), syntax.standard, REVIEW)


def read_plain(syntax: Syntax, buffer: Buffer, files: pa.Table) -> Segments:
    """Every interchange of the files as columns, segment by segment, not yet reviewed."""
    recorder = Recorder(buffer, files)
    for index in range(files.num_rows):
        start, end = recorder.begin_file(index)
        _read_file(recorder, syntax, start, end)
    return recorder.finish()


def _read_file(recorder: Recorder, syntax: Syntax, begin: int, limit: int) -> None:
    """The interchanges of one file, one after the other, and the text around them."""
    buffer = recorder.buffer
    at = behind_mark(buffer, begin, limit)
    sure = sure_headers(syntax, buffer, begin, limit)
    found_any = False
    while (at := skip_blanks(buffer, at, limit)) < limit:
        header = syntax.find_header(buffer, at, limit)
        if header is None:
            break
        found_any = True
        text_outside(recorder, at, header.start)
        following = bisect_right(sure, header.start)
        at = read_interchange(recorder, syntax, header, sure[following] if following < len(sure) else limit)
    if not found_any:
        no_interchange(recorder, syntax, begin, limit)
    else:
        text_outside(recorder, at, limit)


def behind_mark(buffer: Buffer, begin: int, limit: int) -> int:
    """Where a file's text begins: behind its byte order mark."""
    return begin + (len(_MARK) if stands(buffer, _MARK, begin, limit) else 0)


def sure_headers(
    syntax: Syntax, buffer: Buffer, begin: int, limit: int, signs: Iterable[int] | None = None
) -> list[int]:
    """Where unmistakable headers begin in a file; an interchange that has not ended before one is truncated.

    ``signs`` are the places where the sign of the standard stands, if they are known.
    """
    begin = free = behind_mark(buffer, begin, limit)
    found = []
    for sign in _signs(buffer, syntax.sign, begin, limit) if signs is None else signs:
        span = syntax.unmistakable(buffer, sign, begin, limit) if sign >= free else None
        if span:
            found.append(span[0])
            free = span[1]
    return found


def _signs(buffer: Buffer, sign: bytes, at: int, limit: int) -> Iterator[int]:
    while (at := buffer.find(sign, at, limit)) >= 0:
        yield at
        at += 1


def no_interchange(recorder: Recorder, syntax: Syntax, start: int, end: int) -> None:
    """The file that lies here holds nothing that can be read."""
    detail = f"no {syntax.service.interchange[0]} segment that can be read"
    recorder.finding("ENV-BROKEN", (start, end), "", detail)


def text_outside(recorder: Recorder, start: int, end: int) -> None:
    """What stands between interchanges, if anything does."""
    told = outside_text(recorder.buffer, start, end)
    if told:
        recorder.finding("ENV-TRAILING-TEXT", *told)


def outside_text(buffer: Buffer, start: int, end: int) -> tuple[tuple[int, int], str, str] | None:
    """Place, path and words for text that stands here outside any interchange; None where there are only blanks."""
    text = buffer[start:end].strip(b" \t\r\n\x0b\x0c\x00\x1a")
    if not text:
        return None
    detail = f"{len(text)} bytes that begin with {text[:30].decode('ascii', 'replace')!r}"
    return (start, start + len(text)), "", detail


def read_interchange(
    recorder: Recorder,
    syntax: Syntax,
    header: Header,
    limit: int,
    at: int = -1,
    group: Row | None = None,
    walked: Walked = NOTHING_WALKED,
) -> int:
    """One interchange from its header on, or from further on in it; gives the place behind it."""
    row = interchange_row(syntax, header, recorder.file)
    walk = Walk(recorder, syntax.service, header.delimiters, row)
    walk.go_on(group, walked)
    if not row["control"]:
        walk.broken("the header has no control number")
    at = walk.run(header.behind if at < 0 else at, limit)
    settle_charset(recorder, syntax, header, row)
    terminator = header.delimiters.terminator
    while stands(recorder.buffer, terminator, at, limit):
        at += len(terminator)  # a terminator too many is no text
    return at


def interchange_row(syntax: Syntax, header: Header, file: int) -> Row:
    """An interchange as its header has it, before its trailer is known."""
    row = header.row | header.delimiters.as_text()
    row |= {"file_index": file, "start": header.start, "end": header.end, "standard": syntax.standard}
    return row | {"complete": False, "declared_count": None}


def settle_charset(recorder: Recorder, syntax: Syntax, header: Header, row: Row) -> None:
    """Which character set the interchange is in, now that all its bytes are known."""
    row["charset"], wrong = charset_of(recorder.buffer[row["start"] : row["end"]], header)
    if wrong:
        path = f"{syntax.service.interchange[0]} {row['control']}"
        recorder.finding("FILE-CHARSET", (header.start, header.end), path, wrong, len(recorder.interchanges) - 1)


def charset_of(data: Data, header: Header) -> tuple[str, str]:
    """The codec that these bytes of an interchange are in, and what is wrong if its header declares another one."""
    codec = actual(data, header.charset)
    if not header.charset_name or is_as_declared(codec, header.charset, data):
        return codec, ""
    return codec, f"{header.charset_name} is declared, the bytes are {codec}; they were read as that"
