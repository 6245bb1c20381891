"""Open this when ``backhaul erp check`` looks at a Tryton server: every step from the key to the customers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from connectors.erp.checks import Step, faulty, missing, ok
from connectors.erp.http import HttpClient
from connectors.erp.tryton.adapter import connect
from connectors.erp.tryton.settings import TrytonSettings
from connectors.erp.tryton.wire import Record, Wire
from schemas.errors import BackhaulError

MODULE, MODULE_VERSION = "backhaul_key", (8, 2, 1)
_WRITTEN = ("account.invoice", "account.invoice.line", "account.invoice.tax")
_READ = ("account.tax", "account.period", "party.party", "product.product", "currency.currency", "company.company")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: a way to the server, what the settings say, and who we are."""

    wire: Wire
    settings: TrytonSettings
    companies: Sequence[str]
    retailers: Sequence[str]
    today: date


def steps(settings: TrytonSettings, companies: Sequence[str], retailers: Sequence[str], today: date) -> Iterator[Step]:
    """The steps in the order in which one sets it up. Without key, server or company there are no further ones."""
    try:
        client, wire = connect(settings)
    except BackhaulError as fault:
        yield faulty("key", fault)
        return
    with closing(client):
        yield ok("key", f"read from {settings.key_file or settings.key_env}")
        yield from _asked(client, Subject(wire, settings, companies, retailers, today))


def _asked(client: HttpClient, subject: Subject) -> Iterator[Step]:
    try:
        shown = subject.wire.search("company.company", [], ["party.code", "party.name", "currency.code"])
    except BackhaulError as fault:
        yield faulty("server", fault)
        return
    yield ok("server", f"{subject.settings.url} answers for {subject.settings.database}, and takes the key")
    if not shown:
        yield missing("company", "the key's user sees no company", "add companies to the user in Tryton")
        return
    subject.wire.act_for([one["id"] for one in shown])
    yield from _companies(subject, shown)
    known = [one for one in shown if one["party"]["code"] in {_code(subject, ours) for ours in subject.companies}]
    for question in _QUESTIONS:
        try:
            yield from question(subject, known or shown)
        except BackhaulError as fault:
            yield faulty(question.__name__.strip("_"), fault)


def _code(subject: Subject, ours: str) -> str:
    return subject.settings.companies.get(ours, ours)


def _companies(subject: Subject, shown: Sequence[Record]) -> Iterator[Step]:
    by_code = {one["party"]["code"]: one for one in shown}
    for ours in subject.companies:
        found = by_code.get(_code(subject, ours))
        if found:
            yield ok(f"company {ours}", f"{found['party']['name']}, in {found['currency']['code']}")
        else:
            told = f"no company's party has the code {_code(subject, ours)}; there are {', '.join(sorted(by_code))}"
            yield missing(f"company {ours}", told, f"add erp: companies: {ours} with one of them, or its right")


def _module(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    found = subject.wire.search("ir.module", [["name", "=", MODULE]], ["state", "version"])
    if not found:
        told = "not installed"
    elif found[0]["state"] != "activated":
        told = "installed, not active"
    elif _numbers(found[0]["version"]) < MODULE_VERSION:
        told = f"of version {found[0]['version']}, and lacks fields that drafts have"
    else:
        yield ok("module", f"{MODULE} is active: a reference has one document")
        return
    following = f"install the one of this release (docs/erp/tryton.md) and `trytond-admin -u {MODULE}`"
    yield missing("module", f"{MODULE} is {told}", following)


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in (version or "").split(".") if part.isdecimal())


def _rights(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    held = subject.wire.ask("ir.model.access", "get_access", {"models": [*_WRITTEN, *_READ]})
    wanted = [(model, right) for model in _WRITTEN for right in ("read", "write", "create", "delete")]
    wanted += [(model, "read") for model in _READ]
    lacking = [f"{right} {model}" for model, right in wanted if not held[model][right]]
    if lacking:
        yield missing("rights", f"the key's user may not {', '.join(lacking)}", "add it to the group Accounting")
    else:
        yield ok("rights", "it may make, post and delete customer invoices, and read what they are made from")


def _journal(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    found = subject.wire.search("account.journal", [["type", "=", "revenue"]], ["name"])
    if found:
        yield ok("journal", ", ".join(one["name"] for one in found))
    else:
        yield missing("journal", "there is no journal of type revenue", "add one in Tryton")


def _period(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    """Today's period is open, and its fiscal year numbers credit notes."""
    today = subject.today
    fields = ["name", "fiscalyear.name", "fiscalyear.invoice_sequences.out_credit_note_sequence"]
    for company in companies:
        domain = [
            ["company", "=", company["id"]], ["state", "=", "open"], ["type", "=", "standard"],
            ["start_date", "<=", today], ["end_date", ">=", today],
        ]  # fmt: skip
        found = subject.wire.search("account.period", domain, fields)
        name = f"period of {company['party']['code']}"
        if not found:
            yield missing(name, f"none is open for {today}", "open one in Tryton, or notes of this day are parked")
        elif any(row["out_credit_note_sequence"] for row in found[0]["fiscalyear"]["invoice_sequences"]):
            yield ok(name, f"{found[0]['name']} is open, and its year numbers credit notes")
        else:
            told = f"the fiscal year {found[0]['fiscalyear']['name']} has no sequence for credit notes"
            yield missing(name, told, "add one to the year's invoice sequences")


def _accounts(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    taxes = subject.wire.search("account.tax", [["type", "=", "percentage"]], ["name", "credit_note_account"])
    lacking = [one["name"] for one in taxes if not one["credit_note_account"]]
    if lacking:
        yield missing("tax accounts", f"no credit note account: {', '.join(lacking)}", "add it to these taxes")
    else:
        yield ok("tax accounts", f"{len(taxes)} taxes have an account for credit notes")


def _customers(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    mapped = subject.settings.customers
    found = subject.wire.search("party.party", [["code", "in", sorted(mapped.values())]], ["code", "name"])
    names = {one["code"]: one["name"] for one in found}
    for retailer in dict.fromkeys([*subject.retailers, *mapped]):
        if retailer not in mapped:
            told = "the settings name no customer for it"
            yield missing(f"customer {retailer}", told, f"add erp: customers: {retailer} with its party's code")
        elif mapped[retailer] in names:
            yield ok(f"customer {retailer}", f"{names[mapped[retailer]]} ({mapped[retailer]})")
        else:
            told = f"no party has the code {mapped[retailer]}"
            yield missing(f"customer {retailer}", told, f"correct erp: customers: {retailer}")


def _goods(subject: Subject, companies: Sequence[Record]) -> Iterator[Step]:
    """The module knows sales and customer returns, and every place that the settings name is there."""
    goods = subject.settings.goods
    if goods is None:
        return
    for model in ("sale.sale", "stock.shipment.out.return"):
        subject.wire.search(model, [["backhaul_key", "=", "-"]], ["id"])
    wanted = [("warehouse", goods.warehouse), *(("storage", code) for code in sorted(set(goods.locations.values())))]
    found = subject.wire.search("stock.location", [["code", "in", [code for _, code in wanted]]], ["type", "code"])
    known = [(one["type"], one["code"]) for one in found]
    if lacking := [f"{kind} location {code}" for kind, code in wanted if known.count((kind, code)) != 1]:
        yield missing("goods", f"there is not one {', '.join(lacking)}", "give these locations their codes in Tryton")
    else:
        yield ok("goods", f"replacements leave {goods.warehouse}; returned goods have {len(wanted) - 1} places")


_QUESTIONS: tuple[Callable[[Subject, Sequence[Record]], Iterator[Step]], ...] = (
    _module, _rights, _journal, _period, _accounts, _customers, _goods,
)  # fmt: skip
