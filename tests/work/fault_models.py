"""The world of two fault models, and every schedule of them: whatever dies, is lost or comes late.

An attempt or request goes wrong by *crash* (where our process dies), *request* (whether and when the ERP does it) and
*reply* (whether we hear of it). Leases never hold here: only the fence, the quarantine and the bound draft protect.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

from connectors.erp.memory import Fate, MemoryErp
from connectors.erp.port import ErpDocument
from pipelines.work.orphans import sweep_orphans
from pipelines.work.post import post_credits
from schemas.credits import CreditRequest
from schemas.outcome import Outcome
from tests.erp.credit_requests import credit_request
from tests.work.intent_book import Clock, IntentBook

REQUEST = credit_request()
TICK_SECONDS = 10
LATE_TICKS = 3  # within the ERP's longest request
VERY_LATE_TICKS = 30  # long after it
TICKS_MAX = 200

ISSUE_CRASHES = ("none", "before intent", "after intent", "after send", "after response", "after record")
DRAFT_CRASHES = ("none", "before send", "after send", "after response")
REQUESTS = ("commits", "commits late", "lost")
REPLIES = ("arrives", "lost")

Fault = tuple[str, str, str]  # crash, request, reply
ISSUE_FAULTS: list[Fault] = list(product(ISSUE_CRASHES, REQUESTS, REPLIES))
DRAFT_FAULTS: list[Fault] = list(product(DRAFT_CRASHES, REQUESTS, REPLIES))


class Killed(BaseException):
    """Our process is gone."""


class FaultNeeded(BaseException):
    """A request was made, and the schedule so far does not say what becomes of it."""


@dataclass
class Fates:
    """The faults of the next writing requests, and whether our process lives."""

    faults: Iterator[Fault]
    alive: bool = True
    records_until_death: int | None = None

    def ensure_alive(self) -> None:
        """A dead process does nothing more."""
        if not self.alive:
            raise Killed

    def die(self) -> None:
        """The process ends here."""
        self.alive = False
        raise Killed


class FaultyErp(MemoryErp):
    """The ERP behind a line on which each writing request meets the next fault."""

    fates: Fates

    def create_draft(self, request: CreditRequest) -> str:
        return str(self._send(lambda: MemoryErp.create_draft(self, request)))

    def post(self, draft_id: str, on: date) -> None:
        self._send(lambda: MemoryErp.post(self, draft_id, on))

    def find(self, reference: str) -> Any:
        self.fates.ensure_alive()
        return super().find(reference)

    def read(self, draft_id: str) -> Any:
        self.fates.ensure_alive()
        return super().read(draft_id)

    def _send(self, request: Callable[[], Any]) -> Any:
        self.fates.ensure_alive()
        crash, done, reply = next(self.fates.faults, ("none", "commits", "arrives"))
        if crash == "before send":
            self.fates.die()
        self.script(_fate(done, reply))
        try:
            return request()
        finally:
            if crash == "after send":
                self.fates.die()
            elif crash == "after response":
                self.fates.alive = False  # it has the answer, and does nothing with it
            elif crash == "after record":
                self.fates.records_until_death = 1


class MortalBook(IntentBook):
    """The book of a process that can die before or after a record."""

    fates: Fates

    def record(self, outcome: Outcome) -> None:
        self.fates.ensure_alive()
        super().record(outcome)
        if self.fates.records_until_death is not None:
            self.fates.records_until_death -= 1
            if self.fates.records_until_death == 0:
                self.fates.die()

    def lease(self, reference: str, owner: str, seconds: float) -> int | None:
        self.fates.ensure_alive()
        return super().lease(reference, owner, seconds)


def _fate(request: str, reply: str) -> Fate:
    if request == "commits":
        return Fate.OK if reply == "arrives" else Fate.TIMEOUT_AFTER
    return Fate.LATE if request == "commits late" else Fate.LOST


@dataclass(frozen=True)
class Snapshot:
    """A world between two runs, when no process of ours is there."""

    moment: datetime
    row: dict[str, Any]
    notes: list[dict[str, Any]]
    movements: list[dict[str, Any]]
    documents: dict[str, ErpDocument]
    late: list[tuple[int, partial[object]]]
    now: int
    drawn: int

    @property
    def key(self) -> tuple[Hashable, ...]:
        """Equal for worlds with the same future: without the time of day, and counters that nothing hangs on."""
        row = {name: value for name, value in self.row.items() if name not in _NO_MATTER}
        if (look := row["look_again_at"]) is not None:
            row["look_again_at"] = max(look - self.moment, NOW)
        late = tuple((at - self.now, *_told(effect)) for at, effect in self.late)
        books = (tuple(note["draft_id"] for note in self.notes), len(self.movements))
        return (*row.items(), *books, *self.documents.values(), *late, self.drawn)


# A process and its fence are gone between two runs; attempts are counted for people; a text changes nothing.
_NO_MATTER = ("lease_owner", "lease_until", "lease_fence", "attempts", "problem")
NOW = timedelta(0)


def _told(effect: "partial[object]") -> tuple[Hashable, ...]:
    """What a late request will do."""
    return (effect.func.__name__, *(one.reference if isinstance(one, CreditRequest) else one for one in effect.args))


@dataclass
class World:
    """One intent, one ERP, and time."""

    clock: Clock
    book: MortalBook
    erp: FaultyErp

    @classmethod
    def new(cls, late_ticks: int = LATE_TICKS) -> "World":
        """A world in which nothing has happened yet."""
        clock = Clock()
        book = MortalBook(clock, leases_hold=False)
        erp = FaultyErp(late_ticks=late_ticks, max_request_seconds=LATE_TICKS * TICK_SECONDS)
        book.fates = erp.fates = Fates(iter(()))
        book.add(REQUEST)
        return cls(clock, book, erp)

    @property
    def state(self) -> str:
        """The state of the intent."""
        return str(self.book.rows[REQUEST.reference]["state"])

    def snapshot(self) -> Snapshot:
        """Everything that the future hangs on, and can be taken back to."""
        erp, row = self.erp, self.book.rows[REQUEST.reference]
        books = (dict(row), list(self.book.notes), list(self.book.movements))
        return Snapshot(self.clock.moment, *books, dict(erp._documents), list(erp._late), erp._now, erp._drawn)

    def back_to(self, was: Snapshot) -> None:
        """Everything as it was."""
        erp, book = self.erp, self.book
        self.clock.moment = was.moment
        book.rows[REQUEST.reference] = dict(was.row)
        book.notes, book.movements = list(was.notes), list(was.movements)
        erp._documents, erp._late, erp._now, erp._drawn = dict(was.documents), list(was.late), was.now, was.drawn
        self.set_faults(iter(()))

    def run(self) -> bool:
        """One process does what is due, until it ends or dies, then a tick passes; whether it did anything."""
        before = len(self.book.actions)
        try:
            result = post_credits(self.book, self.erp, "model", self.clock)
            did = result.posted + result.parked + result.uncertain + result.waiting > 0
        except Killed:
            did = True
        self.tick()
        return did or len(self.book.actions) > before

    def tick(self) -> None:
        """A tick passes for everybody; a dead process is replaced."""
        self.clock.forward(TICK_SECONDS)
        self.erp.tick()
        self.book.fates.alive = True
        self.book.fates.records_until_death = None

    def settle(self) -> None:
        """No more faults: run until the credit is posted and nothing is on its way."""
        self.set_faults(iter(()))
        for _ in range(TICKS_MAX):
            if self.state == "posted" and not self.erp.owes:
                return
            self.run()

    def attempt(self, fault: Fault) -> None:
        """One attempt of the issue model: the fault meets its first writing request."""
        crash, request, reply = fault
        at_line = crash if crash in ("after send", "after response", "after record") else "none"
        for _ in range(TICKS_MAX):
            self.set_faults(iter([(at_line, request, reply)]))
            if crash == "before intent":
                self.book.fates.alive = False
            self.book.fates.records_until_death = 1 if crash == "after intent" else None
            if self.run() or self.state == "posted":
                return

    def set_faults(self, faults: Iterator[Fault]) -> None:
        """The faults of the next writing requests; our process lives."""
        self.book.fates = self.erp.fates = Fates(faults)

    def verdict(self) -> str:
        """What the world has come to, when it has settled."""
        posted = [document for document in self.erp.documents if document.state == "posted"]
        if len(posted) != 1:
            return f"posted {len(posted)} times"
        row, notes = self.book.rows[REQUEST.reference], self.book.notes
        if row["state"] != "posted" or len(notes) != 1 or len(self.book.movements) != len(REQUEST.lines):
            return f"{row['state']} with {len(notes)} notes and {len(self.book.movements)} movements"
        if not row["draft_id"] == notes[0]["draft_id"] == posted[0].draft_id:
            return "bound to another document"
        sweep_orphans(self.book, self.erp)
        return "posted once" if len(self.erp.documents) == 1 else "an orphan is left"


def issue(faults: Iterable[Fault], late_ticks: int) -> str:
    """The verdict on one schedule of the issue model: one fault an attempt."""
    world = World.new(late_ticks)
    for fault in faults:
        world.attempt(fault)
    world.settle()
    return world.verdict()


def draft(faults: Iterable[Fault], late_ticks: int) -> str:
    """The verdict on one schedule of the draft model: one fault a writing request."""
    world = World.new(late_ticks)
    world.set_faults(iter(faults))
    for _ in range(TICKS_MAX):
        if world.state == "posted":
            break
        world.run()
    world.settle()
    return world.verdict()


def replayed(model: Callable[..., str], faults: list[Fault], length: int, late_ticks: int) -> Counter[str]:
    """The verdicts on all schedules of this length, each from its beginning."""
    return Counter(model(schedule, late_ticks) for schedule in product(faults, repeat=length))


class Graph:
    """All schedules of a model as the graph of its worlds: a world that was reached before is not lived again.

    Answers the same counts as ``replayed``, a thousand times as fast.
    """

    def __init__(self, model: Callable[..., str], faults: list[Fault], late_ticks: int) -> None:
        self._after = self._after_an_attempt if model is issue else self._after_a_run
        self._faults = faults
        self._world = World.new(late_ticks)
        self._settled: dict[Hashable, str] = {}
        self._known: dict[tuple[Hashable, int], Counter[str]] = {}
        self.worlds = 0

    def verdicts(self, length: int) -> Counter[str]:
        """How often each verdict falls on the schedules of this length."""
        return self._verdicts(self._world.snapshot(), length)

    def _verdicts(self, at: Snapshot, left: int) -> Counter[str]:
        key = (at.key, left)
        if key not in self._known:
            self._known[key] = self._counted(at, left)
        return self._known[key]

    def _counted(self, at: Snapshot, left: int) -> Counter[str]:
        if left == 0 or at.row["state"] == "posted":
            return Counter({self._verdict(at): len(self._faults) ** left})
        total: Counter[str] = Counter()
        for after, used in self._after(at, left):
            total += self._verdicts(after, left - used)
        return total

    def _verdict(self, at: Snapshot) -> str:
        """What comes of a world without any more faults."""
        if at.key not in self._settled:
            self._world.back_to(at)
            self._world.settle()
            self._settled[at.key] = self._world.verdict()
        return self._settled[at.key]

    def _after_an_attempt(self, at: Snapshot, left: int) -> Iterator[tuple[Snapshot, int]]:
        """The worlds after one attempt, for each fault."""
        for fault in self._faults:
            self._world.back_to(at)
            self._world.attempt(fault)
            yield self._world.snapshot(), 1

    def _after_a_run(self, at: Snapshot, left: int) -> Iterator[tuple[Snapshot, int]]:
        """The worlds after one run, for each row of faults that it meets."""
        open_rows: list[tuple[Fault, ...]] = [()]
        while open_rows:
            row = open_rows.pop()
            self._world.back_to(at)
            self._world.set_faults(_asking(row, ask=len(row) < left))
            try:
                self._world.run()
            except FaultNeeded:
                open_rows += [(*row, fault) for fault in self._faults]
            else:
                yield self._world.snapshot(), len(row)


def _asking(row: tuple[Fault, ...], ask: bool) -> Iterator[Fault]:
    """The faults of a row; beyond it the next is asked for, or all is well."""
    yield from row
    if ask:
        raise FaultNeeded
