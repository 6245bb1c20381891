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
PLANS = ("singles", "pairs", "runs", "real")
RUNS = int(os.environ.get("BACKHAUL_KILL_RUNS", "10000"))
REAL_RUNS = RUNS // 100


def drilled(folder: Path, *plans: str) -> dict[str, Any]:
    """What came of plans of ``killed_world``."""
    command = [sys.executable, "-m", "tests.drills.killed_world", str(folder), *plans]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["names"] > 100
    assert told["moments"] > 300
    return told


def test_killed_at_any_of_ten_moments_it_ends_the_same(tmp_path: Path) -> None:
    told = drilled(tmp_path, "singles:12")["singles"]
    assert told["ends"] >= 10
    assert told["other"] == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_anywhere_one_to_five_times_it_ends_the_same(tmp_path: Path) -> None:
    """At each moment alone, in all pairs, in runs by seed, and in runs whose processes are killed in truth."""
    told = drilled(tmp_path, "singles:0", "pairs:0", f"runs:{RUNS}", f"real:{REAL_RUNS}")
    assert [(plan, told[plan]["other"]) for plan in PLANS if told[plan]["other"]] == []
    assert told["singles"]["ends"] == told["moments"]
    assert told["pairs"]["ends"] > 40**2
    assert (told["runs"]["ends"], told["real"]["ends"]) == (RUNS, REAL_RUNS)
