"""The store: the only SQL writer; one outcome, one transaction."""

from connectors.store.faults import StaleError
from connectors.store.store import Store

__all__ = ["StaleError", "Store"]
