"""Partners' answers against what we sent: each finds its message, and states only ever go forward."""

from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.acknowledged import acknowledge, controls_of
from schemas.tables import ACKNOWLEDGED

FILE = "f" * 64


def answers(*rows: dict[str, Any]) -> pa.Table:
    plain = {"file": FILE, "offset": 10, "length": 5, "standard": "x12", "kind": "997", "level": "message",
             "group_control": "7", "verdict": "accepted", "codes": "", "places": ""}  # fmt: skip
    return pa.Table.from_pylist([plain | row for row in rows], schema=ACKNOWLEDGED)


def sent(*states: str, control: int = 7) -> pa.Table:
    rows = [{"key": f"nordstad/{n}", "control": control, "state": state} for n, state in enumerate(states)]
    return pa.Table.from_pylist(rows)


def found(told: pa.Table, outbound: pa.Table) -> list[tuple[str, str]]:
    return [(row["code"], row["detail"]) for row in acknowledge(told, outbound).findings.to_pylist()]


VERDICTS = {
    ("sent", "accepted"): "acknowledged",
    ("sent", "remarked"): "acknowledged",
    ("sent", "rejected"): "rejected",
    ("acknowledged", "rejected"): "rejected",
    ("acknowledged", "accepted"): None,
    ("rejected", "accepted"): None,
    ("rejected", "rejected"): None,
    ("pending", "accepted"): None,  # an answer to the first sending must not swallow the second
}


@pytest.mark.parametrize(("state", "verdict"), VERDICTS)
def test_states_go_forward_only(state: str, verdict: str) -> None:
    changes = acknowledge(answers({"verdict": verdict}), sent(state)).changes
    new = VERDICTS[state, verdict]
    assert [(c.key, c.values, c.expected) for c in changes] == (
        [({"key": "nordstad/0"}, {"state": new, "answered_by": FILE}, {"state": state})] if new else []
    )


@pytest.mark.parametrize("verdicts", [("accepted", "rejected"), ("rejected", "accepted")])
def test_several_answers_to_one_message_are_one_change_in_whatever_order(verdicts: tuple[str, str]) -> None:
    (change,) = acknowledge(answers(*({"verdict": verdict} for verdict in verdicts)), sent("sent")).changes
    assert change.values["state"] == "rejected"


def test_every_sending_of_a_message_is_acknowledged() -> None:
    changes = acknowledge(answers({}), sent("sent", "pending", "sent")).changes
    assert [change.key["key"] for change in changes] == ["nordstad/0", "nordstad/2"]


CONTROLS = [
    ({"group_control": "0007"}, [7]),
    ({"group_control": None, "interchange_control": "000000007", "level": "interchange"}, [7]),
    ({"group_control": None, "level": "document", "reference": "BA7-2"}, [7]),
    ({"group_control": None, "level": "document", "reference": "7"}, []),  # the partner's own number of something
    ({"group_control": None, "level": "message", "reference": "BA7-2"}, []),
    ({"group_control": "G7"}, []),
    ({"group_control": "7\u00b2"}, []),
    ({"group_control": None}, []),
]


@pytest.mark.parametrize(("row", "controls"), CONTROLS)
def test_what_is_answered_is_named_by_our_own_number(row: dict[str, Any], controls: list[int]) -> None:
    assert controls_of(answers(row)) == controls
    assert bool(acknowledge(answers(row), sent("sent")).changes) == bool(controls)


def test_a_rejection_is_told_where_it_says_most() -> None:
    told = answers(
        {"message_control": "0001", "reference": "824"},
        {
            "message_control": "0002",
            "reference": "824",
            "verdict": "rejected",
            "codes": "5",
            "places": "segment 3 TED 8",
        },
        {"level": "group", "verdict": "rejected", "codes": "5"},
    )
    assert found(told, sent("sent")) == [
        ("ACK-REJECTED", "997 on 824, group 7, message 0002: rejected (5; segment 3 TED 8)")
    ]
    alone = answers({"level": "group", "verdict": "rejected", "codes": "2"})
    assert found(alone, sent("sent")) == [("ACK-REJECTED", "997 on group 7: rejected (2)")]


def test_errors_in_what_was_taken_are_a_remark() -> None:
    assert found(answers({"verdict": "remarked"}), sent("sent")) == [("ACK-REMARKED", "997 on group 7: remarked")]


def test_an_answer_to_nothing_that_we_sent_is_told_once() -> None:
    told = answers({}, {"message_control": "0002", "verdict": "rejected"}, {"level": "group", "verdict": "rejected"})
    assert [code for code, _ in found(told, sent("sent", control=8))] == ["ACK-UNKNOWN"]
    nameless = answers({"group_control": None, "level": "document", "reference": "INV-1"},
                       {"group_control": None, "level": "document", "reference": "INV-2"})  # fmt: skip
    assert [detail for _, detail in found(nameless, sent())] == ["997 on INV-1: accepted", "997 on INV-2: accepted"]


def test_a_finding_has_the_place_of_the_answer() -> None:
    (row,) = acknowledge(answers({"verdict": "rejected"}), sent("sent")).findings.to_pylist()
    assert (row["file"], row["offset"], row["length"], row["path"], row["severity"]) == (FILE, 10, 5, "997", "error")


def test_no_answers_come_to_nothing() -> None:
    nothing = acknowledge(answers(), sent())
    assert (nothing.findings.num_rows, nothing.changes) == (0, ())
