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
from schemas.tables import PRICINGS

MICRO = 1_000_000
_HALF = MICRO // 2
_WHOLE = Decimal(100)

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that changed amounts: in which rows, from and to what (exact), and how it says so."""

    rule: Any  # one key, or one a row of ``rows``
    rows: Ints
    before: Ints
    after: Ints
    because: Any  # one text, or one a row of ``rows``


@dataclass(slots=True)
class Amount:
    """The exact net of each row while the rules go over it, and the steps that changed it."""

    facts: pa.Table
    policy: Policy
    exact: Ints
    steps: list[Step] = field(default_factory=list)

    def change(self, rule: Any, after: Ints, because: Callable[[pa.Table, Ints], Any]) -> None:
        """Note where this rule changes the amount; ``because`` gets these rows and their numbers."""
        rows = np.flatnonzero(after != self.exact)
        if not len(rows):
            return
        chosen = self.facts.take(pa.array(rows))
        told = rule(chosen) if callable(rule) else rule
        self.steps.append(Step(told, rows, self.exact[rows], after[rows], because(chosen, rows)))
        self.exact = after


@dataclass(frozen=True, slots=True)
class Priced:
    """What is credited of each row, in minor units, what rounding left of it, and why."""

    net: Ints
    tax: Ints
    owed_net: Ints
    owed_tax: Ints
    steps: tuple[Step, ...]

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
    amount = Amount(facts, policy, net * MICRO)
    for rule in RULES:
        rule(amount)
    exact_tax = in_proportion(tax, amount.exact, net)
    lines = _codes(facts["invoice_line"])
    owed = [_ints(facts[name]) for name in ("owed_net", "owed_tax")]
    credit_net = rounded(amount.exact, net, lines, owed[0])
    credit_tax = rounded(exact_tax, tax, lines, owed[1])
    return Priced(
        credit_net,
        credit_tax,
        amount.exact - credit_net * MICRO,
        exact_tax - credit_tax * MICRO,
        tuple(amount.steps),
    )


def pricings(decisions: pa.Array, net: Ints, priced: Priced) -> pa.Table:
    """``PRICINGS``: one row a decision and step, in this order; the last amount of a decision is its credit.

    ``net`` is what the units cost. Amounts in between are rounded each by itself, half up.
    """
    shown, reached, steps = net.copy(), np.zeros(len(net), np.int64), np.zeros(len(net), np.int64)
    for one in priced.steps:
        steps[one.rows] += 1
    tables = [PRICINGS.empty_table()]
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
    units, price_micro = _ints(amount.facts["units"]), _ints(amount.facts["price_micro"])
    other = np.minimum(amount.exact, units * price_micro)
    if terms.price == "list":
        other = np.maximum(other, _part(amount.exact, terms.floor_percent))
    words = {
        "last": f"the last price paid in the {terms.days} days before the return",
        "average": f"the average price paid in the {terms.days} days before the return",
        "list": "our list price",
        "agreed": "the agreed price",
    }
    amount.change("credit.basis", other, lambda rows, _: words[terms.price])


def _rebates(amount: Amount) -> None:
    """Bonuses that the retailer gets on what it was sold."""
    sold_on = amount.facts["sold_on"]
    for one in amount.policy.credit.rebates:
        inside = pc.and_(
            pc.greater_equal(sold_on, pa.scalar(one.sold_from, pa.date32())),
            pc.less_equal(sold_on, pa.scalar(one.sold_to, pa.date32())),
        )
        less = np.where(_mask(inside), _part(amount.exact, _WHOLE - one.percent), amount.exact)
        amount.change("credit.rebates", less, _says(f"less the bonus of {told(one.percent)} % on this sale"))


def _lateness(amount: Amount) -> None:
    """Late goods that get a part of their credit."""
    percent = amount.policy.credit.window.late_percent
    less = np.where(is_reduced(amount.facts, amount.policy), _part(amount.exact, percent), amount.exact)
    amount.change("credit.window.late_percent", less, _says(f"{told(percent)} % because they came late"))


def _grades(amount: Amount) -> None:
    """A lower share for a lower condition."""
    grades = {code: percent for code, percent in amount.policy.credit.grades.items() if percent != _WHOLE}
    if not grades:
        return
    conditions = amount.facts["condition"]
    after = amount.exact
    for code, percent in grades.items():
        after = np.where(_mask(pc.equal(conditions, code)), _part(amount.exact, percent), after)
    shares = pa.array([f"{told(percent)} % for goods counted in as {code}" for code, percent in grades.items()])
    codes = pa.array(list(grades), pa.string())
    amount.change(
        lambda rows: joined("credit.grades.", rows["condition"]),
        after,
        lambda rows, _: shares.take(pc.index_in(rows["condition"], codes)),
    )


def _restocking(amount: Amount) -> None:
    """A fee for taking back what nothing is wrong with."""
    fees = amount.policy.credit.fees
    if not fees.restocking_percent:
        return
    less = _part(amount.exact, _WHOLE - fees.restocking_percent)
    if fees.restocking_reasons:
        named = pc.is_in(amount.facts["reason"], pa.array(fees.restocking_reasons, pa.string()))
        less = np.where(_mask(named), less, amount.exact)
    amount.change("credit.fees.restocking_percent", less, _says(f"less {told(fees.restocking_percent)} % restocking"))


def _freight(amount: Amount) -> None:
    """A share for freight."""
    percent = amount.policy.credit.fees.freight_percent
    less = _part(amount.exact, _WHOLE - percent)
    amount.change("credit.fees.freight_percent", less, _says(f"less {told(percent)} % for freight"))


def _handling(amount: Amount) -> None:
    """An amount a unit; never more than there is."""
    fee = amount.policy.credit.fees.handling
    if not fee:
        return
    each = np.array([to_minor(fee, code or "") for code in _distinct(amount.facts["currency"])], np.int64)
    whole = each[_codes(amount.facts["currency"])] * _ints(amount.facts["units"]) * MICRO
    amount.change(
        "credit.fees.handling",
        np.maximum(amount.exact - whole, 0),
        lambda rows, _: joined(f"less {fee} ", rows["currency"], " for handling each of ", counted(rows["units"])),
    )


def _settled(amount: Amount) -> None:
    """What the retailer has taken already, with tax; the same share is off the net and off the tax."""
    if amount.policy.credit.deductions.when_taken != "settle" or "taken_minor" not in amount.facts.column_names:
        return
    net, tax = _ints(amount.facts["net_minor"]), _ints(amount.facts["tax_minor"])
    gross = amount.exact + in_proportion(tax, amount.exact, net)
    left = np.maximum(gross - _ints(amount.facts["taken_minor"]) * MICRO, 0)
    less = amount.exact.copy()
    for row in np.flatnonzero(left < gross).tolist():  # they are few, and their products are large
        less[row] = int(less[row]) * int(left[row]) // int(gross[row])
    amount.change(
        "credit.deductions", less, lambda rows, _: joined("less what the retailer took by ", rows["taken_by"])
    )


RULES: tuple[Callable[[Amount], None], ...] = (
    _basis, _rebates, _lateness, _grades, _restocking, _freight, _handling, _settled,
)  # fmt: skip


# --- reckoning


def rounded(exact: Ints, whole: Ints, lines: Ints, owed: Ints) -> Ints:
    """Exact amounts as minor units by cumulative remainder over the rows of one line, in the order given.

    ``owed`` is what rounding left of earlier parts of the row's line, the same in all rows of it. Each result is
    between nothing and the ``whole`` of its row.
    """
    floor = exact // MICRO
    rest = exact - floor * MICRO
    if not rest.any() and not owed.any():
        return floor
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


def in_proportion(tax: Ints, exact: Ints, net: Ints) -> Ints:
    """The exact tax that goes with the exact net: tax * exact / net, half up; all of it where the net is nothing."""
    there = np.maximum(net, 1)
    share = exact // there
    rest = exact - share * there
    largest = int(tax.max(initial=0)) * int(there.max(initial=0))
    if largest < 2**62:
        more = (tax * rest + there // 2) // there
    else:
        pairs = zip(tax.tolist(), rest.tolist(), there.tolist(), strict=True)
        more = np.array([(a * b + c // 2) // c for a, b, c in pairs], np.int64)
    return np.where(net > 0, tax * share + more, tax * MICRO)


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


def _says(text: str) -> Callable[[pa.Table, Ints], Any]:
    return lambda rows, numbers: text


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
