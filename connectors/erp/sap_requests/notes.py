"""Open this when you ask how a credit looks in SAP's Sales: a credit memo request that refers to its invoices.

What takes a credit memo back is a debit memo request with the same items; SAP's amounts are positive in both.

Sales area, material and unit of an item are those of the billing document's item that it credits; what does not fit is
refused here, before anything is sent. A header text keeps the hash of the request that it was made of.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connectors.erp.sap.gateway import day_of, day_text
from connectors.erp.sap_requests.documents import Requests
from connectors.erp.sap_requests.settings import SapRequestSettings
from connectors.erp.sap_requests.wire import Record, inside
from schemas.credits import CreditLine, CreditRequest
from schemas.errors import PermanentError
from schemas.money import exponent

REFERENCE_MAX = 35  # PurchaseOrderByCustomer
_EXTERNAL_MAX, _ASSIGNMENT_MAX = 16, 18  # AccountingDocExternalReference, AssignmentReference
_UNITS_MAX = 99_999  # ConditionQuantity: five digits
_TEXT_MAX, _RETURN_MAX = 40, 35
_AREA = ("SalesOrganization", "DistributionChannel", "Division")
_CLOSING = re.compile(r"Return .*, lines? 1-([0-9]+), ([A-Za-z0-9_-]{43})$", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def request_values(
    of: Requests,
    request: CreditRequest,
    company: str,
    customer: str,
    bills: Sequence[Record],
    settings: SapRequestSettings,
) -> dict[str, Any]:
    """The blocked request with its items. PermanentError: the billing documents in SAP do not bear it."""
    _ensure_possible(request)
    pairs = [(line, *_original(line, bills)) for line in request.lines]
    invoices = {str(bill["BillingDocument"]): bill for _, bill, _ in pairs}
    for bill in invoices.values():
        _ensure_theirs(request, bill, company, customer)
    area = _area(request, list(invoices.values()))
    reference = request.reference
    return {
        f"{of.word}Type": settings.debit_type if of.charges else settings.request_type,
        **dict(zip(("SalesOrganization", "DistributionChannel", "OrganizationDivision"), area, strict=True)),
        "SoldToParty": customer,
        "PurchaseOrderByCustomer": reference,
        # Billing puts requests of one customer into one document where their heads agree: these two make them differ.
        **({"AccountingDocExternalReference": reference} if len(reference) <= _EXTERNAL_MAX else {}),
        **({"AssignmentReference": reference} if len(reference) <= _ASSIGNMENT_MAX else {}),
        f"{of.word}Date": day_text(request.issued_on),
        "TransactionCurrency": request.currency,
        "HeaderBillingBlockReason": settings.billing_block,
        **({"SDDocumentReason": settings.order_reason} if settings.order_reason else {}),
        **({"ReferenceSDDocument": next(iter(invoices))} if len(invoices) == 1 else {}),
        "to_Item": [_item(of, request, line, original, settings) for line, _, original in pairs],
        "to_Text": [{"Language": settings.text_language, "LongTextID": settings.text_id, "LongText": closing(request)}],
    }


def closing(request: CreditRequest) -> str:
    """The header text: the return, and the request's hash in 43 characters (base64url of SHA-256)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(request.canonical().encode()).digest()).decode().rstrip("=")
    lines = "line" if len(request.lines) == 1 else "lines"
    return f"Return {_plain(request.return_number)[:_RETURN_MAX]}, {lines} 1-{len(request.lines)}, {digest}"


def closed_hash(texts: Sequence[Record]) -> str | None:
    """The request's hash in a request's header texts, as hex; None where there is none."""
    found = next((match for one in texts if (match := _CLOSING.search(str(one["LongText"])))), None)
    return base64.urlsafe_b64decode(found[2] + "=").hex() if found else None


def _ensure_possible(request: CreditRequest) -> None:
    if len(request.reference) > REFERENCE_MAX or not request.net + request.tax:
        raise PermanentError(
            f"{request.reference} has more than {REFERENCE_MAX} characters, or credits nothing at all; SAP keeps "
            "neither. Next: settle it outside of the ERP."
        )


def _original(line: CreditLine, bills: Sequence[Record]) -> tuple[Record, Record]:
    """The billing document and its item that are credited: by number and day, and by the item's number."""
    fitting = [
        one
        for one in bills
        if one["BillingDocument"] == line.invoice_number
        and not one["BillingDocumentIsCancelled"]
        and day_of(one["BillingDocumentDate"]) == line.invoice_date
    ]
    if len(fitting) != 1:
        raise _unfit(line, f"of {line.invoice_date}, of which SAP has {len(fitting)}", "see what is there")
    number = int(line.invoice_line) if line.invoice_line.isdecimal() else 0
    items = [one for one in inside(fitting[0], "to_Item") if int(one["BillingDocumentItem"]) == number]
    if not items:
        raise _unfit(line, f"item {line.invoice_line}, which it has not", "correct the sale line")
    (item,) = items
    if line.vendor_item and str(item["Material"]).upper() != line.vendor_item.upper():
        told = f"item {line.invoice_line}, which sold {item['Material']}, not {line.vendor_item}"
        raise _unfit(line, told, "correct the sale line")
    if line.units > Decimal(item["BillingQuantity"]) or line.units > _UNITS_MAX:
        told = f"item {line.invoice_line}, which billed {item['BillingQuantity']}, with {line.units}"
        raise _unfit(line, told, "correct the sale line")
    return fitting[0], item


def _ensure_theirs(request: CreditRequest, bill: Record, company: str, customer: str) -> None:
    expected = {"SoldToParty": customer, "CompanyCode": company, "TransactionCurrency": request.currency}
    for name, value in expected.items():
        if bill[name] != value:
            raise PermanentError(
                f"{bill['BillingDocument']} has {name} {bill[name]} in SAP, and {request.reference} needs {value}. "
                "Next: correct erp: customers or companies, or the sale line; then release the intent."
            )


def _area(request: CreditRequest, bills: Sequence[Record]) -> tuple[str, ...]:
    areas = {tuple(str(bill[name]) for name in _AREA) for bill in bills}
    if len(areas) > 1:
        raise PermanentError(
            f"{request.reference} credits invoices of {len(areas)} sales areas, and a request has one. "
            "Next: split the return, or credit it in SAP."
        )
    return areas.pop()


def _item(
    of: Requests, request: CreditRequest, line: CreditLine, original: Record, settings: SapRequestSettings
) -> dict[str, Any]:
    text = line.description or line.vendor_item or line.gtin
    return {
        f"{of.word}Item": str(10 * line.line_no),
        f"{of.word}ItemText": _plain(text)[:_TEXT_MAX],
        "ReferenceSDDocument": original["BillingDocument"],
        "ReferenceSDDocumentItem": original["BillingDocumentItem"],
        "Material": original["Material"],
        "RequestedQuantity": str(line.units),
        "RequestedQuantityUnit": original["BillingQuantityUnit"],
        # So much for all of the units together: no price of one unit that would have to be rounded.
        "to_PricingElement": [
            {
                "ConditionType": settings.price_condition,
                "ConditionRateValue": f"{line.net:.{exponent(request.currency)}f}",
                "ConditionCurrency": request.currency,
                "ConditionQuantity": str(line.units),
                "ConditionQuantityUnit": original["BillingQuantityUnit"],
            }
        ],
    }


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _unfit(line: CreditLine, told: str, following: str) -> PermanentError:
    return PermanentError(
        f"Line {line.line_no} credits invoice {line.invoice_number} {told}. Next: {following}, then release the intent."
    )
