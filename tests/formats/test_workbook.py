"""What the reader of workbooks promises: every cell as the text that was typed, found where it stands."""

import io
from contextlib import suppress
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mappings.formats.segments import RawFile
from mappings.formats.sniff import sniff
from mappings.formats.table import DATE, ERROR, FORMULA, NUMBER, TEXT
from mappings.formats.workbook import Layout, UnreadableWorkbook, letters_of, place_of, read


def workbook(*rows: tuple[object, ...], merged: tuple[str, ...] = (), hidden: bool = False) -> bytes:
    """A workbook whose second sheet has these rows."""
    book = openpyxl.Workbook()
    book.active.title = "Intro"
    book.active["A1"] = "Intro"
    book.active.sheet_state = "hidden" if hidden else "visible"
    sheet = book.create_sheet("Data")
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.active = 1
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


DATA = Layout(sheet="Data")


def rows_of(data: bytes, layout: Layout = DATA):
    return read(RawFile("f" * 64, "table.xlsx", data), layout)


def column(data: bytes, name: str, layout: Layout = DATA) -> list[str | None]:
    return rows_of(data, layout).cells(name).column.text.to_pylist()


CELLS = [
    (9522234400018, "9522234400018"), (12.0, "12"), (12.1, "12.1"), (0.1 + 0.2, "0.3"), (-0.5, "-0.5"),
    (1e14, "100000000000000"), (1e-7, "0.0000001"), ("0042", "0042"), (" x ", " x "), (True, "true"),
    (date(2026, 11, 18), "2026-11-18"), (datetime.fromisoformat("2026-11-18T14:30"), "2026-11-18T14:30:00"),
    (time(14, 30), "14:30:00"), (None, None),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "text"), CELLS)
def test_a_cell_alone_and_among_others_is_the_text_that_was_typed(cell: object, text: str | None) -> None:
    data = workbook(("A", "B"), (cell, "x"), ("y", "x"), (cell, 1.5))
    assert column(data, "A") == [text, "y", text]
    assert column(workbook(("A", "B"), (cell, "x"), (cell, "x")), "A") == [text, text]


def test_numbers_take_the_declared_mark() -> None:
    assert column(workbook(("A",), (2.5,), ("x",)), "A", Layout(sheet="Data", decimal=",")) == ["2,5", "x"]


def test_errors_and_formulas_without_value_are_no_empty_cells() -> None:
    rows = rows_of(workbook(("A", "B"), ("#N/A", 1), ("=B2*2", 2), (date(2026, 1, 2), 3), ("x", 4)))
    cells = rows.cells("A")
    assert cells.column.text.to_pylist() == ["#N/A", "=B2*2", "2026-01-02", "x"]
    assert cells.kinds is not None
    assert cells.kinds.tolist() == [ERROR, FORMULA, DATE, TEXT]
    assert rows.cells("B").kinds.tolist() == [NUMBER] * 4


def test_titles_values_above_header_rows_and_sums() -> None:
    data = workbook(
        ("Returns",), (None, "Note", "N-1"), (), ("No", "Units", None, "Price"), (None, "pcs", "ctn", None),
        ("1", 2, 3, 4.5), (), ("2", 5, 6, 7), ("Sum", 7, 9, None), ("signed", None, None, None),
        merged=("A1:D1", "A4:A5", "B4:C4", "D4:D5"),
    )  # fmt: skip
    layout = Layout("Data", 4, 2, (), (("note", "C2"),), "Sum")
    rows = rows_of(data, layout)
    assert rows.header == ("No", "Units / pcs", "Units / ctn", "Price", "note")
    assert rows.cells("Units / ctn").column.text.to_pylist() == ["3", "6"]
    assert rows.cells("note").column.text.to_pylist() == ["N-1", "N-1"]
    assert rows.place(1, "Units / ctn") == "Data!C8"
    assert rows.place(1, "note") == "Data!C2"
    assert rows.place(0) == "Data!6"


def test_hidden_sheets_are_not_counted_and_are_read_by_name() -> None:
    data = workbook(("A",), ("x",), hidden=True)
    assert column(data, "A", Layout(sheet="1")) == ["x"]
    assert rows_of(data, Layout(sheet="Intro")).header == ("Intro",)
    with pytest.raises(UnreadableWorkbook, match="there are 'Intro', 'Data'"):
        rows_of(data, Layout(sheet="2"))


@pytest.mark.parametrize("at", [30, 400, 1500, -200, -30])
def test_a_broken_workbook_is_said_to_be_broken_or_read(at: int) -> None:
    data = bytearray(workbook(("A",), ("x",)))
    data[at : at + 20] = b"\x00" * 20
    with suppress(UnreadableWorkbook):
        assert rows_of(bytes(data)).header == ("A",)


def test_workbooks_are_known_by_their_bytes() -> None:
    assert sniff(workbook(("A",))) == "workbook"
    assert sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "workbook"
    assert sniff(b"PK\x03\x04" + bytes(40)) == "unknown"
    with pytest.raises(UnreadableWorkbook):
        rows_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [letters_of(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert [place_of(letters_of(at) + "7") for at in (0, 27, 800)] == [(6, 0), (6, 27), (6, 800)]


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 6000), some.binary(min_size=1, max_size=8), some.integers(0, 8))
def test_no_damage_to_the_bytes_raises_anything_else(at: int, junk: bytes, cut: int) -> None:
    data = workbook(("A", "B"), ("x", None), ("#N/A", 1))
    with suppress(UnreadableWorkbook):
        rows = rows_of(data[:at] + junk + data[at + cut :])
        assert all(len(rows.cells(name).column.text) == rows.size for name in rows.header)
