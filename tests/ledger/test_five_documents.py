"""In whichever of the 120 orders the five documents of a case come, the ledger is the same in the end."""

from collections.abc import Collection
from pathlib import Path
from random import Random

import pytest

from tests.ledger.five_documents import ORDERS, Case, Order, Ways, ledger_of
from tests.world.town import build, town_at


def ensure_one_end(folder: Path, seeds: range, chosen: Collection[Order] = ORDERS) -> None:
    build(folder / "built")
    cases = [Case(number, seed) for number, seed in enumerate(seeds)]
    with town_at(folder / "built", folder / "town") as town:
        first: dict[str, list[str]] = {}
        told: list[str] = []
        orders = []
        for order, end in Ways(town, cases, chosen).ends():
            orders.append(order)
            assert end.store.violations() == []
            ledger = ledger_of(end)
            first = first or ledger
            told += [
                f"case {seeds[int(case)]} after {order}:\n  {ledger.get(case)}\ninstead of\n  {first.get(case)}"
                for case in sorted({*first, *ledger})
                if ledger.get(case) != first.get(case)
            ]
        assert sorted(orders) == sorted(chosen)
        assert not told, f"{len(told)} ends differ\n" + "\n".join(told[:3])


def test_some_orders_of_fifty_cases_end_the_same(tmp_path: Path) -> None:
    """The first and the last order, and some between; all of them take minutes."""
    ensure_one_end(tmp_path, range(50), {ORDERS[0], ORDERS[-1], *Random(2).sample(ORDERS, 6)})


@pytest.mark.soak
def test_all_orders_of_fifty_cases_end_the_same(tmp_path: Path) -> None:
    ensure_one_end(tmp_path, range(50))


@pytest.mark.soak
def test_all_orders_of_two_hundred_cases_end_the_same(tmp_path: Path) -> None:
    ensure_one_end(tmp_path, range(1000, 1200))
