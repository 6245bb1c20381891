"""Open this when rows of an outcome are refused: Arrow tables to rows of the database, in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Column, Connection, Integer, Table
from sqlmodel import SQLModel

from connectors.store import database
from connectors.store.schema import name_of
from connectors.store.shapes import arrow_type, stored_column
from schemas.records import LATEST, SEALED, TOLD_AGAIN

TABLES: dict[str, Table] = dict(SQLModel.metadata.tables)
# Whole numbers have 64 bits on both databases; SQLite knows no other ones.
for _table in TABLES.values():
    for _one in _table.columns:
        if type(_one.type) is Integer:
            _one.type = Integer().with_variant(BigInteger(), "postgresql")
SEALED_TABLES = frozenset(name_of(record) for record in SEALED)
# The store's own: no outcome carries rows of these.
OWN = frozenset({"creditable", "audit_event", "mark", "day_total"})
_TOLD_AGAIN = frozenset(name_of(record) for record in TOLD_AGAIN)
_LATEST = frozenset(name_of(record) for record in LATEST)
_MANY = 1_000
# Moments that the store fills in when the outcome does not say them.
CLOCKED = frozenset({"at", "found_at", "arrived_at"})


@dataclass(frozen=True)
class Rows:
    """New rows of one table in stored form: a column for each column of the table, or for those that it sets."""

    table: Table
    data: pa.Table

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.data.column_names)

    @cached_property
    def values(self) -> list[tuple[Any, ...]]:
        """The values row by row."""
        return list(zip(*(column.to_pylist() for column in self.data.columns), strict=True))


def table_named(name: str) -> Table:
    """The stored table of this name. ValueError: there is none."""
    if name not in TABLES:
        raise ValueError(f"the store has no table {name!r}; see schemas/records.py")
    return TABLES[name]


def key_of(table: Table) -> tuple[str, ...]:
    """The names of the columns of its primary key."""
    return tuple(column.name for column in table.primary_key.columns)


def prepared(outcome_rows: Mapping[str, pa.Table], now: datetime) -> list[Rows]:
    """The rows of an outcome, parents before children. ValueError: they do not fit the stored tables."""
    for name in outcome_rows:
        if table_named(name).name in OWN:
            raise ValueError(f"rows of {name} are written by the store alone")
    ordered = [table for table in _parents_first() if table.name in outcome_rows]
    return [rows_of(table, outcome_rows[table.name], now) for table in ordered if outcome_rows[table.name].num_rows]


@cache
def _parents_first() -> tuple[Table, ...]:
    return tuple(SQLModel.metadata.sorted_tables)


def rows_of(table: Table, given: pa.Table, now: datetime) -> Rows:
    """The given columns and the defaults of the others. ValueError: a column too many, too few or of another kind."""
    unknown = sorted(set(given.column_names) - set(table.columns.keys()))
    if unknown or len(set(given.column_names)) != given.num_columns:
        raise ValueError(f"table {table.name} cannot store the columns {unknown or given.column_names}")
    columns = [_column(table, column, given, now) for column in table.columns]
    return Rows(table, pa.table(columns, list(table.columns.keys())))


def _column(table: Table, column: Column[Any], given: pa.Table, now: datetime) -> pa.ChunkedArray | pa.Array:
    kind = arrow_type(column)
    if column.name in given.column_names:
        return stored_column(given[column.name], kind, f"{table.name}.{column.name}")
    if column.name in CLOCKED:
        value: Any = now
    elif column.default is not None:
        value = column.default.arg  # type: ignore[attr-defined]
    elif column.nullable:
        value = None
    else:
        raise ValueError(f"rows of {table.name} lack the column {column.name}")
    return stored_column(pa.repeat(pa.scalar(value, kind), given.num_rows), kind, column.name)


def insert_rows(connection: Connection, rows: Rows) -> None:
    """Insert them at once, in the database's own bulk way; many of them in the order of their key, as indexes like."""
    name, data, key = rows.table.name, rows.data, key_of(rows.table)
    clash = "keep" if name in _TOLD_AGAIN or name == "day_total" else "replace" if name in _LATEST else "refuse"
    if clash == "refuse" and data.num_rows >= _MANY:
        data = data.sort_by([(column, "ascending") for column in key])
    database.of(connection).insert(connection, rows.table, data, key, clash)
