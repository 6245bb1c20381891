"""Open this when a test or a drill needs an ERP: the in-memory twin, with a script of what becomes of each request."""

import hashlib
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, Literal, TypeVar

from connectors.erp.port import Capabilities, ErpDocument, draft_of
from schemas.credits import CreditRequest
from schemas.errors import PermanentError, TransientError, UncertainError

T = TypeVar("T")


class Fate(StrEnum):
    """What becomes of a request that would change something (create_draft, post, discard)."""

    OK = "ok"
    BUSY = "busy"  # not accepted: TransientError, nothing was done
    REFUSED = "refused"  # a business answer: PermanentError, nothing was done
    LOST = "lost"  # it never arrives: UncertainError
    TIMEOUT_BEFORE = "timeout before commit"  # it arrives and fails, the answer is lost: UncertainError
    TIMEOUT_AFTER = "timeout after commit"  # it is done, the answer is lost: UncertainError
    LATE = "late commit"  # the caller gives up, and some ticks later it is done: UncertainError
    TWICE = "delivered twice"  # the network repeats it; the first answer arrives
    WRONG_ID = "wrong id"  # it is done, and the answer names another document


class MemoryErp:
    """An ERP in memory. ``script`` says what becomes of the next writing requests, ``tick`` lets time pass in it.

    Without ``draft_state`` it has no drafts: they are prepared on our side, beyond all fates, and each posting that
    reaches it makes a document, also the second one of a draft.
    """

    def __init__(
        self,
        *,
        native_key: Literal["header", "field", "none"] = "none",
        max_request_seconds: int = 5,
        late_ticks: int = 3,
        draft_state: bool = True,
        counter_documents: bool = True,
    ) -> None:
        self._capabilities = Capabilities(
            native_key, draft_state, "line", True, False, max_request_seconds, counter_documents
        )
        self._late_ticks = late_ticks
        self._documents: dict[str, ErpDocument] = {}
        self._fates: deque[Fate] = deque()
        self._late: list[tuple[int, partial[Any]]] = []
        self._now = 0
        self._drawn = 0

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return self._capabilities

    @property
    def documents(self) -> Sequence[ErpDocument]:
        """Everything in the ERP, oldest first."""
        return list(self._documents.values())

    @property
    def owes(self) -> bool:
        """Whether a request is still on its way to being done."""
        return bool(self._late)

    def script(self, *fates: Fate) -> None:
        """The fates of the next writing requests, in order; after them everything is well."""
        self._fates.extend(fates)

    def tick(self, ticks: int = 1) -> None:
        """Let time pass; late requests that are due by then are done, without anybody who hears the answer."""
        self._now += ticks
        due = [effect for at, effect in self._late if at <= self._now]
        self._late = [(at, effect) for at, effect in self._late if at > self._now]
        for effect in due:
            with suppress(PermanentError):
                effect()

    def alter(self, draft_id: str, **values: object) -> None:
        """Change a document behind everybody's back, as a person in the ERP can."""
        self._documents[draft_id] = replace(self._documents[draft_id], **values)  # type: ignore[arg-type]

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every draft and posted document of our reference, oldest first."""
        return [document for document in self._documents.values() if document.reference == reference]

    def read(self, draft_id: str) -> ErpDocument | None:
        """The document of this draft id; None when there is none."""
        return self._documents.get(draft_id)

    def create_draft(self, request: CreditRequest) -> str:
        """A draft, by the next fate of the script."""
        if not self._capabilities.draft_state:
            return self._create(request)
        return self._answer(partial(self._create, request), wrong=next(iter(self._documents), "no-such-draft"))

    def post(self, draft_id: str, on: date) -> None:
        """Post the draft, by the next fate of the script."""
        if not self._capabilities.draft_state:
            self._ensure_draft(draft_id)  # it looks before it sends
        self._answer(partial(self._post, draft_id, on), wrong=None)

    def discard(self, draft_id: str) -> None:
        """Delete the draft, by the next fate of the script."""
        if not self._capabilities.draft_state:
            self._discard(draft_id)
            return
        self._answer(partial(self._discard, draft_id), wrong=None)

    def _answer(self, effect: partial[T], wrong: T) -> T:
        fate = self._fates.popleft() if self._fates else Fate.OK
        if fate is Fate.BUSY:
            raise TransientError("the ERP is busy. Next: it is tried again.")
        if fate is Fate.REFUSED:
            raise PermanentError("the ERP refuses: the period is closed. Next: open it, or wait for the next.")
        if fate in _UNANSWERED:
            self._do_unheard(fate, effect)
            raise UncertainError(f"the ERP did not answer ({fate}). Next: look before anything is sent again.")
        answer = effect()
        if fate is Fate.TWICE:
            with suppress(PermanentError):
                effect()
        return wrong if fate is Fate.WRONG_ID else answer

    def _do_unheard(self, fate: Fate, effect: partial[Any]) -> None:
        """What happens inside the ERP after the caller has given up."""
        if fate is Fate.TIMEOUT_AFTER:
            with suppress(PermanentError):
                effect()
        elif fate is Fate.LATE:
            self._late.append((self._now + self._late_ticks, effect))

    def _create(self, request: CreditRequest) -> str:
        if self._capabilities.native_key == "field" and (known := self.find(request.reference)):
            return known[0].draft_id
        self._drawn += 1
        draft_id = f"D{self._drawn}"
        self._documents[draft_id] = draft_of(request, draft_id)
        return draft_id

    def _ensure_draft(self, draft_id: str) -> ErpDocument:
        document = self._documents.get(draft_id)
        if document is None or document.state == "posted":
            raise PermanentError(f"{draft_id} is not a draft. Next: read it back, and see what became of it.")
        return document

    def _post(self, draft_id: str, on: date) -> None:
        again = not self._capabilities.draft_state and draft_id in self._documents
        document = self._documents[draft_id] if again else self._ensure_draft(draft_id)
        key = f"{draft_id} again" if document.state == "posted" else draft_id
        posted = [other for other in self.documents if other.state == "posted"]
        if self._capabilities.native_key == "header" and document.reference in {other.reference for other in posted}:
            raise PermanentError(f"{document.reference} is posted already. Next: discard {draft_id}, it is an orphan.")
        number = f"{'DN' if document.charges else 'CN'}-{len(posted) + 1:06}"
        digest = hashlib.sha256(f"{document.digest} {number} {on}".encode()).hexdigest()
        self._documents[key] = replace(document, state="posted", number=number, posted_on=on, digest=digest)

    def _discard(self, draft_id: str) -> None:
        document = self._documents.get(draft_id)
        if document is not None and document.state == "posted":
            raise PermanentError(f"{draft_id} is posted and cannot be discarded. Next: a person must look.")
        self._documents.pop(draft_id, None)


_UNANSWERED = (Fate.LOST, Fate.TIMEOUT_BEFORE, Fate.TIMEOUT_AFTER, Fate.LATE)
