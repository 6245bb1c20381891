"""Open this when you ask what an audit event sealed: its roll, which lists tables, rows and digests.

Events say in ``rows`` how many rows of which tables they sealed, and the digest of the ``roll``, where each row stands.
The first form of events, until schema 0017, has no roll: there ``rows`` is JSON of table → row key → digest.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pyarrow as pa

from connectors.store.json_arrays import json_array
from connectors.store.seal import DIGEST_SIZE

Sealed = dict[str, dict[str, Any]]  # table → row key → digest: bytes, or text in the first form of events
# What reading an event may raise that somebody altered; Arrow's own faults are ValueErrors and OSErrors.
UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError, OSError, MemoryError)
_FORM = 2
_SIZE = 8  # bytes that tell how long the unpacked roll is
_MOST = 1 << 32  # no roll is longer


def rolled(sealed: Mapping[str, Mapping[str, bytes]]) -> tuple[str, bytes]:
    """What an event says of these rows, as JSON without spaces, and its roll."""
    tables = {name: list(sealed[name]) for name in sorted(sealed)}
    listed = ",".join(f'"{name}":{json_array(keys)}' for name, keys in tables.items())
    content = b"".join([f"{{{listed}}}\n".encode("ascii"), *(b"".join(sealed[name].values()) for name in tables)])
    roll = len(content).to_bytes(_SIZE, "big") + _codec().compress(content, asbytes=True)
    said = {"form": _FORM, "roll": sha256(roll).hexdigest(), "rows": {name: len(tables[name]) for name in tables}}
    return json.dumps(said, separators=(",", ":"), sort_keys=True), roll


def told(rows: Any, roll: Any) -> Sealed:
    """What an event sealed. ValueError: it was altered so far that it cannot be read, or the roll is not its own."""
    said = json.loads(rows)
    if not isinstance(said, dict):
        raise ValueError("an event tells of tables")  # noqa: TRY004  (content, not types of ours)
    if said.get("form") != _FORM:
        if roll is not None or not all(isinstance(part, dict) for part in said.values()):
            raise ValueError("an event of the first form has tables, and no roll")
        return said
    if not isinstance(roll, bytes) or sha256(roll).hexdigest() != said.get("roll"):
        raise ValueError("the roll is not the one of the event")
    return _unrolled(roll)


def count_told(rows: str) -> int:
    """How many rows an event sealed, by its own word. ValueError: it does not say."""
    said = json.loads(rows)
    if not isinstance(said, dict):
        raise ValueError("an event tells of tables")  # noqa: TRY004
    parts = said.get("rows", {}).values() if said.get("form") == _FORM else map(len, said.values())
    return sum(parts)


def _unrolled(roll: bytes) -> Sealed:
    size = int.from_bytes(roll[:_SIZE], "big")
    if size > _MOST:
        raise ValueError("no roll is so long")
    content = _codec().decompress(roll[_SIZE:], decompressed_size=size, asbytes=True)
    listed, _, digests = content.partition(b"\n")
    sealed: Sealed = {}
    start = 0
    for name, keys in json.loads(listed).items():
        end = start + DIGEST_SIZE * len(keys)
        each = (digests[place : place + DIGEST_SIZE] for place in range(start, end, DIGEST_SIZE))
        sealed[name] = dict(zip(keys, each, strict=True))
        start = end
    if start != len(digests):
        raise ValueError("the roll has more digests than rows")
    return sealed


def _codec() -> pa.Codec:
    return pa.Codec("zstd", compression_level=1)
