"""Open this when a resolution of a difference did not reach the decision: what it says of counted units, as facts.

``decide`` asks the rules at the end of this file, in its own order.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.differences import COUNTED, FOUND, MISSING, STRONGEST_FIRST, WAITING
from schemas.ledger import Bucket
from schemas.partners import Policy

Row = dict[str, Any]
RESOLUTION = "resolution"
KIND = "resolution_kind"
_COLUMNS = {RESOLUTION: "action", KIND: "kind", "resolution_because": "because"}


def with_resolutions(undecided: pa.Table, resolutions: pa.Table) -> pa.Table:
    """``UNDECIDED`` with what the ``RESOLUTIONS`` in force say of each row: resolution, its kind and its sentence.

    Rows that wait for an answer or a person are left out: nothing is decided about them.
    """
    speaking = _speaking(resolutions.sort_by("turn").to_pylist())
    rows = undecided.select(["decision", "return_line", "condition", "bucket"]).to_pylist()
    said = [_of(row, speaking) for row in rows]
    for name, key in _COLUMNS.items():
        undecided = undecided.append_column(name, pa.array([one[key] if one else None for one in said], pa.string()))
    waiting = pc.is_in(undecided[RESOLUTION], pa.array(WAITING))
    return undecided.filter(pc.invert(waiting))


@dataclass(slots=True)
class _Speaking:
    """The last turn of each resolution, by what it speaks of: goods of a line, units counted or missed."""

    of_goods: dict[str, dict[Any, Row]] = field(default_factory=lambda: defaultdict(dict))
    of_count: dict[tuple[str, str], dict[Any, Row]] = field(default_factory=lambda: defaultdict(dict))
    of_missing: dict[str, dict[Any, Row]] = field(default_factory=lambda: defaultdict(dict))


def _speaking(rows: Iterable[Row]) -> _Speaking:
    """The rows come in the order of their turns."""
    speaking = _Speaking()
    for row in rows:
        key = (row["kind"], row["return_line"], row["receipt_document"], row["receipt_line_no"])
        if row["kind"] in MISSING:
            speaking.of_missing[row["return_line"]][key] = row
        elif row["kind"] in COUNTED or row["condition"]:
            speaking.of_count[row["return_line"], row["receipt_document"]][key] = row
        elif row["kind"] in FOUND:
            speaking.of_goods[row["other_line"] or row["return_line"]][key] = row
    return speaking


def _of(row: Row, speaking: _Speaking) -> Row | None:
    """The strongest of the resolutions that speak of these units. A decision is named portion>received@receipt/line."""
    if row["bucket"] == Bucket.SHORT:
        found = list(speaking.of_missing.get(row["return_line"], {}).values())
    else:
        receipt = row["decision"].partition("@")[2].rpartition("/")[0]
        counted = speaking.of_count.get((row["return_line"], receipt), {}).values()
        found = [one for one in counted if one["condition"] in (None, row["condition"])]
        found += speaking.of_goods.get(row["return_line"], {}).values()
    return min(found, key=lambda one: STRONGEST_FIRST.index(one["action"]), default=None)


# --- rules of decide


def or_nothing_resolved(undecided: pa.Table) -> pa.Table:
    """``UNDECIDED`` as ``with_resolutions`` gives it; without resolutions where differences were not looked at."""
    for name in _COLUMNS:
        if name not in undecided.column_names:
            undecided = undecided.append_column(name, pa.nulls(undecided.num_rows, pa.string()))
    return undecided


def turned_down(facts: pa.Table, policy: Policy) -> Any:
    """Written off, or sent back: not credited."""
    refused = pc.is_in(facts[RESOLUTION], pa.array(["write_off", "send_back"]))
    return pc.if_else(refused, "refuse", pa.scalar(None, pa.string()))


def taken_as_announced(facts: pa.Table, policy: Policy) -> Any:
    """Credited as it was announced, whatever was counted."""
    return pc.if_else(
        pc.fill_null(pc.equal(facts[RESOLUTION], "accept"), False), "credit", pa.scalar(None, pa.string())
    )


def because_resolved(facts: pa.Table, policy: Policy) -> Any:
    """The resolution's own sentence."""
    return facts["resolution_because"]
