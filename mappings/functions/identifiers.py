"""Open this when an item or label is called wrong: the check digits of GS1 numbers and of books."""

import re


def check_digit_is_right(digits: str) -> bool:
    """Whether the last digit is the GS1 modulo 10 check digit of the others.

    >>> check_digit_is_right("9520000000011"), check_digit_is_right("9520000000012")
    (True, False)
    """
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0


def with_check_digit(digits: str) -> str:
    """The digits with their GS1 modulo 10 check digit behind them.

    >>> with_check_digit("952000000001")
    '9520000000011'
    """
    return next(digits + last for last in "0123456789" if check_digit_is_right(digits + last))


def is_sscc(label: str) -> bool:
    """Whether this is an SSCC: 18 digits with a right check digit.

    >>> is_sscc("095200000000000011"), is_sscc("095200000000000012"), is_sscc("BOX 7")
    (True, False, False)
    """
    return bool(re.fullmatch(r"[0-9]{18}", label)) and check_digit_is_right(label)


def isbn_13(written: str) -> str | None:
    """The 13 digits of a book's number, also of the old one of ten characters; None for anything else.

    >>> isbn_13("0-306-40615-2"), isbn_13("978-0-306-40615-7"), isbn_13("12")
    ('9780306406157', '9780306406157', None)
    """
    plain = re.sub(r"[\s-]", "", written).upper()
    if re.fullmatch(r"97[89][0-9]{10}", plain):
        return plain
    if not re.fullmatch(r"[0-9]{9}[0-9X]", plain):
        return None
    weighted = sum((10 if digit == "X" else int(digit)) * (10 - at) for at, digit in enumerate(plain))
    return with_check_digit(f"978{plain[:9]}") if weighted % 11 == 0 else None


# What a UPC-E leaves away, by the last of its six digits: how many of these stand before it, and up to where behind.
_ZEROS = {"0": (2, "00000", 5), "1": (2, "10000", 5), "2": (2, "20000", 5), "3": (3, "00000", 5), "4": (4, "00000", 5)}


def upc_a(written: str) -> str | None:
    """The UPC of 12 digits that a zero-suppressed one (UPC-E) of 8 stands for; None for anything else.

    >>> upc_a("01234565"), upc_a("036000291452")
    ('012345000065', None)
    """
    if not re.fullmatch(r"[01][0-9]{7}", written):
        return None
    body = written[1:7]
    before, zeros, behind = _ZEROS.get(body[5], (5, f"0000{body[5]}", 5))
    return f"{written[0]}{body[:before]}{zeros}{body[before:behind]}{written[7]}"
