"""Small worlds of claims and sales for the tests of the split: rows that are valid, one keyword to spoil."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from pipelines.steps.split import Split, split
from schemas.partners import Policy
from schemas.tables import CLAIMS, SUPPLY

Row = dict[str, Any]

LAMP = "09520000000011"
START = date(2025, 1, 1)
_TEXTS, _NUMBERS = ("return_line", "file", "document"), ("offset", "length", "line_no")
PLACES = pa.schema([*((name, pa.string()) for name in _TEXTS), *((name, pa.int64()) for name in _NUMBERS)])


@dataclass(frozen=True, slots=True)
class World:
    """What comes back, what was sold, and what was agreed about it."""

    claims: list[Row]
    sales: list[Row]
    policy: Policy

    def split(self) -> Split:
        """What the engine makes of it."""
        claims, supply = claims_table(self.claims), supply_table(self.sales)
        return split(claims, supply, self.policy, places_table(self.claims))


def day(n: int) -> date:
    return START + timedelta(days=n)


def claim(line: int = 1, units: int = 1, **stated: Any) -> dict[str, Any]:
    """A claim of the lamp, returned on day 100."""
    number = stated.pop("number", "R1")
    row = {
        "return_line": f"nordstad/{number}/{line}", "return_id": f"nordstad/{number}", "retailer": "nordstad",
        "store": None, "gtin": LAMP, "units": units, "returned_on": day(100),
    }  # fmt: skip
    return row | stated


def sale(invoice: str = "I1", units: int = 10, **spoil: Any) -> dict[str, Any]:
    """Ten lamps at 10.00 to store 1, on day 10."""
    row = {
        "invoice_line": f"WR01/{invoice}/1", "company": "WR01", "retailer": "nordstad", "store": "1", "gtin": LAMP,
        "invoice_number": invoice, "po_number": None, "po_line": None, "sold_on": day(10), "unit_price": "10.00",
        "currency": "GBP", "units": units, "net_minor": units * 1000, "tax_minor": units * 200,
        "units_taken": 0, "net_taken": 0, "tax_taken": 0,
    }  # fmt: skip
    return row | spoil


def claims_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=CLAIMS)


def supply_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SUPPLY)


def places_table(claims: Iterable[dict[str, Any]]) -> pa.Table:
    rows = [
        {
            "return_line": row["return_line"], "file": "f" * 64, "offset": 100 * n, "length": 50, "document": "d-1",
            "line_no": int(row["return_line"].rpartition("/")[2]),
        }
        for n, row in enumerate(sorted(claims, key=lambda row: row["return_line"]))
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PLACES)
