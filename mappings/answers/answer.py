"""Open this when you ask what an answer to a partner is: bytes for its mailbox, and what they answer."""

import re
from dataclasses import dataclass

from mappings.formats.segments import Segments


@dataclass(frozen=True, slots=True)
class Answer:
    """One file for the partner. ``file`` is the sha256 of the file answered; a table of results has no ``control``.

    ``kind`` is 997, 999, TA1, 824, CONTRL, APERAK, results, or another message that an outbound map writes for them.
    ``problems`` say what of it could not be written; nobody gets an answer without ``data``.
    """

    kind: str
    file: str
    name: str
    data: bytes
    control: int | None
    problems: tuple[str, ...] = ()


def own_number(control: int, message: int) -> str:
    """The number of a business answer of ours: that of its interchange, and its place in it."""
    return f"BA{control}-{message}"


def control_in(own: str) -> int | None:
    """The control number in a number that ``own_number`` gave; None for any other text."""
    found = re.fullmatch(r"BA(\d{1,18})-\d+", own.strip(), re.ASCII)
    return int(found.group(1)) if found else None


def control_of(text: str) -> int | None:
    """A control number as partners write it back, with zeros in front or without; None for any other text."""
    return int(text) if re.fullmatch(r"\d{1,18}", text.strip(), re.ASCII) else None


def name_of(*parts: str | int, ending: str) -> str:
    """A file name of these parts, without anything that a file system or a shell would take amiss."""
    plain = [re.sub(r"[^A-Za-z0-9._-]+", "-", str(part)).strip("-.") for part in parts]
    return "_".join(filter(None, plain)) + ending


def answered_file(reading: Segments, interchange: int) -> str:
    """The sha256 of the file that an interchange lies in."""
    return str(reading.files["file"][reading.interchanges["file_index"][interchange].as_py()].as_py())
