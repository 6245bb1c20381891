"""Open this when a credit is not what the invoice says: basis, grade, lateness and fees, rule by rule, to the cent.

Amounts are reckoned exactly, in millionths of a minor unit (``MICRO``), and cut to minor units once, at the end, by
cumulative remainder over the parts of an invoice line: what rounding leaves of one part is owed to the next, so that
the parts of a line sum to the rounded whole in whatever order they come.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.entitled import is_reduced
from pipelines.steps.sentences import counted, joined
from schemas.money import to_minor
from schemas.partners import Policy
from schemas.tables import PRICINGS, empty

MICRO = 1_000_000
_HALF = MICRO // 2
_WHOLE = Decimal(100)

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Of = Callable[[pa.Table], Any]  # a text for each of these rows


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that changed the net: in which rows, to what (exact), and how it says so."""

    rule: Any  # one key, or one a row of ``rows``
    rows: Ints
    after: Ints
    because: Any  # one text, or one a row of ``rows``


@dataclass(slots=True)
class Amount:
    """The exact net and tax of each row while the rules go over them, and the steps that changed them."""

    facts: pa.Table
    policy: Policy
    net: Ints
    tax: Ints
    steps: list[Step] = field(default_factory=list)

    def lower_to(self, percent: Decimal, rule: "Of | str", because: "Of | str", where: Mask | None = None) -> None:
        """So many per cent of net and tax, in all rows or where the mask is true."""
        net, tax = _part(self.net, percent), _part(self.tax, percent)
        if where is not None:
            net, tax = np.where(where, net, self.net), np.where(where, tax, self.tax)
        self._note(net, rule, because)
        self.net, self.tax = net, tax

    def change(self, net: Ints, rule: str, because: "Of | str") -> None:
        """Another net; the tax goes with it, by its ratio in each row."""
        rows = np.flatnonzero(net != self.net)
        tax = self.tax.copy()
        tax[rows] = in_proportion(self.tax[rows], net[rows], self.net[rows])
        self._note(net, rule, because)
        self.net, self.tax = net, tax

    def _note(self, net: Ints, rule: "Of | str", because: "Of | str") -> None:
        rows = np.flatnonzero(net != self.net)
        if len(rows):
            texts = [one if isinstance(one, str) else one(self.facts.take(pa.array(rows))) for one in (rule, because)]
            self.steps.append(Step(texts[0], rows, net[rows], texts[1]))


@dataclass(frozen=True, slots=True)
class Priced:
    """What is credited of each row, in minor units, what rounding left of it, and why."""

    net: Ints
    tax: Ints
    owed_net: Ints
    owed_tax: Ints
    steps: tuple[Step, ...]

    def net_at_most(self, facts: pa.Table) -> Ints:
        """What each row is credited at most when other rows of its line are priced again: rounding may move a unit."""
        uneven = (self.owed_net != 0) | (_ints(facts["owed_net"]) != 0)
        at_most: Ints = self.net + uneven
        return at_most

    def columns(self) -> dict[str, pa.Array]:
        """The columns of ``DECISIONS`` that hold it; nothing is owed where the amount is even."""
        owed = {"owed_net": self.owed_net, "owed_tax": self.owed_tax}
        return {
            "credit_net": pa.array(self.net),
            "credit_tax": pa.array(self.tax),
            **{name: pa.array(value, mask=value == 0) for name, value in owed.items()},
        }


def price(facts: pa.Table, credited: Any, policy: Policy) -> Priced:
    """The credit of each row that is ``credited``, nothing for the others.

    ``facts`` are ``UNDECIDED`` with ``price_micro`` where the policy's basis is not the invoice, and ``taken_minor``
    with ``taken_by`` where deductions are settled. Never more than net_minor and tax_minor of the row.
    """
    mask = credited.to_numpy(zero_copy_only=False)
    net, tax = (np.where(mask, _ints(facts[name]), 0) for name in ("net_minor", "tax_minor"))
    amount = Amount(facts, policy, net * MICRO, tax * MICRO)
    for rule in RULES:
        rule(amount)
    credit_net = _cut(amount.net, net, facts, "owed_net")
    credit_tax = _cut(amount.tax, tax, facts, "owed_tax")
    owed_net, owed_tax = amount.net - credit_net * MICRO, amount.tax - credit_tax * MICRO
    return Priced(credit_net, credit_tax, owed_net, owed_tax, tuple(amount.steps))


def pricings(decisions: pa.Array, net: Ints, priced: Priced) -> pa.Table:
    """``PRICINGS``: one row a decision and step, in this order; the last amount of a decision is its credit.

    ``net`` is what the units cost. Amounts in between are rounded each by itself, half up.
    """
    shown, reached, steps = net.copy(), np.zeros(len(net), np.int64), np.zeros(len(net), np.int64)
    for one in priced.steps:
        steps[one.rows] += 1
    tables = [empty(PRICINGS)]
    for one in priced.steps:
        reached[one.rows] += 1
        is_last = reached[one.rows] == steps[one.rows]
        before, after = shown[one.rows], np.where(is_last, priced.net[one.rows], (one.after + _HALF) // MICRO)
        shown[one.rows] = after
        columns = [decisions.take(pa.array(one.rows)), reached[one.rows], one.rule, before, after, one.because]
        tables.append(pa.table([_column(column, len(one.rows)) for column in columns], schema=PRICINGS))
    return pa.concat_tables(tables).sort_by([("decision", "ascending"), ("step", "ascending")])


# --- the rules, in their order


def _basis(amount: Amount) -> None:
    """Another price than the invoice's, up to the invoice's."""
    terms = amount.policy.credit.basis
    if terms.price == "invoice":
        return
    other = np.minimum(amount.net, _ints(amount.facts["units"]) * _ints(amount.facts["price_micro"]))
    if terms.price == "list":
        other = np.maximum(other, _part(amount.net, terms.floor_percent))
    words = {
        "last": f"the last price paid in the {terms.days} days before the return",
        "average": f"the average price paid in the {terms.days} days before the return",
        "list": "our list price",
        "agreed": "the agreed price",
    }
    amount.change(other, "credit.basis", words[terms.price])


def _rebates(amount: Amount) -> None:
    """Bonuses that the retailer gets on what it was sold."""
    sold_on = amount.facts["sold_on"]
    for one in amount.policy.credit.rebates:
        inside = pc.and_(
            pc.greater_equal(sold_on, pa.scalar(one.sold_from, pa.date32())),
            pc.less_equal(sold_on, pa.scalar(one.sold_to, pa.date32())),
        )
        less = f"less the bonus of {told(one.percent)} % on this sale"
        amount.lower_to(_WHOLE - one.percent, "credit.rebates", less, _mask(inside))


def _allowance(amount: Amount) -> None:
    """What was agreed of goods that stay at the store on our word."""
    for percent in _distinct(pc.drop_null(amount.facts["percent"])):
        why = f"{percent} % for goods that stay at the store"
        amount.lower_to(Decimal(percent), "authorisation", why, _mask(pc.equal(amount.facts["percent"], percent)))


def _lateness(amount: Amount) -> None:
    """Late goods that get a part of their credit."""
    terms = amount.policy.credit.window
    if terms.late == "reduce":
        late = is_reduced(amount.facts, amount.policy)
        why = f"{told(terms.late_percent)} % because they came late"
        amount.lower_to(terms.late_percent, "credit.window.late_percent", why, late)


def _grades(amount: Amount) -> None:
    """A lower share for a lower condition."""
    for code, percent in amount.policy.credit.grades.items():
        if percent != _WHOLE:
            graded = _mask(pc.equal(amount.facts["condition"], code))
            why = f"{told(percent)} % for goods counted in as {code}"
            amount.lower_to(percent, f"credit.grades.{code}", why, graded)


def _restocking(amount: Amount) -> None:
    """A fee for taking back what nothing is wrong with."""
    fees = amount.policy.credit.fees
    if not fees.restocking_percent:
        return
    named = None
    if fees.restocking_reasons:
        named = _mask(pc.is_in(amount.facts["reason"], pa.array(fees.restocking_reasons, pa.string())))
    less = f"less {told(fees.restocking_percent)} % restocking"
    amount.lower_to(_WHOLE - fees.restocking_percent, "credit.fees.restocking_percent", less, named)


def _freight(amount: Amount) -> None:
    """A share for freight."""
    percent = amount.policy.credit.fees.freight_percent
    if percent:
        amount.lower_to(_WHOLE - percent, "credit.fees.freight_percent", f"less {told(percent)} % for freight")


def _handling(amount: Amount) -> None:
    """An amount a unit; never more than there is."""
    fee = amount.policy.credit.fees.handling
    if not fee:
        return
    each = np.array([to_minor(fee, code or "") for code in _distinct(amount.facts["currency"])], np.int64)
    whole = each[_codes(amount.facts["currency"])] * _ints(amount.facts["units"]) * MICRO
    amount.change(
        np.maximum(amount.net - whole, 0),
        "credit.fees.handling",
        lambda rows: joined(f"less {fee} ", rows["currency"], " for handling each of ", counted(rows["units"])),
    )


def _settled(amount: Amount) -> None:
    """What the retailer has taken already, with tax; the same share is off the net and off the tax."""
    if "taken_minor" not in amount.facts.column_names or amount.policy.credit.deductions.when_taken != "settle":
        return
    gross = amount.net + amount.tax
    left = np.maximum(gross - _ints(amount.facts["taken_minor"]) * MICRO, 0)
    net = in_proportion(amount.net, left, gross)
    amount.change(net, "credit.deductions", lambda rows: joined("less what the retailer took by ", rows["taken_by"]))


RULES: tuple[Callable[[Amount], None], ...] = (
    _basis, _rebates, _allowance, _lateness, _grades, _restocking, _freight, _handling, _settled,
)  # fmt: skip


# --- reckoning


def _cut(exact: Ints, whole: Ints, facts: pa.Table, owed_name: str) -> Ints:
    """Exact amounts as minor units; only rows that are not even, or follow such ones, need their line."""
    owed = _ints(facts[owed_name])
    result = exact // MICRO
    rows = np.flatnonzero((exact != result * MICRO) | (owed != 0))
    if len(rows):
        lines = _codes(facts["invoice_line"].take(pa.array(rows)))
        result[rows] = rounded(exact[rows], whole[rows], lines, owed[rows])
    return result


def rounded(exact: Ints, whole: Ints, lines: Ints, owed: Ints) -> Ints:
    """Exact amounts as minor units by cumulative remainder over the rows of one line, in the order given.

    ``owed`` is what rounding left of earlier parts of the row's line, the same in all rows of it. Each result is
    between nothing and the ``whole`` of its row.
    """
    floor = exact // MICRO
    rest = exact - floor * MICRO
    order = np.argsort(lines, kind="stable")
    ordered = lines[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(order) else np.zeros(0, np.int64)
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(order)]))
    so_far = np.cumsum(rest[order])
    before = so_far[starts] - rest[order][starts]
    so_far += owed[order][starts][group] - before[group]
    reached = (so_far + _HALF) // MICRO
    earlier = np.r_[0, reached[:-1]] if len(order) else reached
    earlier[starts] = 0
    result = np.empty_like(floor)
    result[order] = floor[order] + reached - earlier
    return np.clip(result, 0, whole)


def in_proportion(amounts: Ints, part: Ints, whole: Ints) -> Ints:
    """amounts * part / whole, half up, in each row; the amount itself where the whole is nothing."""
    result = amounts.copy()
    rows = np.flatnonzero((part != whole) & (whole > 0))
    triples = zip(amounts[rows].tolist(), part[rows].tolist(), whole[rows].tolist(), strict=True)
    result[rows] = [(2 * amount * a + b) // (2 * b) for amount, a, b in triples]  # products beyond 64 bits
    return result


def _part(exact: Ints, percent: Decimal) -> Ints:
    """So many per cent of exact amounts, half up in the last place."""
    return _part_of(exact, np.int64(int((percent * MICRO / _WHOLE).to_integral_value(ROUND_HALF_UP))))


def _part_of(exact: Ints, millionths: Any) -> Ints:
    whole = exact // MICRO
    rest = exact - whole * MICRO
    result: Ints = whole * millionths + (rest * millionths + _HALF) // MICRO
    return result


def told(percent: Decimal) -> str:
    """The number without zeros behind it."""
    return f"{percent.normalize():f}"


def _ints(column: Any) -> Ints:
    """The whole numbers of a column, nothing where there is none."""
    filled = pc.fill_null(column, 0) if column.null_count else column
    values: Ints = filled.to_numpy(zero_copy_only=False) if isinstance(filled, pa.Array) else filled.to_numpy()
    return values


def _mask(column: Any) -> Mask:
    filled = pc.fill_null(column, False)
    flags: Mask = filled.to_numpy(zero_copy_only=False) if isinstance(filled, pa.Array) else filled.to_numpy()
    return flags


def _codes(column: Any) -> Ints:
    """A number for each distinct value; rows without one have the same number."""
    known = _flat(column).dictionary_encode("encode")
    codes: Ints = known.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _distinct(column: Any) -> list[Any]:
    values: list[Any] = _flat(column).dictionary_encode("encode").dictionary.to_pylist()
    return values


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _column(value: Any, rows: int) -> Any:
    if isinstance(value, str):
        return pa.repeat(value, rows)
    return pa.array(value) if isinstance(value, np.ndarray) else value
