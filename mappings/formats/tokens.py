"""Open this when segments are cut at the wrong places: delimiters, and how bytes fall into segments and values.

X12 and EDIFACT differ here only in their delimiters; X12 has no release character.
"""

import re
from dataclasses import dataclass, field

import pyarrow as pa

from mappings.formats.segments import VALUES

POSITION_MAX = 32_767  # what the columns of Segments hold; what stands beyond it in a segment is no element of ours

_SOMETHING = re.compile(rb"[^\s\x00\x1a]")  # blanks between segments mean nothing
_BLANKS = b" \t\r\n\x0b\x0c\x00\x1a"
_LINE_BREAKS = b"\r\n"


def skip_blanks(buffer: bytes, at: int, limit: int) -> int:
    """The next place that holds something, or the limit."""
    found = _SOMETHING.search(buffer, at, limit)
    return found.start() if found else limit


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The delimiters of one interchange: one character each; ``release`` and ``repetition`` may be empty."""

    element: bytes
    component: bytes
    terminator: bytes
    release: bytes = b""
    repetition: bytes = b""
    decimal: bytes = b"."
    _ends: re.Pattern[bytes] = field(init=False, repr=False, compare=False)
    _released: re.Pattern[bytes] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lines = self.terminator in (b"\r", b"\n")
        object.__setattr__(self, "_ends", re.compile(rb"[\r\n]" if lines else re.escape(self.terminator)))
        released = re.compile(re.escape(self.release) + b".", re.DOTALL) if self.release else None
        object.__setattr__(self, "_released", released)

    def are_usable(self) -> bool:
        """Whether segments can be cut with them: all different, none a letter or a digit."""
        given = [d for d in (self.element, self.component, self.terminator, self.release, self.repetition) if d]
        return len(set(given)) == len(given) and not any(d.isalnum() for d in given) and len(given) >= 3

    def segment_end(self, buffer: bytes, start: int, limit: int) -> tuple[int, int]:
        """Where the segment that starts here ends, and where to go on behind its terminator.

        Without a terminator before the limit the segment ends there; blanks at its end are then not part of it.
        """
        found = self._ends.search(buffer, start, limit)
        while found and self._is_released(buffer, start, found.start()):
            found = self._ends.search(buffer, found.end(), limit)
        if found:
            return found.start(), found.end()
        return start + len(buffer[start:limit].rstrip(_BLANKS)), limit

    def masked(self, segment: bytes) -> bytes:
        """The segment with its release pairs covered by letters, so that only real delimiters are left to split at."""
        return self._released.sub(b"AA", segment) if self._released else segment

    def needs_care(self, segment: bytes) -> bool:
        """Whether the segment holds release characters, or line breaks because it was wrapped."""
        return (bool(self.release) and self.release in segment) or b"\n" in segment or b"\r" in segment

    def as_text(self) -> dict[str, str]:
        """The delimiters as columns of ``segments.INTERCHANGES``."""
        named = {
            "element_separator": self.element,
            "component_separator": self.component,
            "segment_terminator": self.terminator,
            "release": self.release,
            "repetition": self.repetition,
            "decimal_mark": self.decimal,
        }
        return {name: delimiter.decode("latin-1") for name, delimiter in named.items()}

    def _is_released(self, buffer: bytes, start: int, at: int) -> bool:
        if not self.release:
            return False
        before = at
        while before > start and buffer[before - 1] == self.release[0]:
            before -= 1
        return (at - before) % 2 == 1


def tag(segment: bytes, delimiters: Delimiters) -> str:
    """The segment's tag, without the nesting numbers that EDIFACT allows behind it."""
    name = segment.split(delimiters.element, 1)[0]
    if name.isalnum():
        return name.decode()
    masked = delimiters.masked(segment)
    name = masked.split(delimiters.element, 1)[0].split(delimiters.component, 1)[0]
    return _word(segment[: len(name)], delimiters)


def fields(segment: bytes, delimiters: Delimiters) -> list[list[str]]:
    """The elements behind the tag, each as its components, as text: for the few service segments of a file."""
    masked, at, found = delimiters.masked(segment), 0, []
    for element in masked.split(delimiters.element):
        components = []
        for component in element.split(delimiters.component):
            components.append(_word(segment[at : at + len(component)], delimiters))
            at += len(component) + 1
        found.append(components)
    return found[1:]


def _word(raw: bytes, delimiters: Delimiters) -> str:
    """Text of a tag or a service element; blanks that pad it are not part of it."""
    if delimiters.release and delimiters.release in raw:
        raw = re.sub(re.escape(delimiters.release) + b"(.)", rb"\1", raw, flags=re.DOTALL)
    raw = raw.translate(None, _LINE_BREAKS)
    raw = raw.strip(_BLANKS)  # never str.strip(): it takes 0x1C to 0x1F for blanks, which are delimiters
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class ValueColumns:
    """The columns of ``segments.VALUES``, filled segment by segment."""

    def __init__(self) -> None:
        self.segment: list[int] = []
        self.element: list[int] = []
        self.repetition: list[int] = []
        self.component: list[int] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.escaped: list[bool] = []

    def add(self, segment: int, start: int, body: bytes, delimiters: Delimiters) -> bool:
        """All non-empty values of a segment that starts here in the buffer; False when it has more than we can hold."""
        careful, first = delimiters.needs_care(body), len(self.start)
        masked = delimiters.masked(body) if careful else body
        elements = masked.split(delimiters.element)
        if delimiters.component in masked or (delimiters.repetition and delimiters.repetition in masked):
            self._add_composites(elements[: POSITION_MAX + 1], start, delimiters)
        else:
            self._add_simple(elements[: POSITION_MAX + 1], start)
        added = len(self.start) - first
        self.segment.extend([segment] * added)
        self.escaped.extend([False] * added)
        if careful:
            self._settle(first, body, start, delimiters)
        return len(elements) <= POSITION_MAX + 1

    def _add_simple(self, elements: list[bytes], at: int) -> None:
        """Elements of one value each, behind the tag."""
        first, at = len(self.start), at + len(elements[0]) + 1
        for position, element in enumerate(elements[1:], 1):
            end = at + len(element)
            if element:
                self.element.append(position)
                self.start.append(at)
                self.end.append(end)
            at = end + 1
        ones = [1] * (len(self.start) - first)
        self.repetition.extend(ones)
        self.component.extend(ones)

    def _add_composites(self, elements: list[bytes], at: int, delimiters: Delimiters) -> None:
        """Elements of components, and repeated ones, behind the tag."""
        at += len(elements[0]) + 1
        for position, element in enumerate(elements[1:], 1):
            repeated = element.split(delimiters.repetition) if delimiters.repetition else [element]
            for repetition, part in enumerate(repeated, 1):
                for component, value in enumerate(part.split(delimiters.component), 1):
                    end = at + len(value)
                    if value and component <= POSITION_MAX and repetition <= POSITION_MAX:
                        self.element.append(position)
                        self.repetition.append(repetition)
                        self.component.append(component)
                        self.start.append(at)
                        self.end.append(end)
                    at = end + 1

    def _settle(self, first: int, body: bytes, start: int, delimiters: Delimiters) -> None:
        """Mark the values that need cleaning; drop those that are nothing but the line break of a wrapped segment."""
        for i in range(len(self.start) - 1, first - 1, -1):
            raw = body[self.start[i] - start : self.end[i] - start]
            if not raw.strip(_LINE_BREAKS):
                for column in self._columns():
                    del column[i]
            else:
                self.escaped[i] = delimiters.needs_care(raw)

    def _columns(self) -> tuple[list[int] | list[bool], ...]:
        return self.segment, self.element, self.repetition, self.component, self.start, self.end, self.escaped

    def table(self) -> pa.Table:
        """The columns as an Arrow table."""
        arrays = [pa.array(c, f.type) for c, f in zip(self._columns(), VALUES, strict=True)]
        return pa.Table.from_arrays(arrays, schema=VALUES)
