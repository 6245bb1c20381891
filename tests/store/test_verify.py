"""Whatever is changed behind the store's back is found, and named by table and row."""

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from connectors.store.audit_trail import Anchor, broken_seals
from connectors.store.insert import SEALED_TABLES, TABLES, key_of
from connectors.store.roll import rolled, told
from connectors.store.seal import row_key
from connectors.store.shapes import arrow_type
from schemas.outcome import Change, Outcome


def seals(store) -> set[tuple[str, str]]:
    """Rows that do not fit their seal, by table and key."""
    return {(found.table, found.row) for found in store.verify() if found.check == "seal"}


def unsealed(store) -> set[tuple[str, str]]:
    """The same without the laws, which take longer."""
    with store._engine.connect() as connection:
        return {(found.table, found.row) for found in broken_seals(connection) if found.check == "seal"}


def spoiled(value: Any, kind: pa.DataType) -> Any:
    """A value that differs as little as possible, of the same kind."""
    if value is None:
        return 0 if pa.types.is_integer(kind) else "2026-03-02" if pa.types.is_temporal(kind) else ""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("x" if value[-1:] != "x" else "y")


@pytest.mark.parametrize("name", sorted(SEALED_TABLES))
def test_every_column_of_every_sealed_row_is_sealed(database, credited_url, credited, name):
    table = TABLES[name]
    columns, primary = list(table.columns), key_of(table)
    listed = ", ".join(f'"{column.name}"' for column in columns)
    with database.raw(credited_url) as raw:
        raw.unguarded()
        (first,) = raw.rows(f'select {listed} from "{name}" order by {", ".join(primary)} limit 1')
        row = dict(zip((column.name for column in columns), first, strict=True))
        # Seals are taken before the database: on PostgreSQL some columns of each table are looked at.
        for column in columns if database.name == "sqlite" else columns[::6]:
            was, other = row[column.name], spoiled(row[column.name], arrow_type(column))
            change(raw, name, column.name, other, row, primary)
            assert (name, row_key(row[one] for one in primary)) in unsealed(credited), column.name
            change(raw, name, column.name, was, row | {column.name: other}, primary)
        assert unsealed(credited) == set()


def change(raw, table: str, column: str, value: Any, row: dict[str, Any], primary: tuple[str, ...]) -> None:
    """Set one column of the row, which is found by its primary key."""
    where = " and ".join(f'"{name}" = ?' for name in primary)
    raw.rows(f'update "{table}" set "{column}" = ? where {where}', value, *(row[name] for name in primary))


@pytest.mark.parametrize("column", TABLES["audit_event"].columns.keys())
@pytest.mark.parametrize("seq", [1, 4])
def test_every_column_of_every_event_is_chained(tamper, credited, column, seq):
    was = credited.table("audit_event", seq=seq).to_pylist()[0][column]
    value = 77 if column == "seq" else "2026-03-02 09:31" if column == "at" else str(was).replace(str(was)[-3], "~")
    value = was[:-3] + bytes([was[-3] ^ 1]) + was[-2:] if column == "roll" else value
    tamper(f"update audit_event set {column} = ? where seq = {seq}", values=(value,))
    named = {found.row for found in credited.verify() if found.check == "audit"}
    assert str(77 if column == "seq" else seq) in named


def test_bytes_that_are_no_text_are_found(tamper, credited, only_sqlite):
    tamper("update decision set because = cast(x'ff' as text) where decision in (select min(decision) from decision)")
    (found,) = [violation for violation in credited.verify() if violation.check == "seal"]
    assert (found.table, found.what) == ("decision", "the row was altered")


def test_a_key_that_is_no_text_is_named_in_print(tamper, credited, only_sqlite):
    tamper("update credit_note set reference = cast(x'42ff' as text) where reference = 'BH-R1'")
    assert seals(credited) == {("credit_note", "BH-R1"), ("credit_note", "B\\udcff")}


def test_a_value_of_another_kind_is_found(tamper, credited, only_sqlite):
    tamper("update movement set units = x'04' where movement = (select min(movement) from movement)")
    assert len(seals(credited)) == 1


def test_rows_that_are_gone_are_named(tamper, credited):
    tamper("delete from credit_note where reference = 'BH-R1'")
    assert ("credit_note", "BH-R1") in seals(credited)


def test_rows_that_were_added_are_named(tamper, credited):
    tamper(
        "insert into item values ('1', '2', '3')",
        "insert into difference select return_line, 'over', receipt_document, 1, 5 from difference limit 1",
    )
    ((table, key),) = seals(credited)
    assert table == "difference"
    assert "|over|" in key


def test_an_altered_row_with_an_altered_event_is_found(tamper, credited):
    tamper("update decision set because = 'nicer' where decision like 'nordstad/R1%'")
    ((_, key),) = seals(credited)
    events = credited.table("audit_event").to_pylist()
    event = next(e for e in events if key in told(e["rows"], e["roll"]).get("decision", {}))
    sealed = told(event["rows"], event["roll"])
    sealed["decision"][key] = bytes(16)
    tamper("update audit_event set rows = ?, roll = ? where seq = " + str(event["seq"]), values=rolled(sealed))
    assert ("audit_event", str(event["seq"])) in {(v.table, v.row) for v in credited.verify() if v.check == "audit"}


def test_an_event_that_is_gone_is_found(tamper, credited):
    tamper("delete from audit_event where seq = 3")
    whats = {(found.row, found.what) for found in credited.verify() if found.check == "audit"}
    assert ("4", "the events from 3 on are gone") in whats


def test_events_that_are_no_json_are_found(tamper, credited):
    tamper("update audit_event set rows = 'no json' where seq = 3")
    assert ("audit_event", "3") in {(found.table, found.row) for found in credited.verify()}


def test_the_newest_events_are_missed_with_an_anchor(tamper, credited, build):
    item = build("item", {"gtin": "1", "vendor_item": "2"})
    credited.record(Outcome("items", "erp-export", {"item": item}))
    anchor = Anchor(*credited.head())
    assert [v for v in credited.verify(anchors=[anchor]) if v.check != "schema"] == []
    tamper(f"delete from audit_event where seq = {anchor.seq}", "delete from item where gtin = '1'")
    assert [v for v in credited.verify() if v.check != "schema"] == []
    (found,) = [v for v in credited.verify(anchors=[anchor]) if v.check != "schema"]
    assert (found.check, found.row) == ("tail", str(anchor.seq))
    assert "are gone" in found.what


def test_guards_that_are_gone_are_named(tamper, credited, database):
    if database.name == "postgresql":
        tamper("drop trigger movement_keeps_update on movement")
    tamper("drop view line_state", "create view line_state as select 1 as one")
    found = {(violation.table, violation.what) for violation in credited.verify() if violation.check == "schema"}
    assert ("movement_keeps_update", "the trigger is gone") in found
    assert ("line_state", "the view was changed") in found


def test_a_table_that_is_gone_is_named(tamper, credited, database):
    tamper("drop table inspection" + (" cascade" if database.name == "postgresql" else ""))
    assert ("inspection", "the table is gone") in {(found.table, found.what) for found in credited.verify()}


def test_damaged_files_are_named_with_their_partner(world, store):
    world.announce("R1", None)
    file = store.table("source_file")["file"][0].as_py()
    found = {(violation.table, violation.row) for violation in store.verify(damaged=[file, "ff" * 32])}
    assert found == {("source_file", f"nordstad|{file}"), ("", "ff" * 32)}


def test_changed_rows_are_sealed_as_they_are_last(world, store):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    for state in ("sent", "uncertain", "parked"):
        change = Change("credit_intent", {"reference": reference}, {"state": state})
        store.record(Outcome("post", reference, changes=(change,)))
    assert store.verify() == []
