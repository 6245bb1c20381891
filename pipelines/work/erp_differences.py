"""Open this when a posted credit note is not in the ERP as it was recorded."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.erp.port import Erp
from connectors.store.violation import Violation


def differs_from_erp(erp: Erp, note: Mapping[str, Any]) -> Iterator[Violation]:
    """What the ERP says otherwise of a ``credit_note`` row, to the minor unit."""
    document = erp.read(str(note["draft_id"]))
    if document is None:
        yield Violation("erp", "credit_note", str(note["reference"]), f"{note['number']} is not in the ERP")
        return
    pairs = {
        "number": document.number,
        "currency": document.currency,
        "net_minor": document.net_minor,
        "tax_minor": document.tax_minor,
        "posted_on": document.posted_on,
        "document_digest": document.digest,
    }
    for name, value in pairs.items():
        if note[name] != value:
            what = f"{name} is {value} in the ERP and {note[name]} in the ledger"
            yield Violation("erp", "credit_note", str(note["reference"]), what)
