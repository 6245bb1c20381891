"""Open this when Tryton does something with a credit note: drafts, posting, reading back, against a running server."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import httpx

from connectors.erp.http import HttpClient, Refused
from connectors.erp.papers import paper_of
from connectors.erp.port import Capabilities, ErpDocument, Papers
from connectors.erp.remote import client_of
from connectors.erp.secrets import Secret, read_secret
from connectors.erp.tryton.notes import ORIGINAL_FIELDS, TAX_FIELDS, invoice_values
from connectors.erp.tryton.reading import FIELDS, abandoned, document
from connectors.erp.tryton.settings import TrytonSettings
from connectors.erp.tryton.wire import Domain, Record, Wire, explain
from schemas.credits import CreditRequest
from schemas.errors import ConfigError, PermanentError

_INVOICE = "account.invoice"
_NOT_FOUND = 404


def connect(settings: TrytonSettings, transport: httpx.BaseTransport | None = None) -> tuple[HttpClient, Wire]:
    """The way to the server; nothing is sent yet. ConfigError: the address or the key cannot be used."""
    key = Secret(read_secret("erp", settings.key_file, settings.key_env), "bearer ")
    client = client_of(settings, "Tryton", {"Authorization": key}, explain, transport)
    return client, Wire(client, settings.database)


def company_id(known: Mapping[str, int], settings: TrytonSettings, ours: str) -> int:
    """The id of our company. PermanentError: Tryton shows our key none of its code."""
    code = settings.companies.get(ours, ours)
    if code not in known:
        raise PermanentError(
            f"Tryton shows our key no company whose party has the code {code}. "
            f"Next: correct erp: companies: {ours} in the settings, or add the company to the key's user."
        )
    return known[code]


def customer_code(settings: TrytonSettings, retailer: str) -> str:
    """The code of the retailer's party. PermanentError: the settings name none."""
    if retailer not in settings.customers:
        raise PermanentError(
            f"{retailer} has no customer in Tryton. Next: add erp: customers: {retailer} with its party's code to "
            "the settings, then release the intent."
        )
    return settings.customers[retailer]


def known_companies(wire: Wire) -> dict[str, int]:
    """Ids of the companies that our key may act for, by their party's code; the wire acts for them from now on."""
    found = wire.search("company.company", [], ["party.code"])
    if not found:
        raise ConfigError("Tryton shows our key no company. Next: add companies to the key's user.")
    wire.act_for([one["id"] for one in found])
    return {one["party"]["code"]: one["id"] for one in found}


class TrytonErp:
    """A Tryton database with our module (see server-module): one document a reference, drafts included."""

    def __init__(
        self,
        settings: TrytonSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        papers: Papers | None = None,
    ) -> None:
        self._settings = settings
        self._papers = papers
        self._client, self._wire = connect(settings, transport)
        self._retailers = {code: retailer for retailer, code in settings.customers.items()}
        self._companies: dict[str, int] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return Capabilities(
            native_key="field",
            draft_state=True,
            line_reference="line",
            tax_override=True,
            discount_on_credit=False,
            max_request_seconds=self._settings.longest_request_seconds,
            counter_documents=True,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """The document of our reference, draft or posted; the key leaves room for one."""
        return [document(one, self._retailers) for one in self._keyed(reference) if not abandoned(one)]

    def read(self, draft_id: str) -> ErpDocument | None:
        """The document of this id, draft or posted; None when there is none, or it is not one of ours."""
        record = self._record(draft_id)
        return document(record, self._retailers) if record else None

    def create_draft(self, request: CreditRequest) -> str:
        """A draft; where the reference has a document already, that one's id. PermanentError: it cannot be credited."""
        values = self._values(request)
        try:
            return str(self._wire.create(_INVOICE, values))
        except Refused:
            known = self._keyed(request.reference)
            if not known:
                raise
        if not abandoned(known[0]):
            return str(known[0]["id"])
        self._wire.delete(_INVOICE, known[0]["id"])  # somebody cancelled the draft, and it still holds the key
        return str(self._wire.create(_INVOICE, values))

    def post(self, draft_id: str, on: date) -> None:
        """Post this draft under this day. PermanentError when it is posted already, or Tryton refuses."""
        record = self._record(draft_id)
        if record is None:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        if document(record, self._retailers).state == "posted":
            raise PermanentError(f"{draft_id} is posted already. Next: read it back; it has a number.")
        if record["invoice_date"] != on:
            self._wire.write(_INVOICE, record["id"], {"invoice_date": on})
        self._wire.act(_INVOICE, record["id"], "post")

    def discard(self, draft_id: str) -> None:
        """Delete a draft; nothing happens when it is gone. PermanentError when it is posted."""
        record = self._record(draft_id)
        if record is None:
            return
        if document(record, self._retailers).state == "posted":
            raise PermanentError(
                f"{draft_id} is posted as {record['number']} and cannot be discarded. "
                "Next: a person must see why a posted note was taken for an orphan."
            )
        try:
            if record["state"] != "draft":
                self._wire.act(_INVOICE, record["id"], "draft")
            self._wire.delete(_INVOICE, record["id"])
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise

    def _record(self, draft_id: str) -> Record | None:
        """The record of this id, if it is one of ours and counts."""
        if not (draft_id.isascii() and draft_id.isdecimal()):
            return None
        found = self._searched([["id", "=", int(draft_id)], ["backhaul_key", "!=", None]])
        return next((one for one in found if not abandoned(one)), None)

    def _keyed(self, reference: str) -> list[Record]:
        return self._searched([["backhaul_key", "=", reference]])

    def _searched(self, domain: Domain) -> list[Record]:
        self._known_companies()
        return self._wire.search(_INVOICE, domain, FIELDS)

    def _known_companies(self) -> dict[str, int]:
        """Ids of the companies that our key may act for, by their party's code; asked once."""
        if not self._companies:
            self._companies = known_companies(self._wire)
        return self._companies

    def _values(self, request: CreditRequest) -> dict[str, object]:
        """The draft as it is sent, made from the original invoices."""
        company = company_id(self._known_companies(), self._settings, request.company)
        numbers = sorted({line.invoice_number for line in request.lines})
        sold: Domain = [
            ["number", "in", numbers],
            ["company", "=", company],
            ["type", "=", "out"],
            ["state", "in", ["posted", "paid"]],
        ]
        originals = self._wire.search(_INVOICE, sold, ORIGINAL_FIELDS)
        used = sorted(set(_taxes(originals)))
        taxes = {one["id"]: one for one in self._wire.search("account.tax", [["id", "in", used]], TAX_FIELDS)}
        customer, sets_off = customer_code(self._settings, request.retailer), self._settings.apply_to_invoice
        values = invoice_values(request, customer, originals, taxes, sets_off=sets_off)
        digest = hashlib.sha256(request.canonical().encode()).hexdigest()
        return values | {"backhaul_key": request.reference, "backhaul_request": digest, **self._attached(request)}

    def _attached(self, request: CreditRequest) -> dict[str, object]:
        """The reconciliation that the request names, made with the invoice in one transaction."""
        paper = paper_of(request, self._papers)
        if paper is None or request.reconciliation is None:
            return {}
        attachment = {"name": request.reconciliation.name, "type": "data", "data": paper}
        return {"backhaul_papers": [["create", [attachment]]]}


def _taxes(invoices: Iterable[Record]) -> Iterable[int]:
    return (tax for invoice in invoices for line in invoice["lines"] for tax in line["taxes"])
