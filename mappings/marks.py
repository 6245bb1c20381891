"""Open this when a YAML file of ours is wrong: YAML that knows its lines, so that a fault points at its place.

Every scalar stays text here ("0123" and NO are not turned into something else); the model that reads it decides.
"""

import difflib
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from mappings import advice
from schemas.errors import ConfigError

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

# What a field of one side of a merge makes meaningless on the other.
_ENDS = {"const": ("from", "join", "only", "skip", "lookup", "unknown", "default"), "from": ("const", "only", "skip")}

# One function with its argument looks like keys with values, and is none.
_WHOLE = ("clean",)

# What is found at a key, not at a value.
_AT_KEY = ("extra_forbidden", "missing")

# libyaml reads many times faster; a PyYAML without it gives the same nodes and marks.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text file. Line and column count from 1."""

    path: Path
    line: int
    column: int
    text: str

    def fault(self, key: str, message: str) -> ConfigError:
        """An error that shows the line with a caret under the fault."""
        where = f"{self.path}:{self.line}:{self.column}"
        caret = " " * (self.column - 1) + "^"
        return ConfigError(f"{where}: {key + ': ' if key else ''}{message}\n    {self.text}\n    {caret}")


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain data of a YAML file, with the mark of each key and of each value by its way from the top."""

    data: Any
    keys: dict[Loc, Mark]
    values: dict[Loc, Mark]

    def fault(self, loc: Iterable[str | int], message: str, *, at_key: bool = False) -> ConfigError:
        """An error at this way from the top, or at the nearest part of it that the file has."""
        way: Loc = tuple(loc)
        key = ".".join(str(part) for part in way)
        for length in range(len(way), -1, -1):
            marks = self.keys if at_key and way[:length] in self.keys else self.values
            if way[:length] in marks:
                return marks[way[:length]].fault(key, message)
        return ConfigError(f"{key}: {message}")


def read(path: Path) -> Marked:
    """A YAML file with one mapping at the top; ConfigError names the place where it is no YAML."""
    text = _text(path)
    lines = text.splitlines() or [""]

    def mark(found: yaml.Mark) -> Mark:
        line = min(found.line, len(lines) - 1)
        return Mark(path, line + 1, found.column + 1, lines[line])

    try:
        top = yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as fault:
        problem = str(fault.problem)
        opened = fault.context_mark if "unexpected end of stream" in problem else None
        found = opened or fault.problem_mark
        place = mark(found) if found else Mark(path, 1, 1, lines[0])
        raise place.fault("", advice.of_yaml(problem, place.text, place.column)) from None
    except yaml.reader.ReaderError as fault:
        before = text[: fault.position].splitlines() or [""]
        place = Mark(path, len(before), len(before[-1]) + 1, lines[len(before) - 1])
        raise place.fault("", advice.of_yaml("control characters are not allowed", "", 1)) from None
    marked = Marked({}, {}, {})
    if not isinstance(top, yaml.MappingNode):
        place = Mark(path, 1, 1, lines[0]) if top is None else mark(top.start_mark)
        what = "the file says nothing" if top is None else "keys with values should stand here"
        raise place.fault("", f"{what}. Next: write keys with values, as mappings/README.md shows them.")
    data = _plain(top, (), marked, mark)
    return Marked(data, marked.keys, marked.values)


def _text(path: Path) -> str:
    """The file's text; ConfigError at the first byte that is no UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode("utf-8").splitlines(keepends=True) or [""]
        last = "" if before[-1].endswith("\n") else before[-1]
        line = len(before) + (last == "" and before[-1] != "")
        place = Mark(path, line, len(last) + 1, last + "�")
        raise place.fault("", "this byte is no UTF-8. Next: save the file as UTF-8.") from None


def _plain(node: yaml.Node, way: Loc, marked: Marked, mark: Any) -> Any:
    """The node as plain data; fills the marks on the way."""
    marked.values[way] = mark(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*way, number), marked, mark) for number, one in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        data: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in data:
                raise mark(key.start_mark).fault(name, "this key stands here twice. Next: keep one of them.")
            marked.keys[(*way, name)] = mark(key.start_mark)
            data[name] = _plain(value, (*way, name), marked, mark)
        return data
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def merge(shipped: Marked, own: Marked) -> Marked:
    """``own`` over ``shipped``: mappings key by key, everything else replaced; a key without value takes it away.

    `const` in a field takes the shipped paths away, and `from` a shipped constant and what shipped paths pass over.
    """
    replaced = {way for way in own.values if {*way[-1:]} & {*_WHOLE} or not isinstance(_at(own.data, way), dict)}
    keys = {way: mark for way, mark in shipped.keys.items() if not _is_below(way, replaced)}
    values = {way: mark for way, mark in shipped.values.items() if not _is_below(way, replaced)}
    return Marked(_merged(shipped.data, own.data), keys | own.keys, values | own.values)


def _at(data: Any, way: Loc) -> Any:
    for part in way:
        data = data[part]
    return data


def _is_below(way: Loc, others: set[Loc]) -> bool:
    return any(way[:length] in others for length in range(1, len(way) + 1))


def _merged(shipped: Any, own: Any) -> Any:
    if not isinstance(shipped, dict) or not isinstance(own, dict):
        return own
    gone = {name for key in own for name in _ENDS.get(key, ())} - own.keys()
    kept = {key: value for key, value in shipped.items() if key not in gone}
    joined = kept | {key: _merged(kept.get(key) if key not in _WHOLE else None, value) for key, value in own.items()}
    return {key: value for key, value in joined.items() if value is not None}


def checked(model: type[Model], marked: Marked) -> Model:
    """The data as this model; ConfigError shows the first fault at its place, and what to write instead."""
    try:
        return model.model_validate(_without_nulls(marked.data))
    except ValidationError as fault:
        first = _telling(marked, fault.errors())
        loc = _as_written(first["loc"])
        message = _message(model, first, first["loc"])
        if first["type"] not in _AT_KEY:
            loc = _standing(marked, loc)
        raise marked.fault(loc, message, at_key=first["type"] in _AT_KEY) from None


def _telling(marked: Marked, errors: Sequence[Any]) -> Any:
    """The first error, unless another one explains it: a misspelt key beside a missing one, or the values there are."""
    first = errors[0]
    if first["type"] == "missing":
        beside = [one for one in errors if one["type"] == "extra_forbidden" and one["loc"][:-1] == first["loc"][:-1]]
        return beside[0] if beside else first
    place = _standing(marked, _as_written(first["loc"]))
    same = [one for one in errors if _standing(marked, _as_written(one["loc"])) == place]
    return next((one for one in same if one["type"] == "literal_error"), first)


def _standing(marked: Marked, loc: Loc) -> Loc:
    """The way as far as the file has it: a model's way goes on to the kind that it tried."""
    return next((loc[:length] for length in range(len(loc), 0, -1) if loc[:length] in marked.values), loc)


def _without_nulls(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    return data


def _as_written(loc: Iterable[str | int]) -> Loc:
    """The way as the file has it: the fields of `lines:` stand directly under it."""
    way = tuple(loc)
    if way[:2] == ("lines", "split") and way[3:4] == ("fields",):
        return (*way[:3], *way[4:])
    return (way[0], *way[2:]) if way[:1] in (("lines",), ("taxes",)) and way[1:2] == ("fields",) else way


def _message(model: type[BaseModel], error: Any, loc: Loc) -> str:
    if error["type"] == "extra_forbidden":
        return unknown_name(str(loc[-1]), _keys_at(model, loc[:-1]), "key")
    if error["type"] == "missing":
        return advice.missing(_keys_at(model, loc), _values_at(model, loc), str(loc[-1]))
    return advice.of_value(error, _keys_at(model, loc))


def unknown_name(name: str, known: Iterable[str], what: str) -> str:
    """A sentence that says there is no such thing, and which one was probably meant."""
    names = sorted(known)
    if not names:
        return f"there is no {what} {name!r} here, nor any other. Next: add it."
    near = [one for one in names if one.casefold() == name.casefold()] or difflib.get_close_matches(name, names, n=1)
    advice = f"write {near[0]!r}" if near else f"write one of {', '.join(names)}"
    return f"there is no {what} {name!r} here. Next: {advice}."


def _keys_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """The keys that the model has at this way from its top; the fields of a section stand beside them by name."""
    at = _model_at(model, loc)
    if not (isinstance(at, type) and issubclass(at, BaseModel)):
        return []
    return [field.alias or name for name, field in at.model_fields.items() if name != "fields"]


def _values_at(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The values of which one stands at this way from the model's top, where these are named."""
    at = _model_at(model, loc)
    return typing.get_args(at) if typing.get_origin(at) is typing.Literal else ()


def _model_at(model: type[BaseModel], loc: Loc) -> Any:
    """What stands at this way from the model's top: a model, or a type; None where the model does not go so far."""
    at: Any = model
    for part in loc:
        if isinstance(at, type) and issubclass(at, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in at.model_fields.items()}
            at = _without_none(fields.get(str(part)))
        else:
            inner = [one for one in typing.get_args(at) if one is not Ellipsis]
            at = _without_none(inner[-1]) if inner else None
    return at


def _without_none(annotation: Any) -> Any:
    """The first kind of `X | None`, otherwise the annotation itself."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation
    return next(one for one in typing.get_args(annotation) if one is not type(None))
