"""Open this when you ask why a unit was placed here and not there: every claim walks to its own best sales.

Claims of one retailer and item compete. Where each can have its own best sales, it has them: that is the best of all
placements, since no claim could do better alone. Groups in which claims together want more of a sale than it has left
are named, and solved together (``contest``).

This function keeps to what can be turned into machine code; run as it is, it takes lists.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.grade import Bits, Wants, comes_first, grade, wish
from pipelines.steps.split.index import Sales


class Portions(NamedTuple):
    """Placed units: the claim, the sale, how many, and the bits of what holds."""

    claim: Any
    line: Any
    units: Any
    held: Any


class Room(NamedTuple):
    """Room for the sales of the largest group: what holds for one claim, units used of each, who took of it last."""

    row: Any
    used: Any
    taker: Any


def walk(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    order: int,
    groups: Any,
    begin: int,
    portions: Portions,
    count: int,
    contested: Any,
    contests: int,
    room: Room,
) -> tuple[int, int, int]:
    """Place the claims ``groups[g]`` to ``groups[g + 1]`` of each group, from group ``begin`` on.

    Answers the group at which ``portions`` was full (or the number of groups), the number of portions, and the number
    of groups noted in ``contested``.
    """
    for group in range(begin, len(groups) - 1):
        start = wants.first[groups[group]]
        for place in range(wants.end[groups[group]] - start):
            room.used[place] = 0
            room.taker[place] = -1
        placed, contend = count, False
        for claim in range(groups[group], groups[group + 1]):
            wanted, found = wants.units[claim], 0
            lines = grade(wants, sales, bits, claim, room.row)
            while wanted > 0 and found >= 0:
                found = best_free(wants, sales, order, claim, lines, room)
                if found >= 0:
                    if placed == len(portions.claim):
                        return group, count, contests
                    taken = min(wanted, sales.left[start + found])
                    room.taker[found] = claim
                    room.used[found] += taken
                    contend = contend or room.used[found] > sales.left[start + found]
                    portions.claim[placed], portions.line[placed] = claim, start + found
                    portions.units[placed], portions.held[placed] = taken, room.row[found]
                    wanted -= taken
                    placed += 1
        if contend:
            contested[contests] = group
            contests += 1
        else:
            for at in range(count, placed):
                sales.left[portions.line[at]] -= portions.units[at]
            count = placed
    return len(groups) - 1, count, contests


def best_free(wants: Wants, sales: Sales, order: int, claim: int, lines: int, room: Room) -> int:
    """The best sale with units left that this claim did not take of yet; -1: there is none."""
    first = wants.first[claim]
    best, best_held, best_wish = -1, -1, 0
    for place in range(lines):
        held = room.row[place]
        if held >= best_held and sales.left[first + place] > 0 and room.taker[place] != claim:
            wished = wish(wants, sales, order, claim, first + place)
            if (
                held > best_held
                or wished < best_wish
                or (wished == best_wish and comes_first(sales, order, first + place, first + best))
            ):
                best, best_held, best_wish = place, held, wished
    return best
