"""Open this when the page behind a credit note looks wrong: its reconciliation as PDF, the same bytes for one note.

Line by line what was announced, received, accepted and credited, the sale and why it is the one, each step of the
price, the decision and its policy, and the bytes in which the retailer said it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from schemas.credits import CreditLine, CreditRequest
from schemas.evidence import EVIDENCE
from schemas.money import to_decimal

Row = Mapping[str, Any]

_WIDTH, _HEIGHT = landscape(A4)
_LEFT, _RIGHT, _TOP, _BOTTOM = 36.0, _WIDTH - 36.0, _HEIGHT - 40.0, 48.0
_INK, _DIM, _RULE = Color(0.1, 0.12, 0.16), Color(0.38, 0.41, 0.47), Color(0.8, 0.82, 0.86)
_DIFFERS = Color(0.72, 0.2, 0.05)
# Bitstream Vera, which the library ships; embedded, so that every reader shows the same.
_PLAIN, _BOLD = "Vera", "VeraBd"
_SIZE, _SMALL, _LEADING = 8.0, 6.8, 9.4
_UNPRINTABLE = "\N{WHITE SQUARE}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the lines: its title, where it stands, and whether it is flush right there."""

    title: str
    at: float
    right: bool = False


COLUMNS = (
    Column("Line", _LEFT), Column("Item", _LEFT + 28), Column("Announced", _RIGHT - 280, True),
    Column("Received", _RIGHT - 228, True), Column("Accepted", _RIGHT - 176, True), Column("Net", _RIGHT - 118, True),
    Column("Tax", _RIGHT - 58, True), Column("Gross", _RIGHT, True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a line: its row of sql/reports/reconciliation.sql, and its steps of pricing_of_credits.sql."""

    row: Row
    steps: Sequence[Row] = ()


def reconciliation_pdf(request: CreditRequest, behind: Mapping[str, Behind]) -> bytes:
    """The reconciliation of a credit note as PDF; ``behind`` by the line's number as text. Same values, same bytes."""
    _ensure_fonts()
    target = BytesIO()
    canvas = Canvas(target, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(f"Reconciliation of credit {request.reference}")
    canvas.setAuthor(_printable(request.seller.legal_name))
    page = _Page(canvas, request)
    page.begin()
    for line in request.lines:
        page.line(line, behind[str(line.line_no)])
    page.total()
    page.end()
    canvas.save()
    return target.getvalue()


def _ensure_fonts() -> None:
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in (_PLAIN, _BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


def _printable(text: str | None) -> str:
    """The text in characters that the font has; others stand as a white square, or as a question mark."""
    glyphs = pdfmetrics.getFont(_PLAIN).face.charToGlyph
    flat = " ".join((text or "").split())
    return "".join(one if ord(one) in glyphs else _blank() for one in flat if one.isprintable())


def _blank() -> str:
    return _UNPRINTABLE if ord(_UNPRINTABLE) in pdfmetrics.getFont(_PLAIN).face.charToGlyph else "?"


class _Page:
    """Where the next thing stands; a new page begins where it has no room."""

    def __init__(self, canvas: Canvas, request: CreditRequest) -> None:
        self.canvas = canvas
        self.request = request
        self.y = _TOP
        self.number = 0
        self.blanks = False

    def begin(self) -> None:
        """The head of a page: whose note it is on the first one, the titles of the columns on each."""
        self.number += 1
        self.y = _TOP
        if self.number == 1:
            self._heading()
        for column in COLUMNS:
            self.text(column.title, column.at, _SMALL, _BOLD, _DIM, column.right)
        self.y -= 4
        self.rule(_DIM)
        self.y -= 12

    def end(self) -> None:
        """The foot of a page."""
        at, self.y = self.y, _BOTTOM - 18
        self.text(f"Reconciliation of credit {self.request.reference}", _LEFT, _SMALL, color=_DIM)
        if self.blanks:
            self.text(
                f"{_blank()} stands for a character that this page cannot print.", _LEFT + 260, _SMALL, color=_DIM
            )
        self.text(f"Page {self.number}", _RIGHT, _SMALL, color=_DIM, right=True)
        self.y = at
        self.canvas.showPage()

    def room(self, height: float) -> None:
        """Begin a new page where this one has not so much left."""
        if self.y - height < _BOTTOM:
            self.end()
            self.begin()

    def text(
        self, text: str, at: float, size: float = _SIZE, font: str = _PLAIN, color: Color = _INK, right: bool = False
    ) -> None:
        """A text on the line where we are."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(color)
        printed = _printable(text)
        self.blanks = self.blanks or printed.count(_blank()) > text.count(_blank())
        (self.canvas.drawRightString if right else self.canvas.drawString)(at, self.y, printed)

    def rule(self, color: Color = _RULE) -> None:
        """A line over the whole width."""
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(_LEFT, self.y, _RIGHT, self.y)

    def _heading(self) -> None:
        request = self.request
        self.text(f"Reconciliation of credit {request.reference}", _LEFT, 15, _BOLD)
        self.y -= 20
        for name, value in _facts(request):
            self.text(name, _LEFT, _SIZE, color=_DIM)
            self.text(value, _LEFT + 84, _SIZE)
            self.y -= 11.5
        self.y -= 12

    def line(self, line: CreditLine, behind: Behind) -> None:
        """What was credited on one line, and everything behind it."""
        notes = [part for text in _story(line, behind) for part in self._wrapped(text)]
        self.room(_LEADING * (min(len(notes), 12) + 1) + 10)
        self._amounts(line, behind.row)
        for text in notes:
            self.room(_LEADING)
            self.text(text, COLUMNS[1].at, _SMALL, color=_DIM)
            self.y -= _LEADING
        self.rule()
        self.y -= 12

    def _wrapped(self, text: str) -> list[str]:
        parts: list[str] = simpleSplit(_printable(text), _PLAIN, _SMALL, _RIGHT - COLUMNS[1].at)
        return parts

    def _amounts(self, line: CreditLine, row: Row) -> None:
        received = "none" if row["received"] is None else f"{row['received']:,}"
        cells = (str(line.line_no), _item(line), f"{row['announced']:,}", received, f"{line.units:,}",
                 f"{line.net:,}", f"{line.tax:,}", f"{line.net + line.tax:,}")  # fmt: skip
        differs = row["received"] != row["announced"]
        for column, cell in zip(COLUMNS, cells, strict=True):
            bold = column.title in ("Line", "Item", "Gross")
            color = _DIFFERS if differs and column.title == "Received" else _INK
            font = _BOLD if bold else _PLAIN
            self.text(self._fitting(cell, column), column.at, _SIZE, font, color, column.right)
        self.y -= _LEADING + 1.5

    def _fitting(self, text: str, column: Column) -> str:
        """The text, cut where the item's column ends."""
        width = COLUMNS[2].at - 56 - column.at
        if column.right or pdfmetrics.stringWidth(_printable(text), _BOLD, _SIZE) <= width:
            return text
        return f"{simpleSplit(_printable(text), _BOLD, _SIZE, width - 10)[0]} ..."

    def total(self) -> None:
        """What the lines sum to."""
        request = self.request
        self.room(30)
        self.text(f"{len(request.lines):,} lines, in {request.currency}", COLUMNS[1].at, _SIZE, _BOLD)
        amounts = (f"{sum(line.units for line in request.lines):,}", f"{request.net:,}", f"{request.tax:,}",
                   f"{request.net + request.tax:,}")  # fmt: skip
        for column, cell in zip(COLUMNS[4:], amounts, strict=True):
            self.text(cell, column.at, _SIZE, _BOLD, right=True)


def _facts(request: CreditRequest) -> Iterator[tuple[str, str]]:
    yield "From", f"{request.seller.legal_name} ({request.company})"
    yield "For", f"{request.buyer.legal_name} ({request.retailer})"
    yield "Return", request.return_number
    yield "Made on", f"{request.issued_on}"
    yield "Credited", f"{request.net + request.tax:,} {request.currency}: {request.net:,} net and {request.tax:,} tax"


def _item(line: CreditLine) -> str:
    return " ".join(filter(None, (line.vendor_item, line.description or line.gtin)))


def _story(line: CreditLine, behind: Behind) -> Iterator[str]:
    """What stands below a line, a sentence each."""
    row = behind.row
    carton = f", carton {row['carton']}" if row["carton"] else ""
    reason = f", returned as {line.reason}" if line.reason else ""
    yield f"Return line {line.return_line}, GTIN {line.gtin}{carton}{reason}."
    if row["receipt"]:
        yield f"Counted in as {row['condition']} by receipt {row['receipt']}, received on {row['received_on']}."
    why = EVIDENCE.get(row["evidence"], row["evidence"])
    yield f"Sold on invoice {line.invoice_number}, line {line.invoice_line}, of {line.invoice_date}: {why}."
    yield _price(line, behind)
    yield f"Decided: {row['because']} Rule {row['rule']}, policy {row['policy_version']}."
    if row["file"]:
        yield f"Stated in file sha256 {row['file']}, bytes {row['offset']} to {row['offset'] + row['length']}."


def _price(line: CreditLine, behind: Behind) -> str:
    """From what the units cost to what is credited, step by step."""
    currency = behind.row["currency"]
    steps = [f"{step['because']}: {to_decimal(step['after_minor'], currency):,}" for step in behind.steps]
    cost = f"Price: {to_decimal(behind.row['cost_net'], currency):,} {currency} net as sold"
    end = f"tax {line.tax:,} at {line.tax_rate.normalize():f} % ({line.tax_category})"
    return "; ".join([cost, *steps, end]) + "."
