"""Open this when a line becomes several canonical lines: a quantity split by condition, store, carton or reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints, Mask
from mappings.fields import Codes, Evaluated, Faults, Source, evaluate
from mappings.functions.cleaning import strip
from mappings.functions.values import Reading, convert
from schemas.rules import GIVES, FieldRule, Lines, Part, Repeat


class Splittable(Source, Protocol):
    """A source whose rows have segments, or elements of a tree, below them."""

    def below(self, tag: str, repeat: Repeat | None) -> tuple[Any, Ints]:
        """What is called so in the rows, as ``picked`` wants it and `take` gives parts of; and the row of each."""
        ...

    def picked(self, rows: Ints, own: Any = None) -> "Splittable":
        """These rows as a source of their own; its paths look at each row's ``own`` part alone."""
        ...


@dataclass(frozen=True, slots=True)
class Counted:
    """The lines that one part gives: their rows, the quantity as text with its place, and the fields of all parts.

    ``own`` is what is called as the part says in each of them, as ``picked`` wants it.
    """

    rows: Ints
    quantity: Column
    fields: Mapping[str, Evaluated] = field(default_factory=dict)
    doubtful: frozenset[int] = frozenset()  # rows whose parts do not add up to the whole
    own: Any = None


@dataclass(frozen=True, slots=True)
class Split:
    """The canonical lines that come of a source's rows, in order: each one's row, and the fields that parts give.

    ``groups`` are the lines of each part, and at the end those of no part; ``order`` says which of all these, one group
    behind the other, each line is. Where no row has a part there are none.
    """

    rows: Ints
    given: dict[str, Evaluated]
    groups: tuple[Counted, ...] = ()
    order: Ints = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class _Splitting:
    """A line's rules, and what they are applied to."""

    lines: Lines
    source: Splittable
    codes: Codes

    def rules(self) -> dict[str, FieldRule]:
        """The fields that some part has, each with one of its rules."""
        return {name: rule for part in self.lines.split for name, rule in part.fields.items()}

    def stays_whole(self, part: Part) -> bool:
        """Whether a row without other parts is left to the line's own rules, instead of being all rest."""
        return part.rest_of is None or (not part.fields and "quantity" in self.lines.fields)

    def fields(self, part: Part | None, rows: Ints, own: Any) -> dict[str, Evaluated]:
        """Those fields for the lines of a part (None: of no part): by its own rule, or else by the line's."""
        mine, whole = self.source.picked(rows, own), self.source.picked(rows)
        done = {}
        for name, rule in self.rules().items():
            if part is not None and name in part.fields:
                done[name] = evaluate(name, part.fields[name], mine, self.codes)
            elif name in self.lines.fields:
                done[name] = evaluate(name, self.lines.fields[name], whole, self.codes)
            else:
                done[name] = Evaluated(pa.nulls(len(rows), GIVES[rule.as_]), Column.nothing(len(rows)))
        return done


def split(lines: Lines, source: Splittable, codes: Codes) -> Split:
    """Every part of every row; a row without any part stays one line, with what the line itself says.

    So does one that would be all rest, where the line has a rule for its quantity and the rest no fields of its own;
    and one that has nothing but parts apart, beside these.
    """
    work = _Splitting(lines, source, codes)
    counted = {number: _counted(part, work) for number, part in enumerate(lines.split) if part.rest_of is None}
    if all(work.stays_whole(part) for part in lines.split) and not any(len(group.rows) for group in counted.values()):
        return Split(np.arange(source.size), {})
    taken = [group for number, group in counted.items() if not lines.split[number].apart]
    for number, part in enumerate(lines.split):
        if part.rest_of is not None:
            counted[number] = _rest(part, work, taken)
    groups = [counted[number] for number in range(len(lines.split))]
    of_line = [group.rows for group, part in zip(groups, lines.split, strict=True) if not part.apart]
    bare = np.setdiff1d(np.arange(source.size), np.concatenate([np.empty(0, np.int64), *of_line]))
    return _in_order([*groups, _bare(work, bare)], source)


def _bare(work: _Splitting, rows: Ints) -> Counted:
    """The rows without parts."""
    rule = work.lines.fields.get("quantity")
    quantity = Column.nothing(len(rows))
    if rule is not None:
        quantity = evaluate("quantity", rule, work.source.picked(rows), work.codes).text
    return Counted(rows, quantity, work.fields(None, rows, None))


def _counted(part: Part, work: _Splitting) -> Counted:
    """The lines of a part that names its own quantity."""
    rows, own = np.arange(work.source.size), None
    if part.each is not None:
        own, rows = work.source.below(part.each, part.repeat)
    picked = work.source.picked(rows, own)
    quantity = picked.column(part.quantity or "").trimmed()
    there = quantity.is_there
    for path, allowed in part.where.items():
        fits = pc.fill_null(pc.is_in(picked.column(path).text, pa.array(allowed)), False)
        there = there & fits.to_numpy(zero_copy_only=False)
    kept = np.flatnonzero(there)
    mine = None if own is None else own.take(kept)
    return Counted(rows[kept], quantity.take(kept), work.fields(part, rows[kept], mine), own=mine)


def _rest(part: Part, work: _Splitting, taken: Sequence[Counted]) -> Counted:
    """What is left of the whole after the parts. A rest that cannot be worked out is told in words: no number."""
    source = work.source
    whole = source.column(part.rest_of or "").trimmed()
    total = _numbers(whole.text, source)
    less, unclear = np.zeros(source.size, dtype=np.int64), np.zeros(source.size, dtype=bool)
    for group in taken:
        units = _numbers(group.quantity.text, source)
        np.add.at(less, group.rows, np.maximum(units, 0))
        unclear[group.rows[units < 0]] = True
    rest = total - less
    clear = (total >= 0) & ~unclear & (rest >= 0)
    there = whole.is_there
    if work.stays_whole(part):
        there = there & np.isin(
            np.arange(source.size), np.concatenate([np.empty(0, np.int64), *(group.rows for group in taken)])
        )
    rows = np.flatnonzero(there & ~(clear & (rest == 0)))
    untouched = clear & (less == 0)
    texts = [
        whole.text[int(row)].as_py() if untouched[row] or total[row] < 0 else _told(row, total, less, clear, unclear)
        for row in rows.tolist()
    ]
    quantity = Column.of_text(pa.array(texts, pa.string()), whole.start[rows], whole.end[rows])
    doubtful = frozenset(np.flatnonzero(whole.is_there & ~clear).tolist())
    return Counted(rows, quantity, work.fields(part, rows, None), doubtful)


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


def _in_order(groups: Sequence[Counted], source: Source) -> Split:
    """The parts' lines side by side, by row, then in the order in which the mapping names the parts."""
    rows = np.concatenate([group.rows for group in groups]).astype(np.int64)
    number = np.repeat(np.arange(len(groups)), [len(group.rows) for group in groups])
    order = np.lexsort((np.arange(len(rows)), number, rows))
    to = np.empty(len(rows), dtype=np.int64)
    to[order] = np.arange(len(rows))
    starts = np.cumsum([0, *(len(group.rows) for group in groups)])
    given = {"quantity": _quantity(groups, order, source)}
    for name in groups[0].fields:
        columns = [group.fields[name] for group in groups]
        moved = [
            fault.moved(to[starts[at] : starts[at + 1]]) for at, column in enumerate(columns) for fault in column.faults
        ]
        values, raw = (pa.concat_arrays(parts).take(pa.array(order)) for parts in _both(columns))
        given[name] = Evaluated.of_text(values, raw, moved)
    return Split(rows[order], given, tuple(groups), order)


def _both(columns: Sequence[Evaluated]) -> tuple[list[pa.Array], list[pa.Array]]:
    return [column.values for column in columns], [column.raw for column in columns]


def _quantity(groups: Sequence[Counted], order: Ints, source: Source) -> Evaluated:
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
