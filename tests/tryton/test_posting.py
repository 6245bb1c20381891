"""The posting protocol against a real Tryton: whatever becomes of a request, and wherever we are killed, one note."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count

import pytest

from connectors.erp.tryton.adapter import TrytonErp
from pipelines.work.endings import Posted
from pipelines.work.post import MARGIN_SECONDS, post_credits
from tests.erp.credit_requests import credit_request
from tests.tryton.faulty_way import Fate, FaultyWay
from tests.tryton.server import ROOT, Server
from tests.work.intent_book import Clock, IntentBook

pytestmark = pytest.mark.tryton
LONGEST_SECONDS = 5
_numbers = count(1)

# The changing requests of one credit: the draft, its day, the posting.
REQUESTS = ("draft", "day", "posting")


@pytest.fixture(scope="module")
def way(tryton: Server) -> Iterator[FaultyWay]:
    one = FaultyWay(tryton.url)
    yield one
    one.close()


@pytest.fixture
def erp(tryton: Server, way: FaultyWay) -> Iterator[TrytonErp]:
    database = tryton.shared._settings.database
    one = tryton.erp(url=way.url, database=database, longest_request_seconds=LONGEST_SECONDS)
    yield one
    one.close()


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.OK])
@pytest.mark.parametrize("request_no", range(len(REQUESTS)), ids=REQUESTS)
def test_whatever_becomes_of_a_request_there_is_one_note_in_tryton_and_in_our_books(request_no, fate, erp, way, tryton):
    clock = Clock()
    book = IntentBook(clock)
    reference = book.add(credit_request(f"BH-FATE{next(_numbers):04}"))
    way.made.clear()
    way.script(*[Fate.OK] * request_no, fate)
    first = post_credits(book, erp, "tester", clock)
    asked = [made.partition("?")[0].rpartition("/")[2] for made in way.made]
    assert len(asked) == (request_no + 1 if first.posted == 0 else 3)
    total = first
    for _ in range(3):
        way.settle()
        clock.forward(LONGEST_SECONDS + MARGIN_SECONDS)
        total = total + post_credits(book, erp, "tester", clock)
    assert (total.posted, total.parked) == (1, 0)
    (document,) = tryton.shared.find(reference)
    assert (document.state, document.posted_on) == ("posted", clock().date())
    assert [note["document_digest"] for note in book.notes] == [document.digest]


def test_a_period_that_is_closed_parks_the_credit_with_the_reason_and_released_it_goes_out(erp, tryton):
    clock = Clock()
    clock.moment = clock.moment.replace(month=1)
    book = IntentBook(clock)
    reference = book.add(credit_request(f"BH-FATE{next(_numbers):04}"))
    assert post_credits(book, erp, "tester", clock) == Posted(parked=1)
    assert "reopen the period" in book.rows[reference]["problem"]
    clock.moment = clock.moment.replace(month=3)
    book.rows[reference] |= {"state": "drafted"}
    assert post_credits(book, erp, "tester", clock) == Posted(posted=1)
    assert [document.state for document in tryton.shared.find(reference)] == ["posted"]


def test_killed_before_and_after_every_request_there_is_one_note_and_every_book_ties(tryton, tmp_path):
    command = [sys.executable, "-m", "tests.tryton.kill_drill", tryton.url, tryton.shared._settings.database]
    done = subprocess.run(
        [*command, str(tryton.key_file), str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    drills = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(drill["died"] for drill in drills) >= 20
    assert {tuple(drill["between"]) for drill in drills} == {(), ("draft",), ("posted",)}
    for drill in drills:
        ((state, *document),) = drill["erp"]
        assert (state, drill["intents"], drill["wrong"]) == ("posted", ["posted"], []), drill
        assert drill["notes"] == [document]
    assert len({drill["erp"][0][1] for drill in drills}) == len(drills), "each has a number of its own"
