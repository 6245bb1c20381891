"""Lookups over columns of a tree find what XPath finds; a wrong path says what to write instead."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree

from mappings.checks.trees import claims
from mappings.checks.trees import path as check_path
from mappings.formats import json_text, xml
from mappings.trees.paths import parse_tree
from mappings.trees.rows import ElementRows, Names
from schemas.rules import Rules
from tests.formats.files import TIMES
from tests.mappings.folders import raw

NAMESPACES = {"n": "urn:n"}
SCHEMA = {"n": "urn:n"}
# What each path is in XPath, from the line `doc/box/line` on. Of several nodes the first with a text counts.
XPATHS = {
    "a": "a",
    "a/b": "a/b",
    "n:c": "n:c",
    "a/@x": "a/@x",
    "@x": "@x",
    ".": ".",
    "a[@x=1]": "a[@x='1']",
    "a[b=1]/b": "a[b='1']/b",
    "a[@x=1][b=2]/n:c": "a[@x='1'][b='2']/n:c",
    "a[b/@x=2]/b": "a[b/@x='2']/b",
    "^a": "/doc/a",
    "^box/@x": "/doc/box/@x",
    "^a[b=2]/@x": "/doc/a[b='2']/@x",
}
ABOVE = {
    "a": "a",
    "a/b": "a/b",
    "@x": "@x",
    "a[@x=1]/b": "a[@x='1']/b",
}  # behind < these are looked for in the box, then in the document

TEXT = some.sampled_from(["", "1", "2", " "])
ATTRIBUTES = some.sampled_from(["", ' x="1"', ' x="2"', ' x=""'])


@some.composite
def inner(draw: some.DrawFn, depth: int = 2) -> str:
    pieces = []
    for _ in range(draw(some.integers(0, 3))):
        name = draw(some.sampled_from(["a", "b", "n:c"]))
        below = draw(inner(depth - 1)) if depth and draw(some.booleans()) else draw(TEXT)
        pieces.append(f"<{name}{draw(ATTRIBUTES)}>{below}</{name}>")
    return "".join(pieces)


@some.composite
def documents(draw: some.DrawFn) -> str:
    boxes = []
    for _ in range(draw(some.integers(1, 3))):
        lines = [f"<line{draw(ATTRIBUTES)}>{draw(inner() | TEXT)}</line>" for _ in range(draw(some.integers(0, 3)))]
        boxes.append(f"<box{draw(ATTRIBUTES)}>{draw(inner())}{''.join(lines)}{draw(inner(1))}</box>")
    return f'<doc xmlns:n="urn:n"{draw(ATTRIBUTES)}>{draw(inner())}{"".join(boxes)}</doc>'


def first_text(element: etree._Element, xpath: str, only: tuple[str, ...] = ()) -> str | None:
    for found in element.xpath(xpath, namespaces=SCHEMA):
        text = found if isinstance(found, str) else (found.text or "") + "".join(c.tail or "" for c in found)
        blank = not text if isinstance(found, str) else not text.strip()
        if not blank and (not only or text.strip() in only):
            return str(text)
    return None


def rows(text: str) -> ElementRows:
    names = Names(xml.read([raw(text)]).trees[0], NAMESPACES)
    way = names.way(-1, ("doc",))
    nodes, owners = names.found(way, parse_tree("box/line").steps)
    return ElementRows(names, names.way(way, ("box", "line")), nodes, way, owners)


@given(documents(), some.sampled_from(sorted(XPATHS)), some.sampled_from([(), ("2",)]))
@settings(max_examples=120 * TIMES, deadline=None)
def test_a_path_finds_what_xpath_finds(text: str, path: str, only: tuple[str, ...]) -> None:
    lines = etree.fromstring(text).xpath("/doc/box/line")
    expected = [first_text(line, XPATHS[path], only) for line in lines]
    assert rows(text).column(path, only).text.to_pylist() == expected


@given(documents(), some.sampled_from(sorted(ABOVE)))
@settings(max_examples=80 * TIMES, deadline=None)
def test_above_is_the_nearest_element_around_the_line(text: str, path: str) -> None:
    expected = []
    for line in etree.fromstring(text).xpath("/doc/box/line"):
        around = (line.getparent(), line.getroottree().getroot())
        in_box, in_document = (first_text(one, ABOVE[path]) for one in around)
        expected.append(in_box if in_box is not None else in_document)
    assert rows(text).column(f"<{path}").text.to_pylist() == expected


@given(documents())
@settings(max_examples=50 * TIMES, deadline=None)
def test_rows_can_be_picked_more_than_once_and_split_into_elements_below(text: str) -> None:
    source = rows(text)
    lines = etree.fromstring(text).xpath("/doc/box/line")
    own, of = source.below("a")
    parts = source.picked(of, own)
    found = [(line, a) for line in lines for a in line.xpath("a")]
    assert of.tolist() == [lines.index(line) for line, _ in found]
    assert parts.column("b").text.to_pylist() == [first_text(a, "b") for _, a in found]
    lineage = [[line, *line.iterancestors()] for line, _ in found]
    nearest = [next((x for one in around if (x := one.get("x"))), None) for around in lineage]
    assert parts.column("<@x").text.to_pylist() == nearest
    assert source.picked(of).column("a/b").text.to_pylist() == [first_text(line, "a/b") for line, _ in found]


def test_a_place_is_that_of_the_value() -> None:
    text = '<doc><box><line x="7"><a>1</a></line></box></doc>'
    for path, value in {"@x": "7", "a": "1"}.items():
        column = rows(text).column(path)
        assert text[column.start[0] : column.end[0]] == value


def test_json_paths_go_through_arrays() -> None:
    tree = json_text.read([raw('{"a b": [{"k": 1, "v": "x"}, [{"k": 2, "v": "y"}]]}', "f.json")]).trees[0]
    way = tree.ways.find(-1, ("",))
    source = ElementRows(Names(tree, {}), way, tree.roots, way, tree.roots)
    assert source.column("a b[k=2]/v").text.to_pylist() == ["y"]
    assert source.column("@name").text.to_pylist() == ["f.json"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "names nothing; write for example a/b"),
        ("/a", "begins with a slash; write it from the line on, or with ^"),
        ("a/", "ends with a slash; write 'a'"),
        ("a//b", "is no path; write for example"),
        ("@x/a", "goes on behind an attribute"),
        ("a[b]", "[b] tests nothing; write for example [name=value]"),
        ("a[b='1']", "a value has no quotes; write [b=1]"),
        ("^", "names nothing"),
    ],
)
def test_a_wrong_path_says_what_to_write(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_tree(written)


def mapping(standard: str, **claims: object) -> Rules:
    return Rules.model_validate({
        "kind": "notice", "standard": standard, "claims": claims, "namespaces": {"cbc": "urn:b"},
        "document": {"number": {"from": "cbc:ID"}}, "lines": {"each": "a/b"},
    })  # fmt: skip


@pytest.mark.parametrize(
    ("standard", "written", "said"),
    [
        ("xml", "cac:Item/cbc:ID", "the prefix 'cac' is not declared; write one of cbc, or add it to `namespaces:`"),
        ("xml", "a[1x=2]", "'1x' is no name"),
        ("json", "a/@b", "JSON has no attributes; write 'b'"),
        ("xml", "a[cac:x=2]", "the prefix 'cac'"),
        ("xml", "a b", "'a b' is no name"),
    ],
)
def test_a_path_of_unknown_names_is_refused(standard: str, written: str, said: str) -> None:
    [(loc, message)] = check_path(mapping(standard, root="a"), ("lines", "gtin", "from", 0), written)
    assert loc == ("lines", "gtin", "from", 0)
    assert said in message


@pytest.mark.parametrize(
    ("standard", "wanted", "said"),
    [
        ("xml", {}, "claimed by its root"),
        ("json", {}, "claimed by what it has"),
        ("json", {"root": "a", "has": "b"}, "no root element"),
        ("xml", {"root": "a/b"}, "is no element"),
        ("xml", {"root": "x:a"}, "'x' is not declared"),
        ("xml", {"root": "a", "where": {"@file": "1"}}, "a claim is a path from the root"),
    ],
)
def test_a_claim_that_cannot_hold_is_refused(standard: str, wanted: dict[str, object], said: str) -> None:
    [(_, message)] = claims(mapping(standard, **wanted))
    assert said in message
