"""Open this when the letters of an XML file come out wrong: its byte order mark, its declaration, its character set.

A byte order mark counts more than what the declaration says, and the bytes count more than both. Character sets whose
markup is not ASCII bytes (UTF-16, Asian ones) are changed into UTF-8 before anything is read, so that a place in such
a file is the whole document.
"""

import re
from dataclasses import dataclass

from mappings.formats.charset import actual, is_as_declared

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0?\0": "utf-16-le", b"\0<\0?": "utf-16-be"}
_ENCODING = re.compile(rb"""<\?xml\s[^>]*?\sencoding\s*=\s*(["'])([A-Za-z][\w.-]*)\1""", re.ASCII)
_DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>""",
    re.ASCII,
)
_ASCII = bytes(range(0x80))


@dataclass(frozen=True, slots=True)
class Head:
    """What an XML file is before its root: bytes to read in this codec, from ``begin`` on, behind the declaration.

    ``begin`` is -1 where the declaration is none. ``broken`` says why the bytes cannot be read, ``strange`` why they
    are not in the character set that they declare.
    """

    data: bytes
    codec: str
    begin: int
    is_whole: bool = False
    is_ascii: bool = False
    broken: str = ""
    strange: str = ""


def head_of(data: bytes) -> Head:
    """The head of a file; any bytes do."""
    for sign, codec in _WIDE.items():
        if data.startswith(sign):
            return _changed(data, codec)
    mark = len(_UTF8_MARK) if data.startswith(_UTF8_MARK) else 0
    found = _ENCODING.match(data, mark)
    declared = found[2].decode() if found else "utf-8"
    if not _is_known(declared):
        return Head(data, "utf-8", mark, broken=f"the declared encoding {declared!r} is not known")
    if not _is_of_bytes(declared):
        if _is_wide(declared):
            declared = "utf-8"  # the declaration could be read, so it is not true
        else:
            return _changed(data, declared)
    if data.isascii():
        return Head(data, "utf-8", _behind_declaration(data, mark), is_ascii=True)
    codec = actual(data[mark:], "utf-8" if mark else declared)
    strange = "" if is_as_declared(codec, declared, data) else f"{declared} is declared, the bytes are {codec}"
    codec = "utf-8" if codec.lower() in ("utf-8", "utf8", "ascii", "us-ascii") else codec
    return Head(data, codec, _behind_declaration(data, mark), strange=strange)


def _changed(data: bytes, codec: str) -> Head:
    """The head of a file in a character set that is changed into UTF-8 first."""
    try:
        text = data.decode(codec).removeprefix("\ufeff")
        changed = text.encode()
    except UnicodeError:
        return Head(data, "utf-8", 0, True, broken=f"the bytes are not {codec}, as the file says")
    return Head(changed, "utf-8", _behind_declaration(changed, 0), True)


def _behind_declaration(data: bytes, at: int) -> int:
    if data[at : at + 5] != b"<?xml" or data[at + 5 : at + 6] not in (b" ", b"\t", b"\r", b"\n"):
        return at
    found = _DECLARATION.match(data, at)
    return found.end() if found else -1


def _is_known(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _is_wide(name: str) -> bool:
    return name.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32", "ucs", "iso-10646"))


def _is_of_bytes(name: str) -> bool:
    """Whether ASCII stands for itself in this set, and every other character that is not UTF-8 is one byte."""
    if name.lower() in ("utf-8", "utf8"):
        return True
    try:
        return _ASCII.decode(name) == _ASCII.decode() and len(bytes(range(256)).decode(name, "replace")) == 256
    except UnicodeError:
        return False
