"""A table whose columns changed is held with old and new side by side; it is never read as if nothing had happened."""

import pytest

from mappings.tables.layout import drift
from schemas.errors import ConfigError
from tests.mappings.folders import BOWL, HOLDER, PLATE, codes, partner_folder, raw, run

TABLE = """\
kind: notice
standard: delimited
claims: {{columns: [No, Ean, Menge, Preis, Filiale]{more}}}
reads: {{separator: ";", decimal: ","{reads}}}
document: {{number: {{from: {number}}}}}
lines:
  each: row
  gtin: {{from: Ean, as: gtin}}
  quantity: {{from: Menge, as: units}}
  unit_price: {{from: Preis, as: decimal}}
  store: {{from: Filiale}}
"""
ROW = f"R1;{PLATE};3;2,50;17\n"


def table(more: str = "", reads: str = "", number: str = "No") -> str:
    return TABLE.format(more=more, reads=reads, number=number)


@pytest.fixture
def shop(tmp_path):
    return partner_folder(tmp_path, {"table": table()})


def held(folder, text: str) -> str:
    """The detail of the one finding for a table that was held."""
    translation = run(folder, raw(text, "t.csv"))
    assert translation.documents.num_rows == 0
    assert codes(translation) == ["TABLE-LAYOUT-CHANGED"]
    return translation.findings["detail"][0].as_py()


CHANGED = {
    "renamed alike": (f"No;Ean;Mengen;Preis;Filiale\n{ROW}", "mapping table: 3: Menge -> Mengen?"),
    "renamed, told by content": (f"No;Artikelcode;Menge;Preis;Filiale\n{ROW}", "mapping table: 2: Ean -> Artikelcode?"),
    "gone": (f"No;Ean;Menge;Preis\nR1;{PLATE};3;2,50\n", "mapping table: 5: Filiale -> nothing"),
    "swapped": (
        f"No;Ean;Preis;Menge;Filiale\nR1;{PLATE};3;2,50;17\n",
        "mapping table: 3: Menge -> now at 4; 4: Preis -> now at 3",
    ),
    "twice": (
        f"No;Ean;Menge;Preis;Filiale;Menge\nR1;{PLATE};3;2,5;17;4\n",
        "mapping table: 3: Menge -> stands 2 times",
    ),
    "renamed and a new one": (
        f"No;Ean;Mengen;Preis;Filiale;Lager\nR1;{PLATE};3;2,50;17;x\n",
        "mapping table: 3: Menge -> Mengen?; new: 6: Lager",
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_table_is_held_with_old_and_new_side_by_side(shop, name):
    text, detail = CHANGED[name]
    assert held(shop, text) == detail


def test_moved_columns_are_taken_where_the_mapping_says_so(tmp_path):
    folder = partner_folder(tmp_path, {"table": table(more=", moved: taken")})
    translation = run(folder, raw(f"Filiale;Preis;Menge;Ean;No\n17;2,50;3;{PLATE};R1\n", "t.csv"))
    assert codes(translation) == []
    assert translation.notice_lines.select(["store", "units", "unit_price"]).to_pylist() == [
        {"store": "17", "units": 3, "unit_price": "2.50"}
    ]


def test_new_columns_between_are_passed_over_and_told_once(shop):
    translation = run(shop, raw(f"No;Neu;Ean;Menge;Preis;Filiale;Lager\nR1;x;{PLATE};3;2,50;17;y\n" * 1, "t.csv"))
    assert translation.findings.select(["code", "detail"]).to_pylist() == [
        {"code": "TABLE-COLUMN-NEW", "detail": "mapping table: Neu, Lager"}
    ]
    assert translation.notice_lines["units"].to_pylist() == [3]


def test_another_table_is_unclaimed(shop):
    assert codes(run(shop, raw("Name;Ean;Ort\nx;y;z\n", "t.csv"))) == ["FILE-UNCLAIMED"]


def test_several_mappings_are_tried_in_order_and_the_nearest_explains(tmp_path):
    other = table().replace("[No, Ean, Menge, Preis, Filiale]", "[No, Ean, Menge, Preis, Filiale, Zusatz]")
    folder = partner_folder(tmp_path, {"a": other, "b": table()})
    taken = run(folder, raw(f"No;Ean;Menge;Preis;Filiale\n{ROW}", "t.csv"))
    assert taken.documents["message_type"].to_pylist() == ["b"]
    assert held(folder, "No;Ean;Menge;Preise;Filiale\n").startswith("mapping b: 4: Preis -> Preise?")


def test_drift_knows_moved_from_new():
    assert drift(["A", "B", "C"], ["A", "X", "B", "C"]).is_none
    assert drift(["A", "B", "C"], ["B", "A", "C"]).moved == ("A", "B")
    assert drift(["A", "B"], ["A"]).missing == ("B",)
    assert drift(["A", "A", "B"], ["A", "A", "B"]).is_none


HEADERLESS = (
    table(reads=", header_row: 0, names: [No, Ean, Menge, Preis, Filiale]").replace(
        "columns: [No, Ean, Menge, Preis, Filiale]", 'files: "*.csv"'
    )
)  # fmt: skip


def test_a_table_without_a_header_is_read_by_position(tmp_path):
    folder = partner_folder(tmp_path, {"table": HEADERLESS})
    translation = run(folder, raw(ROW + f"R1;{HOLDER};1;1,00;17\n", "t.csv"))
    assert translation.notice_lines["units"].to_pylist() == [3, 1]
    assert codes(translation) == []


def test_without_a_header_moved_content_is_held(tmp_path):
    folder = partner_folder(tmp_path, {"table": HEADERLESS})
    rows = "".join(f"R1;3;{gtin};2,50;17\n" for gtin in (PLATE, HOLDER, BOWL, PLATE))
    translation = run(folder, raw(rows, "t.csv"))
    assert (codes(translation), translation.documents.num_rows) == (["TABLE-CONTENT-MOVED"], 0)
    assert "Ean: 4 of 4 cells are no gtin" in translation.findings["detail"][0].as_py()


def test_one_wrong_item_in_a_short_table_is_no_moved_content(tmp_path):
    folder = partner_folder(tmp_path, {"table": HEADERLESS})
    assert codes(run(folder, raw("R1;9522234400019;3;2,50;17\n", "t.csv"))) == ["FIELD-BAD-GTIN"]


def test_rows_of_another_width_are_not_this_table(tmp_path):
    folder = partner_folder(tmp_path, {"table": HEADERLESS})
    assert codes(run(folder, raw(f"R1;x;{PLATE};3;2,50;17\n" * 3, "t.csv"))) == ["FILE-UNCLAIMED"]


REFUSED = {
    "no claim": (table().replace("[No, Ean, Menge, Preis, Filiale]", "[]"), "claimed by its columns"),
    "no names": (HEADERLESS.replace(", names: [No, Ean, Menge, Preis, Filiale]", ""), "nothing names the columns"),
    "unknown path": (table(number="Nr"), "claimed column"),
    "bad pattern": (table(reads=", ends: '('"), "no pattern"),
    "bad cell": (table(reads=", cells: {a: 7B}"), "is no cell"),
    "unknown record": (HEADERLESS.replace("names:", "records: {HD: {starts: H, columns: [a]}}, names:"), "no record"),
    "bad span": (
        HEADERLESS.replace("names:", "columns: {No: 5-1}, names:").replace("delimited", "fixed"),
        "are no characters",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_mapping_that_cannot_work_is_refused(tmp_path, name):
    text, said = REFUSED[name]
    with pytest.raises(ConfigError, match=said):
        partner_folder(tmp_path, {"table": text})
