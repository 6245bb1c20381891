"""Open this when you ask how the simulated partners wrap their EDI: X12 and EDIFACT envelopes with right counts.

Plain text building, on purpose: it shares nothing with the product's own writers and so is a second opinion on them.
One segment stands on a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from pipelines.simulate.identifiers import OUR_GLN, OUR_X12

_SENT_AT = time(18, 30)


@dataclass(frozen=True, slots=True)
class Interchange:
    """The head of an interchange: who sends it, the number it carries and the day it is sent."""

    sender: str
    control: int
    sent_on: date

    @property
    def sent_at(self) -> datetime:
        """The moment of sending by the sender's wall clock."""
        return datetime.combine(self.sent_on, _SENT_AT)


def x12(head: Interchange, group: str, message: str, messages: Sequence[Sequence[str]]) -> bytes:
    """An X12 interchange (ISA 00401, GS 004010) with one group of these messages; each is its segments without ST, SE.

    Control numbers: ISA13 and GS06 are the interchange's, ST02 counts from 0001.
    """
    segments = [_isa(head), _gs(head, group)]
    for number, body in enumerate(messages, 1):
        segments += [f"ST*{message}*{number:04d}", *body, f"SE*{len(body) + 2}*{number:04d}"]
    segments += [f"GE*{len(messages)}*{head.control}", f"IEA*1*{head.control:09d}"]
    return "".join(f"{segment}~\n" for segment in segments).encode("ascii")


def edifact(head: Interchange, kind: str, messages: Sequence[Sequence[str]]) -> bytes:
    """An EDIFACT interchange (UNOC:3, default separators) of these messages, each its segments without UNH, UNT.

    ``kind`` is UNH S009: ``RETANN:D:01B:UN``. UNB 0020 is the control number, UNH 0062 counts from 1.
    """
    when = f"{head.sent_at:%y%m%d}:{head.sent_at:%H%M}"
    segments = ["UNA:+.? ", f"UNB+UNOC:3+{head.sender}:14+{OUR_GLN}:14+{when}+{head.control}"]
    for number, body in enumerate(messages, 1):
        segments += [f"UNH+{number}+{kind}", *body, f"UNT+{len(body) + 2}+{number}"]
    segments.append(f"UNZ+{len(messages)}+{head.control}")
    return "".join(f"{segment}'\n" for segment in segments).encode("latin-1")


def edifact_text(text: str) -> str:
    """The text with a release character before each sign that has a meaning of its own."""
    return "".join(f"?{sign}" if sign in "?:+'" else sign for sign in text)


def _isa(head: Interchange) -> str:
    """The interchange header: fixed width, 105 characters and a terminator."""
    when = f"{head.sent_at:%y%m%d}*{head.sent_at:%H%M}"
    blank = " " * 10
    parties = f"ZZ*{head.sender:<15}*ZZ*{OUR_X12:<15}"
    return f"ISA*00*{blank}*00*{blank}*{parties}*{when}*U*00401*{head.control:09d}*0*P*>"


def _gs(head: Interchange, group: str) -> str:
    when = f"{head.sent_at:%Y%m%d}*{head.sent_at:%H%M}"
    return f"GS*{group}*{head.sender}*{OUR_X12}*{when}*{head.control}*X*004010"
