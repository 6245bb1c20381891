"""The database is what schemas/records.py says, on the first opening and on every later one."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from connectors.store import Store
from connectors.store.insert import TABLES
from connectors.store.ledger_views import ledger_views
from connectors.store.schema import MIGRATIONS, SQL, derived_objects, name_of, revision
from schemas.errors import ConfigError, PermanentError
from schemas.message_lines import STORED
from schemas.records import APPEND_ONLY, SEALED

INSPECTIONS_0001 = """
create table was (
  movement varchar not null primary key constraint inspection_has_movement references movement (movement),
  portion varchar not null constraint inspection_has_portion references allocation (portion),
  units integer not null, condition varchar not null,
  receipt_document varchar not null constraint inspection_has_receipt_document references document (document)
);
insert into was select movement, portion, units, condition, receipt_document from inspection;
drop table inspection;
alter table was rename to inspection;
create index inspection_by_portion on inspection (portion);
create index inspection_by_receipt_document on inspection (receipt_document);
"""


def now():
    return datetime(2026, 3, 1, tzinfo=UTC)


def test_migrations_lead_to_the_records(path):
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()


def test_migrations_stand_in_one_line():
    steps = [(step.down_revision, step.revision) for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    numbers = [f"{number:04d}" for number in range(1, len(steps) + 1)]
    assert sorted(steps, key=str) == sorted(zip([None, *numbers[:-1]], numbers, strict=True), key=str)
    assert revision() == numbers[-1]


def test_the_database_is_durable_and_holds_foreign_keys(store):
    with store._engine.connect() as connection:
        settings = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        assert [connection.exec_driver_sql(f"pragma {name}").scalar() for name in settings] == ["wal", 2, 1, 1]


def test_a_new_folder_is_made(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/new/folder/hub.db", now) as store:
        assert store.verify() == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://localhost/hub"])
def test_other_databases_are_refused(url):
    with pytest.raises(ConfigError, match="Next: set database_url"):
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


def test_a_newer_database_is_left_alone(path, url):
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(ConfigError, match="newer than this program"):
        Store.open(url, now)


def test_a_database_of_the_first_schema_is_brought_up_to_date_and_keeps_its_seals(path, store, world):
    world.credit_one()
    store.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        for (view,) in raw.execute(
            "select name from sqlite_master where type = 'view' and name <> 'edition'"
        ).fetchall():
            raw.execute(f"drop view {view}")
        raw.execute("alter table outbound_message drop column answered_by")
        for name in ("held", "repair", "runner_up_held", "spread_currency", "nearest"):
            raw.execute(f"alter table allocation drop column {name}")
        raw.execute("alter table invoice_line drop column delivery_note")
        for name in ("header_po", "style", "colour", "size", "item_by"):
            raw.execute(f"alter table notice_line drop column {name}")
        for name in ("item_name", "item_component"):
            raw.execute(f"drop table {name}")
        for name in ("po_number", "po_line", "header_po", "item_by"):
            raw.execute(f"alter table receipt_line drop column {name}")
        for name in ("interchange_by_partner_control", "receipt_line_by_notice_number", "receipt_line_by_carton"):
            raw.execute(f"drop index {name}")
        for name in ("credit_part", "policy_version", "posting_stop"):
            raw.execute(f"drop table {name}")
        for name in ("approvals", "approvals_needed", "intended_on"):
            raw.execute(f"alter table credit_intent drop column {name}")
        for name in ("credit_net", "credit_tax", "owed_net", "owed_tax"):
            raw.execute(f"alter table decision drop column {name}")
        for name in ("withheld_net", "withheld_tax"):
            raw.execute(f"alter table credit_intent_line drop column {name}")
        for name in ("map_version", "claim", "placing", "assignment", "pricing", "cap_use", "settlement", "deciding"):
            raw.execute(f"drop table {name}")
        raw.executescript(INSPECTIONS_0001)
        for name in STORED.values():
            raw.execute(f"drop table {name}")
        raw.execute("update alembic_version set version_num = '0001'")
    with Store.open(f"sqlite:///{path}", now) as store:
        assert store.table("outbound_message")["answered_by"].null_count > 0
        assert store.claims_in(["nordstad/R1"])["units"].to_pylist() == [4]
        assert store.verify() == []


def test_views_and_triggers_are_made_anew_when_they_changed(path, url):
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("drop view edition")
        raw.execute("create view edition as select 'older' as digest")
        raw.execute("drop trigger movement_keeps_update")
        raw.execute("drop view line_state")
        raw.execute("create view line_state as select 1 as one")
    with Store.open(url, now) as store:
        assert store.verify() == []


def test_many_may_open_a_new_database_at_once(tmp_path):
    start = threading.Barrier(4)

    def open_it(_):
        start.wait()
        Store.open(f"sqlite:///{tmp_path}/new.db", now).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_it, range(4)))
    with Store.open(f"sqlite:///{tmp_path}/new.db", now) as store:
        assert store.verify() == []


@pytest.mark.parametrize("name", sorted(name_of(record) for record in APPEND_ONLY))
def test_append_only_rows_refuse_change_and_removal(credited, tmp_path, name):
    column = TABLES[name].columns.keys()[-1]
    with closing(sqlite3.connect(tmp_path / "credited.db")) as raw:
        assert raw.execute(f"select count(*) from {name}").fetchone()[0] > 0
        with pytest.raises(sqlite3.IntegrityError, match=f"{name} is never changed: update refused"):
            raw.execute(f"update {name} set {column} = {column}")
        with pytest.raises(sqlite3.IntegrityError, match=f"{name} is never changed: delete refused"):
            raw.execute(f"delete from {name}")


@pytest.mark.parametrize("name", sorted({name_of(record) for record in SEALED} - {name_of(r) for r in APPEND_ONLY}))
def test_sealed_rows_are_never_removed(credited, tmp_path, name):
    with (
        closing(sqlite3.connect(tmp_path / "credited.db")) as raw,
        pytest.raises(sqlite3.IntegrityError, match="delete refused"),
    ):
        raw.execute(f'delete from "{name}"')


def test_the_database_itself_refuses_more_than_was_sold(world, path):
    world.announce("R1", world.sell(units=4, net=400, tax=80))
    with closing(sqlite3.connect(path)) as raw:
        for column in ("units", "net", "tax"):
            with pytest.raises(sqlite3.IntegrityError, match=f"creditable_{column}_taken"):
                raw.execute(f"update creditable set {column}_taken = {column}_taken + 1")
            with pytest.raises(sqlite3.IntegrityError, match=f"creditable_{column}_credited"):
                raw.execute(f"update creditable set {column}_credited = {column}_taken + 1")


def test_every_view_is_a_file_or_follows_the_ledger(store):
    files = {path.stem for path in (SQL / "views").glob("*.sql")}
    assert files | ledger_views().keys() == {name for name, (kind, _) in derived_objects().items() if kind == "view"}
