"""Open this when the bytes of what we write are wrong: documents as messages of an interchange, or as a table."""

import csv
import io
import unicodedata
from collections.abc import Sequence

from mappings.formats import edifact_write, x12_write
from mappings.layouts import Document, load_layout, nearest_version, write_document
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.values import Fit
from schemas.outbound import Csv

DELIMITERS = "*>~^"
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L"}
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def plain(text: str | None, forbidden: str) -> str:
    """A text as we may write it: printable ASCII, without our delimiters."""
    return "".join(c if " " <= c <= "~" and c not in forbidden else " " for c in text or "").strip()


def fit_for(standard: str, level: str = "") -> Fit:
    """How texts are written: X12 cannot escape its delimiters, and level A of EDIFACT has no small letters."""
    if standard == "x12":
        return lambda text: plain(text, DELIMITERS)
    return lambda text: plain(text.upper() if level == "UNOA" else text, "")


def fit_of_ours(standard: str) -> Fit:
    """How texts of our own are written: X12 has letters without accents, EDIFACT of level C all of Latin-1.

    >>> fit_of_ours("x12")("Schüssel*groß"), fit_of_ours("edifact")("Schüssel → 5 €")
    ('Schussel gross', 'Schüssel   5')
    """
    if standard == "x12":
        return lambda text: plain(_without_accents(text), DELIMITERS)
    return lambda text: "".join(c if c.isprintable() and ord(c) < 256 else " " for c in text).strip()


def _without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(c for c in spread if not unicodedata.combining(c))


def x12_message(one: OutboundMap, version: str, document: Document) -> x12_write.Message:
    """A document as a transaction set, by the layout for this GS08. ValueError: something does not fit."""
    layout = load_layout(str(one.rules.writes.layout), nearest_version(str(one.rules.writes.layout), version))
    return x12_write.Message(layout.message, write_document(layout, document), layout.guide)


def edifact_message(one: OutboundMap, version: str, document: Document) -> edifact_write.Message:
    """A document as a message, by the layout for this version of S009. ValueError: something does not fit."""
    layout = load_layout(str(one.rules.writes.layout), nearest_version(str(one.rules.writes.layout), version))
    return edifact_write.Message(layout.identifier, write_document(layout, document))


def table(written: Csv, above: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A table with CRLF. No cell can run as a formula. ValueError: the character set has not all of it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=written.separator, lineterminator="\r\n")
    if above:
        writer.writerow([_safe(cell) for cell in above])
    if written.header:
        writer.writerow([_safe(cell) for cell in written.columns])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode(written.encoding)


def _safe(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
