"""Open this when a path with a qualifier finds nothing: those of all segments of a tag, read once as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mappings.column import Bytes, Ints
from mappings.formats.cuts import Cuts
from mappings.machine import Machine
from mappings.messages.picking import NOTHING, QUALIFIER_BYTES

Numbers = npt.NDArray[np.int64]  # of two dimensions: segments by places


@dataclass(frozen=True)
class Qualifiers:
    """For each segment of a tag what stands at the places of qualifiers, and the mark of the value each belongs to."""

    codes: Numbers
    marks: Numbers

    def marks_of(self, qualifier: str, rows: Ints) -> Ints:
        """For each of these rows the mark of the first value with this qualifier, or -1."""
        fits = self.codes == code_of(qualifier)
        if not fits.any():
            return np.full(len(rows), -1, dtype=np.int64)
        is_all = len(rows) == len(fits)
        fits, marks = (fits, self.marks) if is_all else (fits[rows], self.marks[rows])
        found = np.where(fits[:, 0], marks[:, 0], -1)
        for place in range(1, fits.shape[1]):
            found = np.where((found < 0) & fits[:, place], marks[:, place], found)
        return found


def code_of(qualifier: str) -> int:
    """A qualifier as a number: its bytes. ValueError for one that is too long to be one."""
    raw = qualifier.encode()
    if len(raw) > QUALIFIER_BYTES:
        raise ValueError(f"{qualifier!r} is longer than a qualifier can be; write up to {QUALIFIER_BYTES} characters")
    return int.from_bytes(raw, "big")


def pairs_of(cuts: Cuts, buffer: Bytes, machine: Machine, segments: Ints, pairs: Sequence[int]) -> Qualifiers:
    """The elements ``pairs``, and the elements behind them."""
    flags = np.zeros(max(pairs, default=0) + 1, dtype=bool)
    flags[list(pairs)] = True
    codes, marks = _nothing(len(segments), len(set(pairs)))
    machine.code_pairs(buffer, segments, cuts.first_mark, cuts.mark_at, cuts.mark_kind, flags, codes, marks)
    return Qualifiers(codes, marks)


def second_components(cuts: Cuts, buffer: Bytes, machine: Machine, segments: Ints) -> Qualifiers:
    """The second component of each element, and the first one."""
    codes, marks = _nothing(len(segments), machine.most_elements(segments, cuts.first_mark, cuts.mark_kind))
    machine.code_components(buffer, segments, cuts.first_mark, cuts.mark_at, cuts.mark_kind, codes, marks)
    return Qualifiers(codes, marks)


def _nothing(rows: int, places: int) -> tuple[Numbers, Numbers]:
    size = (rows, max(places, 1))
    return np.full(size, NOTHING, dtype=np.int64), np.full(size, -1, dtype=np.int64)
