"""Threads and processes on one file: caps are never broken, and nothing is lost."""

import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from connectors.store import StaleError
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


def test_a_reader_is_not_stopped_by_a_writer(world, store, path):
    world.announce("R1", None)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("begin immediate")
        assert store.open_portions().num_rows == 1
        raw.execute("rollback")


def test_a_busy_database_is_tried_again_later(world, path, monkeypatch, clock):
    from connectors.store import Store, database

    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as raw,
        Store.open(f"sqlite:///{path}", clock) as impatient,
    ):
        raw.execute("begin immediate")
        try:
            type(world)(impatient).answer()
        except TransientError as fault:
            assert "busy" in str(fault)  # noqa: PT017
        else:
            raise AssertionError("a locked database was written to")
        raw.execute("rollback")
