"""JSON against json.loads: the same values in the same places; what is no JSON is broken for both."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from mappings.formats import json_text
from mappings.formats.segments import RawFile
from mappings.formats.tree import Tree, Trees


def read(*data: bytes | str, name: str = "a.json") -> Trees:
    contents = [one.encode() if isinstance(one, str) else one for one in data]
    return json_text.read([RawFile(f"{number:064x}", name, content) for number, content in enumerate(contents)])


def nodes(tree: Tree) -> list[tuple[str, int, str | None]]:
    """Name, number of the parent and text of each node."""
    texts = tree.column(np.arange(tree.size)).text.to_pylist()
    return list(zip([tree.ways.names[way] for way in tree.way], tree.parent.tolist(), texts, strict=True))


class Pairs(list[tuple[str, Any]]):
    """An object with all its keys, those that stand twice too."""


class Number(str):
    """A number's own text."""


def loaded(data: str | bytes) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(data, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=refuse)


def expected(value: Any) -> list[tuple[str, int, str | None]]:
    found: list[tuple[str, int, str | None]] = []

    def walk(name: str, value: Any, parent: int) -> None:
        if isinstance(value, Pairs):
            found.append((name, parent, None))
            own = len(found) - 1
            for key, one in value:
                walk(key, one, own)
        elif isinstance(value, list):
            for one in value:
                walk(name, one, parent)
        elif value is not None:
            found.append((name, parent, str(value).lower() if isinstance(value, bool) else str(value)))

    walk("", value, -1)
    return found


TEXTS = some.text(some.characters(codec="utf-8"), max_size=6)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, some.booleans(), some.sampled_from([None, 1]))
@settings(deadline=None)
def test_a_document_has_the_values_that_json_finds(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    trees = read(text)
    assert trees.findings == ()
    assert nodes(trees.trees[0]) == expected(loaded(text))


@given(VALUES, some.data())
@settings(max_examples=500, deadline=None)
def test_what_json_refuses_is_broken_and_the_other_way_round(value: Any, data: some.DataObject) -> None:
    text = json.dumps(value)
    at, gone = data.draw(some.integers(0, len(text))), data.draw(some.integers(0, 2))
    put = data.draw(
        some.sampled_from(["", '"', "{", "}", "[", "]", ",", ":", "\\", "\\u12", "\n", "1", "-", "e", "null", " "])
    )
    mutated = text[:at] + put + text[at + gone :]
    trees = read(mutated)
    try:
        wanted = loaded(mutated)
    except (ValueError, RecursionError):
        assert [finding.code for finding in trees.findings] == ["FILE-BROKEN"]
    else:
        assert trees.findings == ()
        assume("\\ud" not in mutated)  # half a pair is told of below
        assert nodes(trees.trees[0]) == expected(wanted)


@given(some.binary(max_size=200) | some.text('{}[]",:\\u01e-. ntf', max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    trees = read(data)
    assert trees.findings or len(trees.trees) == 1


def test_arrays_are_transparent_and_null_is_nothing() -> None:
    tree = read('{"a": [1, [2, null], {"b": []}], "c": null, "a": "x"}').trees[0]
    assert nodes(tree) == [("", -1, None), ("a", 0, "1"), ("a", 0, "2"), ("a", 0, None), ("a", 0, "x")]
    assert tree.readable(3) == "a 3"


def test_numbers_keep_their_text_and_places_are_bytes() -> None:
    data = '{"größe": 1.50e2, "x": "a\\u00e9"}'.encode()
    tree = read(data).trees[0]
    assert [one for _, _, one in nodes(tree)] == [None, "1.50e2", "aé"]
    assert data[tree.text_start[1] : tree.text_end[1]] == b"1.50e2"
    assert data[tree.start[2] : tree.end[2]] == b'"a\\u00e9"'


def test_half_a_surrogate_pair_is_no_character() -> None:
    assert nodes(read('["\\ud83d"]').trees[0]) == [("", -1, "�")]


def test_json_lines_are_a_document_each_and_a_broken_one_costs_itself() -> None:
    data = '{"a": 1}\n\n{"a": \n{"a": 3}'
    trees = read(data, name="x.JSONL")
    assert trees.trees[0].roots.tolist() == [0, 2]
    [finding] = trees.findings
    assert (finding.code, finding.place.offset) == ("FILE-BROKEN", data.index("\n{", 12))
    assert finding.detail.startswith("line 3, column 7")


def test_without_such_a_name_only_one_document_is_read() -> None:
    [finding] = read('{"a": 1}\n{"a": 2}').findings
    assert ".jsonl" in finding.detail


BROKEN = {
    '{"a" 1}': (5, "colon"),
    '{"a": 1,}': (8, "key"),
    "{a: 1}": (1, "no JSON value"),
    "[1 2]": (3, "comma or ]"),
    '{"a": 01}': (7, "comma or }"),
    '{"a": "x\ty"}': (6, "no JSON value"),
    '{"a": ': (6, "ends"),
    "[" * 300 + "]" * 300: (256, "deep"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_broken_says_where_and_why(text: str) -> None:
    offset, why = BROKEN[text]
    [finding] = read(text).findings
    assert (finding.code, finding.place.offset) == ("FILE-BROKEN", offset)
    assert why in finding.detail


def test_other_character_sets() -> None:
    assert nodes(read('["é"]'.encode("utf-16")).trees[0]) == [("", -1, "é")]
    trees = read('["é"]'.encode("cp1252"))
    assert [finding.code for finding in trees.findings] == ["FILE-CHARSET"]
    assert nodes(trees.trees[0]) == [("", -1, "é")]
