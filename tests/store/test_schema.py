"""The database is what schemas/records.py says, on the first opening and on every later one."""

import json
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pyarrow as pa
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, create_engine, inspect, select
from sqlmodel import SQLModel

from connectors.store import Store
from connectors.store import database as databases
from connectors.store.insert import SEALED_TABLES, TABLES, key_of
from connectors.store.ledger_views import ledger_views
from connectors.store.roll import told
from connectors.store.schema import MIGRATIONS, SQL, name_of, revision, views
from connectors.store.seal import GENESIS, event_hash, first_row_digest, row_key
from connectors.store.shapes import arrow_type
from schemas.errors import ConfigError, PermanentError
from schemas.marks import Kind
from schemas.records import APPEND_ONLY, SEALED
from tests.databases import dropped

INTEGRITY = (sqlite3.IntegrityError, psycopg.IntegrityError)


def now():
    return datetime(2026, 3, 1, tzinfo=UTC)


def test_migrations_lead_to_the_records(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()
    # On PostgreSQL triggers stand for foreign keys.
    assert [one for one in found if engine.name == "sqlite" or one[0] != "add_fk"] == []


def test_no_row_points_nowhere(database, credited_url, credited, only_postgresql):
    """Every foreign key of schemas/records.py is held, by triggers; on SQLite they are foreign keys."""
    with database.raw(credited_url) as raw:
        for table in TABLES.values():
            assert not table.foreign_key_constraints or raw.rows(f'select count(*) from "{table.name}"') > [(0,)]
            for link in table.foreign_key_constraints:
                said = {name: another(table.c[name]) for name in link.column_keys}
                said = {name: another(table.c[name]) for name in unique_columns(table)} | said
                values = ", ".join(said.get(column.name, f'"{column.name}"') for column in table.columns)
                with pytest.raises(INTEGRITY, match=r"foreign key: \w+ .*(nowhere|77).* points to no"):
                    raw.rows(f'insert into "{table.name}" {listed(table)} select {values} from "{table.name}" limit 1')


def listed(table):
    return "(" + ", ".join(f'"{column.name}"' for column in table.columns) + ")"


def unique_columns(table):
    """The columns of its key, and of every other one that tells rows apart."""
    keys = [key.columns for key in table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)]
    keys += [index.columns for index in table.indexes if index.unique]
    return {column.name for key in keys for column in key}


def another(column):
    if arrow_type(column) == pa.int64():
        return "77"
    return "'nowhere'" if column.foreign_keys else "'another'"


def test_keys_never_change(database, credited_url, credited, only_postgresql):
    with database.raw(credited_url) as raw, pytest.raises(INTEGRITY, match="return_line is never changed"):
        raw.rows("update return_line set return_id = 'nowhere'")


def test_migrations_stand_in_one_line():
    steps = [(step.down_revision, step.revision) for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    numbers = [f"{number:04d}" for number in range(1, len(steps) + 1)]
    assert sorted(steps, key=str) == sorted(zip([None, *numbers[:-1]], numbers, strict=True), key=str)
    assert revision() == numbers[-1]


def test_a_file_is_durable_and_holds_foreign_keys(store, only_sqlite):
    with store._engine.connect() as connection:
        settings = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        assert [connection.exec_driver_sql(f"pragma {name}").scalar() for name in settings] == ["wal", 2, 1, 1]


def test_a_new_folder_is_made(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/new/folder/hub.db", now) as store:
        assert store.verify() == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/hub", "hub.db"])
def test_other_databases_are_refused(url):
    with pytest.raises(ConfigError, match="Next: set database"):
        Store.open(url, now)


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "hub.db").write_bytes(b"this is no database at all, but text" * 40)
    with pytest.raises(PermanentError, match="not a database"):
        Store.open(f"sqlite:///{tmp_path}/hub.db", now)


def test_a_current_database_opens_without_alembic(url):
    script = (
        "import sys; from datetime import datetime, UTC; from connectors.store import Store\n"
        f"Store.open({url!r}, lambda: datetime.now(UTC)).close()\n"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


def test_a_newer_database_is_left_alone(raw, url):
    raw.rows("update alembic_version set version_num = '9999'")
    with pytest.raises(ConfigError, match="newer than this program"):
        Store.open(url, now)


def test_a_database_of_the_first_schema_is_brought_up_to_date_and_keeps_its_seals(
    database, url, store, world, tmp_path
):
    world.credit_one()
    with store._engine.connect() as connection:
        events = list(in_first_form(connection))
    store.close()
    (tmp_path / "first").mkdir()
    first = database.new(tmp_path / "first")
    with database.raw(url) as now_there, first_schema(first) as shape, database.raw(first) as raw:
        raw.unlinked()
        for table, columns in shape.items():
            named = ", ".join(f'"{name}"' for name in columns)
            known = now_there.rows(f'select {named} from "{table}"') if table != "audit_event" else events
            for row in known:
                raw.rows(f'insert into "{table}" ({named}) values ({", ".join("?" * len(row))})', *row)
    with Store.open(first, now) as store:
        assert store.table("outbound_message")["answered_by"].null_count > 0
        assert store.claims_in(["nordstad/R1"])["units"].to_pylist() == [4]
        assert store.marks(Kind.DIFFERING, "nordstad").to_pylist() == [
            {"retailer": "nordstad", "subject": "nordstad/R1", "edition": 1}
        ]
        assert store.verify() == []
    dropped(first)


def in_first_form(connection):
    """The audit events as they were written before there were rolls."""
    prev_hash = GENESIS
    digests = {}
    for name in SEALED_TABLES:
        stored = connection.execute(select(databases.of(connection).as_stored(TABLES[name]))).all()
        names = TABLES[name].columns.keys()
        places = [names.index(one) for one in key_of(TABLES[name])]
        digests[name] = {row_key(row[place] for place in places): first_row_digest(names, row) for row in stored}
    for event in connection.execute(select(databases.of(connection).as_stored(TABLES["audit_event"])).order_by("seq")):
        said = {name: {key: digests[name][key] for key in keys} for name, keys in told(event.rows, event.roll).items()}
        rows = json.dumps(said)
        said = (event.seq, event.at, event.actor, event.action, event.subject, rows, prev_hash)
        prev_hash = event_hash(*said)
        yield (*said, prev_hash)  # in the order of the columns


@contextmanager
def first_schema(url):
    """The tables of the first migration at this address: their columns by name."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = databases.connect(url)
    with databases.of(engine).writer(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        seen = inspect(connection)
        tables = set(seen.get_table_names()) - {"alembic_version"}
        shape = {name: [column["name"] for column in seen.get_columns(name)] for name in sorted(tables)}
    engine.dispose()
    yield shape


def test_views_and_triggers_are_made_anew_when_they_changed(database, raw, url):
    raw.rows("drop view edition")
    raw.rows("create view edition as select 'older' as digest")
    raw.rows("drop trigger movement_keeps_update" + (" on movement" if database.name == "postgresql" else ""))
    raw.rows("drop view line_state")
    raw.rows("create view line_state as select 1 as one")
    with Store.open(url, now) as store:
        assert store.verify() == []


def test_many_may_open_a_new_database_at_once(database, tmp_path):
    start, url = threading.Barrier(4), database.new(tmp_path)

    def open_it(_):
        start.wait()
        Store.open(url, now).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_it, range(4)))
    with Store.open(url, now) as store:
        assert store.verify() == []
    dropped(url)


@pytest.mark.parametrize("name", sorted(name_of(record) for record in APPEND_ONLY))
def test_append_only_rows_refuse_change_and_removal(database, credited_url, credited, name):
    column = TABLES[name].columns.keys()[-1]
    with database.raw(credited_url) as raw:
        assert raw.rows(f"select count(*) from {name}")[0][0] > 0
        with pytest.raises(INTEGRITY, match=f"{name} is never changed: update refused"):
            raw.rows(f"update {name} set {column} = {column}")
        with pytest.raises(INTEGRITY, match=f"{name} is never changed: delete refused"):
            raw.rows(f"delete from {name}")


@pytest.mark.parametrize("name", sorted({name_of(record) for record in SEALED} - {name_of(r) for r in APPEND_ONLY}))
def test_sealed_rows_are_never_removed(database, credited_url, credited, name):
    with database.raw(credited_url) as raw, pytest.raises(INTEGRITY, match="delete refused"):
        raw.rows(f'delete from "{name}"')


def test_a_table_is_not_emptied_past_its_guards(database, credited_url, credited, only_postgresql):
    with database.raw(credited_url) as raw, pytest.raises(INTEGRITY, match="truncate refused"):
        raw.rows("truncate audit_event")


def test_the_database_itself_refuses_more_than_was_sold(world, raw):
    world.announce("R1", world.sell(units=4, net=400, tax=80))
    for column in ("units", "net", "tax"):
        with pytest.raises(INTEGRITY, match=f"creditable_{column}_taken"):
            raw.rows(f"update creditable set {column}_taken = {column}_taken + 1")
        with pytest.raises(INTEGRITY, match=f"creditable_{column}_credited"):
            raw.rows(f"update creditable set {column}_credited = {column}_taken + 1")


def test_every_view_is_a_file_or_follows_the_ledger():
    files = {path.stem for path in (SQL / "views").glob("*.sql")}
    assert files | ledger_views().keys() == set(views())
