"""What is credited of what was sold: each rule of the terms, and cents that sum to the line in any order."""

import random
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.basis import sold_since
from pipelines.steps.decide import Settled, settle
from pipelines.steps.facts import Known
from pipelines.steps.price import MICRO, in_proportion, rounded
from schemas.money import share
from schemas.partners import Policy
from schemas.tables import PRICINGS, UNDECIDED

NOTHING: dict[str, Any] = dict.fromkeys(UNDECIDED.names)


def policy(caps: tuple[dict[str, Any], ...] = (), **credit: Any) -> Policy:
    return Policy.model_validate({"window_days": 90, "credit": credit, "caps": caps})


def returned(**other: Any) -> dict[str, Any]:
    """Two sellable units of one sale for 40.00 and 20 % tax, returned thirty days after it."""
    row = NOTHING | {
        "decision": "d1", "portion": "nordstad/R1/1#1", "return_line": "nordstad/R1/1", "return_id": "nordstad/R1",
        "retailer": "nordstad", "number": "R1", "bucket": "received", "units": 2, "net_minor": 4000,
        "tax_minor": 800, "currency": "GBP", "condition": "sellable", "disposition": "return",
        "returned_on": date(2026, 5, 31), "sold_on": date(2026, 5, 1), "invoice_line": "WR01/I1/1",
        "spread_low": 4800, "spread_high": 4800, "origin": "notice", "store": "12", "reason": "overstock",
        "gtin": "09520000000103", "vendor_item": "WR-103", "owed_net": 0, "owed_tax": 0, "authorised": False,
    }  # fmt: skip
    return row | other


def settled(*rows: dict[str, Any], by: Policy, **known: Any) -> Settled:
    return settle(pa.Table.from_pylist(list(rows), UNDECIDED), by, "v1", Known(**known))


def credit(row: dict[str, Any], by: Policy, **known: Any) -> tuple[str, int, int]:
    """Outcome, net and tax of one row."""
    (said,) = settled(row, by=by, **known).decisions.to_pylist()
    return said["outcome"], said["credit_net"], said["credit_tax"]


def story(row: dict[str, Any], by: Policy, **known: Any) -> list[tuple[str, int, int, str]]:
    """The pricing of one row: rule, before, after, in words."""
    rows = settled(row, by=by, **known).pricings.to_pylist()
    assert [one["step"] for one in rows] == list(range(1, len(rows) + 1))
    return [(one["rule"], one["before_minor"], one["after_minor"], one["because"]) for one in rows]


# --- the rules


def test_without_terms_all_of_the_invoice_is_credited_and_there_is_nothing_to_explain():
    assert credit(returned(), policy()) == ("credit", 4000, 800)
    assert story(returned(), policy()) == []


def test_what_is_not_credited_has_no_credit():
    assert credit(returned(condition="damaged"), policy()) == ("refuse", 0, 0)


def test_a_lower_grade_gets_its_share():
    terms = policy(grades={"second": 85})
    assert credit(returned(condition="second"), terms) == ("credit", 3400, 680)
    assert credit(returned(), terms) == ("credit", 4000, 800)
    assert story(returned(condition="second"), terms) == [
        ("credit.grades.second", 4000, 3400, "85 % for goods counted in as second")
    ]


def test_fees_are_taken_one_after_the_other():
    terms = policy(fees={"restocking_percent": 25, "freight_percent": 10, "handling": "1.50"})
    assert story(returned(), terms) == [
        ("credit.fees.restocking_percent", 4000, 3000, "less 25 % restocking"),
        ("credit.fees.freight_percent", 3000, 2700, "less 10 % for freight"),
        ("credit.fees.handling", 2700, 2400, "less 1.50 GBP for handling each of 2 units"),
    ]
    assert credit(returned(), terms) == ("credit", 2400, 480)


def test_restocking_can_be_for_some_reasons_alone():
    terms = policy(fees={"restocking_percent": 25, "restocking_reasons": ["overstock"]})
    assert credit(returned(), terms)[1] == 3000
    assert credit(returned(reason="damaged"), terms)[1] == 4000
    assert credit(returned(reason=None), terms)[1] == 4000


def test_handling_takes_no_more_than_there_is():
    assert credit(returned(), policy(fees={"handling": 25})) == ("credit", 0, 0)


def test_handling_is_in_the_currency_of_the_invoice():
    assert credit(returned(currency="JPY"), policy(fees={"handling": 25}))[1] == 4000 - 50


def test_late_goods_get_a_part_until_they_are_too_late():
    terms = policy(window={"late": "reduce", "late_percent": 50, "late_days": 10})
    assert credit(returned(returned_on=date(2026, 7, 30)), terms) == ("credit", 4000, 800)
    late = returned(returned_on=date(2026, 7, 31))
    assert credit(late, terms) == ("credit", 2000, 400)
    assert story(late, terms) == [("credit.window.late_percent", 4000, 2000, "50 % because they came late")]
    assert credit(returned(returned_on=date(2026, 8, 9)), terms)[0] == "credit"
    assert credit(returned(returned_on=date(2026, 8, 10)), terms)[0] == "refuse"


def test_a_bonus_on_the_sale_is_not_given_twice():
    terms = policy(rebates=[{"percent": 5, "sold_from": "2026-04-01", "sold_to": "2026-06-30"}])
    assert credit(returned(), terms) == ("credit", 3800, 760)
    assert credit(returned(sold_on=date(2026, 3, 31)), terms) == ("credit", 4000, 800)


def test_rules_go_in_the_order_of_the_agreement():
    terms = policy(
        basis={"price": "agreed", "prices": {"WR-103": 18}},
        rebates=[{"percent": 10, "sold_from": "2026-01-01", "sold_to": "2026-12-31"}],
        grades={"second": 50},
        fees={"restocking_percent": 20},
    )
    steps = story(returned(condition="second"), terms)
    assert [(rule, after) for rule, _, after, _ in steps] == [
        ("credit.basis", 3600), ("credit.rebates", 3240), ("credit.grades.second", 1620),
        ("credit.fees.restocking_percent", 1296),
    ]  # fmt: skip


# --- the price


def sales(*rows: tuple[str, date, int, int]) -> pa.Table:
    """The retailer's sales: item, day, units and net."""
    names = ("gtin", "sold_on", "units", "net_minor")
    listed = [dict(zip(names, row, strict=True)) | {"currency": "GBP"} for row in rows]
    shape = pa.schema([("gtin", pa.string()), ("currency", pa.string()), ("sold_on", pa.date32()),
                       ("units", pa.int64()), ("net_minor", pa.int64())])  # fmt: skip
    return pa.Table.from_pylist(listed, shape)


ITEM = "09520000000103"
BOUGHT = sales(
    (ITEM, date(2026, 1, 1), 10, 10000),
    (ITEM, date(2026, 4, 1), 10, 19000),
    (ITEM, date(2026, 5, 1), 2, 4000),
    (ITEM, date(2026, 5, 20), 10, 17000),
    (ITEM, date(2026, 6, 15), 10, 100),
    ("09520000000110", date(2026, 5, 25), 10, 100),
)


def test_the_last_price_is_that_of_the_last_sale_before_the_return():
    assert credit(returned(), policy(basis={"price": "last"}), sales=BOUGHT)[1] == 3400
    assert credit(returned(returned_on=date(2026, 5, 19)), policy(basis={"price": "last"}), sales=BOUGHT)[1] == 4000


def test_the_average_is_of_what_was_bought_in_the_days_before_the_return():
    terms = policy(basis={"price": "average", "days": 61})
    assert credit(returned(), terms, sales=BOUGHT)[1] == round(2 * 40000 / 22)
    terms = policy(basis={"price": "average", "days": 60})
    assert credit(returned(), terms, sales=BOUGHT)[1] == 3500


@pytest.mark.parametrize("price", ["last", "average"])
@pytest.mark.parametrize("days", [11, 30, 60, 61])
def test_sales_before_the_day_that_is_asked_for_change_no_price(price, days):
    terms = policy(basis={"price": price, "days": days})
    since = sold_since(pa.Table.from_pylist([returned()], UNDECIDED), terms)
    asked = BOUGHT.filter(pc.greater_equal(BOUGHT["sold_on"], pa.scalar(since)))
    assert asked.num_rows < BOUGHT.num_rows
    assert credit(returned(), terms, sales=asked) == credit(returned(), terms, sales=BOUGHT)


@pytest.mark.parametrize("price", ["last", "average"])
def test_without_a_sale_in_these_days_a_person_says_the_price(price):
    terms = policy(basis={"price": price, "days": 5})
    said = settled(returned(), by=terms, sales=BOUGHT).decisions.to_pylist()[0]
    assert (said["outcome"], said["rule"]) == ("hold", "credit.basis")
    assert said["because"].startswith(f"The retailer bought none of {ITEM} in the 5 days")


def test_the_list_gives_no_less_than_its_floor():
    terms = {"price": "list", "prices": {"WR-103": 5}, "floor_percent": 40}
    assert credit(returned(), policy(basis=terms))[1] == 1600
    assert credit(returned(), policy(basis=terms | {"prices": {ITEM: "12.50"}}))[1] == 2500
    assert credit(returned(), policy(basis=terms | {"prices": {ITEM[1:]: "12.50"}}))[1] == 2500, "as it is printed"
    assert credit(returned(gtin="x", vendor_item="y"), policy(basis=terms))[0] == "hold"


@pytest.mark.parametrize("price", ["list", "agreed"])
def test_no_price_is_above_the_invoice(price):
    assert credit(returned(), policy(basis={"price": price, "prices": {"WR-103": 99}})) == ("credit", 4000, 800)


# --- what may be returned, and until when


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"brands": ["AB-", "WR-"]}, ("credit", "conditions.sellable")),
        ({"brands": ["AB-"]}, ("refuse", "credit.entitlement.brands")),
        ({"brands": ["AB-"], "otherwise": "hold"}, ("hold", "credit.entitlement.brands")),
        ({"stores": ["12", "13"]}, ("credit", "conditions.sellable")),
        ({"stores": ["13"]}, ("refuse", "credit.entitlement.stores")),
        ({"reasons": {"overstock": "refuse"}}, ("refuse", "credit.entitlement.reasons.overstock")),
        ({"reasons": {"overstock": "credit", "other": "refuse"}}, ("credit", "conditions.sellable")),
        ({"reasons": {"other": "refuse"}}, ("credit", "conditions.sellable")),
        ({"origins": {"notice": "hold"}}, ("hold", "credit.entitlement.origins.notice")),
        ({"origins": {"dock": "hold"}}, ("credit", "conditions.sellable")),
        ({"allowance_reasons": ["overstock"]}, ("refuse", "credit.entitlement.allowance_reasons")),
    ],
)
def test_what_may_be_returned_is_the_agreement_s(terms, expected):
    said = settled(returned(), by=policy(entitlement=terms)).decisions.to_pylist()[0]
    assert (said["outcome"], said["rule"]) == expected
    assert said["because"].endswith(".")


@pytest.mark.parametrize(
    ("window", "last_day"),
    [
        ({}, date(2026, 7, 30)),
        ({"grace_days": 3}, date(2026, 8, 2)),
        ({"transit_days": 2, "grace_days": 3}, date(2026, 8, 4)),
        ({"seasons": [{"name": "spring", "sold_from": "2026-05-01", "sold_to": "2026-05-01",
                       "return_by": "2026-06-15"}]}, date(2026, 6, 15)),
        ({"grace_days": 1, "seasons": [{"name": "spring", "sold_from": "2026-05-01", "sold_to": "2026-05-01",
                                        "return_by": "2026-12-15"}]}, date(2026, 12, 16)),
        ({"seasons": [{"name": "autumn", "sold_from": "2026-09-01", "sold_to": "2026-12-01",
                       "return_by": "2027-01-15"}]}, date(2026, 7, 30)),
    ],
)  # fmt: skip
def test_the_window_ends_on_its_last_day(window, last_day):
    after = date.fromordinal(last_day.toordinal() + 1)
    assert credit(returned(returned_on=last_day), policy(window=window))[0] == "credit"
    assert credit(returned(returned_on=after), policy(window=window))[0] == "refuse"
    assert credit(returned(returned_on=after), policy(window=window | {"late": "hold"}))[0] == "hold"


def test_the_window_can_stand_in_the_terms():
    assert Policy.model_validate({"credit": {"window": {"days": 30}}}).window_days == 30
    with pytest.raises(ValueError, match="write one of them"):
        Policy.model_validate({"window_days": 60, "credit": {"window": {"days": 30}}})


def test_units_can_need_our_word_before_they_come():
    terms = policy(authorisation="hold")
    assert credit(returned(), terms)[0] == "hold"
    assert credit(returned(authorised=True), terms)[0] == "credit"


def test_what_was_received_can_be_credited_in_any_condition_by_its_grade():
    terms = policy(quantity="received", grades={"damaged": 20})
    assert credit(returned(condition="damaged"), terms) == ("credit", 800, 160)
    assert credit(returned(condition="wrong_item"), terms)[0] == "hold"


# --- cents


def parts_of(net: int, tax: int, units: int, sizes: list[int]) -> list[tuple[int, int, int]]:
    """Units and money of parts of a line, as the split cuts them."""
    cut, before = [], 0
    for size in sizes:
        amounts = [share(total, before + size, units) - share(total, before, units) for total in (net, tax)]
        cut.append((size, *amounts))
        before += size
    return cut


@st.composite
def lines(draw: st.DrawFn) -> tuple[int, int, int, list[int], Decimal, int]:
    """A line in random parts, with a percentage, and a seed for the order of its parts."""
    units = draw(st.integers(1, 24))
    net, tax = draw(st.integers(0, 600_000)), draw(st.integers(0, 150_000))
    sizes, left = [], units
    while left:
        sizes.append(draw(st.integers(1, left)))
        left -= sizes[-1]
    percent = Decimal(draw(st.integers(0, 1_000_000))) / 10_000
    return net, tax, units, sizes, percent, draw(st.integers(0, 10))


def credited_one_by_one(parts: list[tuple[int, int, int]], by: Policy, batch: int) -> list[dict[str, Any]]:
    """The decisions on the parts, so many at once, each batch with what rounding left of those before."""
    told: list[dict[str, Any]] = []
    for at in range(0, len(parts), batch):
        owed = {name: sum(row[name] or 0 for row in told) for name in ("owed_net", "owed_tax")}
        rows = [
            returned(decision=f"d{at + n}", units=units, net_minor=net, tax_minor=tax, condition="second", **owed)
            for n, (units, net, tax) in enumerate(parts[at : at + batch])
        ]
        told += settled(*rows, by=by).decisions.to_pylist()
    return told


@settings(deadline=None)
@given(lines(), st.integers(1, 3))
def test_parts_sum_to_the_rounded_share_of_the_line_in_any_order(line, batch):
    net, tax, units, sizes, percent, seed = line
    parts = parts_of(net, tax, units, sizes)
    random.Random(seed).shuffle(parts)
    told = credited_one_by_one(parts, policy(grades={"second": percent}), batch)
    millionths = int(percent * 10_000)
    assert sum(row["credit_net"] for row in told) == share(net, millionths, MICRO)
    assert sum(row["credit_tax"] for row in told) == share(tax, millionths, MICRO)
    assert all(0 <= row["credit_net"] <= row["net_minor"] for row in told)
    assert all(0 <= row["credit_tax"] <= row["tax_minor"] for row in told)


@settings(deadline=None)
@given(lines(), st.integers(1, 3))
def test_all_of_the_line_at_its_whole_price_is_as_if_there_were_no_terms(line, batch):
    net, tax, units, sizes, _, seed = line
    parts = parts_of(net, tax, units, sizes)
    random.Random(seed).shuffle(parts)
    told = credited_one_by_one(parts, policy(grades={"second": 100}), batch)
    assert [(row["credit_net"], row["credit_tax"]) for row in told] == [(net, tax) for _, net, tax in parts]


@settings(deadline=None)
@given(lines(), st.lists(st.sampled_from(["sellable", "second", "repack"]), min_size=24, max_size=24))
def test_parts_of_several_grades_sum_to_the_same_in_every_order(line, grades):
    net, tax, units, sizes, percent, seed = line
    terms = policy(grades={"second": percent, "repack": 50}, fees={"handling": "0.37", "freight_percent": "3.5"})
    rows = [
        returned(decision=f"d{n}", units=size, net_minor=one, tax_minor=two, condition=grades[n])
        for n, (size, one, two) in enumerate(parts_of(net, tax, units, sizes))
    ]
    totals = set()
    for _ in range(2):
        decided = settled(*rows, by=terms).decisions
        totals.add(tuple(sum(decided[name].to_pylist()) for name in ("credit_net", "credit_tax")))
        assert all(0 <= row["credit_net"] <= row["net_minor"] for row in decided.to_pylist())
        random.Random(seed).shuffle(rows)
    assert len(totals) == 1


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_tax_goes_with_the_net_by_its_own_ratio_however_large(tax, part, whole):
    (found,) = in_proportion(np.array([tax]), np.array([min(part, whole)]), np.array([whole]))
    assert found == (share(tax, min(part, whole), whole) if whole else tax)


def test_what_rounding_left_is_of_one_line_alone():
    exact = np.array([500_000, 500_000, 500_000, 400_000])
    whole = np.ones(4, np.int64)
    lines = np.array([0, 1, 0, 1])
    assert rounded(exact, whole, lines, np.zeros(4, np.int64)).tolist() == [1, 1, 0, 0]
    owed = np.array([-500_000, 200_000, -500_000, 200_000])
    assert rounded(exact, whole, lines, owed).tolist() == [0, 1, 1, 0]


def test_two_hundred_thousand_lines_in_random_parts_sum_to_the_line():
    """Prices of 5 to 250, up to 24 units, discounts of up to a third, five tax rates, returned in two parts."""
    draw = np.random.default_rng(7)
    count = 200_000
    units = draw.integers(1, 25, count)
    net = np.maximum(1, (units * draw.integers(500, 25_000, count) * draw.integers(6667, 10_001, count)) // 10_000)
    tax = net * draw.choice([0, 550, 1900, 2000, 2500], count) // 10_000
    first = draw.integers(0, units + 1)
    rows = []
    for done, upto in ((np.zeros(count, np.int64), first), (first, units)):
        parts = [((2 * m * upto + units) // (2 * units)) - ((2 * m * done + units) // (2 * units)) for m in (net, tax)]
        rows.append((upto - done, *parts))
    for millionths in (MICRO, 850_000, 333_333):
        sums = []
        for whole, column in ((net, 1), (tax, 2)):
            owed, total = np.zeros(count, np.int64), np.zeros(count, np.int64)
            for part in rows:
                exact = part[column] * millionths
                credited = rounded(exact, part[column], np.arange(count), owed)
                owed, total = owed + exact - credited * MICRO, total + credited
            sums.append((total == (whole * millionths + MICRO // 2) // MICRO).all())
        assert sums == [True, True]


# --- shapes


def test_the_last_step_of_a_story_is_the_credit():
    terms = policy(grades={"second": "33.3333"}, fees={"restocking_percent": "12.5", "handling": "0.01"})
    rows = [returned(decision=f"d{n}", condition="second", net_minor=1001 + n, units=1) for n in range(20)]
    found = settled(*rows, by=terms)
    assert found.pricings.schema.equals(PRICINGS)
    last = {row["decision"]: row["after_minor"] for row in found.pricings.to_pylist()}
    assert last == {row["decision"]: row["credit_net"] for row in found.decisions.to_pylist()}


def test_the_sentence_of_a_smaller_credit_says_of_how_much():
    said = settled(returned(condition="second"), by=policy(grades={"second": 85})).decisions["because"][0].as_py()
    assert said.endswith("(window 90 days): 34.00 GBP net and 6.80 GBP tax, of 40.00 GBP net.")
