"""Open this when we send X12: an interchange from its messages, with right widths, counts and control numbers.

write(envelope: Envelope, groups: Sequence[Group]) -> bytes
write_service(envelope: Envelope, segments: Sequence[Segment]) -> bytes      # TA1: segments outside any group
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Element = str | Sequence[str]  # a composite is a sequence of its components
Segment = Sequence[Element]  # the tag, then its elements; X12 has no way to escape a delimiter inside them

_ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the ISA says. ``control`` is ISA13; ``at`` is written as it is, in its own zone."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    at: datetime
    control: int
    version: str = "00401"
    usage: Literal["P", "T", "I"] = "P"
    ack_requested: bool = False
    element: str = "*"
    component: str = ">"
    repetition: str = "^"
    terminator: str = "~"


@dataclass(frozen=True, slots=True)
class Message:
    """A transaction set: ST01, the segments between ST and SE, and ST03 where a guide asks for it."""

    type: str
    segments: Sequence[Segment]
    convention: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A functional group: GS01, GS02, GS03, GS06, GS08 and its messages, numbered 0001, 0002 ... in ST02."""

    code: str
    sender: str
    receiver: str
    control: int
    version: str
    messages: Sequence[Message]


def write(envelope: Envelope, groups: Sequence[Group]) -> bytes:
    """An interchange of these groups. ValueError when a text holds a delimiter or does not fit the ISA."""
    segments = [segment for group in groups for segment in _group(envelope, group)]
    return _interchange(envelope, segments, len(groups))


def write_service(envelope: Envelope, segments: Sequence[Segment]) -> bytes:
    """An interchange without groups: TA1 segments between ISA and IEA."""
    return _interchange(envelope, segments, 0)


def _interchange(envelope: Envelope, segments: Sequence[Segment], count: int) -> bytes:
    trailer = ["IEA", str(count), f"{envelope.control:09d}"]
    lines = [_line(segment, envelope) for segment in [*segments, trailer]]
    return "".join([_isa(envelope), *lines]).encode()


def _isa(envelope: Envelope) -> str:
    repeats = envelope.version >= "00402"
    values = (
        "00", "", "00", "", envelope.sender_qualifier, envelope.sender, envelope.receiver_qualifier, envelope.receiver,
        f"{envelope.at:%y%m%d}", f"{envelope.at:%H%M}", envelope.repetition if repeats else "U", envelope.version,
        f"{envelope.control:09d}", "1" if envelope.ack_requested else "0", envelope.usage,
    )  # fmt: skip
    for number, (value, width) in enumerate(zip(values, _ISA_WIDTHS, strict=False), 1):
        if len(value) > width or not value.isascii():
            raise ValueError(f"ISA{number:02d} takes {width} ASCII characters, not {value!r}: shorten the identity")
        if number != 11:
            _ensure_plain(value, envelope)
    padded = [value.ljust(width) for value, width in zip(values, _ISA_WIDTHS, strict=False)]
    return envelope.element.join(["ISA", *padded, envelope.component]) + envelope.terminator


def _group(envelope: Envelope, group: Group) -> list[Segment]:
    date = f"{envelope.at:%Y%m%d}" if group.version >= "004" else f"{envelope.at:%y%m%d}"
    agency = ["X", group.version]
    head = ["GS", group.code, group.sender, group.receiver, date, f"{envelope.at:%H%M}", str(group.control), *agency]
    body = [line for number, message in enumerate(group.messages, 1) for line in _message(message, number)]
    return [head, *body, ["GE", str(len(group.messages)), str(group.control)]]


def _message(message: Message, number: int) -> list[Segment]:
    control = f"{number:04d}"
    trailer = ["SE", str(len(message.segments) + 2), control]
    return [["ST", message.type, control, message.convention], *message.segments, trailer]


def _line(segment: Segment, envelope: Envelope) -> str:
    """A segment as text, without the empty elements at its end."""
    elements = [_element(element, envelope) for element in segment]
    while elements and not elements[-1]:
        elements.pop()
    return envelope.element.join(elements) + envelope.terminator


def _element(element: Element, envelope: Envelope) -> str:
    """An element as text; of a composite without the empty components at its end."""
    components = [element] if isinstance(element, str) else list(element)
    while components and not components[-1]:
        components.pop()
    for component in components:
        _ensure_plain(component, envelope)
    return envelope.component.join(components)


def _ensure_plain(text: str, envelope: Envelope) -> None:
    delimiters = {envelope.element, envelope.component, envelope.terminator}
    if envelope.version >= "00402":
        delimiters.add(envelope.repetition)
    if any(c in delimiters or ord(c) < 0x20 for c in text):
        raise ValueError(f"{text!r} holds a delimiter, and X12 cannot escape it: choose other delimiters")
