"""Open this when new rows are not marked: marks that cannot be there yet, because their subject is a new row itself.

What ``marks.py`` sets may be there already, and is looked for one by one. These marks are made from the outcome's
columns, of all kinds at once, and written like any other rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from connectors.store import database
from connectors.store.balances import MANY, chunks
from connectors.store.insert import TABLES, Rows, insert_rows
from schemas.ledger import OPEN, Bucket
from schemas.marks import Kind

When = Callable[[pa.Table], pa.Array]
_MARK = TABLES["mark"]
_COUNTED = "is counted"  # a column beside those of the table
_SUBJECTS = pa.schema([(name, pa.string()) for name in ("kind", "subject", "return_line")])


@dataclass(frozen=True, slots=True)
class _New:
    """New rows of a table, those for which ``when`` holds, that are marked by their key."""

    table: str
    key: str
    kind: Kind
    when: When


def where(column: str, *values: str) -> When:
    """Rows that have one of these values in a column."""
    return lambda rows: pc.is_in(rows[column], pa.array(values))


def opens(movements: pa.Table) -> pa.Array:
    """Movements that bring units into an open bucket, from one that is not."""
    return pc.and_(where("to_bucket", *OPEN)(movements), pc.invert(where("from_bucket", *OPEN)(movements)))


def _counted(decisions: pa.Table, these: pa.Array) -> pa.Array:
    return pc.and_(these, decisions[_COUNTED])


_MAKES_GOOD = where("outcome", "credit", "replace", "repair")
_NEW = (
    _New("inspection", "movement", Kind.CAME, lambda rows: pc.is_null(rows["replaces"])),
    _New("decision", "decision", Kind.UNROUTED, lambda rows: _counted(rows, pc.not_equal(rows["outcome"], "hold"))),
    _New("decision", "decision", Kind.UNCLAIMED, lambda rows: _counted(rows, _MAKES_GOOD(rows))),
    _New("movement", "movement", Kind.UNORDERED, where("to_bucket", Bucket.REPLACED)),
    _New("routing", "routing", Kind.GOING_BACK, where("route", "send_back", "repair")),
)


def mark_new(connection: Connection, rows: Sequence[Rows]) -> None:
    """Set the marks that new rows come with; the rows stand in the database already."""
    new = {part.table.name: part.data for part in rows}
    if "decision" in new:
        new["decision"] = _with_counted(connection, new["decision"])
    parts = [_opened(new), *(_caused(connection, cause, new) for cause in _NEW if cause.table in new)]
    if parts := [part for part in parts if part.num_rows]:
        marks = pa.concat_tables(parts)
        retailers = _retailers(connection, marks["return_line"], new.get("return_line"))
        columns = {"kind": marks["kind"], "retailer": retailers, "subject": marks["subject"]}
        insert_rows(connection, Rows(_MARK, pa.table(columns | {"edition": pa.repeat(1, marks.num_rows)})))


def _opened(new: Mapping[str, pa.Table]) -> pa.Table:
    """Marks of new portions that new movements open."""
    if not {"allocation", "movement"} <= new.keys():
        return _SUBJECTS.empty_table()
    portions, movements = new["allocation"], new["movement"]
    opened = movements.filter(opens(movements))["portion"]
    return _subjects(Kind.OPEN, "portion", portions.filter(pc.is_in(portions["portion"], opened)))


def _caused(connection: Connection, cause: _New, new: Mapping[str, pa.Table]) -> pa.Table:
    """Marks of the new rows for which the cause holds."""
    rows = new[cause.table]
    rows = rows.filter(cause.when(rows))
    if cause.table == "inspection" and rows.num_rows:
        link = "movement", "return_line"
        rows = rows.append_column("return_line", _looked_up(connection, link, rows["movement"], new.get("movement")))
    return _subjects(cause.kind, cause.key, rows)


def _subjects(kind: Kind, key: str, rows: pa.Table) -> pa.Table:
    if not rows.num_rows:
        return _SUBJECTS.empty_table()
    columns = [pa.repeat(kind.value, rows.num_rows), rows[key], rows["return_line"]]
    return pa.table(columns, schema=_SUBJECTS)


def _with_counted(connection: Connection, decisions: pa.Table) -> pa.Table:
    """The decisions, and whether each is about units of an inspection: most often all of them are."""
    keys = decisions["decision"]
    told = _run(connection, "select count(*) from inspection where {among}", "movement", keys)
    if sum(count for (count,) in told) == len(keys):
        return decisions.append_column(_COUNTED, pa.repeat(True, len(keys)))
    found = _run(connection, "select movement from inspection where {among}", "movement", keys)
    counted = pc.is_in(keys, pa.array([movement for (movement,) in found], pa.string()))
    return decisions.append_column(_COUNTED, counted)


def retailers_of(connection: Connection, lines: pa.ChunkedArray) -> list[str]:
    """The retailers of these return lines."""
    told = _run(connection, "select distinct retailer from return_line where {among}", "return_line", lines)
    return sorted({retailer for (retailer,) in told})


def _retailers(connection: Connection, lines: pa.ChunkedArray, new: pa.Table | None) -> pa.ChunkedArray | pa.Array:
    """The retailer of each of these return lines: most often all are of the same."""
    if new is None:
        of_all = retailers_of(connection, lines)
        if len(of_all) == 1:
            return pa.repeat(of_all[0], len(lines))
    return _looked_up(connection, ("return_line", "retailer"), lines, new)


def _looked_up(
    connection: Connection, link: tuple[str, str], keys: pa.ChunkedArray, new: pa.Table | None
) -> pa.ChunkedArray:
    """What belongs to each of these keys, by new rows or by those of the table that is named like the key."""
    key, wanted = link
    if new is None or not pc.all(pc.is_in(keys, new[key])).as_py():
        told = _run(connection, f"select {key}, {wanted} from {key} where {{among}}", key, keys)
        new = pa.table({name: pa.array([row[place] for row in told]) for place, name in enumerate(link)})
    return new[wanted].take(pc.index_in(keys, new[key]))


def _run(connection: Connection, statement: str, column: str, keys: pa.ChunkedArray) -> list[Any]:
    """The rows that a question about many keys brings."""
    here, found = database.of(connection), list[Any]()
    for chunk in chunks(keys.to_pylist(), MANY):
        among, given = here.among(column, chunk)
        found += connection.exec_driver_sql(statement.format(among=among), (given,)).all()
    return found
