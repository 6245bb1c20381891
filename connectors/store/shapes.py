"""Open this when a column has the wrong type: rows of the database to Arrow columns, and Arrow columns to rows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, Table

from schemas.moments import UtcTime

MOMENT = pa.timestamp("us", "UTC")
AS_IT_IS = {"no_parameters": True}  # options of a statement in which a per cent sign is only that
_NUL, _SHOWN_NUL = "\x00", "\N{SYMBOL FOR NULL}"


@cache
def arrow_type(column: Column[Any]) -> pa.DataType:
    """The Arrow type of a stored column."""
    kinds = (
        (Boolean, pa.bool_()), (Integer, pa.int64()), (Float, pa.float64()), (Date, pa.date32()),
        (LargeBinary, pa.binary()),
    )  # fmt: skip
    if isinstance(column.type, UtcTime):
        return MOMENT
    return next((arrow for kind, arrow in kinds if isinstance(column.type, kind)), pa.string())


@cache
def shape_of(table: Table) -> pa.Schema:
    """The Arrow schema of a stored table."""
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in table.columns])


def to_arrow(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Rows as the driver gives them, as a table of this shape. SQLite gives days and moments as text."""
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [_column(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):
        return pa.array([None if value is None else bool(value) for value in values], kind)
    if pa.types.is_temporal(kind) and isinstance(next((v for v in values if v is not None), None), str):
        plain = pa.timestamp("us") if pa.types.is_timestamp(kind) else kind
        return pa.array(values, pa.string()).cast(plain).cast(kind)
    if pa.types.is_integer(kind):
        try:
            return pa.array(values, kind)
        except pa.ArrowException:  # sum() over whole numbers is a decimal on PostgreSQL
            return pa.array([None if value is None else int(value) for value in values], kind)
    return pa.array(values, kind)


def stored_column(column: pa.ChunkedArray, kind: pa.DataType, name: str) -> pa.ChunkedArray:
    """An Arrow column as it is stored and sealed: text, whole numbers, floats, 0 and 1, ISO times.

    ValueError: a column of another kind; text is never read as a number here, nor a fraction as whole.
    """
    if not _fits(column.type, kind):
        raise ValueError(f"column {name} holds {column.type}, the store keeps {kind}")
    column = column.cast(kind)
    if pa.types.is_boolean(kind):
        return column.cast(pa.int8())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us")).cast(pa.string())
    if pa.types.is_date(kind):
        return column.cast(pa.string())
    if pa.types.is_string(kind) and _has_nul(column):
        return pc.replace_substring(column, _NUL, _SHOWN_NUL)
    return column


def is_one(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether all rows, of which there is one at least, have the same value, or none has one."""
    if column.null_count:
        return bool(column.null_count == len(column))
    first = column[0]
    return first.equals(column[-1]) and bool(pc.all(pc.equal(column, first)).as_py())


def _has_nul(texts: pa.Array | pa.ChunkedArray) -> bool:
    """Whether NUL stands in the bytes of these texts."""
    if isinstance(texts, pa.ChunkedArray):
        return any(map(_has_nul, texts.chunks))
    _, places, text = texts.buffers()
    if text is None or not len(texts):
        return False
    ends = np.frombuffer(places, np.int32)
    return not np.all(np.frombuffer(text, np.uint8)[ends[texts.offset] : ends[texts.offset + len(texts)]])


def stored_value(value: Any) -> Any:
    """One Python value as it is stored and sealed, like ``stored_column``."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return without_nul(value)
    return int(value) if isinstance(value, bool) else value


def without_nul(text: str) -> str:
    """Text as it is stored: PostgreSQL refuses NUL, so its symbol stands for it on every database."""
    return text.replace(_NUL, _SHOWN_NUL) if _NUL in text else text


def _fits(given: pa.DataType, kind: pa.DataType) -> bool:
    """Whether values of this Arrow type may be stored in a column of that kind."""
    if pa.types.is_dictionary(given):
        given = given.value_type
    if pa.types.is_null(given):
        return True
    if pa.types.is_string(kind):
        return bool(pa.types.is_string(given) or pa.types.is_large_string(given))
    if pa.types.is_float64(kind):
        return bool(pa.types.is_floating(given) or pa.types.is_integer(given))
    if pa.types.is_timestamp(kind):
        return bool(pa.types.is_timestamp(given) and given.tz is not None)
    alike = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_date)
    return any(test(kind) and test(given) for test in alike)
