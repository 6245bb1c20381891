"""Totals of days are what sales and credits sum to, whatever comes in which order."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.store import Store
from schemas.outcome import Change, Outcome
from tests.store.conftest import GTIN, RETAILER, World, rows
from tests.store.test_concurrency import together

SOLD, RETURNED = date(2026, 1, 5), date(2026, 3, 1)
OTHER = "09520000000066"
LENS = {"kind": "style", "retailer": "", "name": "OSLO/NAVY/M", "gtin": GTIN}


def totals(world: World, *styles: str) -> dict[tuple[str, date], tuple[int, int, int]]:
    """Sold, credited of what was sold and credited of what came back, by style and day."""
    found = world.store.day_totals(RETAILER, styles).to_pylist()
    amounts = ("sold_minor", "of_sold_minor", "of_returned_minor")
    return {(row["style"], row["day"]): tuple(row[name] for name in amounts) for row in found}


def credit(world: World, number: str, line: str, **amounts: Any) -> str:
    return world.decide(world.receive(world.announce(number, line), f"{number}-receipt"), **amounts)


def name(world: World, **other: str) -> None:
    world.record("process items", item_name=rows("item_name", LENS | other))


def ties(world: World) -> bool:
    return [one for one in world.store.violations() if one.check == "day_totals_tie"] == []


def test_sales_and_credits_are_summed_by_their_days(world):
    line = world.sell("INV1")
    world.sell("INV2", net=500, tax=100)
    assert totals(world) == {("", SOLD): (1500, 0, 0)}
    credit(world, "R1", line)
    credit(world, "R2", line, credit_net=300)
    assert totals(world) == {("", SOLD): (1500, 700, 0), ("", RETURNED): (0, 0, 700)}
    assert ties(world)


def test_what_is_refused_is_no_credit(world):
    credit(world, "R1", world.sell(), outcome="refuse")
    assert totals(world) == {("", SOLD): (1000, 0, 0)}


def test_what_a_person_takes_back_is_no_credit(world):
    decision = credit(world, "R1", world.sell())
    world.record("park", movement=world.move("nordstad/R1/1#1", "accepted", "refused", decision))
    assert totals(world) == {("", SOLD): (1000, 0, 0), ("", RETURNED): (0, 0, 0)}
    assert ties(world)


def test_what_a_counter_document_takes_back_counts_once_it_is_posted(world):
    reference = world.intend(credit(world, "R1", world.sell(), credit_net=300))
    world.post(reference)
    world.take_back(reference)
    assert totals(world)["", SOLD] == (1000, 300, 0)
    change = Change("credit_intent", {"reference": f"{reference}-back"}, {"state": "posted", "approvals": 1})
    world.store.record(Outcome("post", f"{reference}-back", changes=(change,)))
    assert totals(world) == {("", SOLD): (1000, 225, 0), ("", RETURNED): (0, 0, 225)}
    assert ties(world)


@pytest.mark.parametrize("day", [date(2026, 3, 4), None])
def test_what_was_credited_of_a_return_goes_with_it_to_another_day(world, day):
    name(world)
    line = world.sell()
    credit(world, "R1", line)
    credit(world, "R2", line)
    key = {"return_id": f"{RETAILER}/R1"}
    told = Change("return", key, {"returned_on": day}, {"returned_on": RETURNED})
    world.store.record(Outcome("process notice", RETAILER, changes=(told,)))
    assert totals(world, "OSLO")["OSLO", RETURNED] == (0, 0, 400)
    assert totals(world).get(("", day)) == ((0, 0, 400) if day else None)
    assert ties(world)
    back = Change("return", key, {"returned_on": RETURNED}, {"returned_on": day})
    world.store.record(Outcome("process notice", RETAILER, changes=(back,)))
    assert totals(world)["", RETURNED] == (0, 0, 800)
    assert ties(world)


@pytest.mark.parametrize("when", ["before", "between", "after"])
def test_a_style_counts_whenever_the_item_gets_it(world, when):
    if when == "before":
        name(world)
    line = world.sell()
    world.sell("INV9", gtin=OTHER)
    if when == "between":
        name(world)
    credit(world, "R1", line)
    if when == "after":
        name(world)
    assert totals(world, "OSLO") == {
        ("", SOLD): (2000, 400, 0), ("", RETURNED): (0, 0, 400),
        ("OSLO", SOLD): (1000, 400, 0), ("OSLO", RETURNED): (0, 0, 400),
    }  # fmt: skip
    assert ties(world)


def test_another_style_takes_along_what_was_sold(world):
    name(world)
    credit(world, "R1", world.sell())
    name(world)
    name(world, name="OSLO/NAVY/L")
    name(world, name="ZEN/NAVY/L")
    assert totals(world, "BERN", "OSLO", "ZEN")["OSLO", SOLD] == (1000, 400, 0)
    name(world, name="BERN/NAVY/L")
    found = totals(world, "BERN", "OSLO", "ZEN")
    assert {style: found[style, SOLD] for style in ("BERN", "OSLO")} == {"BERN": (1000, 400, 0), "OSLO": (0, 0, 0)}
    assert ("ZEN", SOLD) not in found
    assert ties(world)


def test_names_and_sales_of_one_outcome_count_once(world):
    name(world)
    sales = world.sell
    part = world.document("sales-INV5", "sales", "erp-export")
    sales("INV1")
    line = world.store.table("invoice_line").to_pylist()[0] | world.place(part)
    line |= {"invoice_line": "WR01/INV5/1", "invoice_number": "INV5"}
    world.record(
        "process sales", **part, invoice_line=rows("invoice_line", line),
        item_name=rows("item_name", LENS | {"name": "BERN/NAVY/M"}),
    )  # fmt: skip
    assert totals(world, "BERN")["BERN", SOLD] == (2000, 0, 0)
    assert ties(world)


def test_only_the_days_asked_for_are_read(world):
    credit(world, "R1", world.sell())
    found = world.store.day_totals(RETAILER, since=RETURNED)
    assert found["day"].to_pylist() == [RETURNED]


def test_who_sells_and_names_at_once_loses_nothing(world, opened):
    """Two sell an item while others give it styles, each of them with a store of its own."""
    stores = [opened() for _ in range(4)]

    def work(number: int) -> bool:
        here = World(stores[number])
        for turn in range(4):
            if number % 2:
                name(here, name=f"{'ZYXW'[turn]}{number}/NAVY")
            else:
                here.sell(f"INV{number}-{turn}")
        return True

    assert together(work, workers=4) == {True: 4}
    assert totals(world)["", SOLD] == (8000, 0, 0)
    assert totals(world, "W1")["W1", SOLD] == (8000, 0, 0)
    assert ties(world)


def test_the_database_refuses_more_credits_taken_back_than_there_were(world, database, url):
    world.sell()
    with database.raw(url) as raw, pytest.raises(Exception, match="day_total_amounts"):
        raw.rows("update day_total set of_sold_minor = -1")


def test_books_of_before_get_their_totals(world, raw, database, url):
    name(world)
    reference = world.intend(credit(world, "R1", world.sell(), credit_net=300))
    world.post(reference)
    world.take_back(reference)
    change = Change("credit_intent", {"reference": f"{reference}-back"}, {"state": "posted", "approvals": 1})
    world.store.record(Outcome("post", f"{reference}-back", changes=(change,)))
    credit(world, "R2", world.sell("INV2", gtin=OTHER))
    kept = totals(world, "OSLO")
    world.store.close()
    raw.rows("drop table day_total" + (" cascade" if database.name == "postgresql" else ""))
    raw.rows("drop index invoice_line_by_gtin_retailer")
    raw.rows("create index invoice_line_by_retailer_gtin on invoice_line (retailer, gtin)")
    raw.rows("update alembic_version set version_num = '0023'")
    with Store.open(url, lambda: datetime(2026, 3, 2, tzinfo=UTC)) as store:
        assert totals(World(store), "OSLO") == kept
        assert kept["OSLO", SOLD] == (1000, 225, 0)
        assert ties(World(store))
