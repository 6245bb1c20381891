"""Open this when you ask why units are credited, refused or held: the policy's rules, in their fixed order, as data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import move
from pipelines.steps.resolved_rules import because_resolved, said, taken_as_announced, turned_down
from schemas.ledger import DECIDED_INTO, EXPECTED, Bucket
from schemas.money import to_decimal, to_minor
from schemas.partners import Policy
from schemas.policies import version_of
from schemas.tables import DECISIONS, MOVEMENTS

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the policy. ``judge`` gives a verdict for each row, null where the rule has nothing to say.

    ``key`` is the key of partner.yaml; ``of`` names the column whose value completes it, ``conditions.damaged``.
    """

    key: str
    of: str | None
    judge: Callable[[pa.Table, Policy], Any]
    because: Callable[[Facts, Policy], str]


def policy_version(policy: Policy) -> str:
    """The version of a policy without days: what a decision was made by."""
    return version_of(policy)


def decide(undecided: pa.Table, policy: Policy, policy_version: str) -> pa.Table:
    """``DECISIONS`` for the ``UNDECIDED`` units of one retailer, in their order: the first rule that speaks decides.

    A verdict is no finding: what is held waits in a person's queue with its sentence.
    """
    facts = _with_condition(undecided)
    outcome, rule, position = _judge(facts, policy)
    rows = zip(position.to_pylist(), facts.to_pylist(), strict=True)
    columns = {name: facts[name] for name in DECISIONS.names if name in facts.column_names}
    columns |= {"outcome": outcome, "rule": rule}
    columns["because"] = pa.array([RULES[number].because(row, policy) for number, row in rows], pa.string())
    columns["policy_version"] = pa.repeat(policy_version, facts.num_rows)
    return pa.table({name: columns[name] for name in DECISIONS.names}, schema=DECISIONS)


def _judge(facts: pa.Table, policy: Policy) -> tuple[Any, Any, Any]:
    """Outcome, name of the rule and its position in RULES, for each row."""
    nothing = pa.nulls(facts.num_rows, pa.string())
    outcome, rule, position = nothing, nothing, pa.nulls(facts.num_rows, pa.int64())
    for number, one in enumerate(RULES):
        verdict = one.judge(facts, policy)
        speaks = pc.is_valid(verdict)
        outcome = pc.coalesce(outcome, verdict)
        rule = pc.coalesce(rule, pc.if_else(speaks, _name(one, facts), None))
        position = pc.coalesce(position, pc.if_else(speaks, number, None))
    return outcome, rule, position


def refused_before(placed: pa.Table, policy: Policy) -> list[tuple[str, int, str]]:
    """Announced lines that cannot be credited whatever comes: document, line and the rule; no unit is in its window.

    ``placed`` has document, line_no, sold_on and returned_on for each portion.
    """
    late = pc.fill_null(pc.equal(_late(placed, policy), "refuse"), False)
    lines = placed.select(["document", "line_no"]).append_column("late", late)
    whole = lines.group_by(["document", "line_no"], use_threads=False).aggregate([("late", "all")])
    return [(row["document"], row["line_no"], "window_days") for row in whole.to_pylist() if row["late_all"]]


def carry_out(decisions: pa.Table, undecided: pa.Table, rule_version: str) -> pa.Table:
    """``MOVEMENTS`` of ``DECISIONS``: into the bucket of each outcome (``DECIDED_INTO``), hold moves nothing.

    ``undecided`` says where the units are; goods that stay at the store pass ``kept`` or ``disposed``. ValueError: a
    decision about something that is not there.
    """
    row_of = pc.index_in(decisions["decision"], undecided["decision"].combine_chunks())
    if row_of.null_count:
        raise ValueError("a decision is about units that are not undecided")
    facts = undecided.take(row_of)
    moves = [MOVEMENTS.empty_table()]
    for outcome, to in DECIDED_INTO.items():
        for frm in (*EXPECTED, Bucket.RECEIVED, Bucket.KEPT, Bucket.DISPOSED):
            mask = pc.and_(pc.equal(decisions["outcome"], outcome), pc.equal(facts["bucket"], frm.value))
            chosen = facts.filter(mask)
            if chosen.num_rows:
                moves += _carried(chosen, frm, to, rule_version)
    return pa.concat_tables(moves).sort_by("movement")


def _carried(units: pa.Table, frm: Bucket, to: Bucket, rule_version: str) -> Iterator[pa.Table]:
    """The movements of units that were decided alike; without goods they pass where they stay."""
    if frm not in EXPECTED or to is not Bucket.ACCEPTED:
        yield move(units, frm, to, units["decision"], rule_version)
        return
    disposed = pc.fill_null(pc.equal(units["disposition"], "dispose"), False)
    for stay, mask in ((Bucket.DISPOSED, disposed), (Bucket.KEPT, pc.invert(disposed))):
        staying = units.filter(mask)
        yield move(staying, frm, stay, staying["decision"], rule_version)
        yield move(staying, stay, to, staying["decision"], rule_version)


def _with_condition(undecided: pa.Table) -> pa.Table:
    """Counted units without a condition are `unknown`; goods that stay at the store have none."""
    stays = pc.not_equal(undecided["bucket"], Bucket.RECEIVED.value)
    condition = pc.if_else(stays, pa.scalar(None, pa.string()), pc.fill_null(undecided["condition"], "unknown"))
    return undecided.set_column(undecided.column_names.index("condition"), "condition", condition)


def _name(rule: Rule, facts: pa.Table) -> Any:
    if rule.of is None:
        return rule.key
    return pc.binary_join_element_wise(pa.scalar(rule.key), pc.fill_null(facts[rule.of], "unknown"), pa.scalar("."))


# --- what the rules say


def _verdicts(codes: Any, verdict_of: Mapping[str, str]) -> Any:
    """The policy's verdict of each code; a code that the policy does not name is held, null stays null."""
    keys = pa.array(list(verdict_of), pa.string())
    named = pc.take(pa.array(list(verdict_of.values()), pa.string()), pc.index_in(codes, keys))
    return pc.if_else(pc.is_valid(codes), pc.fill_null(named, "hold"), None)


def _where(mask: Any, verdict: str) -> Any:
    return pc.if_else(mask, verdict, pa.scalar(None, pa.string()))


def _unplaced(facts: pa.Table, policy: Policy) -> Any:
    """Without an invoice line there is nothing to credit: the policy can refuse or hold."""
    codes = pc.if_else(pc.is_valid(facts["invoice_line"]), None, pc.fill_null(facts["unplaced"], "unknown"))
    verdict = _verdicts(codes, policy.unplaced)
    return pc.if_else(pc.equal(verdict, "credit"), "hold", verdict)


def _late(facts: pa.Table, policy: Policy) -> Any:
    """Calendar days from the sale to the return; when one of the days is not known, a person looks."""
    days = pc.days_between(facts["sold_on"], facts["returned_on"])
    return pc.if_else(pc.is_valid(days), _where(pc.greater(days, policy.window_days), "refuse"), "hold")


def _condition_is_against(facts: pa.Table, policy: Policy) -> Any:
    verdict = _verdicts(facts["condition"], policy.conditions)
    return pc.if_else(pc.equal(verdict, "credit"), None, verdict)


def _goods_are_due(facts: pa.Table, policy: Policy) -> Any:
    """Announced units are credited without goods only for the dispositions that the policy names."""
    stay = pc.is_in(facts["disposition"], pa.array(policy.goods_stay, pa.string()))
    due = pc.is_in(facts["bucket"], pa.array([bucket.value for bucket in EXPECTED]))
    return _where(pc.and_(due, pc.invert(stay)), "hold")


def _ambiguous(facts: pa.Table, policy: Policy) -> Any:
    """Money of another currency is no money that could be compared."""
    wide = pc.greater(_spread_of_line(facts), _tolerance(facts, policy))
    return _where(pc.or_(wide, pc.is_valid(facts["spread_currency"])), "hold")


def _ambiguous_as_announced(facts: pa.Table, policy: Policy) -> Any:
    """What is credited as announced is judged by no later rule, so its doubt is looked at here."""
    return pc.if_else(pc.equal(said(facts), "accept"), _ambiguous(facts, policy), pa.scalar(None, pa.string()))


def _spread_of_line(facts: pa.Table) -> Any:
    """The spread of all portions of each row's return line; the tolerance is for a line, not for each of its pieces."""
    spread = pc.subtract(facts["spread_high"], facts["spread_low"])
    pieces = facts.select(["return_line", "portion"]).append_column("spread", spread)
    pieces = pieces.group_by(["return_line", "portion"], use_threads=False).aggregate([("spread", "max")])
    lines = pieces.group_by("return_line", use_threads=False).aggregate([("spread_max", "sum")])
    return lines["spread_max_sum"].take(pc.index_in(facts["return_line"], lines["return_line"].combine_chunks()))


def _tolerance(facts: pa.Table, policy: Policy) -> Any:
    """The tolerated spread in minor units of each row's currency."""
    currencies = pc.unique(facts["currency"])
    minor = pa.array([to_minor(policy.spread_tolerance, one or "") for one in currencies.to_pylist()], pa.int64())
    return pc.take(minor, pc.index_in(facts["currency"], currencies))


def _good(facts: pa.Table, policy: Policy) -> Any:
    return _where(pc.is_valid(facts["condition"]), "credit")


def _kept(facts: pa.Table, policy: Policy) -> Any:
    return _where(pc.is_null(facts["condition"]), "credit")


# --- and how they say it


def _amount(row: Facts, minor: int) -> str:
    return f"{to_decimal(minor, row['currency'])} {row['currency']}"


def _units(row: Facts) -> str:
    return f"{row['units']} unit" if row["units"] == 1 else f"{row['units']} units"


def _days(sold_on: date, returned_on: date) -> str:
    days = (returned_on - sold_on).days
    count = f"{abs(days)} day" if abs(days) == 1 else f"{abs(days)} days"
    return f"returned on {returned_on}, {count} {'after' if days >= 0 else 'before'} the sale on {sold_on}"


_UNPLACED = {
    "LINE-NEVER-SOLD": "the item was never sold to this retailer before the return",
    "LINE-SOLD-LATER": "the item was sold to this retailer only after the return",
    "LINE-BEYOND-SOLD": "more is returned than is left of what was sold",
    "LINE-SOLD-IN-PACKS": "the item was sold to this retailer in cases or assortments alone",
    "LINE-ITEM-UNKNOWN": "the item is not in our item list",
}


def _because_unplaced(row: Facts, policy: Policy) -> str:
    why = _UNPLACED.get(row["unplaced"], "no sale was found")
    return f"No invoice line for {_units(row)}: {why}."


def _because_late(row: Facts, policy: Policy) -> str:
    if row["sold_on"] is None or row["returned_on"] is None:
        missing = "sale" if row["sold_on"] is None else "return"
        return f"The day of the {missing} is not known, so the window of {policy.window_days} days cannot be judged."
    days = _days(row["sold_on"], row["returned_on"])
    return f"{days[0].upper()}{days[1:]}; the window is {policy.window_days} days."


def _because_condition(row: Facts, policy: Policy) -> str:
    verdict = policy.conditions.get(row["condition"])
    if verdict is None:
        return f"{_units(row)} counted in as {row['condition']}, a condition that the policy does not name."
    said = "does not credit" if verdict == "refuse" else "leaves to a person"
    return f"{_units(row)} counted in as {row['condition']}, which the policy {said}."


def _because_goods_are_due(row: Facts, policy: Policy) -> str:
    said = f"announced as {row['disposition']}" if row["disposition"] else "announced without a disposition"
    return f"{_units(row)} {said} cannot be credited before the goods are counted in."


def _because_ambiguous(row: Facts, policy: Policy) -> str:
    if row["spread_currency"]:
        return (
            f"An equally good invoice line would be credited in {row['spread_currency']} instead of {row['currency']}."
        )
    low, high = _amount(row, row["spread_low"]), _amount(row, row["spread_high"])
    spread = _amount(row, row["spread_high"] - row["spread_low"])
    alone = row["spread_high"] - row["spread_low"] > to_minor(policy.spread_tolerance, row["currency"])
    return (
        f"Equally good invoice lines give a credit from {low} to {high}; "
        f"the spread of {spread}{'' if alone else ', with that of the rest of its line,'} is more than the tolerated "
        f"{policy.spread_tolerance} {row['currency']}."
    )


def _because_credited(row: Facts, policy: Policy) -> str:
    goods = f"counted in as {row['condition']}" if row["condition"] else f"left at the store ({row['disposition']})"
    money = f"{_amount(row, row['net_minor'])} net and {_amount(row, row['tax_minor'])} tax"
    days = _days(row["sold_on"], row["returned_on"])
    return f"{_units(row)} {goods}, {days} (window {policy.window_days} days): {money}."


RULES = (
    Rule("unplaced", "unplaced", _unplaced, _because_unplaced),
    Rule("window_days", None, _late, _because_late),
    Rule("reconciliation", None, turned_down, because_resolved),
    Rule("spread_tolerance", None, _ambiguous_as_announced, _because_ambiguous),
    Rule("reconciliation", None, taken_as_announced, because_resolved),
    Rule("conditions", "condition", _condition_is_against, _because_condition),
    Rule("goods_stay", None, _goods_are_due, _because_goods_are_due),
    Rule("spread_tolerance", None, _ambiguous, _because_ambiguous),
    Rule("conditions", "condition", _good, _because_credited),
    Rule("goods_stay", None, _kept, _because_credited),
)
