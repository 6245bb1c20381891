"""When a file in an inbox counts as wholly written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mailbox.port import Listed
from connectors.mailbox.settled import Sighting, settled
from schemas.partners import Arrival

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STABLE = Arrival(rule="stable", settle_seconds=60)


def file(name: str = "a", size: int = 10, modified: float = 1.0) -> Listed:
    return Listed(name, size, modified)


def test_a_partner_that_renames_is_believed_at_once() -> None:
    assert settled([file("b"), file("a")], {}, Arrival(rule="rename"), NOON) == ([file("b"), file("a")], [])


def test_a_file_seen_for_the_first_time_waits() -> None:
    assert settled([file()], {}, STABLE, NOON) == ([], [Sighting("a", 10, 1.0, NOON)])


def test_no_settling_time_still_means_two_listings() -> None:
    at_once = Arrival(rule="stable", settle_seconds=0)
    assert settled([file()], {}, at_once, NOON)[0] == []
    assert settled([file()], {"a": (10, 1.0, NOON)}, at_once, NOON)[0] == [file()]


@pytest.mark.parametrize(("seconds", "ready"), [(0, False), (59.9, False), (60, True), (86_400, True)])
def test_it_is_ready_after_standing_still_long_enough(seconds: float, ready: bool) -> None:
    now = NOON + timedelta(seconds=seconds)
    found, waiting = settled([file()], {"a": (10, 1.0, NOON)}, STABLE, now)
    assert bool(found) is ready
    assert [one.unchanged_since for one in waiting] == ([] if ready else [NOON]), "the first moment is kept"


@pytest.mark.parametrize("changed", [file(size=11), file(size=9), file(modified=2.0)])
def test_a_change_starts_the_wait_again(changed: Listed) -> None:
    now = NOON + timedelta(hours=1)
    found, waiting = settled([changed], {"a": (10, 1.0, NOON)}, STABLE, now)
    assert (found, waiting) == ([], [Sighting("a", changed.size, changed.modified, now)])


def test_a_clock_that_went_back_makes_nothing_ready() -> None:
    assert settled([file()], {"a": (10, 1.0, NOON)}, STABLE, NOON - timedelta(hours=1))[0] == []


listings = st.lists(
    st.lists(
        st.builds(file, st.sampled_from("abc"), st.integers(0, 2), st.sampled_from([1.0, 2.0])),
        unique_by=lambda f: f.name,
    ),
    max_size=8,
)


@given(listings, st.lists(st.integers(1, 90), min_size=8, max_size=8))
def test_whatever_happens_a_ready_file_stood_still_over_two_listings(
    history: list[list[Listed]], pauses: list[int]
) -> None:
    now = NOON
    seen: dict[str, tuple[int, float, datetime]] = {}
    first_seen: dict[Listed, datetime] = {}
    for listed, pause in zip(history, pauses, strict=False):
        now += timedelta(seconds=pause)
        ready, waiting = settled(listed, seen, STABLE, now)
        assert sorted(ready + [file(*one[:3]) for one in waiting], key=str) == sorted(listed, key=str)
        for one in ready:
            assert now - first_seen[one] >= timedelta(seconds=60)
        seen = {one.name: one[1:] for one in waiting} | {f.name: seen[f.name] for f in ready}
        first_seen = {f: first_seen.get(f, now) for f in listed}
