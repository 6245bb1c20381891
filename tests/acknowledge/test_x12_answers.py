"""What a partner that sends X12 is answered, read back by our own reader."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.formats import x12 as reader
from mappings.formats.segments import Segments
from mappings.messages.judge import Rejection
from schemas.partners import Partner
from tests.formats.files import codes, gs, isa, raw, records, st, x12

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def partner(**changed: object) -> Partner:
    return Partner.model_validate({"id": "nordstad", "name": "Nordstad Stores", "role": "retailer", **changed})


def answers(
    segments: Sequence[str], rejected: Sequence[tuple[int, int, str]] = (), who: Partner | None = None
) -> list[Answer]:
    """The answers to one X12 file."""
    file = raw(x12(segments))
    rejections = [Rejection("x12", interchange, message, code) for interchange, message, code in rejected]
    batch = Batch([file], [reader.read([file])], rejections)
    return acknowledge(batch, who or partner(), NOW, 7)


def reading(answer: Answer) -> Segments:
    """Our own reading of an answer: without findings, or it is no answer."""
    got = reader.read([raw(answer.data)])
    assert codes(got) == []
    return got


def body(answer: Answer) -> list[str]:
    """The segments of a 997 between ST and SE, as text, without the places of faults: test_places.py is about them."""
    segments = [(tag, values) for tag, values in records(reading(answer))[1:-1] if tag not in ("AK3", "AK4")]
    return ["*".join([tag, *(v[3] for v in values)]) for tag, values in segments]


# what is wrong with a file of one message; AK5 and AK9 of its answer
VERDICTS = {
    "nothing": (isa(gs(st())), "AK5*A", "AK9*A*1*1*1"),
    "SE01": (isa(gs(st(se01="9"))), "AK5*R*4", "AK9*R*1*1*0"),
    "SE02": (isa(gs(st(se02="0009"))), "AK5*R*3", "AK9*R*1*1*0"),
    "SE missing": (isa(gs(st()[:-1])), "AK5*R*2", "AK9*R*1*1*0"),
    "a segment that no 180 has": (isa(gs(st(["BGN*00*R", "ZZZ*1"]))), "AK5*E*5", "AK9*E*1*1*1"),
    "GE01": (isa(gs(st(), ge01="3")), "AK5*A", "AK9*E*3*1*1*5"),
    "GE02": (isa(gs(st(), ge02="3")), "AK5*A", "AK9*E*1*1*1*4"),
    "GE missing": (isa(gs(st())[:-1]), "AK5*A", "AK9*E*1*1*1*3"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_997_says_what_was_wrong(name: str) -> None:
    segments, ak5, ak9 = VERDICTS[name]
    (answer,) = answers(segments)
    assert (answer.kind, answer.control, answer.file) == ("997", 7, "f" * 64)
    assert body(answer) == ["AK1*AN*1", "AK2*180*0001", ak5, ak9]


def test_a_997_answers_its_group_message_by_message() -> None:
    (answer,) = answers(isa(gs(st(), st(control="0002", se01="9"), st(control="0003"), control="17")))
    assert body(answer) == [
        *("AK1*AN*17", "AK2*180*0001", "AK5*A", "AK2*180*0002", "AK5*R*4", "AK2*180*0003", "AK5*A"),
        "AK9*P*3*3*2",
    ]


def test_each_group_gets_its_own_997_with_its_own_numbers() -> None:
    found = answers(isa(gs(st()), gs(st(), ge01="9", control="2")))
    assert [(a.kind, a.control) for a in found] == [("997", 7), ("997", 8)]
    assert [body(a)[-1] for a in found] == ["AK9*A*1*1*1", "AK9*E*9*1*1*5"]
    assert len({a.name for a in found}) == 2


def test_a_missing_group_trailer_is_not_blamed_on_the_next_group() -> None:
    first, second = answers(isa(gs(st())[:-1], gs(st(), control="2")))
    assert (body(first)[-1], body(second)[-1]) == ("AK9*E*1*1*1*3", "AK9*A*1*1*1")


def test_the_answer_changes_the_parties_over() -> None:
    got = reading(answers(isa(gs(st())))[0])
    row, group = got.interchanges.to_pylist()[0], got.groups.to_pylist()[0]
    assert (row["sender"], row["receiver"]) == ("WICKHAMROWE", "NORDSTAD")
    assert (row["date"], row["time"], row["control"], row["usage"]) == ("260305", "0930", "000000007", "P")
    assert (group["code"], group["sender"], group["receiver"]) == ("FA", "WICKHAMROWE", "NORDSTAD")


def test_a_rejection_of_a_later_stage_rejects_its_message_alone() -> None:
    (answer,) = answers(isa(gs(st(), st(control="0002"))), [(0, 1, "MSG-NOT-CLAIMED")])
    assert body(answer)[1:] == ["AK2*180*0001", "AK5*A", "AK2*180*0002", "AK5*R*1", "AK9*P*2*2*1"]


def test_a_tolerated_count_is_accepted_with_errors() -> None:
    (answer,) = answers(isa(gs(st(se01="9"))), who=partner(tolerate=["segment_count"]))
    assert body(answer)[2:] == ["AK5*E*4", "AK9*E*1*1*1"]


# the file, rejections, and TA104, TA105
TA1S = {
    "asked for": (isa(gs(st()), ack="1"), (), "A*000", True),
    "asked for, IEA02 wrong": (isa(gs(st()), ack="1", iea02="1"), (), "E*001", True),
    "asked for, IEA01 wrong": (isa(gs(st()), ack="1", iea01="4"), (), "E*021", True),
    "truncated": (isa(gs(st()))[:-1], (), "R*023", False),
    "no group": (isa(st(), iea01="0"), (), "R*022", False),
    "unknown sender": (isa(gs(st())), ((0, -1, "ENV-UNKNOWN-SENDER"),), "R*006", False),
}


@pytest.mark.parametrize("name", TA1S)
def test_a_ta1_answers_the_interchange(name: str) -> None:
    segments, rejected, verdict, with_997 = TA1S[name]
    found = answers(segments, rejected)
    assert [a.kind for a in found] == (["TA1", "997"] if with_997 else ["TA1"])
    assert f"TA1*000000101*260304*0506*{verdict}~".encode() in found[0].data
    row = reading(found[0]).interchanges.to_pylist()[0]
    assert (row["control"], row["sender"], row["declared_count"]) == ("000000007", "WICKHAMROWE", 0)


def test_an_acknowledgement_is_never_acknowledged() -> None:
    (answer,) = answers(isa(gs(st())))
    (ta1, _) = answers(isa(gs(st()), ack="1"))
    for data in (answer.data, ta1.data, answer.data[:-20], ta1.data.replace(b"*0*P*", b"*1*P*")):
        file = raw(data)
        assert acknowledge(Batch([file], [reader.read([file])]), partner(), NOW, 1) == []


def test_what_cannot_be_answered_or_wants_no_answer_gets_none() -> None:
    assert answers(isa(gs(st()), control="         ")) == []
    assert answers(["no EDI at all"]) == []
    assert answers(isa(gs(st())), who=partner(acknowledge=False)) == []


def test_echoed_text_cannot_break_our_answer() -> None:
    data = x12(isa(gs(st(control="0001*~1"), control="1>2")), element="|", end="\n").replace(b"\x00", b"")
    file = raw(data)
    (answer,) = acknowledge(Batch([file], [reader.read([file])]), partner(), NOW, 7)
    assert reading(answer).messages.num_rows == 1


def test_the_same_batch_gives_the_same_bytes() -> None:
    assert answers(isa(gs(st(), st(se01="9")))) == answers(isa(gs(st(), st(se01="9"))))
