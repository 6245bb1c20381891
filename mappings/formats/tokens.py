"""Open this when segments are cut at the wrong places: delimiters, and how bytes fall into segments and values.

X12 and EDIFACT differ here only in their delimiters; X12 has no release character.
"""

import re
from array import array
from dataclasses import dataclass, field
from functools import lru_cache

from mappings.formats.cuts import BLANK, COMPONENT, CONTROL, ELEMENT, END, ESCAPED, POSITION_MAX, REPETITION, Buffer

_SOMETHING = re.compile(rb"[^\s\x00\x1a]")  # blanks between segments mean nothing
_BLANKS = b" \t\r\n\x0b\x0c\x00\x1a"
_BLANK_TEXT = _BLANKS.decode()
_LINE_BREAKS = b"\r\n"
_CONTROLS = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]")  # characters that no text should have


def stands(buffer: Buffer, text: bytes, at: int, limit: int) -> bool:
    """Whether this text stands here, before the limit."""
    return at + len(text) <= limit and buffer[at : at + len(text)] == text


def skip_blanks(buffer: Buffer, at: int, limit: int) -> int:
    """The next place that holds something, or the limit."""
    found = _SOMETHING.search(buffer, at, limit)
    return found.start() if found else limit


@lru_cache(maxsize=256)
def _made_of(
    element: bytes, component: bytes, terminator: bytes, release: bytes, repetition: bytes
) -> tuple[re.Pattern[bytes], re.Pattern[bytes] | None, re.Pattern[bytes], dict[bytes, int]]:
    """What is looked for by these delimiters; most interchanges of a batch have the same."""
    ends = re.compile(rb"[\r\n]" if terminator in (b"\r", b"\n") else re.escape(terminator))
    released = re.compile(re.escape(release) + b".", re.DOTALL) if release else None
    kinds = {repetition: REPETITION, component: COMPONENT, element: ELEMENT}
    inner = re.compile(b"[" + b"".join(re.escape(delimiter) for delimiter in kinds) + b"]")
    return ends, released, inner, kinds


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
    inner: re.Pattern[bytes] = field(init=False, repr=False, compare=False)  # all delimiters inside a segment
    kinds: dict[bytes, int] = field(init=False, repr=False, compare=False)  # what each of them is to ``cuts``

    def __post_init__(self) -> None:
        given = (self.element, self.component, self.terminator, self.release, self.repetition)
        for name, made in zip(("_ends", "_released", "inner", "kinds"), _made_of(*given), strict=True):
            object.__setattr__(self, name, made)

    def are_usable(self) -> bool:
        """Whether segments can be cut with them: all different, none a letter or a digit."""
        given = [d for d in (self.element, self.component, self.terminator, self.release, self.repetition) if d]
        return len(set(given)) == len(given) and not any(d.isalnum() for d in given) and len(given) >= 3

    def segment_end(self, buffer: Buffer, start: int, limit: int) -> tuple[int, int]:
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

    def _is_released(self, buffer: Buffer, start: int, at: int) -> bool:
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
    if segment.isascii() and not delimiters.needs_care(segment):
        split, text = delimiters.component.decode("latin-1"), segment.decode()
        elements = text.split(delimiters.element.decode("latin-1"))[1:]
        return [[component.strip(_BLANK_TEXT) for component in element.split(split)] for element in elements]
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
    raw = raw.strip(_BLANKS)  # never bare str.strip(): it takes 0x1C to 0x1F for blanks, which are delimiters
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


class Marks:
    """The marks of ``cuts.Cuts``, noted segment by segment."""

    def __init__(self) -> None:
        self.at = array("I")
        self.kind = bytearray()

    def add(self, start: int, body: bytes, delimiters: Delimiters) -> bool:
        """All marks of a segment that starts here in the buffer; False when it has more elements than we can hold."""
        careful, first = delimiters.needs_care(body), len(self.at)
        masked = delimiters.masked(body) if careful else body
        behind_tag = masked.find(delimiters.element)
        found = delimiters.inner.finditer(masked, behind_tag) if behind_tag >= 0 else iter(())
        elements, is_whole = 0, True
        end = start + len(body)
        for mark in found:
            kind = delimiters.kinds[mark.group()]
            elements += kind == ELEMENT
            if elements > POSITION_MAX:
                end, is_whole = start + mark.start(), False
                break
            self.at.append(start + mark.start())
            self.kind.append(kind)
        self.at.append(end)
        self.kind.append(END)
        if careful or _CONTROLS.search(body):
            self._settle(first, body, masked, start, delimiters)
        return is_whole

    def _settle(self, first: int, body: bytes, masked: bytes, start: int, delimiters: Delimiters) -> None:
        """Mark the values that need cleaning, those that are only the line break of a wrapped segment, and odd ones."""
        for i in range(first, len(self.at) - 1):
            span = slice(self.at[i] + 1 - start, self.at[i + 1] - start)
            raw = body[span]
            if delimiters.needs_care(raw):
                self.kind[i] |= ESCAPED if raw.strip(_LINE_BREAKS) else ESCAPED | BLANK
            if _CONTROLS.search(masked[span]):
                self.kind[i] |= CONTROL
