"""Open this when the ERP imports a table instead of notes: a CSV file for each posting day, derived from posted/."""

import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from connectors.erp.file_out.notes import Listing, NoteFolder
from connectors.erp.file_out.reading import read_note
from connectors.erp.port import ErpDocument
from schemas.errors import PermanentError
from schemas.money import to_decimal

COLUMNS = (
    "number", "reference", "posted_on", "retailer", "currency", "net", "tax", "gross", "draft_id", "kind", "sha256"
)  # fmt: skip
_DRAFT_ID = COLUMNS.index("draft_id")
_DIGEST = re.compile("[0-9a-f]{64}")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Lines = dict[str, str]  # draft id → line of the journal


class Journal:
    """The journals of a folder of notes. Used only under the folder's lock."""

    def __init__(self, notes: NoteFolder) -> None:
        self._notes = notes
        self._last: tuple[object, Lines] | None = None  # the file as it was last read or written, and its lines

    def days(self) -> set[str]:
        """The days for which a journal exists."""
        return {path.stem for path in self._notes.journal("x").parent.glob("[0-9]*.csv")}

    def mend(self, listing: Listing, day: str) -> None:
        """Make the day's journal say what was posted that day; nothing is written when it does already.

        A whole line is kept as it is; only what is missing or torn is read from the notes, so that a day costs what
        is new. PermanentError when it names a note that is not in posted/: notes must never leave it.
        """
        path, posted = self._notes.journal(day), listing.posted_on(day)
        known = self._lines(path)
        if gone := sorted(known.keys() - posted.keys()):
            raise PermanentError(
                f"journal {day} names {', '.join(gone)}, which is not in posted/. "
                "Next: put the note back; importing programs must copy from posted/ and never move."
            )
        if known.keys() == posted.keys():
            return
        in_order = sorted(posted, key=lambda draft_id: (len(posted[draft_id]), posted[draft_id]))
        lines = {draft_id: known.get(draft_id) or self._read(listing, draft_id) for draft_id in in_order}
        self._notes.move(self._notes.write_beside(path, (_HEADER + "".join(lines.values())).encode()), path)
        self._last = (_identity(path), lines)

    def _lines(self, path: Path) -> Lines:
        """The whole lines of a journal; none when any of it is not as we write it, so that all is written anew."""
        if not path.exists():
            return {}
        if self._last is None or self._last[0] != _identity(path):
            self._last = (_identity(path), _whole_lines(path.read_bytes()))
        return self._last[1]

    def _read(self, listing: Listing, draft_id: str) -> str:
        path = self._notes.posted(draft_id, listing.posted[draft_id])
        return _line(_row(read_note(path.read_bytes(), "posted", path.name)))


def _identity(path: Path) -> object:
    """What changes whenever the file does: each of our writes is another file."""
    status = path.stat()
    return path, status.st_ino, status.st_mtime_ns, status.st_size


def _whole_lines(journal: bytes) -> Lines:
    lines: Lines = {}
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(journal.decode(errors="replace"))):
            if len(row) == len(COLUMNS) and row[0].startswith(("CN-", "DN-")) and _DIGEST.fullmatch(row[-1]):
                lines[row[_DRAFT_ID]] = _line(row)
    return lines if journal == (_HEADER + "".join(lines.values())).encode() else {}


def _row(document: ErpDocument) -> tuple[str, ...]:
    net, tax = (to_decimal(minor, document.currency) for minor in (document.net_minor, document.tax_minor))
    return (
        str(document.number),
        document.reference,
        str(document.posted_on),
        document.retailer,
        document.currency,
        f"{net:f}",
        f"{tax:f}",
        f"{net + tax:f}",
        document.draft_id,
        "debit note" if document.charges else "credit note",
        document.digest,
    )


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run as a formula (OWASP ASVS 1.2.10)."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


_HEADER = _line(COLUMNS)
