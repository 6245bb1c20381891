"""Open this when a person is asked about money: what else equally good placements would credit.

A placement is as good as another when each claim has as many units placed and each kind of evidence holds for as many
units; the order rule is our choice and makes no difference. A unit may go to another sale when that sale has room, or
when those who stand there can go elsewhere, all without loss. From the placement found, units of a claim move that way
to ever cheaper (dearer) sales until none is left; what is gained is the claim's lowest (highest) credit. Such moves,
one sale for one other, lead to the lowest of all: the placements of a claim form an exchange system (M-convex set).

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import NONE, Desk, add_evidence, add_units, after, lay_out, words_for
from pipelines.steps.split.grade import OLDEST, Bits, Wants, grade
from pipelines.steps.split.index import Sales
from pipelines.steps.split.tight import Parts, find_parts, is_nothing, is_same, is_tight, is_used
from pipelines.steps.split.walk import Portions

# What a move changed, noted so that it can be taken back: units of an option, or units left of a sale.
_OPTION, _SALE = 0, 1
# Options of a group up to which moves are tried out one by one.
TRIED_TO = 100_000


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
        words = words_for(bits.placed, lines)
        if not lay_portions(wants, sales, bits, portions, start, stop, first_of, desk, words):
            return at
        find_parts(start, lines, desk, parts, words)
        bound = desk.first[stop - start] > TRIED_TO
        for claim in range(start, stop):
            desk.foreign[0] = NONE
            found = grade(wants, sales, bits, claim, desk.row)
            down[claim] = plain_gain(
                wants, sales, bits, portions, claim, first_of, 1, lines, desk, parts, words, found, bound
            )
            up[claim] = plain_gain(
                wants, sales, bits, portions, claim, first_of, -1, lines, desk, parts, words, found, bound
            )
            elsewhere[claim] = desk.foreign[0]
        for claim in range(start, stop):
            if down[claim] < 0 or up[claim] < 0:
                desk.foreign[0] = NONE
                found = grade(wants, sales, bits, claim, desk.row)
                stand(wants, portions, claim, found, first_of, own)
                down[claim] = gain(wants, sales, bits, start, claim, found, 1, desk, parts, own, words, lines)
                stand(wants, portions, claim, found, first_of, own)
                up[claim] = gain(wants, sales, bits, start, claim, found, -1, desk, parts, own, words, lines)
                if down[claim] < 0 or up[claim] < 0:
                    return at
                elsewhere[claim] = desk.foreign[0]
    return len(chosen)


def stand(wants: Wants, portions: Portions, claim: int, found: int, first_of: Any, own: Any) -> None:
    """Write where the claim's units stand, by place, to ``own``."""
    for place in range(found):
        own[place] = 0
    for at in range(first_of[claim], first_of[claim + 1]):
        own[portions.line[at] - wants.first[claim]] += portions.units[at]


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
    bound: bool,
) -> int:
    """What the claim's value falls (``sign`` 1) or rises (-1) where each of its units can go to the best sale there is.

    -1: several units want the same room, or a chain of moves; that is to be tried out. Where that would take too long
    (``bound``), the answer is what it would be if they did not hinder each other: never too little doubt.
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
                if several and not bound:
                    return NONE  # its own units may be in each other's way
                if foreign:
                    desk.foreign[0] = sales.currency[first + place]
                else:
                    best, least = place, sign * sales.value[first + place]
        if best != NONE:
            if not bound and wanted > 1 and (desk.row[best] != desk.row[away] or desk.free[best] < wanted):
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
    start: int,
    claim: int,
    found: int,
    sign: int,
    desk: Desk,
    parts: Parts,
    own: Any,
    words: int,
    lines: int,
) -> int:
    """What the claim's value falls (``sign`` 1) or rises (-1) by moves to ever better sales, which are taken back.

    ``own`` are its units by place, and is changed. -1: the desk's log was too small.
    """
    first = wants.first[claim]
    logged = value = 0
    moved = True
    while moved and logged >= 0:
        moved = False
        for away in range(found):
            while own[away] > 0 and logged >= 0:
                to = better(sales, bits, start, claim, found, away, sign, first, desk, parts, words, lines)
                if to < 0:
                    break
                units = let_through(start, away, to, own[away], lines, desk, parts)
                logged = move(away, to, units, lines, desk, parts, logged)
                own[away] -= units
                own[to] += units
                value += units * sign * (sales.value[first + away] - sales.value[first + to])
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
    desk: Desk,
    parts: Parts,
    words: int,
    lines: int,
) -> int:
    """The sale of least (``sign`` 1) or greatest (-1) value to which a unit on ``away`` can go without loss, or -1.

    ``foreign`` notes the currency of a sale in another one that would do as well. The way that others go is left in
    ``parts``.
    """
    currency, own_value = sales.currency[first + away], sign * sales.value[first + away]
    for place in range(lines + 1):
        parts.waiting[place] = 0
    while True:
        best, least, foreign = NONE, own_value, False
        for place in range(found):
            # what an earlier search came to and found no way from leads nowhere
            if place != away and not parts.waiting[lines if desk.free[place] > 0 else place]:
                abroad = sales.currency[first + place] != currency
                wanted = desk.foreign[0] == NONE if abroad else sign * sales.value[first + place] < least
                if wanted and may_go(bits, away, place, lines, desk, parts, words):
                    best, foreign = place, abroad
                    if abroad:
                        break
                    least = sign * sales.value[first + place]
        if best == NONE:
            return NONE
        if leads_back(start, claim, away, best, lines, desk, parts, words):
            if not foreign:
                return best
            desk.foreign[0] = sales.currency[first + best]
            for place in range(lines + 1):
                parts.waiting[place] = 0


def leads_back(start: int, claim: int, away: int, to: int, lines: int, desk: Desk, parts: Parts, words: int) -> bool:
    """Whether room on ``to`` is made by moves of others without loss that end on ``away`` or in what it leaves free.

    Places that are ``waiting`` from an earlier search in vain are left out. ``path`` holds the way back: of each place
    the one before it; ``option`` and ``goal`` the options that a unit left and took between the two.
    """
    parts.stack[0] = to
    parts.waiting[to] = 1
    parts.path[to] = NONE
    begin, end = 0, 1
    while begin < end:
        place = parts.stack[begin]
        begin += 1
        if place == lines:
            end = spread_out(away, lines, end, desk, parts, words)
        else:
            if desk.free[place] > 0 and is_same(parts.cost, place * words, lines * words, words):
                end = arrive(lines, place, NONE, NONE, end, parts)
                if may_leave(away, lines, parts, words):
                    end = arrive(away, lines, NONE, NONE, end, parts)
            option = desk.head[place]
            while option != NONE and not parts.waiting[away]:
                if desk.units[option] > 0 and desk.claim[option] != claim:
                    for its in range(
                        desk.first[desk.claim[option] - start], desk.first[desk.claim[option] - start + 1]
                    ):
                        if not parts.waiting[desk.sale[its]] and is_tight(option, its, desk, parts, words):
                            end = arrive(desk.sale[its], place, option, its, end, parts)
                option = after(desk, option)
        if parts.waiting[away]:
            return True
    return False


def may_leave(away: int, lines: int, parts: Parts, words: int) -> bool:
    """Whether ``away`` may have one unit less, nobody else coming."""
    return is_same(parts.cost, away * words, lines * words, words)


def spread_out(away: int, lines: int, end: int, desk: Desk, parts: Parts, words: int) -> int:
    """From room that is left over to all sales that would be as well without a unit; answers the end of the queue."""
    for place in range(lines):
        if place != away and not parts.waiting[place] and is_used(place, desk):
            if is_same(parts.cost, place * words, lines * words, words):
                end = arrive(place, lines, NONE, NONE, end, parts)
    return end


def arrive(place: int, before: int, leaves: int, takes: int, end: int, parts: Parts) -> int:
    """Note how a place is come to, the first time; answers the end of the queue."""
    if parts.waiting[place]:
        return end
    parts.waiting[place] = 1
    parts.path[place] = before
    parts.option[place], parts.goal[place] = leaves, takes
    parts.stack[end] = place
    return end + 1


def let_through(start: int, away: int, to: int, wanted: int, lines: int, desk: Desk, parts: Parts) -> int:
    """How many units, at most ``wanted``, the way from ``to`` to ``away`` lets through."""
    units, place = wanted, away
    while place != to:
        before = parts.path[place]
        if parts.option[place] != NONE:
            units = min(units, desk.units[parts.option[place]])
        elif place == lines:
            units = min(units, desk.free[before])
        elif place != away:
            units = min(units, units_on(place, desk))
        place = before
    return units


def units_on(place: int, desk: Desk) -> int:
    """The units of all options on a sale."""
    units, option = 0, desk.head[place]
    while option != NONE:
        units += desk.units[option]
        option = after(desk, option)
    return units


def move(away: int, to: int, units: int, lines: int, desk: Desk, parts: Parts, logged: int) -> int:
    """Move units along the way from ``to`` to ``away``, and note it; answers how much is noted, negative without room.

    The claim's own units are counted by the caller.
    """
    place = away
    while place != to:
        before = parts.path[place]
        if parts.option[place] != NONE:
            logged = change(_OPTION, parts.option[place], -units, desk, logged)
            logged = change(_OPTION, parts.goal[place], units, desk, logged)
        elif place == lines:
            logged = change(_SALE, before, -units, desk, logged)
        else:
            logged = change(_SALE, place, units, desk, logged)
        place = before
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
