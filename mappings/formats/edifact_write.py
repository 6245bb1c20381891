"""Open this when we send EDIFACT: an interchange from its messages, with counts and references. pydifact serialises.

write(envelope: Envelope, messages: Sequence[Message]) -> bytes
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydifact.control.characters import Characters
from pydifact.segments import Segment as Serialisable
from pydifact.serializer import Serializer

from mappings.formats.charset import SYNTAX_LEVELS

Element = str | Sequence[str]  # a composite is a sequence of its components
Segment = Sequence[Element]  # the tag, then its elements

_CHARACTERS = Characters.from_str("UNA:+.? '")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the UNB says. ``control`` is 0020; ``at`` is written as it is, in its own zone."""

    sender: str
    sender_qualifier: str
    receiver: str
    receiver_qualifier: str
    at: datetime
    control: str
    level: str = "UNOC"
    version: str = "3"
    test: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message: S009 as its components, and the segments between UNH and UNT."""

    identifier: Sequence[str]
    segments: Sequence[Segment]


def write(envelope: Envelope, messages: Sequence[Message]) -> bytes:
    """An interchange of these messages, referenced 1, 2 ... ValueError when a text does not fit the character set."""
    codec = SYNTAX_LEVELS.get(envelope.level)
    if codec is None:
        raise ValueError(f"`{envelope.level}` is no syntax level with a known character set: use UNOA to UNOK, or UNOW")
    body = [segment for number, message in enumerate(messages, 1) for segment in _message(message, str(number))]
    segments = [_unb(envelope), *body, ["UNZ", str(len(messages)), envelope.control]]
    written = Serializer(_CHARACTERS).serialize([_serialisable(segment) for segment in segments])
    return written.encode(codec)


def _unb(envelope: Envelope) -> Segment:
    date = f"{envelope.at:%Y%m%d}" if envelope.version >= "4" else f"{envelope.at:%y%m%d}"
    return [
        "UNB",
        [envelope.level, envelope.version],
        [envelope.sender, envelope.sender_qualifier],
        [envelope.receiver, envelope.receiver_qualifier],
        [date, f"{envelope.at:%H%M}"],
        envelope.control,
        *(["", "", "", "", "", "1"] if envelope.test else []),
    ]


def _message(message: Message, number: str) -> list[Segment]:
    head: Segment = ["UNH", number, message.identifier]
    return [head, *message.segments, ["UNT", str(len(message.segments) + 2), number]]


def _serialisable(segment: Segment) -> Serialisable:
    """A segment for pydifact, which warns of one without elements: such a segment is refused here."""
    tag, *elements = segment
    while elements and not any(elements[-1]):
        elements.pop()
    if not isinstance(tag, str) or not elements:
        raise ValueError(f"segment {tag} has no elements: leave it out")
    for text in (text for element in elements for text in _texts(element)):
        if any(ord(c) < 0x20 for c in text):
            raise ValueError(f"{text!r} holds a control character: EDIFACT text is one line")
    return Serialisable(tag, *(e if isinstance(e, str) else list(e) for e in elements))


def _texts(element: Element) -> Sequence[str]:
    return [element] if isinstance(element, str) else element
