"""Open this when a value is written or read back in a wrong form: the types of fields, each as text and back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f]")  # one line that does not end with a blank
_SIX_DIGIT_YEARS = (1969, 2068)  # what YY stands for, as Python and POSIX read it


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of fields: what a document holds, how it is written, how it is read. Both raise ValueError."""

    types: tuple[type, ...]
    to_text: Callable[[Any], str]
    from_text: Callable[[str], Any]
    is_number: bool = False  # the length counts digits only, neither sign nor point
    is_sized: bool = True  # the layout says how long it may be


def _text(value: str) -> str:
    if not _PRINTABLE.fullmatch(value):
        raise ValueError("text is one line, is not empty and does not end with a blank")
    return value


def _digits(value: str) -> str:
    if not (value.isascii() and value.isdigit()):
        raise ValueError("only digits may stand here")
    return value


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]+", value):
        raise ValueError("only capital letters and digits may stand here")
    return value


def _gtin(value: str) -> str:
    """14 digits as the canonical tables hold them; on the wire an EAN-13 where the first is 0."""
    if len(_digits(value)) != 14:
        raise ValueError("a GTIN has 14 digits")
    return value.removeprefix("0")


def _gtin_of(text: str) -> str:
    return _digits(text).zfill(14)


def _whole(value: int) -> str:
    if value < 0:
        raise ValueError("a whole number is not negative")
    return str(value)


def _signed(value: Decimal | int) -> str:
    if not Decimal(value).is_finite():
        raise ValueError("a number is finite")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _decimal(value: Decimal | int) -> str:
    text = _signed(value)
    if text.startswith("-"):
        raise ValueError("a negative number may not stand here")
    return text


def _decimal_of(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        raise ValueError("this is no decimal number")
    return Decimal(text)


def _hundredths(value: Decimal | int) -> str:
    """X12 type N2: two implied decimals."""
    whole, _, decimals = _decimal(value).partition(".")
    if decimals[2:].strip("0"):
        raise ValueError("an amount of type N2 has two decimals at most")
    return str(int(whole + decimals[:2].ljust(2, "0")))


def _hundredths_of(text: str) -> Decimal:
    return Decimal(_digits(text)).scaleb(-2)


def _day(value: date) -> str:
    if value.year < 1000:
        raise ValueError("a year has four digits")
    return f"{value:%Y%m%d}"


def _short_day(value: date) -> str:
    first, last = _SIX_DIGIT_YEARS
    if not first <= value.year <= last:
        raise ValueError(f"a year of two digits is one from {first} to {last}")
    return f"{value:%y%m%d}"


def _minute(value: time | datetime) -> str:
    if value.tzinfo or value.second or value.microsecond:
        raise ValueError("a time is written in hours and minutes, without a zone")
    return f"{value:%H%M}"


def _moment(value: datetime) -> str:
    return _day(value) + _minute(value)


def _strictly(text: str, form: str, length: int) -> datetime:
    if len(_digits(text)) != length:
        raise ValueError(f"this has {len(text)} digits, not {length}")
    return datetime.strptime(text, form)  # noqa: DTZ007 - a partner's own day and hour, without a zone


KINDS: Mapping[str, Kind] = {
    "text": Kind((str,), _text, _text),
    "id": Kind((str,), _identifier, _identifier),
    "digits": Kind((str,), _digits, _digits),
    "gtin": Kind((str,), _gtin, _gtin_of),
    "int": Kind((int,), _whole, lambda text: int(_digits(text)), is_number=True),
    "decimal": Kind((Decimal, int), _decimal, _decimal_of, is_number=True),
    "signed": Kind((Decimal, int), _signed, _decimal_of, is_number=True),
    "N2": Kind((Decimal, int), _hundredths, _hundredths_of, is_number=True),
    "date": Kind((date,), _day, lambda text: _strictly(text, "%Y%m%d", 8).date(), is_sized=False),
    "date6": Kind((date,), _short_day, lambda text: _strictly(text, "%y%m%d", 6).date(), is_sized=False),
    "time": Kind((time,), _minute, lambda text: _strictly(text, "%H%M", 4).time(), is_sized=False),
    "datetime": Kind((datetime,), _moment, lambda text: _strictly(text, "%Y%m%d%H%M", 12), is_sized=False),
}


def length(kind: Kind, text: str) -> int:
    """How long a text is as its standard counts it: of numbers only the digits."""
    return sum(c.isdigit() for c in text) if kind.is_number else len(text)


def split(text: str, width: int, most: int) -> list[str]:
    """The text in pieces no longer than the width, that joined are the text again; none ends with a blank.

    A piece ends before a blank where there is one, so that words stay whole.
    """
    pieces, rest = [], _text(text)
    while len(rest) > width:
        ends = [at for at in range(1, width + 1) if rest[at - 1] != " "]
        words = [at for at in ends if rest[at] == " "]
        if not ends:
            raise ValueError(f"{width} blanks or more in a row cannot be split")
        pieces.append(rest[: (words or ends)[-1]])
        rest = rest[len(pieces[-1]) :]
    if len(pieces) + 1 > most:
        raise ValueError(f"text of {len(text)} characters does not fit into {most} times {width}: shorten it")
    return [*pieces, rest]
