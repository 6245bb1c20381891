"""Open this when you ask where a canonical value came from: its bytes, and the rule and the path that found them.

The engine keeps only what it found, not by which path. So it is asked again, once for each alternative: the same
mapping with that one path a field, and a conversion that nothing passes, so that every value becomes a finding with its
place. What is told here is therefore what the engine does, in every format; a trace is for one file and may be slow.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from mappings.catalog import Catalog, Map, PartnerFolder, marked_map
from mappings.engine import translate
from mappings.fields import evaluate
from mappings.formats.segments import RawFile
from mappings.functions import clean
from mappings.marks import Loc, Mark, Marked
from mappings.sources import DECIMAL_MARKS
from mappings.trace_rules import OneText, PartRule, probed, rules_of
from mappings.translation import Translation
from schemas.rules import RENAMED, TABLES, FieldRule, Rules, header_types

# In front of every text that a probe finds: no conversion takes it for a value.
SIGN = "\x01"
_NO_LINE = 0


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
    """A field of a row: its value, what each of its paths found, and what was made of that, step by step.

    ``worked_out`` is the value as it follows from ``steps``; it equals ``value``, and a test holds that.
    """

    name: str
    rule: FieldRule
    value: Any
    found: tuple[Found | None, ...]  # by alternative
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

Key = tuple[str, int, str, int]  # document, line, field, alternative


@dataclass(frozen=True)
class Probed:
    """What every path of a partner's mappings finds in some files; and for split lines the part that made them."""

    texts: Mapping[Key, Found]
    parts: Mapping[tuple[str, int], tuple[int, Found]]


def probe(files: Sequence[RawFile], partner: PartnerFolder, catalog: Catalog) -> Probed:
    """Ask the engine for each alternative of each field, and for the quantities of split lines."""
    texts: dict[Key, Found] = {}
    most = max((len(rule.from_) for one in partner.maps for rule in one.rules.field_rules()), default=0)
    for number in range(most):
        maps = tuple(_changed(one, probed(one.rules, number, SIGN), f"path {number}") for one in partner.maps)
        for document, line_no, field, found in _findings(files, replace(partner, maps=maps), catalog):
            texts[document, line_no, field, number] = found
    parts: dict[tuple[str, int], tuple[int, Found]] = {}
    if any(one.rules.lines.split for one in partner.maps):
        maps = tuple(_changed(one, probed(one.rules, None, SIGN), "parts") for one in partner.maps)
        for document, line_no, field, found in _findings(files, replace(partner, maps=maps), catalog):
            if field == "condition":
                part, _, text = found.text.partition(":")
                parts[document, line_no] = int(part), replace(found, text=text)
    return Probed(texts, parts)


def _changed(one: Map, rules: Rules, how: str) -> Map:
    """The mapping with other rules, under a version of its own so that nothing made for it before is used."""
    return replace(one, rules=rules, version=f"{one.version} {how}")


def _findings(
    files: Sequence[RawFile], partner: PartnerFolder, catalog: Catalog
) -> Iterator[tuple[str, int, str, Found]]:
    """Document, line, field and what was found, of each finding that a probe caused."""
    for row in translate(files, partner, catalog).findings.to_pylist():
        field, _, quoted = row["detail"].partition(": ")
        if row["document"] is None or not quoted.startswith(repr(SIGN)[:-1]):
            continue
        text = str(ast.literal_eval(quoted)).removeprefix(SIGN)
        found = Found("", text, row["offset"], row["length"], row["path"])
        yield row["document"], row["line_no"] or _NO_LINE, field, found


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
        line_no = row["line_no"]
        part = self.probed.parts.get((self.document, line_no))
        own = [] if part is None else self._of_part(row, *part)
        currency = row.get("currency")
        done = [
            self._field(line_no, name, rule, loc, _value(row, name), currency)
            for name, rule, loc in rules_of(self.one.rules, None if part is None else part[0])
        ]
        return self._row(line_no, [*own, *_with_units(done)])

    def _row(self, line_no: int, fields: Sequence[TracedField]) -> TracedRow:
        return TracedRow(self.one.rules.kind, self.document, self.number, line_no, self.one, tuple(fields))

    def _of_part(self, row: Mapping[str, Any], number: int, found: Found) -> list[TracedField]:
        """The quantity of a split line: stated by its part, or what the other parts leave of the whole."""
        part = PartRule.of(self.one.rules.lines.split[number])
        value = row.get("units")
        quantity = self._field(_NO_LINE, "quantity", part.rule, ("lines", "split", number, part.key), value, None)
        steps = () if part.key == "quantity" else ("less the other parts",)
        return [replace(quantity, found=(replace(found, path=part.path),), steps=steps, worked_out=value)]

    def _field(
        self, line_no: int, name: str, rule: FieldRule, loc: Loc, value: Any, currency: str | None
    ) -> TracedField:
        texts = self.probed.texts
        found = [
            replace(one, path=path) if (one := texts.get((self.document, line_no, name, number))) else None
            for number, path in enumerate(rule.from_)
        ]
        text = _text(rule, found)
        steps = tuple(_steps(rule, text, self.one))
        worked_out = _worked_out(name, rule, text, self.one, currency)
        won = next((number for number, one in enumerate(found) if one), 0)
        return TracedField(name, rule, value, tuple(found), steps, worked_out, self._mark(loc, won))

    def _mark(self, loc: Loc, won: int) -> Mark | None:
        """Where the mapping writes the path that won, or the field."""
        if self.marks is None:
            return None
        places = ((*loc, "from", won), (*loc, "from"), (*loc, "const"), loc)
        return next((self.marks.values[place] for place in places if place in self.marks.values), None)


def _text(rule: FieldRule, found: Sequence[Found | None]) -> str | None:
    """The text that the rule goes on with."""
    if rule.const is not None:
        return rule.const
    texts = [one.text for one in found if one is not None]
    if rule.join is not None:
        return rule.join.join(texts) or None
    return texts[0] if texts else None


def _steps(rule: FieldRule, text: str | None, one: Map) -> Iterator[str]:
    """What is done to the text, in words; steps that change nothing are left out."""
    if rule.join is not None and len(rule.from_) > 1:
        yield f"joined by {rule.join!r}"
    for step in rule.clean:
        after = clean(pa.array([text], pa.string()), step.function, step.argument)[0].as_py()
        if after != text:
            yield f"{step.function}{f' {step.argument!r}' if step.argument is not None else ''} → {after!r}"
        text = after
    if text is None and rule.default is not None:
        text = rule.default
        yield f"default {text!r}"
    if rule.lookup is not None and text is not None:
        meant = one.codes[rule.lookup].get(text)
        if meant is None:
            yield f"{text!r} is not in {rule.lookup}" + (f": {rule.unknown!r}" if rule.unknown is not None else "")
        else:
            yield f"{rule.lookup}: {text!r} means {meant!r}"
    if rule.as_ != "text":
        yield f"as {rule.as_}" + (f" {' or '.join(rule.form)}" if rule.form else "")


def _worked_out(name: str, rule: FieldRule, text: str | None, one: Map, currency: str | None) -> Any:
    """The value that follows from the text, by the rule's own steps."""
    rules = one.rules
    reads = rules.reads
    marks = reads.decimal if rules.standard in TABLES else DECIMAL_MARKS.get(rules.standard, ".")
    source = OneText(text, marks, reads.thousands if rules.standard in TABLES else "")
    plain = FieldRule.model_validate(
        rule.model_dump(by_alias=True) | {"from": ("text",), "const": None, "join": None, "only": (), "skip": ()}
    )
    done = evaluate(name, plain, source, one.codes, pa.array([currency], pa.string()))
    return (done.raw if name == "unit" else done.values)[0].as_py()


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
    return [_times(one, factor) if one.name == "quantity" else one for one in fields]


def _times(quantity: TracedField, factor: int | None) -> TracedField:
    if quantity.worked_out is None or factor is None:
        return replace(quantity, worked_out=None)
    steps = (*quantity.steps, f"times {factor}") if factor != 1 else quantity.steps
    return replace(quantity, steps=steps, worked_out=quantity.worked_out * factor)
