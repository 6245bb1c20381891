"""Open this when you ask why a credit waits for a person, for how many, and who may not be one of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipelines.steps.credits import Composed
from schemas.control import ALWAYS, PARTS
from schemas.money import to_decimal, to_minor
from schemas.outcome import Change
from schemas.partners import Policy

CREDIT_PARTS = pa.schema([(name, pa.string()) for name in ("reference", "person", "part", "name")])

Row = Mapping[str, Any]
# Retailer and currency → net in minor units that went out today by itself; of all retailers under the name "".
Spent = Mapping[tuple[str, str], int]
EVERYBODY = ""
SPENDING = pa.schema([
    ("day", pa.date32()), ("retailer", pa.string()), ("currency", pa.string()), ("net_minor", pa.int64()),
    ("limit_minor", pa.int64()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behind:
    """What is known of credits before they are made: rows of sql/reports/behind_credits.sql, and of their policies.

    ``unapproved`` says by version why no credit goes out by it; ``editors`` who wrote a version that is still young.
    """

    rows: Sequence[Row]
    unapproved: Mapping[str, str]
    editors: Mapping[str, str]
    first_file_on: date | None


def doubts_of(behind: Behind, policy: Policy, today: date) -> dict[str, list[str]]:
    """By decision, why its credit needs a person whatever the amount is."""
    told: dict[str, list[str]] = defaultdict(list)
    for row in behind.rows:
        told[row["decision"]] += [
            one for one in _doubts(row, behind, policy, today) if one not in told[row["decision"]]
        ]
    return {decision: why for decision, why in told.items() if why}


def _doubts(row: Row, behind: Behind, policy: Policy, today: date) -> Iterator[str]:
    if row["policy_version"] in behind.unapproved:
        yield behind.unapproved[row["policy_version"]]
    days, first = policy.control.new_partner_days, behind.first_file_on or today
    if today < first + timedelta(days=days):
        yield f"the retailer is new: its first file came on {first}, and {days} days have not passed"
    holds = {
        "no_receipt": not row["counted"] and row["disposition"] not in policy.goods_stay,
        "short": row["short"] > 0,
        "over": row["over"] > 0,
        "assigned": row["assigned_by"] is not None,
    }
    yield from (ALWAYS[name] for name in policy.control.always if holds[name])


def controlled(composed: Composed, policy: Policy, spent: Spent, today: date) -> Composed:
    """The credits with the number of persons that must approve each, and those above a day's limit waiting too.

    They are taken in their order; what waits does not count as gone out. ``spent`` is what went out before, today.
    """
    gone = dict(spent)
    largest = _largest_lines(composed.intent_lines)
    rows = []
    for row in composed.intents.to_pylist():
        over = _over_day(row, policy, gone)
        reasons = [*(row["problem"] or "").split("; "), *(words for words, _ in over)]
        problem = "; ".join(dict.fromkeys(filter(None, reasons))) or None
        if problem is None:
            for whose in (row["retailer"], EVERYBODY):
                key = (whose, row["currency"])
                gone[key] = gone.get(key, 0) + row["net_minor"]
        rows.append(row | {
            "state": "needs_approval" if problem else "ready",
            "problem": problem,
            "intended_on": today,
            "approvals_needed": approvals_of(row, largest[row["reference"]], policy, over) if problem else 0,
            "approvals": 0,
        })  # fmt: skip
    added = [("intended_on", pa.date32()), ("approvals_needed", pa.int64()), ("approvals", pa.int64())]
    shape = pa.schema([*composed.intents.schema, *added])
    return Composed(pa.Table.from_pylist(rows, shape), composed.intent_lines)


def spending(intents: pa.Table, policy: Policy, spent: Spent, today: date) -> tuple[pa.Table, tuple[Change, ...]]:
    """New rows of ``SPENDING``, and changes of those that are there: the totals of the day with these credits.

    A change expects the total that the credits were measured by, so that of two runs the later one measures again.
    """
    limits = {EVERYBODY: policy.limits.day}
    totals: dict[tuple[str, str], int] = {}
    for row in intents.to_pylist():
        if row["state"] == "ready":
            limits.setdefault(row["retailer"], policy.limits.account_day)
            for whose in (row["retailer"], EVERYBODY):
                key = (whose, row["currency"])
                totals[key] = totals.get(key, spent.get(key, 0)) + row["net_minor"]
    new, changes = [], []
    for (whose, currency), net in sorted(totals.items()):
        named: dict[str, Any] = {"day": today, "retailer": whose, "currency": currency}
        values = {"net_minor": net, "limit_minor": to_minor(limits[whose], currency)}
        if (whose, currency) in spent:
            changes.append(Change("spending", named, values, {"net_minor": spent[whose, currency]}))
        else:
            new.append(named | values)
    return pa.Table.from_pylist(new, SPENDING), tuple(changes)


def _largest_lines(intent_lines: pa.Table) -> dict[str, int]:
    """The net of the largest line of each credit, in minor units."""
    lines = intent_lines.group_by("reference", use_threads=False).aggregate([("net_minor", "max")])
    return dict(zip(lines["reference"].to_pylist(), lines["net_minor_max"].to_pylist(), strict=True))


def _over_day(row: Row, policy: Policy, gone: Spent) -> list[tuple[str, Decimal]]:
    """Which limits of a day the credit would be above, in words, and how many times the limit that is."""
    currency, limits = row["currency"], policy.limits
    account = gone.get((row["retailer"], currency), 0) + row["net_minor"]
    everybody = gone.get((EVERYBODY, currency), 0) + row["net_minor"]
    day = (("the retailer's", "account_day", account, limits.account_day), ("all", "day", everybody, limits.day))
    return [
        (
            f"{whose} credits of the day would be {to_decimal(net, currency)} {currency} net, "
            f"above limits.{key} of {limit}",
            to_decimal(net, currency) / limit if limit else Decimal("inf"),
        )
        for whose, key, net, limit in day
        if net > to_minor(limit, currency)
    ]


def approvals_of(row: Row, largest: int, policy: Policy, over: Sequence[tuple[str, Decimal]] = ()) -> int:
    """How many persons must approve a credit that waits: two above ``second_factor`` times a limit, else one.

    ``row`` is an intent's, ``largest`` the net of its largest line in minor units, ``over`` the limits of the day.
    """
    factor, currency = policy.control.second_factor, row["currency"]
    pairs = ((largest, policy.limits.line), (row["net_minor"], policy.limits.note))
    twice = any(to_decimal(net, currency) > factor * limit for net, limit in pairs)
    return 2 if twice or any(times > factor for _, times in over) else 1


def parts_of(composed: Composed, behind: Behind, policy: Policy) -> pa.Table:
    """``CREDIT_PARTS``: who has which part in each credit before anybody approves it; nobody has two.

    A part that comes later in ``schemas.control.PARTS`` is left out where the same person has an earlier one.
    """
    reference_of = dict(
        zip(*(composed.intent_lines[name].to_pylist() for name in ("decision", "reference")), strict=True)
    )
    named: dict[tuple[str, str], tuple[str, str]] = {}
    found = [
        *((reference, "receiver", who) for reference in composed.intents["reference"].to_pylist()
          for who in policy.control.goods_receivers),
        *_behind(behind, reference_of),
    ]  # fmt: skip
    for reference, part, who in sorted(found, key=lambda one: (list(PARTS).index(one[1]), one)):
        named.setdefault((reference, person(who)), (part, " ".join(who.split())))
    rows = [
        {"reference": reference, "person": one, "part": part, "name": name}
        for (reference, one), (part, name) in sorted(named.items())
    ]
    return pa.Table.from_pylist(rows, CREDIT_PARTS)


def _behind(behind: Behind, reference_of: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for row in behind.rows:
        if row["decision"] not in reference_of:
            continue
        if row["assigned_by"]:
            yield reference_of[row["decision"]], "preparer", row["assigned_by"]
        if row["policy_version"] in behind.editors:
            yield reference_of[row["decision"]], "rule_editor", behind.editors[row["policy_version"]]


def person(name: str) -> str:
    """A name as it is compared: capitals and blanks make no difference."""
    return " ".join(name.split()).casefold()
