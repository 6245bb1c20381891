"""Open this when a field has another value than you expect: how a field rule becomes a column of values and faults.

The steps of ``schemas.rules.FieldRule`` in their order, each on the whole column. Where a value's bytes are its text
and nothing but blanks is cleaned, it is converted from the bytes; text is made only where somebody wants it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints, Mask
from mappings.functions.cleaning import clean
from mappings.functions.distinct import nothing_for_empty, words_of
from mappings.functions.from_bytes import convert_bytes
from mappings.functions.values import FAULT_CODES, Reading, calculated, convert
from schemas.rules import GIVES, Clean, FieldRule

Codes = Mapping[str, Mapping[str, str]]

_STRIP = (Clean(function="strip"),)
_OF_ROWS = ("money",)  # conversions that look at each row's currency, too


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


@dataclass(frozen=True, eq=False)
class Faults:
    """Findings of one code in one field, row by row, as columns of what a ``Fault`` has."""

    field: str
    code: str
    rows: Ints
    detail: pa.Array
    start: Ints
    end: Ints
    path: pa.Array

    @staticmethod
    def nowhere(name: str, code: str, rows: Ints, detail: str) -> "Faults":
        """Findings of rows that have no value: the same words for each."""
        none = np.full(len(rows), -1, dtype=np.int64)
        return Faults(name, code, rows, pa.repeat(detail, len(rows)), none, none, pa.repeat("", len(rows)))

    def moved(self, to: Ints) -> "Faults":
        """The same findings, of the rows that are elsewhere now."""
        return Faults(self.field, self.code, to[self.rows], self.detail, self.start, self.end, self.path)

    def where(self, mask: Mask) -> "Faults":
        """Those of the findings that are marked."""
        at = pa.array(np.flatnonzero(mask))
        return Faults(
            self.field, self.code, self.rows[mask], self.detail.take(at), self.start[mask], self.end[mask],
            self.path.take(at),
        )  # fmt: skip

    def each(self) -> Iterator[Fault]:
        """One by one."""
        columns = (self.rows.tolist(), self.detail.to_pylist(), self.start.tolist(), self.end.tolist())
        for row, detail, start, end, path in zip(*columns, self.path.to_pylist(), strict=True):
            yield Fault(row, self.field, self.code, detail, start, end, path)


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A field's column: its values, the text found (cleaned, before default and lookup), and its faults."""

    values: pa.Array
    text: Column
    faults: list[Faults] = field(default_factory=list)

    @cached_property
    def raw(self) -> pa.Array:
        """The text found, cleaned."""
        return self.text.text

    def where(self, holds: Mask) -> "Evaluated":
        """Nothing in rows where it does not hold."""
        mask = pa.array(holds)
        values = pc.if_else(mask, self.values, pa.scalar(None, self.values.type))
        raw = pc.if_else(mask, self.raw, pa.scalar(None, pa.string()))
        faults = [fault.where(holds[fault.rows]) for fault in self.faults]
        return Evaluated.of_text(values, raw, [fault for fault in faults if len(fault.rows)])

    def or_else(self, other: "Evaluated") -> "Evaluated":
        """The other's value in rows that have nothing, not even a text that is no value."""
        empty = np.asarray(
            pc.and_(self.values.is_null(), self.raw.is_null()).to_numpy(zero_copy_only=False), dtype=bool
        )
        mask, theirs = pa.array(empty), other.where(empty)
        values, raw = pc.if_else(mask, theirs.values, self.values), pc.if_else(mask, theirs.raw, self.raw)
        return Evaluated.of_text(values, raw, [*self.faults, *theirs.faults])

    @staticmethod
    def of_text(values: pa.Array, raw: pa.Array, faults: list[Faults]) -> "Evaluated":
        """A column whose text is at hand."""
        none = np.full(len(raw), -1, dtype=np.int64)
        return Evaluated(values, Column.of_text(raw, none, none), faults)


def evaluate(name: str, rule: FieldRule, source: Source, codes: Codes, currency: pa.Array | None = None) -> Evaluated:
    """The field ``name`` for every row of the source; ``currency`` is each row's, for amounts."""
    done = _read(name, rule, source, codes, currency)
    for path in (*rule.times, *rule.plus, *rule.minus):
        number = _read(name, FieldRule.model_validate({"from": path, "as": rule.as_}), source, codes, currency)
        how = "times" if path in rule.times else "plus" if path in rule.plus else "minus"
        faults = [*done.faults, *number.faults]
        done = Evaluated(calculated(how, done.values, number.values, number.raw), done.text, faults)
    if rule.when:
        done = done.where(_holds(rule.when, source))
    if rule.otherwise is not None and done.values.null_count:
        done = done.or_else(evaluate(name, rule.otherwise, source, codes, currency))
    return done


def _holds(when: Mapping[str, Sequence[str]], source: Source) -> Mask:
    """Rows in which each path finds one of its values."""
    holds = np.ones(source.size, dtype=bool)
    for path, values in when.items():
        found = pc.is_in(source.column(path).trimmed().text, pa.array(values, pa.string()))
        holds &= found.to_numpy(zero_copy_only=False)
    return holds


def _read(name: str, rule: FieldRule, source: Source, codes: Codes, currency: pa.Array | None) -> Evaluated:
    """The field by this rule alone."""
    found, which = _found(rule, source)
    reading = Reading(source.decimal_marks, source.thousands_mark, rule.form)
    if found.spread_from is not None and rule.as_ not in _OF_ROWS:
        whole, rows = found.spread_from
        done = _of_column(name, rule, codes, reading, (whole, np.zeros(len(whole.start), dtype=np.int64)))
        if not done.faults:  # these are told of each row
            return Evaluated(done.values.take(pa.array(rows)), done.text.take(rows))
    return _of_column(name, rule, codes, replace(reading, currency=currency), (found, which))


def _of_column(name: str, rule: FieldRule, codes: Codes, reading: Reading, given: tuple[Column, Ints]) -> Evaluated:
    """What was found, cleaned and converted."""
    found, which = given
    if rule.default is None and not found.is_there.any():
        return Evaluated(pa.nulls(len(found.start), GIVES[rule.as_]), found)
    cleaned = _cleaned(rule, found)
    if rule.lookup is not None:
        return _looked_up(name, rule, codes[rule.lookup], reading, (found, cleaned, which))
    done = None
    if rule.default is None or cleaned.is_there.all():
        done = convert_bytes(cleaned, rule.as_, reading)
    if done is None:
        text = pc.fill_null(cleaned.text, rule.default) if rule.default is not None else cleaned.text
        done = convert(text, rule.as_, reading)
    else:
        text = None
    values, bad = done
    if rule.as_ == "text" or not pc.any(bad).as_py():
        return Evaluated(values, cleaned)
    told = _faults(name, rule, bad, FAULT_CODES[rule.as_], (cleaned.text if text is None else text, found, which), "")
    return Evaluated(values, cleaned, told)


def _looked_up(
    name: str, rule: FieldRule, list_: Mapping[str, str], reading: Reading, given: tuple[Column, Column, Ints]
) -> Evaluated:
    """Default, lookup and conversion: each distinct text is looked up once."""
    found, cleaned, which = given
    words, numbers = words_of(cleaned)
    if rule.default is not None and numbers.null_count:
        words, numbers = [*words, rule.default], pc.fill_null(numbers, pa.scalar(len(words), numbers.type))
    meant = [list_.get(word) for word in words]
    faults: list[Faults] = []
    if None in meant:
        unknown = pa.array([one is None for one in meant], pa.bool_()).take(numbers)
        texts, why = pa.array(words, pa.string()).take(numbers), f" is not in {rule.lookup}"
        faults += _faults(name, rule, unknown, "FIELD-UNKNOWN-CODE", (texts, found, which), why)
        meant = [rule.unknown if one is None else one for one in meant]
    if rule.as_ in _OF_ROWS:
        values, bad = convert(pa.array(meant, pa.string()).take(numbers), rule.as_, reading)
    else:
        values, bad = (one.take(numbers) for one in convert(pa.array(meant, pa.string()), rule.as_, reading))
    if rule.as_ != "text" and pc.any(bad).as_py():
        texts = pa.array(meant, pa.string()).take(numbers)
        faults += _faults(name, rule, bad, FAULT_CODES[rule.as_], (texts, found, which), "")
    return Evaluated(values, cleaned, faults)


def _cleaned(rule: FieldRule, found: Column) -> Column:
    """The text of each row after all of `clean:`. Nothing that is found has blanks at its ends."""
    if rule.clean == _STRIP:
        return found
    text = found.text
    for step in rule.clean:
        text = clean(text, step.function, step.argument)
    return Column.of_text(text, found.start, found.end)


def _found(rule: FieldRule, source: Source) -> tuple[Column, Ints]:
    """What each row has before any change, without blanks at its ends, and by which of the rule's paths."""
    which = np.zeros(source.size, dtype=np.int64)
    if rule.const is not None:
        return Column.constant(rule.const, source.size), which
    columns = (source.column(path, rule.only, rule.skip).trimmed() for path in rule.from_)
    if rule.join is not None:
        return _joined(list(columns), rule.join), which
    found = next(columns)
    for number, other in enumerate(columns, start=1):
        if not found.is_there.any():
            found, which = other, np.full(source.size, number, dtype=np.int64)
        elif other.is_there.any():
            found = found.filled(other, which, number)
        if found.is_there.all():
            break
    return found, which


def _joined(columns: list[Column], by: str) -> Column:
    """The texts of each row that are there, joined; its place is that of the first column."""
    there = np.logical_or.reduce([column.is_there for column in columns])
    rows = np.flatnonzero(there)
    # Arrow leaves a row out in which nothing is there, so only the others are joined.
    texts = (column.text.take(pa.array(rows)) for column in columns)
    joined = nothing_for_empty(pc.binary_join_element_wise(*texts, by, null_handling="skip"))
    text = joined.take(pa.array(np.cumsum(there) - 1, mask=~there))
    return Column.of_text(text, columns[0].start, columns[0].end, is_trimmed=True)


def _faults(
    name: str, rule: FieldRule, where: pa.Array, code: str, given: tuple[pa.Array, Column, Ints], why: str
) -> list[Faults]:
    """One fault for each row that is marked."""
    rows = np.flatnonzero(pc.fill_null(where, False).to_numpy(zero_copy_only=False))
    if not len(rows):
        return []
    text, found, which = given
    told = pa.array([f"{name}: {one!r}{why}" for one in text.take(pa.array(rows)).to_pylist()], pa.string())
    paths = pa.array(rule.from_ or ("",), pa.string()).take(pa.array(which[rows]))
    return [Faults(name, code, rows, told, found.start[rows], found.end[rows], paths)]
