"""``backhaul map``: what an integration engineer sees, and what a script learns from the exit code."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.settings import SHIPPED_PARTNERS
from tests.world.conftest import Bench

Invoke = Callable[..., Result]
SAMPLE = SHIPPED_PARTNERS / "nordstad" / "samples" / "returns.x12"
QUIRK = 'extends: x12/180\nclaims: {sender: "ZZ:NORDSTAD", version: "004010"}\nlines:\n'


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Invoke:
    """Run ``backhaul map`` with these words, in a terminal of 120 columns, where there are no settings."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("BACKHAUL_SETTINGS", raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["map", *map(str, words)])


@pytest.fixture
def partners(tmp_path: Path) -> Path:
    """A copy of the shipped partners nordstad and essen."""
    for name in ("nordstad", "essen"):
        shutil.copytree(SHIPPED_PARTNERS / name, tmp_path / "partners" / name)
    return tmp_path / "partners"


def quirk(partners: Path, text: str) -> Path:
    """Nordstad's mapping with these fields."""
    path = partners / "nordstad" / "maps" / "returns.yaml"
    path.write_text(QUIRK + text)
    return path


def said(result: Result) -> str:
    """What was printed, with single blanks."""
    return " ".join(result.stdout.split())


# --- test


def test_each_sample_gets_a_tick(call: Invoke, partners: Path) -> None:
    result = call("test", "--partners", partners)
    assert result.exit_code == 0
    assert [line.strip() for line in result.stdout.splitlines() if line.strip()] == [
        "essen", "✓ receipts.csv", "✓ instructions.yaml", "nordstad", "✓ faults.x12", "✓ returns.x12",
        "4 samples: all as expected.",
    ]  # fmt: skip


def test_what_differs_is_shown_field_by_field(call: Invoke, partners: Path) -> None:
    quirk(partners, '  disposition: {const: keep}\n  po_line: {from: PRF.05, clean: [strip, {prefix: "L"}]}\n')
    result = call("test", "nordstad", "--partners", partners)
    assert result.exit_code == 1
    assert "✗ returns.x12" in result.stdout
    assert "notice: document 1, line 1 po_line 3 L3" in said(result)
    assert "disposition return keep" in said(result)
    assert "2 samples: 2 not as expected. Next: mend the mapping" in said(result)


def test_regenerate_writes_what_is_given(call: Invoke, partners: Path) -> None:
    quirk(partners, "  disposition: {const: keep}\n")
    assert "2 expected files changed. Next: read what changed" in said(
        call("test", "--regenerate", "--partners", partners)
    )
    assert call("test", "--partners", partners).exit_code == 0
    assert "No expected file changed." in call("test", "--regenerate", "--partners", partners).stdout


def test_a_sample_of_which_nothing_is_expected_yet(call: Invoke, partners: Path) -> None:
    (partners / "nordstad" / "samples" / "returns.x12.expected.json").unlink()
    result = call("test", "nordstad", "--partners", partners)
    assert result.exit_code == 1
    assert "✗ returns.x12 nothing is expected of it yet: look at it with `backhaul map trace`" in said(result)


def test_a_partner_that_is_not_there_is_told_plainly(call: Invoke, partners: Path) -> None:
    result = call("test", "nordstat", "--partners", partners)
    assert result.exit_code == 2
    assert "there is no partner 'nordstat' here. Next: write 'nordstad'." in result.stderr


def test_a_folder_without_partners_says_what_to_do(call: Invoke, tmp_path: Path) -> None:
    result = call("test", "nordstad", "--partners", tmp_path)
    assert "there is no partner 'nordstad' here, nor any other. Next: add it." in result.stderr


# --- trace


def test_a_trace_names_bytes_path_and_rule(call: Invoke) -> None:
    result = call("trace", SAMPLE, "--partners", SHIPPED_PARTNERS, "--line", 1)
    assert result.exit_code == 0
    assert "notice N-700101, line 1" in result.stdout
    place = SAMPLE.read_bytes().index(b"9522234400018")
    assert (
        f"gtin 09522234400018 '9522234400018' {place}–{place + 13} BLI[EN].next (path 1 of 4); as gtin x12/180:"
        in said(result)
    )
    assert "dispositions/x12_1292: 'RA' means 'return'" in said(result)
    assert "line 2" not in result.stdout


def test_findings_stand_below_their_line(call: Invoke) -> None:
    result = call("trace", SAMPLE.with_name("faults.x12"), "--partners", SHIPPED_PARTNERS)
    assert "▲ FIELD-BAD-NUMBER the value is not a number" in said(result)


def test_a_file_that_nobody_reads_asks_for_the_partner(call: Invoke, tmp_path: Path) -> None:
    (tmp_path / "strange.csv").write_text("a;b\n1;2\n")
    result = call("trace", tmp_path / "strange.csv", "--partners", SHIPPED_PARTNERS)
    assert result.exit_code == 2
    assert "No partner's mapping reads strange.csv. Next: name the partner with --partner" in result.stderr
    named = call("trace", tmp_path / "strange.csv", "--partner", "essen", "--partners", SHIPPED_PARTNERS)
    assert named.exit_code == 0
    assert "▲ FILE-UNCLAIMED" in named.stdout


def test_a_file_that_is_not_there(call: Invoke, tmp_path: Path) -> None:
    result = call("trace", tmp_path / "missing", "--partners", SHIPPED_PARTNERS)
    assert (result.exit_code, "Next: check the path" in result.stderr) == (2, True)


# --- diff


def test_two_mappings_side_by_side(call: Invoke, partners: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(QUIRK + "  unit_price:\n")
    result = call("diff", "nordstad/returns", other, "--partners", partners)
    assert result.exit_code == 1
    assert "notice: unit_price" in said(result)
    assert "2.55 — returns.x12" in said(result)
    same = call("diff", "nordstad", partners / "nordstad" / "maps" / "returns.yaml", "--partners", partners)
    assert same.exit_code == 0
    assert "✓ no canonical row differs (2 files" in said(same)


def test_a_file_that_lies_elsewhere_takes_the_partners_own_code_lists(
    call: Invoke, partners: Path, tmp_path: Path
) -> None:
    own = (partners / "essen" / "maps" / "receipts.yaml").read_text()
    assert "lookup: conditions/zustand" in own
    (tmp_path / "other.yaml").write_text(own)
    for words in (("essen", "other.yaml"), ("other.yaml", "essen/receipts"), ("other.yaml",) * 2):
        result = call("diff", *words, "--partner", "essen", "--partners", partners)
        assert (result.exit_code, result.stderr) == (0, "")
    assert call("diff", "essen", "other.yaml", "--partners", partners).exit_code == 0


def test_a_line_of_a_mapping_is_shown_as_it_stands_there(call: Invoke, partners: Path) -> None:
    quirk(partners, "  vendor_item: {from: BLI.09, clean: [strip, upper], lookup: none}\n")
    result = call("test", "nordstad", "--partners", partners)
    assert result.exit_code == 2
    _, line, caret = result.stderr.rstrip().splitlines()
    assert line.strip() == "vendor_item: {from: BLI.09, clean: [strip, upper], lookup: none}"
    assert line[caret.index("^") :] == "none}"


def test_mappings_over_given_files(call: Invoke, partners: Path, tmp_path: Path) -> None:
    for name, text in (("a", ""), ("b", "  unit_price:\n")):
        (tmp_path / f"{name}.yaml").write_text((QUIRK + text) if text else QUIRK.removesuffix("lines:\n"))
    words = ["diff", tmp_path / "a.yaml", tmp_path / "b.yaml", "--partners", partners]
    nobodys = call(*words)
    assert nobodys.exit_code == 2
    assert "Next: name the partner with --partner." in nobodys.stderr
    given = call(*words, "--partner", "nordstad", "--files", SAMPLE)
    assert given.exit_code == 1
    assert "(1 file, " in given.stdout


# --- lint


def test_lint_shows_the_place_and_counts(call: Invoke, partners: Path) -> None:
    quirk(partners, "  po_line: {from: PRF.05}\n")
    result = call("lint", "nordstad", "--partners", partners)
    assert result.exit_code == 0
    assert "warning partners/nordstad/maps/returns.yaml:4:3: lines.po_line: x12/180 says the same." in result.stdout
    assert result.stdout.splitlines()[-1] == "1 warning"
    assert call("lint", "nordstad", "--strict", "--partners", partners).exit_code == 1


def test_lint_goes_on_behind_a_mapping_that_does_not_load(call: Invoke, partners: Path) -> None:
    quirk(partners, "  po_lime: {from: PRF.05}\n")
    result = call("lint", "--partners", partners)
    assert result.exit_code == 1
    assert "there is no notice field 'po_lime' here. Next: write 'po_line'." in result.stdout
    assert call("lint", "essen", "--partners", partners).exit_code == 0


# --- replay, promote, versions


@pytest.fixture
def world(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The settled world as the settings in force."""
    monkeypatch.setenv("BACKHAUL_SETTINGS", str(settled_bench.folder / "backhaul.yaml"))
    return settled_bench


@pytest.fixture
def at_world(call: Invoke, world: Bench, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run ``backhaul map`` on the settled world."""
    monkeypatch.setenv("BACKHAUL_SETTINGS", str(world.folder / "backhaul.yaml"))
    return call


def test_a_replay_tells_the_money(at_world: Invoke, tmp_path: Path) -> None:
    path = tmp_path / "returns.yaml"
    path.write_text(QUIRK + '  split:\n  quantity: {const: "1", as: units}\n')
    result = at_world("replay", "nordstad", "--map", path)
    assert result.exit_code == 1
    assert "nordstad/NS100010 9 → 8 23.80 22.30 -1.50 GBP" in said(result)
    assert "GBP in all 3,017.07 3,016.59 -0.48" in said(result)
    assert "the scratch books took" in said(result)


def test_a_replay_of_what_is_live_changes_nothing(at_world: Invoke) -> None:
    result = at_world("replay", "nordstad")
    assert result.exit_code == 0
    assert "every canonical row is the same, so no credit changes" in said(result)


def test_versions_and_promotion(at_world: Invoke) -> None:
    result = at_world("versions", "nordstad")
    assert result.exit_code == 0
    assert "nordstad/returns" in result.stdout
    assert "live 2011-06-06" in said(result)
    again = at_world("promote", "nordstad", "returns", "--by", "Ines")
    assert again.exit_code == 2
    assert "is live already" in again.stderr


def test_an_old_version_is_compared_by_its_beginning(at_world: Invoke, tmp_path: Path) -> None:
    version = at_world("versions", "nordstad").stdout.split("nordstad/returns")[1].split()[0]
    path = tmp_path / "returns.yaml"
    path.write_text(QUIRK + "  unit_price:\n")
    result = at_world("diff", f"nordstad@{version[:5]}", path, "--archive")
    assert result.exit_code == 1
    assert "(8 files, " in result.stdout
    unknown = at_world("diff", "nordstad@ffffff", path)
    assert "Next: `backhaul map versions nordstad` lists them." in " ".join(unknown.stderr.split())
