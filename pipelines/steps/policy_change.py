"""Open this when you ask what another policy would have decided: decisions of the past, decided once more.

Units that a cap had cut into two decisions are tried as one, and set beside what was decided piece by piece.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.caps import about
from pipelines.steps.decide import settle
from pipelines.steps.facts import NOTHING_KNOWN, Known
from schemas.money import share
from schemas.policies import Agreed
from schemas.tables import DECIDED, UNDECIDED

# One row a decision, or a part of one: what it was, and what it would be. ``net`` is what is credited, or else what the
# goods cost.
CHANGES = pa.schema([
    ("decision", pa.string()), ("return_line", pa.string()), ("units", pa.int64()), ("currency", pa.string()),
    ("outcome", pa.string()), ("rule", pa.string()), ("net", pa.int64()),
    ("would", pa.string()), ("would_rule", pa.string()), ("would_net", pa.int64()), ("because", pa.string()),
])  # fmt: skip
_AMOUNTS = ("units", "net_minor", "tax_minor")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tried:
    """All decisions that were tried again, and those among them that another policy decides otherwise."""

    all: pa.Table
    changed: pa.Table


def try_policy(decided: pa.Table, other: Agreed, known: Known = NOTHING_KNOWN) -> Tried:
    """``CHANGES`` of the ``DECIDED`` units under another policy, whatever days that one holds for.

    ``known`` is what was known before the first of these decisions: what caps and deductions had left then.
    """
    extra = [name for name in DECIDED.names if name not in UNDECIDED.names]
    again = settle(_whole(decided).drop_columns(extra), other.policy, other.version, known).decisions
    rows = _beside(decided, again)
    differs = pc.or_(pc.not_equal(rows["outcome"], rows["would"]), pc.not_equal(rows["net"], rows["would_net"]))
    return Tried(rows, rows.filter(differs))


def _whole(decided: pa.Table) -> pa.Table:
    """The decided units as they were before a cap cut them: one row each, with the facts of its first part."""
    whole = _flat(about(decided))
    if whole.equals(_flat(decided["decision"])):
        return decided
    parts = pa.table({"whole": whole, **{name: decided[name] for name in _AMOUNTS}})
    sums = parts.group_by("whole", use_threads=False).aggregate([(name, "sum") for name in _AMOUNTS])
    first = decided.filter(pc.equal(decided["decision"], whole))
    place = pc.index_in(first["decision"], _flat(sums["whole"]))
    for name in _AMOUNTS:
        at = first.column_names.index(name)
        first = first.set_column(at, decided.schema.field(name), sums[f"{name}_sum"].take(place))
    return first


def _beside(decided: pa.Table, again: pa.Table) -> pa.Table:
    """``CHANGES``: what was decided beside what would be, in the order of what was decided."""
    was, would = _flat(about(decided)), _flat(about(again))
    cut = pa.chunked_array([_twice(was), _twice(would)])
    plain = decided.filter(pc.invert(pc.is_in(was, cut)))
    fitting = again.take(pc.index_in(plain["decision"], _flat(again["decision"])))
    columns: dict[str, Any] = {name: plain[name] for name in ("decision", "return_line", "units", "currency")}
    columns |= {"outcome": plain["outcome"], "rule": plain["rule"], "net": _net(plain)}
    columns |= {"would": fitting["outcome"], "would_rule": fitting["rule"], "would_net": _net(fitting)}
    rows = pa.table(columns | {"because": fitting["because"]}).select(CHANGES.names).cast(CHANGES)
    if not len(cut):
        return rows
    pieces = pa.Table.from_pylist(list(_pieces(decided, again, was, would, cut)), CHANGES)
    rows = pa.concat_tables([rows, pieces])
    place = pc.index_in(rows["decision"], _flat(decided["decision"]))
    return rows.append_column("place", place).sort_by("place").drop_columns("place")


def _twice(ids: Any) -> Any:
    """The ids that stand there more than once."""
    counts = pc.value_counts(ids)
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))


def _pieces(decided: pa.Table, again: pa.Table, was: Any, would: Any, cut: Any) -> Iterator[dict[str, Any]]:
    """Rows of ``CHANGES`` for units that are cut, then or now: so many units as have one outcome then and one now."""
    before, after = _parts(decided, was, cut), _parts(again, would, cut)
    for whole, parts in before.items():
        ends = sorted({end for rows in (parts, after[whole]) for *_, end in rows})
        for start, end in zip([0, *ends], ends, strict=False):
            (old, old_net), (new, new_net) = (_at(rows, start, end) for rows in (parts, after[whole]))
            yield {
                "decision": old["decision"], "return_line": old["return_line"], "units": end - start,
                "currency": old["currency"], "outcome": old["outcome"], "rule": old["rule"], "net": old_net,
                "would": new["outcome"], "would_rule": new["rule"], "would_net": new_net, "because": new["because"],
            }  # fmt: skip


def _parts(table: pa.Table, wholes: Any, cut: Any) -> dict[str, list[tuple[Row, int, int]]]:
    """The parts of what is cut, by the whole: each with the units before it and up to its end."""
    mine = pc.is_in(wholes, cut)
    found: dict[str, list[tuple[Row, int, int]]] = defaultdict(list)
    rows = table.append_column("net", _net(table)).append_column("whole", wholes).filter(mine)
    for row in rows.sort_by("decision").to_pylist():
        before = found[row["whole"]][-1][2] if found[row["whole"]] else 0
        found[row["whole"]].append((row, before, before + row["units"]))
    return found


def _at(parts: Sequence[tuple[Row, int, int]], start: int, end: int) -> tuple[Row, int]:
    """The part that these units are in, and their share of its money."""
    row, first, last = next(part for part in parts if part[1] <= start < part[2])
    upto, before = (share(row["net"], units - first, last - first) for units in (end, start))
    return row, upto - before


def _net(decisions: pa.Table) -> Any:
    """What is credited of each decision; what the goods cost where nothing is."""
    return pc.if_else(pc.equal(decisions["outcome"], "credit"), decisions["credit_net"], decisions["net_minor"])


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
