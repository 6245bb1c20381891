"""Open this when you ask why a unit was placed here and not there: every claim walks to its own best sales.

Claims of one retailer and item compete. Where each can have its own best sales, it has them: that is the best of all
placements, since no claim could do better alone. Where they want more of a sale than it has left, they are placed
together (``contest``). These functions keep to what can be turned into machine code.
"""

from typing import Any

from pipelines.steps.split.desk import NONE, Desk, row_of
from pipelines.steps.split.grade import NEWEST, OLDEST, Wants, comes_first, wish
from pipelines.steps.split.index import DAY, Sales

# Units on a sale, with the bits of what holds, and their money.
PORTION: tuple[tuple[str, str], ...] = (
    ("units", "i8"),
    ("net", "i8"),
    ("tax", "i8"),
    ("claim", "i4"),
    ("line", "i4"),
    ("held", "i4"),
)
FULL, CONTENDED = -1, -2
PLACES = 2**11  # of these the number fits behind the bits of all kinds in 32 bits
NOBODY = -2  # no claim, and not what is noted where none took anything


def walk(
    wants: Wants, sales: Sales, bits: Any, order: int, start: int, stop: int, desk: Desk, portions: Any, count: int
) -> int:
    """Place the claims ``start`` to ``stop`` of a group, each on its own best sales; answers the number of portions.

    FULL: there was no room for them; CONTENDED: together they want more of a sale than it has.
    """
    first = wants.claim[start].first
    for claim in range(start, stop):
        wanted, place = wants.claim[claim].units, 0
        row = row_of(wants, sales, bits, claim, start, 0, desk)
        while wanted > 0 and place >= 0:
            place = best(wants, sales, order, claim, desk.sheet, row, desk.left, 1, desk.taker)
            if place >= 0:
                if count == len(portions):
                    return FULL
                taken = min(wanted, desk.left[place])
                desk.taker[place] = claim
                desk.free[place] -= taken
                if desk.free[place] < 0:
                    return CONTENDED
                note(portions, count, claim, first + place, taken, desk.sheet[row + place])
                wanted -= taken
                count += 1
    return count


def note(portions: Any, at: int, claim: int, line: int, units: int, held: int) -> None:
    """Write a portion."""
    portion = portions[at]
    portion.claim, portion.line, portion.units, portion.held = claim, line, units, held


def best(
    wants: Wants, sales: Sales, order: int, claim: int, sheet: Any, row: int, room: Any, least: int, taker: Any
) -> int:
    """The place of the best sale with so much room that the claim did not take of yet; NONE: there is none.

    ``row`` is that of the claim on the sheet.
    """
    first, lines = wants.claim[claim].first, wants.claim[claim].last - wants.claim[claim].first
    if order == NEWEST and lines <= PLACES:
        key = newest_key(sheet, row, lines, room, least, taker, claim)
        return key if key < 0 else first_of_day(sales, first, key, sheet, row, room, least, taker, claim)
    found, found_wish, held = NONE, 0, highest(sheet, row, lines, room, least, taker, claim)
    if held < 0:
        return NONE
    for step in range(lines):
        place = step if order == OLDEST else lines - 1 - step  # where the first that is found is the best, or nearly
        if sheet[row + place] == held and room[place] >= least and taker[place] != claim:
            younger = found != NONE and comes_first(sales, order, first + found, first + place)
            if order == OLDEST or (order == NEWEST and younger):
                return place if order == OLDEST else found
            wished = wish(wants, sales, order, claim, first + place)
            if found == NONE or wished < found_wish or (wished == found_wish and not younger):
                found, found_wish = place, wished
    return found


def newest_key(sheet: Any, row: int, lines: int, room: Any, least: int, taker: Any, claim: int) -> int:
    """The greatest of what holds for a place and, behind that, its number; NONE: there is none."""
    found = NONE
    for place in range(lines):
        if room[place] >= least and taker[place] != claim:
            found = max(found, sheet[row + place] * PLACES + place)
    return found


def first_of_day(
    sales: Sales, first: int, key: int, sheet: Any, row: int, room: Any, least: int, taker: Any, claim: int
) -> int:
    """The first place of the same day as that of the key which is as good."""
    held, place = key // PLACES, key % PLACES
    found, day = place, sales.codes[DAY][first + place]
    while place > 0 and sales.codes[DAY][first + place - 1] == day:
        place -= 1
        if sheet[row + place] == held and room[place] >= least and taker[place] != claim:
            found = place
    return found


def highest(sheet: Any, row: int, lines: int, room: Any, least: int, taker: Any, claim: int) -> int:
    """What holds for the best of these sales; NONE: there is none."""
    held = NONE
    for place in range(lines):
        if sheet[row + place] > held and room[place] >= least and taker[place] != claim:
            held = sheet[row + place]
    return held
