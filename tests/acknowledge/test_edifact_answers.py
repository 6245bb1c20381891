"""What a partner that sends EDIFACT is answered, read back by our own reader."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from mappings.answers.acknowledge import Answer, Batch, acknowledge
from mappings.formats import edifact as reader
from mappings.messages.judge import Rejection
from schemas.partners import Partner
from tests.acknowledge.placed import with_found
from tests.formats.files import codes, edifact, raw, records, unb, unh

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
BRIGHTWELL = Partner(id="brightwell", name="Brightwell Trading", role="retailer")

UCI = "UCI 4711 9520000010003:14 9520000000011:14"


def answers(
    segments: Sequence[str], rejected: Sequence[tuple[int, int, str]] = (), who: Partner = BRIGHTWELL
) -> list[Answer]:
    """The answers to one EDIFACT file."""
    file = raw(edifact(segments))
    rejections = [Rejection("edifact", interchange, message, code) for interchange, message, code in rejected]
    return acknowledge(Batch([file], [reader.read([file])], rejections), who, NOW, 7)


def body(answer: Answer) -> list[str]:
    """The segments between UNH and UNT of a CONTRL that reads without findings, as text."""
    got = reader.read([raw(answer.data)])
    assert codes(got) == []
    assert got.messages["version"].to_pylist() == ["CONTRL:D:3:UN"]
    lines = []
    for tag, values in records(got)[1:-1]:
        elements: dict[int, list[str]] = {}
        for element, _, _, text in values:
            elements.setdefault(element, []).append(text)
        lines.append(" ".join([tag, *(":".join(parts) for parts in elements.values())]))
    return lines


VERDICTS = {
    "nothing": (unb(unh()), (), [f"{UCI} 7"]),
    "UNT count": (unb(unh(count="3")), (), [f"{UCI} 7", "UCM 1 RETANN:D:01B:UN 4 29"]),
    "UNT reference": (unb(unh(unt="9")), (), [f"{UCI} 7", "UCM 1 RETANN:D:01B:UN 4 28"]),
    "UNT missing": (unb(unh()[:-1]), (), [f"{UCI} 7", "UCM 1 RETANN:D:01B:UN 4 13"]),
    "not claimed": (unb(unh()), ((0, 0, "MSG-NOT-CLAIMED"),), [f"{UCI} 7", "UCM 1 RETANN:D:01B:UN 4 17"]),
    "UNZ reference": (unb(unh(), unz="1"), (), [f"{UCI} 7 28"]),
    "truncated": (unb(unh())[:-1], (), [f"{UCI} 4 13"]),
    "unknown sender": (unb(unh()), ((0, -1, "ENV-UNKNOWN-SENDER"),), [f"{UCI} 4 23"]),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_contrl_says_what_was_wrong(name: str) -> None:
    segments, rejected, expected = VERDICTS[name]
    (answer,) = answers(segments, rejected)
    assert (answer.kind, answer.control, answer.file) == ("CONTRL", 7, "f" * 64)
    assert body(answer) == expected


def test_a_fault_without_a_place_is_told_of_the_message() -> None:
    reading = with_found(reader.read([raw(edifact())]), ("MSG-STRUCTURE", -1, 0, 0, ""))
    (answer,) = acknowledge(Batch([], [reading]), BRIGHTWELL, NOW, 7)
    assert body(answer) == [f"{UCI} 7", "UCM 1 RETANN:D:01B:UN 7 15"]


def test_the_answer_changes_the_parties_over_and_keeps_level_and_test() -> None:
    row = reader.read([raw(answers(unb(unh(), level="UNOA:2", tail="++++++1"))[0].data)]).interchanges.to_pylist()[0]
    assert (row["sender"], row["sender_qualifier"], row["receiver"]) == ("9520000000011", "14", "9520000010003")
    assert (row["version"], row["usage"], row["date"], row["control"]) == ("UNOA:2", "T", "260305", "7")


def test_each_interchange_is_answered() -> None:
    found = answers([*unb(unh()), *unb(unh(count="9"), control="4712")])
    assert [(a.control, len(body(a))) for a in found] == [(7, 1), (8, 2)]


def test_a_tolerated_count_is_acknowledged_with_its_error() -> None:
    who = BRIGHTWELL.model_copy(update={"tolerate": ("segment_count",)})
    (answer,) = answers(unb(unh(count="3")), who=who)
    assert body(answer)[1:] == ["UCM 1 RETANN:D:01B:UN 7 29"]


def test_a_contrl_is_never_answered() -> None:
    file = raw(answers(unb(unh()))[0].data)
    assert acknowledge(Batch([file], [reader.read([file])]), BRIGHTWELL, NOW, 1) == []


def test_without_a_reference_there_is_nothing_to_answer_to() -> None:
    assert answers(unb(unh(), control="")) == []


def test_echoed_text_is_released() -> None:
    (answer,) = answers(unb(unh(count="3", reference="1?+?'2", unt="1?+?'2")))
    assert body(answer)[1] == "UCM 1+'2 RETANN:D:01B:UN 4 29"
