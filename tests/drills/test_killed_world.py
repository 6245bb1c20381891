"""A process dies at any named moment of the whole chain: the next one ends where nobody would have died.

Ledger, vault, mailboxes, credit notes and journal are the same, byte for byte. ``moments`` names where processes die.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("BACKHAUL_KILL_RUNS", "10000"))
REAL_RUNS = RUNS // 100


def drilled(folder: Path, plan: str, count: int = 0) -> dict[str, Any]:
    """What came of a plan of ``killed_world``."""
    command = [sys.executable, "-m", "tests.drills.killed_world", str(folder), plan, str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["names"] > 100
    assert told["moments"] > 300
    return told


def test_killed_at_any_of_ten_moments_it_ends_the_same(tmp_path: Path) -> None:
    told = drilled(tmp_path, "singles", 12)
    assert told["ends"] >= 10
    assert told["other"] == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_at_every_moment_it_ends_the_same(tmp_path: Path) -> None:
    told = drilled(tmp_path, "singles")
    assert (told["ends"], told["other"]) == (told["moments"], [])


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_at_every_moment_and_the_next_one_at_every_moment_it_ends_the_same(tmp_path: Path) -> None:
    told = drilled(tmp_path, "pairs")
    assert told["ends"] > 40**2
    assert told["other"] == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_one_to_five_times_anywhere_it_ends_the_same(tmp_path: Path) -> None:
    told = drilled(tmp_path, "runs", RUNS)
    assert (told["ends"], told["other"]) == (RUNS, [])


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_in_truth_one_to_five_times_it_ends_the_same(tmp_path: Path) -> None:
    assert drilled(tmp_path, "real", REAL_RUNS)["other"] == []
