"""Open this when a column of a table finds nothing where you see the value: rows of a table as a source of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints
from mappings.formats.segments import RawFile
from mappings.formats.table import Table
from mappings.messages.sources import FILE_ID_DIGITS
from schemas.rules import Repeat


@dataclass(frozen=True)
class TableRows:
    """Rows of a table. ``mended`` are the columns that a spreadsheet damaged, as they are read."""

    file: RawFile
    table: Table
    rows: Ints
    decimal_marks: str
    thousands_mark: str
    mended: Mapping[str, Column] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.rows)

    @property
    def start(self) -> Ints:
        """The first byte of each row."""
        return self.table.start if self._is_whole else self.table.start[self.rows]

    @property
    def end(self) -> Ints:
        """The byte after each row."""
        return self.table.end if self._is_whole else self.table.end[self.rows]

    @cached_property
    def _is_whole(self) -> bool:
        return len(self.rows) == self.table.size and bool((self.rows == np.arange(self.table.size)).all())

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """The cells of a column with their places. Empty cells are null."""
        if path.startswith("@"):
            text = self.file.sha256[:FILE_ID_DIGITS] if path == "@file" else self.file.name
            return Column.of_text(pa.repeat(pa.scalar(text, pa.string()), self.size), self.start, self.end)
        cells = self.mended[path] if path in self.mended else self.table.cells(path).column
        column = cells if self._is_whole else cells.take(self.rows)
        if not only and not skip:
            return column
        named = pc.is_in(column.text, pa.array(only or skip, pa.string()))
        kept = pc.if_else(named if only else pc.invert(named), column.text, pa.scalar(None, pa.string()))
        return Column.of_text(kept, column.start, column.end)

    def below(self, tag: str, repeat: Repeat | None) -> tuple[None, Ints]:
        """Nothing stands below a row; the check of a mapping refuses to ask for it."""
        raise NotImplementedError(f"a row of a table has no {tag} below it")

    def picked(self, rows: Ints, own: None = None) -> "TableRows":
        """These rows, in this order."""
        return TableRows(self.file, self.table, self.rows[rows], self.decimal_marks, self.thousands_mark, self.mended)
