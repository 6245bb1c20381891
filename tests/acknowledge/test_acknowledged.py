"""What partners say of what we sent, read from answers that others wrote and from our own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mappings.answers.acknowledge import Batch, acknowledge
from mappings.answers.acknowledged import acknowledged
from mappings.formats import edifact as edifact_reader
from mappings.formats import x12 as x12_reader
from mappings.formats.segments import Segments
from mappings.messages.judge import Rejection
from schemas.partners import Partner
from tests.acknowledge.placed import with_found
from tests.formats.files import codes, edifact, gs, isa, raw, st, unb, unh, x12

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def rows_of(reading: Segments) -> list[dict[str, Any]]:
    """The rows of all answers in a reading."""
    every = (np.ones(table.num_rows, dtype=bool) for table in (reading.interchanges, reading.messages))
    rows: list[dict[str, Any]] = acknowledged(reading, *every).to_pylist()
    return rows


def brief(rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Level, controls, reference, verdict, codes and places of each row."""
    names = ("level", "interchange_control", "group_control", "message_control", "reference", "verdict")
    return [(*(row[name] for name in names), row["codes"], row["places"]) for row in rows]


def fa(*body: str, kind: str = "997", code: str = "FA", version: str = "004010") -> Segments:
    """A reading of an X12 answer."""
    reading = x12_reader.read([raw(x12(isa(gs(st(body, kind=kind), code=code, version=version))))])
    assert codes(reading) == []
    return reading


def un(*body: str, kind: str = "CONTRL:D:3:UN") -> Segments:
    """A reading of an EDIFACT answer."""
    reading = edifact_reader.read([raw(edifact(unb(unh(body, kind=kind))))])
    assert codes(reading) == []
    return reading


def test_a_997_speaks_of_each_message_and_of_the_group() -> None:
    reading = fa("AK1*RA*7", "AK2*824*0001", "AK5*A", "AK2*824*0002", "AK3*TED*5**8", "AK4*1>2**7*XX", "AK5*R*5*3",
                 "AK9*P*2*2*1*5")  # fmt: skip
    assert brief(rows_of(reading)) == [
        ("message", None, "7", "0001", "824", "accepted", "", ""),
        ("message", None, "7", "0002", "824", "rejected", "5 3", "segment 5 TED 8; element 1.2 7 XX"),
        ("group", None, "7", None, None, "rejected", "5", ""),
    ]
    assert {(row["standard"], row["kind"], row["file"]) for row in rows_of(reading)} == {("x12", "997", "f" * 64)}


def test_a_row_has_the_place_of_the_segment_that_names_what_is_answered() -> None:
    reading = fa("AK1*RA*7", "AK2*824*0001", "AK5*A", "AK9*A*1*1*1")
    places = [reading.buffer[row["offset"] : row["offset"] + row["length"]] for row in rows_of(reading)]
    assert places == [b"AK2*824*0001", b"AK9*A*1*1*1"]


X12_VERDICTS = {"A": "accepted", "E": "remarked", "R": "rejected", "M": "rejected", "W": "rejected", "X": "rejected"}


@pytest.mark.parametrize("code", X12_VERDICTS)
def test_every_verdict_of_a_999(code: str) -> None:
    reading = fa("AK1*RA*7*005010", "AK2*824*0001", "IK3*TED*5**8", "CTX*BGN02>X", "IK4*1**7*XX", f"IK5*{code}",
                 f"AK9*{code}*1*1*1", kind="999", version="005010")  # fmt: skip
    assert [row["verdict"] for row in rows_of(reading)] == [X12_VERDICTS[code]] * 2


@pytest.mark.parametrize(("state", "verdict"), [("A*000", "accepted"), ("E*001", "remarked"), ("R*025", "rejected")])
def test_a_ta1_speaks_of_the_interchange_with_or_without_groups_behind_it(state: str, verdict: str) -> None:
    for groups in ([], [gs(st(["AK1*RA*7", "AK9*A*1*1*1"], kind="997"), code="FA")]):
        lines = isa(*groups)
        reading = x12_reader.read([raw(x12([lines[0], f"TA1*000000007*260304*0506*{state}", *lines[1:]]))])
        row = rows_of(reading)[0]
        assert (row["kind"], row["interchange_control"], row["verdict"]) == ("TA1", "000000007", verdict)
        assert row["codes"] == state[2:].replace("000", "")
        assert len(rows_of(reading)) == 1 + len(groups)


CONTRLS = {
    "taken": (["UCI+7+A+B+7"], [("interchange", "7", None, None, None, "accepted", "", "")]),
    "received": (["UCI+7+A+B+8"], [("interchange", "7", None, None, None, "accepted", "", "")]),
    "refused": (["UCI+7+A+B+4+23"], [("interchange", "7", None, None, None, "rejected", "23", "")]),
    "noted": (["UCI+7+A+B+7+28"], [("interchange", "7", None, None, None, "remarked", "28", "")]),
    "a message": (
        ["UCI+7+A+B+7", "UCM+1+APERAK:D:01B:UN+4+12", "UCS+3+15", "UCD+12+2:1"],
        [
            ("interchange", "7", None, None, None, "accepted", "", ""),
            ("message", "7", None, "1", "APERAK", "rejected", "12", "segment 3 15; element 2.1 12"),
        ],
    ),
    "places alone": (
        ["UCI+7+A+B+7", "UCM+1+APERAK:D:01B:UN+7", "UCS+3", "UCD+39+4"],
        [
            ("interchange", "7", None, None, None, "accepted", "", ""),
            ("message", "7", None, "1", "APERAK", "remarked", "", "segment 3; element 4 39"),
        ],
    ),
    "a group": (
        ["UCI+7+A+B+7", "UCF+G1+A+B+4+29"],
        [
            ("interchange", "7", None, None, None, "accepted", "", ""),
            ("group", "7", "G1", None, None, "rejected", "29", ""),
        ],
    ),
}


@pytest.mark.parametrize("name", CONTRLS)
def test_a_contrl_speaks_of_interchange_group_and_message(name: str) -> None:
    segments, expected = CONTRLS[name]
    assert brief(rows_of(un(*segments))) == expected


OTIS = {"TA": "accepted", "IA": "accepted", "TE": "remarked", "TC": "remarked", "TR": "rejected", "TP": "rejected"}


@pytest.mark.parametrize("code", OTIS)
def test_an_824_speaks_of_documents(code: str) -> None:
    reading = fa("BGN*00*77*20260304", f"OTI*{code}*TN*BA7-1*****7*0001*824", "TED*024*price differs", "TED*007",
                 "OTI*TA*IV*INV-2", kind="824", code="AG")  # fmt: skip
    assert brief(rows_of(reading)) == [
        ("document", None, "7", "0001", "BA7-1", OTIS[code], "024 007", "price differs"),
        ("document", None, None, None, "INV-2", "accepted", "", ""),
    ]


APERAKS = {
    "accepted": (["BGM+305+9+9+AP"], "accepted", "", ""),
    "received": (["BGM+305+9+9+AB"], "accepted", "", ""),
    "in part": (["BGM+305+9+9+CA"], "remarked", "", ""),
    "says OK": (["BGM+305+9+9", "RFF+ACW:BA7-1", "ERC+100", "FTX+AAO+++OK"], "accepted", "100", "OK"),
    "says errors": (["BGM+305+9+9", "RFF+ACW:BA7-1", "ERC+24"], "rejected", "24", ""),
    "not accepted": (["BGM+305+9+27"], "rejected", "", ""),
    "an error message": (["BGM+313+9+9"], "rejected", "", ""),
    "an acknowledgement message": (["BGM+312+9+9", "RFF+ACW:BA7-1", "ERC+7"], "accepted", "7", ""),
    "rejected": (
        ["BGM+305+9+9+RE", "RFF+ACW:BA7-1", "ERC+12::91", "FTX+AAO+++price:differs", "RFF+LI:3"],
        "rejected",
        "12",
        "price differs; LI 3",
    ),
}


@pytest.mark.parametrize("name", APERAKS)
def test_an_aperak_speaks_of_a_document(name: str) -> None:
    segments, *expected = APERAKS[name]
    (row,) = rows_of(un(*segments, kind="APERAK:D:01B:UN"))
    assert [row["verdict"], row["codes"], row["places"]] == expected
    assert row["reference"] == ("BA7-1" if len(segments) > 1 else None)


def test_what_is_no_answer_says_nothing_and_what_is_held_back_is_not_heard() -> None:
    reading = x12_reader.read([raw(x12())])
    assert rows_of(reading) == []
    reading = fa("AK1*RA*7", "AK9*A*1*1*1")
    for interchange, message in ((True, False), (False, True)):
        assert acknowledged(reading, np.array([interchange]), np.array([message])).num_rows == 0


ELEMENTS = some.lists(some.text("A7RE:. 4", max_size=5), max_size=9)
X12_TAGS = ["AK1", "AK2", "AK3", "AK4", "AK5", "IK3", "IK4", "IK5", "AK9", "OTI", "TED", "BGN"]
X12_BODY = some.lists(some.tuples(some.sampled_from(X12_TAGS), ELEMENTS), max_size=12)
EDIFACT_TAGS = ["UCI", "UCF", "UCM", "UCS", "UCD", "BGM", "RFF", "ERC", "FTX"]
EDIFACT_BODY = some.lists(some.tuples(some.sampled_from(EDIFACT_TAGS), ELEMENTS), max_size=12)
VERDICTS = {"accepted", "remarked", "rejected"}


@settings(max_examples=80, deadline=None)
@given(some.sampled_from(["997", "999", "824"]), X12_BODY, some.sampled_from(["CONTRL", "APERAK"]), EDIFACT_BODY)
def test_answers_of_any_content_are_read(
    kind: str, body: list[tuple[str, list[str]]], other: str, other_body: list[tuple[str, list[str]]]
) -> None:
    lines = ["*".join([tag, *elements]) for tag, elements in body]
    reading = x12_reader.read([raw(x12(isa(gs(st(lines, kind=kind), code="FA"))))])
    assert {row["verdict"] for row in rows_of(reading)} <= VERDICTS
    lines = ["+".join([tag, *elements]) for tag, elements in other_body]
    reading = edifact_reader.read([raw(edifact(unb(unh(lines, kind=f"{other}:D:01B:UN"))))])
    rows = rows_of(reading)
    assert {row["verdict"] for row in rows} <= VERDICTS
    assert len(rows) == (1 if other == "APERAK" else sum(tag in ("UCI", "UCF", "UCM") for tag, _ in other_body))


# --- our own answers say to others what we mean


def ours(reading: Segments, rejected: Sequence[str] = (), **changed: object) -> list[dict[str, Any]]:
    """The rows of our answers to a reading, after others read them."""
    who = Partner.model_validate({"id": "nordstad", "name": "Nordstad Stores", "role": "retailer", **changed})
    standard = reading.interchanges["standard"][0].as_py()
    rejections = [Rejection(standard, 0, 0, code) for code in rejected]
    read = {"x12": x12_reader.read, "edifact": edifact_reader.read}[standard]
    answers = acknowledge(Batch([], [reading], rejections), who, NOW, 1)
    readings = [read([raw(answer.data)]) for answer in answers]
    assert [codes(one) for one in readings] == [[]] * len(readings)
    return [row for one in readings for row in rows_of(one)]


@pytest.mark.parametrize("kind", ["997", "999"])
def test_our_997_and_999_say_what_was_held_of_each_message(kind: str) -> None:
    message = (st(), st(control="0002"), st(control="0003", se01="9"))
    reading = x12_reader.read([raw(x12(isa(gs(*message, version="005010", control="17"), version="00501", isa11="^")))])
    found = with_found(reading, ("ELEMENT-BAD-CODE", 8, 1, 0, ""), message=1)
    assert brief(ours(found, acknowledge=kind)) == [
        ("message", None, "17", "0001", "180", "accepted", "", ""),
        ("message", None, "17", "0002", "180", "remarked", "5", "segment 3 N9 8; element 1 7 CN"),
        ("message", None, "17", "0003", "180", "rejected", "4", ""),
        ("group", None, "17", None, None, "rejected", "", ""),
    ]


def test_our_ta1_says_what_was_held_of_the_interchange() -> None:
    asked = x12_reader.read([raw(x12(isa(gs(st()), ack="1", iea02="1")))])
    assert [(row["interchange_control"], row["verdict"], row["codes"]) for row in ours(asked)][:1] == [
        ("000000101", "remarked", "001")
    ]


def test_our_contrl_says_what_was_held_of_each_message() -> None:
    reading = edifact_reader.read([raw(edifact(unb(unh(), unh(reference="2"), unh(reference="3", count="9"))))])
    found = with_found(reading, ("ELEMENT-TOO-LONG", 11, 3, 1, ""), message=1)
    assert brief(ours(found)) == [
        ("interchange", "4711", None, None, None, "accepted", "", ""),
        ("message", "4711", None, "2", "RETANN", "remarked", "", "segment 4; element 4.1 39"),
        ("message", "4711", None, "3", "RETANN", "rejected", "29", ""),
    ]
