"""What an 824 and an APERAK tell of documents that were not taken as they are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.answers.acknowledged import acknowledged
from mappings.formats import edifact as edifact_reader
from mappings.formats import x12 as x12_reader
from mappings.formats.segments import Segments
from schemas.findings import CATALOGUE, Finding, Place, as_table
from schemas.partners import Partner
from schemas.tables import DOCUMENTS
from tests.formats.files import BODY_180, BODY_RETANN, codes, edifact, gs, isa, raw, st, unb, unh, x12

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
READ = {"824": x12_reader.read, "997": x12_reader.read, "APERAK": edifact_reader.read, "CONTRL": edifact_reader.read}


def partner(wants: str = "faults", **changed: object) -> Partner:
    plain = {"id": "nordstad", "name": "Nordstad Stores", "role": "retailer", "acknowledge": False}
    return Partner.model_validate({**plain, "business_answers": wants, **changed})


Found = tuple[int, str, int | None, bytes]  # message, code, line, and the bytes that its place begins with


def batch_of(reading: Segments, *found: Found, kind: str = "notice", numbers: Sequence[str | None] = ()) -> Batch:
    """A batch with a document for each message, called R-1, R-2 ... unless said otherwise, and these findings."""
    rows, sha = [], reading.files["file"][0].as_py()
    standard = reading.interchanges["standard"][0].as_py()
    messages = reading.messages.to_pylist()
    for number, message in enumerate(messages, 1):
        called = numbers[number - 1] if numbers else f"R-{number}"
        rows.append({"document": f"{sha[:12]}-{number}", "file": sha, "offset": message["start"], "standard": standard,
                     "kind": kind, "number": called})  # fmt: skip
    findings = [
        Finding(code, Place(sha, max(reading.buffer.find(at, messages[n]["start"]), 0), 1), "WR01/INV-1/2",
                f"{sha[:12]}-{n + 1}", line)
        for n, code, line, at in found
    ]  # fmt: skip
    documents = pa.Table.from_pylist(rows, schema=DOCUMENTS)
    return Batch([], [reading], findings=as_table(findings), documents=documents)


def x12_reading(count: int = 1) -> Segments:
    return x12_reader.read([raw(x12(isa(gs(*(st(control=f"{n:04d}") for n in range(1, count + 1)), control="17"))))])


def edifact_reading(count: int = 1, kind: str = "RETANN:D:01B:UN", level: str = "UNOC:3") -> Segments:
    messages = [unh(reference=str(n), kind=kind) for n in range(1, count + 1)]
    return edifact_reader.read([raw(edifact(unb(*messages, level=level)))])


def answers(batch: Batch, who: Partner | None = None) -> list[Answer]:
    return acknowledge(batch, who or partner(), NOW, 7)


def lines(answer: Answer) -> list[str]:
    """The segments inside the messages of an answer that our readers find nothing wrong with."""
    got = READ[answer.kind]([raw(answer.data)])
    assert codes(got) == []
    text = answer.data.decode("latin-1").split("~" if answer.kind in ("824", "997") else "'")
    return [line for line in text if line[:3] not in ("ISA", "GS*", "GE*", "IEA", "UNA", "UNB", "UNZ", "")]


def heard(answer: Answer) -> list[dict[str, Any]]:
    """What our own reading of a partner's answer makes of ours."""
    reading = READ[answer.kind]([raw(answer.data)])
    every = (np.ones(table.num_rows, dtype=bool) for table in (reading.interchanges, reading.messages))
    rows: list[dict[str, Any]] = acknowledged(reading, *every).to_pylist()
    return rows


BEYOND: Found = (0, "LINE-BEYOND-SOLD", 1, b"BLI*")


def test_an_824_names_document_line_and_reason() -> None:
    (answer,) = answers(batch_of(x12_reading(), BEYOND))
    assert (answer.kind, answer.control, answer.file) == ("824", 7, "f" * 64)
    assert lines(answer) == [
        "ST*824*0001",
        "BGN*00*BA7-1*20260305*0930",
        "OTI*TE*TN*R-1*NORDSTAD*WICKHAMROWE***17*0001*180*004010",
        "TED*008*line 1: more is returned than is left of what was sold*BLI*4",
        "SE*5*0001",
    ]
    group = x12_reader.read([raw(answer.data)]).groups.to_pylist()[0]
    assert (group["code"], group["sender"], group["receiver"]) == ("AG", "WICKHAMROWE", "NORDSTAD")


def test_an_aperak_names_document_line_and_reason() -> None:
    (answer,) = answers(batch_of(edifact_reading(), (0, "LINE-BEYOND-SOLD", 1, b"LIN+")))
    assert (answer.kind, answer.control) == ("APERAK", 7)
    assert lines(answer) == [
        *("UNH+1+APERAK:D:01B:UN", "BGM+305+BA7-1+9+CA", "DTM+137:202603050930:203", "RFF+ACW:R-1"),
        *("NAD+MS+9520000000011::9", "NAD+MR+9520000010003::9", "ERC+008::91"),
        *("FTX+AAO+++line 1?: more is returned than is left of what was sold", "RFF+LI:1", "UNT+10+1"),
    ]


# findings of a document; OTI01, 4343, and how each is heard
OUTCOMES: dict[str, tuple[list[tuple[str, int | None]], str, str, str, str]] = {
    "accepted": ([], "TA", "AP", "accepted", "accepted"),
    "remarked": ([("FIELD-BAD-DATE", 1), ("DOC-DUPLICATE", None)], "TA", "AP", "accepted", "accepted"),
    "in part": ([("LINE-ITEM-UNKNOWN", 1)], "TE", "CA", "remarked", "remarked"),
    "held": ([("DOC-CONFLICT", None)], "TE", "AJ", "remarked", "remarked"),
    "refused": ([("DOC-NO-LINES", None)], "TR", "RE", "rejected", "rejected"),
    "refused with held lines": ([("DOC-NO-LINES", None), ("FIELD-MISSING", 1)], "TR", "RE", "rejected", "rejected"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_told_and_heard_alike(name: str) -> None:
    found, oti, response, as_x12, as_edifact = OUTCOMES[name]
    told: list[Found] = [(0, code, line, b"") for code, line in found]
    (answer,) = answers(batch_of(x12_reading(), *told), partner("all"))
    assert lines(answer)[2].startswith(f"OTI*{oti}*TN*R-1*")
    (row,) = heard(answer)
    assert (row["verdict"], row["reference"], row["group_control"]) == (as_x12, "R-1", "17")
    (answer,) = answers(batch_of(edifact_reading(), *told), partner("all"))
    assert lines(answer)[1] == f"BGM+305+BA7-1+9+{response}"
    (row,) = heard(answer)
    assert (row["verdict"], row["reference"]) == (as_edifact, "R-1")


def test_only_what_was_not_taken_is_told_unless_the_partner_wants_all() -> None:
    for reading, at in ((x12_reading(3), b"BLI*"), (edifact_reading(3), b"LIN+")):
        batch = batch_of(reading, (1, "LINE-NEVER-SOLD", 1, at))
        (answer,) = answers(batch)
        assert [row["reference"] for row in heard(answer)] == ["R-2"]
        (answer,) = answers(batch, partner("all"))
        assert [row["reference"] for row in heard(answer)] == ["R-1", "R-2", "R-3"]
        assert answers(batch, partner("none")) == []


def test_what_its_syntax_rejects_and_what_has_no_number_gets_no_business_answer() -> None:
    assert answers(batch_of(x12_reading(), (0, "MSG-COUNT-WRONG", None, b""), BEYOND), partner("all")) == []
    assert answers(batch_of(x12_reading(), (0, "DOC-NO-NUMBER", None, b""), numbers=[None]), partner("all")) == []
    assert answers(batch_of(x12_reading(), BEYOND, kind="sales"), partner("all")) == []


def test_business_answers_go_beside_syntax_answers_and_count_on() -> None:
    found = answers(batch_of(x12_reading(), BEYOND), partner(acknowledge=True))
    assert [(answer.kind, answer.control) for answer in found] == [("997", 7), ("824", 8)]
    found = answers(batch_of(edifact_reading(), BEYOND), partner(acknowledge=True))
    assert [(answer.kind, answer.control) for answer in found] == [("CONTRL", 7), ("APERAK", 8)]


def test_each_line_is_told_once_for_each_reason_and_our_own_affairs_never() -> None:
    (answer,) = answers(batch_of(x12_reading(), BEYOND, BEYOND, (0, "LINE-ITEM-UNKNOWN", 1, b"BLI*")))
    assert [line[:8] for line in lines(answer) if line.startswith("TED")] == ["TED*008*", "TED*Q*li"]
    for entry in CATALOGUE.values():
        assert entry.next_step not in answer.data.decode()
    assert b"INV-1" not in answer.data


def test_long_words_go_on_in_a_note() -> None:
    codes_ = [code for code in CATALOGUE if code.startswith(("DOC-", "LINE-", "FIELD-"))]
    assert max(len(CATALOGUE[code].meaning) for code in codes_) < 4 * 70
    (answer,) = answers(batch_of(x12_reading(), (0, "DOC-CONFLICT", 12345678901234567, b"")))
    ted, note = (line for line in lines(answer) if line[:3] in ("TED", "NTE"))
    assert len(ted.split("*")[2]) <= 60
    assert note == "NTE**other lines"


DIRECTORIES = [
    ("RETANN:D:96A:EN:EAN001", "96A"), ("RETANN:D:97B:UN", "96A"), ("RETANN:D:01A:UN", "96A"),
    ("RETANN:D:01B:UN", "01B"), ("RETANN:D:24A:UN", "01B"), ("RETANN", "01B"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "directory"), DIRECTORIES)
def test_an_aperak_is_of_the_directory_that_it_answers(kind: str, directory: str) -> None:
    (answer,) = answers(batch_of(edifact_reading(kind=kind), BEYOND))
    assert lines(answer)[0] == f"UNH+1+APERAK:D:{directory}:UN"


def test_level_a_has_no_small_letters() -> None:
    (answer,) = answers(batch_of(edifact_reading(level="UNOA:2"), BEYOND))
    text = answer.data.decode()
    assert text == text.upper()


def test_what_the_partner_wrote_cannot_break_our_answer() -> None:
    for reading in (x12_reading(), edifact_reading()):
        (answer,) = answers(batch_of(reading, BEYOND, numbers=["R*1~'+:?^>\n\u00e9"]))
        assert len(heard(answer)) == 1


def test_each_group_is_answered_in_its_own_interchange() -> None:
    groups = (gs(st(), control="17"), gs(st(BODY_180), control="18", version="005010"))
    batch = batch_of(x12_reader.read([raw(x12(isa(*groups)))]))
    found = answers(batch, partner("all"))
    assert [(answer.control, heard(answer)[0]["group_control"]) for answer in found] == [(7, "17"), (8, "18")]
    assert len({answer.name for answer in found}) == 2


def test_several_interchanges_are_answered_apart() -> None:
    text = [*unb(unh()), *unb(unh(BODY_RETANN), control="4712")]
    found = answers(batch_of(edifact_reader.read([raw(edifact(text))])), partner("all"))
    assert [heard(answer)[0]["reference"] for answer in found] == ["R-1", "R-2"]
