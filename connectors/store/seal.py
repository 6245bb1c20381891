"""Open this when `backhaul verify` names a row: how rows are digested and how audit events hang on each other."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

GENESIS = "0" * 64  # prev_hash of the first event
DIGEST_LENGTH = 16
_BATCH = 50_000  # rows whose text is held at once
_PLAIN = bytes(code for code in range(0x20, 0x7F) if chr(code) not in '"\\\\')  # what JSON writes as it is

_json = json.JSONEncoder(separators=(",", ":"), default=repr).encode


def row_key(values: Iterable[Any]) -> str:
    """The key of a row as the audit trail writes it: the primary key's values, joined with a bar."""
    return "|".join(map(str, values))


def row_digest(columns: Sequence[str], values: Sequence[Any]) -> str:
    """The digest of a row's stored values. Columns without a value are left out, so that new ones do no harm."""
    content = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
    return sha256(_json(content).encode("ascii")).hexdigest()[:DIGEST_LENGTH]


def digests(rows: pa.Table, key: Sequence[str]) -> dict[str, str]:
    """Row key → ``row_digest`` of many rows in stored form, column by column: the same, several times faster."""
    found: dict[str, str] = {}
    for batch in rows.combine_chunks().to_batches(max_chunksize=_BATCH):
        keys = pc.binary_join_element_wise(*(batch[name].cast(pa.string()) for name in key), "|").to_pylist()
        texts = _objects(batch).cast(pa.binary()).to_pylist()
        found.update(zip(keys, [sha256(text).hexdigest()[:DIGEST_LENGTH] for text in texts], strict=True))
    return found


def _objects(batch: pa.RecordBatch) -> pa.Array:
    """Each row as a JSON object, as ``_json`` writes it. At least one column has a value in every row: the key's."""
    said = [name for name in batch.schema.names if batch[name].null_count < batch.num_rows]
    first = next(place for place, name in enumerate(said) if not batch[name].null_count)
    parts: list[Any] = ["{"]
    for place, name in enumerate(said):
        before, value, after = _written(batch[name])
        before = f"{',' if place > first else ''}{_json(name)}:{before}"
        after = after + ("," if place < first else "")
        if value.null_count:  # here and there: the member is there, or nothing at all
            parts.append(pc.binary_join_element_wise(before, value, after, "").fill_null(""))
        else:
            parts += [before, value, after]
    return pc.binary_join_element_wise(*parts, "}", "")


def _written(column: pa.Array) -> tuple[str, pa.Array, str]:
    """How JSON writes the values of a column, and what stands before and after each."""
    if pa.types.is_integer(column.type):
        return "", column.cast(pa.string()), ""
    if pa.types.is_string(column.type) and _is_plain(column):
        return '"', column, '"'
    coded = column.dictionary_encode()
    written = pa.array([_json(value) for value in coded.dictionary.to_pylist()], pa.string())
    return "", written.take(coded.indices), ""


def _is_plain(column: pa.Array) -> bool:
    """Whether JSON writes every one of these texts as it is."""
    _, places, text = column.buffers()
    if text is None or not len(column):
        return True
    ends = memoryview(places).cast("i")
    start, end = ends[column.offset], ends[column.offset + len(column)]
    return not bytes(memoryview(text)[start:end]).translate(None, _PLAIN)


def canonical(rows: dict[str, dict[str, str]]) -> str:
    """Table → row key → digest as the one text that is chained: JSON without spaces, keys sorted."""
    return json.dumps(rows, separators=(",", ":"), sort_keys=True)


def event_hash(seq: int, at: str, actor: str, action: str, subject: str, rows: str, prev_hash: str) -> str:
    """The hash of an audit event, over all of it and the hash of the event before."""
    return sha256(_json([seq, at, actor, action, subject, rows, prev_hash]).encode("ascii")).hexdigest()
