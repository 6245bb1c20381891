"""Posting on the real store and the real file ERP: from accepted units to a note, a ledger and a trail that tie."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from connectors.erp.file_out import FileOutErp
from connectors.erp.memory import Fate, MemoryErp
from connectors.store import Store
from pipelines.steps.credits import compose
from pipelines.work.endings import Posted
from pipelines.work.intent_book import DUE_STATES
from pipelines.work.orphans import sweep_orphans
from pipelines.work.post import post_credits
from schemas.outcome import Outcome
from schemas.partners import Limits
from tests.erp.credit_requests import BUYER, SELLER
from tests.store.conftest import Clock, World


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def store(url: str, clock: Clock):
    with Store.open(url, clock, "tester") as store:
        yield store


def _accept(store: Store, returns: int) -> list[str]:
    """Returns whose units are accepted and on an intent; answers the intents' references."""
    world = World(store)
    for n in range(returns):
        world.decide(world.receive(world.announce(f"R{n}", world.sell(f"INV{n}")), f"W{n}"))
    composed = compose(
        store.credit_lines("nordstad"),
        sellers={"WR01": SELLER},
        buyers={"nordstad": BUYER},
        sequences=store.next_sequences("nordstad"),
        issued_on=date(2026, 3, 2),
        limits_of={"nordstad": Limits()},
    )
    rows = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    store.record(Outcome("intend", "nordstad", rows))
    return list(composed.intents["reference"].to_pylist())


def test_accepted_units_become_a_posted_note_and_every_book_ties(store, clock, tmp_path):
    (reference,) = _accept(store, 1)
    erp = FileOutErp(tmp_path / "erp")
    assert post_credits(store, erp, "tester", clock, "nordstad") == Posted(posted=1)
    (note,) = store.table("credit_note").to_pylist()
    (document,) = erp.find(reference)
    assert (note["number"], note["draft_id"], note["document_digest"]) == (
        "CN-000001", document.draft_id, document.digest,
    )  # fmt: skip
    (balance,) = store.table("creditable").to_pylist()
    assert [balance[name] for name in ("units_credited", "net_credited", "tax_credited")] == [4, 400, 80]
    (intent,) = store.table("credit_intent").to_pylist()
    assert (intent["state"], intent["lease_until"], intent["lease_owner"]) == ("posted", None, None)
    assert (store.verify(), store.violations()) == ([], [])
    assert post_credits(store, erp, "tester", clock) == Posted()


@pytest.mark.parametrize("fates", [[Fate.LATE], [Fate.OK, Fate.TIMEOUT_AFTER], [Fate.BUSY], [Fate.TWICE]])
def test_faults_of_the_erp_leave_books_that_tie(store, clock, fates):
    _accept(store, 1)
    erp = MemoryErp()
    erp.script(*fates)
    post_credits(store, erp, "tester", clock)
    assert (store.verify(), store.violations()) == ([], [])
    clock.pass_(hours=1)
    erp.tick(10)
    post_credits(store, erp, "tester", clock)
    sweep_orphans(store, erp)
    assert [document.state for document in erp.documents] == ["posted"]
    assert store.table("credit_note").num_rows == 1
    assert (store.verify(), store.violations()) == ([], [])


def test_a_lease_that_ran_out_is_fenced_by_the_store(store, clock):
    _accept(store, 1)
    erp = MemoryErp()

    def sleep(step: str, reference: str) -> None:
        if step == "read posted":
            clock.pass_(hours=1)
            assert post_credits(store, erp, "another", clock) == Posted(posted=1)

    assert post_credits(store, erp, "tester", clock, on_step=sleep) == Posted(waiting=1)
    assert store.table("credit_note").num_rows == 1
    assert (store.verify(), store.violations()) == ([], [])


def test_who_listed_an_intent_before_it_was_carried_further_gives_its_lease_back(store, clock):
    """Another bound a draft between our listing and our lease; the next one need not wait for the end of our lease."""
    (reference,) = _accept(store, 1)
    listed = store.intents(DUE_STATES)
    erp = MemoryErp()
    erp.script(Fate.OK, Fate.BUSY)
    assert post_credits(store, erp, "another", clock) == Posted(waiting=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "intents", lambda *_: listed)
        assert post_credits(store, erp, "tester", clock) == Posted(waiting=1)
    assert store.table("credit_intent", reference=reference)["lease_owner"].to_pylist() == [None]
    assert post_credits(store, erp, "tester", clock) == Posted(posted=1)


def test_many_issuers_at_once_post_each_intent_once(store, url, clock, tmp_path):
    references = _accept(store, 12)

    def issue(owner: int) -> Posted:
        with Store.open(url, clock, f"issuer {owner}") as own:
            return post_credits(own, FileOutErp(tmp_path / "erp"), f"issuer {owner}", clock)

    with ThreadPoolExecutor(4) as issuers:
        results = sum(issuers.map(issue, range(4)), Posted())
    clock.pass_(hours=1)
    results += post_credits(store, FileOutErp(tmp_path / "erp"), "tester", clock)
    assert (results.posted, results.parked) == (12, 0)
    erp = FileOutErp(tmp_path / "erp")
    assert [[d.state for d in erp.find(reference)] for reference in references] == [["posted"]] * 12
    numbers = sorted(store.table("credit_note")["number"].to_pylist())
    assert numbers == [f"CN-{n:06}" for n in range(1, 13)]
    assert (store.verify(), store.violations()) == ([], [])


class Killed(BaseException):
    """Our process is gone."""


@pytest.mark.parametrize("last_step", ["lease", "find", "create", "read", "bind", "post", "read posted", "record"])
def test_a_process_that_dies_after_a_step_is_followed_by_one_that_posts_once(store, clock, tmp_path, last_step):
    (reference,) = _accept(store, 1)

    def die(step: str, _: str) -> None:
        if step == last_step:
            raise Killed

    with pytest.raises(Killed):
        post_credits(store, FileOutErp(tmp_path / "erp"), "tester", clock, on_step=die)
    clock.pass_(hours=1)
    erp = FileOutErp(tmp_path / "erp")
    again = post_credits(store, erp, "tester", clock)
    assert again.posted == (0 if last_step == "record" else 1)
    assert [document.state for document in erp.find(reference)] == ["posted"]
    assert store.table("credit_note")["number"].to_pylist() == ["CN-000001"]
    assert (store.verify(), store.violations()) == ([], [])
