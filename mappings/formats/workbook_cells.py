"""Open this when a cell of a workbook becomes another text than it shows: numbers, dates and flags as text, by column.

A number has the digits that a person typed: at most 15, no noise of binary fractions, no point behind a whole number.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.table import DATE, FLAG, NUMBER, TEXT, Kinds

DIGITS = 15  # what a spreadsheet keeps of a number
_POWER_MAX = 21
_WHOLE_MAX = 10.0**DIGITS
_KINDS: dict[type, int] = {
    str: TEXT, float: NUMBER, int: NUMBER, bool: FLAG, date: DATE, datetime: DATE, time: TEXT, timedelta: TEXT,
}  # fmt: skip


def as_cells(
    column: Sequence[Any], decimal: str, marked: Mapping[int, tuple[int, str]]
) -> tuple[pa.Array, Kinds | None]:
    """The column's texts, null where a cell is empty, and what each cell was; None: all of them are text.

    ``marked`` are the kind and the text of cells that the library gives as empty: errors, and formulas without value.
    """
    types = set(map(type, column))
    if types <= {str} and not marked:
        return _nothing_for_empty(pa.array(column, pa.string())), None
    if types == {date}:
        return pa.array(column, pa.date32()).cast(pa.string()), np.full(len(column), DATE, np.uint8)
    if types <= {float}:
        texts = _numbers(np.array(column, np.float64), decimal)
        kinds = np.full(len(column), NUMBER, np.uint8)
    else:
        texts, kinds = _mixed(column, types, decimal)
    if marked:
        told = texts.to_pylist()
        for row, (kind, text) in marked.items():
            told[row], kinds[row] = text, kind
        texts = pa.array(told, pa.string())
    return texts, kinds


def _nothing_for_empty(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _mixed(column: Sequence[Any], types: set[type], decimal: str) -> tuple[pa.Array, Kinds]:
    """A column of several types: each distinct cell once."""
    if types <= {str, float}:
        is_number = np.fromiter((type(cell) is float for cell in column), bool, len(column))
        numbers = _numbers(np.array([cell for cell in column if type(cell) is float]), decimal)
        texts = pa.array([cell if type(cell) is str else None for cell in column], pa.string())
        filled = pc.replace_with_mask(_nothing_for_empty(texts), pa.array(is_number), numbers)
        return filled, np.where(is_number, NUMBER, TEXT).astype(np.uint8)
    done: dict[tuple[type, Any], str] = {}
    found = []
    for cell in column:
        key = (type(cell), cell)
        if key not in done:
            done[key] = text_of_cell(cell, decimal)
        found.append(done[key])
    kinds = np.array([_KINDS[type(cell)] for cell in column], np.uint8)
    return _nothing_for_empty(pa.array(found, pa.string())), kinds


def _numbers(numbers: np.ndarray, decimal: str) -> pa.Array:
    """Numbers as they were typed, with this decimal mark."""
    is_whole = (numbers == np.trunc(numbers)) & (np.abs(numbers) < _WHOLE_MAX)
    whole = pa.array(np.where(is_whole, numbers, 0).astype(np.int64)).cast(pa.string())
    rest = np.flatnonzero(~is_whole)
    if not len(rest):
        return whole
    distinct, which = np.unique(numbers[rest], return_inverse=True)
    texts = pa.array([number_text(number, decimal) for number in distinct.tolist()], pa.string())
    return pc.replace_with_mask(whole, pa.array(~is_whole), texts.take(pa.array(which)))


def number_text(number: float, decimal: str) -> str:
    """A number with the digits that a spreadsheet keeps.

    >>> number_text(0.1 + 0.2, "."), number_text(12.0, "."), number_text(2.5, ","), number_text(9522234400018.0, ".")
    ('0.3', '12', '2,5', '9522234400018')
    """
    short = f"{number:.{DIGITS}g}"
    if "e" in short and abs(number) < 10.0**_POWER_MAX:
        short = f"{Decimal(short):f}"
    return short.replace(".", decimal)


def text_of_cell(cell: Any, decimal: str) -> str:
    """A cell as text: a day as ``2026-11-18``, a flag as ``true`` or ``false``.

    >>> text_of_cell(date(2026, 11, 18), "."), text_of_cell(True, "."), text_of_cell("0042", ".")
    ('2026-11-18', 'true', '0042')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return number_text(float(cell), decimal) if isinstance(cell, float) else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
