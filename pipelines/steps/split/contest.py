"""Open this when claims want more of a sale than it has left: they are solved together, as a flow of least cost.

Claims are served one after the other. A claim whose best sale is full takes the cheapest chain of moves: it drives
another claim's unit to that claim's next sale, which may drive on another, until a sale has room, or until some unit
stays without a sale. Serving each claim by its cheapest chain keeps the whole at the least cost (successive shortest
paths), so that the result is the best for all claims together. Nobody can be driven anywhere at a gain, or he would
stand there already: so a chain that is dearer than one that has ended need not be followed.

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import BEHIND, NONE, Desk, add_units, after, is_less, lay_out, words_for
from pipelines.steps.split.grade import Bits, Wants
from pipelines.steps.split.index import Sales
from pipelines.steps.split.walk import Portions

PORTIONS_FULL, DESK_FULL = 1, 2


def contest(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    order: int,
    groups: Any,
    contested: Any,
    begin: int,
    desk: Desk,
    portions: Portions,
    count: int,
) -> tuple[int, int, int]:
    """Solve the contested groups from ``begin`` on, and write their portions.

    Answers the place in ``contested`` that was reached, the number of portions, and what was full, if anything.
    """
    for at in range(begin, len(contested)):
        start, stop = groups[contested[at]], groups[contested[at] + 1]
        lines = wants.end[start] - wants.first[start]
        words = words_for(bits.placed, lines)
        options = lay_out(wants, sales, bits, order, start, stop, desk, words)
        if options < 0:
            return at, count, DESK_FULL
        if count + options > len(portions.claim):
            return at, count, PORTIONS_FULL
        for claim in range(start, stop):
            wanted = wants.units[claim]
            while wanted > 0:
                end = seek(start, claim, lines, desk, words)
                wanted -= push(start, claim, wanted, end, lines, desk)
        count = settle(wants, sales, start, options, desk, portions, count)
    return len(contested), count, 0


def seek(start: int, claim: int, lines: int, desk: Desk, words: int) -> int:
    """The place of the sale at the end of the claim's cheapest chain; ``lines``: some unit stays without a sale.

    ``takes`` and ``leaves`` lead back along the chain.
    """
    wide = words + BEHIND
    touched = reach_none(start, claim, lines, NONE, 0, desk, words)
    for option in range(desk.first[claim - start], desk.first[claim - start + 1]):
        touched = reach(option, NONE, touched, desk, words)
    best = cheapest(lines, touched, desk, wide)
    while desk.free[best] == 0 and best != lines:
        desk.done[best] = 1
        option = desk.head[best]
        while option != NONE:
            if desk.units[option] > 0:
                other = desk.claim[option]
                for its in range(desk.first[other - start], desk.first[other - start + 1]):
                    if its != option:
                        touched = reach(its, option, touched, desk, words)
                touched = reach_none(start, other, lines, option, touched, desk, words)
            option = after(desk, option)
        best = cheapest(lines, touched, desk, wide)
    for at in range(touched):
        desk.reached[desk.touched[at]] = 0
        desk.done[desk.touched[at]] = 0
    return best


def reach(option: int, leaves: int, touched: int, desk: Desk, words: int) -> int:
    """Look at a chain that ends with this option's unit on its sale; ``leaves`` is the option that gave it up."""
    wide = words + BEHIND
    for word in range(wide):
        desk.trial[word] = 0
    if leaves != NONE:
        for word in range(wide):
            desk.trial[word] = desk.distance[desk.sale[leaves] * wide + word]
        add_cost(leaves, -1, desk, words)
    add_cost(option, 1, desk, words)
    return note(desk.sale[option], option, leaves, touched, desk, wide)


def reach_none(start: int, claim: int, none: int, leaves: int, touched: int, desk: Desk, words: int) -> int:
    """Look at a chain that ends with a unit of this claim without a sale."""
    wide = words + BEHIND
    for word in range(wide):
        desk.trial[word] = 0
    if leaves != NONE:
        for word in range(wide):
            desk.trial[word] = desk.distance[desk.sale[leaves] * wide + word]
        add_cost(leaves, -1, desk, words)
    for word in range(words):
        desk.trial[word] += desk.costs[word]
    desk.trial[words + 2] += start - claim  # it is dearer to leave an earlier claim without a sale
    return note(none, NONE, leaves, touched, desk, wide)


def add_cost(option: int, sign: int, desk: Desk, words: int) -> None:
    """Add (or take off) the cost of a unit on this option to ``trial``."""
    number = desk.number[option] * words
    for word in range(words):
        desk.trial[word] += sign * desk.costs[number + word]
    desk.trial[words] += sign * desk.wish[option]
    desk.trial[words + 1] += sign * desk.rank[desk.sale[option]]


def note(place: int, takes: int, leaves: int, touched: int, desk: Desk, wide: int) -> int:
    """Keep the chain in ``trial`` if none led to this sale at less cost; answers how many sales are touched."""
    if desk.reached[place] and not is_less(desk.trial, 0, desk.distance, place * wide, wide):
        return touched
    for word in range(wide):
        desk.distance[place * wide + word] = desk.trial[word]
    desk.takes[place], desk.leaves[place] = takes, leaves
    desk.done[place] = 0
    if not desk.reached[place]:
        desk.reached[place] = 1
        desk.touched[touched] = place
        return touched + 1
    return touched


def cheapest(lines: int, touched: int, desk: Desk, wide: int) -> int:
    """The sale, or "no sale", that is reached at the least cost and not done with."""
    best = lines
    for at in range(touched):
        place = desk.touched[at]
        if not desk.done[place] and is_less(desk.distance, place * wide, desk.distance, best * wide, wide):
            best = place
    return best


def push(start: int, claim: int, wanted: int, end: int, lines: int, desk: Desk) -> int:
    """Move as many units as the chain to ``end`` lets through, at most ``wanted``; answers how many."""
    units, place = wanted, end
    if end < lines:
        units = min(units, desk.free[end])
    while desk.leaves[place] != NONE:
        units = min(units, desk.units[desk.leaves[place]])
        place = desk.sale[desk.leaves[place]]
    place = end
    while place != NONE:
        leaves = desk.leaves[place]
        if desk.takes[place] != NONE:
            add_units(desk, desk.takes[place], units)
        else:
            desk.without[(desk.claim[leaves] if leaves != NONE else claim) - start] += units
        if leaves != NONE:
            add_units(desk, leaves, -units)
            place = desk.sale[leaves]
        else:
            place = NONE
    if end < lines:
        desk.free[end] -= units
    return units


def settle(wants: Wants, sales: Sales, start: int, options: int, desk: Desk, portions: Portions, count: int) -> int:
    """Write the units on options as portions and take them from the sales; answers the number of portions."""
    first = wants.first[start]
    for option in range(options):
        units = desk.units[option]
        if units > 0:
            line = first + desk.sale[option]
            portions.claim[count], portions.line[count] = desk.claim[option], line
            portions.units[count], portions.held[count] = units, desk.masks[desk.number[option]]
            sales.left[line] -= units
            count += 1
    return count
