"""Open this when Business Central does something with a credit note: drafts, posting, reading back by API v2.0.

A memo keeps its id when it is posted: the API answers the id of the draft for the document that was posted from it.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import httpx

from connectors.erp.business_central.ledger import booked, stands
from connectors.erp.business_central.notes import closed_hash, memo
from connectors.erp.business_central.reading import LINES, age, document
from connectors.erp.business_central.settings import BusinessCentralSettings
from connectors.erp.business_central.wire import Record, Wire, any_of, quoted
from connectors.erp.http import Refused
from connectors.erp.port import Capabilities, ErpDocument
from schemas.credits import CreditRequest
from schemas.errors import BackhaulError, PermanentError, TransientError

_MEMOS = "salesCreditMemos"
_INVOICES_AT_ONCE = 20
_ID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_GONE = 404
_CHANGED = (409, 412)  # somebody else changed it since it was read; nothing was done


class BusinessCentralErp:
    """An environment of Business Central. It keeps no reference single, and posts a draft at most once."""

    def __init__(self, settings: BusinessCentralSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._wire = Wire(settings, transport)
        self._retailers = {number: retailer for retailer, number in settings.customers.items()}
        self._ids: dict[str, str] = {}
        self._known: dict[str, str] = {}

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
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every whole memo of our reference, oldest first; drafts that were left half made only after one of those.

        A reference that has nothing but half-made drafts has none: ``create_draft`` removes them before it makes one.
        """
        whole: list[ErpDocument] = []
        halves: list[ErpDocument] = []
        for company in self._companies().values():
            for record in self._memos(company, f"externalDocumentNumber eq {quoted(reference)}"):
                found = self._document(company, record)
                (halves if _half(record, found) else whole).append(found)
        return [*whole, *halves] if whole else []

    def read(self, draft_id: str) -> ErpDocument | None:
        """The memo of this id, draft or posted, from the primary; None when there is none."""
        held = self._held(draft_id)
        return self._document(*held) if held else None

    def create_draft(self, request: CreditRequest) -> str:
        """A draft, made with its lines by one request. PermanentError: it cannot be credited, and nothing is left."""
        company = self._company(request.company)
        values = memo(request, self._customer(request.retailer), self._invoices(company, request), self._settings)
        self._remove_halves(company, request.reference)
        try:
            return str(self._wire.create(company, _MEMOS, values)["id"])
        except Refused:
            with suppress(BackhaulError):
                self._remove_halves(company, request.reference)
            raise

    def post(self, draft_id: str, on: date) -> None:
        """Post this draft under this day. PermanentError when it is posted already, or Business Central refuses."""
        held = self._held(draft_id)
        if held is None:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        company, record = held
        if self._document(company, record).state == "posted":
            raise PermanentError(f"{draft_id} is posted already, as {record['number']}. Next: read it back.")
        days = {"postingDate": on.isoformat(), "creditMemoDate": on.isoformat()}
        if any(record[name] != day for name, day in days.items()):
            self._undisturbed("changed", company, record, days)
        self._wire.act(company, _MEMOS, record, "post")

    def discard(self, draft_id: str) -> None:
        """Delete a draft as it was read; nothing happens when it is gone. PermanentError when it is none any more."""
        held = self._held(draft_id)
        if held is None:
            return
        company, record = held
        if self._document(company, record).state == "posted" or stands(record) != "draft":
            raise PermanentError(
                f"{draft_id} is {record['number']} with status {record['status']} and cannot be discarded. "
                "Next: a person must see why it was taken for an orphan; a released draft is reopened there."
            )
        self._undisturbed("deleted", company, record)

    def _undisturbed(self, what: str, company: str, record: Record, values: dict[str, str] | None = None) -> None:
        """Change or delete a memo only as we read it: Business Central would delete a posted one as well."""
        try:
            if values is None:
                self._wire.delete(company, _MEMOS, record)
            else:
                self._wire.write(company, _MEMOS, record, values)
        except Refused as refused:
            if refused.status in _CHANGED:
                raise TransientError(
                    f"{record['number']} was changed by somebody else and not {what}. Next: nothing, it is tried again."
                ) from None
            if refused.status != _GONE or values is not None:
                raise

    def _held(self, memo_id: str) -> tuple[str, Record] | None:
        """The company and the record of this id, if it carries a reference."""
        if not _ID.match(memo_id):
            return None
        companies = list(self._companies().values())
        first = self._known.get(memo_id)
        for company in sorted(companies, key=lambda one: one != first):
            for record in self._memos(company, f"id eq {memo_id}"):
                if record["externalDocumentNumber"]:
                    return company, record
        return None

    def _memos(self, company: str, where: str) -> list[Record]:
        found = sorted(self._wire.search(company, _MEMOS, where, LINES), key=age)
        self._known |= {str(record["id"]): company for record in found}
        return found

    def _document(self, company: str, record: Record) -> ErpDocument:
        return document(record, self._posted(company, record), self._retailers)

    def _posted(self, company: str, record: Record) -> bool:
        """Whether it is posted; where the status leaves that open, the general ledger tells."""
        standing = stands(record)
        if standing == "unclear":
            return bool(booked(self._wire, company, "Credit Memo", [record]))
        return standing != "draft"

    def _remove_halves(self, company: str, reference: str) -> None:
        """Delete what an earlier request left of a draft; nothing of ours is at work when a new one is made."""
        for record in self._memos(company, f"externalDocumentNumber eq {quoted(reference)}"):
            if _half(record, self._document(company, record)):
                self._undisturbed("deleted", company, record)

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


def _half(record: Record, found: ErpDocument) -> bool:
    """A draft that has not its last line: its making was broken off. What a person may have made is left alone."""
    return found.state == "draft" and stands(record) == "draft" and closed_hash(record[LINES]) is None
