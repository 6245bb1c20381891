"""The same day on a store with little and with much history: every step must cost what its new lines cost.

A day is returns of twenty lines each with notices, our word, receipts, decisions, posting, answers and instructions;
history is closed returns of the same kinds. Prints processor seconds, those of the database's server too, and rows read
of each step, how many times as much it is with the long history, and as its last line one JSON object.
"""

import argparse
import gc
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from benchmarks.storing import DATABASES
from connectors.store import Store, reads
from pipelines.show import table_of
from pipelines.work import process as processing
from pipelines.work import run as running
from pipelines.work import send as sending
from pipelines.work import settle as settling
from tests.world.copies import multiplied
from tests.world.goods_town import GoodsTown, days_later
from tests.world.seasons import CLOSING_DAYS, LINES, Season, confirmations, past, seasons_town, settle_and_send

FIRST_RETURNS = 25  # of the season that the history is made of
DAYS_BETWEEN = CLOSING_DAYS + 30
# The functions that are steps of a run, by the module in which the run finds them.
STEPS: tuple[tuple[Any, str], ...] = (
    (processing, "_check"), (processing, "_add_sales"), (processing, "_add_notices"), (processing, "_add_receipts"),
    (processing, "add_placed"), (processing, "answers_to"), (processing, "_answered"), (processing, "count_late"),
    (settling, "authorise"), (settling, "close_overdue"), (settling, "resolve_differences"),
    (settling, "reopen_for_evidence"), (settling, "_decide"),
    (settling, "follow_up"), (settling, "_intend"), (settling, "route"),
    (running, "posting_is_stopped"), (running, "post_credits"),
    (sending, "write_refusals"), (sending, "write_credit_notes"), (Store, "record"),
)  # fmt: skip


class Meter:
    """Processor seconds and rows read of each step."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.seconds: dict[str, float] = defaultdict(float)
        self.rows: dict[str, int] = defaultdict(int)
        self._read = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Measures all steps until the end."""
        before = [(module, name, getattr(module, name)) for module, name in (*STEPS, (reads, "to_arrow"))]
        for module, name, function in before[:-1]:
            setattr(module, name, self._timed(name.strip("_"), function))
        reads.to_arrow = self._counted(reads.to_arrow)
        try:
            yield
        finally:
            for module, name, function in before:
                setattr(module, name, function)

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any, **named: Any) -> Any:
            start, read = self.clock(), self._read
            try:
                return function(*given, **named)
            finally:
                self.seconds[name] += self.clock() - start
                self.rows[name] += self._read - read

        return measured

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(rows: Any, shape: Any) -> Any:
            table = function(rows, shape)
            self._read += table.num_rows
            return table

        return counting


def one_day(town: GoodsTown, season: Season) -> None:
    """A season's returns from their sales to what the warehouse confirms."""
    town.deliver(season.sales(), season.notices())
    settle_and_send(town)
    season.show_evidence(town)
    town.deliver(season.receipts())
    settle_and_send(town)
    town.deliver(confirmations(town, season.name))
    settle_and_send(town)


def measured(database: str, copies: int, returns: int) -> Meter:
    """What the day costs on a history of so many copies of the first season."""
    with TemporaryDirectory(prefix="backhaul-history-") as folder, DATABASES[database][0]() as (url, clock):
        with seasons_town(Path(folder) / "town", url) as town:
            first = Season("h0", 1, FIRST_RETURNS)
            past(town, first)
            multiplied(town.store, first, range(1, copies))
            _analysed(town)
            with days_later(town, DAYS_BETWEEN) as today:
                one_day(today, Season("warm", 900, 1, DAYS_BETWEEN))
                meter = Meter(clock)
                gc.collect()
                with meter.watching():
                    one_day(today, Season("day", 901, returns, DAYS_BETWEEN))
                if today.store.table("posting_stop").num_rows:
                    raise ValueError("posting was stopped: this is no ordinary day")
        return meter


def _analysed(town: GoodsTown) -> None:
    """Let the database know how large its tables are, as its own upkeep does in time."""
    with town.store._engine.connect() as connection:
        connection.exec_driver_sql("analyze")
        connection.commit()


def main() -> None:
    """Measure both histories and compare them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", choices=sorted(DATABASES), default="sqlite")
    asked.add_argument("--small", type=int, default=2_000, help="closed lines of the short history")
    asked.add_argument("--large", type=int, default=60_000, help="closed lines of the long history")
    asked.add_argument("--lines", type=int, default=600, help="new lines of the day")
    given = asked.parse_args()
    season = FIRST_RETURNS * LINES
    small, large = (
        measured(given.database, max(1, lines // season), given.lines // LINES) for lines in (given.small, given.large)
    )
    console, result = Console(), dict[str, dict[str, float]]()
    for name in small.seconds:
        before, after = small.seconds[name], large.seconds[name]
        result[name] = {
            "seconds_small": round(before, 3), "seconds_large": round(after, 3),
            "ratio": round(after / max(before, 0.005), 2),
            "rows_small": small.rows[name], "rows_large": large.rows[name],
        }  # fmt: skip
    cells = [(name, *(f"{value:,}" for value in row.values())) for name, row in result.items()]
    columns = ("step", "s small", "s large", "ratio", "rows small", "rows large")
    console.print(table_of(f"{given.lines} new lines on {given.small:,} and {given.large:,}", columns, cells, "lnnnnn"))
    print(json.dumps({"database": given.database, "lines": given.lines, "small": given.small, "large": given.large,
                      "steps": result}))  # fmt: skip


if __name__ == "__main__":
    main()
