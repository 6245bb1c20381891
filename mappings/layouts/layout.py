"""Open this when a layout is refused: a layout as data, and how its YAML is read and checked.

A layout is a message with holes, one line a segment: ``BGN*13*{number ..30}*{issued_on date}``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from mappings.formats.names import codes
from mappings.formats.structure import Structure, group_codes, structure
from mappings.layouts.order import misplaced
from mappings.layouts.values import KINDS
from schemas.errors import ConfigError

_DELIMITERS = {"x12": ("*", ">"), "edifact": ("+", ":")}
_COMPUTED = frozenset({"node", "parent", "nodes", "line", "index", "count", "sum", "flag"})
_OCCURRENCE = re.compile(r"(\d+)\.\.(\d+|\*) (.*)")
_LENGTH = re.compile(r"(?:(\d*)\.\.)?(\d+)")
_OF_MANY = 1000  # what "without limit" means for the pieces of a text


@dataclass(frozen=True, slots=True)
class Field:
    """A hole that a field of the document fills. ``list`` and ``parts`` fill so many neighbouring places."""

    name: str
    kind: str
    least: int = 0
    most: int = 0
    codes: Mapping[str, str] | None = None  # the document's word to the code that is written
    is_optional: bool = False
    shape: Literal["one", "list", "parts"] = "one"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Computed:
    """A hole that is filled with what the document makes of it: a number, a count, a sum."""

    what: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a segment, what stands there, and the bracket it belongs to (0: none)."""

    element: int
    component: int
    prefix: str
    hole: Field | Computed | None
    bracket: int


@dataclass(frozen=True, slots=True)
class Line:
    """A segment. One that may stand several times carries a text, split over its repeats."""

    tag: str
    slots: tuple[Slot, ...]
    least: int
    most: int

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(slot.hole for slot in self.slots if isinstance(slot.hole, Field))


@dataclass(frozen=True, slots=True)
class Loop:
    """Segments that are repeated for each item of a list of the document."""

    name: str
    least: int
    most: int | None
    body: tuple["Line | Loop", ...]


Body = tuple[Line | Loop, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A document of one standard and version. ``structure`` is None for a segment that stands outside messages."""

    name: str
    standard: str
    message: str
    version: str
    body: Body
    structure: Structure | None

    @property
    def group(self) -> str:
        """GS01 of an X12 message."""
        return group_codes()[self.message]

    @property
    def identifier(self) -> list[str]:
        """S009 of an EDIFACT message, by its components."""
        return [self.message, *self.version.split(":")]


def layout_names() -> list[str]:
    """All layouts that we ship: ``edifact/aperak``, ``x12/180_answer`` ..."""
    folders = [(standard, files("mappings.layouts") / standard) for standard in sorted(_DELIMITERS)]
    return sorted(f"{standard}/{path.name[:-5]}" for standard, folder in folders for path in folder.iterdir())


def versions(name: str) -> list[str]:
    """The versions that a layout is for: GS08, or S009 behind the message type. The first one is the usual one."""
    return list(_raw(name)["versions"])


@cache
def load_layout(name: str, version: str = "") -> Layout:
    """The layout for this version, checked as a whole. ConfigError names the file and the entry that is wrong."""
    return parse_layout(name, _raw(name), version)


@cache
def _raw(name: str) -> dict[str, Any]:
    path = files("mappings.layouts") / f"{name}.yaml"
    if not path.is_file():
        raise ConfigError(f"there is no layout `{name}`: use one of {', '.join(layout_names())}")
    raw: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return raw


def parse_layout(name: str, raw: Mapping[str, Any], version: str = "") -> Layout:
    """A layout from its YAML, for one of its versions (the first if none is asked for)."""
    known = raw["versions"]
    version = version or next(iter(known))
    if version not in known:
        raise ConfigError(f"{name}.yaml is not for version {version}: use one of {', '.join(known)}, or add it")
    words = known[version] if isinstance(known, dict) else {}
    parser = _Parser(name, name.split("/")[0], version, words or {}, raw.get("codes", {}))
    body = parser.body(raw["body"])
    layout = Layout(name, parser.standard, raw["message"], version, body, None)
    return layout if raw.get("outside") else _checked(layout)


def _checked(layout: Layout) -> Layout:
    """The layout with the structure of its message, in whose order its segments stand."""
    version = layout.version if layout.standard == "x12" else ":".join(layout.identifier)
    table = structure(layout.standard, layout.message, version)
    if table is None:
        raise ConfigError(f"{layout.name}.yaml: schemas/{layout.standard} has no table of {layout.message}: add one")
    for is_full in (False, True):
        fault = misplaced(table, _tags(layout.body, is_full=is_full))
        if fault:
            raise ConfigError(f"{layout.name}.yaml: {fault} ({layout.message} {layout.version}): move the entry")
    return replace(layout, structure=table)


def _tags(body: Body, *, is_full: bool) -> list[str]:
    """The segments of the shortest message, or those of one that holds everything, every loop twice."""
    found = []
    for entry in body:
        if isinstance(entry, Line):
            found += [entry.tag] * (1 if is_full else entry.least)
        else:
            times = min(2, entry.most or 2) if is_full else entry.least
            found += _tags(entry.body, is_full=is_full) * times
    return found


@dataclass(frozen=True, slots=True)
class _Parser:
    """Reads the entries of one file; what it refuses it names."""

    name: str
    standard: str
    version: str
    words: Mapping[str, str]  # what ``<word>`` stands for in this version
    codes: Mapping[str, Mapping[str, str]]

    def body(self, entries: list[Any]) -> Body:
        parsed = tuple(self._loop(entry) if isinstance(entry, dict) else self._line(entry) for entry in entries)
        self._ensure_one_type_a_name(parsed)
        return parsed

    def _ensure_one_type_a_name(self, body: Body) -> None:
        loops = {entry.name for entry in body if isinstance(entry, Loop)}
        fields = [field for entry in body if isinstance(entry, Line) for field in entry.fields]
        for name in sorted({field.name for field in fields}):
            kinds = {(field.kind, field.shape) for field in fields if field.name == name}
            if len(kinds) > 1 or name in loops:
                raise self._wrong(name, "one name stands for two things")

    def _loop(self, entry: dict[str, Any]) -> Loop:
        """``{loop: lines 1..*, body: [...]}``; its first segment always stands, so that items can be told apart."""
        name, bounds = str(entry["loop"]).split()
        least, most = bounds.split("..")
        body = self.body(entry["body"])
        if not isinstance(body[0], Line) or body[0].least == 0:
            raise self._wrong(entry["loop"], "a loop begins with a segment that always stands")
        return Loop(name, int(least), None if most == "*" else int(most), body)

    def _line(self, text: str) -> Line:
        for word, meaning in self.words.items():
            text = text.replace(f"<{word}>", meaning)
        found = _OCCURRENCE.fullmatch(text)
        least, most, template = found.groups() if found else ("1", "1", text)
        tag, slots = self._slots(template, text)
        line = Line(tag, slots, int(least), _OF_MANY if most == "*" else int(most))
        if line.most > 1 and [field.shape for field in line.fields].count("parts") != 1:
            raise self._wrong(text, "a segment that may stand several times carries one text in `parts`")
        if line.least == 0 and not line.fields:
            raise self._wrong(text, "a segment that may be missing needs a field that says whether it stands")
        return line

    def _slots(self, template: str, entry: str) -> tuple[str, tuple[Slot, ...]]:
        """The tag and the slots of ``TAG*constant*{hole}[*constant*{hole}]``."""
        separator, divider = _DELIMITERS[self.standard]
        marks = re.escape(separator + divider) + r"\[\]"
        element, component, bracket, brackets, prefix, slots = 0, 1, 0, 0, "", list[Slot]()
        for hole_text, mark, text in re.findall(rf"{{([^{{}}]*)}}|([{marks}])|([^{marks}{{}}]+)", template):
            if text:
                prefix = text
                continue
            if hole_text:
                hole = self._hole(hole_text, entry)
                slots.append(Slot(element, component, prefix, hole, bracket))
                wide = hole.count - 1 if isinstance(hole, Field) else 0
                element, component = (element + wide, 1) if self.standard == "x12" else (element, component + wide)
            elif prefix:
                slots.append(Slot(element, component, prefix, None, bracket))
            prefix = ""
            if mark == separator:
                element, component = element + 1, 1
            elif mark == divider:
                component += 1
            elif mark in ("[", "]"):
                brackets += mark == "["
                bracket = brackets if mark == "[" else 0
        if prefix:
            slots.append(Slot(element, component, prefix, None, bracket))
        if not slots or slots[0].element or not re.fullmatch(r"[A-Z][A-Z0-9]{1,2}", slots[0].prefix):
            raise self._wrong(entry, "it does not begin with the tag of a segment")
        return slots[0].prefix, tuple(slots[1:])

    def _hole(self, text: str, entry: str) -> Field | Computed:
        if text.startswith("="):
            what, _, of = text[1:].partition(" ")
            if what not in _COMPUTED:
                raise self._wrong(entry, f"nothing computes `{what}`: use one of {', '.join(sorted(_COMPUTED))}")
            return Computed(what, of)
        name, *spec = text.split()
        is_optional = name.endswith("?")
        shape: Literal["one", "list", "parts"] = "one"
        count = "1"
        if len(spec) > 2 and spec[-2] in ("list", "parts"):
            shape, count = "list" if spec[-2] == "list" else "parts", spec[-1]
            spec = spec[:-2]
        field = self._typed(name.rstrip("?"), spec, entry)
        if shape == "parts" and field.kind != "text":
            raise self._wrong(entry, "only a text can be split into parts")
        return replace(field, is_optional=is_optional, shape=shape, count=int(count))

    def _typed(self, name: str, spec: list[str], entry: str) -> Field:
        """``..30`` is a text of that length; ``decimal ..15``, ``date``, ``code 1292`` name the type."""
        if len(spec) == 2 and spec[0] == "code":
            return Field(name, "text", 1, 99, self._codes(spec[1], entry))
        kind = spec[0] if spec and spec[0] in KINDS else "text"
        sizes = spec[1:] if spec and spec[0] in KINDS else spec
        if kind == "date" and self.standard == "x12" and self.version < "004":
            kind = "date6"
        if not KINDS[kind].is_sized and not sizes:
            return Field(name, kind, 1, 99)
        found = _LENGTH.fullmatch(sizes[0]) if len(sizes) == 1 and KINDS[kind].is_sized else None
        if not found:
            raise self._wrong(entry, f"`{name} {' '.join(spec)}` is no type: say `..30`, `date`, `decimal ..15` ...")
        most = int(found.group(2))
        least = most if found.group(1) is None else int(found.group(1) or 1)
        return Field(name, kind, least, most)

    def _codes(self, table: str, entry: str) -> Mapping[str, str]:
        """The layout's own words for codes, or the codes of a data element, which stand for themselves."""
        if table in self.codes:
            return self.codes[table]
        try:
            return {code: code for code in codes(self.standard, table)}
        except KeyError:
            raise self._wrong(entry, f"there is no table of codes `{table}`") from None

    def _wrong(self, entry: str, why: str) -> ConfigError:
        return ConfigError(f"{self.name}.yaml, `{entry}`: {why}: correct the entry")
