"""Open this when you ask what is stored of orders, shipments, bills, deductions and answers: one table for each.

Their lines are kept as the partner said them, beside their documents. Ship notices tell what was packed in a carton;
orders, bills and answers tell retailers' item numbers, and answers substitutes.
"""

from datetime import date
from types import MappingProxyType

from sqlmodel import Field, SQLModel

import schemas.naming  # noqa: F401  (names of constraints, before the first table)


class OrderLine(SQLModel, table=True):
    """A line of an order, or of its change, as the retailer said it."""

    __tablename__ = "order_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    po_number: str | None = Field(None, index=True)
    po_line: str | None = None
    action: str | None = None
    store: str | None = None
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    description: str | None = None
    component_gtin: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    unit_price: str | None = None
    currency: str | None = None
    requested_on: date | None = None


class ShipmentLine(SQLModel, table=True):
    """A line of a ship notice: what was sent, in which carton."""

    __tablename__ = "shipment_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    store: str | None = None
    po_number: str | None = Field(None, index=True)
    po_line: str | None = None
    invoice_number: str | None = None
    delivery_note: str | None = Field(None, index=True)
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    carton: str | None = Field(None, index=True)
    lot: str | None = None
    shipped_on: date | None = None


class BillingLine(SQLModel, table=True):
    """A line of an invoice or credit note that came as a message; what our ERP invoiced is an invoice line."""

    __tablename__ = "billing_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    bill: str | None = None
    invoice_number: str | None = Field(None, index=True)
    invoice_line: str | None = None
    corrects: str | None = None
    retailer: str | None = None
    store: str | None = None
    po_number: str | None = Field(None, index=True)
    po_line: str | None = None
    delivery_note: str | None = None
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    description: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    unit_price: str | None = None
    net_minor: int | None = None
    tax_minor: int | None = None
    tax_rate: str | None = None
    currency: str | None = None
    invoiced_on: date | None = None


class DeductionLine(SQLModel, table=True):
    """An amount that a retailer takes from, or adds to, what it pays."""

    __tablename__ = "deduction_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    reference: str | None = None
    invoice_number: str | None = Field(None, index=True)
    po_number: str | None = Field(None, index=True)
    return_number: str | None = Field(None, index=True)
    store: str | None = None
    reason: str | None = None
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    unit_price: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    paid_on: date | None = None


class AnswerLine(SQLModel, table=True):
    """A line of an answer to a request or an order."""

    __tablename__ = "answer_line"
    document: str = Field(primary_key=True, foreign_key="document.document")
    line_no: int = Field(primary_key=True)
    file: str
    offset: int
    length: int
    request_number: str | None = Field(None, index=True)
    authorisation: str | None = None
    verdict: str | None = None
    po_number: str | None = Field(None, index=True)
    po_line: str | None = None
    invoice_number: str | None = None
    store: str | None = None
    gtin: str | None = None
    vendor_item: str | None = None
    buyer_item: str | None = None
    ordered_gtin: str | None = None
    quantity_raw: str | None = None
    unit_raw: str | None = None
    units: int | None = None
    disposition: str | None = None
    reason: str | None = None


# Where the lines of each of these kinds are stored.
STORED = MappingProxyType({
    "order": "order_line", "shipment": "shipment_line", "invoice": "billing_line", "deduction": "deduction_line",
    "answer": "answer_line",
})  # fmt: skip
