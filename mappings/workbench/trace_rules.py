"""Open this when a trace finds nothing where the engine finds something: the rules that it asks the engine with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mappings.column import Column
from mappings.marks import Loc
from schemas.rules import FieldRule, Part, Rules, header_types

# In front of every text that a probe finds: no conversion takes it for a value.
SIGN = "\x01"
# A code list without codes, and the field in which a split line tells its part.
NO_CODES, PART = "-", "part"
# What is not asked has nothing; as text of the same type as what is asked.
_NOTHING = FieldRule.model_validate({"const": "", "as": "decimal"})

Asked = tuple[str, tuple[str, ...], tuple[str, ...]]  # a path, and what it stops at or passes over


@dataclass(frozen=True, slots=True)
class Ask:
    """A path of a field's rule. ``level`` counts the rules that it gives way to; ``key`` is where the path stands."""

    level: int
    key: str
    number: int
    path: str
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    @property
    def loc(self) -> Loc:
        """The way from the field to the path."""
        last: str | int = self.path if self.key == "when" else self.number
        return (*("otherwise",) * self.level, self.key, last)

    @property
    def asked(self) -> Asked:
        """What the engine is asked for."""
        return self.path, self.only, self.skip


def asks_of(rule: FieldRule) -> tuple[Ask, ...]:
    """Every path of the rule and of those it gives way to: of its text, its calculations and its conditions."""
    found: list[Ask] = []
    for level, one in enumerate(rule.with_others()):
        found += [Ask(level, "from", number, path, one.only, one.skip) for number, path in enumerate(one.from_)]
        for key, paths in (("times", one.times), ("plus", one.plus), ("minus", one.minus), ("when", tuple(one.when))):
            found += [Ask(level, key, number, path) for number, path in enumerate(paths)]
    return tuple(found)


@dataclass(frozen=True)
class Texts:
    """A source of one row: what each path was found to give."""

    texts: Mapping[Asked, str]
    decimal_marks: str
    thousands_mark: str

    @property
    def size(self) -> int:
        """One row."""
        return 1

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """The text of the path, which has no bytes here."""
        text = self.texts.get((path, tuple(only), tuple(skip)))
        place = np.full(1, -1 if text is None else 0, dtype=np.int64)
        return Column.of_text(pa.array([text], pa.string()), place, place)


def most_asked(rules: Rules) -> int:
    """How often the engine is asked for a mapping: once for each path of the field that has the most."""
    header = (getattr(rules.document, name) for name in header_types())
    parts = (rule for part in rules.lines.split for rule in part.fields.values())
    every = (rule for rule in (*header, *rules.lines.fields.values(), *parts) if rule is not None)
    return max((len(asks_of(rule)) for rule in every), default=0)


def probed(rules: Rules, number: int) -> Rules:
    """The rules with this path alone in each field, its text signed and refused by a conversion."""
    header = rules.document
    named = {name: getattr(header, name) for name in header_types() if name != "number"}
    asked = {name: rule and _asked(rule, number) for name, rule in named.items()}
    asked["number"] = _number(header.number, number)
    parts = tuple(part.model_copy(update={"fields": _fields(part.fields, number)}) for part in rules.lines.split)
    return _with(rules, {"document": header.model_copy(update=asked)}, _fields(rules.lines.fields, number), parts)


def parts_probed(rules: Rules) -> Rules:
    """The rules that tell of each split line by which part it was made, and the part's quantity."""
    parts = tuple(
        part.model_copy(update={"fields": {PART: _signed((quantity_path(part), (), ()), f"{SIGN}{at}:")}})
        for at, part in enumerate(rules.lines.split)
    )
    return _with(rules, {}, dict.fromkeys(rules.lines.fields, _NOTHING), parts)


def _with(rules: Rules, changed: dict[str, Any], fields: dict[str, FieldRule], parts: tuple[Part, ...]) -> Rules:
    lines = rules.lines.model_copy(update={"fields": fields, "split": parts, "require": ()})
    return rules.model_copy(update={**changed, "lines": lines})


def _fields(fields: Mapping[str, FieldRule], number: int) -> dict[str, FieldRule]:
    return {name: _asked(rule, number) for name, rule in fields.items()}


def _asked(rule: FieldRule, number: int) -> FieldRule:
    asks = asks_of(rule)
    return _signed(asks[number].asked, SIGN) if number < len(asks) else _NOTHING


def _signed(asked: Asked, sign: str) -> FieldRule:
    """A rule that finds each text of the path at fault, with its place."""
    path, only, skip = asked
    refused = {"clean": ({"prefix": sign},), "as": "decimal"}
    return FieldRule.model_validate({"from": (path,), "only": only, "skip": skip, **refused})


def _number(rule: FieldRule, number: int) -> FieldRule:
    """A document needs a number to be one, so that each text is found at fault and taken all the same."""
    asks = asks_of(rule)
    if number >= len(asks):
        return rule
    path, only, skip = asks[number].asked
    told = {"clean": ({"prefix": SIGN},), "lookup": NO_CODES, "unknown": "?"}
    return FieldRule.model_validate({"from": (path,), "only": only, "skip": skip, **told})


def quantity_path(part: Part) -> str:
    """Where a part of a line has its quantity, or the whole that it is the rest of."""
    return part.quantity if part.quantity is not None else part.rest_of or ""


def rules_of(rules: Rules, part: int | None) -> Iterator[tuple[str, FieldRule, Loc]]:
    """The fields of a line with their way in the mapping; of a split line, its part's own fields first."""
    own = rules.lines.split[part].fields if part is not None else {}
    for name, rule in own.items():
        yield name, rule, ("lines", "split", part or 0, name)
    for name, rule in rules.lines.fields.items():
        if name not in own and (part is None or name != "quantity"):
            yield name, rule, ("lines", name)
