"""Open this when a field has another value than you expect: how a field rule becomes a column of values and faults.

The steps of ``schemas.rules.FieldRule`` in their order, each on the whole column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints
from mappings.functions import FAULT_CODES, Reading, clean, convert, each_distinct, nothing_for_empty
from schemas.rules import FieldRule

Codes = Mapping[str, Mapping[str, str]]


class Source(Protocol):
    """Where the paths of a mapping find their values: rows of one kind, each with a place."""

    @property
    def size(self) -> int:
        """How many rows."""
        ...

    @property
    def decimal_marks(self) -> str:
        """What may stand before decimals."""
        ...

    @property
    def thousands_mark(self) -> str:
        """What may stand before three digits of a number; empty: nothing."""
        ...

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """What the path finds for each row: the first value that `only` names, or that `skip` does not name."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding of one field in one row, before it has a document. ``start`` is -1 where there is no value."""

    row: int
    field: str
    code: str
    detail: str
    start: int = -1
    end: int = -1
    path: str = ""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A field's column: its values, the text found (cleaned, before default and lookup), and its faults."""

    values: pa.Array
    raw: pa.Array
    faults: list[Fault]


def evaluate(name: str, rule: FieldRule, source: Source, codes: Codes, currency: pa.Array | None = None) -> Evaluated:
    """The field ``name`` for every row of the source; ``currency`` is each row's, for amounts."""
    found, which = _found(rule, source)
    raw = found.text
    for step in rule.clean:
        raw = clean(raw, step.function, step.argument)
    text = pc.fill_null(raw, rule.default) if rule.default is not None else raw
    faults: list[Fault] = []
    if rule.lookup is not None:
        meant = each_distinct(text, codes[rule.lookup].get)
        unknown = pc.and_(text.is_valid(), meant.is_null())
        faults += _faults(name, rule, unknown, "FIELD-UNKNOWN-CODE", text, found, which, f" is not in {rule.lookup}")
        text = meant if rule.unknown is None else pc.if_else(unknown, rule.unknown, meant)
    reading = Reading(source.decimal_marks, source.thousands_mark, rule.form, currency)
    values, bad = convert(text, rule.as_, reading)
    if rule.as_ != "text":
        faults += _faults(name, rule, bad, FAULT_CODES[rule.as_], text, found, which, "")
    return Evaluated(values, raw, faults)


def _found(rule: FieldRule, source: Source) -> tuple[Column, Ints]:
    """The text of each row before any change, and by which of the rule's paths it was found."""
    if rule.const is not None:
        column = Column.nothing(source.size)
        return Column.of_text(pa.array([rule.const] * source.size, pa.string()), column.start, column.end), column.start
    columns = (source.column(path, rule.only, rule.skip) for path in rule.from_)
    return _joined(list(columns), rule.join) if rule.join is not None else _first(columns)


def _first(columns: Iterator[Column]) -> tuple[Column, Ints]:
    """The first text of each row that is not blank. Columns are looked up only as long as a row has none."""
    first = next(columns)
    text, start, end = nothing_for_blank(first.text), first.start, first.end
    which = np.zeros(len(start), dtype=np.int64)
    for number, other in enumerate(columns, start=1):
        filling = nothing_for_blank(other.text)
        if filling.null_count == len(filling):
            continue
        fills = pc.and_(text.is_null(), filling.is_valid()).to_numpy(zero_copy_only=False)
        text = pc.coalesce(text, filling)
        start, end = np.where(fills, other.start, start), np.where(fills, other.end, end)
        which = np.where(fills, number, which)
        if not text.null_count:
            break
    return Column.of_text(text, start, end), which


def _joined(columns: list[Column], by: str) -> tuple[Column, Ints]:
    """The texts of each row that are there, joined; its place is that of the first column."""
    texts = [nothing_for_blank(column.text) for column in columns]
    text = pc.binary_join_element_wise(*texts, by, null_handling="skip")
    first = columns[0]
    return Column.of_text(nothing_for_empty(text), first.start, first.end), np.zeros(len(first.start), dtype=np.int64)


def nothing_for_blank(column: pa.Array) -> pa.Array:
    """The column with null for text that is empty or all blanks."""
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), pa.scalar(None, pa.string()), column)


def _faults(
    name: str, rule: FieldRule, where: pa.Array, code: str, text: pa.Array, found: Column, which: Ints, why: str
) -> list[Fault]:
    """One fault for each row that is marked."""
    rows = np.flatnonzero(pc.fill_null(where, False).to_numpy(zero_copy_only=False))
    return [
        Fault(
            int(row),
            name,
            code,
            f"{name}: {text[int(row)].as_py()!r}{why}",
            int(found.start[row]),
            int(found.end[row]),
            rule.from_[int(which[row])] if rule.from_ else "",
        )
        for row in rows
    ]
