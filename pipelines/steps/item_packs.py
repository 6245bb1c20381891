"""Open this when an item was sold in cases or assortments: what these hold, and what each retailer was sold."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Found:
    """The item of a line, and the ways by which it was found; without a way it is the one stated, or none.

    Of several ``candidates`` none was taken. ``size`` is how many pieces a stated case or assortment holds, or the case
    of stated pieces; ``only_in`` are the cases and assortments in which alone the item was sold.
    """

    gtin: str | None
    by: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    size: int = 1
    only_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sold:
    """The units that retailers were ever sold, and at which prices."""

    units: Mapping[tuple[str, str], int]
    prices: Mapping[tuple[str, str], frozenset[Decimal]]

    @staticmethod
    def of(sold: pa.Table) -> "Sold":
        """From rows of retailer, gtin, unit_price and units."""
        units: dict[tuple[str, str], int] = defaultdict(int)
        prices: dict[tuple[str, str], set[Decimal]] = defaultdict(set)
        for row in sold.to_pylist():
            key = (row["retailer"], row["gtin"])
            units[key] += row["units"]
            if (price := decimal_of(row["unit_price"])) is not None:
                prices[key].add(price)
        return Sold(dict(units), {key: frozenset(found) for key, found in prices.items()})

    def to(self, retailer: str | None, gtin: str | None) -> int:
        """The units of an item that the retailer was ever sold."""
        return self.units.get((retailer, gtin), 0) if retailer and gtin else 0

    def only(self, retailer: str | None, gtins: Iterable[str]) -> set[str]:
        """Those of the items that the retailer was ever sold."""
        return {gtin for gtin in gtins if self.to(retailer, gtin)}

    def at(self, retailer: str | None, gtin: str | None) -> frozenset[Decimal]:
        """The prices at which the retailer was sold the item."""
        return self.prices.get((retailer, gtin), frozenset()) if retailer and gtin else frozenset()


@dataclass(frozen=True)
class Packs:
    """What cases (of one item) and assortments (of several) hold."""

    held: Mapping[str, Mapping[str, int]]
    holders: Mapping[str, Collection[str]]

    @staticmethod
    def of(components: pa.Table) -> "Packs":
        """From rows of gtin, component and units."""
        held: dict[str, dict[str, int]] = defaultdict(dict)
        holders: dict[str, set[str]] = defaultdict(set)
        for row in components.to_pylist():
            held[row["gtin"]][row["component"]] = row["units"]
            holders[row["component"]].add(row["gtin"])
        return Packs(dict(held), dict(holders))

    @property
    def gtins(self) -> set[str]:
        """All items that hold others or are held."""
        return {*self.held, *self.holders}

    def parts(self, gtin: str | None) -> tuple[tuple[str, int], ...]:
        """What one of this item holds, by gtin."""
        return tuple(sorted(self.held.get(gtin or "", {}).items()))

    def case_sizes(self, gtin: str | None) -> list[int]:
        """How many pieces of the item its cases hold."""
        cases = (self.held[one] for one in self.holders.get(gtin or "", ()))
        return sorted({units for one in cases if len(one) == 1 for units in one.values() if units > 1})

    def concern(self, gtin: str | None) -> bool:
        """Whether quantities of this item may be of cases or assortments."""
        return gtin in self.held or gtin in self.holders

    def as_sold(self, item: Found, retailer: str, sold: Sold) -> Found:
        """What was sold where this item was not: the piece of a case, the only case of a piece, the parts of a whole.

        Where that is not certain the item stays, with the wholes in which alone it was sold.
        """
        gtin = item.gtin or ""
        parts = self.parts(gtin)
        if sold.only(retailer, (part for part, _ in parts)):
            if len(parts) == 1:
                return replace(item, gtin=parts[0][0], by=(*item.by, "case"), size=parts[0][1])
            return replace(item, by=(*item.by, "assortment"), size=sum(units for _, units in parts))
        wholes = sorted(sold.only(retailer, self.holders.get(gtin, ())))
        if len(wholes) == 1 and len(self.held[wholes[0]]) == 1:
            return replace(item, gtin=wholes[0], by=(*item.by, "pieces"), size=self.held[wholes[0]][gtin])
        return replace(item, only_in=tuple(wholes))


def decimal_of(text: str | None) -> Decimal | None:
    """The number that a text is, or nothing."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
