"""Open this when MSG-STRUCTURE is reported wrongly: which segments a message may hold, from our own small tables.

The tables are ``schemas/x12/*.yaml`` and ``schemas/edifact/*.yaml``. A message without a table is not checked.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from mappings.formats.recorder import Recorder, Row


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
    """What a message of these versions is made of."""

    message: str
    versions: tuple[str, ...]
    group: str
    body: tuple[Loop | Use, ...]
    tags: frozenset[str]


def structure(standard: str, message: str, version: str) -> Structure | None:
    """The table of a message: by ST01 and GS08, or by S009 0065 and directory (D:01B). None when we have none."""
    if standard == "edifact":
        version = ":".join(version.split(":")[1:3])
    return _tables(standard).get((message, version))


@cache
def group_codes() -> dict[str, str]:
    """The functional group code (GS01) that each X12 message belongs in."""
    table: dict[str, str] = yaml.safe_load((files("schemas") / "x12" / "groups.yaml").read_text("utf-8"))
    return table


def check_structure(recorder: Recorder, standard: str) -> None:
    """A finding MSG-STRUCTURE for each kind of segment that a message may not hold, at the first one of it."""
    for index, row in enumerate(recorder.messages):
        table = structure(standard, row["type"], row["version"])
        if table:
            _check_message(recorder, index, row, table)


def _check_message(recorder: Recorder, index: int, row: Row, table: Structure) -> None:
    recorder.begin_file(recorder.interchanges[row["interchange"]]["file_index"])
    first, last = row["first_segment"], row["first_segment"] + row["segment_count"]
    strangers: dict[str, int] = {}
    for at in range(first, last):
        if recorder.segment_tag[at] not in table.tags:
            strangers.setdefault(recorder.segment_tag[at], at)
    for tag, at in strangers.items():
        span = (recorder.segment_start[at], recorder.segment_end[at])
        path = f"{'ST' if table.group else 'UNH'} {row['control']}/{tag[:20]}"
        detail = f"{table.message} has no segment {tag[:20]}"
        recorder.finding("MSG-STRUCTURE", span, path, detail, row["interchange"], index)


@cache
def _tables(standard: str) -> dict[tuple[str, str], Structure]:
    found = {}
    for path in sorted((files("schemas") / standard).iterdir(), key=lambda p: p.name):
        if path.name.endswith(".yaml") and path.name != "groups.yaml":
            table = _structure(yaml.safe_load(path.read_text("utf-8")))
            found.update({(table.message, version): table for version in table.versions})
    return found


def _structure(raw: dict[str, Any]) -> Structure:
    body = tuple(_part(part) for part in raw["body"])
    tags = frozenset(tag for part in body for tag in _tags(part))
    return Structure(raw["message"], tuple(raw["versions"]), raw.get("group", ""), body, tags)


def _part(raw: str | dict[str, Any]) -> Loop | Use:
    """``N9 0..10`` is a segment; ``{loop: BLI 0..*, body: [...]}`` a group that its first segment opens."""
    if isinstance(raw, str):
        return Use(*_occurrence(raw))
    return Loop(*_occurrence(raw["loop"]), tuple(_part(part) for part in raw["body"]))


def _occurrence(text: str) -> tuple[str, int, int | None]:
    tag, bounds = text.split()
    least, most = bounds.split("..")
    return tag, int(least), None if most == "*" else int(most)


def _tags(part: Loop | Use) -> list[str]:
    return [part.tag] if isinstance(part, Use) else [tag for inner in part.body for tag in _tags(inner)]
