"""What tests need of a database beside the store: a new one, a copy, and SQL behind the store's back."""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine import URL

from connectors.store import database, schema
from tests.postgres_server import CannotStart, PostgresServer

CHOSEN = "BACKHAUL_DATABASE"  # sqlite or postgresql: the whole suite on this one alone
NEEDED = "BACKHAUL_NEEDS_POSTGRES"  # set where a PostgreSQL that cannot be started is a failure


def databases(both: bool) -> list[str]:
    """The databases on which a test runs: all of them, or only SQLite, unless the environment chooses one."""
    chosen = os.environ.get(CHOSEN)
    if chosen:
        return [chosen]
    return ["sqlite", "postgresql"] if both else ["sqlite"]


class Raw(Protocol):
    """A plain connection, each statement its own transaction."""

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement with ? for its values; answers its rows, if it has any."""

    def unlinked(self) -> None:
        """Let rows through that point nowhere."""

    def unguarded(self) -> None:
        """Let everything through: no trigger, no CHECK, no foreign key."""


class Databases(Protocol):
    """Databases of one kind."""

    name: str

    def new(self, folder: Path) -> str:
        """The address of a database with nothing in it."""

    def raw(self, url: str) -> Any:
        """A context with a ``Raw`` connection."""


def copied(url: str, folder: Path) -> str:
    """The address of a copy of a closed database, of its own: a file in the folder, or beside it on its server."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        path = Path(str(made.database))
        return f"sqlite:///{shutil.copy(path, folder / path.name)}"
    return _made_on_server(made, str(made.database))


def dropped(url: str) -> None:
    """Remove a database of the server, whoever is connected; a file goes with its folder."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite":
        with closing(_server_of(made)) as connection:
            connection.execute(f"drop database if exists {made.database} with (force)")


class QuickSchemas:
    """A new SQLite file begins as a copy of one that went through all migrations: that takes half a second each time.

    The store looks at the copy as at any file that is there. On a server tests copy databases themselves.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._migrate = schema.ensure_current
        self._first: dict[str, Engine] = {}

    def ensure_current(self, engine: Engine) -> None:
        """In the place of the function of this name in ``connectors.store.schema``."""
        self.share_statements(engine)
        if engine.name == "sqlite":
            event.listen(engine, "connect", _do_not_wait)
            if not Path(str(engine.url.database)).exists():
                self._copy(Path(str(engine.url.database)))
        self._migrate(engine)

    def share_statements(self, engine: Engine) -> None:
        """SQLAlchemy compiles a statement once for each engine, and most engines of tests live for a second."""
        first = self._first.setdefault(engine.name, engine)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache

    def _copy(self, to: Path) -> None:
        made = Path(shutil.copy(self._template(), to.with_name(f"{to.name}.{uuid.uuid4().hex}")))
        with suppress(FileExistsError):  # somebody else was here first
            os.link(made, to)
        made.unlink()

    @cache  # noqa: B019  (one of these lives as long as the tests)
    def _template(self) -> Path:
        path = self._folder / "schema.db"
        engine = database.connect(f"sqlite:///{path}")
        self._migrate(engine)
        engine.dispose()
        return path


def _do_not_wait(connection: sqlite3.Connection, _record: object) -> None:
    """Where the temporary folder is on a disk, tests need not wait for it: what they write may go in a power cut."""
    connection.execute("pragma synchronous = off").close()


def _made_on_server(server: URL, template: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with closing(_server_of(server)) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    return server.set(database=name).render_as_string()


def _server_of(url: URL, database: str = "postgres") -> Any:
    return psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=database, autocommit=True)


class SqliteFiles:
    """SQLite: each database a file in the folder."""

    name = "sqlite"

    def new(self, folder: Path) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{folder / 'hub.db'}"

    @contextmanager
    def raw(self, url: str) -> Iterator[Raw]:
        """The driver's own connection."""
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
            connection.execute("pragma synchronous = off")
            yield _RawSqlite(connection)


class _RawSqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    def unlinked(self) -> None:
        self.rows("pragma foreign_keys = off")

    def unguarded(self) -> None:
        self.unlinked()
        self.rows("pragma ignore_check_constraints = on")
        for (name,) in self.rows("select name from sqlite_master where type = 'trigger'"):
            self.rows(f"drop trigger {name}")


class PostgresDatabases:
    """PostgreSQL: databases of one server, copied from each other."""

    name = "postgresql"

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def new(self, folder: Path) -> str:
        """An empty database; the folder is not used."""
        return _made_on_server(make_url(self.server.url("postgres")), "template0")

    @contextmanager
    def raw(self, url: str) -> Iterator[Raw]:
        """The driver's own connection."""
        with closing(_server_of(make_url(url), str(make_url(url).database))) as connection:
            yield _RawPostgres(connection)


class _RawPostgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(statement.replace("%", "%%").replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []

    def unlinked(self) -> None:
        self.rows("set session_replication_role = replica")  # neither triggers nor foreign keys

    def unguarded(self) -> None:
        self.unlinked()
        for table, name in self.rows(
            "select conrelid::regclass::text, conname from pg_constraint "
            "where contype = 'c' and connamespace = 'public'::regnamespace"
        ):
            self.rows(f"alter table {table} drop constraint {name}")


@contextmanager
def started() -> Iterator[PostgresDatabases]:
    """Databases of a server of our own; where none can start the test is skipped, or fails where it must run."""
    try:
        server = PostgresServer()
    except CannotStart as fault:
        if os.environ.get(NEEDED):
            pytest.fail(f"PostgreSQL is needed here ({NEEDED}): {fault}")
        pytest.skip(f"no PostgreSQL can be started: {fault}")
    try:
        yield PostgresDatabases(server)
    finally:
        server.stop()
