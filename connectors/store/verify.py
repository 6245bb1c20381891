"""Open this when you ask whether anybody changed the books: audit chain, sealed rows, and the laws in sql/checks.

Whatever was altered, removed or added behind the store's back is named by table and row (``audit_trail.py``).
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, inspect, select

from connectors.store import database
from connectors.store.audit_trail import Anchor, broken_seals
from connectors.store.insert import TABLES
from connectors.store.reads import run_file
from connectors.store.schema import SQL, derived_objects
from connectors.store.violation import Violation


def verify(connection: Connection, damaged: Iterable[str] = (), anchors: Iterable[Anchor] = ()) -> list[Violation]:
    """Everything that is wrong with the store, sorted. ``damaged`` are files of which the vault has other bytes."""
    found = [*broken_trail(connection, anchors), *_files(connection, set(damaged))]
    if not _is_whole(found):
        return sorted(set(found))  # without all its tables the rest cannot be judged
    try:
        database.of(connection).read_any_bytes(connection, "backslashreplace")
        found += broken_laws(connection)
    finally:
        database.of(connection).read_any_bytes(connection, None)
    return sorted(set(found))


def broken_trail(connection: Connection, anchors: Iterable[Anchor] = ()) -> list[Violation]:
    """What is wrong with tables, views and triggers, the audit chain and the sealed rows, sorted; no laws."""
    found = list(_schema(connection))
    if _is_whole(found):
        found += broken_seals(connection, anchors)
    return sorted(set(found))


def _is_whole(found: Iterable[Violation]) -> bool:
    return not any(violation.check == "schema" and violation.table in TABLES for violation in found)


def broken_laws(connection: Connection) -> list[Violation]:
    """What the files of sql/checks find, each named after its file."""
    found = []
    for path in sorted((SQL / "checks").glob("*.sql")):
        rows = run_file(connection, f"checks/{path.name}", {}).to_pylist()
        found += [Violation(path.stem, row["table_name"], row["row_key"], row["what"]) for row in rows]
    return found


def _schema(connection: Connection) -> Iterator[Violation]:
    """Tables that are gone, views and triggers that are gone or not ours."""
    for table in sorted(set(TABLES) - set(inspect(connection).get_table_names())):
        yield Violation("schema", table, "", "the table is gone")
    stored = database.of(connection).stored_objects(connection)
    expected = database.of(connection).as_told(connection, derived_objects(connection))
    for name, (kind, ddl) in expected.items():
        if name not in stored:
            yield Violation("schema", name, "", f"the {kind} is gone")
        elif stored[name][1] != ddl:
            yield Violation("schema", name, "", f"the {kind} was changed")


def _files(connection: Connection, damaged: set[str]) -> Iterator[Violation]:
    """The source files whose bytes in the vault are missing or not theirs."""
    if not damaged:
        return
    files = TABLES["source_file"]
    for partner, file in connection.execute(select(files.c.partner, files.c.file)):
        if file in damaged:
            yield Violation("vault", "source_file", f"{partner}|{file}", "the bytes in the vault are gone or altered")
            damaged = damaged - {file}
    for file in damaged:
        yield Violation("vault", "", file, "the vault holds other bytes under this digest")
