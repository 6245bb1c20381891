"""Open this when a sentence is told of many rows at once: columns of amounts, units and days as columns of text."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.money import exponent


def joined(*parts: Any) -> pa.Array:
    """Columns and fixed text, one behind the other. A row with a null in a column is null."""
    return pc.binary_join_element_wise(*parts, "")


def amounts(minor: Any, currency: Any) -> pa.Array:
    """Minor units (not negative) with their currency, row by row: `34.00 GBP`."""
    places = {code: exponent(code) for code in pc.unique(currency).to_pylist() if code}
    texts = None
    for digits in sorted(set(places.values())):
        told = _decimals(minor, digits)
        if texts is None:
            texts = told
            continue
        mine = pa.array([code for code, own in places.items() if own == digits], pa.string())
        texts = pc.if_else(pc.is_in(currency, mine), told, texts)
    return joined(texts if texts is not None else minor.cast(pa.string()), " ", currency)


def _decimals(minor: Any, digits: int) -> pa.Array:
    if digits == 0:
        return minor.cast(pa.string())
    whole = pc.divide(minor, 10**digits)
    rest = pc.subtract(minor, pc.multiply(whole, 10**digits))
    return joined(whole.cast(pa.string()), ".", pc.utf8_lpad(rest.cast(pa.string()), digits, "0"))


def counted(number: Any, one: str = "unit") -> pa.Array:
    """`1 unit`, `2 units`, row by row."""
    return joined(number.cast(pa.string()), pc.if_else(pc.equal(number, 1), f" {one}", f" {one}s"))


def stay(returned_on: Any, sold_on: Any) -> pa.Array:
    """`returned on 2026-05-31, 30 days after the sale on 2026-05-01`, row by row."""
    days = pc.days_between(sold_on, returned_on)
    side = pc.if_else(pc.greater_equal(days, 0), " after the sale on ", " before the sale on ")
    return joined(
        "returned on ", _days(returned_on), ", ", counted(pc.abs(days), "day"), side, _days(sold_on),
    )  # fmt: skip


def _days(column: Any) -> pa.Array:
    """Days as text; there are few of them."""
    known = (column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column).dictionary_encode()
    return known.dictionary.cast(pa.string()).take(known.indices)


def capitalised(texts: Any) -> pa.Array:
    """The first letter is a capital, the others stay."""
    return joined(pc.utf8_upper(pc.utf8_slice_codeunits(texts, 0, 1)), pc.utf8_slice_codeunits(texts, 1, None))
