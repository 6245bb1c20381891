"""Open this when ``backhaul partner check`` doubts an acknowledgement: our answers to samples, read back."""

import csv
import hashlib
import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.answers.acknowledged import acknowledged
from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile, Segments
from mappings.formats.sniff import sniff
from pipelines.partner_check import Check, Read, Subject, missing, note, ok

_READERS = {"x12": x12.read, "edifact": edifact.read}
_CONTROLS = ("interchange_control", "group_control", "message_control")


def acknowledgements(subject: Subject) -> Iterator[Check]:
    """Each sample answered as it would be, the answer read back, and matched with what it answers."""
    if subject.folder.partner.answers_wanted is None:
        yield note("acknowledgement", "it wants none")
        return
    for one in subject.read:
        yield _round_trip(subject, one)


def _round_trip(subject: Subject, one: Read) -> Check:
    name, translation = f"answer to {one.file.name}", one.translation
    batch = Batch(
        files=[one.file],
        readings=tuple(translation.readings.values()),
        rejections=translation.rejections,
        findings=translation.findings,
        documents=translation.documents,
    )
    answers = acknowledge(batch, subject.folder.partner, subject.now, 1, subject.folder.outbound)
    if not answers:
        return missing(name, "there is none", "check `acknowledge:` in partner.yaml")
    wrong = [told for answer in answers if (told := _fault(answer, tuple(translation.readings.values())))]
    if wrong:
        return missing(name, "; ".join(wrong), "report it, with this sample: an answer of ours must be readable")
    kinds = ", ".join(sorted({answer.kind for answer in answers}))
    return ok(name, f"{kinds}: read back, and matched with what it answers")


def _fault(answer: Answer, sample: tuple[Segments, ...]) -> str:
    """What is wrong with an answer; empty when nothing is."""
    kind = sniff(answer.data)
    if kind not in _READERS:
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
        return "" if rows and rows[0] else f"{answer.kind} is an empty table"
    reading = _READERS[kind]([RawFile(hashlib.sha256(answer.data).hexdigest(), answer.name, answer.data)])
    found = [row for row in reading.findings.to_pylist() if row["severity"] in ("error", "fatal")]
    if found:
        return f"{answer.kind} is not read back: {found[0]['code']} {found[0]['detail']}"
    return _unmatched(answer, reading, sample)


def _unmatched(answer: Answer, reading: Segments, sample: tuple[Segments, ...]) -> str:
    """Whether the control numbers that come back are those of the sample."""
    everything = (np.ones(table.num_rows, dtype=bool) for table in (reading.interchanges, reading.messages))
    rows = acknowledged(reading, *everything).to_pylist()
    if not rows:
        return f"{answer.kind} answers nothing"
    sent = {name: {control for one in sample for control in _controls(one, name)} for name in _CONTROLS}
    for row in rows:
        for name in _CONTROLS:
            if row[name] is not None and row[name] not in sent[name]:
                return f"{answer.kind} answers {name.replace('_', ' ')} {row[name]}, which the sample has not"
    return ""


def _controls(reading: Segments, name: str) -> set[str]:
    table: pa.Table = getattr(reading, f"{name.partition('_')[0]}s")
    return {str(control) for control in table["control"].to_pylist()}
