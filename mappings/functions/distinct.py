"""Open this when a function over a column is slow: functions done once for each distinct text of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column
from mappings.machine import machine_for

_WORDS_MAX, _PLACES = 256, 1024  # of columns with more different texts than that, Arrow knows them as fast


def each_distinct(column: pa.Array, convert: Callable[[str], Any], kind: pa.DataType | None = None) -> pa.Array:
    """The column with ``convert`` applied once to each distinct text: codes, dates and items repeat a lot.

    >>> each_distinct(pa.array(["a", None, "a"]), str.upper).to_pylist()
    ['A', None, 'A']
    """
    coded = pc.dictionary_encode(column)
    converted = pa.array([convert(text) for text in coded.dictionary.to_pylist()], kind or pa.string())
    return converted.take(coded.indices)


def words_of(column: Column) -> tuple[list[str], pa.Array]:
    """The distinct texts of a column, and for each row the number of its own; null where it has none."""
    if column.buffer is not None:
        size, seen = len(column.start), np.zeros((_PLACES, 4), np.int64)
        numbers, rows = np.empty(size, np.int32), np.empty(_WORDS_MAX, np.int64)
        count = machine_for(size).number_words(column.buffer, column.start, column.end, numbers, seen, rows)
        if count >= 0:
            words = column.take(rows[:count]).text.to_pylist()
            return words, pa.array(numbers, mask=None if column.is_there.all() else ~column.is_there)
    coded = pc.dictionary_encode(column.text)
    return coded.dictionary.to_pylist(), coded.indices


def nothing_for_empty(column: pa.Array) -> pa.Array:
    """The column with null for empty text.

    >>> nothing_for_empty(pa.array(["", "a"])).to_pylist()
    [None, 'a']
    """
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
