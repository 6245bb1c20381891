"""Every shipped standard for EDI is proved by a sample, with the rows that an expert would expect of it."""

import json
from pathlib import Path

import pytest

from mappings import samples
from mappings.catalog import STANDARDS, Catalog

PARTNERS = Path(__file__).parent / "partners"
CATALOG = Catalog.load(PARTNERS)
ALL = [(folder, sample) for folder in CATALOG.partners for sample in samples.samples(folder)]
IDS = [f"{folder.id}/{sample.name}" for folder, sample in ALL]


@pytest.mark.parametrize(("folder", "sample"), ALL, ids=IDS)
def test_a_standard_gives_the_rows_beside_its_sample(folder, sample):
    again = f"see `python -m mappings.samples --partners {PARTNERS.relative_to(Path.cwd())}`"
    assert samples.differences(sample, folder, CATALOG) == "", again


def test_every_standard_for_edi_has_a_mapping_here_that_gives_documents():
    shipped = {path.relative_to(STANDARDS).with_suffix("").as_posix() for path in STANDARDS.glob("*/*.yaml")}
    proved = {one.rules.extends for folder in CATALOG.partners for one in folder.maps}
    assert {name for name in shipped if name.split("/")[0] in ("x12", "edifact")} <= proved
    given = set()
    for folder, sample in ALL:
        rows = json.loads(samples.expected_path(sample).read_text())
        given |= {(folder.id, one["kind"], one["message_type"]) for one in rows["documents"]}
    meant = {(f.id, one.rules.kind, one.rules.claims.message) for f in CATALOG.partners for one in f.maps}
    assert given == meant
