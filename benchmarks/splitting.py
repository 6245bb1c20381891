"""Mixed boxes placed on years of sales, ours and other ways side by side; one JSON object on the last line.

    python -m benchmarks.splitting [--lines 1000000] [--sales 10000000] [--world usual]

Everything runs on one core; all figures are of processor seconds. Ours is the whole split: claims as an Arrow table
in, allocations and findings as Arrow tables out, with all evidence, repairs, contention and doubt. The index of the
sales is made before, and its time and memory stand apart. The others are in ``split_peers``; they place a part of the
same claims, as many items as they finish in seconds, by an easier rule. An item is in that part with all of its claims
and sales, or not at all.

lines_per_s                 return lines a second, the whole batch at once
ratio_pandas …duckdb        ours over the other way; …sql_rows: objects of SQLModel row by row, …sqlite_rows: SQL alone
increment_ms_small_history  ten thousand lines more, on a history of a hundred thousand sales: the median of some days
increment_ms_large_history  the same on the large history, after the batch
peak_rss_mb                 the most memory until then, with the tables of sales and claims
index_s, index_mb           making the index of the large history, and what it holds on to
placed, true                the share of units that found a sale, and that found the very one that they came from
sample_placed               units that each of them placed of the part that the slowest was given
"""

import argparse
import gc
import json
import os
import pickle
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from benchmarks.boxes import WORLDS, Boxes
from benchmarks.measured import Spent, timed
from benchmarks.one_core import on_one_core
from pipelines.memory import give_back
from pipelines.show import table_of
from pipelines.steps.split import SalesIndex, Split, split
from schemas.partners import Policy

LINES, SALES, SMALL_HISTORY = 1_000_000, 10_000_000, 100_000
A_DAY, DAYS = 10_000, 5
WARM_LINES, WARM_SALES = 20_000, 600_000
# What each of the others finishes in seconds.
SAMPLES = {"duckdb": LINES, "sqlite_rows": 3_000, "pandas": 2_000, "sql_rows": 1_000}
NAMES = {
    "duckdb": "DuckDB, windows and a join of ranges",
    "sqlite_rows": "SQLite, SQL row by row",
    "pandas": "pandas, a loop over groups",
    "sql_rows": "SQLite, objects of SQLModel row by row",
}


class Ours:
    """Our split on sales that it knows: the one place that says how it is called."""

    def __init__(self, made: Boxes) -> None:
        self.policy = Policy()
        self.index = SalesIndex.of(made.supply())

    def place(self, claims: pa.Table, places: pa.Table) -> Split:
        """What the index gives away is gone for the next."""
        return split(claims, self.index, self.policy, places)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another way: how many lines it was given, its speed, and the units that it placed."""

    name: str
    lines: int
    speed: float
    placed: int


def memory() -> float:
    """What the process holds, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak() -> float:
    """The most it ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def warmed_up() -> None:
    """Whatever is compiled, loaded or imported at first use: also that for very many references."""
    made = Boxes(WARM_LINES, WARM_SALES, seed=2)
    claims = made.claims()
    Ours(made).place(claims, made.places(claims))
    give_back()


def days(ours: Ours, claims: pa.Table, places: pa.Table, first: int) -> float:
    """Milliseconds of a day's lines, from this row on: the median of some days."""
    spent = []
    for at in range(first, claims.num_rows, A_DAY):
        a_day = claims.slice(at, A_DAY), places.slice(at, A_DAY)
        spent.append(timed(partial(ours.place, *a_day)).cpu)
    return 1e3 * median(spent)


def small_history(world: str) -> float:
    """A day's lines where little was ever sold."""
    made = Boxes(A_DAY * DAYS, SMALL_HISTORY, world=world)
    claims = made.claims()
    return days(Ours(made), claims, made.places(claims), 0)


class Large:
    """The large history, its batch and what became of it."""

    def __init__(self, lines: int, sales: int, world: str, folder: Path) -> None:
        self.lines, self._kept = lines, folder / "world"
        self.made = Boxes(lines + A_DAY * DAYS, sales, world=world)
        gc.collect()
        give_back()
        before, made = memory(), []
        self.index = timed(lambda: made.append(Ours(self.made)))
        self.ours: Ours = made[0]
        gc.collect()
        give_back()
        self.index_mb = memory() - before
        self.claims = self.made.claims()
        self.places = self.made.places(self.claims)
        self._put_away()

    def _put_away(self) -> None:
        """The world that the tables were made of, which no hub holds, lies on disk while we measure."""
        with self._kept.open("wb") as file:
            pickle.dump(self.made, file, protocol=5)
        del self.made
        gc.collect()
        give_back()

    def fetch_back(self) -> None:
        """The world, for all that comes after."""
        with self._kept.open("rb") as file:
            self.made = pickle.load(file)

    def place(self) -> Spent:
        """The batch."""
        kept: list[Split] = []
        batch = self.claims.slice(0, self.lines), self.places.slice(0, self.lines)
        spent = timed(lambda: kept.append(self.ours.place(*batch)))
        self.allocations, self.findings = kept[0].allocations, kept[0].findings
        return spent

    def shares(self) -> tuple[float, float]:
        """Of all units those placed, and those placed where they came from."""
        placed = self.allocations.filter(self.allocations["invoice_line"].is_valid())
        row = pc.index_in(placed["return_line"], self.claims["return_line"].combine_chunks())
        came_from = self._ids(self.made.truth[np.asarray(row)])
        units = pc.sum(self.allocations["units"]).as_py()
        true = placed.filter(pc.equal(came_from, placed["invoice_line"]))
        return tuple(pc.sum(part["units"]).as_py() / units for part in (placed, true))  # type: ignore[return-value]

    def _ids(self, sales: np.ndarray) -> pa.Array:  # type: ignore[type-arg]
        parts = np.array_split(sales, max(1, len(sales) // 500_000))
        return pa.chunked_array([self.made.supply_of(part)["invoice_line"].combine_chunks() for part in parts])

    def part(self, lines: int) -> tuple[pa.Table, pa.Table]:
        """About so many claims of the batch, whole items of them, and the sales of these items."""
        every = max(1, self.lines // lines)
        mine = self.made.item[self.made.truth[: self.lines]] % every == every // 3
        sold = np.flatnonzero(self.made.item % every == every // 3)
        return self.claims.slice(0, self.lines).filter(pa.array(mine)), self.made.supply_of(sold)

    def placed_of(self, claims: pa.Table) -> int:
        """The units of these claims that we placed."""
        placed = self.allocations.filter(self.allocations["invoice_line"].is_valid())
        return (
            pc.sum(
                placed.filter(pc.is_in(placed["return_line"], claims["return_line"].combine_chunks()))["units"]
            ).as_py()
            or 0
        )


def beside(large: Large, name: str, folder: Path) -> Beside:
    """Another way over its part. What it imports comes here, behind our peak."""
    from benchmarks.split_peers import duckdb_windows, pandas_loop, sqlite_rows, sqlmodel_rows

    claims, supply = large.part(min(SAMPLES[name], large.lines))
    prepare: dict[str, Callable[[pa.Table], Callable[[pa.Table], int]]] = {
        "duckdb": duckdb_windows,
        "sqlite_rows": partial(sqlite_rows, folder=folder),
        "pandas": pandas_loop,
        "sql_rows": partial(sqlmodel_rows, folder=folder),
    }
    place = prepare[name](supply)
    placed: list[int] = []
    spent = timed(lambda: placed.append(place(claims)))
    return Beside(name, claims.num_rows, claims.num_rows / spent.cpu, placed[0])


def main() -> None:
    """Measure everything once and print it."""
    parser = argparse.ArgumentParser(description="Mixed boxes placed on years of sales.")
    parser.add_argument("--lines", type=int, default=LINES, help="return lines of the batch")
    parser.add_argument("--sales", type=int, default=SALES, help="invoice lines of the history")
    parser.add_argument("--world", choices=WORLDS, default="usual", help="how it is mixed; see benchmarks.boxes")
    asked = parser.parse_args()
    on_one_core()
    warmed_up()
    small_ms = small_history(asked.world)
    with TemporaryDirectory() as folder:
        large = Large(asked.lines, asked.sales, asked.world, Path(folder))
        batch = large.place()
        large_ms = days(large.ours, large.claims, large.places, large.lines)
        peak_mb = peak()
        large.fetch_back()
        others = [beside(large, name, Path(folder)) for name in SAMPLES]
    ours = large.lines / batch.cpu
    show(large, ours, others)
    placed, true = large.shares()
    fewest = large.part(min(SAMPLES["sql_rows"], large.lines))[0]
    told = {"lines_per_s": round(ours)}
    told |= {f"ratio_{one.name}": round(ours / one.speed, 1) for one in others}
    told |= {
        "increment_ms_small_history": round(small_ms, 1),
        "increment_ms_large_history": round(large_ms, 1),
        "peak_rss_mb": round(peak_mb),
        "world": asked.world,
        "lines": large.lines,
        "sales": large.made.sales,
        "batch_s": round(batch.cpu, 2),
        "index_s": round(large.index.cpu, 2),
        "index_mb": round(large.index_mb),
        "placed": round(placed, 4),
        "true": round(true, 4),
        "findings": large.findings.num_rows,
        "sample_placed": {"ours": large.placed_of(fewest)}
        | {one.name: one.placed for one in others if one.lines == fewest.num_rows},
    }
    print(json.dumps(told))


def show(large: Large, ours: float, others: list[Beside]) -> None:
    """The table for people."""
    header = ("", "lines", "lines/s", "ours is so many times as fast")
    rows = [("ours", f"{large.lines:,}", f"{ours:,.0f}", "")]
    rows += [(NAMES[one.name], f"{one.lines:,}", f"{one.speed:,.0f}", f"{ours / one.speed:,.1f}") for one in others]
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table_of("Return lines placed", header, rows, "lnnn"))


if __name__ == "__main__":
    main()
