"""Open this when you ask whether a unit can change its sale without loss: prices of sales, and moves that are tight.

Every full sale has a price in evidence: what a unit more of it would gain at most. With right prices a move of a
claim's unit is without loss only where it is *tight*: what it costs in evidence is what the goal's price is less than
the origin's. Nearly all sales have no price, since nobody is kept from a better one; then a move is tight where the
same kinds hold. Only kinds that settle doubt count here: the bits of a row above ``shift``.

These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import (
    LISTED,
    NONE,
    OPTIONS,
    PRICED,
    STAMP,
    Desk,
    add_units,
    after,
    is_less,
    row_of,
    words_for,
    write_digits,
)  # fmt: skip
from pipelines.steps.split.grade import Wants
from pipelines.steps.split.index import CURRENCY, NET, TAX, UNITS, VALUE_BITS, Sales
from pipelines.steps.split.walk import NOBODY, highest

_HALF = 1024
_STEP, _HIGHEST = 0x9E3779B97F4A7C15, 2**44  # numbers without a pattern; sums of them along any chain fit in 64 bits


def weights() -> list[int]:
    """What ``weight`` looks up: sums of the lower ten bits, and of the upper ten."""
    ones = [(bit + 1) * _STEP % 2**64 // 2**20 % _HIGHEST for bit in range(20)]
    return [
        sum(ones[bit + 10 * half] for bit in range(10) if held >> bit & 1) for half in (0, 1) for held in range(_HALF)
    ]


def stand(wants: Wants, sales: Sales, start: int, portions: Any, begin: int, end: int, desk: Desk) -> None:
    """The group's portions as units of options, and what a unit of each sale is worth."""
    first, lines = wants.claim[start].first, wants.claim[start].end - wants.claim[start].first
    for at in range(lines):
        place = desk.places[at]
        place.head = NONE
        place.mark = desk.priced[at] = desk.tolls[at] = 0
        desk.values[at], desk.currencies[at] = value_of(sales, first + at), sales.codes[CURRENCY][first + at]
    desk.places[lines].mark = 0
    desk.counts[OPTIONS] = desk.counts[STAMP] = desk.counts[PRICED] = desk.counts[LISTED] = 0
    for at in range(begin, end):
        portion = portions[at]
        note_unit(portion.claim, portion.line - first, portion.units, desk)


def value_of(sales: Sales, line: int) -> int:
    """What a unit of a sale is worth, net and tax, in 2^-20 minor units."""
    worth = (sales.money[line][NET] + sales.money[line][TAX]) << VALUE_BITS
    return worth // max(sales.codes[UNITS][line], 1)  # type: ignore[no-any-return]


def note_unit(claim: int, at: int, units: int, desk: Desk) -> None:
    """A new option with units."""
    number = desk.counts[OPTIONS]
    option = desk.options[number]
    option.claim, option.place, option.units, option.beside, option.near = claim, at, 0, NONE, NONE
    add_units(desk, number, units)
    desk.counts[OPTIONS] = number + 1


def set_prices(
    wants: Wants, sales: Sales, bits: Any, shift: int, start: int, portions: Any, begin: int, end: int, desk: Desk
) -> None:
    """The least prices with which no move gains. They exist since no circle of moves gains (Bellman and Ford)."""
    lines = wants.claim[start].end - wants.claim[start].first
    words = words_for(bits.placed >> shift, lines)
    write_digits(bits.placed >> shift, lines, desk.digits)
    waiting = 0
    for at in range(begin, end):
        claim, own = portions[at].claim, portions[at].line - wants.claim[start].first
        row = row_of(wants, sales, bits, claim, start, 0, desk)
        if is_kept_from_better(row, own, wants.claim[claim].last - wants.claim[claim].first, shift, desk):
            waiting = raise_from(wants, bits, claim, own, row, shift, lines, words, waiting, desk)
    done = 0
    while done < waiting:
        place = desk.touched[done % (lines + 1)]
        done += 1
        desk.places[place].done = 0
        at = desk.places[place].head
        while at != NONE:
            claim = desk.options[at].claim
            row = row_of(wants, sales, bits, claim, start, 0, desk)
            waiting = raise_from(wants, bits, claim, place, row, shift, lines, words, waiting, desk)
            at = after(desk, at)


def is_kept_from_better(row: int, own: int, eligible: int, shift: int, desk: Desk) -> bool:
    """Whether a sale that had units left fits better than the own one."""
    level = desk.sheet[row + own] >> shift
    return highest(desk.sheet, row, eligible, desk.left, 1, desk.taker, NOBODY) >> shift > level  # type: ignore[no-any-return]


def raise_from(
    wants: Wants,
    bits: Any,
    claim: int,
    own: int,
    row: int,
    shift: int,
    lines: int,
    words: int,
    waiting: int,
    desk: Desk,
) -> int:
    """Raise prices of full sales until the claim's unit gains nothing there; answers how many have waited so far."""
    sheet, left, free, near = desk.sheet, desk.left, desk.free, desk.near
    here, had = sheet[row + own] >> shift, desk.priced[own] != 0
    if not had:
        for word in range(words):
            desk.price[own * words + word] = 0
    full = list_full(
        sheet, row, wants.claim[claim].last - wants.claim[claim].first, shift, NONE if had else here, left, free, near
    )
    for one in range(full):
        at = near[one]
        if at == own:
            continue
        for word in range(words):
            desk.trial[word] = desk.price[own * words + word]
        add_difference(desk.sheet[row + at] >> shift, here, desk)
        if desk.priced[at] == 0:
            for word in range(words):
                desk.price[at * words + word] = 0
        if is_less(desk.price, at * words, desk.trial, 0, words):
            for word in range(words):
                desk.price[at * words + word] = desk.trial[word]
            desk.tolls[at] = desk.tolls[own] + weight(desk.sheet[row + at] >> shift, desk) - weight(here, desk)
            if desk.priced[at] == 0:
                desk.places[at].done = 0
            desk.priced[at] = desk.counts[PRICED] = 1
            if desk.places[at].done == 0:
                desk.places[at].done = 1
                desk.touched[waiting % (lines + 1)] = at
                waiting += 1
    return waiting


def near_of(
    wants: Wants,
    sales: Sales,
    bits: Any,
    shift: int,
    start: int,
    option: int,
    other: int,
    lines: int,
    words: int,
    desk: Desk,
) -> tuple[int, int]:
    """Where the list begins and ends of the places to which an option's units go without loss, its own among them.

    It is kept; where there is no room for that, until the next one with this ``other`` (0 or 1) is asked for.
    """
    asked = desk.options[option]
    if asked.near != NONE:
        return asked.near, asked.near_end
    row, want = row_of(wants, sales, bits, asked.claim, start, other, desk), wants.claim[asked.claim]
    begin = desk.counts[LISTED]
    kept = begin + 3 * lines <= len(desk.near)
    if not kept:
        begin = len(desk.near) - (1 + other) * lines
    end = list_near(row, asked.place, want.last - want.first, shift, words, begin, desk)
    if kept:
        asked.near, asked.near_end = begin, end
        desk.counts[LISTED] = end
    return begin, end


def list_near(row: int, here: int, eligible: int, shift: int, words: int, begin: int, desk: Desk) -> int:
    """List the places to which a unit of the row's claim goes from one without loss, that one too; answers the end."""
    level = desk.sheet[row + here] >> shift
    sheet, left, priced, near = desk.sheet, desk.left, desk.priced, desk.near
    own, toll = priced[here], weight(level, desk) - desk.tolls[here]
    end = list_likely(sheet, row, eligible, shift, level, own, left, priced, near, begin)
    if desk.counts[PRICED] == 0:
        return end
    kept = begin
    for one in range(begin, end):
        at = near[one]
        is_near = True
        if priced[at] | own:
            is_near = weight(sheet[row + at] >> shift, desk) - desk.tolls[at] == toll
            is_near = is_near and is_tight(row, here, at, shift, words, desk)
        if is_near:
            near[kept] = at
            kept += 1
    return kept


def list_likely(
    sheet: Any,
    row: int,
    eligible: int,
    shift: int,
    level: int,
    priced: int,
    left: Any,
    prices: Any,
    near: Any,
    begin: int,
) -> int:
    """List the places to which a unit may go without loss, as far as is seen at once; answers the end.

    A unit goes from a sale without a price to those that fit as well, and maybe to those with a price.
    """
    end = begin
    for at in range(eligible):
        if left[at] > 0 and (prices[at] or priced or sheet[row + at] >> shift == level):
            near[end] = at
            end += 1
    return end


def list_full(sheet: Any, row: int, eligible: int, shift: int, level: int, left: Any, free: Any, near: Any) -> int:
    """List the places that had units, have none, and fit better than this; answers how many."""
    end = 0
    for at in range(eligible):
        if left[at] > 0 and free[at] == 0 and sheet[row + at] >> shift > level:
            near[end] = at
            end += 1
    return end


def is_tight(row: int, origin: int, goal: int, shift: int, words: int, desk: Desk) -> bool:
    """Whether a unit of the row's claim goes to another sale without loss, the room it gives and takes counted."""
    here, there = desk.sheet[row + origin] >> shift, desk.sheet[row + goal] >> shift
    one, other = desk.priced[origin], desk.priced[goal]
    if one == 0 and other == 0:
        return here == there  # type: ignore[no-any-return]
    for word in range(words):
        desk.trial[word] = desk.price[goal * words + word] * other - desk.price[origin * words + word] * one
    add_difference(here, there, desk)
    for word in range(words):
        if desk.trial[word] != 0:
            return False
    return True


def weight(held: int, desk: Desk) -> int:
    """A number for a set of bits, the sum of those of its bits: sums that differ are of different costs."""
    return desk.weights[held & _HALF - 1] + desk.weights[_HALF + held // _HALF]  # type: ignore[no-any-return]


def add_difference(here: int, there: int, desk: Desk) -> None:
    """Add to ``trial`` what evidence a unit loses that goes from one set of bits to another."""
    bit, differs = 0, here ^ there
    while differs >> bit:
        if differs >> bit & 1:
            digit = desk.digits[2 * bit + 1]
            desk.trial[desk.digits[2 * bit]] += digit if here >> bit & 1 else -digit
        bit += 1
