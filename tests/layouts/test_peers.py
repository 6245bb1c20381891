"""Others agree with what we write: pydifact on every EDIFACT document, pyx12 on our acknowledgements and envelopes."""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydifact.parser import Parser
from pyx12.params import ParamsBase
from pyx12.x12file import X12Reader
from pyx12.x12n_document import x12n_document

from mappings.layouts import Document, layout_names, load_layout, write_document
from tests.layouts.documents import X12, documents, edifact_file, x12_file

EDIFACT_NAMES = [name for name in layout_names() if name.startswith("edifact/")]
# pyx12's guides are those of health care: its acknowledgements answer the groups of health care only.
ANSWERS = [("x12/997", "004010", "00401"), ("x12/999", "005010X231A1", "00501")]
REJECTED: Document = {
    "message_type": "837",
    "control": "0002",
    "segments": [
        {
            "segment": "CLM",
            "position": 22,
            "error": "8",
            "elements": [
                {"element": 2, "reference": 782, "error": "6", "bad_value": "TWELVE"},
                {"element": 5, "component": 1, "error": "7"},
            ],
        },
        {"segment": "HI", "position": 23, "loop": "2300", "error": "5"},
    ],
    "verdict": "R",
    "errors": ["5"],
}
ACCEPTED: Document = {"message_type": "837", "control": "0001", "verdict": "A"}


def plain(element: Any) -> list[str]:
    """The components of an element, without the empty ones at its end."""
    parts = [element] if isinstance(element, str) else list(element)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def segments_of(text: str) -> list[list[list[str]]]:
    """What pydifact's parser makes of a file, without envelope and message headers."""
    found = [[[segment.tag], *map(plain, segment.elements)] for segment in Parser().parse(text)]
    return [segment for segment in found if segment[0][0] not in ("UNA", "UNB", "UNZ", "UNH", "UNT")]


@pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")  # it ships no directories
@pytest.mark.parametrize("name", EDIFACT_NAMES)
def test_pydifact_sees_the_segments_that_we_wrote(name: str) -> None:
    layout = load_layout(name)

    @settings(max_examples=10, deadline=None)
    @given(some.lists(documents(layout), min_size=1, max_size=2))
    def holds(some_documents: list[Document]) -> None:
        written = [segment for document in some_documents for segment in write_document(layout, document)]
        data = edifact_file(layout, some_documents)
        assert segments_of(data.decode("latin-1")) == [list(map(plain, segment)) for segment in written]

    holds()


def answer(messages: Sequence[Document], **rest: Any) -> Document:
    return {
        "group_code": "HC",
        "group_control": 17,
        "messages": list(messages),
        "declared": len(messages),
        "received": len(messages),
    } | rest


@pytest.mark.parametrize(("name", "version", "isa12"), ANSWERS)
@pytest.mark.parametrize("spoilt", [False, True])
def test_pyx12_validates_our_acknowledgements(name: str, version: str, isa12: str, spoilt: bool) -> None:
    layout = load_layout(name, version)
    guide = {"guide": "005010X222A1"} if name == "x12/999" else {}
    messages = [one | guide for one in (ACCEPTED, REJECTED)]
    documents = [
        answer([messages[0]], verdict="A", accepted=1, **guide),
        answer(messages, verdict="P", accepted=1, **guide),
    ]
    text = x12_file(layout, [documents, documents[:1]], replace(X12, version=isa12, component=":")).decode()
    if spoilt:  # it does look at them
        text = text.replace("~AK9*P*2*2*1~", "~AK9*?*2*2*1~")
    is_valid = x12n_document(ParamsBase(), io.StringIO(text), None, None)
    assert is_valid == (not spoilt)


@pytest.mark.parametrize("name", ["x12/997", "x12/999", "x12/180_answer", "x12/856", "x12/944"])
def test_pyx12_finds_nothing_wrong_with_our_envelopes(name: str) -> None:
    layout = load_layout(name)

    @settings(max_examples=10, deadline=None)
    @given(some.lists(some.lists(documents(layout), min_size=1, max_size=2), min_size=1, max_size=2))
    def holds(groups: list[list[Document]]) -> None:
        assert errors_of(x12_file(layout, groups).decode()) == []

    holds()


def test_pyx12_would_find_a_wrong_count() -> None:
    layout = load_layout("x12/997")
    text = x12_file(layout, [[answer([ACCEPTED], verdict="A", accepted=1)]]).decode()
    assert errors_of(text) == []
    assert errors_of(text.replace("~SE*6*", "~SE*7*")) != []


def errors_of(text: str) -> list[Any]:
    """What pyx12's reader says of envelope, counts and control numbers."""
    reader = X12Reader(io.StringIO(text))
    found = [error for _ in reader for error in reader.pop_errors()]
    reader.cleanup()
    return [*found, *reader.pop_errors()]
