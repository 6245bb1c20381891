"""What a partner that sends tables is answered."""

import csv
import io
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from mappings.answers.acknowledge import Batch, acknowledge
from mappings.formats.segments import RawFile
from schemas.findings import Finding, Place, as_table
from schemas.partners import Partner
from schemas.tables import DOCUMENTS

LINDHAUS = Partner(id="lindhaus", name="Lindhaus GmbH", role="retailer")
FILE = RawFile("a" * 64, "../retouren märz.csv", b"Retoure;Menge\n")
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def finding(code: str, document: str | None = None, detail: str = "x", file: str = FILE.sha256) -> Finding:
    return Finding(code, Place(file, 14, 4, "row 14, Menge"), detail, document)


def table(*findings: Finding, documents: tuple[str, ...] = ("a-1", "a-2")) -> list[list[str]]:
    """The cells of the table of results."""
    rows = [{"document": document, "file": FILE.sha256} for document in documents]
    batch = Batch([FILE], findings=as_table(findings), documents=pa.Table.from_pylist(rows, schema=DOCUMENTS))
    (answer,) = acknowledge(batch, LINDHAUS, NOW, 1)
    assert (answer.kind, answer.file, answer.control) == ("results", FILE.sha256, None)
    assert answer.name == f"retouren-m-rz_{'a' * 12}_results.csv"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


VERDICTS = [
    ((), "accepted"),
    (("DOC-DUPLICATE",), "accepted"),
    (("FIELD-MISSING",), "accepted with remarks"),
    (("FIELD-BAD-GTIN",), "accepted with remarks"),
    (("TABLE-LAYOUT-CHANGED",), "refused"),
]


@pytest.mark.parametrize(("found", "verdict"), VERDICTS)
def test_the_first_line_says_what_became_of_the_file(found: tuple[str, ...], verdict: str) -> None:
    assert table(*map(finding, found))[0][0] == verdict


def test_a_file_is_refused_when_every_document_is() -> None:
    assert table(finding("DOC-CONFLICT", "a-1"))[0][0] == "accepted with remarks"
    assert table(finding("DOC-CONFLICT", "a-1"), finding("DOC-CONFLICT", "a-2"))[0][0] == "refused"


def test_each_finding_has_a_row_with_its_next_step() -> None:
    rows = table(finding("FIELD-BAD-NUMBER", "a-1", "found 'x'"), finding("FIELD-BAD-DATE", file="b" * 64))
    assert rows[1] == ["code", "row", "effect", "what", "next step"]
    assert rows[2:] == [
        [
            "FIELD-BAD-NUMBER",
            "14",
            "line held",
            "the value is not a number: found 'x'",
            "ask the partner for the value; check the decimal mark in the mapping",
        ]
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_can_run_as_a_formula(start: str) -> None:
    for name in (f"{start}cmd.csv", f"\t{start}cmd.csv"):
        (answer,) = acknowledge(Batch([RawFile("a" * 64, name, b"")]), LINDHAUS, NOW, 1)
        assert answer.data.decode("utf-8-sig").startswith(f"accepted;'{start}cmd.csv\r\n")
