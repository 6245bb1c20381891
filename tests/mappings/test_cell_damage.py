"""What spreadsheets do to values, one by one: lost for good is an error, provable is read and told once."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from tests.mappings.folders import HOLDER, PLATE, codes, partner_folder, raw, run

MAP = """\
kind: notice
standard: {standard}
claims: {{columns: [No, Ean, Item, Qty, Price, Day, Box]}}
reads: {{decimal: "{mark}", separator: ";", thousands: "{thousands}"}}
document: {{number: {{from: No}}, issued_on: {{from: Day, as: date, form: DD.MM.YYYY}}}}
lines:
  each: row
  require: [quantity]
  gtin: {{from: Ean, as: gtin}}
  vendor_item: {{from: Item}}
  quantity: {{from: Qty, as: units}}
  unit_price: {{from: Price, as: decimal}}
  carton: {{from: Box, as: sscc}}
"""
COLUMNS = ("No", "Ean", "Item", "Qty", "Price", "Day", "Box")
GOOD = {"No": "R1", "Ean": PLATE, "Item": "A1", "Qty": "3", "Price": "2,50", "Day": "18.11.2026",
        "Box": "095200000000000011"}  # fmt: skip
LABEL = "095200000000000011"

# column, what the spreadsheet made of it, finding, field, what is read
DAMAGE = [
    ("Ean", "9,52223E+12", "CELL-DIGITS-LOST", "gtin", None),
    ("Ean", "9.52223E+12", "CELL-DIGITS-LOST", "gtin", None),
    ("Ean", "9,522234400018E+12", "CELL-SCIENTIFIC", "gtin", "09522234400018"),
    ("Ean", "9522234400018,00", "CELL-SCIENTIFIC", "gtin", "09522234400018"),
    ("Ean", "41200000179", "CELL-ZEROS-LOST", "gtin", "00041200000179"),
    ("Ean", "03.12.2026", "CELL-DATE-FOR-TEXT", "gtin", None),
    ("Ean", f'="{PLATE}"', "CELL-GUARDED", "gtin", "09522234400018"),
    ("Ean", f"'{PLATE}", "CELL-GUARDED", "gtin", "09522234400018"),
    ("Ean", "#NV", "CELL-ERROR", "gtin", None),
    ("Ean", "########", "CELL-ERROR", "gtin", None),
    ("Item", "03. Dez", "CELL-DATE-FOR-TEXT", "vendor_item", None),
    ("Item", "3-Dec", "CELL-DATE-FOR-TEXT", "vendor_item", None),
    ("Item", "Dec-03", "CELL-DATE-FOR-TEXT", "vendor_item", None),
    ("Item", "03.maj", "CELL-DATE-FOR-TEXT", "vendor_item", None),
    ("Item", "3-déc", "CELL-DATE-FOR-TEXT", "vendor_item", None),
    ("Item", "1,2E+15", "CELL-DIGITS-LOST", "vendor_item", None),
    ("Item", "'0042", "CELL-GUARDED", "vendor_item", "0042"),
    ("Item", "#WERT!", "CELL-ERROR", "vendor_item", None),
    ("Item", "=A1&B1", "CELL-FORMULA", "vendor_item", None),
    ("Qty", "1E+05", "CELL-DIGITS-LOST", "units", None),
    ("Qty", "'3", "CELL-GUARDED", "units", 3),
    ("Qty", "#REF!", "CELL-ERROR", "units", None),
    ("Qty", "=SUM(A1:A3)", "CELL-FORMULA", "units", None),
    ("Qty", "3. Dez", "CELL-DATE-FOR-TEXT", "units", None),
    ("Price", "2.50", "CELL-DECIMAL-MARK", "unit_price", None),
    ("Day", "46344", "CELL-DATE-SERIAL", "issued_on", "2026-11-18"),
    ("Day", "46344,5", "CELL-DATE-SERIAL", "issued_on", "2026-11-18"),
    ("Box", "95200000000000011", "CELL-ZEROS-LOST", "carton", LABEL),
    ("Box", "952000000000000000", "CELL-DIGITS-LOST", "carton", None),
    ("Box", "9,52E+16", "CELL-DIGITS-LOST", "carton", None),
]
FINE = [
    ("Item", "12E3"), ("Item", "10-20-30"), ("Item", "MAY-BE"), ("Item", "#4711"), ("Item", "3-12"), ("Item", "A-1"),
    ("Ean", "9522234400018"), ("Qty", "3,0"), ("Price", "0,5"), ("Price", "1.002,50"), ("Box", LABEL),
]  # fmt: skip


@pytest.fixture(scope="module")
def csv(tmp_path_factory):
    text = MAP.format(standard="delimited", mark=",", thousands=".")
    return partner_folder(tmp_path_factory.mktemp("csv"), {"table": text})


def as_csv(*rows: dict[str, str]) -> str:
    return "\n".join([";".join(COLUMNS), *(";".join(_cell(row[name]) for name in COLUMNS) for row in rows)]) + "\n"


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def read(translation, field: str, row: int = 0):
    table = translation.documents if field == "issued_on" else translation.notice_lines
    value = table[field][row].as_py()
    return str(value) if field == "issued_on" else value


@pytest.mark.parametrize(("column", "cell", "code", "field", "value"), DAMAGE)
def test_each_damage_in_a_csv_has_its_finding(csv, column, cell, code, field, value):
    data = as_csv(GOOD | {column: cell})
    translation = run(csv, raw(data, "t.csv"))
    assert codes(translation) == [code]
    assert read(translation, field) == value
    [finding] = translation.findings.to_pylist()
    assert finding["path"] == f"row 2, {column}"
    place = data.encode()[finding["offset"] :][: finding["length"]].decode()
    assert place.replace('"', "") == cell.replace('"', "")


@pytest.mark.parametrize(("column", "cell"), FINE)
def test_what_only_looks_odd_is_left_alone(csv, column, cell):
    assert codes(run(csv, raw(as_csv(GOOD | {column: cell}), "t.csv"))) == []


def test_what_could_be_put_right_is_told_once_a_column(csv):
    rows = [GOOD | {"Ean": f"'{PLATE}"}, GOOD, GOOD | {"Ean": f"'{HOLDER}"}]
    translation = run(csv, raw(as_csv(*rows), "t.csv"))
    [finding] = translation.findings.to_pylist()
    assert (finding["code"], finding["path"]) == ("CELL-GUARDED", "row 2, Ean")
    assert finding["detail"].endswith("and 1 more in the column")
    assert translation.notice_lines["gtin"].to_pylist() == ["09522234400018"] * 2 + ["09528512300018"]


def test_a_column_with_the_other_decimal_mark_makes_its_ambiguous_numbers_doubtful(csv):
    rows = [GOOD | {"Price": "2.50"}, GOOD | {"Price": "1.250"}, GOOD | {"Price": "7"}]
    translation = run(csv, raw(as_csv(*rows), "t.csv"))
    assert codes(translation) == ["CELL-DECIMAL-MARK"] * 2
    assert translation.notice_lines["unit_price"].to_pylist() == [None, None, "7"]


def test_hard_blanks_between_thousands_are_blanks(tmp_path):
    text = MAP.format(standard="delimited", mark=",", thousands=" ")
    folder = partner_folder(tmp_path, {"table": text})
    translation = run(folder, raw(as_csv(GOOD | {"Price": "1\u00a0002,50"}), "t.csv"))
    assert (codes(translation), read(translation, "unit_price")) == ([], "1002.50")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    text = MAP.format(standard="workbook", mark=",", thousands=".")
    return partner_folder(tmp_path_factory.mktemp("books"), {"table": text})


def as_workbook(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(COLUMNS)
    sheet.append([cells.get(name, GOOD[name]) for name in COLUMNS])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


TYPED = [
    ("Ean", 9522234400018, [], "gtin", "09522234400018"),
    ("Ean", 41200000179, ["CELL-ZEROS-LOST"], "gtin", "00041200000179"),
    ("Item", 46344.0, [], "vendor_item", "46344"),
    ("Price", 12.1, [], "unit_price", "12.1"),
    ("Price", 1.234, [], "unit_price", "1.234"),
    ("Price", 0.1 + 0.2, [], "unit_price", "0.3"),
    ("Price", "12.10", ["CELL-DECIMAL-MARK"], "unit_price", None),
    ("Qty", 3.0, [], "units", 3),
    ("Qty", "#DIV/0!", ["CELL-ERROR"], "units", None),
    ("Qty", "=1+2", ["CELL-FORMULA"], "units", None),
    ("Day", 46344, ["CELL-DATE-SERIAL"], "issued_on", "2026-11-18"),
    ("Box", 95200000000000011, ["CELL-DIGITS-LOST"], "carton", None),
]


@pytest.mark.parametrize(("column", "cell", "expected", "field", "value"), TYPED)
def test_each_damage_in_a_workbook_has_its_finding(books, column, cell, expected, field, value):
    translation = run(books, raw(as_workbook(**{column: cell}), "t.xlsx"))
    assert codes(translation) == expected
    assert read(translation, field) == value
    places = dict(zip(COLUMNS, "ABCDEFG", strict=True))
    assert set(translation.findings["path"].to_pylist()) <= {f"Sheet!{places[column]}2"}


def test_a_date_in_a_workbook_is_a_date_where_one_is_wanted_and_damage_elsewhere(books):
    wanted = run(books, raw(as_workbook(Day=date(2026, 11, 18)), "t.xlsx"))
    assert (codes(wanted), read(wanted, "issued_on")) == ([], "2026-11-18")
    unwanted = run(books, raw(as_workbook(Item=datetime.fromisoformat("2026-12-03")), "t.xlsx"))
    assert (codes(unwanted), read(unwanted, "vendor_item")) == (["CELL-DATE-FOR-TEXT"], None)
