"""Open this when a layout or a document is refused for the order or number of its segments."""

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.formats.structure import Loop, Structure, Use

Body = tuple[Loop | Use, ...]


@dataclass(slots=True)
class _Place:
    """Where we are in a body: at which part, and how often it has stood."""

    body: Body
    at: int = 0
    count: int = 0

    def find(self, tag: str) -> int | None:
        """The part that this segment is: the present one if it may stand again, else the next one of its tag."""
        first = self.at
        if _is_full(self.body[first], self.count):
            first += 1
        return next((n for n in range(first, len(self.body)) if _tag(self.body[n]) == tag), None)

    def missing(self, until: int) -> str:
        """The tag of a part before this one that must stand and does not; empty when there is none."""
        counts = {self.at: self.count}
        lacking = (_tag(self.body[n]) for n in range(self.at, until) if self.body[n].least > counts.get(n, 0))
        return next(lacking, "")


def misplaced(table: Structure, tags: Sequence[str]) -> str:
    """What is wrong with the segments between header and trailer of such a message; empty when nothing is.

    Order, number and presence are those of the table; a segment belongs to the innermost open loop that can hold it.
    """
    places = [_Place(table.body[1:-1])]
    for number, tag in enumerate(tags, 1):
        fault = _step(places, tag)
        if fault:
            return f"segment {number}, {tag}: {fault}"
    lacking = next(filter(None, (place.missing(len(place.body)) for place in reversed(places))), "")
    return f"segment {lacking} is missing" if lacking else ""


def _step(places: list[_Place], tag: str) -> str:
    """Go on to this segment: leave the loops that cannot hold it, enter the one that it opens."""
    for depth in range(len(places) - 1, -1, -1):
        place = places[depth]
        found = place.find(tag)
        if found is None:
            continue
        left = [*((inner, len(inner.body)) for inner in reversed(places[depth + 1 :])), (place, found)]
        lacking = next(filter(None, (one.missing(until) for one, until in left)), "")
        if lacking:
            return f"segment {lacking} is missing before it"
        del places[depth + 1 :]
        place.count = place.count + 1 if found == place.at else 1
        place.at = found
        part = place.body[found]
        if isinstance(part, Loop):
            places.append(_Place(part.body, 0, 1))
        return ""
    return "the message has no place for it here"


def _tag(part: Loop | Use) -> str:
    return part.tag if isinstance(part, Use) else part.trigger


def _is_full(part: Loop | Use, count: int) -> bool:
    return part.most is not None and count >= part.most
