"""Open this when you ask why units are credited, refused or held: the policy's rules, in their fixed order, as data.

What a credit amounts to is reckoned in ``price``; how a rule says what it decided stands in ``because``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps import because, entitled, warranty
from pipelines.steps.caps import about, cap_uses, within_caps
from pipelines.steps.deductions import with_taken
from pipelines.steps.entitled import silent, verdicts, where
from pipelines.steps.facts import NOTHING_KNOWN, Known, prepared
from pipelines.steps.movements import move
from pipelines.steps.policy_days import by_policy
from pipelines.steps.price import Priced, price, pricings
from pipelines.steps.resolved_rules import (
    KIND,
    RESOLUTION,
    because_resolved,
    or_nothing_resolved,
    taken_as_announced,
    turned_down,
)
from pipelines.steps.window_start import NO_STARTS, Starts, with_start
from schemas.ledger import DECIDED_INTO, EXPECTED, Bucket
from schemas.partners import Policy
from schemas.policies import Agreed, version_of
from schemas.tables import CAP_USES, DECISIONS, MOVEMENTS, SETTLEMENTS, empty

OUTCOMES = (*DECIDED_INTO, "hold")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the policy. ``judge`` gives a verdict for each row, null where the rule has nothing to say.

    ``key`` is the key of partner.yaml; ``of`` names the column whose value completes it, ``conditions.damaged``.
    ``because`` gives one sentence a row; it is asked of the rows that the rule decided, and maybe of others.
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
    """What was decided, why each credit has its amount, and what it uses: tables of schemas/tables.py."""

    decisions: pa.Table
    pricings: pa.Table
    cap_uses: pa.Table
    settlements: pa.Table

    def rows(self) -> dict[str, pa.Table]:
        """The rows of the store."""
        return {
            "decision": self.decisions,
            "pricing": self.pricings,
            "cap_use": self.cap_uses,
            "settlement": self.settlements,
        }


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
    facts = or_nothing_resolved(prepared(undecided, policy, known))
    outcome, position, priced = _reckoned(facts, policy)
    if policy.caps and known.totals is not None:
        credited = pc.equal(outcome, "credit")
        facts = within_caps(facts, credited, priced.net_at_most(facts), policy, known.totals)
        outcome, position, priced = _reckoned(facts, policy)
    settlements = empty(SETTLEMENTS)
    if policy.credit.deductions.when_taken != "ignore" and known.taken is not None:
        credited, gross = pc.equal(outcome, "credit"), priced.net + priced.tax
        facts, settlements = with_taken(facts, credited, gross, policy, known.taken)
        outcome, position, priced = _reckoned(facts, policy)
    facts = _with(facts, outcome=outcome, **priced.columns())
    rule, told = _told(facts, position, policy)
    facts = _with(facts, rule=rule, because=told, policy_version=pa.repeat(policy_version, facts.num_rows))
    decisions = facts.select(DECISIONS.names).cast(DECISIONS)
    steps = pricings(facts["decision"], facts["net_minor"].to_numpy(), priced)
    return Settled(decisions, steps, _cap_uses(decisions, facts, policy, known), _of_credits(settlements, decisions))


def _reckoned(facts: pa.Table, policy: Policy) -> tuple[Any, npt.NDArray[np.int8], Priced]:
    """The outcome of each row, the place of the rule that said so, and what is credited."""
    outcome, position = _judged(facts, policy)
    return outcome, position, price(facts, pc.equal(outcome, "credit"), policy)


def _cap_uses(decisions: pa.Table, facts: pa.Table, policy: Policy, known: Known) -> pa.Table:
    if not policy.caps or known.totals is None:
        return empty(CAP_USES)
    return cap_uses(decisions, facts, policy, known.totals)


def _of_credits(settlements: pa.Table, decisions: pa.Table) -> pa.Table:
    """Only what is credited is settled; what is held because of a deduction leaves it open."""
    if not settlements.num_rows:
        return settlements
    credited = decisions.filter(pc.equal(decisions["outcome"], "credit"))["decision"].combine_chunks()
    return settlements.filter(pc.is_in(settlements["decision"], credited))


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
    """The name of the rule that decided each row, and its sentence: rule by rule, each over all of its rows.

    A rule that decided most rows speaks of all of them, which is quicker than to pick its own.
    """
    where, told = np.arange(facts.num_rows), 0
    names: list[Any] = []
    sentences: list[Any] = []
    for place in sorted(np.unique(position).tolist(), key=lambda one: -np.count_nonzero(position == one)):
        rows = np.flatnonzero(position == place)
        most = not names and 2 * len(rows) > facts.num_rows
        own = facts if most else facts.take(pa.array(rows))
        if not most:
            where[rows] = np.arange(told, told + len(rows))
        told += own.num_rows
        names.append(_flat(_name(RULES[place], own)))
        sentences.append(_flat(RULES[place].because(own, policy)))
    if len(names) == 1:
        return names[0], sentences[0]
    if not names:
        return pa.nulls(0, pa.string()), pa.nulls(0, pa.string())
    back = pa.array(where)
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


def refused_before(
    placed: pa.Table, policies: Sequence[Agreed], today: date, starts: Starts = NO_STARTS
) -> list[tuple[str, int, str]]:
    """Announced lines that cannot be credited whatever comes: document, line and the rule; no unit is in its window.

    ``placed`` has document, line_no, return_line, invoice_line, sold_on and returned_on for each portion, judged by the
    policy of its day.
    """
    parts = [pa.schema([("document", pa.string()), ("line_no", pa.int64()), ("late", pa.bool_())]).empty_table()]
    for agreed, rows in by_policy(placed, policies, today):
        own = with_start(rows, agreed.policy.credit.window.start, starts)
        late = pc.fill_null(pc.equal(entitled.late(own, agreed.policy), "refuse"), False)
        parts.append(own.select(["document", "line_no"]).append_column("late", late).cast(parts[0].schema))
    lines = pa.concat_tables(parts)
    whole = lines.group_by(["document", "line_no"], use_threads=False).aggregate([("late", "all")])
    rows = whole.sort_by([("document", "ascending"), ("line_no", "ascending")]).to_pylist()
    return [(row["document"], row["line_no"], "window_days") for row in rows if row["late_all"]]


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
    """What moves: the decisions' units and money with their place, bucket, disposition and invoice line."""
    places = undecided.select(["bucket", "disposition", "invoice_line"])
    if not decisions["decision"].equals(undecided["decision"]):
        row_of = pc.index_in(about(decisions), undecided["decision"].combine_chunks())
        if row_of.null_count:
            raise ValueError("a decision is about units that are not undecided")
        places = places.take(row_of)
    moving = decisions.drop_columns(["rule", "because", "policy_version", "owed_net", "owed_tax"])
    return _with(moving, **{name: places[name] for name in places.column_names})


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
    return _as_announced(facts, policy, _ambiguous)


def _no_price_as_announced(facts: pa.Table, policy: Policy) -> Any:
    """And so is its price."""
    return _as_announced(facts, policy, _no_price)


def _as_announced(facts: pa.Table, policy: Policy, judge: Callable[[pa.Table, Policy], Any]) -> Any:
    word = facts[RESOLUTION]
    if word.null_count == facts.num_rows:
        return silent(facts)
    return pc.if_else(pc.equal(word, "accept"), judge(facts, policy), pa.scalar(None, pa.string()))


def _spread_of_line(facts: pa.Table) -> Any:
    """The spread of all portions of each row's return line; the tolerance is for a line, not for each of its pieces."""
    spread = pc.subtract(facts["spread_high"], facts["spread_low"])
    wide = pc.greater(spread, 0)
    pieces = facts.select(["return_line", "portion"]).append_column("spread", spread).filter(wide)
    if not pieces.num_rows:
        return spread
    pieces = pieces.group_by(["return_line", "portion"], use_threads=False).aggregate([("spread", "max")])
    lines = pieces.group_by("return_line", use_threads=False).aggregate([("spread_max", "sum")])
    of_line = pc.index_in(facts["return_line"], lines["return_line"].combine_chunks())
    return pc.fill_null(lines["spread_max_sum"].take(of_line), 0)


def _no_price(facts: pa.Table, policy: Policy) -> Any:
    """A basis that is not the invoice needs a price."""
    if policy.credit.basis.price == "invoice":
        return silent(facts)
    return where(pc.is_null(facts["price_micro"]), "hold")


def _taken(facts: pa.Table, policy: Policy) -> Any:
    """Money that the retailer has already, where the policy wants a person to look."""
    if policy.credit.deductions.when_taken != "hold" or "taken_by" not in facts.column_names:
        return silent(facts)
    return where(pc.is_valid(facts["taken_by"]), "hold")


def _over_cap(facts: pa.Table, policy: Policy) -> Any:
    """Units above a cap, as the cap says."""
    if "over" not in facts.column_names:
        return silent(facts)
    return verdicts(facts["over"], {cap.name: cap.over for cap in policy.caps})


def _good(facts: pa.Table, policy: Policy) -> Any:
    return where(pc.is_valid(facts["condition"]), "credit")


def _kept(facts: pa.Table, policy: Policy) -> Any:
    return where(pc.is_null(facts["condition"]), "credit")


# The order is that of the agreement: what may come back at all, what is under warranty, until when, on whose word, in
# which state, at which price. What no rule is against is credited. Caps and deductions speak first, but only of what
# all others credit.
RULES = (
    Rule("caps", "over", _over_cap, because.over_cap),
    Rule("credit.deductions", None, _taken, because.deducted),
    Rule("unplaced", "unplaced", _unplaced, because.unplaced),
    Rule("credit.entitlement.brands", None, entitled.other_brand, entitled.because_brand),
    Rule("credit.entitlement.stores", None, entitled.other_store, entitled.because_store),
    Rule("credit.entitlement.reasons", "reason", entitled.reason_is_against, entitled.because_reason),
    Rule("credit.entitlement.origins", "origin", entitled.origin_is_against, entitled.because_origin),
    Rule("credit.entitlement.allowance_reasons", None, entitled.has_allowance, entitled.because_allowance),
    Rule("goods.claims", None, warranty.claimed, row_by_row(warranty.because_claimed)),
    Rule("window_days", None, entitled.late, entitled.because_late),
    Rule("credit.authorisation", None, entitled.unauthorised, entitled.because_unauthorised),
    Rule("reconciliation", KIND, turned_down, because_resolved),
    Rule("spread_tolerance", None, _ambiguous_as_announced, because.ambiguous),
    Rule("credit.basis", None, _no_price_as_announced, because.no_price),
    Rule("reconciliation", KIND, taken_as_announced, because_resolved),
    Rule("conditions", "condition", _condition_is_against, because.condition),
    Rule("goods_stay", None, _goods_are_due, because.goods_are_due),
    Rule("spread_tolerance", None, _ambiguous, because.ambiguous),
    Rule("credit.basis", None, _no_price, because.no_price),
    Rule("conditions", "condition", _good, because.credited),
    Rule("goods_stay", None, _kept, because.credited),
)
