"""What a benchmark measures: rounds of some work, and a line of its result."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the clock and of the processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result: what was measured over so many bytes, and how long it took."""

    name: str
    size: int
    lines: int
    spent: Spent

    @property
    def speed(self) -> float:
        """Megabytes a processor second."""
        return self.size / 1e6 / self.spent.cpu

    def cells(self) -> tuple[str, ...]:
        """What the table shows."""
        size, cpu, wall = self.size / 1e6, self.spent.cpu, self.spent.wall
        thousands = f"{self.lines / 1e3 / cpu:,.0f}" if self.lines else ""
        spent = f"{cpu:,.4f}", f"{size / cpu:,.1f}", f"{wall:,.4f}", f"{size / wall:,.1f}"
        return self.name, f"{size:,.3f}", *spent, thousands


def timed(work: Callable[[], object], processor: Callable[[], float] = time.process_time) -> Spent:
    """One round; ``processor`` tells the processor seconds that were spent until now."""
    wall, cpu = time.perf_counter(), processor()
    work()
    return Spent(time.perf_counter() - wall, processor() - cpu)


def processor_clock(server: Path | None = None) -> Callable[[], float]:
    """Processor seconds of this process, and of the PostgreSQL of this machine that has this data folder."""
    if server is None:
        return time.process_time
    postmaster = (server / "postmaster.pid").read_text().split("\n")[0]
    return lambda: time.process_time() + _seconds_of(postmaster)


def _seconds_of(postmaster: str) -> float:
    """Processor seconds of a server's living processes."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = stat.parent.name, stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if postmaster in (pid, rest[1]):
            ticks += int(rest[11]) + int(rest[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def best(rounds: Sequence[Spent]) -> Spent:
    """The shortest on the clock and on the processor."""
    return Spent(min(one.wall for one in rounds), min(one.cpu for one in rounds))


def mean(work: Callable[[], object], seconds: float) -> Spent:
    """One round of work that is done again until so many seconds are over: the mean of it."""
    count, start, cpu = 0, time.perf_counter(), time.process_time()
    while not count or time.perf_counter() - start < seconds:
        work()
        count += 1
    return Spent((time.perf_counter() - start) / count, (time.process_time() - cpu) / count)
