"""Open this when `backhaul verify` names a row: how rows are digested and how audit events hang on each other.

A row's digest is taken over its stored values, whatever the database. Which rows an event sealed, and with which
digests, stands in its roll (``roll.py``); the hash of the event covers the roll, and the hash of the event before.
"""

import json
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b, sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.store.shapes import is_one

GENESIS = "0" * 64  # prev_hash of the first event
DIGEST_SIZE = 16
FEW = 50  # rows that are digested one by one: columns take their time to be set up
_BATCH = 50_000  # rows whose text is held at once
# A row's text is, for each of its columns that has a value: COLUMN, the column's name, the kind of value, the value.
# None of these marks stands in a value as it is, so that no two rows have the same text.
_COLUMN, _TEXT, _NUMBER, _OTHER = "\x1e", "\x1f", "\x1d", "\x1c"
_ESCAPED = {ord(mark): f"\x1b{place}" for place, mark in enumerate(("\x1b", _OTHER, _NUMBER, _COLUMN, _TEXT))}
_MARKS = re.compile("[\x1b-\x1f]")

_json = json.JSONEncoder(separators=(",", ":"), default=repr).encode


def row_key(values: Iterable[Any]) -> str:
    """The key of a row as the audit trail writes it: the primary key's values, joined with a bar."""
    return "|".join(map(str, values))


def row_keys(rows: pa.Table, key: Sequence[str]) -> list[str]:
    """``row_key`` of many rows."""
    columns = [rows[name].cast(pa.string()) for name in key]
    keys: list[str] = (pc.binary_join_element_wise(*columns, "|") if len(key) > 1 else columns[0]).to_pylist()
    return keys


def digests(rows: pa.Table, few: int = FEW) -> list[bytes]:
    """``row_digest`` of rows in stored form: of many column by column, which gives the same several times faster."""
    if rows.num_rows < few:
        values = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        return [row_digest(rows.column_names, row) for row in values]
    return [
        blake2b(text, digest_size=DIGEST_SIZE).digest()
        for batch in rows.combine_chunks().to_batches(max_chunksize=_BATCH)
        for text in _texts(batch).cast(pa.binary()).to_pylist()
    ]


def row_digest(columns: Sequence[str], values: Sequence[Any]) -> bytes:
    """The digest of a row's stored values. Columns without a value are left out, so that new ones do no harm."""
    said = sorted((name, value) for name, value in zip(columns, values, strict=True) if value is not None)
    text = "".join(f"{_COLUMN}{name}{_said(value)}" for name, value in said)
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=DIGEST_SIZE).digest()


def _texts(batch: pa.RecordBatch) -> pa.Array:
    """The text of each row, as ``row_digest`` has it: what is the same in all rows is written once."""
    parts: list[Any] = []
    same = ""
    for name in sorted(batch.schema.names):
        column = batch[name]
        if column.null_count == len(column):
            continue
        if column.null_count:
            parts += [same, _where_said(name, column)]
            same = ""
        elif is_one(column):
            same += f"{_COLUMN}{name}{_said(column[0].as_py())}"
        else:
            parts += [f"{same}{_COLUMN}{name}{_mark(column)}", _written(column)]
            same = ""
    if not parts:  # one row, or many of the same
        return pa.array([same] * batch.num_rows, pa.string())
    return pc.binary_join_element_wise(*parts, same, "")


def _where_said(name: str, column: pa.Array) -> pa.Array:
    """The part of a column that has values here and there: nothing at all where it has none."""
    return pc.binary_join_element_wise(f"{_COLUMN}{name}{_mark(column)}", _written(column), "").fill_null("")


def _mark(column: pa.Array) -> str:
    if pa.types.is_string(column.type):
        return _TEXT
    return _NUMBER if pa.types.is_integer(column.type) else _OTHER


def _written(column: pa.Array) -> pa.Array:
    """The values of a column as the text of a row has them."""
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    if pa.types.is_string(column.type):
        return column if _is_plain(column) else _each(column, lambda text: text.translate(_ESCAPED))
    return _each(column, repr)


def _each(column: pa.Array, written: Any) -> pa.Array:
    coded = column.dictionary_encode()
    return pa.array([written(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _is_plain(column: pa.Array) -> bool:
    """Whether none of the marks stands in these texts."""
    _, places, text = column.buffers()
    if text is None or not len(column):
        return True
    ends = np.frombuffer(places, np.int32)
    said = np.frombuffer(text, np.uint8)[ends[column.offset] : ends[column.offset + len(column)]]
    return not np.any(said - np.uint8(0x1B) < len(_ESCAPED))


def _said(value: Any) -> str:
    """One value as the text of a row has it, after the mark of its kind."""
    if isinstance(value, str):
        return _TEXT + (value.translate(_ESCAPED) if _MARKS.search(value) else value)
    return f"{_NUMBER}{value}" if type(value) is int else f"{_OTHER}{value!r}"


def event_hash(seq: int, at: str, actor: str, action: str, subject: str, rows: str, prev_hash: str) -> str:
    """The hash of an audit event, over all of it and the hash of the event before."""
    return sha256(_json([seq, at, actor, action, subject, rows, prev_hash]).encode("ascii")).hexdigest()


# --- as events were written until schema 0017


def first_row_digest(columns: Sequence[str], values: Sequence[Any]) -> str:
    """The digest of a row as the first form of events has it."""
    content = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
    return sha256(_json(content).encode("ascii")).hexdigest()[:16]
