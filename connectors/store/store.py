"""Open this when something is to be recorded: the store, the only writer of Backhaul's database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Engine, select

from connectors.store import database
from connectors.store.audit_trail import Anchor, head_since
from connectors.store.counts import CountReads
from connectors.store.differing import DifferenceReads
from connectors.store.faults import CrossedError, StaleError, database_faults
from connectors.store.handling import HandlingReads
from connectors.store.insert import TABLES, Rows, prepared
from connectors.store.late import LateReads
from connectors.store.owner import is_gone
from connectors.store.pool import PoolReads
from connectors.store.recording import append_event, is_event, write
from connectors.store.schema import ensure_current, ensure_of_this_program
from connectors.store.story import Story, story
from connectors.store.unfinished import UnfinishedReads
from connectors.store.verify import broken_laws, broken_trail, verify
from connectors.store.violation import Violation
from schemas.errors import PermanentError
from schemas.outcome import Change, Outcome

_INTENT = TABLES["credit_intent"]
_TRIES = 5  # when two transactions stand in each other's way and the database takes one back


class Store(PoolReads, CountReads, HandlingReads, LateReads, DifferenceReads, UnfinishedReads):
    """The database of Backhaul: one outcome, one transaction; every read answers an Arrow table.

    Threads may share a store; processes open their own on the same database. Writers wait for
    each other: on SQLite always, on PostgreSQL where they draw on the same units.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime], actor: str) -> None:
        super().__init__(engine)
        self._writer = database.of(engine).writer(engine)
        self._now = now
        self.actor = actor

    @classmethod
    def open(cls, url: str, now: Callable[[], datetime], actor: str = "backhaul", as_it_is: bool = False) -> Self:
        """The store at this address, created or migrated when it is not current. ConfigError: it cannot be there.

        ``as_it_is``: nothing is created or migrated, as for an auditor; ConfigError: it is of another schema.
        """
        engine = database.connect(url)
        try:
            (ensure_of_this_program if as_it_is else ensure_current)(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, now, actor)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def record(self, outcome: Outcome, actor: str | None = None) -> None:
        """Write all of the outcome, or nothing of it, in one transaction that the audit chain seals.

        StaleError: a change expected another state, or a row of the same key is there already. TransientError: an
        invoice line has not enough left, or the database is busy. PermanentError: an illegal move, or a row that
        points nowhere. ValueError: rows that do not fit the stored tables. An outcome without rows writes nothing.
        """
        now = self._now()
        rows = prepared(outcome.rows, now)
        if not (rows or outcome.changes or any(marks.num_rows for marks in outcome.seen.values())):
            return
        for patience in reversed(range(_TRIES)):
            try:
                self._record(outcome, rows, now, actor or self.actor)
            except CrossedError:
                if not patience:
                    raise
            else:
                return

    def _record(self, outcome: Outcome, rows: Sequence[Rows], now: datetime, actor: str) -> None:
        doing = f"recording {outcome.action!r} of {outcome.subject}"
        with database_faults(doing), self._writer.begin() as connection:
            sealed = write(connection, rows, outcome.changes, outcome.seen)
            if is_event(rows, outcome.changes):
                append_event(connection, now, actor, outcome.action, outcome.subject, sealed)

    def lease(self, reference: str, owner: str, seconds: float) -> int | None:
        """The fence of a lease on this intent, or None while another one runs or once the credit is posted.

        A lease ends with its time, or as soon as its owner is known to be gone (see ``owner``).
        Changes that expect this ``lease_fence`` fail as soon as a later lease was given. PermanentError: no intent.
        """
        columns = (_INTENT.c.state, _INTENT.c.lease_fence, _INTENT.c.lease_until, _INTENT.c.lease_owner)
        with database_faults(f"leasing {reference}"), self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(_INTENT.c.reference == reference)).first()
        if row is None:
            raise PermanentError(f"There is no credit intent {reference}. Next: `backhaul status` lists them.")
        now = self._now()
        if row.state == "posted" or _runs(row.lease_until, row.lease_owner, now):
            return None
        fence: int = row.lease_fence + 1
        values = {"lease_owner": owner, "lease_fence": fence, "lease_until": now + timedelta(seconds=seconds)}
        expected = {"lease_fence": row.lease_fence, "state": row.state, "lease_until": row.lease_until}
        change = Change("credit_intent", {"reference": reference}, values, expected)
        try:
            self.record(Outcome("lease", reference, changes=(change,)))
        except StaleError:
            return None
        return fence

    def story(self, return_line: str) -> Story:
        """Everything about one return line, from its file to its credit note. PermanentError: no such line."""
        with database_faults(f"reading {return_line}"), self._engine.connect() as connection:
            return story(connection, return_line)

    def verify(self, damaged: Iterable[str] = (), anchors: Iterable[Anchor] = ()) -> list[Violation]:
        """Everything that was changed behind the store's back or breaks a law of sql/checks; see ``verify``.

        ``damaged`` are the digests of files whose bytes in the vault are gone or altered; ``anchors`` are
        heads of the chain that were kept elsewhere.
        """
        with database_faults("verifying"), self._engine.connect() as connection:
            return verify(connection, damaged, anchors)

    def broken_trail(self, anchors: Iterable[Anchor] = ()) -> list[Violation]:
        """What was changed behind the store's back: tables, guards, audit chain and sealed rows, and nothing else."""
        with database_faults("verifying the audit trail"), self._engine.connect() as connection:
            return broken_trail(connection, anchors)

    def head_since(self, anchor: Anchor | None) -> tuple[Anchor, list[Violation]]:
        """The head of the audit chain with the rows sealed up to it, and where it is broken from this anchor on."""
        with database_faults("reading the audit chain"), self._engine.connect() as connection:
            return head_since(connection, anchor)

    def violations(self) -> list[Violation]:
        """What breaks a law of sql/checks now; the audit chain and the sealed rows are not looked at."""
        with database_faults("running sql/checks"), self._engine.connect() as connection:
            return broken_laws(connection)


def _runs(until: datetime | None, owner: str | None, now: datetime) -> bool:
    """Whether a lease still keeps others out."""
    return until is not None and until > now and not (owner and is_gone(owner))
