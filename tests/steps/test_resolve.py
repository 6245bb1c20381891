"""What holds of a difference: by policy, by an answer, by silence; asked once, resolved again when it changes."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from pipelines.steps.resolve import Asked, Resolved, resolve
from pipelines.steps.resolved_rules import with_resolutions
from schemas.reconciliation import Reconciliation
from schemas.tables import HELD_DIFFERENCES, RESOLUTIONS, UNDECIDED

TODAY = date(2026, 6, 10)


def differs(kind: str = "over", line: str = "1", units: int = 2, **other: Any) -> dict[str, Any]:
    """Two units too many, at ten pounds each."""
    row = dict.fromkeys(HELD_DIFFERENCES.names) | {
        "retailer": "shop", "return_id": "shop/R1", "number": "R1", "return_line": f"shop/R1/{line}", "kind": kind,
        "gtin": "09520000000059", "units": units, "net_minor": 1000 * units, "currency": "GBP",
        "receipt_document": "rec-1", "receipt_line_no": 1,
    }  # fmt: skip
    return row | other


def resolved(
    *rows: dict[str, Any], known: pa.Table | None = None, today: date = TODAY, asked: Asked | None = None, **policy: Any
) -> Resolved:
    held = pa.Table.from_pylist(list(rows), HELD_DIFFERENCES)
    known = RESOLUTIONS.empty_table() if known is None else known
    return resolve(held, known, Reconciliation.model_validate(policy), "p1", today, asked)


def said(result: Resolved) -> list[tuple[str, int, str, str]]:
    rows = result.resolutions.to_pylist()
    return [(row["kind"], row["turn"], row["action"], row["rule"]) for row in rows]


def test_without_an_agreement_the_count_holds():
    result = resolved(differs())
    assert said(result) == [("over", 1, "count", "reconciliation")]
    assert result.resolutions["because"].to_pylist() == [
        "2 units: more of an item was in the box than was announced. By the policy: what was counted holds, and the "
        "other rules of the policy decide on it."
    ]


def test_what_was_resolved_is_not_resolved_again():
    first = resolved(differs())
    again = resolved(differs(), known=first.resolutions)
    assert (again.resolutions.num_rows, again.new.num_rows) == (0, 0)


def test_a_difference_of_other_units_takes_another_turn():
    first = resolved(differs())
    assert said(resolved(differs(units=3), known=first.resolutions)) == [("over", 2, "count", "reconciliation")]


def test_the_tolerance_is_for_all_of_a_kind_in_a_return():
    policy = {"tolerance": {"units": 3, "money": 40}, "within": {"over": "write_off"}}
    assert said(resolved(differs(units=3), **policy))[0][2] == "write_off"
    assert {one[2] for one in said(resolved(differs(), differs(line="2"), **policy))} == {"count"}
    other = differs(line="2", return_id="shop/R2")
    assert {one[2] for one in said(resolved(differs(), other, **policy))} == {"write_off"}


def test_one_question_a_return_about_all_that_is_asked():
    rows = (differs(), differs("unannounced", "2"), differs(line="3", return_id="shop/R2"), differs("short", "4"))
    result = resolved(*rows, rules={"over": "ask", "unannounced": "ask"}, answer_days=5)
    assert [(row["question"], row["answer_by"]) for row in result.questions.to_pylist()] == [
        ("shop/R1?1", date(2026, 6, 15)),
        ("shop/R2?1", date(2026, 6, 15)),
    ]
    assert result.questions["unanswered"][0].as_py() == (
        "over: what was counted holds, and the other rules of the policy decide on it; "
        "unannounced: what was counted holds, and the other rules of the policy decide on it"
    )
    named = {row["return_line"]: row["question"] for row in result.resolutions.to_pylist()}
    assert named == {"shop/R1/1": "shop/R1?1", "shop/R1/2": "shop/R1?1", "shop/R1/3": "shop/R2?1", "shop/R1/4": None}


def test_a_second_question_about_a_return_is_numbered_on():
    first = resolved(differs(), rules={"over": "ask"})
    later = resolved(differs(), differs("unannounced", "2"), known=first.resolutions, rules={"unannounced": "ask"})
    assert later.questions["question"].to_pylist() == ["shop/R1?2"]


@pytest.mark.parametrize(
    ("asked", "today", "ends"),
    [
        (Asked({"shop/R1?1": TODAY}), TODAY, []),
        (Asked({"shop/R1?1": TODAY}), date(2026, 6, 11), [("over", 2, "hold", "reconciliation.unanswered.over")]),
        (Asked({"shop/R1?1": TODAY}, {"shop/R1?1": True}), TODAY, [("over", 2, "count", "answer")]),
        (Asked({"shop/R1?1": TODAY}, {"shop/R1?1": False}), date(2026, 7, 1), [("over", 2, "hold", "answer")]),
    ],
    ids=["in time", "silence", "agrees", "does not agree"],
)
def test_what_becomes_of_a_question(asked, today, ends):
    policy = {"rules": {"over": "ask"}, "unanswered": {"over": "hold"}}
    first = resolved(differs(), **policy)
    assert said(resolved(differs(), known=first.resolutions, today=today, asked=asked, **policy)) == ends


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"rules": {"lost": "ask"}}, "no kind of difference"),
        ({"rules": {"short": "send_back"}}, "says nothing about short"),
        ({"rules": {"over": "accept"}}, "says nothing about over"),
        ({"unanswered": {"over": "ask"}}, "cannot be `ask` again"),
        ({"within": {"over": "ask"}}, "is not asked about"),
    ],
)
def test_an_agreement_that_means_nothing_is_refused(policy, told):
    with pytest.raises(ValidationError, match=told):
        Reconciliation.model_validate(policy)


def test_of_several_resolutions_the_strongest_decides():
    rows = [
        {"return_line": "shop/R1/1", "kind": kind, "receipt_document": "rec-1", "receipt_line_no": 1, "turn": 1,
         "condition": condition, "units": 1, "action": action, "because": kind}
        for kind, action, condition in (("damaged", "accept", "damaged"), ("late", "send_back", None))
    ]  # fmt: skip
    units = dict.fromkeys(UNDECIDED.names) | {"return_line": "shop/R1/1", "bucket": "received", "condition": "damaged"}
    undecided = pa.Table.from_pylist(
        [
            units | {"decision": "shop/R1/1#1>received@rec-1/1"},
            units | {"decision": "shop/R1/1#1>received@rec-1/2", "condition": "sellable"},
            units | {"decision": "shop/R1/1#1>received@rec-2/1"},
        ],
        UNDECIDED,
    )
    found = with_resolutions(undecided, pa.Table.from_pylist(rows, RESOLUTIONS))
    assert found["resolution"].to_pylist() == ["send_back", "send_back", None]
