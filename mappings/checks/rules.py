"""Open this when a mapping is refused: everything that is checked in it beyond its shape, before it ever runs."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from mappings.advice import advised
from mappings.checks import edi as check_edi
from mappings.checks import tables as check_tables
from mappings.checks import trees as check_trees
from mappings.checks.clean import fault_of_step
from mappings.code_lists import canonical
from mappings.functions.dates import fault_of_form
from mappings.marks import Loc, unknown_name
from mappings.workbench.trace_rules import asks_of
from schemas.rules import (
    EDI,
    GIVES,
    LINES,
    TABLES,
    TREES,
    FieldRule,
    Header,
    Lines,
    Rules,
    field_types,
    header_types,
)

# Fields whose constants must be of one of our own lists.
_LISTS = {
    "reason": "reasons", "disposition": "dispositions", "condition": "conditions", "purpose": "purposes",
    "verdict": "verdicts", "action": "actions", "bill": "bills",
}  # fmt: skip
_OF_DEDUCTIONS = {"reason": "deductions"}

Told = tuple[Loc, str]

# What each family of standards wants of claims and paths.
_FAMILIES = dict.fromkeys(EDI, check_edi) | dict.fromkeys(TABLES, check_tables) | dict.fromkeys(TREES, check_trees)


def faults(rules: Rules, lists: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Loc, str]]:
    """What is wrong, at its way from the top of the file, with what to write instead."""
    yield from _claims(rules)
    for loc, name, rule in _rules_with_places(rules):
        yield from _field(rules, loc, name, rule, lists)
    yield from _types(rules)
    yield from _requirements(rules)
    yield from _split(rules)


def is_at_key(loc: Loc, message: str) -> bool:
    """Whether a fault lies in the key itself: a field that does not exist, a path that stands before its values."""
    return f"field {loc[-1]!r} here" in message or loc[-2:-1] in (("where",), ("when",))


def takes_away_nothing(data: Mapping[str, Any]) -> Iterator[tuple[Loc, str]]:
    """Keys without a value in a file as it is written, that no mapping can have: a name with a typing error."""
    fields = {name for kind in LINES for name in field_types(kind)}
    for way, names in (((), _keys(Rules)), (("document",), _keys(Header)), (("lines",), _keys(Lines) | fields)):
        section = data.get(way[0]) if way else data
        for key, value in section.items() if isinstance(section, dict) else ():
            if value is None and key not in names:
                yield (*way, key), unknown_name(key, names, "key to take away")


def _keys(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields) - {"fields"}


def _claims(rules: Rules) -> Iterator[tuple[Loc, str]]:
    yield from _FAMILIES[rules.standard].claims(rules)


def _rules_with_places(rules: Rules) -> Iterator[tuple[Loc, str, FieldRule]]:
    for name in header_types():
        rule = getattr(rules.document, name)
        if rule is not None:
            yield ("document", name), name, rule
    for name, rule in rules.lines.fields.items():
        yield ("lines", name), name, rule
    for number, part in enumerate(rules.lines.split):
        for name, rule in part.fields.items():
            yield ("lines", "split", number, name), name, rule


def _field(
    rules: Rules, loc: Loc, name: str, rule: FieldRule, lists: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[Loc, str]]:
    yield from faults_of_rule(loc, rule, lists, lambda at, written: _path(rules, at, written))
    lists_of = _LISTS | (_OF_DEDUCTIONS if rules.kind == "deduction" else {})
    for depth, one in enumerate(rule.with_others()) if name in lists_of else ():
        yield from _constants((*loc, *("otherwise",) * depth), name, one, canonical(lists_of[name]))


def faults_of_rule(
    loc: Loc, rule: FieldRule, lists: Mapping[str, Mapping[str, str]], path: Callable[[Loc, str], Iterator[Told]]
) -> Iterator[Told]:
    """What is wrong with a rule whatever it is for; ``path`` says what is wrong with a path."""
    for number, written in enumerate(rule.from_):
        yield from path((*loc, "from", number), written)
    for number, step in enumerate(rule.clean):
        if wrong := fault_of_step(step.function, step.argument):
            yield (*loc, "clean", number), wrong
    for number, form in enumerate(rule.form):
        if wrong := fault_of_form(form):
            yield (*loc, "form", number), advised(wrong)
    for key, paths in (("times", rule.times), ("plus", rule.plus), ("minus", rule.minus)):
        for number, written in enumerate(paths):
            yield from path((*loc, key, number), written)
    for written in rule.when:
        yield from path((*loc, "when", written), written)
    if rule.otherwise is not None:
        yield from faults_of_rule((*loc, "otherwise"), rule.otherwise, lists, path)
        if GIVES[rule.otherwise.as_] != GIVES[rule.as_]:
            yield (*loc, "otherwise"), f"this gives another kind of value. Next: write `as: {rule.as_}` in it too."
    if rule.lookup is not None and rule.lookup not in lists:
        yield (*loc, "lookup"), unknown_name(rule.lookup, lists, "code list")


def _constants(loc: Loc, name: str, rule: FieldRule, allowed: frozenset[str]) -> Iterator[tuple[Loc, str]]:
    if rule.const is not None and rule.lookup is None and rule.const not in allowed:
        yield (*loc, "const"), unknown_name(rule.const, allowed, name)
    if rule.unknown is not None and rule.unknown not in allowed:
        yield (*loc, "unknown"), unknown_name(rule.unknown, allowed, name)


def _path(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    yield from _FAMILIES[rules.standard].path(rules, loc, written)


def paths_of(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """Every path of a mapping, with its way from the top of the file."""
    for loc, _, rule in _rules_with_places(rules):
        yield from (((*loc, *ask.loc), ask.path) for ask in asks_of(rule))
    for number, part in enumerate(rules.lines.split):
        at: Loc = ("lines", "split", number)
        named = {"quantity": part.quantity, "rest_of": part.rest_of}
        yield from (((*at, key), written) for key, written in named.items() if written is not None)
        yield from (((*at, "where", written), written) for written in part.where)


def _types(rules: Rules) -> Iterator[tuple[Loc, str]]:
    for section, fields, types in (
        ("document", _header(rules), header_types()),
        ("lines", rules.lines.fields, field_types(rules.kind)),
    ):
        for name, rule in fields.items():
            yield from _type((section,), name, rule, types, rules.kind)


def _type(
    loc: Loc, name: str, rule: FieldRule, types: Mapping[str, pa.DataType], kind: str
) -> Iterator[tuple[Loc, str]]:
    if name not in types:
        yield (*loc, name), unknown_name(name, types, f"{kind} field")
    elif GIVES[rule.as_] != types[name]:
        fitting = " or ".join(f"`as: {of}`" for of, gives in GIVES.items() if gives == types[name])
        yield (*loc, name, "as"), f"{rule.as_} does not fit {name}. Next: write {fitting}."


def _header(rules: Rules) -> dict[str, FieldRule]:
    named = {name: getattr(rules.document, name) for name in header_types()}
    return {name: rule for name, rule in named.items() if rule is not None}


def _requirements(rules: Rules) -> Iterator[tuple[Loc, str]]:
    types = field_types(rules.kind)
    for number, choice in enumerate(rules.lines.require):
        for name in choice:
            if name not in types:
                yield ("lines", "require", number), unknown_name(name, types, f"{rules.kind} field")
    if rules.document.group_by is not None:
        if rules.standard not in TABLES:
            yield ("document", "group_by"), "only tables are grouped. Next: take it away."
        else:
            yield from check_tables.path(rules, ("document", "group_by"), rules.document.group_by)
    amounts = any(rule.as_ == "money" for rule in rules.lines.fields.values())
    if amounts and "currency" not in rules.lines.fields:
        yield ("lines",), "amounts need `currency:`. Next: add it, as `{from: …}` or `{const: GBP}`."


def _split(rules: Rules) -> Iterator[tuple[Loc, str]]:
    types = field_types(rules.kind)
    for number, part in enumerate(rules.lines.split):
        loc = ("lines", "split", number)
        for key, written in (("quantity", part.quantity), ("rest_of", part.rest_of)):
            if written is not None:
                yield from _path(rules, (*loc, key), written)
        for written in part.where:
            yield from _path(rules, (*loc, "where", written), written)
        if part.each is not None and rules.standard in TABLES:
            yield (*loc, "each"), "a row has nothing below it. Next: take `each` away."
        for name, rule in part.fields.items():
            if name in types and rule.as_ == "money":
                yield (*loc, name, "as"), "a part has no amounts of its own. Next: give them to the line."
            yield from _type(loc, name, rule, types, rules.kind)
