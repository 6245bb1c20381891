"""Open this when you ask how a credit looks in SAP: a journal entry of the customer, revenue and tax, by BAPI.

    customer      - gross     one line
    revenue       + net       a line for each line of the note, with the original invoice in its text
    output tax    + tax       a line for each rate

What takes a credit back has the opposite signs, and a document type of its own.

The header says our reference (REF_DOC_NO) and the id of our draft (HEADER_TXT).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.erp.port import ErpDocument
from connectors.erp.sap.gateway import day_of
from connectors.erp.sap.settings import SapConnection, SapSettings
from schemas.credits import CreditRequest
from schemas.errors import PermanentError
from schemas.money import exponent, to_minor

Row = Mapping[str, Any]


def posting(request: CreditRequest, draft_id: str, on: date, settings: SapSettings) -> dict[str, Any]:
    """The parameters of BAPI_ACC_DOCUMENT_POST. PermanentError: the settings do not know company or retailer."""
    company, customer = parties(request, settings)
    lines = [
        (settings.revenue_account, line.net, f"{line.invoice_number}/{line.invoice_line}") for line in request.lines
    ]
    lines += [
        (settings.tax_account, tax, f"tax {rate.normalize():f} %") for rate, tax in _taxes(request).items() if tax
    ]
    ledger = [
        {"ITEMNO_ACC": str(number), "GL_ACCOUNT": account, "ITEM_TEXT": text[:50]}
        for number, (account, _, text) in enumerate(lines, 2)
    ]
    owed = {"ITEMNO_ACC": "1", "CUSTOMER": customer, "ITEM_TEXT": f"Return {request.return_number}"[:50]}
    sign = -1 if request.charges else 1
    amounts = [sign * amount for amount in (-(request.net + request.tax), *(amount for _, amount, _ in lines))]
    return {
        "DOCUMENTHEADER": {
            "COMP_CODE": company,
            "DOC_TYPE": settings.charge_type if request.charges else settings.document_type,
            "DOC_DATE": on.isoformat(),
            "PSTNG_DATE": on.isoformat(),
            "REF_DOC_NO": request.reference,
            "HEADER_TXT": draft_id,
        },
        "ACCOUNTRECEIVABLE": [owed | {"BLINE_DATE": on.isoformat()}],
        "ACCOUNTGL": ledger,
        "CURRENCYAMOUNT": [
            {"ITEMNO_ACC": str(number), "CURRENCY": request.currency, "AMT_DOCCUR": _text(amount, request.currency)}
            for number, amount in enumerate(amounts, 1)
        ],
    }


def parties(request: CreditRequest, settings: SapConnection) -> tuple[str, str]:
    """Company code and customer number."""
    if request.company not in settings.companies:
        raise PermanentError(
            f"{request.company} has no company code. Next: add erp: companies: {request.company} to the settings."
        )
    if request.retailer not in settings.customers:
        raise PermanentError(
            f"{request.retailer} has no customer number. Next: add erp: customers: {request.retailer} to the settings."
        )
    return settings.companies[request.company], settings.customers[request.retailer]


def _taxes(request: CreditRequest) -> dict[Decimal, Decimal]:
    taxes: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in request.lines:
        taxes[line.tax_rate] += line.tax
    return taxes


def _text(amount: Decimal, currency: str) -> str:
    return f"{amount.quantize(Decimal(1).scaleb(-exponent(currency))):f}"


def refusal(answer: Any) -> str | None:
    """What the function module refuses, in its own words; None when it posted. It says so under HTTP 200."""
    rows = answer.get("RETURN") or [] if isinstance(answer, Mapping) else []
    told = [row for row in ([rows] if isinstance(rows, Mapping) else rows) if row.get("TYPE") in ("E", "A", "X")]
    return "; ".join(f"{row.get('MESSAGE')} ({row.get('ID')} {row.get('NUMBER')})" for row in told) or None


def document(entry: Row, settings: SapSettings, request: CreditRequest | None) -> ErpDocument:
    """A journal entry in our words; ``request`` is that of its draft, where we still have it."""
    items, currency = entry["to_JournalEntryItem"]["results"], str(entry["TransactionCurrency"])
    retailers = {number: retailer for retailer, number in settings.customers.items()}
    customers = [str(item["Customer"]) for item in items if item["Customer"]]
    customer = customers[0] if len(set(customers)) == 1 else "of several customers"
    charges = _charges(items, customer)
    sign = -1 if charges else 1
    return ErpDocument(
        reference=entry["ReferenceDocument"],
        draft_id=entry["AccountingDocumentHeaderText"],
        state="posted",
        number=f"{entry['CompanyCode']}/{entry['AccountingDocument']}/{entry['FiscalYear']}",
        posted_on=day_of(entry["PostingDate"]),
        retailer=retailers.get(customer, f"customer {customer}"),
        currency=currency,
        net_minor=sign * _sum(items, settings.revenue_account, currency),
        tax_minor=sign * _sum(items, settings.tax_account, currency),
        line_count=sum(item["GLAccount"] == settings.revenue_account for item in items),
        digest=_digest(entry, items),
        request_hash=hashlib.sha256(request.canonical().encode()).hexdigest() if request else None,
        charges=charges,
    )


def _charges(items: Sequence[Row], customer: str) -> bool:
    """Whether the customer is debited: what takes a credit back."""
    codes = {item["DebitCreditCode"] for item in items if str(item["Customer"]) == customer}
    return codes == {"S"}


def _sum(items: Sequence[Row], account: str, currency: str) -> int:
    """Debit less credit on this account, in minor units."""
    signed = [
        Decimal(item["AmountInTransactionCurrency"]) * (1 if item["DebitCreditCode"] == "S" else -1)
        for item in items
        if item["GLAccount"] == account
    ]
    return to_minor(sum(signed, Decimal(0)), currency)


_HEAD = (
    "CompanyCode",
    "AccountingDocument",
    "FiscalYear",
    "AccountingDocumentType",
    "ReferenceDocument",
    "PostingDate",
)
_ITEM = ("AccountingDocumentItem", "GLAccount", "Customer", "DebitCreditCode", "AmountInTransactionCurrency")


def _digest(entry: Row, items: Sequence[Row]) -> str:
    """Of what a posted entry keeps for ever; texts may be changed in SAP."""
    lasting = [[entry[name] for name in _HEAD], [[item[name] for name in _ITEM] for item in items]]
    return hashlib.sha256(json.dumps(lasting).encode()).hexdigest()
