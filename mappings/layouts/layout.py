"""Open this when you ask what a layout is made of: loops, lines, and the slots of a line with what fills them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from mappings.formats.structure import Structure, group_codes


@dataclass(frozen=True, slots=True)
class Field:
    """A hole that a field of the document fills. ``list`` and ``parts`` fill so many neighbouring places."""

    name: str
    kind: str
    least: int = 0
    most: int = 0
    codes: Mapping[str, str] | None = None  # the document's word to the code that is written
    is_optional: bool = False
    shape: Literal["one", "list", "parts"] = "one"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Computed:
    """A hole that is filled with what the document makes of it: a number, a count, a sum."""

    what: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a segment, what stands there, and the bracket it belongs to (0: none)."""

    element: int
    component: int
    step: tuple[int, int]  # to the next place of a list or a text in parts: an element in X12, a component in EDIFACT
    prefix: str
    hole: Field | Computed | None
    bracket: int

    def place(self, n: int = 0) -> tuple[int, int]:
        """Element and component of the n-th place that the slot fills."""
        return self.element + n * self.step[0], self.component + n * self.step[1]


@dataclass(frozen=True, slots=True)
class Line:
    """A segment. One that may stand several times carries a text, split over its repeats."""

    tag: str
    slots: tuple[Slot, ...]
    least: int
    most: int

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(slot.hole for slot in self.slots if isinstance(slot.hole, Field))


@dataclass(frozen=True, slots=True)
class Loop:
    """Segments that are repeated for each item of a list of the document."""

    name: str
    least: int
    most: int | None
    body: "Body"


Body: TypeAlias = tuple[Line | Loop, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A document of one standard and version. ``structure`` is None for a segment that stands outside messages."""

    name: str
    standard: str
    message: str
    version: str
    body: Body
    structure: Structure | None

    @property
    def group(self) -> str:
        """GS01 of an X12 message."""
        return group_codes()[self.message]

    @property
    def guide(self) -> str:
        """ST03 of an X12 message whose version names a guide, else empty."""
        return self.version if self.standard == "x12" and len(self.version) > 6 else ""

    @property
    def identifier(self) -> list[str]:
        """S009 of an EDIFACT message, by its components."""
        return [self.message, *self.version.split(":")]
