"""Open this when you ask what a page of the supply says of a record of Business Central: its rows, column by column.

Quantities stand in the unit of the line. Where that is not the item's base unit, the units are left empty, since the
API does not say how many it holds; likewise the GTIN of a line with a variant, whose own barcode the API does not show.
Such rows become findings, and nothing is guessed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from connectors.erp.business_central.ledger import plain, stands
from connectors.erp.business_central.wire import Record
from connectors.erp.supply import tax_shares
from schemas.money import to_decimal, to_minor
from schemas.supply import CANCELLED, SupplyKind

Row = dict[str, str | None]
NO_DAY = "0001-01-01"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind is read: the entity set and its lines, the fields of both, and which of its records count."""

    entities: str
    fields: tuple[str, ...]
    lines: str | None
    line_fields: tuple[str, ...]
    counts: Callable[[Record], bool]

    def expand(self) -> str | None:
        """The lines with their fields, as a request names them."""
        return f"{self.lines}($select={','.join(self.line_fields)})" if self.lines else None


_HEAD = ("id", "number", "lastModifiedDateTime", "customerNumber", "externalDocumentNumber")
_LINE = ("id", "sequence", "lineType", "lineObjectNumber", "description", "quantity", "unitOfMeasureCode")
_PRICED = (*_LINE, "itemVariantId", "netAmount")
_TOTAL = ("status", "currencyCode", "totalAmountExcludingTax")
SOURCES: Mapping[SupplyKind, Source] = MappingProxyType({
    "items": Source(
        "items", ("id", "number", "lastModifiedDateTime", "displayName", "gtin", "baseUnitOfMeasureCode"), None, (),
        lambda record: bool(record["gtin"]),
    ),
    "orders": Source(
        "salesOrders", (*_HEAD, *_TOTAL, "orderDate", "requestedDeliveryDate"), "salesOrderLines", _PRICED,
        lambda record: stands(record) != "draft",
    ),
    "invoices": Source(
        "salesInvoices",
        (*_HEAD, *_TOTAL, "customerPurchaseOrderReference", "invoiceDate", "postingDate", "orderNumber",
         "totalTaxAmount"),
        "salesInvoiceLines", (*_PRICED, "taxCode", "taxPercent", "netTaxAmount"),
        lambda record: stands(record) != "draft",
    ),
    "shipments": Source(
        "salesShipments", (*_HEAD, "customerPurchaseOrderReference", "postingDate"), "salesShipmentLines", _LINE,
        lambda record: True,
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A page of records, and what else their rows are made of. ``retailers`` by customer number, items by number."""

    company: str
    records: Sequence[Record]
    retailers: Mapping[str, str]
    categories: Mapping[str, str]
    items: Mapping[str, Record] = field(default_factory=dict)

    def goods(self, document: Record, lines: str) -> Iterator[tuple[Record, Row]]:
        """The lines that are goods, with what any row says of them."""
        for line in document[lines]:
            if line["lineType"] == "Item" and Decimal(line["quantity"]) > 0:
                yield line, self._named(line)

    def _named(self, line: Record) -> Row:
        number = str(line["lineObjectNumber"])
        item = self.items.get(number, {})
        variant = str(line.get("itemVariantId") or "").strip("0-")
        same = line["unitOfMeasureCode"] in ("", item.get("baseUnitOfMeasureCode", ""))
        quantity = Decimal(line["quantity"])
        whole = same and quantity == quantity.to_integral_value()
        return {
            "gtin": None if variant else item.get("gtin"),
            "vendor_item": number,
            "units": f"{quantity:.0f}" if whole else None,
        }


def item_rows(read: Read) -> Iterator[Row]:
    """One row an item that has a GTIN."""
    for item in read.records:
        yield {"gtin": item["gtin"], "vendor_item": item["number"], "description": item["displayName"]}


def order_rows(read: Read) -> Iterator[Row]:
    """One row a line of released orders."""
    for order in read.records:
        for line, named in read.goods(order, "salesOrderLines"):
            yield named | {
                "order": order["number"],
                "ordered_on": _day(order["orderDate"]),
                "retailer": read.retailers[order["customerNumber"]],
                "po_number": order["externalDocumentNumber"],
                "description": line["description"],
                "unit_price": _price(line),
                "currency": order["currencyCode"],
                "requested_on": _day(order["requestedDeliveryDate"]),
                "changed_at": order["lastModifiedDateTime"],
            }


def shipment_rows(read: Read) -> Iterator[Row]:
    """One row a line of shipments."""
    for shipment in read.records:
        for _, named in read.goods(shipment, "salesShipmentLines"):
            yield named | {
                "shipment": shipment["number"],
                "shipped_on": _day(shipment["postingDate"]),
                "po_number": _po_number(shipment),
                "changed_at": shipment["lastModifiedDateTime"],
            }


def invoice_rows(read: Read) -> Iterator[Row]:
    """One row a line of posted invoices, with its part of the invoice's tax."""
    for invoice in read.records:
        taxes = _taxes(invoice)
        for line, named in read.goods(invoice, "salesInvoiceLines"):
            rate = Decimal(line["taxPercent"])
            yield named | {
                "company": read.company,
                "retailer": read.retailers[invoice["customerNumber"]],
                "invoice_number": invoice["number"],
                "invoice_line": str(line["sequence"]),
                "po_number": _po_number(invoice),
                "sold_on": _day(invoice["invoiceDate"]),
                "description": line["description"],
                "unit_price": _price(line),
                "net": f"{Decimal(line['netAmount']):f}",
                "tax": f"{taxes[str(line['id'])]:f}",
                "tax_category": read.categories.get(str(line["taxCode"])) or ("S" if rate else None),
                "tax_rate": f"{rate:f}",
                "currency": invoice["currencyCode"],
                "state": CANCELLED if stands(invoice) == "canceled" else None,
            }


ROWS: Mapping[SupplyKind, Callable[[Read], Iterator[Row]]] = MappingProxyType(
    {"items": item_rows, "orders": order_rows, "invoices": invoice_rows, "shipments": shipment_rows}
)


def adds_up(document: Record, lines: str) -> bool:
    """Whether the lines are those of the document's total; where it states none they are taken as they come."""
    total = document.get("totalAmountExcludingTax")
    return total is None or sum(Decimal(line["netAmount"]) for line in document[lines]) == total


def _taxes(invoice: Record) -> dict[str, Decimal]:
    """The tax of each line by its id; where the lines' own do not add up to the invoice's, shares of that by amount."""
    lines, currency = invoice["salesInvoiceLines"], str(invoice["currencyCode"])
    own = {str(line["id"]): Decimal(line["netTaxAmount"]) for line in lines}
    total = Decimal(invoice["totalTaxAmount"])
    taxed = [line for line in lines if Decimal(line["taxPercent"])]
    if sum(own.values()) == total or len({Decimal(line["taxPercent"]) for line in taxed}) != 1:
        return own
    nets = [to_minor(Decimal(line["netAmount"]), currency) for line in taxed]
    shares = tax_shares(to_minor(total, currency), nets)
    return own | {str(line["id"]): to_decimal(part, currency) for line, part in zip(taxed, shares, strict=True)}


def _po_number(document: Record) -> str:
    return str(document["externalDocumentNumber"] or document["customerPurchaseOrderReference"])


def _price(line: Record) -> str:
    return f"{Decimal(line['netAmount']) / Decimal(line['quantity']):f}"


def _day(text: str) -> str | None:
    return None if text == NO_DAY else plain(text)
