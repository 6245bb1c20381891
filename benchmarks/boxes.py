"""Sales of years and mixed boxes that come back from them, of any size, as the tables ``SUPPLY`` and ``CLAIMS``.

    python -m benchmarks.boxes [--lines 1000000] [--sales 10000000] [--world usual]     # how long making them takes

The same arguments give the same tables. Twenty retailers of very different size buy items of which some are hot, at
prices that change every quarter; an order is invoiced in one or two parts of about eight lines. A box holds about five
lines, most of them of one invoice. Each returned line was really sold; its sale is what ``truth`` says. Of one item in
fifty nearly everything has been returned before. What is stated, how often wrongly, and how hot the hot items are, is
what a ``Mix`` says; there are two worlds, ``usual`` and ``hot``.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.interchanges import with_check_digit
from benchmarks.measured import timed
from schemas.tables import CLAIMS, SUPPLY

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

RETAILERS, STORES, DAYS = 20, 200, 730
LINES_AN_INVOICE, LINES_A_BOX, SALES_AN_ITEM = 8, 5, 400
FIRST_DAY = int(np.datetime64("2024-01-01").astype(int))
PART = 500_000
UNITS = np.array([1, 1, 2, 2, 3, 4, 6, 12, 24])
EXHAUSTED_EVERY = 50
PRICE_MAX = 12_000


@dataclass(frozen=True)
class Mix:
    """How a world is mixed: shares of return lines, and how unequal items are (1: not at all).

    An item's share of all sales falls with its rank to the power of 1 / ``heat`` - 1.
    """

    heat: float
    orders: float  # state an order; of these
    miswritten: float
    of_another: float
    order_lines: float
    invoices: float
    delivery_notes: float
    prices: float
    stores: float
    headers: float  # state an order for the whole box


WORLDS = {
    "usual": Mix(1.5, 0.8, 0.04, 0.01, 0.4, 0.1, 0.03, 0.4, 0.9, 0.2),
    "hot": Mix(2, 0.8, 0.04, 0.01, 0.4, 0.1, 0.03, 0.4, 0.9, 0.2),
}

PLACES = pa.schema([
    ("return_line", pa.string()), ("file", pa.string()), ("document", pa.string()),
    ("offset", pa.int64()), ("length", pa.int64()), ("line_no", pa.int64()),
])  # fmt: skip


@dataclass(frozen=True)
class Invoices:
    """One entry an invoice: whose, when, for which order, and where its lines are."""

    retailer: Ints
    store: Ints
    day: Ints
    po: Ints
    first: Ints
    lines: Ints

    @cached_property
    def by_retailer(self) -> Ints:
        """Invoices, those of a retailer next to each other."""
        return np.argsort(self.retailer, kind="stable")

    @cached_property
    def bounds(self) -> Ints:
        """Where each retailer's begin there, and the last end."""
        return np.searchsorted(self.retailer[self.by_retailer], np.arange(RETAILERS + 1))

    def others(self, chance: np.random.Generator, invoice: Ints) -> Ints:
        """For each invoice any of the same retailer."""
        low, high = self.bounds[self.retailer[invoice]], self.bounds[self.retailer[invoice] + 1]
        return self.by_retailer[low + (chance.random(len(invoice)) * (high - low)).astype(np.int64)]


class Boxes:
    """What was sold and what comes back; small columns of numbers, of which the tables are made part by part."""

    def __init__(self, lines: int, sales: int, seed: int = 1, world: str = "usual") -> None:
        self._seed, self.sales, self.mix = seed, sales, WORLDS[world]
        self.items = max(sales // SALES_AN_ITEM, 20)
        self.invoices = _invoices(self._chance(1), sales)
        self.invoice = np.repeat(np.arange(len(self.invoices.first), dtype=np.int32), self.invoices.lines)
        chance = self._chance(2)
        self.item = (chance.random(sales) ** self.mix.heat * self.items).astype(np.int32)
        self.units = UNITS[chance.integers(0, len(UNITS), sales)].astype(np.int16)
        self.price = self._prices(self._chance(3))
        self.taken = self._taken(self._chance(4))
        self._claim(self._chance(5), lines)

    def _chance(self, number: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, number])

    def _prices(self, chance: np.random.Generator) -> npt.NDArray[np.int32]:
        """In minor units: each item's own, a few per cent up and down with the quarters."""
        base = chance.integers(99, 9_999, self.items)
        quarter = self.invoices.day[self.invoice] // 90
        return (base[self.item] * (100 + 3 * ((quarter * 7 + self.item) % 6)) // 100).astype(np.int32)

    def _taken(self, chance: np.random.Generator) -> npt.NDArray[np.int16]:
        """One line in twenty came back in part; of exhausted items all but some units of one line in ten."""
        some = np.where(chance.random(self.sales) < 0.05, chance.integers(0, self.units + 1), 0)
        nearly = np.where(chance.random(self.sales) < 0.1, self.units - 1, self.units)
        exhausted = self.item % EXHAUSTED_EVERY == EXHAUSTED_EVERY // 2
        return np.where(exhausted, nearly, some).astype(np.int16)

    def _claim(self, chance: np.random.Generator, lines: int) -> None:
        """Boxes, and the sale that each of their lines was."""
        count = np.minimum(chance.geometric(1 / LINES_A_BOX, lines // LINES_A_BOX * 2 + 10), 60)
        ends = np.cumsum(count)
        boxes = int(np.searchsorted(ends, lines)) + 1
        count = count[:boxes]
        count[-1] -= ends[boxes - 1] - lines
        self.box = np.repeat(np.arange(boxes), count)
        self.box_line = np.arange(lines) - np.repeat(np.cumsum(count) - count, count) + 1
        self.base = chance.integers(0, len(self.invoices.first), boxes)
        base = self.base[self.box]
        source = np.where(chance.random(lines) < 0.6, base, self.invoices.others(chance, base))
        inside = (chance.random(lines) * self.invoices.lines[source]).astype(np.int64)
        self.truth = self.invoices.first[source] + inside
        sold = np.zeros(boxes, np.int64)
        np.maximum.at(sold, self.box, self.invoices.day[source])
        self.returned = sold + 1 + chance.exponential(45, boxes).astype(np.int64)

    # --- supply

    def supply(self) -> Iterator[pa.Table]:
        """``SUPPLY`` in parts, the oldest sales first."""
        for start in range(0, self.sales, PART):
            yield self.supply_of(np.arange(start, min(start + PART, self.sales)))

    def supply_of(self, rows: Ints) -> pa.Table:
        """``SUPPLY`` of some sales."""
        invoice = self.invoices.retailer[self.invoice[rows]], self.invoice[rows].astype(np.int64)
        retailer, number = invoice[0], _invoice_number(invoice[1])
        line = rows - self.invoices.first[invoice[1]] + 1
        units, taken = self.units[rows].astype(np.int64), self.taken[rows].astype(np.int64)
        net = units * self.price[rows]
        tax = np.where(retailer % 4, (net + 2) // 5, 0)
        columns = {
            "invoice_line": pc.binary_join_element_wise("WR01", number, _text(line), "/"),
            "company": pa.repeat("WR01", len(rows)),
            "retailer": _named(_RETAILERS, retailer),
            "store": _named(_STORES, self.invoices.store[invoice[1]]),
            "gtin": _named(self.gtins, self.item[rows]),
            "invoice_number": number,
            "po_number": _po_number(self.invoices.po[invoice[1]]),
            "po_line": _text(line),
            "delivery_note": pa.array(np.where(invoice[1] % 2 == 0, 700_000_000 + invoice[1], 0)).cast(pa.string()),
            "sold_on": _days(self.invoices.day[invoice[1]]),
            "unit_price": _named(_PRICES, self.price[rows]),
            "currency": _named(pa.array(["GBP", "EUR"]), (retailer % 5 == 0).astype(np.int64)),
            "units": units, "net_minor": net, "tax_minor": tax, "units_taken": taken,
            "net_taken": _share(net, taken, units), "tax_taken": _share(tax, taken, units),
        }  # fmt: skip
        return pa.table(columns, SUPPLY)

    @cached_property
    def gtins(self) -> pa.Array:
        """The items, in the demonstration prefix 952."""
        return pa.array([f"0{with_check_digit(f'952{number:09}')}" for number in range(self.items)])

    # --- claims

    def claims(self) -> pa.Table:
        """``CLAIMS``, box by box."""
        chance, truth, lines = self._chance(6), self.truth, len(self.truth)
        invoice = self.invoice[truth].astype(np.int64)
        retailer = _named(_RETAILERS, self.invoices.retailer[invoice])
        return_id = pc.binary_join_element_wise(retailer, _text(self.box + 1_000_000), "/R")
        sold = self.units[truth].astype(np.int64)
        store = _named(_STORES, self.invoices.store[self.base[self.box]])
        line_no = _text(truth - self.invoices.first[invoice] + 1)
        columns = {
            "return_line": pc.binary_join_element_wise(return_id, _text(self.box_line), "/"),
            "return_id": return_id, "retailer": retailer,
            "store": _some(chance, self.mix.stores, store),
            "gtin": _named(self.gtins, self.item[truth]),
            "units": np.where(chance.random(lines) < 0.15, sold, np.minimum(chance.integers(1, 4, lines), sold)),
            "returned_on": _days(self.returned[self.box]),
            "po_number": self._stated_orders(chance, invoice, store),
            "po_line": _some(chance, self.mix.order_lines, line_no),
            "invoice_number": _some(chance, self.mix.invoices, _invoice_number(invoice)),
            "delivery_note": _some(chance, self.mix.delivery_notes, _text(700_000_000 + invoice)),
            "unit_price": _some(chance, self.mix.prices, _named(_PRICES, self.price[truth])),
            "header_po": _some(chance, self.mix.headers, _po_number(self.invoices.po[self.base[self.box]])),
            "packed_for": _packed(chance, _po_number(self.invoices.po[invoice]), line_no),
            "assigned": pa.nulls(lines, pa.string()),
        }  # fmt: skip
        return pa.table(columns, CLAIMS)

    def _stated_orders(self, chance: np.random.Generator, invoice: Ints, store: pa.Array) -> pa.Array:
        """Order numbers as people write them."""
        wrong = chance.random(len(invoice)) < self.mix.of_another
        stated = np.where(wrong, self.invoices.others(chance, invoice), invoice)
        texts = _some(chance, self.mix.orders, _po_number(self.invoices.po[stated]))
        miswritten = (chance.random(len(invoice)) < self.mix.miswritten) & texts.is_valid().to_numpy(
            zero_copy_only=False
        )
        errors = chance.integers(0, len(_ERRORS), int(miswritten.sum())).tolist()
        pairs = zip(errors, texts.filter(miswritten).to_pylist(), store.filter(miswritten).to_pylist(), strict=True)
        written = pa.array([_ERRORS[error](text, where) for error, text, where in pairs], pa.string())
        return pc.replace_with_mask(texts, miswritten, written)

    def places(self, claims: pa.Table) -> pa.Table:
        """Where each claim stands in a file."""
        at = np.arange(claims.num_rows)
        file, document = (pa.repeat(text, claims.num_rows) for text in ("f" * 64, "ffffffffffff-1"))
        return pa.table([claims["return_line"], file, document, at * 100, np.full(len(at), 90), at + 1], PLACES)


_RETAILERS = pa.array([f"shop-{number:02}" for number in range(RETAILERS)])
_STORES = pa.array([f"{number:04}" for number in range(STORES)])
_PRICES = pa.array([f"{minor // 100}.{minor % 100:02}" for minor in range(PRICE_MAX)])


def _swapped(text: str) -> str:
    at = len(text) - 3
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


_ERRORS: tuple[Callable[[str, str], str], ...] = (
    lambda text, _: f"000{text}",
    lambda text, _: f"PO-{text}",
    lambda text, store: f"{text}{store}",
    lambda text, store: f"{text}-{store}",
    lambda text, _: _swapped(text),
    lambda text, _: text.replace("0", "O"),
    lambda text, _: text[:-2],
)


def _invoices(chance: np.random.Generator, sales: int) -> Invoices:
    """Invoices with lines enough, day after day."""
    lines = chance.integers(1, 2 * LINES_AN_INVOICE, sales // LINES_AN_INVOICE * 2 + 10)
    ends = np.cumsum(lines)
    count = int(np.searchsorted(ends, sales)) + 1
    lines = lines[:count]
    lines[-1] -= ends[count - 1] - sales
    retailer = (chance.random(count) ** 2 * RETAILERS).astype(np.int64)
    day = np.sort(chance.integers(0, DAYS, count))
    made = Invoices(retailer, chance.integers(0, STORES, count), day, np.arange(count), np.cumsum(lines) - lines, lines)
    second = (np.arange(count) % 2 == 1) & (chance.random(count) < 0.2)
    second[1:] &= np.diff(retailer[made.by_retailer]) == 0
    made.po[made.by_retailer[second]] = made.by_retailer[np.flatnonzero(second) - 1]
    return made


def _named(names: pa.Array, index: npt.NDArray[np.signedinteger[npt.NBitBase]]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(index.astype(np.int32), names).dictionary_decode()


def _text(numbers: Ints) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _invoice_number(invoice: Ints) -> pa.Array:
    return pc.binary_join_element_wise("R", _text(invoice + 1_000_000), "")


def _po_number(po: Ints) -> pa.Array:
    """Orders of one day have numbers that do not resemble each other."""
    return _text(450_000_000 + po * 7_368_787 % 10_000_000)


def _days(days: Ints) -> pa.Array:
    return pa.array((days + FIRST_DAY).astype(np.int32)).cast(pa.date32())


def _share(total: Ints, part: Ints, whole: Ints) -> Ints:
    """The exact money of a part, rounded half up."""
    return (2 * total * part + whole) // (2 * whole)


def _some(chance: np.random.Generator, share: float, column: pa.Array) -> pa.Array:
    """The column, of which this share is said."""
    return pc.if_else(pa.array(chance.random(len(column)) < share), column, pa.scalar(None, pa.string()))


def _packed(chance: np.random.Generator, pos: pa.Array, lines: pa.Array) -> pa.Array:
    """One claim in ten is of a carton that we packed for one order line."""
    known = chance.random(len(pos)) < 0.1
    ends = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
    kind = CLAIMS.field("packed_for").type
    inside = pa.StructArray.from_arrays([pos.filter(known), lines.filter(known)], fields=list(kind.value_type))
    return pa.ListArray.from_arrays(pa.array(ends), inside, mask=pa.array(~known)).cast(kind)


def main() -> None:
    """Say how long it takes."""
    import resource

    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--sales", type=int, default=10_000_000)
    parser.add_argument("--world", choices=WORLDS, default="usual")
    asked = parser.parse_args()
    made: list[Boxes] = []
    columns = timed(lambda: made.append(Boxes(asked.lines, asked.sales, world=asked.world)))
    claims = timed(lambda: made[0].claims())
    supply = timed(lambda: [part.num_rows for part in made[0].supply()])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"columns {columns.cpu:.1f} s, claims {claims.cpu:.1f} s, supply {supply.cpu:.1f} s; peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
