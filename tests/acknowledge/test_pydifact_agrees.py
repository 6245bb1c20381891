"""pydifact cuts our CONTRL and APERAK into the same segments as our reader."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from pydifact.parser import Parser

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.formats import edifact as reader
from schemas.findings import Finding, Place, as_table
from schemas.partners import Partner
from schemas.tables import DOCUMENTS
from tests.acknowledge.placed import with_found
from tests.formats.files import codes, edifact, raw, records, unb, unh

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
WHO = Partner(id="brightwell", name="Brightwell Trading", role="retailer", business_answers="all")
# Its directories of segments do not come with it, and it says so for each segment.
pytestmark = pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")
KINDS = ("RETANN:D:01B:UN", "RETANN:D:96A:EN:EAN001")


def answers(kind: str, level: str) -> list[Answer]:
    """A CONTRL and an APERAK with something at every level, and text that must be released."""
    messages = (unh(kind=kind), unh(reference="2?+?'?:", kind=kind, count="9"), unh(reference="3", kind=kind))
    reading = reader.read([raw(edifact(unb(*messages, level=level)))])
    placed = with_found(reading, ("MSG-SEGMENT-REPEATED", 3, 0, 0, ""), ("ELEMENT-TOO-LONG", 3, 3, 1, ""))
    sha, start = reading.files["file"][0].as_py(), reading.messages["start"][2].as_py()
    row = {"document": "d", "file": sha, "offset": start, "standard": "edifact", "kind": "notice", "number": "R+1'?:"}
    findings = as_table([Finding("LINE-ITEM-UNKNOWN", Place(sha, start, 1), "", "d", 1)])
    documents = pa.Table.from_pylist([row], schema=DOCUMENTS)
    return acknowledge(Batch([], [placed], findings=findings, documents=documents), WHO, NOW, 7)


def by_us(data: bytes) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Every segment of the messages by our reader: its tag, and its values by element and component."""
    got = reader.read([raw(data)])
    assert codes(got) == []
    return [(tag, [(element, part, text) for element, _, part, text in values]) for tag, values in records(got)]


def by_pydifact(data: bytes) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """The same by pydifact's parser."""
    found = []
    for segment in Parser().parse(data.decode()):
        values = []
        for position, element in enumerate(segment.elements, 1):
            parts: Sequence[str] = [element] if isinstance(element, str) else element
            values += [(position, n, part) for n, part in enumerate(parts, 1) if part]
        found.append((segment.tag, values))
    return [one for one in found if one[0] not in ("UNA", "UNB", "UNZ")]


@pytest.mark.parametrize("level", ["UNOC:3", "UNOA:2", "UNOW:4"])
@pytest.mark.parametrize("kind", KINDS)
def test_both_cut_our_answers_alike(kind: str, level: str) -> None:
    found = answers(kind, level)
    assert [answer.kind for answer in found] == ["CONTRL", "APERAK"]
    for answer in found:
        assert by_pydifact(answer.data) == by_us(answer.data)
    assert {tag for tag, _ in by_us(found[0].data)} >= {"UCI", "UCM", "UCS", "UCD"}
    assert {tag for tag, _ in by_us(found[1].data)} >= {"BGM", "RFF", "ERC", "FTX"}
