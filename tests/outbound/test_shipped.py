"""Every outbound map of every partner writes exactly the file beside its sample; what we ship is proved by one."""

import re
from pathlib import Path

import pytest
import yaml

from mappings.catalog import Catalog
from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile
from mappings.layouts import load_layout, read_document
from mappings.outbound.catalog import STANDARDS, shipped_names
from mappings.outbound.samples import difference, expected_path, samples_of, written
from mappings.samples import main
from tests.mappings.folders import partner_folder

MAPPINGS = Path(STANDARDS).parent.parent
SHIPPED = Catalog.load(MAPPINGS / "partners")
ALL = [
    (one, folder.partner, sample)
    for folder in SHIPPED.partners
    for one in folder.outbound
    for sample in samples_of(one)
]
IDS = [f"{partner.id}/{sample.name}" for _, partner, sample in ALL]
README = (MAPPINGS / "README.md").read_text(encoding="utf-8")
READERS = {"x12": x12.read, "edifact": edifact.read}


@pytest.mark.parametrize(("one", "partner", "sample"), ALL, ids=IDS)
def test_a_sample_gives_the_file_beside_it(one, partner, sample):
    assert difference(one, partner, sample) == "", "see `python -m mappings.samples`"


@pytest.mark.parametrize(
    ("one", "partner", "sample"), [case for case in ALL if case[0].standard != "csv"],
    ids=[name for name, case in zip(IDS, ALL, strict=True) if case[0].standard != "csv"],
)  # fmt: skip
def test_what_is_written_is_read_without_a_finding(one, partner, sample):
    data = written(one, partner, sample)
    reading = READERS[one.standard]([RawFile("f" * 64, "file", data)])
    assert reading.findings.to_pylist() == []
    layout = load_layout(one.rules.writes.layout, one.rules.writes.version or "")
    documents = yaml.safe_load(sample.read_text(encoding="utf-8"))
    for number, document in enumerate(documents):
        assert read_document(layout, reading, number)["number"] == document["number"]


def test_every_outbound_map_has_a_sample_and_every_expected_file_belongs_to_one():
    assert {one.path for one, _, _ in ALL} == set((MAPPINGS / "partners").glob("*/outbound/*.yaml"))
    kept = {path for path in (MAPPINGS / "partners").glob("*/outbound/samples/*") if path.suffix != ".yaml"}
    assert kept == {expected_path(one, sample) for one, _, sample in ALL}


def test_every_shipped_map_is_extended_by_a_partner():
    assert {one.rules.extends for one, _, _ in ALL} == set(shipped_names())


def test_a_partner_says_only_what_differs():
    for one, _, _ in ALL:
        assert len(one.path.read_text(encoding="utf-8").splitlines()) <= 7


def test_the_example_of_the_readme_loads_and_is_as_short_as_it_says(tmp_path):
    section = README.split("## What we write: outbound maps", 1)[1].split("\n## ", 1)[0]
    (example,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    folder = partner_folder(tmp_path, {})
    (folder.path / "outbound").mkdir()
    (folder.path / "outbound" / "outcomes.yaml").write_text(example)
    (one,) = Catalog.load(tmp_path).partner("shop").outbound
    assert one.rules.lines is not None
    assert one.rules.lines.fields["summary"].from_ == ("meaning",)


def test_the_command_line_shows_and_regenerates_what_is_written(tmp_path, capsys):
    import shutil

    shutil.copytree(MAPPINGS / "partners" / "tarrow", tmp_path / "partners" / "tarrow")
    expected = tmp_path / "partners" / "tarrow" / "outbound" / "samples" / "credits.edi"
    kept = expected.read_bytes()
    expected.write_bytes(kept.replace(b"CN-301", b"CN-302"))
    assert main(["--partners", str(tmp_path / "partners")]) == 1
    assert "-BCD*20261129*CN-302*H*5952*C*20260120*INV-77~" in capsys.readouterr().out
    assert main(["--partners", str(tmp_path / "partners"), "--regenerate"]) == 0
    assert expected.read_bytes() == kept
