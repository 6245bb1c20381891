"""Open this when a stated reference does not exist: in which field it may belong, and which sale's was meant.

A reference that no sale of the retailer has may stand in the wrong field, or be written wrongly. Only the references of
sales of the same item, made by the day of the return, are candidates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.steps.split.index import DELIVERY_NOTE, INVOICE, PO, SalesIndex
from pipelines.steps.split.machine import Machine, machine_for
from pipelines.steps.split.repairs import in_words, repair
from pipelines.steps.split.signs import may_resemble, signs_of
from pipelines.steps.split.texts import NOT_STATED, Codes, Ints, Vocabulary

Mask = npt.NDArray[np.bool_]
# Fields of a claim; what they name, the column of sales that has it, and the column of claims that a repair fills.
FIELDS = {
    "po_number": ("order", "po", "repaired_po"),
    "invoice_number": ("invoice", "invoice", "repaired_invoice"),
    "delivery_note": ("delivery note", "delivery_note", "repaired_note"),
}
_MANY = 8  # of so many texts one is looked at: then all of them are worth keeping
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

    def note(self, name: str, row: int, column: str, code: int, words: str) -> None:
        """A field of a row leads to this reference; an earlier field's repair to the same kind stays."""
        self.fields[name][row] = True
        if self.columns[column][row] == NOT_STATED:
            self.columns[column][row] = code
            self.words[row] = f"{self.words[row]}; {words}" if row in self.words else words


def repaired(stated: Stated, index: SalesIndex, first: Ints, last: Ints) -> Repaired:
    """Where the lost references of claims lead. A claim's eligible sales are ``first`` to ``last``."""
    rows = len(first)
    columns = {column: np.full(rows, NOT_STATED, np.int32) for _, _, column in FIELDS.values()}
    found = Repaired(columns, fields={name: np.zeros(rows, np.bool_) for name in FIELDS})
    for name, lost in stated.lost.items():
        if len(lost.rows):
            _find_in_other_field(name, lost, stated, index, found)
            still = np.flatnonzero(~found.of(name)[lost.rows] & (first < last)[lost.rows])
            if len(still):
                lost = Lost(lost.rows[still], lost.texts.take(pa.array(still)))
                _find_as_mistake(name, lost, stated, index, first, last, found)
    return found


def _find_in_other_field(name: str, lost: Lost, stated: Stated, index: SalesIndex, found: Repaired) -> None:
    """An invoice's number in the field of the order, and the like."""
    field_of = FIELDS[name][0]
    for other, (what, column, fills) in FIELDS.items():
        if other != name:
            codes = getattr(index.words, column).codes_of(stated.retailers[lost.rows], lost.texts)
            for row, code in zip(lost.rows[codes >= 0].tolist(), codes[codes >= 0].tolist(), strict=True):
                found.note(name, row, fills, code, f"the field of the {field_of} holds the number of the {what}")


def _find_as_mistake(
    name: str, lost: Lost, stated: Stated, index: SalesIndex, first: Ints, last: Ints, found: Repaired
) -> None:
    """One error in writing that explains what is stated."""
    starts, kind, code, texts = _candidates(lost, index, first, last)
    stores = stated.store.take(pa.array(lost.rows))
    repairs = repair(lost.texts, stores, starts, texts)
    for at in np.flatnonzero(repairs.choice >= 0).tolist():
        chosen = int(repairs.choice[at])
        what, _, fills = list(FIELDS.values())[kind[chosen]]
        said, meant = lost.texts[at].as_py(), texts[chosen].as_py()
        how = in_words(int(repairs.how[at]), said, f"{what} {meant}", stores[at].as_py())
        found.note(name, int(lost.rows[at]), fills, int(code[chosen]), how)


def _candidates(lost: Lost, index: SalesIndex, first: Ints, last: Ints) -> tuple[Ints, Ints, Ints, pa.Array]:
    """The distinct references of these rows' own sales that what is lost may resemble.

    Where each row's begin, their kinds, numbers and texts.
    """
    machine, rows = machine_for(int((last - first)[lost.rows].sum())), lost.rows
    kinds_of = [_of_kind(machine, lost, index, column, first, last) for _, column, _ in FIELDS.values()]
    counts = np.stack([np.diff(starts) for starts, _ in kinds_of])
    codes = np.concatenate([each for _, each in kinds_of])
    texts = pa.concat_arrays(
        [
            getattr(index.words, column).texts.take(pa.array(each))
            for (_, column, _), (_, each) in zip(FIELDS.values(), kinds_of, strict=True)
        ]
    )
    kinds = np.repeat(np.arange(len(FIELDS)), counts.sum(axis=1))
    of_row = np.concatenate([np.repeat(np.arange(len(rows)), each) for each in counts])
    order = np.argsort(of_row, kind="stable")
    begins = np.concatenate(([0], np.cumsum(counts.sum(axis=0))))
    return begins, kinds[order], codes[order], texts.take(pa.array(order))


def _of_kind(
    machine: Machine, lost: Lost, index: SalesIndex, column: str, first: Ints, last: Ints
) -> tuple[Ints, Ints]:
    """The references of one kind: where each row's begin, and which they are."""
    vocabulary: Vocabulary = getattr(index.words, column)
    starts = np.zeros(len(lost.rows) + 1, np.int64)
    found = np.zeros(int((last - first)[lost.rows].sum()), np.int64)
    seen, base = vocabulary.marks(len(lost.rows))
    given = (lost.rows, first, last, index.sales.codes[_ROWS[column]], seen)
    found = found[: machine.gather(*given, base, starts, found)]
    stated = np.repeat(signs_of(lost.texts, stated=True), np.diff(starts))
    worth = may_resemble(stated, _signs_of(vocabulary, found))
    return np.concatenate(([0], np.cumsum(worth)))[starts], found[worth]


def _signs_of(vocabulary: Vocabulary, codes: Ints) -> Ints:
    """The signs of these texts; where they are many, those of all texts are kept."""
    if vocabulary.signs is None and _MANY * len(codes) < len(vocabulary):
        distinct, which = np.unique(codes, return_inverse=True)
        return signs_of(vocabulary.texts.take(pa.array(distinct)))[which]
    if vocabulary.signs is None:
        vocabulary.signs = signs_of(vocabulary.texts)
    return vocabulary.signs[codes]
