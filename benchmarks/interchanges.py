"""Realistic interchanges of any size: many X12 180 or EDIFACT RETANN messages of about thirty segments each.

    python -m benchmarks.interchanges x12 50 FILE            # standard, megabytes, where to
    python -m benchmarks.interchanges edifact 50 FILE spoilt

The same arguments give the same bytes. Nothing is wrong with them, unless they are spoilt: then one message in a
hundred has a wrong count, a wrong control number, no trailer, or a segment that no table knows.
"""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, cast

Name = Literal["x12", "edifact"]

MESSAGES_AN_INTERCHANGE = 1_000
SPOILT_EVERY = 100
_DIFFERENT = 12  # so many interchanges differ in more than their control numbers; making them is slow

_REASONS_1293 = ("DA", "DR", "EI", "CO", "DM")
_CONDITIONS_7007 = ("4", "6", "15", "17")
_THINGS = ("TEA TOWEL", "DOOR MAT", "CAKE STAND", "ALARM CLOCK", "LUNCH BOX", "BUNTING", "TRINKET TRAY", "NIGHT LIGHT")
_RELEASED = ("SET OF 3 ?+ LID", "CHILD?'S APRON", "6?:1 MIX", "WHY NOT?? SIGN")
_BEYOND_ASCII = ("CAFÉ SIGN", "GLÜHWEIN MUG")


@dataclass(frozen=True, slots=True)
class Made:
    """Bytes, and how many return lines are in them."""

    data: bytes
    lines: int


@dataclass(frozen=True, slots=True)
class Standard:
    """How one standard is made: a message's segments and its number of lines; the envelope around many messages."""

    message: Callable[[int, random.Random], tuple[list[str], int]]
    envelope: Callable[[int, bytes, int], bytes]
    separator: str
    terminator: str
    messages_in_2kb: int


def gtin(chance: random.Random) -> str:
    """An item of the demonstration prefix 952, of 13 digits."""
    return with_check_digit(f"952{chance.randrange(10**9):09}")


def with_check_digit(digits: str) -> str:
    """The digits with their GS1 check digit."""
    total = sum(int(digit) * (1 if at % 2 else 3) for at, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def price(chance: random.Random) -> str:
    """A price with two decimals."""
    return f"{chance.randint(99, 9999) / 100:.2f}"


def _message_180(number: int, chance: random.Random) -> tuple[list[str], int]:
    lines, store = chance.randint(4, 7), chance.randint(1, 999)
    body = [
        f"BGN*00*R-{number:07}*20260304*0506",
        "DTM*050*20260304",
        f"N9*CN*{with_check_digit(f'0952{chance.randrange(10**13):013}')}",
        f"N1*SF*STORE {store}*92*{store:04}",
        f"N3*{chance.randint(1, 99)} HIGH STREET",
        f"N4*OLDTOWN*NY*{chance.randint(10000, 14999)}*US",
        "N1*RT*RETURNS DOCK*92*0001",
    ]
    for _ in range(lines):
        body += [
            f"BLI*EN*{gtin(chance)}*{chance.randint(1, 24)}*EA*UCP*{price(chance)}",
            f"N9*IV*{chance.randint(100000, 999999)}",
            f"RDR*RN*{chance.choice(_REASONS_1293)}**AS SEEN BY THE STORE",
            f"PRF*PO{chance.randrange(10**7):07}****{chance.randint(1, 20)}",
        ]
    return [f"ST*180*{number:09}", *body, f"SE*{len(body) + 2}*{number:09}"], lines


def _message_retann(number: int, chance: random.Random) -> tuple[list[str], int]:
    lines = chance.randint(2, 5)
    body = [
        f"BGM+732+R-{number:07}+9",
        "DTM+137:20260304:102",
        "NAD+BY+9520000010003::9",
        f"NAD+SN+{chance.randint(1, 999):04}::92",
        "NAD+SU+9520000000011::9",
    ]
    for line in range(1, lines + 1):
        body += [
            f"LIN+{line}++{gtin(chance)}:EN",
            f"PIA+1+{chance.randint(20000, 89999)}:SA",
            f"IMD+F++:::{_description(chance)}",
            f"PRI+AAA:{price(chance)}",
            f"QTY+61:{chance.randint(1, 24)}:PCE",
            f"CDI+3E+{chance.choice(_CONDITIONS_7007)}::9",
            f"RFF+ON:PO{chance.randrange(10**7):07}:{line}",
        ]
    body += ["UNS+S", f"CNT+2:{lines}"]
    return [f"UNH+{number}+RETANN:D:01B:UN", *body, f"UNT+{len(body) + 2}+{number}"], lines


def _description(chance: random.Random) -> str:
    """Two in a hundred hold release characters, one in a hundred a letter beyond ASCII."""
    kind = chance.random()
    return chance.choice(_RELEASED if kind < 0.02 else _BEYOND_ASCII if kind < 0.03 else _THINGS)


def _envelope_x12(control: int, messages: bytes, number: int) -> bytes:
    head = (
        f"ISA*00*          *00*          *ZZ*NORDSTAD       *ZZ*WICKHAMROWE    *260304*0506*U*00401*{control:09}*0*P*>~"
        f"GS*AN*NORDSTAD*WICKHAMROWE*20260304*0506*{control}*X*004010~"
    )
    return b"".join((head.encode(), messages, f"GE*{number}*{control}~IEA*1*{control:09}~".encode()))


def _envelope_edifact(control: int, messages: bytes, number: int) -> bytes:
    head = f"UNA:+.? 'UNB+UNOC:3+9520000010003:14+9520000000011:14+260304:0506+{control}'"
    return b"".join((head.encode(), messages, f"UNZ+{number}+{control}'".encode()))


STANDARDS: dict[Name, Standard] = {
    "x12": Standard(_message_180, _envelope_x12, "*", "~", 3),
    "edifact": Standard(_message_retann, _envelope_edifact, "+", "'", 4),
}


def _with_wrong_count(segments: list[str], separator: str) -> list[str]:
    tag, _, control = segments[-1].split(separator)
    return [*segments[:-1], separator.join((tag, str(len(segments) + 1), control))]


def _with_wrong_control(segments: list[str], separator: str) -> list[str]:
    trailer = segments[-1]
    return [*segments[:-1], trailer[:-1] + ("2" if trailer.endswith("1") else "1")]


def _without_trailer(segments: list[str], separator: str) -> list[str]:
    return segments[:-1]


def _with_unknown_segment(segments: list[str], separator: str) -> list[str]:
    tag, _, control = segments[-1].split(separator)
    trailer = separator.join((tag, str(len(segments) + 1), control))
    return [*segments[:-1], f"ZZX{separator}1", trailer]


_SPOILERS = (_with_wrong_count, _with_wrong_control, _without_trailer, _with_unknown_segment)


def _messages(standard: Standard, number: int, chance: random.Random, *, spoilt: bool) -> Made:
    """So many messages without an envelope."""
    parts, total = [], 0
    for at in range(1, number + 1):
        segments, lines = standard.message(at, chance)
        if spoilt and at % SPOILT_EVERY == SPOILT_EVERY // 2:
            spoiler = _SPOILERS[at // SPOILT_EVERY % len(_SPOILERS)]
            segments = spoiler(segments, standard.separator)
        parts += segments
        total += lines
    return Made("".join(part + standard.terminator for part in parts).encode("latin-1"), total)


def interchanges(name: Name, messages: int = MESSAGES_AN_INTERCHANGE, *, spoilt: bool = False) -> Iterator[Made]:
    """Interchanges without end, each with a control number of its own."""
    standard, chance = STANDARDS[name], random.Random(name)
    bodies: list[Made] = []
    for control in count(1):
        if len(bodies) < _DIFFERENT:
            bodies.append(_messages(standard, messages, chance, spoilt=spoilt))
        body = bodies[control % len(bodies)]
        yield Made(standard.envelope(control, body.data, messages), body.lines)


def corpus(name: Name, size: int, *, spoilt: bool = False) -> Made:
    """At least this many bytes of interchanges, one after the other."""
    parts, lines, made = [], 0, 0
    for part in interchanges(name, spoilt=spoilt):
        parts.append(part.data)
        lines, made = lines + part.lines, made + len(part.data)
        if made >= size:
            break
    return Made(b"".join(parts), lines)


def write_corpus(path: Path, name: Name, size: int, *, spoilt: bool = False) -> int:
    """Write what ``corpus`` gives, without ever holding it; gives the number of return lines."""
    lines = 0
    with path.open("wb") as file:
        for part in interchanges(name, spoilt=spoilt):
            file.write(part.data)
            lines += part.lines
            if file.tell() >= size:
                return lines
    raise AssertionError


def small_files(name: Name, files: int) -> list[Made]:
    """Files of about two kilobytes, one interchange each."""
    made = interchanges(name, STANDARDS[name].messages_in_2kb)
    return [next(made) for _ in range(files)]


if __name__ == "__main__":
    name, megabytes, path, *spoilt = sys.argv[1:]
    write_corpus(Path(path), cast(Name, name), int(float(megabytes) * 1e6), spoilt=spoilt == ["spoilt"])
