"""`backhaul audit`: a key that only its owner reads, an anchor a day, a verdict that needs a copy and a public key."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from tests.databases import SqliteFiles, copied


@pytest.fixture
def installed(templates, tmp_path, monkeypatch):
    """The settings of an installation with books; answers a function that runs a word of `backhaul audit`."""
    url = copied(templates(SqliteFiles(), True), tmp_path)
    (tmp_path / "backhaul.yaml").write_text(
        f"companies: {{}}\ndatabase: {url}\nclock: 2026-03-02T23:50:00Z\naudit: {{anchors: out/anchors}}\n"
    )
    monkeypatch.setenv("BACKHAUL_SETTINGS", str(tmp_path / "backhaul.yaml"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["audit", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result.exit_code, result.output

    return run


def books(folder: Path) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(folder / "hub.db", isolation_level=None))


def test_a_day_is_signed_once_and_the_trail_holds(installed, tmp_path):
    code, said = installed("key")
    assert (code, str(tmp_path / "keys" / "audit.pem") in said) == (0, True)
    assert (tmp_path / "keys" / "audit.pem").stat().st_mode & 0o777 == 0o600
    assert installed("anchor")[0] == 0
    (file,) = (tmp_path / "out" / "anchors").iterdir()
    assert file.name == "audit-2026-03-02.txt"
    assert re.search(r"\nseq: [1-9]\d*\nhash: [0-9a-f]{64}\nrows: [1-9]\d+\n", text := file.read_text())
    assert "there already" in installed("anchor")[1]
    assert file.read_text() == text
    code, said = installed("verify")
    assert (code, "The trail holds" in said, "2026-03-02" in said) == (0, True, True)


def test_an_auditor_needs_a_copy_the_anchors_and_the_public_key(installed, tmp_path, monkeypatch):
    installed("key")
    installed("anchor")
    monkeypatch.setenv("BACKHAUL_SETTINGS", str(tmp_path / "nothing.yaml"))
    words = ("verify", "--database", f"sqlite:///{tmp_path}/hub.db", "--anchors", str(tmp_path / "out" / "anchors"),
             "--public-key", str(tmp_path / "keys" / "audit.pem.pub"))  # fmt: skip
    (tmp_path / "keys" / "audit.pem").unlink()
    assert installed(*words)[0] == 0
    with books(tmp_path) as raw:
        raw.execute("drop trigger movement_keeps_update")
        (movement,) = raw.execute("select min(movement) from movement").fetchone()
        raw.execute("update movement set net_minor = net_minor + 1 where movement = ?", (movement,))
    code, said = installed(*words)
    assert code == 1
    assert f"seal  movement {movement}: the row was altered" in said
    assert "movement_keeps_update : the trigger is gone" in said
    assert said.rstrip().splitlines()[-1].startswith("Next: keep books and anchors as they are")


def test_a_cut_end_is_told_as_one(installed, tmp_path):
    installed("key")
    installed("anchor")
    with books(tmp_path) as raw:
        for (name,) in raw.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            raw.execute(f"drop trigger {name}")
        raw.execute("delete from audit_event where seq = (select max(seq) from audit_event)")
    code, said = installed("verify")
    assert (code, "The newest events are gone" in said) == (1, True)
    code, said = installed("anchor", "--settings", str(tmp_path / "backhaul.yaml"))
    assert (code, "there already" in said) == (0, True)


def test_nothing_is_signed_that_does_not_follow_the_anchor_before(installed, tmp_path):
    installed("key")
    installed("anchor")
    settings = tmp_path / "backhaul.yaml"
    settings.write_text(settings.read_text().replace("2026-03-02T", "2026-03-03T"))
    with books(tmp_path) as raw:
        raw.execute("drop trigger audit_event_keeps_update")
        raw.execute("update audit_event set hash = 'x' where seq = (select max(seq) from audit_event)")
    code, said = installed("anchor")
    assert (code, "No anchor was signed. Next: `backhaul audit verify`" in said) == (2, True)


def test_a_key_that_others_can_read_is_refused(installed, tmp_path):
    assert "Next: `backhaul audit key` makes one" in installed("anchor")[1]
    installed("key")
    assert "There is a key" in installed("key")[1]
    (tmp_path / "keys" / "audit.pem").chmod(0o640)
    code, said = installed("anchor")
    assert (code, "Next: chmod 600" in said) == (2, True)


def test_where_nothing_is_set_up_the_next_step_is_told(installed, tmp_path):
    settings = tmp_path / "backhaul.yaml"
    settings.write_text(settings.read_text().replace("audit: {anchors: out/anchors}\n", ""))
    installed("key")
    assert "set audit: anchors: FOLDER" in installed("anchor")[1]
    code, said = installed("verify")
    assert (code, "No anchors were looked at" in said) == (0, True)
