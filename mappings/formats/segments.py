"""Open this when you read EDI: a batch of X12 or EDIFACT files as columns, every row with its bytes.

The files of a batch are joined into one buffer; all offsets below point into it; ``FILES`` maps them back to a file.
Membership (which loop, message, group and interchange) is an integer column, not a tree of objects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from mappings.formats.cuts import Buffer, Cuts, value_columns

BATCH_BYTES_MAX = 2**32 - 1  # what the marks of ``cuts`` can point to

_T, _I, _S = pa.string(), pa.int64(), pa.int32()


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as it lies in the vault."""

    sha256: str
    name: str
    data: bytes


FILES = pa.schema([("file", _T), ("start", _I), ("end", _I)])

# ISA..IEA or UNB..UNZ. `decimal_mark`, `release` and `repetition` are one character or empty.
INTERCHANGES = pa.schema([
    ("file_index", _S), ("start", _I), ("end", _I), ("standard", _T), ("sender_qualifier", _T), ("sender", _T),
    ("receiver_qualifier", _T), ("receiver", _T), ("control", _T), ("date", _T), ("time", _T), ("version", _T),
    ("ack_requested", pa.bool_()), ("usage", _T), ("charset", _T), ("element_separator", _T),
    ("component_separator", _T), ("segment_terminator", _T), ("release", _T), ("repetition", _T),
    ("decimal_mark", _T), ("declared_count", _S), ("complete", pa.bool_()),
])  # fmt: skip

# GS..GE (X12) or UNG..UNE; X12 files always have one, EDIFACT files mostly none.
GROUPS = pa.schema([
    ("interchange", _S), ("start", _I), ("end", _I), ("code", _T), ("control", _T), ("version", _T), ("sender", _T),
    ("receiver", _T), ("declared_count", _S),
])  # fmt: skip

# ST..SE or UNH..UNT. `group` is -1 where there is none. `type` is ST01 or S009/0065, `version` GS08 or S009 as text.
MESSAGES = pa.schema([
    ("interchange", _S), ("group", _S), ("start", _I), ("end", _I), ("type", _T), ("version", _T), ("control", _T),
    ("first_segment", _S), ("segment_count", _S), ("declared_count", _S), ("readable", pa.bool_()),
])  # fmt: skip

# Every segment of every message, ST and SE (UNH and UNT) included. `start`..`end` excludes the terminator. `loop` is
# the innermost one that holds the segment, -1 where there is none or where we have no table for the message.
SEGMENTS = pa.schema([("message", _S), ("tag", _T), ("start", _I), ("end", _I), ("loop", _S)])

# Every turn of a loop (X12), or of a segment group (EDIFACT). `name` is its first segment's tag, in EDIFACT with the
# group's number behind it (`LIN/SG11`). `parent` is the loop that holds it; `above` the loop that its HL02 or CPS02
# names; -1 where there is none.
LOOPS = pa.schema([("message", _S), ("name", _T), ("first_segment", _S), ("parent", _S), ("above", _S)])

# Every non-empty value. Positions count from 1; `component` is 1 for a simple element, `repetition` 1 unless repeated.
# `escaped` says that the bytes hold release characters, to be taken out of the text.
VALUES = pa.schema([
    ("segment", _S), ("element", pa.int16()), ("repetition", pa.int16()), ("component", pa.int16()),
    ("start", _I), ("end", _I), ("escaped", pa.bool_()),
])  # fmt: skip

# For each finding what it is about: -1 is none, element and component 0 are none.
OWNERS = pa.schema([
    ("interchange", _S), ("message", _S), ("segment", _S), ("element", pa.int16()), ("component", pa.int16()),
])  # fmt: skip


@dataclass(frozen=True)
class Segments:
    """What a reader gives for a batch of EDI files of one standard."""

    buffer: Buffer
    files: pa.Table
    interchanges: pa.Table
    groups: pa.Table
    messages: pa.Table
    tags: Sequence[str]  # what the tag numbers of `cuts` mean
    cuts: Cuts
    loops: pa.Table
    findings: pa.Table  # schemas.tables.FINDINGS; `document` is null, `path` names interchange, group and message
    owners: pa.Table  # of the findings, row by row: what acknowledgements are made from

    @cached_property
    def segments(self) -> pa.Table:
        """The cuts as a table of the shape ``SEGMENTS``."""
        cuts = self.cuts
        tags = pa.DictionaryArray.from_arrays(cuts.tag, pa.array(self.tags, pa.string())).dictionary_decode()
        columns = {"message": cuts.message, "tag": tags, "start": cuts.start, "end": cuts.end, "loop": cuts.loop}
        return pa.table(columns, schema=SEGMENTS)

    @cached_property
    def values(self) -> pa.Table:
        """The cuts as a table of the shape ``VALUES``."""
        return pa.table(value_columns(self.cuts), schema=VALUES)


def join(files: Sequence[RawFile]) -> tuple[bytes, pa.Table]:
    """The files' bytes in one buffer, and where each of them lies in it. ValueError beyond four gigabytes."""
    starts, at = [], 0
    for file in files:
        starts.append(at)
        at += len(file.data)
    if at > BATCH_BYTES_MAX:
        raise ValueError(f"a batch of {at} bytes is more than {BATCH_BYTES_MAX}: read the files in smaller batches")
    ends = [start + len(file.data) for start, file in zip(starts, files, strict=True)]
    table = pa.table({"file": [f.sha256 for f in files], "start": starts, "end": ends}, schema=FILES)
    return b"".join(file.data for file in files), table
