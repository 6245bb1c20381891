"""Open this when a text is cleaned wrongly: the functions of `clean:`, each from a whole column of text to another.

Nulls stay null; what becomes empty is null. A new function needs a docstring with an example, and a need.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, Inexact
from textwrap import wrap

import pyarrow as pa
import pyarrow.compute as pc

from mappings.functions.dates import written_day
from mappings.functions.distinct import each_distinct, nothing_for_empty
from mappings.functions.identifiers import isbn_13, upc_a, with_check_digit
from mappings.functions.numbers import NumberMarks, exactly, number_of, text_of

_WITH_POINT = r"[+-]?[0-9]+\.[0-9]+"
_SIGNED = r"^[+-]?[0-9]+([.,][0-9]+)?$"


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


def lower(column: pa.Array) -> pa.Array:
    """In small letters.

    >>> lower(pa.array(["AB-1"])).to_pylist()
    ['ab-1']
    """
    return pc.utf8_lower(column)


def after(column: pa.Array, argument: str) -> pa.Array:
    """What stands behind the first occurrence of a text; nothing where it does not occur.

    >>> after(pa.array(["PO:4711", "4711"]), ":").to_pylist()
    ['4711', None]
    """
    return pattern(column, f"^.*?{re.escape(argument)}(.*)$")


def suffix(column: pa.Array, argument: str) -> pa.Array:
    """With a text behind.

    >>> suffix(pa.array(["17", None]), "-S").to_pylist()
    ['17-S', None]
    """
    return pc.binary_join_element_wise(column, pa.scalar(argument), "")


def drop(column: pa.Array, argument: str) -> pa.Array:
    """Without any of these characters.

    >>> drop(pa.array(["(00) 12-3"]), "()- ").to_pylist()
    ['00123']
    """
    return pc.replace_substring_regex(column, f"[{''.join(map(re.escape, argument))}]", "")


def first(column: pa.Array, argument: str) -> pa.Array:
    """The first so many characters.

    >>> first(pa.array(["20261130T0800"]), "8").to_pylist()
    ['20261130']
    """
    return pc.utf8_slice_codeunits(column, 0, int(argument))


def last(column: pa.Array, argument: str) -> pa.Array:
    """The last so many characters, one or more.

    >>> last(pa.array(["RETURN-0017"]), "4").to_pylist()
    ['0017']
    """
    return (
        pc.utf8_slice_codeunits(column, -int(argument), None)
        if int(argument)
        else pc.utf8_slice_codeunits(column, 0, 0)
    )


def negate(column: pa.Array) -> pa.Array:
    """A number with the other sign; what is no number stays as it is.

    >>> negate(pa.array(["12.50", "-3", "x"])).to_pylist()
    ['-12.50', '3', 'x']
    """
    turned = each_distinct(column, lambda raw: raw[1:] if raw[0] == "-" else f"-{raw.removeprefix('+')}")
    return pc.if_else(pc.match_substring_regex(column, _SIGNED), turned, column)


def without_sign(column: pa.Array) -> pa.Array:
    """A number without its sign, whether that stands in front or, as mainframes write it, behind.

    >>> without_sign(pa.array(["-12,50", "3-", "4"])).to_pylist()
    ['12,50', '3', '4']
    """
    return pc.replace_substring_regex(column, r"^[+-]?([0-9.,]+)[+-]?$", r"\1")


def sign_in_front(column: pa.Array) -> pa.Array:
    """A number whose sign stands behind it, with the sign in front.

    >>> sign_in_front(pa.array(["12.50-", "3+", "4"])).to_pylist()
    ['-12.50', '+3', '4']
    """
    return pc.replace_substring_regex(column, r"^([0-9.,]+)([+-])$", r"\2\1")


def times(column: pa.Array, argument: str) -> pa.Array:
    """A number with a point times a constant, exactly.

    >>> times(pa.array(["2.5", "x"]), "12").to_pylist()
    ['30.0', 'x']
    """
    factor = Decimal(argument)

    def product(number: Decimal) -> str | None:
        with exactly():
            return text_of(number * factor)

    return _calculated(column, product)


def divide_by(column: pa.Array, argument: str) -> pa.Array:
    """A number with a point divided by a constant; what does not go without remainder becomes a text that is no number.

    >>> divide_by(pa.array(["36", "37"]), "12").to_pylist()
    ['3', '37/12']
    """
    divisor = Decimal(argument)

    def divided(number: Decimal) -> str | None:
        with exactly():
            try:
                return text_of(number / divisor)
            except Inexact:
                return f"{number}/{argument}"

    return _calculated(column, divided)


def isbn(column: pa.Array) -> pa.Array:
    """The 13 digits of a book's number, also from the old ISBN of ten characters; anything else stays as it is.

    >>> isbn(pa.array(["0-306-40615-2", "978-0-306-40615-7", "12"])).to_pylist()
    ['9780306406157', '9780306406157', '12']
    """

    return each_distinct(column, lambda raw: isbn_13(raw) or raw)


def upc_e(column: pa.Array) -> pa.Array:
    """The UPC of 12 digits that a zero-suppressed one of 8 stands for; anything else stays as it is.

    >>> upc_e(pa.array(["01234565", "036000291452"])).to_pylist()
    ['012345000065', '036000291452']
    """

    return each_distinct(column, lambda raw: upc_a(raw) or raw)


def add_check_digit(column: pa.Array) -> pa.Array:
    """Digits with the GS1 check digit behind them, for lists that leave it away.

    >>> add_check_digit(pa.array(["03600029145", "x"])).to_pylist()
    ['036000291452', 'x']
    """
    return each_distinct(column, lambda raw: with_check_digit(raw) if re.fullmatch(r"[0-9]+", raw) else raw)


def words(column: pa.Array, argument: str) -> pa.Array:
    """As many whole words as fit into this many characters.

    >>> words(pa.array(["more than was sold", "sold"]), "10").to_pylist()
    ['more than', 'sold']
    """
    return each_distinct(column, lambda raw: next(iter(wrap(raw, int(argument))), ""))


def words_behind(column: pa.Array, argument: str) -> pa.Array:
    """The words that do not fit into this many characters any more; see `words`.

    >>> words_behind(pa.array(["more than was sold", "sold"]), "10").to_pylist()
    ['was sold', None]
    """
    return nothing_for_empty(each_distinct(column, lambda raw: " ".join(wrap(raw, int(argument))[1:])))


def day_as(column: pa.Array, argument: str) -> pa.Array:
    """A day (2026-11-30, or with a time behind it) in another form, for what we write; anything else stays as it is.

    >>> day_as(pa.array(["2026-11-30", "2026-11-30T09:00", "soon"]), "DD.MM.YYYY").to_pylist()
    ['30.11.2026', '30.11.2026', 'soon']
    """
    written_day(date.min, argument)

    def done(raw: str) -> str:
        found = re.fullmatch(r"(\d{4}-\d\d-\d\d)(T.*)?", raw)
        return written_day(date.fromisoformat(found.group(1)), argument) if found else raw

    return each_distinct(column, done)


def decimal_mark(column: pa.Array, argument: str) -> pa.Array:
    """A number with another mark in the place of its point, for what we write.

    >>> decimal_mark(pa.array(["12.50", "3", "a.b"]), ",").to_pylist()
    ['12,50', '3', 'a.b']
    """
    return each_distinct(column, lambda raw: raw.replace(".", argument) if re.fullmatch(_WITH_POINT, raw) else raw)


def _calculated(column: pa.Array, calculate: Callable[[Decimal], str | None]) -> pa.Array:
    """The column with a calculation done on each number with a point; what is none stays as it is."""

    def done(raw: str) -> str | None:
        number = number_of(raw, NumberMarks())
        return raw if number is None else calculate(number)

    return each_distinct(column, done)


CLEAN: dict[str, Callable[..., pa.Array]] = {
    f.__name__: f
    for f in (
        strip, upper, lower, drop_spaces, drop, drop_leading_zeros, keep_digits, pattern, before, after, first, last,
        prefix, suffix, pad_left, implied_decimals, negate, without_sign, sign_in_front, times, divide_by, isbn, upc_e,
        add_check_digit, words, words_behind, day_as, decimal_mark,
    )
}  # fmt: skip
WITH_ARGUMENT = frozenset({
    "pattern", "before", "after", "first", "last", "prefix", "suffix", "drop", "pad_left", "implied_decimals", "times",
    "divide_by", "words", "words_behind", "day_as", "decimal_mark",
})  # fmt: skip


def clean(column: pa.Array, function: str, argument: str | None) -> pa.Array:
    """One step of `clean:`."""
    done = CLEAN[function](column) if argument is None else CLEAN[function](column, argument)
    return nothing_for_empty(done)


def fault_of_clean(function: str, argument: str | None) -> str | None:
    """What is wrong with this entry of `clean:`, with what to write instead; None when nothing is."""
    if function not in CLEAN:
        return f"there is no function {function!r}; write one of {', '.join(sorted(CLEAN))}"
    if (argument is not None) != (function in WITH_ARGUMENT):
        wanted = f"{{{function}: …}}" if function in WITH_ARGUMENT else function
        return f"{function!r} is written as `{wanted}`"
    try:
        clean(pa.array(["0"]), function, argument)
    except (pa.ArrowInvalid, ValueError, ArithmeticError) as fault:
        return f"{argument!r} does not do for {function!r}: {fault}"
    return None
