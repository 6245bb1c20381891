"""Open this when a value stands at the wrong element: where the bytes of a batch are cut, as plain arrays.

A segment is a run of marks. Each mark is a delimiter: of an element, a component or a repetition, and at last the end
of the segment. The value behind a mark reaches to the next one. So a segment's marks tell all its values, empty ones
included, in a few bytes each; the tag, and what stands in its own element, lies before the first mark.
"""

from mmap import mmap
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Buffer = bytes | mmap  # the bytes of a batch, or of a large file as it is mapped

# What a mark is. ESCAPED is added where the value behind it holds release characters or the line breaks of a wrapped
# segment; BLANK where it is nothing but such line breaks, which is no value; CONTROL where it has other control
# characters.
END, ELEMENT, COMPONENT, REPETITION = range(4)
WHAT, ESCAPED, BLANK, CONTROL = 3, 4, 8, 16

POSITION_MAX = 32_767  # what the columns of VALUES hold; what stands beyond it in a segment is no element of ours


class Cuts(NamedTuple):
    """The segments of all messages. Of segment ``s`` the marks are ``first_mark[s]`` to ``first_mark[s + 1]``."""

    message: npt.NDArray[np.int32]
    tag: npt.NDArray[np.int32]
    start: Ints
    end: Ints
    loop: npt.NDArray[np.int32]
    first_mark: Ints  # one more than segments
    mark_at: npt.NDArray[np.uint32]  # offset in the buffer
    mark_kind: npt.NDArray[np.uint8]


def value_columns(cuts: Cuts) -> dict[str, npt.NDArray[np.generic]]:
    """Every non-empty value as the columns of ``segments.VALUES``."""
    what = cuts.mark_kind & WHAT
    marks = np.arange(len(what))
    element = np.cumsum(what == ELEMENT)
    repetition = np.cumsum(what == REPETITION)
    last_element = np.maximum.accumulate(np.where(what == ELEMENT, marks, 0)) if len(what) else marks
    last_whole = np.maximum.accumulate(np.where(what != COMPONENT, marks, 0)) if len(what) else marks
    segment = np.repeat(np.arange(len(cuts.start)), np.diff(cuts.first_mark))
    before = element[cuts.first_mark[:-1]] - (what[cuts.first_mark[:-1]] == ELEMENT) if len(what) else element
    start = cuts.mark_at.astype(np.int64) + 1
    end = np.append(cuts.mark_at[1:], 0).astype(np.int64)
    columns = {
        "segment": segment,
        "element": element - before[segment],
        "repetition": repetition - repetition[last_element] + 1,
        "component": marks - last_whole + 1,
        "start": start,
        "end": end,
    }
    held = (what != END) & (end > start) & (cuts.mark_kind & BLANK == 0)
    held &= (columns["repetition"] <= POSITION_MAX) & (columns["component"] <= POSITION_MAX)
    rows = np.flatnonzero(held)
    found: dict[str, npt.NDArray[np.generic]] = {name: column[rows] for name, column in columns.items()}
    return found | {"escaped": (cuts.mark_kind[rows] & ESCAPED) != 0}
