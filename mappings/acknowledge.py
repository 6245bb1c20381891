"""Open this when a partner got the wrong acknowledgement: which answers a batch of files gets.

    acknowledge(batch: Batch, partner: Partner, now: datetime, first_control: int) -> list[Answer]

X12 interchanges get a 997 for each group, or a TA1; EDIFACT interchanges a CONTRL; other files a table of results.
They speak of syntax: an accepted 997 does not say that a return is accepted. Nothing answers an acknowledgement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import pyarrow as pa

from mappings.answer import Answer
from mappings.answer_edifact import contrl
from mappings.answer_table import results
from mappings.answer_x12 import functional
from mappings.formats.segments import RawFile, Segments
from mappings.messages import Rejection
from mappings.verdicts import verdicts
from schemas.partners import Partner
from schemas.tables import DOCUMENTS, FINDINGS

__all__ = ["Answer", "Batch", "acknowledge"]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read from a partner's files, and what was found wrong with it.

    ``findings`` (FINDINGS) and ``documents`` (DOCUMENTS) are the final ones; the tables of results are made from them.
    ``rejections`` name the interchanges and messages that were turned away behind the reader.
    """

    files: Sequence[RawFile]
    readings: Sequence[Segments] = ()
    rejections: Sequence[Rejection] = ()
    findings: pa.Table = field(default_factory=FINDINGS.empty_table)
    documents: pa.Table = field(default_factory=DOCUMENTS.empty_table)


def acknowledge(batch: Batch, partner: Partner, now: datetime, first_control: int) -> list[Answer]:
    """The answers to a batch, in the order of its readings, then of its other files; none if the partner wants none.

    Control numbers count on from ``first_control``. The same batch at the same time gives the same bytes.
    """
    if partner.answers_wanted is None:
        return []
    numbers = count(first_control)
    answers = [answer for reading in batch.readings for answer in _edi(reading, batch, partner, now, numbers)]
    read_as_edi = {sha for reading in batch.readings for sha in reading.files["file"].to_pylist()}
    tables = [file for file in batch.files if file.sha256 not in read_as_edi]
    return answers + [results(file, batch.findings, batch.documents) for file in tables]


def _edi(reading: Segments, batch: Batch, partner: Partner, now: datetime, numbers: Iterator[int]) -> Iterator[Answer]:
    """The answers to each interchange of a reading."""
    if not reading.interchanges.num_rows:
        return iter(())
    standard = reading.interchanges["standard"][0].as_py()
    held = verdicts(reading, [r for r in batch.rejections if r.standard == standard], partner.tolerate)
    answer = functional if standard == "x12" else contrl
    return answer(reading, held, partner.answers_wanted or "997", now, numbers)
