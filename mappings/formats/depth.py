"""Open this when the view of a message is indented wrongly: how deep each of its segments stands.

Depth comes from the loops of the reading: what opens a loop stands outside it, and what follows one step in. An HL or
CPS stands one step below the level that it names, wherever that is in the file.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mappings.formats.hierarchy import HIERARCHIES
from mappings.formats.segments import Segments


def depths(reading: Segments, message: int) -> list[int]:
    """For each segment of this message, its depth from 0; all 0 where we have no table for the message."""
    row = reading.messages.slice(message, 1).to_pylist()[0]
    first, count = row["first_segment"], row["segment_count"]
    begin, end = np.searchsorted(reading.loops["message"].to_numpy(), (message, message + 1)).tolist()
    loops = dict(enumerate(reading.loops.slice(begin, end - begin).to_pylist(), begin))
    openers = {loop["first_segment"]: number for number, loop in loops.items()}
    deep: dict[int, int] = {}
    found = []
    for segment, loop in enumerate(reading.cuts.loop[first : first + count].tolist(), first):
        if loop < 0:
            found.append(0)
        else:
            found.append(_depth(loops, loop, deep) + (segment not in openers))
    return found


def _depth(loops: Mapping[int, Mapping[str, Any]], loop: int, deep: dict[int, int]) -> int:
    """How deep the segment stands that opens a loop: below the level it names, or in the loop around it."""
    way = []
    while loop >= 0 and loop not in deep:
        way.append(loop)
        is_level = loops[loop]["name"].split("/")[0] in HIERARCHIES
        loop = loops[loop]["above"] if is_level else loops[loop]["parent"]
    above = deep.get(loop, -1)
    deep.update({one: above + steps for steps, one in enumerate(reversed(way), 1)})
    return above + len(way)
