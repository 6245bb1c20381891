"""Whatever happens to returns, in whatever sequence: after every event units and money are conserved and no cap broken.

Each run of the machine leads many lanes through fifty events at once; see ``tests.ledger.lanes``.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from schemas.ledger import Bucket
from tests.ledger.hasty import hasty
from tests.ledger.lanes import Lanes
from tests.world.town import Town, town_at

SEQUENCES, EVENTS = 2_000, 50
LANES = 50  # sequences side by side, which share the work of reading files
SEED = st.integers(0, 2**32)
HAPPENINGS: dict[str, Callable[[Lanes, int], None]] = {
    "told": lambda lanes, seed: lanes.documents(seed, ("sale", "notice")),
    "counted": lambda lanes, seed: lanes.documents(seed, ("receipt", "receipt", "notice")),
    "told anew": lambda lanes, seed: lanes.documents(seed, ("correction", "recount")),
    "authorised": lambda lanes, seed: lanes.send_on(seed, Bucket.AUTHORISED),
    "sent": lambda lanes, seed: lanes.send_on(seed, Bucket.IN_TRANSIT),
    "decided": lambda lanes, seed: lanes.decide(),
    "posted": lambda lanes, seed: lanes.post(),
    "reversed": lambda lanes, seed: lanes.reverse(seed),
}
ONCE = [
    "told",
    "told",
    "authorised",
    "sent",
    "counted",
    "counted",
    "decided",
    "posted",
    "reversed",
    "posted",
    "told anew",
]
HAPPENS = ("told", "told", "told", "counted", "counted", "counted", "told anew", "told anew", *list(HAPPENINGS)[3:])


def machine(built: Path, count: int, lengths: list[int]) -> Any:
    """A machine whose runs begin in a town in which nothing has happened; ``lengths`` are the events of each run."""

    class Sequences(RuleBasedStateMachine):
        """What can happen; every rule happens to all lanes."""

        def __init__(self) -> None:
            super().__init__()
            self.folder = Path(tempfile.mkdtemp())
            self.opened = town_at(built, self.folder / "town")
            town = self.opened.__enter__()
            hasty(town.store)
            self.lanes = Lanes(town, count)

        @rule(what=st.sampled_from(HAPPENS), seed=SEED)
        def happens(self, what: str, seed: int) -> None:
            """One event for each lane. One rule, so that no run goes without some kind of event."""
            HAPPENINGS[what](self.lanes, seed)
            self.lanes.steps += 1

        @invariant()
        def conserved(self) -> None:
            """The laws, after every event."""
            assert not list(self.lanes.broken())

        def teardown(self) -> None:
            """The folder goes with the town."""
            lengths.append(self.lanes.steps if self.lanes.store.table("movement").num_rows else 0)
            self.opened.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    return Sequences


def ensure_conserved(built: Path, seeded: int, lanes: int, events: int) -> None:
    """So many lanes go through as many events, all kinds of which this seed chooses."""
    lengths: list[int] = []
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        seed(seeded)(machine(built, lanes, lengths)),
        settings=settings(
            max_examples=2, stateful_step_count=events, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=quiet,
        ),
    )  # fmt: skip
    assert max(lengths) == events  # the first run is the shortest there is


def test_everything_that_happens_once_conserves_units_and_money(town: Town) -> None:
    lanes = Lanes(town, 10)
    for seeded, what in enumerate(ONCE, 100):
        HAPPENINGS[what](lanes, seeded)
        assert list(lanes.broken()) == [], what
    assert {row["to_bucket"] for row in town.store.table("movement").to_pylist()} >= {"credited", "reversed"}


@pytest.mark.soak
@pytest.mark.parametrize("run", range(SEQUENCES // LANES))
def test_two_thousand_sequences_of_fifty_events_conserve_units_and_money(built: Path, run: int) -> None:
    ensure_conserved(built, run, LANES, EVENTS)
