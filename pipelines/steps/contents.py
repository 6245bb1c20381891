"""Open this when a box without a number was counted for a return, or was not: boxes that fit a single notice.

Where a receipt names no return and no label says one, its goods do if the store announced them once and only once. A
label speaks against a notice that names other ones.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.boxes import Home, Line

Items = Counter[str]
Box = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Fit:
    """A box that was matched by its contents, and the words that say why."""

    home: Home
    because: str


@dataclass(slots=True)
class _Notice:
    """What a return still awaits."""

    home: Home
    items: Items
    labelled: bool


def fits(lines: Sequence[Line], homes: Sequence[Home | None], open_portions: pa.Table) -> dict[Box, Fit]:
    """The boxes of these lines, by document and label, that have no home and fit a single notice of their store.

    Boxes are looked at in the order in which they came; what one of them takes of a notice is not there for the next.
    """
    strange = [line for line, home in zip(lines, homes, strict=True) if home is None]
    boxes = _boxes(strange)
    if not boxes:
        return {}
    awaited = _awaited(open_portions, strange)
    found = {}
    for box, (first, items) in boxes.items():
        fitting = [one for one in awaited.get((first.retailer, first.store), []) if _fits(one, first, items)]
        if len(fitting) == 1:
            found[box] = Fit(fitting[0].home, _because(first, items))
            fitting[0].items.subtract(items)
    return found


def _boxes(lines: Sequence[Line]) -> dict[Box, tuple[Line, Items]]:
    """The boxes whose store is known and whose lines name no return, with all that is in them."""
    found: dict[Box, tuple[Line, Items]] = {}
    unusable = set()
    for line in lines:
        box = (line.document, line.carton)
        if line.notice_number or not (line.retailer and line.store) or line.gtin is None or not line.received:
            unusable.add(box)
        else:
            found.setdefault(box, (line, Counter()))[1][line.gtin] += line.received
    return {box: content for box, content in found.items() if box not in unusable}


def _awaited(open_portions: pa.Table, lines: Sequence[Line]) -> dict[tuple[str | None, str | None], list[_Notice]]:
    """What returns of these stores await, by retailer and store."""
    stores = pa.array(sorted({line.store for line in lines if line.store}), pa.string())
    here = pc.and_(pc.is_in(open_portions["store"], stores), pc.greater(open_portions["announced_units"], 0))
    notices: dict[str, _Notice] = {}
    found: dict[tuple[str | None, str | None], list[_Notice]] = defaultdict(list)
    for row in open_portions.filter(pc.and_(here, pc.equal(open_portions["origin"], "notice"))).to_pylist():
        if row["return_id"] not in notices:
            notices[row["return_id"]] = _Notice(
                Home(row["return_id"], row["retailer"], row["origin"]), Counter(), False
            )
            found[row["retailer"], row["store"]].append(notices[row["return_id"]])
        one = notices[row["return_id"]]
        one.items[row["gtin"]] += row["announced_units"]
        one.labelled |= row["carton"] is not None
    return found


def _fits(notice: _Notice, first: Line, items: Mapping[str, int]) -> bool:
    if notice.labelled and first.carton is not None:
        return False
    return all(units <= notice.items[gtin] for gtin, units in items.items())


def _because(first: Line, items: Items) -> str:
    return f"store {first.store} announced these {items.total()} units of {len(items)} items in this return alone"
