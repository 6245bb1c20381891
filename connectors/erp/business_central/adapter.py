"""Open this when Business Central does something with a credit note: drafts, posting, reading back by API v2.0.

A memo or invoice keeps its id when it is posted: the API answers the id of the draft for what was posted from it.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import httpx

from connectors.erp.business_central.attachments import ensure_attached
from connectors.erp.business_central.documents import DOCUMENTS, Documents, documents_of
from connectors.erp.business_central.ledger import booked, stands
from connectors.erp.business_central.notes import closed_hash, draft_values
from connectors.erp.business_central.reading import age, document
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.wire import Record, Wire, any_of, quoted
from connectors.erp.http import Refused
from connectors.erp.papers import paper_name, paper_of
from connectors.erp.port import Capabilities, ErpDocument, Papers
from schemas.credits import PREFIX, CreditRequest
from schemas.errors import BackhaulError, PermanentError, TransientError

_INVOICES_AT_ONCE = 20
_ID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_GONE = 404
_CHANGED = (409, 412)  # somebody else changed it since it was read; nothing was done


@dataclass(frozen=True, slots=True)
class _Held:
    """A record as it was read, and where it stands."""

    company: str
    of: Documents
    record: Record


class BusinessCentralErp:
    """An environment of Business Central. It keeps no reference single, and posts a draft at most once."""

    def __init__(
        self,
        settings: BusinessCentralSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        papers: Papers | None = None,
    ) -> None:
        self._settings = settings
        self._papers = papers
        self._wire = Wire(settings, transport)
        self._retailers = {number: retailer for retailer, number in settings.customers.items()}
        self._ids: dict[str, str] = {}
        self._known: dict[str, tuple[str, Documents]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return Capabilities(
            native_key="none",
            draft_state=True,
            line_reference="header",
            tax_override=False,
            discount_on_credit=True,
            max_request_seconds=self._settings.longest_request_seconds,
            counter_documents=True,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every whole document of our reference, oldest first; drafts left half made only after one of those.

        A reference that has nothing but half-made drafts has none: ``create_draft`` removes them before it makes one.
        """
        whole: list[ErpDocument] = []
        halves: list[ErpDocument] = []
        for company in self._companies().values():
            for of in DOCUMENTS:
                for held in self._search(company, of, f"externalDocumentNumber eq {quoted(reference)}"):
                    found = self._document(held)
                    (halves if _half(held, found) else whole).append(found)
        return [*whole, *halves] if whole else []

    def read(self, draft_id: str) -> ErpDocument | None:
        """The document of this id, draft or posted, from the primary; None when there is none, or it is not ours."""
        held = self._held(draft_id)
        return self._document(held) if held else None

    def create_draft(self, request: CreditRequest) -> str:
        """A draft, made with its lines by one request. PermanentError: it cannot be credited, and nothing is left.

        The reconciliation that the request names must be there; ``post`` attaches it.
        """
        paper_of(request, self._papers)
        company, of = self._company(request.company), documents_of(request.charges)
        customer, invoices = self._customer(request.retailer), self._invoices(company, request)
        values = draft_values(request, customer, invoices, self._settings)
        self._remove_halves(company, of, request.reference)
        try:
            return str(self._wire.create(company, of.entities, values)["id"])
        except Refused:
            with suppress(BackhaulError):
                self._remove_halves(company, of, request.reference)
            raise

    def post(self, draft_id: str, on: date) -> None:
        """Post this draft under this day, with its paper. PermanentError when it is posted already, or refused."""
        held = self._held(draft_id)
        if held is None:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        if self._document(held).state == "posted":
            raise PermanentError(f"{draft_id} is posted already, as {held.record['number']}. Next: read it back.")
        self._attach(held)
        days = {"postingDate": on.isoformat(), held.of.day: on.isoformat()}
        if any(held.record[name] != day for name, day in days.items()):
            self._undisturbed("changed", held, days)
        self._wire.act(held.company, held.of.entities, held.record, "post")

    def discard(self, draft_id: str) -> None:
        """Delete a draft as it was read; nothing happens when it is gone. PermanentError when it is none any more."""
        held = self._held(draft_id)
        if held is None:
            return
        if self._document(held).state == "posted" or stands(held.record) != "draft":
            raise PermanentError(
                f"{draft_id} is {held.record['number']} with status {held.record['status']} and cannot be discarded. "
                "Next: a person must see why it was taken for an orphan; a released draft is reopened there."
            )
        self._undisturbed("deleted", held)

    def _attach(self, held: _Held) -> None:
        """The draft has the paper that its request names, whatever an earlier attempt left of it."""
        reference = str(held.record["externalDocumentNumber"])
        paper = self._papers(reference) if self._papers else None
        if paper is not None:
            ensure_attached(self._wire, held.company, held.of, held.record, paper_name(reference), paper)

    def _undisturbed(self, what: str, held: _Held, values: dict[str, str] | None = None) -> None:
        """Change or delete a document only as we read it: Business Central would delete a posted one as well."""
        try:
            if values is None:
                self._wire.delete(held.company, held.of.entities, held.record)
            else:
                self._wire.write(held.company, held.of.entities, held.record, values)
        except Refused as refused:
            if refused.status in _CHANGED:
                told = f"{held.record['number']} was changed by somebody else and not {what}"
                raise TransientError(f"{told}. Next: nothing, it is tried again.") from None
            if refused.status != _GONE or values is not None:
                raise

    def _held(self, draft_id: str) -> _Held | None:
        """The record of this id, if it carries a reference of ours: what was sold has the retailer's."""
        if not _ID.match(draft_id):
            return None
        places = [(company, of) for company in self._companies().values() for of in DOCUMENTS]
        first = self._known.get(draft_id)
        for company, of in sorted(places, key=lambda place: place != first):
            for held in self._search(company, of, f"id eq {draft_id}"):
                if str(held.record["externalDocumentNumber"]).startswith(PREFIX):
                    return held
        return None

    def _search(self, company: str, of: Documents, where: str) -> list[_Held]:
        found = sorted(self._wire.search(company, of.entities, where, of.lines), key=age)
        self._known |= {str(record["id"]): (company, of) for record in found}
        return [_Held(company, of, record) for record in found]

    def _document(self, held: _Held) -> ErpDocument:
        return document(held.of, held.record, self._posted(held), self._retailers)

    def _posted(self, held: _Held) -> bool:
        """Whether it is posted; where the status leaves that open, the general ledger tells."""
        standing = stands(held.record)
        if standing == "unclear":
            return bool(booked(self._wire, held.company, held.of.kind, [held.record]))
        return standing != "draft"

    def _remove_halves(self, company: str, of: Documents, reference: str) -> None:
        """Delete what an earlier request left of a draft; nothing of ours is at work when a new one is made."""
        for held in self._search(company, of, f"externalDocumentNumber eq {quoted(reference)}"):
            if _half(held, self._document(held)):
                self._undisturbed("deleted", held)

    def _invoices(self, company: str, request: CreditRequest) -> list[Record]:
        numbers = sorted({line.invoice_number for line in request.lines})
        found: list[Record] = []
        for start in range(0, len(numbers), _INVOICES_AT_ONCE):
            where = any_of("number", numbers[start : start + _INVOICES_AT_ONCE])
            found += self._wire.search(company, "salesInvoices", where, "salesInvoiceLines")
        return found

    def _companies(self) -> dict[str, str]:
        """Ids of the companies that we act for, by their names there; asked once."""
        if not self._ids:
            shown = {str(one["name"]): str(one["id"]) for one in self._wire.companies()}
            named = set(self._settings.companies.values())
            self._ids = {name: one for name, one in shown.items() if not named or name in named}
        return self._ids

    def _company(self, ours: str) -> str:
        name = self._settings.companies.get(ours, ours)
        known = self._companies()
        if name not in known:
            raise PermanentError(
                f"Business Central shows our application no company named {name}. "
                f"Next: correct erp: companies: {ours} in the settings, or the application's rights."
            )
        return known[name]

    def _customer(self, retailer: str) -> str:
        if retailer not in self._settings.customers:
            raise PermanentError(
                f"{retailer} has no customer in Business Central. Next: add erp: customers: {retailer} with its number "
                "to the settings, then release the intent."
            )
        return self._settings.customers[retailer]


def _half(held: _Held, found: ErpDocument) -> bool:
    """A draft that has not its last line: its making was broken off. What a person may have made is left alone."""
    unclosed = closed_hash(held.record[held.of.lines]) is None
    return found.state == "draft" and stands(held.record) == "draft" and unclosed
