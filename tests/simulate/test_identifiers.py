"""Numbers of the simulated world are well-formed, and different things have different numbers."""

import csv
import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.extract import EXTRACT
from pipelines.simulate.identifiers import (
    BRIGHTWELL_GLN,
    OUR_GLN,
    VENLO_GLN,
    check_digit,
    gtin13,
    po_number,
    sscc,
)


@pytest.mark.parametrize(
    "number",
    ["4006381333931", "5000159407236", "036000291452", "376104250021234569", "73513537"],
)
def test_check_digits_of_published_examples(number: str):
    assert check_digit(number[:-1]) == number[-1]


@pytest.mark.parametrize("gln", [OUR_GLN, BRIGHTWELL_GLN, VENLO_GLN])
def test_glns_are_right_and_of_the_demonstration_prefix(gln: str):
    assert len(gln) == 13
    assert gln.startswith("952")
    assert check_digit(gln[:-1]) == gln[-1]


def test_every_item_of_the_extract_has_its_own_gtin():
    with gzip.open(EXTRACT, "rt", encoding="utf-8", newline="") as file:
        items = {row["StockCode"].upper() for row in csv.DictReader(file)}
    numbers = {gtin13(item) for item in items}
    assert len(numbers) == len(items)
    assert all(len(number) == 13 and check_digit(number[:-1]) == number[-1] for number in numbers)


def test_spellings_in_another_case_are_one_item():
    assert gtin13("85123a") == gtin13("85123A") != gtin13("85123B")


@pytest.mark.parametrize("code", ["POST", "1234", "12345ABC", "12345-", "DCGS0003"])
def test_what_is_no_goods_has_no_gtin(code: str):
    with pytest.raises(ValueError, match="no goods code"):
        gtin13(code)


@given(st.integers(0, 10**13 - 1))
def test_carton_labels(serial: int):
    label = sscc(serial)
    assert len(label) == 18
    assert label.startswith("0952")
    assert check_digit(label[:-1]) == label[-1]


@pytest.mark.parametrize(
    ("retailer", "shape"), [("nordstad", r"00\d{8}"), ("brightwell", r"BW-\d{6}"), ("lindhaus", r"\d{8}")]
)
def test_orders_have_their_retailers_shape_and_rise_with_the_invoice(retailer: str, shape: str):
    orders = [po_number(retailer, str(invoice)) for invoice in range(520_000, 560_000, 7)]
    assert all(re.fullmatch(shape, order) for order in orders)
    assert sorted(set(orders)) == orders
