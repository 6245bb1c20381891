"""Open this when the database is older than the code: it brings tables, views and triggers up to date.

Tables change by the migrations of sql/migrations. Views and triggers hold no data: they are made anew from sql/views,
``ledger_views`` and ``schemas.records.APPEND_ONLY`` whenever those changed. alembic is only imported when there is
something to do.
"""

import graphlib
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, Engine, inspect
from sqlmodel import SQLModel

from connectors.store import database
from connectors.store.faults import database_faults
from connectors.store.ledger_views import ledger_views
from connectors.store.shapes import AS_IT_IS
from schemas.errors import ConfigError
from schemas.records import APPEND_ONLY, SEALED

SQL = Path(__file__).parents[2] / "sql"
MIGRATIONS = SQL / "migrations"
EDITION = "edition"  # a view of one row: the digest of all views and triggers


def ensure_current(engine: Engine) -> None:
    """Create the schema, or bring it up to date; nothing is written when it is."""
    with database_faults("looking at the schema"), engine.connect() as connection:
        if _is_current(connection):
            return
    with database_faults("migrating the schema"), database.of(engine).writer(engine).begin() as connection:
        database.of(connection).migrating(connection)
        if not _is_current(connection):  # another process may have done it while we waited for the lock
            _migrate(connection)


def ensure_of_this_program(engine: Engine) -> None:
    """ConfigError: there is no store, or one whose tables are of another version of the program. Nothing is written."""
    with database_faults("looking at the schema"), engine.connect() as connection:
        found = _found(connection)
    if found != revision():
        told = f"has schema {found}, this program {revision()}" if found else "holds no store of ours"
        raise ConfigError(f"The database {told}. Next: name another one, or use the program that wrote it.")


def derived_objects(connection: Connection) -> Mapping[str, tuple[str, str]]:
    """The views and triggers as they should be in this database: kind and DDL by name, in the order of creation."""
    kept = [(name_of(record), "update") for record in APPEND_ONLY]
    kept += [(name, "delete") for name in sorted({name_of(record) for record in (*APPEND_ONLY, *SEALED)})]
    return MappingProxyType({**views(), **database.of(connection).guards(kept, SQLModel.metadata.sorted_tables)})


@cache
def views() -> Mapping[str, tuple[str, str]]:
    """The views as they should be: kind and DDL by name, in the order of creation."""
    texts = {path.stem: path.read_text(encoding="utf-8").strip() for path in (SQL / "views").glob("*.sql")}
    texts |= ledger_views()
    needs = {name: sorted(other for other in texts if other != name and other in texts[name]) for name in sorted(texts)}
    return {
        name: ("view", f"CREATE VIEW {name} AS\n{texts[name]}")
        for name in graphlib.TopologicalSorter(needs).static_order()
    }


def name_of(record: type) -> str:
    """The table's name of a record class."""
    return str(record.__tablename__)  # type: ignore[attr-defined]


def revision() -> str:
    """The newest migration: files of sql/migrations/versions are named after their revision."""
    return max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))


def create_derived(connection: Connection) -> None:
    """Make every view and trigger, with the edition that tells them from other ones."""
    for _, ddl in derived_objects(connection).values():
        connection.exec_driver_sql(ddl, execution_options=AS_IT_IS)
    connection.exec_driver_sql(f"CREATE VIEW {EDITION} AS select '{edition(connection)}' as digest")


def edition(connection: Connection) -> str:
    """Digest of all views and triggers as they should be."""
    return hashlib.sha256(repr(dict(derived_objects(connection))).encode()).hexdigest()


def _is_current(connection: Connection) -> bool:
    found = _found(connection)
    if found is not None and found > revision():
        raise ConfigError(f"The database has schema {found}, newer than this program. Next: update the program.")
    if found != revision() or EDITION not in inspect(connection).get_view_names():
        return False
    return connection.exec_driver_sql(f"select digest from {EDITION}").scalar() == edition(connection)


def _found(connection: Connection) -> str | None:
    """The newest migration that the database went through; None where there is nothing of ours."""
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    found = connection.exec_driver_sql("select version_num from alembic_version").scalar()
    return None if found is None else str(found)


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    database.of(connection).drop_objects(connection)
    command.upgrade(config, "head")
    database.of(connection).migrated(connection)
    create_derived(connection)
