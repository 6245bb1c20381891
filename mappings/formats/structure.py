"""Open this when a message is read by the wrong table: what it may hold, and in which order, from our own small tables.

The tables are ``schemas/x12/*.yaml`` and ``schemas/edifact/*.yaml``. A message without a table is not checked. The
version is GS08 or the directory of S009; one without a table of its own has the nearest older one of its message, else
the oldest. What such a table, or one marked ``partial``, does not name is no finding, and neither is its order.
"""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast, where there is one
# What stands beside the tables of messages: group codes, and names for people (mappings/formats/names.py).
_NO_MESSAGES = frozenset({"groups.yaml", "segments.yaml", "codes.yaml", "elements.yaml"})


@dataclass(frozen=True, slots=True)
class Loop:
    """A segment group: its first segment opens it. ``most`` is None where there is no limit."""

    trigger: str
    least: int
    most: int | None
    body: tuple["Loop | Use", ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A segment at its place in the message."""

    tag: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Structure:
    """What a message of these versions is made of. ``is_whole`` says that no other segment may stand in it."""

    message: str
    versions: tuple[str, ...]
    group: str
    body: tuple[Loop | Use, ...]
    tags: frozenset[str]
    required: tuple[str, ...]  # what no such message may lack, in the order of the message
    is_whole: bool = True


def structure(standard: str, message: str, version: str) -> Structure | None:
    """The table of a message: by ST01 and GS08, or by S009 0065 and directory (D:01B). None when we have none."""
    version = ":".join(version.split(":")[1:3]) if standard == "edifact" else version[:6]
    return _nearest(standard, message, version)


@lru_cache(maxsize=1024)
def _nearest(standard: str, message: str, version: str) -> Structure | None:
    """The table of this version; else one of the nearest older version, else of the oldest, as not whole."""
    tables = _tables(standard, message)
    if version in tables or not tables:
        return tables.get(version)
    older = [own for own in tables if age(own) <= age(version)]
    return replace(tables[max(older, key=age) if older else min(tables, key=age)], is_whole=False)


def age(version: str) -> tuple[int, str]:
    """Versions in their order: directories from D:88 to D:87, which is 2087, and X12's numbers as they are."""
    directory = re.fullmatch(r"[A-Z]:(\d\d)([A-Z])", version)
    if not directory:
        return 0, version
    year = int(directory.group(1))
    return (1900 if year >= 88 else 2000) + year, directory.group(2)


@cache
def group_codes() -> dict[str, str]:
    """The functional group code (GS01) that each X12 message belongs in."""
    table: dict[str, str] = yaml.safe_load((files("schemas") / "x12" / "groups.yaml").read_text("utf-8"))
    return table


@lru_cache(maxsize=64)
def _tables(standard: str, message: str) -> dict[str, Structure]:
    """The tables of one message by version: the files that bear its name. Reading those of all would take a second."""
    found = {}
    for path in sorted((files("schemas") / standard).iterdir(), key=lambda p: p.name):
        stem = path.name.removesuffix(".yaml")
        if stem.partition("_")[0] == message.lower() and path.name not in _NO_MESSAGES:
            table = _structure(yaml.load(path.read_text("utf-8"), Loader=_LOADER))
            found.update(dict.fromkeys(table.versions, table))
    return found


def _structure(raw: dict[str, Any]) -> Structure:
    body = tuple(_part(part) for part in raw["body"])
    tags = frozenset(tag for part in body for tag in _tags(part))
    required = tuple(_trigger(part) for part in body if part.least)
    whole = not raw.get("partial", False)
    return Structure(raw["message"], tuple(raw["versions"]), raw.get("group", ""), body, tags, required, whole)


def _part(raw: str | dict[str, Any]) -> Loop | Use:
    """``N9 0..10`` is a segment; ``{loop: BLI 0..*, body: [...]}`` a group that its first segment opens."""
    if isinstance(raw, str):
        return Use(*_occurrence(raw))
    return Loop(*_occurrence(raw["loop"]), tuple(_part(part) for part in raw["body"]))


def _occurrence(text: str) -> tuple[str, int, int | None]:
    tag, bounds = text.split()
    least, most = bounds.split("..")
    return tag, int(least), None if most == "*" else int(most)


def _trigger(part: Loop | Use) -> str:
    return part.tag if isinstance(part, Use) else part.trigger


def _tags(part: Loop | Use) -> list[str]:
    return [part.tag] if isinstance(part, Use) else [tag for inner in part.body for tag in _tags(inner)]
