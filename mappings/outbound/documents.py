"""Open this when a document that we write says something else than its outbound map: rows become documents.

All documents of a batch go through the map at once, field by field, as files do in the other direction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from mappings.fields import Evaluated, Faults, evaluate
from mappings.layouts import Document, Layout
from mappings.layouts.layout import Body, Field
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.holes import Way, first_hole, holes_in, loop_in, put, way
from mappings.outbound.rows import Rows
from mappings.outbound.values import Fit, to_value
from schemas.outbound import OUTBOUND, OutboundKind
from schemas.rules import FieldRule

Tables = Mapping[str, pa.Table]  # the rows of each section: document, lines, taxes


@dataclass(slots=True)
class Made:
    """A document, and what is wrong with it: a fault means that it cannot be written."""

    document: Document = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def tables_of(kind: OutboundKind, documents: Sequence[Mapping[str, Any]]) -> dict[str, pa.Table]:
    """Rows from plain documents: their own columns, and a list of rows for each section beside them."""
    shapes = OUTBOUND[kind]
    tables = {}
    for section, shape in shapes.items():
        rows = [
            {"document": number, **row}
            for number, one in enumerate(documents)
            for row in ([one] if section == "document" else one.get(section, ()))
        ]
        tables[section] = pa.Table.from_pylist(rows, schema=shape)
    return tables


def documents_of(one: OutboundMap, layout: Layout, tables: Tables, fits: Sequence[Fit]) -> list[Made]:
    """A document of the layout for each row of `document`; ``fits`` says for each how its texts are written."""
    made = [Made() for _ in range(tables["document"].num_rows)]
    for section, (each, fields) in one.rules.sections().items():
        source = Rows(tables[section], tables["document"])
        owner = source.table["document"].to_pylist()
        items = _items(made, each, owner)
        body = _body(layout.body, each)
        for name, rule in fields.items():
            at = way(name)
            hole, first = _hole(body, at)
            found = evaluate(name, rule, source, one.writing_codes)
            _note_faults(made, owner, rule, found)
            for row, given in enumerate(found.values.to_pylist()):
                if given is not None:
                    _fill(made[owner[row]], items[row], (at, first, hole), given, fits[owner[row]])
    return made


def _fill(made: Made, item: Document, place: tuple[Way, tuple[str | None, ...], Field], given: Any, fit: Fit) -> None:
    at, first, hole = place
    try:
        value = to_value(hole, given, fit)
    except ValueError as fault:
        made.faults.append(f"{at.hole}: {fault}")
        return
    if value is not None:
        put(item, at, first, value)


def _items(made: Sequence[Made], each: str, owner: Sequence[int]) -> list[Document]:
    """For each row the dict that its fields go into: its document, or a new item of the loop."""
    if not each:
        return [made[number].document for number in owner]
    *outer, inner = each.split(".")
    items: list[Document] = []
    for number in owner:
        scope = made[number].document
        for name in outer:
            scope = scope.setdefault(name, [{}])[0]
        items.append({})
        scope.setdefault(inner, []).append(items[-1])
    return items


def _body(body: Body, each: str) -> Body:
    for name in each.split(".") if each else ():
        loop = loop_in(body, name)
        assert loop is not None  # it was checked when the map was loaded
        body = loop.body
    return body


def _hole(body: Body, at: Way) -> tuple[Field, tuple[str | None, ...]]:
    """The hole at the end of the way, and the first hole of each loop on it."""
    first = []
    for name, _ in at.loops:
        loop = loop_in(body, name)
        assert loop is not None
        telling = first_hole(loop)
        first.append(telling.name if telling else None)
        body = loop.body
    return holes_in(body)[at.hole], tuple(first)


def _note_faults(made: Sequence[Made], owner: Sequence[int], rule: FieldRule, found: Evaluated) -> None:
    for fault in faults_of(rule, found.faults):
        for row, detail in zip(fault.rows.tolist(), fault.detail.to_pylist(), strict=True):
            made[owner[row]].faults.append(detail)


def faults_of(rule: FieldRule, found: Sequence[Faults]) -> Iterator[Faults]:
    """What is wrong; a word of ours that a list does not have is not, where the rule says what stands for it."""
    says = any(one.unknown is not None for one in rule.with_others())
    yield from (fault for fault in found if not (says and fault.code == "FIELD-UNKNOWN-CODE"))


def cells_of(one: OutboundMap, tables: Tables) -> list[tuple[list[str], list[list[str]], list[str]]]:
    """For each document of a table: the cells above it, its rows, and what is wrong with it."""
    csv = one.rules.writes.csv
    assert csv is not None
    made = [Made() for _ in range(tables["document"].num_rows)]
    cells: dict[str, list[list[str]]] = {}
    for section, (_, fields) in one.rules.sections().items():
        source = Rows(tables[section], tables["document"])
        owner = source.table["document"].to_pylist()
        columns = []
        for name in csv.above if section == "document" else csv.columns:
            found = evaluate(name, fields[name], source, one.writing_codes)
            _note_faults(made, owner, fields[name], found)
            columns.append(["" if value is None else str(value) for value in found.values.to_pylist()])
        rows = zip(*columns, strict=True) if columns else (() for _ in owner)
        cells[section] = [list(row) for row in rows]
    owner_of_lines = np.asarray(tables["lines"]["document"].to_numpy())
    lines = cells.get("lines", [])
    return [
        (cells["document"][number], [lines[at] for at in np.flatnonzero(owner_of_lines == number)], made[number].faults)
        for number in range(len(made))
    ]
