"""``backhaul supply``: what a person types, and what is told when something is missing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from tests.supply.rows import invoice

SETTINGS = """\
companies: {WR01: {legal_name: Wickham & Rowe Ltd}}
supplies:
  wickham: {kind: exports, folder: exports, arrival: {rule: rename}}
  legacy: {kind: erp}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    rows = [invoice("I1"), invoice("I2", units="many")]
    lines = [",".join(invoice()), *(",".join(map(str, row.values())) for row in rows)]
    (tmp_path / "exports" / "invoices.csv").write_text("\n".join(lines) + "\n")
    path = tmp_path / "backhaul.yaml"
    path.write_text(SETTINGS)
    return path


def said(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, " ".join(done.output.split())


def test_what_was_read_is_told_with_the_next_step(settings: Path) -> None:
    code, told = said("supply", "pull", "wickham", "--settings", settings)
    assert code == 0, told
    assert "rows read 2" in told
    assert "Next: `backhaul report` lists the findings" in told
    assert said("supply", "pull", "wickham", "--settings", settings) == (0, "wickham: nothing new.")
    assert "wickham invoices 1 2" in said("supply", "status", "--settings", settings)[1]


@pytest.mark.parametrize(
    ("name", "next_step"),
    [("legacy", "kind `exports`"), ("sap", "write it under `supplies:`")],
)
def test_what_cannot_be_read_is_told_plainly(settings: Path, name: str, next_step: str) -> None:
    code, told = said("supply", "pull", name, "--settings", settings)
    assert code == 2
    assert next_step in told
