"""Whatever happens to returns, in whatever sequence: after every event units and money are conserved and no cap broken.

Each run of the machine leads many lanes through fifty events at once; see ``tests.ledger.lanes``.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from schemas.ledger import Bucket
from tests.ledger.hasty import hasty
from tests.ledger.lanes import Lanes
from tests.world.town import town_at

EVENTS = 50
SEED = st.integers(0, 2**32)


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

        @rule(seed=SEED)
        def told(self, seed: int) -> None:
            """Sales and notices."""
            self.lanes.documents(seed, ("sale", "notice"))

        @rule(seed=SEED)
        def counted(self, seed: int) -> None:
            """Receipts, and what makes them hard."""
            self.lanes.documents(seed, ("receipt", "receipt", "notice"))

        @rule(seed=SEED)
        def told_anew(self, seed: int) -> None:
            """Later versions of notices and receipts."""
            self.lanes.documents(seed, ("correction", "recount"))

        @rule()
        def decided(self) -> None:
            """By the policy."""
            self.lanes.decide()

        @precondition(lambda self: self.lanes.steps > 5)
        @rule()
        def posted(self) -> None:
            """By the ERP."""
            self.lanes.post()

        @rule(seed=SEED, to=st.sampled_from([Bucket.AUTHORISED, Bucket.IN_TRANSIT]))
        def sent_on(self, seed: int, to: Bucket) -> None:
            """On its way."""
            self.lanes.send_on(seed, to)

        @precondition(lambda self: self.lanes.steps > 15)
        @rule(seed=SEED)
        def reversed(self, seed: int) -> None:
            """By a counter-document."""
            self.lanes.reverse(seed)

        @invariant()
        def conserved(self) -> None:
            """The laws, after every event."""
            self.lanes.steps += 1
            assert not list(self.lanes.broken())

        def teardown(self) -> None:
            """The folder goes with the town."""
            lengths.append(self.lanes.steps - 1)
            self.opened.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    return Sequences


def ensure_conserved(built: Path, sequences: int, lanes: int) -> None:
    lengths: list[int] = []
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine(built, lanes, lengths),
        settings=settings(
            max_examples=sequences // lanes + 1, stateful_step_count=EVENTS, deadline=None, derandomize=True,
            database=None, phases=[Phase.generate], suppress_health_check=quiet,
        ),
    )  # fmt: skip
    assert lanes * sum(length == EVENTS for length in lengths) >= sequences  # the first run is the shortest there is


def test_forty_sequences_of_fifty_events_conserve_units_and_money(built: Path) -> None:
    ensure_conserved(built, 40, 40)


@pytest.mark.soak
def test_two_thousand_sequences_of_fifty_events_conserve_units_and_money(built: Path) -> None:
    ensure_conserved(built, 2_000, 100)
