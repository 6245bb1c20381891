"""A store with many credits that are due, made in a few transactions; each carries a return of its own."""

from collections import defaultdict
from datetime import date
from typing import Any

import pyarrow as pa

from connectors.store import Store
from pipelines.steps.credits import compose
from schemas.outcome import Change, Outcome
from schemas.partners import Limits
from tests.erp.credit_requests import BUYER, SELLER
from tests.store.conftest import RETAILER, World

PER_SALE = 25  # returns of one invoice line, which stand in each other's way when they are recorded


class Gathered(World):
    """Gathers outcomes, and records them as one."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._tables: dict[str, list[pa.Table]] = defaultdict(list)

    def record(self, action: str, *changes: Change, **tables: pa.Table) -> None:
        """Keep the rows for ``flush``."""
        for name, rows in tables.items():
            self._tables[name].append(rows)

    def flush(self, action: str) -> None:
        """Record what was gathered."""
        tables = {name: pa.concat_tables(parts) for name, parts in self._tables.items()}
        self._tables.clear()
        if "item" in tables:
            tables["item"] = tables["item"].slice(0, 1)
        self.store.record(Outcome(action, RETAILER, tables))


def make_due(store: Store, count: int) -> list[str]:
    """So many credits that are due; answers their references."""
    world = Gathered(store)
    sales = [
        world.sell(f"INV{n}", units=4 * PER_SALE, net=400 * PER_SALE, tax=80 * PER_SALE)
        for n in range(-(-count // PER_SALE))
    ]
    world.flush("process sales")
    portions = [world.announce(f"R{n}", sales[n // PER_SALE]) for n in range(count)]
    world.flush("process notice")
    counted = [world.receive(portion, f"W{n}") for n, portion in enumerate(portions)]
    world.flush("process receipt")
    for movement in counted:
        world.decide(movement)
    world.flush("decide")
    composed = compose(
        store.credit_lines(RETAILER),
        sellers={"WR01": SELLER},
        buyers={RETAILER: BUYER},
        sequences=store.next_sequences(RETAILER),
        issued_on=date(2026, 3, 2),
        limits_of={RETAILER: Limits()},
    )
    rows: dict[str, Any] = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    store.record(Outcome("intend", RETAILER, rows))
    return [str(one) for one in composed.intents["reference"].to_pylist()]
