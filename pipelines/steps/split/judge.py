"""Open this when you ask what a placed unit is worth and what came second: money, runner-up, and what came nearest.

These functions keep to what can be turned into machine code.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.grade import Bits, Wants, comes_first, grade, wish
from pipelines.steps.split.index import Sales
from pipelines.steps.split.walk import Portions, Room, best_free

NEAREST = 3  # sales named beside units that have none


class Worth(NamedTuple):
    """Of each portion its money; of each claim its next best sale, what holds for that, and the sales it came near."""

    net: Any
    tax: Any
    runner_up: Any
    runner_up_held: Any
    placed: Any
    nearest: Any


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
    bits: Bits,
    order: int,
    portions: Portions,
    first_of: Any,
    claims: int,
    room: Room,
    worth: Worth,
) -> None:
    """Fill ``worth``. Portions of a claim are ``first_of[claim]`` to ``first_of[claim + 1]``.

    Money goes by cumulative remainder on the sale, claims in their order: portions of a sale that is returned in full
    sum to it exactly, for net and for tax. What is taken is noted in ``sales``.
    """
    for claim in range(claims):
        placed, first = 0, wants.first[claim]
        lines = grade(wants, sales, bits, claim, room.row)
        for place in range(lines):
            room.taker[place] = -1
        for at in range(first_of[claim], first_of[claim + 1]):
            line, units = portions.line[at], portions.units[at]
            before = sales.units_taken[line]
            worth.net[at] = next_money(sales.net[line], sales.net_taken[line], before, units, sales.units[line])
            worth.tax[at] = next_money(sales.tax[line], sales.tax_taken[line], before, units, sales.units[line])
            sales.units_taken[line] = before + units
            sales.net_taken[line] += worth.net[at]
            sales.tax_taken[line] += worth.tax[at]
            room.taker[line - first] = claim
            placed += units
        worth.placed[claim] = placed
        second = best_free(wants, sales, order, claim, lines, room)
        worth.runner_up[claim] = first + second if second >= 0 else -1
        worth.runner_up_held[claim] = room.row[second] if second >= 0 else -1
        if placed < wants.units[claim]:
            name_nearest(wants, sales, order, claim, lines, room, worth)


def name_nearest(wants: Wants, sales: Sales, order: int, claim: int, lines: int, room: Room, worth: Worth) -> None:
    """The best sales that had nothing left for the claim; where none was made by its day, the first ones after it."""
    first = wants.first[claim]
    for rank in range(NEAREST):
        best, best_held, best_wish = -1, -1, 0
        for place in range(lines):
            if room.taker[place] != claim and room.row[place] >= best_held:
                wished = wish(wants, sales, order, claim, first + place)
                sooner = wished == best_wish and comes_first(sales, order, first + place, first + best)
                if room.row[place] > best_held or wished < best_wish or sooner:
                    best, best_held, best_wish = place, room.row[place], wished
        if best >= 0:
            room.taker[best] = claim
            best += first
        elif lines == 0 and first + rank < wants.end[claim]:
            best = first + rank
        worth.nearest[claim * NEAREST + rank] = best
