"""Whoever alters a byte behind Backhaul's back is found: `verify` exits with 1 and names the row."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.settings import SETTINGS_VARIABLE
from tests.world.conftest import Bench


def _verify(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.setenv(SETTINGS_VARIABLE, str(bench.folder / "backhaul.yaml"))
    monkeypatch.setenv("COLUMNS", "300")
    result = CliRunner().invoke(app, ["verify"])
    return result.exit_code, result.output


def test_everything_holds_after_the_chain(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code, told = _verify(settled_bench, monkeypatch)
    assert code == 0, told
    assert "Everything holds" in told


def _alter(statement: str, named: str) -> Callable[[Path], str]:
    """Change one row with plain SQL, triggers out of the way; answers the key of the row."""

    def change(folder: Path) -> str:
        if not (folder / "backhaul.sqlite").exists():
            pytest.skip("altered in the SQLite file; tests/store/test_verify.py does the same on PostgreSQL")
        with closing(sqlite3.connect(folder / "backhaul.sqlite")) as database:
            triggers = database.execute("select name from sqlite_master where type = 'trigger'").fetchall()
            kept = database.execute("select sql from sqlite_master where type = 'trigger'").fetchall()
            for (name,) in triggers:
                database.execute(f'drop trigger "{name}"')
            (key,) = database.execute(named).fetchone()
            database.execute(statement, {"key": key})
            for (sql,) in kept:
                database.execute(sql)
            database.commit()
        return str(key)

    return change


def _flip_vault_byte(folder: Path) -> str:
    path = min(path for path in (folder / "vault").rglob("*") if path.is_file() and path.stat().st_size > 200)
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    return path.name


def _lose_vault_file(folder: Path) -> str:
    path = min(path for path in (folder / "vault").rglob("*") if path.is_file())
    path.unlink()
    return path.name


def _flip_note_byte(folder: Path) -> str:
    path = min((folder / "erp" / "posted").iterdir())
    data = path.read_bytes()
    path.chmod(0o644)
    at = data.index(b"PayableAmount")
    digit = next(i for i in range(at, len(data)) if data[i : i + 1].isdigit())
    changed = data[:digit] + (b"8" if data[digit : digit + 1] != b"8" else b"7") + data[digit + 1 :]
    path.write_bytes(changed)
    os.sync()
    return "BH-"


ONE = "order by 1 limit 1"
ALTERATIONS = {
    "ledger units": _alter(
        "update movement set units = units + 1 where movement = :key", f"select movement from movement {ONE}"
    ),
    "ledger money": _alter(
        "update movement set net_minor = net_minor + 1 where movement = :key",
        f"select movement from movement where to_bucket = 'credited' {ONE}",
    ),
    "ledger cause": _alter(
        "update movement set cause = cause || 'x' where movement = :key", f"select movement from movement {ONE}"
    ),
    "ledger row gone": _alter("delete from movement where movement = :key", f"select movement from movement {ONE}"),
    "intent request": _alter(
        "update credit_intent set request = request || ' ' where reference = :key",
        f"select reference from credit_intent {ONE}",
    ),
    "intent state": _alter(
        "update credit_intent set state = 'ready' where reference = :key",
        f"select reference from credit_intent where state = 'posted' {ONE}",
    ),
    "intent approval": _alter(
        "update credit_intent set approved_by = 'nobody' where reference = :key",
        f"select reference from credit_intent {ONE}",
    ),
    "allocation": _alter(
        "update allocation set rank = rank + 1 where portion = :key",
        f"select portion from allocation {ONE}",
    ),
    "decision": _alter(
        "update decision set because = because || '.' where decision = :key", f"select decision from decision {ONE}"
    ),
    "credit note": _alter(
        "update credit_note set net_minor = net_minor + 1 where reference = :key",
        f"select reference from credit_note {ONE}",
    ),
    "vault byte": _flip_vault_byte,
    "vault file": _lose_vault_file,
    "posted note": _flip_note_byte,
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_byte_is_found_and_named(settled_bench: Bench, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    row = ALTERATIONS[what](settled_bench.folder)
    code, told = _verify(settled_bench, monkeypatch)
    assert code == 1, told
    assert row[:24] in told.replace("\n", "")
    assert "Everything holds" not in told
    assert "Traceback" not in told
