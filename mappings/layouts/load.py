"""Open this when a layout is refused: how its YAML becomes a layout, and what it is held to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from mappings.formats.structure import age, structure
from mappings.layouts.layout import Body, Computed, Layout, Line, Loop
from mappings.layouts.order import misplaced
from mappings.layouts.template import Templates
from mappings.layouts.values import KINDS
from schemas.errors import ConfigError

_STANDARDS = ("edifact", "x12")
_KEYS = frozenset({"message", "versions", "body"})
_OPTIONAL_KEYS = frozenset({"codes", "outside"})
_LOOP = re.compile(r"([a-z_]+) (\d+)\.\.(\d+|\*)")


def layout_names() -> list[str]:
    """All layouts that we ship: ``edifact/aperak``, ``x12/180_answer`` ..."""
    folders = [(standard, files("mappings.layouts") / standard) for standard in _STANDARDS]
    return sorted(f"{standard}/{path.name[:-5]}" for standard, folder in folders for path in folder.iterdir())


def versions(name: str) -> list[str]:
    """The versions that a layout is for: GS08, or S009 behind the message type. The first one is the usual one."""
    return list(_raw(name)["versions"])


def nearest_version(name: str, version: str) -> str:
    """The layout's version for a partner that uses this one: the newest that is not newer, else the oldest.

    ``version`` is GS08, or S009 behind the message type; a text that is neither gives the newest.
    """
    known = versions(name)
    if version in known:
        return version
    plain = [one for one in known if one.count(":") < 3] or known  # those of no association
    if not re.fullmatch(r"\d{6}.*|[A-Z]:\d\d[A-Z].*", version):
        return max(plain, key=_age)
    older = [one for one in plain if _age(one) <= _age(version)]
    return max(older, key=_age) if older else min(plain, key=_age)


def _age(version: str) -> tuple[int, str]:
    return age(":".join(version.split(":")[:2])) if ":" in version else age(version[:6])


@cache
def load_layout(name: str, version: str = "") -> Layout:
    """The layout for this version, checked as a whole. ConfigError names the file and the entry that is wrong."""
    return parse_layout(name, _raw(name), version)


@cache
def _raw(name: str) -> dict[str, Any]:
    if name not in layout_names():
        raise ConfigError(f"there is no layout `{name}`: use one of {', '.join(layout_names())}")
    raw: dict[str, Any] = yaml.safe_load((files("mappings.layouts") / f"{name}.yaml").read_text("utf-8"))
    return raw


def parse_layout(name: str, raw: Mapping[str, Any], version: str = "") -> Layout:
    """A layout from its YAML, for one of its versions (the first if none is asked for)."""
    wrong = sorted((_KEYS ^ set(raw)) - _OPTIONAL_KEYS)
    if wrong:
        raise ConfigError(f"{name}.yaml: {', '.join(wrong)}: a layout has {', '.join(sorted(_KEYS))}: correct the key")
    known = raw["versions"]
    version = version or next(iter(known))
    if version not in known:
        raise ConfigError(f"{name}.yaml is not for version {version}: use one of {', '.join(known)}, or add it")
    words = known[version] if isinstance(known, dict) else {}
    templates = Templates(name, name.split("/")[0], version, words, raw.get("codes", {}))
    body = _body(templates, raw["body"])
    for computed in _computed(body):
        _ensure_computable(templates, computed, body)
    layout = Layout(name, templates.standard, raw["message"], version, body, None)
    return layout if raw.get("outside") else _in_order(layout)


def _body(templates: Templates, entries: list[Any]) -> Body:
    body = tuple(_loop(templates, one) if isinstance(one, dict) else templates.line(one) for one in entries)
    loops = {entry.name for entry in body if isinstance(entry, Loop)}
    fields = [field for entry in body if isinstance(entry, Line) for field in entry.fields]
    for name in sorted({field.name for field in fields}):
        kinds = {(field.kind, field.shape) for field in fields if field.name == name}
        if len(kinds) > 1 or name in loops:
            raise templates.wrong(name, "one name stands for two things")
    return body


def _loop(templates: Templates, entry: dict[str, Any]) -> Loop:
    """``{loop: lines 1..*, body: [...]}``; its first segment always stands, so that items can be told apart."""
    text = str(entry.get("loop"))
    found = _LOOP.fullmatch(text)
    if not found or set(entry) != {"loop", "body"}:
        raise templates.wrong(text, "a loop is `loop: name 0..9` and its `body`")
    name, least, most = found.groups()
    body = _body(templates, entry["body"])
    if not isinstance(body[0], Line) or body[0].least == 0:
        raise templates.wrong(text, "a loop begins with a segment that always stands")
    return Loop(name, int(least), None if most == "*" else int(most), body)


def _computed(body: Body) -> Iterator[Computed]:
    for entry in body:
        if isinstance(entry, Loop):
            yield from _computed(entry.body)
        else:
            yield from (slot.hole for slot in entry.slots if isinstance(slot.hole, Computed))


def _ensure_computable(templates: Templates, computed: Computed, body: Body) -> None:
    """What is counted, summed or looked for must be lists of the layout, and a sum one of numbers that all have."""
    loops = _loops(body)
    lists, _, summed = computed.of.partition(".")
    unknown = [name for name in lists.split() if name not in loops]
    needs_list = computed.what in ("count", "sum", "flag")
    if unknown or needs_list != bool(lists):
        raise templates.wrong(f"{{={computed.what} {computed.of}}}", "it is computed of lists that the layout has")
    for loop in loops.get(lists, ()) if computed.what == "sum" else ():
        lines = (line for line in loop.body if isinstance(line, Line) and line.least)
        sure = {field.name: KINDS[field.kind] for line in lines for field in line.fields if not field.is_optional}
        if summed not in sure or not sure[summed].is_number:
            raise templates.wrong(f"{{=sum {computed.of}}}", f"not all `{lists}` have a number `{summed}`")


def _loops(body: Body) -> dict[str, list[Loop]]:
    """All loops by name, however deep."""
    found: dict[str, list[Loop]] = {}
    for entry in body:
        if isinstance(entry, Loop):
            found.setdefault(entry.name, []).append(entry)
            for name, inner in _loops(entry.body).items():
                found.setdefault(name, []).extend(inner)
    return found


def _in_order(layout: Layout) -> Layout:
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
