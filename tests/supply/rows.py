"""Rows as an ERP tells them, valid as they are; one keyword spoils or changes one."""

from typing import Any

PLATE, BOWL = "9522234400018", "9522132300021"
Row = dict[str, Any]


def item(gtin: str = PLATE, **changed: str | None) -> Row:
    return {"gtin": gtin, "vendor_item": "22344", "description": "PLATE, BLUE"} | changed


def order(number: str = "SO-1", **changed: str | None) -> Row:
    row = {
        "order": number, "ordered_on": "2026-01-05", "retailer": "nordstad", "po_number": "PO-1", "po_line": "1",
        "gtin": PLATE, "units": "10", "unit_price": "2.50", "currency": "GBP", "changed_at": "1",
    }  # fmt: skip
    return row | changed


def shipment(number: str = "DA-1", **changed: str | None) -> Row:
    row = {
        "shipment": number, "shipped_on": "2026-01-06", "po_number": "PO-1", "po_line": "1",
        "carton": "095200000000051105", "gtin": PLATE, "units": "10", "changed_at": "1",
    }  # fmt: skip
    return row | changed


def invoice(number: str = "INV-1", line: str = "1", **changed: str | None) -> Row:
    row = {
        "company": "WR01", "retailer": "nordstad", "invoice_number": number, "invoice_line": line,
        "po_number": "PO-1", "po_line": "1", "sold_on": "2026-01-07", "gtin": PLATE, "vendor_item": "22344",
        "description": "PLATE, BLUE", "units": "10", "unit_price": "2.50", "net": "25.00", "tax": "5.00",
        "tax_category": "S", "tax_rate": "20", "currency": "GBP",
    }  # fmt: skip
    return row | changed


BUILD = {"items": item, "orders": order, "shipments": shipment, "invoices": invoice}
