"""Real returns without references: the default rule against first in first out and last in first out."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.real_returns import Trade, outcome, read_trade
from pipelines.simulate.extract import EXTRACT
from schemas.partners import Policy


@pytest.fixture(scope="module")
def trade() -> Trade:
    """The demonstration's extract."""
    return read_trade(EXTRACT)


def right_lines(trade: Trade, policy: Policy) -> int:
    """Lines, of those sold at several prices, whose units all stand on sales of the price that was credited."""
    _, matters = trade.where_it_matters()
    right = outcome(trade, policy).right == np.asarray(trade.returned["units"])
    return int(right[matters].sum())


def test_the_default_places_more_lines_at_the_right_price_than_the_usual_rules(trade: Trade) -> None:
    fifo, lifo = (right_lines(trade, Policy(order=order, evidence=())) for order in ("oldest", "newest"))
    default = right_lines(trade, Policy())
    assert fifo < lifo <= default, (fifo, lifo, default)


def test_every_unit_with_a_sale_left_is_placed_whatever_the_rule(trade: Trade) -> None:
    """Sales by the moment of a return, less what earlier returns took: sale by sale it makes no difference."""
    sold = trade.sold.select(["customer", "item", "at", "units"]).to_pylist()
    taken: Counter[tuple[str, str]] = Counter()
    expected = {}
    returned = trade.returned.select(["customer", "item", "at", "units"]).to_pylist()
    for row, one in sorted(enumerate(returned), key=lambda pair: (pair[1]["at"], pair[0])):
        item = one["customer"], one["item"]
        made = sum(s["units"] for s in sold if (s["customer"], s["item"]) == item and s["at"] <= one["at"])
        expected[row] = min(one["units"], made - taken[item])
        taken[item] += expected[row]
    for policy in (Policy(), Policy(order="oldest", evidence=())):
        assert outcome(trade, policy).placed.tolist() == [expected[row] for row in range(len(returned))]
