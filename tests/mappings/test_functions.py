import doctest

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.functions import cleaning, dates, distinct, identifiers, month_names
from mappings.functions import values as functions
from mappings.functions.cleaning import CLEAN, WITH_ARGUMENT, fault_of_clean
from mappings.functions.values import CONVERT, Reading
from mappings.messages import paths


@pytest.mark.parametrize("module", [cleaning, dates, distinct, functions, identifiers, month_names, paths])
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_an_empty_column_stays_empty():
    none = pa.array([], pa.string())
    for convert in CONVERT.values():
        assert len(convert(none, Reading(forms=("CCYYMMDD",)))) == 0


def test_nulls_stay_null():
    nulls = pa.nulls(2, pa.string())
    arguments = dict.fromkeys(WITH_ARGUMENT, "3") | {"pattern": "(a)", "day_as": "DD.MM.YYYY"}
    for name in CLEAN:
        assert cleaning.clean(nulls, name, arguments.get(name)).to_pylist() == [None, None]
    for convert in CONVERT.values():
        assert convert(nulls, Reading(forms=("CCYYMMDD",))).to_pylist() == [None, None]


@pytest.mark.parametrize(
    "text", ["1E3", "1e3", "NaN", "Infinity", "1_000", "0x1", "١٢", "--1", "1.2.3", "1 2", "+", "."]
)
def test_what_python_would_take_for_a_number_is_none_here(text):
    assert CONVERT["decimal"](pa.array([text]), Reading()).to_pylist() == [None]
    assert CONVERT["units"](pa.array([text]), Reading()).to_pylist() == [None]


@pytest.mark.parametrize(("text", "means"), [("1.234", 1234), ("1.234,0", 1234), ("12.34", None), ("1234", 1234)])
def test_thousands_marks_stand_before_three_digits_or_are_refused(text, means):
    assert CONVERT["units"](pa.array([text]), Reading(",", ".")).to_pylist() == [means]


@given(st.integers(0, 10**12 - 1))
def test_a_gtin_survives_and_its_wrong_neighbours_do_not(body):
    digits = f"{body:012d}"
    right = [d for d in "0123456789" if functions.check_digit_is_right(digits + d)]
    assert len(right) == 1
    given_back = CONVERT["gtin"](pa.array([digits + d for d in "0123456789"]), Reading()).to_pylist()
    expected = [f"0{digits}{d}" if d in right and int(digits + d) else None for d in "0123456789"]
    assert given_back == expected


@given(st.decimals(-(10**9), 10**9, places=2))
def test_money_is_exact(amount):
    [minor] = CONVERT["money"](pa.array([f"{amount:f}"]), Reading(currency=pa.array(["GBP"]))).to_pylist()
    assert minor == amount.scaleb(2)


def test_money_without_a_currency_is_nothing():
    assert CONVERT["money"](pa.array(["1.00"]), Reading(currency=pa.array([None], pa.string()))).to_pylist() == [None]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        ("uper", None),
        ("upper", "x"),
        ("pattern", None),
        ("pattern", "(unclosed"),
        ("pattern", "nogroup"),
        ("pad_left", "x"),
    ],
)
def test_a_wrong_entry_of_clean_is_refused_before_it_runs(function, argument):
    assert fault_of_clean(function, argument)
