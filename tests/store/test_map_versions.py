"""Versions of mappings in the store: kept whole, promoted by compare-and-set, sealed like all that moves money."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.store import Store
from connectors.store.faults import StaleError
from schemas.outcome import Change, Outcome
from schemas.records import MapVersion
from tests.store.conftest import RETAILER, World

KEY = {"partner": RETAILER, "map": "returns", "version": "v1"}
LIVE = {"state": "live", "promoted_at": datetime(2026, 3, 2, tzinfo=UTC), "promoted_by": "Ines"}


def promote(store: Store) -> None:
    change = Change("map_version", KEY, LIVE, {"state": "test"})
    store.record(Outcome("promote mapping", f"{RETAILER}/returns", changes=(change,)), actor="Ines")


def test_a_version_is_seen_once_and_promoted_once(world: World, store: Store) -> None:
    world.see_map()
    with pytest.raises(StaleError):
        world.see_map()
    promote(store)
    with pytest.raises(StaleError):
        promote(store)
    (row,) = store.table(MapVersion).to_pylist()
    assert (row["state"], row["promoted_by"], row["content"]) == ("live", "Ines", "{}")
    assert store.verify() == []


def test_the_audit_trail_says_who_promoted(world: World, store: Store) -> None:
    world.see_map()
    promote(store)
    last = store.table("audit_event").to_pylist()[-1]
    assert (last["actor"], last["action"], last["subject"]) == ("Ines", "promote mapping", f"{RETAILER}/returns")


@pytest.mark.parametrize("column", ["state = 'live'", "content = '[]'", "promoted_at = '2020-01-01 00:00:00.000000'"])
def test_a_version_that_was_changed_by_hand_is_named(credited: Store, tamper: Callable[..., None], column: str) -> None:
    tamper(f"update map_version set {column}")
    assert ("map_version", f"{RETAILER}|returns|v1") in {(one.table, one.row) for one in credited.verify()}


def test_versions_are_listed_with_the_documents_that_they_read(credited: Store) -> None:
    (row,) = credited.query("reports/map_versions.sql", partner=RETAILER).to_pylist()
    assert (row["map"], row["version"], row["state"]) == ("returns", "v1", "test")
    assert row["documents"] == credited.table("document", partner=RETAILER, rule_version="v1").num_rows > 0
    assert credited.query("reports/map_versions.sql", partner="lindhaus").num_rows == 0
