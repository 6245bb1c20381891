"""How long a full export of invoice lines takes to load, a delta behind it, and one that only repeats known lines.

Lines of four retailers, eight an invoice, in one CSV file; the delta has LINES / 200 lines, half of them known. Each is
read by ``backhaul supply pull``'s own function from a folder into a new SQLite store: pages in the vault, findings,
ledger, seals. Prints a table and, as its last line, one JSON object: lines, seconds by the clock and of the processor.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from rich.console import Console
from rich.table import Table

from connectors.erp.exports.settings import ExportsSettings
from pipelines.settings import Settings
from pipelines.wiring import Hub, open_hub
from pipelines.work.supply import pull
from schemas.partners import Party
from schemas.supply import SUPPLY_PAGES

LINES, AN_INVOICE, ITEMS = 1_000_000, 8, 5_000
RETAILERS = ("nordstad", "brightwell", "lindhaus", "kelmore")


def main() -> None:
    """Measure one size."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    asked.add_argument("--lines", type=int, default=LINES)
    lines = asked.parse_args().lines
    part = max(lines // 200, 2)
    steps = {"full": (0, lines), "delta": (lines - part // 2, part), "repeated": (lines // 3 + 5, lines // 10)}
    measured: dict[str, float] = {"lines": lines}
    shown = Table("export", "lines", "seconds by the clock", "seconds of one processor")
    with TemporaryDirectory(prefix="backhaul-supply-") as place, _hub(Path(place)) as hub:
        for name, (first, size) in steps.items():
            pacsv.write_csv(exported(first, size), Path(place) / "exports" / f"invoices-{len(measured)}.csv")
            clock, processor = time.perf_counter(), time.process_time()
            pull(hub, "bench")
            clock, processor = time.perf_counter() - clock, time.process_time() - processor
            measured |= {f"{name}_s": round(clock, 2), f"{name}_cpu_s": round(processor, 2)}
            shown.add_row(name, f"{size:,}", f"{clock:.1f}", f"{processor:.1f}")
    Console().print(shown)
    print(json.dumps(measured))


@contextmanager
def _hub(folder: Path) -> Iterator[Hub]:
    (folder / "exports").mkdir()
    supply = ExportsSettings.model_validate({"kind": "exports", "folder": "exports", "arrival": {"rule": "rename"}})
    companies = {"WR01": Party(legal_name="Wickham & Rowe Ltd")}
    with open_hub(Settings(folder=folder, companies=companies, supplies={"bench": supply})) as hub:
        yield hub


def exported(first: int, size: int) -> pa.Table:
    """So many invoice lines from this one on: the same numbers always give the same lines."""
    number = np.arange(first, first + size)
    invoice, item = number // AN_INVOICE, (number * 7919) % ITEMS
    units, cents = number % 24 + 1, (number * 31) % 9000 + 100
    columns = {
        "company": np.repeat("WR01", size),
        "retailer": np.array(RETAILERS)[invoice % len(RETAILERS)],
        "invoice_number": invoice + 1_000_000,
        "invoice_line": number % AN_INVOICE + 1,
        "po_number": invoice // 2 + 500_000,
        "po_line": number % (2 * AN_INVOICE) + 1,
        "sold_on": (np.datetime64("2024-01-01") + invoice % 700).astype(str),
        "gtin": _gtins(item),
        "vendor_item": item,
        "description": np.char.add("Article ", item.astype(str)),
        "units": units,
        "unit_price": _amounts(cents),
        "net": _amounts(cents * units),
        "tax": _amounts(cents * units // 5),
        "tax_category": np.repeat("S", size),
        "tax_rate": np.repeat("20", size),
        "currency": np.repeat("GBP", size),
    }
    return pa.table({name: pa.array(column).cast(pa.string()) for name, column in columns.items()}).select(
        [name for name in SUPPLY_PAGES["invoices"].names if name in columns]
    )


def _gtins(item: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """GTIN-13 below the prefix for demonstrations, with their check digits."""
    body = 952_000_000_000 + item
    digits = body[:, None] // 10 ** np.arange(12) % 10
    total = (digits * np.where(np.arange(12) % 2 == 0, 3, 1)).sum(axis=1)
    return body * 10 + (-total) % 10


def _amounts(cents: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    whole, rest = np.char.mod("%d", cents // 100), np.char.mod("%02d", cents % 100)
    return np.char.add(np.char.add(whole, "."), rest)


if __name__ == "__main__":
    main()
