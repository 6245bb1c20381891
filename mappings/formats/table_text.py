"""Open this when a table in an odd character set comes out wrong: its bytes as the readers of tables go through them.

UTF-8 and character sets of one byte a character, with ASCII in their lower half, are read as they are. Anything else
(UTF-16, say) is turned into UTF-8 first; its places are then looked up in the bytes that came.
"""

import codecs
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mappings.column import Bytes, Ints
from mappings.formats.charset import actual, is_as_declared
from mappings.formats.segments import RawFile
from schemas.findings import Finding, Place

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True)
class Text:
    """The text of a file in bytes that a reader goes through, from ``begin`` on. ``codec``: what the bytes are in."""

    data: bytes
    begin: int
    codec: str
    findings: tuple[Finding, ...]
    places: Ints | None = None  # where each byte comes from, if these are not the bytes that came

    @property
    def is_wide(self) -> bool:
        """Whether a character may be several bytes."""
        return self.codec == "utf-8"

    @cached_property
    def is_ascii(self) -> bool:
        """Whether there is nothing beyond ASCII."""
        return self.data[self.begin :].isascii()

    @cached_property
    def buffer(self) -> Bytes:
        """The bytes as numbers."""
        return np.frombuffer(self.data, np.uint8)

    def came_from(self, places: Ints) -> Ints:
        """These places in the bytes that came; -1 stays."""
        return places if self.places is None else np.where(places < 0, -1, self.places[places])

    def letters(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """How many bytes of UTF-8 each byte becomes, and which."""
        return _letters(self.codec)

    def encoded(self, text: str) -> bytes:
        """A separator as it stands in these bytes; a line break, which never separates, if they cannot hold it."""
        return text.encode(self.codec, "ignore") or b"\n"


def text_of(file: RawFile, declared: str) -> Text:
    """The text of the file; finding FILE-CHARSET where the bytes are in another character set than declared."""
    codec, mark = _codec(file.data, declared)
    findings = tuple(_charset_findings(file, mark, codec, declared))
    name = codecs.lookup(codec).name
    if name == "utf-8" or _is_plain(name):
        return Text(file.data, mark, name, findings)
    characters = file.data[mark:].decode(codec)
    return Text(characters.encode("utf-8", "surrogatepass"), 0, "utf-8", findings, mark + _places(characters, codec))


def _codec(data: bytes, declared: str) -> tuple[str, int]:
    """The codec the bytes are in, and the length of a byte order mark in front of them."""
    for mark, codec in _MARKS.items():
        if data.startswith(mark) and actual(data[len(mark) :], codec) == codec:
            return codec, len(mark)
    return actual(data, declared), 0


def _charset_findings(file: RawFile, mark: int, codec: str, declared: str) -> list[Finding]:
    if is_as_declared(codec, declared, file.data[mark:]):
        return []
    detail = f"the mapping says {declared}, the bytes are {codec}; they were read as {codec}"
    return [Finding("FILE-CHARSET", Place(file.sha256, 0, len(file.data)), detail)]


@cache
def _is_plain(codec: str) -> bool:
    """Whether each byte is a character, and the lower half is ASCII."""
    characters = bytes(range(256)).decode(codec, "replace")
    return len(characters) == 256 and characters[:128] == bytes(range(128)).decode("ascii")


@cache
def _letters(codec: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    sizes, letters = np.ones(256, np.uint8), np.zeros((256, 4), np.uint8)
    letters[:, 0] = np.arange(256)
    if codec != "utf-8":
        for byte in range(128, 256):
            utf8 = bytes([byte]).decode(codec, "replace").encode()
            sizes[byte], letters[byte, : len(utf8)] = len(utf8), list(utf8)
    return sizes, letters


def _places(characters: str, codec: str) -> Ints:
    """For each byte of these characters as UTF-8, and for their end, where it comes from in the bytes of this codec."""
    points = np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), np.uint32)
    distinct, which = np.unique(points, return_inverse=True)
    before = len("".encode(codec))  # some codecs put a mark in front of whatever they encode
    sizes = np.array([len(chr(point).encode(codec)) - before for point in distinct], np.int64)
    narrow: Any = np.array([len(chr(point).encode("utf-8", "surrogatepass")) for point in distinct], np.int64)
    if not len(points):
        return np.zeros(1, np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes[which])])
    return np.append(np.repeat(starts[:-1], narrow[which]), starts[-1])
