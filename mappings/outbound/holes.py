"""Open this when a field of an outbound map is called unknown or missing: names of fields, as ways into a layout.

``results.verdict`` is the hole `verdict` in the loop `results`; ``parties[BY].name`` is in the item of `parties` whose
first hole, its role, holds BY.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mappings.layouts.layout import Body, Field, Line, Loop

_STEP = re.compile(r"([a-z][a-z0-9_]*)(?:\[([^\[\]]+)\])?")

Step = tuple[str, str | None]  # a loop, and what the first hole of its item holds


@dataclass(frozen=True, slots=True)
class Way:
    """The loops on the way to a hole, and the hole."""

    loops: tuple[Step, ...]
    hole: str


def way(written: str) -> Way:
    """The name of a field as a way. ValueError: it is not written like one."""
    *loops, hole = re.split(r"\.(?![^\[]*\])", written)
    steps = [_STEP.fullmatch(one) for one in loops]
    if not all(steps) or not re.fullmatch(r"[a-z][a-z0-9_]*", hole):
        raise ValueError(f"{written!r} is no field; write it as `name`, `loop.name` or `loop[CODE].name`")
    return Way(tuple((found.group(1), found.group(2)) for found in steps if found), hole)


def loop_in(body: Body, name: str) -> Loop | None:
    """The loop of this name."""
    return next((one for one in body if isinstance(one, Loop) and one.name == name), None)


def holes_in(body: Body) -> dict[str, Field]:
    """The holes of a body itself, by name."""
    lines = [entry for entry in reversed(body) if isinstance(entry, Line)]
    return {hole.name: hole for line in lines for hole in reversed(line.fields)}


def first_hole(loop: Loop) -> Field | None:
    """The hole that tells the items of a loop apart: the first one of its first segment."""
    return next((hole for line in loop.body[:1] if isinstance(line, Line) for hole in line.fields), None)


def names_in(body: Body, before: str = "") -> Iterator[str]:
    """Every field that a map may name, with the loops it lies in."""
    yield from (before + name for name in holes_in(body))
    for entry in body:
        if isinstance(entry, Loop):
            yield from names_in(entry.body, f"{before}{entry.name}.")


def loops_in(body: Body, before: str = "") -> Iterator[str]:
    """Every loop, with those it lies in."""
    for entry in body:
        if isinstance(entry, Loop):
            yield before + entry.name
            yield from loops_in(entry.body, f"{before}{entry.name}.")


@dataclass(slots=True)
class Used:
    """What a map fills of a body: its holes, and the items of its loops, with the section that does."""

    section: str
    names: set[str] = field(default_factory=set)
    items: "dict[Step, Used]" = field(default_factory=dict)

    def below(self, step: Step, section: str) -> "Used":
        """An item of a loop; what tells it apart is filled."""
        return self.items.setdefault(step, Used(section))


def missing(body: Body, used: Used, before: str = "") -> Iterator[tuple[str, str]]:
    """What a layout needs and nobody fills: the section that should, and the field or loop."""
    for entry in body:
        if isinstance(entry, Loop):
            items = {step: one for step, one in used.items.items() if step[0] == entry.name}
            if not items and entry.least:
                yield used.section, f"{before}{entry.name}"
            for (name, code), one in items.items():
                if code is not None and (first := first_hole(entry)):
                    one.names.add(first.name)
                inside = f"{before}{name}." if code is None else f"{before}{name}[{code}]."
                yield from missing(entry.body, one, inside if one.section == used.section else "")
        else:
            yield from ((used.section, before + hole) for hole in _missing_of_line(entry, used.names))


def _missing_of_line(line: Line, names: set[str]) -> Iterator[str]:
    """The holes of a segment that must be filled when it stands, and are not."""
    if not line.least and not names.intersection(hole.name for hole in line.fields):
        return
    for slot in line.slots:
        if not isinstance(slot.hole, Field) or slot.hole.is_optional or slot.hole.name in names:
            continue
        beside = {one.hole.name for one in line.slots if one.bracket == slot.bracket and isinstance(one.hole, Field)}
        if not slot.bracket or names & beside:
            yield slot.hole.name


def put(document: dict[str, Any], at: Way, first: tuple[str | None, ...], value: Any) -> None:
    """A value into its hole; items of loops on the way are made where there are none. ``first``: their first holes."""
    scope = document
    for (loop, code), hole in zip(at.loops, first, strict=True):
        items = scope.setdefault(loop, [])
        found = next((one for one in items if code is None or one.get(hole) == code), None)
        if found is None:
            found = {} if code is None or hole is None else {hole: code}
            items.append(found)
        scope = found
    scope[at.hole] = value
