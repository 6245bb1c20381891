"""Open this when announced goods never came: which boxes are overdue, who is reminded, and what is closed by policy.

A box is due some days after its notice. The retailer is reminded on the days of the policy, and at last what did not
come is short: its sales are free for other returns. If it comes after all, it is counted like any other box.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import move_on
from schemas.ledger import Bucket
from schemas.partners import Policy
from schemas.tables import DIFFERENCES

Row = dict[str, Any]
RULE_VERSION = "overdue-1"
_AMOUNTS = {"units": "announced_units", "net_minor": "announced_net", "tax_minor": "announced_tax"}


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a retailer is reminded of: a return, the day on which its box was due, and the ``OPEN_PORTIONS`` awaited."""

    return_id: str
    turn: int
    due_on: date
    lines: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What the clock says: reminders, and what is closed as ``MOVEMENTS`` with their ``DIFFERENCES``."""

    reminders: tuple[Reminder, ...]
    movements: pa.Table
    differences: pa.Table


def overdue(
    open_portions: pa.Table,
    stated: pa.Table,
    arrived: Collection[str],
    policy: Policy,
    today: date,
    taken: Collection[str] = (),
) -> Overdue:
    """What of the ``OPEN_PORTIONS`` of one retailer is overdue today.

    ``stated`` says of each return line which document and line announced it; ``arrived`` names the returns of which
    something was counted, ``taken`` movements that are there. Goods that stay at the store are not awaited.
    """
    awaited = _awaited(open_portions, policy)
    days_over = _days_over(awaited, policy, today)
    close = policy.reconciliation.close_after_days
    closing = pc.greater(days_over, close) if close is not None else pa.repeat(False, awaited.num_rows)
    ended = awaited.filter(closing)
    return Overdue(
        reminders=_reminders(awaited.filter(pc.invert(closing)), policy, today),
        movements=_closed(ended, stated, today, taken),
        differences=_differences(ended, stated, arrived),
    )


def _awaited(open_portions: pa.Table, policy: Policy) -> pa.Table:
    """Portions with units that have not come and are expected to."""
    stays = pc.fill_null(pc.is_in(open_portions["disposition"], pa.array(policy.goods_stay, pa.string())), False)
    here = pc.and_(pc.greater(open_portions["announced_units"], 0), open_portions["returned_on"].is_valid())
    return open_portions.filter(pc.and_(here, pc.invert(stays))).sort_by("portion")


def _days_over(awaited: pa.Table, policy: Policy, today: date) -> Any:
    """Days since each box was due; negative before."""
    since = pc.days_between(awaited["returned_on"], pa.scalar(today))
    return pc.subtract(since, policy.receipt_days)


def _reminders(awaited: pa.Table, policy: Policy, today: date) -> tuple[Reminder, ...]:
    """The latest reminder that is due of each return; earlier ones that nobody wrote are not written any more."""
    by_return: dict[str, list[Row]] = defaultdict(list)
    for row in awaited.to_pylist():
        by_return[row["return_id"]].append(row)
    reminders = []
    for return_id, rows in sorted(by_return.items()):
        due_on = rows[0]["returned_on"] + timedelta(days=policy.receipt_days)
        turn = sum((today - due_on).days >= days for days in policy.reconciliation.remind_after_days)
        if turn:
            reminders.append(Reminder(return_id, turn, due_on, tuple(rows)))
    return tuple(reminders)


def _closed(ended: pa.Table, stated: pa.Table, today: date, taken: Collection[str]) -> pa.Table:
    """expected→short, caused by the notice that announced the units and the day on which they were given up."""
    pairs = zip(ended["portion"].to_pylist(), _documents(ended, stated), strict=True)
    causes = [_cause(f"{document}/overdue-{today}", portion, taken) for portion, document in pairs]
    columns = {name: ended[name] for name in ("portion", "return_line", "invoice_line", "currency", "expected_in")}
    portions = pa.table(columns | {name: ended[source] for name, source in _AMOUNTS.items()})
    return move_on(portions, Bucket.SHORT, pa.array(causes, pa.string()), RULE_VERSION)


def _cause(name: str, portion: str, taken: Collection[str]) -> str:
    """The cause, numbered on where units of the portion were given up twice in a day."""
    times, cause = 1, name
    while f"{portion}>{Bucket.SHORT.value}@{cause}" in taken:
        times += 1
        cause = f"{name}+{times}"
    return cause


def _documents(ended: pa.Table, stated: pa.Table) -> list[str]:
    of_line = dict(zip(stated["return_line"].to_pylist(), stated["document"].to_pylist(), strict=True))
    return [of_line[line] for line in ended["return_line"].to_pylist()]


def _differences(ended: pa.Table, stated: pa.Table, arrived: Collection[str]) -> pa.Table:
    """One row a line: its box is missing where others of the return came, else it never arrived."""
    units: dict[tuple[str, str], int] = defaultdict(int)
    for row in ended.to_pylist():
        kind = "carton_missing" if row["carton"] and row["return_id"] in arrived else "never_arrived"
        units[row["return_line"], kind] += row["announced_units"]
    told_by = {row["return_line"]: row for row in stated.to_pylist()}
    rows = [
        {
            "return_line": line, "kind": kind, "units": count, "receipt_document": told_by[line]["document"],
            "receipt_line_no": told_by[line]["line_no"],
        }
        for (line, kind), count in sorted(units.items())
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, DIFFERENCES)
