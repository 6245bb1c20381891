"""Threads on one database: caps are never broken, and nothing is lost."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.store import StaleError, Store, postgres, sqlite
from schemas.errors import TransientError
from schemas.outcome import Change, Outcome


def together(work, workers=6):
    """Run the work in threads that start at one moment; answers how often each result came."""
    start = threading.Barrier(workers)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(workers) as pool:
        return Counter(pool.map(run, range(workers)))


def test_two_stores_see_each_others_rows(world, opened):
    world.announce("R1", world.sell())
    assert opened().open_portions().num_rows == 1


def test_returns_that_race_for_a_sale_never_take_more_than_was_sold(world, opened):
    line = world.sell(units=10, net=1000, tax=200)
    stores = [opened() for _ in range(6)]

    def announce(number):
        taken = 0
        for attempt in range(3):
            try:
                type(world)(stores[number]).announce(f"R{number}-{attempt}", line, units=1, net=100, tax=20)
                taken += 1
            except TransientError:
                continue
        return taken

    results = together(announce)
    assert sum(taken * times for taken, times in results.items()) == 10
    assert world.store.supply("nordstad", ["09520000000059"])["units_taken"].to_pylist() == [10]
    assert len(world.store.table("document", partner="nordstad", kind="notice")) == 10
    assert world.store.verify() == []


def test_receipts_that_race_for_a_portion_count_each_unit_once(world):
    portion = world.announce("R1", world.sell())

    def count(number):
        try:
            world.receive(portion, f"W{number}", units=1, net=100, tax=20)
        except StaleError:
            return "stale"
        return "counted"

    assert together(count) == {"counted": 4, "stale": 2}
    assert world.store.violations() == []


def test_one_of_many_gets_the_lease(world, opened):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    stores = [opened() for _ in range(6)]
    assert together(lambda number: stores[number].lease(reference, f"owner {number}", 60)) == {1: 1, None: 5}


def test_one_of_many_changes_a_state(world):
    reference = world.intend(world.decide(world.receive(world.announce("R1", world.sell()), "W1")))
    change = Change("credit_intent", {"reference": reference}, {"state": "sent"}, {"state": "ready"})

    def send(_):
        try:
            world.store.record(Outcome("post", reference, changes=(change,)))
        except StaleError:
            return "stale"
        return "sent"

    assert together(send) == {"sent": 1, "stale": 5}


def test_the_chain_has_no_gaps_under_threads(world, store):
    def record(number):
        for count in range(5):
            world.answer(f"997-{number}-{count}", number * 5 + count)
        return "done"

    assert together(record) == {"done": 6}
    assert store.table("audit_event")["seq"].to_pylist() == list(range(1, 31))
    assert store.verify() == []


def test_a_reader_is_not_stopped_by_a_writer(world, store, raw, hold_everything):
    world.announce("R1", None)
    hold_everything(raw)
    assert store.open_portions().num_rows == 1
    raw.rows("rollback")


def test_a_busy_database_is_tried_again_later(database, world, raw, url, clock, monkeypatch, hold_everything):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(postgres, "WAIT_SECONDS", 0.05)
    with Store.open(url, clock) as impatient:
        hold_everything(raw)
        with pytest.raises(TransientError, match=r"busy .* tried again"):
            type(world)(impatient).answer()
        raw.rows("rollback")


def test_who_is_taken_back_for_another_is_run_again(database, world, opened, only_postgresql):
    """Two that change two intents in opposite orders wait for each other: one is taken back, and run again.

    Whenever one is taken back the other comes through: in four rounds none is taken back more often than it tries.
    """
    line = world.sell()
    references = [
        world.intend(world.decide(world.receive(world.announce(f"R{n}", line, 1, 100, 20), f"W{n}", units=1, net=100,
                                                tax=20)), f"BH-{n}") for n in range(2)
    ]  # fmt: skip
    stores = [opened() for _ in range(2)]

    def count(number):
        order = references[:: 1 if number else -1]
        for attempt in range(4):
            changes = tuple(Change("credit_intent", {"reference": one}, {"attempts": attempt}) for one in order)
            stores[number].record(Outcome("post", "both", changes=changes))
        return "done"

    assert together(count, workers=2) == {"done": 2}
    assert world.store.verify() == []


@pytest.fixture
def hold_everything(database):
    """Holds what a writer needs until rollback."""

    def hold(raw):
        if database.name == "sqlite":
            raw.rows("begin immediate")
        else:
            raw.rows("begin")
            raw.rows("lock table audit_event in exclusive mode")

    return hold
