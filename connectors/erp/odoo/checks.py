"""Open this when ``backhaul erp check`` looks at an Odoo database: every step from the key to the customers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import httpx

from connectors.erp.checks import Step, faulty, missing, note, ok
from connectors.erp.http import Refused
from connectors.erp.odoo import attachments
from connectors.erp.odoo.adapter import connect
from connectors.erp.odoo.attachments import ATTACHMENT
from connectors.erp.odoo.notes import ORIGINAL_FIELDS, ORIGINAL_LINE_FIELDS
from connectors.erp.odoo.reading import FIELDS, LINE, LINE_FIELDS, MOVE
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.odoo.sold import SOURCES
from connectors.erp.odoo.wire import Record, Wire, id_of
from schemas.errors import BackhaulError

FIRST_VERSION = 19  # of the JSON-2 API
_POSTERS = "account.group_account_invoice"
_RIGHTS = (
    *((model, right) for model in (MOVE, LINE) for right in ("read", "create", "write", "unlink")),
    *((ATTACHMENT, right) for right in ("read", "create", "unlink")),
    *((model, "read") for model in ("account.tax", "account.journal", "product.product", "res.partner", "res.company")),
)
_LOCKS = {
    "user_hard_lock_date": "hard", "user_fiscalyear_lock_date": "global", "user_sale_lock_date": "sales",
    "user_tax_lock_date": "tax return",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: a way to the server, what the settings say, and who we are."""

    wire: Wire
    settings: OdooSettings
    companies: Sequence[str]
    retailers: Sequence[str]
    today: date


def steps(
    settings: OdooSettings, companies: Sequence[str], retailers: Sequence[str], today: date,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Step]:  # fmt: skip
    """The steps in the order in which one sets it up. Without key, server or company there are no further ones."""
    try:
        client, wire = connect(settings, transport)
    except BackhaulError as fault:
        yield faulty("key", fault)
        return
    with closing(client):
        yield ok("key", f"read from {settings.key_file or settings.key_env}")
        yield from _asked(Subject(wire, settings, companies, retailers, today))


def _asked(subject: Subject) -> Iterator[Step]:
    try:
        version = subject.wire.version()
    except BackhaulError as fault:
        yield faulty("server", fault)
        return
    if not _speaks_json2(version):
        following = "put the address of a server of Odoo 19 or later under erp: url; earlier ones have no JSON-2 API"
        yield missing("server", f"{subject.settings.url} answers with {version}", following)
        return
    yield ok("server", f"{subject.settings.url} answers as Odoo {version}")
    try:
        subject.wire.ask("res.users", "context_get")
        shown = subject.wire.search("res.company", [], ["name", "currency_id", *_LOCKS])
    except BackhaulError as fault:
        yield faulty("database", fault)
        return
    yield ok("database", f"{subject.settings.database or 'the only one'}: it takes the key")
    if not shown:
        yield missing("company", "the key's user sees no company", "add companies to the user in Odoo")
        return
    subject.wire.act_for([one["id"] for one in shown])
    yield from _companies(subject, shown)
    named = {subject.settings.companies.get(ours, ours) for ours in subject.companies}
    known = [one for one in shown if one["name"] in named] or shown
    for question in _QUESTIONS:
        try:
            yield from question(subject, known)
        except BackhaulError as fault:
            yield faulty(question.__name__.strip("_"), fault)


def _speaks_json2(version: str) -> bool:
    """``19.0``, ``20.0+e`` and, of hosted databases between two versions, ``saas~19.1+e``."""
    first = version.removeprefix("saas~").partition(".")[0]
    return first.isdecimal() and int(first) >= FIRST_VERSION


def _companies(subject: Subject, shown: Sequence[Record]) -> Iterator[Step]:
    by_name = {one["name"]: one for one in shown}
    for ours in subject.companies:
        name = subject.settings.companies.get(ours, ours)
        if name in by_name:
            yield ok(f"company {ours}", f"{name}, in {by_name[name]['currency_id'][1]}")
        else:
            told = f"the key's user works for no company named {name}; it does for {', '.join(sorted(by_name))}"
            yield missing(f"company {ours}", told, f"add erp: companies: {ours} with one of them, or its right")


def _rights(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    lacking = [
        f"{right} {model}" for model, right in _RIGHTS if not subject.wire.ask(model, "has_access", operation=right)
    ]
    if lacking:
        told = f"the key's user may not {', '.join(lacking)}"
        yield missing("rights", told, "give it the role Billing of Invoicing in Odoo")
    else:
        yield ok("rights", "it may make, change and delete credit notes, and read what they are made from")


def _posting(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    who = int(subject.wire.ask("res.users", "context_get")["uid"])
    if subject.wire.ask("res.users", "has_group", [who], group_ext_id=_POSTERS):
        yield ok("posting", "the key's user may post invoices")
    else:
        told = f"the key's user is not in {_POSTERS}, and Odoo lets nobody else post"
        yield missing("posting", told, "give it the role Billing of Invoicing in Odoo")


def _fields(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    """A field that is not there would be a fault of the server (500) with each request."""
    wanted = {
        MOVE: {*FIELDS, *ORIGINAL_FIELDS, "tax_totals", attachments.FIELD},
        LINE: {*LINE_FIELDS, *ORIGINAL_LINE_FIELDS},
        ATTACHMENT: {*attachments.FIELDS, "datas"},
    }
    absent = [
        f"{model}.{name}"
        for model, names in wanted.items()
        for name in sorted(names - set(subject.wire.ask(model, "fields_get", allfields=sorted(names))))
    ]
    if absent:
        told = f"this database has no {', '.join(absent)}"
        yield missing("fields", told, "see docs/erp/odoo.md for the versions that the adapter was written for")
    else:
        yield ok("fields", "invoices and their lines have the fields that a credit note needs")


def _journal(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    found = subject.wire.search("account.journal", [["type", "=", "sale"]], ["name", "code", "company_id"])
    for company in companies:
        own = [one for one in found if id_of(one["company_id"]) == company["id"]]
        name = f"journal of {company['name']}"
        if own:
            yield ok(name, ", ".join(f"{one['name']} ({one['code']})" for one in own))
        else:
            yield missing(name, "it has no journal of type Sales", "add one in Odoo")


def _taxes(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    sale = [["type_tax_use", "=", "sale"]]
    found = subject.wire.search("account.tax", sale, ["name", "price_include", "amount_type", "company_id"])
    if not found:
        yield note("taxes", "there is no sales tax: only invoices without tax can be credited")
        return
    included = [one["name"] for one in found if one["price_include"]]
    told = f"; {', '.join(included)} stand inside the price: lines with them are not credited" if included else ""
    yield (note if included else ok)("taxes", f"{len(found)} sales taxes{told}")


def _period(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    """Lock dates, as they bind the key's user."""
    for company in companies:
        locked = [
            f"{told} lock date {company[name]}" for name, told in _LOCKS.items()
            if company[name] and date.fromisoformat(company[name]) >= subject.today
        ]  # fmt: skip
        name = f"period of {company['name']}"
        if locked:
            following = "move the lock date in Odoo, or notes of this day are parked"
            yield missing(name, f"{subject.today} is locked: {', '.join(locked)}", following)
        else:
            yield ok(name, f"{subject.today} is open")


def _customers(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    mapped = subject.settings.customers
    wanted = ["ref", "name", "commercial_partner_id"]
    found = subject.wire.search("res.partner", [["ref", "in", sorted(mapped.values())]], wanted)
    for retailer in subject.retailers:
        named = [one for one in found if one["ref"] == mapped.get(retailer)]
        customers = {id_of(one["commercial_partner_id"]) for one in named}
        if retailer not in mapped:
            following = f"add erp: customers: {retailer} with the Reference of its contact"
            yield missing(f"customer {retailer}", "the settings name no customer for it", following)
        elif len(customers) == 1:
            yield ok(f"customer {retailer}", f"{named[0]['name']} ({mapped[retailer]})")
        else:
            told = "contacts of several customers have" if customers else "no contact has"
            following = f"correct erp: customers: {retailer}, or the contact in Odoo"
            yield missing(f"customer {retailer}", f"{told} the Reference {mapped[retailer]}", following)


def _sales(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    """Only a supply reads these; credit notes need none of them."""
    lacking = [source.model for source in SOURCES.values() if not _readable(subject.wire, source.model)]
    if lacking:
        yield note("sales", f"a supply from here could not read {', '.join(lacking)}; credit notes do not need it")
    else:
        yield ok("sales", "a supply may read items, orders, invoices and deliveries")


def _readable(wire: Wire, model: str) -> bool:
    try:
        return bool(wire.ask(model, "has_access", operation="read"))
    except Refused:  # the module that has it is not installed
        return False


_QUESTIONS: tuple[Callable[[Subject, Sequence[Record]], Iterator[Step]], ...] = (
    _rights, _posting, _fields, _journal, _taxes, _period, _customers, _sales,
)  # fmt: skip
