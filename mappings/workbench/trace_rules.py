"""Open this when a trace leaves out a path or a field: every path that a field's rule asks for, and a line's fields."""

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.marks import Loc
from schemas.rules import FieldRule, Part, Rules

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
