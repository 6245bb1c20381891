"""Good rows of every canonical table, built from its own columns, and how each kind of expectation is broken."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa

from mappings.code_lists import canonical
from schemas.suites import JUDGED, Expectation, Suite, kind_of

TODAY = date(2026, 11, 22)
COUNT = 20
_CONDITIONS = ("sellable", "damaged")

# How a good value of a column looks in row n; what is not named here is a text of its own.
_GOOD: dict[str, Callable[[int], Any]] = {
    "document": lambda n: f"{n // 4:012x}-1",
    "line_no": lambda n: n % 4 + 1,
    "file": lambda n: f"{n // 4:064x}",
    "offset": lambda n: 100 * n,
    "length": lambda _: 90,
    "gtin": lambda n: f"0952000000{n:04d}",
    "ordered_gtin": lambda n: f"0952000001{n:04d}",
    "replaces_gtin": lambda n: f"0952000002{n:04d}",
    "component_gtin": lambda n: f"0952000003{n:04d}",
    "units": lambda n: n + 1,
    "quantity_raw": lambda n: f"{n + 1}.0",
    "unit_raw": lambda _: "EA",
    "vendor_item": lambda n: f"WR {n}",
    "carton": lambda n: f"{n:018d}",
    "unit_price": lambda n: f"{n}.50",
    "currency": lambda _: "GBP",
    "net_minor": lambda n: 1000 + n,
    "tax_minor": lambda n: 200 + n,
    "amount_minor": lambda n: -1000 - n,
    "tax_rate": lambda _: "20.00",
    "tax_category": lambda _: "S",
    "company": lambda _: "WR01",
    "retailer": lambda _: "nordstad",
    "partner": lambda _: "nordstad",
    "kind": lambda _: "notice",
    "standard": lambda _: "x12",
    "purpose": lambda _: "original",
    "rule_version": lambda _: "0123456789ab",
    "condition": lambda n: _CONDITIONS[n % 10 == 0],
    "action": lambda _: "change",
    "bill": lambda _: "invoice",
    "verdict": lambda _: "accepted",
    "disposition": lambda _: "return",
    "complete": lambda n: n % 2 == 0,
    "interchange_control": lambda n: f"{n:09d}",
    "group_control": lambda n: str(n),
    "message_control": lambda n: f"{n:04d}",
}


def good_rows(table: str) -> pa.Table:
    """Rows that every expectation of the table's suite should hold for."""
    return pa.table({field.name: _column(table, field) for field in JUDGED[table]}, schema=JUDGED[table])


def _column(table: str, field: pa.Field) -> pa.Array:
    if field.name == "reason":
        values: list[Any] = [sorted(canonical("deductions" if table == "deduction_lines" else "reasons"))[0]] * COUNT
    elif table == "documents" and field.name == "document":
        values = [f"{n:012x}-1" for n in range(COUNT)]
    elif field.type == pa.date32():
        values = [date(2026, 11, 1 + n % 20) for n in range(COUNT)]
    else:
        values = [_GOOD.get(field.name, lambda n: f"{field.name} {n}")(n) for n in range(COUNT)]
    return pa.array(values, field.type)


def broken(suite: Suite, one: Expectation, rows: pa.Table) -> pa.Table:
    """The rows with this expectation broken: in all lines where it is `mostly` meant, else in one."""
    lines = range(COUNT) if one.mostly < 1 else range(1, 2)
    for name in one.when.absent:
        rows = _with(rows, name, dict.fromkeys(lines))
    column = one.columns[-1]
    if "Unique" in one.expect:
        return _repeated(rows, one.columns)
    if one.expect == "ExpectColumnPairValuesAToBeGreaterThanB":
        return _with(rows, column, {1: rows[one.columns[0]][1].as_py() + 1})
    return _with(rows, column, dict.fromkeys(lines, _bad(suite, one, column)))


def _bad(suite: Suite, one: Expectation, column: str) -> Any:
    if one.expect == "ExpectColumnValuesToNotBeNull":
        return None
    if one.expect != "ExpectColumnValuesToBeBetween":
        return " no such value "
    if kind_of(suite, column) == pa.date32():
        return date(1999, 12, 31)
    return int(one.min_value) - 1 if one.min_value is not None else int(one.max_value or 0) + 1


def beyond(one: Expectation) -> Any:
    """A value above the upper bound of an expectation."""
    if one.days_ahead is not None:
        return date.fromordinal(TODAY.toordinal() + one.days_ahead + 1)
    return int(one.max_value or 0) + 1


def planted(one: Expectation, rows: pa.Table) -> pa.Table:
    """The rows with a value above the upper bound."""
    lines = range(COUNT) if one.mostly < 1 else range(1, 2)
    return _with(rows, one.columns[0], dict.fromkeys(lines, beyond(one)))


def _repeated(rows: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    for name in columns:
        rows = _with(rows, name, {1: rows[name][0].as_py()})
    return rows


def _with(rows: pa.Table, name: str, values: dict[int, Any]) -> pa.Table:
    """The rows with other values of a column in these lines."""
    column = rows[name].to_pylist()
    for line, value in values.items():
        column[line] = value
    field = rows.schema.field(name)
    return rows.set_column(rows.column_names.index(name), field, pa.array(column, field.type))
