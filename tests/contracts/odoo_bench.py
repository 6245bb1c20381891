"""The supply of Odoo under contract: documents are made and changed in its double as people do in Odoo."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.erp.odoo.supply import OdooSupply
from schemas.supply import SUPPLY_KINDS, SupplyKind
from tests.erp.doubles.odoo import MOVE, OdooDouble
from tests.erp.doubles.odoo_world import SALES, settings, sold, wickham


class OdooBench:
    """A database whose clock goes on by a minute with everything that somebody does, and pages of two documents."""

    kinds: tuple[SupplyKind, ...] = SUPPLY_KINDS
    can_change: tuple[SupplyKind, ...] = ("items", "orders", "shipments")
    can_cancel: tuple[SupplyKind, ...] = ("orders", "invoices")

    def __init__(self, folder: Path) -> None:
        self._settings = settings(folder)
        self._time = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
        self.odoo: OdooDouble = wickham(now=lambda: self._time)
        self._made: dict[tuple[SupplyKind, int], int] = {}

    def supply(self) -> OdooSupply:
        """The supply, opened anew."""
        return OdooSupply(self._settings, transport=httpx.MockTransport(self.odoo), page_documents=2)

    def make(self, kind: SupplyKind, number: int) -> None:
        """A document of two lines (an item: one)."""
        self._later()
        if kind == "invoices":
            made = sold(self.odoo, f"INV-{2000 + number}", [{}, {"product_id": 2}])
        else:
            made = SALES[kind](self.odoo, number)
        self._made[kind, number] = made

    def change(self, kind: SupplyKind, number: int) -> None:
        """Another quantity in its first line (an item: another description)."""
        self._later()
        made = self._made[kind, number]
        if kind == "items":
            self.odoo.records.update("product.product", made, {"name": "Wool coat, green"})
            return
        lines = {"orders": ("sale.order.line", "order_id", "product_uom_qty"),
                 "shipments": ("stock.move.line", "picking_id", "quantity")}  # fmt: skip
        model, parent, quantity = lines[kind]
        rows: list[dict[str, Any]] = [one for one in self.odoo.records.tables[model].values() if one[parent] == made]
        self.odoo.records.update(model, rows[0]["id"], {quantity: 9})

    def cancel(self, kind: SupplyKind, number: int) -> None:
        """Cancel it, an invoice after it was posted."""
        self._later()
        made = self._made[kind, number]
        if kind == "invoices":
            self.odoo.moves.button_cancel(made)
        else:
            self.odoo.records.update("sale.order", made, {"state": "cancel"})

    def invoice_is(self, number: int) -> dict[str, Any]:
        """The row of an invoice that was made."""
        return self.odoo.records.row(MOVE, self._made["invoices", number])

    def _later(self) -> None:
        self._time += timedelta(minutes=1)
        self.odoo.records.begin()
