"""Open this when a stated reference does not exist: in which field it may belong, and which sale's was meant.

A reference that no sale of the retailer has may stand in the wrong field, or be written wrongly. Only the references of
sales of the same item, made by the day of the return, are candidates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.candidates import AT_ONCE
from pipelines.steps.split.index import DAY, DELIVERY_NOTE, INVOICE, PO, SalesIndex
from pipelines.steps.split.machine import reach_for
from pipelines.steps.split.repairs import Machine, in_words, machine_for, repair, signs_of
from pipelines.steps.split.slots import bytes_of
from pipelines.steps.split.squeezed import signs_in
from pipelines.steps.split.texts import NOT_STATED, Codes, Ints, References

Mask = npt.NDArray[np.bool_]
# Fields of a claim; what they name, the column of sales that has it, and the column of claims that a repair fills.
FIELDS = {
    "po_number": ("order", "po", "repaired_po"),
    "invoice_number": ("invoice", "invoice", "repaired_invoice"),
    "delivery_note": ("delivery note", "delivery_note", "repaired_note"),
}
_REACH = np.dtype([("first", "i4"), ("last", "i4"), ("end", "i4")])
_ROWS = {"po": PO, "invoice": INVOICE, "delivery_note": DELIVERY_NOTE}


@dataclass(frozen=True, slots=True)
class Lost:
    """The rows of claims with a reference that no sale of their retailer has, and what it says, in plain form."""

    rows: Ints
    texts: pa.Array


@dataclass(frozen=True, slots=True)
class Stated:
    """What claims state: what is lost of ``FIELDS``, the columns for ``Wants``, and who states it where."""

    lost: Mapping[str, Lost]
    columns: dict[str, Codes]
    retailers: Codes
    store: pa.Array


@dataclass(frozen=True, slots=True)
class Repaired:
    """The columns of ``Wants`` that repairs fill, and in words how each claim's reference was repaired."""

    columns: dict[str, Codes]
    words: dict[int, str] = field(default_factory=dict)
    fields: dict[str, Mask] = field(default_factory=dict)

    def of(self, name: str) -> Mask:
        """Where this field led to a sale after all."""
        return self.fields[name]

    def note(self, name: str, rows: Ints, column: str, codes: Ints | Codes, words: pa.Array) -> None:
        """A field of these rows leads to these references; an earlier field's repair to the same kind stays."""
        self.fields[name][rows] = True
        new = self.columns[column][rows] == NOT_STATED
        self.columns[column][rows[new]] = codes[new]
        for row, told in zip(rows[new].tolist(), words.filter(new).to_pylist(), strict=True):
            self.words[row] = f"{self.words[row]}; {told}" if row in self.words else told


def note_reach(claim: Any, index: SalesIndex, groups: Codes, days: Codes) -> None:
    """Where the sales of each claim's group begin and end, and up to where they were made by its day (``last``)."""
    reach = (claim[name] for name in ("first", "last", "end"))
    reach_for(len(claim))(groups, days, index.first, index.sales.codes[DAY], *reach)


def repaired(stated: Stated, index: SalesIndex, groups: Codes, days: Codes) -> Repaired:
    """Where the lost references of claims lead."""
    rows = len(groups)
    columns = {column: np.full(rows, NOT_STATED, np.int32) for _, _, column in FIELDS.values()}
    found = Repaired(columns, fields={name: np.zeros(rows, np.bool_) for name in FIELDS})
    for name, lost in stated.lost.items():
        if len(lost.rows):
            _find_in_other_field(name, lost, stated, index, found)
            still = np.flatnonzero(~found.of(name)[lost.rows])
            reach = np.zeros(len(still), _REACH)
            note_reach(reach, index, groups[lost.rows[still]], days[lost.rows[still]])
            order = np.argsort(reach["first"])  # what is near in memory is compared in turn
            order = order[(reach["first"] < reach["last"])[order]]
            if len(order):
                lost = Lost(lost.rows[still[order]], lost.texts.take(pa.array(still[order])))
                _find_as_mistake(name, lost, stated, index, reach[order], found)
    return found


def _find_in_other_field(name: str, lost: Lost, stated: Stated, index: SalesIndex, found: Repaired) -> None:
    """An invoice's number in the field of the order, and the like."""
    field_of = FIELDS[name][0]
    for other, (what, column, fills) in FIELDS.items():
        if other != name:
            codes = getattr(index.words, column).codes_of(stated.retailers[lost.rows], lost.texts)
            led = np.flatnonzero(codes >= 0)
            words = pa.repeat(f"the field of the {field_of} holds the number of the {what}", len(led))
            found.note(name, lost.rows[led], fills, codes[led], words)


def _find_as_mistake(name: str, lost: Lost, stated: Stated, index: SalesIndex, reach: Any, found: Repaired) -> None:
    """One error in writing that explains what is stated."""
    starts, kind, code, texts = _candidates(lost, index, reach)
    stores = stated.store.take(pa.array(lost.rows))
    repairs = repair(lost.texts, stores, starts, texts)
    led = np.flatnonzero(repairs.choice >= 0)
    for which, (what, _, fills) in enumerate(FIELDS.values()):
        some = led[kind[repairs.choice[led]] == which]
        chosen = repairs.choice[some]
        meant = pc.binary_join_element_wise(what, texts.take(pa.array(chosen)), " ")
        said, store = (column.take(pa.array(some)) for column in (lost.texts, stores))
        found.note(name, lost.rows[some], fills, code[chosen], in_words(repairs.how[some], said, meant, store))


def _candidates(lost: Lost, index: SalesIndex, reach: Any) -> tuple[Ints, Ints, Ints, pa.Array]:
    """The distinct references of these rows' own sales that what is lost may resemble.

    Where each row's begin, their kinds, numbers and texts.
    """
    machine = machine_for(len(FIELDS) * int((reach["last"] - reach["first"]).sum()))
    signs = signs_of(lost.texts, machine)
    found = [_of_kind(machine, reach, signs, index, column) for _, column, _ in FIELDS.values()]
    texts = [
        getattr(index.words, column).texts.take(pa.array(codes))
        for (_, column, _), (_, codes) in zip(FIELDS.values(), found, strict=True)
    ]
    kinds = np.repeat(np.arange(len(FIELDS)), [len(codes) for _, codes in found])
    of_row, codes = (np.concatenate(some) for some in zip(*found, strict=True))
    order = np.argsort(of_row, kind="stable")
    begins = np.searchsorted(of_row[order], np.arange(len(lost.rows) + 1))
    return begins, kinds[order], codes[order], pa.concat_arrays(texts).take(pa.array(order))


def _of_kind(machine: Machine, reach: Any, signs: tuple[Any, Any], index: SalesIndex, column: str) -> tuple[Ints, Ints]:
    """The references of one kind: by which row each was found, and which they are."""
    vocabulary: References = getattr(index.words, column)
    if not len(vocabulary):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    given: tuple[Any, ...] = (reach["first"], reach["last"], *signs, index.sales.codes[_ROWS[column]])
    if machine.arrays:
        given = (*given, vocabulary.signs)
    else:
        given = (*(one.tolist() for one in given[:2]), *given[2:], _Signs(*bytes_of(vocabulary.texts)))
    room, row, count = len(reach) + 1024, 0, 0
    by, found = (np.zeros(room, np.int64) for _ in range(2))
    near = np.zeros(AT_ONCE, np.int64) if machine.arrays else [0] * AT_ONCE
    while True:
        row, count = machine.gather(*given, near, row, by, found, count)
        if row == len(reach):
            return by[:count], found[:count]
        by, found = (np.append(one, np.zeros_like(one)) for one in (by, found))


class _Signs(dict[int, int]):
    """The signs of references by their number, told where they are asked for."""

    def __init__(self, text: Any, starts: Any) -> None:
        super().__init__()
        self._text, self._starts = text.data, starts

    def __missing__(self, code: int) -> int:
        self[code] = told = signs_in(self._text, *self._starts[code : code + 2].tolist())
        return told
