"""Open this when you add an ERP: what Backhaul asks of any of them, and what each must declare."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from schemas.credits import CreditRequest
from schemas.errors import PermanentError, UncertainError
from schemas.money import to_minor

# The reconciliation that goes with a credit, as PDF, by the credit's reference; None where its request names none.
Papers = Callable[[str], bytes | None]


class AccessDenied(PermanentError):
    """Our key, or its rights, were refused: nothing was done, and nothing else would be. Posting stops for all."""


class Pending(UncertainError):
    """The ERP answered: it took the posting, and makes the document in a time of its own. It is looked up later."""


@dataclass(frozen=True, slots=True)
class ErpDocument:
    """A credit note, or the counter-document of one, as the ERP has it, in our words.

    Amounts in minor units, positive; ``charges``: they are owed by the retailer (a counter-document), not to it.
    """

    reference: str
    draft_id: str
    state: Literal["draft", "posted"]
    number: str | None
    posted_on: date | None
    retailer: str
    currency: str
    net_minor: int
    tax_minor: int
    line_count: int
    digest: str  # sha256 of the document's own form
    request_hash: str | None = None  # of the request it was made from; None where the ERP cannot keep it
    charges: bool = False


def draft_of(request: CreditRequest, draft_id: str) -> ErpDocument:
    """What a draft says that was made of this request and of nothing else."""
    digest = hashlib.sha256(request.canonical().encode()).hexdigest()
    return ErpDocument(
        reference=request.reference,
        draft_id=draft_id,
        state="draft",
        number=None,
        posted_on=None,
        retailer=request.retailer,
        currency=request.currency,
        net_minor=to_minor(request.net, request.currency),
        tax_minor=to_minor(request.tax, request.currency),
        line_count=len(request.lines),
        digest=digest,
        request_hash=digest,
        charges=request.charges,
    )


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an ERP can do; the posting protocol adapts to it.

    ``native_key`` says how the ERP itself keeps a reference single. none: it does not. header: of several drafts of a
    reference it posts one. field: a reference has one document, and ``create_draft`` answers the one that is there.

    ``draft_state`` False: the ERP has no state that moves no money. The adapter then prepares drafts on our side, and
    ``post`` is the request that makes the document; ``max_request_seconds`` must be more than 0 and true.

    ``counter_documents`` True: a request whose ``kind`` takes a posted credit back becomes a document that charges its
    amounts. False: such a request is never sent, and waits for a person.
    """

    native_key: Literal["header", "field", "none"]
    draft_state: bool
    line_reference: Literal["line", "header", "none"]
    tax_override: bool
    discount_on_credit: bool
    max_request_seconds: int  # how long a request may still take effect after its caller is gone; 0: it cannot
    counter_documents: bool = False


class Erp(Protocol):
    """An ERP. A call returns (it succeeded) or raises PermanentError (refused), TransientError (nothing was sent)
    or UncertainError (nobody knows).

    The contract suite ``tests/contracts/test_erp.py`` runs on every implementation.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        ...

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every draft and posted document that carries our reference, oldest first."""
        ...

    def create_draft(self, request: CreditRequest) -> str:
        """A draft that moves no money; answers its id (with a key of kind field: of the one that is there)."""
        ...

    def read(self, draft_id: str) -> ErpDocument | None:
        """The document of this draft id, draft or posted, from the primary; None when there is none."""
        ...

    def post(self, draft_id: str, on: date) -> None:
        """Post this draft. PermanentError when it is posted already or does not exist."""
        ...

    def discard(self, draft_id: str) -> None:
        """Delete an orphan draft; nothing happens when it is gone. PermanentError when it is posted."""
        ...
