"""Open this when the store on a SQLite file behaves oddly: everything that only SQLite does. See ``database.py``."""

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy
from sqlalchemy import Connection, Engine, Table, TableClause, create_engine, event
from sqlalchemy.engine import URL

from connectors.store.json_arrays import json_array
from connectors.store.shapes import is_one
from schemas.errors import ConfigError

BUSY_SECONDS = 30
_MANY, _SHORT = 200, 1_000  # rows and characters, for literals in a statement
_WRITES = "backhaul_writes"
_CLASHES = {"refuse": "", "keep": " on conflict do nothing"}


class Sqlite:
    """SQLite: one file, many readers, one writer at a time."""

    def engine(self, url: URL) -> Engine:
        """WAL with synchronous=FULL: what was committed survives a power cut. ConfigError: no file."""
        if url.database in (None, "", ":memory:"):
            raise ConfigError("The store needs a SQLite file. Next: set database to sqlite:///path.")
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def writer(self, engine: Engine) -> Engine:
        """The write lock is taken when the transaction begins: writers wait for each other from the start."""
        return engine.execution_options(**{_WRITES: True})

    def guards(self, kept: Iterable[tuple[str, str]], tables: Iterable[Table]) -> dict[str, tuple[str, str]]:
        """A trigger for each table and verb; foreign keys do the rest."""
        return {f"{table}_keeps_{verb}": ("trigger", _guard(table, verb)) for table, verb in kept}

    def stored_objects(self, connection: Connection) -> dict[str, tuple[str, str]]:
        """Kind and DDL by name."""
        rows = connection.exec_driver_sql("select name, type, sql from sqlite_master where type in ('view', 'trigger')")
        return {name: (kind, sql) for name, kind, sql in rows}

    def as_told(self, connection: Connection, objects: Mapping[str, tuple[str, str]]) -> Mapping[str, tuple[str, str]]:
        """SQLite keeps the text of the DDL."""
        return objects

    def drop_objects(self, connection: Connection) -> None:
        """Views and triggers, all of them."""
        for name, (kind, _) in self.stored_objects(connection).items():
            connection.exec_driver_sql(f'DROP {kind} "{name}"')

    def migrating(self, connection: Connection) -> None:
        """A transaction that writes keeps the others out anyway."""

    def migrated(self, connection: Connection) -> None:
        """Whole numbers of SQLite have 64 bits, and text is compared byte by byte."""

    def insert(self, connection: Connection, table: Table, rows: pa.Table, key: Sequence[str], clash: str) -> None:
        """By one prepared statement for all rows, which has in it what is the same in all of them."""
        marks = {name: _same(rows[name]) or "?" for name in rows.column_names}
        names, values = _listed(marks), ", ".join(marks.values())
        end = _CLASHES.get(clash)
        if end is None:
            others = ", ".join(f'"{name}" = excluded."{name}"' for name in rows.column_names if name not in key)
            end = f" on conflict ({_listed(key)}) do update set {others}"
        statement = f'insert into "{table.name}" ({names}) values ({values}){end}'
        connection.exec_driver_sql(statement, _tuples(rows, [name for name in marks if marks[name] == "?"]))

    def set_columns(self, connection: Connection, table: Table, key: str, rows: pa.Table) -> None:
        """By one prepared statement for all rows."""
        others = [name for name in rows.column_names if name != key]
        changes = ", ".join(f'"{name}" = ?' for name in others)
        statement = f'update "{table.name}" set {changes} where "{key}" = ?'
        connection.exec_driver_sql(statement, _tuples(rows, [*others, key]))

    def add_to(self, connection: Connection, table: Table, key: Sequence[str], rows: pa.Table) -> None:
        """By one prepared statement for all rows."""
        others = [name for name in rows.column_names if name not in key]
        changes = ", ".join(f'"{name}" = "{name}" + ?' for name in others)
        same = " and ".join(f'"{name}" = ?' for name in key)
        statement = f'update "{table.name}" set {changes} where {same}'
        connection.exec_driver_sql(statement, _tuples(rows, [*others, *key]))

    def among(self, column: str, keys: Sequence[str]) -> tuple[str, Any]:
        """The keys go as one JSON array."""
        return f"{column} in (select value from json_each(?))", json_array(keys)

    def rows_of(self, connection: Connection, chosen: str, key: str, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Whoever writes holds them already."""
        among, given = self.among(key, keys)
        return connection.exec_driver_sql(f"{chosen} where {among}", (given,)).all()

    def hold_rows(self, connection: Connection, table: str, key: str, keys: Sequence[str]) -> None:
        """Whoever writes holds them already."""

    def hold_chain(self, connection: Connection) -> None:
        """Whoever writes holds it already."""

    def hold_styles(self, connection: Connection) -> None:
        """Whoever writes holds them already."""

    def as_stored(self, table: Table) -> TableClause:
        """The table without its types: rows come as they are stored, which is as they were sealed."""
        return sqlalchemy.table(table.name, *(sqlalchemy.column(column.name) for column in table.columns))

    def read_any_bytes(self, connection: Connection, errors: str | None) -> None:
        """Text of damaged rows may hold any bytes."""
        driver: Any = connection.connection.driver_connection
        driver.text_factory = str if errors is None else lambda data: data.decode("utf-8", errors)


def _guard(table: str, verb: str) -> str:
    refusal = f"raise(abort, '{table} is never changed: {verb} refused')"
    return f'CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb.upper()} ON "{table}" BEGIN SELECT {refusal}; END'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _same(column: pa.ChunkedArray) -> str | None:
    """The one value of a column of many rows as a literal of SQL; None: it has several, or a long one."""
    if len(column) < _MANY or not is_one(column):
        return None
    value = column[0].as_py()
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and len(value) <= _SHORT:
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    return None


def _tuples(rows: pa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name].to_pylist() for name in names), strict=True))


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins and ends transactions, not the driver
    _write_ahead(connection)
    # recursive_triggers: a row is never replaced behind the back of a delete trigger
    for setting in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {setting}").close()


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn on the write-ahead log. While another connection does it too SQLite refuses at once, without waiting."""
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
