"""Open this when an error or a formula of a workbook is not found: cells that have no value, by what they hold.

The library that reads workbooks gives both as empty cells. In XLSX the sheet's own XML says what they are; it is gone
through only where it has formulas or errors at all. Older and binary workbooks do not tell.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any

from lxml import etree

from mappings.formats.table import ERROR, FORMULA

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SIGNS = (b"/f>", b":f>", b'="e"', b"='e'")
_PIECE = 1 << 20
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}
# What is raised for packed XML that is damaged, or packed in a way that nobody reads.
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, etree.LxmlError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Marks:
    """Cells without a value, by row and column from 0: what they are, and their error or formula as text."""

    cells: Mapping[int, Mapping[int, tuple[int, str]]] = field(default_factory=dict)  # by column, then by row

    def column(self, column: int, rows: Sequence[int]) -> dict[int, tuple[int, str]]:
        """The marked cells of a column, by their place among these rows."""
        marked = self.cells.get(column, {})
        return {at: marked[row] for at, row in enumerate(rows) if row in marked} if marked else {}

    def holds(self, row: int) -> bool:
        """Whether any cell of this row is marked."""
        return any(row in marked for marked in self.cells.values())


def marks_of(data: bytes, sheet: str) -> Marks:
    """The marked cells of a sheet; none in files that are no XLSX."""
    if not data.startswith(b"PK"):
        return Marks()
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        part = _part_of(packed, sheet)
        if part is None or not _has_signs(packed, part):
            return Marks()
        return Marks(_marked(packed, part))


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the file in the package that holds this sheet's XML."""
    names = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    parser = etree.XMLParser(**_SAFE)
    book = etree.fromstring(packed.read("xl/workbook.xml"), parser)
    relations = etree.fromstring(packed.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {one.get("Id"): one.get("Target") for one in relations}
    for one in book.iter("{*}sheet"):
        if one.get("name") == sheet:
            target = targets.get(one.get(_RELATION)) or ""
            part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            return part if part in names else None
    return None


def _has_signs(packed: zipfile.ZipFile, part: str) -> bool:
    """Whether there may be formulas or errors in this XML: it is searched as it unpacks, and not kept."""
    with packed.open(part) as xml:
        tail = b""
        while piece := xml.read(_PIECE):
            if any(sign in tail + piece for sign in _SIGNS):
                return True
            tail = piece[-8:]
    return False


def _marked(packed: zipfile.ZipFile, part: str) -> dict[int, dict[int, tuple[int, str]]]:
    found: dict[int, dict[int, tuple[int, str]]] = {}
    with packed.open(part) as xml:
        for _, cell in etree.iterparse(xml, tag="{*}c", **_SAFE):
            if told := _told(cell):
                row, column = _place(cell.get("r", ""))
                found.setdefault(column, {})[row] = told
            cell.clear()
            while cell.getprevious() is not None:
                del cell.getparent()[0]
    return found


def _told(cell: Any) -> tuple[int, str] | None:
    """What a cell without a value is: an error, or a formula that nobody worked out."""
    value = cell.findtext("{*}v") or ""
    if cell.get("t") == "e":
        return ERROR, value
    formula = cell.find("{*}f")
    if formula is None or value or cell.get("t") == "str":
        return None
    return FORMULA, f"={formula.text or ''}"


def _place(written: str) -> tuple[int, int]:
    """Row and column, from 0, of a cell like ``B2``."""
    letters = written.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(written[len(letters) :] or 1) - 1, column - 1
