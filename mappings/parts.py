"""Open this when a receipt line becomes several canonical lines: a counted quantity split by condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints, Mask
from mappings.fields import Codes, Evaluated, Faults, Source, evaluate
from mappings.functions import Reading, convert, strip
from schemas.rules import Part


class Splittable(Source, Protocol):
    """A source whose rows have segments below them."""

    def below(self, tag: str) -> tuple[Ints, Ints]:
        """The segments of this tag in the rows, and the row of each."""
        ...

    def picked(self, rows: Ints, tag: str = "", own: Ints | None = None) -> Source:
        """These rows as a source of their own; paths of ``tag`` look at each row's own segment alone."""
        ...


@dataclass(frozen=True, slots=True)
class Split:
    """The canonical lines that come of a source's rows, in order: each one's row, quantity and condition."""

    rows: Ints
    quantity: Evaluated
    condition: Evaluated


@dataclass(frozen=True, slots=True)
class _Counted:
    """The lines that one part gives: their rows, and the quantity as text with its place."""

    rows: Ints
    quantity: Column
    condition: Evaluated
    doubtful: frozenset[int] = frozenset()  # rows whose parts do not add up to the whole


def split(parts: Sequence[Part], source: Splittable, codes: Codes) -> Split:
    """Every part of every row; a row without any part stays one line without quantity or condition."""
    counted = {number: _counted(part, source, codes) for number, part in enumerate(parts) if part.rest_of is None}
    taken = list(counted.values())
    for number, part in enumerate(parts):
        if part.rest_of is not None:
            counted[number] = _rest(part, source, codes, taken)
    groups = [counted[number] for number in range(len(parts))]
    bare = np.setdiff1d(np.arange(source.size), np.concatenate([group.rows for group in groups]))
    nothing = Evaluated(pa.nulls(len(bare), pa.string()), Column.nothing(len(bare)))
    return _in_order([*groups, _Counted(bare, Column.nothing(len(bare)), nothing)], source)


def _counted(part: Part, source: Splittable, codes: Codes) -> _Counted:
    """The lines of a part that names its own quantity."""
    rows, own = np.arange(source.size), None
    if part.each is not None:
        own, rows = source.below(part.each)
    picked = source.picked(rows, part.each or "", own)
    quantity = picked.column(part.quantity or "")
    there = _text_there(quantity)
    for path, allowed in part.where.items():
        there &= pc.fill_null(pc.is_in(picked.column(path).text, pa.array(allowed)), False).to_numpy(
            zero_copy_only=False
        )
    kept = np.flatnonzero(there)
    mine = source.picked(rows[kept], part.each or "", None if own is None else own[kept])
    return _Counted(rows[kept], quantity.take(kept), evaluate("condition", part.condition, mine, codes))


def _rest(part: Part, source: Splittable, codes: Codes, taken: Sequence[_Counted]) -> _Counted:
    """What is left of the whole after the parts. A rest that cannot be worked out is told in words: no number."""
    whole = source.column(part.rest_of or "")
    total = _numbers(whole.text, source)
    less, unclear = np.zeros(source.size, dtype=np.int64), np.zeros(source.size, dtype=bool)
    for group in taken:
        units = _numbers(group.quantity.text, source)
        np.add.at(less, group.rows, np.maximum(units, 0))
        unclear[group.rows[units < 0]] = True
    rest = total - less
    clear = (total >= 0) & ~unclear & (rest >= 0)
    rows = np.flatnonzero(_text_there(whole) & ~(clear & (rest == 0)))
    untouched = clear & (less == 0)
    texts = [
        whole.text[int(row)].as_py() if untouched[row] or total[row] < 0 else _told(row, total, less, clear, unclear)
        for row in rows.tolist()
    ]
    quantity = Column.of_text(pa.array(texts, pa.string()), whole.start[rows], whole.end[rows])
    doubtful = frozenset(np.flatnonzero(_text_there(whole) & ~clear).tolist())
    return _Counted(rows, quantity, evaluate("condition", part.condition, source.picked(rows), codes), doubtful)


def _told(row: int, total: Ints, less: Ints, clear: Mask, unclear: Mask) -> str:
    if clear[row]:
        return str(total[row] - less[row])
    return f"{total[row]} less {'an unreadable part' if unclear[row] else less[row]}"


def _numbers(text: pa.Array, source: Source) -> Ints:
    """Whole numbers, -1 where there is none; zero counts as a number."""
    plain = strip(text)
    units, _ = convert(plain, "units", Reading(source.decimal_marks, source.thousands_mark))
    zero = pc.fill_null(pc.match_substring_regex(plain, r"^0+([.,]0*)?$"), False)
    return np.asarray(pc.fill_null(pc.if_else(zero, 0, units), -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _text_there(column: Column) -> Mask:
    there = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column.text)), 0)
    return np.asarray(pc.fill_null(there, False).to_numpy(zero_copy_only=False), dtype=bool)


def _in_order(groups: Sequence[_Counted], source: Source) -> Split:
    """The parts' lines side by side, by row, then in the order in which the mapping names the parts."""
    rows = np.concatenate([group.rows for group in groups]).astype(np.int64)
    number = np.repeat(np.arange(len(groups)), [len(group.rows) for group in groups])
    order = np.lexsort((np.arange(len(rows)), number, rows))
    to = np.empty(len(rows), dtype=np.int64)
    to[order] = np.arange(len(rows))
    starts = np.cumsum([0, *(len(group.rows) for group in groups)])
    shifted = [
        fault.moved(to[starts[at] : starts[at + 1]])
        for at, group in enumerate(groups)
        for fault in group.condition.faults
    ]
    take = pa.array(order)
    values = pa.concat_arrays([group.condition.values for group in groups]).take(take)
    raw = pa.concat_arrays([group.condition.raw for group in groups]).take(take)
    return Split(rows[order], _quantity(groups, order, source), Evaluated.of_text(values, raw, shifted))


def _quantity(groups: Sequence[_Counted], order: Ints, source: Source) -> Evaluated:
    """The parts' quantities. Parts that do not add up to their whole are all held: nobody knows which one is wrong."""
    raw = strip(pa.concat_arrays([group.quantity.text for group in groups]).take(pa.array(order)))
    start = np.concatenate([group.quantity.start for group in groups])[order]
    end = np.concatenate([group.quantity.end for group in groups])[order]
    rows = np.concatenate([group.rows for group in groups])[order]
    values, unreadable = convert(raw, "units", Reading(source.decimal_marks, source.thousands_mark))
    bad = unreadable.to_numpy(zero_copy_only=False)
    doubtful = np.isin(rows, sorted({row for group in groups for row in group.doubtful})) & ~bad
    held = np.flatnonzero(bad | doubtful)
    faults = []
    if len(held):
        why = np.where(doubtful[held], " is a part of a whole that does not add up", "")
        texts = raw.take(pa.array(held)).to_pylist()
        told = pa.array([f"quantity: {one!r}{because}" for one, because in zip(texts, why.tolist(), strict=True)])
        nowhere = pa.repeat("", len(held))
        faults = [Faults("quantity", "FIELD-BAD-NUMBER", held, told, start[held], end[held], nowhere)]
    return Evaluated.of_text(pc.if_else(pa.array(doubtful), pa.scalar(None, pa.int64()), values), raw, faults)
