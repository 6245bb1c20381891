"""Open this when a row that was read out of Tryton says something else than Tryton: records to rows of pages."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.erp.supply import tax_shares
from connectors.erp.tryton.wire import Record
from schemas.money import to_decimal, to_minor
from schemas.supply import CANCELLED, SupplyKind

Row = dict[str, str | None]
_GTIN_DIGITS = (8, 12, 13, 14)
_STAMPS = ("write_date", "create_date")


@dataclass(slots=True)
class Beside:
    """What documents point at: products, taxes and the order lines of their lines, by id; names in our words."""

    retailers: Mapping[str, str]
    companies: Mapping[str, str]
    products: dict[int, Record] = field(default_factory=dict)
    taxes: dict[int, Record] = field(default_factory=dict)
    ordered: dict[int, Record] = field(default_factory=dict)

    def company(self, record: Record) -> str:
        """Our company, or Tryton's code of it."""
        code = record["company"]["party"]["code"]
        return self.companies.get(code, code)


def changed_at(record: Record, parts: str) -> datetime:
    """When this record or one of its parts was written last."""
    stamps: list[datetime] = [one[name] for one in (record, *record[parts]) for name in _STAMPS if one[name]]
    return max(stamps)


def item_rows(record: Record, beside: Beside) -> Iterator[Row]:
    """A product; none without a GTIN."""
    if gtin := _gtin(record):
        yield {"gtin": gtin, "vendor_item": record["code"], "description": _one_line(record["template"]["name"])}


def order_rows(record: Record, beside: Beside) -> Iterator[Row]:
    """A confirmed sale, line by line."""
    head: Row = {
        "order": record["number"],
        "ordered_on": _day(record["sale_date"]),
        "retailer": beside.retailers[record["party"]["code"]],
        "po_number": record["reference"],
        "currency": record["currency"]["code"],
        **_version(record, "lines"),
    }
    for line in _goods(record["lines"]):
        item, ratio = _item(line, beside)
        yield head | item | {
            "units": _plain(Decimal(str(line["quantity"])) * ratio),
            "unit_price": _plain(Decimal(line["unit_price"]) / ratio),
            "description": _one_line(line["description"]),
        }  # fmt: skip


def shipment_rows(record: Record, beside: Beside) -> Iterator[Row]:
    """A customer shipment, move by move."""
    head: Row = {
        "shipment": record["number"],
        "shipped_on": _day(record["effective_date"]),
        "delivery_note": record["number"],
        **_version(record, "outgoing_moves"),
    }
    for move in record["outgoing_moves"]:
        if move["state"] != "cancelled" or record["state"] == "cancelled":
            item, ratio = _item(move, beside)
            units = {"units": _plain(Decimal(str(move["quantity"])) * ratio)}
            yield head | item | units | {"po_number": _po_number(move, beside)}


def invoice_rows(record: Record, beside: Beside) -> Iterator[Row]:
    """A posted invoice, line by line, under the places by which a credit names them; credit notes give none."""
    if record["untaxed_amount"] <= 0:
        return
    lines = [line for line in record["lines"] if line["type"] == "line"]
    head: Row = {
        "company": beside.company(record),
        "retailer": beside.retailers[record["party"]["code"]],
        "invoice_number": record["number"],
        "sold_on": _day(record["invoice_date"]),
        "currency": record["currency"]["code"],
        "state": CANCELLED if record["state"] == "cancelled" else None,
    }
    for place, (line, tax) in enumerate(zip(lines, _taxes(record, lines), strict=True), 1):
        if line["product"] is None or line["quantity"] <= 0:
            continue
        item, ratio = _item(line, beside)
        yield head | item | {
            "invoice_line": str(place),
            "po_number": _po_number(line, beside) or record["reference"],
            "description": _one_line(line["description"]),
            "units": _plain(Decimal(str(line["quantity"])) * ratio),
            "unit_price": _plain(Decimal(line["unit_price"]) / ratio),
            "net": _plain(line["amount"]),
            "tax": _plain(to_decimal(tax, record["currency"]["code"])),
            **_rate(line, beside),
        }  # fmt: skip


ROWS: Mapping[SupplyKind, Callable[[Record, Beside], Iterable[Row]]] = {
    "items": item_rows, "orders": order_rows, "shipments": shipment_rows, "invoices": invoice_rows,
}  # fmt: skip


def _goods(lines: Sequence[Record]) -> Iterator[Record]:
    return (line for line in lines if line["type"] == "line" and line["product"] is not None)


def _version(record: Record, parts: str) -> Row:
    state = CANCELLED if record["state"] == "cancelled" else None
    return {"state": state, "changed_at": changed_at(record, parts).isoformat()}


def _item(line: Record, beside: Beside) -> tuple[Row, Decimal]:
    """The line's item, and how many of its base unit one of the line's unit is."""
    product = beside.products[_id(line["product"])]
    base, own = product["template"]["default_uom"], line["unit"]
    ratio = Decimal(1)
    if own is not None and own["id"] != base["id"]:
        ratio = Decimal(str(own["factor"])) / Decimal(str(base["factor"]))
    return {"gtin": _gtin(product), "vendor_item": product["code"]}, ratio


def _po_number(line: Record, beside: Beside) -> str | None:
    ordered = beside.ordered.get(line["id"])
    return ordered["sale"]["reference"] or ordered["sale"]["number"] if ordered else None


def _taxes(record: Record, lines: Sequence[Record]) -> list[int]:
    """Each line's part of the invoice's taxes, in minor units: a tax is shared by the net of the lines that have it."""
    currency = record["currency"]["code"]
    nets = [to_minor(line["amount"], currency) for line in lines]
    shares, amounts = [0] * len(lines), defaultdict[int | None, Decimal](Decimal)
    for row in record["taxes"]:
        amounts[_id(row["tax"])] += row["amount"]
    for tax, amount in amounts.items():
        having = [n for n, line in enumerate(lines) if tax in map(_id, line["taxes"])] or list(range(len(lines)))
        for n, part in zip(having, tax_shares(to_minor(amount, currency), [nets[n] for n in having]), strict=True):
            shares[n] += part
    return shares


def _rate(line: Record, beside: Beside) -> Row:
    """Tryton knows no category: what is taxed is standard, everything else zero rated."""
    rates = [beside.taxes[_id(tax)]["rate"] or Decimal(0) for tax in line["taxes"]]
    rate = sum(rates, Decimal(0)) * 100
    return {"tax_category": "S" if rate else "Z", "tax_rate": _plain(rate)}


def _gtin(product: Record) -> str | None:
    codes = (str(one["code"]).replace(" ", "") for one in product["identifiers"])
    return next((code for code in codes if code.isdecimal() and len(code) in _GTIN_DIGITS), None)


def _id(related: Any) -> Any:
    return related["id"] if isinstance(related, dict) else related


def _day(on: Any) -> str | None:
    return None if on is None else on.isoformat()


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None


def _plain(number: Decimal) -> str:
    """Without zeros that say nothing, and without an exponent."""
    return f"{number.normalize():f}" if number else "0"
