"""Open this when you ask how real returns become boxes: packing, numbers, carton labels and the fate of each box.

Several C-documents of one store within a few weeks travel in one box; a box is one return of the retailer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from random import Random

from pipelines.simulate.identifiers import sscc
from pipelines.simulate.origins import Origin
from pipelines.simulate.sales import CreditedRow, Store
from pipelines.simulate.statements import LEFT_OUT, NONE_EXISTS, Statement, state

# The dock sends nothing later than this day; boxes that come later are still on their way at the world's end.
LAST_RECEIPT = date(2011, 6, 3)

WHOLE, SHORT, OVER, DAMAGED = "whole", "short", "over", "damaged"
UNANNOUNCED, OPEN, STAYS = "unannounced", "open", "stays"
# Of the boxes that come in time; what is left over comes whole. `open` here is a box lost on its way.
_FATES = {UNANNOUNCED: 0.04, SHORT: 0.07, OVER: 0.04, DAMAGED: 0.06, OPEN: 0.02}

_DOCUMENTS_PER_BOX = (1, 4)
_PACKING_DAYS = 21
_DAYS_ON_THE_WAY = (2, 9)
_FIRST_RETURN = {"nordstad": ("NS", 100_001), "brightwell": ("BW", 200_001), "lindhaus": ("LH", 300_001)}

# Dispositions beside plain return, and on which share of the lines they stand.
_STAYING = {"nordstad": {"dispose": 0.02, "keep": 0.03}}
# The retailers' own reason codes with their weights: X12 1293; EDIFACT 7007; lindhaus' own. Empty: none is written.
_REASONS: Mapping[str, Mapping[str, int]] = {
    "nordstad": {"EI": 40, "DR": 15, "DM": 15, "WG": 15, "CO": 10, "DT": 5},
    "brightwell": {"": 55, "4": 15, "15": 15, "17": 15},
    "lindhaus": {"UEB": 40, "DEF": 25, "FAL": 20, "BES": 15},
}


@dataclass(slots=True)
class Line:
    """A line of a return with its truth: where it came from, what is said about it, and what the dock counts."""

    line_no: int
    row: CreditedRow
    origin: Origin | None
    statement: Statement
    reason: str = ""
    disposition: str = "return"
    fate: str = WHOLE
    received: int = 0
    damaged: int = 0


@dataclass(slots=True)
class Box:
    """One carton of one store: a return, if the retailer announces it. ``number`` is empty when it does not."""

    store: Store
    carton: str
    sent_on: date
    arrives_on: date
    lines: list[Line]
    number: str = ""
    fate: str = WHOLE
    receipt: str = ""
    repeated_items: frozenset[str] = field(default_factory=frozenset)


def pack(placed: Mapping[CreditedRow, Origin | None], seed: int) -> list[Box]:
    """All boxes of all stores, each in the order of its sending, with their fates dealt and their returns numbered."""
    boxes = [box for store, rows in _by_store(placed) for box in _pack_store(store, rows, placed, seed)]
    boxes.sort(key=lambda box: (box.sent_on, box.carton))
    for retailer in _FIRST_RETURN:
        own = [box for box in boxes if box.store.retailer == retailer]
        _deal_fates(own, Random(f"{seed}/{retailer}/fates"))
        _number(own, retailer)
    return boxes


def describe(boxes: Iterable[Box], orders: Mapping[str, frozenset[str]], seed: int) -> None:
    """Let the clerks write: references, prices, reasons and dispositions of every announced line."""
    for box in boxes:
        rng = Random(f"{seed}/{box.carton}/clerk")
        for line in box.lines:
            _describe_line(box, line, orders[box.store.retailer], rng)


def _by_store(rows: Iterable[CreditedRow]) -> list[tuple[Store, list[CreditedRow]]]:
    grouped: dict[Store, list[CreditedRow]] = defaultdict(list)
    for row in rows:
        grouped[row.store].append(row)
    return sorted(grouped.items(), key=lambda item: item[0].number)


def _pack_store(
    store: Store, rows: Iterable[CreditedRow], placed: Mapping[CreditedRow, Origin | None], seed: int
) -> list[Box]:
    """The store's boxes: each takes the next one to four documents, if they fall within the packing days."""
    rng = Random(f"{seed}/{store.number}/packing")
    waiting = [list(group) for _, group in groupby(sorted(rows, key=_in_time), key=lambda row: row.document)]
    boxes: list[Box] = []
    while waiting:
        closes = waiting[0][0].at + timedelta(days=_PACKING_DAYS)
        most = rng.randint(*_DOCUMENTS_PER_BOX)
        count = sum(document[-1].at <= closes for document in waiting[:most])
        packed = [row for document in waiting[:count] for row in document]
        del waiting[:count]
        lines = [Line(no, row, placed[row], _silent(placed[row])) for no, row in enumerate(packed, 1)]
        boxes.append(_box(store, len(boxes) + 1, lines, rng))
    return boxes


def _in_time(row: CreditedRow) -> tuple[object, ...]:
    return row.at, row.document, row.row


def _box(store: Store, index: int, lines: list[Line], rng: Random) -> Box:
    sent_on = lines[-1].row.at.date()
    items = Counter(line.row.item for line in lines)
    return Box(
        store=store,
        carton=sscc(int(f"{store.number}{index:05d}")),
        sent_on=sent_on,
        arrives_on=sent_on + timedelta(days=rng.randint(*_DAYS_ON_THE_WAY)),
        lines=lines,
        repeated_items=frozenset(item for item, count in items.items() if count > 1),
    )


def _silent(origin: Origin | None) -> Statement:
    """What stands beside a line that nobody announces: nothing."""
    return Statement(LEFT_OUT if origin else NONE_EXISTS)


def _deal_fates(boxes: Sequence[Box], rng: Random) -> None:
    """Give each fate to its share of the boxes, at least one, as far as not more than half the boxes are spoiled."""
    for box in boxes:
        box.fate = OPEN if box.arrives_on > LAST_RECEIPT else WHOLE
    whole = [box for box in boxes if box.fate == WHOLE]
    rng.shuffle(whole)
    spoiled_at_most = len(whole) // 2
    wanted = [fate for fate, share in _FATES.items() for _ in range(max(1, round(share * len(whole))))]
    for fate in wanted[:spoiled_at_most]:
        chosen = next((box for box in whole if _can_be(box, fate)), None)
        if chosen is not None:
            chosen.fate = fate
            whole.remove(chosen)


def _can_be(box: Box, fate: str) -> bool:
    """True if the box can meet this fate in a way that tells which line it was."""
    if fate == OPEN:
        return True
    if fate == UNANNOUNCED:
        return not box.repeated_items
    if fate == SHORT and sum(line.row.units for line in box.lines) == 1:
        return False
    return any(line.row.item not in box.repeated_items for line in box.lines)


def _number(boxes: Iterable[Box], retailer: str) -> None:
    """Number the announced returns in the order of their sending."""
    prefix, first = _FIRST_RETURN[retailer]
    announced = [box for box in boxes if box.fate != UNANNOUNCED]
    for number, box in enumerate(announced, first):
        box.number = f"{prefix}{number}"


def _describe_line(box: Box, line: Line, orders: frozenset[str], rng: Random) -> None:
    """Write one line of the notice; goods stay at the store only where the whole box's count stays clear."""
    if box.fate == UNANNOUNCED:
        return
    reasons = _REASONS[box.store.retailer]
    line.statement = state(line.row, line.origin, orders, rng)
    (line.reason,) = rng.choices(list(reasons), weights=list(reasons.values()))
    drawn = rng.random()
    if box.fate != WHOLE or line.row.item in box.repeated_items:
        return
    for disposition, share in _STAYING.get(box.store.retailer, {}).items():
        if 0 <= drawn < share:
            line.disposition = disposition
        drawn -= share
