"""Open this when you ask how well returns without references are placed: real returns, their price hidden and compared.

Run: ``python -m benchmarks.real_returns PATH`` with the file that docs/splitting.md names, or without a path with the
extract of the demonstration. A line counts as right when all of its units stand on sales of the very price that the
customer was credited. JSON on the last line.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.plain_sales import read_returns, read_sales
from pipelines.simulate.extract import EXTRACT, RawRow, read_goods
from pipelines.steps.in_time_order import place_in_time_order
from schemas.evidence import CIRCUMSTANTIAL
from schemas.partners import Policy

Mask = npt.NDArray[np.bool_]

# Rules were chosen on the returns before this day; those after it only tell how good they are.
CHOSEN_BEFORE = np.datetime64("2011-03-01")
_SALES = ("sale_invoice", "sale_line_no", "customer", "item", "timestamp", "quantity", "unit_price")
_RETURNS = ("return_invoice", "return_line_no", "customer", "item", "timestamp", "quantity")
_DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Trade:
    """Sales and returns as the command reads them; ``credited`` are the prices that are hidden from it."""

    sold: pa.Table
    returned: pa.Table
    credited: list[Decimal]

    @property
    def money(self) -> npt.NDArray[np.float64]:
        """What was credited for each line, in minor units."""
        units = self.returned["units"].to_pylist()
        return np.array([float(100 * count * price) for count, price in zip(units, self.credited, strict=True)])

    def where_it_matters(self) -> tuple[Mask, Mask]:
        """Return lines with a sale of the item to the customer by then, and those with sales at several prices."""
        prices: dict[tuple[str, str], list[tuple[datetime, Decimal]]] = {}
        for row in self.sold.select(["customer", "item", "at", "unit_price"]).to_pylist():
            sales = prices.setdefault((row["customer"], row["item"]), [])
            sales.append((row["at"], Decimal(row["unit_price"])))
        counts = []
        for row in self.returned.select(["customer", "item", "at"]).to_pylist():
            sales = prices.get((row["customer"], row["item"]), [])
            counts.append(len({price for at, price in sales if at <= row["at"]}))
        return np.array(counts) > 0, np.array(counts) > 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of each return line how many units stand on a sale, and how many on a sale of the price that was credited.

    ``off`` is what its credit would be wrong by; ``low`` and ``high`` are the spread; all in minor units.
    """

    placed: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    off: npt.NDArray[np.float64]
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]

    def holds(self, credited: npt.NDArray[np.float64]) -> Mask:
        """Whether the spread holds what was credited, to a minor unit."""
        return (self.low - 1 <= credited) & (credited <= self.high + 1)


def read_trade(path: Path) -> Trade:
    """Goods of known customers; a row's line number is its place among the rows of its document."""
    sales, returns, credited = [], [], []
    lines: dict[str, int] = {}
    for row in read_goods(path)[1]:
        lines[row.invoice] = lines.get(row.invoice, 0) + 1
        stated = (row.invoice, lines[row.invoice], row.customer, row.item, row.at, abs(row.units))
        price = _price(row)
        if row.is_return:
            returns.append(stated)
            credited.append(Decimal(price))
        else:
            sales.append((*stated, price))
    with TemporaryDirectory() as folder:
        sold = read_sales(_written(Path(folder, "sales.csv"), _SALES, sales)).rows
        returned = read_returns(_written(Path(folder, "returns.csv"), _RETURNS, returns)).rows
    return Trade(sold, returned, credited)


def _price(row: RawRow) -> str:
    return next(csv.reader([row.text]))[5]


def _written(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def outcome(trade: Trade, policy: Policy, *, told: bool = False) -> Outcome:
    """How the returns are placed by a policy; ``told`` states the credited price with each line."""
    returned = trade.returned
    if told:
        at = returned.column_names.index("unit_price")
        returned = returned.set_column(at, "unit_price", pa.array(map(str, trade.credited), pa.string()))
    placed, right, low, high = np.zeros((4, returned.num_rows), np.int64)
    net = np.zeros(returned.num_rows)
    prices = [Decimal(text) for text in trade.sold["unit_price"].to_pylist()]
    for row in place_in_time_order(trade.sold, returned, policy).to_pylist():
        if row["sold"] is not None:
            at, price = row["returned"], prices[row["sold"]]
            placed[at] += row["units"]
            right[at] += row["units"] * (price == trade.credited[at])
            net[at] += float(100 * row["units"] * price)
            low[at] += row["spread_low"]
            high[at] += row["spread_high"]
    return Outcome(placed, right, np.abs(net - trade.money), low, high)


def policies() -> Iterator[tuple[str, Policy]]:
    """First in first out, last in first out, the default, and each of the kinds that the goods alone suggest."""
    yield "FIFO", Policy(order="oldest", evidence=())
    yield "LIFO", Policy(order="newest", evidence=())
    yield "default", Policy()
    kinds = [kind for kind in Policy().evidence if kind in CIRCUMSTANTIAL]
    for count in (1, 2):
        for some in combinations(kinds, count):
            yield f"{' and '.join(some)} alone", Policy(evidence=some)


def compared(one: Mask, other: Mask, customers: npt.NDArray[np.str_]) -> dict[str, int]:
    """Lines that only one rule has right, and where 95 of 100 draws of the customers have their difference."""
    gained = one.astype(np.int64) - other
    _, who = np.unique(customers, return_inverse=True)
    each = np.bincount(who, gained)
    draws = np.random.default_rng(0).integers(0, len(each), (_DRAWS, len(each)))
    low, high = np.percentile(each[draws].sum(axis=1), [2.5, 97.5])
    return {
        "won": int((gained > 0).sum()),
        "lost": int((gained < 0).sum()),
        "low": int(low),
        "high": int(high),
    }


def measured(trade: Trade) -> dict[str, dict[str, object]]:
    """For each policy: right lines and units, overall and where it matters, and the comparison with LIFO."""
    units = np.asarray(trade.returned["units"])
    early = np.asarray(trade.returned["at"]) < CHOSEN_BEFORE
    sold, matters = trade.where_it_matters()
    parts = {
        "all": matters,
        "chosen on": matters & early,
        "reported on": matters & ~early,
    }
    outcomes = {name: outcome(trade, policy) for name, policy in policies()}
    outcomes["default, price told"] = outcome(trade, Policy(), told=True)
    rights = {name: one.right == units for name, one in outcomes.items()}
    customers = np.array(trade.returned["customer"].to_pylist())
    told: dict[str, dict[str, object]] = {}
    for name, one in outcomes.items():
        told[name] = {"lines": _of(rights[name], sold), "units": _of(one.right, sold, units)}
        for part, mask in parts.items():
            told[name][f"lines that matter, {part}"] = _of(rights[name], mask)
        told[name]["units that matter"] = _of(one.right, matters, units)
        told[name]["money off where it matters"] = f"{one.off[matters].sum() / 100:.2f}"
        told[name]["credited price inside the spread"] = _of(one.holds(trade.money), matters)
        told[name]["against LIFO"] = compared(rights[name][matters], rights["LIFO"][matters], customers[matters])
    return told


def _of(right: npt.NDArray[np.generic], where: Mask, units: npt.NDArray[np.int64] | None = None) -> str:
    whole = int(where.sum() if units is None else units[where].sum())
    return f"{int(right[where].sum())} of {whole}"


def main(path: Path) -> None:
    """Print a block for each policy, then all of it as JSON."""
    told = measured(read_trade(path))
    for name, figures in told.items():
        print(name)
        for what, figure in figures.items():
            print(f"    {what:32} {figure}")
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else EXTRACT)
