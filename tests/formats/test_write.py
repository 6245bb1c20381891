"""What we write is what we read back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mappings.formats import edifact, edifact_write, x12, x12_write
from tests.formats.files import codes, raw, records

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
X12 = x12_write.Envelope("ZZ", "WICKHAMROWE", "ZZ", "NORDSTAD", AT, 42)
EDIFACT = edifact_write.Envelope("9520000000011", "14", "9520000010003", "14", AT, "42")

TAGS = some.sampled_from(["BGN", "N9", "REF"])
X12_TEXT = some.text(
    some.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_characters="*>~^\x7f"), max_size=8
)
LATIN = some.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
EDIFACT_TEXT = some.text(LATIN.filter(lambda c: not 0x80 <= ord(c) < 0xA0) | some.sampled_from("?+:'"), max_size=8)


def group(*messages: x12_write.Message, code: str = "FA") -> x12_write.Group:
    return x12_write.Group(code, "WICKHAMROWE", "NORDSTAD", 42, "004010", messages)


@settings(max_examples=60, deadline=None)
@given(some.lists(some.lists(some.tuples(TAGS, some.lists(X12_TEXT, max_size=4)), min_size=1, max_size=4), max_size=3))
def test_x12_comes_back_as_it_was_written(messages: list[list[tuple[str, list[str]]]]) -> None:
    written = [x12_write.Message("000", [[tag, *elements] for tag, elements in message]) for message in messages]
    got = x12.read([raw(x12_write.write(X12, [group(*written)]))])
    assert [code for code in codes(got) if not code.startswith("ELEMENT-")] == []  # the text is any text
    expected = [
        (tag, [(p, 1, 1, e) for p, e in enumerate(elements, 1) if e])
        for message in messages
        for tag, elements in message
    ]
    assert [record for record in records(got) if record[0] not in ("ST", "SE")] == expected


@settings(max_examples=60, deadline=None)
@given(some.lists(some.lists(some.lists(EDIFACT_TEXT, min_size=1, max_size=3), min_size=1, max_size=3), max_size=3))
def test_edifact_comes_back_as_it_was_written(segments: list[list[list[str]]]) -> None:
    kept = [["FTX", "AAI", *elements] for elements in segments]
    message = edifact_write.Message(["ANYMSG", "D", "3", "UN"], kept)
    got = edifact.read([raw(edifact_write.write(EDIFACT, [message]))])
    expected = [
        ("FTX", [(1, 1, 1, "AAI"), *((p, 1, c, v) for p, e in enumerate(elements, 2) for c, v in enumerate(e, 1) if v)])
        for elements in segments
    ]
    assert records(got)[1:-1] == expected or codes(got) == ["FILE-CHARSET"]
    assert set(codes(got)) <= {"FILE-CHARSET"}  # two Latin letters may happen to be one in UTF-8


def test_the_isa_has_its_widths() -> None:
    data = x12_write.write(replace(X12, version="00501", ack_requested=True), [group()])
    assert data[:106] == (
        b"ISA*00*          *00*          *ZZ*WICKHAMROWE    *ZZ*NORDSTAD       *260304*0506*^*00501*000000042*1*P*>~"
    )
    assert data.endswith(b"IEA*1*000000042~")


@pytest.mark.parametrize("text", ["a*b", "a~b", "a>b", "a\nb"])
def test_x12_text_with_a_delimiter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="delimiter"):
        x12_write.write(X12, [group(x12_write.Message("997", [["AK1", text]]))])


@pytest.mark.parametrize("spoilt", [{"sender": "SIXTEEN LETTERS!"}, {"sender": "KÖLN"}, {"control": 10**9}])
def test_what_does_not_fit_the_isa_is_refused(spoilt: dict[str, str | int]) -> None:
    with pytest.raises(ValueError, match="ISA"):
        x12_write.write(replace(X12, **spoilt), [])


def test_what_edifact_cannot_say_is_refused() -> None:
    for segment, why in ((["FTX"], "no elements"), (["FTX", "a\nb"], "control character"), (["FTX", "日"], "codec")):
        with pytest.raises(ValueError, match=why):
            edifact_write.write(EDIFACT, [edifact_write.Message(["CONTRL", "D", "3", "UN"], [segment])])
    with pytest.raises(ValueError, match="syntax level"):
        edifact_write.write(replace(EDIFACT, level="UNOZ"), [])
