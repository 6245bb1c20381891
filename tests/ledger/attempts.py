"""Many workers at once take units of the same invoice lines and give them back; each is a process of its own.

``prepare`` makes the world, ``attempt`` is what one worker does, on whatever database the address names.
"""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from connectors.store import Store
from connectors.store.insert import TABLES
from connectors.store.shapes import shape_of
from schemas.errors import TransientError
from schemas.outcome import Outcome

RETAILER, GTIN = "nordstad", "09520000000059"
UNITS, CENTS, TAX = 50, 999, 190  # of each invoice line, and of each unit
Prepared = Callable[[Store], None]  # what is done to a store after it was opened, as turning off fsync


def now() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def rows(table: str, *records: dict[str, Any]) -> pa.Table:
    """Rows of a stored table with the columns that the first record names."""
    shape = shape_of(TABLES[table])
    return pa.Table.from_pylist(list(records), pa.schema([shape.field(name) for name in records[0]]))


def prepare(url: str, lines: int, workers: int) -> None:
    """So many invoice lines, and a return for each worker."""
    place = {"file": "f" * 64, "offset": 0, "length": 1}
    document = place | {
        "document": "d", "partner": "erp", "kind": "sales", "standard": "x12", "message_type": "180",
        "purpose": "original", "rule_version": "v1", "content": "c",
    }  # fmt: skip
    file = {"partner": "erp", "name": "sales.csv", "size": 1}
    sale = place | {
        "document": "d", "company": "WR01", "retailer": RETAILER, "invoice_line_no": "1", "sold_on": date(2026, 1, 5),
        "gtin": GTIN, "units": UNITS, "unit_price": "9.99", "net_minor": UNITS * CENTS, "tax_minor": UNITS * TAX,
        "tax_category": "S", "tax_rate": "19",
        "currency": "EUR",
    }  # fmt: skip
    held = {"retailer": RETAILER, "origin": "dock", "document": "d"}
    with Store.open(url, now) as store:
        store.record(Outcome("process sales", "erp", {
            "source_file": rows("source_file", file | {"file": place["file"], "state": "processed"}),
            "arrival": rows("arrival", file | {
                "arrival": "a", "file": place["file"], "channel": "main", "modified": 1.0,
            }),
            "document": rows("document", document),
            "item": rows("item", {"gtin": GTIN, "vendor_item": "VI-5", "description": "Hand lens"}),
            "invoice_line": rows("invoice_line", *(
                sale | {"line_no": number, "invoice_number": f"I{number}", "invoice_line": f"WR01/I{number}/1"}
                for number in range(lines)
            )),
            "return": rows("return", *(
                held | {"return_id": f"{RETAILER}/R{number}", "number": f"R{number}"} for number in range(workers)
            )),
        }))  # fmt: skip


class Worker:
    """One of those who try; what it takes are lines of its own return."""

    def __init__(self, store: Store, number: int, lines: int, workers: int) -> None:
        self.store, self.number, self.lines, self.workers = store, number, lines, workers
        self.random = random.Random(number)
        self.done: Counter[str] = Counter()
        self.tried = 0

    def attempt(self) -> None:
        """Take some units of any invoice line; or give back, or count out twice, what somebody took."""
        self.tried += 1
        what = "take" if self.random.random() < 0.7 or self.tried == 1 else "give back"
        try:
            came = self._take() if what == "take" else self._give_back()
        except TransientError:
            came = "refused"
        self.done[f"{what}: {came}"] += 1

    def _take(self) -> str:
        units = self.random.randint(1, 7)
        over = self.random.choice([0, 0, 0, 5_000])  # now and then more money than these units are worth
        line = f"{RETAILER}/R{self.number}/{self.tried}"
        portion = {
            "portion": f"{line}#1", "return_line": line, "invoice_line": f"WR01/I{self.random.randrange(self.lines)}/1",
            "units": units, "net_minor": units * CENTS + over, "tax_minor": units * TAX, "currency": "EUR",
            "rule_version": "v1",
        }  # fmt: skip
        told = {
            "return_id": f"{RETAILER}/R{self.number}", "retailer": RETAILER, "origin": "dock", "document": "d",
            "line_no": self.tried, "gtin": GTIN,
        }  # fmt: skip
        weighed = {"evidence": "none", "rank": 0, "spread_low": 0, "spread_high": 0}
        moved = {"movement": f"{line}#1>announced@d", "from_bucket": "sold", "to_bucket": "announced", "cause": "d"}
        self.store.record(Outcome("take", line, {
            "return_line": rows("return_line", {"return_line": line, "units": units} | told),
            "allocation": rows("allocation", portion | weighed),
            "movement": rows("movement", portion | moved),
        }))  # fmt: skip
        return "done"

    def _give_back(self) -> str:
        """All units of a portion that anybody may have taken; only the store sees that somebody did it before."""
        line = f"{RETAILER}/R{self.random.randrange(self.workers)}/{self.random.randrange(1, self.tried)}"
        found = self.store.table("allocation", portion=f"{line}#1").to_pylist()
        if not found:
            return "nothing there"
        names = (
            "portion",
            "return_line",
            "invoice_line",
            "units",
            "net_minor",
            "tax_minor",
            "currency",
            "rule_version",
        )
        cause = f"{self.number}-{self.tried}"
        moved = {"movement": f"{line}#1>cancelled@{cause}", "from_bucket": "announced", "to_bucket": "cancelled"}
        row = {name: found[0][name] for name in names} | moved | {"cause": cause, "rule_version": "v1"}
        self.store.record(Outcome("give back", line, {"movement": rows("movement", row)}))
        return "done"


def attempt(url: str, number: int, attempts: int, lines: int, workers: int, prepared: Prepared | None) -> Counter[str]:
    """What one worker's attempts came to; it opens the database on its own."""
    with Store.open(url, now) as store:
        if prepared:
            prepared(store)
        worker = Worker(store, number, lines, workers)
        for _ in range(attempts):
            worker.attempt()
    return worker.done


def attempts_at_once(
    url: str, attempts: int, workers: int, lines: int, prepared: Prepared | None = None
) -> Counter[str]:
    """What all attempts came to, by so many workers at once on a prepared database."""
    each = attempts // workers
    processes = get_context("forkserver")  # what a worker imports is imported once
    processes.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(workers, processes) as pool:
        running = [pool.submit(attempt, url, number, each, lines, workers, prepared) for number in range(workers)]
        return sum((one.result() for one in running), Counter[str]())


def ensure_no_cap_broken(url: str) -> None:
    """The balances are what the movements say, within what was sold, and not a unit was given back twice."""
    with Store.open(url, now) as store:
        assert store.violations() == []
        left = store.table("creditable").to_pylist()
    assert all(0 <= row["units_taken"] <= row["units"] and 0 <= row["net_taken"] <= row["net_minor"] for row in left)
    assert sum(row["units_taken"] for row in left)
