"""Open this when a level of an 856 or a DESADV hangs below the wrong one: HL02 and CPS02 name the level above."""

import numpy as np
import numpy.typing as npt

from mappings.formats.cuts import ELEMENT, WHAT, Cuts
from mappings.formats.segments import Segments

Numbers = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]

HIERARCHIES = frozenset({"HL", "CPS"})
_BYTES_MAX = 35  # an HL01 has at most 12 characters, a CPS01 35; a longer one is nobody's number


def levels_above(
    reading: Segments, message: Numbers, first_segment: Numbers, is_level: npt.NDArray[np.bool_]
) -> Numbers:
    """For each loop the one that it names as its parent: of the same message, by its number; -1 where there is none.

    Where several have the number, the last one before it is meant, else the first behind it. Levels that name each
    other in a circle have none above.
    """
    above = np.full(len(message), -1, np.int32)
    rows = np.flatnonzero(is_level)
    if len(rows):
        segment = first_segment[rows].astype(np.int64)
        own, named = (_numbers(reading, segment, element) for element in (1, 2))
        _, groups = np.unique(np.concatenate([own, named]), axis=0, return_inverse=True)
        found = _nearest(message[rows], groups.reshape(-1)[: len(rows)], groups.reshape(-1)[len(rows) :])
        found[~named.any(axis=1)] = -1
        above[rows] = np.where(found >= 0, rows[found], -1)
    return above


def _numbers(reading: Segments, segment: Ints, element: int) -> Ints:
    """The bytes of one of the first elements of these segments, one row each; nothing where it is composite."""
    start, end = _spans(reading.cuts, segment, element)
    length = np.where(end - start <= _BYTES_MAX, end - start, 0)
    width = -(-int(length.max(initial=0)) // 8) * 8
    at = start[:, None] + np.arange(width)
    inside = at < (start + length)[:, None]
    data = np.frombuffer(reading.buffer, np.uint8)
    packed = np.where(inside, data[np.where(inside, at, 0)], 0).astype(np.uint8)
    padded = np.zeros((len(segment), _BYTES_MAX // 8 * 8 + 8), np.uint8)
    padded[:, :width] = packed
    return padded.view(np.int64)


def _spans(cuts: Cuts, segment: Ints, element: int) -> tuple[Ints, Ints]:
    """Where the first or second element begins and ends; nothing where the marks before it are not elements' own."""
    first, last = cuts.first_mark[segment] + element - 1, cuts.first_mark[segment + 1] - 1
    is_there = first < last
    for before in range(element):
        at = np.minimum(cuts.first_mark[segment] + before, last)
        is_there &= (cuts.mark_kind[at] & WHAT) == ELEMENT
    at = np.where(is_there, first, 0)
    start = cuts.mark_at[at].astype(np.int64) + 1
    end = cuts.mark_at[np.minimum(at + 1, len(cuts.mark_at) - 1)].astype(np.int64)
    return start, np.where(is_there, end, start)


def _nearest(message: Numbers, own: Ints, named: Ints) -> Ints:
    """For each level the row of the one that has the number it names."""
    size = len(message)
    rows = np.arange(size)
    names = int(max(own.max(), named.max())) + 1
    key, wanted = message * np.int64(names) + own, message * np.int64(names) + named
    order = np.lexsort((rows, key))
    have = key[order]
    low, high = np.searchsorted(have, wanted, "left"), np.searchsorted(have, wanted, "right")
    # Those with the number lie from low to high in order; how many of them come before the level itself?
    place = np.searchsorted(have * np.int64(size) + order, wanted * np.int64(size) + rows)
    before, behind = place - 1, place
    is_self = (behind < high) & (order[np.minimum(behind, size - 1)] == rows)
    behind = behind + is_self
    found = np.where(before >= low, before, np.where(behind < high, behind, -1))
    return _without_circles(np.where(found >= 0, order[found], -1))


def _without_circles(above: Ints) -> Ints:
    """The same with nobody above himself: who is still reached after as many steps as there are goes in a circle."""
    reached, steps = above, 1
    while steps <= len(above) and (reached >= 0).any():
        reached = np.where(reached >= 0, reached[reached], -1)
        steps *= 2
    found = above.copy()
    found[reached[reached >= 0]] = -1
    return found
