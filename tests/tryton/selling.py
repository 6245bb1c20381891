"""A clerk at work in the Tryton of the tests: sells, ships, posts and cancels, as people do there."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.erp.supply import Supply
from connectors.erp.tryton.adapter import connect, known_companies
from connectors.erp.tryton.supply import TrytonSupply
from connectors.erp.tryton.wire import Record, sent
from schemas.supply import SupplyKind
from tests.tryton.server import KEY, Server

ON = date(2026, 3, 20)


class Clerk:
    """The bench of a real Tryton: one database, in which documents are made over its REST interface."""

    kinds: tuple[SupplyKind, ...] = ("items", "orders", "invoices", "shipments")
    can_change: tuple[SupplyKind, ...] = ("orders",)
    can_cancel: tuple[SupplyKind, ...] = ("orders", "invoices", "shipments")

    def __init__(self, server: Server, **changed: object) -> None:
        key_file = server.key_file.with_name("key-of-the-clerk")
        key_file.touch(0o600)
        key_file.write_text(f"{KEY}-of-the-clerk\n")
        self.settings = server.settings(longest_request_seconds=1, **changed)
        self._client, self.wire = connect(self.settings.model_copy(update={"key_file": key_file}))
        (self._company,) = known_companies(self.wire).values()
        self._made: dict[tuple[SupplyKind, int], int] = {}
        self.wire.write("company.company", self._company, {"cancel_invoice_out": True})

    def close(self) -> None:
        self._client.close()

    def supply(self) -> Supply:
        return TrytonSupply(self.settings)

    def make(self, kind: SupplyKind, number: int) -> None:
        makers = {"items": self._item, "orders": self._order, "invoices": self._invoice, "shipments": self._shipment}
        self._made[kind, number] = makers[kind](number)

    def change(self, kind: SupplyKind, number: int) -> None:
        sale = self._made[kind, number]
        (record,) = self.wire.search("sale.sale", [["id", "=", sale]], ["lines.id"])
        self.wire.act("sale.sale", sale, "draft")
        line = min(one["id"] for one in record["lines"])
        self.wire.write("sale.line", line, {"quantity": 9.0})
        self._confirm(sale)

    def cancel(self, kind: SupplyKind, number: int) -> None:
        model = {"orders": "sale.sale", "invoices": "account.invoice", "shipments": "stock.shipment.out"}[kind]
        if kind == "orders":
            self.wire.act(model, self._made[kind, number], "draft")
        self.wire.act(model, self._made[kind, number], "cancel")

    def _item(self, number: int) -> int:
        unit = self._one("product.uom", ["symbol", "=", "u"])
        product = {"suffix_code": f"N-{number}", "identifiers": [["create", [{"type": "ean", "code": _gtin(number)}]]]}
        template = {
            "name": f"Article {number}",
            "default_uom": unit,
            "type": "goods",
            "products": [["create", [product]]],
        }
        return self.wire.create("product.template", template)

    def _order(self, number: int) -> int:
        customer = self._customer()
        address = customer["addresses"][0]["id"]
        values = {
            "party": customer["id"], "invoice_address": address, "shipment_address": address,
            "reference": f"PO-{number}",
            "currency": self._one("currency.currency", ["code", "=", "GBP"]), "company": self._company,
            "lines": [["create", [self._sold(code, 10.0) for code in ("COAT-38", "SCARF-1")]]],
        }  # fmt: skip
        sale = self.wire.create("sale.sale", values)
        self._confirm(sale)
        return sale

    def _confirm(self, sale: int) -> None:
        for word in ("quote", "confirm"):
            self.wire.act("sale.sale", sale, word)

    def _sold(self, code: str, quantity: float) -> Mapping[str, Any]:
        product, unit = self._product(code)
        return {"type": "line", "product": product, "unit": unit, "quantity": quantity, "unit_price": Decimal("12.5")}

    def _invoice(self, number: int) -> int:
        original = self._one("account.invoice", ["number", "=", "INV-1002"])
        path = f"{self.wire._models}account.invoice/{original}/copy"
        (copied,) = self.wire._client.change("POST", path, sent({}), self.wire._headers)
        copied = copied["id"] if isinstance(copied, dict) else copied
        self.wire.write("account.invoice", copied, {"invoice_date": ON})
        self.wire.act("account.invoice", copied, "post")
        return int(copied)

    def _shipment(self, number: int) -> int:
        sale = self._order(number)
        self.wire.act("sale.sale", sale, "process")
        (record,) = self.wire.search("sale.sale", [["id", "=", sale]], ["shipments.id"])
        shipment = int(record["shipments"][0]["id"])
        for word in ("assign_force", "pick", "pack"):
            self.wire.act("stock.shipment.out", shipment, word)
        return shipment

    def _customer(self) -> Record:
        (found,) = self.wire.search("party.party", [["code", "=", "NORDSTAD"]], ["addresses.id"])
        return found

    def _product(self, code: str) -> tuple[int, int]:
        (found,) = self.wire.search("product.product", [["code", "=", code]], ["template.default_uom.id"])
        return found["id"], found["template"]["default_uom"]["id"]

    def _one(self, model: str, *domain: list[Any]) -> int:
        return int(self.wire.search(model, list(domain), ["id"])[0]["id"])


def _gtin(number: int) -> str:
    """A GTIN-13 of its own, with its check digit."""
    digits = f"952002{number:06d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
