"""Open this when a reference is not repaired though it resembles one: which pairs are compared at all.

Whatever the error in writing, but for one sign all of the stated reference are in the candidate, or the other way round
(``resemblance.may_resemble``). Counting signs is quick, so that nearly all candidates need not be looked at as texts.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.steps.split.squeezed import look
from pipelines.steps.split.texts import Ints, bytes_of

_FIELDS, _FIELD = 15, 8  # sorts of signs; eight to a word, a byte each
_OFTEN = 7
_LETTERS = frozenset(range(65, 91)) | set(range(128, 256))
_TEXTS_AT_ONCE = 2**18


def _worth(byte: int) -> int:
    """The sort of a sign, as in ``squeezed.signs_in``; -1: it does not count."""
    sign = look(byte)
    if sign == 48 or not (48 < sign < 58 or 65 <= sign <= 90):
        return -1
    return sign - 49 if sign < 58 else 9 + sign % 6


_SORTS = [_worth(byte) for byte in range(256)]
_ADDS = tuple(
    np.array([1 << _FIELD * (sort % 8) if sort // 8 == word and sort >= 0 else 0 for sort in _SORTS], np.int64)
    for word in (0, 1)
)
_IS_LETTER = np.array([byte in _LETTERS for byte in range(256)])


def signs_of(texts: pa.Array, *, stated: bool = False) -> Ints:
    """The signs of each text as ``squeezed.signs_in`` counts them, -1 where that cannot be said.

    Nor can it for what is ``stated`` with letters in it: words that name a reference are none of its signs.
    """
    found = np.full(len(texts), -1, np.int64)
    for at in range(0, len(texts), _TEXTS_AT_ONCE):
        found[at : at + _TEXTS_AT_ONCE] = _signs(texts.slice(at, _TEXTS_AT_ONCE), stated)
    return found


def _signs(texts: pa.Array, stated: bool) -> Ints:
    raw, offsets = bytes_of(texts)
    starts, own = offsets[:-1], raw[: offsets[-1]]
    found = np.full(len(texts), -1, np.int64)
    some = np.flatnonzero(np.diff(offsets) > 0)
    if not len(some):
        return found
    first = int(starts[some[0]])
    own, starts = own[first:], starts[some] - first
    words = [np.add.reduceat(adds[own], starts) for adds in _ADDS]
    told = ~np.maximum.reduceat(_IS_LETTER[own] if stated else own >= 128, starts)
    told &= np.diff(np.append(starts, len(own))) < 256
    signs = np.zeros(len(some), np.int64)
    for sort in range(_FIELDS):
        count = words[sort // 8] >> _FIELD * (sort % 8) & 255
        told &= count <= _OFTEN
        signs |= (count & 15) << 4 * sort
    found[some] = np.where(told, signs, -1)
    return found


def may_resemble(signs: Ints, others: Ints) -> npt.NDArray[np.bool_]:
    """Which pairs are worth a look."""
    unsaid = (signs < 0) | (others < 0)
    return np.asarray(unsaid | (_beyond(signs, others) <= 1) | (_beyond(others, signs) <= 1))


def _beyond(signs: Any, others: Any) -> Any:
    """``squeezed.has_beyond``."""
    high, low = 0x888888888888888, 0xF0F0F0F0F0F0F0F
    difference = (signs | high) - others
    more = difference & high
    difference &= more - (more >> 3)
    return ((difference & low) + (difference >> 4 & low)) % 255
