"""What the reader of tables promises: text as it stands, with the bytes it stands in."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from mappings.formats.delimited import Dialect, read
from mappings.formats.segments import RawFile

SEMICOLON = Dialect(separator=";", decimal=",", encoding="cp1252")


def rows_of(data: bytes, dialect: Dialect = SEMICOLON):
    return read(RawFile("f" * 64, "table.csv", data), dialect)


def cells(data: bytes, dialect: Dialect = SEMICOLON) -> list[list[str]]:
    """Header and rows as lists of text."""
    rows = rows_of(data, dialect)
    columns = [rows.table.column(i).to_pylist() for i in range(len(rows.header))]
    return [rows.header, *(list(row) for row in zip(*columns, strict=True))]


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
    spans = zip(rows.offset.to_pylist(), rows.length.to_pylist(), strict=True)
    assert [data[at : at + length].decode() for at, length in spans] == ['1;"zwei\r\nZeilen; Köln"', "3;4"]
    assert rows.row_no.to_pylist() == [4, 5]
    assert rows.text("B").to_pylist() == ["zwei\r\nZeilen; Köln", "4"]
    with pytest.raises(KeyError):
        rows.text("C")


@pytest.mark.parametrize("line", ["R3;1", "R3;1;2;3", '"R3;1;2', '"R3";"1'])
def test_a_ragged_row_costs_itself_alone(line: str) -> None:
    data = PLAIN + line.encode() + b"\r\nR4;1;2\r\n"
    rows = rows_of(data)
    assert rows.text("Retoure").to_pylist() == ["R1", "R2", "R4"]
    (finding,) = rows.findings.to_pylist()
    assert (finding["code"], finding["path"]) == ("TABLE-ROW-RAGGED", "row 4")
    assert data[finding["offset"] :][: finding["length"]].decode() == line


def test_columns_named_like_our_own_do_not_get_in_the_way() -> None:
    rows = rows_of(b"offset;length;offset\r\na;b;c\r\n")
    assert (rows.text("offset").to_pylist(), rows.offset.to_pylist()) == (["a"], [22])


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


@pytest.mark.parametrize("wrong", [{"separator": ""}, {"encoding": "klingon"}, {"decimal": "x"}, {"seperator": ";"}])
def test_a_wrong_dialect_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Dialect.model_validate(wrong)


@given(some.binary(max_size=300))
def test_any_bytes_give_rows(data: bytes) -> None:
    rows = rows_of(data)
    assert all(
        o >= 0 and o + n <= len(data) for o, n in zip(rows.offset.to_pylist(), rows.length.to_pylist(), strict=True)
    )


@given(some.lists(some.lists(some.text("ab;\"\n\r ä'", min_size=1, max_size=6), min_size=2, max_size=2), max_size=6))
def test_quoted_cells_come_back_as_they_were(table: list[list[str]]) -> None:
    lines = [["A", "B"], *table]
    quoted = "".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in lines)
    assert cells(quoted.encode(), Dialect(separator=";"))[1:] == table
