"""Open this when a file is too large to read at once: one EDI file in pieces, in little memory.

    stream(path, standard) -> Iterator[Segments]

A piece ends between two messages. An interchange or group that goes on stands in each piece it reaches into; what is
wrong with it as a whole is told in the piece where it ends. Offsets are those of the file.
"""

import mmap
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from mappings.formats import edifact, x12
from mappings.formats.batch import read_batch, sure_headers
from mappings.formats.compiled import REVIEW
from mappings.formats.large import Run, signs_in
from mappings.formats.review import review
from mappings.formats.segments import BATCH_BYTES_MAX, FILES, RawFile, Segments

PIECE_BYTES = 4_000_000

_SYNTAX = {"x12": x12.SYNTAX, "edifact": edifact.SYNTAX}


def stream(path: Path, standard: Literal["x12", "edifact"], piece: int = PIECE_BYTES) -> Iterator[Segments]:
    """The file in pieces of about this many bytes, as ``x12.read`` or ``edifact.read`` would give it whole.

    ValueError for a file of more than four gigabytes. A piece is good until the next one is asked for.
    """
    size = path.stat().st_size
    if size > BATCH_BYTES_MAX:
        raise ValueError(f"{path.name} has {size} bytes, more than {BATCH_BYTES_MAX}: split it between interchanges")
    if not size:
        yield read_batch([RawFile(sha256().hexdigest(), path.name, b"")], _SYNTAX[standard])
        return
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    files = pa.table({"file": [digest], "start": [0], "end": [size]}, schema=FILES)
    syntax = _SYNTAX[standard]
    sure = sure_headers(syntax, buffer, 0, size, _signs(buffer, syntax.sign))
    at = 0
    for reading in Run(syntax, buffer, files, pause=piece, sure=sure, is_kept=False).pieces():
        yield review(reading, standard, REVIEW)
        if reading.messages.num_rows:
            at = _let_go(buffer, at, reading.messages["end"][-1].as_py())


def _signs(buffer: mmap.mmap, sign: bytes) -> Iterator[int]:
    """Where a sign stands, window by window: each is let go when its signs were looked at, so little is held."""
    data = np.frombuffer(buffer, np.uint8)
    for at in range(0, len(buffer), PIECE_BYTES):
        end = min(at + PIECE_BYTES + len(sign) - 1, len(buffer))
        yield from (at + signs_in(data[at:end], sign)).tolist()
        _let_go(buffer, at, end)


def _let_go(buffer: mmap.mmap, start: int, end: int) -> int:
    """Give back the memory of these bytes, which are read again from the file if need be; gives where they end."""
    page = start // mmap.PAGESIZE * mmap.PAGESIZE
    if end > page:
        buffer.madvise(mmap.MADV_DONTNEED, page, end - page)
    return end
