"""Open this when you ask what a reader of tables gives: columns by name, made when asked for, with places.

Delimited text, text of fixed width and workbooks all end here. Every cell stays the text it is; nothing is guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.column import Column, Ints

Kinds = npt.NDArray[np.uint8]

# What a cell of a workbook is, where it is no text; delimited files have only text.
TEXT, NUMBER, DATE, FLAG, ERROR, FORMULA = range(6)


@dataclass(frozen=True)
class Cells:
    """A column's texts with their places, and what each cell was before it became text (None: all of them text)."""

    column: Column
    kinds: Kinds | None = None


@dataclass(frozen=True)
class Table:
    """A table as it came. ``row_no`` counts as a spreadsheet does; ``start`` and ``end`` are the bytes of each row.

    A row that nobody can read (ragged, of an unknown kind) is not in it, and is in ``findings``. Where cells have no
    bytes of their own, ``sheet`` is the sheet's name and ``letters`` the columns': places are then written ``S!B7``.
    """

    header: tuple[str, ...]
    row_no: Ints
    start: Ints
    end: Ints
    findings: pa.Table  # schemas.tables.FINDINGS
    give: Callable[[int], Cells] = field(repr=False)
    sheet: str = ""
    letters: tuple[str, ...] = ()
    _made: dict[int, Cells] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.row_no)

    def position(self, name: str) -> int:
        """Where the column of this name is, the leftmost if there are several. KeyError if there is none."""
        if name not in self.header:
            raise KeyError(name)
        return self.header.index(name)

    def cells(self, name: str) -> Cells:
        """The cells of this column, made when they are first asked for; empty cells are null."""
        at = self.position(name)
        if at not in self._made:
            self._made[at] = self.give(at)
        return self._made[at]

    def place(self, row: int, name: str = "") -> str:
        """How a person finds a row or a cell in it: ``row 14, Menge``, or ``Sheet1!B7``."""
        number = int(self.row_no[row])
        if not self.sheet:
            return f"row {number}, {name}" if name else f"row {number}"
        letter = self.letters[self.position(name)] if name in self.header else ""
        return f"{self.sheet}!{letter}" + ("" if letter[-1:].isdecimal() else str(number))
