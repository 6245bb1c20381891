"""Open this when you ask which sale a real return came from: the simulated world's own answer, taken as the truth."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.simulate.sales import CreditedRow, SoldLine, Trade


@dataclass(frozen=True, slots=True)
class Origin:
    """The invoice line that goods came from. ``units`` are fewer than returned where not so many were left."""

    sold: SoldLine
    units: int


@dataclass(slots=True)
class _Supply:
    sold: SoldLine
    left: int


def origins(trade: Trade) -> dict[CreditedRow, Origin | None]:
    """The origin of each credited row, earlier rows first; none where nothing of it was sold to the store before.

    The latest earlier sale of the item to the store at the same price with enough units left; else the latest with
    enough left at any price; else the latest with any left.
    """
    supply: dict[tuple[str, str], list[_Supply]] = defaultdict(list)
    for sold in trade.sold:
        supply[sold.store.customer, sold.item].append(_Supply(sold, sold.units))
    in_time = sorted(trade.credited, key=lambda row: row.at)
    return {row: _take(row, supply[row.store.customer, row.item]) for row in in_time}


def _take(row: CreditedRow, supply: Sequence[_Supply]) -> Origin | None:
    """The row's origin, its units taken from the supply."""
    earlier = [sale for sale in reversed(supply) if sale.sold.at <= row.at]
    chosen = (
        _first(earlier, lambda sale: sale.left >= row.units and _same_price(sale.sold, row))
        or _first(earlier, lambda sale: sale.left >= row.units)
        or _first(earlier, lambda sale: sale.left > 0)
    )
    if chosen is None:
        return None
    units = min(chosen.left, row.units)
    chosen.left -= units
    return Origin(chosen.sold, units)


def _first(supply: Sequence[_Supply], holds: Callable[[_Supply], bool]) -> _Supply | None:
    return next(filter(holds, supply), None)


def _same_price(sold: SoldLine, row: CreditedRow) -> bool:
    return Decimal(sold.unit_price) == Decimal(row.unit_price)
