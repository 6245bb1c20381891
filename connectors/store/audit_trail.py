"""Open this when you ask whether the audit trail holds: each event, the chain of them, and the rows that they sealed.

A chain alone cannot show that its newest events are gone together with their rows, nor that all of it was written
anew: anchors, kept elsewhere, do (``connectors/anchors.py``).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select, Table, select

from connectors.store import database
from connectors.store.insert import SEALED_TABLES, TABLES, key_of
from connectors.store.roll import UNREADABLE, Sealed, count_told, told
from connectors.store.seal import FEW, GENESIS, digests, event_hash, first_row_digest, row_digest, row_key, row_keys
from connectors.store.violation import Violation

_EVENTS, _ROWS = 500, 50_000  # how many are held at once
_AUDIT = TABLES["audit_event"]
_KINDS: dict[type, pa.DataType] = {str: pa.string(), int: pa.int64()}


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the audit chain as it was kept elsewhere: number and hash of an event, and the rows sealed so far."""

    seq: int
    hash: str
    rows: int | None = None
    name: str = "the anchor"


def broken_seals(connection: Connection, anchors: Iterable[Anchor] = ()) -> list[Violation]:
    """Where the audit chain is broken or not as anchors saw it, and the rows that are not as they were sealed."""
    try:
        database.of(connection).read_any_bytes(connection, "surrogateescape")
        sealed, chain = _chain(connection, anchors)
        return [*chain, *(broken for name in sorted(SEALED_TABLES) for broken in _rows(connection, name, sealed))]
    finally:
        database.of(connection).read_any_bytes(connection, None)


def head_since(connection: Connection, anchor: Anchor | None) -> tuple[Anchor, list[Violation]]:
    """The head of the chain with the rows sealed up to it, and where the chain is broken from the anchor on."""
    trail = _Trail(())
    if anchor:
        trail.number, trail.hash, trail.rows = anchor.seq, anchor.hash, anchor.rows or 0
        chosen = select(_AUDIT.c.hash).where(_AUDIT.c.seq == anchor.seq)
        if connection.execute(chosen).scalar() != anchor.hash:
            trail.found.append(_event(anchor.seq, f"the event is gone or another one: {anchor.name} saw it"))
    for event in _events(connection, trail.number):
        trail.add(event)
    return Anchor(trail.number, trail.hash, trail.rows), trail.found


def _chain(connection: Connection, anchors: Iterable[Anchor]) -> tuple[Sealed, list[Violation]]:
    """The latest digest of every sealed row as the events tell it, and where the chain is broken."""
    sealed: Sealed = {}
    trail = _Trail(anchors)
    for event in _events(connection):
        trail.add(event)
        try:
            for table, rows in told(event.rows, event.roll).items():
                sealed.setdefault(table, {}).update(rows)
        except UNREADABLE:
            trail.found.append(_event(event.seq, "what it tells of its rows was altered"))
    return sealed, [*trail.found, *trail.missing()]


def _events(connection: Connection, after: int | None = None) -> Any:
    events = database.of(connection).as_stored(_AUDIT)
    chosen = select(events).order_by(events.c.seq)
    chosen = chosen if after is None else chosen.where(events.c.seq > after)
    return connection.execute(chosen.execution_options(yield_per=_EVENTS))


class _Trail:
    """What was found along the chain, up to the event that was looked at last."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self.number, self.hash, self.rows = 0, GENESIS, 0
        self.found: list[Violation] = []
        self._anchors = sorted((one for one in anchors if one.seq), key=lambda one: (one.seq, one.name), reverse=True)

    def add(self, event: Any) -> None:
        """Judge the next event."""
        self.found += _judge(event, self.number + 1, self.hash)
        self.rows += _count(event)
        self.number = event.seq if isinstance(event.seq, int) else self.number + 1
        while self._anchors and self._anchors[-1].seq <= self.number:
            self._compare(self._anchors.pop(), event)
        self.hash = event.hash

    def _compare(self, anchor: Anchor, event: Any) -> None:
        if (anchor.seq, anchor.hash) != (event.seq, event.hash):
            what = "the chain was written anew at or before this event: {} saw another one"
            self.found.append(_anchored("rewrite", anchor, what))
        elif anchor.rows is not None and anchor.rows != self.rows:
            what = f"{self.rows} rows are sealed up to this event, {{}} saw {anchor.rows}"
            self.found.append(_anchored("rewrite", anchor, what))

    def missing(self) -> Iterator[Violation]:
        """The anchors of events that are not there: the end of the chain was cut off."""
        for anchor in reversed(self._anchors):
            what = f"the newest events are gone, those from {self.number + 1} to {anchor.seq}: {{}} saw them"
            yield _anchored("tail", anchor, what)


def _judge(event: Any, number: int, prev_hash: str) -> Iterator[Violation]:
    """What is wrong with this event: its number, its link to the one before, its own hash."""
    if event.seq != number:
        yield _event(event.seq, f"the events from {number} on are gone")
    if event.prev_hash != prev_hash:
        yield _event(event.seq, "it does not follow the event before it")
    content = (event.seq, event.at, event.actor, event.action, event.subject, event.rows, event.prev_hash)
    if event.hash != event_hash(*content):
        yield _event(event.seq, "it was altered")


def _event(seq: int, what: str) -> Violation:
    return Violation("audit", "audit_event", str(seq), what)


def _anchored(check: str, anchor: Anchor, what: str) -> Violation:
    return Violation(check, "audit_event", str(anchor.seq), what.format(anchor.name))


def _count(event: Any) -> int:
    try:
        return count_told(event.rows)
    except UNREADABLE:  # it is named as altered
        return 0


# --- rows


def _rows(connection: Connection, name: str, sealed: Sealed) -> Iterator[Violation]:
    """Rows of a table that are not as they were sealed: altered, added, or gone."""
    table, expected = TABLES[name], sealed.get(name, {})
    seen: set[str] = set()
    for rows in connection.execute(_all_of(connection.dialect.name, name)).partitions():
        for key, what in _differing(table, rows, expected, seen):
            yield Violation("seal", name, key, what)
    for key in sorted(expected.keys() - seen):
        yield Violation("seal", name, key, "the row is gone")


@cache
def _all_of(dialect: str, name: str) -> Select[Any]:
    return select(database.named(dialect).as_stored(TABLES[name])).execution_options(yield_per=_ROWS)


def _differing(
    table: Table, rows: Sequence[Any], expected: dict[str, Any], seen: set[str]
) -> Iterator[tuple[str, str]]:
    """The rows that differ from what is expected, and how. Notes in ``seen`` which keys were there."""
    keys, found = _digested(table, rows)
    for place, (key, digest) in enumerate(zip(keys, found, strict=True)):
        if key in seen:
            yield key, "the row is there twice"
        seen.add(key)
        wanted = expected.get(key)
        if wanted == digest:
            continue
        if wanted is None:
            yield key, "the row was added behind the store's back"
        elif isinstance(wanted, bytes) or first_row_digest(table.columns.keys(), rows[place]) != wanted:
            yield key, "the row was altered"


def _digested(table: Table, rows: Sequence[Any]) -> tuple[list[str], list[bytes]]:
    """Keys and digests of rows as they are stored: by columns where every value is of the kind that belongs there."""
    names, key = table.columns.keys(), key_of(table)
    if len(rows) >= FEW:
        with suppress(_MixedKinds, UnicodeEncodeError):
            columns = pa.table([_column(values) for values in zip(*rows, strict=True)], names)
            return row_keys(columns, key), digests(columns)
    places = [names.index(name) for name in key]
    return [row_key([row[place] for place in places]) for row in rows], [row_digest(names, row) for row in rows]


class _MixedKinds(Exception):
    """A column has values that are neither all text nor all whole numbers: somebody altered them."""


def _column(values: Sequence[Any]) -> pa.Array:
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pa.array(values, pa.string())
    if len(kinds) > 1 or not kinds <= _KINDS.keys():
        raise _MixedKinds
    return pa.array(values, _KINDS[kinds.pop()])
