"""Open this when a number is read wrongly: numbers as partners write them, with their decimal and thousands marks."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext

_DIGITS_MAX = 15


@dataclass(frozen=True, slots=True)
class NumberMarks:
    """What may stand before decimals (one of these characters), and before three digits of a number."""

    decimal: str = "."
    thousands: str = ""


def number_of(raw: str, marks: NumberMarks) -> Decimal | None:
    """The number a text means, written with at most one of the decimal marks; None for anything else."""
    plain = raw.strip()
    if marks.thousands and not (plain := _without_thousands(plain, marks)):
        return None
    points = re.escape(marks.decimal)
    if not re.fullmatch(rf"[+-]?(?:[0-9]+(?:[{points}][0-9]*)?|[{points}][0-9]+)", plain):
        return None
    try:
        number = Decimal(re.sub(f"[{points}]", ".", plain))
    except InvalidOperation:
        return None
    return number if abs(number) < 10**_DIGITS_MAX and len(plain) <= 2 * _DIGITS_MAX else None


def _without_thousands(plain: str, marks: NumberMarks) -> str:
    """The number without its thousands marks; empty where they stand elsewhere than before each three digits."""
    mark, decimals = re.escape(marks.thousands), re.escape(marks.decimal)
    if marks.thousands not in plain:
        return plain
    grouped = re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:[{decimals}][0-9]*)?", plain)
    return plain.replace(marks.thousands, "") if grouped else ""


def text_of(number: Decimal | None) -> str | None:
    """A number as it is kept: with a point, without an exponent."""
    return None if number is None else f"{number:f}"


def exactly() -> AbstractContextManager[Context]:
    """Arithmetic that rounds nothing: a result that would have to be rounded raises decimal.Inexact."""
    return localcontext(Context(prec=100, traps=[Inexact]))
