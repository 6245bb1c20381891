"""Open this when you ask how a credit note looks in Business Central: a sales credit memo made from its invoices.

What takes a credit note back is a sales invoice with the same lines; Business Central's amounts are positive in both.

Item, unit of measure, tax code and location of a line are those of the invoice line that it credits; what does not fit
is refused here, before anything is sent. The last line is a comment with the hash of the request: it says that the
draft is whole, and what it was made of.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from connectors.erp.business_central.documents import documents_of
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.wire import Record
from schemas.credits import CreditLine, CreditRequest
from schemas.errors import PermanentError
from schemas.money import exponent

REFERENCE_MAX = 35
_TEXT_MAX = 100
_RETURN_MAX = 35
# A draft invoice has no number that anybody was told, and a canceled one was taken back already.
_CREDITABLE = ("Open", "Paid", "Corrective")
_SOLD = ("Item", "Account")
_CLOSING = re.compile(r"^Return .*, lines? 1-([0-9]+), ([A-Za-z0-9_-]{43})$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def draft_values(
    request: CreditRequest, customer: str, invoices: Sequence[Record], settings: BusinessCentralSettings
) -> dict[str, Any]:
    """The draft with its lines. PermanentError: the invoices in Business Central do not bear the request."""
    if len(request.reference) > REFERENCE_MAX or not request.net + request.tax:
        raise PermanentError(
            f"{request.reference} has more than {REFERENCE_MAX} characters, or credits nothing at all; Business "
            "Central keeps neither. Next: settle it outside of the ERP."
        )
    pairs = [(line, *_original(line, invoices)) for line in request.lines]
    for _, invoice, _ in pairs:
        _ensure_theirs(request, invoice, customer)
    of, beside = documents_of(request.charges), _beside(request, [invoice for _, invoice, _ in pairs], settings)
    return {
        "externalDocumentNumber": request.reference,
        of.day: request.issued_on.isoformat(),
        "postingDate": request.issued_on.isoformat(),
        "customerNumber": customer,
        "currencyCode": request.currency,
        **beside,
        of.lines: [
            *(_line(request, line, original, settings) for line, _, original in pairs),
            {"lineType": "Comment", "description": closing(request)},
        ],
    }


def closing(request: CreditRequest) -> str:
    """The text of the last line: the return, and the request's hash in 43 characters (base64url of SHA-256)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(request.canonical().encode()).digest()).decode().rstrip("=")
    lines = "line" if len(request.lines) == 1 else "lines"
    return f"Return {_plain(request.return_number)[:_RETURN_MAX]}, {lines} 1-{len(request.lines)}, {digest}"


def closed_hash(lines: Sequence[Record]) -> str | None:
    """The request's hash in a memo's closing line, as hex; None where there is none: it is half made, or not ours."""
    texts = [str(line["description"]) for line in lines if line["lineType"] == "Comment"]
    found = next((match for text in reversed(texts) if (match := _CLOSING.match(text))), None)
    return base64.urlsafe_b64decode(found[2] + "=").hex() if found else None


def _original(line: CreditLine, invoices: Sequence[Record]) -> tuple[Record, Record]:
    """The posted invoice and the line that are credited: by number and day, by the line's number or place."""
    fitting = [
        one
        for one in invoices
        if one["number"] == line.invoice_number
        and one["status"] in _CREDITABLE
        and line.invoice_date.isoformat() in (one["invoiceDate"], one["postingDate"])
    ]
    if len(fitting) != 1:
        raise _unfit(line, f"of {line.invoice_date}, of which Business Central has {len(fitting)}", "see what is there")
    invoice = fitting[0]
    if invoice["pricesIncludeTax"]:
        raise _unfit(line, "whose prices include tax", "credit it in Business Central")
    original = _place(line, [one for one in invoice["salesInvoiceLines"] if one["lineType"] in _SOLD])
    if line.units > original["quantity"]:
        raise _unfit(line, f"line {line.invoice_line}, which sold {original['quantity']}", "correct the sale line")
    if Decimal(original["taxPercent"]) != line.tax_rate:
        told = f"line {line.invoice_line}, taxed {original['taxPercent']} % and not {line.tax_rate:f} %"
        raise _unfit(line, told, "correct the sale line")
    return invoice, original


def _place(line: CreditLine, sold: Sequence[Record]) -> Record:
    """The line of this number (10000, 20000 ...), else the one at this place (1 is the first)."""
    number = int(line.invoice_line) if line.invoice_line.isdecimal() else 0
    numbered = next((one for one in sold if one["sequence"] == number), None)
    if numbered is None and not 0 < number <= len(sold):
        raise _unfit(line, f"line {line.invoice_line}, and it has {len(sold)} lines", "correct the sale line")
    original = numbered or sold[number - 1]
    told = original["lineObjectNumber"]
    if original["lineType"] == "Item" and line.vendor_item and told.upper() != line.vendor_item.upper():
        raise _unfit(line, f"line {line.invoice_line}, which sold {told}, not {line.vendor_item}", "correct it")
    return original


def _ensure_theirs(request: CreditRequest, invoice: Record, customer: str) -> None:
    if invoice["customerNumber"] != customer:
        raise PermanentError(
            f"{invoice['number']} was sold to {invoice['customerNumber']} in Business Central, and {request.retailer} "
            f"is {customer}. Next: correct erp: customers in the settings, then release the intent."
        )
    if invoice["currencyCode"] != request.currency:
        raise PermanentError(
            f"{invoice['number']} is in {invoice['currencyCode']} in Business Central, and {request.reference} in "
            f"{request.currency}. Next: correct the sale line, then release the intent."
        )


def _beside(request: CreditRequest, invoices: Sequence[Record], settings: BusinessCentralSettings) -> dict[str, str]:
    """What a memo is set off against; the memo that a counter-document takes back, as its *Your Reference*."""
    if request.corrects is not None:
        return {"customerPurchaseOrderReference": request.corrects.number[:_RETURN_MAX]}
    applied = _applied(request, invoices) if settings.apply_to_invoice else None
    return {"invoiceNumber": applied} if applied else {}


def _applied(request: CreditRequest, invoices: Sequence[Record]) -> str | None:
    """The invoice that the note is set off against: the only one that it credits, if it is open for so much."""
    numbers = {invoice["number"] for invoice in invoices}
    invoice = invoices[0]
    enough = invoice["status"] == "Open" and invoice["remainingAmount"] >= request.net + request.tax
    return str(invoice["number"]) if len(numbers) == 1 and enough else None


def _line(
    request: CreditRequest, line: CreditLine, original: Record, settings: BusinessCentralSettings
) -> dict[str, Any]:
    price, discount = exact_price(line.net, line.units, request.currency, settings.unit_price_decimals)
    account = settings.credit_account
    goods: Mapping[str, Any] = {
        "lineType": original["lineType"],
        "lineObjectNumber": original["lineObjectNumber"],
        "itemVariantId": original["itemVariantId"],
        "unitOfMeasureCode": original["unitOfMeasureCode"],
        "locationId": original["locationId"],
    }
    booked = {"lineType": "Account", "lineObjectNumber": account} if account else _given(goods)
    text = f"{line.invoice_number}/{line.invoice_line} {line.description or line.vendor_item or line.gtin}"
    return {
        **booked,
        "description": _plain(text)[:_TEXT_MAX],
        "quantity": line.units,
        "unitPrice": price,
        "discountAmount": discount,  # also when it is 0: else a price list's discount stays
        "taxCode": original["taxCode"],
    }


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the original line has not: empty codes and ids of nothing but zeros."""
    return {name: value for name, value in values.items() if value and str(value).strip("0-")}


def exact_price(net: Decimal, units: int, currency: str, places: int) -> tuple[Decimal, Decimal]:
    """Unit price and line discount that make exactly ``net`` of so many units; the discount is nearly always 0.

    Business Central rounds a line's amount to the currency's unit, half away from zero, and takes the discount off.
    """
    cent, finest = Decimal(1).scaleb(-exponent(currency)), Decimal(1).scaleb(-places)
    for rounding in (ROUND_HALF_UP, ROUND_UP):
        price = (net / units).quantize(finest, rounding)
        discount = (price * units).quantize(cent, ROUND_HALF_UP) - net
        if not discount:
            break
    return price, discount


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _unfit(line: CreditLine, told: str, following: str) -> PermanentError:
    return PermanentError(
        f"Line {line.line_no} credits invoice {line.invoice_number} {told}. Next: {following}, then release the intent."
    )
