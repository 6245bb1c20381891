"""``backhaul policy``: what a finance person sees of policies, and tries before anything changes."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.store import Store
from pipelines.cli import app
from pipelines.settings import SETTINGS_VARIABLE
from tests.world.conftest import Bench

STRICT = "valid_from: 2011-01-01\npolicy: {written_by: Ines, conditions: {sellable: hold}}\n"


@pytest.fixture(scope="module")
def world(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The small world after its whole chain, with a policy file that nothing was decided by."""
    folder = tmp_path_factory.mktemp("policies") / "demo"
    shutil.copytree(settled, folder)
    partners = folder / "partners"
    (partners / "nordstad" / "policies").mkdir()
    (partners / "nordstad" / "policies" / "strict.yaml").write_text(STRICT)
    return Bench(folder)


def said(world: Bench, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setenv(SETTINGS_VARIABLE, str(world.folder / "backhaul.yaml"))
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, ["policy", *words])
    return result.exit_code, result.output


def head(world: Bench) -> tuple[int, str]:
    with Store.open(world.settings.database_url, lambda: None) as store:  # type: ignore[arg-type, return-value]
        return store.head()


def test_list_tells_who_approved_what_and_what_was_never_used(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = said(world, monkeypatch, "list", "nordstad")
    assert code == 0
    assert "founding" in told
    assert "2012-06-05" in told
    assert "nordstad strict" in told


def test_show_marks_what_is_as_usual(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = said(world, monkeypatch, "show", "nordstad", "strict")
    assert code == 0
    assert "for returns from 2011-01-01" in told
    (conditions,) = [line for line in told.splitlines() if line.startswith("conditions:")]
    assert "sellable: hold, repack: credit" in conditions
    assert "as usual" not in conditions
    assert any(line.startswith("order: newest  # as usual") for line in told.splitlines())


def test_check_shows_a_fault_at_its_place(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(world, monkeypatch, "check", "nordstad")[0] == 0
    wrong = world.folder / "partners" / "nordstad" / "policies" / "wrong.yaml"
    wrong.write_text("valid_from: 2011-02-01\npolicy: {written_by: Ines, window: 3}\n")
    code, told = said(world, monkeypatch, "check", "nordstad")
    wrong.unlink()
    assert code == 1
    assert "wrong.yaml:2:28: policy.window: there is no key 'window' here" in told
    assert "nordstad: 1 to mend." in told


def test_try_sums_up_what_would_be_decided_otherwise(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = head(world)
    code, told = said(world, monkeypatch, "try", "nordstad", "partner.yaml")
    assert (code, ": 0 of " in told) == (0, True)
    code, told = said(world, monkeypatch, "try", "nordstad", "strict", "--limit", "2")
    assert code == 0
    assert any(line.split()[:3] == ["credit", "hold", "conditions.sellable"] for line in told.splitlines())
    assert "Nothing was written." in told
    assert head(world) == before
    code, told = said(world, monkeypatch, "try", "nordstad", "lax")
    assert (code, "there is no policy 'lax' here. Next: write one of partner.yaml, strict" in told) == (2, True)


def test_only_another_than_the_author_approves(world: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = said(world, monkeypatch, "approve", "nordstad", "strict", "--by", "ines")
    assert (code, "Next: let somebody else approve it." in told) == (2, True)
    code, told = said(world, monkeypatch, "approve", "nordstad", "strict", "--by", "Ada")
    assert (code, "without a person until 2012-06-05" in told) == (0, True)
    code, told = said(world, monkeypatch, "list", "nordstad")
    assert any({"strict", "Ines", "approved", "Ada"} <= set(line.split()) for line in told.splitlines())
