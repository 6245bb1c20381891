"""Open this when ``backhaul erp check`` looks at Business Central: every step from the secret to the posting dates."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import httpx

from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.wire import Record, Wire, any_of, quoted
from connectors.erp.checks import Step, faulty, missing, note, ok
from schemas.errors import BackhaulError

NO_DAY = "0001-01-01"
# What we read, and the filter that it is asked for with: without one, all attachments of a company are opened.
_READ = {
    "salesCreditMemos": "", "salesInvoices": "", "salesOrders": "", "salesShipments": "", "items": "",
    "generalLedgerEntries": "", "documentAttachments": "id eq 00000000-0000-0000-0000-000000000000",
}  # fmt: skip
_UNBLOCKED = ("", " ", "_x0020_", "Ship")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: a way to the environment, what the settings say, and who we are."""

    wire: Wire
    settings: BusinessCentralSettings
    retailers: Sequence[str]
    today: date


def steps(
    settings: BusinessCentralSettings,
    companies: Sequence[str],
    retailers: Sequence[str],
    today: date,
    *,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Step]:
    """The steps in the order in which one sets it up. Without secret, token or environment there are no others."""
    try:
        wire = Wire(settings, transport)
    except BackhaulError as fault:
        yield faulty("secret", fault)
        return
    with closing(wire):
        yield ok("secret", f"read from {settings.secret_file or settings.secret_env}")
        try:
            wire.tokens.current()
        except BackhaulError as fault:
            yield faulty("token", fault)
            return
        yield ok("token", f"Entra gives one for {settings.client_id}")
        yield from _environment(Subject(wire, settings, retailers, today), companies)


def _environment(subject: Subject, companies: Sequence[str]) -> Iterator[Step]:
    try:
        shown = {str(one["name"]): str(one["id"]) for one in subject.wire.companies()}
    except BackhaulError as fault:
        yield faulty("environment", fault)
        return
    yield ok("environment", f"{subject.settings.environment} of {subject.settings.tenant} takes the token")
    for ours in companies:
        name = subject.settings.companies.get(ours, ours)
        if name not in shown:
            told = f"there is no company named {name}; there are {', '.join(sorted(shown)) or 'none that we may see'}"
            yield missing(f"company {ours}", told, f"add erp: companies: {ours} with one of them, or our rights to it")
            continue
        yield ok(f"company {ours}", name)
        for question in _QUESTIONS:
            try:
                yield from question(subject, shown[name])
            except BackhaulError as fault:
                yield faulty(question.__name__.strip("_"), fault)


def _rights(subject: Subject, company: str) -> Iterator[Step]:
    """Each kind of record is asked for: there is no other way to learn what an application may read."""
    refused = []
    for entities, where in _READ.items():
        try:
            subject.wire.page(company, entities, where, "", 1)
        except BackhaulError as fault:
            refused.append(f"{entities} ({str(fault).partition(' Next: ')[0]})")
    if refused:
        yield missing("rights", f"we may not read {'; '.join(refused)}", "add the permission sets of docs/erp")
    else:
        yield ok("rights", f"we may read {', '.join(_READ)}")
    yield note("rights to write", "not asked: only a memo that is really made and posted would tell")


def _customers(subject: Subject, company: str) -> Iterator[Step]:
    mapped = subject.settings.customers
    found = _by_number(subject, company, "customers", sorted(mapped.values()))
    for retailer in dict.fromkeys([*subject.retailers, *mapped]):
        number = mapped.get(retailer)
        name = f"customer {retailer}"
        if number is None:
            yield missing(name, "the settings name no customer for it", f"add erp: customers: {retailer}")
        elif number not in found:
            yield missing(name, f"there is no customer {number}", f"correct erp: customers: {retailer}")
        elif str(found[number]["blocked"]) not in _UNBLOCKED:
            yield missing(name, f"{number} is blocked: {found[number]['blocked']}", "unblock it in Business Central")
        else:
            yield ok(name, f"{found[number]['displayName']} ({number})")


def _account(subject: Subject, company: str) -> Iterator[Step]:
    """What the lines are booked on: an account that may be posted to, or the items themselves."""
    account = subject.settings.credit_account
    if account is None:
        yield note(
            "account", "credits are booked on items, whose stock rises; credit_account would book the money alone"
        )
        return
    found = _by_number(subject, company, "accounts", [account]).get(account)
    usable = found and found["accountType"] == "Posting" and found["directPosting"] and not found["blocked"]
    if usable and found:
        yield ok("account", f"{account} {found['displayName']}")
    else:
        told = f"{account} is {'blocked, or not for direct posting' if found else 'not there'}"
        yield missing("account", told, "correct erp: credit_account, or the account")


def _posting_date(subject: Subject, company: str) -> Iterator[Step]:
    (setup,) = subject.wire.search(company, "generalLedgerSetup", "")
    first, last = str(setup["allowPostingFrom"]), str(setup["allowPostingTo"])
    today = subject.today.isoformat()
    allowed = f"{first if first != NO_DAY else 'any day'} to {last if last != NO_DAY else 'any day'}"
    if today < first or (last != NO_DAY and today > last):
        told = f"today, {today}, is outside of what the general ledger allows: {allowed}"
        yield missing("posting date", told, "move Allow Posting From and To, or notes of this day are parked")
    else:
        yield ok("posting date", f"{allowed}; a range of the application's own in User Setup cannot be asked for")


def _by_number(subject: Subject, company: str, entities: str, numbers: Sequence[str]) -> dict[str, Record]:
    if not numbers:
        return {}
    where = any_of("number", numbers) if len(numbers) > 1 else f"number eq {quoted(numbers[0])}"
    return {str(one["number"]): one for one in subject.wire.search(company, entities, where)}


_QUESTIONS: tuple[Callable[[Subject, str], Iterator[Step]], ...] = (_rights, _customers, _account, _posting_date)
