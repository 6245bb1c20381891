"""What persons sell in the double of Business Central: documents that the supply reads, made, changed, cancelled."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from connectors.erp.business_central.supply import BusinessCentralSupply
from mappings.functions.identifiers import with_check_digit
from schemas.supply import SUPPLY_KINDS, SupplyKind
from tests.erp.doubles.business_central import BusinessCentral
from tests.erp.doubles.business_central_books import Record
from tests.erp.doubles.business_central_wickham import CUSTOMER, settings, wickham
from tests.work.intent_book import Clock

GTIN = "09520000000011"
_ENTITIES: dict[SupplyKind, str] = {
    "items": "items", "orders": "salesOrders", "invoices": "salesInvoices", "shipments": "salesShipments",
}  # fmt: skip


def made(central: BusinessCentral, kind: SupplyKind, number: int, lines: int = 2, **values: Any) -> Record:
    """A released order, a shipment or a posted invoice of coats, of this number; or an item."""
    if kind == "items":
        return central.books.add(
            kind, number=f"HAT-{number}", gtin=with_check_digit(f"952000{number:06}"), displayName="Hat", **values
        )
    if kind == "invoices":
        rows = [{"item": "COAT-38", "quantity": 3, "net": "100.00"} for _ in range(lines)]
        given = {"externalDocumentNumber": "PO-7", "orderNumber": "S-7", **values}
        return central.books.sold(f"PS-INV{number:04}", CUSTOMER, date(2026, 3, 2), rows, **given)
    line = {"lineType": "Item", "lineObjectNumber": "COAT-38", "quantity": Decimal(5), "unitOfMeasureCode": "PCS"}
    document = {"number": f"D{number:04}", "customerNumber": CUSTOMER, "externalDocumentNumber": "PO-7"}
    if kind == "shipments":
        return central.books.add(_ENTITIES[kind], [line] * lines, **{**document, "postingDate": "2026-03-02", **values})
    total = {"totalAmountExcludingTax": Decimal(50 * lines), "currencyCode": "GBP"}
    given = {**document, **total, "orderDate": "2026-03-01", "status": "Open", **values}
    return central.books.add(_ENTITIES[kind], [line | {"netAmount": Decimal(50)}] * lines, **given)


def coats(now: Callable[[], datetime], **given: Any) -> BusinessCentral:
    """A Business Central that sold nothing yet, and knows a coat."""
    central = wickham(now, requests=[], **given)
    central.books.add("items", number="COAT-38", gtin=GTIN, displayName="Wool coat", baseUnitOfMeasureCode="PCS")
    return central


class BusinessCentralBench:
    """The bench of the supply's contract. Posted shipments do not change; orders are deleted, and nobody is told."""

    kinds = SUPPLY_KINDS
    can_change: tuple[SupplyKind, ...] = ("items", "orders")
    can_cancel: tuple[SupplyKind, ...] = ("invoices",)

    def __init__(self) -> None:
        self._clock = Clock()
        self._central = coats(self._clock)
        self._made: dict[tuple[SupplyKind, int], Record] = {}

    def supply(self) -> BusinessCentralSupply:
        """The supply, opened anew."""
        return BusinessCentralSupply(settings(page_documents=2), transport=httpx.MockTransport(self._central))

    def make(self, kind: SupplyKind, number: int) -> None:
        """A document of two lines (an item: one)."""
        self._made[kind, number] = made(self._central, kind, number)
        self._clock.moment += timedelta(seconds=1)

    def change(self, kind: SupplyKind, number: int) -> None:
        """Another quantity in its first line (an item: another name)."""
        record = self._made[kind, number]
        if kind == "items":
            self._central.books.touch(record, displayName="Hat, green")
            return
        record["salesOrderLines"][0]["quantity"] = Decimal(9)
        self._central.books.touch(record)

    def cancel(self, kind: SupplyKind, number: int) -> None:
        """Cancel a posted invoice."""
        self._central.books.touch(self._made[kind, number], status="Canceled")
