"""Every sample of every partner gives exactly the rows that lie beside it, and is claimed by that partner alone."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from mappings import samples
from mappings.catalog import Catalog
from mappings.engine import translate
from mappings.formats.segments import RawFile

SHIPPED = Path(samples.__file__).parent / "partners"
CATALOG = Catalog.load(SHIPPED)
FOLDERS = list(CATALOG.partners)
ALL = [(folder, sample) for folder in FOLDERS for sample in samples.samples(folder)]
IDS = [f"{folder.id}/{sample.name}" for folder, sample in ALL]


@pytest.mark.parametrize(("folder", "sample"), ALL, ids=IDS)
def test_a_sample_gives_the_rows_beside_it(folder, sample):
    assert samples.differences(sample, folder, CATALOG) == "", "see `python -m mappings.samples`"


@pytest.mark.parametrize(("folder", "sample"), ALL, ids=IDS)
def test_a_sample_is_claimed_by_its_own_partner_alone(folder, sample):
    """Of all that send files, or none: what is read out of an ERP comes through no mailbox."""
    data = sample.read_bytes()
    file = RawFile(hashlib.sha256(data).hexdigest(), sample.name, data)
    rivals = [one for one in FOLDERS if bool(one.partner.channels) == bool(folder.partner.channels)]
    takers = [one.id for one in rivals if translate([file], one, CATALOG).documents.num_rows]
    assert takers == [folder.id]


def test_every_mapping_has_a_sample():
    sampled = {folder.id for folder, _ in ALL}
    assert sampled == {folder.id for folder in FOLDERS if folder.maps}


def test_no_expected_file_is_left_over():
    expected = set(SHIPPED.glob("*/samples/*.expected.json"))
    assert expected == {samples.expected_path(sample) for _, sample in ALL}


def test_the_command_line_shows_differences_and_regenerates(tmp_path, capsys):
    root = tmp_path / "partners"
    shutil.copytree(SHIPPED / "essen", root / "essen")
    [sample] = samples.samples(Catalog.load(root).partner("essen"))
    expected = samples.expected_path(sample)
    kept = expected.read_text(encoding="utf-8")
    expected.write_text(json.dumps({}), encoding="utf-8")
    assert samples.main(["--partners", str(root), "essen"]) == 1
    assert '"condition": "sellable"' in capsys.readouterr().out
    assert samples.main(["--partners", str(root), "--regenerate"]) == 0
    assert expected.read_text(encoding="utf-8") == kept
