"""Posting into an ERP that has no drafts: what is promised there, fate by fate, and where the promise ends."""

from itertools import product

import pytest

from connectors.erp.memory import Fate, MemoryErp
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from tests.erp.credit_requests import credit_request
from tests.work.intent_book import Clock, IntentBook
from tests.work.test_post import QUARANTINE, Desk

REFERENCE = credit_request().reference
# Two deliveries of one request are two documents there, and nobody can help it: it has a test of its own.
FATES = [fate for fate in Fate if fate not in (Fate.TWICE, Fate.WRONG_ID)]


def new_desk(late_ticks: int = 3) -> Desk:
    clock = Clock()
    book = IntentBook(clock)
    book.add()
    return Desk(clock, book, MemoryErp(draft_state=False, late_ticks=late_ticks))


@pytest.fixture
def desk() -> Desk:
    return new_desk()


def test_a_credit_is_prepared_compared_and_posted(desk):
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]
    assert len(desk.book.notes) == 1


def test_when_to_look_again_is_stored_before_the_posting_is_sent(desk):
    seen = []
    post = desk.erp.post

    def watched(draft_id, on):
        seen.append((desk.intent["state"], desk.intent["draft_id"], desk.intent["look_again_at"]))
        post(draft_id, on)

    desk.erp.post = watched
    desk.post()
    ((state, draft_id, look_again_at),) = seen
    assert (state, draft_id) == ("sent", "D1")
    assert (look_again_at - desk.clock()).total_seconds() == QUARANTINE


def test_a_posting_that_nobody_answered_is_not_sent_again_before_the_longest_request_is_over(desk):
    desk.erp.script(Fate.LATE)
    assert desk.post() == Posted(uncertain=1)
    desk.clock.forward(QUARANTINE - 1)
    assert desk.post() == Posted()
    desk.clock.forward(1)
    desk.erp.tick(10)
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]


def test_somebody_killed_after_sending_leaves_an_intent_that_waits(desk):
    class Killed(BaseException):
        pass

    def die(step: str, reference: str) -> None:
        if step == "post":
            raise Killed

    with pytest.raises(Killed):
        desk.post(on_step=die)
    desk.clock.forward(QUARANTINE - 1)
    assert desk.post() == Posted()
    desk.clock.forward(3600)
    assert desk.post() == Posted(posted=1)
    assert desk.states == ["posted"]


@pytest.mark.parametrize("fates", list(product(FATES, repeat=3)), ids=lambda fates: " / ".join(fates))
def test_under_every_fate_of_three_postings_there_is_one_document(fates):
    desk = new_desk()
    desk.erp.script(*fates)
    posted = 0
    for _ in range(5):
        posted += desk.post().posted
        if desk.intent["state"] == "parked":
            desk.book.rows[REFERENCE] |= {"state": "drafted"}  # a person releases it
        desk.later()
    assert (posted, desk.states, len(desk.book.notes)) == (1, ["posted"], 1)


@pytest.mark.parametrize("before", [[], [Fate.LOST]])
def test_two_deliveries_of_one_request_are_told_loudly_and_nothing_is_booked(desk, before):
    desk.erp.script(*before, Fate.TWICE)
    total = desk.post()
    desk.later()
    total = total + desk.post()
    assert (total.posted, total.parked) == (0, 1)
    assert "posted 2 times" in desk.intent["problem"]
    assert desk.book.notes == []


def test_an_erp_that_is_later_than_it_promised_posts_twice_and_is_found_out():
    desk = new_desk(late_ticks=30)
    desk.erp.script(Fate.LATE, Fate.TIMEOUT_AFTER)
    desk.post()
    desk.later()
    assert desk.post() == Posted(uncertain=1)
    desk.erp.tick(30)
    desk.later()
    assert desk.post() == Posted(parked=1)
    assert "reverse all but one" in desk.intent["problem"]
    assert desk.book.notes == []


def test_the_posting_of_one_credit_does_not_wait_for_another(desk):
    desk.book.add(credit_request("BH-OTHER"))
    desk.erp.script(Fate.LATE)
    assert post_credits(desk.book, desk.erp, "tester", desk.clock) == Posted(posted=1, uncertain=1)


def test_what_the_list_does_not_show_yet_is_not_taken_for_the_only_one(desk):
    """Two deliveries, and a list that has not heard of them: it is looked up later, and then told."""
    find = desk.erp.find
    desk.erp.script(Fate.TWICE)
    desk.erp.find = lambda reference: []
    assert desk.post() == Posted(uncertain=1)
    desk.later()
    assert desk.post() == Posted(uncertain=1)
    assert desk.book.notes == []
    desk.erp.find = find
    desk.later()
    assert desk.post() == Posted(parked=1)
    assert "posted 2 times" in desk.intent["problem"]
