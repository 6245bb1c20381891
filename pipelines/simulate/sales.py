"""Open this when you ask what the simulated brand sold: invoice lines from the real extract, and the ERP's export."""

import csv
import gzip
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from pipelines.simulate.extract import EXTRACT, STORES
from pipelines.simulate.identifiers import gtin13, po_number

COMPANY = "WR01"
CURRENCY = "GBP"
# EN 16931 VAT category and rate per retailer: standard rated at home, export abroad.
TAX = {"nordstad": ("S", Decimal(20)), "brightwell": ("S", Decimal(20)), "lindhaus": ("G", Decimal(0))}

COLUMNS = (
    "company", "retailer", "store", "invoice_number", "invoice_line", "po_number", "po_line", "sold_on", "gtin",
    "vendor_item", "description", "units", "unit_price", "net", "tax", "tax_category", "tax_rate", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Store:
    """A shop of a retailer: one customer of the extract."""

    retailer: str
    number: str
    customer: str


@dataclass(frozen=True, slots=True)
class SoldLine:
    """An invoice line. ``unit_price`` is the text of the extract; ``units`` are positive."""

    store: Store
    invoice_number: str
    invoice_line: int
    at: datetime
    item: str
    description: str
    units: int
    unit_price: str

    @property
    def po_number(self) -> str:
        """The purchase order behind the invoice; its lines are numbered as the invoice's."""
        return po_number(self.store.retailer, self.invoice_number)


@dataclass(frozen=True, slots=True)
class CreditedRow:
    """A row of a real C-document: goods that came back or were taken back. ``units`` are positive.

    ``row`` is the line of the extract, header included: two rows of one document can be alike in all else.
    """

    row: int
    store: Store
    document: str
    at: datetime
    item: str
    description: str
    units: int
    unit_price: str


@dataclass(frozen=True, slots=True)
class Trade:
    """What was sold to the stores and what they returned, in the order of the extract."""

    sold: tuple[SoldLine, ...]
    credited: tuple[CreditedRow, ...]


def read_stores(limit: int | None = None) -> list[Store]:
    """The stores of all retailers, at most ``limit`` of each."""
    with STORES.open(encoding="utf-8", newline="") as file:
        stores = [Store(row["retailer"], row["store"], row["customer"]) for row in csv.DictReader(file)]
    by_retailer: dict[str, list[Store]] = defaultdict(list)
    for store in stores:
        by_retailer[store.retailer].append(store)
    return [store for group in by_retailer.values() for store in group[:limit]]


def read_trade(stores: Iterable[Store]) -> Trade:
    """The extract's rows of these stores. Rows that cost nothing are left out, but count as lines of their invoice."""
    store_of = {store.customer: store for store in stores}
    sold: list[SoldLine] = []
    credited: list[CreditedRow] = []
    for number, (row, line) in enumerate(_numbered_rows(), start=2):
        store = store_of.get(row["CustomerID"])
        if store is None or Decimal(row["UnitPrice"]) <= 0:
            continue
        if row["InvoiceNo"].startswith("C"):
            credited.append(_credited_row(store, row, number))
        elif int(row["Quantity"]) > 0:
            sold.append(_sold_line(store, row, line))
    return Trade(tuple(sold), tuple(credited))


def sales_exports(sold: Iterable[SoldLine]) -> dict[str, bytes]:
    """The ERP's export files by name, one a calendar month: comma, UTF-8, ISO dates, decimal point."""
    months: dict[str, list[SoldLine]] = defaultdict(list)
    for line in sold:
        months[f"{line.at:%Y-%m}"].append(line)
    return {f"sales-{month}.csv": _export(lines) for month, lines in sorted(months.items())}


def amounts(line: SoldLine) -> tuple[Decimal, Decimal]:
    """Net and tax of an invoice line in pounds, each rounded half up to the penny."""
    _, rate = TAX[line.store.retailer]
    net = _penny(line.units * Decimal(line.unit_price))
    return net, _penny(net * rate / 100)


def _numbered_rows() -> Iterator[tuple[dict[str, str], int]]:
    """Rows of the extract, each with its position among the rows of its invoice in the extract, from 1."""
    seen = Counter[str]()
    with gzip.open(EXTRACT, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            seen[row["InvoiceNo"]] += 1
            yield row, seen[row["InvoiceNo"]]


def _sold_line(store: Store, row: dict[str, str], line: int) -> SoldLine:
    return SoldLine(
        store=store,
        invoice_number=row["InvoiceNo"],
        invoice_line=line,
        at=datetime.fromisoformat(row["InvoiceDate"]),
        item=row["StockCode"].upper(),
        description=row["Description"].strip(),
        units=int(row["Quantity"]),
        unit_price=row["UnitPrice"],
    )


def _credited_row(store: Store, row: dict[str, str], number: int) -> CreditedRow:
    return CreditedRow(
        row=number,
        store=store,
        document=row["InvoiceNo"],
        at=datetime.fromisoformat(row["InvoiceDate"]),
        item=row["StockCode"].upper(),
        description=row["Description"].strip(),
        units=-int(row["Quantity"]),
        unit_price=row["UnitPrice"],
    )


def _export(lines: Iterable[SoldLine]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_export_row(line) for line in lines)
    return text.getvalue().encode("utf-8")


def _export_row(line: SoldLine) -> list[str]:
    category, rate = TAX[line.store.retailer]
    net, tax = amounts(line)
    return [
        COMPANY, line.store.retailer, line.store.number, line.invoice_number, str(line.invoice_line),
        line.po_number, str(line.invoice_line), f"{line.at:%Y-%m-%d}", gtin13(line.item), line.item,
        line.description, str(line.units), line.unit_price, str(net), str(tax), category, str(rate), CURRENCY,
    ]  # fmt: skip


def _penny(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
