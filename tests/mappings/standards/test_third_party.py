"""Files that others wrote go through the standard maps: how many documents and lines an expert finds in each.

The numbers were counted in the files. Wrong segment counts are tolerated here, so that these messages are mapped too;
what a reader turns away (cut off, control numbers that differ) has no document.
"""

from pathlib import Path

import pytest
import yaml

from mappings import code_lists
from mappings.catalog import STANDARDS, Catalog, Map, Names, PartnerFolder, load_map
from mappings.engine import translate
from mappings.formats import edifact, x12
from mappings.formats.segments import Segments
from mappings.formats.sniff import sniff
from mappings.translation import Translation
from schemas.partners import Identity, Partner
from tests.mappings.folders import raw

SAMPLES = Path(__file__).parents[2] / "data" / "edi_samples"
EXPECTED = yaml.safe_load((Path(__file__).parent / "third_party.yaml").read_text(encoding="utf-8"))
READERS = {"x12": x12.read, "edifact": edifact.read}


def shipped() -> tuple[Map, ...]:
    """Every standard for EDI, but those that only a partner's mapping can choose."""
    lists = code_lists.lists_of(code_lists.SHIPPED)
    paths = [path for standard in READERS for path in sorted((STANDARDS / standard).glob("*.yaml"))]
    return tuple(load_map(path, lists) for path in paths if not path.stem.endswith("_notice"))


MAPS = shipped()


def reading(path: Path) -> Segments | None:
    """What the reader gives for a file of these standards."""
    data = path.read_bytes()
    kind = sniff(data)
    return READERS[kind]([raw(data, path.name)]) if kind in READERS else None


def translated(path: Path) -> Translation:
    """The file through the standard maps, whoever sent it."""
    read = reading(path)
    assert read is not None
    standard, senders = sniff(path.read_bytes()), read.interchanges.select(["sender_qualifier", "sender"]).to_pylist()
    identities = [
        Identity(scheme=standard, qualifier=(row["sender_qualifier"] or "").strip(), id=(row["sender"] or "").strip())
        for row in senders
    ]
    anyone = Partner(id="anyone", name="Anyone", role="retailer", identities=identities, tolerate=["segment_count"])
    folder = PartnerFolder(path.parent, anyone, MAPS)
    return translate([raw(path.read_bytes(), path.name)], folder, Catalog(path.parent, {"anyone": folder}, Names({})))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_gives_the_documents_and_lines_that_are_in_it(name):
    translation = translated(SAMPLES / name)
    lines = {kind: table.num_rows for kind, table in translation.lines.items() if table.num_rows}
    assert {"documents": translation.documents.num_rows, **lines} == EXPECTED[name]


def test_no_file_of_these_messages_is_left_out():
    messages = {one.rules.claims.message for one in MAPS}
    found = set()
    for path in SAMPLES.rglob("*"):
        read = reading(path) if path.is_file() else None
        if read is not None and messages & set(read.messages["type"].to_pylist()):
            found.add(path.relative_to(SAMPLES).as_posix())
    assert found == set(EXPECTED)
