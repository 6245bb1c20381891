"""Open this when a credit must reach the ERP, once: from an intent to a posted credit note, whatever dies and whenever.

    lease → find our reference → create a draft → compare it to the minor unit → bind its id → post that id
          → read it back → record note, movements and state in one outcome → discard orphan drafts

Why no fault posts twice: only the one id that is bound is ever posted, binding is a compare-and-set under the lease's
fence, and an ERP posts a draft at most once. A request that nobody answered is not repeated before the ERP's longest
request is over and the reference was looked up again; what comes even later is an orphan draft, and moves no money.

A counter-document of a posted credit (pipelines.work.reverse) goes the same way, and moves what was credited back.

An ERP without drafts (its adapter prepares them on our side) has only that second wall: there posting is the request
that makes the document, so it is announced like one before it is sent, and looked up after the ERP's longest request.
What such an ERP does later than it promises cannot be kept out; the next look finds it and tells it loudly.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.erp.port import AccessDenied, Erp, ErpDocument, Pending
from connectors.store import StaleError
from pipelines.steps.credits import credited
from pipelines.steps.reversals import reversed_by
from pipelines.work.endings import COUNTED, Ending, Posted
from pipelines.work.intent_book import DUE_STATES, Intent, IntentBook, OnStep
from pipelines.work.orphans import discard_others
from schemas.credits import CreditRequest
from schemas.errors import PermanentError, TransientError, UncertainError
from schemas.money import to_minor
from schemas.outcome import Change, Outcome

RULE_VERSION = "post-1"
MARGIN_SECONDS = 30  # on top of the ERP's longest request, before an unanswered one is looked up again
LEASE_SECONDS = 120  # likewise on top; a lease that runs out early does no harm, its fence does not fit any more
UNREACHABLE_MAX = 5  # intents in a row without an answer: then the ERP is away, and the others wait for the next run

CREDIT_NOTES = pa.schema({
    "reference": pa.string(), "number": pa.string(), "draft_id": pa.string(), "posted_on": pa.date32(),
    "currency": pa.string(), "net_minor": pa.int64(), "tax_minor": pa.int64(), "document_digest": pa.string(),
})  # fmt: skip


def post_credits(
    book: IntentBook,
    erp: Erp,
    owner: str,
    now: Callable[[], datetime],
    retailer: str | None = None,
    rule_version: str = RULE_VERSION,
    on_step: OnStep | None = None,
) -> Posted:
    """Carry every intent that is due one attempt further, of one retailer or all.

    ``now`` is aware; its calendar day is the day of posting. ``on_step`` hears each finished step and its reference.
    A refusal parks its intent alone; where the ERP refuses our key, all the others wait. Raises only what the store
    raises, and PermanentError when an ERP turns out to have posted what must be an orphan.
    """
    desk = Desk(book, erp, owner, now, rule_version, on_step or (lambda step, reference: None))
    total, unreachable = Posted(), 0
    for intent in desk.due(retailer):
        if unreachable == UNREACHABLE_MAX:
            total.waiting += 1
            continue
        posting = desk.take(intent)
        ending = posting.attempt() if posting else Ending.HELD
        unreachable = unreachable + 1 if ending in (Ending.UNCERTAIN, Ending.BUSY) else 0
        unreachable = UNREACHABLE_MAX if ending is Ending.DENIED else unreachable
        counted = COUNTED.get(ending, "waiting")
        setattr(total, counted, getattr(total, counted) + 1)
        if posting and ending is Ending.POSTED:
            total.orphans += posting.discard_orphans()
    return total


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that posting works with."""

    book: IntentBook
    erp: Erp
    owner: str
    now: Callable[[], datetime]
    rule_version: str
    step: OnStep

    @property
    def quarantine(self) -> timedelta:
        """How long a request that nobody answered may still take effect; no time where it dies with its caller."""
        longest = self.erp.capabilities.max_request_seconds
        return timedelta(seconds=longest + MARGIN_SECONDS if longest else 0)

    def due(self, retailer: str | None) -> Iterator[Intent]:
        """The intents that wait for an attempt now."""
        now = self.now()
        for row in self.book.intents(DUE_STATES, retailer).to_pylist():
            if row["look_again_at"] is None or row["look_again_at"] <= now:
                yield Intent.of(row)

    def take(self, intent: Intent) -> "Posting | None":
        """The intent under a lease of ours, or None when somebody else has it."""
        seconds = self.erp.capabilities.max_request_seconds + LEASE_SECONDS
        fence = self.book.lease(intent.reference, self.owner, seconds)
        if fence is None:
            return None
        self.step("lease", intent.reference)
        return Posting(self, replace(intent, lease_fence=fence), attempt_no=intent.attempts + 1)


@dataclass(slots=True)
class Posting:
    """One attempt on one intent, under a lease. ``intent`` always is what the store has."""

    desk: Desk
    intent: Intent
    attempt_no: int

    def attempt(self) -> Ending:
        """Carry the intent as far as it goes, and leave it in a state that says what is next."""
        try:
            return self._attempt()
        except StaleError:
            self._give_back()
            return Ending.HELD  # the lease ran out, or the intent was carried further since it was listed

    def _attempt(self) -> Ending:
        try:
            self._carry()
        except AccessDenied as denied:
            self._leave(Ending.DENIED, problem=str(denied))
            return Ending.DENIED
        except PermanentError as refused:
            self._leave(Ending.PARKED, state="parked", problem=str(refused), look_again_at=None)
            return Ending.PARKED
        except UncertainError as unknown:
            look_again_at = self.desk.now() + self.desk.quarantine
            ending = Ending.PENDING if isinstance(unknown, Pending) else Ending.UNCERTAIN
            self._leave(ending, state="uncertain", problem=str(unknown), look_again_at=look_again_at)
            return ending
        except TransientError as busy:
            self._leave(Ending.BUSY, problem=str(busy))
            return Ending.BUSY
        return Ending.POSTED

    def _give_back(self) -> None:
        """Let go of the lease, if it still is ours: who comes next need not wait for its end."""
        intent = self.intent
        ours = {"lease_fence": intent.lease_fence, "lease_owner": self.desk.owner}
        change = Change("credit_intent", {"reference": intent.reference}, _RELEASED, ours)
        with suppress(StaleError, TransientError):
            self.desk.book.record(Outcome("give back", intent.reference, {}, (change,)))

    def _carry(self) -> None:
        """The protocol."""
        request = self._request()
        document = self._bound() if self.intent.draft_id else self._found() or self._created(request)
        self._ensure_same(document, request)
        if document.state == "draft":
            self._bind(document)
            document = self._posted(document)
            self._ensure_same(document, request)
        self._record(document)

    def _request(self) -> CreditRequest:
        """The stored request. PermanentError: it is not the one that the intent was made for."""
        intent = self.intent
        expected = (intent.request_hash, intent.reference, intent.retailer, intent.net_minor, intent.tax_minor)
        digest = hashlib.sha256(intent.request.encode()).hexdigest()
        with suppress(ValueError):
            request = CreditRequest.model_validate_json(intent.request)
            net, tax = (to_minor(amount, request.currency) for amount in (request.net, request.tax))
            kind = request.kind if request.charges else None
            if (digest, request.reference, request.retailer, net, tax) == expected and kind == intent.kind:
                return request
        raise PermanentError(
            f"The request of {intent.reference} is not the one that its intent was made for. "
            "Next: run `backhaul verify`, and find out who changed the store."
        )

    def _bound(self) -> ErpDocument:
        """The document that is bound to the intent. PermanentError: it is gone, or another one was posted instead."""
        reference, draft_id = self.intent.reference, str(self.intent.draft_id)
        found = self.desk.erp.find(reference)
        document = self.desk.erp.read(draft_id)
        self._step("read")
        self._ensure_single(found)
        if others := [d.number or d.draft_id for d in found if d.state == "posted" and d.draft_id != draft_id]:
            raise PermanentError(
                f"{reference} is posted as {', '.join(others)}, though its draft is {draft_id}. "
                "Next: find out who posted it; reverse it in the ERP, then release the intent."
            )
        if document is None:
            self._change("unbind", draft_id=None)
            raise PermanentError(
                f"Draft {draft_id} of {reference} is no longer in the ERP. "
                "Next: find out who deleted it; once released, the intent gets a new draft."
            )
        self._ensure_listed(document, found)
        return document

    def _found(self) -> ErpDocument | None:
        """What the ERP has of our reference: the posted document, else the oldest draft. Others are orphans."""
        documents = self.desk.erp.find(self.intent.reference)
        self._step("find")
        self._ensure_single(documents)
        posted = [document for document in documents if document.state == "posted"]
        return next(iter([*posted, *documents]), None)

    def _ensure_single(self, documents: Sequence[ErpDocument]) -> None:
        """PermanentError: the ERP has posted our reference more than once."""
        posted = [document for document in documents if document.state == "posted"]
        if len(posted) > 1:
            raise PermanentError(
                f"{self.intent.reference} is posted {len(posted)} times: {', '.join(str(d.number) for d in posted)}. "
                "Next: reverse all but one in the ERP, then release the intent."
            )

    def _ensure_listed(self, document: ErpDocument, found: Sequence[ErpDocument]) -> None:
        """UncertainError: what is posted is not in the list yet, so the list cannot say that it is the only one.

        Where the ERP has drafts there can be no other: only the bound one is ever posted.
        """
        known = any(one.state == "posted" and one.draft_id == document.draft_id for one in found)
        if document.state == "posted" and not known and not self.desk.erp.capabilities.draft_state:
            raise UncertainError(
                f"{document.draft_id} is posted, and the ERP's list of {document.reference} does not show it yet. "
                "Next: nothing, it is looked up later."
            )

    def _created(self, request: CreditRequest) -> ErpDocument:
        """A new draft, read back. When to look again is stored before anything is sent, in case we die."""
        self._ensure_possible(request)
        before = self.intent.state
        self._change("send", state="sent", look_again_at=self.desk.now() + self.desk.quarantine)
        try:
            draft_id = self.desk.erp.create_draft(request)
        except TransientError:
            self._change("not sent", state=before, look_again_at=None)
            raise
        self._step("create")
        document = self.desk.erp.read(draft_id)
        self._step("read")
        if document is None or document.reference != request.reference:
            raise UncertainError(
                f"The ERP answered {request.reference} with {draft_id}, which is another document or none. "
                "Next: nothing, the reference is looked up later."
            )
        return document

    def _ensure_possible(self, request: CreditRequest) -> None:
        """PermanentError: it is a counter-document, and this ERP's adapter writes none."""
        if request.charges and not self.desk.erp.capabilities.counter_documents:
            raise PermanentError(
                f"{request.reference} charges {request.net + request.tax} {request.currency} again, and this ERP's "
                "adapter writes no such document. Next: charge it in the ERP by hand, then "
                f"`backhaul withdraw {request.reference}` says by which document; the ledger keeps the credit."
            )

    def _ensure_same(self, document: ErpDocument, request: CreditRequest) -> None:
        """The document says what the request says. PermanentError: it does not, to the minor unit."""
        intent = self.intent
        expected = {
            "reference": intent.reference,
            "retailer": intent.retailer,
            "currency": intent.currency,
            "net_minor": intent.net_minor,
            "tax_minor": intent.tax_minor,
            "line_count": len(request.lines),
            "charges": request.charges,
        }
        if document.request_hash is not None:
            expected["request_hash"] = intent.request_hash
        found = {name: getattr(document, name) for name in expected}
        differing = [
            f"{name} is {found[name]}, not {value}" for name, value in expected.items() if found[name] != value
        ]
        if differing:
            raise PermanentError(
                f"{document.number or document.draft_id} in the ERP ({document.state}) is not {intent.reference}: "
                f"{'; '.join(differing)}. Next: correct or remove it in the ERP, then release the intent."
            )

    def _bind(self, document: ErpDocument) -> None:
        """Make this the one draft that may be posted for the intent."""
        if self.intent.draft_id is None:
            self._change("bind", state="drafted", draft_id=document.draft_id, look_again_at=None)
            self._step("bind")

    def _posted(self, draft: ErpDocument) -> ErpDocument:
        """Post the bound draft, and read it back."""
        refusal = None
        try:
            self._send_posting(draft)
        except PermanentError as refused:
            refusal = refused  # also when a late request of an earlier attempt has posted it meanwhile
        self._step("post")
        document = self.desk.erp.read(draft.draft_id)
        self._step("read posted")
        if document is not None and document.state == "posted":
            if not self.desk.erp.capabilities.draft_state:
                found = self.desk.erp.find(self.intent.reference)
                self._ensure_single(found)
                self._ensure_listed(document, found)
            return document
        raise refusal or Pending(
            f"The ERP took the posting of {draft.draft_id} but does not show it as posted. "
            "Next: nothing, it is looked up later."
        )

    def _send_posting(self, draft: ErpDocument) -> None:
        """Where posting makes the document, when to look again is stored before anything is sent, in case we die."""
        on = self.desk.now().date()
        if self.desk.erp.capabilities.draft_state:
            self.desk.erp.post(draft.draft_id, on)
            return
        self._change("send", state="sent", look_again_at=self.desk.now() + self.desk.quarantine)
        try:
            self.desk.erp.post(draft.draft_id, on)
        except TransientError:
            self._change("not sent", state="drafted", look_again_at=None)
            raise

    def _record(self, document: ErpDocument) -> None:
        """Credit note, movements and the intent's end, in one outcome."""
        note = {name: getattr(document, name) for name in CREDIT_NOTES.names if name != "document_digest"}
        note["document_digest"] = document.digest
        rows = {"credit_note": pa.Table.from_pylist([note], CREDIT_NOTES), "movement": self._movements()}
        end = {"state": "posted", "draft_id": document.draft_id, "problem": None, "look_again_at": None}
        self._change("post", rows, **end, **_RELEASED)
        self._step("record")

    def _movements(self) -> pa.Table:
        """What the posted document does to the ledger."""
        intent, book = self.intent, self.desk.book
        if intent.kind:
            lines = book.reversal_lines(intent.reference)
            return reversed_by(lines, intent.reference, intent.currency, self.desk.rule_version)
        return credited(book.intent_lines(intent.reference), intent.reference, intent.currency, self.desk.rule_version)

    def _leave(self, ending: Ending, **values: Any) -> None:
        """Let go of the intent in a state that says what is next."""
        self._change(ending.value, **values, **_RELEASED)
        self._step(ending.value)

    def _change(self, action: str, rows: dict[str, pa.Table] | None = None, /, **values: Any) -> None:
        """Change the intent if it still is as we know it and the lease is ours. StaleError: it is not."""
        intent = self.intent
        values["attempts"] = self.attempt_no
        expected = {"lease_fence": intent.lease_fence, "state": intent.state, "attempts": intent.attempts}
        change = Change("credit_intent", {"reference": intent.reference}, values, expected)
        self.desk.book.record(Outcome(action, intent.reference, rows or {}, (change,)))
        known = {f.name for f in fields(Intent)}
        self.intent = replace(intent, **{name: value for name, value in values.items() if name in known})

    def _step(self, step: str) -> None:
        self.desk.step(step, self.intent.reference)

    def discard_orphans(self) -> int:
        """Discard the drafts beside the posted one. What cannot be discarded now is left to ``sweep_orphans``."""
        try:
            return discard_others(self.desk.erp, self.intent.reference, self.intent.draft_id, self.desk.step)
        except (TransientError, UncertainError):
            self._step("orphans left")
            return 0


_RELEASED = {"lease_owner": None, "lease_until": None}
