"""Open this when an adapter must be seen under every fate of its requests: a way to any double, and the table of fates.

A fate waits for the next request that it can meet; after the last one all is well. Time is simulated: nobody sleeps.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import httpx

from connectors.erp.port import Erp, ErpDocument
from connectors.erp.throttle import Rate, Throttle
from schemas.errors import PermanentError, TransientError, UncertainError
from tests.work.intent_book import Clock

LATE_SECONDS = 600  # a request that nobody waits for any more may take effect for so long


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a request: how often it is done, and what whoever sent it hears."""

    done: Literal["never", "once", "twice", "late"]
    heard: Literal["answer", "refusal", "fault", "busy", "silence", "reset", "half", "wrong id"]
    headers: tuple[tuple[str, str], ...] = ()


OK = Fate("once", "answer")
FATES: dict[str, Fate | None] = {
    "ok": OK,
    "4xx": Fate("never", "refusal"),
    "5xx before commit": Fate("never", "fault"),
    "5xx after commit": Fate("once", "fault"),
    "timeout before commit": Fate("never", "silence"),
    "timeout after commit": Fate("once", "silence"),
    "late commit": Fate("late", "silence"),
    "429": Fate("never", "busy"),
    "429 with Retry-After": Fate("never", "busy", (("Retry-After", "20"),)),
    "reset mid-body": Fate("once", "reset"),
    "delivered twice": Fate("twice", "answer"),
    "truncated JSON": Fate("once", "half"),
    "wrong id": Fate("once", "wrong id"),
    "stale list": None,  # of the next list that is read: it says what was true before the last change
}
STALE = "stale list"
STATUS = {"refusal": 422, "fault": 500, "busy": 429}


class Double(Protocol):
    """An ERP as these tests see it."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer."""

    def changes(self, request: httpx.Request) -> bool:
        """Whether the request is to change something."""

    def as_before(self, request: httpx.Request) -> httpx.Response | None:
        """The answer of before the last change; None where this request is always answered from the primary."""

    def misnamed(self, data: bytes) -> bytes:
        """The answer to a change, with another document's id."""


class FaultyWay(httpx.BaseTransport):
    """The way to a double on which requests that change something, and lists, meet their fates."""

    def __init__(self, double: Double, clock: Clock) -> None:
        self._double = double
        self._clock = clock
        self._fates: deque[str] = deque()
        self._late: list[tuple[float, httpx.Request]] = []
        self.met: list[str] = []

    def script(self, fates: Sequence[str]) -> None:
        """The fates of the next requests, in order."""
        self._fates = deque(fates)

    @property
    def owes(self) -> bool:
        """Whether something is still on its way to being done."""
        return bool(self._late)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, by its fate."""
        request.read()
        self._deliver_late()
        if not self._double.changes(request):
            return self._read(request)
        fate = FATES[self._next()] if self._fates and self._fates[0] != STALE else OK
        assert fate is not None
        answer = self._done(request, fate)
        return self._heard(request, fate, answer)

    def _next(self) -> str:
        self.met.append(self._fates.popleft())
        return self.met[-1]

    def _deliver_late(self) -> None:
        now = self._clock().timestamp()
        due = [request for at, request in self._late if at <= now]
        self._late = [(at, request) for at, request in self._late if at > now]
        for request in due:
            self._double(request)

    def _read(self, request: httpx.Request) -> httpx.Response:
        if self._fates and self._fates[0] == STALE and (old := self._double.as_before(request)) is not None:
            self._next()
            return old
        return self._double(request)

    def _done(self, request: httpx.Request, fate: Fate) -> httpx.Response | None:
        if fate.done == "late":
            self._late.append((self._clock().timestamp() + LATE_SECONDS, request))
        if fate.done not in ("once", "twice"):
            return None
        answer = self._double(request)
        if fate.done == "twice":
            self._double(request)
        return answer

    def _heard(self, request: httpx.Request, fate: Fate, answer: httpx.Response | None) -> httpx.Response:
        if fate.heard in STATUS:
            return httpx.Response(STATUS[fate.heard], headers=list(fate.headers), json={"fate": fate.heard})
        if fate.heard == "silence" or answer is None:
            raise httpx.ReadTimeout("nobody answered", request=request)
        data = answer.read()
        headers = [(name, value) for name, value in answer.headers.items() if name not in _OF_THE_BODY]
        if answer.is_error or fate.heard == "answer":
            return httpx.Response(answer.status_code, headers=headers, content=data)
        if fate.heard == "reset":
            return httpx.Response(answer.status_code, headers=headers, stream=_Reset(data[: len(data) // 2]))
        cut = data[: len(data) // 2] or b"{" if fate.heard == "half" else self._double.misnamed(data)
        return httpx.Response(answer.status_code, headers=headers, content=cut)


_OF_THE_BODY = ("content-length", "content-encoding", "transfer-encoding")


class _Reset(httpx.SyncByteStream):
    """A body whose connection is reset after its first half."""

    def __init__(self, half: bytes) -> None:
        self._half = half

    def __iter__(self) -> Iterator[bytes]:
        yield self._half
        raise httpx.ReadError("connection reset by peer")


class FaultyPort:
    """Any ERP behind the port, whose changing calls and finds meet the same fates, without HTTP between."""

    def __init__(self, erp: Erp, clock: Clock) -> None:
        self._erp = erp
        self._clock = clock
        self._fates: deque[str] = deque()
        self._late: list[tuple[float, Callable[[], Any]]] = []
        self._before: list[ErpDocument] = []
        self.capabilities = erp.capabilities
        self.met: list[str] = []

    script, owes, _next = FaultyWay.script, FaultyWay.owes, FaultyWay._next

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """What there is, or what there was before the last change."""
        self._deliver_late()
        if self._fates and self._fates[0] == STALE:
            self._next()
            return list(self._before)
        return self._erp.find(reference)

    def read(self, draft_id: str) -> ErpDocument | None:
        """What there is."""
        self._deliver_late()
        return self._erp.read(draft_id)

    def create_draft(self, request: Any) -> str:
        """A draft, by the next fate."""
        return str(self._change(request.reference, lambda: self._erp.create_draft(request)))

    def post(self, draft_id: str, on: Any) -> None:
        """Posting, by the next fate."""
        self._change(draft_id, lambda: self._erp.post(draft_id, on))

    def discard(self, draft_id: str) -> None:
        """Discarding, by the next fate."""
        self._change(draft_id, lambda: self._erp.discard(draft_id))

    def _deliver_late(self) -> None:
        now = self._clock().timestamp()
        due = [effect for at, effect in self._late if at <= now]
        self._late = [(at, effect) for at, effect in self._late if at > now]
        for effect in due:
            _quietly(effect)

    def _change(self, what: str, effect: Callable[[], Any]) -> Any:
        self._deliver_late()
        fate = FATES[self._next()] if self._fates and self._fates[0] != STALE else OK
        assert fate is not None
        if fate.heard == "refusal":
            raise PermanentError(f"{what} is refused. Next: a person looks.")
        if fate.heard == "busy":
            raise TransientError(f"{what} waits. Next: nothing.")
        self._before = list(self._erp.find(what.rpartition("_")[0] or what))
        if fate.done == "late":
            self._late.append((self._clock().timestamp() + LATE_SECONDS, effect))
        answer = effect() if fate.done in ("once", "twice") else None
        if fate.done == "twice":
            _quietly(effect)
        if fate.heard == "answer":
            return answer
        if fate.heard == "wrong id":
            return "another" if answer is not None else None
        raise UncertainError(f"{what}: {fate.heard}. Next: it is looked up.")


def _quietly(effect: Callable[[], Any]) -> None:
    """Do what nobody hears of."""
    try:
        effect()
    except PermanentError:
        return


def simulated(client: Any, clock: Clock) -> None:
    """Let a client pause in simulated time: nobody sleeps."""
    client._throttle = Throttle(Rate(1_000_000, 1.0), lambda: clock().timestamp(), clock.forward)
