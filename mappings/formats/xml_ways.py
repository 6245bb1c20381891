"""Open this when a name has the wrong namespace: prefixes of the files resolved, once for every way from the top."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mappings.formats.tree import ROOT, Ways
from mappings.formats.xml_marks import ATTRIBUTE_WAY, Scopes, Seen
from mappings.formats.xml_text import unescaped

_XML = "http://www.w3.org/XML/1998/namespace"
_XMLNS = "http://www.w3.org/2000/xmlns/"
_START = (
    r"A-Za-z_\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_LOCAL = re.compile(rf"[{_START}][{_START}\-.0-9\xB7\u0300-\u036F\u203F\u2040]*")


@dataclass(frozen=True, slots=True)
class Written:
    """What the way through the files noted of names: as they stand there, with the prefixes that were declared."""

    buffer: bytes
    codec: str
    seen: Seen
    count: int
    scopes: Scopes
    scope_count: int

    def text(self, start: int, end: int) -> str:
        """The text between two places."""
        return self.buffer[int(start) : int(end)].decode(self.codec)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The ways with their namespaces, which one each way as written is, and what is wrong with those that are wrong."""

    ways: Ways
    numbers: list[int]
    faults: dict[int, str]


def resolved(written: Written) -> Resolved:
    """Every way as written, with its namespace."""
    prefixes, wrong = _scopes(written)
    ways, numbers, faults = Ways(), list[int](), dict[int, str]()
    seen = written.seen
    for at in range(written.count):
        scope, is_attribute = int(seen.scope[at]), int(seen.kind[at]) == ATTRIBUTE_WAY
        name = written.text(seen.name[at], seen.name_end[at])
        prefix, _, local = name.rpartition(":")
        if fault := wrong[scope] or _fault_of(name, prefix, local, prefixes[scope]):
            faults[at] = fault
        namespace = "" if is_attribute and not prefix else prefixes[scope].get(prefix, "")
        expanded = f"{{{namespace}}}{local}" if namespace else local
        above = int(seen.above[at])
        numbers.append(
            ways.number(numbers[above] if above >= 0 else ROOT, f"@{expanded}" if is_attribute else expanded)
        )
    return Resolved(ways, numbers, faults)


def _fault_of(name: str, prefix: str, local: str, prefixes: Mapping[str, str]) -> str:
    if not _LOCAL.fullmatch(local) or (":" in name and not _LOCAL.fullmatch(prefix)):
        return f"the name {name!r}, which XML does not allow"
    return f"the prefix {prefix!r}, which is not declared" if prefix and prefix not in prefixes else ""


def _scopes(written: Written) -> tuple[list[dict[str, str]], list[str]]:
    """The namespace of each prefix in each scope, and what is wrong with a scope's declarations."""
    scopes, prefixes, wrong = written.scopes, [{"xml": _XML}], [""]
    for scope in range(1, written.scope_count):
        first, own, fault = int(scopes.first[scope]), dict[str, str](), ""
        for at in range(first, first + int(scopes.count[scope])):
            name = written.text(scopes.name[at], scopes.name_end[at])
            uri = unescaped(written.text(scopes.value[at], scopes.value_end[at]))
            if not _is_declarable(name, uri):
                fault = f"the declaration {name}={uri!r}, which XML does not allow"
            own[name.partition(":")[2]] = uri
        above = int(scopes.above[scope])
        prefixes.append(prefixes[above] | own)
        wrong.append(fault or wrong[above])
    return prefixes, wrong


def _is_declarable(name: str, uri: str) -> bool:
    _, colon, prefix = name.partition(":")
    if uri == _XMLNS or (prefix == "xml") != (uri == _XML):
        return False
    return not colon or (bool(uri) and prefix != "xmlns" and bool(_LOCAL.fullmatch(prefix)))
