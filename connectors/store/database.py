"""Open this when a connection behaves oddly, or to add a database: everything that only SQLite does stands here.

For PostgreSQL each function here needs its counterpart: isolation and locks, a trigger function, the catalogue of views
and triggers, rows as they were sealed. All other SQL of Backhaul is meant for both.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, Table, TableClause, create_engine, event, make_url

from schemas.errors import ConfigError

BUSY_SECONDS = 30
_WRITES = "backhaul_writes"


def connect(url: str) -> Engine:
    """An engine whose transactions read one snapshot, and whose ``writer`` takes the write lock when it begins.

    WAL with synchronous=FULL: what was committed survives a power cut. ConfigError: no SQLite file.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise ConfigError(f"The store needs a SQLite file, not {url!r}. Next: set database_url to sqlite:///path.")
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def writer(engine: Engine) -> Engine:
    """The same pool of connections, for transactions that write: they wait for each other from the start."""
    return engine.execution_options(**{_WRITES: True})


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


def keeps(table: str, verb: str) -> tuple[str, str]:
    """Name and DDL of the trigger that refuses this verb (update or delete) on a table."""
    name = f"{table}_keeps_{verb}"
    refusal = f"raise(abort, '{table} is never changed: {verb} refused')"
    return name, f'CREATE TRIGGER {name} BEFORE {verb.upper()} ON "{table}" BEGIN SELECT {refusal}; END'


def stored_objects(connection: Connection) -> dict[str, tuple[str, str]]:
    """The views and triggers in the database: kind and DDL by name."""
    rows = connection.exec_driver_sql("select name, type, sql from sqlite_master where type in ('view', 'trigger')")
    return {name: (kind, sql) for name, kind, sql in rows}


def read_any_bytes(connection: Connection, errors: str) -> None:
    """Let this connection read text that is not UTF-8, as damaged rows hold it; ``errors`` as in bytes.decode."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda data: data.decode("utf-8", errors)


def read_text(connection: Connection) -> None:
    """Take back ``read_any_bytes`` before the connection goes back to its pool."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = str


def as_stored(table: Table) -> TableClause:
    """The table without its types: rows come as they are stored, which on SQLite is as they were sealed."""
    return sqlalchemy.table(table.name, *(sqlalchemy.column(column.name) for column in table.columns))
