"""A placement that a controller can follow: why this sale, what else it could be, and what that changes in money."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console, Group

from connectors.store.story import Story
from pipelines.explain import story_view
from pipelines.explain_placing import history, placed
from pipelines.work.assign import assign, unassign
from tests.world.town import Town, line, notice, receipt, sale

R1 = "shop/R1/1"


def told(*parts: Any) -> str:
    """What the terminal shows, in one line."""
    console = Console(width=160, color_system=None)
    with console.capture() as capture:
        console.print(Group(*parts))
    return " ".join(capture.get().split())


def judged(story: Story, **columns: Any) -> Story:
    """The story with its first portion judged otherwise."""
    rows = story.allocations.to_pylist()
    rows[0] |= columns
    return replace(story, allocations=pa.Table.from_pylist(rows, story.allocations.schema))


@pytest.fixture
def story(town: Town) -> Story:
    """Two units on the older of two sales; one of three units of the other one is taken."""
    town.deliver(sale("I1", 5, 999, on=1, po="P1"), sale("I2", 3, 1049, on=2), notice("R1", line(2, po="P1")))
    story = town.store.story(R1)
    (other,) = town.store.known_invoice_lines(["WR01/I2/1"]).to_pylist()
    distinct = {row["invoice_line"]: row for row in [*story.invoice_lines.to_pylist(), other]}
    taken = [{"invoice_line": name, "units_taken": units} for name, units in (("WR01/I1/1", 2), ("WR01/I2/1", 1))]
    return replace(
        story,
        invoice_lines=pa.Table.from_pylist([*distinct.values()], story.invoice_lines.schema),
        creditable=pa.Table.from_pylist(taken),
    )


def test_all_kinds_of_evidence_that_hold_are_said_and_what_the_next_best_sale_lacks(story: Story) -> None:
    said = told(*placed(judged(
        story, evidence="po", held="po,price,window", runner_up="WR01/I2/1", runner_up_held="price", spread_low=2378,
        spread_high=2498,
    )))  # fmt: skip
    assert "2 units on invoice I1 line 1 of 2026-01-02 (5 units at 9.99 EUR, order P1): 19.98 EUR net and 3.80" in said
    assert (
        "Why this sale The purchase order is stated. Also: the stated price is the price of this sale; "
        "it was sold inside the return window."
    ) in said
    assert "What else The next best is invoice I2 line 1 of 2026-01-03 (3 units at 10.49 EUR)." in said
    assert "What does not hold for it: the purchase order is stated; it was sold inside the return window." in said
    assert "It would credit 24.97 EUR with tax, 1.19 more." in said
    assert "In doubt by 1.20 EUR: placements that are as good as this one would credit between 23.78 and 24.98" in said


def test_a_sale_of_the_same_evidence_says_that_the_order_rule_chose(story: Story) -> None:
    equal = {"held": "price", "runner_up": "WR01/I2/1", "runner_up_held": "price"}
    assert "The evidence is the same for both: the" in told(*placed(judged(story, **equal)))
    more = told(*placed(judged(story, **equal | {"runner_up_held": "price,store"})))
    assert "What holds for it alone: it was sold to the same store." in more


def test_the_only_sale_that_would_do_leaves_no_doubt(story: Story) -> None:
    said = told(*placed(judged(story, runner_up=None, spread_low=2378, spread_high=2378)))
    assert "What else No other sale to this retailer has units of this item left for that day." in said
    assert "In money No doubt: every placement that is as good as this one gives the same credit." in said


def test_of_sales_for_which_as_much_speaks_it_says_what_decided(story: Story) -> None:
    both = {"held": "price,window", "runner_up": "WR01/I2/1", "runner_up_held": "price,window"}
    said = told(*placed(judged(story, evidence="price", **both)))
    assert "the retailer's order rule chose, or what other returns need" in said
    assert "does not hold" not in said


def test_what_goes_without_saying_is_not_said(story: Story) -> None:
    said = told(*placed(judged(story, evidence="po_and_line", held="po_and_line,po,box,store")))
    assert "Why this sale The purchase order and its line are stated. Also: it was sold to the same store." in said


def test_a_repair_and_another_currency_are_said(story: Story) -> None:
    said = told(*placed(judged(story, repair="'0P1' read as order P1: zeros in front", spread_currency="GBP")))
    assert "Repaired The stated reference is none of this retailer's: '0P1' read as order P1: zeros in front." in said
    assert "An equally good placement would credit in GBP instead of EUR." in said


def test_units_without_a_sale_say_why_and_what_comes_near(story: Story) -> None:
    nothing = {"invoice_line": None, "runner_up": None, "unplaced": "LINE-BEYOND-SOLD"}
    said = told(*placed(judged(story, nearest="WR01/I2/1 WR01/I1/1", **nothing)))
    assert "2 units on no sale, so nothing is credited. Why no sale More is returned than is left" in said
    assert (
        "What is near Invoice I2 line 1 of 2026-01-03 (3 units at 10.49 EUR). 2 units of it are left. "
        "There they would be credited with 24.97 EUR with tax. Invoice I1 line 1"
    ) in said
    assert "No sale comes near." in told(*placed(judged(story, **nothing)))


def test_a_near_sale_says_that_it_came_after_the_return(town: Town) -> None:
    town.deliver(sale("I2", 5, on=70), notice("R1", line(2)))
    said = told(*placed(town.store.story(R1)))
    assert "Why no sale The item was sold to this partner only after the return." in said
    assert "It was sold after the return of 2026-02-20. There they would be credited with 23.80 EUR with tax." in said


def test_goods_beyond_what_was_sold_show_the_sale_that_the_others_took(town: Town) -> None:
    town.deliver(sale("I1", 1, on=1), notice("R1", line(3)))
    said = told(*placed(town.store.story(R1)))
    assert "1 unit on invoice I1" in said
    assert "2 units on no sale, so nothing is credited. Why no sale More is returned than is left of what was" in said
    assert "Invoice I1 line 1 of 2026-01-02 (1 unit at 10.00 EUR). All of it is taken by returns." in said
    assert "There 1 unit would be credited with 11.90 EUR with tax." in said


def test_it_is_said_how_the_item_was_found_and_what_is_stated_of_the_order(town: Town) -> None:
    town.deliver(sale("I1", 5, on=1), notice("R1", line(2, po="NONE"), line(1, gtin="09520000000080")))
    first = told(*story_view(town.hub, R1))
    assert "The item is known: its GTIN is one of ours." in first
    assert "Stated: disposition return, order NONE." in first
    assert "The stated order is none of this retailer's, and resembles none clearly enough to be read as it." in first
    assert "The item is none that we know." in told(*story_view(town.hub, "shop/R1/2"))


def test_what_is_not_known_is_not_said(story: Story) -> None:
    nothing = dict.fromkeys(("held", "repair", "runner_up", "runner_up_held", "spread_currency", "nearest"))
    said = told(*placed(judged(story, **nothing)))
    assert "None" not in said
    assert "Repaired" not in said
    assert "Comes near" not in said


def test_how_units_came_there_is_told_in_the_order_of_time(town: Town) -> None:
    town.deliver(sale("I1", 3, on=1), notice("R1", line(2)), receipt("W1", 1, "R1", condition="second"))
    assert told(*history(town.store.story(R1))) == ""
    town.deliver(sale("I0", 5, 999, on=0))
    assign(town.hub, R1, "WR01/I1/1", "the slip was in the box", "Ada")
    unassign(town.hub, R1, "it was another box", "Ben")
    said = told(*history(town.store.story(R1)))
    events = [
        "Placed anew for the sales of erp", "2 units from WR01/I1/1 (#1), now 2 units on WR01/I0/1 (#2)",
        "Ada assigned 2 units on WR01/I1/1, because: the slip was in the box",
        "Placed anew for an assignment: 2 units from WR01/I0/1 (#2), now 2 units on WR01/I1/1 (#3)",
        "Ben took back: 2 units on WR01/I1/1, because: it was another box",
    ]  # fmt: skip
    assert all(event in said for event in events), said
    assert told(*placed(town.store.story(R1))).startswith("#4 2 units on invoice I0")


def test_the_whole_story_shows_each_count_once_and_names_what_is_stated(town: Town) -> None:
    town.deliver(sale("I1", 2, on=1), notice("R1", line(2, invoice="I1")), receipt("W1", 1, "R1"))
    town.deliver(sale("I0", 5, 999, on=0))
    assign(town.hub, R1, "WR01/I0/1", "why", "Ada")
    said = told(*story_view(town.hub, R1))
    assert "Stated: disposition return, invoice I1." in said
    assert said.count("1 unit counted") == 1
    assert "moved" in said
