"""Open this when a person is asked about money: what else equally good placements would credit.

A placement is as good as another when each claim has as many units placed and each kind of evidence holds for as many
units; the order rule is our choice and makes no difference. A claim's units can at most go to the cheapest (dearest) of
the sales that they may go to without loss (``prices``). Where these have room for them, that is the answer; where all
are worth the same, there is no doubt. Only what remains is tried out, move by move (``exchange``).

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import NONE, PATIENCE, PRICED, Desk, row_of, words_for
from pipelines.steps.split.exchange import gain
from pipelines.steps.split.grade import Wants
from pipelines.steps.split.index import CURRENCY, Sales
from pipelines.steps.split.prices import near_of, set_prices, stand, value_of

# Pairs of claims and sales of a group up to which everything is tried out, and how long is tried for each claim beyond.
TRIED_TO, TRIED_FOR = 100_000, 200_000
_ENDLESS = 1 << 60


def are_plain(
    wants: Wants, sales: Sales, shift: int, start: int, desk: Desk, portions: Any, begin: int, end: int, told: Any
) -> bool:
    """Tell the doubts of claims that did not contend, if each stands on one sale and its doubt is plain to see.

    Nobody is kept from a better sale then: a unit can go to sales that fit as well and have room.
    """
    for at in range(begin, end):
        claim = portions[at].claim
        if at > begin and portions[at - 1].claim == claim:
            return False
        row = desk.seats[claim - start].row
        if row == NONE or not is_plain(wants, sales, shift, row, desk, portions[at], told[claim]):
            return False
    return True


def is_plain(wants: Wants, sales: Sales, shift: int, row: int, desk: Desk, portion: Any, tells: Any) -> bool:
    """Whether the cheapest and the dearest of the sales that fit a claim as well have room for it: tell its doubt."""
    first, lines = wants.claim[portion.claim].first, wants.claim[portion.claim].last - wants.claim[portion.claim].first
    here, own, currency = portion.held >> shift, value_of(sales, portion.line), sales.codes[CURRENCY][portion.line]
    least = most = own
    room_at_least = room_at_most = 0
    for at in range(lines):
        if desk.sheet[row + at] >> shift == here and desk.left[at] > 0:
            if sales.codes[CURRENCY][first + at] != currency:
                return False
            value = value_of(sales, first + at)
            if value < least:
                least, room_at_least = value, 0
            if value > most:
                most, room_at_most = value, 0
            room_at_least += desk.free[at] if value == least else 0
            room_at_most += desk.free[at] if value == most else 0
    down, up = portion.units * (own - least), portion.units * (most - own)
    if (down and room_at_least < portion.units) or (up and room_at_most < portion.units):
        return False
    tells.down, tells.up = down, up
    return True


def doubts(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    desk: Desk,
    portions: Any,
    begin: int,
    end: int,
    told: Any,
) -> None:
    """Tell for the claims of a group, whose portions are ``begin`` to ``end``, what they might lose and gain."""
    lines = wants.claim[start].end - wants.claim[start].first
    words = words_for(bits.placed >> shift, lines)
    stand(wants, sales, start, portions, begin, end, desk)
    set_prices(wants, sales, bits, shift, start, portions, begin, end, desk)
    patience = TRIED_FOR if (portions[end - 1].claim + 1 - start) * lines > TRIED_TO else _ENDLESS
    at = begin
    while at < end:
        stop, claim = at, portions[at].claim
        while stop < end and portions[stop].claim == claim:
            stop += 1
        plain = False
        if stop == at + 1 and desk.counts[PRICED] == 0:
            row = row_of(wants, sales, bits, claim, start, 0, desk)
            plain = is_plain(wants, sales, shift, row, desk, portions[at], told[claim])
        if not plain:
            desk.counts[PATIENCE] = patience
            doubt(wants, sales, bits, shift, start, at - begin, lines, words, desk, portions, at, stop, told[claim])
        at = stop


def doubt(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    option: int,
    lines: int,
    words: int,
    desk: Desk,
    portions: Any,
    begin: int,
    end: int,
    tells: Any,
) -> None:
    """Tell the doubt of one claim, whose portions are ``begin`` to ``end``; ``option`` is that of the first."""
    want = wants.claim[portions[begin].claim]
    own = portions[begin].line - want.first
    row = row_of(wants, sales, bits, portions[begin].claim, start, 0, desk)
    level, priced = desk.sheet[row + own] >> shift, desk.priced[own]
    if not differ(
        desk.sheet,
        row,
        want.last - want.first,
        shift,
        level,
        priced,
        own,
        desk.left,
        desk.priced,
        desk.values,
        desk.currencies,
    ):
        return
    least = most = desk.values[own]
    foreign = NONE
    near, near_end = near_of(wants, sales, bits, shift, start, option, 0, lines, words, desk)
    for one in range(near, near_end):
        at = desk.near[one]
        least, most = min(least, desk.values[at]), max(most, desk.values[at])
        if desk.currencies[at] != desk.currencies[own]:
            foreign = desk.currencies[at]
    if foreign == NONE and least == most:
        return
    for sign in (1, -1):
        goal = least if sign == 1 else most
        found = NONE
        if foreign == NONE:
            near, near_end = near_of(wants, sales, bits, shift, start, option, 0, lines, words, desk)
            found = gained_by_room(near, near_end, want, goal, sign, desk, portions, begin, end)
        if found == NONE:
            found = gain(wants, sales, bits, shift, start, sign, lines, words, desk, portions, begin, end, tells)
        if found == NONE:
            near, near_end = near_of(wants, sales, bits, shift, start, option, 0, lines, words, desk)
            found = gained_at_most(near, near_end, want, sign, desk, portions, begin, end)
            tells.elsewhere = foreign
        if sign == 1:
            tells.down = found
        else:
            tells.up = found


def differ(
    sheet: Any,
    row: int,
    eligible: int,
    shift: int,
    level: int,
    priced: int,
    own: int,
    left: Any,
    prices: Any,
    values: Any,
    currencies: Any,
) -> bool:
    """Whether any sale to which a unit of the row's claim may go without loss is worth something else than its own.

    A unit goes from a sale without a price to those that fit as well, and maybe to those with a price.
    """
    for at in range(eligible):
        maybe = left[at] > 0 and (prices[at] != 0 or priced != 0 or sheet[row + at] >> shift == level)
        if maybe and (values[at] != values[own] or currencies[at] != currencies[own]):
            return True
    return False


def gained_by_room(
    near: int, near_end: int, want: Any, goal: int, sign: int, desk: Desk, portions: Any, begin: int, end: int
) -> int:
    """What the claim's value falls (``sign`` 1) or rises (-1) when all of its units go to sales of this value.

    NONE: these have no room for them now, or somebody must take what the units leave. Where they may go stands in
    ``desk.near`` from ``near`` to ``near_end``.
    """
    wanted = value = 0
    for at in range(begin, end):
        own = portions[at].line - want.first
        if desk.values[own] != goal:
            wanted += portions[at].units
            value += portions[at].units * sign * (desk.values[own] - goal)
            if desk.priced[own]:
                return NONE
    one = near
    while wanted > 0 and one < near_end:
        at = desk.near[one]
        if desk.values[at] == goal:
            wanted -= desk.free[at]
        one += 1
    return value if wanted <= 0 else NONE


def gained_at_most(
    near: int, near_end: int, want: Any, sign: int, desk: Desk, portions: Any, begin: int, end: int
) -> int:
    """What would be gained if all others gave way: never too little doubt."""
    wanted = value = 0
    for at in range(begin, end):
        wanted += portions[at].units
        value += portions[at].units * sign * desk.values[portions[at].line - want.first]
    behind, level = False, 0
    while wanted > 0:
        best, room = 0, 0
        for one in range(near, near_end):
            at = desk.near[one]
            worth = sign * desk.values[at]
            if (not behind or worth > level) and (room == 0 or worth <= best):
                room = desk.left[at] + (room if worth == best else 0)
                best = worth
        taken = min(wanted, room)
        value, wanted = value - taken * best, wanted - taken
        behind, level = True, best
        if room == 0:
            return max(value, 0)
    return value
