"""A value read from its bytes is the value read from its text, whichever form of the functions reads it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings import column as columns
from mappings import machine
from mappings.column import Column
from mappings.functions import distinct
from mappings.functions import from_bytes as conversions
from mappings.functions.distinct import words_of
from mappings.functions.from_bytes import convert_bytes
from mappings.functions.values import Reading, convert

KINDS = ("text", "units", "money", "decimal", "gtin", "sscc", "date")
NUMBERS = st.from_regex(r"[+-]?[0-9]{0,16}[.,]?[0-9]{0,4}", fullmatch=True)
LABELS = st.sampled_from([
    "9522234400018", "9522234400010", "036000291452", "95200002", "00000000", "09522234400018", "952223440001 8",
    "095200000000000011", "00095200000000000011", "(00) 095200000000000011", "095200000000000012", "BOX 7",
    "20261118", "2026-11-18", "20261331", "1.000", "1,000", "0", "00", "007", "1.", ".5", "1 000", "12.50", "1e3",
])  # fmt: skip
TEXTS = st.lists(st.one_of(st.none(), NUMBERS, LABELS, st.text("0123456789.,-+ Ax", max_size=20)), max_size=12)
READINGS = st.sampled_from([(".", ""), (",", "."), (".,", ""), (".", ","), (",", " ")])


def column_of(texts: list[str | None]) -> Column:
    """These texts as bytes of a buffer; nothing where there is none."""
    start, end, data = [], [], b"~"
    for text in texts:
        start.append(-1 if text is None else len(data))
        data += (text or "").encode() + b"~"
        end.append(-1 if text is None else len(data) - 1)
    return Column.of_bytes(np.frombuffer(data, np.uint8), np.array(start, np.int64), np.array(end, np.int64))


@pytest.fixture(params=["plain", "compiled"])
def form(request, monkeypatch):
    """Each form of the functions that walk over bytes."""
    functions = machine.PLAIN if request.param == "plain" else machine.compiled_form()
    for module in (columns, conversions, distinct):
        monkeypatch.setattr(module, "machine_for", lambda rows: functions)


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(texts=TEXTS, marks=READINGS, currency=st.sampled_from(["GBP", "JPY", "KWD", None]))
def test_bytes_are_converted_as_their_text_is(form, kind, texts, marks, currency):
    column = column_of(texts).trimmed()
    currencies = pa.array([currency] * len(texts), pa.string())
    reading = Reading(*marks, ("CCYYMMDD", "YYYY-MM-DD"), currencies)
    expected, wrong = convert(column.text, kind, reading)
    as_text = Column.of_text(column.text, column.start, column.end, is_trimmed=True)
    for one in (column, as_text):
        values, bad = convert_bytes(one, kind, reading) or (expected, wrong)
        assert values.to_pylist() == expected.to_pylist()
        assert list(bad.to_pylist()) == [bool(is_wrong) for is_wrong in wrong.to_pylist()]


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(texts=st.lists(st.one_of(st.none(), st.text(" \tAb\x0b1", max_size=6)), max_size=8))
def test_blanks_at_the_ends_of_a_text_are_no_part_of_it(form, texts):
    trimmed = column_of(texts).trimmed()
    assert trimmed.text.to_pylist() == [(text or "").strip() or None for text in texts]
    assert trimmed.is_there.tolist() == [bool((text or "").strip()) for text in texts]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=TEXTS, times=st.integers(1, 200))
def test_texts_are_numbered_as_arrow_numbers_them(form, texts, times):
    column = column_of([one if one is None or at % 3 else f"{one}{at}" for at in range(times) for one in texts])
    words, numbers = words_of(column.trimmed())
    expected = pc.dictionary_encode(column.trimmed().text)
    assert words == expected.dictionary.to_pylist()
    assert numbers.to_pylist() == expected.indices.to_pylist()
