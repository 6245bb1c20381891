"""Open this when ``backhaul erp check`` looks at SAP's Sales: login, both services, and what the settings name."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import httpx

from connectors.erp.checks import Step, faulty, note, ok
from connectors.erp.sap.checks import mapped
from connectors.erp.sap_requests.adapter import SapRequestErp
from connectors.erp.sap_requests.settings import SapRequestSettings
from schemas.errors import BackhaulError


def steps(
    settings: SapRequestSettings,
    companies: Sequence[str],
    retailers: Sequence[str],
    *,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Step]:
    """The steps in the order in which one sets it up. Without password or services there are no further ones."""
    try:
        erp = SapRequestErp(settings, transport=transport)
    except BackhaulError as fault:
        yield faulty("password", fault)
        return
    with closing(erp):
        yield ok("password", f"read from {settings.password_file or settings.password_env}")
        try:
            erp.ask_around()
        except BackhaulError as fault:
            yield faulty("services", fault)
            return
        attaching = _attachments(erp)
    yield ok("services", f"{settings.url} takes the login, gives a token, shows requests and billing documents")
    yield attaching
    yield from mapped("company", companies, settings.companies)
    yield from mapped("customer", retailers, settings.customers)
    asked_later = f"type {settings.request_type}, block {settings.billing_block}, condition {settings.price_condition}"
    yield note("customizing", f"not asked: {asked_later}; SAP tells about them when a request is made")
    yield note("billing", "not asked: a credit is posted when SAP's own billing has made its credit memo and booked it")


def _attachments(erp: SapRequestErp) -> Step:
    """Only notes that carry their reconciliation need the service."""
    try:
        erp.ask_attachments()
    except BackhaulError as fault:
        told = str(fault).partition(" Next: ")[0].rstrip(".")
        return note("attachments", f"{told}; without it no note is posted that carries its reconciliation")
    return ok("attachments", "the attachment service answers, and gives a token")
