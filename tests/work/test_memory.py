"""What a process is told about memory at its start."""

import subprocess
import sys

import pytest

from pipelines.memory import keep_memory

_TAKEN_AND_GIVEN_BACK = """
import resource
from pipelines.memory import keep_memory
keep_memory() if {kept} else None
for _ in range(4):
    block = bytearray(b"x") * 40_000_000
    del block
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    block = bytearray(b"x") * 40_000_000
    del block
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

_HELD_AND_GIVEN_BACK = """
from pathlib import Path
from pipelines.memory import give_back, keep_memory
def held():
    return int(Path("/proc/self/statm").read_text().split()[1])
keep_memory()
blocks = [bytearray(b"x") * 1_000_000 for _ in range(100)]
above = bytearray(b"x") * 1_000_000
del blocks
before = held()
give_back()
print(before - held())
"""


def pages_made(kept: bool) -> int:
    """How many pages a process is given for four blocks, one after the other, when it had four before."""
    told = subprocess.run(
        [sys.executable, "-c", _TAKEN_AND_GIVEN_BACK.format(kept=kept)], check=True, capture_output=True, text=True
    )
    return int(told.stdout)


def test_a_block_that_was_freed_serves_the_next_batch() -> None:
    """Without it, all its pages are made anew each time."""
    if not keep_memory():
        pytest.skip("this C library cannot be told")
    assert pages_made(kept=True) < 100 < pages_made(kept=False)


def test_what_lies_below_a_block_in_use_is_given_back() -> None:
    if not keep_memory():
        pytest.skip("this C library cannot be told")
    told = subprocess.run([sys.executable, "-c", _HELD_AND_GIVEN_BACK], check=True, capture_output=True, text=True)
    assert int(told.stdout) > 20_000
