"""A run whose day was spent by another one while it thought measures its credits again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.store import Store
from schemas.outcome import Outcome
from tests.world.goods_town import GoodsTown, announced, goods, goods_town
from tests.world.town import receipt, sale


@contextmanager
def another_run_spends(town: GoodsTown, monkeypatch: pytest.MonkeyPatch, net: int) -> Iterator[None]:
    """Another retailer's credits go out just before the first credits of this run are recorded."""
    record = Store.record

    def recording(store: Store, outcome: Outcome, *given: Any, **named: Any) -> None:
        if outcome.action == "intend":
            monkeypatch.setattr(Store, "record", record)
            day = {"day": [date(2026, 6, 1)], "currency": ["EUR"], "net_minor": [net], "limit_minor": [10_000_000]}
            rows = [pa.table(day | {"retailer": [whose]}) for whose in ("", "other")]
            record(store, Outcome("intend", "other", {"spending": pa.concat_tables(rows)}))
        record(store, outcome, *given, **named)

    monkeypatch.setattr(Store, "record", recording)
    yield


@pytest.mark.parametrize(("net", "state"), [(7_000, "ready"), (7_001, "needs_approval")])
def test_what_is_above_the_day_together_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, net: int, state: str
) -> None:
    with goods_town(tmp_path, limits={"day": 100}) as town:
        town.deliver(sale("I1", 9), announced("R1", goods(3)), receipt("W1", 3, "R1"))
        with another_run_spends(town, monkeypatch, net):
            town.settle()
        (intent,) = town.store.table("credit_intent").to_pylist()
        assert intent["state"] == state
        totals = {row["retailer"]: row["net_minor"] for row in town.store.table("spending").to_pylist()}
        assert totals == {"": net, "other": net} | ({"": 10_000, "shop": 3_000} if state == "ready" else {})
