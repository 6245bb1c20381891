"""Open this when a partner got the wrong acknowledgement: which answers a batch of files gets.

    acknowledge(batch: Batch, partner: Partner, now: datetime, first_control: int, maps=()) -> list[Answer]

X12 interchanges get a 997 (or 999) for each group, or a TA1; EDIFACT interchanges a CONTRL; other files a table of
results. They speak of syntax: an accepted 997 does not say that a return is accepted. What became of each document is
told in an 824 or an APERAK, where the partner wants that. Nothing answers an acknowledgement.

Answers of syntax are fixed by their standards, to the last element, and are written here; what an 824, an APERAK or a
table of results looks like is said by outbound maps, the partner's own (``maps``) or the shipped ones.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.answer import Answer
from mappings.answers.authorisations import authorisations
from mappings.answers.business import judgements
from mappings.answers.contrl import contrl
from mappings.answers.outcomes import outcomes
from mappings.answers.results import results
from mappings.answers.verdicts import verdicts
from mappings.answers.x12 import functional
from mappings.formats.segments import RawFile, Segments
from mappings.messages.judge import Rejection
from mappings.outbound.catalog import OutboundMap, map_for
from schemas.partners import Partner
from schemas.tables import DOCUMENTS, FINDINGS, NOTICE_LINES, empty

__all__ = ["Answer", "Batch", "acknowledge"]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read from a partner's files, and what was found wrong with it.

    ``findings`` (FINDINGS), ``documents`` (DOCUMENTS) and ``notices`` (NOTICE_LINES) are the final ones; 824, APERAK,
    authorisations and tables of results are made from them. ``rejections`` name the interchanges and messages that were
    turned away behind the reader. ``refused`` has, by document and line, the rule of the policy that refuses a line
    before its goods come. ``decided_later`` are documents whose authorisation is made of our word on their lines.
    """

    files: Sequence[RawFile]
    readings: Sequence[Segments] = ()
    rejections: Sequence[Rejection] = ()
    findings: pa.Table = field(default_factory=partial(empty, FINDINGS))
    documents: pa.Table = field(default_factory=partial(empty, DOCUMENTS))
    notices: pa.Table = field(default_factory=partial(empty, NOTICE_LINES))
    refused: Mapping[tuple[str, int], str] = field(default_factory=dict)
    decided_later: Collection[str] = ()


def acknowledge(
    batch: Batch, partner: Partner, now: datetime, first_control: int, maps: Sequence[OutboundMap] = ()
) -> list[Answer]:
    """The answers to a batch that the partner wants: of syntax, of business, authorisations, tables of results.

    ``maps`` are the partner's outbound maps. Control numbers count on from ``first_control``. The same batch at the
    same time gives the same bytes.
    """
    numbers = count(first_control)
    answers = [answer for reading in batch.readings for answer in _of_syntax(reading, batch, partner, now, numbers)]
    for reading in batch.readings:
        answers += _of_business(reading, batch, partner, now, numbers, maps)
    answering = next((one for one in maps if one.rules.kind == "answer"), None)
    if partner.authorises and answering:
        later = pc.is_in(batch.documents["document"], pa.array(batch.decided_later, pa.string()))
        own = (batch.documents.filter(pc.invert(later)), batch.notices, batch.findings, batch.refused)
        answers += authorisations(*own, partner, answering, now, numbers)
    if partner.answers_wanted is None:
        return answers
    read_as_edi = {sha for reading in batch.readings for sha in reading.files["file"].to_pylist()}
    tables = [file for file in batch.files if file.sha256 not in read_as_edi]
    return answers + results(tables, batch.findings, batch.documents, map_for(maps, "results", "csv"), now)


def _of_syntax(
    reading: Segments, batch: Batch, partner: Partner, now: datetime, numbers: Iterator[int]
) -> Iterator[Answer]:
    """997, 999, TA1 or CONTRL for each interchange of a reading."""
    if partner.answers_wanted is None or not reading.interchanges.num_rows:
        return iter(())
    standard = _standard(reading)
    held = verdicts(reading, [r for r in batch.rejections if r.standard == standard], partner.tolerate)
    answer = functional if standard == "x12" else contrl
    return answer(reading, held, partner.answers_wanted, now, numbers)


def _of_business(
    reading: Segments,
    batch: Batch,
    partner: Partner,
    now: datetime,
    numbers: Iterator[int],
    maps: Sequence[OutboundMap],
) -> Iterator[Answer]:
    """824 or APERAK for the documents of a reading."""
    if partner.business_answers == "none" or not reading.interchanges.num_rows:
        return iter(())
    wants_all = partner.business_answers == "all"
    judged = judgements(reading, batch.documents, batch.findings, accepted_too=wants_all)
    return outcomes(reading, judged, map_for(maps, "outcome", _standard(reading)), now, numbers)


def _standard(reading: Segments) -> str:
    return str(reading.interchanges["standard"][0].as_py())
