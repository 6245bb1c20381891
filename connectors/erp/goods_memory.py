"""Open this when a test needs an ERP that takes goods: the double that keeps them in memory."""

from collections import deque
from dataclasses import replace
from decimal import Decimal

from connectors.erp.goods import GoodsCapabilities, GoodsDocument, GoodsRequest
from connectors.erp.memory import Fate
from schemas.errors import PermanentError, TransientError, UncertainError

ALL = GoodsCapabilities(replacements=True)


class MemoryGoods:
    """Documents of goods by reference. ``script`` says what becomes of the next writing requests."""

    def __init__(self, goods: GoodsCapabilities = ALL) -> None:
        self.goods = goods
        self.documents: dict[str, GoodsDocument] = {}
        self._fates: deque[Fate] = deque()

    def script(self, *fates: Fate) -> None:
        """The fates of the next writing requests (ok, busy, refused, lost, timeout after commit)."""
        self._fates.extend(fates)

    def alter(self, reference: str, **values: object) -> None:
        """Change a document behind everybody's back, as a person in the ERP can."""
        self.documents[reference] = replace(self.documents[reference], **values)  # type: ignore[arg-type]

    def find_goods(self, request: GoodsRequest) -> GoodsDocument | None:
        """The document of the request's reference."""
        return self.documents.get(request.reference)

    def draft_goods(self, request: GoodsRequest) -> str:
        """A draft; where the reference has a document, that one's id."""
        unheard = self._meets()
        if request.reference not in self.documents:
            self.documents[request.reference] = _draft(request, f"G{len(self.documents) + 1}")
        _ensure_heard(unheard)
        return self.documents[request.reference].document_id

    def confirm_goods(self, request: GoodsRequest, document_id: str) -> None:
        """Make the draft one that counts."""
        document = self.documents.get(request.reference)
        if document is None or document.document_id != document_id:
            raise PermanentError(f"there is no draft {document_id}. Next: look up {request.reference}.")
        unheard = self._meets()
        number = document.number or f"GO-{len(self.documents):06}"
        self.documents[request.reference] = replace(document, state="done", number=number)
        _ensure_heard(unheard)

    def _meets(self) -> Fate | None:
        """The fate of this request, where it is done and nobody hears of it."""
        fate = self._fates.popleft() if self._fates else Fate.OK
        if fate is Fate.BUSY:
            raise TransientError("the ERP is busy. Next: it is tried again.")
        if fate is Fate.REFUSED:
            raise PermanentError("the ERP refuses: the item is not sold any more. Next: name another item.")
        if fate is Fate.LOST:
            raise UncertainError("the ERP did not answer. Next: look before anything is sent again.")
        return fate if fate is Fate.TIMEOUT_AFTER else None


def _draft(request: GoodsRequest, document_id: str) -> GoodsDocument:
    return GoodsDocument(
        reference=request.reference,
        document_id=document_id,
        state="draft",
        number=None,
        company=request.company,
        retailer=request.retailer,
        store=request.store,
        lines=request.lines,
        charged=Decimal(0),
        request_hash=request.digest,
        digest=request.digest,
    )


def _ensure_heard(fate: Fate | None) -> None:
    if fate is not None:
        raise UncertainError(f"the ERP did not answer ({fate}). Next: look before anything is sent again.")
