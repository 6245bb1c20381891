"""Open this when `backhaul verify` names a row: how rows are digested and how audit events hang on each other."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

GENESIS = "0" * 64  # prev_hash of the first event
DIGEST_LENGTH = 16

_json = json.JSONEncoder(separators=(",", ":"), default=repr).encode


def row_key(values: Iterable[Any]) -> str:
    """The key of a row as the audit trail writes it: the primary key's values, joined with a bar."""
    return "|".join(map(str, values))


def row_digest(columns: Sequence[str], values: Sequence[Any]) -> str:
    """The digest of a row's stored values. Columns without a value are left out, so that new ones do no harm."""
    content = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
    return hashlib.sha256(_json(content).encode("ascii")).hexdigest()[:DIGEST_LENGTH]


def digests(rows: pa.Table, key: Sequence[str]) -> dict[str, str]:
    """Row key → digest of rows in stored form."""
    columns, lists = rows.column_names, [column.to_pylist() for column in rows.columns]
    places = [columns.index(name) for name in key]
    return {row_key(row[place] for place in places): row_digest(columns, row) for row in zip(*lists, strict=True)}


def canonical(rows: dict[str, dict[str, str]]) -> str:
    """Table → row key → digest as the one text that is chained: JSON without spaces, keys sorted."""
    return json.dumps(rows, separators=(",", ":"), sort_keys=True)


def event_hash(seq: int, at: str, actor: str, action: str, subject: str, rows: str, prev_hash: str) -> str:
    """The hash of an audit event, over all of it and the hash of the event before."""
    return hashlib.sha256(_json([seq, at, actor, action, subject, rows, prev_hash]).encode("ascii")).hexdigest()
