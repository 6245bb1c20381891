"""The store: the only SQL writer; one outcome, one transaction."""

from connectors.store.faults import StaleError
from connectors.store.store import Store
from connectors.store.story import Story
from connectors.store.violation import Violation

__all__ = ["StaleError", "Store", "Story", "Violation"]
