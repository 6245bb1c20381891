"""Open this when you ask what a path of a mapping means in XML or JSON.

    cac:Item/cbc:Name           an element in the line; of several the first that has a text
    cbc:Quantity/@unitCode      an attribute (XML)
    @sscc  ./@name              an attribute of the line element itself; @file and @name alone mean the file
    .                           the text of the line element itself
    cbc:ID[@schemeID=SSCC]      only where the attribute is this
    cac:P[cbc:Name=Colour]/cbc:Value    only where a path from there finds this
    ^cbc:ID                     from the document element
    <unit/sscc                  in the elements that enclose the line, the nearest first: of the carton above it

XML names carry the prefixes of the mapping's `namespaces:`; without a prefix they are in no namespace. The items of a
JSON array are elements of the array's name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mappings.messages.paths import PSEUDO

_STEP = re.compile(r"(?P<name>[^/\[\]=<^]+)(?P<tests>(?:\[[^\]]*\])*)(?:/|$)")
_TEST = re.compile(r"\[([^\]=]+)=([^\]]*)\]")
_NAME = re.compile(r"@?(?:(?P<prefix>[^\W\d][\w.-]*):)?[^\W\d][\w.-]*")


@dataclass(frozen=True, slots=True)
class Step:
    """One name on the way, and what must be found from there: paths (their names) with their values."""

    name: str
    tests: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True, slots=True)
class TreePath:
    """A path, taken apart. ``scope`` is empty, ^, < or @ (a word about the file itself)."""

    written: str
    scope: str
    steps: tuple[Step, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names on the way."""
        return tuple(step.name for step in self.steps)

    def written_names(self) -> list[str]:
        """Every name that the path has, those of its tests too."""
        return [name for step in self.steps for name in (step.name, *(n for path, _ in step.tests for n in path))]


@cache
def parse_tree(written: str) -> TreePath:
    """The path that is written here; ValueError says what is wrong and what to write instead.

    >>> path = parse_tree("^cac:Party[cbc:Role=SU]/cbc:ID")
    >>> path.scope, path.names, path.steps[0].tests
    ('^', ('cac:Party', 'cbc:ID'), ((('cbc:Role',), 'SU'),))
    """
    if written.startswith("@") and written[1:] in PSEUDO:
        return TreePath(written, "@", (Step(written[1:]),))
    scope = written[:1] if written[:1] in ("^", "<") else ""
    rest = written.removeprefix(scope) if scope else written
    if rest == ".":
        return TreePath(written, scope, ())
    rest = rest.removeprefix("./")
    if rest.startswith("/"):
        raise ValueError(f"{written!r} begins with a slash; write it from the line on, or with ^ from the document on")
    if rest.endswith("/"):
        raise ValueError(f"{written!r} ends with a slash; write {written.rstrip('/')!r}")
    steps, at = [], 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if not found:
            raise ValueError(f"{written!r} is no path; write for example a/b, a/@c, a[@c=x]/b, ^a or <a/b")
        steps.append(Step(found["name"].strip(), _tests(written, found["tests"])))
        at = found.end()
    if not steps:
        raise ValueError(f"{written!r} names nothing; write for example a/b, a/@c, a[@c=x]/b, ^a or <a/b")
    if any(step.name.startswith("@") for step in steps[:-1]):
        raise ValueError(f"{written!r} goes on behind an attribute, which has nothing in it; end with the attribute")
    return TreePath(written, scope, tuple(steps))


def _tests(written: str, tests: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    if _TEST.sub("", tests):
        raise ValueError(f"{written!r}: {tests} tests nothing; write for example [name=value] or [@attribute=value]")
    found = []
    for path, value in _TEST.findall(tests):
        bare = value.strip()
        if bare[:1] in ("'", '"') and bare[-1:] == bare[:1]:
            raise ValueError(f"{written!r}: a value has no quotes; write [{path}={bare[1:-1]}]")
        found.append((tuple(name.strip() for name in path.split("/")), bare))
    return tuple(found)


def fault_of_names(path: TreePath, standard: str, namespaces: Mapping[str, str]) -> str:
    """What is wrong with the path's names in a mapping of this standard; empty when nothing is."""
    if path.scope == "@":
        return ""
    for name in path.written_names():
        if standard == "json":
            if name.startswith("@"):
                return f"{path.written!r}: JSON has no attributes; write {name[1:]!r}"
            continue
        found = _NAME.fullmatch(name)
        if not found:
            return f"{path.written!r}: {name!r} is no name; write for example cbc:ID or @schemeID"
        if found["prefix"] and found["prefix"] not in namespaces and found["prefix"] != "xml":
            known = f"write one of {', '.join(sorted(namespaces))}, or " if namespaces else ""
            return f"{path.written!r}: the prefix {found['prefix']!r} is not declared; {known}add it to `namespaces:`"
    return ""


def expanded(name: str, namespaces: Mapping[str, str]) -> str:
    """A name of a mapping as trees have it: the namespace in the place of the prefix.

    >>> expanded("cbc:ID", {"cbc": "urn:b"}), expanded("@unitCode", {}), expanded("line items", {})
    ('{urn:b}ID', '@unitCode', 'line items')
    """
    at = "@" if name.startswith("@") else ""
    prefix, colon, local = name.removeprefix("@").partition(":")
    if prefix == "xml" and colon:
        return f"{at}{{http://www.w3.org/XML/1998/namespace}}{local}"
    return f"{at}{{{namespaces[prefix]}}}{local}" if colon and prefix in namespaces else name
