"""Eight processes at once on PostgreSQL: no cap is broken, no attempt is lost and none counts twice."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.store import Store
from tests.databases import PostgresDatabases, dropped
from tests.ledger.attempts import attempts_at_once, ensure_no_cap_broken, now, prepare

WORKERS = 8
MANY = int(os.environ.get("BACKHAUL_ATTEMPTS", "100000"))


def ensure(databases: PostgresDatabases, folder: Path, attempts: int, lines: int) -> None:
    url = databases.new(folder)
    prepare(url, lines, WORKERS)
    came = attempts_at_once(url, attempts, WORKERS, lines)
    assert sum(came.values()) == attempts
    assert min(came["take: done"], came["take: refused"], came["give back: done"]) > 0
    ensure_no_cap_broken(url)
    ensure_each_counts_once(url, came)
    dropped(url)


def ensure_each_counts_once(url: str, came: Counter[str]) -> None:
    """What workers were told is done is there once, in the books and on the audit chain, and nothing else is."""
    with Store.open(url, now) as store:
        assert store.table("allocation").num_rows == came["take: done"]
        assert store.table("movement", to_bucket="cancelled").num_rows == came["give back: done"]
        assert store.head()[0] == 1 + came["take: done"] + came["give back: done"]
        assert store.verify() == []


def test_eight_workers_break_no_cap(postgresql: Callable[[], PostgresDatabases], tmp_path: Path) -> None:
    ensure(postgresql(), tmp_path, 160, 2)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_eight_workers_with_a_hundred_thousand_attempts_break_no_cap(
    postgresql: Callable[[], PostgresDatabases], tmp_path: Path
) -> None:
    ensure(postgresql(), tmp_path, MANY, 300)
