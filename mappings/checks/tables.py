"""Open this when a mapping for tables is refused: what it must claim, how it is read, and which columns it may name."""

import re
from collections.abc import Iterator

from pydantic import ValidationError

from mappings.advice import advised
from mappings.formats.fixed_width import span_of
from mappings.formats.workbook import place_of
from mappings.marks import Loc, unknown_name
from mappings.messages.paths import PSEUDO
from mappings.tables.reading import dialect_of, known_columns
from schemas.rules import Rules


def claims(rules: Rules) -> Iterator[tuple[Loc, str]]:
    """A table with a header is claimed by its columns; every row of it, or of one kind of record, is a line."""
    has_header = rules.standard != "fixed" and rules.reads.header_row and not rules.reads.records
    if has_header and not rules.claims.columns:
        yield ("claims",), "a table is claimed by its columns. Next: add `columns: [...]`."
    if not has_header and rules.claims.columns:
        yield ("claims", "columns"), "this table has no header to claim it by. Next: take `columns` away."
    if not has_header and not known_columns(rules):
        yield ("reads",), f"nothing names the columns. Next: add `{_naming(rules)}`."
    if rules.reads.records:
        yield from _records(rules)
    elif rules.lines.each != "row":
        yield ("lines", "each"), "in a table every row is a line. Next: write `row`."
    yield from _reads(rules)


def _naming(rules: Rules) -> str:
    return "columns: {name: 1-10}" if rules.standard == "fixed" else "names: [...]"


def _records(rules: Rules) -> Iterator[tuple[Loc, str]]:
    records = rules.reads.records
    if rules.standard == "workbook":
        yield ("reads", "records"), "a workbook has one kind of row. Next: take `records` away."
    if rules.lines.each not in records:
        yield ("lines", "each"), unknown_name(rules.lines.each, records, "record")
    for name, one in records.items():
        if isinstance(one.columns, dict) != (rules.standard == "fixed"):
            wanted = "{name: 1-10}" if rules.standard == "fixed" else "[name, ...]"
            yield ("reads", "records", name, "columns"), f"columns are written `{wanted}` here. Next: write them so."
        if not one.columns:
            yield ("reads", "records", name, "columns"), "the record has no columns. Next: name them."


def _reads(rules: Rules) -> Iterator[tuple[Loc, str]]:
    for loc, written in _spans(rules):
        try:
            span_of(written)
        except ValueError as fault:
            yield loc, f"{fault}. Next: correct it."
    for name, written in rules.reads.cells.items():
        try:
            place_of(written)
        except ValueError as fault:
            yield ("reads", "cells", name), f"{fault}. Next: correct it."
    if rules.reads.ends is not None:
        try:
            re.compile(rules.reads.ends)
        except re.error as fault:
            yield ("reads", "ends"), f"`{rules.reads.ends}` is no pattern: {fault}. Next: correct it."
    try:
        dialect_of(rules)
    except ValidationError as fault:
        first = fault.errors()[0]
        yield ("reads", *first["loc"]), advised(first["msg"].removeprefix("Value error, "))


def _spans(rules: Rules) -> Iterator[tuple[Loc, str]]:
    if rules.standard != "fixed":
        return
    for name, written in rules.reads.columns.items():
        yield ("reads", "columns", name), written
    for record, one in rules.reads.records.items():
        if isinstance(one.columns, dict):
            for name, written in one.columns.items():
                yield ("reads", "records", record, "columns", name), written


def path(rules: Rules, loc: Loc, written: str) -> Iterator[tuple[Loc, str]]:
    """A path is a known column, so that its absence is found before the table is read."""
    known = known_columns(rules)
    if written not in known and written.removeprefix("@") not in PSEUDO:
        yield loc, unknown_name(written, known, "claimed column" if rules.claims.columns else "column")
