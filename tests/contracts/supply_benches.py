"""The supplies under contract, each with a way to make, change and cancel documents in what it reads.

A new ERP adds a bench: a class like ``MemoryBench`` and a line in ``BENCHES`` (with the marks that its server needs).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from connectors.erp.exports.adapter import ExportsSupply
from connectors.erp.exports.settings import ExportsSettings
from connectors.erp.supply import Supply, page_rows
from connectors.erp.supply_memory import MemorySupply
from schemas.supply import DOCUMENT_OF, SUPPLY_KINDS, SupplyKind
from tests.contracts.odoo_bench import OdooBench
from tests.erp.doubles.business_central_sold import BusinessCentralBench
from tests.supply.rows import BOWL, BUILD


class Bench(Protocol):
    """Something that is read, and how a test changes it. Documents are named by a number of the test's own."""

    kinds: tuple[SupplyKind, ...]  # that ``make`` can make
    can_change: tuple[SupplyKind, ...]
    can_cancel: tuple[SupplyKind, ...]

    def supply(self) -> Supply:
        """The supply, opened anew."""
        ...

    def make(self, kind: SupplyKind, number: int) -> None:
        """A document of two lines (an item: one); invoices are posted."""
        ...

    def change(self, kind: SupplyKind, number: int) -> None:
        """Another quantity in its first line (an item: another description)."""
        ...

    def cancel(self, kind: SupplyKind, number: int) -> None:
        """Cancel it, an invoice after it was posted."""
        ...


def told(kind: SupplyKind, number: int, **changed: str) -> list[dict[str, Any]]:
    """The rows of a test's document."""
    build: Callable[..., dict[str, Any]] = BUILD[kind]
    if kind == "items":
        return [build(f"952213230{number:04d}", **changed)]
    if kind == "invoices":
        return [build(f"N-{number}", "1", **changed), build(f"N-{number}", "2", gtin=BOWL, **changed)]
    return [build(f"N-{number}", **changed), build(f"N-{number}", **({"gtin": BOWL, "po_line": "2"} | changed))]


class MemoryBench:
    """The double."""

    kinds = SUPPLY_KINDS
    can_change: tuple[SupplyKind, ...] = ("items", "orders", "shipments")
    can_cancel: tuple[SupplyKind, ...] = ("orders", "shipments", "invoices")

    def __init__(self) -> None:
        self._supply = MemorySupply()
        self._versions = 0

    def supply(self) -> Supply:
        return self._supply

    def make(self, kind: SupplyKind, number: int) -> None:
        self._tell(kind, told(kind, number))

    def change(self, kind: SupplyKind, number: int) -> None:
        changed = {"description": "PLATE, GREEN"} if kind == "items" else {"units": "9"}
        self._tell(kind, [told(kind, number, **changed)[0], *told(kind, number)[1:]])

    def cancel(self, kind: SupplyKind, number: int) -> None:
        self._tell(kind, told(kind, number, state="cancelled"))

    def _tell(self, kind: SupplyKind, rows: list[dict[str, Any]]) -> None:
        self._versions += 1
        version = {"changed_at": str(self._versions)} if kind in ("orders", "shipments") else {}
        self.keep(kind, [row | version for row in rows])

    def keep(self, kind: SupplyKind, rows: list[dict[str, Any]]) -> None:
        self._supply.tell(kind, *rows)


class ExportsBench(MemoryBench):
    """A folder that gets a file for each change, CSV and Parquet by turns."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._settings = ExportsSettings.model_validate(
            {"kind": "exports", "folder": folder, "arrival": {"rule": "rename"}, "page_rows": 3}
        )

    def supply(self) -> Supply:
        return ExportsSupply(self._folder, self._settings, lambda: datetime(2026, 3, 1, tzinfo=UTC))

    def keep(self, kind: SupplyKind, rows: list[dict[str, Any]]) -> None:
        table = page_rows(kind, rows)
        path = self._folder / f"{kind}-{self._versions:04d}"
        if self._versions % 2:
            pa.csv.write_csv(table, path.with_suffix(".csv"))
        else:
            pa.parquet.write_table(table, path.with_suffix(".parquet"))


@contextmanager
def _memory(folder: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield MemoryBench()


@contextmanager
def _exports(folder: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield ExportsBench(folder)


@contextmanager
def _tryton(folder: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    from tests.tryton.selling import Clerk

    clerk = Clerk(request.getfixturevalue("tryton"))
    try:
        yield clerk
    finally:
        clerk.close()


@contextmanager
def _odoo(folder: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield OdooBench(folder)


@contextmanager
def _business_central(folder: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield BusinessCentralBench()


BENCHES = [
    pytest.param(_memory, id="memory"),
    pytest.param(_exports, id="exports"),
    pytest.param(_tryton, id="tryton", marks=pytest.mark.tryton),
    pytest.param(_odoo, id="odoo"),
    pytest.param(_business_central, id="business_central"),
]

__all__ = ["BENCHES", "DOCUMENT_OF", "Bench"]
