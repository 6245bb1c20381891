"""Open this when you ask what one outcome does to the database: the one transaction in which everything is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Table, insert, select, tuple_, update

from connectors.store import database
from connectors.store.balances import chunks, moved, opened
from connectors.store.day_totals import count, restyled
from connectors.store.faults import StaleError
from connectors.store.insert import OWN, SEALED_TABLES, TABLES, Rows, insert_rows, key_of, table_named
from connectors.store.marks import follow
from connectors.store.roll import rolled
from connectors.store.schema import name_of
from connectors.store.seal import GENESIS, digests, event_hash, row_digest, row_key, row_keys
from connectors.store.shapes import stored_value
from schemas.outcome import Change
from schemas.records import APPEND_ONLY

_KEPT = frozenset(name_of(record) for record in APPEND_ONLY)
# Looking into a mailbox or an ERP is no event: what was seen there is only a note for the next look.
_UNAUDITED = frozenset({"listing", "supply_cursor"})
_AUDIT = TABLES["audit_event"]

Sealed = dict[str, dict[str, bytes]]  # table → row key → digest


def write(
    connection: Connection, rows: Sequence[Rows], changes: Sequence[Change], seen: Mapping[str, pa.Table]
) -> Sealed:
    """Write rows, changes, and the balances, marks and totals that follow; answers the digests of every sealed row."""
    sealed: Sealed = {}
    styles = restyled(connection, rows)
    for change in changes:
        _change(connection, change)
    for part in rows:
        insert_rows(connection, part)
        _seal(sealed, part)
        if part.table.name == "invoice_line":
            balances = opened(part)
            insert_rows(connection, balances)
            _seal(sealed, balances)
    for part in rows:
        if part.table.name == "movement":
            _seal(sealed, moved(connection, part))
    _seal_changed(connection, changes, sealed)
    follow(connection, rows, changes, seen)
    count(connection, rows, changes, styles)
    return sealed


def is_event(rows: Iterable[Rows], changes: Iterable[Change]) -> bool:
    """Whether the audit trail tells of it."""
    return not {part.table.name for part in rows} | {change.table for change in changes} <= _UNAUDITED


def append_event(connection: Connection, at: datetime, actor: str, action: str, subject: str, sealed: Sealed) -> None:
    """Hang one event on the audit chain."""
    database.of(connection).hold_chain(connection)
    last = connection.execute(select(_AUDIT.c.seq, _AUDIT.c.hash).order_by(_AUDIT.c.seq.desc()).limit(1)).first()
    seq, prev_hash = (last.seq + 1, last.hash) if last else (1, GENESIS)
    rows, roll = rolled(sealed)
    event = {
        "seq": seq,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "rows": rows,
        "roll": roll,
        "prev_hash": prev_hash,
        "hash": event_hash(seq, stored_value(at), actor, action, subject, rows, prev_hash),
    }
    connection.execute(insert(_AUDIT), event)


def _change(connection: Connection, change: Change) -> None:
    """Change one row, if it still is as expected. StaleError: it is not."""
    table = table_named(change.table)
    _ensure_changeable(table, change)
    wanted = {**change.expected, **change.key}
    same = [table.c[name] == value for name, value in wanted.items()]
    changed = connection.execute(update(table).where(*same).values(dict(change.values))).rowcount
    if changed != 1:
        raise StaleError(
            f"{change.table} {row_key(change.key.values())} is no longer {dict(change.expected)}. "
            "Next: nothing, it is read again and tried again."
        )


def _ensure_changeable(table: Table, change: Change) -> None:
    key = set(key_of(table))
    if table.name in OWN | _KEPT:
        raise ValueError(f"rows of {table.name} are never changed by an outcome")
    if set(change.key) != key or key & set(change.values) or not change.values:
        raise ValueError(f"a change of {table.name} needs the whole key {sorted(key)}, and other columns to set")
    unknown = (set(change.values) | set(change.expected)) - set(table.columns.keys())
    if unknown:
        raise ValueError(f"table {table.name} has no columns {sorted(unknown)}")


def _seal(sealed: Sealed, rows: Rows) -> None:
    """Note the digests of these rows, if their table is sealed."""
    if rows.table.name in SEALED_TABLES and rows.data.num_rows:
        keys = row_keys(rows.data, key_of(rows.table))
        sealed.setdefault(rows.table.name, {}).update(zip(keys, digests(rows.data), strict=True))


def _seal_changed(connection: Connection, changes: Iterable[Change], sealed: Sealed) -> None:
    """Note the digests of changed rows, as they are now."""
    keys: dict[str, list[tuple[Any, ...]]] = {}
    for change in changes:
        if change.table in SEALED_TABLES:
            primary = key_of(TABLES[change.table])
            keys.setdefault(change.table, []).append(tuple(change.key[name] for name in primary))
    for name, wanted in keys.items():
        table, raw = TABLES[name], database.of(connection).as_stored(TABLES[name])
        columns = [raw.c[column] for column in key_of(table)]
        for chunk in chunks(wanted):
            rows = connection.execute(select(raw).where(tuple_(*columns).in_(chunk)))
            places = [table.columns.keys().index(column.name) for column in columns]
            noted = sealed.setdefault(name, {})
            for row in rows:
                noted[row_key(row[place] for place in places)] = row_digest(table.columns.keys(), row)
