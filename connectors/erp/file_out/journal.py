"""Open this when the ERP imports a table instead of notes: a CSV file for each posting day, derived from posted/."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

from connectors.erp.file_out.notes import Listing, NoteFolder
from connectors.erp.file_out.reading import read_note
from connectors.erp.port import ErpDocument
from schemas.errors import PermanentError
from schemas.money import to_decimal

COLUMNS = (
    "number", "reference", "posted_on", "retailer", "currency", "net", "tax", "gross", "draft_id", "sha256"
)  # fmt: skip
_DRAFT_ID = COLUMNS.index("draft_id")
_DIGEST = re.compile("[0-9a-f]{64}")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = tuple[str, ...]


def mend(notes: NoteFolder, listing: Listing, day: str) -> None:
    """Make the day's journal say what was posted that day; nothing is written when it does already.

    A whole row is kept as it is; only what is missing or torn is read from the notes, so that a day costs what is new.
    PermanentError when the journal names a note that is not in posted/: notes must never leave it.
    """
    path = notes.journal(day)
    before = path.read_bytes() if path.exists() else b""
    known = _rows_by_draft(before)
    wanted = _posted_on(listing, day)
    _ensure_none_is_gone(known, wanted, day)
    rows = [_known_or_read(notes, listing, known, draft_id) for draft_id in wanted]
    after = _text(rows).encode()
    if after != before:
        notes.move(notes.write_beside(path, after), path)


def days_with_a_journal(notes: NoteFolder) -> set[str]:
    """The days for which a journal exists."""
    return {path.stem for path in notes.journal("x").parent.glob("[0-9]*.csv")}


def _posted_on(listing: Listing, day: str) -> list[str]:
    """Draft ids posted that day, in the order of their numbers."""
    that_day = ((place.number, draft_id) for draft_id, place in listing.posted.items() if place.day == day)
    return [draft_id for _, draft_id in sorted(that_day, key=lambda pair: (len(pair[0]), pair[0]))]


def _rows_by_draft(journal: bytes) -> dict[str, Row]:
    """The usable rows of a journal. What cannot be read is written anew from the notes."""
    rows: dict[str, Row] = {}
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(journal.decode(errors="replace"))):
            if len(row) == len(COLUMNS) and row[0].startswith("CN-") and _DIGEST.fullmatch(row[-1]):
                rows[row[_DRAFT_ID]] = tuple(row)
    return rows


def _ensure_none_is_gone(known: Mapping[str, Row], wanted: Iterable[str], day: str) -> None:
    here = set(wanted)
    if gone := sorted(row[0] for draft_id, row in known.items() if draft_id not in here):
        raise PermanentError(
            f"journal {day} names {', '.join(gone)}, which is not in posted/. "
            "Next: put the note back; importing programs must copy from posted/ and never move."
        )


def _known_or_read(notes: NoteFolder, listing: Listing, known: Mapping[str, Row], draft_id: str) -> Row:
    place = listing.posted[draft_id]
    row = known.get(draft_id)
    if row and row[0] == place.number:
        return row
    path = notes.posted(draft_id, place)
    return _row(read_note(path.read_bytes(), "posted", path.name))


def _row(document: ErpDocument) -> Row:
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
        document.digest,
    )


def _text(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run as a formula (OWASP ASVS 1.2.10)."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
