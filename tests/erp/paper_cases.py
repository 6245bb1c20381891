"""Open this when an adapter must attach a reconciliation: the paper, who names it, and what may be there already."""

from collections.abc import Sequence

from connectors.erp.papers import paper_name
from schemas.credits import CreditRequest
from tests.erp.credit_requests import credit_request, naming

PAPER = b"%PDF-1.4 what stands behind the credit\x00\xff"
OTHER = bytes(reversed(PAPER))  # as many bytes
REFERENCE = credit_request().reference
NAME = paper_name(REFERENCE)

# What an earlier attempt, or somebody, left of it.
BEGUN: dict[str, Sequence[tuple[str, bytes]]] = {
    "nothing": (),
    "empty": ((NAME, b""),),
    "half": ((NAME, PAPER[:9]),),
    "as long, and another": ((NAME, OTHER),),
    "there": ((NAME, PAPER),),
    "twice empty": ((NAME, b""), (NAME, b"")),
    "twice there": ((NAME, PAPER), (NAME, PAPER)),
    "there and empty": ((NAME, b""), (NAME, PAPER)),
    "there, half and another": ((NAME, PAPER[:9]), (NAME, OTHER), (NAME, PAPER)),
}
NOT_OURS = [("photo.pdf", OTHER), (NAME.lower(), b""), ("copy.pdf", PAPER)]
NOBODY_HAS_IT = [None, lambda reference: None, lambda reference: b"%PDF-another"]


def named(request: CreditRequest | None = None) -> CreditRequest:
    """The request (a valid one, where none is given), which names the paper."""
    return naming(PAPER, request)


def papers(reference: str) -> bytes | None:
    """Where it is found."""
    return PAPER
