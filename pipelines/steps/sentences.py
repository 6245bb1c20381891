"""Open this when a sentence is told of many rows at once: columns of amounts, units and days as columns of text.

A function of parts gives columns and fixed text that ``joined`` puts together in one go, with those of others.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.money import exponent

Parts = tuple[Any, ...]


def joined(*parts: Any) -> pa.Array:
    """Columns and fixed text, one behind the other. A row with a null in a column is null."""
    return pc.binary_join_element_wise(*parts, "")


def amounts(minor: Any, currency: Any) -> Parts:
    """Parts of minor units (not negative) with their currency, row by row: `34.00 GBP`."""
    codes = pc.unique(currency).drop_null().to_pylist()
    if len(codes) == 1 and not currency.null_count:
        return (*_decimals(minor, exponent(codes[0])), f" {codes[0]}")
    texts = joined(*_decimals(minor, 2))
    for digits in sorted({exponent(code) for code in codes} - {2}):
        mine = pa.array([code for code in codes if exponent(code) == digits], pa.string())
        texts = pc.if_else(pc.is_in(currency, mine), joined(*_decimals(minor, digits)), texts)
    return texts, " ", currency


def _decimals(minor: Any, digits: int) -> Parts:
    if digits == 0:
        return (minor.cast(pa.string()),)
    whole = pc.divide(minor, 10**digits)
    rest = pc.subtract(minor, pc.multiply(whole, 10**digits))
    ends = pa.array([f".{number:0{digits}d}" for number in range(10**digits)], pa.string())
    return whole.cast(pa.string()), ends.take(rest)


def counted(number: Any, one: str = "unit") -> pa.Array:
    """`1 unit`, `2 units`, row by row."""
    known = _flat(number).dictionary_encode()
    texts = [None if n is None else f"{n} {one}" if n == 1 else f"{n} {one}s" for n in known.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(known.indices)


def stay(returned_on: Any, since: Any, event: Any = "the sale") -> Parts:
    """Parts of `returned on 2026-05-31, 30 days after the sale on 2026-05-01`, row by row."""
    days = pc.days_between(since, returned_on)
    side = pc.if_else(pc.greater_equal(days, 0), " after ", " before ")
    return "returned on ", _days(returned_on), ", ", counted(pc.abs(days), "day"), side, event, " on ", _days(since)


def _days(column: Any) -> pa.Array:
    """Days as text; there are few of them."""
    known = _flat(column).dictionary_encode()
    return known.dictionary.cast(pa.string()).take(known.indices)


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
