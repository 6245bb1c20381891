"""What the policy says about received and kept goods: the rules in their order, and the moves that follow."""

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.decide import RULES, carry_out, decide, policy_version, refused_before
from schemas.partners import Policy
from schemas.policies import Agreed, without_days
from schemas.tables import DECISIONS, UNDECIDED

POLICY = Policy(window_days=90, spread_tolerance=Decimal("1.50"))
VERSION = policy_version(POLICY)


def undecided(**other: Any) -> dict[str, Any]:
    """Two sellable units of a sale of 30 days before, counted in, placed without doubt."""
    row = {
        "decision": "nordstad/R1/1#1>received@doc-1/1", "portion": "nordstad/R1/1#1", "return_line": "nordstad/R1/1",
        "return_id": "nordstad/R1", "retailer": "nordstad", "number": "R1", "bucket": "received",
        "units": 2, "net_minor": 4000, "tax_minor": 800, "currency": "GBP", "condition": "sellable",
        "disposition": "return", "returned_on": date(2026, 5, 31), "invoice_line": "WR01/I1/1",
        "sold_on": date(2026, 5, 1), "spread_low": 4000, "spread_high": 4000, "spread_currency": None,
        "unplaced": None,
    }  # fmt: skip
    return row | other


def unplaced(code: str | None, **other: Any) -> dict[str, Any]:
    return undecided(unplaced=code, invoice_line=None, sold_on=None, net_minor=0, tax_minor=0) | other


def kept(**other: Any) -> dict[str, Any]:
    return undecided(decision="nordstad/R1/1#1>keep", bucket="announced", condition=None, disposition="keep") | other


def ruling(row: dict[str, Any], policy: Policy = POLICY) -> tuple[str, str]:
    decided = decided_on(row, policy)
    return decided["outcome"], decided["rule"]


def decided_on(row: dict[str, Any], policy: Policy = POLICY) -> dict[str, Any]:
    table = decide(pa.Table.from_pylist([row], UNDECIDED), policy, VERSION)
    assert table.schema.equals(DECISIONS)
    (decided,) = table.to_pylist()
    return decided


def test_sellable_goods_inside_the_window_are_credited():
    assert ruling(undecided()) == ("credit", "conditions.sellable")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("repack", ("credit", "conditions.repack")),
        ("damaged", ("refuse", "conditions.damaged")),
        ("wrong_item", ("hold", "conditions.wrong_item")),
        ("unknown", ("hold", "conditions.unknown")),
        ("mouldy", ("hold", "conditions.mouldy")),
        (None, ("hold", "conditions.unknown")),
    ],
)
def test_the_condition_decides_and_an_unknown_one_is_never_sellable(condition, expected):
    assert ruling(undecided(condition=condition)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("LINE-NEVER-SOLD", ("refuse", "unplaced.LINE-NEVER-SOLD")),
        ("LINE-BEYOND-SOLD", ("refuse", "unplaced.LINE-BEYOND-SOLD")),
        ("LINE-ITEM-UNKNOWN", ("hold", "unplaced.LINE-ITEM-UNKNOWN")),
        ("LINE-SOMETHING-NEW", ("hold", "unplaced.LINE-SOMETHING-NEW")),
        (None, ("hold", "unplaced.unknown")),
    ],
)
def test_units_without_a_sale_are_never_credited(code, expected):
    assert ruling(unplaced(code)) == expected


def test_a_policy_cannot_credit_units_without_an_invoice_line():
    generous = POLICY.model_copy(update={"unplaced": {"LINE-NEVER-SOLD": "credit"}})
    assert ruling(unplaced("LINE-NEVER-SOLD"), generous) == ("hold", "unplaced.LINE-NEVER-SOLD")


def test_the_last_day_of_the_window_counts_and_the_day_after_does_not():
    assert ruling(undecided(returned_on=date(2026, 7, 30))) == ("credit", "conditions.sellable")
    assert ruling(undecided(returned_on=date(2026, 7, 31))) == ("refuse", "window_days")


@pytest.mark.parametrize("missing", ["sold_on", "returned_on"])
def test_without_both_days_the_window_goes_to_a_person(missing):
    row = decided_on(undecided(**{missing: None}))
    assert (row["outcome"], row["rule"]) == ("hold", "window_days")
    assert "not known" in row["because"]


def test_a_spread_up_to_the_tolerance_asks_nobody():
    assert ruling(undecided(spread_low=3900, spread_high=4050)) == ("credit", "conditions.sellable")
    assert ruling(undecided(spread_low=3900, spread_high=4051)) == ("hold", "spread_tolerance")


def test_a_placement_as_good_in_another_currency_always_asks():
    row = undecided(spread_currency="EUR")
    assert ruling(row) == ("hold", "spread_tolerance")
    assert decided_on(row)["because"] == ("An equally good invoice line would be credited in EUR instead of GBP.")


def test_the_tolerance_is_for_a_return_line_in_however_many_pieces():
    pieces = [
        undecided(portion=f"nordstad/R1/1#{n}", decision=f"d{n}", spread_low=3900, spread_high=4000) for n in (1, 2)
    ]
    of_other_line = undecided(return_line="nordstad/R1/2", portion="nordstad/R1/2#1", decision="d3", spread_low=3900)
    twice_the_same = undecided(return_line="nordstad/R1/2", portion="nordstad/R1/2#1", decision="d4", spread_low=3900)
    table = pa.Table.from_pylist([*pieces, of_other_line, twice_the_same], UNDECIDED)
    decisions = decide(table, POLICY, VERSION)
    assert decisions["outcome"].to_pylist() == ["hold", "hold", "credit", "credit"]
    assert "the spread of 1.00 GBP, with that of the rest of its line, is more" in decisions["because"][0].as_py()


def test_the_tolerance_is_in_units_of_each_row_s_currency():
    yen = undecided(currency="JPY", spread_low=100, spread_high=103, decision="d2")
    pounds = undecided(spread_low=100, spread_high=103)
    decisions = decide(pa.Table.from_pylist([pounds, yen], UNDECIDED), POLICY, VERSION)
    assert decisions["outcome"].to_pylist() == ["credit", "hold"]


def test_goods_that_stay_at_the_store_are_credited_without_goods():
    assert ruling(kept()) == ("credit", "goods_stay")
    assert ruling(kept(disposition="dispose")) == ("credit", "goods_stay")


@pytest.mark.parametrize("disposition", ["return", None])
def test_announced_goods_that_should_come_are_not_credited_before_they_came(disposition):
    assert ruling(kept(disposition=disposition)) == ("hold", "goods_stay")


def test_kept_goods_pass_the_same_window_and_spread():
    assert ruling(kept(returned_on=date(2026, 12, 1))) == ("refuse", "window_days")
    assert ruling(kept(spread_high=9000)) == ("hold", "spread_tolerance")


def test_the_first_rule_in_the_order_decides():
    late_damaged_doubtful = undecided(returned_on=date(2026, 12, 1), condition="damaged", spread_high=9000)
    assert ruling(late_damaged_doubtful) == ("refuse", "window_days")
    assert ruling(late_damaged_doubtful | {"returned_on": date(2026, 6, 1)}) == ("refuse", "conditions.damaged")
    assert ruling(unplaced("LINE-NEVER-SOLD", condition="damaged")) == ("refuse", "unplaced.LINE-NEVER-SOLD")
    keys = list(dict.fromkeys(rule.key for rule in RULES if not rule.key.startswith("credit.")))
    assert keys == [
        "caps", "unplaced", "goods.claims", "window_days", "reconciliation", "spread_tolerance", "conditions",
        "goods_stay",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "because"),
    [
        (
            undecided(),
            "2 units counted in as sellable, returned on 2026-05-31, 30 days after the sale on 2026-05-01 "
            "(window 90 days): 40.00 GBP net and 8.00 GBP tax.",
        ),
        (
            kept(units=1, returned_on=date(2026, 5, 2)),
            "1 unit left at the store (keep), returned on 2026-05-02, 1 day after the sale on 2026-05-01 "
            "(window 90 days): 40.00 GBP net and 8.00 GBP tax.",
        ),
        (
            undecided(returned_on=date(2026, 8, 1)),
            "Returned on 2026-08-01, 92 days after the sale on 2026-05-01; the window is 90 days.",
        ),
        (undecided(condition="damaged"), "2 units counted in as damaged, which the policy does not credit."),
        (undecided(condition="wrong_item"), "2 units counted in as wrong_item, which the policy leaves to a person."),
        (
            unplaced("LINE-BEYOND-SOLD"),
            "No invoice line for 2 units: more is returned than is left of what was sold.",
        ),
        (
            undecided(spread_low=4000, spread_high=4400),
            "Equally good invoice lines give a credit from 40.00 GBP to 44.00 GBP; "
            "the spread of 4.00 GBP is more than the tolerated 1.50 GBP.",
        ),
    ],
)
def test_because_tells_a_controller_the_facts(row, because):
    assert decided_on(row)["because"] == because


def test_a_decision_carries_the_money_and_the_version_it_was_made_by():
    row = decided_on(undecided())
    assert (row["units"], row["net_minor"], row["tax_minor"], row["currency"]) == (2, 4000, 800, "GBP")
    assert row["policy_version"] == VERSION


def test_the_policy_version_follows_the_content_alone():
    assert policy_version(Policy(window_days=90, spread_tolerance=Decimal("1.50"))) == VERSION
    assert policy_version(POLICY.model_copy(update={"window_days": 91})) != VERSION
    reordered = dict(reversed(POLICY.conditions.items()))
    assert policy_version(POLICY.model_copy(update={"conditions": reordered})) == VERSION
    assert len(VERSION) == 12


def test_nothing_undecided_gives_no_decisions():
    nothing = UNDECIDED.empty_table()
    decisions = decide(nothing, POLICY, VERSION)
    assert decisions.schema.equals(DECISIONS)
    assert decisions.num_rows == carry_out(decisions, nothing, VERSION).num_rows == 0


def test_decisions_are_carried_out_from_where_the_units_are():
    rows = [
        undecided(decision="a", portion="p1"),
        undecided(decision="b", portion="p2", condition="damaged"),
        undecided(decision="c", portion="p3", condition="unknown"),
        kept(decision="d", portion="p4"),
        kept(decision="e", portion="p5", returned_on=date(2027, 1, 1)),
    ]
    table = pa.Table.from_pylist(rows, UNDECIDED)
    moves = carry_out(decide(table, POLICY, VERSION), table, VERSION).to_pylist()
    assert [(m["movement"], m["from_bucket"], m["to_bucket"]) for m in moves] == [
        ("p1>accepted@a", "received", "accepted"),
        ("p2>refused@b", "received", "refused"),
        ("p4>accepted@d", "kept", "accepted"),
        ("p4>kept@d", "announced", "kept"),
        ("p5>refused@e", "announced", "refused"),
    ]
    assert all(m["net_minor"] == 4000 and m["tax_minor"] == 800 and m["units"] == 2 for m in moves)
    assert {m["invoice_line"] for m in moves} == {"WR01/I1/1"}


def test_some_of_the_decisions_can_be_carried_out_alone():
    rows = [undecided(decision="a", portion="p1"), undecided(decision="b", portion="p2")]
    table = pa.Table.from_pylist(rows, UNDECIDED)
    decisions = decide(table, POLICY, VERSION)
    assert carry_out(decisions.slice(1), table, VERSION)["movement"].to_pylist() == ["p2>accepted@b"]
    with pytest.raises(ValueError, match="not undecided"):
        carry_out(decisions, table.slice(1), VERSION)


def test_an_empty_policy_holds_everything():
    silent = Policy(conditions={}, unplaced={}, goods_stay=())
    assert ruling(undecided(), silent) == ("hold", "conditions.sellable")
    assert ruling(unplaced("LINE-NEVER-SOLD"), silent) == ("hold", "unplaced.LINE-NEVER-SOLD")
    assert ruling(kept(), silent) == ("hold", "goods_stay")


def test_an_announced_line_is_refused_before_it_comes_when_no_unit_of_it_is_in_the_window():
    day, late = date(2026, 5, 1), date(2026, 1, 1)
    rows = [
        {"document": "d-1", "line_no": number, "sold_on": sold_on, "returned_on": date(2026, 5, 31)}
        for number, sold_on in [(1, day), (2, late), (3, late), (3, day), (4, late), (4, late), (5, None)]
    ]
    placed, lines = pa.Table.from_pylist(rows), [("d-1", 2, "window_days"), ("d-1", 4, "window_days")]
    assert refused_before(placed, [without_days(POLICY)], date(2026, 6, 1)) == lines
    longer = Agreed("spring", POLICY.model_copy(update={"window_days": 365}), "v2", date(2026, 5, 31))
    assert refused_before(placed, [without_days(POLICY), longer], date(2026, 6, 1)) == []
    assert refused_before(placed.slice(0, 0), [without_days(POLICY)], date(2026, 6, 1)) == []
