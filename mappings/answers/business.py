"""Open this when a partner is not told that a return was held: what 824 and APERAK are written of.

They speak of what a document means, where 997 and CONTRL speak of syntax. A document that its syntax answer rejects
gets no business answer. What stands in one are the findings' meanings: the next steps are ours, and nobody else's.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.segments import Segments
from schemas.findings import CATALOGUE, Severity

Row = Mapping[str, Any]
Outcome = Literal["accepted", "in part", "held", "refused"]

_KINDS = ("notice", "receipt")
_TOLD = ("DOC-", "LINE-", "FIELD-")
_HELD = frozenset({"DOC-CONFLICT", "DOC-PURPOSE-HELD"})  # fatal, but a person may still take it
_GRAVE = (Severity.ERROR, Severity.FATAL)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something of a document was not taken: a finding's code and meaning, and the line with its segment."""

    code: str
    meaning: str
    line_no: int | None = None
    tag: str = ""
    position: int = 0

    @property
    def words(self) -> str:
        """The meaning, with the line in front."""
        return self.meaning if self.line_no is None else f"line {self.line_no}: {self.meaning}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a document, for its sender. ``message`` is its row in the reading."""

    message: Row
    number: str
    kind: str
    outcome: Outcome
    reasons: list[Reason] = field(default_factory=list)


def judgements(
    reading: Segments, documents: pa.Table, findings: pa.Table, *, accepted_too: bool
) -> dict[int, list[Judgement]]:
    """For each interchange of a reading what became of its documents (DOCUMENTS), by the final findings (FINDINGS).

    Documents that were taken as they are only where ``accepted_too``; those without a number never: nothing names them.
    """
    found = defaultdict[int, list[Judgement]](list)
    standard = reading.interchanges["standard"][0].as_py() if reading.interchanges.num_rows else ""
    own = documents.filter(pc.and_(pc.equal(documents["standard"], standard), _is_of(documents["kind"], _KINDS)))
    if not own.num_rows:
        return {}
    told, messages = _grave(findings), _Messages(reading)
    for document in own.to_pylist():
        message = messages.of(document)
        judged = _judged(document, message, told[document["document"]], messages) if message else None
        if message and judged and (accepted_too or judged.outcome != "accepted"):
            found[message["interchange"]].append(judged)
    return found


def _judged(document: Row, message: Row, told: Sequence[Row], messages: "_Messages") -> Judgement | None:
    """None where the document has no number, or was rejected for its syntax: then that is what its sender hears."""
    business = [row for row in told if row["code"].startswith(_TOLD)]
    fatal = [row for row in told if row["severity"] == Severity.FATAL]
    if not document["number"] or any(row not in business for row in fatal):
        return None
    reasons = [_reason(row, message, messages) for row in business]
    if not business:
        return Judgement(message, document["number"], document["kind"], "accepted")
    if not fatal:
        return Judgement(message, document["number"], document["kind"], "in part", reasons)
    is_held = all(row["code"] in _HELD for row in fatal)
    return Judgement(message, document["number"], document["kind"], "held" if is_held else "refused", reasons)


def _reason(row: Row, message: Row, messages: "_Messages") -> Reason:
    meaning = CATALOGUE[row["code"]].meaning
    if row["line_no"] is None:
        return Reason(row["code"], meaning)
    return Reason(row["code"], meaning, row["line_no"], *messages.segment(row, message))


def _is_of(column: pa.ChunkedArray, values: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(column, pa.array(values, pa.string()))


def _grave(findings: pa.Table) -> defaultdict[str, list[Row]]:
    """The findings that hold a line or a document, by document, each code once a line."""
    by_document = defaultdict[str, list[Row]](list)
    grave = findings.filter(_is_of(findings["severity"], [severity.value for severity in _GRAVE]))
    seen = set()
    for row in grave.to_pylist():
        key = (row["document"], row["code"], row["line_no"])
        if row["document"] is not None and key not in seen:
            by_document[row["document"]].append(row)
        seen.add(key)
    return by_document


class _Messages:
    """The messages of a reading by their place in a file, and the segments at places in them."""

    def __init__(self, reading: Segments) -> None:
        self._reading = reading
        self._files = dict(zip(reading.files["file"].to_pylist(), reading.files["start"].to_pylist(), strict=True))
        self._by_start = {row["start"]: row for row in reading.messages.to_pylist()}

    def of(self, document: Row) -> Row | None:
        """The message that a document was read from; None if it is of no file of this reading."""
        start = self._files.get(document["file"])
        return None if start is None else self._by_start.get(start + document["offset"])

    def segment(self, finding: Row, message: Row) -> Iterator[Any]:
        """Tag and position (the header is 1) of the segment that a finding stands at, if it is one of the message."""
        at = self._files[finding["file"]] + finding["offset"]
        cuts = self._reading.cuts
        number = int(np.searchsorted(cuts.start, at, side="right")) - 1
        position = number - message["first_segment"] + 1
        if 1 < position <= message["segment_count"]:
            yield self._reading.tags[cuts.tag[number]]
            yield position
