"""Open this when you ask whether anybody changed the books: audit chain, sealed rows, and the laws in sql/checks.

Whatever was altered, removed or added behind the store's back is named by table and row. A chain alone cannot show
that its newest events are gone together with their rows: keep ``Store.head()`` elsewhere and hand it in as anchor.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, inspect, select

from connectors.store import database
from connectors.store.insert import SEALED_TABLES, TABLES, key_of
from connectors.store.reads import run_file
from connectors.store.schema import SQL, derived_objects
from connectors.store.seal import GENESIS, event_hash, row_digest, row_key

Anchor = tuple[int, str]  # number and hash of an audit event, kept elsewhere


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """Something that must not be: which check found it, in which row of which table, and what it is."""

    check: str
    table: str
    row: str
    what: str

    def __post_init__(self) -> None:
        """Keep the name of a row printable, whatever its bytes."""
        object.__setattr__(self, "row", self.row.encode("utf-8", "backslashreplace").decode())


def verify(connection: Connection, damaged: Iterable[str] = (), anchor: Anchor | None = None) -> list[Violation]:
    """Everything that is wrong with the store, sorted. ``damaged`` are files of which the vault has other bytes."""
    found = [*_schema(connection), *_files(connection, set(damaged))]
    if any(violation.check == "schema" and violation.table in TABLES for violation in found):
        return sorted(set(found))  # without all its tables the rest cannot be judged
    found += broken_seals(connection, anchor)
    try:
        database.of(connection).read_any_bytes(connection, "backslashreplace")
        found += broken_laws(connection)
    finally:
        database.of(connection).read_any_bytes(connection, None)
    return sorted(set(found))


def broken_seals(connection: Connection, anchor: Anchor | None = None) -> list[Violation]:
    """Where the audit chain is broken, and the rows that are not as they were sealed."""
    try:
        database.of(connection).read_any_bytes(connection, "surrogateescape")
        sealed, chain = _chain(connection, anchor)
        return [*chain, *_rows(connection, sealed)]
    finally:
        database.of(connection).read_any_bytes(connection, None)


def broken_laws(connection: Connection) -> list[Violation]:
    """What the files of sql/checks find, each named after its file."""
    found = []
    for path in sorted((SQL / "checks").glob("*.sql")):
        rows = run_file(connection, f"checks/{path.name}", {}).to_pylist()
        found += [Violation(path.stem, row["table_name"], row["row_key"], row["what"]) for row in rows]
    return found


def _schema(connection: Connection) -> Iterator[Violation]:
    """Tables that are gone, views and triggers that are gone or not ours."""
    for table in sorted(set(TABLES) - set(inspect(connection).get_table_names())):
        yield Violation("schema", table, "", "the table is gone")
    stored = database.of(connection).stored_objects(connection)
    expected = database.of(connection).as_told(connection, derived_objects(connection))
    for name, (kind, ddl) in expected.items():
        if name not in stored:
            yield Violation("schema", name, "", f"the {kind} is gone")
        elif stored[name][1] != ddl:
            yield Violation("schema", name, "", f"the {kind} was changed")


def _files(connection: Connection, damaged: set[str]) -> Iterator[Violation]:
    """The source files whose bytes in the vault are missing or not theirs."""
    if not damaged:
        return
    files = TABLES["source_file"]
    for partner, file in connection.execute(select(files.c.partner, files.c.file)):
        if file in damaged:
            yield Violation("vault", "source_file", f"{partner}|{file}", "the bytes in the vault are gone or altered")
            damaged = damaged - {file}
    for file in damaged:
        yield Violation("vault", "", file, "the vault holds other bytes under this digest")


def _chain(connection: Connection, anchor: Anchor | None) -> tuple[dict[str, dict[str, str]], list[Violation]]:
    """The latest digest of every sealed row as the events tell it, and where the chain is broken."""
    sealed: dict[str, dict[str, str]] = {name: {} for name in SEALED_TABLES}
    found: list[Violation] = []
    number, prev_hash, anchored = 0, GENESIS, anchor is None or anchor[0] == 0
    events = database.of(connection).as_stored(TABLES["audit_event"])
    for event in connection.execute(select(events).order_by(events.c.seq)):
        number += 1
        found += _judge(event, number, prev_hash)
        anchored = anchored or anchor == (event.seq, event.hash)
        number, prev_hash = event.seq if isinstance(event.seq, int) else number, event.hash
        for table, rows in _told(event.rows).items():
            sealed.setdefault(table, {}).update(rows)
    if anchor is not None and not anchored:
        found.append(Violation("audit", "audit_event", str(anchor[0]), "the anchored event is gone or altered"))
    return sealed, found


def _judge(event: Any, number: int, prev_hash: str) -> Iterator[Violation]:
    """What is wrong with this event: its number, its link to the one before, its own hash."""
    if event.seq != number:
        yield Violation("audit", "audit_event", str(event.seq), f"the events from {number} on are gone")
    if event.prev_hash != prev_hash:
        yield Violation("audit", "audit_event", str(event.seq), "it does not follow the event before it")
    content = (event.seq, event.at, event.actor, event.action, event.subject, event.rows, event.prev_hash)
    if event.hash != event_hash(*content):
        yield Violation("audit", "audit_event", str(event.seq), "it was altered")


def _told(rows: Any) -> dict[str, dict[str, str]]:
    """Table → row key → digest of an event; nothing when it was altered so far that it cannot be read."""
    try:
        told = json.loads(rows)
    except (TypeError, ValueError):
        return {}
    well_formed = isinstance(told, dict) and all(isinstance(part, dict) for part in told.values())
    return told if well_formed else {}


def _rows(connection: Connection, sealed: dict[str, dict[str, str]]) -> Iterator[Violation]:
    """Rows that are not as they were sealed: altered, added, or gone."""
    for name in sorted(SEALED_TABLES):
        yield from _rows_of(connection, TABLES[name], sealed[name])


def _rows_of(connection: Connection, table: Table, expected: dict[str, str]) -> Iterator[Violation]:
    columns = [column.name for column in table.columns]
    places = [columns.index(name) for name in key_of(table)]
    seen = set()
    for row in connection.execute(select(database.of(connection).as_stored(table))):
        key = row_key(row[place] for place in places)
        seen.add(key)
        if key not in expected:
            yield Violation("seal", table.name, key, "the row was added behind the store's back")
        elif row_digest(columns, row) != expected[key]:
            yield Violation("seal", table.name, key, "the row was altered")
    for key in sorted(expected.keys() - seen):
        yield Violation("seal", table.name, key, "the row is gone")
