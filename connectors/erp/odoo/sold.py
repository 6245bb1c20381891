"""Open this when you ask what is read of Odoo's items, orders, invoices and shipments, and what it becomes.

``SOURCES`` says where each kind stands and which fields are read; a function for each kind makes rows of it
(schemas/supply.py). Texts are Odoo's own; what a row cannot say is left out, and told as a finding when it is mapped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from connectors.erp.odoo.settings import Look
from connectors.erp.odoo.wire import Domain, Record, id_of, name_of
from connectors.erp.supply import tax_shares
from schemas.money import exponent, to_decimal, to_minor
from schemas.supply import CANCELLED, SupplyKind

Row = dict[str, str | None]
Rows = Callable[["Read"], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind stands: the documents' model, its lines', and what tells that one of them changed."""

    model: str
    domain: Domain
    fields: tuple[str, ...]
    changes: tuple[str, ...]  # paths of times; a document comes again when one of them is later
    lines: str = ""
    parent: str = ""
    line_domain: Domain = ()
    line_fields: tuple[str, ...] = ()
    customer: str = ""  # the field that names the customer


SOURCES: Mapping[SupplyKind, Source] = MappingProxyType({
    "items": Source(
        model="product.product",
        domain=[["barcode", "!=", False]],
        fields=("name", "barcode", "default_code", "product_tmpl_id", "product_template_attribute_value_ids"),
        changes=("write_date", "product_tmpl_id.write_date"),
    ),
    "orders": Source(
        model="sale.order",
        domain=[["state", "in", ["sale", "cancel"]]],
        fields=(
            "name", "state", "partner_id", "partner_shipping_id", "client_order_ref", "date_order", "commitment_date",
            "currency_id", "write_date",
        ),
        changes=("write_date", "order_line.write_date"),
        lines="sale.order.line",
        parent="order_id",
        line_domain=[["display_type", "=", False], ["product_id", "!=", False]],
        line_fields=("product_id", "product_uom_id", "product_uom_qty", "name", "price_unit", "discount", "write_date"),
        customer="partner_id",
    ),
    "invoices": Source(
        model="account.move",
        domain=[
            ["move_type", "=", "out_invoice"],
            "|", ["state", "=", "posted"], "&", ["state", "=", "cancel"], ["posted_before", "=", True],
        ],
        fields=(
            "name", "state", "company_id", "partner_id", "partner_shipping_id", "invoice_date", "ref", "currency_id",
        ),
        changes=("write_date", "line_ids.write_date"),
        lines="account.move.line",
        parent="move_id",
        line_domain=[["display_type", "in", ["product", "tax"]]],
        line_fields=(
            "display_type", "product_id", "product_uom_id", "quantity", "name", "price_unit", "discount",
            "price_subtotal", "tax_ids", "tax_line_id", "amount_currency", "sale_line_ids",
        ),
        customer="partner_id",
    ),
    "shipments": Source(
        model="stock.picking",
        domain=[["picking_type_code", "=", "outgoing"], ["state", "=", "done"]],
        fields=("name", "partner_id", "date_done", "sale_id", "write_date"),
        changes=("write_date", "move_line_ids.write_date"),
        lines="stock.move.line",
        parent="picking_id",
        line_domain=[["quantity", ">", 0]],
        line_fields=("product_id", "product_uom_id", "quantity", "result_package_id", "lot_id", "write_date"),
        customer="partner_id",
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """What a page was read as: documents of our retailers, their lines, and what both point at."""

    heads: Sequence[Record]
    lines: Mapping[int, Sequence[Record]]  # by document, in the order in which it shows them
    retailers: Mapping[int, str]  # by document
    companies: Mapping[int, str]
    partners: Mapping[int, Record]
    products: Mapping[int, Record]
    taxes: Mapping[int, Record]
    orders: Mapping[int, Record]  # by id of a line that was ordered, or of the order
    values: Mapping[int, Record]  # of a product's attributes
    names: Mapping[Look, str]  # colour and size, as the database calls them
    categories: Mapping[str, str]  # EN 16931 category by a tax's name, where the settings say it
    packages: Mapping[int, Record]


def items(read: Read) -> Iterator[Row]:
    """A row for each item with a barcode."""
    for one in read.heads:
        values = [read.values[value] for value in one["product_template_attribute_value_ids"] if value in read.values]
        of = {name_of(value["attribute_id"]): str(value["name"]) for value in values}
        yield {
            "gtin": one["barcode"],
            "vendor_item": one["default_code"],
            "description": _line(one["name"]),
            "style": name_of(one["product_tmpl_id"]),
            "colour": of.get(read.names.get("colour", "")),
            "size": of.get(read.names.get("size", "")),
        }


def orders(read: Read) -> Iterator[Row]:
    """A row for each line of an order that names an item."""
    for head in read.heads:
        lines = read.lines.get(head["id"], ())
        changed = max(one["write_date"] for one in (head, *lines))
        for line in lines:
            yield {
                "order": head["name"],
                "ordered_on": _day(head["date_order"]),
                "retailer": read.retailers[head["id"]],
                "store": _store(read, head["partner_shipping_id"]),
                "po_number": head["client_order_ref"],
                **_item(read, line),
                "description": _line(line["name"]),
                "units": _units(read, line, "product_uom_qty"),
                "unit_price": _price(line),
                "currency": name_of(head["currency_id"]),
                "requested_on": _day(head["commitment_date"]),
                "state": CANCELLED if head["state"] == "cancel" else None,
                "changed_at": changed,
            }


def invoices(read: Read) -> Iterator[Row]:
    """A row for each line of a posted invoice that names an item, by its place among the invoice's lines."""
    for head in read.heads:
        lines = [line for line in read.lines.get(head["id"], ()) if line["display_type"] == "product"]
        taxes = _line_taxes(read.lines.get(head["id"], ()), name_of(head["currency_id"]))
        for place, line in enumerate(lines, 1):
            if line["product_id"] and line["quantity"] > 0:
                yield {
                    "company": read.companies[id_of(head["company_id"]) or 0],
                    "retailer": read.retailers[head["id"]],
                    "store": _store(read, head["partner_shipping_id"]),
                    "invoice_number": head["name"],
                    "invoice_line": str(place),
                    "po_number": _po_number(read, line) or head["ref"],
                    "sold_on": head["invoice_date"],
                    **_item(read, line),
                    "description": _line(line["name"]),
                    "units": _units(read, line, "quantity"),
                    "unit_price": _price(line),
                    **_amounts(read, line, taxes[line["id"]], name_of(head["currency_id"])),
                    "state": CANCELLED if head["state"] == "cancel" else None,
                }


def shipments(read: Read) -> Iterator[Row]:
    """A row for each item and package of a delivery that left."""
    for head in read.heads:
        lines = read.lines.get(head["id"], ())
        changed = max(one["write_date"] for one in (head, *lines))
        order = read.orders.get(id_of(head["sale_id"]) or 0)
        for line in lines:
            package = read.packages.get(id_of(line["result_package_id"]) or 0)
            yield {
                "shipment": head["name"],
                "shipped_on": _day(head["date_done"]),
                "store": _store(read, head["partner_id"]),
                "carton": package["name"] if package else None,
                "po_number": order["client_order_ref"] if order else None,
                **_item(read, line),
                "units": _units(read, line, "quantity"),
                "lot": name_of(line["lot_id"]) or None,
                "changed_at": changed,
            }


ROWS: Mapping[SupplyKind, Rows] = MappingProxyType({
    "items": items, "orders": orders, "invoices": invoices, "shipments": shipments,
})  # fmt: skip


def _line_taxes(lines: Sequence[Record], currency: str) -> dict[int, int]:
    """The tax of each line, minor units: each tax of the invoice shared out by net among the lines that bear it."""
    taxed = [line for line in lines if line["display_type"] == "product"]
    shares = dict.fromkeys((line["id"] for line in taxed), 0)
    whole: dict[int, int] = {}
    for line in lines:
        if line["display_type"] == "tax":
            tax = id_of(line["tax_line_id"]) or 0
            whole[tax] = whole.get(tax, 0) + to_minor(abs(Decimal(line["amount_currency"])), currency)
    for tax, amount in whole.items():
        bearing = [line for line in taxed if tax in line["tax_ids"]]
        nets = [to_minor(Decimal(line["price_subtotal"]), currency) for line in bearing]
        for line, part in zip(bearing, tax_shares(amount, nets), strict=True):
            shares[line["id"]] += part
    return shares


def _amounts(read: Read, line: Record, tax_minor: int, currency: str) -> Row:
    taxes = [read.taxes[one] for one in line["tax_ids"]]
    rate = sum((Decimal(one["amount"]) for one in taxes if one["amount_type"] == "percent"), Decimal(0))
    said = [read.categories.get(one["name"]) or one.get("ubl_cii_tax_category_code") for one in taxes]
    return {
        "net": f"{Decimal(line['price_subtotal']):.{exponent(currency)}f}",
        "tax": f"{to_decimal(tax_minor, currency):f}",
        "tax_category": next((one for one in said if one), None) or ("S" if rate else None),
        "tax_rate": _number(rate),
        "currency": currency,
    }


def _item(read: Read, line: Record) -> Row:
    product = read.products.get(id_of(line["product_id"]) or 0, {})
    return {"gtin": product.get("barcode"), "vendor_item": product.get("default_code")}


def _units(read: Read, line: Record, quantity: str) -> str | None:
    """Base units; nothing where the line counts in another unit than the item."""
    product = read.products.get(id_of(line["product_id"]) or 0)
    if product and line["product_uom_id"] and id_of(line["product_uom_id"]) != id_of(product["uom_id"]):
        return None
    return _number(Decimal(line[quantity]))


def _price(line: Record) -> str:
    return _number(Decimal(line["price_unit"]) * (1 - Decimal(line["discount"] or 0) / 100))


def _po_number(read: Read, line: Record) -> str | None:
    """The retailer's purchase order, of the order that the line was invoiced from."""
    found = (read.orders[one]["client_order_ref"] for one in line["sale_line_ids"] if one in read.orders)
    return next((one for one in found if one), None)


def _store(read: Read, partner: object) -> str | None:
    """The Reference of the address that the goods went to."""
    found = read.partners.get(id_of(partner) or 0)
    return found["ref"] if found else None


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _day(moment: str | None) -> str | None:
    """The day of a time, which Odoo keeps in UTC."""
    return moment[:10] if moment else None


def _line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None
