"""Open this when you ask what the docks count: short, over and damaged lines, and the numbers of the receipts.

A dock counts the items of a box, not the lines of a notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from pipelines.simulate.boxes import DAMAGED, OPEN, OVER, SHORT, STAYS, UNANNOUNCED, WHOLE, Box, Line

DOCK_OF = {"nordstad": "harwich", "brightwell": "venlo", "lindhaus": "essen"}

_FIRST_RECEIPT = {"nordstad": ("HW", 500_001), "brightwell": ("VE", 600_001), "lindhaus": ("ES", 700_001)}
# A spoiled box has one spoiled line, and one more for each so many lines.
_LINES_PER_SPOILED_LINE = 5


@dataclass(slots=True)
class Count:
    """What a dock counted of one item in a box; ``damaged`` units are part of ``units``."""

    item: str
    units: int = 0
    damaged: int = 0


def count(boxes: Sequence[Box], seed: int) -> None:
    """Let the docks count every box: fate, received and damaged units of each line, and the receipt's number."""
    for box in boxes:
        _count_box(box, Random(f"{seed}/{box.carton}/dock"))
    for retailer, (prefix, first) in _FIRST_RECEIPT.items():
        arrived = [box for box in boxes if box.store.retailer == retailer and any(line.received for line in box.lines)]
        for number, box in enumerate(sorted(arrived, key=lambda box: (box.arrives_on, box.carton)), first):
            box.receipt = f"{prefix}{number}"


def counted(box: Box) -> list[Count]:
    """The box's count by item, in the order of its lines; items of which nothing came are not on it."""
    counts: dict[str, Count] = {}
    for line in box.lines:
        if line.received:
            item = counts.setdefault(line.row.item, Count(line.row.item))
            item.units += line.received
            item.damaged += line.damaged
    return list(counts.values())


def _count_box(box: Box, rng: Random) -> None:
    for line in box.lines:
        _count_line(line, box.fate)
    if box.fate in (SHORT, OVER, DAMAGED):
        single = [line for line in box.lines if line.row.item not in box.repeated_items]
        wanted = 1 + len(box.lines) // _LINES_PER_SPOILED_LINE
        # One line is spared, so that a short box is never an empty one.
        for line in rng.sample(single, min(wanted, max(1, len(single) - 1))):
            _spoil(line, box, rng)


def _count_line(line: Line, fate: str) -> None:
    """The line as it comes when nothing happens to it on the way."""
    if line.disposition != "return":
        line.fate = STAYS
    elif fate == OPEN:
        line.fate = OPEN
    else:
        line.fate = UNANNOUNCED if fate == UNANNOUNCED else WHOLE
        line.received = line.row.units


def _spoil(line: Line, box: Box, rng: Random) -> None:
    line.fate = box.fate
    if box.fate == SHORT:
        least = 1 if len(box.lines) == 1 else 0
        line.received = rng.randint(least, line.row.units - 1)
    elif box.fate == OVER:
        line.received += rng.randint(1, max(1, line.row.units // 4))
    else:
        line.damaged = rng.randint(1, line.row.units)
