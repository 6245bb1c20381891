"""Whatever becomes of the requests to Business Central, one credit is one memo: single faults, and bad lines."""

from random import Random

import httpx
import pytest

from pipelines.work.endings import Posted
from pipelines.work.orphans import sweep_orphans
from pipelines.work.post import MARGIN_SECONDS, post_credits
from tests.erp.credit_requests import credit_request
from tests.erp.doubles.business_central import BusinessCentral
from tests.erp.doubles.business_central_wickham import connected, memos, posted, wickham
from tests.erp.one_fault import FATES, Unlucky
from tests.work.intent_book import Clock, IntentBook

REFERENCE = credit_request().reference


@pytest.mark.parametrize("fate", FATES)
def test_whatever_becomes_of_any_one_request_one_credit_is_one_memo(fate):
    asked = requests_of_an_undisturbed_run()
    for failing in range(asked):
        clock = Clock()
        central = wickham(clock)
        erp = connected(Unlucky(central, failing, FATES[fate]))
        book = IntentBook(clock)
        book.add(credit_request())
        total = Posted()
        for _ in range(3):
            total = total + post_credits(book, erp, "tester", clock)
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
        assert (total.posted, total.parked) == (1, 0), (failing, total, book.rows)
        assert len(posted(central)) == len(memos(central)) == 1, failing


def requests_of_an_undisturbed_run() -> int:
    central = wickham()
    counted = Unlucky(central, -1, FATES["503"])
    book = IntentBook(central.now)
    book.add(credit_request())
    assert post_credits(book, connected(counted), "tester", central.now) == Posted(posted=1)
    return counted.asked


class Unreliable:
    """A double that is reached over a bad line: each request by chance, and some are carried out long after."""

    def __init__(self, central: BusinessCentral, seed: int) -> None:
        self._central, self._random = central, Random(seed)
        self._late: list[httpx.Request] = []
        self.failing = 0.35

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self._random.random() > self.failing or request.url.path.endswith("token"):
            return self._central(request)
        if request.method != "GET" and self._random.random() < 0.3:
            self._late.append(request)
            raise httpx.ReadTimeout("silence")
        fate = FATES[self._random.choice(sorted(FATES))]
        return fate(lambda: self._central(request))

    def carry_out(self) -> None:
        """What was sent and not answered is done now, in any order, with nobody who hears of it."""
        self._random.shuffle(self._late)
        while self._late:
            self._central(self._late.pop())


def undisturbed_in_the_end(seed: int) -> None:
    clock = Clock()
    central = wickham(clock, whole_inserts=bool(seed % 2))
    line = Unreliable(central, seed)
    erp = connected(line)
    erp._wire._client._throttle._sleep = lambda seconds: None
    book = IntentBook(clock)
    book.add(credit_request())
    total = Posted()
    for attempt in range(12):
        line.failing = 0.35 if attempt < 6 else 0
        total = total + post_credits(book, erp, "tester", clock)
        assert len(posted(central)) <= 1
        if book.rows[REFERENCE]["state"] == "parked":
            book.rows[REFERENCE] |= {"state": "ready" if book.rows[REFERENCE]["draft_id"] is None else "drafted"}
        clock.forward(erp.capabilities.max_request_seconds)
        line.carry_out()
        clock.forward(MARGIN_SECONDS)
    sweep_orphans(book, erp)
    assert (total.posted, book.rows[REFERENCE]["state"]) == (1, "posted"), book.rows[REFERENCE]
    assert [note["number"] for note in book.notes] == posted(central) == [one["number"] for one in memos(central)]


@pytest.mark.parametrize("seed", range(12))
def test_over_a_bad_line_one_credit_is_one_memo_in_the_end(seed):
    undisturbed_in_the_end(seed)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_over_a_thousand_bad_lines_one_credit_is_one_memo():
    for seed in range(12, 1000):
        undisturbed_in_the_end(seed)


def test_a_late_second_draft_moves_no_money_and_is_swept():
    clock = Clock()
    central = wickham(clock)
    late = []

    def slow(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("salesCreditMemos") and not late:
            late.append(request)
            raise httpx.ReadTimeout("silence")
        return central(request)

    book = IntentBook(clock)
    book.add(credit_request())
    erp = connected(slow)
    assert post_credits(book, erp, "tester", clock) == Posted(uncertain=1)
    clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
    assert post_credits(book, erp, "tester", clock) == Posted(posted=1)
    fresh = {**late[0].headers, "authorization": f"Bearer {next(iter(reversed(central.tokens)))}"}
    central(httpx.Request("POST", late[0].url, headers=fresh, content=late[0].content))
    assert sorted(one.state for one in erp.find(REFERENCE)) == ["draft", "posted"]
    assert sweep_orphans(book, erp) == 1
    assert len(posted(central)) == len(memos(central)) == 1
