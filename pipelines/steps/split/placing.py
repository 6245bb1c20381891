"""Open this when you ask how claims and sales are handed to the placing of units, and what comes back."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.steps.split.claims import Claims
from pipelines.steps.split.contest import DESK_FULL
from pipelines.steps.split.desk import BEHIND, BEYOND, COUNTS, OPTION, PLACE, SEAT, Desk, words_for
from pipelines.steps.split.grade import ORDERS, WANT, Bits, Wants, bits_of
from pipelines.steps.split.index import INVOICE, UNITS_TAKEN, Sales, SalesIndex
from pipelines.steps.split.judge import TOLD
from pipelines.steps.split.machine import PLAIN, Machine, machine_for
from pipelines.steps.split.mates import NEAR
from pipelines.steps.split.prices import weights
from pipelines.steps.split.texts import Ints, order_of
from pipelines.steps.split.walk import PORTION
from schemas.evidence import CIRCUMSTANTIAL
from schemas.partners import Policy

Records = npt.NDArray[Any]

# How much dearer a pair is, run as it is, where claims contend: they are looked at again and again.
_AGAIN = 10
_UNKNOWN = ("runner_up", "runner_up_held", "elsewhere", "nearest_1", "nearest_2", "nearest_3")
# Numbers on the sheet: room for the rows of all groups but monstrous ones, whose rows are graded again and again.
_SHEET_MIN, _SHEET_MAX = 2**12, 2**24
_OPTIONS, _LOG, _NEAR_MAX = 2**18, 3 * 2**17, 2**20
_WEIGHTS = weights()


@dataclass(frozen=True, slots=True)
class Placed:
    """Portions (``walk.PORTION``) by claim, and what is told of each claim (``judge.TOLD``), as arrays of records."""

    portions: Records
    told: Records


def place(claims: Claims, index: SalesIndex, policy: Policy) -> Placed:
    """Every unit that can be placed, on the best sales there are for all claims together; the index gives them away."""
    claim, bits = claims.wants.claim, bits_of(policy.evidence)
    groups = np.flatnonzero(np.diff(claim["first"][: claims.grouped], prepend=-1, append=-1))
    if not claims.grouped:
        return Placed(PLAIN.as_array(PORTION, []), PLAIN.as_array(TOLD, _told(PLAIN, claim)))
    pairs = _pairs(claim, groups)
    machine = machine_for(max(int(pairs.sum()), _AGAIN * int(pairs.max())))
    varied = index.varied[np.searchsorted(index.first, claim["first"][groups[:-1]], side="right") - 1]
    if machine.arrays:
        wants, sales = claims.wants, index.sales
    else:
        wants, sales = _as_objects(machine, claims.wants), _as_lists(index, claim, groups)
    if bits.mates:
        wants = _with_mates(machine, wants, sales, claims, index)
    placed = _placed(machine, wants, sales, claim, groups, int(pairs.max()), varied, policy)
    if not machine.arrays:
        _give_back(index.sales, sales, np.unique(placed.portions["line"]))
    return placed


def _pairs(claim: Records, groups: Ints) -> Ints:
    """Pairs of a claim and a sale to be looked at in each group."""
    pairs = (claim["last"] - claim["first"]).astype(np.int64)[: groups[-1]]
    return np.add.reduceat(pairs, groups[:-1])


def _placed(
    machine: Machine,
    wants: Wants,
    sales: Sales,
    claim: Records,
    groups: Ints,
    pairs: int,
    varied: Any,
    policy: Policy,
) -> Placed:
    """The groups one after the other, with ever more room where there was too little."""
    bits = bits_of(policy.evidence)
    settling = tuple(takewhile(lambda kind: kind not in CIRCUMSTANTIAL, policy.evidence))
    shift = len(policy.evidence) - len(settling)
    widest = int((claim["end"] - claim["first"])[groups[:-1]].max()) + 1
    sheet = max(min(pairs, _SHEET_MAX), _SHEET_MIN, 2 * widest) + 2 * BEYOND
    most = int(np.diff(groups).max())
    options, room = (_OPTIONS if machine.arrays else 4 * most + 64), len(claim) + len(claim) // 4 + 1024
    desk = _desk(machine, bits, sheet, widest, most, options)
    portions, told = machine.records(PORTION, room), _told(machine, claim)
    columns = (groups, varied) if machine.arrays else (groups.tolist(), varied.tolist())
    at = count = 0
    while True:
        at, count, full = machine.place_groups(
            wants, sales, machine.record(bits), shift, ORDERS[policy.order], *columns, at, desk, portions, count, told
        )
        if not full:
            return Placed(machine.as_array(PORTION, portions[:count]), machine.as_array(TOLD, told))
        if full == DESK_FULL:
            options *= 4
            desk = _desk(machine, bits, sheet, widest, most, options)
        else:
            more = machine.records(PORTION, len(portions))
            portions = np.concatenate((portions, more)) if machine.arrays else portions + more


def _desk(machine: Machine, bits: Bits, sheet: int, widest: int, claims: int, options: int) -> Desk:
    """Room for groups of so many sales, claims and options."""
    words = words_for(bits.placed, widest)
    wide = words + BEHIND
    return Desk(
        sheet=machine.numbers(sheet, np.int32),
        spare=machine.numbers(2),
        left=machine.numbers(widest + BEYOND, np.int32),
        free=machine.numbers(widest + BEYOND, np.int32),
        taker=machine.numbers(widest + BEYOND, np.int32),
        places=machine.records(PLACE, widest),
        seats=machine.records(SEAT, claims),
        options=machine.records(OPTION, options),
        counts=machine.numbers(COUNTS),
        masks=machine.numbers(options + 1),
        costs=machine.numbers((options + 1) * words),
        digits=machine.numbers(2 * 64),
        weights=np.array(_WEIGHTS) if machine.arrays else _WEIGHTS,
        values=machine.numbers(widest + BEYOND),
        currencies=machine.numbers(widest + BEYOND, np.int32),
        priced=machine.numbers(widest + BEYOND, np.int32),
        tolls=machine.numbers(widest),
        near=machine.numbers(min(sheet, _NEAR_MAX) + 2 * widest, np.int32),
        distance=machine.numbers(widest * wide),
        price=machine.numbers(widest * wide),
        base=machine.numbers(wide),
        trial=machine.numbers(wide),
        touched=machine.numbers(widest),
        own=machine.numbers(widest),
        log=machine.numbers(_LOG),
    )


def _told(machine: Machine, claim: Records) -> Any:
    """What is told of claims before anything is known."""
    told = machine.records(TOLD, len(claim))
    if machine.arrays:
        for name in _UNKNOWN:
            told[name] = -1
    else:
        for one in told:
            for name in _UNKNOWN:
                setattr(one, name, -1)
    return told


# --- mates


def _with_mates(machine: Machine, wants: Wants, sales: Sales, claims: Claims, index: SalesIndex) -> Wants:
    """The claims with the invoices that other goods of their return stand on."""
    goods: list[Any] = _goods(claims)
    boxes: Any = claims.boxes
    near: Any = [-1] * (NEAR + 1)
    seen: Any = defaultdict(lambda: -1)
    base = 0
    if machine.arrays:
        near, (seen, base) = np.array(near), index.words.invoice.marks(len(goods[0]) + 1)
    else:
        goods, boxes = [column.tolist() for column in goods], boxes.tolist()
    lists, one, count = np.append(wants.lists, np.zeros(1024 + len(boxes), np.int32)), 0, len(wants.lists)
    begins, ends = (machine.numbers(len(goods[-1]), np.int32) for _ in range(2))
    while True:
        one, count = machine.find_mates(*goods, sales.codes[INVOICE], one, near, seen, base, lists, count, begins, ends)
        if one == len(goods[-1]) - 1:
            machine.note_mates(wants.claim, boxes, begins, ends)
            return wants._replace(lists=lists if machine.arrays else lists.tolist())
        lists = np.append(lists, np.zeros_like(lists))


def _goods(claims: Claims) -> list[Ints]:
    """Where the sales of each good begin and end, by return, the fewest first; and where each return's goods begin.

    A claim's sales are those that it may stand on. Of a return's claims of one item the latest counts, with the most
    sales; items without sales do not.
    """
    by_return = order_of(claims.boxes)
    first, last = (claims.wants.claim[name].copy()[by_return] for name in ("first", "last"))
    box = claims.boxes[by_return]
    counts = last > first
    counts[:-1] &= (first[1:] != first[:-1]) | (box[1:] != box[:-1])
    first, last, box = first[counts], last[counts], box[counts]
    order = order_of(box, last - first)
    goods = np.bincount(box, minlength=int(claims.boxes.max(initial=-1)) + 1)
    return [first[order], last[order], np.append(0, np.cumsum(goods))]


# --- plain functions take lists


def _as_objects(machine: Machine, wants: Wants) -> Wants:
    claim = machine.records(WANT, len(wants.claim))
    for name, _ in WANT:
        for one, value in zip(claim, wants.claim[name].tolist(), strict=True):
            setattr(one, name, value)
    return Wants(claim, wants.lists.tolist())


def _as_lists(index: SalesIndex, claim: Records, groups: Ints) -> Sales:
    """Columns in which only the sales of these groups are, by their number."""
    begins, ends = (claim[name][groups[:-1]].tolist() for name in ("first", "end"))

    def wanted(column: Any) -> dict[int, Any]:
        rows: dict[int, Any] = {}
        for begin, end in zip(begins, ends, strict=True):
            rows.update(zip(range(begin, end), column[begin:end].tolist(), strict=True))
        return rows

    codes = [wanted(column) for column in index.sales.codes]
    return Sales(codes, wanted(index.sales.money), index.sales.prices.tolist())


def _give_back(kept: Sales, changed: Sales, lines: Ints) -> None:
    """What plain functions took from the sales, noted in the index."""
    if len(lines):
        kept.codes[UNITS_TAKEN][lines] = [changed.codes[UNITS_TAKEN][line] for line in lines.tolist()]
        kept.money[lines] = [changed.money[line] for line in lines.tolist()]
