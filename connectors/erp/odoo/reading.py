"""Open this when a document of Odoo is read back: from its records to the amounts that it states itself."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from connectors.erp.odoo.notes import MOVE_TYPES, request_hash
from connectors.erp.odoo.wire import Record, id_of, name_of
from connectors.erp.port import ErpDocument
from schemas.errors import PermanentError
from schemas.money import to_minor

MOVE, LINE = "account.move", "account.move.line"
FIELDS = (
    "ref", "name", "state", "posted_before", "date", "invoice_date", "currency_id", "commercial_partner_id",
    "company_id", "journal_id", "move_type", "reversed_entry_id", "amount_untaxed", "amount_tax",
)  # fmt: skip
LINE_FIELDS = (
    "move_id", "display_type", "name", "product_id", "account_id", "quantity", "price_unit", "price_subtotal",
    "tax_ids",
)  # fmt: skip


def abandoned(record: Record) -> bool:
    """Whether somebody cancelled it before it was posted: it never counted, and is as good as gone."""
    return record["state"] == "cancel" and not record["posted_before"]


def document(record: Record, lines: Sequence[Record], retailers: Mapping[int, str]) -> ErpDocument:
    """The records in our words; ``retailers`` by commercial partner. PermanentError: it was cancelled after posting."""
    if record["state"] not in ("draft", "posted"):
        raise PermanentError(
            f"{record['name'] or record['id']} of {record['ref']} is cancelled in Odoo, after it had been posted. "
            "Next: find out who did that; a credit is taken back by a document of its own."
        )
    posted = record["state"] == "posted"
    partner, currency = id_of(record["commercial_partner_id"]) or 0, name_of(record["currency_id"])
    return ErpDocument(
        reference=record["ref"],
        draft_id=str(record["id"]),
        state="posted" if posted else "draft",
        number=record["name"] if posted else None,  # a draft may have one already, which is not drawn yet
        posted_on=date.fromisoformat(record["date"]) if posted else None,
        retailer=retailers.get(partner, f"contact {name_of(record['commercial_partner_id'])}"),
        currency=currency,
        net_minor=to_minor(Decimal(record["amount_untaxed"]), currency),
        tax_minor=to_minor(Decimal(record["amount_tax"]), currency),
        line_count=sum(line["display_type"] == "product" for line in lines),
        digest=_digest(record, lines),
        request_hash=request_hash([line["name"] or "" for line in lines if line["display_type"] == "line_note"]),
        charges=record["move_type"] == MOVE_TYPES[True],
    )


def _digest(record: Record, lines: Sequence[Record]) -> str:
    """Of everything that we read; what changes when the note pays an invoice is not among it."""
    return hashlib.sha256(json.dumps([record, lines], sort_keys=True, default=str).encode()).hexdigest()
