"""Open this when all posting was stopped: what a day may have at most, by the days before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from schemas.control import Breakers
from schemas.money import to_decimal, to_minor

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is posted. ``kind``: net, notes or erp."""

    kind: str
    why: str


def too_much(before: Sequence[Row], today: Sequence[Row], breakers: Breakers) -> Iterator[Stop]:
    """Where a day is above ``day_factor`` times the median of the days before it.

    ``before`` and ``today`` have day, currency, notes and net_minor, one row a day with postings and currency; those of
    ``today`` count what was posted and what is due. Currencies are never summed; notes are.
    """
    for row in today:
        currency = row["currency"]
        earlier = [one["net_minor"] for one in before if one["currency"] == currency]
        most = _most(earlier, to_minor(breakers.least_net, currency), breakers)
        if most is not None and row["net_minor"] > most:
            told = f"{to_decimal(row['net_minor'], currency):,} {currency} net would be credited today"
            usual = f"{to_decimal(int(median(earlier)), currency):,} {currency}"
            yield Stop("net", f"{told}; the usual day has {usual}, {_times(breakers)} is {_money(most, currency)}")
    days: dict[Any, int] = {}
    for row in before:
        days[row["day"]] = days.get(row["day"], 0) + row["notes"]
    notes = sum(row["notes"] for row in today)
    most = _most(list(days.values()), breakers.least_notes, breakers)
    if most is not None and notes > most:
        usual = f"the usual day has {median(days.values()):g}"
        yield Stop("notes", f"{notes} credit notes would be posted today; {usual}, {_times(breakers)} is {most:g}")


def _most(earlier: Sequence[int], least: int, breakers: Breakers) -> Decimal | None:
    """What a day may have; None while there are too few days to compare with."""
    if len(earlier) < breakers.least_days:
        return None
    return max(Decimal(least), breakers.day_factor * Decimal(median(earlier)))


def _times(breakers: Breakers) -> str:
    return f"{breakers.day_factor} times that"


def _money(minor: Decimal, currency: str) -> str:
    return f"{to_decimal(int(minor), currency):,} {currency}"
