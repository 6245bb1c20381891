"""Open this when you ask what an ERP tells us of what was sold: the columns of its pages and export files, as data.

All of them are text, as the ERP says it; a mapping of the ERP's partner folder (``mappings/standards/supply``) makes
canonical lines of it, and a finding of each value that it cannot use. So a bad row of an ERP holds itself alone, and
every amount can be followed to the bytes of its page.

Numbers are plain decimals with a point (``-12.50``; no thousands, no exponent), days are ``YYYY-MM-DD``, currencies
ISO 4217. Empty and null are the same: not said.
"""

from types import MappingProxyType
from typing import Literal, NamedTuple

import pyarrow as pa

SupplyKind = Literal["items", "orders", "shipments", "invoices"]
# In the order in which they are read: items are named before they are sold, and what is sold before what was sent.
SUPPLY_KINDS: tuple[SupplyKind, ...] = ("items", "orders", "invoices", "shipments")
CANCELLED = "cancelled"


class Said(NamedTuple):
    """A column: its name, whether a row is of no use without it, and what it holds."""

    name: str
    needed: bool
    means: str


_ITEM = Said("gtin", False, "GTIN of 8 to 14 digits")
_OURS = Said("vendor_item", False, "our item number; a row needs this or the GTIN")
_STATE = Said("state", False, "`cancelled` when the whole document is taken back; else empty")
_CHANGED = Said(
    "changed_at", False, "the ERP's moment or number of this version, as it writes it; each version its own"
)
_UNITS = Said("units", True, "whole number of the item's base unit")

SUPPLY_COLUMNS = MappingProxyType({
    "items": (
        Said("gtin", True, "GTIN of 8 to 14 digits"),
        Said("vendor_item", False, "our item number"),
        Said("description", False, "the item's name, one line"),
        Said("style", False, "style or model"), Said("colour", False, "colour"), Said("size", False, "size"),
        Said("retailer", False, "partner id of whose number `buyer_item` is; empty: everybody's"),
        Said("buyer_item", False, "a retailer's number of the item; a row for each"),
        Said("replaces_gtin", False, "an item in whose place this one is shipped"),
        Said("component_gtin", False, "an item that this case or assortment holds; a row for each"),
        Said("component_units", False, "how many of the component one of it holds"),
    ),
    "orders": (
        Said("order", True, "the ERP's own number of the order: it names the document"),
        Said("ordered_on", False, "day of the order"),
        Said("retailer", False, "partner id of the customer"),
        Said("store", False, "the retailer's number of the shop"),
        Said("po_number", False, "the retailer's purchase order"), Said("po_line", False, "its line"),
        _ITEM, _OURS, Said("buyer_item", False, "the retailer's item number"),
        Said("description", False, "text of the line, one line"),
        _UNITS, Said("unit_price", False, "net price of one base unit, after discounts"),
        Said("currency", False, "of the price"),
        Said("requested_on", False, "day the goods are wanted"),
        _STATE, _CHANGED,
    ),
    "shipments": (
        Said("shipment", True, "the ERP's own number of the shipment: it names the document"),
        Said("shipped_on", False, "day the goods left"),
        Said("delivered_on", False, "day the retailer got them, or will; empty where the ERP does not know it"),
        Said("store", False, "the retailer's number of the shop they went to"),
        Said("carton", False, "SSCC or another label; a row for each carton"),
        Said("po_number", False, "the retailer's purchase order"), Said("po_line", False, "its line"),
        Said("invoice_number", False, "the invoice of these units, where it is known"),
        Said("delivery_note", False, "the number that travelled with the goods, where it is another one"),
        _ITEM, _OURS, _UNITS, Said("lot", False, "lot or serial number"),
        _STATE, _CHANGED,
    ),
    "invoices": (
        Said("company", True, "our selling entity, as under `companies:` of the settings"),
        Said("retailer", True, "partner id of the customer"),
        Said("store", False, "the retailer's number of the shop"),
        Said("invoice_number", True, "the posted invoice's number"),
        Said("invoice_line", True, "the line's number in it; it never changes, and stands once in the invoice"),
        Said("po_number", False, "the retailer's purchase order"), Said("po_line", False, "its line"),
        Said("delivery_note", False, "the shipment's number as the retailer knows it"),
        Said("sold_on", True, "the invoice's day"),
        Said("gtin", True, "GTIN of 8 to 14 digits"), Said("vendor_item", False, "our item number"),
        Said("description", False, "text of the line, one line"),
        Said("units", True, "whole number of the item's base unit, more than 0"),
        Said("unit_price", True, "net price of one base unit after the line's discounts, with all its decimals"),
        Said("net", True, "the line's total without tax, as invoiced, in units of the currency (61.20)"),
        Said("tax", True, "the line's part of the invoice's tax; the parts of an invoice add up to it to the cent"),
        Said("tax_category", True, "EN 16931 VAT category: S, Z, E, AE, K, G or O"),
        Said("tax_rate", True, "per cent: 20"),
        Said("currency", True, "of net, tax and price"),
        _STATE,
    ),
})  # fmt: skip

SUPPLY_PAGES = MappingProxyType({
    kind: pa.schema([pa.field(one.name, pa.string(), metadata={"note": one.means}) for one in columns])
    for kind, columns in SUPPLY_COLUMNS.items()
})  # fmt: skip
# What names the document that a row belongs to: its rows stand together, in one page.
DOCUMENT_OF = MappingProxyType({
    "items": ("gtin",), "orders": ("order",), "shipments": ("shipment",), "invoices": ("company", "invoice_number"),
})  # fmt: skip
