"""Open this when any ERP exports into a folder: each file is read once, in pages of whole documents.

Files count when they are wholly written (``connectors.mailbox.settled``). A file is known by the digest of its bytes,
so that a copy under another name has no effect; what a delta file repeats is known by its lines, and costs little.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.erp.exports.cursor import Progress
from connectors.erp.exports.files import ENDINGS, Ragged, UnreadableExport, batches, digest_of
from connectors.erp.exports.settings import ExportsSettings
from connectors.erp.supply import SupplyPage
from connectors.mailbox.folder import FolderMailbox
from connectors.mailbox.port import Listed
from connectors.mailbox.settled import settled
from schemas.errors import PermanentError
from schemas.supply import DOCUMENT_OF, SUPPLY_PAGES, SupplyKind


class ExportsSupply:
    """A folder into which an ERP exports items, orders, shipments and invoices as CSV or Parquet files."""

    def __init__(self, folder: Path, settings: ExportsSettings, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._settings = settings
        self._now = now
        self._mailbox = FolderMailbox(folder, ".", settings.archive or ".", ignore=settings.arrival.ignore)

    @property
    def kinds(self) -> Sequence[SupplyKind]:
        """The kinds that the settings name."""
        return self._settings.kinds

    def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
        """The rows of files that are new since this cursor, oldest file first.

        PermanentError, after all others were given: files that cannot be read.
        """
        progress, problems = Progress.of(since), list[str]()
        for file in self._ready(kind, progress):
            digest = digest_of(self._folder / file.name)
            if not progress.was_read(digest):
                try:
                    yield from self._pages(kind, file, digest, progress)
                except UnreadableExport as why:
                    problems.append(f"{file.name}: {why}")
                    continue
            progress.finish(file, digest)
            yield SupplyPage(SUPPLY_PAGES[kind].empty_table(), progress.cursor())
            self._archived(file, digest)
        if progress.cursor() != since:
            yield SupplyPage(SUPPLY_PAGES[kind].empty_table(), progress.cursor())
        if problems:
            raise PermanentError(
                f"{self._folder}: {'; '.join(problems)}. Next: correct the file or the settings of the supply "
                "(docs/erp/exports.md), or move the file away; the others were read."
            )

    def _ready(self, kind: SupplyKind, progress: Progress) -> list[Listed]:
        """Files of this kind that are wholly written and were not read."""
        listed = [file for file in self._mailbox.list() if self._is_of(kind, file.name.lower())]
        ready, waiting = settled(listed, progress.seen, self._settings.arrival, self._now())
        progress.look(listed, waiting)
        for file in [one for one in ready if progress.is_done(one)]:
            self._archived(file, progress.done[file.name][2])
        return [file for file in ready if not progress.is_done(file)]

    def _is_of(self, kind: SupplyKind, name: str) -> bool:
        return name.endswith(ENDINGS) and fnmatchcase(name, self._settings.pattern(kind))

    def _archived(self, file: Listed, digest: str) -> None:
        """Move a file away that was read and recorded, where the settings say so."""
        if self._settings.archive is not None:
            self._mailbox.archive(file.name, f"{digest[:12]}-{file.name}")

    def _pages(self, kind: SupplyKind, file: Listed, digest: str, progress: Progress) -> Iterator[SupplyPage]:
        """Pages of whole documents, from where the file was left."""
        ragged, given, held = Ragged(), 0, SUPPLY_PAGES[kind].empty_table()
        skip = progress.rows_given(digest)
        for rows in batches(self._folder / file.name, kind, self._settings, ragged):
            left = max(skip - given, 0)
            given += min(left, rows.num_rows)
            held = pa.concat_tables([held, rows.slice(left)])
            while size := _whole(held, kind, self._settings.page_rows):
                given += size
                progress.reading = (digest, given)
                yield self._page(kind, held.slice(0, size), progress, ragged)
                held = held.slice(size)
        if held.num_rows or ragged.rows:
            progress.reading = (digest, given + held.num_rows)
            yield self._page(kind, held, progress, ragged)

    def _page(self, kind: SupplyKind, rows: pa.Table, progress: Progress, ragged: Ragged) -> SupplyPage:
        """The rows in our words for companies and retailers, without those of others."""
        ours = _renamed(rows, "company", self._settings.companies, keep_others=True)
        kept = _renamed(ours, "retailer", self._settings.customers, keep_others=not self._settings.customers)
        left_out = _documents(ours, kind) - _documents(kept, kind) if kept.num_rows < ours.num_rows else 0
        return SupplyPage(kept.combine_chunks(), progress.cursor(), left_out, ragged.taken())


def _whole(rows: pa.Table, kind: SupplyKind, page_rows: int) -> int:
    """How many of the first rows are a page: as many documents as fit, at least one; 0 when it may not be all there."""
    if rows.num_rows <= page_rows:
        return 0
    keys = _keys(rows, kind)
    ends = pc.indices_nonzero(pc.not_equal(keys[:-1], keys[1:]))
    if not len(ends):
        return 0
    fitting = pc.sum(pc.less(ends, page_rows)).as_py() or 1
    return int(ends[fitting - 1].as_py()) + 1


def _keys(rows: pa.Table, kind: SupplyKind) -> pa.Array:
    """What names the document of each row."""
    named = [pc.fill_null(rows[name], "") for name in DOCUMENT_OF[kind]]
    keys = pc.binary_join_element_wise(*named, "\x1f") if len(named) > 1 else named[0]
    return keys.combine_chunks()


def _documents(rows: pa.Table, kind: SupplyKind) -> int:
    return int(pc.count_distinct(_keys(rows, kind)).as_py())


def _renamed(rows: pa.Table, column: str, names: dict[str, str], keep_others: bool) -> pa.Table:
    """The column in our words; rows with another name stay as they are, or are left out."""
    if column not in rows.column_names or not names:
        return rows
    place = pc.index_in(pc.utf8_trim_whitespace(rows[column]), pa.array(list(names), pa.string()), skip_nulls=True)
    ours = pa.array(list(names.values()), pa.string()).take(place.combine_chunks())
    named = rows.set_column(rows.column_names.index(column), rows.schema.field(column), pc.coalesce(ours, rows[column]))
    return named if keep_others else named.filter(pc.or_(ours.is_valid(), rows[column].is_null()))
