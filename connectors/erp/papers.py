"""Open this when a credit note does not carry the reconciliation that it names."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from connectors.erp.port import Papers
from schemas.credits import CreditRequest
from schemas.errors import PermanentError, TransientError

T = TypeVar("T")
_LOOKS_MAX = 4  # enough for a paper that was attached twice, and for one that was answered by another's id


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


def ensure_one(
    told: str, look: Callable[[], Sequence[T]], is_paper: Callable[[T], bool], mend: Callable[[Sequence[T], bool], None]
) -> None:
    """What ``look`` finds of the paper's name becomes one, which is the paper, whatever an earlier attempt left.

    ``mend`` removes what it is given, and attaches the paper where it is lacking. Only for what is read from the
    primary. TransientError, beginning with ``told``: it does not come to rest.
    """
    for _ in range(_LOOKS_MAX):
        found = look()
        whole = next((one for one in found if is_paper(one)), None)
        if whole is not None and len(found) == 1:
            return
        mend([one for one in found if one is not whole], whole is None)
    raise TransientError(
        f"{told} as its one attachment, however often it is put there; it is not posted. "
        "Next: nothing, it is tried again; if it stays, see who changes its attachments in the ERP."
    )
