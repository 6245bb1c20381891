"""Open this when a test of Odoo needs something sold: companies, customers, items, invoices."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.port import Papers
from tests.erp.doubles.odoo import KEY, LINE, MOVE, OdooDouble

COMPANY = "Wickham & Rowe Ltd"
CODES = {"nordstad": "C-1017", "lindhaus": "C-1018"}
ITEMS = {"COAT-38": "9520000000011", "COAT-40": "9520000000028", "SCARF": "9520000000035"}
_RATES = {"20%": 20, "5%": 5, "0%": 0}


def wickham(**changed: Any) -> OdooDouble:
    """A database with invoice INV-1001 of 2 March 2026: two lines of ten coats at 33.33, taxed 20 %."""
    odoo = OdooDouble(**changed)
    odoo.records.begin()
    make = odoo.records.insert
    for name in ("GBP", "EUR", "SEK", "JPY"):
        make("res.currency", {"name": name, "active": True, "decimal_places": 0 if name == "JPY" else 2})
    make("decimal.precision", {"name": "Product Price", "digits": 2})
    company(odoo, COMPANY)
    make("res.users", {"login": "backhaul", "name": "Backhaul", "company_ids": (1,)})
    for retailer, code in CODES.items():
        main = make("res.partner", {"name": retailer.title(), "ref": code, "active": True})
        odoo.records.update("res.partner", main, {"commercial_partner_id": main})
        make("res.partner", {"name": f"{retailer.title()}, accounts", "parent_id": main, "commercial_partner_id": main})
    make("uom.uom", {"name": "Units"})
    make("uom.uom", {"name": "Dozens"})
    for code, gtin in ITEMS.items():
        template = make("product.template", {"name": code.title(), "active": True})
        make("product.product", {"name": code.title(), "product_tmpl_id": template, "default_code": code,
                                 "barcode": gtin, "uom_id": 1, "active": True, "type": "consu"})  # fmt: skip
    sold(odoo, "INV-1001", [{}, {}])
    return odoo


def company(odoo: OdooDouble, name: str) -> int:
    """A company in pounds, with a sale journal, an income account and taxes of its own."""
    make = odoo.records.insert
    made = make("res.company", {"name": name, "currency_id": 1, "tax_calculation_rounding_method": "round_per_line"})
    make("account.journal", {"name": "Sales", "code": "INV", "type": "sale", "company_id": made,
                             "refund_sequence": True, "active": True})  # fmt: skip
    make("account.account", {"name": "Sales", "code": "400000", "account_type": "income"})
    for rate, amount in _RATES.items():
        group = make("account.tax.group", {"name": f"VAT {rate}"})
        make("account.tax", {"name": rate, "amount_type": "percent", "amount": amount, "type_tax_use": "sale",
                             "tax_group_id": group, "company_id": made, "active": True,
                             "ubl_cii_tax_category_code": "S" if amount else "Z"})  # fmt: skip
    return made


def sold(
    odoo: OdooDouble, number: str, lines: list[Mapping[str, Any]], day: date = date(2026, 3, 2), **head: Any
) -> int:
    """A posted invoice of this number; a line says what it has beside ten coats at 33.33, taxed 20 %."""
    given = {"product_id": 1, "product_uom_id": 1, "account_id": 1, "name": "Wool coat", "quantity": 10,
             "price_unit": 33.33, "tax_ids": [[6, 0, [1]]]}  # fmt: skip
    move = odoo.moves.create({
        "move_type": "out_invoice", "partner_id": 2, "journal_id": 1, "invoice_date": day.isoformat(),
        "currency_id": 1, "invoice_line_ids": [[0, 0, {**given, "sequence": 10, **line}] for line in lines], **head,
    })  # fmt: skip
    odoo.records.update(MOVE, move, {"name": number})
    odoo.moves.action_post(move)
    return move


def item(odoo: OdooDouble, number: int, **changed: Any) -> int:
    """A coat with a barcode of its own, blue, size 38."""
    make = odoo.records.insert
    template = make("product.template", {"name": f"Coat {number}", "active": True})
    values = []
    for attribute, value in (("Color", "Blue"), ("Size", "38")):
        of = make("product.attribute", {"name": attribute})
        values.append(make("product.template.attribute.value", {"name": value, "attribute_id": of}))
    return make("product.product", {
        "name": f"Coat {number}", "product_tmpl_id": template, "default_code": f"C-{number}", "uom_id": 1,
        "barcode": f"95200001{number:04}{_check_digit(f'95200001{number:04}')}", "active": True,
        "product_template_attribute_value_ids": tuple(values), **changed,
    })  # fmt: skip


def order(odoo: OdooDouble, number: int, **changed: Any) -> int:
    """A confirmed sales order of two lines: ten coats and four, under the retailer's own number."""
    make = odoo.records.insert
    made = make("sale.order", {
        "name": f"S{number:05}", "state": "sale", "partner_id": 2, "partner_shipping_id": 2, "company_id": 1,
        "client_order_ref": f"PO-{number}", "date_order": datetime(2026, 2, 20, 8, tzinfo=UTC), "currency_id": 1,
        **changed,
    })  # fmt: skip
    for product, quantity in ((1, 10), (2, 4)):
        make("sale.order.line", {"order_id": made, "sequence": 10, "name": "Wool coat", "product_id": product,
                                 "product_uom_id": 1, "product_uom_qty": quantity, "price_unit": 33.33,
                                 "discount": 10.0})  # fmt: skip
    return made


def shipment(odoo: OdooDouble, number: int, **changed: Any) -> int:
    """A delivery that left: ten coats in a carton with an SSCC, four in none."""
    make = odoo.records.insert
    made = make("stock.picking", {
        "name": f"WH/OUT/{number:05}", "state": "done", "picking_type_code": "outgoing", "partner_id": 2,
        "company_id": 1, "date_done": datetime(2026, 3, 1, 15, tzinfo=UTC), **changed,
    })  # fmt: skip
    carton = make("stock.package", {"name": f"09520000{number:09}{_check_digit(f'09520000{number:09}')}"})
    for product, quantity, package in ((1, 10, carton), (2, 4, None)):
        make("stock.move.line", {"picking_id": made, "product_id": product, "product_uom_id": 1, "quantity": quantity,
                                 "result_package_id": package, "state": "done"})  # fmt: skip
    return made


SALES: Mapping[str, Callable[..., int]] = {"items": item, "orders": order, "shipments": shipment}


def _check_digit(digits: str) -> int:
    return -sum(int(one) * (3 if place % 2 == 0 else 1) for place, one in enumerate(reversed(digits))) % 10


def settings(folder: Path, **changed: Any) -> OdooSettings:
    """How the adapter reaches it."""
    key = folder / "odoo-key"
    with suppress(FileExistsError):
        key.touch(0o600, exist_ok=False)
    key.write_text(KEY)
    given: dict[str, Any] = {
        "kind": "odoo", "url": "https://wickham.example.com", "key_file": key, "companies": {"WR01": COMPANY},
        "customers": CODES, "requests_per_second": 100_000, "longest_request_seconds": 5,
    }  # fmt: skip
    return OdooSettings.model_validate(given | changed)


def erp_of(
    odoo: Callable[[httpx.Request], httpx.Response], folder: Path, papers: Papers | None = None, **changed: Any
) -> OdooErp:
    """The adapter, in-process: requests go to the double (or to who stands before it) without a socket."""
    return OdooErp(settings(folder, **changed), transport=httpx.MockTransport(odoo), papers=papers)


__all__ = ["LINE", "MOVE", "SALES", "company", "erp_of", "item", "order", "settings", "shipment", "sold", "wickham"]
