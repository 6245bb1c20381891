"""Open this when you ask where a canonical value came from: its bytes, and the rule and the path that found them.

The engine keeps only what it found, not by which path. So it is asked again, once for each path of a field: the same
mapping with that one path alone, and a conversion that nothing passes, so that every value becomes a finding with its
place. What is told here is therefore what the engine does, in every format; a trace is for one file and may be slow.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from mappings.catalog import Catalog, Map, PartnerFolder, marked_map
from mappings.engine import translate
from mappings.fields import Evaluated, evaluate
from mappings.formats.segments import RawFile
from mappings.marks import Loc, Mark, Marked
from mappings.messages.sources import DECIMAL_MARKS
from mappings.translation import Translation
from mappings.workbench.trace_rules import (
    NO_CODES,
    PART,
    SIGN,
    Ask,
    Texts,
    asks_of,
    most_asked,
    parts_probed,
    probed,
    quantity_path,
    rules_of,
)
from mappings.workbench.trace_steps import steps_of
from schemas.rules import RENAMED, TABLES, FieldRule, Rules, header_types

_NO_LINE = 0
REST = "less the other parts"


@dataclass(frozen=True, slots=True)
class Found:
    """What a path found: the text, and the bytes in the file. ``place`` says where in the format's own terms."""

    path: str
    text: str
    offset: int
    length: int
    place: str


@dataclass(frozen=True, slots=True)
class TracedField:
    """A field of a row: its value, the rule that gave it, what the paths found, and what was made of that.

    ``rule`` is the field's own or one that it gives way to; ``found`` is by its alternatives. ``worked_out`` is the
    value as it follows from the rule and the texts; it equals ``value``, and a test holds that.
    """

    name: str
    rule: FieldRule
    value: Any
    found: tuple[Found | None, ...]
    steps: tuple[str, ...]
    worked_out: Any
    mark: Mark | None

    @property
    def won(self) -> int | None:
        """Which alternative gave the text, from 0; None where none did."""
        return next((number for number, one in enumerate(self.found) if one is not None), None)


@dataclass(frozen=True, slots=True)
class TracedRow:
    """A document (line 0) or a line of one, with its fields in the order of the mapping."""

    kind: str
    document: str
    number: str
    line_no: int
    by: Map
    fields: tuple[TracedField, ...]


def trace(file: RawFile, partner: PartnerFolder, catalog: Catalog) -> list[TracedRow]:
    """Every row that the partner's mappings make of the file, document by document, each with its fields."""
    real = translate([file], partner, catalog)
    found = probe([file], partner, catalog)
    by = {one.version: one for one in partner.maps}
    marks = {one.version: marked_map(one.path) for one in partner.maps if one.path.is_file()}
    rows = []
    for document in real.documents.to_pylist():
        one = by[document["rule_version"]]
        told = _Teller(one, marks.get(one.version), found, document["document"], document["number"] or "")
        rows.append(told.header(document))
        rows += [told.line(line) for line in _lines_of(real, one.rules.kind, document["document"])]
    return rows


def _lines_of(translation: Translation, kind: str, document: str) -> Iterator[Mapping[str, Any]]:
    return (row for row in translation.lines[kind].to_pylist() if row["document"] == document)


# --- what the paths find

Key = tuple[str, int, str, int]  # document, line, field, number of the path among the field's


@dataclass(frozen=True)
class Probed:
    """What every path of a partner's mappings finds in some files; and for split lines the part that made them."""

    texts: Mapping[Key, Found]
    parts: Mapping[tuple[str, int], tuple[int, Found]]


def probe(files: Sequence[RawFile], partner: PartnerFolder, catalog: Catalog) -> Probed:
    """Ask the engine for each path of each field, and for the quantities of split lines."""
    texts: dict[Key, Found] = {}
    for number in range(max((most_asked(one.rules) for one in partner.maps), default=0)):
        maps = tuple(_changed(one, probed(one.rules, number), f"path {number}") for one in partner.maps)
        for document, line_no, field, found in _findings(files, replace(partner, maps=maps), catalog):
            texts[document, line_no, field, number] = found
    parts: dict[tuple[str, int], tuple[int, Found]] = {}
    if any(one.rules.lines.split for one in partner.maps):
        maps = tuple(_changed(one, parts_probed(one.rules), "parts") for one in partner.maps)
        for document, line_no, field, found in _findings(files, replace(partner, maps=maps), catalog):
            if field == PART:
                part, _, text = found.text.partition(":")
                parts[document, line_no] = int(part), replace(found, text=text)
    return Probed(texts, parts)


def _changed(one: Map, rules: Rules, how: str) -> Map:
    """The mapping with other rules, under a version of its own so that nothing made for it before is used."""
    return replace(one, rules=rules, codes={**one.codes, NO_CODES: {}}, version=f"{one.version} {how}")


def _findings(
    files: Sequence[RawFile], partner: PartnerFolder, catalog: Catalog
) -> Iterator[tuple[str, int, str, Found]]:
    """Document, line, field and what was found, of each finding that a probe caused."""
    for row in translate(files, partner, catalog).findings.to_pylist():
        field, _, quoted = row["detail"].partition(": ")
        if row["document"] is None or not quoted.startswith((f"'{_ESCAPED}", f'"{_ESCAPED}')):
            continue
        text = str(ast.literal_eval(quoted.removesuffix(f" is not in {NO_CODES}"))).removeprefix(SIGN)
        found = Found("", text, row["offset"], row["length"], row["path"])
        yield row["document"], row["line_no"] or _NO_LINE, field, found


_ESCAPED = repr(SIGN)[1:-1]


# --- what becomes of it


@dataclass(frozen=True)
class _Teller:
    """The rows of one document, told from what the probes found."""

    one: Map
    marks: Marked | None
    probed: Probed
    document: str
    number: str

    def header(self, row: Mapping[str, Any]) -> TracedRow:
        """The document's own fields."""
        named = {name: getattr(self.one.rules.document, name) for name in header_types()}
        fields = [
            self._field(_NO_LINE, name, rule, ("document", name), row.get(name), None)
            for name, rule in named.items()
            if rule is not None
        ]
        return self._row(_NO_LINE, fields)

    def line(self, row: Mapping[str, Any]) -> TracedRow:
        """A line's fields; those that a part of a split line gives come first."""
        part = self.probed.parts.get((self.document, row["line_no"]))
        own = [] if part is None else [self._of_part(row, *part)]
        done = [
            self._field(row["line_no"], name, rule, loc, _value(row, name), row.get("currency"))
            for name, rule, loc in rules_of(self.one.rules, None if part is None else part[0])
        ]
        return self._row(row["line_no"], _with_units([*own, *done]))

    def _row(self, line_no: int, fields: Sequence[TracedField]) -> TracedRow:
        return TracedRow(self.one.rules.kind, self.document, self.number, line_no, self.one, tuple(fields))

    def _of_part(self, row: Mapping[str, Any], number: int, found: Found) -> TracedField:
        """The quantity of a split line: stated by its part, or what the other parts leave of the whole."""
        part = self.one.rules.lines.split[number]
        path, value = quantity_path(part), row.get("units")
        rule = FieldRule.model_validate({"from": (path,), "as": "units"})
        key, steps, worked_out = "rest_of", [REST], value
        # What is left is not worked out again, nor a part that is held because the parts do not add up.
        if part.quantity is not None:
            key, steps = "quantity", []
            if value is not None:
                worked_out = self._evaluated("quantity", rule, {(path, (), ()): found.text}, None).values[0].as_py()
        mark = self._mark(("lines", "split", number), (key,))
        return TracedField("quantity", rule, value, (replace(found, path=path),), tuple(steps), worked_out, mark)

    def _field(
        self, line_no: int, name: str, rule: FieldRule, loc: Loc, value: Any, currency: str | None
    ) -> TracedField:
        asks = asks_of(rule)
        texts = self.probed.texts
        found = {
            ask: replace(one, path=ask.path)
            for number, ask in enumerate(asks)
            if (one := texts.get((self.document, line_no, name, number)))
        }
        given = {ask.asked: one.text for ask, one in found.items()}
        level = self._level(name, rule, given, currency)
        chosen = rule.with_others()[level]
        own = [found.get(ask) for ask in asks if ask.level == level and ask.key == "from"]
        steps = tuple(steps_of(chosen, [one.text if one else None for one in own], given, self.one.codes))
        done = self._evaluated(name, rule, given, currency)
        worked_out = (done.raw if name == "unit" else done.values)[0].as_py()
        mark = self._mark(loc, _won(asks, found, level))
        return TracedField(name, chosen, value, tuple(own), steps, worked_out, mark)

    def _level(self, name: str, rule: FieldRule, given: Mapping[Any, str], currency: str | None) -> int:
        """Which rule gave the value: the first that has something, else the field's own."""
        for level, one in enumerate(rule.with_others()):
            done = self._evaluated(name, one.model_copy(update={"otherwise": None}), given, currency)
            if done.values[0].is_valid or done.raw[0].is_valid:
                return level
        return 0

    def _evaluated(self, name: str, rule: FieldRule, given: Mapping[Any, str], currency: str | None) -> Evaluated:
        """The rule over the texts that its paths found."""
        rules = self.one.rules
        is_table = rules.standard in TABLES
        marks = rules.reads.decimal if is_table else DECIMAL_MARKS.get(rules.standard, ".")
        source = Texts(given, marks, rules.reads.thousands if is_table else "")
        return evaluate(name, rule, source, self.one.codes, pa.array([currency], pa.string()))

    def _mark(self, loc: Loc, inner: Loc) -> Mark | None:
        """Where the mapping writes the path that won, or the field."""
        if self.marks is None:
            return None
        ways = [(*loc, *inner[:length]) for length in range(len(inner), -1, -1)]
        return next((self.marks.values[way] for way in ways if way in self.marks.values), None)


def _won(asks: Sequence[Ask], found: Mapping[Ask, Found], level: int) -> Loc:
    """The way from the field to the path that won; to the rule where none did."""
    won = (ask.loc for ask in asks if ask.level == level and ask.key == "from" and ask in found)
    return next(won, ("otherwise",) * level)


def _value(row: Mapping[str, Any], name: str) -> Any:
    """What the canonical row has for this field of the mapping."""
    return row.get("unit_raw" if name == "unit" else RENAMED.get(name, name))


def _with_units(fields: Sequence[TracedField]) -> list[TracedField]:
    """The quantity as the canonical row has it, in base units: times what its unit holds."""
    unit = next((one for one in fields if one.name == "unit" and one.rule.lookup is not None), None)
    if unit is None:
        return list(fields)
    held = next((step.rpartition(" means ")[2] for step in unit.steps if " means " in step), None)
    factor = int(ast.literal_eval(held)) if held else None
    return [_times(one, factor) if one.name == "quantity" and REST not in one.steps else one for one in fields]


def _times(quantity: TracedField, factor: int | None) -> TracedField:
    if quantity.worked_out is None or factor is None:
        return replace(quantity, worked_out=None)
    steps = (*quantity.steps, f"times {factor}") if factor != 1 else quantity.steps
    return replace(quantity, steps=steps, worked_out=quantity.worked_out * factor)
