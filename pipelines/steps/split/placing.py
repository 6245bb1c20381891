"""Open this when you ask in which steps claims come to stand on sales: walk, contest, money, doubt."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from pipelines.steps.split.claims import Claims
from pipelines.steps.split.contest import DESK_FULL, PORTIONS_FULL
from pipelines.steps.split.desk import BEHIND, Desk, words_for
from pipelines.steps.split.grade import ORDERS, Bits, Wants, bits_of
from pipelines.steps.split.index import Sales, SalesIndex
from pipelines.steps.split.judge import NEAREST, Worth
from pipelines.steps.split.machine import Machine, machine_for
from pipelines.steps.split.mates import Seats
from pipelines.steps.split.texts import Ints
from pipelines.steps.split.tight import Parts
from pipelines.steps.split.walk import Portions, Room
from schemas.evidence import CIRCUMSTANTIAL
from schemas.partners import Policy

# How much dearer a pair is, run as it is, where claims contend: they are looked at again and again.
_AGAIN = 10
_TAKEN = ("left", "units_taken", "net_taken", "tax_taken")


@dataclass(frozen=True, slots=True)
class Placed:
    """Portions by claim, with their worth; of claims that might be credited otherwise what they might lose or gain.

    ``down`` and ``up`` are values, in 2^-20 minor units; ``elsewhere`` is another currency, or -1.
    """

    portions: Portions
    first_of: Ints
    worth: Worth
    down: Ints
    up: Ints
    elsewhere: Ints


def place(claims: Claims, index: SalesIndex, policy: Policy) -> Placed:
    """Every unit that can be placed, on the best sales there are for all claims together; the index gives them away."""
    wants, count = claims.wants, claims.grouped
    machine = machine_for(_work(wants))
    bits, order = bits_of(policy.evidence), ORDERS[policy.order]
    sales = index.sales
    if bits.mates:
        wants = _with_mates(wants, sales, machine)
    if not machine.arrays:
        wants = Wants(*(column.tolist() for column in wants))
        sales = Sales(*(column.tolist() for column in sales))
    groups = np.flatnonzero(np.diff(claims.wants.first[:count], prepend=-1, append=-1))
    widest = int(np.diff(index.first).max(initial=0))
    room = Room(*([0] * widest if not machine.arrays else np.zeros(widest, np.int64) for _ in Room._fields))
    portions, contested = _walked(machine, wants, sales, bits, order, groups, room)
    if len(contested):
        portions = _solved(machine, wants, sales, bits, order, groups, contested, portions, widest)
    rows = len(claims.rows)
    first_of = np.searchsorted(portions.claim, np.arange(rows + 1))
    given, starts = _given(machine, portions), _list(machine, first_of)
    worth = _no_worth(len(portions.claim), rows)
    machine.judge(wants, sales, bits, order, given, starts, rows, room, worth)
    varied = _varied(index, claims.wants.first, groups)
    settling = bits_of(tuple(takewhile(lambda kind: kind not in CIRCUMSTANTIAL, policy.evidence)))
    doubt = _doubts(machine, wants, sales, settling, groups, contested, given, starts, varied, widest, room, rows)
    if not machine.arrays:
        _give_back(index.sales, sales, np.unique(portions.line))
    return Placed(portions, first_of, worth, *doubt)


def _work(wants: Wants) -> int:
    """Pairs to be looked at; those of a group many times where its claims may want the same sales."""
    pairs = wants.last - wants.first
    of_group = np.bincount(np.unique(wants.first, return_inverse=True)[1], pairs) if len(pairs) else pairs
    return max(int(pairs.sum()), _AGAIN * int(of_group.max(initial=0)))


def _with_mates(wants: Wants, sales: Sales, machine: Machine) -> Wants:
    """The claims with the invoices that other goods of their return stand on."""
    by_return = np.argsort(wants.box, kind="stable")
    returns = np.searchsorted(wants.box[by_return], np.arange(len(wants.box_first)))
    pairs = np.concatenate(([0], np.cumsum((wants.last - wants.first)[by_return])))
    seats = _seats(int(np.diff(pairs[returns]).max(initial=0)))
    first, end = (np.zeros(len(wants.first), np.int64) for _ in range(2))
    mates = np.zeros(max(1024, 2 * len(wants.first)), np.int64)
    one = count = 0
    if not machine.arrays:
        seats = Seats(*(column.tolist() for column in seats))
    columns = [_list(machine, column) for column in (wants.first, wants.last, sales.invoice, by_return, returns)]
    while True:
        one, count = machine.find_mates(*columns, one, seats, first, end, mates, count)
        if one == len(returns) - 1:
            return wants._replace(mates_first=first, mates_end=end, mates_invoice=mates[: max(count, 1)])
        mates = np.concatenate((mates, np.zeros(len(mates) + int(pairs[-1]) // 8, np.int64)))


def _seats(pairs: int) -> Seats:
    """Room to count the invoices of a return whose claims have so many sales together."""
    size = 1 << max(4, (2 * pairs).bit_length())
    of = np.full(size, -1, np.int64)
    return Seats(of, *(np.zeros(size, np.int64) for _ in range(3)))


def _walked(
    machine: Machine, wants: Wants, sales: Sales, bits: Bits, order: int, groups: Ints, room: Room
) -> tuple[Portions, Ints]:
    """The portions of groups without contention, and the other groups."""
    contested = np.zeros(len(groups), np.int64)
    portions, begin, count, contests = _empty(len(wants.first) + 1024), 0, 0, 0
    columns = _list(machine, groups)
    while True:
        begin, count, contests = machine.walk(
            wants, sales, bits, order, columns, begin, portions, count, contested, contests, room
        )
        if begin == len(groups) - 1 or not len(groups):
            return Portions(*(column[:count] for column in portions)), contested[:contests]
        portions = Portions(*(np.concatenate((column, np.zeros_like(column))) for column in portions))


def _solved(
    machine: Machine,
    wants: Wants,
    sales: Sales,
    bits: Bits,
    order: int,
    groups: Ints,
    contested: Ints,
    walked: Portions,
    widest: int,
) -> Portions:
    """The portions of all groups, those of contested ones solved together; by claim."""
    size = 2 * int((groups[contested + 1] - groups[contested]).max()) + 1024
    desk, portions, at, count = _desk(machine, bits, widest, size), _empty(4096), 0, 0
    while at < len(contested):
        at, count, full = machine.contest(
            wants, sales, bits, order, groups, contested, at, desk, portions, count, groups[:0]
        )
        if full == PORTIONS_FULL:
            portions = Portions(*(np.concatenate((column, np.zeros_like(column))) for column in portions))
        elif full == DESK_FULL:
            size *= 4
            desk = _desk(machine, bits, widest, size)
    both = [np.concatenate((some, others[:count])) for some, others in zip(walked, portions, strict=True)]
    by_claim = np.argsort(both[0], kind="stable")
    return Portions(*(column[by_claim] for column in both))


def _doubts(
    machine: Machine,
    wants: Wants,
    sales: Sales,
    bits: Bits,
    groups: Ints,
    contested: Ints,
    portions: Portions,
    first_of: Any,
    varied: Ints,
    widest: int,
    room: Room,
    rows: int,
) -> tuple[Ints, Ints, Ints]:
    """What each claim might lose and gain, and another currency, in placements as good by what settles doubt."""
    down, up, elsewhere = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.full(rows, -1, np.int64)
    was_contested = np.zeros(len(groups), np.int64)
    was_contested[contested] = 1
    doubtful = np.zeros(len(varied), np.int64)
    found = machine.find_doubtful(
        wants, sales, bits, portions, groups, varied, was_contested, first_of, room.row, doubtful
    )
    chosen, at, size = doubtful[:found], 0, 4096
    parts = _parts(machine, bits, widest)
    while at < found:
        desk, own = _desk(machine, bits, widest, size), np.zeros(widest + 1, np.int64)
        at = machine.spreads(
            wants,
            sales,
            bits,
            portions,
            groups,
            chosen,
            at,
            first_of,
            desk,
            parts,
            own,
            down,
            up,
            elsewhere,
        )
        size *= 4
    return down, up, elsewhere


def _varied(index: SalesIndex, firsts: Ints, groups: Ints) -> Ints:
    """The groups whose sales differ in value or currency."""
    if not len(groups):
        return groups
    return np.flatnonzero(index.varied[np.searchsorted(index.first, firsts[groups[:-1]], side="right") - 1])


def _desk(machine: Machine, bits: Bits, widest: int, options: int) -> Desk:
    """Room for so many options on the sales of the largest group."""
    words = words_for(bits.placed, widest)
    sales = widest + 1
    sizes = dict.fromkeys(Desk._fields, options)
    sizes |= dict.fromkeys(("first", "without"), options + 1)
    sizes |= dict.fromkeys(("free", "rank", "head", "reached", "done", "leaves", "takes", "touched", "row"), sales)
    sizes |= {"distance": sales * (words + BEHIND), "costs": options * words, "trial": words + BEHIND, "foreign": 1}
    return Desk(**{name: np.zeros(size, np.int64) if machine.arrays else [0] * size for name, size in sizes.items()})


def _parts(machine: Machine, bits: Bits, widest: int) -> Parts:
    """Room for the parts of the largest group."""
    sizes = dict.fromkeys(Parts._fields, widest + 1) | {"cost": (widest + 1) * words_for(bits.placed, widest)}
    return Parts(**{name: np.zeros(size, np.int64) if machine.arrays else [0] * size for name, size in sizes.items()})


def _empty(size: int) -> Portions:
    """Room for so many portions."""
    return Portions(*(np.zeros(size, np.int64) for _ in Portions._fields))


def _no_worth(portions: int, rows: int) -> Worth:
    net, tax = (np.zeros(portions, np.int64) for _ in range(2))
    runner_up, held, placed = (np.full(rows, -1, np.int64) for _ in range(3))
    return Worth(net, tax, runner_up, held, placed, np.full(rows * NEAREST, -1, np.int64))


def _given(machine: Machine, portions: Portions) -> Portions:
    return portions if machine.arrays else Portions(*(column.tolist() for column in portions))


def _list(machine: Machine, column: Any) -> Any:
    """The column as the machine takes it: machine code takes arrays, plain functions are quicker with lists."""
    return column if machine.arrays or isinstance(column, list) else column.tolist()


def _give_back(kept: Sales, changed: Sales, lines: Ints) -> None:
    """What plain functions took from the sales, noted in the index."""
    for name in _TAKEN:
        column, values = getattr(kept, name), getattr(changed, name)
        column[lines] = [values[line] for line in lines.tolist()]
