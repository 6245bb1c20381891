"""Open this when you ask where a canonical value came from: its bytes, and the rule and the path that found them.

A trace has the engine's own sources of columns (``trace_sources``), and asks them for each path of a field's rule. The
values are those that the engine gives; what the rule makes of the texts that were found stands beside them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from mappings.catalog import Catalog, Map, PartnerFolder, marked_map
from mappings.engine import translate
from mappings.fields import Evaluated, Source, evaluate
from mappings.formats.segments import RawFile
from mappings.marks import Loc, Mark, Marked
from mappings.messages.paths import OF_FILE
from mappings.parts import Split, Splittable, split
from mappings.workbench.trace_rules import Ask, Asked, asks_of, quantity_path, rules_of
from mappings.workbench.trace_sources import Reading, Spot, readings
from mappings.workbench.trace_steps import steps_of
from schemas.rules import RENAMED, FieldRule, header_types

_REST = "less the other parts"


@dataclass(frozen=True, slots=True)
class Found:
    """What a path found: the text as the file means it, and where it stands.

    ``text`` is decoded, the bytes are as they are in the file: with escapes, entities and quotes. ``read`` is what was
    read, which is another text where a spreadsheet had damaged the cell, and None where nothing could be made of it.
    """

    path: str
    text: str
    read: str | None
    spot: Spot


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
        return next((number for number, one in enumerate(self.found) if one is not None and one.read is not None), None)


@dataclass(frozen=True)
class TracedRow:
    """A document (line 0) or a line of one. ``offset`` and ``length`` are its bytes in the file."""

    kind: str
    document: str
    number: str
    line_no: int
    by: Map
    offset: int
    length: int
    _tell: Callable[[], Sequence[TracedField]] = field(repr=False)

    @cached_property
    def fields(self) -> tuple[TracedField, ...]:
        """Its fields in the order of the mapping, told when they are first looked at."""
        return tuple(self._tell())


def trace(file: RawFile, partner: PartnerFolder, catalog: Catalog) -> list[TracedRow]:
    """Every row that the partner's mappings make of the file, document by document."""
    real = translate([file], partner, catalog)
    told = {one: teller for reading in readings([file], partner) for teller in [_Teller(reading)] for one in teller.ids}
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for table in real.lines.values():
        for row in table.to_pylist():
            lines.setdefault(row["document"], []).append(row)
    rows = []
    for document in real.documents.to_pylist():
        teller = told[document["document"]]
        rows.append(teller.header(document))
        rows += [teller.line(document["number"] or "", row) for row in lines.get(document["document"], ())]
    return rows


@dataclass(frozen=True)
class _Asked:
    """A source, with everything it was asked for so far: a column once for all its rows."""

    reading: Reading
    source: Source
    currency: pa.Array | None = None
    _found: dict[Asked, tuple[list[Any], ...]] = field(default_factory=dict)
    _done: dict[tuple[str, int | None], Evaluated] = field(default_factory=dict)

    def found(self, asked: Asked, row: int) -> Found | None:
        """What a path finds in this row; None where there is nothing at all."""
        path, only, skip = asked
        if asked not in self._found:
            column = self.source.column(path, only, skip).trimmed()
            written = self.reading.written(self.source, path)
            self._found[asked] = column.text.to_pylist(), column.start.tolist(), column.end.tolist(), list(written)
        read, start, end, old = (column[row] for column in self._found[asked])
        if read is None and old is None:
            return None
        is_of_file = start < 0 or path in OF_FILE
        spot = Spot(0, 0, "", is_whole=True) if is_of_file else self.reading.locate(self.source, row, path, start, end)
        return Found(path, read if old is None else old, read, spot)

    def evaluated(self, name: str, rule: FieldRule, level: int | None = None) -> Evaluated:
        """The field in all rows; with ``level`` by that one alone of the rules that give way to each other."""
        if (name, level) not in self._done:
            one = rule if level is None else rule.with_others()[level].model_copy(update={"otherwise": None})
            self._done[name, level] = evaluate(name, one, self.source, self.reading.one.codes, self.currency)
        return self._done[name, level]

    def level(self, name: str, rule: FieldRule, row: int) -> int:
        """Which rule gave the value: the first that has something, else the field's own."""
        for level in range(len(rule.with_others()) if rule.otherwise is not None else 0):
            done = self.evaluated(name, rule, level)
            if done.values[row].is_valid or done.raw[row].is_valid:
                return level
        return 0


@dataclass(frozen=True, slots=True)
class _Line:
    """A canonical line as a row of the sources: of all lines, and of the part that it was made of."""

    row: int
    part: int | None = None
    row_of_part: int = 0


class _Teller:
    """The rows of all documents that one mapping reads, told from what its sources find."""

    def __init__(self, reading: Reading) -> None:
        self.one, self._reading = reading.one, reading
        self._marks = marked_map(self.one.path) if self.one.path.is_file() else None
        self._headers = _Asked(reading, reading.headers)
        self.ids = {document: row for row, document in enumerate(reading.header_ids)}
        rules = self.one.rules.lines
        self._split = split(rules, reading.lines, self.one.codes) if rules.split else None
        source, ids = reading.lines, list(reading.line_ids)
        if self._split is not None:
            source, ids = source.picked(self._split.rows), [ids[row] for row in self._split.rows.tolist()]
        self._lines = _Asked(reading, source, self._currency(source))
        self._parts = [] if self._split is None else _parts(reading, self._split)
        self._at = _numbered(ids)

    def header(self, document: Mapping[str, Any]) -> TracedRow:
        """The document."""
        return self._row(document["number"] or "", 0, document, lambda: list(self._header(document)))

    def line(self, number: str, row: Mapping[str, Any]) -> TracedRow:
        """A line of the document of this number."""
        return self._row(number, row["line_no"], row, lambda: list(self._fields(row)))

    def _row(
        self, number: str, line_no: int, row: Mapping[str, Any], tell: Callable[[], Sequence[TracedField]]
    ) -> TracedRow:
        kind = self.one.rules.kind
        return TracedRow(kind, row["document"], number, line_no, self.one, row["offset"], row["length"], tell)

    def _header(self, document: Mapping[str, Any]) -> Iterator[TracedField]:
        """The document's own fields."""
        for name in header_types():
            rule = getattr(self.one.rules.document, name)
            if rule is not None:
                ruled = name, rule, ("document", name)
                yield self._field(self._headers, self.ids[document["document"]], ruled, document.get(name))

    def _fields(self, row: Mapping[str, Any]) -> Iterator[TracedField]:
        """A line's fields; those that a part of a split line gives come first."""
        line = self._line(self._at[row["document"], row["line_no"]])
        if line.part is not None:
            yield self._with_unit(self._quantity(line, row.get("units")), line)
        own = self.one.rules.lines.split[line.part].fields if line.part is not None else {}
        for name, rule, loc in rules_of(self.one.rules, line.part):
            asked, at = (self._parts[line.part or 0], line.row_of_part) if name in own else (self._lines, line.row)
            yield self._with_unit(self._field(asked, at, (name, rule, loc), _value(row, name)), line)

    def _line(self, row: int) -> _Line:
        """By which part a line was made."""
        if self._split is None or not self._split.groups:
            return _Line(row)
        at = int(self._split.order[row])
        for part, group in enumerate(self._split.groups[:-1]):
            if at < len(group.rows):
                return _Line(row, part, at)
            at -= len(group.rows)
        return _Line(row)

    def _currency(self, source: Source) -> pa.Array | None:
        """Of each line, for its amounts."""
        rule = self.one.rules.lines.fields.get("currency")
        return None if rule is None else evaluate("currency", rule, source, self.one.codes).values

    def _quantity(self, line: _Line, value: Any) -> TracedField:
        """The quantity of a split line: stated by its part, or what the other parts leave of the whole."""
        assert self._split is not None
        assert line.part is not None
        part = self.one.rules.lines.split[line.part]
        rule = FieldRule.model_validate({"from": (quantity_path(part),), "as": "units"})
        found = self._parts[line.part].found((quantity_path(part), (), ()), line.row_of_part)
        key, steps = "quantity", _read_as((found,))
        if part.quantity is None:
            key, steps = "rest_of", [f"{_REST} → {self._split.given['quantity'].raw[line.row].as_py()}"]
        worked_out = self._split.given["quantity"].values[line.row].as_py()
        mark = self._mark(("lines", "split", line.part), (key,))
        return TracedField("quantity", rule, value, (found,), tuple(steps), worked_out, mark)

    def _field(self, asked: _Asked, row: int, ruled: tuple[str, FieldRule, Loc], value: Any) -> TracedField:
        name, rule, loc = ruled
        level = asked.level(name, rule, row)
        chosen = rule.with_others()[level]
        found = {ask: one for ask in asks_of(rule) if ask.level == level and (one := asked.found(ask.asked, row))}
        own = tuple(found.get(ask) for ask in asks_of(rule) if ask.level == level and ask.key == "from")
        given = {ask.asked: one.read for ask, one in found.items() if one.read is not None}
        marks = asked.source.decimal_marks, asked.source.thousands_mark
        steps = steps_of(chosen, [one.read if one else None for one in own], given, self.one.codes, marks)
        done = asked.evaluated(name, rule)
        worked_out = (done.raw if name == "unit" else done.values)[row].as_py()
        mark = self._mark(loc, _won(found, level))
        first = _read_as(own, joined=chosen.join is not None)
        return TracedField(name, chosen, value, own, (*first, *steps), worked_out, mark)

    def _with_unit(self, one: TracedField, line: _Line) -> TracedField:
        """The quantity as the canonical row has it, in base units: times what its unit holds."""
        unit = self.one.rules.lines.fields.get("unit")
        if one.name != "quantity" or unit is None or unit.lookup is None:
            return one
        held = self._lines.evaluated("unit", unit).values[line.row].as_py()
        factor = None if held is None else int(held)
        worked_out = None if factor is None or one.worked_out is None else one.worked_out * factor
        steps = (*one.steps, f"times {factor}") if factor not in (None, 1) and one.worked_out is not None else one.steps
        return TracedField(one.name, one.rule, one.value, one.found, steps, worked_out, one.mark)

    def _mark(self, loc: Loc, inner: Loc) -> Mark | None:
        """Where the mapping writes the path that won, or the field."""
        marks: Marked | None = self._marks
        if marks is None:
            return None
        ways = [(*loc, *inner[:length]) for length in range(len(inner), -1, -1)]
        return next((marks.values[way] for way in ways if way in marks.values), None)


def _parts(reading: Reading, done: Split) -> list[_Asked]:
    """The lines of each part as a source of their own."""
    lines: Splittable = reading.lines
    return [_Asked(reading, lines.picked(group.rows, group.own)) for group in done.groups[:-1]]


def _numbered(ids: Sequence[str]) -> dict[tuple[str, int], int]:
    """The row of each line, by its document and its number from 1 there."""
    counts: dict[str, int] = {}
    rows = {}
    for row, document in enumerate(ids):
        counts[document] = counts.get(document, 0) + 1
        rows[document, counts[document]] = row
    return rows


def _read_as(found: Sequence[Found | None], *, joined: bool = False) -> list[str]:
    """What was read in the place of damaged cells: of the one that won, and of lost ones before it."""
    steps = []
    for one in found:
        if one is not None and one.read is None:
            steps.append("the damaged cell is not read")
        elif one is not None and one.read != one.text:
            steps.append(f"read as {one.read!r}")
        if one is not None and one.read is not None and not joined:
            break
    return steps


def _won(found: Mapping[Ask, Found], level: int) -> Loc:
    """The way from the field to the path that won; to the rule where none did."""
    won = (ask.loc for ask, one in found.items() if ask.key == "from" and one.read is not None)
    return next(won, ("otherwise",) * level)


def _value(row: Mapping[str, Any], name: str) -> Any:
    """What the canonical row has for this field of the mapping."""
    return row.get("unit_raw" if name == "unit" else RENAMED.get(name, name))
