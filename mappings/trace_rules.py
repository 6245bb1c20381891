"""Open this when a trace finds nothing where the engine finds something: the rules that it asks the engine with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from mappings.column import Column
from mappings.marks import Loc
from schemas.rules import FieldRule, Part, Rules


@dataclass(frozen=True)
class OneText:
    """A source of one row and one text, whatever the path."""

    text: str | None
    decimal_marks: str
    thousands_mark: str

    @property
    def size(self) -> int:
        """One row."""
        return 1

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """The text."""
        place = np.zeros(1, dtype=np.int64)
        return Column.of_text(pa.array([self.text], pa.string()), place, place)


@dataclass(frozen=True, slots=True)
class PartRule:
    """How a part of a split line gets its quantity, as a field's rule."""

    key: str  # quantity, or rest_of
    path: str

    @classmethod
    def of(cls, part: Part) -> Self:
        """The path that the part names, under its key."""
        return cls("quantity", part.quantity) if part.quantity is not None else cls("rest_of", part.rest_of or "")

    @property
    def rule(self) -> FieldRule:
        """The same as a rule."""
        return FieldRule.model_validate({"from": (self.path,), "as": "units"})


def probed(rules: Rules, number: int | None, sign: str) -> Rules:
    """The rules with this alternative alone in each field, its text marked by ``sign`` and refused by a conversion.

    Without a number the conditions of split lines tell the quantity of their part instead, behind the part's number.
    """
    header = rules.document
    named = ("number", "purpose", "issued_on")
    asked = {name: _asked(getattr(header, name), number, sign) for name in named}
    parts = tuple(_part(part, at, number, sign) for at, part in enumerate(rules.lines.split))
    fields = {name: _asked(rule, number, sign) for name, rule in rules.lines.fields.items()}
    lines = rules.lines.model_copy(update={"fields": fields, "split": parts, "require": ()})
    return rules.model_copy(update={"document": header.model_copy(update=asked), "lines": lines})


def _part(part: Part, at: int, number: int | None, sign: str) -> Part:
    if number is None:
        return part.model_copy(update={"condition": _rule(PartRule.of(part).path, f"{sign}{at}:")})
    own: dict[str, FieldRule] = getattr(part, "fields", {})
    changed: dict[str, Any] = {"condition": _asked(part.condition, number, sign)}
    if own:
        changed["fields"] = {name: _asked(rule, number, sign) for name, rule in own.items()}
    return part.model_copy(update=changed)


def _asked(rule: FieldRule | None, number: int | None, sign: str) -> FieldRule | None:
    """The rule with one of its paths; one that has no path of this number is left as it is."""
    if rule is None or number is None or number >= len(rule.from_):
        return rule
    return _rule(rule.from_[number], sign, rule.only, rule.skip)


def _rule(path: str, sign: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> FieldRule:
    refused = {"clean": ({"prefix": sign},), "as": "decimal"}
    return FieldRule.model_validate({"from": (path,), "only": tuple(only), "skip": tuple(skip), **refused})


def rules_of(rules: Rules, part: int | None) -> Iterator[tuple[str, FieldRule, Loc]]:
    """The fields of a line with their way in the mapping; of a split line, its part's own fields first."""
    own: dict[str, FieldRule] = {}
    if part is not None:
        own = {"condition": rules.lines.split[part].condition, **getattr(rules.lines.split[part], "fields", {})}
        for name, rule in own.items():
            yield name, rule, ("lines", "split", part, name)
    for name, rule in rules.lines.fields.items():
        if name not in own:
            yield name, rule, ("lines", name)
