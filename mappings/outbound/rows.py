"""Open this when a path of an outbound map finds another value than you expect: canonical rows as its source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one section, with those of their documents for paths that begin with `^`. All values are text here.

    Days are 2026-11-30, moments 2026-11-30T09:00.
    """

    table: pa.Table
    documents: pa.Table
    decimal_marks: str = "."
    thousands_mark: str = ""

    @property
    def size(self) -> int:
        """How many rows."""
        return int(self.table.num_rows)

    def column(self, path: str, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Column:
        """The text of a column in each row; nothing where ``only`` does not name it, or ``skip`` does."""
        if path.startswith("^"):
            text = _text(self.documents[path[1:]]).take(self.table["document"].combine_chunks())
        else:
            text = _text(self.table[path])
        kept = None
        if only:
            kept = pc.is_in(text, pa.array(only, pa.string()))
        elif skip:
            kept = pc.invert(pc.is_in(text, pa.array(skip, pa.string())))
        none = np.full(self.size, -1, dtype=np.int64)
        return Column.of_text(
            text if kept is None else pc.if_else(kept, text, pa.scalar(None, pa.string())), none, none
        )


def _text(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    if pa.types.is_timestamp(whole.type):
        return pc.strftime(whole, "%Y-%m-%dT%H:%M")
    return whole.cast(pa.string())
