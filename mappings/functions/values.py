"""Open this when a mapping needs a value of another kind: the closed vocabulary of `as:`, from text to a value.

Every function takes a whole column of text and gives a whole column. Nulls stay null. What `clean:` can do to a text
before is in ``cleaning``. A new function needs a docstring with an example, and a need.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mappings.functions.dates import day_of
from mappings.functions.distinct import each_distinct
from mappings.functions.identifiers import check_digit_is_right, is_sscc
from mappings.functions.numbers import NumberMarks, exactly, number_of, text_of
from schemas.money import exponent
from schemas.rules import GIVES

_UNITS_MAX = 10**9
_MINOR_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a conversion needs to know beside the text: how numbers and dates are written, and each row's currency."""

    decimal_marks: str = "."
    thousands_mark: str = ""
    forms: tuple[str, ...] = ()
    currency: pa.Array | None = field(default=None, compare=False)

    @property
    def marks(self) -> NumberMarks:
        """How numbers are written."""
        return NumberMarks(self.decimal_marks, self.thousands_mark)


def text(column: pa.Array, _reading: Reading) -> pa.Array:
    """The text as it is.

    >>> text(pa.array(["a"]), Reading()).to_pylist()
    ['a']
    """
    return column


def gtin(column: pa.Array, _reading: Reading) -> pa.Array:
    """A GTIN of 14 digits from GTIN-8, UPC-12, EAN-13 or GTIN-14; nothing where the check digit is wrong.

    >>> gtin(pa.array(["9521234000013", "9521234000014", "036000291452"]), Reading()).to_pylist()
    ['09521234000013', None, '00036000291452']
    """

    def normal(raw: str) -> str | None:
        digits = re.sub(r"\s", "", raw)
        fits = re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits) and check_digit_is_right(digits) and int(digits)
        return digits.zfill(14) if fits else None

    return each_distinct(column, normal)


def sscc(column: pa.Array, _reading: Reading) -> pa.Array:
    """A carton label: an SSCC of 18 digits without its application identifier, or any other label as it is.

    >>> sscc(pa.array(["(00) 095200000000000011", "BOX 7"]), Reading()).to_pylist()
    ['095200000000000011', 'BOX 7']
    """

    def normal(raw: str) -> str:
        digits = re.sub(r"[\s()]", "", raw)
        digits = digits[2:] if re.fullmatch(r"00[0-9]{18}", digits) else digits
        return digits if is_sscc(digits) else raw

    return each_distinct(column, normal)


def decimal(column: pa.Array, reading: Reading) -> pa.Array:
    """A decimal number as text with a point; the mark is the standard's or the one that `reads:` declares.

    >>> decimal(pa.array(["12,50", "1.234,5", "x"]), Reading(",", ".")).to_pylist()
    ['12.50', '1234.5', None]
    """
    return each_distinct(column, lambda raw: text_of(number_of(raw, reading.marks)))


def units(column: pa.Array, reading: Reading) -> pa.Array:
    """A whole positive number of units.

    >>> units(pa.array(["12", "3.000", "2.5", "0", "-1"]), Reading()).to_pylist()
    [12, 3, None, None, None]
    """

    def whole(raw: str) -> int | None:
        number = number_of(raw, reading.marks)
        fits = number is not None and number == number.to_integral_value() and 0 < number < _UNITS_MAX
        return int(number) if number is not None and fits else None

    return each_distinct(column, whole, pa.int64())


def money(column: pa.Array, reading: Reading) -> pa.Array:
    """An amount in minor units of the row's currency; nothing where it has more places than the currency.

    >>> money(pa.array(["12.50", "0.005"]), Reading(currency=pa.array(["GBP", "GBP"]))).to_pylist()
    [1250, None]
    """
    currency = reading.currency if reading.currency is not None else pa.nulls(len(column), pa.string())

    @cache
    def minor(raw: str | None, unit: str | None) -> int | None:
        number = number_of(raw, reading.marks) if raw is not None and unit is not None else None
        if number is None or unit is None:
            return None
        scaled = number.scaleb(exponent(unit))
        return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) <= _MINOR_MAX else None

    pairs = zip(column.to_pylist(), currency.to_pylist(), strict=True)
    return pa.array([minor(raw, unit) for raw, unit in pairs], pa.int64())


def date_(column: pa.Array, reading: Reading) -> pa.Array:
    """A day in the first of the declared forms that fits: CCYYMMDD, YYMMDD, DD.MM.YYYY, YYYY-MM-DD, CCYYMMDDhhmm …

    >>> date_(pa.array(["20261130", "261130", "20261131"]), Reading(forms=("CCYYMMDD", "YYMMDD"))).to_pylist()
    [datetime.date(2026, 11, 30), datetime.date(2026, 11, 30), None]
    """
    return each_distinct(column, lambda raw: day_of(raw, reading.forms), pa.date32())


def flag(column: pa.Array, _reading: Reading) -> pa.Array:
    """Yes or no, from `true` and `false`; a code list turns a partner's own words into these.

    >>> flag(pa.array(["true", "false", "J"]), Reading()).to_pylist()
    [True, False, None]
    """
    return each_distinct(column, {"true": True, "false": False}.get, pa.bool_())


CONVERT: dict[str, Callable[[pa.Array, Reading], pa.Array]] = {
    f.__name__.rstrip("_"): f for f in (text, gtin, sscc, decimal, units, money, date_, flag)
}
# What is found where a conversion gives nothing for a text. A carton label is never nothing: see `bad_labels`.
FAULT_CODES = {
    "gtin": "FIELD-BAD-GTIN", "decimal": "FIELD-BAD-NUMBER", "units": "FIELD-BAD-NUMBER",
    "money": "FIELD-BAD-NUMBER", "date": "FIELD-BAD-DATE", "flag": "FIELD-UNKNOWN-CODE", "sscc": "FIELD-BAD-SSCC",
}  # fmt: skip

if CONVERT.keys() != GIVES.keys():
    raise RuntimeError("The conversions and schemas.rules.GIVES name different things.")


def convert(column: pa.Array, kind: str, reading: Reading) -> tuple[pa.Array, pa.Array]:
    """The column's values, and where (bool) a text is not what it should be."""
    values = CONVERT[kind](column, reading)
    if kind == "sscc":
        return values, pc.fill_null(each_distinct(values, lambda label: not is_sscc(label), pa.bool_()), False)
    return values, pc.and_(column.is_valid(), values.is_null())


def calculated(how: str, values: pa.Array, others: pa.Array, other_text: pa.Array) -> pa.Array:
    """Each value `times`, `plus` or `minus` the other, exactly; unchanged where there is none.

    Nothing where the other is a text that is no number. Whole numbers and amounts come as integers, decimals as text.

    >>> calculated("minus", pa.array([5, 5]), pa.array([2, None]), pa.array(["2", "x"])).to_pylist()
    [3, None]
    >>> calculated("times", pa.array(["2.5", "1"]), pa.array(["12", None]), pa.array(["12", None])).to_pylist()
    ['30.0', '1']
    """
    work = {"times": operator.mul, "plus": operator.add, "minus": operator.sub}[how]
    is_text = pa.types.is_string(values.type)

    def done(value: Any, other: Any) -> Any:
        if value is None or other is None:
            return value
        if not is_text:
            return work(value, other)
        with exactly():
            return text_of(work(Decimal(value), Decimal(other)))

    pairs = zip(values.to_pylist(), others.to_pylist(), strict=True)
    result = pa.array([done(value, other) for value, other in pairs], values.type)
    unclear = pc.and_(others.is_null(), other_text.is_valid())
    return pc.if_else(unclear, pa.scalar(None, values.type), result)
