"""Open this when you ask why a unit was placed here and not there: every claim walks to its own best sales.

Claims of one retailer and item compete. Where each can have its own best sales, it has them: that is the best of all
placements, since no claim could do better alone. Groups in which claims together want more of a sale than it has left
are named, and solved together (``contest``).

This function keeps to what can be turned into machine code; run as it is, it takes lists.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.grade import Bits, Wants, grade, wish
from pipelines.steps.split.index import Sales


class Portions(NamedTuple):
    """Placed units: the claim, the sale, how many, and the bits of what holds."""

    claim: Any
    line: Any
    units: Any
    held: Any


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
    used: Any,
    taker: Any,
) -> tuple[int, int, int]:
    """Place the claims ``groups[g]`` to ``groups[g + 1]`` of each group, from group ``begin`` on.

    ``used`` and ``taker`` are room for the largest group's sales. Answers the group at which ``portions`` was full (or
    the number of groups), the number of portions, and the number of groups noted in ``contested``.
    """
    capacity = len(portions.claim)
    for group in range(begin, len(groups) - 1):
        start = wants.first[groups[group]]
        for place in range(wants.end[groups[group]] - start):
            used[place] = 0
            taker[place] = -1
        placed, contend = count, False
        for claim in range(groups[group], groups[group + 1]):
            wanted = wants.units[claim]
            while wanted > 0:
                best, best_held, best_wish = -1, -1, 0
                for line in range(start, wants.last[claim]):
                    if sales.left[line] > 0 and taker[line - start] != claim:
                        held = grade(wants, sales, bits, claim, line)
                        if held >= best_held:
                            wished = wish(wants, sales, order, claim, line)
                            if held > best_held or wished < best_wish:
                                best, best_held, best_wish = line, held, wished
                if best < 0:
                    break
                if placed == capacity:
                    return group, count, contests
                taken = min(wanted, sales.left[best])
                taker[best - start] = claim
                used[best - start] += taken
                contend = contend or used[best - start] > sales.left[best]
                portions.claim[placed] = claim
                portions.line[placed] = best
                portions.units[placed] = taken
                portions.held[placed] = best_held
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
