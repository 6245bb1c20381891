"""Open this when a spreadsheet spoiled a value: lost digits and zeros, dates made of texts, guards, errors, formulas.

What is lost is never guessed: the cell is empty then, and an error finding holds its line. What can be proved (all
digits are there; the check digit fits) is put right, with one info finding a column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.column import Column, Ints
from mappings.fields import Fault
from mappings.formats import table as cell_kinds
from mappings.formats.cell_signs import DAY, ITEM, LABEL, NUMBER, WORD, WORTH
from mappings.formats.table import DATE, ERROR, FORMULA, TEXT, Cells, Table
from mappings.formats.table_passes import PLAIN, passes
from mappings.functions.values import Reading, convert
from mappings.tables.cell_texts import KEPT_DIGITS, SILENT, Judged, Want, judged
from schemas.findings import CATALOGUE, Severity
from schemas.rules import FieldRule, Rules

_WANTED = {"gtin": ITEM, "sscc": LABEL, "date": DAY, "decimal": NUMBER, "units": NUMBER, "money": NUMBER}
_ITEM_FIELDS = ("gtin", "vendor_item", "buyer_item")
_FREE = "description"  # a text for people: it may say anything
_OF_KIND = {ERROR: "CELL-ERROR", FORMULA: "CELL-FORMULA", DATE: "CELL-DATE-FOR-TEXT"}


@dataclass(frozen=True, slots=True)
class Mended:
    """The columns that were damaged, by path, as they are to be read; and a fault for each cell or column."""

    columns: Mapping[str, Column]
    faults: list[Fault]


def mended(rules: Rules, table: Table) -> Mended:
    """Looks through every column that the mapping reads from the table."""
    reading = Reading(rules.reads.decimal, rules.reads.thousands)
    columns: dict[str, Column] = {}
    faults: list[Fault] = []
    for path, want in _wants(rules).items():
        cells = table.cells(path)
        found = _judged(cells, want, reading)
        if found:
            columns[path] = _replaced(cells.column, found)
            faults += _faults(path, want, cells.column, found)
    return Mended(columns, faults)


def _wants(rules: Rules) -> dict[str, Want]:
    """Each column that the mapping reads, by its most exacting use."""
    found: dict[str, Want] = {}
    for name, rule in _named_rules(rules):
        for path in rule.from_:
            want = Want(name, _WANTED.get(rule.as_, WORD), name in _ITEM_FIELDS, rule.form)
            if not path.startswith("@") and (path not in found or want.kind < found[path].kind):
                found[path] = want
    for part in rules.lines.split:
        for written in filter(None, (part.quantity, part.rest_of)):
            found.setdefault(written, Want("quantity", NUMBER))
    return found


def _named_rules(rules: Rules) -> list[tuple[str, FieldRule]]:
    document = rules.document
    header = (("number", document.number), ("purpose", document.purpose), ("issued_on", document.issued_on))
    fields = [(name, rule) for name, rule in rules.lines.fields.items() if name != _FREE]
    return [*((name, rule) for name, rule in header if rule is not None), *fields]


def _judged(cells: Cells, want: Want, reading: Reading) -> dict[int, Judged]:
    """What is wrong with cells of this column, by row."""
    other = "," if reading.decimal_marks == "." else "."
    rows = _suspects(cells.column, want.kind, ord(other))
    found: dict[int, Judged] = {}
    if cells.kinds is not None:
        found = _of_kinds(cells, want)
        if want.kind == NUMBER:  # a cell that is a number has the mark that was declared
            rows = rows[cells.kinds[rows] == TEXT]
    if not len(rows):
        return found
    coded = cells.column.text.take(pa.array(rows)).dictionary_encode()
    distinct = coded.dictionary.to_pylist()
    verdicts = {text: one for text in distinct if (one := judged(text, want))}
    if want.kind == NUMBER:
        verdicts = _other_marks(distinct, reading, other) | verdicts
    hit = np.array([text in verdicts for text in distinct])[coded.indices.to_numpy(zero_copy_only=False)]
    which = coded.indices.filter(pa.array(hit)).to_pylist()
    return {row: verdicts[distinct[at]] for row, at in zip(rows[hit].tolist(), which, strict=True)} | found


def _suspects(column: Column, kind: int, other_mark: int) -> Ints:
    """The rows that need a closer look."""
    if column.buffer is not None:
        buffer, start, end = column.buffer, column.start, column.end
    else:
        texts = column.text.cast(pa.large_string())
        buffer = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
        offsets = np.frombuffer(texts.buffers()[1] or bytes(8), np.int64)[texts.offset : texts.offset + len(texts) + 1]
        start, end = offsets[:-1], offsets[1:]
    rows = np.empty(len(start), np.int64)
    ways = passes(len(buffer))
    seen: Any = buffer
    if ways is PLAIN:
        seen = memoryview(seen)  # gives plain numbers, and those fast
    worth: Any = WORTH if ways is PLAIN else np.array(WORTH, np.int64)
    return rows[: ways.signs(seen, start, end, kind, other_mark, worth, rows)]


def _of_kinds(cells: Cells, want: Want) -> dict[int, Judged]:
    """What the kinds of a workbook's cells say: errors, formulas without value, dates where no date is wanted."""
    lost = (ERROR, FORMULA) if want.kind == DAY else (ERROR, FORMULA, DATE)
    assert cells.kinds is not None
    rows = np.flatnonzero(np.isin(cells.kinds, lost))
    found = {int(row): Judged(_OF_KIND[int(cells.kinds[row])], None) for row in rows}
    if want.kind in (NUMBER, DAY):
        return found
    long = pc.fill_null(pc.greater(pc.utf8_length(cells.column.text), KEPT_DIGITS), False)
    rounded = np.flatnonzero((cells.kinds == cell_kinds.NUMBER) & long.to_numpy(zero_copy_only=False))
    return found | {int(row): Judged("CELL-DIGITS-LOST", None) for row in rounded}


def _other_marks(texts: list[str], reading: Reading, other: str) -> dict[str, Judged]:
    """Cells that are numbers only with the other decimal mark; then also those that may be either."""
    swapped = Reading(other, reading.decimal_marks if reading.thousands_mark else "")
    column = pa.array(texts, pa.string())
    here = convert(column, "decimal", reading)[0].is_valid().to_numpy(zero_copy_only=False)
    there = convert(column, "decimal", swapped)[0].is_valid().to_numpy(zero_copy_only=False)
    marked = np.array([other in text for text in texts], dtype=bool)
    if not (there & ~here & marked).any():
        return {}
    return {texts[at]: Judged("CELL-DECIMAL-MARK", None) for at in np.flatnonzero(there & marked).tolist()}


def _replaced(column: Column, found: Mapping[int, Judged]) -> Column:
    """The column with what is to be read instead; what is lost is empty."""
    rows = sorted(found)
    mask = np.zeros(len(column.start), bool)
    mask[rows] = True
    texts = pa.array([found[row].text for row in rows], pa.string())
    return Column.of_text(pc.replace_with_mask(column.text, pa.array(mask), texts), column.start, column.end)


def _faults(path: str, want: Want, column: Column, found: Mapping[int, Judged]) -> list[Fault]:
    """A fault for each cell that is lost, and one for all cells of a kind that could be put right."""
    by_code: dict[str, list[int]] = {}
    for row in sorted(found):
        by_code.setdefault(found[row].code, []).append(row)
    faults = []
    by_code.pop(SILENT, None)
    for code, rows in by_code.items():
        each = CATALOGUE[code].severity is not Severity.INFO
        for row in rows if each else rows[:1]:
            more = "" if each or len(rows) == 1 else f", and {len(rows) - 1} more in the column"
            now = found[row].text
            read = "" if now is None else f" was read as {now!r}"
            detail = f"{want.field}: {column.text[row].as_py()!r}{read}{more}"
            faults.append(Fault(row, want.field, code, detail, int(column.start[row]), int(column.end[row]), path))
    return faults
