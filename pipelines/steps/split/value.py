"""Open this when you ask what a placed unit is worth: its exact money, the next best sale, and the spread of doubt."""

from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.steps.movements import Amounts
from pipelines.steps.split.columns import Ints, Sales, Wants
from pipelines.steps.split.contest import Placed
from pipelines.steps.split.evidence import fit
from schemas.money import remainder_share


@dataclass(frozen=True, slots=True)
class Valued:
    """Placed units with their money; ``runner_up`` is a line of ``Sales``, the spread is net credit."""

    placed: Placed
    part: Amounts
    runner_up: int | None
    spread_low: int
    spread_high: int


def value(placed: Sequence[Placed], sales: Sales, wants: Wants) -> list[Valued]:
    """The money of each portion by cumulative remainder on its sale; portions go by (returned_on, return_line).

    Portions of a sale that is returned in full sum to it exactly, for net and for tax.
    """
    gone: dict[int, Amounts] = {}
    moneyed = []
    for one in sorted(placed, key=lambda p: (p.line, p.claim)):
        taken = gone.get(one.line) or _taken(sales, one.line)
        part = _next(sales, one.line, taken, one.units)
        gone[one.line] = taken + part
        moneyed.append((one, part))
    left = _left_after(placed, sales)
    return [_judged(one, part, sales, wants, left, gone) for one, part in moneyed]


def next_money(total: int, taken: int, units_taken: int, units: int, units_total: int) -> int:
    """The money of the next units; never less than nothing and never more than is left.

    What short or refused units gave back may have been rounded the other way; a full return still sums exactly.

    >>> next_money(1, 1, 2, 1, 10), next_money(1, 0, 9, 1, 10)
    (0, 1)
    """
    due = remainder_share(total, taken, units_taken, units, units_total)
    return min(max(due, 0), total - taken)


def _taken(sales: Sales, line: int) -> Amounts:
    return Amounts(*sales.taken[line].tolist())


def _next(sales: Sales, line: int, taken: Amounts, units: int) -> Amounts:
    """The money of the next units of a sale of which ``taken`` is gone."""
    all_units, net, tax = sales.sold[line].tolist()
    return Amounts(
        units,
        next_money(net, taken.net_minor, taken.units, units, all_units),
        next_money(tax, taken.tax_minor, taken.units, units, all_units),
    )


def _left_after(placed: Sequence[Placed], sales: Sales) -> Ints:
    units: Counter[int] = Counter()
    for one in placed:
        units[one.line] += one.units
    left = sales.left.copy()
    left[list(units.keys())] -= np.fromiter(units.values(), np.int64, len(units))
    return left


def _judged(one: Placed, part: Amounts, sales: Sales, wants: Wants, left: Ints, gone: dict[int, Amounts]) -> Valued:
    """The portion with its runner-up and its spread, given what is left after all placements."""
    around = fit(sales, wants, one.claim)
    others = around.only((around.lines != one.line) & (left[around.lines] > 0))
    runner_up = int(others.lines[np.argmin(others.grades)]) if len(others.lines) else None
    equal = others.lines[others.grades == one.grade]
    equal = equal[sales.currency[equal] == sales.currency[one.line]]
    low, high = _spread(one, part, equal, sales, left, gone)
    return Valued(one, part, runner_up, low, high)


def _spread(
    one: Placed, part: Amounts, equal: Ints, sales: Sales, left: Ints, gone: dict[int, Amounts]
) -> tuple[int, int]:
    """The lowest and highest net credit of these units on their sale and its equals, by their units left.

    Equals have the same grade for this claim (evidence, store and price) and the same currency; the order rule, being
    our choice, makes no difference. Units go to the cheapest (dearest) sales first, each with exact money.
    """
    if not len(equal):
        return part.net_minor, part.net_minor
    lines = np.append(equal, one.line)
    room = np.append(left[equal], left[one.line] + one.units)
    before = ChainMap({one.line: gone[one.line] - part}, gone)
    cheap_first = np.argsort(sales.unit_net[lines], kind="stable")
    credits = [part.net_minor]
    for order in (cheap_first, cheap_first[::-1]):
        credits.append(_credit(one.units, zip(lines[order].tolist(), room[order].tolist(), strict=True), sales, before))
    return min(credits), max(credits)


def _credit(wanted: int, rooms: Iterable[tuple[int, int]], sales: Sales, before: Mapping[int, Amounts]) -> int:
    """The net of these units on the sales in this order, each up to its room."""
    credit = 0
    for line, room in rooms:
        units = min(wanted, room)
        credit += _next(sales, line, before.get(line) or _taken(sales, line), units).net_minor
        wanted -= units
        if not wanted:
            break
    return credit
