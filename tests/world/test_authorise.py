"""Announced goods get our word by rule before they ship, once; what was said is what the retailer is told."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.steps.authorise import number_of
from pipelines.work.authorise import answer_asked
from schemas.errors import PermanentError
from tests.world.goods_town import GoodsTown, announced, days_later, goods, goods_town, shipped
from tests.world.town import BOWL, LAMP, PLATE, receipt, sale

SINCE = "2026-01-01"
SALES = (sale("I1", 10, 1000), sale("I2", 10, 500, BOWL))


def told_after(folder: Path, *files: Any, **terms: Any) -> tuple[list[tuple[Any, ...]], dict[str, int], list[str]]:
    """Words, buckets and the rows of the answer, when these notices came; and that a second run does nothing."""
    with goods_town(folder, authorisation={"since": SINCE} | terms) as town:
        town.deliver(*SALES)
        town.deliver(*files)
        town.settle()
        before = town.rows_stored()
        town.settle()
        assert town.rows_stored() == before
        assert town.store.violations() == []
        answers = [row for file in town.told("shop", "authorisation") for row in file[1:]]
        return town.words(), town.buckets(), answers


def test_without_the_policy_nothing_is_asked(tmp_path: Path) -> None:
    with goods_town(tmp_path) as town:
        town.deliver(*SALES, announced("R1", goods(3)))
        town.settle()
        assert (town.words(), town.buckets()) == ([], {"announced": 3})
        assert town.told("shop", "authorisation")[0][1].startswith("R1;1;")


def test_what_no_rule_speaks_against_may_come_under_a_number(tmp_path: Path) -> None:
    words, buckets, answer = told_after(tmp_path, announced("R1", goods(3), goods(2, BOWL)))
    assert words == [("R1/1", "authorise", 3, "since"), ("R1/2", "authorise", 2, "since")]
    assert buckets == {"authorised": 5}
    number = number_of("shop/R1")
    assert answer[0] == f"R1;1;{LAMP};;3;accepted;return;;{number};2026-07-01;"


CASES = [
    # what the shop announces, the terms, our word on each line with its units, and where the units are then
    ([goods(3)], {"window_days": 48}, [("refuse", 3, "late")], {"refused": 3}),
    ([goods(3)], {"window_days": 49}, [("authorise", 3, "since")], {"authorised": 3}),
    ([goods(3)], {"window_days": 40, "grace_days": 9}, [("authorise", 3, "since")], {"authorised": 3}),
    ([goods(3)], {"window_days": 40, "grace_days": 8, "late": "ask"}, [("ask", 3, "late")], {"announced": 3}),
    ([goods(3, PLATE)], {}, [("ask", 3, "unplaced")], {"announced": 3}),
    ([goods(3, PLATE)], {"unplaced": "refuse"}, [("refuse", 3, "unplaced")], {"refused": 3}),
    ([goods(3)], {"reasons": {"overstock": "refuse"}}, [("refuse", 3, "reasons")], {"refused": 3}),
    ([goods(3, reason="recall")], {"reasons": {"recall": "authorise"}, "window_days": 1},
     [("authorise", 3, "reasons")], {"authorised": 3}),
    ([goods(3)], {"items": [{"flag": "hygiene", "items": ["VI-00*"], "word": "dispose"}]},
     [("dispose", 3, "items")], {"accepted": 3}),
    ([goods(3)], {"items": [{"flag": "no_return", "items": [LAMP], "word": "refuse"}]},
     [("refuse", 3, "items")], {"refused": 3}),
    ([goods(3), goods(1, BOWL)], {"share": {"percent": 15}},
     [("authorise", 3, "since"), ("refuse", 1, "share")], {"authorised": 3, "refused": 1}),
    ([goods(8)], {"share": {"percent": 25}},
     [("refuse", 3, "share"), ("authorise", 5, "since")], {"authorised": 5, "refused": 3}),
    ([goods(8)], {"share": {"percent": 25, "beyond": "ask"}}, [("ask", 8, "share")], {"announced": 8}),
    ([goods(3), goods(2, BOWL)], {"open": {"units": 4}},
     [("authorise", 3, "since"), ("ask", 2, "open")], {"announced": 2, "authorised": 3}),
    ([goods(3), goods(2, BOWL)], {"open": {"money": 35, "beyond": "refuse"}},
     [("authorise", 3, "since"), ("refuse", 2, "open")], {"authorised": 3, "refused": 2}),
    ([goods(1), goods(1, BOWL)], {"keep_below": 16, "keep_percent": 40},
     [("keep", 1, "keep_below"), ("keep", 1, "keep_below")], {"accepted": 2}),
    ([goods(1), goods(1, BOWL)], {"keep_below": 15},
     [("authorise", 1, "since"), ("authorise", 1, "since")], {"authorised": 2}),
    ([goods(2, goods="keep")], {}, [("keep", 2, "goods_stay")], {"accepted": 2}),
    ([goods(2, goods="dispose")], {}, [("dispose", 2, "goods_stay")], {"accepted": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "terms", "words", "buckets"), CASES)
def test_each_rule_says_its_word(
    tmp_path: Path, lines: list[Any], terms: dict[str, Any], words: list[Any], buckets: dict[str, int]
) -> None:
    said, stand, _ = told_after(tmp_path, announced("R1", *lines), **terms)
    assert [row[1:] for row in said] == words
    assert stand == buckets


def test_a_part_that_may_come_is_answered_in_two_rows(tmp_path: Path) -> None:
    _, _, answer = told_after(tmp_path, announced("R1", goods(8)), share={"percent": 25})
    assert [row.split(";")[4:7] for row in answer] == [["3", "refused", ""], ["5", "accepted", "return"]]
    assert answer[0].endswith("more is returned than the agreed share of what you bought")


def test_what_stays_at_the_store_is_answered_with_its_allowance(tmp_path: Path) -> None:
    _, _, answer = told_after(tmp_path, announced("R1", goods(1)), keep_below=16, keep_percent=40)
    assert answer[0].split(";")[5:8] == ["accepted", "keep", "40"]


def test_a_line_of_another_day_is_not_asked(tmp_path: Path) -> None:
    words, buckets, answer = told_after(tmp_path, announced("R1", goods(3)), since="2026-02-21")
    assert (words, buckets, len(answer)) == ([], {"announced": 3}, 1)


@pytest.fixture
def asking(tmp_path: Path) -> Any:
    with goods_town(tmp_path, authorisation={"since": SINCE, "reasons": {"damaged": "ask"}, "answer_days": 3}) as town:
        town.deliver(*SALES, announced("R1", goods(3, reason="damaged"), goods(2, BOWL)))
        town.settle()
        yield town


def test_a_person_answers_what_was_asked_and_the_retailer_is_told_of_that(asking: GoodsTown) -> None:
    (clock,) = [row for row in asking.store.table("due_event").to_pylist() if row["event"] == "authorisation"]
    assert (clock["subject"], str(clock["due_on"]), clock["met"]) == ("shop/R1/1", "2026-06-04", False)
    number = answer_asked(asking.hub, "shop/R1/1", "authorise", "Ada Holm", "photos are fine")
    assert number == number_of("shop/R1")
    assert asking.buckets() == {"authorised": 5}
    assert asking.words()[1:2] == [("R1/1", "authorise", 3, "person")]
    first, second = asking.told("shop", "authorisation")
    assert [row.split(";")[5] for row in first[1:]] == ["pending", "accepted"]
    assert [row.split(";")[1:7:4] for row in second[1:]] == [["1", "accepted"]]
    assert [row["met"] for row in asking.store.table("due_event", event="authorisation").to_pylist()] == [True]
    with pytest.raises(PermanentError, match="Nothing of shop/R1/1 waits"):
        answer_asked(asking.hub, "shop/R1/1", "refuse", "Ada Holm", "again")
    assert asking.store.violations() == []


def test_a_person_refuses_what_was_asked(asking: GoodsTown) -> None:
    assert answer_asked(asking.hub, "shop/R1/1", "refuse", "Ada Holm", "worn") == ""
    assert asking.buckets() == {"authorised": 2, "refused": 3}
    assert asking.told("shop", "authorisation")[1][1].split(";")[5] == "refused"
    asking.settle()
    assert asking.buckets() == {"authorised": 2, "refused": 3}


def test_when_nobody_answers_the_policy_says_what_holds(tmp_path: Path) -> None:
    terms = {"since": SINCE, "reasons": {"damaged": "ask"}, "answer_days": 0, "unanswered": "refuse"}
    with goods_town(tmp_path, authorisation=terms) as town:
        town.deliver(*SALES, announced("R1", goods(3, reason="damaged")))
        town.settle()
        assert town.buckets() == {"announced": 3}
        with days_later(town, 1) as later:
            later.settle()
            assert later.words()[1:] == [("R1/1", "refuse", 3, "unanswered")]
            assert later.buckets() == {"refused": 3}
            assert later.told("shop", "authorisation")[1][1].endswith("we could not examine this in time")
            later.settle()
            assert len(later.words()) == 2


def test_a_sale_that_comes_later_is_judged_then(tmp_path: Path) -> None:
    with goods_town(tmp_path, authorisation={"since": SINCE}) as town:
        town.deliver(*SALES, announced("R1", goods(3, PLATE)))
        town.settle()
        town.deliver(sale("I3", 5, 700, PLATE))
        town.settle()
        assert [row[1:] for row in town.words()] == [("ask", 3, "unplaced"), ("authorise", 3, "since")]
        assert town.buckets() == {"authorised": 3, "moved": 3}
        assert town.store.violations() == []


@pytest.mark.parametrize("names", [{"of": "R1"}, {"of": number_of("shop/R1")}, {"box": "BOX-1"}])
@pytest.mark.parametrize("terms", [{}, {"since": SINCE}])
def test_what_was_shipped_is_in_transit_and_no_money_follows(
    tmp_path: Path, names: dict[str, str], terms: dict[str, str]
) -> None:
    with goods_town(tmp_path, authorisation=terms) as town:
        town.deliver(*SALES, announced("R1", goods(3, carton="BOX-1"), goods(2, BOWL, carton="BOX-2")))
        town.settle()
        town.deliver(shipped("S1", **names))
        town.settle()
        known = terms or not names.get("of", "").startswith("RA-")
        gone = 0 if not known else 3 if "box" in names else 5
        assert town.buckets().get("in_transit", 0) == gone
        assert town.store.table("decision").num_rows == 0
        before = town.rows_stored()
        town.settle()
        assert town.rows_stored() == before
        assert town.store.violations() == []


def test_shipped_before_announced_is_in_transit_once_it_is(tmp_path: Path) -> None:
    with goods_town(tmp_path, authorisation={"since": SINCE}) as town:
        town.deliver(*SALES, shipped("S1", "R1"))
        town.settle()
        town.deliver(announced("R1", goods(3)))
        town.settle()
        assert town.buckets() == {"in_transit": 3}


@pytest.mark.parametrize(("valid_days", "flagged"), [(30, []), (1, ["shop/R2/1, our word had ended on 2026-06-02"])])
def test_goods_that_come_without_our_word_go_on_and_are_flagged_once(
    tmp_path: Path, valid_days: int, flagged: list[str]
) -> None:
    with goods_town(tmp_path, authorisation={"since": SINCE, "valid_days": valid_days}) as town:
        town.deliver(*SALES, announced("R1", goods(3)), announced("R2", goods(2, BOWL)))
        town.deliver(receipt("W1", 3, "R1"))
        town.settle()
        town.deliver(receipt("W2", 2, "R2", BOWL, on=160))
        town.settle()
        town.settle()
        told = [row["detail"] for row in town.store.findings(code="LINE-UNAUTHORISED").to_pylist()]
        assert told == ["shop/R1/1", *flagged]
        assert town.buckets() == {"accepted": 5}
        assert town.store.violations() == []


def test_authorised_goods_are_counted_in_and_credited(tmp_path: Path) -> None:
    with goods_town(tmp_path, authorisation={"since": SINCE}) as town:
        town.deliver(*SALES, announced("R1", goods(3)))
        town.settle()
        town.deliver(receipt("W1", 3, "R1"))
        town.settle()
        assert town.buckets() == {"accepted": 3}
        assert town.store.violations() == []
