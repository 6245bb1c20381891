"""Open this when the workbook looks wrong: the report's tables as sheets, with real numbers and no formulas."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from pipelines.report.sections import Cell, Section
from pipelines.show import ENDS
from schemas.money import to_decimal

_BOLD = Font(bold=True)
_MONEY_FORMAT = "#,##0.00"
_KINDS = ("announced", "notice", "dock", "received", *ENDS)


def write_workbook(path: Path, totals: Sequence[Mapping[str, Any]], sections: Sequence[Section]) -> None:
    """One sheet with the totals, and one for each section."""
    book = Workbook(write_only=True)
    _totals(book.create_sheet("Totals"), totals)
    for section in sections:
        sheet = book.create_sheet(section.title)
        sheet.freeze_panes = "A2"
        _row(sheet, [column.title for column in section.columns], _BOLD)
        for row in section.rows:
            _row(sheet, row)
    book.save(path)


def _totals(sheet: WriteOnlyWorksheet, totals: Sequence[Mapping[str, Any]]) -> None:
    sheet.freeze_panes = "A2"
    titles = [f"{kind} {what}" for what in ("units", "net") for kind in _KINDS]
    _row(sheet, ["retailer", "currency", "returns", "lines", *titles], _BOLD)
    for row in totals:
        head: list[Cell] = [row["retailer"], row["currency"], row["returns"], row["lines"]]
        units = [row[f"{kind}_units"] for kind in _KINDS]
        net = [to_decimal(row[f"{kind}_net"], row["currency"]) for kind in _KINDS]
        _row(sheet, [*head, *units, *net])


def _row(sheet: WriteOnlyWorksheet, values: Sequence[Cell], font: Font | None = None) -> None:
    cells = []
    for value in values:
        cell: Any = WriteOnlyCell(sheet)
        cell.value = value
        if isinstance(value, str):
            # Partners' texts stay texts: a cell that begins with = would otherwise be a formula.
            cell.data_type = "s"
        elif isinstance(value, Decimal):
            cell.number_format = _MONEY_FORMAT
        if font:
            cell.font = font
        cells.append(cell)
    sheet.append(cells)
