"""Open this when you ask how a credit note looks in Odoo: an ``out_refund``, each line against an original invoice.

What takes a credit note back is an ``out_invoice`` with the same lines; Odoo's amounts are positive in both.

Everything that it needs besides amounts (customer, journal, accounts, items, taxes) is its original invoice's, as the
law wants it; what does not fit is refused here, before anything is sent.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.erp.odoo.taxes import Taxed, cents, simple, summed, tax_values
from connectors.erp.odoo.wire import Record, id_of, name_of
from schemas.credits import CreditLine, CreditRequest
from schemas.errors import PermanentError
from schemas.money import exponent

ORIGINAL_FIELDS = (
    "name", "invoice_date", "journal_id", "currency_id", "partner_id", "commercial_partner_id", "partner_shipping_id",
    "fiscal_position_id",
)  # fmt: skip
ORIGINAL_LINE_FIELDS = (
    "move_id", "product_id", "product_uom_id", "account_id", "quantity", "tax_ids", "analytic_distribution",
)  # fmt: skip
PRODUCT_FIELDS = ("default_code", "barcode", "uom_id")
TAX_FIELDS = ("name", "amount_type", "amount", "price_include", "tax_group_id")

# What an original invoice and its credit note have in common. The wizard of Odoo copies the same.
_COPIED = ("journal_id", "currency_id", "partner_id", "partner_shipping_id", "fiscal_position_id")
_SHARED = ("journal_id", "currency_id", "commercial_partner_id", "fiscal_position_id")
MOVE_TYPES = {False: "out_refund", True: "out_invoice"}  # by whether the retailer is charged
_LAST = 10_000  # place of the line with our check, behind all others
_CHECK = re.compile(r"\bBackhaul ([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class Sold:
    """What Odoo has of the invoices that are credited: headers, lines in their order, items, taxes, price decimals."""

    invoices: Sequence[Record]
    lines: Sequence[Record]
    products: Mapping[int, Record]
    taxes: Mapping[int, Record]
    price_places: int
    customers: frozenset[int] = field(default_factory=frozenset)  # commercial partners that are the retailer


def move_values(request: CreditRequest, sold: Sold) -> dict[str, Any]:
    """The fields of the draft. PermanentError: the original invoices do not bear the request."""
    pairs = [(line, *_original(line, sold)) for line in request.lines]
    head = _head(request, sold, [invoice for _, invoice, _ in pairs])
    numbers = sorted({line.invoice_number for line in request.lines})
    lines = [_line(request, line, original, sold) for line, _, original in pairs]
    taxed = [Taxed(line, original["tax_ids"], made) for (line, _, original), made in zip(pairs, lines, strict=True)]
    return {
        "move_type": MOVE_TYPES[request.charges],
        **{name: id_of(head[name]) or False for name in _COPIED},
        "ref": request.reference,
        "invoice_date": request.issued_on,
        "invoice_origin": f"{_about(request)}: {', '.join(numbers)}",
        "invoice_payment_term_id": False,  # due at once, as Odoo's own wizard has it
        **({"reversed_entry_id": head["id"]} if len(numbers) == 1 and not request.charges else {}),
        "invoice_line_ids": [[0, 0, values] for values in (*lines, _check(request))],
        **tax_values(taxed, sold.taxes, exponent(request.currency)),
    }


def request_hash(notes: Sequence[str]) -> str | None:
    """The SHA-256 of the request, from the text lines of a document; None where nobody left it there."""
    found = [match[1] for text in notes if (match := _CHECK.search(text))]
    return found[0] if found else None


def _check(request: CreditRequest) -> dict[str, Any]:
    """A text line that says which return this is, and what request it was made from."""
    digest = hashlib.sha256(request.canonical().encode()).hexdigest()
    return {"display_type": "line_note", "sequence": _LAST, "name": f"Return {_about(request)}\nBackhaul {digest}"}


def _about(request: CreditRequest) -> str:
    """The return, and of a counter-document the credit note that it takes back."""
    if request.corrects is None:
        return request.return_number
    return f"{request.return_number}, {request.kind} of {request.corrects.number}"


def _original(line: CreditLine, sold: Sold) -> tuple[Record, Record]:
    """The invoice and the line that are credited: by number and day, by the line's place, checked by the item."""
    named = [one for one in sold.invoices if one["name"] == line.invoice_number]
    fitting = [one for one in named if one["invoice_date"] == line.invoice_date.isoformat()]
    if len(fitting) != 1:
        told = "has it more than once" if fitting else f"has it of {named[0]['invoice_date']}" if named else "has none"
        raise _unfit(line, f"of {line.invoice_date}, and Odoo {told}", "see that it is posted there")
    invoice = fitting[0]
    lines = [one for one in sold.lines if id_of(one["move_id"]) == invoice["id"]]
    place = int(line.invoice_line) if line.invoice_line.isdecimal() else 0
    if not 0 < place <= len(lines):
        raise _unfit(line, f"line {line.invoice_line}, and Odoo has {len(lines)} lines", "correct the sale line")
    original = lines[place - 1]
    _ensure_item(line, original, sold)
    _ensure_taxed_alike(line, original, sold)
    return invoice, original


def _ensure_item(line: CreditLine, original: Record, sold: Sold) -> None:
    product = sold.products.get(id_of(original["product_id"]) or 0)
    if product:
        codes = {str(product[name]).lstrip("0") for name in ("default_code", "barcode") if product[name]}
        if codes and not codes & {line.vendor_item.lstrip("0"), line.gtin.lstrip("0")}:
            told = f"line {line.invoice_line} sold {name_of(original['product_id'])} in Odoo"
            raise _unfit(line, f"{told}, not {line.vendor_item or line.gtin}", "correct the sale line")
        if original["product_uom_id"] and id_of(original["product_uom_id"]) != id_of(product["uom_id"]):
            told = f"line {line.invoice_line} sold in {name_of(original['product_uom_id'])}, not in pieces"
            raise _unfit(line, told, "credit it by hand in Odoo")
    if line.units > original["quantity"]:
        sold_units = Decimal(original["quantity"]).normalize()
        told = f"line {line.invoice_line} sold {sold_units:f} in Odoo, not {line.units}"
        raise _unfit(line, told, "correct the sale line")


def _ensure_taxed_alike(line: CreditLine, original: Record, sold: Sold) -> None:
    taxes = [sold.taxes[one] for one in original["tax_ids"]]
    if included := [one["name"] for one in taxes if one["price_include"]]:
        told = f"line {line.invoice_line} has the tax {included[0]} inside its price in Odoo"
        raise _unfit(line, told, "credit it by hand in Odoo; prices of the trade stand without tax")
    rate = summed(Decimal(one["amount"]) for one in taxes)
    if simple(taxes) and rate != line.tax_rate:
        told = f"line {line.invoice_line} was taxed {rate.normalize():f} % in Odoo, not {line.tax_rate:f} %"
        raise _unfit(line, told, "correct the sale line")


def _head(request: CreditRequest, sold: Sold, invoices: Sequence[Record]) -> Record:
    """What all the original invoices say alike."""
    head = invoices[0]
    if id_of(head["commercial_partner_id"]) not in sold.customers:
        raise PermanentError(
            f"{head['name']} was sold to {name_of(head['partner_id'])} in Odoo, which is not {request.retailer}. "
            "Next: correct erp: customers in the settings, then release the intent."
        )
    if name_of(head["currency_id"]) != request.currency:
        raise PermanentError(
            f"{head['name']} is in {name_of(head['currency_id'])} in Odoo, and {request.reference} in "
            f"{request.currency}. Next: correct the sale line, then release the intent."
        )
    for other in invoices[1:]:
        if differing := [name for name in _SHARED if id_of(other[name]) != id_of(head[name])]:
            raise PermanentError(
                f"{head['name']} and {other['name']} have not the same {differing[0]} in Odoo, and cannot be credited "
                "by one note. Next: credit them apart, or correct them in Odoo."
            )
    return head


def _line(request: CreditRequest, line: CreditLine, original: Record, sold: Sold) -> dict[str, Any]:
    quantity, price = priced(line.net, line.units, request.currency, sold.price_places)
    pieces = "" if quantity == line.units else f"\n{line.units} pieces"
    about = f"{line.invoice_number} line {line.invoice_line}, return line {line.return_line}"
    return {
        "sequence": line.line_no,
        "product_id": id_of(original["product_id"]) or False,
        "product_uom_id": id_of(original["product_uom_id"]) or False,
        "account_id": id_of(original["account_id"]),
        "name": f"{line.description or line.vendor_item or line.gtin}{pieces}\n{about}"
        + (f", {line.reason}" if line.reason else "")
        + line.told_fees,
        "quantity": quantity,
        "price_unit": price,
        "discount": 0,
        "tax_ids": [[6, 0, list(original["tax_ids"])]],
        "analytic_distribution": original["analytic_distribution"] or False,
    }


def priced(net: Decimal, units: int, currency: str, places: int) -> tuple[int, Decimal]:
    """Quantity and price of one whose product Odoo rounds to exactly ``net``: the units, or 1 where no price fits.

    ``places``: the decimals that the database keeps of a price (2 unless somebody raised "Product Price").
    """
    price = cents(net / units, places)
    return (units, price) if cents(price * units, exponent(currency)) == net else (1, net)


def _unfit(line: CreditLine, told: str, following: str) -> PermanentError:
    return PermanentError(
        f"Line {line.line_no} credits invoice {line.invoice_number} {told}. Next: {following}, then release the intent."
    )
