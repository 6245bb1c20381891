"""Open this when a credit note does not carry the reconciliation that it names."""

import hashlib

from connectors.erp.port import Papers
from schemas.credits import CreditRequest
from schemas.errors import PermanentError


def paper_name(reference: str) -> str:
    """The file name of a credit's reconciliation: made of its reference, so that every attempt knows it."""
    return f"{reference}.pdf"


def paper_of(request: CreditRequest, papers: Papers | None) -> bytes | None:
    """The reconciliation that the request names, as PDF; None where it names none.

    PermanentError: nobody has it, or what is there is another one.
    """
    if request.reconciliation is None:
        return None
    data = papers(request.reference) if papers else None
    if data is None or hashlib.sha256(data).hexdigest() != request.reconciliation.sha256:
        raise PermanentError(
            f"{request.reference} has a reconciliation that is not there. "
            "Next: put back the vault from a backup, then release the intent."
        )
    return data
