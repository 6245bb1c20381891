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
    """Two units on the older of two sales."""
    town.deliver(sale("I1", 5, 999, on=1, po="P1"), sale("I2", 5, 1049, on=2), notice("R1", line(2, po="P1")))
    story = town.store.story(R1)
    (other,) = town.store.known_invoice_lines(["WR01/I2/1"]).to_pylist()
    sales = [*story.invoice_lines.to_pylist(), other]
    distinct = {row["invoice_line"]: row for row in sales}
    return replace(story, invoice_lines=pa.Table.from_pylist([*distinct.values()], story.invoice_lines.schema))


def test_all_kinds_of_evidence_that_hold_are_said_and_what_the_next_best_sale_lacks(story: Story) -> None:
    said = told(*placed(judged(
        story, evidence="po", held="po,price,window", runner_up="WR01/I2/1", runner_up_held="price", spread_low=2378,
        spread_high=2498,
    )))  # fmt: skip
    assert "2 units on invoice I1 line 1 of 2026-01-02 (5 units at 9.99 EUR, order P1), worth 19.98 EUR net" in said
    assert (
        "Why the purchase order is stated; the stated price is the price of this sale and "
        "it was sold inside the return window too"
    ) in said
    assert "Next best invoice I2 line 1 of 2026-01-03 (5 units at 10.49 EUR): the stated price is the price" in said
    assert "not that the purchase order is stated and it was sold inside the return window" in said
    assert "In money equally good placements would credit between 23.78 and 24.98 EUR, 1.20 apart" in said


def test_of_sales_for_which_as_much_speaks_it_says_what_decided(story: Story) -> None:
    both = {"held": "price,window", "runner_up": "WR01/I2/1", "runner_up_held": "price,window"}
    said = told(*placed(judged(story, evidence="price", **both)))
    assert "as much speaks for it, so the partner's order rule decided, or what other returns need" in said
    assert "not that" not in said


def test_what_goes_without_saying_is_not_said(story: Story) -> None:
    said = told(*placed(judged(story, evidence="po_and_line", held="po_and_line,po,box,store")))
    assert "Why the purchase order and its line are stated; it was sold to the same store too" in said


def test_a_repair_and_another_currency_are_said(story: Story) -> None:
    said = told(*placed(judged(story, repair="P1 for 0P1: a zero in front", spread_currency="GBP")))
    assert "Repaired P1 for 0P1: a zero in front" in said
    assert "an equally good placement would credit in GBP instead of EUR" in said


def test_units_without_a_sale_say_why_and_what_comes_near(story: Story) -> None:
    nothing = {"invoice_line": None, "runner_up": None, "unplaced": "LINE-BEYOND-SOLD"}
    said = told(*placed(judged(story, nearest="WR01/I2/1 WR01/I1/1", **nothing)))
    assert "2 units on no sale, because more is returned than is left of what was sold." in said
    assert "Comes near invoice I2 line 1 of 2026-01-03 (5 units at 10.49 EUR) invoice I1 line 1" in said


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
