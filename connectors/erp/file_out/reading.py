"""Open this when a note in the folder is read back: from UBL bytes to the amounts that the document itself states."""

import hashlib
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from lxml import etree

from connectors.erp.file_out.ubl import CHARGE, DRAFT, NS, REFERENCE, REQUEST, form_of, parse
from connectors.erp.port import ErpDocument
from schemas.errors import PermanentError
from schemas.money import to_minor


def read_note(note: bytes, state: Literal["draft", "posted"], name: str) -> ErpDocument:
    """The note in our words. PermanentError, naming the file, when it is not a note of ours."""
    try:
        return _document(parse(note), state, hashlib.sha256(note).hexdigest())
    except (etree.XMLSyntaxError, LookupError, InvalidOperation, ValueError) as fault:
        raise PermanentError(
            f"{name} is not the credit note that was written there: {fault}. "
            "Next: find out who changed it, and put the file back from a backup."
        ) from fault


def _document(root: Any, state: Literal["draft", "posted"], digest: str) -> ErpDocument:
    form = form_of(root)
    currency = _text(root, "cbc:DocumentCurrencyCode")
    return ErpDocument(
        reference=_our(root, REFERENCE),
        draft_id=_our(root, DRAFT),
        state=state,
        number=_text(root, "cbc:ID") if state == "posted" else None,
        posted_on=date.fromisoformat(_text(root, "cbc:IssueDate")) if state == "posted" else None,
        retailer=_text(root, "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID"),
        currency=currency,
        net_minor=to_minor(Decimal(_text(root, "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")), currency),
        tax_minor=to_minor(Decimal(_text(root, "cac:TaxTotal/cbc:TaxAmount")), currency),
        line_count=len(root.findall(f"cac:{form.line}", NS)),
        digest=digest,
        request_hash=_our(root, REQUEST),
        charges=form is CHARGE,
    )


def _text(root: Any, path: str) -> str:
    element = root.find(path, NS)
    if element is None or not element.text:
        raise LookupError(f"it has no {path}")
    return str(element.text)


def _our(root: Any, description: str) -> str:
    """The value that we wrote under this description (BG-24)."""
    for reference in root.findall("cac:AdditionalDocumentReference", NS):
        if reference.findtext("cbc:DocumentDescription", None, NS) == description:
            return _text(reference, "cbc:ID")
    raise LookupError(f"it has no document reference '{description}'")
