"""Open this when a document of Business Central is read back: from its record to the amounts that it states itself."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.erp.business_central.documents import Documents
from connectors.erp.business_central.ledger import stands
from connectors.erp.business_central.notes import closed_hash
from connectors.erp.business_central.wire import ETAG, Record
from connectors.erp.port import ErpDocument
from schemas.errors import PermanentError
from schemas.money import to_minor

# What changes after posting without anybody touching the note: paid, sent, printed.
_PASSING = frozenset({ETAG, "@odata.context", "status", "lastModifiedDateTime", "remainingAmount"})
_PARTS = re.compile(r"([0-9]+)")


def document(of: Documents, record: Record, posted: bool, retailers: Mapping[str, str]) -> ErpDocument:
    """The record in our words; ``retailers`` by customer number. PermanentError: somebody canceled it."""
    if stands(record) == "canceled":
        raise PermanentError(
            f"{record['number']} of {record['externalDocumentNumber']} is canceled in Business Central. "
            "Next: find out who did that; a credit is taken back by a document of its own."
        )
    currency, customer = str(record["currencyCode"]), str(record["customerNumber"])
    return ErpDocument(
        reference=str(record["externalDocumentNumber"]),
        draft_id=str(record["id"]),
        state="posted" if posted else "draft",
        number=str(record["number"]) if posted else None,
        posted_on=date.fromisoformat(record["postingDate"]) if posted else None,
        retailer=retailers.get(customer, f"customer {customer}"),
        currency=currency,
        net_minor=to_minor(Decimal(record["totalAmountExcludingTax"]), currency),
        tax_minor=to_minor(Decimal(record["totalTaxAmount"]), currency),
        line_count=sum(line["lineType"] != "Comment" for line in record[of.lines]),
        digest=_digest(of, record, posted),
        request_hash=closed_hash(record[of.lines]),
        charges=of.charges,
    )


def age(record: Record) -> tuple[Any, ...]:
    """What documents are put in order by: drafts are numbered as they are made."""
    parts = _PARTS.split(str(record["number"]))
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def _digest(of: Documents, record: Record, posted: bool) -> str:
    lines = [{name: value for name, value in line.items() if name != ETAG} for line in record[of.lines]]
    lasting = {name: value for name, value in record.items() if name not in {*_PASSING, of.lines}}
    text = json.dumps([posted, lasting, lines], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
