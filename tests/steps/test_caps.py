"""Caps on what a retailer is credited, and deductions that it took already."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.caps import counted, without
from pipelines.steps.decide import Settled, carry_out, settle
from pipelines.steps.facts import Known
from schemas.credit_terms import Cap
from schemas.tables import CAP_USES, CREDITED, DAY_TOTALS, SETTLEMENTS, TAKEN, UNDECIDED
from tests.steps.test_price import policy, returned

BOUGHT = [("GBP", "OSLO/NAVY/M", date(2026, 5, 1), 100_000)]


def totals(bought: Any = BOUGHT, before: Any = ()) -> pa.Table:
    """DAY_TOTALS of (currency, style, sold on, net) that were bought, and (…, sold on, returned on, net) credited."""
    sums: dict[tuple[str, str, date], dict[str, int]] = {}
    amounts_on = [(row, ("sold_minor",)) for row in bought]
    amounts_on += [(row, ("of_sold_minor", "of_returned_minor")) for row in before]
    for (currency, style, *days, net), names in amounts_on:
        for name, day in zip(names, days, strict=True):
            for one in {"", (style or "").partition("/")[0]}:
                amounts = sums.setdefault((one, currency, day), dict.fromkeys(DAY_TOTALS.names[3:], 0))
                amounts[name] += net
    rows = [dict(zip(DAY_TOTALS.names, key, strict=False)) | amounts for key, amounts in sorted(sums.items())]
    return pa.Table.from_pylist(rows, DAY_TOTALS)


def taken(**other: Any) -> dict[str, Any]:
    """A debit memo of 12.00 for return R1."""
    row = dict.fromkeys(TAKEN.names) | {
        "document": "doc-9", "line_no": 1, "kind": "deduction", "reference": "DM-9", "return_number": "R1",
        "amount_minor": 1200, "currency": "GBP",
    }  # fmt: skip
    return row | other


def decided(*rows: dict[str, Any], caps: Any = (), bought: Any = BOUGHT, before: Any = (), **other: Any) -> Settled:
    known = Known(
        totals=totals(bought, before),
        taken=pa.Table.from_pylist(list(other.pop("taken", ())), TAKEN),
    )
    listed = pa.Table.from_pylist([{"style": "OSLO/NAVY/M"} | row for row in rows], UNDECIDED)
    return settle(listed, policy(caps=tuple(caps), **other), "v1", known)


def outcomes(found: Settled) -> list[tuple[str, str, int, int]]:
    rows = found.decisions.to_pylist()
    return [(row["decision"], row["outcome"], row["units"], row["credit_net"]) for row in rows]


def test_below_the_cap_nothing_changes():
    found = decided(returned(), caps=[{"name": "tenth", "percent": 10}])
    assert outcomes(found) == [("d1", "credit", 2, 4000)]
    assert found.cap_uses.schema.equals(CAP_USES)
    assert found.cap_uses.to_pylist() == [
        {"decision": "d1", "cap": "tenth", "retailer": "nordstad", "style": None, "currency": "GBP",
         "limit_minor": 10_000, "used_minor": 0, "net_minor": 4000}
    ]  # fmt: skip


def test_only_the_days_and_styles_that_caps_count_are_asked_for():
    rows = pa.Table.from_pylist(
        [returned(style="OSLO/NAVY/M"), returned(style=None, returned_on=date(2026, 6, 30)), returned(style="ZEN")],
        UNDECIDED,
    )
    year, season = Cap(name="year", percent=10, days=365), {"sold_from": date(2026, 1, 1), "sold_to": date(2026, 6, 30)}
    assert counted([year, Cap(name="month", amount=1, days=30)], rows) == ([], date(2025, 5, 31))
    assert counted([year, Cap(name="style", amount=1, per="style", days=9)], rows)[0] == ["OSLO", "ZEN"]
    assert counted([year, Cap(name="season", amount=1, **season)], rows) == ([], None)


def test_totals_are_as_they_were_without_what_was_credited_since():
    day, later = date(2026, 5, 1), date(2026, 6, 1)
    credits = [("GBP", "OSLO/NAVY/M", day, later, 4000), ("GBP", None, day, later, 500)]
    since = pa.Table.from_pylist([dict(zip(CREDITED.names, row, strict=True)) for row in credits], CREDITED)
    left = without(totals(before=credits), since)
    assert left["sold_minor"].to_pylist() == totals(before=credits)["sold_minor"].to_pylist()
    assert {sum(left[name].to_pylist()) for name in ("of_sold_minor", "of_returned_minor")} == {0}


def test_the_cap_can_be_reached_exactly_and_not_passed():
    rows = [returned(decision=f"d{n}", portion=f"p{n}") for n in range(4)]
    assert outcomes(decided(*rows[:2], caps=[{"name": "tenth", "percent": 8}])) == [
        ("d0", "credit", 2, 4000), ("d1", "credit", 2, 4000),
    ]  # fmt: skip
    found = decided(*rows, caps=[{"name": "tenth", "percent": 10}])
    assert outcomes(found) == [
        ("d0", "credit", 2, 4000), ("d1", "credit", 2, 4000), ("d2", "credit", 1, 2000), ("d2>over", "hold", 1, 0),
        ("d3", "hold", 2, 0),
    ]  # fmt: skip


def test_a_line_that_passes_the_cap_is_cut_into_what_fits_and_the_rest():
    found = decided(returned(units=4, net_minor=8000, tax_minor=1600), caps=[{"name": "all", "amount": "45.00"}])
    assert outcomes(found) == [("d1", "credit", 2, 4000), ("d1>over", "hold", 2, 0)]
    rest = found.decisions.to_pylist()[1]
    assert (rest["net_minor"], rest["tax_minor"], rest["rule"]) == (4000, 800, "caps.all")
    assert rest["because"] == "2 units above the cap all (an amount: 45.00 GBP, of which 0.00 are used)."
    moves = carry_out(found.decisions, pa.Table.from_pylist([returned(units=4)], UNDECIDED), "v1").to_pylist()
    assert [(m["from_bucket"], m["to_bucket"], m["units"], m["net_minor"]) for m in moves] == [
        ("received", "accepted", 2, 4000)
    ]


def test_a_cap_can_refuse_what_is_above_it():
    found = decided(returned(), caps=[{"name": "all", "amount": 0, "over": "refuse"}])
    assert outcomes(found) == [("d1", "refuse", 2, 0)]


def test_what_was_credited_before_uses_the_cap():
    before = [("GBP", None, date(2026, 1, 1), date(2026, 2, 1), 7000)]
    assert outcomes(decided(returned(), caps=[{"name": "tenth", "percent": 10}], before=before))[0][1:3] == (
        "credit",
        1,
    )
    in_euro = [("EUR", None, date(2026, 1, 1), date(2026, 2, 1), 7000)]
    assert outcomes(decided(returned(), caps=[{"name": "tenth", "percent": 10}], before=in_euro))[0][2] == 2


def test_a_rolling_cap_forgets_what_is_longer_ago_than_its_days():
    cap = {"name": "year", "percent": 10, "days": 30}
    bought = [("GBP", None, date(2026, 5, 2), 50_000), ("GBP", None, date(2026, 5, 1), 50_000)]
    old = [("GBP", None, date(2026, 1, 1), date(2026, 5, 1), 9000)]
    new = [("GBP", None, date(2026, 1, 1), date(2026, 5, 2), 4000)]
    assert outcomes(decided(returned(), caps=[cap], bought=bought, before=old))[0][1:] == ("credit", 2, 4000)
    assert outcomes(decided(returned(), caps=[cap], bought=bought, before=new))[0][1:] == ("hold", 2, 0)


def test_a_season_s_cap_is_about_its_sales_and_all_their_returns():
    cap = {"name": "spring", "percent": 10, "sold_from": "2026-05-01", "sold_to": "2026-05-31"}
    others = [("GBP", None, date(2026, 4, 30), date(2026, 5, 9), 9999)]
    assert outcomes(decided(returned(), caps=[cap], before=others))[0][1] == "credit"
    within = [("GBP", None, date(2026, 5, 1), date(2026, 5, 9), 9999)]
    assert outcomes(decided(returned(), caps=[cap], before=within))[0][1] == "hold"
    assert outcomes(decided(returned(sold_on=date(2026, 4, 30)), caps=[cap | {"amount": 0}]))[0][1] == "credit"


def test_a_cap_per_style_counts_each_style_by_itself():
    cap = {"name": "style", "amount": 40, "per": "style"}
    rows = [
        returned(decision="d1", style="OSLO/NAVY/M"),
        returned(decision="d2", portion="p2", style="OSLO/NAVY/L"),
        returned(decision="d3", portion="p3", style="BERGEN//"),
        returned(decision="d4", portion="p4", style=None),
    ]
    assert [row[1] for row in outcomes(decided(*rows, caps=[cap]))] == ["credit", "hold", "credit", "credit"]


def test_the_tightest_of_several_caps_holds():
    caps = [{"name": "wide", "amount": 100}, {"name": "narrow", "amount": 20}]
    found = decided(returned(), caps=caps)
    assert outcomes(found) == [("d1", "credit", 1, 2000), ("d1>over", "hold", 1, 0)]
    assert found.decisions["rule"].to_pylist() == ["conditions.sellable", "caps.narrow"]
    assert found.cap_uses["cap"].to_pylist() == ["wide", "narrow"]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 20_000), st.integers(0, 40)), min_size=1, max_size=8),
    st.integers(0, 60_000),
    st.sampled_from([None, 7, 30]),
    st.integers(0, 100),
)
def test_no_cap_is_ever_broken_whatever_the_terms(lines, amount, days, percent):
    rows = [
        returned(
            decision=f"d{n}", portion=f"p{n}", units=units, net_minor=net, tax_minor=net // 5, condition="second",
            returned_on=date(2026, 5, 31) + timedelta(days=day), invoice_line=f"l{n % 3}",
        )
        for n, (units, net, day) in enumerate(lines)
    ]  # fmt: skip
    cap = {"name": "cap", "amount": Decimal(amount) / 100, "days": days}
    found = decided(*rows, caps=[cap], grades={"second": percent}, fees={"handling": "0.07"})
    for use in found.cap_uses.to_pylist():
        assert 0 <= use["used_minor"] <= use["limit_minor"] - use["net_minor"], use
    told = found.decisions.to_pylist()
    assert sum(row["units"] for row in told) == sum(units for units, _, _ in lines)
    assert sum(row["net_minor"] for row in told) == sum(net for _, net, _ in lines)


@pytest.mark.parametrize("cap", [{"name": "x"}, {"name": "x", "amount": 1, "sold_from": "2026-01-01"}, {"name": "X Y"}])
def test_a_cap_without_a_limit_or_with_half_a_season_is_refused(cap):
    with pytest.raises(ValueError, match=r"cap|name"):
        policy(caps=(cap,))


# --- deductions


def test_deductions_are_ignored_unless_the_policy_asks():
    assert outcomes(decided(returned(), taken=[taken()])) == [("d1", "credit", 2, 4000)]


def test_a_deduction_for_the_return_holds_its_units():
    found = decided(returned(), taken=[taken()], deductions={"when_taken": "hold"})
    assert outcomes(found) == [("d1", "hold", 2, 0)]
    assert found.decisions["rule"].to_pylist() == ["credit.deductions"]
    assert found.decisions["because"][0].as_py() == (
        "The retailer took 12.00 GBP for these units by deduction DM-9 already."
    )
    assert found.settlements.num_rows == 0


def test_what_was_taken_is_settled_and_the_rest_credited():
    found = decided(returned(), taken=[taken()], deductions={"when_taken": "settle"})
    assert outcomes(found) == [("d1", "credit", 2, 3000)]
    assert found.decisions["credit_tax"].to_pylist() == [600]
    assert found.settlements.schema.equals(SETTLEMENTS)
    assert found.settlements.to_pylist() == [
        {"decision": "d1", "document": "doc-9", "line_no": 1, "amount_minor": 1200, "currency": "GBP"}
    ]
    assert found.pricings["because"].to_pylist() == ["less what the retailer took by deduction DM-9"]


def test_more_than_the_credit_is_never_settled():
    rows = [returned(), returned(decision="d2", portion="p2")]
    found = decided(*rows, taken=[taken(amount_minor=6000)], deductions={"when_taken": "settle"})
    assert outcomes(found) == [("d1", "credit", 2, 0), ("d2", "credit", 2, 3000)]
    assert found.settlements["amount_minor"].to_pylist() == [4800, 1200]


@pytest.mark.parametrize(
    ("deduction", "matches"),
    [
        ({}, True),
        ({"return_number": "R2"}, False),
        ({"return_number": None, "invoice_number": "I1"}, True),
        ({"return_number": None, "po_number": "P1"}, True),
        ({"return_number": "R2", "po_number": "P1"}, True),
        ({"return_number": None}, False),
        ({"currency": "EUR"}, False),
        ({"gtin": "09520000000103"}, True),
        ({"gtin": "09520000000110"}, False),
    ],
)
def test_a_deduction_is_for_units_that_have_a_number_in_common(deduction, matches):
    row = returned(invoice_number="I1", po_number="P1")
    found = decided(row, taken=[taken(**deduction)], deductions={"when_taken": "hold"})
    assert (outcomes(found)[0][1] == "hold") is matches


def test_an_amount_can_name_the_units_to_the_cent():
    terms = {"when_taken": "hold", "by": ["amount"]}
    rows = [returned(), returned(decision="d2", portion="p2", units=1, net_minor=1000, tax_minor=200)]
    found = decided(*rows, taken=[taken(return_number=None)], deductions=terms)
    assert [row[1] for row in outcomes(found)] == ["credit", "hold"]


def test_several_deductions_of_one_return_are_all_settled():
    found = decided(
        returned(), taken=[taken(), taken(line_no=2, reference="DM-10")], deductions={"when_taken": "settle"}
    )
    assert outcomes(found) == [("d1", "credit", 2, 2000)]
    assert found.pricings["because"].to_pylist() == ["less what the retailer took by deduction DM-9, deduction DM-10"]
