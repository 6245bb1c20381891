"""Open this when an answer names the wrong segment or element: the findings of messages at their place.

    faults(segments) -> dict[int, list[Fault]]      # by message, in the order of the message

Only findings about a segment are here, those that AK3 or UCS can tell; what is wrong with a message as a whole, as its
count in SE, is in its verdict (``verdicts.py``).
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.segments import Segments
from mappings.formats.values import text
from schemas.findings import CATALOGUE

_OF_SEGMENTS = pa.array([code for code, entry in CATALOGUE.items() if entry.ak3], pa.string())
_MISSING = re.compile(r"\bsegment ([A-Z][A-Z0-9]{1,2})\b")  # how MSG-SEGMENT-MISSING names it


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding in a message. ``position`` counts segments from the header, which is 1; 0 and "" are none or unknown.

    ``tag`` is the segment's own, of a missing segment its own too; ``position`` is then that of the segment behind
    which it was missed. ``value`` is the element's text as it came.
    """

    code: str
    position: int
    tag: str
    loop: str = ""
    element: int = 0
    component: int = 0
    repetition: int = 0
    value: str = ""


@dataclass(frozen=True, slots=True)
class _At:
    """The value that a finding is about: its repetition if it is one of several, and its text."""

    repetition: int = 0
    text: str = ""


class Lookup:
    """Where values of a reading are looked up, segment by segment."""

    def __init__(self, reading: Segments) -> None:
        self._reading = reading

    @cached_property
    def _segment(self) -> npt.NDArray[np.int32]:
        """Of each value its segment: only made when something is looked up."""
        segments: npt.NDArray[np.int32] = self._reading.values["segment"].to_numpy()
        return segments

    def first(self, message: Mapping[str, Any], tag: str, element: int) -> str:
        """The element's first component in the first segment of this tag in the message; empty if there is none."""
        reading, first = self._reading, message["first_segment"]
        if tag not in reading.tags:
            return ""
        tags = reading.cuts.tag[first : first + message["segment_count"]]
        of_tag = np.flatnonzero(tags == list(reading.tags).index(tag))
        return self.at(first + int(of_tag[0]), element, 1).text if len(of_tag) else ""

    def at(self, segment: int, element: int, component: int, start: int = -1) -> _At:
        """The value of this element; of a repeated one the repetition that starts there in the buffer, or the first."""
        low, high = np.searchsorted(self._segment, (segment, segment + 1))
        rows = self._reading.values.slice(low, high - low).to_pylist()
        position = (element, max(component, 1))
        own = [(low + n, row) for n, row in enumerate(rows) if (row["element"], row["component"]) == position]
        if not own:
            return _At()
        number, row = next((one for one in own if one[1]["start"] == start), own[0])
        found: str = text(self._reading, [number])[0].as_py()
        return _At(row["repetition"] if len(own) > 1 else 0, found)


def faults(reading: Segments) -> dict[int, list[Fault]]:
    """The findings that name a segment, by message; in each by position and element, then as they were found."""
    names = ["code", "offset", "detail"]
    rows = pa.Table.from_arrays(
        [*reading.owners.columns, *(reading.findings[name] for name in names)],
        names=[*reading.owners.column_names, *names],
    )
    named = pc.and_(pc.greater_equal(rows["segment"], 0), pc.greater_equal(rows["message"], 0))
    placed = rows.filter(pc.and_(named, pc.is_in(rows["code"], _OF_SEGMENTS))).to_pylist()
    if not placed:
        return {}
    lookup, found = Lookup(reading), defaultdict[int, list[Fault]](list)
    first, loops = reading.messages["first_segment"].to_pylist(), reading.loops["name"].to_pylist()
    file_start = reading.files["start"].take(reading.interchanges["file_index"]).to_pylist()
    for row in placed:
        segment = row["segment"]
        start = row["offset"] + file_start[row["interchange"]]
        at = lookup.at(segment, row["element"], row["component"], start) if row["element"] else _At()
        loop = int(reading.cuts.loop[segment])
        fault = Fault(
            row["code"],
            segment - first[row["message"]] + 1,
            _tag(row, reading.tags[reading.cuts.tag[segment]]),
            loops[loop].split("/")[0] if loop >= 0 else "",
            row["element"],
            row["component"],
            at.repetition,
            at.text,
        )
        found[row["message"]].append(fault)
    return {message: sorted(own, key=_order) for message, own in found.items()}


def _tag(row: Mapping[str, Any], of_segment: str) -> str:
    """The tag that the finding is about: of a missing segment its own."""
    missing = _MISSING.search(row["detail"]) if row["code"] == "MSG-SEGMENT-MISSING" else None
    return missing.group(1) if missing else of_segment


def _order(fault: Fault) -> tuple[int, int, int, int]:
    return fault.position, fault.element, fault.component, fault.repetition
