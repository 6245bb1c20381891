"""Open this when a file has several kinds of record, heads and lines: which head a line gets its values from."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from mappings.column import Column, Ints
from mappings.formats.table import Cells, Table

# Makes the cells of a kind's column at a position, for these rows of the file.
Give = Callable[[str, Ints, int], Cells]


class Kind(NamedTuple):
    """A kind of record: its name, how its rows begin, and the names of its columns.

    In files of fixed width ``spans`` says where each column lies: its first and last character, from 1.
    """

    name: str
    starts: str
    columns: tuple[str, ...]
    spans: tuple[tuple[int, int], ...] = ()


def column_names(kinds: Sequence[Kind]) -> tuple[str, ...]:
    """What the columns of all these kinds are called: ``HD.number``."""
    return tuple(f"{kind.name}.{column}" for kind in kinds for column in kind.columns)


def filled_down(
    kinds: Sequence[Kind], each: str, kind_of: Ints, give: Give, row_no: Ints, start: Ints, end: Ints,
    findings: pa.Table,
) -> Table:  # fmt: skip
    """The rows of the kind ``each``, with the columns of all kinds: of the others those of the nearest record above.

    ``kind_of`` is the number of each row's kind, -1 for none. The first kind opens a document: nothing reaches beyond
    the next one of it.
    """
    lines = np.flatnonzero(kind_of == [kind.name for kind in kinds].index(each))
    owners = [(number, at) for number, kind in enumerate(kinds) for at in range(len(kind.columns))]

    def cells(position: int) -> Cells:
        number, at = owners[position]
        if kinds[number].name == each:
            return give(each, lines, at)
        above = _nearest(kind_of == number)
        opened = _nearest(kind_of == 0)
        rows = np.where(above >= opened, above, -1)[lines]
        own, which = np.unique(rows[rows >= 0], return_inverse=True)
        found = give(kinds[number].name, own, at).column.take(which)
        return Cells(_spread(found, rows >= 0))

    return Table(column_names(kinds), row_no[lines], start[lines], end[lines], findings, cells)


def _nearest(marked: np.ndarray) -> Ints:
    """For each row the nearest marked one, itself or above; -1 where there is none."""
    return np.maximum.accumulate(np.where(marked, np.arange(len(marked)), -1)) if len(marked) else np.zeros(0, int)


def _spread(column: Column, there: np.ndarray) -> Column:
    """The column with empty rows between: its values stand where ``there`` says."""
    if there.all():
        return column
    which = np.where(there, np.cumsum(there) - 1, 0)
    start = np.full(len(there), -1, np.int64)
    end = start.copy()
    start[there], end[there] = column.start, column.end
    index = pa.array(which, mask=~there)
    return Column(start, end, lambda: column.text.take(index))
