"""Open this when a doubt is not what you expect: units change places without loss, and back again.

From the placement found, units of a claim move to ever cheaper (dearer) sales until none is left; what is gained is the
claim's lowest (highest) credit. A move needs room: on the sale itself, or made by others who move on without loss, and
what the unit leaves must be taken by others if its sale has a price. Such moves, one sale for one other, lead to the
lowest of all: the placements of a claim form an exchange system (M-convex set). Room that is left over is a place of
its own, behind the last sale.

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import (
    LOGGED,
    NONE,
    OPTIONS,
    PATIENCE,
    STAMP,
    STEPS,
    Desk,
    add_units,
    after,
)  # fmt: skip
from pipelines.steps.split.grade import Wants
from pipelines.steps.split.index import Sales
from pipelines.steps.split.prices import near_of, note_unit

_MOVE = 3  # numbers of the log for each change: an option or a place, which, and its units
_OPTION, _PLACE = 0, 1


def gain(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    sign: int,
    lines: int,
    words: int,
    desk: Desk,
    portions: Any,
    begin: int,
    end: int,
    tells: Any,
) -> int:
    """What the claim's value falls (``sign`` 1) or rises (-1) by moves to ever better sales, which are taken back.

    NONE: it would take too long. ``tells`` hears of a sale in another currency that would do as well.
    """
    claim, options = portions[begin].claim, desk.counts[OPTIONS]
    want = wants.claim[claim]
    low, high = portions[begin].line - want.first, 0
    for at in range(begin, end):
        own = portions[at].line - want.first
        desk.own[own] = portions[at].units
        low, high = min(low, own), max(high, own)
    desk.counts[LOGGED] = desk.counts[STEPS] = value = 0
    moved = enough = True
    while moved and enough:
        moved = False
        away = low - 1
        while away < high:
            away += 1
            while desk.own[away] > 0 and enough:
                enough = desk.counts[OPTIONS] < len(desk.options)
                if not enough:
                    break
                from_here = option_at(claim, away, desk)
                to = better(wants, sales, bits, shift, start, from_here, sign, lines, words, desk, tells)
                if to < 0:
                    break
                units = let_through(away, to, desk.own[away], lines, desk)
                enough = move(away, to, units, lines, desk)
                desk.own[away] -= units
                desk.own[to] += units
                low, high = min(low, to), max(high, to)
                value += units * sign * (desk.values[away] - desk.values[to])
                moved = True
    for at in range(low, high + 1):
        desk.own[at] = 0
    take_back(options, desk)
    return value if enough and desk.counts[STEPS] <= desk.counts[PATIENCE] else NONE


def better(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    option: int,
    sign: int,
    lines: int,
    words: int,
    desk: Desk,
    tells: Any,
) -> int:
    """The place of least (``sign`` 1) or greatest (-1) value to which an option's unit can go without loss, or -1."""
    claim, away = desk.options[option].claim, desk.options[option].place
    currency, own_value = desk.currencies[away], sign * desk.values[away]
    near, near_end = near_of(wants, sales, bits, shift, start, option, 0, lines, words, desk)
    desk.counts[STAMP] += 1
    while desk.counts[STEPS] <= desk.counts[PATIENCE]:
        best, least, foreign = NONE, own_value, False
        for one in range(near, near_end):
            at = desk.near[one]
            abroad = desk.currencies[at] != currency
            wanted = tells.elsewhere == NONE if abroad else sign * desk.values[at] < least
            if wanted and not is_dead_end(at, lines, desk):
                best, foreign = at, abroad
                if abroad:
                    break
                least = sign * desk.values[at]
        if best == NONE:
            return NONE
        if leads_back(wants, sales, bits, shift, start, claim, away, best, lines, words, desk):
            if not foreign:
                return best
            tells.elsewhere = desk.currencies[best]
            desk.counts[STAMP] += 1
    return NONE


def is_dead_end(at: int, lines: int, desk: Desk) -> bool:
    """Whether an earlier search came here and found no way from here."""
    goal = lines if desk.free[at] > 0 else at
    return desk.places[goal].mark == desk.counts[STAMP]  # type: ignore[no-any-return]


def leads_back(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    claim: int,
    away: int,
    to: int,
    lines: int,
    words: int,
    desk: Desk,
) -> bool:
    """Whether room on ``to`` is made by moves of others without loss that end on ``away`` or in what it leaves free.

    Places that bear the stamp, of an earlier search in vain, are left out. Of each place ``before`` is the one before
    it on the way; ``leaves`` the option that a unit left between the two.
    """
    stamp, free_to_leave = desk.counts[STAMP], desk.priced[away] == 0
    begin, end = 0, arrive(to, NONE, NONE, 0, desk)
    while begin < end:
        at = desk.touched[begin]
        begin += 1
        if at == lines:
            end = spread_out(away, lines, end, desk)
        else:
            if desk.free[at] > 0:
                end = arrive(lines, at, NONE, end, desk)
                if free_to_leave:
                    end = arrive(away, lines, NONE, end, desk)
            option = desk.places[at].head
            while option != NONE and desk.places[away].mark != stamp:
                other = desk.options[option].claim
                if desk.options[option].units > 0 and other != claim:
                    end = go_on(wants, sales, bits, shift, start, option, end, lines, words, desk)
                option = after(desk, option)
        if desk.places[away].mark == stamp:
            return True
        if desk.counts[STEPS] > desk.counts[PATIENCE]:
            return False
    return False


def go_on(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    option: int,
    end: int,
    lines: int,
    words: int,
    desk: Desk,
) -> int:
    """To all sales to which this option's units can go without loss; answers the end of the queue."""
    here, stamp = desk.options[option].place, desk.counts[STAMP]
    near, near_end = near_of(wants, sales, bits, shift, start, option, 1, lines, words, desk)
    desk.counts[STEPS] += near_end - near
    for one in range(near, near_end):
        if desk.places[desk.near[one]].mark != stamp:
            end = arrive(desk.near[one], here, option, end, desk)
    return end


def spread_out(away: int, lines: int, end: int, desk: Desk) -> int:
    """From room that is left over to all sales that would be as well without a unit; answers the end of the queue."""
    for at in range(lines):
        if at != away and desk.priced[at] == 0 and units_on(at, desk) > 0:
            end = arrive(at, lines, NONE, end, desk)
    return end


def arrive(at: int, before: int, leaves: int, end: int, desk: Desk) -> int:
    """Note how a place is come to, the first time; answers the end of the queue."""
    place = desk.places[at]
    if place.mark == desk.counts[STAMP]:
        return end
    place.mark, place.before, place.leaves = desk.counts[STAMP], before, leaves
    desk.touched[end] = at
    return end + 1


def let_through(away: int, to: int, wanted: int, lines: int, desk: Desk) -> int:
    """How many units, at most ``wanted``, the way from ``to`` to ``away`` lets through."""
    units, at = wanted, away
    while at != to:
        before, leaves = desk.places[at].before, desk.places[at].leaves
        if leaves != NONE:
            units = min(units, desk.options[leaves].units)
        elif at == lines:
            units = min(units, desk.free[before])
        elif at != away:
            units = min(units, units_on(at, desk))
        at = before
    return units


def units_on(at: int, desk: Desk) -> int:
    """The units of all options on a place."""
    units, option = 0, desk.places[at].head
    while option != NONE:
        units += desk.options[option].units
        option = after(desk, option)
    return units


def move(away: int, to: int, units: int, lines: int, desk: Desk) -> bool:
    """Move units along the way from ``to`` to ``away``, and note it; whether there was room for the notes.

    The claim's own units are counted by the caller.
    """
    at = away
    while at != to:
        before, leaves = desk.places[at].before, desk.places[at].leaves
        if desk.counts[LOGGED] + 2 * _MOVE > len(desk.log) or desk.counts[OPTIONS] == len(desk.options):
            return False
        if leaves != NONE:
            change(_OPTION, leaves, -units, desk)
            change(_OPTION, option_at(desk.options[leaves].claim, at, desk), units, desk)
        elif at == lines:
            change(_PLACE, before, -units, desk)
        else:
            change(_PLACE, at, units, desk)
        at = before
    return True


def option_at(claim: int, at: int, desk: Desk) -> int:
    """The option of a claim at a place, a new one if it never had units there."""
    option = desk.places[at].head
    while option != NONE:
        if desk.options[option].claim == claim:
            return option  # type: ignore[no-any-return]
        option = after(desk, option)
    note_unit(claim, at, 0, desk)
    return desk.counts[OPTIONS] - 1  # type: ignore[no-any-return]


def change(what: int, at: int, units: int, desk: Desk) -> None:
    """Change units of an option, or those left of a place, and note it."""
    logged = desk.counts[LOGGED]
    desk.log[logged], desk.log[logged + 1], desk.log[logged + 2] = what, at, units
    desk.counts[LOGGED] = logged + _MOVE
    if what == _OPTION:
        add_units(desk, at, units)
    else:
        desk.free[at] += units


def take_back(options: int, desk: Desk) -> None:
    """Undo what is noted, and forget all options but the first so many."""
    for back in range(desk.counts[LOGGED] - _MOVE, -1, -_MOVE):
        at, units = desk.log[back + 1], desk.log[back + 2]
        if desk.log[back] == _OPTION:
            desk.options[at].units -= units
        else:
            desk.free[at] -= units
    for at in range(desk.counts[OPTIONS] - 1, options - 1, -1):
        desk.places[desk.options[at].place].head = after(desk, at)
    desk.counts[OPTIONS] = options
