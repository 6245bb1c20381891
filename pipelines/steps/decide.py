"""Open this when you ask why units are credited, refused or held: the policy's rules, in their fixed order, as data.

What a credit amounts to is reckoned in ``price``; how a rule says what it decided stands in ``because``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps import because, entitled
from pipelines.steps.entitled import silent, verdicts, where
from pipelines.steps.facts import NOTHING_KNOWN, Known, prepared
from pipelines.steps.movements import move
from pipelines.steps.price import price, pricings
from pipelines.steps.resolved_rules import because_resolved, said, taken_as_announced, turned_down
from schemas.ledger import DECIDED_INTO, EXPECTED, Bucket
from schemas.partners import Policy
from schemas.policies import version_of
from schemas.tables import DECISIONS, MOVEMENTS

OUTCOMES = (*DECIDED_INTO, "hold")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the policy. ``judge`` gives a verdict for each row, null where the rule has nothing to say.

    ``key`` is the key of partner.yaml; ``of`` names the column whose value completes it, ``conditions.damaged``.
    ``because`` gives one sentence a row, of the rows that it decided; ``row_by_row`` makes it of a function of a row.
    """

    key: str
    of: str | None
    judge: Callable[[pa.Table, Policy], Any]
    because: Callable[[pa.Table, Policy], Any]


def row_by_row(one: Callable[[Mapping[str, Any], Policy], str]) -> Callable[[pa.Table, Policy], Any]:
    """A rule's ``because`` from a function of one row: for rules that speak of few rows."""
    return lambda facts, policy: pa.array([one(row, policy) for row in facts.to_pylist()], pa.string())


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided, and why each credit has its amount: ``DECISIONS`` and ``PRICINGS``."""

    decisions: pa.Table
    pricings: pa.Table


def policy_version(policy: Policy) -> str:
    """The version of a policy without days: what a decision was made by."""
    return version_of(policy)


def decide(undecided: pa.Table, policy: Policy, policy_version: str) -> pa.Table:
    """``DECISIONS`` for the ``UNDECIDED`` units of one retailer, in their order, with what is credited of each."""
    return settle(undecided, policy, policy_version).decisions


def settle(undecided: pa.Table, policy: Policy, policy_version: str, known: Known = NOTHING_KNOWN) -> Settled:
    """Decide on the ``UNDECIDED`` units of one retailer and price what is credited: the first rule that speaks decides.

    ``known`` is what else is known of the retailer, as far as the policy asks. A verdict is no finding: what is held
    waits in a person's queue with its sentence.
    """
    facts = prepared(undecided, policy, known)
    outcome, position = _judged(facts, policy)
    priced = price(facts, pc.equal(outcome, "credit"), policy)
    facts = _with(facts, outcome=outcome, **priced.columns())
    rule, told = _told(facts, position, policy)
    facts = _with(facts, rule=rule, because=told, policy_version=pa.repeat(policy_version, facts.num_rows))
    decisions = facts.select(DECISIONS.names).cast(DECISIONS)
    return Settled(decisions, pricings(facts["decision"], facts["net_minor"].to_numpy(), priced))


def _judged(facts: pa.Table, policy: Policy) -> tuple[Any, npt.NDArray[np.int8]]:
    """The outcome of each row, and the place in RULES of the rule that said so."""
    known = pa.array(OUTCOMES, pa.string())
    outcome = np.full(facts.num_rows, -1, np.int8)
    position = np.full(facts.num_rows, -1, np.int8)
    for place, rule in enumerate(RULES):
        verdict = rule.judge(facts, policy)
        if verdict.null_count == facts.num_rows:
            continue
        codes = pc.index_in(verdict, known)
        if codes.null_count != verdict.null_count:
            raise ValueError(f"rule {rule.key} says something that is none of {', '.join(OUTCOMES)}")
        codes = pc.fill_null(codes.cast(pa.int8()), -1).to_numpy(zero_copy_only=False)
        first = (position < 0) & (codes >= 0)
        outcome[first] = codes[first]
        position[first] = place
    return known.take(pa.array(outcome)), position


def _told(facts: pa.Table, position: npt.NDArray[np.int8], policy: Policy) -> tuple[Any, Any]:
    """The name of the rule that decided each row, and its sentence: rule by rule, each over all of its rows."""
    order, names, sentences = [np.zeros(0, np.int64)], [pa.nulls(0, pa.string())], [pa.nulls(0, pa.string())]
    for place in np.unique(position).tolist():
        rows = np.flatnonzero(position == place)
        own = facts if len(rows) == facts.num_rows else facts.take(pa.array(rows))
        order.append(rows)
        names.append(_flat(_name(RULES[place], own)))
        sentences.append(_flat(RULES[place].because(own, policy)))
    back = pa.array(np.argsort(np.concatenate(order), kind="stable"))
    return pa.concat_arrays(names).take(back), pa.concat_arrays(sentences).take(back)


def _name(rule: Rule, facts: pa.Table) -> Any:
    if rule.of is None:
        return pa.repeat(rule.key, facts.num_rows)
    return pc.binary_join_element_wise(pa.scalar(rule.key), pc.fill_null(facts[rule.of], "unknown"), pa.scalar("."))


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _with(facts: pa.Table, **columns: Any) -> pa.Table:
    """The facts with these columns, in place of those of the same name."""
    kept = [name for name in facts.column_names if name not in columns]
    return pa.table([*(facts[name] for name in kept), *columns.values()], [*kept, *columns])


def refused_before(placed: pa.Table, policy: Policy) -> list[tuple[str, int, str]]:
    """Announced lines that cannot be credited whatever comes: document, line and the rule; no unit is in its window.

    ``placed`` has document, line_no, sold_on and returned_on for each portion.
    """
    late = pc.fill_null(pc.equal(entitled.late(placed, policy), "refuse"), False)
    lines = placed.select(["document", "line_no"]).append_column("late", late)
    whole = lines.group_by(["document", "line_no"], use_threads=False).aggregate([("late", "all")])
    return [(row["document"], row["line_no"], "window_days") for row in whole.to_pylist() if row["late_all"]]


def carry_out(decisions: pa.Table, undecided: pa.Table, rule_version: str) -> pa.Table:
    """``MOVEMENTS`` of ``DECISIONS``: units go where the outcome says, held ones nowhere.

    What is credited or replaced without goods passes the bucket that says where these stay. Units that are credited
    with nothing need no note: they are credited at once, and their money is withheld. ``undecided`` says where the
    units are. ValueError: a decision about something that is not there.
    """
    facts = _of_decisions(decisions, undecided)
    moves = [pa.table({name: [] for name in MOVEMENTS.names}, schema=MOVEMENTS)]
    for way, mask in _ways(facts):
        chosen = facts.filter(mask)
        if chosen.num_rows:
            moves += [move(chosen, frm, to, chosen["decision"], rule_version) for frm, to in pairwise(way)]
    moves += _credited_with_nothing(facts, rule_version)
    return pa.concat_tables(moves).sort_by("movement")


def _of_decisions(decisions: pa.Table, undecided: pa.Table) -> pa.Table:
    """The decisions with the place of their units: bucket, disposition and invoice line."""
    row_of = pc.index_in(decisions["decision"], undecided["decision"].combine_chunks())
    if row_of.null_count:
        raise ValueError("a decision is about units that are not undecided")
    places = undecided.select(["bucket", "disposition", "invoice_line"]).take(row_of)
    return _with(decisions, **{name: places[name] for name in places.column_names})


def _ways(facts: pa.Table) -> Iterator[tuple[tuple[Bucket, ...], Any]]:
    """Through which buckets units go, and which do."""
    disposed = pc.fill_null(pc.equal(facts["disposition"], "dispose"), False)
    for outcome, to in DECIDED_INTO.items():
        decided = pc.equal(facts["outcome"], outcome)
        for frm in (*EXPECTED, Bucket.RECEIVED, Bucket.KEPT, Bucket.DISPOSED):
            mine = pc.and_(decided, pc.equal(facts["bucket"], frm.value))
            if frm not in EXPECTED or to is not Bucket.ACCEPTED:
                yield (frm, to), mine
            else:
                yield (frm, Bucket.DISPOSED, to), pc.and_(mine, disposed)
                yield (frm, Bucket.KEPT, to), pc.and_(mine, pc.invert(disposed))


def _credited_with_nothing(facts: pa.Table, rule_version: str) -> list[pa.Table]:
    credit = pc.add(facts["credit_net"], facts["credit_tax"])
    cost = pc.add(facts["net_minor"], facts["tax_minor"])
    nothing = pc.and_(pc.equal(facts["outcome"], "credit"), pc.and_(pc.equal(credit, 0), pc.greater(cost, 0)))
    chosen = facts.filter(nothing)
    if not chosen.num_rows:
        return []
    zeros = pa.array(np.zeros(chosen.num_rows, np.int64))
    goods, money = _with(chosen, net_minor=zeros, tax_minor=zeros), _with(chosen, units=zeros)
    return [
        move(goods, Bucket.ACCEPTED, Bucket.CREDITED, chosen["decision"], rule_version),
        move(money, Bucket.ACCEPTED, Bucket.WITHHELD, chosen["decision"], rule_version),
    ]


# --- what the rules say


def _unplaced(facts: pa.Table, policy: Policy) -> Any:
    """Without an invoice line there is nothing to credit: the policy can refuse or hold."""
    codes = pc.if_else(pc.is_valid(facts["invoice_line"]), None, pc.fill_null(facts["unplaced"], "unknown"))
    verdict = verdicts(codes, policy.unplaced)
    return pc.if_else(pc.equal(verdict, "credit"), "hold", verdict)


def _condition_is_against(facts: pa.Table, policy: Policy) -> Any:
    """The condition refuses nothing where the policy credits what was received, by its grade."""
    verdict = verdicts(facts["condition"], policy.conditions)
    credits_all = policy.credit.quantity == "received"
    against = pc.equal(verdict, "hold") if credits_all else pc.not_equal(verdict, "credit")
    return pc.if_else(against, verdict, pa.scalar(None, pa.string()))


def _goods_are_due(facts: pa.Table, policy: Policy) -> Any:
    """Announced units are credited without goods only for the dispositions that the policy names."""
    stay = pc.is_in(facts["disposition"], pa.array(policy.goods_stay, pa.string()))
    due = pc.is_in(facts["bucket"], pa.array([bucket.value for bucket in EXPECTED]))
    return where(pc.and_(due, pc.invert(stay)), "hold")


def _ambiguous(facts: pa.Table, policy: Policy) -> Any:
    """Money of another currency is no money that could be compared."""
    wide = pc.greater(_spread_of_line(facts), because.tolerance(facts, policy))
    return where(pc.or_(wide, pc.is_valid(facts["spread_currency"])), "hold")


def _ambiguous_as_announced(facts: pa.Table, policy: Policy) -> Any:
    """What is credited as announced is judged by no later rule, so its doubt is looked at here."""
    return pc.if_else(pc.equal(said(facts), "accept"), _ambiguous(facts, policy), pa.scalar(None, pa.string()))


def _spread_of_line(facts: pa.Table) -> Any:
    """The spread of all portions of each row's return line; the tolerance is for a line, not for each of its pieces."""
    spread = pc.subtract(facts["spread_high"], facts["spread_low"])
    if not pc.any(pc.greater(spread, 0)).as_py():
        return spread
    pieces = facts.select(["return_line", "portion"]).append_column("spread", spread)
    pieces = pieces.group_by(["return_line", "portion"], use_threads=False).aggregate([("spread", "max")])
    lines = pieces.group_by("return_line", use_threads=False).aggregate([("spread_max", "sum")])
    return lines["spread_max_sum"].take(pc.index_in(facts["return_line"], lines["return_line"].combine_chunks()))


def _no_price(facts: pa.Table, policy: Policy) -> Any:
    """A basis that is not the invoice needs a price."""
    if policy.credit.basis.price == "invoice":
        return silent(facts)
    return where(pc.is_null(facts["price_micro"]), "hold")


def _good(facts: pa.Table, policy: Policy) -> Any:
    return where(pc.is_valid(facts["condition"]), "credit")


def _kept(facts: pa.Table, policy: Policy) -> Any:
    return where(pc.is_null(facts["condition"]), "credit")


# The order is that of the agreement: what may come back at all, until when, on whose word, in which state, at which
# price. What no rule is against is credited.
RULES = (
    Rule("unplaced", "unplaced", _unplaced, because.unplaced),
    Rule("credit.entitlement.brands", None, entitled.other_brand, entitled.because_brand),
    Rule("credit.entitlement.stores", None, entitled.other_store, entitled.because_store),
    Rule("credit.entitlement.reasons", "reason", entitled.reason_is_against, entitled.because_reason),
    Rule("credit.entitlement.origins", "origin", entitled.origin_is_against, entitled.because_origin),
    Rule("credit.entitlement.allowance_reasons", None, entitled.has_allowance, entitled.because_allowance),
    Rule("window_days", None, entitled.late, entitled.because_late),
    Rule("credit.authorisation", None, entitled.unauthorised, entitled.because_unauthorised),
    Rule("reconciliation", None, turned_down, because_resolved),
    Rule("spread_tolerance", None, _ambiguous_as_announced, because.ambiguous),
    Rule("reconciliation", None, taken_as_announced, because_resolved),
    Rule("conditions", "condition", _condition_is_against, because.condition),
    Rule("goods_stay", None, _goods_are_due, because.goods_are_due),
    Rule("spread_tolerance", None, _ambiguous, because.ambiguous),
    Rule("credit.basis", None, _no_price, because.no_price),
    Rule("conditions", "condition", _good, because.credited),
    Rule("goods_stay", None, _kept, because.credited),
)
