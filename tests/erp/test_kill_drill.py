"""A process that posts a note dies at any moment: what the next one finds and makes of it."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.erp.file_out import FileOutErp
from schemas.errors import TransientError, UncertainError
from tests.erp.kill_drill import EARLIER, REFERENCE, at_call, carry, start, state

ROOT = Path(__file__).parents[2]


def _drills(root, plan):
    command = [sys.executable, "-m", "tests.erp.kill_drill", str(root), plan]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def _faults(drill):
    """What is wrong after a restart, and after the work was done again."""
    found = [f"{drill['kills']}: not killed"] if drill["got_through"] else []
    for when in ("restarted", "done"):
        seen = drill[when]
        journal = [(row.split(",")[0], row.split(",")[1], row.split(",")[-1]) for row in seen["journal"]]
        if journal != [tuple(note) for note in seen["posted"]]:
            found.append(f"{drill['kills']} {when}: journal {journal} is not {seen['posted']}")
        if seen["temporaries"]:
            found.append(f"{drill['kills']} {when}: {seen['temporaries']} left over")
    done = drill["done"]
    if [note[:2] for note in done["posted"]] != [["CN-000001", EARLIER], ["CN-000002", REFERENCE]]:
        found.append(f"{drill['kills']}: posted {done['posted']}")
    if done["drafts"]:
        found.append(f"{drill['kills']}: drafts {done['drafts']} left over")
    return found


def test_killed_at_every_call_it_is_posted_once_and_the_journal_is_right(tmp_path):
    drills = _drills(tmp_path, "single")
    assert len(drills) > 30
    assert [fault for drill in drills for fault in _faults(drill)] == []
    outcomes = {(len(d["restarted"]["posted"]), len(d["restarted"]["drafts"])) for d in drills}
    assert outcomes == {(1, 0), (1, 1), (2, 0)}, "kills before the draft, between draft and posting, and after it"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_every_call_and_again_at_every_call_of_the_second_try(tmp_path):
    drills = _drills(tmp_path, "pairs")
    faults = [fault for drill in drills for fault in _faults(drill)]
    assert [fault for fault in faults if not fault.endswith("not killed")] == []


def _work_with_a_full_disk(folder, n):
    """Work while the n-th call says the disk is full; answers what was raised and the calls that were made."""

    def full(call, arguments):
        if call.__name__ == "close":
            call(*arguments)  # the file is closed all the same
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        calls = at_call(n, full, patch.setattr)
        try:
            carry(folder)
        except (TransientError, UncertainError) as fault:
            return fault, calls
    return None, calls


def test_a_disk_that_fails_at_every_call_loses_and_doubles_nothing(tmp_path):
    """Transient while nothing is posted, uncertain where the note may stand; done again, all is well."""
    raised, n, calls = set(), 0, []
    while n == 0 or n <= len(calls):
        n += 1
        folder = tmp_path / str(n)
        start(folder)
        before = state(folder)["posted"]
        fault, calls = _work_with_a_full_disk(folder, n)
        assert fault is None or "Next:" in str(fault)
        raised.add(type(fault))
        if isinstance(fault, TransientError):
            assert state(folder)["posted"] == before, f"call {n}: posted, though it says that nothing was sent"
        carry(folder)
        FileOutErp(folder).find(REFERENCE)
        done = state(folder)
        assert [note[:2] for note in done["posted"]] == [["CN-000001", EARLIER], ["CN-000002", REFERENCE]]
        assert [row.split(",")[0] for row in done["journal"]] == ["CN-000001", "CN-000002"]
        assert done["drafts"] == []
    assert raised == {TransientError, UncertainError, type(None)}
