"""Killing the demonstration at any moment and running it again gives the same final ledger as an undisturbed run."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.store import Store
from pipelines.settings import load_settings
from pipelines.wiring import clock_of

POINTS = int(os.environ.get("BACKHAUL_KILLS", "0"))  # evenly spaced over the whole run; `make soak` takes forty
DRIVER = Path(__file__).with_name("killed_demo.py")

# The final ledger: what was said, placed, moved, decided and credited. Leases, attempts and the audit chain, which
# remember how it came about, are not part of it.
LEDGER = (
    "document", "notice_line", "receipt_line", "invoice_line", "creditable", "return", "return_line", "carton",
    "allocation", "movement", "inspection", "difference", "decision", "credit_intent_line", "credit_note", "finding",
    "outbound_message", "source_file",
)  # fmt: skip
INTENT = "select reference, state, request_hash, net_minor, tax_minor, approved_by from credit_intent order by 1"


def _ledger(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder / "backhaul.sqlite")) as database:
        rows = {name: database.execute(f'select * from "{name}"').fetchall() for name in LEDGER}
        rows["credit_intent"] = database.execute(INTENT).fetchall()
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def _files(folder: Path) -> dict[str, bytes]:
    """Everything that left the house: posted notes, journal, and answers in the partners' mailboxes."""
    left = [*(folder / "erp" / "posted").iterdir(), *(folder / "erp" / "journal").iterdir()]
    left += list((folder / "world").glob("*/*/answers/*"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in left}


pytestmark = pytest.mark.timeout(2400 * (1 + POINTS // 10))


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    scratch = tmp_path_factory.mktemp("drill")
    command = [sys.executable, str(DRIVER), str(scratch), str(POINTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2300 * (1 + POINTS // 10), check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return scratch, json.loads(done.stdout.splitlines()[-1])


def test_the_undisturbed_run_posts_credits(drilled: tuple[Path, dict[str, Any]]) -> None:
    scratch, outcome = drilled
    assert outcome["undisturbed"] == 0
    assert outcome["effects"] > 200
    assert len(_ledger(scratch / "whole")["credit_note"]) > 5


def test_a_second_demonstration_finds_nothing_new_and_says_so(drilled: tuple[Path, dict[str, Any]]) -> None:
    scratch, outcome = drilled
    assert outcome["again"] == 0
    first, second = ((scratch / name).read_text() for name in ("first.txt", "second.txt"))
    assert "0 new" not in first
    assert "0 new: every file was here before, and nothing was credited again." in second
    assert "Look next" in second


@pytest.mark.skipif(not POINTS, reason="`make soak` kills the whole demonstration; a small world is always killed")
@pytest.mark.parametrize("point", range(max(POINTS, 1)))
def test_killed_and_run_again_it_ends_the_same(drilled: tuple[Path, dict[str, Any]], point: int) -> None:
    scratch, outcome = drilled
    drill = outcome["drills"][point]
    assert drill["killed_by"] == signal.SIGKILL, drill
    assert drill["healed"] == 0, drill
    folder = Path(drill["folder"])
    whole = _ledger(scratch / "whole")
    for name, rows in _ledger(folder).items():
        assert rows == whole[name], (name, drill)
    assert _files(folder) == _files(scratch / "whole")
    settings = load_settings(folder / "backhaul.yaml")
    with Store.open(settings.database_url, clock_of(settings)) as store:
        assert store.verify() == []
