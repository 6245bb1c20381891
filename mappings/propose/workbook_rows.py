"""Open this when a workbook's cells are read wrongly in a proposal: its first sheet with a table, as text."""

import io
import warnings
import zipfile
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from schemas.errors import PermanentError

_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(data: bytes) -> bool:
    """Whether these bytes are a spreadsheet's: of Excel since 2007, or before."""
    return data.startswith((b"PK\x03\x04", _OLD_EXCEL))


def rows_of_workbook(data: bytes) -> tuple[str, list[list[str]]]:
    """The name and the rows of the first sheet that holds a table; PermanentError when it cannot be opened."""
    if data.startswith(_OLD_EXCEL):
        raise PermanentError("The workbook is of the kind before 2007. Save it as .xlsx, and propose from that.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which hold no cells
            book = load_workbook(io.BytesIO(data), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as fault:
        raise PermanentError("The file is packed, but no workbook. Unpack it, then try again.") from fault
    sheets = [(sheet.title, [[_text(cell) for cell in row] for row in sheet.values]) for sheet in book.worksheets]
    book.close()
    for title, rows in sheets:
        if sum(1 for row in rows if sum(map(bool, row)) >= 2) >= 2:
            return title, rows
    raise PermanentError("No sheet of the workbook holds a table. Ask its sender for one with some returns in it.")


def _text(cell: Any) -> str:
    """A cell as text: days as YYYY-MM-DD, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
