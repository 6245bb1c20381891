"""Open this when a segment or a code is shown without words, or with wrong ones: names for people, from our tables.

The tables are ``segments.yaml`` and ``codes.yaml`` below ``schemas/x12`` and ``schemas/edifact``. They are words for
people only: nothing is read, checked or refused by them, so a name that is missing here is no fault of a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class ElementName:
    """What an element, or a component of one, holds, and what its codes mean."""

    text: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SegmentName:
    """What a segment is about. ``elements`` holds, for each position, the components; the last ``repeats`` go on."""

    tag: str
    text: str
    elements: tuple[tuple[ElementName, ...], ...]
    repeats: int

    def element(self, position: int, component: int = 1) -> ElementName | None:
        """The name at this place, both counted from 1; None where we have none."""
        index = position - 1
        if index >= len(self.elements) and self.repeats:
            first = len(self.elements) - self.repeats
            index = first + (index - first) % self.repeats
        if index >= len(self.elements) or component > len(self.elements[index]):
            return None
        return self.elements[index][component - 1]


def segment_name(standard: str, tag: str) -> SegmentName | None:
    """The name of the segment in ``x12`` or ``edifact``; None where we have none."""
    return _segments(standard).get(tag)


def message_name(standard: str, message: str) -> str:
    """What a message is about, by ST01 or S009 0065; empty where we have no words for it."""
    messages: dict[str, str] = _table(standard, "segments")["messages"]
    return messages.get(message, "")


def codes(standard: str, element: str) -> Mapping[str, str]:
    """What the codes of a data element mean, by its number (``1293``, ``6063``). KeyError when we have no table."""
    meanings: dict[str, str] = _table(standard, "codes")[element]
    return MappingProxyType(meanings)


@cache
def _segments(standard: str) -> dict[str, SegmentName]:
    found = {}
    for tag, raw in _table(standard, "segments")["segments"].items():
        elements = tuple(_components(standard, entry) for entry in raw.get("elements", ()))
        found[tag] = SegmentName(tag, raw["name"], elements, raw.get("repeats", 0))
    return found


def _components(standard: str, raw: str | list[str]) -> tuple[ElementName, ...]:
    """A simple element is one text, a composite a list of them."""
    return tuple(_element(standard, one) for one in ([raw] if isinstance(raw, str) else raw))


def _element(standard: str, raw: str) -> ElementName:
    """``name`` or ``name | data element``."""
    name, _, number = raw.partition("|")
    number = number.strip()
    return ElementName(name.strip(), codes(standard, number) if number else MappingProxyType({}))


@cache
def _table(standard: str, name: str) -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((files("schemas") / standard / f"{name}.yaml").read_text("utf-8"))
    return table
