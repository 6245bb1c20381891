"""Open this when you ask what a placed unit is worth and what came second: money, runner-up, and what came nearest.

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import NONE, Desk, row_of
from pipelines.steps.split.grade import Wants, fill
from pipelines.steps.split.index import NET, NET_TAKEN, TAX, TAX_TAKEN, UNITS, UNITS_TAKEN, Sales
from pipelines.steps.split.walk import best

# Of each claim: its units with a sale, its next best sale and what holds for that, and the sales it came near; where it
# might be credited otherwise, what it might lose and gain, in 2^-20 minor units, and another currency.
TOLD: tuple[tuple[str, str], ...] = (
    ("placed", "i8"),
    ("down", "i8"),
    ("up", "i8"),
    ("runner_up", "i4"),
    ("runner_up_held", "i4"),
    ("elsewhere", "i4"),
    ("nearest_1", "i4"),
    ("nearest_2", "i4"),
    ("nearest_3", "i4"),
)


def share(total: int, part: int, whole: int) -> int:
    """``total * part / whole`` rounded half up, half away from zero, without numbers larger than 2^62.

    The same as ``schemas.money.share``.
    """
    size = -total if total < 0 else total
    rest = (size // whole) * part + (2 * (size % whole) * part + whole) // (2 * whole)
    return -rest if total < 0 else rest


def next_money(total: int, taken: int, units_taken: int, units: int, units_total: int) -> int:
    """The money of the next units; never less than nothing and never more than is left.

    What short or refused units gave back may have been rounded the other way; a full return still sums exactly.

    >>> next_money(1, 1, 2, 1, 10), next_money(1, 0, 9, 1, 10)
    (0, 1)
    """
    due = share(total, units_taken + units, units_total) - taken
    return min(max(due, 0), total - taken)


def judge(
    wants: Wants,
    sales: Sales,
    bits: Any,
    order: int,
    start: int,
    stop: int,
    desk: Desk,
    portions: Any,
    begin: int,
    end: int,
    told: Any,
) -> None:
    """Give portions of a group, from ``begin`` to ``end`` and by claim, their money, and tell what came second.

    Money goes by cumulative remainder on the sale, claims in their order: portions of a sale that is returned in full
    sum to it exactly, for net and for tax. What is taken is noted in ``sales``.
    """
    for at in range(begin, end):
        take(sales, portions[at])
    fill(desk.taker, 0, wants.claim[start].end - wants.claim[start].first, NONE)
    at = begin
    for claim in range(start, stop):
        first, tells = wants.claim[claim].first, told[claim]
        while at < end and portions[at].claim == claim:
            desk.taker[portions[at].line - first] = claim
            tells.placed += portions[at].units
            at += 1
        row = row_of(wants, sales, bits, claim, start, 0, desk)
        second = best(wants, sales, order, claim, desk.sheet, row, desk.free, 1, desk.taker)
        if second >= 0:
            tells.runner_up, tells.runner_up_held = first + second, desk.sheet[row + second]
        if tells.placed < wants.claim[claim].units:
            tells.nearest_1 = name_nearest(wants, sales, order, claim, row, 0, desk)
            tells.nearest_2 = name_nearest(wants, sales, order, claim, row, 1, desk)
            tells.nearest_3 = name_nearest(wants, sales, order, claim, row, 2, desk)


def take(sales: Sales, portion: Any) -> None:
    """Take a portion's units and money from its sale."""
    line, units, money = portion.line, portion.units, sales.money[portion.line]
    before, sold = sales.codes[UNITS_TAKEN][line], sales.codes[UNITS][line]
    portion.net = next_money(money[NET], money[NET_TAKEN], before, units, sold)
    portion.tax = next_money(money[TAX], money[TAX_TAKEN], before, units, sold)
    sales.codes[UNITS_TAKEN][line] += units
    money[NET_TAKEN] += portion.net
    money[TAX_TAKEN] += portion.tax


def name_nearest(wants: Wants, sales: Sales, order: int, claim: int, row: int, rank: int, desk: Desk) -> int:
    """The next of the best sales, which had nothing left for the claim; where it may stand on none, the next later."""
    first, lines = wants.claim[claim].first, wants.claim[claim].last - wants.claim[claim].first
    if lines == 0:
        return first + rank if first + rank < wants.claim[claim].end else NONE
    found = best(wants, sales, order, claim, desk.sheet, row, desk.free, 0, desk.taker)
    if found == NONE:
        return NONE
    desk.taker[found] = claim
    return first + found  # type: ignore[no-any-return]
