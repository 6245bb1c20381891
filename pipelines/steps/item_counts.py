"""Open this when a quantity may be of pieces or of cases: the units of a line in the item that was sold, and doubts.

A quantity is never guessed. Where it may count either, and what was sold says that it cannot be as stated, a finding
tells it and the line waits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.steps.item_packs import Found, Packs, Sold, decimal_of
from pipelines.steps.lines import line_finding
from schemas.findings import Finding, Severity
from schemas.items import CASE_UNITS


@dataclass(frozen=True, slots=True)
class Count:
    """A line by its place, its item and units as they were sold, and what is in doubt about them."""

    row: int
    gtin: str | None
    units: int | None
    doubt: Finding | None = None

    @property
    def held(self) -> bool:
        """Whether the line cannot be used as it is."""
        return self.doubt is not None and self.doubt.severity is Severity.ERROR


def counts(rows: Sequence[tuple[dict[str, Any], int]], found: Sequence[Found], packs: Packs, sold: Sold) -> list[Count]:
    """The units of these lines, each with the number of its item; ``retailer_id`` is whom it was sold to."""
    return [_count(row, found[key], packs, sold) for row, key in rows]


def _count(row: dict[str, Any], item: Found, packs: Packs, sold: Sold) -> Count:
    line, stated, gtin = row["row"], row["units"], item.gtin
    in_cases = _in_cases(row, packs.case_sizes(gtin)) if stated is None else None
    if in_cases:
        stated, size = in_cases
        units: int | None = stated * size
    elif stated is None:
        return Count(line, gtin, None)
    elif "pieces" in item.by:
        if stated % item.size:
            said = f"{stated} pieces of {row['gtin']}; it was sold as {gtin} of {item.size} alone"
            return Count(line, row["gtin"], stated, line_finding("LINE-SOLD-IN-PACKS", row, said))
        units = stated // item.size
    else:
        units = stated * item.size
    doubt = next(_doubts(_Seen(row, item, stated, packs, sold), units), None)
    return Count(line, gtin, units, None if doubt is None else line_finding(doubt[0], row, doubt[1]))


def _in_cases(row: dict[str, Any], sizes: Sequence[int]) -> tuple[int, int] | None:
    """A quantity that is stated in cases, and how many pieces each holds where that is certain."""
    raw, unit = row["quantity_raw"] or "", (row["unit_raw"] or "").upper()
    fits = unit in CASE_UNITS and len(sizes) == 1 and raw.isdecimal() and int(raw)
    return (int(raw), sizes[0]) if fits else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line beside what its retailer was sold."""

    row: dict[str, Any]
    item: Found
    stated: int
    packs: Packs
    sold: Sold

    @property
    def ever(self) -> int:
        """The units of the item that the retailer was ever sold."""
        return self.sold.to(self.row["retailer_id"], self.item.gtin)

    @property
    def sizes(self) -> list[int]:
        """How many pieces a case holds: of the item, or the item itself."""
        own = self.packs.parts(self.item.gtin)
        return [own[0][1]] if len(own) == 1 else self.packs.case_sizes(self.item.gtin)

    @property
    def is_case(self) -> bool:
        """Whether the item that was sold is a case."""
        return len(self.packs.parts(self.item.gtin)) == 1


def _doubts(seen: _Seen, units: int | None) -> Iterator[tuple[str, str]]:
    """What speaks against the quantity as it is stated, the gravest first: the finding's code and detail."""
    gtin, stated, ever = seen.item.gtin, seen.stated, seen.ever
    if seen.item.only_in:
        yield "LINE-SOLD-IN-PACKS", f"{stated} of {gtin}; it was sold within {', '.join(seen.item.only_in)} alone"
    if not ever or units is None:
        return
    if units > stated and units > ever >= stated:
        yield "LINE-CASE-DOUBTFUL", f"{stated} cases of {units // stated} are {units} of {gtin}, and {ever} were sold"
    if "pieces" not in seen.item.by:
        yield from _by_price(seen)
    if units != stated:
        return
    for size in seen.sizes:
        if stated > ever >= stated // size and not stated % size:
            said = f"{stated} of {gtin} are {stated // size} times {size}, and {ever} were sold"
            yield "LINE-CASE-DOUBTFUL" if seen.is_case else "LINE-WHOLE-CASES", said


def _by_price(seen: _Seen) -> Iterator[tuple[str, str]]:
    """The stated price is none of the item's, but that of one of its cases, or of one piece of the case."""
    price = decimal_of(seen.row.get("unit_price"))
    prices = seen.sold.at(seen.row["retailer_id"], seen.item.gtin)
    if price is None or not price or price in prices or seen.item.size > 1:
        return
    for size in seen.sizes:
        meant = {price * size} if seen.is_case else {one * size for one in prices}
        if meant & (prices if seen.is_case else {price}):
            what = "a piece of it" if seen.is_case else f"{size} of it"
            yield "LINE-CASE-DOUBTFUL", f"{seen.stated} of {seen.item.gtin} at {price}, the price of {what}"
