"""Open this when credits stand on other notes than expected: which lines go on one note, and when it is ready.

One note has one company, retailer and currency, and only tax categories that may stand together. Beyond that the
policy says what it gathers (``credit: notes_per:``): a return, all that is ready, or a day, week or month of the
retailer's own calendar, by the day of the decision. A period is closed when its last day is over, so that nothing is
ever added to a note that was made.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from schemas.credit_terms import NotesPer
from schemas.credits import STANDS_ALONE
from schemas.money import to_minor

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoteTerms:
    """What a retailer's notes gather: ``today`` is its own calendar's, ``minimum`` in units of the currency, net."""

    per: NotesPer = "return"
    timezone: str = "UTC"
    today: date = date.max
    minimum: Decimal = Decimal(0)


class NoteKey(NamedTuple):
    """What the lines of a note have in common; ``return_id`` is the first of their returns, and names the note."""

    company: str
    return_id: str
    currency: str
    alone: str  # the tax category that stands on no note with others, if it is one
    gathers: str  # the return, the retailer, or the retailer with the first day of the period


def _day(on: date) -> tuple[date, date]:
    return on, on + timedelta(days=1)


def _week(on: date) -> tuple[date, date]:
    first = on - timedelta(days=on.weekday())
    return first, first + timedelta(days=7)


def _month(on: date) -> tuple[date, date]:
    first = on.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


# The first day of the period that a day is in, and the first one after it.
PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {"day": _day, "week": _week, "month": _month}


def gathered(credit_lines: pa.Table, terms_of: Mapping[str, NoteTerms]) -> list[tuple[NoteKey, list[Row]]]:
    """The ``CREDIT_LINES`` of each note that is ready, by company, first return and currency; what is not ready waits.

    Notes below their minimum go out together, on one note that stands under the first of their returns, once they reach
    it. Lines stand by return line, portion and decision. The same lines give the same notes, in whatever order.
    """
    notes: dict[tuple[str, str, str, str, str], list[Row]] = defaultdict(list)
    for row in credit_lines.to_pylist():
        terms = terms_of.get(row["retailer"], NoteTerms())
        gathers = _gathers(row, terms)
        if gathers is not None:
            alone = row["tax_category"] if row["tax_category"] in STANDS_ALONE else ""
            notes[row["company"], row["retailer"], row["currency"], alone, gathers].append(row)
    found = [(_key(name, rows), _ordered(rows)) for name, rows in _large_enough(notes, terms_of)]
    return sorted(found, key=lambda note: note[0])


def _gathers(row: Row, terms: NoteTerms) -> str | None:
    """What the line is gathered with; None while its period runs."""
    if terms.per == "return":
        return str(row["return_id"])
    if terms.per == "retailer":
        return str(row["retailer"])
    decided_on = row["decided_at"].astimezone(ZoneInfo(terms.timezone)).date()
    first, after = PERIODS[terms.per](decided_on)
    return f"{row['retailer']} from {first}" if after <= terms.today else None


def _large_enough(
    notes: Mapping[tuple[str, str, str, str, str], list[Row]], terms_of: Mapping[str, NoteTerms]
) -> Iterable[tuple[tuple[str, str, str, str, str], list[Row]]]:
    """The notes that reach their minimum, and small ones of one retailer together if these do."""
    small: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    for name in sorted(notes):
        if _reaches(notes[name], terms_of):
            yield name, notes[name]
        else:
            small[name[:4]] += notes[name]
    yield from (((*name, "small ones"), rows) for name, rows in small.items() if _reaches(rows, terms_of))


def _reaches(rows: Sequence[Row], terms_of: Mapping[str, NoteTerms]) -> bool:
    minimum = terms_of.get(rows[0]["retailer"], NoteTerms()).minimum
    return not minimum or sum(row["net_minor"] for row in rows) >= to_minor(minimum, rows[0]["currency"])


def _key(name: tuple[str, str, str, str, str], rows: Sequence[Row]) -> NoteKey:
    company, _, currency, alone, gathers = name
    return NoteKey(company, min(row["return_id"] for row in rows), currency, alone, gathers)


def _ordered(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["return_line"], row["portion"], row["decision"]))
