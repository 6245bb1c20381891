"""Open this when a processor of another kind grades differently: ``grade`` over several sales at once, in machine code.

These forms say the same as those in ``grade``; numbers of fixed size without a sign let LLVM take eight at once.
"""

import numpy as np

from pipelines.steps.split.texts import Codes, Ints


def fill(sheet: Codes, row: int, lines: int, bit: int) -> None:
    """``grade.fill``."""
    start, held = np.uint64(row), np.int32(bit)
    for at in range(np.uint64(lines)):
        sheet[start + at] = held


def note_kind(column: Codes, first: int, lines: int, code: int, bit: int, sheet: Codes, row: int) -> None:
    """``grade.note_kind``."""
    if code >= 0 and bit:
        begin, start, said, held = np.uint64(first), np.uint64(row), np.int32(code), np.int32(bit)
        for at in range(np.uint64(lines)):
            sheet[start + at] |= held * (column[begin + at] == said)


def note_price(column: Ints, first: int, lines: int, code: int, bit: int, sheet: Codes, row: int) -> None:
    """``grade.note_price``."""
    if code >= 0 and bit:
        begin, start, held = np.uint64(first), np.uint64(row), np.int32(bit)
        for at in range(np.uint64(lines)):
            sheet[start + at] |= held * (column[begin + at] == code)


def note_both(
    column: Codes, code: int, other: Codes, its: int, first: int, lines: int, bit: int, sheet: Codes, row: int
) -> None:
    """``grade.note_both``."""
    if code >= 0 and its >= 0 and bit:
        begin, start, held = np.uint64(first), np.uint64(row), np.int32(bit)
        said, beside = np.int32(code), np.int32(its)
        for at in range(np.uint64(lines)):
            sheet[start + at] |= held * ((column[begin + at] == said) & (other[begin + at] == beside))


def note_from(column: Codes, first: int, lines: int, least: int, bit: int, sheet: Codes, row: int) -> None:
    """``grade.note_from``."""
    if bit:
        begin, start, held = np.uint64(first), np.uint64(row), np.int32(bit)
        for at in range(np.uint64(lines)):
            sheet[start + at] |= held * (column[begin + at] >= least)
