"""A day costs what its own lines cost: every step reads as many rows, and does as much work in the database, whether
little or much was closed before. What was not told when a run died is told by the next one.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.store import Store, reads
from pipelines.work import run as running
from pipelines.work import send as sending
from pipelines.work import settle as settling
from schemas.outcome import Outcome
from tests.world.copies import multiplied
from tests.world.goods_town import GoodsTown, days_later
from tests.world.seasons import CLOSING_DAYS, Season, past, seasons_town, settle_and_send

FIRST = Season("h0", 1, 2)
COPIES = 12
# Before posting, the days of a month and the last notes are looked at, however many there were before.
BOUNDED = {"posting_is_stopped": 30 + 20}
DAY = Season("day", 901, 1, CLOSING_DAYS + 30)
STEPS: tuple[tuple[Any, str], ...] = (
    (settling, "authorise"), (settling, "close_overdue"), (settling, "resolve_differences"),
    (settling, "reopen_for_evidence"), (settling, "_decide"),
    (settling, "follow_up"), (settling, "_intend"), (settling, "route"), (running, "posting_is_stopped"),
    (running, "post_credits"), (sending, "write_refusals"), (sending, "write_credit_notes"),
)  # fmt: skip


class Counted:
    """Rows that each step reads."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self._doing: list[str] = []

    @contextmanager
    def watching(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Counts until the end."""
        for module, name in STEPS:
            patch.setattr(module, name, self._step(name, getattr(module, name)))
        told = reads.to_arrow  # type: ignore[attr-defined]

        def counting(rows: Any, shape: Any) -> Any:
            table = told(rows, shape)
            if self._doing:
                self.rows[self._doing[-1]] += table.num_rows
            return table

        patch.setattr(reads, "to_arrow", counting)
        yield
        patch.undo()

    def _step(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def doing(*given: Any, **named: Any) -> Any:
            self._doing.append(name)
            try:
                return function(*given, **named)
            finally:
                self._doing.pop()

        return doing


def rows_read(folder: Path, copies: int) -> Counter[str]:
    """What each step reads on a day after so many seasons like the first."""
    with seasons_town(folder) as town:
        past(town, FIRST)
        multiplied(town.store, FIRST, range(1, copies))
        with days_later(town, DAY.later) as today:
            settle_and_send(today)
            counted = Counted()
            with pytest.MonkeyPatch.context() as patch, counted.watching(patch):
                today.deliver(DAY.sales(), DAY.notices())
                settle_and_send(today)
                today.deliver(DAY.receipts())
                settle_and_send(today)
    return counted.rows


def test_a_day_after_a_long_history_reads_what_it_reads_after_a_short_one(tmp_path: Path) -> None:
    short, long = rows_read(tmp_path / "short", 1), rows_read(tmp_path / "long", COPIES)
    assert set(short) == {name for _, name in STEPS}
    more = {name: (short[name], rows) for name, rows in long.items() if rows > short[name] + BOUNDED.get(name, 0)}
    assert more == {}


class Died(Exception):
    """The process is gone before it has recorded something."""


ACTIONS = ("authorise", "flag unauthorised", "resolve", "decide", "intend", "route", "recourse", "write refusal",
           "write credit note", "replacement order")  # fmt: skip
TABLES = ("finding", "resolution", "question", "authorisation", "decision", "movement", "routing", "outbound_message",
          "recourse", "replacement_order", "credit_note", "due_event")  # fmt: skip


def left_by(folder: Path, dying: set[str]) -> dict[str, int]:
    """How many rows there are after a day on which a run died before the first of each of these actions."""
    with seasons_town(folder) as town, pytest.MonkeyPatch.context() as patch:
        recorded = Store.record

        def record(store: Store, outcome: Outcome, actor: str | None = None) -> None:
            if outcome.action in dying:
                dying.remove(outcome.action)
                raise Died(outcome.action)
            recorded(store, outcome, actor)

        patch.setattr(Store, "record", record)
        town.deliver(FIRST.sales(), FIRST.notices())
        _until_done(town)
        FIRST.show_evidence(town)
        town.deliver(FIRST.receipts())
        _until_done(town)
        assert not dying
        assert town.store.violations() == []
        return {name: town.store.table(name).num_rows for name in TABLES}


def _until_done(town: GoodsTown) -> None:
    for _ in ACTIONS:
        with suppress(Died):
            settle_and_send(town)
    settle_and_send(town)


def test_what_a_dead_run_left_undone_is_done_by_the_next(tmp_path: Path) -> None:
    assert left_by(tmp_path / "dying", set(ACTIONS)) == left_by(tmp_path / "whole", set())
