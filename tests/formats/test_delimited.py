"""What the reader of tables promises: text as it stands, with the bytes it stands in."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from mappings.formats.delimited import Dialect, read
from mappings.formats.records import Kind
from mappings.formats.segments import RawFile

SEMICOLON = Dialect(separator=";", decimal=",", encoding="cp1252")


def rows_of(data: bytes, dialect: Dialect = SEMICOLON):
    return read(RawFile("f" * 64, "table.csv", data), dialect)


def cells(data: bytes, dialect: Dialect = SEMICOLON) -> list[list[str]]:
    """Header and rows as lists of text."""
    rows = rows_of(data, dialect)
    columns = [[text or "" for text in rows.give(i).column.text.to_pylist()] for i in range(len(rows.header))]
    return [list(rows.header), *(list(row) for row in zip(*columns, strict=True))]


def codes(data: bytes, dialect: Dialect = SEMICOLON) -> list[str]:
    return list(rows_of(data, dialect).findings["code"].to_pylist())


TABLE = [["Retoure", "EAN", "Menge"], ["R1", "0952000000002", "1,5"], ["R2", "", "2"]]
PLAIN = b"Retoure;EAN;Menge\r\nR1;0952000000002;1,5\r\nR2;;2\r\n"

SAME = {
    "plain": PLAIN,
    "LF": PLAIN.replace(b"\r\n", b"\n"),
    "old Mac CR": PLAIN.replace(b"\r\n", b"\r"),
    "BOM": b"\xef\xbb\xbf" + PLAIN,
    "no last line break": PLAIN.rstrip(),
    "blank lines": PLAIN.replace(b"\r\n", b"\r\n\r\n"),
    "empty rows at the end": PLAIN + b";;;\r\n;;\r\n\r\n",
    "empty columns at the end": PLAIN.replace(b"\r\n", b";;;\r\n"),
    "blanks in the header": PLAIN.replace(b"Retoure;", b" Retoure ;"),
    "quotes": b'"Retoure";EAN;"Menge"\r\n"R1";"0952000000002";1,5\r\nR2;"";2\r\n',
    "UTF-16": "﻿".encode("utf-16-le") + PLAIN.decode().encode("utf-16-le"),
}


@pytest.mark.parametrize("name", SAME)
def test_an_odd_but_legible_table_reads_like_the_plain_one(name: str) -> None:
    assert cells(SAME[name]) == TABLE
    assert codes(SAME[name]) == []


def test_rows_know_their_number_and_their_bytes() -> None:
    data = '﻿Titel\r\nA;B\r\n\r\n1;"zwei\r\nZeilen; Köln"\r\n3;4'.encode()
    rows = rows_of(data, Dialect(separator=";", header_row=2))
    spans = zip(rows.start.tolist(), rows.end.tolist(), strict=True)
    assert [data[at:end].decode() for at, end in spans] == ['1;"zwei\r\nZeilen; Köln"', "3;4"]
    assert rows.row_no.tolist() == [4, 5]
    cells = rows.cells("B").column
    assert cells.text.to_pylist() == ["zwei\r\nZeilen; Köln", "4"]
    assert data[cells.start[0] : cells.end[0]].decode() == "zwei\r\nZeilen; Köln"
    with pytest.raises(KeyError):
        rows.cells("C")


@pytest.mark.parametrize("line", ["R3;1", "R3;1;2;3", '"R3;1;2', '"R3";"1'])
def test_a_ragged_row_costs_itself_alone(line: str) -> None:
    data = PLAIN + line.encode() + b"\r\nR4;1;2\r\n"
    rows = rows_of(data)
    assert rows.cells("Retoure").column.text.to_pylist() == ["R1", "R2", "R4"]
    (finding,) = rows.findings.to_pylist()
    assert (finding["code"], finding["path"]) == ("TABLE-ROW-RAGGED", "row 4")
    assert data[finding["offset"] :][: finding["length"]].decode() == line


def test_columns_named_like_our_own_do_not_get_in_the_way() -> None:
    rows = rows_of(b"offset;length;offset\r\na;b;c\r\n")
    assert (rows.cells("offset").column.text.to_pylist(), rows.start.tolist()) == (["a"], [22])


# declared, real, whether a finding says so
CHARSETS = [
    ("cp1252", "cp1252", False),
    ("cp1252", "utf-8", True),
    ("utf-8", "utf-8", False),
    ("utf-8", "cp1252", True),
]


@pytest.mark.parametrize(("declared", "real", "told"), CHARSETS)
def test_the_bytes_tell_the_character_set(declared: str, real: str, told: bool) -> None:
    data, dialect = "A\nMöbel\n".encode(real), Dialect(encoding=declared)
    assert cells(data, dialect) == [["A"], ["Möbel"]]
    assert codes(data, dialect) == (["FILE-CHARSET"] if told else [])


def test_quoting_can_be_switched_off() -> None:
    assert cells(b'A;B\n"x;5" pipe\n', Dialect(separator=";", quote="")) == [["A", "B"], ['"x', '5" pipe']]


def test_a_huge_cell_is_no_exception() -> None:
    assert codes(b"A;B\n" + b"x" * 200_000 + b"\n") == ["TABLE-ROW-RAGGED"]


@pytest.mark.parametrize(
    "wrong", [{"separator": ""}, {"quote": "«"}, {"encoding": "klingon"}, {"decimal": "x"}, {"seperator": ";"}]
)
def test_a_wrong_dialect_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Dialect.model_validate(wrong)


@given(some.binary(max_size=300))
def test_any_bytes_give_rows(data: bytes) -> None:
    rows = rows_of(data)
    assert all(0 <= at <= end <= len(data) for at, end in zip(rows.start.tolist(), rows.end.tolist(), strict=True))


@given(some.lists(some.lists(some.text("ab;\"\n\r ä'", min_size=1, max_size=6), min_size=2, max_size=2), max_size=6))
def test_quoted_cells_come_back_as_they_were(table: list[list[str]]) -> None:
    lines = [["A", "B"], *table]
    quoted = "".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in lines)
    assert cells(quoted.encode(), Dialect(separator=";"))[1:] == table


def test_a_table_without_a_header_has_the_names_it_is_given() -> None:
    assert cells(b"1;2\n3;4\n", Dialect(separator=";", header_row=0, names=("A", "B"))) == [
        ["A", "B"], ["1", "2"], ["3", "4"],
    ]  # fmt: skip


def test_header_rows_under_each_other_are_joined() -> None:
    data = b"Artikel;Menge;;EK\n;St;Ktn;\n1;2;3;4\n"
    header, row = cells(data, Dialect(separator=";", header_rows=2))
    assert (header, row) == (["Artikel", "Menge / St", "Menge / Ktn", "EK"], ["1", "2", "3", "4"])


@pytest.mark.parametrize("last", ["Summe;2;", ";;Summe 2", '"Summe";2;', "Summe: 2"])
def test_a_table_ends_where_its_pattern_fits(last: str) -> None:
    data = f"A;B;C\n1;2;3\n{last}\n4;5;6\nodd\n".encode()
    dialect = Dialect(separator=";", ends="Summe")
    assert cells(data, dialect)[1:] == [["1", "2", "3"]]
    assert codes(data, dialect) == []


RECORDS = Dialect(
    separator=";",
    records=(
        Kind("HD", "H", ("kind", "number")),
        Kind("CT", "C", ("kind", "label", "weight")),
        Kind("LN", "L", ("kind", "ean", "units")),
    ),
    each="LN",
)


def test_records_carry_the_nearest_records_above_them_and_no_others() -> None:
    data = b"H;R1\nL;E1;1\nC;C1;9\nL;E2;2\nC;C2;\nL;E3;3\nH;R2\nL;E4;4\n"
    rows = rows_of(data, RECORDS)
    found = {name: rows.cells(name).column.text.to_pylist() for name in rows.header}
    assert found["LN.ean"] == ["E1", "E2", "E3", "E4"]
    assert found["HD.number"] == ["R1", "R1", "R1", "R2"]
    assert found["CT.label"] == [None, "C1", "C2", None]
    assert found["CT.weight"] == [None, "9", None, None]
    head = rows.cells("HD.number").column
    assert [data[at:end].decode() for at, end in zip(head.start, head.end, strict=True)] == found["HD.number"]


def test_records_that_nobody_knows_or_of_another_width_are_left_out() -> None:
    rows = rows_of(b"H;R1\nX;1\nL;E1\nL;E2;2;;\nH;R2;x\n", RECORDS)
    assert [(row["code"], row["path"]) for row in rows.findings.to_pylist()] == [
        ("TABLE-RECORD-UNKNOWN", "row 2"), ("TABLE-ROW-RAGGED", "row 3"), ("TABLE-ROW-RAGGED", "row 5"),
    ]  # fmt: skip
    assert rows.cells("LN.ean").column.text.to_pylist() == ["E2"]


def test_cells_that_are_their_own_bytes_keep_them() -> None:
    rows = rows_of('A;B;C\n"x";ä;"a""b"\n'.encode(), Dialect(separator=";"))
    assert [rows.cells(name).column.buffer is not None for name in "ABC"] == [True, False, False]
    assert cells('A;B;C\n"x";ä;"a""b"\n'.encode(), Dialect(separator=";"))[1] == ["x", "ä", 'a"b']
