"""Open this when a document of Business Central reads Open: whether it is posted, or a draft that somebody released.

The API does not say which. A posted one has entries in the general ledger, under its number and day.
"""

from collections.abc import Sequence
from typing import Literal

from connectors.erp.business_central.wire import Record, Wire, any_of

Stands = Literal["draft", "posted", "unclear", "canceled"]

_STANDING: dict[str, Stands] = {
    "Draft": "draft", "In Review": "draft", "Paid": "posted", "Corrective": "posted", "Canceled": "canceled",
}  # fmt: skip
_AT_ONCE = 40


def plain(name: str) -> str:
    """A value of a list as people read it: without OData's way of writing a space."""
    return name.replace("_x0020_", " ").strip()


def stands(record: Record) -> Stands:
    """What the status of an invoice or a credit memo says by itself."""
    return _STANDING.get(plain(str(record["status"])), "unclear")


def booked(
    wire: Wire, company: str, kind: Literal["Invoice", "Credit Memo"], records: Sequence[Record]
) -> frozenset[str]:
    """Ids of these documents that have entries in the general ledger."""
    found: set[tuple[str, str]] = set()
    written = kind.replace(" ", "_x0020_")
    for start in range(0, len(records), _AT_ONCE):
        numbers = [str(one["number"]) for one in records[start : start + _AT_ONCE]]
        where = f"documentType eq '{written}' and {any_of('documentNumber', numbers)}"
        entries = wire.search(company, "generalLedgerEntries", where)
        found |= {(str(one["documentNumber"]), str(one["postingDate"])) for one in entries}
    return frozenset(str(one["id"]) for one in records if (str(one["number"]), str(one["postingDate"])) in found)
