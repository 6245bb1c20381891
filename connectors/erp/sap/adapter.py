"""Open this when SAP does something with a credit: drafts are ours, posted by BAPI, read back by OData."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import httpx

from connectors.erp.port import Capabilities, ErpDocument, draft_of
from connectors.erp.sap.gateway import gateway_client, token
from connectors.erp.sap.journal import Row, document, parties, posting, refusal
from connectors.erp.sap.prepared import PreparedDrafts, reference_of
from connectors.erp.sap.settings import SapSettings
from connectors.erp.throttle import PAUSE_SECONDS_MAX
from schemas.credits import CreditRequest
from schemas.errors import PermanentError

_BAPI = "/sap/bc/rfc/BAPI_ACC_DOCUMENT_POST"
_SERVICE = "/sap/opu/odata/sap/API_JOURNALENTRY_SRV/"
_PAGE = 100
_REQUESTS_OF_A_POSTING = 3


class SapErp:
    """An SAP system. It keeps no reference single and has no drafts: see docs/erp/sap.md for what follows from that."""

    def __init__(self, settings: SapSettings, drafts: Path, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._drafts = PreparedDrafts(drafts)
        self._client = gateway_client(settings, transport)
        self._headers = {"sap-client": settings.client}

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return Capabilities(
            native_key="none",
            draft_state=False,
            line_reference="none",
            tax_override=True,
            discount_on_credit=False,
            # From the moment at which posting is announced: it looks and asks for a token before it sends.
            max_request_seconds=self._settings.longest_request_seconds + _REQUESTS_OF_A_POSTING * self._one_request,
            counter_documents=True,
        )

    @property
    def _one_request(self) -> int:
        """How many seconds a request of ours may take, the wait for its turn included."""
        return int(PAUSE_SECONDS_MAX + 2 * self._settings.timeout_seconds) + 1

    def ask_for_token(self) -> None:
        """See that the gateway takes our login and would let us change something; nothing is changed."""
        self._token()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Our prepared drafts and SAP's journal entries of this reference, oldest first."""
        entries = self._entries(reference)
        posted = [self._document(entry) for entry in entries]
        done = {one.draft_id for one in posted}
        waiting = [self._prepared(draft_id) for draft_id in self._drafts.of(reference) if draft_id not in done]
        return sorted([*posted, *filter(None, waiting)], key=lambda one: _counter(one.draft_id))

    def read(self, draft_id: str) -> ErpDocument | None:
        """The journal entry that was made of this draft, else the draft; None when there is neither."""
        reference = reference_of(draft_id)
        if reference is None:
            return None
        found = [one for one in self.find(reference) if one.draft_id == draft_id]
        return next((one for one in found if one.state == "posted"), found[0] if found else None)

    def create_draft(self, request: CreditRequest) -> str:
        """Prepare a draft on our side; nothing is sent."""
        parties(request, self._settings)
        return self._drafts.add(request)

    def post(self, draft_id: str, on: date) -> None:
        """Make the journal entry. PermanentError when there is one (SAP itself would not look), or SAP refuses."""
        known = self.read(draft_id)
        request = self._drafts.read(draft_id)
        if known is None or request is None:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        if known.state == "posted":
            raise PermanentError(f"{draft_id} is posted already, as {known.number}. Next: read it back.")
        parameters = posting(request, draft_id, on, self._settings)
        held = self._token()
        answer = self._client.change("POST", _BAPI, parameters, self._headers | held)
        if told := refusal(answer):
            raise PermanentError(
                f"SAP refuses {draft_id}: {told}. Next: a person corrects it, then releases the intent."
            )

    def discard(self, draft_id: str) -> None:
        """Put a prepared draft aside. PermanentError when it is posted."""
        known = self.read(draft_id)
        if known is not None and known.state == "posted":
            raise PermanentError(
                f"{draft_id} is posted as {known.number} and cannot be discarded. Next: a person looks."
            )
        self._drafts.discard(draft_id)

    def _entries(self, reference: str) -> list[Row]:
        """Every journal entry of our companies with this reference, page by page."""
        quoted = reference.replace("'", "''")
        found: list[Row] = []
        while True:
            params = [
                ("$filter", f"ReferenceDocument eq '{quoted}'"),
                ("$expand", "to_JournalEntryItem"),
                ("$orderby", "FiscalYear,AccountingDocument"),
                ("$top", str(_PAGE)),
                ("$skip", str(len(found))),
                ("$format", "json"),
            ]
            page = self._client.get(f"{_SERVICE}A_JournalEntry", params, self._headers)["d"]["results"]
            found += page
            if len(page) < _PAGE:
                ours = set(self._settings.companies.values())
                return [one for one in found if one["CompanyCode"] in ours and one["ReferenceDocument"] == reference]

    def _document(self, entry: Row) -> ErpDocument:
        return document(entry, self._settings, self._drafts.read(str(entry["AccountingDocumentHeaderText"])))

    def _prepared(self, draft_id: str) -> ErpDocument | None:
        request = self._drafts.read(draft_id)
        return draft_of(request, draft_id) if request else None

    def _token(self) -> dict[str, str]:
        """SAP takes no changing request without a token that was fetched before."""
        return token(self._client, _SERVICE, self._headers)


def _counter(draft_id: str) -> int:
    counter = draft_id.rpartition("_")[2]
    return int(counter) if counter.isdecimal() else 0
