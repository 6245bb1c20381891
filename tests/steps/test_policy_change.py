"""Decisions are tried again by another policy, with its caps and deductions; what was cut is set beside it whole."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.decide import settle
from pipelines.steps.facts import Known
from pipelines.steps.policy_change import try_policy
from schemas.policies import Agreed
from schemas.tables import DECIDED, TAKEN, UNDECIDED
from tests.steps.test_caps import taken, totals
from tests.steps.test_price import policy, returned

Row = dict[str, Any]


def lines(*units: int) -> list[Row]:
    """Return lines of so many lamps at 20.00 each."""
    rows = [
        returned(decision=f"d{n}", portion=f"p{n}", units=count, net_minor=2000 * count, tax_minor=400 * count)
        for n, count in enumerate(units)
    ]
    return [row | {"style": "OSLO/NAVY/M"} for row in rows]


def known(*deductions: Row) -> Known:
    return Known(totals=totals(), taken=pa.Table.from_pylist(list(deductions), TAKEN))


def decided(rows: list[Row], by: Any, what: Known) -> pa.Table:
    """``DECIDED`` of these lines as the store has it: what a cap cut off has an id of its own, and fewer facts."""
    found = settle(pa.Table.from_pylist(rows, UNDECIDED), by, "v1", what).decisions.to_pylist()
    facts = {row["decision"]: row for row in rows}
    kept = []
    for row in found:
        base = facts[row["decision"].removesuffix(">over")]
        own = row if row["decision"] in facts else row | {"condition": None, "bucket": "announced"}
        kept.append(base | {name: value for name, value in own.items() if name in DECIDED.names})
    return pa.Table.from_pylist(kept, DECIDED)


def told(changes: pa.Table) -> list[tuple[Any, ...]]:
    names = ("decision", "units", "outcome", "net", "would", "would_net")
    return [tuple(row[name] for name in names) for row in changes.to_pylist()]


def capped(amount: int) -> Any:
    return policy(caps=({"name": "all", "amount": amount},))


def test_another_cap_moves_only_the_units_between_both() -> None:
    was = decided(lines(6), capped(80), known())
    assert was["units"].to_pylist() == [4, 2]
    found = try_policy(was, Agreed("wide", capped(100), "v2"), known())
    assert told(found.changed) == [("d0>over", 1, "hold", 2000, "credit", 2000)]
    narrow = try_policy(was, Agreed("narrow", capped(40), "v2"), known())
    assert told(narrow.changed) == [("d0", 2, "credit", 4000, "hold", 4000)]
    assert told(try_policy(was, Agreed("none", policy(), "v2")).changed) == [
        ("d0>over", 2, "hold", 4000, "credit", 4000)
    ]


def test_what_the_retailer_took_is_no_money_of_a_credit() -> None:
    was = decided(lines(1), policy(), Known())
    terms = policy(deductions={"when_taken": "settle"})
    found = try_policy(was, Agreed("settled", terms, "v2"), known(taken(amount_minor=1200)))
    assert told(found.changed) == [("d0", 1, "credit", 2000, "credit", 1000)]


@pytest.mark.parametrize("amount", [0, 70, 1000])
def test_the_same_policy_changes_nothing(amount: int) -> None:
    was = decided(lines(3, 1, 4), capped(amount), known())
    assert try_policy(was, Agreed("same", capped(amount), "v1"), known()).changed.num_rows == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(0, 300), st.integers(0, 300))
def test_units_and_money_are_those_of_both_policies(units: list[int], first: int, second: int) -> None:
    rows = lines(*units)
    was, would = decided(rows, capped(first), known()), decided(rows, capped(second), known())
    found = try_policy(was, Agreed("other", capped(second), "v2"), known()).all
    assert pc.sum(found["units"]).as_py() == sum(units)
    for table, outcome, net in ((was, "outcome", "net"), (would, "would", "would_net")):
        credited = table.filter(pc.equal(table["outcome"], "credit"))
        tried = found.filter(pc.equal(found[outcome], "credit"))
        for own, theirs in (("units", "units"), ("credit_net", net)):
            assert (pc.sum(credited[own]).as_py() or 0) == (pc.sum(tried[theirs]).as_py() or 0)
