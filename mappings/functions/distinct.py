"""Open this when a function over a column is slow: functions done once for each distinct text of it."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


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
