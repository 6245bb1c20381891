"""Open this when a mapping needs to change a value: the closed vocabulary of `clean:` and `as:`.

Every function takes a whole column of text and gives a whole column. Nulls stay null; what becomes empty is null.
A new function needs a docstring with an example, a row in mappings/README.md (a test holds both together), and a need.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.money import exponent
from schemas.rules import GIVES

_UNITS_MAX = 10**9
_DIGITS_MAX = 15
_MINOR_MAX = 2**63 - 1


def each_distinct(column: pa.Array, convert: Callable[[str], Any], kind: pa.DataType | None = None) -> pa.Array:
    """The column with ``convert`` applied once to each distinct text: codes, dates and items repeat a lot.

    >>> each_distinct(pa.array(["a", None, "a"]), str.upper).to_pylist()
    ['A', None, 'A']
    """
    coded = pc.dictionary_encode(column)
    converted = pa.array([convert(text) for text in coded.dictionary.to_pylist()], kind or pa.string())
    return converted.take(coded.indices)


def nothing_for_empty(column: pa.Array) -> pa.Array:
    """The column with null for empty text.

    >>> nothing_for_empty(pa.array(["", "a"])).to_pylist()
    [None, 'a']
    """
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


# --- clean: text to text


def strip(column: pa.Array) -> pa.Array:
    """Without blanks at both ends. Done when a field says nothing else.

    >>> strip(pa.array([" AB 1 "])).to_pylist()
    ['AB 1']
    """
    return pc.utf8_trim_whitespace(column)


def upper(column: pa.Array) -> pa.Array:
    """In capital letters.

    >>> upper(pa.array(["ab-1"])).to_pylist()
    ['AB-1']
    """
    return pc.utf8_upper(column)


def drop_spaces(column: pa.Array) -> pa.Array:
    """Without any blanks.

    >>> drop_spaces(pa.array(["95 2000 1"])).to_pylist()
    ['9520001']
    """
    return pc.replace_substring_regex(column, r"\s+", "")


def drop_leading_zeros(column: pa.Array) -> pa.Array:
    """Without zeros in front; a lone zero stays.

    >>> drop_leading_zeros(pa.array(["00420", "0"])).to_pylist()
    ['420', '0']
    """
    return pc.replace_substring_regex(column, r"^0+(.)", r"\1")


def keep_digits(column: pa.Array) -> pa.Array:
    """Digits only.

    >>> keep_digits(pa.array(["PO 12-3"])).to_pylist()
    ['123']
    """
    return pc.replace_substring_regex(column, r"[^0-9]", "")


def pattern(column: pa.Array, argument: str) -> pa.Array:
    r"""The part that the one group of a regular expression (RE2) finds; nothing where it does not fit.

    >>> pattern(pa.array(["order (77)", "none"]), r"\(([0-9]+)\)").to_pylist()
    ['77', None]
    """
    named = re.sub(r"(?<!\\)\((?!\?)", "(?P<found>", argument, count=1)
    found = pc.extract_regex(column, f"(?s){named}")
    return pc.struct_field(found, "found")


def before(column: pa.Array, argument: str) -> pa.Array:
    """What stands before the first occurrence of a text; everything where it does not occur.

    >>> before(pa.array(["4711-0042", "4711"]), "-").to_pylist()
    ['4711', '4711']
    """
    return pc.replace_substring_regex(column, f"(?s){re.escape(argument)}.*$", "")


def prefix(column: pa.Array, argument: str) -> pa.Array:
    """With a text in front.

    >>> prefix(pa.array(["17", None]), "S-").to_pylist()
    ['S-17', None]
    """
    return pc.binary_join_element_wise(pa.scalar(argument), column, "")


def pad_left(column: pa.Array, argument: str) -> pa.Array:
    """Filled up with zeros in front to this width.

    >>> pad_left(pa.array(["17"]), "4").to_pylist()
    ['0017']
    """
    return pc.utf8_lpad(column, int(argument), "0")


def implied_decimals(column: pa.Array, argument: str) -> pa.Array:
    """A whole number with a point this many digits from the right (X12 type N2 is ``implied_decimals: 2``).

    >>> implied_decimals(pa.array(["16000", "5", "x"]), "2").to_pylist()
    ['160.00', '0.05', 'x']
    """
    places = int(argument)

    def point(text: str) -> str:
        return f"{Decimal(text).scaleb(-places):f}" if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else text

    return each_distinct(column, point)


def negate(column: pa.Array, argument: str) -> pa.Array:
    """The number behind a code, negative behind the first of two: amounts whose sign is a code (`negate: D/C`).

    >>> negate(pa.array(["D 12.50", "C 12.50", "D -3", "12.50", "X 1"]), "D/C").to_pylist()
    ['-12.50', '12.50', '3', '12.50', 'X 1']
    """
    takes, _, gives = argument.partition("/")
    if not (takes.strip() and gives.strip()):
        raise ValueError("two codes with / between them are expected, as D/C")

    def signed(text: str) -> str:
        code, _, number = text.strip().partition(" ")
        if number and code == takes.strip():
            return number.strip()[1:] if number.strip().startswith("-") else f"-{number.strip().removeprefix('+')}"
        return number.strip() if number and code == gives.strip() else text

    return each_distinct(column, signed)


CLEAN: dict[str, Callable[..., pa.Array]] = {
    f.__name__: f
    for f in (
        strip, upper, drop_spaces, drop_leading_zeros, keep_digits, pattern, before, prefix, pad_left,
        implied_decimals, negate,
    )
}  # fmt: skip
WITH_ARGUMENT = frozenset({"pattern", "before", "prefix", "pad_left", "implied_decimals", "negate"})


def fault_of_clean(function: str, argument: str | None) -> str | None:
    """What is wrong with this entry of `clean:`, with what to write instead; None when nothing is."""
    if function not in CLEAN:
        return f"there is no function {function!r}; write one of {', '.join(sorted(CLEAN))}"
    if (argument is not None) != (function in WITH_ARGUMENT):
        wanted = f"{{{function}: …}}" if function in WITH_ARGUMENT else function
        return f"{function!r} is written as `{wanted}`"
    try:
        clean(pa.array(["0"]), function, argument)
    except (pa.ArrowInvalid, ValueError) as fault:
        return f"{argument!r} does not do for {function!r}: {fault}"
    return None


def clean(column: pa.Array, function: str, argument: str | None) -> pa.Array:
    """One step of `clean:`."""
    done = CLEAN[function](column) if argument is None else CLEAN[function](column, argument)
    return nothing_for_empty(done)


# --- as: text to a value


@dataclass(frozen=True, slots=True)
class Reading:
    """What a conversion needs to know beside the text: how numbers and dates are written, and each row's currency."""

    decimal_marks: str = "."
    thousands_mark: str = ""
    forms: tuple[str, ...] = ()
    currency: pa.Array | None = field(default=None, compare=False)


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
    return each_distinct(column, lambda raw: _text_of(_number(raw, reading)))


def units(column: pa.Array, reading: Reading) -> pa.Array:
    """A whole positive number of units.

    >>> units(pa.array(["12", "3.000", "2.5", "0", "-1"]), Reading()).to_pylist()
    [12, 3, None, None, None]
    """

    def whole(raw: str) -> int | None:
        number = _number(raw, reading)
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
        number = _number(raw, reading) if raw is not None and unit is not None else None
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
    return each_distinct(column, lambda raw: _day(raw, reading.forms), pa.date32())


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


def check_digit_is_right(digits: str) -> bool:
    """Whether the last digit is the GS1 modulo 10 check digit of the others.

    >>> check_digit_is_right("9520000000011"), check_digit_is_right("9520000000012")
    (True, False)
    """
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0


def is_sscc(label: str) -> bool:
    """Whether this is an SSCC: 18 digits with a right check digit.

    >>> is_sscc("095200000000000011"), is_sscc("095200000000000012"), is_sscc("BOX 7")
    (True, False, False)
    """
    return bool(re.fullmatch(r"[0-9]{18}", label)) and check_digit_is_right(label)


def fault_of_form(form: str) -> str | None:
    """What is wrong with this form of a date; None when nothing is."""
    names = re.compile(_form_pattern(form)).groupindex
    missing = [part for part in ("year", "month", "day") if part not in names]
    return f"the form {form!r} names no {missing[0]}; write for example CCYYMMDD" if missing else None


def _number(raw: str, reading: Reading) -> Decimal | None:
    """The number a text means, written with at most one of the decimal marks; None for anything else."""
    plain = raw.strip()
    if reading.thousands_mark and not (plain := _without_thousands(plain, reading)):
        return None
    marks = re.escape(reading.decimal_marks)
    if not re.fullmatch(rf"[+-]?(?:[0-9]+(?:[{marks}][0-9]*)?|[{marks}][0-9]+)", plain):
        return None
    try:
        number = Decimal(re.sub(f"[{marks}]", ".", plain))
    except InvalidOperation:
        return None
    return number if abs(number) < 10**_DIGITS_MAX and len(plain) <= 2 * _DIGITS_MAX else None


def _without_thousands(plain: str, reading: Reading) -> str:
    """The number without its thousands marks; empty where they stand elsewhere than before each three digits."""
    mark, decimals = re.escape(reading.thousands_mark), re.escape(reading.decimal_marks)
    if reading.thousands_mark not in plain:
        return plain
    grouped = re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:[{decimals}][0-9]*)?", plain)
    return plain.replace(reading.thousands_mark, "") if grouped else ""


def _text_of(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


_FORM_PARTS = {
    "CCYY": r"(?P<year>[0-9]{4})", "YYYY": r"(?P<year>[0-9]{4})", "YY": r"(?P<year>[0-9]{2})",
    "MM": r"(?P<month>[0-9]{2})", "DD": r"(?P<day>[0-9]{2})", "hhmm": r"[0-9]{4}", "ss": r"[0-9]{2}",
}  # fmt: skip


@cache
def _form_pattern(form: str) -> str:
    tokens = re.split(f"({'|'.join(_FORM_PARTS)})", form)
    return "".join(_FORM_PARTS.get(token, re.escape(token)) for token in tokens)


def _day(raw: str, forms: tuple[str, ...]) -> date | None:
    """The day a text means in one of the forms; two-digit years are of this century."""
    for form in forms:
        if found := re.fullmatch(_form_pattern(form), raw.strip()):
            year = int(found["year"])
            try:
                return date(year + 2000 if len(found["year"]) == 2 else year, int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return None
