"""Open this when you ask what another policy would have decided: decisions of the past, decided once more."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.decide import settle
from pipelines.steps.facts import NOTHING_KNOWN, Known
from schemas.policies import Agreed
from schemas.tables import DECIDED, UNDECIDED

# One row a decision: what it was, and what it would be. ``net`` is what is credited, or else what the goods cost.
CHANGES = pa.schema([
    ("decision", pa.string()), ("return_line", pa.string()), ("units", pa.int64()), ("currency", pa.string()),
    ("outcome", pa.string()), ("rule", pa.string()), ("net", pa.int64()),
    ("would", pa.string()), ("would_rule", pa.string()), ("would_net", pa.int64()), ("because", pa.string()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """All decisions that were tried again, and those among them that another policy decides otherwise."""

    all: pa.Table
    changed: pa.Table


def try_policy(decided: pa.Table, other: Agreed, known: Known = NOTHING_KNOWN) -> Tried:
    """``CHANGES`` of the ``DECIDED`` units under another policy, whatever days that one holds for."""
    facts = decided.drop_columns([name for name in DECIDED.names if name not in UNDECIDED.names])
    again = settle(facts, other.policy, other.version, known).decisions
    columns: dict[str, Any] = {name: decided[name] for name in ("decision", "return_line", "units", "currency")}
    columns |= {"outcome": decided["outcome"], "rule": decided["rule"], "net": _net(decided)}
    columns |= {"would": again["outcome"], "would_rule": again["rule"], "would_net": _net(again)}
    rows = pa.table(columns | {"because": again["because"]}).select(CHANGES.names).cast(CHANGES)
    differs = pc.or_(pc.not_equal(rows["outcome"], rows["would"]), pc.not_equal(rows["net"], rows["would_net"]))
    return Tried(rows, rows.filter(differs))


def _net(decisions: pa.Table) -> Any:
    """What is credited of each decision; what the goods cost where nothing is."""
    return pc.if_else(pc.equal(decisions["outcome"], "credit"), decisions["credit_net"], decisions["net_minor"])
