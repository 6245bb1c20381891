"""Open this when an outbound map is refused: everything that is checked in it beyond its shape, before it ever runs."""

from collections.abc import Iterator, Mapping

from mappings.advice import advised
from mappings.checks.rules import faults_of_rule
from mappings.layouts import Layout, layout_names, load_layout, versions
from mappings.layouts.write import text_of
from mappings.marks import Loc, unknown_name
from mappings.outbound.holes import Used, Way, first_hole, holes_in, loop_in, loops_in, missing, names_in, way
from mappings.outbound.values import to_value
from schemas.outbound import OUTBOUND, OutboundRules, columns_of
from schemas.rules import FieldRule

Lists = Mapping[str, Mapping[str, str]]
Told = tuple[Loc, str]


def faults(rules: OutboundRules, lists: Lists) -> Iterator[Told]:
    """What is wrong, at its way from the top of the file, with what to write instead."""
    wrong = list(_writes(rules))
    yield from wrong
    if wrong:
        return
    for name, (_, fields) in rules.sections().items():
        if name not in OUTBOUND[rules.kind]:
            yield (name,), f"the rows of {rules.kind} have no {name}. Next: take the section away."
            return
        for field, rule in fields.items():
            yield from _rule(rules, name, field, rule, lists)
    yield from _table(rules) if rules.writes.csv else _message(rules, _layout(rules))


def is_at_key(loc: Loc, message: str) -> bool:
    """Whether a fault lies in the key itself: a field that does not exist, a column that stands before its values."""
    names = ("field '", "field value '", "is no field")
    return any(told in message for told in names) or loc[-2:-1] == ("when",)


def _layout(rules: OutboundRules) -> Layout:
    return load_layout(str(rules.writes.layout), rules.writes.version or "")


def _writes(rules: OutboundRules) -> Iterator[Told]:
    layout, version = rules.writes.layout, rules.writes.version
    if layout is None:
        if rules.kind == "outcome":
            yield ("writes",), "an outcome answers a message by a message. Next: write `layout:`."
        return
    if rules.kind == "results":
        yield ("writes",), "results are a table. Next: write `csv:`."
    elif layout not in layout_names():
        yield ("writes", "layout"), unknown_name(layout, layout_names(), "layout")
    elif version is not None and version not in versions(layout):
        yield ("writes", "version"), unknown_name(version, versions(layout), f"version of {layout}")


def _rule(rules: OutboundRules, section: str, name: str, rule: FieldRule, lists: Lists) -> Iterator[Told]:
    known = columns_of(rules.kind, section)

    def path(loc: Loc, written: str) -> Iterator[Told]:
        if written not in known:
            yield loc, unknown_name(written, known, "column")

    yield from faults_of_rule((section, name), rule, lists, path)
    for depth, one in enumerate(rule.with_others()):
        if one.as_ == "money":
            at = (section, name, *("otherwise",) * depth, "as")
            yield at, "amounts are decimals here. Next: write `as: decimal`, or take it away."


# --- tables


def _table(rules: OutboundRules) -> Iterator[Told]:
    """Each column is a field, and each field a column."""
    csv = rules.writes.csv
    assert csv is not None
    for name, (each, fields) in rules.sections().items():
        columns = csv.above if name == "document" else csv.columns
        key = "above" if name == "document" else "columns"
        if name == "taxes":
            yield (name,), "a table has rows of one kind. Next: take the section away."
        if each not in ("", "row"):
            yield (name, "each"), "in a table every line is a row. Next: write `row`."
        for number, column in enumerate(columns):
            if column not in fields:
                yield ("writes", "csv", key, number), f"{unknown_name(column, fields, 'field')[:-1]}, or add its rule."
        for field in fields:
            if field not in columns:
                yield (name, field), f"the field '{field}' is no column. Next: add it to `writes: csv: {key}:`."


# --- messages


def _message(rules: OutboundRules, layout: Layout) -> Iterator[Told]:
    """Each field is a hole of the layout, and each hole that must be filled has a field."""
    used, wrong = Used("document"), False
    for section, (each, fields) in rules.sections().items():
        inside = Way(tuple((name, None) for name in each.split(".")) if each else (), "")
        if each and each not in loops_in(layout.body):
            yield (section, "each"), unknown_name(each, loops_in(layout.body), f"loop of {layout.name}")
            return
        for name, rule in fields.items():
            found = list(_field(layout, inside, section, name, rule))
            wrong = wrong or bool(found)
            yield from found
            if not found:
                _note(used, inside, section, way(name))
    if not wrong:
        yield from _missing(layout, used)


def _field(layout: Layout, inside: Way, section: str, name: str, rule: FieldRule) -> Iterator[Told]:
    """A field must lead to a hole; what is constant must fit into it."""
    try:
        at = way(name)
    except ValueError as fault:
        yield (section, name), advised(str(fault))
        return
    body = layout.body
    for loop_name, code in (*inside.loops, *at.loops):
        loop = loop_in(body, loop_name)
        if loop is None:
            yield (section, name), unknown_name(name, _names(layout, inside), f"{layout.name} field")
            return
        first = first_hole(loop)
        if code is not None and first is not None and first.codes is not None and code not in first.codes:
            yield (section, name), unknown_name(code, first.codes, f"{first.name} field value")
        body = loop.body
    hole = holes_in(body).get(at.hole)
    if hole is None:
        yield (section, name), unknown_name(name, _names(layout, inside), f"{layout.name} field")
        return
    for depth, one in enumerate(rule.with_others()):
        if one.const is not None and one.lookup is None and one.clean == FieldRule(const="").clean:
            try:
                text_of(hole, to_value(hole, one.const))
            except ValueError as fault:
                yield (section, name, *("otherwise",) * depth, "const"), advised(str(fault))


def _names(layout: Layout, inside: Way) -> list[str]:
    before = "".join(f"{name}." for name, _ in inside.loops)
    return [name.removeprefix(before) for name in names_in(layout.body) if name.startswith(before)]


def _note(used: Used, inside: Way, section: str, at: Way) -> None:
    """Keep that this hole is filled."""
    for step in inside.loops[:-1]:
        used = used.below(step, used.section)
    for step in inside.loops[-1:]:
        used = used.below(step, section)
    for step in at.loops:
        used = used.below(step, section)
    used.names.add(at.hole)


def _missing(layout: Layout, used: Used) -> Iterator[Told]:
    for section, name in missing(layout.body, used):
        yield (section,), f"{layout.name} needs `{name}`, and no rule fills it. Next: add `{name}: {{from: …}}`."
