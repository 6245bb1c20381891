"""Open this when you ask which return a received line belongs to, which announced units it is, and what is missing.

A receipt line finds its return by the notice number, else by the carton label, else by what is in its box
(``contents``). Inside the return it takes announced
units of its item. A box that was counted in full tells what did not come. ``reconcile`` makes tables of this.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.movements import NOTHING, Amounts, part_of
from schemas.partners import Policy

GOODS_STAY = Policy().goods_stay
_OF_PORTION = ("portion", "return_line", "invoice_line", "currency", "gtin", "carton", "expected_in")


@dataclass(frozen=True, slots=True)
class Line:
    """A receipt line. ``retailer`` is the partner id, None when the warehouse's name for it is not known."""

    document: str
    line_no: int
    part: int | None
    file: str
    offset: int
    length: int
    receipt_number: str
    told_anew: bool
    retailer: str | None
    retailer_named: str | None
    notice_number: str | None
    store: str | None
    received_on: date | None
    po_number: str | None
    po_line: str | None
    header_po: str | None
    gtin: str | None
    units: int | None
    condition: str
    carton: str | None
    complete: bool

    @property
    def cause(self) -> str:
        """What a movement of these units names as its cause: the receipt document and its line."""
        return f"{self.document}/{self.name}"

    @property
    def name(self) -> str:
        """What the line is called in its document: its number, and behind a point that of the part of an assortment."""
        return str(self.line_no) if self.part is None else f"{self.line_no}.{self.part}"

    @property
    def order(self) -> tuple[date, str, int, int]:
        """Receipts count in the order in which they were received; without a day they come first."""
        return (self.received_on or date.min, self.document, self.line_no, self.part or 0)

    @property
    def po_stated(self) -> str | None:
        """The line's purchase order; a line that names only a line of an order means that of the whole receipt."""
        return self.po_number or (self.header_po if self.po_line else None)

    @property
    def received(self) -> int:
        """Units that came; none where the quantity is unusable."""
        return max(self.units or 0, 0)

    @property
    def counted(self) -> bool:
        """Whether this line tells all of its item in the box: a line with an unusable quantity does not."""
        return self.complete and self.units is not None and self.units >= 0


@dataclass(frozen=True, slots=True)
class Home:
    """The return that a line belongs to."""

    return_id: str
    retailer: str
    origin: str


@dataclass(slots=True)
class Portion:
    """Announced units of a portion; ``gone`` is what this batch took of them."""

    portion: str
    return_line: str
    invoice_line: str | None
    currency: str
    gtin: str | None
    carton: str | None
    rank: int
    goods_stay: bool
    announced: Amounts
    expected_in: str
    gone: Amounts = field(default=NOTHING)

    @property
    def left(self) -> int:
        """Units still announced."""
        return self.announced.units - self.gone.units

    def take(self, units: int) -> Amounts:
        """Cut units with their exact money off what is still announced."""
        part = part_of(self.announced, units, self.gone)
        self.gone += part
        return part


@dataclass(frozen=True, slots=True)
class Match:
    """Received units that were announced."""

    line: Line
    portion: Portion
    part: Amounts


@dataclass(frozen=True, slots=True)
class Surplus:
    """Received units that nobody announced. ``home`` is None when no return is known for them."""

    line: Line
    home: Home | None
    units: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Announced units that a full count did not find. ``told_by`` is the receipt line that tells it best."""

    portion: Portion
    part: Amounts
    told_by: Line


def lines_in_order(receipt_lines: pa.Table, receipts: pa.Table, retailer_of: Mapping[str, str]) -> list[Line]:
    """The receipt lines, in the order (received_on, document, line_no).

    ``receipts`` has document, number and, where some of them replace others, purpose.
    """
    anew = set(_told_anew(receipts))
    numbers = dict(zip(receipts["document"].to_pylist(), receipts["number"].to_pylist(), strict=True))
    lines = []
    for row in receipt_lines.to_pylist():
        row |= {
            "receipt_number": numbers.get(row["document"]) or row["document"],
            "told_anew": row["document"] in anew,
            "retailer_named": row["retailer"],
            "retailer": retailer_of.get(row["retailer"]),
            "condition": row["condition"] or "unknown",
            "complete": bool(row["complete"]),
            "part": row.get("part"),
        }
        lines.append(Line(**{name: row[name] for name in Line.__slots__}))
    return sorted(lines, key=lambda line: line.order)


def _told_anew(receipts: pa.Table) -> list[str]:
    """The receipts that take the place of earlier ones."""
    if "purpose" not in receipts.column_names:
        return []
    names: list[str] = receipts.filter(pc.equal(receipts["purpose"], "replace"))["document"].to_pylist()
    return names


def homes_of(lines: Sequence[Line], open_portions: pa.Table, returns: pa.Table) -> list[Home | None]:
    """The return of each line: by retailer and notice number, else by the label of a carton that is still awaited."""
    by_number = _by_number(lines, returns)
    by_label = _by_label(lines, open_portions)
    return [by_number.get((line.retailer, line.notice_number)) or _by_carton(line, by_label) for line in lines]


def _by_number(lines: Sequence[Line], returns: pa.Table) -> dict[tuple[str | None, str | None], Home]:
    wanted = pa.array({line.notice_number for line in lines if line.notice_number}, pa.string())
    rows = returns.filter(pc.is_in(returns["number"], wanted)).to_pylist()
    return {(row["retailer"], row["number"]): Home(row["return_id"], row["retailer"], row["origin"]) for row in rows}


def _by_label(lines: Sequence[Line], open_portions: pa.Table) -> dict[str, set[Home]]:
    wanted = pa.array({line.carton for line in lines if line.carton}, pa.string())
    awaited = pc.and_(pc.is_in(open_portions["carton"], wanted), pc.greater(open_portions["announced_units"], 0))
    labels: dict[str, set[Home]] = defaultdict(set)
    for row in open_portions.filter(awaited).select(["carton", "return_id", "retailer", "origin"]).to_pylist():
        labels[row["carton"]].add(Home(row["return_id"], row["retailer"], row["origin"]))
    return labels


def _by_carton(line: Line, by_label: Mapping[str, set[Home]]) -> Home | None:
    """One return or none: a label that two returns await says nothing, and without a retailer only an SSCC counts."""
    found = [home for home in by_label.get(line.carton or "", ()) if line.retailer in (home.retailer, None)]
    if line.retailer is None and not _is_sscc(line.carton):
        return None
    return found[0] if len(found) == 1 else None


def _is_sscc(label: str | None) -> bool:
    return label is not None and len(label) == 18 and label.isdigit()


def portions_of(
    open_portions: pa.Table, return_ids: Collection[str], goods_stay: Mapping[str, Collection[str]]
) -> dict[str, list[Portion]]:
    """The open portions of these returns. Goods that stay at the store are matched last and are never missing."""
    wanted = pc.is_in(open_portions["return_id"], pa.array(return_ids, pa.string()))
    portions: dict[str, list[Portion]] = defaultdict(list)
    for row in open_portions.filter(wanted).to_pylist():
        announced = Amounts(row["announced_units"], row["announced_net"], row["announced_tax"])
        stays = row["disposition"] in goods_stay.get(row["retailer"], GOODS_STAY)
        known = {name: row[name] for name in _OF_PORTION}
        portions[row["return_id"]].append(
            Portion(**known, rank=row["rank"], goods_stay=stays, announced=announced),
        )
    for rows in portions.values():
        rows.sort(key=lambda p: (p.goods_stay, p.rank, p.portion))
    return portions


def match(home: Home, lines: Sequence[Line], portions: Sequence[Portion]) -> tuple[list[Match], list[Surplus]]:
    """Received units of one return against announced units of the same item: first inside the carton, then anywhere."""
    by_carton: dict[tuple[str | None, str | None], deque[Portion]] = defaultdict(deque)
    by_item: dict[str | None, deque[Portion]] = defaultdict(deque)
    for portion in portions:
        if portion.gtin is not None:
            by_item[portion.gtin].append(portion)
            if portion.carton is not None:
                by_carton[portion.gtin, portion.carton].append(portion)
    wanting = {line.cause: line.received for line in lines}
    matches = []
    for line in lines:
        matches += _take(line, wanting, by_carton[line.gtin, line.carton])
    for line in lines:
        matches += _take(line, wanting, by_item[line.gtin])
    surplus = [Surplus(line, home, wanting[line.cause]) for line in lines if wanting[line.cause]]
    return matches, surplus


def _take(line: Line, wanting: dict[str, int], candidates: deque[Portion]) -> list[Match]:
    taken = []
    while wanting[line.cause] and candidates:
        portion = candidates[0]
        if units := min(wanting[line.cause], portion.left):
            taken.append(Match(line, portion, portion.take(units)))
            wanting[line.cause] -= units
        if not portion.left:
            candidates.popleft()
    return taken


def missing(lines: Sequence[Line], portions: Sequence[Portion], matches: Sequence[Match]) -> list[Missing]:
    """Take what is still announced in boxes that were counted in full; called once, after all receipts of a batch."""
    counting = _counting(lines)
    if not counting:
        return []
    labels = {p.carton for p in portions if p.carton is not None and p.announced.units and not p.goods_stay}
    spoken_for = _spoken_for(counting, labels, matches)
    everything = spoken_for >= labels
    gone = [p for p in portions if p.left and not p.goods_stay and (everything or p.carton in spoken_for)]
    witnesses = _Witnesses(counting)
    return [Missing(p, p.take(p.left), witnesses.of(p)) for p in gone]


def counted_labels(lines: Sequence[Line]) -> set[str]:
    """Labels of the boxes that were counted in full."""
    return {line.carton for line in _counting(lines) if line.carton is not None}


def _counting(lines: Sequence[Line]) -> list[Line]:
    """Lines of boxes that a receipt counted in full; a line without a label speaks for its receipt as a whole."""
    partial_boxes = {(line.document, line.carton) for line in lines if not line.counted}
    partial_receipts = {document for document, _ in partial_boxes}
    return [
        line
        for line in lines
        if (line.document, line.carton) not in partial_boxes
        and (line.carton is not None or line.document not in partial_receipts)
    ]


def _spoken_for(counting: Sequence[Line], labels: set[str], matches: Iterable[Match]) -> set[str]:
    """The announced labels that a full count speaks for.

    A box under another label than announced stands for the boxes whose goods were in it, and for the only one; a
    count without labels stands for all of the return.
    """
    counted = {line.carton for line in counting}
    if None in counted or (counted and len(labels) <= 1):
        return labels
    strange = {line.cause for line in counting if line.carton not in labels}
    held = {found.portion.carton for found in matches if found.line.cause in strange}
    return labels & (counted | held)


class _Witnesses:
    """Which of the counting lines tells best of a portion: the same item in its box, the item, the box, the last."""

    def __init__(self, counting: Sequence[Line]) -> None:
        self._exact = {(line.gtin, line.carton): line for line in counting}
        self._by_item = {line.gtin: line for line in counting}
        self._by_box = {line.carton: line for line in counting}
        self._last = counting[-1]

    def of(self, portion: Portion) -> Line:
        exact = self._exact.get((portion.gtin, portion.carton))
        return exact or self._by_item.get(portion.gtin) or self._by_box.get(portion.carton) or self._last
