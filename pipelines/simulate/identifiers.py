"""Open this when you ask where the simulated world's numbers come from: GTINs, SSCCs, GLNs and purchase orders.

All GS1 numbers carry the prefix 952, which GS1 keeps for demonstrations. Everything is computed from business facts,
with no table to keep, and by code of this folder alone: it checks the product's own code, so it shares none of it.
"""

import re

OUR_X12 = "WICKHAMROWE"
OUR_GLN = "9520000000011"
BRIGHTWELL_GLN = "9520000010003"
VENLO_GLN = "9520000020002"

_PREFIX = "952"
_GOODS = re.compile(r"[0-9]{5}[A-Za-z]{0,2}")


def check_digit(digits: str) -> str:
    """The GS1 modulo 10 check digit of a GTIN, GLN or SSCC without it: weights 3, 1, 3, … from the right."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def gtin13(stock_code: str) -> str:
    """The GTIN-13 of a stock code: its five digits, then its letters as a number of four digits.

    Spellings that differ in case alone are one item. Two stock codes never share a GTIN.
    """
    if not _GOODS.fullmatch(stock_code):
        raise ValueError(f"{stock_code!r} is no goods code: five digits and up to two letters are expected.")
    number, letters = stock_code[:5], stock_code[5:].upper()
    body = f"{_PREFIX}{number}{_letters_as_number(letters):04d}"
    return body + check_digit(body)


def sscc(serial: int) -> str:
    """The carton label of 18 digits with this serial: extension digit 0, prefix, serial, check digit."""
    body = f"0{_PREFIX}{serial:013d}"
    return body + check_digit(body)


def po_number(retailer: str, invoice_number: str) -> str:
    """The retailer's purchase order behind an invoice, in the retailer's own shape; rises with the invoice number."""
    since = int(invoice_number) - 500_000
    shapes = {
        "nordstad": f"00{40_000_000 + 37 * since}",
        "brightwell": f"BW-{300_000 + 11 * since}",
        "lindhaus": f"{45_000_000 + 23 * since}",
    }
    return shapes[retailer]


def _letters_as_number(letters: str) -> int:
    """Letters as a number of base 27, A = 1; no letters are 0."""
    number = 0
    for letter in letters:
        number = 27 * number + ord(letter) - ord("A") + 1
    return number
