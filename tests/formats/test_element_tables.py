"""The tables of element formats, beside the tables of messages, names and codes that they belong to."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

SCHEMAS = Path(__file__).parents[2] / "schemas"
STANDARDS = ("x12", "edifact")
NO_MESSAGES = ("groups", "segments", "codes", "elements")
# What is a whole format: `M AN 1/80`, `M an..35`, `n8`.
FORMAT = {
    "x12": re.compile(r"(?:M )?(?:AN|ID|N[0-9]|R|DT|TM) (?P<least>\d+)/(?P<most>\d+)"),
    "edifact": re.compile(r"(?:M )?(?:an|a|n)(?:\.\.)?(?P<most>[1-9]\d*)"),
}
ENVELOPES = {"x12": ("GS", "GE", "ST", "SE", "IEA", "TA1"), "edifact": ("UNB", "UNG", "UNH", "UNT", "UNE", "UNZ")}
WITHOUT_FORMAT = {"ISA", "UNA"}  # of fixed width, and no segment


@cache
def table(standard: str, name: str) -> dict[str, Any]:
    """One table of a standard."""
    found: dict[str, Any] = yaml.safe_load((SCHEMAS / standard / f"{name}.yaml").read_text("utf-8"))
    return found


TABLES = {standard: table(standard, "elements") for standard in STANDARDS}
SEGMENTS = [(standard, tag) for standard in STANDARDS for tag in TABLES[standard]["segments"]]


def elements(standard: str, tag: str) -> list[Any]:
    """The formats of a segment's elements, one after the other."""
    raw = TABLES[standard]["segments"][tag]
    found: list[Any] = raw["elements"] if isinstance(raw, dict) else raw
    return found


def components(element: str | list[str]) -> list[str]:
    """The formats of an element's components, without the mark of a composite that must be there."""
    return [element] if isinstance(element, str) else element[element[0] == "M" :]


def used_tags(standard: str) -> Iterator[str]:
    """Every segment that a message of ours may hold."""
    for path in (SCHEMAS / standard).glob("*.yaml"):
        if path.stem not in NO_MESSAGES:
            yield from re.findall(r"^ *- ([A-Z0-9]+) \d", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("standard", STANDARDS)
def test_every_segment_of_our_messages_has_a_name_and_formats(standard: str) -> None:
    named = set(table(standard, "segments")["segments"])
    formed = set(TABLES[standard]["segments"])
    assert set(used_tags(standard)) - named == set()
    assert named - formed == WITHOUT_FORMAT & named
    assert formed - named == set()
    assert formed >= set(ENVELOPES[standard])


@pytest.mark.parametrize(("standard", "tag"), SEGMENTS)
def test_every_format_can_be_read(standard: str, tag: str) -> None:
    for element in elements(standard, tag):
        assert components(element)
        for text in components(element):
            found = FORMAT[standard].fullmatch(text)
            assert found, text
            assert int(found["most"]) >= int(found.groupdict().get("least") or 1) > 0


@pytest.mark.parametrize(("standard", "tag"), SEGMENTS)
def test_there_are_formats_for_all_that_has_a_name(standard: str, tag: str) -> None:
    named = table(standard, "segments")["segments"][tag].get("elements", [])
    formed = elements(standard, tag)
    assert len(formed) >= len(named)
    for element, names in zip(formed, named, strict=False):
        if isinstance(names, list):
            assert len(components(element)) >= len(names)


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_elements_that_go_on_are_at_the_end(standard: str) -> None:
    for tag, raw in TABLES[standard]["segments"].items():
        if isinstance(raw, dict):
            assert set(raw) == {"elements", "repeats"}, tag
            assert 0 < raw["repeats"] < len(raw["elements"]), tag


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_list_of_codes_that_is_complete_is_one_that_we_have(standard: str) -> None:
    assert set(TABLES[standard]["complete_codes"]) <= set(table(standard, "codes"))


def coded(standard: str) -> Iterator[tuple[str, str]]:
    """The format of every component that has codes, and the number of their list."""
    for tag, raw in table(standard, "segments")["segments"].items():
        formed = [] if tag in WITHOUT_FORMAT else elements(standard, tag)
        for element, names in zip(formed, raw.get("elements", []), strict=False):
            for text, name in zip(components(element), [names] if isinstance(names, str) else names, strict=False):
                if "|" in name:
                    yield text, name.partition("|")[2].strip()


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_codes_of_a_complete_list_fit_the_elements_that_hold_them(standard: str) -> None:
    complete = set(TABLES[standard]["complete_codes"])
    held = [(text, number) for text, number in coded(standard) if number in complete]
    assert {number for _, number in held} == complete
    for text, number in held:
        found = FORMAT[standard].fullmatch(text)
        assert found
        assert all(len(code) <= int(found["most"]) for code in table(standard, "codes")[number])


# Formats that we know from many partners' guides: the widest of the versions that we read.
KNOWN = [
    ("x12", "BGN", 2, "M AN 1/80"),  # 30 up to 005020, 80 from 005030
    ("x12", "BGN", 3, "M DT 6/8"),  # six digits up to 003060
    ("x12", "BLI", 2, "M AN 1/80"),
    ("x12", "BLI", 3, "R 1/15"),
    ("x12", "RDR", 1, "ID 2/2"),
    ("x12", "TDS", 1, "M N2 1/15"),
    ("x12", "BCD", 4, "M N2 1/15"),
    ("x12", "N3", 1, "M AN 1/55"),
    ("x12", "DTM", 2, "DT 6/8"),
    ("x12", "W13", 3, "M ID 2/2"),
    ("x12", "GS", 6, "M N0 1/9"),
    ("x12", "ST", 2, "M AN 4/9"),
    ("edifact", "DTM", 1, ["M", "M an..3", "an..35", "an..3"]),
    ("edifact", "BGM", 2, ["an..70", "an..9", "an..6"]),  # one element of 35 in D.96A
    ("edifact", "CDI", 1, "M an..3"),
    ("edifact", "UNS", 1, "M a1"),
    ("edifact", "UNZ", 2, "M an..14"),
    ("edifact", "UNT", 1, "M n..10"),  # six digits up to syntax version 3
]


@pytest.mark.parametrize(("standard", "tag", "position", "known"), KNOWN)
def test_formats_are_the_widest_of_the_versions(standard: str, tag: str, position: int, known: str | list[str]) -> None:
    assert elements(standard, tag)[position - 1] == known


def test_product_ids_go_on_in_pairs() -> None:
    for tag in ("PO1", "IT1", "LIN", "SLN", "POC"):
        raw = TABLES["x12"]["segments"][tag]
        assert raw["repeats"] == 2
        assert [text.removeprefix("M ") for text in raw["elements"][-2:]] == ["ID 2/2", "AN 1/80"]
