"""The split: evidence, order, exact money, doubt measured in money, and why a unit has no sale."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.movements import announce
from pipelines.steps.split import Split, split
from schemas.evidence import RANK
from schemas.partners import Policy
from schemas.tables import ALLOCATIONS, FINDINGS
from tests.steps.split_ways import COMPILED, PLAIN, go
from tests.steps.split_worlds import LAMP, claim, claims_table, day, places_table, sale, supply_table

Row = dict[str, Any]


def run(claims: list[Row], sales: list[Row], order: str = "newest") -> Split:
    return split(claims_table(claims), supply_table(sales), Policy(order=order), places_table(claims))  # type: ignore[arg-type]


def portions(claims: list[Row], sales: list[Row], order: str = "newest") -> list[Row]:
    rows: list[Row] = run(claims, sales, order).allocations.to_pylist()
    return rows


def the_portion(one: Row, *sales: Row, order: str = "newest") -> Row:
    (row,) = portions([one], list(sales), order)
    return row


# --- evidence


ELSEWHERE = {"store": "9", "unit_price": "1.00", "sold_on": day(1)}
MEANT = sale("I7", po_number="4500123", po_line="2", **ELSEWHERE)
OTHER = sale("I8", po_number="9988776", po_line="2", store="1", unit_price="10.00", sold_on=day(50))


@pytest.mark.parametrize(
    ("stated", "evidence"),
    [
        ({"invoice_number": "I7/1"}, "invoice_and_line"),
        ({"invoice_number": "i7", "po_number": "4500123", "po_line": "02"}, "invoice_and_line"),
        ({"po_number": "4500123", "po_line": "002"}, "po_and_line"),
        ({"invoice_number": "I7"}, "invoice"),
        ({"po_number": " 4500123"}, "po"),
        ({"po_number": "4500123", "po_line": "9"}, "po"),
        ({"po_number": "0004500123"}, "repaired"),
        ({"po_number": "PO-45O0123"}, "repaired"),
        ({"unit_price": "1"}, "price"),
        ({"store": "0009"}, "store"),
    ],
)
def test_the_strongest_evidence_decides(stated: Row, evidence: str) -> None:
    row = the_portion(claim(**stated), MEANT, OTHER)
    assert (row["invoice_line"], row["evidence"], row["rank"]) == ("WR01/I7/1", evidence, RANK[evidence])
    assert row["runner_up"] == "WR01/I8/1"


def test_without_any_evidence_the_order_rule_decides() -> None:
    newest, oldest = (the_portion(claim(), MEANT, OTHER, order=order) for order in ("newest", "oldest"))
    assert (newest["invoice_line"], newest["evidence"]) == ("WR01/I8/1", "window")
    assert oldest["invoice_line"] == "WR01/I7/1"


def test_of_sales_of_one_day_the_first_id_is_taken() -> None:
    assert the_portion(claim(), sale("I2"), sale("I1"))["invoice_line"] == "WR01/I1/1"
    assert the_portion(claim(), sale("I2"), sale("I1"), order="oldest")["invoice_line"] == "WR01/I1/1"


def test_an_order_stated_elsewhere_in_the_same_return_is_evidence() -> None:
    boxed = [claim(1, po_number="4500123", number="R1"), claim(2, number="R1"), claim(1, number="R2")]
    rows = {row["return_line"]: row for row in portions(boxed, [MEANT, OTHER])}
    assert (rows["nordstad/R1/2"]["invoice_line"], rows["nordstad/R1/2"]["evidence"]) == ("WR01/I7/1", "box")
    assert rows["nordstad/R2/1"]["evidence"] == "window"


def test_a_delivery_note_counts_where_the_supply_knows_it() -> None:
    supply = supply_table([OTHER | {"delivery_note": "N1"}, MEANT | {"delivery_note": "N2"}])
    claims = [claim(delivery_note="n2")]
    (row,) = split(claims_table(claims), supply, Policy(), places_table(claims)).allocations.to_pylist()
    assert (row["invoice_line"], row["evidence"]) == ("WR01/I7/1", "delivery_note")


def test_a_stated_order_of_another_store_is_still_the_order() -> None:
    row = the_portion(claim(po_number="4500123", store="1"), MEANT, OTHER)
    assert (row["invoice_line"], row["evidence"]) == ("WR01/I7/1", "po")


def test_among_equal_evidence_the_next_kind_decides_in_the_order_of_the_policy() -> None:
    other_store = sale("I1", po_number="P1", store="1", unit_price="10.00", sold_on=day(60))
    same_store = sale("I2", po_number="P1", store="2", unit_price="9.00", sold_on=day(20))
    both = sale("I3", po_number="P1", store="2", unit_price="10.00", sold_on=day(10))
    stated = claim(po_number="P1", store="2", unit_price="10")
    assert the_portion(stated, other_store, same_store, order="nearest_price")["invoice_line"] == "WR01/I1/1"
    row = the_portion(stated, other_store, same_store, both)
    assert (row["invoice_line"], row["held"]) == ("WR01/I3/1", "po,box,price,store,window,one_line")
    assert (row["runner_up"], row["runner_up_held"]) == ("WR01/I1/1", "po,box,price,window,one_line")


@pytest.mark.parametrize("way", [PLAIN, COMPILED])
def test_goods_that_stand_together_on_very_many_invoices_are_mates_on_each(
    way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many that there is no room for them at first; one good is on half of the invoices alone."""
    go(way, monkeypatch)
    items = ["09520000000011", "09520000000028", "09520000000035", "09520000000042"]
    invoices = {item: range(0 if item == items[0] else 1500, 3000) for item in items}
    sales = [sale(f"I{n}", invoice_line=f"WR01/I{n}/{item}", gtin=item, sold_on=day(n // 50))
             for item, numbers in invoices.items() for n in numbers]  # fmt: skip
    boxed = [claim(line, gtin=item) for line, item in enumerate(items, 1)]
    rows = portions(boxed, sales, "oldest")
    assert [row["invoice_line"] for row in rows] == [f"WR01/I1500/{item}" for item in items]
    assert all("mates" in row["held"].split(",") for row in rows)


def test_a_policy_says_which_kinds_count_and_in_which_order() -> None:
    other_store = sale("I1", store="1", unit_price="10.00")
    same_store = sale("I2", store="2", unit_price="9.00")
    stated = claim(store="2", unit_price="10")
    for kinds, line in (
        (("price", "store"), "WR01/I1/1"),
        (("store", "price"), "WR01/I2/1"),
        (("store",), "WR01/I2/1"),
    ):
        policy = Policy(evidence=kinds)
        (row,) = split(
            claims_table([stated]), supply_table([other_store, same_store]), policy, places_table([stated])
        ).allocations.to_pylist()
        assert (row["invoice_line"], row["held"], row["rank"]) == (line, kinds[0], 0)


def test_a_repair_never_leads_to_another_retailers_order() -> None:
    foreign = sale("I6", po_number="4500123", retailer="brightwell")
    result = run([claim(po_number="04500123")], [foreign, OTHER])
    assert result.allocations["evidence"].to_pylist() == ["window"]
    assert result.findings["code"].to_pylist() == ["LINE-PO-UNKNOWN"]


# --- contention


def test_a_claim_gives_way_where_another_has_no_choice() -> None:
    """The newest sale came after the first return: only the older one carries both returns if it is shared well."""
    early, late = claim(1, 2, returned_on=day(20)), claim(2, 2, returned_on=day(90))
    older, newer = sale("I1", 2, sold_on=day(10)), sale("I2", 2, sold_on=day(30))
    rows = portions([early, late], [older, newer], "oldest")
    assert [(r["return_line"][-1], r["invoice_line"]) for r in rows] == [("1", "WR01/I1/1"), ("2", "WR01/I2/1")]


def test_an_exact_reference_is_not_given_up_for_two_weaker_ones() -> None:
    """Swapped, both would stand at their own store; but the first says which invoice it is."""
    exact, vague = claim(1, invoice_number="I1/1", store="2"), claim(2, store="1")
    rows = portions([exact, vague], [sale("I1", 1, store="1"), sale("I2", 1, store="2")])
    assert [(r["invoice_line"], r["evidence"]) for r in rows] == [
        ("WR01/I1/1", "invoice_and_line"),
        ("WR01/I2/1", "window"),
    ]


def test_when_not_all_can_be_placed_the_earlier_return_is() -> None:
    late, early = claim(1, 3, returned_on=day(40)), claim(2, 3, returned_on=day(30))
    rows = portions([late, early], [sale("I1", 4)])
    assert [(r["portion"], r["units"], r["unplaced"]) for r in rows] == [
        ("nordstad/R1/1#1", 1, None),
        ("nordstad/R1/1#2", 2, "LINE-BEYOND-SOLD"),
        ("nordstad/R1/2#1", 3, None),
    ]


def test_equal_claims_are_dealt_the_sales_in_order() -> None:
    claims = [claim(n, 2) for n in range(1, 5)]
    sales = [sale("I1", 2, sold_on=day(4)), sale("I2", 2, sold_on=day(3)), sale("I3", 4, sold_on=day(2))]
    rows = portions(claims, sales)
    assert [r["invoice_line"][5:7] for r in rows] == ["I1", "I2", "I3", "I3"]


def test_items_and_retailers_do_not_compete() -> None:
    others = [sale("I2", gtin="09520000000028"), sale("I3", retailer="brightwell")]
    rows = portions([claim(1, 12)], [sale("I1"), *others])
    assert [(r["invoice_line"], r["units"], r["unplaced"]) for r in rows] == [
        ("WR01/I1/1", 10, None),
        (None, 2, "LINE-BEYOND-SOLD"),
    ]


def test_a_sale_of_the_same_day_can_be_returned_and_a_later_one_cannot() -> None:
    assert the_portion(claim(returned_on=day(10)), sale("I1", sold_on=day(10)))["unplaced"] is None
    assert the_portion(claim(returned_on=day(9)), sale("I1", sold_on=day(10)))["unplaced"] == "LINE-SOLD-LATER"


def test_a_return_without_a_day_can_stand_on_every_sale() -> None:
    assert the_portion(claim(returned_on=None), sale("I1", sold_on=day(3000)))["invoice_line"] == "WR01/I1/1"


# --- what finds no sale


@pytest.mark.parametrize(
    ("one", "sales", "why"),
    [
        (claim(1, 3, gtin=None), [sale()], "LINE-ITEM-UNKNOWN"),
        (claim(1, 3), [], "LINE-NEVER-SOLD"),
        (claim(1, 3), [sale(gtin="09520000000028")], "LINE-NEVER-SOLD"),
        (claim(1, 3), [sale(retailer="brightwell")], "LINE-NEVER-SOLD"),
        (claim(1, 3), [sale(sold_on=day(101))], "LINE-SOLD-LATER"),
        (claim(1, 3), [sale(units_taken=10, net_taken=10000, tax_taken=2000)], "LINE-BEYOND-SOLD"),
    ],
)
def test_units_without_a_sale_say_why(one: Row, sales: list[Row], why: str) -> None:
    (row,) = portions([one], sales)
    assert row == {
        "portion": "nordstad/R1/1#1", "return_line": "nordstad/R1/1", "invoice_line": None, "units": 3, "net_minor": 0,
        "tax_minor": 0, "currency": "GBP" if any(s["retailer"] == "nordstad" for s in sales) else "XXX",
        "evidence": "none", "rank": len(RANK), "runner_up": None, "spread_low": 0, "spread_high": 0, "unplaced": why,
        "held": None, "repair": None, "runner_up_held": None, "spread_currency": None,
        "nearest": "WR01/I1/1" if why in ("LINE-SOLD-LATER", "LINE-BEYOND-SOLD") else None,
    }  # fmt: skip


def test_an_item_of_no_list_is_unknown_and_not_merely_never_sold() -> None:
    one = claim(1, 3, gtin="09529999999990")
    places = places_table([one])
    result = split(claims_table([one]), supply_table([sale()]), Policy(), places, unknown_items={"09529999999990"})
    assert result.allocations["unplaced"].to_pylist() == ["LINE-ITEM-UNKNOWN"]


def test_what_is_wrong_is_told_at_the_line() -> None:
    claims = [claim(1, 4, po_number="X-1"), claim(2, 9), claim(3, gtin="09520000000028"), claim(4, gtin=None)]
    found = run(claims, [sale("I1", 10)]).findings
    assert found.schema.equals(FINDINGS)
    assert [(f["code"], f["line_no"], f["offset"]) for f in found.to_pylist()] == [
        ("LINE-PO-UNKNOWN", 1, 0),
        ("LINE-BEYOND-SOLD", 2, 100),
        ("LINE-NEVER-SOLD", 3, 200),
    ]
    details = found["detail"].to_pylist()
    assert "'X-1'" in details[0]
    assert f"3 of 9 units of {LAMP}" in details[1]


def test_an_order_of_this_retailer_is_known_even_when_it_has_other_items_or_nothing_left() -> None:
    other_item = sale("I5", po_number="P555", gtin="09520000000028")
    assert run([claim(po_number="P555")], [sale(), other_item]).findings.num_rows == 0
    gone = sale("I6", po_number="P666", units_taken=10, net_taken=10000, tax_taken=2000)
    assert run([claim(po_number="P666")], [sale(), gone]).findings.num_rows == 0


@pytest.mark.parametrize("wrong", [[claim(units=0)], [claim(units=None)], [claim(), claim()]])  # type: ignore[arg-type]
def test_claims_must_be_sound(wrong: list[Row]) -> None:
    with pytest.raises(ValueError, match="claim"):
        run(wrong, [sale()])


def test_no_claims_give_no_portions() -> None:
    result = run([], [sale()])
    assert result.allocations.schema.equals(ALLOCATIONS)
    assert result.allocations.num_rows == result.findings.num_rows == 0


# --- money


def test_money_follows_the_returns_in_time() -> None:
    """Four units of 101: whoever returns second gets the odd one."""
    sold = sale("I1", 4, net_minor=101, tax_minor=19)
    claims = [claim(n, returned_on=day(on)) for n, on in ((1, 50), (2, 30), (3, 40), (4, 60))]
    rows = portions(claims, [sold])
    assert [(r["return_line"][-1], r["net_minor"], r["tax_minor"]) for r in rows] == [
        ("1", 25, 4),
        ("2", 25, 5),
        ("3", 26, 5),
        ("4", 25, 5),
    ]


@settings(max_examples=50, deadline=None)
@given(st.data(), st.integers(0, 10**7), st.integers(0, 10**6))
def test_a_sale_returned_in_full_is_credited_to_the_minor_unit(data: st.DataObject, net: int, tax: int) -> None:
    """Over several batches, each of which knows what the earlier ones took."""
    sold = sale("I1", sum(batches := data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))))
    sold |= {"net_minor": net, "tax_minor": tax}
    for units in batches:
        claims = [claim(n) for n in range(units)]
        for row in portions(claims, [sold]):
            assert row["net_minor"] >= 0
            assert row["tax_minor"] >= 0
            for name, key in (("units", "units_taken"), ("net_minor", "net_taken"), ("tax_minor", "tax_taken")):
                sold[key] += row[name]
    assert (sold["units_taken"], sold["net_taken"], sold["tax_taken"]) == (sold["units"], net, tax)


def test_what_came_back_rounded_never_makes_a_credit_negative() -> None:
    sold = sale("I1", 10, net_minor=1, tax_minor=0, units_taken=2, net_taken=1, tax_taken=0)
    assert the_portion(claim(), sold)["net_minor"] == 0


# --- doubt, measured in money


def test_there_is_no_spread_without_an_equally_good_sale() -> None:
    row = the_portion(claim(po_number="4500123"), MEANT, OTHER)
    assert (row["net_minor"], row["spread_low"], row["spread_high"]) == (1000, 1200, 1200)


def test_the_spread_is_the_cheapest_and_the_dearest_equally_good_credit() -> None:
    cheap, dear = sale("I2", 2, net_minor=1000), sale("I3", 1, net_minor=3000)
    row = the_portion(claim(units=3), sale("I1", sold_on=day(20)), cheap, dear)
    assert (row["invoice_line"], row["net_minor"]) == ("WR01/I1/1", 3000)
    assert (row["spread_low"], row["spread_high"]) == (2 * 500 + 1000 + 600, 3000 + 2 * 1000 + 600)


@pytest.mark.parametrize(
    "unequal",
    [
        {"store": "2"},  # the claim is of store 1
        {"unit_price": "11.00"},  # the claim states 10.00
        {"currency": "EUR"},
        {"sold_on": day(101)},
        {"units_taken": 10, "net_taken": 90000, "tax_taken": 2000},
    ],
)
def test_what_is_less_good_or_gone_makes_no_spread(unequal: Row) -> None:
    stated = claim(store="1", unit_price="10.00")
    row = the_portion(stated, sale("I1"), sale("I2", net_minor=90000) | unequal)
    assert (row["invoice_line"], row["spread_low"], row["spread_high"]) == ("WR01/I1/1", 1200, 1200)


def test_an_equally_good_sale_in_another_currency_is_told() -> None:
    row = the_portion(claim(), sale("I1"), sale("I2", currency="EUR", sold_on=day(5)))
    assert (row["invoice_line"], row["spread_low"], row["spread_high"]) == ("WR01/I1/1", 1200, 1200)
    assert row["spread_currency"] == "EUR"


def test_two_claims_that_could_change_places_have_a_spread_each() -> None:
    rows = portions([claim(1), claim(2)], [sale("I1", 1), sale("I2", 1, net_minor=5000, sold_on=day(5))])
    assert [row["invoice_line"] for row in rows] == ["WR01/I1/1", "WR01/I2/1"]
    assert [(row["spread_low"], row["spread_high"]) for row in rows] == [(1200, 5200)] * 2


def test_units_that_others_take_make_no_spread() -> None:
    claims = [claim(1, 10, number="R0", invoice_number="I2"), claim(2)]
    rows = portions(claims, [sale("I1"), sale("I2", net_minor=90000)])
    assert (rows[1]["invoice_line"], rows[1]["spread_high"], rows[1]["runner_up"]) == ("WR01/I1/1", 1200, None)


def test_the_runner_up_is_the_next_best_with_units_left() -> None:
    gone = sale("I2", sold_on=day(40), units_taken=10, net_taken=10000, tax_taken=2000)
    row = the_portion(claim(), sale("I1", sold_on=day(50)), gone, sale("I3", sold_on=day(30)), sale("I4"))
    assert (row["invoice_line"], row["runner_up"]) == ("WR01/I1/1", "WR01/I3/1")
    assert the_portion(claim(), sale("I1"))["runner_up"] is None


# --- shape


def test_portions_are_numbered_by_rank_then_invoice_line_and_what_is_unplaced_comes_last() -> None:
    sales = [sale("I9", 1, po_number="P9"), sale("I2", 1), sale("I1", 1), sale("I0", 1, sold_on=day(99))]
    rows = portions([claim(1, 6, po_number="P9")], sales)
    assert [(r["portion"], r["invoice_line"]) for r in rows] == [
        ("nordstad/R1/1#1", "WR01/I9/1"),
        ("nordstad/R1/1#2", "WR01/I0/1"),
        ("nordstad/R1/1#3", "WR01/I1/1"),
        ("nordstad/R1/1#4", "WR01/I2/1"),
        ("nordstad/R1/1#5", None),
    ]


def test_portions_can_be_announced_as_they_are() -> None:
    result = run([claim(1, 12)], [sale()])
    moved = announce(result.allocations, "d-1", "split-1")
    assert moved.select(["from_bucket", "units"]).to_pylist() == [
        {"from_bucket": "sold", "units": 10},
        {"from_bucket": "unsold", "units": 2},
    ]
