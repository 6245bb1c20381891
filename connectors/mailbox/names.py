"""Open this when a file is not picked up: which entries of an inbox are files for us, and which names are safe.

Names come from the partner. They are data: never part of a path of ours before they have passed here.
"""

import stat
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from connectors.mailbox.port import Listed, Unsafe
from schemas.errors import PermanentError
from schemas.partners import Arrival, Channel

IGNORE: tuple[str, ...] = Arrival().ignore
FILE_BYTES_MAX: int = Channel(kind="folder", inbox="in", archive="done").file_bytes_max

# We put a digest or a temporary mark around a name, and 255 bytes is what most disks take.
NAME_BYTES_MAX = 200

_INVISIBLE = {"Cc", "Cf", "Zl", "Zp"}  # control, format (such as right-to-left marks), line and paragraph separators
_NATURE = {"link": "it is a link, not a file", "other": "it is a device or pipe, not a file"}


Kind = Literal["file", "folder", "link", "other"]
_KINDS: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


def kind_of(mode: int) -> Kind:
    """What a POSIX mode says an entry is."""
    return _KINDS.get(stat.S_IFMT(mode), "other")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of an inbox as the outside shows it."""

    name: str
    kind: Kind
    size: int | None
    modified: float | None


def why_unsafe(name: str) -> str | None:
    """What speaks against using this name, or None."""
    if name in {"", ".", ".."}:
        return "it is no file name"
    if "/" in name or "\\" in name:
        return "its name holds a path separator"
    if any("\ud800" <= character <= "\udfff" for character in name):
        return "its name is not UTF-8"
    if any(unicodedata.category(character) in _INVISIBLE for character in name):
        return "its name holds control or invisible characters"
    if len(name.encode()) > NAME_BYTES_MAX:
        return f"its name is longer than {NAME_BYTES_MAX} bytes"
    return None


def printable(name: str) -> str:
    """The name with everything that could hurt a screen, a log or a database escaped."""
    return "".join(_escaped(character) for character in name)


def _escaped(character: str) -> str:
    harmless = character == " " or (character.isprintable() and character != "\\")
    return character if harmless else character.encode("unicode_escape").decode("ascii")


def safe(name: str) -> str:
    """The name itself; PermanentError when it may not be used."""
    if reason := why_unsafe(name):
        raise PermanentError(f"The file {printable(name)!r} is left alone: {reason}. Next: have it renamed.")
    return name


def temporary(name: str) -> str:
    """The name under which a file is written before it is renamed: hidden, and on every list of names to ignore."""
    return f".{name}.writing"


def is_ignored(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name matches a pattern of names that never count, in whatever case it is written."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def arrange(entries: Iterable[Entry], ignore: Sequence[str]) -> tuple[list[Listed], list[Unsafe]]:
    """The files of an inbox, oldest first, then by name; and what is left alone and must be seen by a person."""
    listed, unsafe = [], []
    for entry in entries:
        if entry.kind == "folder" or is_ignored(entry.name, ignore):
            continue
        if reason := _NATURE.get(entry.kind) or why_unsafe(entry.name):
            unsafe.append(Unsafe(printable(entry.name), reason))
        elif entry.size is None or entry.modified is None:
            unsafe.append(Unsafe(printable(entry.name), "the server does not say its size and time"))
        else:
            listed.append(Listed(entry.name, entry.size, entry.modified))
    listed.sort(key=lambda file: (file.modified, file.name))
    unsafe.sort(key=lambda one: one.name)
    return listed, unsafe
