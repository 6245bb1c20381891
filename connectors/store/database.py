"""Open this to add a database: what every database must do in its own way, and which one an address means.

SQLite (``sqlite.py``) and PostgreSQL (``postgres.py``) stand behind these few functions. All other SQL of Backhaul is
meant for both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa
from sqlalchemy import Connection, Engine, FromClause, Table, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from connectors.store.postgres import Postgres
from connectors.store.sqlite import Sqlite
from schemas.errors import ConfigError

Objects = Mapping[str, tuple[str, str]]  # views, triggers and functions: kind and DDL by name


class Database(Protocol):
    """What a database does in its own way."""

    def engine(self, url: URL) -> Engine:
        """An engine whose transactions read one snapshot. ConfigError: the address, or what is there, will not do."""

    def writer(self, engine: Engine) -> Engine:
        """The same connections, for transactions that write: they wait for each other where they must."""

    def guards(self, kept: Iterable[tuple[str, str]], tables: Iterable[Table]) -> Objects:
        """What refuses these verbs (update or delete), and rows that point nowhere, in the order of creation."""

    def stored_objects(self, connection: Connection) -> Objects:
        """The views, triggers and functions of ours in the database, as it tells them."""

    def as_told(self, connection: Connection, objects: Objects) -> Objects:
        """How ``stored_objects`` would tell these, so that the two can be compared."""

    def drop_objects(self, connection: Connection) -> None:
        """Drop all of ``stored_objects``."""

    def migrating(self, connection: Connection) -> None:
        """Keep other processes from migrating until this transaction ends."""

    def migrated(self, connection: Connection) -> None:
        """Bring columns that migrations made to what this database needs."""

    def insert(self, connection: Connection, table: Table, rows: pa.Table, key: Sequence[str], clash: str) -> None:
        """Insert rows in stored form. clash says what to do with a known key: refuse, keep or replace."""

    def set_columns(self, connection: Connection, table: Table, key: str, rows: pa.Table) -> None:
        """Set the other columns of the rows that have these keys."""

    def add_to(self, connection: Connection, table: Table, key: Sequence[str], rows: pa.Table) -> None:
        """Add the other columns to those of the rows that have these keys."""

    def among(self, column: str, keys: Sequence[str]) -> tuple[str, Any]:
        """SQL that says that a column is one of many keys, and the one parameter in it."""

    def rows_of(self, connection: Connection, chosen: str, key: str, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """The rows of these keys, held: nobody else changes them until this transaction ends."""

    def hold_rows(self, connection: Connection, table: str, key: str, keys: Sequence[str]) -> None:
        """Keep others from drawing on the rows of these keys until this transaction ends."""

    def hold_chain(self, connection: Connection) -> None:
        """Keep others from hanging events on the audit chain until this transaction ends."""

    def hold_styles(self, connection: Connection) -> None:
        """Keep others from naming styles of items until this transaction ends."""

    def as_stored(self, table: Table) -> FromClause:
        """The table with its values as they were sealed: text, whole numbers, 0 and 1, ISO times."""

    def read_any_bytes(self, connection: Connection, errors: str | None) -> None:
        """Let this connection read text that is not UTF-8; ``errors`` as in bytes.decode, None: no longer."""


_DATABASES: dict[str, Database] = {"sqlite": Sqlite(), "postgresql": Postgres()}


def of(bind: Connection | Engine) -> Database:
    """The database at the other end."""
    return named(bind.dialect.name)


def named(dialect: str) -> Database:
    """The database of this kind: sqlite or postgresql."""
    return _DATABASES[dialect]


def connect(url: str) -> Engine:
    """An engine on this address, sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME. ConfigError: another one."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unknown(url) from None
    if parsed.get_backend_name() not in _DATABASES:
        raise _unknown(parsed.render_as_string(hide_password=True))
    return _DATABASES[parsed.get_backend_name()].engine(parsed)


def _unknown(url: str) -> ConfigError:
    return ConfigError(
        f"The store needs PostgreSQL or a SQLite file, not {url!r}. Next: set database to "
        "postgresql+psycopg://user@host/name or sqlite:///path."
    )
