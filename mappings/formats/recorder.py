"""Open this when you ask how a reader's columns come about: one reader's notes on a batch of files."""

from typing import Any

import numpy as np
import pyarrow as pa

from mappings.formats.cuts import Buffer, Cuts
from mappings.formats.segments import GROUPS, INTERCHANGES, LOOPS, MESSAGES, OWNERS, Segments
from mappings.formats.tokens import Marks
from schemas.findings import Finding, Place, as_table
from schemas.tables import empty

Row = dict[str, Any]


class Recorder:
    """Rows and columns as they are found, in the order of the bytes. Rows of envelopes may be completed later."""

    def __init__(self, buffer: Buffer, files: pa.Table) -> None:
        self.buffer, self.files = buffer, files
        self._shas: list[str] = self.files["file"].to_pylist()
        self._starts: list[int] = self.files["start"].to_pylist()
        self._ends: list[int] = self.files["end"].to_pylist()
        self._file = 0
        self.interchanges: list[Row] = []
        self.groups: list[Row] = []
        self.messages: list[Row] = []
        self.segment_message: list[int] = []
        self.segment_tag: list[str] = []
        self.segment_start: list[int] = []
        self.segment_end: list[int] = []
        self.first_mark: list[int] = []
        self.marks = Marks()
        self._findings: list[Finding] = []
        self._owners: list[tuple[int, ...]] = []

    def begin_file(self, index: int) -> tuple[int, int]:
        """What is recorded from here on lies in this file of the batch; its first byte and its end in the buffer."""
        self._file = index
        return self._starts[index], self._ends[index]

    @property
    def file(self) -> int:
        """The file that is being read, as its index in the batch."""
        return self._file

    def segment(self, message: int, tag: str, start: int, end: int) -> int:
        """Note a segment, whose marks are noted next, and give its index."""
        self.segment_message.append(message)
        self.segment_tag.append(tag)
        self.segment_start.append(start)
        self.segment_end.append(end)
        self.first_mark.append(len(self.marks.at))
        return len(self.segment_tag) - 1

    def finding(
        self, code: str, span: tuple[int, int], path: str, detail: str, interchange: int = -1, message: int = -1
    ) -> None:
        """Note what is wrong between two offsets of the buffer, and whose fault it is (-1: nobody's)."""
        place = Place(self._shas[self._file], span[0] - self._starts[self._file], span[1] - span[0], path)
        self._findings.append(Finding(code, place, detail))
        self._owners.append((interchange, message, -1, 0, 0))

    def finish(self) -> Segments:
        """Everything noted, as Arrow tables and plain arrays."""
        tags = {tag: number for number, tag in enumerate(dict.fromkeys(self.segment_tag))}
        return Segments(
            buffer=self.buffer,
            files=self.files,
            interchanges=_table(self.interchanges, INTERCHANGES),
            groups=_table(self.groups, GROUPS),
            messages=_table(self.messages, MESSAGES),
            tags=list(tags),
            cuts=self._cuts(tags),
            loops=empty(LOOPS),
            findings=as_table(self._findings),
            owners=_table([dict(zip(OWNERS.names, one, strict=True)) for one in self._owners], OWNERS),
        )

    def _cuts(self, tags: dict[str, int]) -> Cuts:
        size = len(self.segment_tag)
        return Cuts(
            message=np.array(self.segment_message, np.int32),
            tag=np.fromiter((tags[tag] for tag in self.segment_tag), np.int32, size),
            start=np.array(self.segment_start, np.int64),
            end=np.array(self.segment_end, np.int64),
            loop=np.full(size, -1, np.int32),
            first_mark=np.array([*self.first_mark, len(self.marks.at)], np.int64),
            mark_at=np.frombuffer(self.marks.at, np.uint32) if self.marks.at else np.empty(0, np.uint32),
            mark_kind=np.frombuffer(self.marks.kind, np.uint8) if self.marks.kind else np.empty(0, np.uint8),
        )


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Rows as a table; to make one of nothing, column by column, takes longer than to ask for an empty one."""
    return pa.Table.from_pylist(rows, schema=schema) if rows else empty(schema)
