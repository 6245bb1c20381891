"""A long history made of one season: its rows once more under other names, written by the store's own bulk insert.

Names, items, files and references get the number of the copy, so that every copy is closed as the first one is. The
audit chain knows nothing of the copies.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from connectors.store import Store
from connectors.store.insert import TABLES, insert_rows, rows_of
from schemas.records import Document
from tests.world.seasons import Season

# One row for all time, or not of a season.
_ONCE = {"audit_event", "deciding", "placing", "map_version", "policy_version", "listing", "posting_stop", "spending",
         "day_total"}  # fmt: skip
_REFERENCES = ("BH-", "RO-", "RC-", "CN-")
_CONTROLS = 10_000  # control numbers from one copy to the next
_DIGEST = re.compile(r"^[0-9a-f]{12}")


def multiplied(store: Store, season: Season, copies: range) -> None:
    """The season again for each number of these; 0 is the season itself."""
    first = {name: store.table(name) for name in TABLES if name not in _ONCE}
    documents = store.table(Document)["file"].to_pylist()
    digests = sorted({file[:12] for file in documents if _DIGEST.match(file)})
    for copy in copies:
        names = [*_names(season, digests, copy)]
        with store._writer.begin() as connection:
            connection.exec_driver_sql(_UNLINKED[connection.dialect.name])
            for name, table in first.items():
                if table.num_rows:
                    again = _renamed(name, table, names, copy)
                    insert_rows(connection, rows_of(TABLES[name], again, store._now()))
            connection.exec_driver_sql(_SUMMED.format(copy=copy))


# Copies have the days of the first season: with each of them the totals are of one season more.
_SUMMED = "update day_total set " + ", ".join(
    f"{name} = {name} / {{copy}} * ({{copy}} + 1)" for name in ("sold_minor", "of_sold_minor", "of_returned_minor")
)
_UNLINKED = {
    "sqlite": "pragma defer_foreign_keys = on",
    "postgresql": "set local session_replication_role = replica",
}


def _names(season: Season, digests: list[str], copy: int) -> Iterator[tuple[str, str]]:
    """What is called otherwise in a copy, and how."""
    number = season.number + copy
    yield f"-{season.name}", f"-{season.name}c{copy}"
    yield f"0952{season.number:03d}", f"0952{number:03d}"
    yield f"VI-{season.number:03d}", f"VI-{number:03d}"
    yield from ((kind, f"{kind}{copy}x") for kind in _REFERENCES)
    yield from ((digest, f"{copy:04d}{digest[4:]}") for digest in digests)


def _renamed(name: str, table: pa.Table, names: list[tuple[str, str]], copy: int) -> pa.Table:
    columns = {column: _again(table[column], names) for column in table.column_names}
    if name == "outbound_message":
        columns["control"] = pc.add(table["control"], copy * _CONTROLS)
    if name == "answer_line":
        numbers = [int(one.removeprefix("IN")) + copy * _CONTROLS for one in table["request_number"].to_pylist()]
        columns["request_number"] = pa.array([f"IN{one}" for one in numbers])
    if name == "credit_note":
        earlier = [day - timedelta(days=copy) for day in table["posted_on"].to_pylist()]
        columns["posted_on"] = pa.array(earlier, pa.date32())
    return pa.table(columns)


def _again(column: pa.ChunkedArray, names: list[tuple[str, str]]) -> pa.ChunkedArray:
    if pa.types.is_string(column.type):
        for old, new in names:
            column = pc.replace_substring(column, old, new)
    return column
