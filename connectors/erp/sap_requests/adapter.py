"""Open this when SAP's Sales does something with a credit: a blocked request, its release, the credit memo of billing.

A credit memo request moves no money. We take its block away; billing, which is SAP's own job, makes the credit memo.
Between the two the request is still a draft for us, and the intent is looked at again until the credit memo is booked.
What takes a credit memo back goes the same way, as a debit memo request, where the settings name a type for it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import httpx

from connectors.erp.http import Refused
from connectors.erp.papers import paper_name, paper_of
from connectors.erp.port import Capabilities, ErpDocument, Papers, Pending
from connectors.erp.sap.gateway import day_text
from connectors.erp.sap.journal import parties
from connectors.erp.sap_requests import attachments
from connectors.erp.sap_requests.documents import CREDITS, DEBITS, Requests
from connectors.erp.sap_requests.notes import REFERENCE_MAX, request_values
from connectors.erp.sap_requests.reading import document, followers, gone
from connectors.erp.sap_requests.settings import SapRequestSettings
from connectors.erp.sap_requests.wire import Record, Wire, quoted
from schemas.credits import CreditRequest
from schemas.errors import PermanentError, TransientError

_NUMBER = re.compile(r"[0-9A-Z]{1,10}")
_GONE = 404
_CHANGED = 412  # somebody else changed it since it was read; nothing was done


class SapRequestErp:
    """The Sales of an SAP S/4HANA. It keeps no reference single; only the bound request is ever released."""

    def __init__(
        self,
        settings: SapRequestSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        papers: Papers | None = None,
    ) -> None:
        self._settings = settings
        self._papers = papers
        self._wire = Wire(settings, transport)
        self._retailers = {number: retailer for retailer, number in settings.customers.items()}
        self._kinds = (CREDITS, DEBITS) if settings.debit_type else (CREDITS,)

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return Capabilities(
            native_key="none",
            draft_state=True,
            line_reference="line",
            tax_override=False,
            discount_on_credit=False,
            max_request_seconds=self._settings.longest_request_seconds,
            counter_documents=DEBITS in self._kinds,
        )

    def ask_around(self) -> None:
        """See that the services answer and would let us change requests; nothing is changed."""
        for of in self._kinds:
            self._wire.token(of.service)
            self._wire.requests(of, "PurchaseOrderByCustomer eq 'BH-CHECK'")
        self._wire.bills(["0"])

    def ask_attachments(self) -> None:
        """See that the service by which reconciliations are attached is there, and would let us change something."""
        self._wire.token(attachments.SERVICE)

    def close(self) -> None:
        """Let go of the connections."""
        self._wire.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every request of our reference that is not rejected, oldest first, with the credit memo it became."""
        if len(reference) > REFERENCE_MAX:
            return []
        where = f"PurchaseOrderByCustomer eq {quoted(reference)}"
        held = [_Held(of, one) for of in self._kinds for one in self._wire.requests(of, where)]
        ours = [one for one in held if _ours(one.record) and one.record["PurchaseOrderByCustomer"] == reference]
        return [self._document(one) for one in ours]

    def read(self, draft_id: str) -> ErpDocument | None:
        """The request of this number, and the credit memo it became; None when there is none, or it is rejected."""
        held = self._held(draft_id)
        return self._document(held) if held else None

    def create_draft(self, request: CreditRequest) -> str:
        """A blocked request with its items, made by one call. PermanentError: it cannot be credited, or is not held.

        The reconciliation that the request names must be there; ``post`` attaches it.
        """
        paper_of(request, self._papers)
        company, customer = parties(request, self._settings)
        bills = self._wire.bills(sorted({line.invoice_number for line in request.lines}))
        of = DEBITS if request.charges else CREDITS
        made = self._wire.create(of, request_values(of, request, company, customer, bills, self._settings))
        number = str(made[of.word])
        if not made["HeaderBillingBlockReason"]:
            raise PermanentError(
                f"SAP made {number} for {request.reference} without billing block {self._settings.billing_block}. "
                "Next: block or reject it there at once, and see why the block was dropped; then release the intent."
            )
        return number

    def post(self, draft_id: str, on: date) -> None:
        """Release this request, with its paper, to be billed under this day.

        PermanentError when it is billed already, or somebody else blocked it; Pending when it was released before and
        billing has not made its credit memo.
        """
        held = self._held(draft_id)
        if held is None:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        found, block = self._document(held), held.record["HeaderBillingBlockReason"]
        if found.state == "posted":
            raise PermanentError(f"{draft_id} is posted already, as {found.number}. Next: read it back.")
        if not block:
            raise Pending(
                f"{draft_id} is released, and its credit memo is not booked. Next: nothing, it is looked up later; if "
                "it stays, see the billing due list, and the billing documents that wait for accounting."
            )
        if block != self._settings.billing_block:
            raise PermanentError(
                f"{draft_id} has billing block {block}, which is not ours. Next: find out who set it, and why; "
                f"put back {self._settings.billing_block}, then release the intent."
            )
        self._attach(held)
        try:
            self._wire.write(
                held.of, held.record, {"HeaderBillingBlockReason": "", "BillingDocumentDate": day_text(on)}
            )
        except Refused as refused:
            raise _disturbed(draft_id, "released", refused) from None

    def discard(self, draft_id: str) -> None:
        """Delete a blocked request as it was read; nothing happens when it is gone. PermanentError: it is released."""
        held = self._held(draft_id)
        if held is None:
            return
        if not held.record["HeaderBillingBlockReason"] or followers(held.of, held.record):
            raise PermanentError(
                f"{draft_id} is released to billing and cannot be discarded. "
                "Next: a person must see who released it, and reject its items or cancel its credit memo."
            )
        try:
            self._wire.delete(held.of, held.record)
        except Refused as refused:
            if refused.status != _GONE:
                raise _disturbed(draft_id, "deleted", refused) from None

    def _attach(self, held: "_Held") -> None:
        """The request has the paper that it was made of, whatever an earlier attempt left of it."""
        reference = str(held.record["PurchaseOrderByCustomer"])
        paper = self._papers(reference) if self._papers else None
        if paper is not None:
            number = str(held.record[held.of.word])
            attachments.ensure_attached(self._wire, held.of, number, paper_name(reference), paper)

    def _held(self, draft_id: str) -> "_Held | None":
        """The request of this number, if it carries a reference and is not rejected; SAP gives a number once."""
        if not _NUMBER.fullmatch(draft_id):
            return None
        for of in self._kinds:
            for record in self._wire.requests(of, f"{of.word} eq {quoted(draft_id)}"):
                if _ours(record):
                    return _Held(of, record)
        return None

    def _document(self, held: "_Held") -> ErpDocument:
        bills = self._wire.bills(followers(held.of, held.record))
        return document(held.of, held.record, bills, self._retailers)


@dataclass(frozen=True, slots=True)
class _Held:
    """A request as it was read, and of which kind it is."""

    of: Requests
    record: Record


def _ours(record: Record) -> bool:
    return bool(record["PurchaseOrderByCustomer"]) and not gone(record)


def _disturbed(draft_id: str, what: str, refused: Refused) -> Refused | TransientError:
    """The refusal itself, unless the request is only not any more as we read it."""
    if refused.status != _CHANGED:
        return refused
    return TransientError(f"{draft_id} was changed by somebody else and not {what}. Next: nothing, it is tried again.")
