"""Open this when claims want more of a sale than it has left: they are solved together, as a flow of least cost.

Claims are served one after the other, each by the cheapest chain of moves: it drives another claim's unit to that
claim's next sale, which may drive on another, until a sale has room, or until some unit stays without a sale. Serving
each claim by its cheapest chain keeps the whole at the least cost (successive shortest paths), so that the result is
the best for all claims together.

A full sale has a price: what making room there costs at least, known from earlier chains. It tells which way is worth
looking at first (a search by A*), and a claim's options beyond the cheapest end found so far need not be looked at, nor
even be noted. So a claim costs as much as what is in its way, however many sales it might stand on.

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import (
    BEHIND,
    END,
    MASKS,
    NONE,
    OPTIONS,
    PLACED,
    TOUCHED,
    Desk,
    add_units,
    after,
    is_less,
    row_of,
    words_for,
    write_digits,
)  # fmt: skip
from pipelines.steps.split.grade import NEAREST_PRICE, NEWEST, OLDEST, Wants, fill, wish
from pipelines.steps.split.index import DAY, Sales
from pipelines.steps.split.walk import best, note

PORTIONS_FULL, DESK_FULL = -1, -2
_FIRST_BATCH = 3


def contest(
    wants: Wants, sales: Sales, bits: Any, order: int, start: int, stop: int, desk: Desk, portions: Any, count: int
) -> int:
    """Place the claims of a contended group; answers the number of portions, theirs written, or what was full."""
    lines = wants.claim[start].end - wants.claim[start].first
    words = words_for(bits.placed, lines)
    clear(wants, sales, bits, order, start, stop, lines, words, desk)
    for claim in range(start, stop):
        wanted = wants.claim[claim].units
        if wanted > 0:
            wanted -= place_best(wants, sales, bits, order, start, claim, desk)
        while wanted > 0:
            if not seek(wants, sales, bits, order, start, claim, lines, words, desk):
                return DESK_FULL
            wanted -= push(wanted, lines, desk)
    return settle(wants, start, stop, desk, portions, count)


def clear(
    wants: Wants, sales: Sales, bits: Any, order: int, start: int, stop: int, lines: int, words: int, desk: Desk
) -> None:
    """A desk without units, options and prices."""
    for at in range(lines + 1):
        place = desk.places[at]
        place.head = NONE
        place.reached = place.done = 0
        desk.free[at] = desk.left[at]
    desk.free[lines] = 1
    fill(desk.taker, 0, lines, NONE)
    for at in range((lines + 1) * (words + BEHIND)):
        desk.price[at] = 0
    for claim in range(start, stop):
        seat = desk.seats[claim - start]
        seat.first = seat.last = NONE
        seat.batch = _FIRST_BATCH
    desk.counts[OPTIONS], desk.counts[MASKS], desk.counts[PLACED] = 0, 0, bits.placed
    write_digits(bits.placed, lines, desk.digits)
    number_of(bits.placed, 0, words, desk)
    rank_sales(sales, order, wants.claim[start].first, lines, desk)


def rank_sales(sales: Sales, order: int, first: int, lines: int, desk: Desk) -> None:
    """The rank of each sale among the group's: by age, or for the newest first by day, then id."""
    if order != NEWEST and order != NEAREST_PRICE:
        for place in range(lines):
            desk.places[place].rank = place
        return
    stop, rank = lines, 0
    while stop > 0:
        start = stop - 1
        while start > 0 and sales.codes[DAY][first + start - 1] == sales.codes[DAY][first + stop - 1]:
            start -= 1
        for place in range(start, stop):
            desk.places[place].rank = rank
            rank += 1
        stop = start


def place_best(wants: Wants, sales: Sales, bits: Any, order: int, start: int, claim: int, desk: Desk) -> int:
    """Place units of a new claim on its best sale as far as that has room: no chain is cheaper. Answers how many."""
    row = row_of(wants, sales, bits, claim, start, 0, desk)
    at, option = best(wants, sales, order, claim, desk.sheet, row, desk.left, 1, desk.taker), desk.counts[OPTIONS]
    if at == NONE or desk.free[at] == 0 or option == len(desk.options):
        return 0
    held = desk.sheet[row + at]
    put(claim, at, held, wish(wants, sales, order, claim, wants.claim[claim].first + at), option, 0, 1, desk)
    follow_with(start, claim, option, 1, desk)
    units = min(wants.claim[claim].units, desk.free[at])
    desk.free[at] -= units
    add_units(desk, option, units)
    return units  # type: ignore[no-any-return]


# --- the cheapest chain


def seek(
    wants: Wants, sales: Sales, bits: Any, order: int, start: int, claim: int, lines: int, words: int, desk: Desk
) -> bool:
    """Find the end of the claim's cheapest chain (``counts[END]``); whether the desk was large enough.

    ``takes`` and ``leaves`` of places lead back along the chain. The end at ``lines``: some unit stays without a sale.
    """
    wide = words + BEHIND
    desk.counts[TOUCHED], desk.counts[END] = 0, NONE
    enough = follow(wants, sales, bits, order, start, claim, NONE, lines, words, desk)
    best = nearest(desk, wide)
    while enough and best != desk.counts[END]:
        desk.places[best].done = 1
        at = desk.places[best].head
        while at != NONE and enough:
            if desk.options[at].units > 0:
                other = desk.options[at].claim
                enough = follow(wants, sales, bits, order, start, other, at, lines, words, desk)
            at = after(desk, at)
        best = nearest(desk, wide)
    raise_prices(desk, wide)
    return enough


def follow(
    wants: Wants,
    sales: Sales,
    bits: Any,
    order: int,
    start: int,
    claim: int,
    leaves: int,
    lines: int,
    words: int,
    desk: Desk,
) -> bool:
    """Look at the options of a claim that has a unit to place, the best first; whether the desk was large enough.

    ``leaves`` is the option that it gives up. Behind an option with room, or one that is as dear as the cheapest end
    found so far, nothing better comes.
    """
    wide = words + BEHIND
    for word in range(wide):
        desk.base[word] = 0
    if leaves != NONE:
        for word in range(wide):
            desk.base[word] = desk.distance[desk.options[leaves].place * wide + word]
        add_cost(leaves, -1, desk.base, desk, words)
    without(start, claim, words, desk)
    reach(lines, NONE, leaves, desk, wide)
    at = next_option(wants, sales, bits, order, start, claim, NONE, desk)
    while at >= 0:
        for word in range(wide):
            desk.trial[word] = desk.base[word]
        add_cost(at, 1, desk.trial, desk, words)
        if not is_less(desk.trial, 0, desk.distance, desk.counts[END] * wide, wide):
            return True
        place = desk.options[at].place
        reach(place, at, leaves, desk, wide)
        if desk.free[place] > 0:
            return True
        at = next_option(wants, sales, bits, order, start, claim, at, desk)
    return at == NONE


def without(start: int, claim: int, words: int, desk: Desk) -> None:
    """The cost of a unit of this claim without a sale: it is dearer to leave an earlier claim so."""
    for word in range(words):
        desk.trial[word] = desk.base[word] + desk.costs[word]
    desk.trial[words] = desk.base[words]
    desk.trial[words + 1] = desk.base[words + 1]
    desk.trial[words + 2] = desk.base[words + 2] + start - claim


def add_cost(at: int, sign: int, cost: Any, desk: Desk, words: int) -> None:
    """Add (or take off) the cost of a unit on this option."""
    option = desk.options[at]
    if option.number == NONE:
        option.number = number_of(desk.counts[PLACED], option.held, words, desk)
    number = option.number * words
    for word in range(words):
        cost[word] += sign * desk.costs[number + word]
    cost[words] += sign * option.wish
    cost[words + 1] += sign * desk.places[option.place].rank


def reach(at: int, takes: int, leaves: int, desk: Desk, wide: int) -> None:
    """Keep the chain of cost ``trial`` to this place if none led there at less; the cheapest with room is the end."""
    place = desk.places[at]
    if place.done or (place.reached and not is_less(desk.trial, 0, desk.distance, at * wide, wide)):
        return
    for word in range(wide):
        desk.distance[at * wide + word] = desk.trial[word]
    place.takes, place.leaves = takes, leaves
    if not place.reached:
        place.reached = 1
        desk.touched[desk.counts[TOUCHED]] = at
        desk.counts[TOUCHED] += 1
    if desk.free[at] > 0:
        end = desk.counts[END]
        if end == NONE or is_less(desk.trial, 0, desk.distance, end * wide, wide):
            desk.counts[END] = at


def nearest(desk: Desk, wide: int) -> int:
    """The place that may lead to an end at the least cost and is not done with; the end itself if none is cheaper."""
    best = desk.counts[END]
    for word in range(wide):
        desk.base[word] = desk.distance[best * wide + word]
    for count in range(desk.counts[TOUCHED]):
        at = desk.touched[count]
        if not desk.places[at].done:
            for word in range(wide):
                desk.trial[word] = desk.distance[at * wide + word] + desk.price[at * wide + word]
            if is_less(desk.trial, 0, desk.base, 0, wide):
                best = at
                for word in range(wide):
                    desk.base[word] = desk.trial[word]
    return best  # type: ignore[no-any-return]


def raise_prices(desk: Desk, wide: int) -> None:
    """Room on a place that the search came by is as dear as the rest of the way; forget the search."""
    end = desk.counts[END] * wide
    for count in range(desk.counts[TOUCHED]):
        at = desk.touched[count]
        place = desk.places[at]
        if place.done:
            for word in range(wide):
                desk.price[at * wide + word] = desk.distance[end + word] - desk.distance[at * wide + word]
        place.reached = place.done = 0


def push(wanted: int, lines: int, desk: Desk) -> int:
    """Move as many units as the chain to the end lets through, at most ``wanted``; answers how many."""
    end = desk.counts[END]
    units = wanted if end == lines else min(wanted, desk.free[end])
    at = end
    while desk.places[at].leaves != NONE:
        leaves = desk.options[desk.places[at].leaves]
        units = min(units, leaves.units)
        at = leaves.place
    if end != lines:
        desk.free[end] -= units
    at = end
    while at != NONE:
        place = desk.places[at]
        if place.takes != NONE:
            add_units(desk, place.takes, units)
        at = NONE
        if place.leaves != NONE:
            add_units(desk, place.leaves, -units)
            at = desk.options[place.leaves].place
    return units


# --- options


def next_option(
    wants: Wants,
    sales: Sales,
    bits: Any,
    order: int,
    start: int,
    claim: int,
    at: int,
    desk: Desk,
) -> int:
    """The claim's next best option (``at`` NONE: the best); NONE: there are no more; DESK_FULL: there is no room."""
    seat = desk.seats[claim - start]
    follows = seat.first if at == NONE else desk.options[at].follows
    if follows != NONE or seat.batch == 0:
        return follows  # type: ignore[no-any-return]
    last = seat.last
    if not note_more(wants, sales, bits, order, start, claim, desk):
        return DESK_FULL
    return seat.first if last == NONE else desk.options[last].follows  # type: ignore[no-any-return]


def note_more(wants: Wants, sales: Sales, bits: Any, order: int, start: int, claim: int, desk: Desk) -> bool:
    """Note the best options behind those that are noted, in their order; whether the desk was large enough."""
    seat, want = desk.seats[claim - start], wants.claim[claim]
    begin = desk.counts[OPTIONS]
    if begin + seat.batch >= len(desk.options):
        return False
    row = row_of(wants, sales, bits, claim, start, 0, desk)
    count, eligible = 0, want.last - want.first
    for step in range(eligible):
        at = step if order == OLDEST else eligible - 1 - step
        held = desk.sheet[row + at]
        if desk.left[at] > 0 and (count < seat.batch or held >= desk.options[begin + count - 1].held):
            wished = wish(wants, sales, order, claim, want.first + at)
            if seat.last == NONE or is_behind(held, wished, at, desk.options[seat.last], desk):
                count = put(claim, at, held, wished, begin, count, seat.batch, desk)
    follow_with(start, claim, begin, count, desk)
    seat.batch = 0 if count < seat.batch else 2 * seat.batch
    return True


def follow_with(start: int, claim: int, begin: int, count: int, desk: Desk) -> None:
    """Let the claim's options be followed by so many new ones, from ``begin`` on."""
    seat = desk.seats[claim - start]
    for option in range(begin, begin + count):
        desk.options[option].number = desk.options[option].follows = NONE
        if seat.last == NONE:
            seat.first = option
        else:
            desk.options[seat.last].follows = option
        seat.last = option
    desk.counts[OPTIONS] = begin + count


def is_behind(held: int, wished: int, at: int, option: Any, desk: Desk) -> bool:
    """Whether a sale is less good for a claim than another."""
    if held != option.held:
        return held < option.held  # type: ignore[no-any-return]
    if wished != option.wish:
        return wished > option.wish  # type: ignore[no-any-return]
    return desk.places[at].rank > desk.places[option.place].rank  # type: ignore[no-any-return]


def put(claim: int, at: int, held: int, wished: int, begin: int, count: int, most: int, desk: Desk) -> int:
    """Put an option in its order behind ``begin``, where ``count`` are; of more than ``most`` the last is dropped."""
    to = begin + count
    while to > begin and not is_behind(held, wished, at, desk.options[to - 1], desk):
        to -= 1
    for other in range(min(begin + count, begin + most - 1), to, -1):
        before, behind = desk.options[other - 1], desk.options[other]
        behind.held, behind.wish, behind.place = before.held, before.wish, before.place
        behind.claim, behind.units, behind.beside = claim, 0, NONE
    if to < begin + most:
        option = desk.options[to]
        option.held, option.wish, option.place = held, wished, at
        option.claim, option.units, option.beside = claim, 0, NONE
    return min(count + 1, most)


def number_of(placed: int, held: int, words: int, desk: Desk) -> int:
    """The number of a set of bits among the distinct ones, 0 being none at all; a new one's cost is written."""
    known = desk.counts[MASKS]
    for back in range(known):
        if desk.masks[known - 1 - back] == held:
            return known - 1 - back  # type: ignore[no-any-return]
    desk.masks[known] = held
    for word in range(words):
        desk.costs[known * words + word] = 0
    bit = 0
    while placed >> bit:
        if held >> bit & 1 == 0:
            desk.costs[known * words + desk.digits[2 * bit]] += desk.digits[2 * bit + 1]
        bit += 1
    desk.counts[MASKS] = known + 1
    return known  # type: ignore[no-any-return]


def settle(wants: Wants, start: int, stop: int, desk: Desk, portions: Any, count: int) -> int:
    """Write the units on options as portions, claim by claim; answers the number of portions."""
    first = wants.claim[start].first
    for claim in range(start, stop):
        at = desk.seats[claim - start].first
        while at != NONE:
            option = desk.options[at]
            if option.units > 0:
                if count == len(portions):
                    return PORTIONS_FULL
                note(portions, count, claim, first + option.place, option.units, option.held)
                count += 1
            at = option.follows
    return count
