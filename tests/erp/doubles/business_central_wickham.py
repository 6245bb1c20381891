"""The double of Business Central as Wickham & Rowe has it, and our adapter to it: what the tests begin with."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx

from connectors.erp.business_central.adapter import BusinessCentralErp
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.port import Papers
from schemas.credits import CreditRequest
from tests.erp.credit_requests import credit_request
from tests.erp.doubles.business_central import API, CLIENT, SECRET, TENANT, BusinessCentral

CUSTOMER = "10000"
_SECRET_ENV = "BACKHAUL_TEST_BC_SECRET"
_MOMENT = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
_CODES = {Decimal(20): "VAT20", Decimal(10): "VAT10", Decimal(0): "ZERO"}


def wickham(
    now: Callable[[], datetime] = lambda: _MOMENT, requests: Iterable[CreditRequest] | None = None, **given: Any
) -> BusinessCentral:
    """A Business Central with one customer, and the invoices that these requests credit (else ``credit_request()``)."""
    central = BusinessCentral(now, **given)
    central.books.customer(CUSTOMER)
    for request in [credit_request()] if requests is None else requests:
        invoiced(central, request)
    return central


def invoiced(central: BusinessCentral, request: CreditRequest) -> None:
    """Post the invoices that a request credits, each with the lines that it names, in the order of their numbers."""
    for number in sorted({line.invoice_number for line in request.lines}):
        lines = sorted((line for line in request.lines if line.invoice_number == number), key=lambda one: one.line_no)
        rows = [
            {"item": one.vendor_item, "gtin": one.gtin, "quantity": one.units, "net": one.net,
             "taxCode": _CODES[one.tax_rate]}
            for one in lines
        ]  # fmt: skip
        central.books.sold(number, CUSTOMER, lines[0].invoice_date, rows, currencyCode=request.currency)


def memos(central: BusinessCentral) -> list[dict[str, Any]]:
    """All credit memos, drafts and posted ones, in the order in which they were made."""
    return central.books.records("salesCreditMemos")


def posted(central: BusinessCentral) -> list[str]:
    """The numbers of the posted ones."""
    return [one["number"] for one in memos(central) if one["number"].startswith("PS-")]


def settings(**changed: Any) -> BusinessCentralSettings:
    """Our settings of it; the secret stands in the environment."""
    os.environ[_SECRET_ENV] = SECRET
    given = {
        "kind": "business_central", "tenant": TENANT, "client_id": CLIENT, "secret_env": _SECRET_ENV, "url": API,
        "customers": {"nordstad": CUSTOMER}, "requests_per_second": 10_000, **changed,
    }  # fmt: skip
    return BusinessCentralSettings(**given)


def connected(
    central: Callable[[httpx.Request], httpx.Response] | None, papers: Papers | None = None, **changed: Any
) -> BusinessCentralErp:
    """Our adapter to a double in this process, or (None) to the address of the settings."""
    transport = httpx.MockTransport(central) if central else None
    return BusinessCentralErp(settings(**changed), transport=transport, papers=papers)
