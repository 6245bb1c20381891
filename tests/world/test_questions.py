"""Questions to retailers: what is asked, until when, what an answer does, and what holds when none comes."""

import io
from datetime import date

import pytest
from rich.console import Console

from pipelines.show import status_view
from pipelines.work.resolve import resolve_by_person
from tests.world.agreed import Agreed
from tests.world.test_differences import actions, kinds, where
from tests.world.test_overdue import messages
from tests.world.town import File, line, notice, receipt, sale

ASKS = "rules: {over: ask}, answer_days: 7, unanswered: {over: send_back}"
ASKED, LAST_DAY, TOO_LATE = date(2026, 3, 10), date(2026, 3, 17), date(2026, 3, 18)


def two_too_many() -> list[File]:
    return [sale("I1", 9), notice("R1", line(1)), receipt("W1", 3, of="R1", complete=True)]


def test_the_retailer_is_asked_once_and_nothing_is_decided_meanwhile(agreed: Agreed) -> None:
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
        town.settle()
        ((row,),) = messages(town, "question")
        assert (row["return"], row["units"], row["answer_by"]) == ("R1", "2", "2026-03-17")
        assert row["what_differs"] == "more of an item was in the box than was announced"
        assert row["if_you_do_not_answer"] == "over: not credited; the goods go back to the retailer"
        assert (actions(town), where(town)) == (
            [("over", "ask", "reconciliation.rules.over")],
            {"accepted": 1, "received": 2},
        )
        due = town.store.table("due_event", event="answer").to_pylist()
        assert [(one["subject"], one["due_on"], one["met"]) for one in due] == [("shop/R1?1", LAST_DAY, False)]


def test_the_question_stands_until_its_last_day(agreed: Agreed) -> None:
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
    with agreed.on(ASKS, LAST_DAY) as town:
        town.settle()
        assert where(town) == {"accepted": 1, "received": 2}


def test_without_an_answer_the_default_holds(agreed: Agreed) -> None:
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
    with agreed.on(ASKS, TOO_LATE) as town:
        town.settle()
        assert actions(town)[1:] == [("over", "send_back", "reconciliation.unanswered.over")]
        assert (where(town), town.store.verify()) == ({"accepted": 1, "refused": 2}, [])
        assert town.store.table("due_event", event="answer")["met"].to_pylist() == [True]


def test_without_a_default_the_count_holds(agreed: Agreed) -> None:
    with agreed.on("rules: {over: ask}", ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
    with agreed.on("rules: {over: ask}", date(2026, 3, 21)) as town:
        town.settle()
        assert where(town) == {"accepted": 3}


def test_a_person_says_what_holds(agreed: Agreed) -> None:
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
        (row,) = [one for one in town.store.table("resolution").to_pylist() if one["kind"] == "over"]
        said = resolve_by_person(town.hub, row["return_line"], "count", "the shop called", "Ada")
        assert [one["kind"] for one in said] == ["over"]
        town.settle()
        assert actions(town)[1:] == [("over", "count", "person")]
        assert (where(town), kinds(town)) == ({"accepted": 3}, [("over", 2)])
        assert town.store.table("due_event", event="answer")["met"].to_pylist() == [True]


ANSWER = """\
kind: answer
standard: delimited
claims: {columns: [number, question, verdict]}
reads: {encoding: utf-8, separator: ",", decimal: "."}
document: {number: {from: number}}
lines:
  each: row
  require: []
  request_number: {from: question}
  verdict: {from: verdict}
"""


@pytest.mark.parametrize(
    ("verdict", "ends"), [("accepted", {"accepted": 3}), ("refused", {"accepted": 1, "received": 2})]
)
def test_the_retailer_answers_by_a_file(agreed: Agreed, verdict: str, ends: dict[str, int]) -> None:
    with agreed.on(ASKS, ASKED) as town:
        (agreed.home / "maps" / "answer.yaml").write_text(ANSWER)
        town.deliver(*two_too_many())
        town.settle()
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(File("shop", f"number,question,verdict\nA1,shop/R1?1,{verdict}\n".encode()))
        town.settle()
        assert where(town) == ends
        assert actions(town)[1][2] == "answer"
        assert town.store.table("due_event", event="answer")["met"].to_pylist() == [True]


def test_what_waits_shows_in_the_status(agreed: Agreed) -> None:
    with agreed.on(ASKS, ASKED) as town:
        town.deliver(*two_too_many())
        town.settle()
        (row,) = town.store.query("reports/waiting_differences.sql").to_pylist()
        assert (row["kind"], row["action"], row["units"], row["answer_by"]) == ("over", "ask", 2, LAST_DAY)
        out = Console(file=io.StringIO(), width=120)
        for part in status_view(town.hub):
            out.print(part)
        assert "Differences that wait" in out.file.getvalue()  # type: ignore[attr-defined]
