"""Open this when a test of Odoo needs something sold: companies, customers, items, invoices."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.odoo.settings import OdooSettings
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


def erp_of(odoo: OdooDouble, folder: Path, **changed: Any) -> OdooErp:
    """The adapter, in-process: requests go to the double without a socket."""
    return OdooErp(settings(folder, **changed), transport=httpx.MockTransport(odoo))


__all__ = ["LINE", "MOVE", "company", "erp_of", "settings", "sold", "wickham"]
