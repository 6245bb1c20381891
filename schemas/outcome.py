"""Open this when work is recorded: one outcome is everything that one piece of work found out, written at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Change:
    """A row changed by compare-and-set: the row with this key, if ``expected`` still holds, gets ``values``."""

    table: str
    key: Mapping[str, Any]
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a piece of work adds to the store, in one transaction or not at all.

    ``rows`` are new rows by table name of ``schemas.records``. Movements among them change the creditable balance of
    their invoice lines in the same transaction; the database refuses more than was sold. ``seen`` are marks by kind
    (schemas/marks.py; retailer, subject, edition) that this work is done with: they go, unless there was new cause
    meanwhile.
    """

    action: str
    subject: str
    rows: Mapping[str, pa.Table] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    seen: Mapping[str, pa.Table] = field(default_factory=dict)
