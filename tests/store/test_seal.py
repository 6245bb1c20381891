"""Digests of many rows are the digests of each row, whatever stands in it."""

import json

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.store.json_arrays import json_array
from connectors.store.seal import digests, row_digest, row_key, row_keys

TEXTS = st.one_of(st.none(), st.text('abc "\\\n\x1b\x1e\x1f4\x7f\x00é😀\u2028{}', max_size=4), st.text(max_size=8))
NUMBERS = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
ROWS = st.lists(
    st.tuples(TEXTS, TEXTS, NUMBERS, st.floats(allow_nan=False), st.sampled_from([0, 1, None]), TEXTS), max_size=8
)


@settings(deadline=None)
@given(ROWS)
def test_many_rows_are_sealed_as_each_one_is(rows: list[tuple[object, ...]]) -> None:
    numbered = [(f"key é {number}", number, *row) for number, row in enumerate(rows)]
    kinds = [pa.string(), pa.int64(), pa.string(), pa.string(), pa.int64(), pa.float64(), pa.int8(), pa.string()]
    names = ["key", "no", "a", 'b"', "n", "f", "flag", "last"]
    columns = list(zip(*numbered, strict=True)) or [()] * len(names)
    table = pa.table([pa.array(values, kind) for values, kind in zip(columns, kinds, strict=True)], names)
    # Leading columns without values, and slices of larger arrays.
    table = table.select(["a", "key", "no", 'b"', "n", "f", "flag", "last"])
    for part in (table, table.slice(1), table.slice(0, 1)):
        lists = [column.to_pylist() for column in part.columns]
        rows = list(zip(*lists, strict=True))
        assert digests(part, few=0) == [row_digest(part.column_names, row) for row in rows]
        assert digests(part) == digests(part, few=0)
        assert row_keys(part, ("key", "no")) == [row_key(row[1:3]) for row in rows]


@settings(deadline=None)
@given(st.lists(st.text('ab"\\,\n\x00\x1f\x7fé\ud800', max_size=3)))
def test_keys_are_listed_as_json_writes_them(texts: list[str]) -> None:
    assert json_array(texts) == json.dumps(texts, separators=(",", ":"))
