"""How many lines a second are persisted: allocations, movements, inspections and decisions, audit chain included.

One line is its allocation, the movements sold to announced, announced to received and received to accepted, its
inspection and its decision, the balance of its invoice line and five marks, in three outcomes of a batch of lines each:
a notice, a receipt, decisions. Every row but the marks is sealed. ``postgresql_pair`` are two processes that write to
one server at the same time, each its own batches. Prints a table and, as its last line, one JSON object:

sqlite_lines_per_s …postgresql …postgresql_pair    by the clock
…_cpu                                              by the processor time of all processes, the server's too
"""

import argparse
import gc
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.measured import processor_clock
from connectors.store import Store
from schemas.outcome import Outcome

LINES, BATCH = 100_000, 20_000
_PATIENCE = 3_600  # seconds after which a writer that died is noticed
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_DOCUMENT = "0123456789ab-1"
_PLACE = {"document": _DOCUMENT, "file": "f" * 64, "offset": 106, "length": 700}


def main() -> None:
    """Measure both databases, or the one that is named."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    asked.add_argument("--lines", type=int, default=LINES)
    asked.add_argument("--batch", type=int, default=BATCH)
    asked.add_argument("--only", choices=[*DATABASES])
    given = asked.parse_args()
    measured: dict[str, float] = {"lines": given.lines, "batch": given.batch}
    shown = Table("database", "lines/s by the clock", "lines/s of one processor", "seconds")
    for name, (place, writers) in DATABASES.items():
        if given.only in (None, name):
            with place() as (url, processor_time):
                clock, processor = _persisted(url, given.lines, given.batch, writers, processor_time)
            measured |= {
                f"{name}_lines_per_s": round(given.lines / clock),
                f"{name}_cpu": round(given.lines / processor),
            }
            shown.add_row(name, f"{given.lines / clock:,.0f}", f"{given.lines / processor:,.0f}", f"{clock:.2f}")
    Console().print(shown)
    print(json.dumps(measured))


@contextmanager
def _sqlite() -> Iterator[tuple[str, Callable[[], float]]]:
    with TemporaryDirectory(prefix="backhaul-storing-") as folder:
        yield f"sqlite:///{folder}/hub.db", time.process_time


@contextmanager
def _postgresql() -> Iterator[tuple[str, Callable[[], float]]]:
    """A server of our own that keeps its promises: a commit is on the disk."""
    from tests.databases import PostgresDatabases
    from tests.postgres_server import PostgresServer

    settings = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "512MB", "autovacuum": "on"}
    server = PostgresServer(**settings)
    try:
        url = PostgresDatabases(server).new(server.folder)
        yield url, processor_clock(server.folder / "data")
    finally:
        server.stop()


# Where, and how many write at once.
DATABASES = {"sqlite": (_sqlite, 1), "postgresql": (_postgresql, 1), "postgresql_pair": (_postgresql, 2)}


def _persisted(
    url: str, lines: int, batch: int, writers: int, processor_time: Callable[[], float]
) -> tuple[float, float]:
    """Seconds by the clock and of the processors for all outcomes of these lines."""
    batches = [range(start, min(start + batch, lines)) for start in range(0, lines, batch)]
    with Store.open(url, lambda: AT) as store:
        for numbers in batches:
            _sell(store, numbers)
        if writers == 1:
            seconds = _written(store, batches, processor_time)
        else:
            seconds = _written_by(writers, url, batches, processor_time)
        taken = {name: sum(store.table("creditable")[f"{short}_taken"].to_pylist()) for name, short in _TAKEN.items()}
        assert taken == {name: sum(values.to_pylist()) for name, values in _amounts(range(lines)).items()}
        assert store.table("decision").num_rows == lines
    return seconds


def _outcomes(batches: list[range]) -> list[Outcome]:
    return [made(numbers) for numbers in batches for made in (_noticed, _counted, _decided)]


def _written(store: Store, batches: list[range], processor_time: Callable[[], float]) -> tuple[float, float]:
    """What it takes to write these batches."""
    outcomes = _outcomes(batches)
    gc.collect()
    clock, processor = time.perf_counter(), processor_time()
    for outcome in outcomes:
        store.record(outcome)
    return time.perf_counter() - clock, processor_time() - processor


def _written_by(
    writers: int, url: str, batches: list[range], processor_time: Callable[[], float]
) -> tuple[float, float]:
    """What it takes so many processes to write these batches; all of them start together, and end together."""
    spawn = multiprocessing.get_context("spawn")
    ready, spent = spawn.Barrier(writers + 1), spawn.SimpleQueue()
    started = [
        spawn.Process(target=_write, args=(url, batches[first::writers], ready, spent)) for first in range(writers)
    ]
    for process in started:
        process.start()
    ready.wait(_PATIENCE)
    clock, processor = time.perf_counter(), processor_time()
    own = sum(spent.get() for _ in started)
    seconds = time.perf_counter() - clock, processor_time() - processor + own
    ready.wait(_PATIENCE)
    for process in started:
        process.join()
    return seconds


def _write(url: str, batches: list[range], ready: Any, spent: Any) -> None:
    """One writer: its outcomes are made before it starts, and its connection lives until all have ended."""
    with Store.open(url, lambda: AT) as store:
        outcomes = _outcomes(batches)
        gc.collect()
        ready.wait(_PATIENCE)
        start = time.process_time()
        for outcome in outcomes:
            store.record(outcome)
        spent.put(time.process_time() - start)
        ready.wait(_PATIENCE)


def _sell(store: Store, numbers: range) -> None:
    """What is there before: sales, returns and their lines."""
    tables: dict[str, pa.Table] = {}
    if numbers.start == 0:
        file = {"partner": "nordstad", "file": _PLACE["file"], "name": "a.edi", "size": 9}
        document = file | {"document": _DOCUMENT, "offset": 0, "length": 9, "kind": "notice", "standard": "x12",
                           "message_type": "180", "rule_version": "v1", "content": "c"}  # fmt: skip
        del document["name"], document["size"]
        tables["source_file"], tables["document"] = pa.Table.from_pylist([file]), pa.Table.from_pylist([document])
    sold = {"company": "WR01", "retailer": "nordstad", "invoice_line_no": "1", "sold_on": date(2026, 1, 5),
            "units": 10, "unit_price": "10.00", "net_minor": 10_000, "tax_minor": 1_900, "tax_category": "S",
            "tax_rate": "19", "currency": "EUR"}  # fmt: skip
    held = {"retailer": "nordstad", "origin": "notice", "document": _DOCUMENT}
    sales = _rows(numbers, _PLACE | sold, invoice_line="WR01/I{0}/1", invoice_number="I{0}",
                                   gtin="0952{0:010d}")  # fmt: skip
    tables["invoice_line"] = sales.append_column("line_no", pa.array(numbers, pa.int64()))
    tables["return"] = _rows(numbers, held, return_id="nordstad/R{0}", number="R{0}")
    tables["return_line"] = _rows(
        numbers, held | {"line_no": 1}, return_line="nordstad/R{0}/1", return_id="nordstad/R{0}"
    )
    tables["return_line"] = _with_amounts(numbers, tables["return_line"], "units")
    store.record(Outcome("process sales", "erp", tables))


def _rows(numbers: range, same: dict[str, Any], **texts: str) -> pa.Table:
    """A row for each number: what is the same in all, and texts with the number in them."""
    columns = {name: pa.array([text.format(n) for n in numbers]) for name, text in texts.items()}
    columns |= {name: pa.repeat(pa.scalar(value), len(numbers)) for name, value in same.items()}
    return pa.table(columns)


def _amounts(numbers: range) -> dict[str, pa.Array]:
    """Units and money of each line: they differ from line to line."""
    units = [number % 7 + 1 for number in numbers]
    net = [1_000 * one - number % 97 for one, number in zip(units, numbers, strict=True)]
    found = {"units": units, "net_minor": net, "tax_minor": [one * 19 // 100 for one in net]}
    return {name: pa.array(values, pa.int64()) for name, values in found.items()}


def _with_amounts(numbers: range, rows: pa.Table, *names: str) -> pa.Table:
    for name in names or tuple(_TAKEN):
        rows = rows.append_column(name, _amounts(numbers)[name])
    return rows


def _moved(numbers: range, frm: str, to: str, cause: str) -> pa.Table:
    same = {"currency": "EUR", "rule_version": "v1", "from_bucket": frm, "to_bucket": to}
    rows = _rows(numbers, same, **_PORTION, cause=cause,
                 invoice_line="WR01/I{0}/1", movement=f"nordstad/R{{0}}/1#1>{to}@{cause}")  # fmt: skip
    return _with_amounts(numbers, rows)


_TAKEN = {"units": "units", "net_minor": "net", "tax_minor": "tax"}
_PORTION = {"portion": "nordstad/R{0}/1#1", "return_line": "nordstad/R{0}/1"}
_RECEIVED = f"nordstad/R{{0}}/1#1>received@{_DOCUMENT}/7"


def _noticed(numbers: range) -> Outcome:
    weighed = {"currency": "EUR", "evidence": "invoice+price", "rank": 5, "rule_version": "v1"}
    portions = _with_amounts(numbers, _rows(numbers, weighed, **_PORTION, invoice_line="WR01/I{0}/1"))
    for spread in ("spread_low", "spread_high"):
        portions = portions.append_column(spread, portions["net_minor"])
    return Outcome("process", "nordstad", {
        "allocation": portions, "movement": _moved(numbers, "sold", "announced", _DOCUMENT),
    })  # fmt: skip


def _counted(numbers: range) -> Outcome:
    counted = _rows(numbers, {"condition": "sellable", "receipt_document": _DOCUMENT},
                    movement=_RECEIVED, portion=_PORTION["portion"])  # fmt: skip
    counted = _with_amounts(numbers, counted, "units")
    moved = _moved(numbers, "announced", "received", f"{_DOCUMENT}/7")
    return Outcome("process", "nordstad", {"inspection": counted, "movement": moved})


def _decided(numbers: range) -> Outcome:
    said = {"outcome": "credit", "currency": "EUR",
            "rule": "conditions.sellable", "because": "sellable goods are credited in full",
            "policy_version": "p1"}  # fmt: skip
    decisions = _with_amounts(numbers, _rows(numbers, said, decision=_RECEIVED, **_PORTION))
    moved = _moved(numbers, "received", "accepted", _RECEIVED)
    return Outcome("decide", "nordstad", {"decision": decisions, "movement": moved})


if __name__ == "__main__":
    main()
