"""In whichever of the 120 orders the five documents of a case come, the ledger is the same in the end."""

from pathlib import Path

import pytest

from tests.ledger.five_documents import ORDERS, Case, Ways, ledger_of
from tests.world.town import build, town_at


def ensure_one_end(folder: Path, seeds: range) -> None:
    build(folder / "built")
    cases = [Case(number, seed) for number, seed in enumerate(seeds)]
    with town_at(folder / "built", folder / "town") as town:
        first: dict[str, list[str]] = {}
        told: list[str] = []
        orders = []
        for order, end in Ways(town, cases).ends():
            orders.append(order)
            assert end.store.violations() == []
            ledger = ledger_of(end)
            first = first or ledger
            told += [
                f"case {seeds[int(case)]} after {order}:\n  {ledger.get(case)}\ninstead of\n  {first.get(case)}"
                for case in sorted({*first, *ledger})
                if ledger.get(case) != first.get(case)
            ]
        assert sorted(orders) == sorted(ORDERS)
        assert not told, f"{len(told)} ends differ\n" + "\n".join(told[:3])


@pytest.mark.slow
def test_all_orders_of_fifty_cases_end_the_same(tmp_path: Path) -> None:
    ensure_one_end(tmp_path, range(50))


@pytest.mark.soak
def test_all_orders_of_two_hundred_cases_end_the_same(tmp_path: Path) -> None:
    ensure_one_end(tmp_path, range(1000, 1200))
