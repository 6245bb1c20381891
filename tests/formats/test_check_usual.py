"""What the check of large batches passes over at once is right by the check of each value; hardly more is judged."""

import random

import numpy as np
import pytest

from mappings.formats import check
from mappings.formats.check_usual import (
    CODED,
    DATE,
    DECIMAL,
    TIME,
    WHOLE,
    code_list,
    has_code,
    is_usual,
    pack,
)  # fmt: skip

CODES = ["EA", "CA", "A", "PCE", "12345678"]
TABLE = np.array([0, *code_list(CODES), 0], np.int64)
LOW, HIGH = 1, len(TABLE) - 1

RIGHT = {
    WHOLE: ["0", "12", "-7", "1234567890123456"],
    DECIMAL: ["0", "12.5", "-7.25", ".5", "5.", "1234567.123456"],
    DATE: ["20260228", "260430", "00000101"],
    TIME: ["0000", "2359", "235959", "2359591", "23595999"],
    CODED: CODES,
}
WRONG = {
    WHOLE: ["", "-", "1.5", "1,5", "+1", "A", "12345678901234567", "1-2"],
    DECIMAL: ["", "-", ".", "1..5", "1.2.3", "--1", "1-", "1 2", "/", ":"],
    DATE: ["20261301", "20260001", "20260132", "20260230", "2026022", "2026-2-2", "00000000"],
    TIME: ["2400", "2360", "23596", "235960", "23:59", "235959123"],
    CODED: ["", "ea", "E", "EAA", "PC", "123456789", "\xffA"],
}


def usual(kind: int, value: str, least: int = 1) -> bool:
    """What the quick look says of a value, with other bytes behind it."""
    data = np.frombuffer(value.encode("latin-1") + b"7" * 20, np.uint8)
    return is_usual(data, 0, len(value), kind, pack(kind, least, 20, LOW, HIGH), TABLE)


def fault(kind: int, value: str, least: int = 1) -> int:
    """What the judgement of the value says; -1 for nothing."""
    data = np.frombuffer(value.encode("latin-1") + b"7" * 20, np.uint8)
    return check._fault(data, TABLE, 0, len(value), (kind, least, 20, LOW, HIGH), (False, False, -1, ord(".")))


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_right_is_passed_over_and_what_is_wrong_is_judged(kind: int) -> None:
    assert [value for value in RIGHT[kind] if not usual(kind, value)] == []
    assert [value for value in WRONG[kind] if usual(kind, value)] == []


def test_nothing_wrong_is_ever_passed_over() -> None:
    draw = random.Random(2026)
    for _ in range(4000):
        kind = draw.choice(list(RIGHT))
        least = draw.randint(1, 3)  # what is shorter is not asked for
        value = "".join(draw.choices("0123456789.-EAPC", k=draw.randint(least, 9)))
        assert not usual(kind, value, least) or fault(kind, value, least) == -1, (kind, value, least)


def test_a_list_knows_its_codes_and_no_others() -> None:
    codes = [f"{first}{second}" for first in "ABCDEFGH" for second in "0123456789"]
    table = np.array(code_list(codes), np.int64)
    known = {code for code in codes if has_code(table, 0, len(table), int.from_bytes(code.encode(), "big"))}
    assert known == set(codes)
    assert not has_code(table, 0, len(table), int.from_bytes(b"Z9", "big"))
