"""Open this when Odoo does something with a credit note: drafts, posting, reading back, against a running server."""

from collections.abc import Sequence
from datetime import date

import httpx

from connectors.erp.http import HttpClient, Refused
from connectors.erp.odoo.attachments import ensure_attached, made_with
from connectors.erp.odoo.known import Known
from connectors.erp.odoo.notes import (
    MOVE_TYPES,
    ORIGINAL_FIELDS,
    ORIGINAL_LINE_FIELDS,
    PRODUCT_FIELDS,
    TAX_FIELDS,
    Sold,
    move_values,
)
from connectors.erp.odoo.reading import FIELDS, LINE, LINE_FIELDS, MOVE, abandoned, document
from connectors.erp.odoo.settings import OdooSettings
from connectors.erp.odoo.wire import Domain, Record, Wire, explain, id_of
from connectors.erp.papers import paper_name, paper_of
from connectors.erp.port import Capabilities, ErpDocument, Papers
from connectors.erp.remote import client_of
from connectors.erp.secrets import Secret, read_secret
from schemas.credits import PREFIX, CreditRequest
from schemas.errors import PermanentError

LINE_ORDER = "move_id, sequence, id"  # as an invoice shows its lines
_PRICE_PLACES = 2  # what Odoo keeps of a price unless "Product Price" says otherwise
_NOT_FOUND = 404


def connect(settings: OdooSettings, transport: httpx.BaseTransport | None = None) -> tuple[HttpClient, Wire]:
    """The way to the server; nothing is sent yet. ConfigError: the address or the key cannot be used."""
    key = Secret(read_secret("erp", settings.key_file, settings.key_env), "bearer ")
    client = client_of(settings, "Odoo", {"Authorization": key}, explain, transport)
    return client, Wire(client, settings.database)


class OdooErp:
    """An Odoo database. It keeps no reference single: a repeated request leaves a second draft, not a second note."""

    def __init__(
        self, settings: OdooSettings, *, transport: httpx.BaseTransport | None = None, papers: Papers | None = None
    ) -> None:
        self._settings = settings
        self._papers = papers
        self._client, self._wire = connect(settings, transport)
        self._known = Known(self._wire, settings)

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return Capabilities(
            native_key="none",
            draft_state=True,
            line_reference="header",
            tax_override=True,
            discount_on_credit=False,
            max_request_seconds=self._settings.longest_request_seconds,
            counter_documents=True,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every draft and posted document that carries our reference, oldest first."""
        return self._documents([["ref", "=", reference]])

    def read(self, draft_id: str) -> ErpDocument | None:
        """The document of this id, draft or posted; None when there is none, or it carries no reference of ours."""
        record = self._record(draft_id)
        return self._told([record])[0] if record else None

    def create_draft(self, request: CreditRequest) -> str:
        """A draft with its paper; answers its id. PermanentError: the original invoices do not bear it."""
        paper, company = paper_of(request, self._papers), self._known.company(request.company)
        values = move_values(request, self._sold(request, company))
        if paper is not None:
            values |= made_with(paper_name(request.reference), paper, company)
        return str(self._wire.create(MOVE, values, company))

    def post(self, draft_id: str, on: date) -> None:
        """Post this draft under this day, with its paper. PermanentError when it is posted already, or refused."""
        record = self._record(draft_id)
        if record is None:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        if record["state"] == "posted":
            raise PermanentError(f"{draft_id} is posted already. Next: read it back; it has a number.")
        self._ensure_paper(record)
        if record["invoice_date"] != on.isoformat():
            self._wire.write(MOVE, record["id"], {"invoice_date": on})
            self._ensure_unmoved(record, self._record(draft_id))
        self._wire.act(MOVE, record["id"], "action_post")

    def discard(self, draft_id: str) -> None:
        """Delete a draft; nothing happens when it is gone. PermanentError when it is posted, or once was."""
        record = self._record(draft_id)
        if record is None:
            return
        if record["state"] == "posted" or record["posted_before"]:
            raise PermanentError(
                f"{draft_id} was posted as {record['name']} and cannot be discarded. "
                "Next: a person must see why a posted note was taken for an orphan."
            )
        try:
            self._wire.act(MOVE, record["id"], "unlink")
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise

    def _ensure_paper(self, record: Record) -> None:
        """The draft has the paper that its request names, whatever became of it since it was made."""
        paper = self._papers(record["ref"]) if self._papers else None
        if paper is not None:
            ensure_attached(self._wire, record, paper_name(record["ref"]), paper)

    def _ensure_unmoved(self, before: Record, after: Record | None) -> None:
        """PermanentError: the day that we wrote changed the amounts, or the draft is gone."""
        if after is None or any(after[name] != before[name] for name in ("amount_untaxed", "amount_tax")):
            raise PermanentError(
                f"the amounts of draft {before['id']} changed in Odoo with its day; it is not posted. "
                "Next: see which rule of Odoo depends on the day, then release the intent."
            )

    def _record(self, draft_id: str) -> Record | None:
        """The document of this id, if it counts and carries a reference of ours: what was sold has the retailer's."""
        if not (draft_id.isascii() and draft_id.isdecimal()):
            return None
        found = self._searched([["id", "=", int(draft_id)], ["ref", "!=", False]])
        return next((one for one in found if one["ref"].startswith(PREFIX)), None)

    def _documents(self, domain: Domain) -> list[ErpDocument]:
        return self._told(self._searched(domain))

    def _searched(self, domain: Domain) -> list[Record]:
        self._known.companies()
        found = self._wire.search(MOVE, [["move_type", "in", list(MOVE_TYPES.values())], *domain], FIELDS)
        return [one for one in found if not abandoned(one)]

    def _told(self, records: Sequence[Record]) -> list[ErpDocument]:
        """The records with their lines, in our words."""
        if not records:
            return []
        ids = [one["id"] for one in records]
        shown = ["product", "line_note", "line_section"]
        of_these: Domain = [["move_id", "in", ids], ["display_type", "in", shown]]
        lines = self._wire.search(LINE, of_these, LINE_FIELDS, order=LINE_ORDER)
        retailers = self._known.retailers()
        return [
            document(one, [line for line in lines if id_of(line["move_id"]) == one["id"]], retailers) for one in records
        ]

    def _sold(self, request: CreditRequest, company: int) -> Sold:
        """The original invoices with all that hangs on them."""
        numbers = sorted({line.invoice_number for line in request.lines})
        sold: Domain = [
            ["move_type", "=", "out_invoice"], ["state", "=", "posted"], ["company_id", "=", company],
            ["name", "in", numbers],
        ]  # fmt: skip
        invoices = self._wire.search(MOVE, sold, ORIGINAL_FIELDS)
        ids = [one["id"] for one in invoices]
        of_these: Domain = [["move_id", "in", ids], ["display_type", "=", "product"]]
        lines = self._wire.search(LINE, of_these, ORIGINAL_LINE_FIELDS, order=LINE_ORDER)
        products = self._wire.by_id("product.product", (id_of(one["product_id"]) for one in lines), PRODUCT_FIELDS)
        taxes = self._wire.by_id("account.tax", (tax for one in lines for tax in one["tax_ids"]), TAX_FIELDS)
        customers = (partner for partner, known in self._known.retailers().items() if known == request.retailer)
        return Sold(invoices, lines, products, taxes, self._price_places(), frozenset(customers))

    def _price_places(self) -> int:
        found = self._wire.search("decimal.precision", [["name", "=", "Product Price"]], ["digits"])
        return int(found[0]["digits"]) if found else _PRICE_PLACES
