"""Open this when a benchmark's figures are of more than one core, or of a process that begins as no program does."""

import os

import pyarrow as pa

from pipelines.memory import keep_memory


def on_one_core() -> None:
    """Keep this process, and those it starts, on one core where the system can; begin as the programs do."""
    keep_memory()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
