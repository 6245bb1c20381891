"""Open this when the store on PostgreSQL behaves oddly: everything that only PostgreSQL does. See ``database.py``.

Readers see one snapshot (repeatable read). Writers lock the rows they draw on and wait for each other only there, and
at the very end, where the audit chain has one head. docs/postgresql.md tells how the database is set up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
import pyarrow as pa
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    FromClause,
    Integer,
    Table,
    cast,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from connectors.store import postgres_links as links
from connectors.store.postgres_copy import binary_rows
from connectors.store.shapes import AS_IT_IS, arrow_type, without_nul
from schemas.errors import ConfigError, TransientError

NEEDED_VERSION = 15
WAIT_SECONDS = 30  # for a row that another transaction holds
# Names of advisory locks; any numbers that nobody else in this database uses.
_CHAIN, _MIGRATION, _STYLES = 7_202_601, 7_202_602, 7_202_603
_SESSION = "set time zone 'UTC'; set datestyle to iso; set lock_timeout to {}"  # milliseconds
_BETWEEN = "\x1f"  # keys in one text
_KEEPS = "backhaul_keeps"
_REFUSES = """
begin
  raise exception '% is never changed: % refused', tg_table_name, lower(tg_op)
    using errcode = 'integrity_constraint_violation';
end
"""
_FITNESS = """
select current_setting('server_version_num')::int / 10000, d.datname, current_user,
  pg_encoding_to_char(d.encoding), d.datcollate, d.datlocprovider::text,
  has_schema_privilege(current_schema(), 'usage'), has_database_privilege(d.datname, 'temp')
from pg_database as d where d.datname = current_database()
"""
_VIEWS = "select relname, pg_get_viewdef(oid) from pg_class where relkind = 'v' and relnamespace = {}"
_OWN, _TEMPORARY = "current_schema()::regnamespace", "pg_my_temp_schema()"
_TRIGGERS = f"""
select t.tgname, pg_get_triggerdef(t.oid, true) from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
where not t.tgisinternal and t.tgenabled in ('O', 'A') and c.relnamespace = {_OWN}
"""
_FUNCTIONS = f"""
select proname, prosrc, proconfig from pg_proc where starts_with(proname, 'backhaul_') and pronamespace = {_OWN}
"""
_FOREIGN_KEYS = f"""
select c.relname, k.conname from pg_constraint as k join pg_class as c on c.oid = k.conrelid
where k.contype = 'f' and c.relnamespace = {_OWN} order by 1, 2
"""
_NARROW = """
select table_name, column_name from information_schema.columns
where table_schema = current_schema() and data_type = 'integer' order by table_name, ordinal_position
"""


class Postgres:
    """PostgreSQL 15 or newer, by psycopg."""

    def engine(self, url: URL) -> Engine:
        """ConfigError: no such database, no rights, or one that would sort or keep text in another way.

        TransientError: the server does not answer.
        """
        # Every statement is planned for its own parameters: a plan for any number of keys is slow for many of them.
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,
            connect_args={"prepare_threshold": None},
        )
        event.listen(engine, "connect", _prepare)
        try:
            with engine.connect() as connection:
                _ensure_fit(connection)
        except DBAPIError as fault:
            engine.dispose()
            raise _unreachable(url, str(fault.orig)) from fault
        except ConfigError:
            engine.dispose()
            raise
        return engine

    def writer(self, engine: Engine) -> Engine:
        """Each statement sees what was committed before it, so that a lock once taken shows the newest rows."""
        return engine.execution_options(isolation_level="READ COMMITTED")

    def guards(self, kept: Iterable[tuple[str, str]], tables: Iterable[Table]) -> dict[str, tuple[str, str]]:
        """Functions, and a trigger for each table and verb; what refuses delete refuses truncate too."""
        kept, tables = list(kept), list(tables)
        never_changed = frozenset(table for table, verb in kept if verb == "update")
        made = {_KEEPS: ("function", _function(_KEEPS, _REFUSES, {}))}
        made |= {
            name: ("function", _function(name, body, links.SETTINGS)) for name, body in links.functions(tables).items()
        }
        made |= {f"{table}_keeps_{verb}": ("trigger", _guard(table, verb)) for table, verb in kept}
        return made | {name: ("trigger", ddl) for name, ddl in links.triggers(tables, never_changed, _KEEPS).items()}

    def stored_objects(self, connection: Connection) -> dict[str, tuple[str, str]]:
        """Kind and DDL by name, as the server writes them. A trigger that is switched off is not there."""
        return (
            {name: ("view", ddl) for name, ddl in connection.exec_driver_sql(_VIEWS.format(_OWN))}
            | {name: ("trigger", ddl.replace('"', "")) for name, ddl in connection.exec_driver_sql(_TRIGGERS)}
            | {
                name: ("function", _function(name, body, dict(one.split("=", 1) for one in settings or ())))
                for name, body, settings in connection.exec_driver_sql(_FUNCTIONS)
            }
        )

    def as_told(self, connection: Connection, objects: Mapping[str, tuple[str, str]]) -> Mapping[str, tuple[str, str]]:
        """The server keeps views as it understands them: it is given these ones for a moment, and asked."""
        told = {name: (kind, ddl.replace('"', "")) for name, (kind, ddl) in objects.items() if kind == "trigger"}
        told |= {name: (kind, ddl) for name, (kind, ddl) in objects.items() if kind == "function"}
        moment = connection.begin_nested()
        for kind, ddl in objects.values():
            if kind == "view" and not _create_for_a_moment(connection, ddl):
                break  # a table is gone: those that stand on it cannot be told
        views = connection.exec_driver_sql(_VIEWS.format(_TEMPORARY)).all()
        moment.rollback()
        return told | {name: ("view", ddl) for name, ddl in views}

    def drop_objects(self, connection: Connection) -> None:
        """Views at once, because they stand on each other; a view of somebody else's on them is in the way."""
        for table, name in connection.exec_driver_sql(
            f"select c.relname, t.tgname from pg_trigger as t join pg_class as c on c.oid = t.tgrelid "
            f"where not t.tgisinternal and c.relnamespace = {_OWN}"
        ).all():
            connection.exec_driver_sql(f'drop trigger "{name}" on "{table}"')
        stored = self.stored_objects(connection)
        views = [f'"{name}"' for name, (kind, _) in stored.items() if kind == "view"]
        if views:
            connection.exec_driver_sql(f"drop view {', '.join(sorted(views))}")
        for name, (kind, _) in stored.items():
            if kind == "function":
                connection.exec_driver_sql(f'drop function "{name}"()')

    def migrating(self, connection: Connection) -> None:
        """An advisory lock, which goes with the transaction."""
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_MIGRATION})")

    def migrated(self, connection: Connection) -> None:
        """Whole numbers get 64 bits, as on SQLite: money is kept in minor units. Triggers stand for foreign keys."""
        for table, name in connection.exec_driver_sql(_FOREIGN_KEYS).all():
            connection.exec_driver_sql(f'alter table "{table}" drop constraint "{name}"')
        narrow: dict[str, list[str]] = {}
        for table, column in connection.exec_driver_sql(_NARROW):
            narrow.setdefault(table, []).append(f'alter column "{column}" type bigint')
        for table, changes in narrow.items():
            connection.exec_driver_sql(f'alter table "{table}" {", ".join(changes)}')

    def insert(self, connection: Connection, table: Table, rows: pa.Table, key: Sequence[str], clash: str) -> None:
        """By COPY, straight from the columns; where keys may be known already, by way of a temporary table."""
        if clash == "refuse":
            _copy(connection, table.name, table, rows)
            return
        names = _listed(rows.column_names)
        _copy_aside(connection, table, rows)
        end = "do nothing"
        if clash == "replace":
            others = [name for name in rows.column_names if name not in key]
            changes = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
            end = f"do update set {changes}"
        # Of rows that clash with each other the last one counts, as if they came one by one.
        order = f"{_listed(key)}, aside_no {'asc' if clash == 'keep' else 'desc'}"
        connection.exec_driver_sql(
            f'insert into "{table.name}" ({names}) select {names} from '
            f"(select distinct on ({_listed(key)}) * from aside order by {order}) as one "
            f"on conflict ({_listed(key)}) {end}"
        )
        connection.exec_driver_sql("drop table aside")

    def set_columns(self, connection: Connection, table: Table, key: str, rows: pa.Table) -> None:
        """By one update from a temporary table."""
        others = [name for name in rows.column_names if name != key]
        _copy_aside(connection, table, rows)
        changes = ", ".join(f'"{name}" = aside."{name}"' for name in others)
        connection.exec_driver_sql(
            f'update "{table.name}" as t set {changes} from aside where t."{key}" = aside."{key}"'
        )
        connection.exec_driver_sql("drop table aside")

    def add_to(self, connection: Connection, table: Table, key: Sequence[str], rows: pa.Table) -> None:
        """By one update from a temporary table."""
        _copy_aside(connection, table, rows)
        others = [name for name in rows.column_names if name not in key]
        changes = ", ".join(f'"{name}" = t."{name}" + aside."{name}"' for name in others)
        same = " and ".join(f't."{name}" = aside."{name}"' for name in key)
        connection.exec_driver_sql(f'update "{table.name}" as t set {changes} from aside where {same}')
        connection.exec_driver_sql("drop table aside")

    def among(self, column: str, keys: Sequence[str]) -> tuple[str, Any]:
        """The keys go as one text and become one array, which the server hashes whatever it believes of the table."""
        joined = _BETWEEN.join(keys)
        if joined.count(_BETWEEN) >= max(len(keys), 1):
            return f"{column} = any(%s::text[])", list(keys)
        return f"{column} = any(string_to_array(%s, '{_BETWEEN}'))", joined

    def rows_of(self, connection: Connection, chosen: str, key: str, keys: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Row locks, taken in the order of the keys so that nobody waits for each other in a circle."""
        among, given = self.among(key, keys)
        held = f"{chosen} where {among} order by {key} for no key update"
        return connection.exec_driver_sql(held, (given,)).all()

    def hold_rows(self, connection: Connection, table: str, key: str, keys: Sequence[str]) -> None:
        """Row locks, in the same way."""
        among, given = self.among(key, keys)
        held = f'select {key} from "{table}" where {among} order by {key} for no key update'
        connection.exec_driver_sql(f"with held as materialized ({held}) select count(*) from held", (given,)).all()

    def hold_chain(self, connection: Connection) -> None:
        """An advisory lock: the chain has one head, and nobody may hang on to it at the same time."""
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_CHAIN})")

    def hold_styles(self, connection: Connection) -> None:
        """An advisory lock, as of the chain; who takes it has written nothing yet."""
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_STYLES})")

    def as_stored(self, table: Table) -> FromClause:
        """The server turns moments, days and booleans into the text and numbers that were sealed."""
        columns = [_sealed_form(column).label(column.name) for column in table.columns]
        return select(*columns).subquery(f"{table.name}_as_stored")

    def read_any_bytes(self, connection: Connection, errors: str | None) -> None:
        """PostgreSQL keeps no text that is not UTF-8."""


def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
    connection.adapters.register_dumper(str, _TextDumper)
    autocommit, connection.autocommit = connection.autocommit, True
    connection.execute(_SESSION.format(int(WAIT_SECONDS * 1000)))
    connection.autocommit = autocommit


class _TextDumper(StrDumperUnknown):
    """PostgreSQL refuses text with NUL in it: what is looked up is written as it was stored."""

    def dump(self, obj: str) -> Any:
        return super().dump(without_nul(obj))


def _ensure_fit(connection: Connection) -> None:
    row = connection.exec_driver_sql(_FITNESS).one()
    version, name, user, encoding, collation, provider, usage, temporary = row
    if version < NEEDED_VERSION:
        raise ConfigError(f"PostgreSQL {version} is too old. Next: use {NEEDED_VERSION} or newer.")
    if encoding != "UTF8" or collation not in ("C", "POSIX", "C.UTF-8", "C.utf8") or provider == "i":
        raise ConfigError(
            f"The database {name} has encoding {encoding} and collation {collation}: text would be sorted in another "
            f"way than the books are. Next: {_create(name, user)}."
        )
    if not usage or not temporary:
        grants = f'grant temporary on database "{name}" to "{user}"; grant usage, create on schema public to "{user}"'
        raise ConfigError(f"The user {user} has no rights in the database {name}. Next: as its owner, {grants}.")


def _create(name: str, user: str) -> str:
    return f"create database \"{name}\" owner \"{user}\" template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"


def _unreachable(url: URL, said: str) -> ConfigError | TransientError:
    """What the server said when it was called, or what did not answer, with the next step."""
    where, said = url.render_as_string(hide_password=True), " ".join(said.split())
    if f'database "{url.database}" does not exist' in said:
        user = url.username or "backhaul"
        return ConfigError(f"There is no database {url.database} at {where}. Next: {_create(str(url.database), user)}.")
    if "authentication" in said or "no password supplied" in said or "role" in said:
        return ConfigError(f"{where} does not let us in: {said}. Next: correct user and password, or pg_hba.conf.")
    if "permission denied" in said:
        return ConfigError(f"{where}: {said}. Next: as its owner, grant connect on database to {url.username}.")
    return TransientError(
        f"The database at {where} does not answer: {said}. Next: start PostgreSQL, or correct database in the settings."
    )


def _create_for_a_moment(connection: Connection, ddl: str) -> bool:
    try:
        with connection.begin_nested():
            temporary = ddl.replace("CREATE VIEW", "CREATE TEMPORARY VIEW", 1)
            connection.exec_driver_sql(temporary, execution_options=AS_IT_IS)
    except DBAPIError:
        return False
    return True


def _guard(table: str, verb: str) -> str:
    verbs = "DELETE OR TRUNCATE" if verb == "delete" else verb.upper()
    return (
        f'CREATE TRIGGER {table}_keeps_{verb} BEFORE {verbs} ON "{table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_KEEPS}()"
    )


def _function(name: str, body: str, settings: Mapping[str, str]) -> str:
    chosen = "".join(f" SET {one} TO {value}" for one, value in sorted(settings.items()))
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql{chosen} AS $${body}$$"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _sealed_form(column: Any) -> Any:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, DateTime):
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    if isinstance(kind, Date):
        return func.to_char(column, "YYYY-MM-DD")
    return cast(column, Integer) if isinstance(kind, Boolean) else column


def _copy_aside(connection: Connection, table: Table, rows: pa.Table) -> None:
    """The rows in a temporary table ``aside`` of the same shape, numbered as they came."""
    chosen = f'select {_listed(rows.column_names)} from "{table.name}"'
    connection.exec_driver_sql(f"create temporary table aside on commit drop as {chosen} with no data")
    connection.exec_driver_sql("alter table aside add column aside_no bigint generated always as identity")
    _copy(connection, "aside", table, rows)


def _copy(connection: Connection, name: str, table: Table, rows: pa.Table) -> None:
    """COPY the rows into the table of this name, which has columns of that one."""
    statement = f'copy "{name}" ({_listed(rows.column_names)}) from stdin (format binary)'
    kinds = [arrow_type(table.c[column]) for column in rows.column_names]
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in binary_rows(rows, kinds):
                copy.write(piece)
    except psycopg.Error as fault:
        raise DBAPIError.instance(
            statement, None, fault, psycopg.Error, dialect=connection.dialect, hide_parameters=True
        ) from fault
