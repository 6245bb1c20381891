"""Open this when the format of an element is wrong: the tables of formats, as arrays.

The formats are ``schemas/x12/elements.yaml`` and ``schemas/edifact/elements.yaml``; the codes of an element are those
of ``codes.yaml``, where that list is complete. Values are judged by them in ``mappings/formats/check.py``.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from mappings.formats.check import (
    BITS,
    COMPONENTS,
    FIRST_COMPONENT,
    IS_NEEDED,
    NEEDED,
    USUAL_COMPONENTS,
    USUAL_ELEMENTS,
    Formats,
    Ints,
    Numbers,
    repeated,
)  # fmt: skip
from mappings.formats.check_usual import CODED, DATE, DECIMAL, TEXT, TIME, WHOLE, code_list, pack

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast, where there is one
_KINDS = {"AN": TEXT, "ID": TEXT, "N": WHOLE, "R": DECIMAL, "DT": DATE, "TM": TIME, "an": TEXT, "a": TEXT, "n": DECIMAL}
_X12 = re.compile(r"(M )?(AN|ID|N|R|DT|TM)\d? (\d+)/(\d+)")
_EDIFACT = re.compile(r"(M )?(an|a|n)(\.\.)?(\d+)")
_X12_VERSIONS = "003040", "006040"
_DIRECTORY = re.compile(r"^[^:]*:D:(\d\d)[A-Z]\b")


@dataclass(frozen=True, slots=True)
class Table:
    """The formats of a standard, and the row of each tag in them."""

    formats: Formats
    rows: dict[str, int]


@dataclass(slots=True)
class _Rows:
    """The arrays of Formats as they grow."""

    segments: list[tuple[int, ...]] = field(default_factory=list)
    elements: list[tuple[int, ...]] = field(default_factory=list)
    components: list[tuple[int, ...]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    lists: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add_list(self, number: str, codes: list[str]) -> None:
        """A complete list of codes."""
        first = len(self.codes)
        self.codes += code_list(codes)
        self.lists[number] = first, len(self.codes)

    def add_segment(self, elements: list[Any], repeats: int, names: list[Any]) -> None:
        """A segment by the formats of its elements, and by their names, which tell the lists of their codes."""
        first = len(self.elements)
        for n, raw in enumerate(elements):
            name = names[n] if n < len(names) else ""
            self._add_element(raw, [name] if isinstance(name, str) else name)
        needed = [n for n, row in enumerate(self.elements[first:], 1) if row[IS_NEEDED] or row[NEEDED]]
        self.segments.append((first, len(elements), repeats, max(needed, default=0)))

    def _add_element(self, raw: Any, names: list[str]) -> None:
        first = len(self.components)
        parts = [raw] if isinstance(raw, str) else raw[raw[0] == "M" :]
        needs = [self._add_component(part, names[n] if n < len(names) else "") for n, part in enumerate(parts)]
        is_needed = needs[0] if isinstance(raw, str) else raw[0] == "M"
        bits = sum(1 << n for n, need in enumerate(needs[:BITS]) if need)
        self.elements.append((first, len(parts), is_needed, bits))

    def _add_component(self, raw: str, name: str) -> bool:
        """One format; gives whether the component must be there."""
        if found := _X12.fullmatch(raw):
            kind, least, most = _KINDS[found.group(2)], int(found.group(3)), int(found.group(4))
        elif found := _EDIFACT.fullmatch(raw):
            kind, most = _KINDS[found.group(2)], int(found.group(4))
            least = 1 if found.group(3) else most
        else:
            raise ValueError(f"{raw!r} is no format of an element: write one like `M AN 1/80` or `an..35`")
        low, high = self.lists.get(name.partition("|")[2].strip(), (0, 0))
        self.components.append((CODED if high and kind == TEXT else kind, least, most, low, high))
        return bool(found.group(1))


@cache
def table(standard: str) -> Table:
    """The formats of all segments of ``x12`` or ``edifact``. ValueError where one cannot be read."""
    formed, named, listed = (_yaml(standard, name) for name in ("elements", "segments", "codes"))
    rows, tags = _Rows(), {}
    for number in formed["complete_codes"]:
        rows.add_list(number, list(listed[number]))
    for tag, raw in formed["segments"].items():
        parts, repeats = (raw["elements"], raw["repeats"]) if isinstance(raw, dict) else (raw, 0)
        tags[tag] = len(rows.segments)
        rows.add_segment(parts, repeats, named["segments"].get(tag, {}).get("elements", []))
    segments, elements, components = (
        np.array(one, np.int32) for one in (rows.segments, rows.elements, rows.components)
    )
    codes = np.array(rows.codes, np.int64)
    return Table(Formats(segments, elements, components, codes, *_usual(segments, elements, components)), tags)


def _usual(segments: Numbers, elements: Numbers, components: Numbers) -> tuple[Ints, Ints]:
    """``Formats.usual`` and ``needs``: the same again, by position."""
    usual = np.full((len(segments), USUAL_ELEMENTS, USUAL_COMPONENTS), -1, np.int64)
    needs = np.zeros((len(segments), USUAL_ELEMENTS), np.int64)
    for form, (first, known, repeats, last_needed) in enumerate(segments.tolist()):
        needs[form, 0] = max((n for n in range(1, known + 1) if elements[first + n - 1, IS_NEEDED]), default=0)
        for element in range(1, USUAL_ELEMENTS if repeats else min(known + 1, USUAL_ELEMENTS)):
            row = elements[first + element - 1 if element <= known else repeated(segments, form, element)].tolist()
            if element <= last_needed:
                needs[form, element] = row[NEEDED] | (int(row[IS_NEEDED]) << BITS)
            for component in range(1, min(row[COMPONENTS] + 1, USUAL_COMPONENTS)):
                usual[form, element, component] = pack(*components[row[FIRST_COMPONENT] + component - 1].tolist())
    return usual, needs


def _yaml(standard: str, name: str) -> dict[str, Any]:
    path = files("schemas") / standard / f"{name}.yaml"
    found: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=_LOADER)
    return found


def covers(standard: str, message: str, version: str) -> bool:
    """Whether the formats hold for messages of this version: X12 003040 to 006040, D.96A to D.24A and any CONTRL."""
    if standard == "x12":
        return _X12_VERSIONS[0] <= version[:6] <= _X12_VERSIONS[1]
    found = _DIRECTORY.search(version)
    return message == "CONTRL" or bool(found and (int(found.group(1)) >= 96 or int(found.group(1)) <= 24))
