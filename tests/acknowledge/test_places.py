"""The segments and elements at fault, as a 997, a 999 and a CONTRL name them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.formats import edifact as edifact_reader
from mappings.formats import x12 as x12_reader
from mappings.formats.segments import Segments
from schemas.findings import CATALOGUE
from schemas.partners import Partner
from tests.acknowledge.placed import Found, in_loop, with_found
from tests.formats.files import codes, edifact, gs, isa, raw, st, unb, unh, x12

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
# ST is segment 0 of the reading, so that its position in the message is one more.
BGN, N9, BLI, RDR = 1, 2, 3, 4


def partner(**changed: object) -> Partner:
    return Partner.model_validate({"id": "nordstad", "name": "Nordstad Stores", "role": "retailer", **changed})


def lines(answer: Answer, first: str, last: str) -> list[str]:
    """The segments from this tag to that one, of an answer that our readers find nothing wrong with."""
    reader = edifact_reader if answer.kind == "CONTRL" else x12_reader
    assert codes(reader.read([raw(answer.data)])) == []
    text = [line for line in answer.data.decode().split("'" if answer.kind == "CONTRL" else "~") if line]
    tags = [line[:3] for line in text]
    return text[tags.index(first) : tags.index(last)]


def x12_answer(found: Sequence[Found], *, version: str = "004010", who: Partner | None = None) -> Answer:
    (answer,) = acknowledge(Batch([], [_x12_reading(found, version)]), who or partner(), NOW, 7)
    return answer


def _x12_reading(found: Sequence[Found], version: str) -> Segments:
    message = st()
    message[0] += "*003070X1"
    envelope = isa(gs(message, version=version), version="00501" if version >= "005" else "00401",
                   isa11="^" if version >= "005" else "U")  # fmt: skip
    reading = x12_reader.read([raw(x12(envelope))])
    assert codes(reading) == []
    return with_found(in_loop(reading, "BLI", BLI, RDR), *found)


SEGMENT_ERRORS = {
    "MSG-STRUCTURE": "AK3*BLI*4*BLI*2",
    "MSG-SEGMENT-MISPLACED": "AK3*BLI*4*BLI*7",
    "MSG-SEGMENT-REPEATED": "AK3*BLI*4*BLI*5",
    "MSG-LOOP-REPEATED": "AK3*BLI*4*BLI*4",
    "MSG-SEGMENT-MISSING": "AK3*PRF*4*BLI*3",
}


@pytest.mark.parametrize("code", SEGMENT_ERRORS)
def test_a_segment_at_fault_has_an_ak3(code: str) -> None:
    answer = x12_answer([(code, BLI, 0, 0, "180 must have a segment PRF")])
    assert lines(answer, "AK2", "AK9") == ["AK2*180*0001", SEGMENT_ERRORS[code], "AK5*E*5"]


ELEMENT_ERRORS = {
    "ELEMENT-MISSING": "1",
    "ELEMENT-TOO-MANY": "3",
    "ELEMENT-TOO-SHORT": "4",
    "ELEMENT-TOO-LONG": "5",
    "ELEMENT-BAD-CHARACTER": "6",
    "ELEMENT-BAD-NUMBER": "6",
    "ELEMENT-BAD-CODE": "7",
    "ELEMENT-BAD-DATE": "8",
    "ELEMENT-BAD-TIME": "9",
}


@pytest.mark.parametrize("code", ELEMENT_ERRORS)
def test_an_element_at_fault_has_an_ak4_with_a_copy(code: str) -> None:
    answer = x12_answer([(code, BLI, 2, 0, "")])
    expected = ["AK2*180*0001", "AK3*BLI*4*BLI*8", f"AK4*2**{ELEMENT_ERRORS[code]}*9520000000028", "AK5*E*5"]
    assert lines(answer, "AK2", "AK9") == expected


def test_every_place_that_the_catalogue_knows_is_tried_here() -> None:
    placed = {code for code, entry in CATALOGUE.items() if entry.ak3}
    assert placed == set(SEGMENT_ERRORS) | set(ELEMENT_ERRORS) == set(UCS) | set(UCD)


def test_faults_stand_in_the_order_of_the_message_each_segment_once_for_each_error() -> None:
    found: list[Found] = [
        ("ELEMENT-BAD-CODE", RDR, 2, 0, ""),
        ("ELEMENT-TOO-LONG", BGN, 2, 0, ""),
        ("ELEMENT-BAD-DATE", BGN, 3, 0, ""),
        ("MSG-SEGMENT-MISPLACED", BGN, 0, 0, ""),
    ]
    assert lines(x12_answer(found), "AK3", "AK5") == [
        *("AK3*BGN*2**7", "AK3*BGN*2**8", "AK4*2**5*R-1001", "AK4*3**8*20260304"),
        *("AK3*RDR*5*BLI*8", "AK4*2**7*DR"),
    ]


def test_an_element_that_is_not_there_has_no_copy_and_a_component_has_its_place() -> None:
    found: list[Found] = [("ELEMENT-MISSING", BGN, 7, 0, ""), ("ELEMENT-MISSING", BLI, 1, 2, "")]
    assert [line for line in lines(x12_answer(found), "AK3", "AK5") if line[:3] == "AK4"] == ["AK4*7**1", "AK4*1>2**1"]


def test_a_repeated_element_is_named_by_its_repetition() -> None:
    reading = x12_reader.read(
        [raw(x12(isa(gs(st(["BGN*00*A^BB*20260304"]), version="005010"), version="00501", isa11="^")))]
    )
    batch = Batch([], [with_found(reading, ("ELEMENT-TOO-LONG", BGN, 2, 0, ""))])
    (answer,) = acknowledge(batch, partner(), NOW, 7)
    assert lines(answer, "AK4", "AK5") == ["AK4*2>>2**5*BB"]


def test_the_copy_is_harmless_and_ninety_nine_characters_at_most() -> None:
    envelope = x12(isa(gs(st([f"BGN|00|a*~.{'x' * 120}|20260304"]))), element="|", end="\n")
    reading = x12_reader.read([raw(envelope.replace(b"BGN|00|a|", b"BGN|00|a*"))])
    assert codes(reading) == ["ELEMENT-TOO-LONG"]
    (answer,) = acknowledge(Batch([], [reading]), partner(), NOW, 7)
    (copied,) = lines(answer, "AK4", "AK5")
    assert copied.startswith("AK4*2**5*a")
    assert len(copied.split("*")[4]) <= 99


def test_no_ak3_has_more_than_ninety_nine_ak4_and_no_message_more_than_ninety_nine_ak3() -> None:
    many: list[Found] = [("ELEMENT-BAD-CODE", BLI, n, 0, "") for n in range(1, 150)]
    assert len(lines(x12_answer(many), "AK4", "AK5")) == 99
    body = ["BGN*00*R-1001*20260304", *["DTM*011*20260304"] * 150]
    reading = x12_reader.read([raw(x12(isa(gs(st(body)))))])
    spoilt = with_found(reading, *[("MSG-SEGMENT-REPEATED", n, 0, 0, "") for n in range(2, 152)])
    (answer,) = acknowledge(Batch([], [spoilt]), partner(), NOW, 7)
    assert len(lines(answer, "AK3", "AK5")) == 99


NASTY = some.text(some.characters(min_codepoint=1, max_codepoint=0x2FF), max_size=120)


@settings(max_examples=60, deadline=None)
@given(some.lists(some.tuples(NASTY, some.sampled_from(sorted(CATALOGUE)), some.integers(1, 3)), max_size=4))
def test_whatever_stands_there_our_answers_can_be_read(found: list[tuple[str, str, int]]) -> None:
    for read, data in (
        (x12_reader.read, x12(isa(gs(st([f"BGN|00|{text}|X" for text, _, _ in found]))), element="|")),
        (edifact_reader.read, edifact(unb(unh([f"BGM+{text}+X" for text, _, _ in found])), codec="utf-8")),
    ):
        reading = read([raw(data)])
        size = reading.messages["segment_count"][0].as_py() if reading.messages.num_rows else 0
        places = [(code, n, element, 0, "") for n, (_, code, element) in enumerate(found, 1) if n < size]
        spoilt = with_found(reading, *places) if places else reading
        for answer in acknowledge(Batch([], [spoilt]), partner(), NOW, 7):
            assert codes(read([raw(answer.data)])) == []


# --- 999


WANTS_999 = partner(acknowledge="999")


def test_a_999_is_for_who_asks_for_it_and_for_versions_that_have_it() -> None:
    found: list[Found] = [("ELEMENT-BAD-CODE", RDR, 2, 0, "")]
    assert x12_answer(found, who=WANTS_999).kind == "997"
    assert x12_answer(found, version="005010").kind == "997"
    assert x12_answer(found, version="005010", who=WANTS_999).kind == "999"


def test_a_999_names_convention_context_and_place() -> None:
    answer = x12_answer([("ELEMENT-BAD-CODE", RDR, 2, 0, "")], version="005010", who=WANTS_999)
    assert lines(answer, "ST*", "SE*") == [
        *("ST*999*0001*005010X231A1", "AK1*AN*1*005010", "AK2*180*0001*003070X1", "IK3*RDR*5*BLI*8"),
        *("CTX*BGN02>R-1001", "IK4*2**7*DR", "IK5*E*5", "AK9*E*1*1*1"),
    ]
    group = x12_reader.read([raw(answer.data)]).groups.to_pylist()[0]
    assert (group["code"], group["version"]) == ("FA", "005010X231A1")


def test_yaml_may_write_999_as_a_number() -> None:
    assert partner(acknowledge=999).answers_wanted == "999"
    assert (partner().answers_wanted, partner(acknowledge=False).answers_wanted) == ("997", None)


# --- receipt alone


def test_who_wants_to_hear_of_receipt_alone_gets_a_ta1_or_action_8() -> None:
    who = partner(acknowledge="received")
    answer = x12_answer([("MSG-STRUCTURE", BLI, 0, 0, "")], who=who)
    assert (answer.kind, b"TA1*000000101*260304*0506*A*000~" in answer.data) == ("TA1", True)
    reading = edifact_reader.read([raw(edifact(unb(unh(count="9"))))])
    (answer,) = acknowledge(Batch([], [reading]), who, NOW, 7)
    assert lines(answer, "UCI", "UNT") == ["UCI+4711+9520000010003:14+9520000000011:14+8"]


def test_a_repeated_interchange_number_is_noted_in_the_ta1_that_was_asked_for() -> None:
    reading = x12_reader.read([raw(x12(isa(gs(st()), ack="1", iea02="1")))])
    index = reading.findings.schema.get_field_index("code")
    repeated = reading.findings.set_column(index, "code", [["ENV-CONTROL-REPEATED"]])
    ta1, _ = acknowledge(Batch([], [type(reading)(**{**vars(reading), "findings": repeated})]), partner(), NOW, 7)
    assert b"*E*025~" in ta1.data


# --- CONTRL


def contrl(found: Sequence[Found], *, level: str = "UNOC:3", kind: str = "RETANN:D:01B:UN") -> Answer:
    reading = edifact_reader.read([raw(edifact(unb(unh(kind=kind), level=level)))])
    (answer,) = acknowledge(Batch([], [with_found(reading, *found) if found else reading]), partner(), NOW, 7)
    return answer


LIN, QTY = 3, 4
UCS = {
    "MSG-STRUCTURE": "UCS+4+15",
    "MSG-SEGMENT-MISPLACED": "UCS+4+15",
    "MSG-SEGMENT-REPEATED": "UCS+4+35",
    "MSG-LOOP-REPEATED": "UCS+4+36",
    "MSG-SEGMENT-MISSING": "UCS+4+13",
}
UCD = {
    "ELEMENT-MISSING": "UCD+13+4:1",
    "ELEMENT-TOO-MANY": "UCD+16+4:1",
    "ELEMENT-TOO-SHORT": "UCD+40+4:1",
    "ELEMENT-TOO-LONG": "UCD+39+4:1",
    "ELEMENT-BAD-CHARACTER": "UCD+21+4:1",
    "ELEMENT-BAD-NUMBER": "UCD+37+4:1",
    "ELEMENT-BAD-CODE": "UCD+12+4:1",
    "ELEMENT-BAD-DATE": "UCD+12+4:1",
    "ELEMENT-BAD-TIME": "UCD+12+4:1",
}


@pytest.mark.parametrize("code", UCS)
def test_a_segment_at_fault_has_a_ucs(code: str) -> None:
    answer = contrl([(code, LIN, 0, 0, "RETANN must have a segment QTY")])
    assert lines(answer, "UCM", "UNT") == ["UCM+1+RETANN:D:01B:UN+7", UCS[code]]


@pytest.mark.parametrize("code", UCD)
def test_an_element_at_fault_has_a_ucd_in_which_the_tag_counts(code: str) -> None:
    answer = contrl([(code, LIN, 3, 1, "")])
    assert lines(answer, "UCM", "UNT") == ["UCM+1+RETANN:D:01B:UN+7", "UCS+4", UCD[code]]


def test_a_fault_of_the_message_has_no_place_though_it_was_found_at_its_trailer() -> None:
    who = partner(tolerate=["segment_count"])
    wrong = x12_reader.read([raw(x12(isa(gs(st(), control="2"))))])
    (answer,) = acknowledge(Batch([], [with_found(wrong, ("MSG-COUNT-WRONG", 5, 0, 0, ""))]), who, NOW, 7)
    assert lines(answer, "AK2", "AK9") == ["AK2*180*0001", "AK5*E*4"]
    wrong = edifact_reader.read([raw(edifact())])
    (answer,) = acknowledge(Batch([], [with_found(wrong, ("MSG-COUNT-WRONG", 7, 0, 0, ""))]), who, NOW, 7)
    assert lines(answer, "UCM", "UNT") == ["UCM+1+RETANN:D:01B:UN+7+29"]


def test_contrl_faults_stand_in_the_order_of_the_message() -> None:
    found: list[Found] = [
        ("ELEMENT-BAD-NUMBER", QTY, 1, 2, ""),
        ("ELEMENT-TOO-LONG", LIN, 3, 0, ""),
        ("MSG-SEGMENT-MISPLACED", LIN, 0, 0, ""),
    ]
    assert lines(contrl(found), "UCS", "UNT") == ["UCS+4+15", "UCD+39+4", "UCS+5", "UCD+37+2:2"]


IDENTIFIERS = [
    ("UNOC:3", "RETANN:D:01B:UN", "CONTRL:D:3:UN", "260305"),
    ("UNOA:1", "RETANN:D:01B:UN", "CONTRL:D:3:UN", "260305"),
    ("UNOC:3", "RETANN:D:96A:EN:EAN001", "CONTRL:D:3:UN:EAN004", "260305"),
    ("UNOW:4", "RETANN:D:01B:UN", "CONTRL:4:1:UN", "20260305"),
]


@pytest.mark.parametrize(("level", "kind", "identifier", "date"), IDENTIFIERS)
def test_a_contrl_is_of_the_syntax_that_it_answers(level: str, kind: str, identifier: str, date: str) -> None:
    got = edifact_reader.read([raw(contrl([], level=level, kind=kind).data)])
    assert codes(got) == []
    row = got.interchanges.to_pylist()[0]
    assert got.messages["version"].to_pylist() == [identifier]
    assert (row["version"], row["date"]) == (level, date)


def test_messages_in_groups_are_answered_below_their_group() -> None:
    first = ["UNG+RETANN+STORE1:14+WICKHAM+260304:0506+G1+UN+D:01B", *unh(count="9"), "UNE+1+G1"]
    second = ["UNG+RETANN+STORE2+WICKHAM+260304:0506+G2+UN+D:01B", *unh(reference="2"), "UNE+5+G2"]
    third = ["UNG+RETANN+STORE3+WICKHAM+260304:0506+G3+UN+D:01B", *unh(reference="3"), "UNE+1+G3"]
    reading = edifact_reader.read([raw(edifact(unb(first, second, third)))])
    (answer,) = acknowledge(Batch([], [reading]), partner(), NOW, 7)
    assert lines(answer, "UCI", "UNT") == [
        "UCI+4711+9520000010003:14+9520000000011:14+7",
        "UCF+G1+STORE1+WICKHAM+7",
        "UCM+1+RETANN:D:01B:UN+4+29",
        "UCF+G2+STORE2+WICKHAM+7+29",
    ]
