"""Open this when a person is asked about money: what else equally good placements would credit.

A placement is as good as another when each claim has as many units placed and each kind of evidence holds for as many
units; the order rule is our choice and makes no difference. A unit may go to another sale when that sale has room, or when those who stand
there can go elsewhere, all without loss. From the placement found, units of a claim are moved that way to ever cheaper
(dearer) sales until none is left; what is gained is the claim's lowest (highest) credit. Such moves, one sale for one
other, lead to the lowest of all, since the placements of one claim form an exchange system (M-convex set).

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.contest import Desk, is_less, lay_out, words_for
from pipelines.steps.split.grade import Bits, Wants, grade
from pipelines.steps.split.index import Sales
from pipelines.steps.split.walk import Portions

_NONE = -1


def find_doubtful(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    portions: Portions,
    groups: Any,
    chosen: Any,
    contested: Any,
    first_of: Any,
    doubtful: Any,
) -> int:
    """Of the chosen groups those that may have equally good placements of other credit; answers how many."""
    count = 0
    for at in range(len(chosen)):
        group = chosen[at]
        first, last = first_of[groups[group]], first_of[groups[group + 1]]
        if first < last and (contested[group] or is_doubtful(wants, sales, bits, portions, first, last)):
            doubtful[count] = group
            count += 1
    return count


def is_doubtful(wants: Wants, sales: Sales, bits: Bits, portions: Portions, first: int, last: int) -> bool:
    """Whether any of these portions of an uncontested group could stand as well on a sale of other value.

    Each claim has its own best sales there; only one with the same evidence can be as good.
    """
    for at in range(first, last):
        claim, line = portions.claim[at], portions.line[at]
        for other in range(wants.first[claim], wants.last[claim]):
            if sales.value[other] != sales.value[line] or sales.currency[other] != sales.currency[line]:
                if grade(wants, sales, bits, claim, other) == portions.held[at]:
                    return True
    return False


def lay_flow(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    order: int,
    portions: Portions,
    start: int,
    stop: int,
    first: int,
    last: int,
    desk: Desk,
    words: int,
) -> None:
    """The group's portions as the desk's flow; ``free`` is what is left behind them."""
    lay_out(wants, sales, bits, order, start, stop, desk, words)
    lines = wants.end[start] - wants.first[start]
    for at in range(first, last):
        row = (portions.claim[at] - start) * (lines + 1)
        desk.flow[row + portions.line[at] - wants.first[start]] += portions.units[at]


def absorb(wants: Wants, start: int, stop: int, claim: int, away: int, desk: Desk, words: int) -> None:
    """What it costs to make room for one unit on each sale, when the claim leaves ``away``: ``distance``.

    ``by_claim`` and ``by_line`` say who goes where. A cost is that of the evidence alone.
    """
    lines = wants.end[start] - wants.first[start]
    for place in range(lines):
        desk.reached[place] = 1 if place == away or desk.free[place] > 0 else 0
        desk.by_line[place] = _NONE
        for word in range(words):
            desk.distance[place * words + word] = 0
    changed = True
    while changed:
        changed = False
        for place in range(lines):
            if place != away and desk.free[place] == 0:
                for other in range(start, stop):
                    if other != claim and desk.flow[(other - start) * (lines + 1) + place] > 0:
                        changed = drive(desk, other, start, place, lines, words) or changed


def drive(desk: Desk, other: int, start: int, place: int, lines: int, words: int) -> bool:
    """Whether it is cheaper to make room on ``place`` by moving a unit of this claim elsewhere; then so it is noted."""
    row = (other - start) * (lines + 1)
    here = desk.number[row + place] * words
    changed = False
    for there in range(lines):
        if there != place and desk.number[row + there] >= 0 and desk.reached[there]:
            goes = desk.number[row + there] * words
            for word in range(words):
                desk.trial[word] = (
                    desk.distance[there * words + word] + desk.costs[goes + word] - desk.costs[here + word]
                )
            if not desk.reached[place] or is_less(desk.trial, 0, desk.distance, place * words, words):
                for word in range(words):
                    desk.distance[place * words + word] = desk.trial[word]
                desk.reached[place] = 1
                desk.by_claim[place], desk.by_line[place] = other, there
                changed = True
    return changed


def is_equal_move(desk: Desk, row: int, away: int, place: int, words: int) -> bool:
    """Whether a unit of this claim stands as well on ``place`` as on ``away``."""
    if place == away or desk.number[row + place] < 0 or not desk.reached[place]:
        return False
    goes, here = desk.number[row + place] * words, desk.number[row + away] * words
    for word in range(words):
        if desk.costs[goes + word] - desk.costs[here + word] + desk.distance[place * words + word] != 0:
            return False
    return True


def better_move(
    wants: Wants, sales: Sales, start: int, stop: int, claim: int, away: int, sign: int, desk: Desk, words: int
) -> int:
    """The sale of least (``sign`` 1) or greatest (-1) value to which units on ``away`` can go without loss, or -1.

    ``other`` notes a sale in another currency that would do as well.
    """
    first = wants.first[start]
    lines = wants.end[start] - first
    row = (claim - start) * (lines + 1)
    absorb(wants, start, stop, claim, away, desk, words)
    best, least = _NONE, sign * sales.value[first + away]
    for place in range(lines):
        if is_equal_move(desk, row, away, place, words):
            if sales.currency[first + place] != sales.currency[first + away]:
                desk.other[0] = sales.currency[first + place]
            elif sign * sales.value[first + place] < least:
                best, least = place, sign * sales.value[first + place]
    return best


def move(claim: int, away: int, to: int, start: int, lines: int, desk: Desk) -> None:
    """Move as many of the claim's units as the chain behind ``to`` lets through."""
    row = (claim - start) * (lines + 1)
    units, place = desk.flow[row + away], to
    while desk.by_line[place] >= 0:
        units = min(units, desk.flow[(desk.by_claim[place] - start) * (lines + 1) + place])
        place = desk.by_line[place]
    if place != away:
        units = min(units, desk.free[place])
    desk.flow[row + away] -= units
    desk.flow[row + to] += units
    place = to
    while desk.by_line[place] >= 0:
        its = (desk.by_claim[place] - start) * (lines + 1)
        desk.flow[its + place] -= units
        desk.flow[its + desk.by_line[place]] += units
        place = desk.by_line[place]
    if place != away:
        desk.free[away] += units
        desk.free[place] -= units


def extreme(wants: Wants, sales: Sales, start: int, stop: int, claim: int, sign: int, desk: Desk, words: int) -> int:
    """The least (``sign`` 1) or greatest (-1) value of the claim's units in equally good placements.

    The desk's flow is that placement afterwards; it is as good a start for the next question.
    """
    first = wants.first[start]
    lines = wants.end[start] - first
    row = (claim - start) * (lines + 1)
    moved = True
    while moved:
        moved = False
        for away in range(lines):
            while desk.flow[row + away] > 0:
                to = better_move(wants, sales, start, stop, claim, away, sign, desk, words)
                if to < 0:
                    break
                move(claim, away, to, start, lines, desk)
                moved = True
    value = 0
    for place in range(lines):
        value += desk.flow[row + place] * sales.value[first + place]
    return value


def spreads(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    order: int,
    portions: Portions,
    groups: Any,
    chosen: Any,
    first_of: Any,
    desk: Desk,
    down: Any,
    up: Any,
    elsewhere: Any,
) -> None:
    """What each claim of the chosen groups might lose and gain, in 2^-20 minor units, and another currency, or -1."""
    for at in range(len(chosen)):
        start, stop = groups[chosen[at]], groups[chosen[at] + 1]
        words = words_for(bits.placed, wants.end[start] - wants.first[start] + 1)
        lay_flow(wants, sales, bits, order, portions, start, stop, first_of[start], first_of[stop], desk, words)
        for claim in range(start, stop):
            desk.other[0] = _NONE
            value = 0
            for portion in range(first_of[claim], first_of[claim + 1]):
                value += portions.units[portion] * sales.value[portions.line[portion]]
            down[claim] = value - extreme(wants, sales, start, stop, claim, 1, desk, words)
            up[claim] = extreme(wants, sales, start, stop, claim, -1, desk, words) - value
            elsewhere[claim] = desk.other[0]
