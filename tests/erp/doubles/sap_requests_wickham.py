"""The double of SAP's Sales as Wickham & Rowe has it, and our adapter to it: what the tests begin with."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx

from connectors.erp.port import Papers
from connectors.erp.sap_requests.adapter import SapRequestErp
from connectors.erp.sap_requests.settings import SapRequestSettings
from schemas.credits import CreditRequest
from tests.erp.credit_requests import credit_request
from tests.erp.doubles.sap_requests import PASSWORD, URL, USER, SapRequests

CUSTOMER = "17100001"
_PASSWORD_ENV = "BACKHAUL_TEST_SAP_PASSWORD"
_MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def wickham(
    now: Callable[[], datetime] = lambda: _MOMENT, requests: Iterable[CreditRequest] | None = None, **given: Any
) -> SapRequests:
    """A Sales with one customer, and the invoices that these requests credit (else ``credit_request()``)."""
    sap = SapRequests(now, **given)
    sap.books.customers.add(CUSTOMER)
    for request in [credit_request()] if requests is None else requests:
        invoiced(sap, request)
    return sap


def invoiced(sap: SapRequests, request: CreditRequest, **head: Any) -> None:
    """Bill the invoices that a request credits, each with the items that it names."""
    for number in sorted({line.invoice_number for line in request.lines}):
        lines = [line for line in request.lines if line.invoice_number == number]
        rows = [
            {"BillingDocumentItem": one.invoice_line, "Material": one.vendor_item, "NetAmount": one.net,
             "BillingQuantity": f"{one.units}.000", "rate": one.tax_rate}
            for one in lines
        ]  # fmt: skip
        sap.books.invoice(
            number, CUSTOMER, lines[0].invoice_date, rows, **{"TransactionCurrency": request.currency, **head}
        )


def credit_memos(sap: SapRequests) -> list[str]:
    """The numbers of the credit memos that were made and not cancelled."""
    memos = [one for one in sap.books.bills.values() if one["SDDocumentCategory"] == "O"]
    return [one["BillingDocument"] for one in memos if not one["BillingDocumentIsCancelled"]]


def settings(**changed: Any) -> SapRequestSettings:
    """Our settings of it; the password stands in the environment."""
    os.environ[_PASSWORD_ENV] = PASSWORD
    given = {
        "kind": "sap_requests", "url": URL, "user": USER, "password_env": _PASSWORD_ENV, "companies": {"WR01": "1010"},
        "customers": {"nordstad": CUSTOMER}, "debit_type": "DR", "requests_per_second": 10_000, **changed,
    }  # fmt: skip
    return SapRequestSettings.model_validate(given)


def connected(
    sap: Callable[[httpx.Request], httpx.Response] | None, papers: Papers | None = None, **changed: Any
) -> SapRequestErp:
    """Our adapter to a double in this process, or (None) to the address of the settings."""
    transport = httpx.MockTransport(sap) if sap else None
    return SapRequestErp(settings(**changed), transport=transport, papers=papers)
