"""Open this when PostgreSQL refuses what COPY brings: Arrow columns in stored form to the server's binary rows.

A row is the number of its fields, and each field its length and its bytes, or a length of -1 where it has no value;
numbers are big-endian, days and moments count from 2000 on. What is the same in all rows is written once.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.store.shapes import is_one

_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_NOTHING = b"\xff\xff\xff\xff"  # a length of -1
_DAYS = (date(2000, 1, 1) - date(1970, 1, 1)).days
_MICROSECONDS = _DAYS * 86_400_000_000
_BATCH = 20_000  # rows of one piece


def binary_rows(rows: pa.Table, kinds: list[pa.DataType]) -> Iterator[Any]:
    """The pieces of COPY … (format binary) for these rows in stored form; kinds: the columns' types in the store."""
    yield _START
    for batch in rows.combine_chunks().to_batches(max_chunksize=_BATCH):
        parts: list[Any] = []
        same = len(kinds).to_bytes(2, "big")
        for column, kind in zip(batch.columns, kinds, strict=True):
            if is_one(column):
                same += _fields(column[:1], kind)[0].as_py()
            else:
                parts += [same, _fields(column, kind)]
                same = b""
        joined = pc.binary_join_element_wise(*parts, same, b"") if parts else pa.array([same] * batch.num_rows)
        yield _bytes_of(joined)
    yield _END


def _fields(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Length and bytes of each value."""
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        text = column.cast(pa.binary())
        found = pc.binary_join_element_wise(_fixed(pc.binary_length(text).fill_null(0), ">i4"), text, b"")
    else:
        found = _numbers(column, kind)
        found = pc.if_else(column.is_valid(), found, pa.scalar(None, pa.binary())) if column.null_count else found
    return found.fill_null(_NOTHING) if found.null_count else found


def _numbers(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp("us")).cast(pa.int64()).fill_null(_MICROSECONDS)
        return _fixed(pc.subtract(moments, _MICROSECONDS), ">i8", 8)
    if pa.types.is_date(kind):
        return _fixed(pc.subtract(column.cast(pa.date32()).cast(pa.int32()).fill_null(_DAYS), _DAYS), ">i4", 4)
    if pa.types.is_boolean(kind):
        return _fixed(column.fill_null(0), "u1", 1)
    if pa.types.is_floating(kind):
        return _fixed(column.fill_null(0.0), ">f8", 8)
    return _fixed(column.fill_null(0), ">i8", 8)


def _fixed(values: pa.Array, kind: str, length: int | None = None) -> pa.Array:
    """The bytes of these numbers, after their length where there is one."""
    shape = [("length", ">i4"), ("value", kind)] if length else [("value", kind)]
    written = np.empty(len(values), np.dtype(shape))
    if length:
        written["length"] = length
    written["value"] = values.to_numpy(zero_copy_only=False)
    fixed = pa.binary(written.dtype.itemsize)
    return pa.Array.from_buffers(fixed, len(values), [None, pa.py_buffer(written.tobytes())]).cast(pa.binary())


def _bytes_of(rows: pa.Array) -> Any:
    """The bytes of all rows behind each other."""
    _, places, content = rows.buffers()
    ends = np.frombuffer(places, np.int32)
    return memoryview(content)[ends[rows.offset] : ends[rows.offset + len(rows)]]
