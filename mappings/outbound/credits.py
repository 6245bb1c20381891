"""Open this when a credit note that a retailer gets says something else than the one in the ERP: its rows.

They are made of the request that the ERP posted, and of the number that it gave.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from typing import Any

from schemas.credits import CreditLine, CreditRequest
from schemas.partners import Party

_PRICE_PLACES = Decimal("0.000001")


def credit_rows(request: CreditRequest, number: str, posted_on: date, now: datetime) -> dict[str, Any]:
    """A posted credit note (``schemas.outbound.CREDITS``) with its lines and taxes."""
    lines = request.lines
    return {
        "number": number,
        "written_at": now.replace(tzinfo=None, second=0, microsecond=0),
        "issued_on": posted_on,
        "reference": request.reference,
        "return_number": request.return_number,
        "currency": request.currency,
        "net": str(request.net),
        "tax": str(request.tax),
        "gross": str(request.net + request.tax),
        **dict(zip(("invoice_number", "invoice_date"), _invoice(lines), strict=True)),
        "po_number": _only((line.po_number or "").strip() or None for line in lines),
        "tax_rate": _only(str(line.tax_rate) for line in lines),
        **_party("our", request.seller),
        **_party("their", request.buyer),
        "lines": [_line(line) for line in lines],
        "taxes": _taxes(lines),
    }


def _only(values: Iterable[Any]) -> Any:
    """What all lines have in common; nothing where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _invoice(lines: Iterable[CreditLine]) -> tuple[str | None, date | None]:
    """Number and date of the one invoice that all lines are of; numbers may begin anew with a year."""
    one = _only((line.invoice_number, line.invoice_date) for line in lines)
    return one or (None, None)


def _party(who: str, party: Party) -> dict[str, str | None]:
    scheme, endpoint = party.endpoint or (None, None)
    address = party.address
    named = {
        "name": party.legal_name, "vat_id": party.vat_id, "endpoint": endpoint, "endpoint_scheme": scheme,
        "street": address.street or None, "city": address.city or None, "postcode": address.postcode or None,
        "country": address.country,
    }  # fmt: skip
    return {f"{who}_{key}": value for key, value in named.items()}


def _line(line: CreditLine) -> dict[str, Any]:
    texts = ("invoice_number", "invoice_date", "invoice_line", "gtin", "units", "tax_category", "reason", "line_no")
    po_number = (line.po_number or "").strip() or None
    return {name: getattr(line, name) for name in texts} | {
        "po_number": po_number,
        "po_line": (line.po_line or "").strip() or None if po_number else None,  # a line of no order says nothing
        "vendor_item": line.vendor_item or None,
        "description": line.description or None,
        "unit_price": unit_price(line.net, line.units),
        "net": str(line.net),
        "tax": str(line.tax),
        "gross": str(line.net + line.tax),
        "tax_rate": str(line.tax_rate),
    }


def unit_price(net: Decimal, units: int) -> str:
    """What one unit costs, for documents that want it: the net amount is what counts, this is rounded to six places.

    >>> unit_price(Decimal("37.20"), 3), unit_price(Decimal("10.00"), 3)
    ('12.40', '3.333333')
    """
    exact = net / units
    rounded = exact.quantize(_PRICE_PLACES, ROUND_HALF_EVEN)
    return str(exact.quantize(net)) if exact == exact.quantize(net) else f"{rounded.normalize():f}"


def _taxes(lines: Iterable[CreditLine]) -> list[dict[str, str]]:
    """Net and tax of each category and rate, in their order."""

    def key(line: CreditLine) -> tuple[str, Decimal]:
        return line.tax_category, line.tax_rate

    groups = [(named, list(own)) for named, own in groupby(sorted(lines, key=key), key)]
    return [
        {"tax_category": category, "tax_rate": str(rate), "net": str(sum((one.net for one in own), Decimal(0))),
         "tax": str(sum((one.tax for one in own), Decimal(0)))}
        for (category, rate), own in groups
    ]  # fmt: skip
