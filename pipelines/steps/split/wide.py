"""Open this when a processor of another kind grades differently: ``grade`` over several sales at once, in machine code.

These forms say the same as those of the same name elsewhere; numbers of fixed size without a sign let LLVM take several
at once. Rows of the sheet are written in steps of 32: what is written behind a row is written anew with the next one.
"""

from typing import Any

import numpy as np

from pipelines.steps.split.texts import Codes
from pipelines.steps.split.walk import PLACES


def steps(lines: int) -> int:
    """So many, and what is missing to a multiple of 32."""
    return (np.uint64(lines + 31) >> np.uint64(5)) << np.uint64(5)  # type: ignore[return-value]


def fill(sheet: Codes, row: int, lines: int, bit: int) -> None:
    """``grade.fill``."""
    start, held = np.uint64(row), np.int32(bit)
    for at in range(steps(lines)):
        sheet[start + at] = held


def note_kind(column: Codes, first: int, lines: int, code: int, bit: int, sheet: Codes, row: int) -> None:
    """``grade.note_kind``."""
    if code >= 0 and bit:
        begin, start, said, held = np.uint64(first), np.uint64(row), np.int32(code), np.int32(bit)
        for at in range(steps(lines)):
            sheet[start + at] |= held * (column[begin + at] == said)


def note_both(
    column: Codes, code: int, other: Codes, its: int, first: int, lines: int, bit: int, sheet: Codes, row: int
) -> None:
    """``grade.note_both``."""
    if code >= 0 and its >= 0 and bit:
        begin, start, held = np.uint64(first), np.uint64(row), np.int32(bit)
        said, beside = np.int32(code), np.int32(its)
        for at in range(steps(lines)):
            sheet[start + at] |= held * ((column[begin + at] == said) & (other[begin + at] == beside))


def note_from(column: Codes, first: int, lines: int, least: int, bit: int, sheet: Codes, row: int) -> None:
    """``grade.note_from``."""
    if bit and least < 2**31:
        begin, start, held, few = np.uint64(first), np.uint64(row), np.int32(bit), np.int32(least)
        for at in range(steps(lines)):
            sheet[start + at] |= held * (column[begin + at] >= few)


def note_left(sold: Codes, taken: Codes, first: int, lines: int, left: Codes) -> None:
    """``desk.note_left``."""
    begin = np.uint64(first)
    for at in range(np.uint64(lines)):
        left[at] = max(np.int32(sold[begin + at] - taken[begin + at]), np.int32(0))


def highest(sheet: Codes, row: int, lines: int, room: Codes, least: int, taker: Codes, claim: int) -> int:
    """``walk.highest``."""
    start, few, own, held = np.uint64(row), np.int32(least), np.int32(claim), np.int32(-1)
    for at in range(np.uint64(lines)):
        here = sheet[start + at]
        fits = (room[at] >= few) & (taker[at] != own)
        held = max(held, here if fits else np.int32(-1))
    return held  # type: ignore[return-value]


def newest_key(sheet: Codes, row: int, lines: int, room: Codes, least: int, taker: Codes, claim: int) -> int:
    """``walk.newest_key``."""
    start, few, own, found = np.uint64(row), np.int32(least), np.int32(claim), np.int32(-1)
    for at in range(np.uint64(lines)):
        fits = (room[at] >= few) & (taker[at] != own)
        found = max(found, (sheet[start + at] * np.int32(PLACES) + np.int32(at)) if fits else np.int32(-1))
    return found  # type: ignore[return-value]


def differ(
    sheet: Codes,
    row: int,
    eligible: int,
    shift: int,
    level: int,
    priced: int,
    own: int,
    left: Codes,
    prices: Codes,
    values: Any,
    currencies: Codes,
) -> bool:
    """``doubt.differ``."""
    start, fits, known, worth = np.uint64(row), np.int32(level), np.int32(priced), values[own]
    currency, bits, found = currencies[own], np.int32(shift), np.int32(0)
    for at in range(np.uint64(eligible)):
        maybe = (left[at] > np.int32(0)) & (((prices[at] | known) != np.int32(0)) | (sheet[start + at] >> bits == fits))
        found |= np.int32(maybe & ((values[at] != worth) | (currencies[at] != currency)))
    return bool(found != 0)


def list_likely(
    sheet: Codes,
    row: int,
    eligible: int,
    shift: int,
    level: int,
    priced: int,
    left: Codes,
    prices: Codes,
    near: Codes,
    begin: int,
) -> int:
    """``prices.list_likely``."""
    start, fits, known, bits = np.uint64(row), np.int32(level), np.int32(priced), np.int32(shift)
    end = np.uint64(begin)
    for at in range(np.uint64(eligible)):
        near[end] = np.int32(at)
        maybe = ((prices[at] | known) != np.int32(0)) | (sheet[start + at] >> bits == fits)
        end += np.uint64(maybe & (left[at] > np.int32(0)))
    return end  # type: ignore[return-value]


def list_full(
    sheet: Codes, row: int, eligible: int, shift: int, level: int, left: Codes, free: Codes, near: Codes
) -> int:
    """``prices.list_full``."""
    start, least, bits, end = np.uint64(row), np.int32(level), np.int32(shift), np.uint64(0)
    for at in range(np.uint64(eligible)):
        near[end] = np.int32(at)
        better = sheet[start + at] >> bits > least
        end += np.uint64(better & (left[at] > np.int32(0)) & (free[at] == np.int32(0)))
    return end  # type: ignore[return-value]
