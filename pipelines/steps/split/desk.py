"""Open this when you ask what lies on the desk while a group is solved: claims, sales that may be theirs, and costs.

A claim never needs a sale beyond its best ones that together hold the units of all claims of the group: one of those
would be free. A pair of a claim and such a sale is an *option*; units on options are the placement.

A cost is a row of numbers that are compared from the left: first the kinds of evidence that do not hold, several as
digits of one number, "placed" being the strongest; then the wish of the order rule, the place of the sale, and, for a
unit without a sale, how early its claim is. These functions keep to what can be turned into machine code.
"""

from typing import Any, NamedTuple

from pipelines.steps.split.grade import NEAREST_PRICE, NEWEST, OLDEST, Bits, Wants, grade, wish
from pipelines.steps.split.index import Sales
from pipelines.steps.split.walk import Portions

BEHIND = 3  # numbers of a cost behind those of the evidence
NONE = -1


class Desk(NamedTuple):
    """Room to solve one group.

    Of each claim (by its number in the group): where its options begin, and its units without a sale. Of each option:
    its claim, its sale, the number of its set of bits, its wish, its units, and the next option of the same sale. Of
    each sale (by its place in the group): units left, its place by the order rule, its first option that had units, and
    what a search found out about it. ``masks`` are the distinct sets of bits, ``costs`` what they cost as evidence;
    ``trial`` is a cost that is being added up, ``foreign`` another currency that was met, the log what moves changed.
    """

    first: Any
    without: Any
    claim: Any
    sale: Any
    number: Any
    wish: Any
    units: Any
    follows: Any
    free: Any
    rank: Any
    head: Any
    reached: Any
    done: Any
    leaves: Any  # the option that gives way on this sale's chain, or -1
    takes: Any  # the option that takes the unit
    touched: Any
    distance: Any
    row: Any
    masks: Any
    costs: Any
    trial: Any
    foreign: Any
    log_what: Any
    log_at: Any
    log_units: Any


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


def lay_out(
    wants: Wants,
    sales: Sales,
    bits: Bits,
    order: int,
    start: int,
    stop: int,
    portions: Portions,
    first_of: Any,
    desk: Desk,
    words: int,
) -> int:
    """Lay out the claims ``start`` to ``stop``, all those of one group, with their options; no units are placed.

    Where a claim stands already (``portions`` from ``first_of[claim]`` on) is one of its options. Answers the number of
    options; -1: the desk is too small.
    """
    first = wants.first[start]
    lines = wants.end[start] - first
    for place in range(lines):
        desk.free[place] = sales.left[first + place]
        desk.head[place] = NONE
    rank_sales(sales, order, first, lines, desk)
    together = 0
    for claim in range(start, stop):
        together += wants.units[claim]
    options = 0
    desk.masks[0] = known = 0
    for claim in range(start, stop):
        desk.first[claim - start] = options
        desk.without[claim - start] = 0
        found = grade(wants, sales, bits, claim, desk.row)
        if len(first_of):
            options = add_own(portions, first_of[claim], first_of[claim + 1], first, claim, options, desk)
        if options >= 0:
            options = add_options(wants, sales, order, start, claim, found, together, options, desk)
        if options < 0:
            return NONE
    desk.first[stop - start] = options
    for option in range(options):
        known = number_mask(desk, option, known)
        if known < 0:
            return NONE
    write_costs(bits, desk, known + 1, lines, words)
    return options


def rank_sales(sales: Sales, order: int, first: int, lines: int, desk: Desk) -> None:
    """The rank of each sale among the group's: by age, or for the newest first by day, then id."""
    if order != NEWEST and order != NEAREST_PRICE:
        for place in range(lines):
            desk.rank[place] = place
        return
    stop, rank = lines, 0
    while stop > 0:
        start = stop - 1
        while start > 0 and sales.day[first + start - 1] == sales.day[first + stop - 1]:
            start -= 1
        for place in range(start, stop):
            desk.rank[place] = rank
            rank += 1
        stop = start


def add_own(portions: Portions, begin: int, end: int, first: int, claim: int, options: int, desk: Desk) -> int:
    """Note the sales on which the claim stands; answers the number of options, or -1."""
    for at in range(begin, end):
        place = portions.line[at] - first
        if not add_option(desk, options, claim, place, 0):
            return NONE
        desk.row[place] = -desk.row[place]  # not again
        options += 1
    return options


def add_option(desk: Desk, option: int, claim: int, place: int, wished: int) -> bool:
    """Note one option; whether there was room."""
    if option == len(desk.claim):
        return False
    desk.claim[option], desk.sale[option] = claim, place
    desk.number[option], desk.units[option] = desk.row[place], 0
    desk.wish[option], desk.follows[option] = wished, NONE
    return True


def add_options(
    wants: Wants, sales: Sales, order: int, start: int, claim: int, lines: int, together: int, options: int, desk: Desk
) -> int:
    """Note the claim's best sales, until they hold the units of all claims; answers the number of options, or -1."""
    level = next_level(desk, lines, 1 << 62)
    held = 0
    while level > 0 and held < together:
        day = 0
        for at in range(lines):
            place = at if order == OLDEST else lines - 1 - at
            if desk.row[place] == level and desk.free[place] > 0:
                sold_on = sales.day[wants.first[claim] + place]
                if held >= together and (order == OLDEST or (order == NEWEST and sold_on != day)):
                    return options
                wished = wish(wants, sales, order, claim, wants.first[claim] + place)
                if not add_option(desk, options, claim, place, wished):
                    return NONE
                options += 1
                held += desk.free[place]
                day = sold_on
        level = next_level(desk, lines, level)
    return options


def next_level(desk: Desk, lines: int, below: int) -> int:
    """The strongest set of bits below this one that holds for a sale with units left; 0: there is none."""
    level = 0
    for place in range(lines):
        if desk.row[place] > level and desk.row[place] < below and desk.free[place] > 0:
            level = desk.row[place]
    return level


def number_mask(desk: Desk, option: int, known: int) -> int:
    """Replace an option's bits by their number among the distinct ones; answers the highest number, or -1."""
    held, number = desk.number[option], known
    while number > 0 and desk.masks[number] != held:
        number -= 1
    if number == 0:
        known += 1
        if known == len(desk.masks):
            return NONE
        desk.masks[known] = held
        number = known
    desk.number[option] = number
    return known


def write_costs(bits: Bits, desk: Desk, known: int, lines: int, words: int) -> None:
    """The sets of bits as costs; number 0 is that of a unit without a sale."""
    for number in range(known):
        for word in range(words):
            desk.costs[number * words + word] = 0
        add_evidence(bits, desk.masks[number], 1, lines, desk.costs, number * words)


def add_evidence(bits: Bits, held: int, sign: int, lines: int, costs: Any, at: int) -> None:
    """Add (or take off) a digit 1 for each kind that does not hold."""
    width = digit_width(lines)
    per_word = 62 // width
    bit, kind = bits.placed, 0
    while bit > 0:
        if held & bit == 0:
            costs[at + kind // per_word] += sign * (1 << (width * (per_word - 1 - kind % per_word)))
        bit, kind = bit >> 1, kind + 1


def is_less(some: Any, at: int, others: Any, there: int, words: int) -> bool:
    """Whether a cost is less than another."""
    for word in range(words):
        if some[at + word] != others[there + word]:
            return some[at + word] < others[there + word]  # type: ignore[no-any-return]
    return False


def add_units(desk: Desk, option: int, units: int) -> None:
    """Change an option's units; a sale knows the options that ever had some."""
    place = desk.sale[option]
    if desk.follows[option] == NONE:
        desk.follows[option] = desk.head[place] if desk.head[place] != NONE else option
        desk.head[place] = option
    desk.units[option] += units


def after(desk: Desk, option: int) -> int:
    """The next option of the same sale that had units; -1 behind the last one, which follows itself."""
    return NONE if desk.follows[option] == option else desk.follows[option]
