"""Workers that try at once to take units of the same sales never break a cap."""

from pathlib import Path

import pytest

from tests.ledger.attempts import attempts_at_once, ensure_no_cap_broken, prepare
from tests.ledger.hasty import hasty

WORKERS = 4


def ensure(folder: Path, attempts: int, lines: int) -> None:
    url = f"sqlite:///{folder}/hub.db"
    prepare(url, lines, WORKERS)
    came = attempts_at_once(url, attempts, WORKERS, lines, hasty)
    assert sum(came.values()) == attempts
    assert min(came["take: done"], came["take: refused"], came["give back: done"], came["give back: refused"]) > 0
    ensure_no_cap_broken(url)


def test_four_workers_never_take_more_than_was_sold(tmp_path: Path) -> None:
    ensure(tmp_path, 240, 2)


@pytest.mark.soak
def test_four_workers_with_a_hundred_thousand_attempts_break_no_cap(tmp_path: Path) -> None:
    ensure(tmp_path, 100_000, 60)
