"""Open this when you ask how a reader's columns come about: one reader's notes on a batch of files."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from mappings.formats.segments import GROUPS, INTERCHANGES, MESSAGES, SEGMENTS, RawFile, Segments, join
from mappings.formats.tokens import ValueColumns
from schemas.findings import Finding, Place, as_table

Row = dict[str, Any]


class Recorder:
    """Rows and columns as they are found, in the order of the bytes. Rows of envelopes may be completed later."""

    def __init__(self, files: Sequence[RawFile]) -> None:
        self.buffer, self.files = join(files)
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
        self.values = ValueColumns()
        self._findings: list[Finding] = []
        self._finding_interchange: list[int] = []
        self._finding_message: list[int] = []

    def begin_file(self, index: int) -> tuple[int, int]:
        """What is recorded from here on lies in this file of the batch; its first byte and its end in the buffer."""
        self._file = index
        return self._starts[index], self._ends[index]

    @property
    def file(self) -> int:
        """The file that is being read, as its index in the batch."""
        return self._file

    def segment(self, message: int, tag: str, start: int, end: int) -> int:
        """Note a segment and give its index."""
        self.segment_message.append(message)
        self.segment_tag.append(tag)
        self.segment_start.append(start)
        self.segment_end.append(end)
        return len(self.segment_tag) - 1

    def finding(
        self, code: str, span: tuple[int, int], path: str, detail: str, interchange: int = -1, message: int = -1
    ) -> None:
        """Note what is wrong between two offsets of the buffer, and whose fault it is (-1: nobody's)."""
        place = Place(self._shas[self._file], span[0] - self._starts[self._file], span[1] - span[0], path)
        self._findings.append(Finding(code, place, detail))
        self._finding_interchange.append(interchange)
        self._finding_message.append(message)

    def finish(self) -> Segments:
        """Everything noted, as Arrow tables."""
        columns = [self.segment_message, self.segment_tag, self.segment_start, self.segment_end]
        return Segments(
            buffer=self.buffer,
            files=self.files,
            interchanges=pa.Table.from_pylist(self.interchanges, schema=INTERCHANGES),
            groups=pa.Table.from_pylist(self.groups, schema=GROUPS),
            messages=pa.Table.from_pylist(self.messages, schema=MESSAGES),
            segments=pa.Table.from_arrays(
                [pa.array(c, f.type) for c, f in zip(columns, SEGMENTS, strict=True)], schema=SEGMENTS
            ),
            values=self.values.table(),
            findings=as_table(self._findings),
            finding_interchange=pa.array(self._finding_interchange, pa.int32()),
            finding_message=pa.array(self._finding_message, pa.int32()),
        )
