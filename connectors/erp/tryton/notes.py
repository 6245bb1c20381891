"""Open this when you ask how a credit note looks in Tryton: an invoice of negative lines, each against its original.

What takes a credit note back is an invoice of positive lines, against the same originals.

Everything that an invoice needs besides amounts (customer, address, accounts, items, taxes) is its original invoice's,
as the law wants it; what does not fit is refused here, before anything is sent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from connectors.erp.tryton.wire import Record
from schemas.credits import CreditLine, CreditRequest
from schemas.errors import PermanentError
from schemas.money import exponent

ORIGINAL_FIELDS = (
    "number", "invoice_date", "state", "party", "party.code", "invoice_address", "account", "journal", "currency",
    "currency.code", "company", "lines.type", "lines.quantity", "lines.unit", "lines.account", "lines.product",
    "lines.product.code", "lines.product.identifiers.code", "lines.taxes",
)  # fmt: skip
TAX_FIELDS = ("description", "type", "rate", "childs", "credit_note_account", "invoice_account")
_PRICE_PLACES = 4  # Tryton's usual precision of a unit price
_SHARED = ("party", "invoice_address", "account", "journal", "currency", "company")


def invoice_values(
    request: CreditRequest,
    customer: str,
    originals: Sequence[Record],
    taxes: Mapping[int, Record],
    *,
    sets_off: bool = False,
) -> dict[str, Any]:
    """The fields of the draft; ``sets_off``: a note of one invoice is to pay it.

    PermanentError: Tryton's original invoices do not bear the request.
    """
    pairs = [(line, *_original(line, originals)) for line in request.lines]
    head = _head(request, customer, [invoice for _, invoice, _ in pairs])
    lines = [_line(request, line, original) for line, _, original in pairs]
    for line, _, original in pairs:
        _ensure_taxed_alike(line, original, taxes)
    rows = _tax_rows([(line, original) for line, _, original in pairs], taxes, request.charges)
    return {
        "type": "out",
        **{name: _id(head[name]) for name in _SHARED},
        "reference": request.reference,
        "description": _description(request),
        "invoice_date": request.issued_on,
        "lines": [["create", lines]],
        **({"taxes": [["create", rows]]} if rows else {}),
        **(_set_off(request, [invoice for _, invoice, _ in pairs]) if sets_off else {}),
    }


def _set_off(request: CreditRequest, invoices: Sequence[Record]) -> dict[str, Any]:
    """What a note is set off against: the only invoice that it credits. What takes a note back pays nothing."""
    ids = {invoice["id"] for invoice in invoices}
    return {} if request.charges or len(ids) > 1 else {"backhaul_sets_off": ids.pop()}


def _description(request: CreditRequest) -> str:
    if request.corrects is None:
        return f"Return {request.return_number}"
    return f"{request.kind.capitalize()} of {request.corrects.number}, return {request.return_number}"


def _original(line: CreditLine, originals: Sequence[Record]) -> tuple[Record, Record]:
    """The invoice and the line that are credited: by number and day, by the line's place, checked by the item."""
    named = [one for one in originals if one["number"] == line.invoice_number]
    fitting = [one for one in named if one["invoice_date"] == line.invoice_date]
    if len(fitting) != 1:
        told = "has it more than once" if fitting else f"has it of {named[0]['invoice_date']}" if named else "has none"
        raise _unfit(line, f"of {line.invoice_date}, and Tryton {told}", "see that it is posted there")
    invoice = fitting[0]
    lines = [one for one in invoice["lines"] if one["type"] == "line"]
    place = int(line.invoice_line) if line.invoice_line.isdecimal() else 0
    if not 0 < place <= len(lines):
        raise _unfit(line, f"line {line.invoice_line}, and Tryton has {len(lines)} lines", "correct the sale line")
    original = lines[place - 1]
    if not _same_item(line, original["product"]):
        told = f"line {place} sold {original['product']['code']} in Tryton, not {line.vendor_item or line.gtin}"
        raise _unfit(line, told, "correct the sale line")
    if line.units > original["quantity"]:
        raise _unfit(line, f"line {place} sold {original['quantity']:g}, not {line.units}", "correct the sale line")
    return invoice, original


def _same_item(line: CreditLine, product: Record | None) -> bool:
    if not product:
        return True
    codes = {str(one["code"]).lstrip("0") for one in product["identifiers"]} | {str(product["code"])}
    return not codes - {"None"} or bool({line.vendor_item, line.gtin.lstrip("0")} & codes)


def _head(request: CreditRequest, customer: str, invoices: Sequence[Record]) -> Record:
    """What all the original invoices say alike."""
    head = invoices[0]
    if head["party"]["code"] != customer:
        raise PermanentError(
            f"{head['number']} was sold to {head['party']['code']} in Tryton, and {request.retailer} is {customer}. "
            "Next: correct erp: customers in the settings, then release the intent."
        )
    if head["currency"]["code"] != request.currency:
        raise PermanentError(
            f"{head['number']} is in {head['currency']['code']} in Tryton, and {request.reference} in "
            f"{request.currency}. Next: correct the sale line, then release the intent."
        )
    for other in invoices[1:]:
        if differing := [name for name in ("party", "account", "currency") if _id(other[name]) != _id(head[name])]:
            raise PermanentError(
                f"{head['number']} and {other['number']} have not the same {differing[0]} in Tryton, and cannot be "
                "credited by one note. Next: credit them apart, or correct them in Tryton."
            )
    return head


def _line(request: CreditRequest, line: CreditLine, original: Record) -> dict[str, Any]:
    quantity, price = priced(line.net, line.units, request.currency)
    pieces = "" if quantity == line.units else f"\n{line.units} pieces"
    return {
        "type": "line",
        "sequence": line.line_no,
        "origin": f"account.invoice.line,{original['id']}",
        "product": _id(original["product"]),
        "unit": _id(original["unit"]),
        "account": _id(original["account"]),
        "quantity": float(quantity if request.charges else -quantity),
        "unit_price": price,
        "taxes": [["add", list(original["taxes"])]],
        "description": f"{line.description or line.vendor_item or line.gtin}{pieces}",
        "note": f"Return line {line.return_line}" + (f", {line.reason}" if line.reason else "") + line.told_fees,
    }


def priced(net: Decimal, units: int, currency: str) -> tuple[int, Decimal]:
    """Quantity and unit price whose product Tryton rounds to exactly ``net``: the units, or one where no price fits."""
    price = (net / units).quantize(Decimal(1).scaleb(-_PRICE_PLACES), ROUND_HALF_UP)
    cent = Decimal(1).scaleb(-exponent(currency))
    return (units, price) if (price * units).quantize(cent, ROUND_HALF_EVEN) == net else (1, net)


def _ensure_taxed_alike(line: CreditLine, original: Record, taxes: Mapping[int, Record]) -> None:
    rates = [taxes[one]["rate"] for one in original["taxes"] if taxes[one]["type"] == "percentage"]
    rate = sum(rates, Decimal(0)) * 100
    simple = all(_simple(taxes[one]) for one in original["taxes"])
    if simple and rate != line.tax_rate:
        told = f"line {line.invoice_line} was taxed {rate.normalize():f} % in Tryton, not {line.tax_rate:f} %"
        raise _unfit(line, told, "correct the sale line")


def _tax_rows(
    pairs: Sequence[tuple[CreditLine, Record]], taxes: Mapping[int, Record], charges: bool
) -> list[dict[str, Any]]:
    """Our tax, to the cent, on Tryton's own base; a line with none or several taxes is left to Tryton's arithmetic."""
    groups: dict[int, list[CreditLine]] = defaultdict(list)
    for line, original in pairs:
        if len(original["taxes"]) == 1 and line.net:
            groups[original["taxes"][0]].append(line)
    account, sign = ("invoice_account", 1) if charges else ("credit_note_account", -1)
    return [
        {
            "tax": tax,
            "account": _id(taxes[tax][account]),
            "description": taxes[tax]["description"],
            "manual": False,
            "base": sign * sum((line.net for line in lines), Decimal(0)),
            "amount": sign * sum((line.tax for line in lines), Decimal(0)),
        }
        for tax, lines in groups.items()
        if _simple(taxes[tax])
    ]


def _simple(tax: Record) -> bool:
    return tax["type"] == "percentage" and not tax["childs"]


def _id(related: Any) -> Any:
    return related["id"] if isinstance(related, dict) else related


def _unfit(line: CreditLine, told: str, following: str) -> PermanentError:
    return PermanentError(
        f"Line {line.line_no} credits invoice {line.invoice_number} {told}. Next: {following}, then release the intent."
    )
