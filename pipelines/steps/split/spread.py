"""Open this when a person is asked about money: what else equally good placements would credit.

A placement is as good as another when each claim has as many units placed and each kind of evidence holds for as many
units; the order rule is our choice and makes no difference. A unit may go to another sale when that sale has room, or
when those who stand there can go elsewhere, all without loss. From the placement found, units of a claim move that way
to ever cheaper (dearer) sales until none is left; what is gained is the claim's lowest (highest) credit. Such moves,
one sale for one other, lead to the lowest of all: the placements of a claim form an exchange system (M-convex set).

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import NONE, Desk, add_evidence, add_units, after, is_less, lay_out, words_for
from pipelines.steps.split.grade import OLDEST, Bits, Wants, grade
from pipelines.steps.split.index import Sales
from pipelines.steps.split.tight import Parts, find_parts, is_nothing
from pipelines.steps.split.walk import Portions

# What a move changed, noted so that it can be taken back: units of an option, or units left of a sale.
_OPTION, _SALE = 0, 1


def find_doubtful(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    portions: Portions,
    groups: Any,
    chosen: Any,
    contested: Any,
    first_of: Any,
    row: Any,
    doubtful: Any,
) -> int:
    """Of the chosen groups those that may have equally good placements of other credit; answers how many."""
    count = 0
    for at in range(len(chosen)):
        group = chosen[at]
        first, last = first_of[groups[group]], first_of[groups[group + 1]]
        if first < last and (contested[group] or is_doubtful(wants, sales, bits, portions, first, last, row)):
            doubtful[count] = group
            count += 1
    return count


def is_doubtful(wants: Wants, sales: Sales, bits: Bits, portions: Portions, first: int, last: int, row: Any) -> bool:
    """Whether any of these portions of an uncontested group could stand as well on a sale of other value.

    Each claim has its own best sales there; only one with the same evidence can be as good.
    """
    graded, lines = NONE, 0
    for at in range(first, last):
        claim, line = portions.claim[at], portions.line[at]
        if claim != graded:
            lines = grade(wants, sales, bits, claim, row)
            graded = claim
        for place in range(lines):
            if row[place] == row[line - wants.first[claim]]:
                other = wants.first[claim] + place
                if sales.value[other] != sales.value[line] or sales.currency[other] != sales.currency[line]:
                    return True
    return False


def spreads(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    portions: Portions,
    groups: Any,
    chosen: Any,
    contested: Any,
    begin: int,
    first_of: Any,
    desk: Desk,
    parts: Parts,
    own: Any,
    down: Any,
    up: Any,
    elsewhere: Any,
) -> int:
    """What each claim of the chosen groups might lose and gain, in 2^-20 minor units, and another currency, or -1.

    Answers the place in ``chosen`` at which the desk was too small, or its length. ``own`` is room for a group's sales.
    """
    for at in range(begin, len(chosen)):
        start, stop = groups[chosen[at]], groups[chosen[at] + 1]
        lines = wants.end[start] - wants.first[start]
        words, hot = words_for(bits.placed, lines), contested[chosen[at]] != 0
        if not lay_portions(wants, sales, bits, portions, start, stop, first_of, desk, words):
            return at
        find_parts(start, lines, desk, parts, words)
        for claim in range(start, stop):
            desk.other[0] = NONE
            found = grade(wants, sales, bits, claim, desk.row)
            down[claim] = plain_gain(wants, sales, bits, portions, claim, first_of, 1, lines, desk, parts, words, found)
            up[claim] = plain_gain(wants, sales, bits, portions, claim, first_of, -1, lines, desk, parts, words, found)
            elsewhere[claim] = desk.other[0]
        for claim in range(start, stop):
            if down[claim] < 0 or up[claim] < 0:
                desk.other[0] = NONE
                found = grade(wants, sales, bits, claim, desk.row)
                for sign in (1, -1):
                    more = gain(
                        wants, sales, bits, portions, start, claim, found, first_of, sign, desk, own, words, lines, hot
                    )
                    if more < 0:
                        return at
                    if sign == 1:
                        down[claim] = more
                    else:
                        up[claim] = more
                elsewhere[claim] = desk.other[0]
    return len(chosen)


def plain_gain(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    portions: Portions,
    claim: int,
    first_of: Any,
    sign: int,
    lines: int,
    desk: Desk,
    parts: Parts,
    words: int,
    found: int,
) -> int:
    """What the claim's value falls (``sign`` 1) or rises (-1) where each of its units can go to the best sale there is.

    -1: several units want the same room, or a chain of moves; that is to be tried out.
    """
    first, value, wanted = wants.first[claim], 0, 0
    for at in range(first_of[claim], first_of[claim + 1]):
        wanted += portions.units[at]
    several = first_of[claim + 1] - first_of[claim] > 1
    for at in range(first_of[claim], first_of[claim + 1]):
        away = portions.line[at] - first
        best, least = NONE, sign * sales.value[first + away]
        for place in range(found):
            better = sign * sales.value[first + place] < least
            foreign = sales.currency[first + place] != sales.currency[first + away]
            if (better or foreign) and place != away and may_go(bits, away, place, lines, desk, parts, words):
                if several:
                    return NONE  # its own units may be in each other's way
                if foreign:
                    desk.other[0] = sales.currency[first + place]
                else:
                    best, least = place, sign * sales.value[first + place]
        if best != NONE:
            if wanted > 1 and (desk.row[best] != desk.row[away] or desk.free[best] < wanted):
                return NONE
            value += portions.units[at] * (sign * sales.value[first + away] - least)
    return value


def may_go(bits: Bits, away: int, place: int, lines: int, desk: Desk, parts: Parts, words: int) -> bool:
    """Whether a unit on ``away`` of the graded claim can go to ``place`` without loss."""
    goal = lines if desk.free[place] > 0 else place
    if parts.part[goal] == NONE or parts.part[goal] != parts.part[away]:
        return False
    for word in range(words):
        desk.trial[word] = parts.cost[place * words + word] - parts.cost[away * words + word]
    if desk.row[place] != desk.row[away]:
        add_evidence(bits, desk.row[place], 1, lines, desk.trial, 0)
        add_evidence(bits, desk.row[away], -1, lines, desk.trial, 0)
    return is_nothing(desk.trial, 0, words)


def lay_portions(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    portions: Portions,
    start: int,
    stop: int,
    first_of: Any,
    desk: Desk,
    words: int,
) -> bool:
    """The group on the desk with its portions as units of options; whether the desk was large enough."""
    first, last = first_of[start], first_of[stop]
    for at in range(first, last):
        sales.left[portions.line[at]] += portions.units[at]
    options = lay_out(wants, sales, bits, OLDEST, start, stop, portions, first_of, desk, words)
    for at in range(first, last):
        sales.left[portions.line[at]] -= portions.units[at]
    if options < 0:
        return False
    for at in range(first, last):
        claim, place = portions.claim[at], portions.line[at] - wants.first[start]
        for option in range(desk.first[claim - start], desk.first[claim - start + 1]):
            if desk.sale[option] == place:
                add_units(desk, option, portions.units[at])
                desk.free[place] -= portions.units[at]
    return True


def gain(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    portions: Portions,
    start: int,
    claim: int,
    found: int,
    first_of: Any,
    sign: int,
    desk: Desk,
    own: Any,
    words: int,
    lines: int,
    contested: bool,
) -> int:
    """What the claim's value falls (``sign`` 1) or rises (-1) by moves to ever better sales, which are taken back.

    -1: the desk's log was too small.
    """
    first = wants.first[claim]
    for place in range(found):
        own[place] = 0
    for at in range(first_of[claim], first_of[claim + 1]):
        own[portions.line[at] - first] += portions.units[at]
    logged = value = 0
    moved = True
    while moved and logged >= 0:
        moved = False
        for away in range(found):
            while own[away] > 0 and logged >= 0:
                to = better(sales, bits, start, claim, found, away, sign, first, contested, desk, words, lines)
                if to < 0:
                    break
                step = sign * (sales.value[first + away] - sales.value[first + to])
                units = chain_units(away, to, own[away], desk)
                logged = move(away, to, units, desk, logged)
                own[away] -= units
                own[to] += units
                value += units * step
                moved = True
    take_back(desk, logged if logged >= 0 else -logged)
    return value if logged >= 0 else NONE


def better(
    sales: Sales,
    bits: Bits,
    start: int,
    claim: int,
    found: int,
    away: int,
    sign: int,
    first: int,
    contested: bool,
    desk: Desk,
    words: int,
    lines: int,
) -> int:
    """The sale of least (``sign`` 1) or greatest (-1) value to which a unit on ``away`` can go without loss, or -1.

    ``other`` notes a sale in another currency that would do as well.
    """
    level, currency = desk.row[away], sales.currency[first + away]
    best, least = NONE, sign * sales.value[first + away]
    chains = contested or may_drive(sales, found, away, sign, first, desk)
    desk.other[1] = NONE
    if chains:
        absorb(start, claim, away, lines, desk, words)
    for place in range(found):
        if place != away:
            if chains:
                as_good = desk.reached[place] and is_equal(bits, place, level, lines, desk, words)
            else:
                as_good = desk.row[place] == level and desk.free[place] > 0
            if as_good and sales.currency[first + place] != currency:
                desk.other[0] = sales.currency[first + place]
            elif as_good and sign * sales.value[first + place] < least:
                best, least = place, sign * sales.value[first + place]
    if best != NONE and not chains:
        desk.leaves[best] = desk.leaves[away] = NONE
    return best


def may_drive(sales: Sales, found: int, away: int, sign: int, first: int, desk: Desk) -> bool:
    """Whether, where each claim has its own best sales, a full one would be better than where the unit is.

    Nobody gains by being driven from it, so it needs as much evidence.
    """
    for place in range(found):
        if place != away and desk.row[place] >= desk.row[away] and desk.free[place] == 0 and desk.head[place] != NONE:
            if sales.currency[first + place] != sales.currency[first + away]:
                return True
            if sign * sales.value[first + place] < sign * sales.value[first + away]:
                return True
    return False


def is_equal(bits: Bits, place: int, level: int, lines: int, desk: Desk, words: int) -> bool:
    """Whether a unit stands as well on a full sale as where it is, those who make room for it counted in."""
    if not desk.reached[place]:
        return False
    for word in range(words):
        desk.trial[word] = desk.distance[place * words + word]
    add_evidence(bits, desk.row[place], 1, lines, desk.trial, 0)
    add_evidence(bits, level, -1, lines, desk.trial, 0)
    return is_nothing(desk.trial, 0, words)


def absorb(start: int, claim: int, away: int, lines: int, desk: Desk, words: int) -> None:
    """What evidence it costs to make room for one unit on each sale, when the claim leaves ``away``: ``distance``.
    ``leaves`` and ``takes`` say who goes where. Where others gain by going to ``away``, a unit that takes free room
    lets the best of them go: ``other`` notes from which sale.
    """
    for place in range(lines):
        desk.reached[place] = place == away or desk.free[place] > 0
        desk.leaves[place] = NONE
        for word in range(words):
            desk.distance[place * words + word] = 0
    changed = True
    while changed:
        changed = False
        for place in range(lines):
            if place != away:
                option = desk.head[place]
                while option != NONE:
                    if desk.units[option] > 0 and desk.claim[option] != claim:
                        changed = drive(option, start, place, desk, words) or changed
                    option = after(desk, option)
    gains = away  # its distance is nothing
    for place in range(lines):
        if desk.leaves[place] != NONE and is_less(desk.distance, place * words, desk.distance, gains * words, words):
            gains = place
    if gains != away:
        desk.other[1] = gains
        for place in range(lines):
            if place != away and desk.free[place] > 0:
                if is_less(desk.distance, gains * words, desk.distance, place * words, words):
                    desk.leaves[place] = NONE
                    for word in range(words):
                        desk.distance[place * words + word] = desk.distance[gains * words + word]


def drive(option: int, start: int, place: int, desk: Desk, words: int) -> bool:
    """Whether room is made at less cost by moving this option's unit elsewhere; then so it is noted."""
    other, changed = desk.claim[option], False
    here = desk.number[option] * words
    for its in range(desk.first[other - start], desk.first[other - start + 1]):
        there = desk.sale[its]
        if there != place and desk.reached[there]:
            goes = desk.number[its] * words
            for word in range(words):
                desk.trial[word] = (
                    desk.distance[there * words + word] + desk.costs[goes + word] - desk.costs[here + word]
                )
            if not desk.reached[place] or is_less(desk.trial, 0, desk.distance, place * words, words):
                for word in range(words):
                    desk.distance[place * words + word] = desk.trial[word]
                desk.reached[place] = 1
                desk.leaves[place], desk.takes[place] = option, its
                changed = True
    return changed


def chain_units(away: int, to: int, wanted: int, desk: Desk) -> int:
    """How many units, at most ``wanted``, the chain behind ``to`` lets through."""
    units, place, end = wanted, to, end_of(to, desk)
    if end != away:
        units = min(units, desk.free[end])
        place = desk.other[1] if desk.other[1] != NONE else end
        units = least_on(place, units, desk)
    return least_on(to, units, desk)


def end_of(place: int, desk: Desk) -> int:
    """Where the chain behind this sale ends."""
    while desk.leaves[place] != NONE:
        place = desk.sale[desk.takes[place]]
    return place


def least_on(place: int, units: int, desk: Desk) -> int:
    """The fewest units of an option that gives way along the chain, or ``units``."""
    while desk.leaves[place] != NONE:
        units = min(units, desk.units[desk.leaves[place]])
        place = desk.sale[desk.takes[place]]
    return units


def move(away: int, to: int, units: int, desk: Desk, logged: int) -> int:
    """Move units along the chain behind ``to``, and note it; answers how much is noted, negative when there is no room.

    The claim's own units are counted by the caller.
    """
    logged, end = carry(to, units, desk, logged), end_of(to, desk)
    if end != away:
        logged = change(_SALE, end, -units, desk, logged)
        gains = desk.other[1] if desk.other[1] != NONE else away
        logged = carry(gains, units, desk, logged)
        logged = change(_SALE, gains, units, desk, logged)
    return logged


def carry(place: int, units: int, desk: Desk, logged: int) -> int:
    """Move units along a chain, from option to option."""
    while desk.leaves[place] != NONE:
        logged = change(_OPTION, desk.leaves[place], -units, desk, logged)
        logged = change(_OPTION, desk.takes[place], units, desk, logged)
        place = desk.sale[desk.takes[place]]
    return logged


def change(what: int, at: int, units: int, desk: Desk, logged: int) -> int:
    """Change units and note it; once the log is full nothing changes any more, and the count is negative."""
    if logged < 0 or logged == len(desk.log_what):
        return -abs(logged)
    desk.log_what[logged], desk.log_at[logged], desk.log_units[logged] = what, at, units
    if what == _OPTION:
        add_units(desk, at, units)
    else:
        desk.free[at] += units
    return logged + 1


def take_back(desk: Desk, logged: int) -> None:
    """Undo what is noted."""
    for at in range(logged - 1, -1, -1):
        if desk.log_what[at] == _OPTION:
            add_units(desk, desk.log_at[at], -desk.log_units[at])
        else:
            desk.free[desk.log_at[at]] -= desk.log_units[at]
