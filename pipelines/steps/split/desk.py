"""Open this when you ask what lies on the desk while an item is placed: claims, sales, and units on pairs of them.

A *place* is the number of a sale among those of its group, from 0; behind the last one is the place of units without a
sale. A *seat* is that of a claim. An *option* is a pair of a claim and a place that may have units. All three are
records. What holds for a claim and each of its sales is a row of bits on the *sheet*: all rows of the group where they
fit, or else those that were looked at last.

A cost is a row of numbers that are compared from the left: first the kinds of evidence that do not hold, several as
digits of one number, "placed" being the strongest; then the wish of the order rule, the rank of the sale, and, for a
unit without a sale, how early its claim is. These functions keep to what can be turned into machine code.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.grade import Wants, fill, grade
from pipelines.steps.split.index import UNITS, UNITS_TAKEN, Sales

BEHIND = 3  # numbers of a cost behind those of the evidence
NONE = -1
BEYOND = 32  # numbers of the sheet behind a row that its grading may write into, before the next one is

# What is counted while a group is placed.
OPTIONS, MASKS, PLACED, TOUCHED, END, STAMP, STEPS, PATIENCE, LOGGED, PRICED, LISTED, COUNTS = range(12)

PLACE: tuple[tuple[str, str], ...] = (
    ("rank", "i4"),  # by the order rule
    ("head", "i4"),  # the first option that had units here
    ("reached", "i4"),
    ("done", "i4"),
    ("takes", "i4"),  # on the way here: the option that takes the unit,
    ("leaves", "i4"),  # and the one that gives way
    ("mark", "i4"),
    ("before", "i4"),
)
SEAT: tuple[tuple[str, str], ...] = (
    ("row", "i8"),  # where its row of the sheet is, or -1
    ("first", "i4"),  # its options, the best first
    ("last", "i4"),
    ("batch", "i4"),  # how many more are noted at once; 0: there are no more
)
OPTION: tuple[tuple[str, str], ...] = (
    ("units", "i8"),
    ("wish", "i8"),
    ("claim", "i4"),
    ("place", "i4"),
    ("held", "i4"),  # the bits
    ("number", "i4"),  # of the bits among the distinct ones; -1: nobody asked yet
    ("follows", "i4"),  # the next option of the same claim
    ("beside", "i4"),  # the next option that had units at the same place
    ("near", "i4"),  # where the list of places begins to which its units go without loss; -1: nobody asked yet
    ("near_end", "i4"),
)


class Desk(NamedTuple):
    """Room to place one group. ``costs``, ``distance`` and ``price`` have as many numbers of each as a cost has."""

    sheet: Any
    spare: Any  # the claims whose rows are on the sheet where not all fit
    left: Any  # units of each place before this batch,
    free: Any  # and those that no claim of it has
    taker: Any  # the claim that took of it last
    places: Any
    seats: Any
    options: Any
    counts: Any
    masks: Any  # distinct sets of bits
    costs: Any  # what they cost as evidence
    digits: Any  # of each bit its word and its digit
    weights: Any  # of bits, for tolls
    values: Any  # of each place what a unit is worth, net and tax, in 2^-20 minor units,
    currencies: Any
    priced: Any  # whether it has a price,
    tolls: Any  # and its price as one number: what is not the same in this is not the same
    near: Any  # lists of places, and behind them room for two that are not kept
    distance: Any  # of each place the cost of the way to it
    price: Any  # and the least that it costs to make room there
    base: Any
    trial: Any
    touched: Any
    own: Any
    log: Any


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


def write_digits(placed: int, lines: int, digits: Any) -> None:
    """The word and the digit of each bit of evidence, ``placed`` being the strongest."""
    width, kinds = digit_width(lines), 0
    while placed >> kinds:
        kinds += 1
    per_word = 62 // width
    word, place = 0, per_word
    for back in range(kinds):
        if place == 0:
            word, place = word + 1, per_word
        place -= 1
        digits[2 * (kinds - 1 - back)], digits[2 * (kinds - 1 - back) + 1] = word, 1 << width * place


def is_less(some: Any, at: int, others: Any, there: int, words: int) -> bool:
    """Whether a cost is less than another."""
    for word in range(words):
        if some[at + word] != others[there + word]:
            return some[at + word] < others[there + word]  # type: ignore[no-any-return]
    return False


def lay_out(wants: Wants, sales: Sales, bits: Any, start: int, stop: int, desk: Desk) -> int:
    """Lay out the claims ``start`` to ``stop``, all those of one group; answers its sales. No units are placed."""
    first = wants.claim[start].first
    lines = wants.claim[start].end - first
    note_left(sales.codes[UNITS], sales.codes[UNITS_TAKEN], first, lines, desk.left)
    note_left(sales.codes[UNITS], sales.codes[UNITS_TAKEN], first, lines, desk.free)
    fill(desk.taker, 0, lines, NONE)
    pairs = BEYOND
    for claim in range(start, stop):
        pairs += wants.claim[claim].last - first
    kept, row = pairs <= len(desk.sheet), 0
    for claim in range(start, stop):
        seat = desk.seats[claim - start]
        seat.row = NONE
        if kept:
            seat.row = row
            row += grade(wants, sales, bits, claim, desk.sheet, row)
    desk.spare[0] = desk.spare[1] = NONE
    return lines  # type: ignore[no-any-return]


def note_left(sold: Any, taken: Any, first: int, lines: int, left: Any) -> None:
    """The units that are left of sales."""
    for at in range(lines):
        left[at] = max(sold[first + at] - taken[first + at], 0)


def row_of(wants: Wants, sales: Sales, bits: Any, claim: int, start: int, other: int, desk: Desk) -> int:
    """Where the claim's row is on the sheet. Where not all fit, that of one claim and of one ``other`` are kept."""
    row = desk.seats[claim - start].row
    if row == NONE:
        want = wants.claim[claim]
        row = other * (want.end - want.first + BEYOND)
        if desk.spare[other] != claim:
            grade(wants, sales, bits, claim, desk.sheet, row)
            desk.spare[other] = claim
    return row  # type: ignore[no-any-return]


def add_units(desk: Desk, at: int, units: int) -> None:
    """Change an option's units; a place knows the options that ever had some."""
    option = desk.options[at]
    if option.beside == NONE:
        place = desk.places[option.place]
        option.beside = place.head if place.head != NONE else at
        place.head = at
    option.units += units


def after(desk: Desk, at: int) -> int:
    """The next option of the same place that had units; -1 behind the last one, which follows itself."""
    beside = desk.options[at].beside
    return NONE if beside == at else beside
