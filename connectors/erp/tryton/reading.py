"""Open this when a document of Tryton is read back: from its record to the amounts that it states itself."""

import hashlib
import json
from collections.abc import Mapping

from connectors.erp.port import ErpDocument
from connectors.erp.tryton.wire import Record
from schemas.errors import PermanentError
from schemas.money import to_minor

FIELDS = (
    "backhaul_key", "backhaul_request", "number", "state", "invoice_date", "reference", "party.code", "currency.code",
    "company.party.code", "untaxed_amount", "tax_amount", "lines.type", "lines.sequence", "lines.origin",
    "lines.quantity", "lines.unit_price", "lines.amount", "lines.description", "lines.note", "taxes.tax", "taxes.base",
    "taxes.amount",
)  # fmt: skip

# A note that has paid an invoice is posted all the same; one that is validated has neither number nor move.
_POSTED, _DRAFT = ("posted", "paid"), ("draft", "validated")


def abandoned(record: Record) -> bool:
    """Whether somebody cancelled it before it was posted: it never counted, and is as good as gone."""
    return record["state"] == "cancelled" and not record["number"]


def document(record: Record, retailers: Mapping[str, str]) -> ErpDocument:
    """The record in our words; ``retailers`` by their party's code. PermanentError: it was cancelled after posting."""
    if record["state"] not in (*_POSTED, *_DRAFT):
        raise PermanentError(
            f"{record['number'] or record['id']} of {record['backhaul_key']} is {record['state']} in Tryton. "
            "Next: find out who did that; a credit is taken back by a document of its own."
        )
    posted = record["state"] in _POSTED
    # An out invoice below nothing gives money back; one above it charges what a credit had given.
    charges = record["untaxed_amount"] > 0 or record["tax_amount"] > 0
    sign = 1 if charges else -1
    code, currency = record["party"]["code"], record["currency"]["code"]
    return ErpDocument(
        reference=record["backhaul_key"],
        draft_id=str(record["id"]),
        state="posted" if posted else "draft",
        number=record["number"] if posted else None,
        posted_on=record["invoice_date"] if posted else None,
        retailer=retailers.get(code, f"party {code}"),
        currency=currency,
        net_minor=to_minor(sign * record["untaxed_amount"], currency),
        tax_minor=to_minor(sign * record["tax_amount"], currency),
        line_count=sum(line["type"] == "line" for line in record["lines"]),
        digest=_digest(record, posted),
        request_hash=record["backhaul_request"],
        charges=charges,
    )


def _digest(record: Record, posted: bool) -> str:
    """Of everything that we read, but for a state that changes when the note pays an invoice."""
    lasting = {**record, "state": "posted" if posted else "draft"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True, default=str).encode()).hexdigest()
