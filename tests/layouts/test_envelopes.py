"""Envelopes around documents: control numbers, counts, character sets, versions of syntax and of messages."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mappings.formats import edifact, x12
from mappings.formats.charset import SYNTAX_LEVELS
from mappings.layouts import Document, Layout, load_layout, read_document
from mappings.layouts.load import versions
from tests.formats.files import codes, raw
from tests.layouts.documents import EDIFACT, X12, edifact_file, read_all, x12_file

NUMBER = {"number": "PO-9", "issued_on": date(2026, 1, 15)}
PARTY = {"role": "BY", "id": "9520000010003", "agency": "9"}


def notice(number: str = "R-1", **line: Any) -> Document:
    item = {"gtin": "09520000000028", "quantity": 2, "unit": "EA", "disposition": "RN"} | line
    return {"purpose": "original", "number": number, "issued_on": date(2026, 3, 4), "lines": [item]}


def order(remark: str) -> Document:
    line = {"line_no": 1, "gtin": "09520000000028", "quantity": 1}
    return NUMBER | {"purpose": "original", "remark": remark, "parties": [PARTY], "lines": [line]}


def test_groups_and_messages_are_numbered_and_counted() -> None:
    layout = load_layout("x12/180_notification")
    data = x12_file(layout, [[notice("R-1"), notice("R-2")], [notice("R-3")]])
    reading = x12.read([raw(data)])
    assert codes(reading) == []
    assert reading.interchanges["declared_count"].to_pylist() == [2]
    assert reading.groups["declared_count"].to_pylist() == [2, 1]
    assert reading.groups["control"].to_pylist() == ["1", "2"]
    assert reading.groups["code"].to_pylist() == ["AN", "AN"]
    assert reading.messages["control"].to_pylist() == ["0001", "0002", "0001"]
    assert reading.messages["declared_count"].to_pylist() == [5, 5, 5]
    assert data.endswith(b"GE*1*2~IEA*2*000000042~")
    assert [document["number"] for document in read_all(layout, reading)] == ["R-1", "R-2", "R-3"]


def test_messages_of_an_edifact_interchange_are_numbered_and_counted() -> None:
    layout = load_layout("edifact/orders")
    data = edifact_file(layout, [order("first"), order("second"), order("third")])
    reading = edifact.read([raw(data)])
    assert codes(reading) == []
    assert reading.interchanges["declared_count"].to_pylist() == [3]
    assert reading.messages["control"].to_pylist() == ["1", "2", "3"]
    assert data.endswith(b"UNT+10+3'UNZ+3+42'")


# --- versions


@pytest.mark.parametrize("version", versions("x12/180_notification"))
def test_dates_have_six_digits_up_to_003060_and_eight_from_004010(version: str) -> None:
    layout = load_layout("x12/180_notification", version)
    data = x12_file(layout, [[notice()]])
    day = b"260304" if version < "004" else b"20260304"
    assert b"*" + day + b"*0506*1*X*" + version.encode() in data  # GS04, GS08
    assert b"BGN*00*R-1*" + day + b"~" in data
    assert b"*260304*0506*U*00401*" in data  # ISA09 has six for ever
    assert read_document(layout, x12.read([raw(data)]), 0) == notice()


@pytest.mark.parametrize("day", [date(1968, 12, 31), date(2069, 1, 1)])
def test_a_day_that_six_digits_cannot_say_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="two digits"):
        x12_file(load_layout("x12/180_notification", "003040"), [[notice() | {"issued_on": day}]])


@pytest.mark.parametrize(("syntax", "day"), [("1", b"260304"), ("3", b"260304"), ("4", b"20260304")])
def test_the_syntax_version_says_how_the_day_is_written(syntax: str, day: bytes) -> None:
    layout = load_layout("edifact/orders")
    envelope = replace(EDIFACT, version=syntax)
    data = edifact_file(layout, [order("5*4 is no repetition")], envelope)
    assert b"UNB+UNOC:" + syntax.encode() in data
    assert b"+" + day + b":0506+42'" in data
    assert read_document(layout, edifact.read([raw(data)]), 0) == order("5*4 is no repetition")


# --- character sets


def word(level: str) -> str:
    """Letters that the level has beyond ASCII, if it has any."""
    codec = SYNTAX_LEVELS[level]
    return (
        "plain"
        if codec == "ascii"
        else "日本 ö ж"
        if codec == "utf-8"
        else bytes(range(0xE1, 0xE9)).decode(codec, "ignore")
    )


@pytest.mark.parametrize("syntax", ["3", "4"])
@pytest.mark.parametrize("level", sorted(SYNTAX_LEVELS))
def test_each_syntax_level_carries_its_letters(level: str, syntax: str) -> None:
    layout = load_layout("edifact/orders")
    data = edifact_file(layout, [order(word(level))], replace(EDIFACT, level=level, version=syntax))
    reading = edifact.read([raw(data)])
    assert codes(reading) == []
    assert reading.interchanges["version"].to_pylist() == [f"{level}:{syntax}"]
    assert word(level).encode(SYNTAX_LEVELS[level]) in data
    assert read_document(layout, reading, 0) == order(word(level))


@pytest.mark.parametrize(("level", "text"), [("UNOA", "ö"), ("UNOC", "ж"), ("UNOE", "ö"), ("UNOK", "日")])
def test_letters_that_a_level_lacks_are_refused(level: str, text: str) -> None:
    with pytest.raises(ValueError, match="codec can't encode"):
        edifact_file(load_layout("edifact/orders"), [order(text)], replace(EDIFACT, level=level))


# --- delimiters


@pytest.mark.parametrize(
    ("isa12", "text", "found"),
    [
        ("00401", "4*4", "*"), ("00401", "a>b", ">"), ("00401", "a~b", "~"), ("00501", "a^b", "^"),
    ],
)  # fmt: skip
def test_a_text_that_holds_a_delimiter_is_refused_by_name(isa12: str, text: str, found: str) -> None:
    layout = load_layout("x12/180_notification")
    with pytest.raises(ValueError, match="delimiter") as refused:
        x12_file(layout, [[notice(remark=text)]], replace(X12, version=isa12))
    assert f"{text!r} holds the delimiter {found!r}" in str(refused.value)
    assert "choose other delimiters" in str(refused.value)


def test_other_delimiters_carry_it() -> None:
    layout = load_layout("x12/180_notification")
    document = notice(remark="4*4 > 15 ~ or so ^")
    data = x12_file(layout, [[document]], replace(X12, element="|", component=":", terminator="\x1e"))
    assert read_document(layout, x12.read([raw(data)]), 0) == document


def test_before_00402_there_is_no_repetition_to_avoid() -> None:
    layout = load_layout("x12/180_notification")
    assert read_document(layout, x12.read([raw(x12_file(layout, [[notice(remark="a^b")]]))]), 0) == notice(remark="a^b")


def test_a_guide_stands_in_the_header_of_its_message() -> None:
    layout: Layout = load_layout("x12/999", "005010X231A1")
    answer: Document = {
        "group_code": "HC",
        "group_control": 1,
        "verdict": "A",
        "declared": 1,
        "received": 1,
        "accepted": 1,
    }
    data = x12_file(layout, [[answer]], replace(X12, version="00501"))
    assert b"ST*999*0001*005010X231A1~" in data
    assert read_document(layout, x12.read([raw(data)]), 0) == answer
