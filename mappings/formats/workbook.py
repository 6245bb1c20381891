"""Open this when a partner sends workbooks: XLSX, XLS, XLSB and ODS, read to text columns with what each cell was.

    read(file: RawFile, layout: Layout) -> Table

Whole columns are made of cells (``workbook_cells``), and only those a mapping asks for. A cell of a packed file has no
bytes of its own: every place is the whole file, with a path like ``Sheet1!B7``.
"""

import gc
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from mappings.column import Column
from mappings.formats.segments import RawFile
from mappings.formats.table import Cells, Table
from mappings.formats.table_names import joined, names_of
from mappings.formats.workbook_cells import as_cells, text_of_cell
from mappings.formats.workbook_marks import UNREADABLE, Marks, marks_of
from schemas.findings import Finding, Place, as_table

UNPACKED_MAX = 1 << 30  # a workbook that unpacks to more is none that a person made
CELLS_MAX = 50_000_000
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class UnreadableWorkbook(Exception):
    """The workbook or its sheet cannot be read; the text says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class Layout:
    """Where the table lies in a workbook: sheet by name or by its number among those shown, header rows, values above
    it by name, and the pattern that ends it. ``header_row`` 0: the columns are called ``names``."""

    sheet: str = "1"
    header_row: int = 1
    header_rows: int = 1
    names: tuple[str, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    ends: str | None = None
    decimal: str = "."


def place_of(written: str) -> tuple[int, int]:
    """Row and column, from 0, of a cell like ``B2``; ValueError for anything else."""
    found = _CELL.fullmatch(written.strip().upper())
    if not found:
        raise ValueError(f"`{written}` is no cell; write for example `B2`")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def letters_of(column: int) -> str:
    """How a spreadsheet calls the column (from 0): A, B ... AA."""
    named = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        named = chr(65 + rest) + named
    return named


@dataclass(frozen=True)
class _Sheet:
    """A sheet as it came: rows of cells, empty ones as ''."""

    name: str
    rows: Sequence[Sequence[Any]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
    data: bytes

    @cached_property
    def marks(self) -> Marks:
        """Cells that are there without a value. Asked for only where there are empty cells."""
        try:
            return marks_of(self.data, self.name)
        except UNREADABLE as fault:
            raise UnreadableWorkbook("TABLE-WORKBOOK-BROKEN", str(fault)) from None

    def header(self, row: int) -> list[str]:
        """The texts of a header row; a merged cell reaches over all that it covers."""
        texts = [text_of_cell(cell, ".") for cell in self.rows[row]]
        for (top, left), (bottom, right) in self.merged:
            if top <= row <= bottom:
                for column in range(left, min(right, len(texts) - 1) + 1):
                    texts[column] = text_of_cell(self.rows[top][left], ".") if row == top else ""
        return texts


def read(file: RawFile, layout: Layout) -> Table:
    """The rows of the table in the workbook that hold anything. UnreadableWorkbook if there is no such sheet."""
    with _nothing_collected():
        return _read(file, layout)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Cells hold no cycles, but their number sets off one search for cycles after the other: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(file: RawFile, layout: Layout) -> Table:
    sheet = _sheet(file.data, layout.sheet)
    header, below = _header(sheet, layout)
    kept = _rows_that_hold(sheet, below, len(header), layout.ends)
    letters = tuple(letters_of(at) for at in range(len(header)))
    # What follows holds on to columns and single cells, not to the rows: they are let go here.
    columns = _columns(sheet.rows, kept)
    # A sheet that cannot be gone through is told here, not when a column is asked for.
    marks = sheet.marks if any("" in column for column in columns[: len(header)]) else Marks()
    above = [_cell(sheet, *place_of(where)) for _, where in layout.cells]
    start, end = np.zeros(len(kept), np.int64), np.full(len(kept), len(file.data), np.int64)

    def give(at: int) -> Cells:
        if at < len(header):
            column: Sequence[Any] = columns[at] if columns else ()
            marked = marks.column(at, kept)
        else:
            column, marked = [above[at - len(header)]] * len(kept), {}
        found, kinds = as_cells(column, layout.decimal, marked)
        return Cells(Column.of_text(found, start, end), kinds)

    return Table(
        (*header, *(name for name, _ in layout.cells)), np.asarray(kept, np.int64) + 1, start, end, as_table(()), give,
        sheet.name, (*letters, *(where for _, where in layout.cells)),
    )  # fmt: skip


def _columns(rows: Sequence[Sequence[Any]], kept: Sequence[int]) -> list[tuple[Any, ...]]:
    """The cells of these rows column by column; a sheet's rows are all of one length."""
    if kept and kept[-1] - kept[0] + 1 == len(kept):
        return list(zip(*rows[kept[0] : kept[-1] + 1], strict=True))
    return list(zip(*(rows[row] for row in kept), strict=True))


def _cell(sheet: _Sheet, row: int, column: int) -> Any:
    return sheet.rows[row][column] if row < len(sheet.rows) and column < len(sheet.rows[row]) else ""


def _sheet(data: bytes, wanted: str) -> _Sheet:
    if data.startswith(b"PK"):
        _ensure_unpackable(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = _sheet_name(book, wanted)
        sheet: CalamineSheet = book.get_sheet_by_name(name)
        _ensure_small(sheet)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as fault:
        raise UnreadableWorkbook("TABLE-WORKBOOK-BROKEN", str(fault)) from None
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # the library's way of saying that it knows no way on
            raise
        raise UnreadableWorkbook("TABLE-WORKBOOK-BROKEN", str(fault)) from None
    return _Sheet(name, rows, sheet.merged_cell_ranges or (), data)


def _ensure_unpackable(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except UNREADABLE as fault:
        raise UnreadableWorkbook("TABLE-WORKBOOK-BROKEN", str(fault)) from None
    if size > UNPACKED_MAX:
        raise UnreadableWorkbook("TABLE-WORKBOOK-BROKEN", f"it unpacks to {size} bytes, more than {UNPACKED_MAX}")


def _ensure_small(sheet: CalamineSheet) -> None:
    if sheet.total_height * sheet.total_width > CELLS_MAX:
        raise UnreadableWorkbook("TABLE-WORKBOOK-BROKEN", f"the sheet reaches over more than {CELLS_MAX} cells")


def _sheet_name(book: CalamineWorkbook, wanted: str) -> str:
    """The sheet of this name, hidden or not, or of this number among those that are shown."""
    if wanted in book.sheet_names:
        return wanted
    shown = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    if wanted.isdecimal() and 0 < int(wanted) <= len(shown):
        return shown[int(wanted) - 1]
    sheets = ", ".join(repr(name) for name in book.sheet_names)
    raise UnreadableWorkbook("TABLE-LAYOUT-CHANGED", f"there is no sheet {wanted!r}; there are {sheets}")


def _header(sheet: _Sheet, layout: Layout) -> tuple[tuple[str, ...], int]:
    """The names of the columns, and the first row (from 0) below them."""
    if not layout.header_row:
        return layout.names, 0
    first = next(
        (row for row in range(layout.header_row - 1, len(sheet.rows)) if any(cell != "" for cell in sheet.rows[row])),
        None,
    )
    if first is None:
        return (), len(sheet.rows)
    last = min(first + layout.header_rows, len(sheet.rows))
    return names_of(joined([sheet.header(row) for row in range(first, last)])), last


def _rows_that_hold(sheet: _Sheet, below: int, width: int, ends: str | None) -> list[int]:
    """The rows of the table, from 0: not the empty ones, nor what follows the pattern that ends it."""
    stop = len(sheet.rows)
    if ends is not None:
        ending = re.compile(ends)
        for row in range(below, stop):
            first = next((cell for cell in sheet.rows[row] if cell != ""), "")
            if ending.match(text_of_cell(first, ".").strip()):
                stop = row
                break
    if not width or below >= stop:
        return []
    return [
        row for row in range(below, stop)
        if (cells := sheet.rows[row])[0] != "" or any(cell != "" for cell in cells) or sheet.marks.holds(row)
    ]  # fmt: skip


def refused(file: RawFile, why: UnreadableWorkbook) -> Finding:
    """The finding for a workbook that cannot be read."""
    return Finding(why.code, Place(file.sha256, 0, len(file.data)), str(why))
