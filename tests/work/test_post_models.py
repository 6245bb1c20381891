"""Two fault models, enumerated: whatever dies, is lost or comes late, a credit is posted once and none goes missing.

The models are in ``fault_models``. 46,656 schedules of the first and 331,776 of the second, all of them.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest

from pipelines.steps.credits import credited
from pipelines.work import post
from schemas.credits import CreditRequest
from schemas.errors import BackhaulError, UncertainError
from tests.work.fault_models import (
    DRAFT_FAULTS,
    ISSUE_FAULTS,
    LATE_TICKS,
    REPLIES,
    REQUEST,
    REQUESTS,
    TICKS_MAX,
    VERY_LATE_TICKS,
    Fates,
    FaultyErp,
    Graph,
    World,
    draft,
    issue,
    replayed,
)


def _newest_draft(posting: post.Posting) -> Any:
    found = posting.desk.erp.find(posting.intent.reference)
    return next((document for document in reversed(found) if document.state == "draft"), None)


def _nothing(*_: Any) -> None:
    """What stands where a step was."""


# Ways to break the protocol: what is put in the place of what.
FORGOTTEN: dict[str, list[tuple[Any, str, Any]]] = {
    "nothing": [],
    "bind": [(post.Posting, "_bind", _nothing), (post.Posting, "_found", _newest_draft)],
    "bind and find": [(post.Posting, "_bind", _nothing), (post.Posting, "_found", _nothing)],
    "quarantine": [(post.Desk, "quarantine", timedelta(0))],
}


@pytest.fixture(autouse=True)
def movements_once(monkeypatch):
    """The movements of the one intent are the same in every schedule: they are built once."""

    @cache
    def of_the_intent(reference: str, currency: str, rule_version: str) -> Any:
        return credited(World.new().book.intent_lines(reference), reference, currency, rule_version)

    monkeypatch.setattr(post, "credited", lambda lines, *key: of_the_intent(*key))


# --- the promise


@pytest.mark.parametrize("late_ticks", [LATE_TICKS, VERY_LATE_TICKS])
def test_three_faulty_attempts_in_every_way_post_once(late_ticks):
    assert Graph(issue, ISSUE_FAULTS, late_ticks).verdicts(3) == {"posted once": 46_656}


@pytest.mark.parametrize("late_ticks", [LATE_TICKS, VERY_LATE_TICKS])
def test_four_faulty_requests_in_every_way_post_once(late_ticks):
    assert Graph(draft, DRAFT_FAULTS, late_ticks).verdicts(4) == {"posted once": 331_776}


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_three_faulty_attempts_each_from_its_beginning_post_once():
    assert replayed(issue, ISSUE_FAULTS, 3, LATE_TICKS) == {"posted once": 46_656}


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_four_faulty_requests_each_from_its_beginning_post_once():
    assert replayed(draft, DRAFT_FAULTS, 4, LATE_TICKS) == {"posted once": 331_776}


# --- the graph is the model


BY_COST = [pytest.param(one, marks=[] if one == "bind" else pytest.mark.soak) for one in FORGOTTEN]
MODELS = {"issue": (issue, ISSUE_FAULTS), "draft": (draft, DRAFT_FAULTS)}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("forgotten", BY_COST)
def test_the_graph_counts_what_each_schedule_counts_alone(monkeypatch, model, forgotten):
    """Where the protocol is broken verdicts differ, and each is counted as often."""
    for step in FORGOTTEN[forgotten]:
        monkeypatch.setattr(*step)
    counted = Graph(*MODELS[model], VERY_LATE_TICKS).verdicts(2)
    assert counted == replayed(*MODELS[model], 2, VERY_LATE_TICKS)
    assert len(counted) > 1 or forgotten != "bind"


# --- the models can see: strategies that are known to double a credit do so here


def _naive(world: World, quarantine_ticks: int, look: bool) -> Callable[[], None]:
    """Issue by create and post at once; look for the reference before, or do not; wait after a timeout, or do not."""
    wait = 0

    def issue() -> None:
        nonlocal wait
        if wait:
            wait -= 1
            return
        if look and any(document.state == "posted" for document in world.erp.find(REQUEST.reference)):
            world.book.rows[REQUEST.reference]["state"] = "posted"
            return
        try:
            world.erp.create_draft(REQUEST)
        except UncertainError:
            wait = quarantine_ticks
        except BackhaulError:
            return
        else:
            world.book.rows[REQUEST.reference]["state"] = "posted"

    return issue


class OneStepErp(FaultyErp):
    """An ERP without drafts: what is created is posted."""

    def _create(self, request: CreditRequest) -> str:
        draft_id = super()._create(request)
        self._post(draft_id, date(2026, 3, 14))
        return draft_id


def _doubled(quarantine_ticks: int, look: bool) -> float:
    """The share of schedules of two faulty requests after which more than one credit note stands."""
    doubled = 0
    schedules = list(product(REQUESTS, REPLIES, repeat=2))
    for first_request, first_reply, second_request, second_reply in schedules:
        world = World.new()
        world.erp = OneStepErp(late_ticks=LATE_TICKS)
        faults = [("none", first_request, first_reply), ("none", second_request, second_reply)]
        world.book.fates = world.erp.fates = Fates(iter(faults))
        issue = _naive(world, quarantine_ticks, look)
        for _ in range(TICKS_MAX):
            if world.state != "posted":
                issue()
            world.tick()
        doubled += sum(document.state == "posted" for document in world.erp.documents) > 1
    return doubled / len(schedules)


def test_sending_again_doubles_many_credits_and_looking_first_still_some():
    again = _doubled(quarantine_ticks=0, look=False)
    looking = _doubled(quarantine_ticks=0, look=True)
    waiting = _doubled(quarantine_ticks=LATE_TICKS + 1, look=True)
    assert again > looking > waiting == 0
    assert again > 0.3


@pytest.mark.parametrize("forgotten", ["bind and find", "bind"])
def test_a_protocol_that_forgets_a_step_is_caught(monkeypatch, forgotten):
    """Faults double a credit when drafts are not bound, whether or not the ERP is asked for drafts before."""
    for step in FORGOTTEN[forgotten]:
        monkeypatch.setattr(*step)
    assert Graph(draft, DRAFT_FAULTS, VERY_LATE_TICKS).verdicts(3)["posted 2 times"] > 0
