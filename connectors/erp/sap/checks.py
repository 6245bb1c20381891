"""Open this when ``backhaul erp check`` looks at an SAP system: login, gateway, and what the settings name."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from connectors.erp.checks import Step, faulty, missing, note, ok
from connectors.erp.sap.adapter import SapErp
from connectors.erp.sap.settings import SapSettings
from schemas.errors import BackhaulError


def steps(settings: SapSettings, drafts: Path, companies: Sequence[str], retailers: Sequence[str]) -> Iterator[Step]:
    """The steps in the order in which one sets it up. Without password or gateway there are no further ones."""
    try:
        erp = SapErp(settings, drafts)
    except BackhaulError as fault:
        yield faulty("password", fault)
        return
    with closing(erp):
        yield ok("password", f"read from {settings.password_file or settings.password_env}")
        try:
            erp.ask_for_token()
            erp.find("BH-CHECK")
        except BackhaulError as fault:
            yield faulty("gateway", fault)
            return
    yield ok("gateway", f"{settings.url} takes the login, gives a token for changes, and shows journal entries")
    yield from mapped("company", companies, settings.companies)
    yield from mapped("customer", retailers, settings.customers)
    yield note("accounts, periods", "not asked: SAP tells about them when it posts, and the credit waits")


def mapped(what: str, ours: Sequence[str], known: dict[str, str]) -> Iterator[Step]:
    """A step for each company or customer of ours: the settings say what it is called in SAP."""
    key = {"company": "companies", "customer": "customers"}[what]
    for one in ours:
        if one in known:
            yield ok(f"{what} {one}", known[one])
        else:
            yield missing(f"{what} {one}", "the settings name none", f"add erp: {key}: {one}")
