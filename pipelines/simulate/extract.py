"""Open this when you ask how the demonstration's extract of real sales and returns was made, or to make it again.

Run by hand: ``python -m pipelines.simulate.extract PATH_TO_FULL_FILE`` writes ``sales_and_returns.csv.gz`` and
``stores.csv`` into ``pipelines/simulate/online_retail``. The rule is told in the README there. Rows keep their text.
"""

import csv
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

EXTRACT = Path(__file__).parent / "online_retail" / "sales_and_returns.csv.gz"
STORES = Path(__file__).parent / "online_retail" / "stores.csv"

STORES_PER_RETAILER = 14
C_DOCUMENTS_MIN = {"home": 3, "abroad": 2}
FIRST_STORE = {"nordstad": 101, "brightwell": 201, "lindhaus": 301}
_HOME = "United Kingdom"
_GOODS = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of the full file: its text as it stands there, and the fields that the selection looks at."""

    text: str
    invoice: str
    item: str
    units: int
    at: str
    customer: str
    country: str

    @property
    def is_return(self) -> bool:
        """True for a row of a C-document."""
        return self.invoice.startswith("C")


def read_goods(path: Path) -> tuple[str, list[RawRow]]:
    """The header, and the rows of goods with a known customer that are sales or on C-documents, in file order."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\r\n") as lines:
        header = next(lines)
        rows = [row for line in lines if (row := _raw_row(line)) is not None]
    return header, rows


def choose_stores(rows: Sequence[RawRow]) -> dict[str, list[str]]:
    """The customers that play the stores of each retailer, first those with the most returns of earlier sales.

    UK customers go to nordstad and brightwell by turns, customers of other countries to lindhaus.
    """
    ranked = _ranked_customers(rows)
    home = ranked["home"][: 2 * STORES_PER_RETAILER]
    return {
        "nordstad": home[0::2],
        "brightwell": home[1::2],
        "lindhaus": ranked["abroad"][:STORES_PER_RETAILER],
    }


def select(rows: Sequence[RawRow], stores: Mapping[str, Sequence[str]]) -> list[RawRow]:
    """All C-rows of these customers, and all their sales of items that any store of the same retailer returned."""
    retailer_of = {customer: retailer for retailer, customers in stores.items() for customer in customers}
    returned: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.is_return and row.customer in retailer_of:
            returned[retailer_of[row.customer]].add(row.item)
    return [
        row
        for row in rows
        if (retailer := retailer_of.get(row.customer)) and (row.is_return or row.item in returned[retailer])
    ]


def write_extract(header: str, rows: Iterable[RawRow], path: Path = EXTRACT) -> str:
    """Write the header and rows, compressed without a time of its own, and answer the file's sha256."""
    text = header + "".join(row.text for row in rows)
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))
    return sha256(path.read_bytes()).hexdigest()


def write_stores(stores: Mapping[str, Sequence[str]], path: Path = STORES) -> None:
    """Write which customer plays which store: columns retailer, store, customer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["retailer", "store", "customer"])
        for retailer, customers in stores.items():
            for number, customer in enumerate(customers, FIRST_STORE[retailer]):
                table.writerow([retailer, f"{number:04d}", customer])


def _raw_row(line: str) -> RawRow | None:
    """The row if it counts: goods, a known customer, sold or on a C-document."""
    invoice, stock_code, _, quantity, at, _, customer, country = next(csv.reader([line]))
    units = int(quantity)
    if not _GOODS.match(stock_code) or not customer or (units <= 0 and not invoice.startswith("C")):
        return None
    return RawRow(line, invoice, stock_code.upper(), units, at, customer, country)


def _ranked_customers(rows: Sequence[RawRow]) -> dict[str, list[str]]:
    """Customers with enough C-documents, at home and abroad; ties go by all C-rows, then by the customer's number."""
    first_sale: dict[tuple[str, str], str] = {}
    placeable, returned = Counter[str](), Counter[str]()
    documents: dict[str, set[str]] = defaultdict(set)
    country: dict[str, str] = {}
    for row in rows:
        if not row.is_return:
            first_sale.setdefault((row.customer, row.item), row.at)
            continue
        country.setdefault(row.customer, "home" if row.country == _HOME else "abroad")
        documents[row.customer].add(row.invoice)
        returned[row.customer] += 1
        placeable[row.customer] += first_sale.get((row.customer, row.item), "9999") <= row.at
    ranked = sorted(documents, key=lambda customer: (-placeable[customer], -returned[customer], customer))
    return {
        where: [c for c in ranked if country[c] == where and len(documents[c]) >= least]
        for where, least in C_DOCUMENTS_MIN.items()
    }


def main(path: Path) -> None:
    """Make the extract from the full file and say what it holds."""
    header, rows = read_goods(path)
    stores = choose_stores(rows)
    chosen = select(rows, stores)
    digest = write_extract(header, chosen)
    write_stores(stores)
    returns = sum(row.is_return for row in chosen)
    print(f"{len(chosen)} rows, {returns} of them returns; {EXTRACT.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
