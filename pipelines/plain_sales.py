"""Open this when ``backhaul split-csv`` refuses a row: plain tables of sales and returns, read with their places, and
written.

A row with a value that cannot be read is left out and told; the others go on.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.formats.delimited import Dialect, read
from mappings.formats.segments import RawFile
from mappings.functions.distinct import each_distinct
from mappings.functions.numbers import NumberMarks, number_of
from pipelines.steps.in_time_order import RETURNED, SOLD
from schemas.errors import PermanentError
from schemas.findings import Finding, Place, as_table
from schemas.money import to_minor

Mask = npt.NDArray[np.bool_]

_MARKS = NumberMarks()
_NO_CURRENCY = "XXX"
_PLACED = ("return_invoice", "return_line_no", "sale_invoice", "sale_line_no", "quantity", "unit_price")
_ANY_TIME = time(23, 59, 59, 999999)
# More units, or more money in minor units, than these are an error in writing.
_UNITS_MAX, _MINOR_MAX = 10**9, 10**12


@dataclass(frozen=True, slots=True)
class PlainTable:
    """Usable rows of a file as ``SOLD`` or ``RETURNED``, ``FINDINGS`` of the others, and how many these are."""

    name: str
    rows: pa.Table
    findings: pa.Table
    left_out: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """How a column is read: to what, by which function (None: not usable), and the code of what it cannot read."""

    column: str
    field: str
    read: Callable[[str], Any] = str
    kind: pa.DataType | None = None
    code: str = "FIELD-MISSING"
    optional: bool = False


def read_sales(path: Path) -> PlainTable:
    """The sales of a file as ``SOLD``. PermanentError: it cannot be opened, or lacks a column."""
    rows = _Rows(path, _SALES)
    rows.leave_out(pc.less_equal(rows.table["units"], 0), "LINE-QUANTITY-BAD", "quantity", "sales are above zero")
    money = _money(rows.table["units"].to_pylist(), rows.table["unit_price"].to_pylist())
    rows.table = rows.table.append_column("net_minor", pa.array(money, pa.int64()))
    rows.leave_out(rows.table["net_minor"].is_null(), "FIELD-BAD-NUMBER", "unit_price", "too much money for one line")
    return rows.as_plain_table(SOLD)


def read_returns(path: Path) -> PlainTable:
    """The returns of a file as ``RETURNED``; where all quantities are negative, so many units came back.

    PermanentError: it cannot be opened, or lacks a column.
    """
    rows = _Rows(path, _RETURNS)
    units = rows.table["units"]
    if pc.all(pc.less(units, 0), min_count=0).as_py():
        rows.table = rows.table.set_column(rows.table.column_names.index("units"), "units", pc.negate(units))
    rows.leave_out(pc.less_equal(rows.table["units"], 0), "LINE-QUANTITY-BAD", "quantity", "others are above zero")
    return rows.as_plain_table(RETURNED)


def write_placed(placed: pa.Table, sold: pa.Table, returned: pa.Table, into: Path) -> None:
    """Write ``PLACED`` as a plain table with the numbers and prices of the files, in the order of the returns.

    PermanentError: it cannot be written.
    """
    returned, sold = returned.take(placed["returned"]), sold.take(placed["sold"])
    columns = [
        *(returned[name] for name in ("invoice", "line_no")),
        *(sold[name] for name in ("invoice", "line_no")),
        placed["units"],
        sold["unit_price"],
    ]
    try:
        with into.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(_PLACED)
            lines.writerows(zip(*(column.to_pylist() for column in columns), strict=True))
    except OSError as fault:
        raise _fault(into, "written", fault) from fault


class _Rows:
    """The rows of a file that are still usable, in ``table``, and what is wrong with the others."""

    def __init__(self, path: Path, cells: Sequence[_Cell]) -> None:
        data = _bytes_of(path)
        self._file = RawFile(sha256(data).hexdigest(), path.name, data)
        self._read = read(self._file, Dialect())
        self._ensure_columns(cells)
        self._findings: list[Finding] = []
        start, end = self._read.start, self._read.end
        columns = {"row": self._read.row_no, "offset": start, "length": end - start}
        self.table = pa.table(columns).append_column("file", pa.repeat(self._file.sha256, len(start)))
        texts = {cell.column: self._text(cell) for cell in cells}
        for cell in cells:
            value = each_distinct(texts[cell.column], cell.read, cell.kind)
            self.table = self.table.append_column(cell.field, value)
        self._at = np.arange(len(start))
        self._texts = texts
        self._leave_out_unreadable(cells)
        self._leave_out_repeated(cells[0].column, cells[1].column)

    def leave_out(self, which: pa.Array, code: str, column: str, why: str) -> None:
        """Tell what is wrong with these rows, and go on without them."""
        mask = _mask(which)
        self._tell(np.flatnonzero(mask), code, column, why)
        self._keep(~mask)

    def as_plain_table(self, schema: pa.Schema) -> PlainTable:
        """The rows left, in this shape, and all findings by their place."""
        findings = pa.concat_tables([self._read.findings, as_table(self._findings)])
        ragged = pc.sum(pc.equal(self._read.findings["code"], "TABLE-ROW-RAGGED")).as_py() or 0
        left_out = self._read.size + ragged - self.table.num_rows
        rows = self.table.select(schema.names).cast(schema)
        return PlainTable(self._file.name, rows, findings.sort_by([("offset", "ascending")]), left_out)

    def _ensure_columns(self, cells: Sequence[_Cell]) -> None:
        missing = [cell.column for cell in cells if not cell.optional and cell.column not in self._read.header]
        if missing:
            raise PermanentError(
                f"{self._file.name} has no column {', '.join(missing)}; its first row is "
                f"{', '.join(self._read.header) or 'empty'}. Next: name the columns as docs/splitting.md says."
            )

    def _text(self, cell: _Cell) -> pa.Array:
        if cell.column not in self._read.header:
            return pa.nulls(self._read.size, pa.string())
        return self._read.cells(cell.column).column.trimmed().text

    def _leave_out_unreadable(self, cells: Sequence[_Cell]) -> None:
        usable = np.ones(self.table.num_rows, np.bool_)
        for cell in cells:
            stated = _mask(self._texts[cell.column].is_valid())
            is_read = _mask(self.table[cell.field].is_valid())
            missing = ~stated & (not cell.optional)
            self._tell(np.flatnonzero(missing), "FIELD-MISSING", cell.column)
            self._tell(np.flatnonzero(stated & ~is_read), cell.code, cell.column)
            usable &= ~missing & (is_read | ~stated)
        self._keep(usable)

    def _leave_out_repeated(self, *columns: str) -> None:
        """Of rows with the same document and line number only the first one counts."""
        keys = pc.binary_join_element_wise(*(self._texts[name] for name in columns), "\x1f")
        codes = np.asarray(keys.dictionary_encode().indices)
        repeated = np.ones(len(codes), np.bool_)
        repeated[np.unique(codes, return_index=True)[1]] = False
        self.leave_out(pa.array(repeated), "TABLE-ROW-REPEATED", columns[1], "")

    def _tell(self, rows: npt.NDArray[np.int64], code: str, column: str, why: str = "") -> None:
        for at in rows.tolist():
            offset, length, row = (self.table[name][at].as_py() for name in ("offset", "length", "row"))
            place = Place(self._file.sha256, offset, length, f"row {row}, {column}")
            text = self._texts[column][at].as_py()
            stated = "nothing is stated" if text is None else repr(text)
            self._findings.append(Finding(code, place, f"{stated}; {why}" if why else stated))

    def _keep(self, usable: Mask) -> None:
        if not usable.all():
            kept = pa.array(usable)
            self.table = self.table.filter(kept)
            self._texts = {name: text.filter(kept) for name, text in self._texts.items()}


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise _fault(path, "read", fault) from fault


def _fault(path: Path, done: str, fault: OSError) -> PermanentError:
    reason = (fault.strerror or type(fault).__name__).lower()
    return PermanentError(f"{path} cannot be {done}: {reason}. Next: check the path and its permissions.")


def _mask(which: pa.Array) -> Mask:
    return np.asarray(which, dtype=np.bool_)


# --- values


def _units(text: str) -> int | None:
    """A whole number other than zero, with its sign; ``6.0`` is 6."""
    number = number_of(text, _MARKS)
    if number is None or number != int(number) or not 0 < abs(number) <= _UNITS_MAX:
        return None
    return int(number)


def _price(text: str) -> str | None:
    """The price as it is written, if it is one."""
    number = number_of(text, _MARKS)
    return text if number is not None and number >= 0 else None


def _moment(text: str) -> datetime | None:
    """A day, or a day and a time, as ISO 8601 writes them; what names its offset from UTC becomes UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _end_of_moment(text: str) -> datetime | None:
    """A day without a time of day lasts until its end: a return may stand on any sale of its day."""
    moment = _moment(text)
    has_time = ":" in text or "T" in text
    return moment if moment is None or has_time else datetime.combine(moment.date(), _ANY_TIME)


def _money(units: Sequence[int], prices: Sequence[str]) -> list[int | None]:
    """The money of each line in minor units; None where it is beyond all measure."""
    amounts = [to_minor(Decimal(price) * count, _NO_CURRENCY) for count, price in zip(units, prices, strict=True)]
    return [amount if amount <= _MINOR_MAX else None for amount in amounts]


_AT = pa.timestamp("us")
_LINE = (
    _Cell("customer", "customer"),
    _Cell("item", "item"),
    _Cell("quantity", "units", _units, pa.int64(), "LINE-QUANTITY-BAD"),
)
_PO = _Cell("po_number", "po_number", optional=True)
_SALES = (
    _Cell("sale_invoice", "invoice"),
    _Cell("sale_line_no", "line_no"),
    *_LINE,
    _Cell("timestamp", "at", _moment, _AT, "FIELD-BAD-DATE"),
    _Cell("unit_price", "unit_price", _price, code="FIELD-BAD-NUMBER"),
    _PO,
)
_RETURNS = (
    _Cell("return_invoice", "invoice"),
    _Cell("return_line_no", "line_no"),
    *_LINE,
    _Cell("timestamp", "at", _end_of_moment, _AT, "FIELD-BAD-DATE"),
    _Cell("unit_price", "unit_price", _price, code="FIELD-BAD-NUMBER", optional=True),
    _PO,
)
