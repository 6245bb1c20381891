"""Open this when claims want more of a sale than it has left: they are solved together, as a flow of least cost.

Claims are served one after the other. A claim whose best sale is full takes the cheapest chain of moves: it drives
another claim's unit to that claim's next sale, which may drive on another, until a sale has room, or until some unit
stays without a sale. Serving each claim by its cheapest chain keeps the whole at the least cost (successive shortest
paths), so that the result is the best for all claims together.

A cost is a row of numbers that are compared from the left: first the kinds of evidence that do not hold, several as
digits of one number, "placed" being the strongest; then the wish of the order rule, the place of the sale, and, for a
unit without a sale, how early its claim is. These functions keep to what can be turned into machine code.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.grade import NEAREST_PRICE, NEWEST, Bits, Wants, grade, wish
from pipelines.steps.split.index import Sales
from pipelines.steps.split.walk import Portions

BEHIND = 3  # numbers of a cost behind those of the evidence
_NONE = -1


class Desk(NamedTuple):
    """Room to solve one group: rows are claims, columns its sales and, last, "no sale".

    ``masks`` are the distinct sets of bits and ``costs`` the evidence part of their cost; ``number`` says which of them
    a pair has (-1: not eligible), ``flow`` the units on it. ``free`` are units left of a sale.
    """

    masks: Any
    costs: Any
    number: Any
    flow: Any
    free: Any
    place: Any
    reached: Any
    distance: Any
    by_claim: Any
    by_line: Any
    queue: Any
    queued: Any
    trial: Any
    other: Any


def lay_out(wants: Wants, sales: Sales, bits: Bits, order: int, start: int, stop: int, desk: Desk, words: int) -> int:
    """Write what holds for each pair of the claims ``start`` to ``stop``; answers the number of distinct sets."""
    first = wants.first[start]
    lines = wants.end[start] - first
    desk.masks[0] = 0
    known = 1
    for claim in range(start, stop):
        row = (claim - start) * (lines + 1)
        for place in range(lines + 1):
            desk.flow[row + place] = 0
            desk.number[row + place] = _NONE
        desk.number[row + lines] = 0
        for line in range(first, wants.last[claim]):
            held = grade(wants, sales, bits, claim, line)
            number = 0
            while number < known and desk.masks[number] != held:
                number += 1
            if number == known:
                desk.masks[known] = held
                known += 1
            desk.number[row + line - first] = number
    write_costs(bits, desk, known, lines, words)
    for place in range(lines):
        desk.free[place] = sales.left[first + place]
    desk.free[lines] = 0
    write_places(sales, order, first, lines, desk)
    return known


def digit_width(lines: int) -> int:
    """Bits of a digit that holds, with its sign, the sum along any chain of moves between so many sales."""
    width = 3
    while (1 << (width - 2)) <= lines + 2:
        width += 1
    return width


def words_for(placed: int, lines: int) -> int:
    """How many numbers hold the digits of all kinds, ``placed`` included."""
    kinds = 1
    while (1 << (kinds - 1)) < placed:
        kinds += 1
    per_word = 62 // digit_width(lines)
    return (kinds + per_word - 1) // per_word


def write_costs(bits: Bits, desk: Desk, known: int, lines: int, words: int) -> None:
    """A set of bits as a cost: a digit 1 for each kind that does not hold."""
    width = digit_width(lines)
    per_word = 62 // width
    for number in range(known):
        for word in range(words):
            desk.costs[number * words + word] = 0
        bit, kind = bits.placed, 0
        while bit > 0:
            if desk.masks[number] & bit == 0:
                shift = width * (per_word - 1 - kind % per_word)
                desk.costs[number * words + kind // per_word] += 1 << shift
            bit, kind = bit >> 1, kind + 1


def write_places(sales: Sales, order: int, first: int, lines: int, desk: Desk) -> None:
    """The place of each sale among the group's: by age, or for the newest first by day, then id."""
    if order != NEWEST and order != NEAREST_PRICE:
        for place in range(lines):
            desk.place[place] = place
        return
    stop, rank = lines, 0
    while stop > 0:
        start = stop - 1
        while start > 0 and sales.day[first + start - 1] == sales.day[first + stop - 1]:
            start -= 1
        for place in range(start, stop):
            desk.place[place] = rank
            rank += 1
        stop = start


def is_less(some: Any, at: int, others: Any, there: int, words: int) -> bool:
    """Whether a cost is less than another."""
    for word in range(words):
        if some[at + word] != others[there + word]:
            return some[at + word] < others[there + word]  # type: ignore[no-any-return]
    return False


def add_cost(
    wants: Wants, sales: Sales, order: int, start: int, claim: int, place: int, sign: int, desk: Desk, words: int
) -> None:
    """Add (or, with ``sign`` -1, take off) the cost of a unit of this claim on this sale to the cost at ``trial``."""
    first = wants.first[start]
    lines = wants.end[start] - first
    number = desk.number[(claim - start) * (lines + 1) + place]
    for word in range(words):
        desk.trial[word] += sign * desk.costs[number * words + word]
    if place == lines:
        desk.trial[words + 2] += sign * (start - claim)  # it is dearer to leave an earlier claim without a sale
    elif order == NEWEST or (order == NEAREST_PRICE and wants.price[claim] < 0):
        desk.trial[words + 1] += sign * desk.place[place]
    else:
        desk.trial[words] += sign * wish(wants, sales, order, claim, first + place)
        desk.trial[words + 1] += sign * place


def seek(wants: Wants, sales: Sales, order: int, start: int, stop: int, claim: int, desk: Desk, words: int) -> int:
    """The sale (or "no sale") at the end of the claim's cheapest chain; ``by_claim`` and ``by_line`` lead back."""
    lines = wants.end[start] - wants.first[start]
    wide = words + BEHIND
    row = (claim - start) * (lines + 1)
    waiting = begin = 0
    for place in range(lines + 1):
        desk.reached[place] = desk.queued[place] = 0
        if desk.number[row + place] >= 0:
            for word in range(wide):
                desk.trial[word] = 0
            add_cost(wants, sales, order, start, claim, place, 1, desk, words)
            waiting = reach(desk, place, lines, claim, _NONE, wide, begin, waiting)
    direct = cheapest(desk, lines, wide, False)
    if direct < lines and desk.free[direct] > 0:
        return direct  # nobody is driven anywhere at a gain, or he would stand there already
    while waiting > 0:
        line = desk.queue[begin]
        begin, waiting = (begin + 1) % (lines + 1), waiting - 1
        desk.queued[line] = 0
        for other in range(start, stop):
            its = (other - start) * (lines + 1)
            if desk.flow[its + line] > 0:
                for place in range(lines + 1):
                    if place != line and desk.number[its + place] >= 0:
                        for word in range(wide):
                            desk.trial[word] = desk.distance[line * wide + word]
                        add_cost(wants, sales, order, start, other, line, -1, desk, words)
                        add_cost(wants, sales, order, start, other, place, 1, desk, words)
                        waiting = reach(desk, place, lines, other, line, wide, begin, waiting)
    return cheapest(desk, lines, wide, True)


def cheapest(desk: Desk, lines: int, wide: int, free: bool) -> int:
    """The sale that is reached at the least cost, of those with units left or of all; or "no sale"."""
    best = lines
    for place in range(lines):
        if desk.reached[place] and (desk.free[place] > 0 or not free):
            if is_less(desk.distance, place * wide, desk.distance, best * wide, wide):
                best = place
    return best


def reach(desk: Desk, place: int, lines: int, claim: int, line: int, wide: int, begin: int, waiting: int) -> int:
    """Note that ``trial`` leads to this sale, if nothing cheaper did; a full sale is to be looked at again."""
    if desk.reached[place] and not is_less(desk.trial, 0, desk.distance, place * wide, wide):
        return waiting
    for word in range(wide):
        desk.distance[place * wide + word] = desk.trial[word]
    desk.reached[place] = 1
    desk.by_claim[place], desk.by_line[place] = claim, line
    if place < lines and desk.free[place] == 0 and not desk.queued[place]:
        desk.queue[(begin + waiting) % (lines + 1)] = place
        desk.queued[place] = 1
        return waiting + 1
    return waiting


def push(claim: int, wanted: int, end: int, start: int, lines: int, desk: Desk) -> int:
    """Move as many units as the chain to ``end`` lets through, at most ``wanted``; answers how many."""
    units, place = wanted, end
    if end < lines:
        units = min(units, desk.free[end])
    while desk.by_line[place] >= 0:
        units = min(units, desk.flow[(desk.by_claim[place] - start) * (lines + 1) + desk.by_line[place]])
        place = desk.by_line[place]
    place = end
    while desk.by_line[place] >= 0:
        row = (desk.by_claim[place] - start) * (lines + 1)
        desk.flow[row + place] += units
        desk.flow[row + desk.by_line[place]] -= units
        place = desk.by_line[place]
    desk.flow[(claim - start) * (lines + 1) + place] += units
    if end < lines:
        desk.free[end] -= units
    return units


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
) -> tuple[int, int]:
    """Solve the contested groups from ``begin`` on, and write their portions.

    Answers the place in ``contested`` at which ``portions`` was full (or its length), and the number of portions.
    """
    for at in range(begin, len(contested)):
        start, stop = groups[contested[at]], groups[contested[at] + 1]
        lines = wants.end[start] - wants.first[start]
        words = words_for(bits.placed, lines + 1)
        serve(wants, sales, bits, order, start, stop, desk, words)
        if count + used_pairs(start, stop, lines, desk) > len(portions.claim):
            return at, count
        count = settle(wants, sales, start, stop, desk, portions, count)
    return len(contested), count


def serve(wants: Wants, sales: Sales, bits: Bits, order: int, start: int, stop: int, desk: Desk, words: int) -> None:
    """Solve the claims ``start`` to ``stop``, all those of one group; the result is the desk's ``flow``."""
    lay_out(wants, sales, bits, order, start, stop, desk, words)
    lines = wants.end[start] - wants.first[start]
    for claim in range(start, stop):
        wanted = wants.units[claim]
        while wanted > 0:
            end = seek(wants, sales, order, start, stop, claim, desk, words)
            wanted -= push(claim, wanted, end, start, lines, desk)


def used_pairs(start: int, stop: int, lines: int, desk: Desk) -> int:
    """How many pairs of a claim and a sale carry units."""
    pairs = 0
    for row in range(stop - start):
        for place in range(lines):
            pairs += desk.flow[row * (lines + 1) + place] > 0
    return pairs


def settle(wants: Wants, sales: Sales, start: int, stop: int, desk: Desk, portions: Portions, count: int) -> int:
    """Write the desk's flow as portions and take its units from the sales; answers the number of portions."""
    first = wants.first[start]
    lines = wants.end[start] - first
    for claim in range(start, stop):
        row = (claim - start) * (lines + 1)
        for place in range(lines):
            units = desk.flow[row + place]
            if units > 0:
                portions.claim[count], portions.line[count] = claim, first + place
                portions.units[count] = units
                portions.held[count] = desk.masks[desk.number[row + place]]
                sales.left[first + place] -= units
                count += 1
    return count
