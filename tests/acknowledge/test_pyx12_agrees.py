"""pyx12 reads our X12 answers without errors, its own maps accept them, and it names envelope faults as we do."""

import io
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from pyx12.params import params
from pyx12.x12file import X12Reader
from pyx12.x12n_document import x12n_document

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.formats import x12 as reader
from schemas.findings import Finding, Place, as_table
from schemas.partners import Partner
from schemas.tables import DOCUMENTS
from tests.acknowledge.placed import Found, with_found
from tests.formats.files import gs, isa, raw, st, x12

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
# pyx12's maps are of the health insurers' guides: of the messages we know, they know the 820.
BODY_820 = ("BPR*C*100*C*ACH", "TRN*1*PAY-7", "ENT*1", "RMR*IV*INV-1**100")


def partner(**changed: object) -> Partner:
    return Partner.model_validate({"id": "nordstad", "name": "Nordstad Stores", "role": "retailer", **changed})


def answers(segments: Sequence[str], who: Partner | None = None, found: Sequence[Found] = ()) -> list[Answer]:
    """Our answers to one X12 file."""
    reading = reader.read([raw(x12(segments))])
    return acknowledge(Batch([], [with_found(reading, *found) if found else reading]), who or partner(), NOW, 7)


def errors_of(data: bytes) -> list[tuple[str, str]]:
    """What pyx12's reader finds in a file: level and code."""
    with X12Reader(io.StringIO(data.decode("ascii"))) as source:
        found = []
        for _ in source:
            found += source.pop_errors()
        source.cleanup()
        found += source.pop_errors()
    return [(level, code) for level, code, *_ in found]


# --- our answers, read by pyx12


FOUND: list[Found] = [
    ("MSG-SEGMENT-MISPLACED", 2, 0, 0, ""),
    ("MSG-SEGMENT-MISSING", 4, 0, 0, "820 must have a segment NM1"),
    ("ELEMENT-BAD-CODE", 1, 4, 0, ""),
    ("ELEMENT-TOO-LONG", 4, 2, 0, ""),
    ("ELEMENT-MISSING", 4, 3, 0, ""),
]


def remittance(version: str = "004010") -> list[str]:
    """An interchange of two remittances, the second of which counts its segments wrongly."""
    two = (st(BODY_820, kind="820"), st(BODY_820, kind="820", control="0002", se01="9"))
    is_5010 = version >= "005"
    return isa(
        gs(*two, code="RA", version=version, control="17"),
        version="00501" if is_5010 else "00401", isa11="^" if is_5010 else "U", ack="1", component=":",
    )  # fmt: skip


ANSWERS = {
    "TA1": (answers(remittance())[0], 7),
    "997": (answers(remittance(), found=FOUND)[1], 8),
    "999": (answers(remittance("005010"), partner(acknowledge="999"), FOUND)[1], 8),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_its_reader_finds_no_error_in_our_answers(kind: str) -> None:
    answer, control = ANSWERS[kind]
    assert (answer.kind, answer.control) == (kind, control)
    assert errors_of(answer.data) == []


def test_its_reader_finds_no_error_in_our_824() -> None:
    reading = reader.read([raw(x12(isa(gs(st()))))])
    sha = reading.files["file"][0].as_py()
    start = reading.messages["start"][0].as_py()
    row = {"document": "d", "file": sha, "offset": start, "standard": "x12", "kind": "notice", "number": "R-1"}
    documents = DOCUMENTS.empty_table().from_pylist([row], schema=DOCUMENTS)
    findings = as_table([Finding("LINE-NEVER-SOLD", Place(sha, start + 30, 1), "", "d", 1)])
    batch = Batch([], [reading], findings=findings, documents=documents)
    (answer,) = acknowledge(batch, partner(acknowledge=False, business_answers="faults"), NOW, 7)
    assert answer.kind == "824"
    assert errors_of(answer.data) == []


@pytest.mark.parametrize("kind", ["997", "999"])
def test_its_maps_accept_our_answers(kind: str) -> None:
    data = ANSWERS[kind][0].data
    assert _is_valid_to_its_map(data)
    for good, bad in ((b"*8~", b"*77~"), (b"*R*4~", b"*Q*4~"), (b"RMR*5*", b"RMR*X*")):
        assert good in data
        assert not _is_valid_to_its_map(data.replace(good, bad, 1))


def _is_valid_to_its_map(data: bytes) -> bool:
    """Whether pyx12's map for the message accepts a file."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    return bool(x12n_document(params(), io.StringIO(data.decode("ascii")), None, None))


# --- faults of envelopes, as pyx12 and as our answers name them


def our_errors(segments: Sequence[str]) -> set[tuple[str, str]]:
    """The codes of our answers to a file that asks for a TA1: level and code, as pyx12 writes them."""
    found = set()
    for answer in answers(segments):
        for line in answer.data.decode().split("~"):
            tag, *elements = line.split("*")
            level, codes = {
                "TA1": ("isa", elements[4:]), "AK5": ("st", elements[1:]), "AK9": ("gs", elements[4:]),
            }.get(tag, ("", []))  # fmt: skip
            found |= {(level, code) for code in codes if code != "000"}
    return found


def one_180(**spoilt: str) -> list[str]:
    return isa(gs(st(**spoilt)), ack="1")


FAULTS = {
    "nothing": (one_180(), set()),
    "SE01": (one_180(se01="9"), {("st", "4")}),
    "SE02": (one_180(se02="0009"), {("st", "3")}),
    "SE01 and SE02": (one_180(se01="9", se02="0009"), {("st", "3"), ("st", "4")}),
    "GE01": (isa(gs(st(), ge01="3"), ack="1"), {("gs", "5")}),
    "GE02": (isa(gs(st(), ge02="3"), ack="1"), {("gs", "4")}),
    "GE01 and GE02": (isa(gs(st(), ge01="3", ge02="3"), ack="1"), {("gs", "4"), ("gs", "5")}),
    "IEA01": (isa(gs(st()), iea01="4", ack="1"), {("isa", "021")}),
    "IEA02": (isa(gs(st()), iea02="000000009", ack="1"), {("isa", "001")}),
    "ST02 twice": (isa(gs(st(), st()), ack="1"), {("st", "23")}),
    "a fault on each level": (
        isa(gs(st(se01="9"), ge01="3"), iea02="000000009", ack="1"),
        {("st", "4"), ("gs", "5"), ("isa", "001")},
    ),
    "several groups": (
        isa(gs(st()), gs(st(), control="2", ge02="9"), gs(st(se02="0009"), control="3"), ack="1"),
        {("gs", "4"), ("st", "3")},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_both_name_faults_of_envelopes_alike(name: str) -> None:
    segments, expected = FAULTS[name]
    assert set(errors_of(x12(segments))) == expected
    assert our_errors(segments) == expected


def test_without_its_trailer_an_interchange_is_truncated_to_both() -> None:
    segments = one_180()[:-1]
    assert ("isa", "023") in errors_of(x12(segments))
    assert our_errors(segments) == {("isa", "023")}
