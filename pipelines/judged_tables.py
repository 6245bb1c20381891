"""Open this when a table of the store should be judged by its suite: where the lines of each canonical table are kept.

A new stored table of lines is one entry of ``STORED``; its suite, checks and data docs follow.
"""

from collections.abc import Callable, Collection
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from connectors.store import Store
from schemas.suites import JUDGED
from schemas.tables import DOCUMENTS, SALE_LINES

Files: TypeAlias = Collection[str] | None  # sha256 of the files of a batch; None: all that is stored
Reader: TypeAlias = Callable[[Store, str, Files], pa.Table]


def _documents(store: Store, partner: str, files: Files) -> pa.Table:
    rows = store.table("document", partner=partner).select(DOCUMENTS.names)
    return rows if files is None else rows.filter(pc.is_in(rows["file"], pa.array(files, pa.string())))


def _sale_lines(store: Store, partner: str, files: Files) -> pa.Table:
    """What was sold, with the item's number and description beside it as the export had them."""
    items = ("vendor_item", "description")
    stored = pa.schema(
        [field.with_name({"invoice_line": "invoice_line_no"}.get(field.name, field.name))
         for field in SALE_LINES if field.name not in items]
    )  # fmt: skip
    sold = store.lines("invoice_line", stored, partner, files)
    named = sold.rename_columns({"invoice_line_no": "invoice_line"})
    joined = named.join(store.items().select(["gtin", *items]), "gtin", use_threads=False)
    return joined.sort_by([("document", "ascending"), ("line_no", "ascending")]).select(SALE_LINES.names)


STORED: dict[str, str | Reader] = {
    "documents": _documents,
    "notice_lines": "notice_line",
    "receipt_lines": "receipt_line",
    "sale_lines": _sale_lines,
}


def rows_of(store: Store, table: str, partner: str, files: Files = None) -> pa.Table:
    """The partner's rows of a canonical table: of accepted documents in these files, or in all that are stored."""
    where = STORED[table]
    return store.lines(where, JUDGED[table], partner, files) if isinstance(where, str) else where(store, partner, files)
