"""Open this when a value does not fit into the hole of a layout: from what a rule gives to what a document holds.

Rules give text, days or whole numbers; days and times may also be the text of a moment (2026-03-05T09:00).
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.layouts.layout import Field

Fit = Callable[[str], str]  # a text as the character set of a file can hold it


def to_value(hole: Field, given: str | int | date, fit: Fit = str) -> Any:
    """The value as the layout takes it; None where nothing is left of a text. ValueError says what is wrong with it."""
    if hole.codes is not None:
        return str(given)
    if hole.kind in ("text", "id", "digits", "gtin"):
        text = fit(str(given)) if hole.kind == "text" else str(given)
        return ([text] if hole.shape == "list" else text) if text else None
    if hole.kind == "int":
        return _number(given, int)
    if hole.kind in ("decimal", "signed", "N2"):
        return _number(given, Decimal)
    return _moment(hole.kind, given)


def _number(given: str | int | date, kind: type[int] | type[Decimal]) -> int | Decimal:
    try:
        return kind(str(given))
    except (ValueError, InvalidOperation):
        raise ValueError(f"{given} is no {'whole ' if kind is int else ''}number") from None


def _moment(kind: str, given: str | int | date) -> Any:
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        raise ValueError(f"{given} is no day; write it as 2026-11-30, or 2026-11-30T09:00") from None
    if kind == "time":
        return moment.time()
    return moment if kind == "datetime" else moment.date()
