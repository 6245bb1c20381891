"""What the reader of fixed width promises: characters of the text, bytes of the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mappings.formats.fixed_width import Layout, read, span_of
from mappings.formats.records import Kind
from mappings.formats.segments import RawFile

ONE = Layout("cp1252", (Kind("", "", ("name", "units", "note"), ((1, 6), (7, 9), (10, 14))),))


def rows_of(data: bytes, layout: Layout = ONE):
    return read(RawFile("f" * 64, "table.txt", data), layout)


def cells(data: bytes, layout: Layout = ONE) -> list[tuple[str | None, ...]]:
    rows = rows_of(data, layout)
    return list(zip(*(rows.cells(name).column.text.to_pylist() for name in rows.header), strict=True))


TEXT = "Teller  3rot\nKäse   12\n\n        4weiß\nx\n"
EXPECTED = [("Teller", "3", "rot"), ("Käse", "12", None), (None, "4", "weiß"), ("x", None, None)]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_columns_are_counted_in_characters_and_placed_in_bytes(encoding: str, line_break: str) -> None:
    data = TEXT.replace("\n", line_break).encode(encoding)
    assert cells(data) == EXPECTED
    rows = rows_of(data)
    assert rows.row_no.tolist() == [1, 2, 4, 5]
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    for name, texts in zip(rows.header, zip(*EXPECTED, strict=True), strict=True):
        column = rows.cells(name).column
        spans = zip(column.start.tolist(), column.end.tolist(), strict=True)
        assert [data[at:end].decode(codec) if at >= 0 else None for at, end in spans] == list(texts)


def test_a_tab_makes_a_row_unreadable_and_text_behind_the_columns_is_told_once() -> None:
    rows = rows_of(b"a\tb   3\nabc     1red  more\nabc     1red  more\n")
    assert [(row["code"], row["path"]) for row in rows.findings.to_pylist()] == [
        ("TABLE-ROW-RAGGED", "row 1"),
        ("TABLE-COLUMN-NEW", "row 2"),
    ]
    assert rows.size == 2


def test_a_header_and_what_follows_the_end_are_passed_over() -> None:
    layout = Layout("utf-8", ONE.kinds, "", 1, "Sum")
    assert cells(b"NAME  NO\nabc     1\n Sum    1\nxyz     2\n\x1a", layout) == [("abc", "1", None)]


def test_the_longest_beginning_tells_the_kind() -> None:
    kinds = (
        Kind("H", "H", ("number",), ((2, 4),)),
        Kind("HX", "HX", ("text",), ((3, 5),)),
        Kind("L", "L", ("units",), ((2, 3),)),
    )
    rows = rows_of(b"HR1\nHXabc\nL 7\n??\n", Layout("utf-8", kinds, "L"))
    assert {name: rows.cells(name).column.text.to_pylist() for name in rows.header} == {
        "H.number": ["R1"], "HX.text": ["abc"], "L.units": ["7"],
    }  # fmt: skip
    assert rows.findings["code"].to_pylist() == ["TABLE-RECORD-UNKNOWN"]


@pytest.mark.parametrize("wrong", ["0-3", "5-1", "a", "1-", ""])
def test_what_are_no_characters_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="are no characters"):
        span_of(wrong)


@given(some.one_of(some.binary(max_size=120), some.text("aä€ \t\r\n", max_size=80).map(str.encode)))
def test_any_bytes_give_the_rows_that_plain_slicing_gives(data: bytes) -> None:
    rows = rows_of(data, Layout("utf-8", ONE.kinds))
    found = list(zip(*(rows.cells(name).column.text.to_pylist() for name in rows.header), strict=True))
    if any(code == "FILE-CHARSET" for code in rows.findings["code"].to_pylist()) or data[:2] in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):
        return
    text = data.removeprefix(b"\xef\xbb\xbf").decode()
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if "\t" not in line]
    kept = [line for line in lines if any(byte > 32 for byte in line.encode())]
    plain = [tuple(line[a - 1 : b].strip(" ") or None for a, b in ONE.kinds[0].spans) for line in kept]
    assert found == plain
