"""Runs that spend of one day's limit at once never go above it together, whatever each of them had read before."""

from collections.abc import Callable
from datetime import date
from threading import Barrier
from typing import Any

import pyarrow as pa
import pytest

from connectors.store import StaleError, Store
from pipelines.steps.control import Spent, controlled, spending
from pipelines.steps.credits import Composed
from schemas.errors import PermanentError
from schemas.outcome import Outcome
from schemas.partners import Policy
from schemas.records import Spending
from tests.store.conftest import World, rows
from tests.store.test_concurrency import together

TODAY = date(2026, 3, 2)
RETAILERS = ("nordstad", "lindhaus")
POLICY = Policy.model_validate({"limits": {"line": 100, "note": 100, "account_day": 60, "day": 90}})


def composed(reference: str, retailer: str, net: int) -> Composed:
    """One credit of so many minor units."""
    intent = {
        "reference": reference, "company": "WR01", "retailer": retailer, "return_id": f"{RETAILERS[0]}/R1",
        "sequence": int(reference[2:]), "currency": "GBP", "net_minor": net, "tax_minor": 0, "request": "{}",
        "request_hash": "h", "state": "ready", "problem": None,
    }  # fmt: skip
    lines = pa.table({"reference": [reference], "net_minor": [net]})
    return Composed(rows("credit_intent", intent), lines)


def spent(store: Store) -> Spent:
    read = store.table(Spending, day=TODAY).to_pylist()
    return {(row["retailer"], row["currency"]): row["net_minor"] for row in read}


def spend(store: Store, number: int, net: int, read: Callable[[], Any]) -> str:
    """Records one credit as a run does; ``read`` is called once, when the day's totals were read for the first time."""
    attempt = 0
    while True:
        before = spent(store)
        if not attempt:
            read()
        made = controlled(composed(f"BH{number}", RETAILERS[number % 2], net), POLICY, before, TODAY)
        new, changes = spending(made.intents, POLICY, before, TODAY)
        tables = {"spending": new, "credit_intent": made.intents}
        try:
            store.record(Outcome("intend", RETAILERS[number % 2], tables, changes))
        except StaleError:
            attempt += 1
            continue
        return str(made.intents["state"][0].as_py())


@pytest.mark.parametrize(("workers", "net", "out"), [(2, 5_000, 1), (6, 2_000, 4), (6, 3_000, 3)])
def test_together_they_stay_below_the_limits(
    world: World, opened: Callable[[], Store], workers: int, net: int, out: int
) -> None:
    world.announce("R1", world.sell())
    stores = [opened() for _ in range(workers)]
    all_have_read = Barrier(workers)
    came = together(lambda number: spend(stores[number], number, net, all_have_read.wait), workers)
    assert came == {"ready": out, "needs_approval": workers - out}
    totals = spent(world.store)
    assert totals["", "GBP"] == out * net == sum(totals.get((one, "GBP"), 0) for one in RETAILERS)
    assert [one for one in world.store.violations() if one.check == "spending_ties"] == []


def test_the_database_refuses_more_than_the_limit_whoever_asks(world: World) -> None:
    world.spend(10_000)
    with pytest.raises(PermanentError, match="spending_limit"):
        world.spend(10_001, retailer="lindhaus")
