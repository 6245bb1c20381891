"""Boxes that nobody announced: matched by what is in them, else guessed about; and what the dock is told of a box."""

import io

import pytest
from rich.console import Console

from pipelines.box_view import box_view
from pipelines.difference_view import differences_view
from pipelines.wiring import open_hub
from schemas.errors import PermanentError
from tests.world.agreed import Agreed
from tests.world.conftest import Bench
from tests.world.test_differences import BOX, OTHER_BOX, all_sold, codes, kinds, town, where
from tests.world.town import BOWL, Town, counted, counts, line, notice

__all__ = ["town"]  # the fixture


def shown(parts: object) -> str:
    out = Console(file=io.StringIO(), width=120)
    for part in parts:  # type: ignore[attr-defined]
        out.print(part)
    return out.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def guesses(town: Town) -> list[tuple[str, str, str | None]]:
    rows = town.store.table("guess").to_pylist()
    return [(row["box"], row["retailer"], row["return_id"]) for row in rows if row["rank"] == 1]


def test_a_box_without_number_and_label_is_matched_by_store_and_items(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2), line(1, BOWL)), notice("R2", line(5), on=51))
    town.deliver(counts("W1", counted(2), counted(1, BOWL), store="1", complete=True))
    assert kinds(town) == []
    assert where(town) == {"announced": 5, "received": 3}
    (found,) = town.store.findings(code="RECEIPT-MATCHED-BY-CONTENTS").to_pylist()
    assert found["detail"] == (
        "a box without a label is of shop/R1: store 1 announced these 3 units of 2 items in this return alone"
    )
    assert town.store.verify() == []


def test_a_notice_that_comes_after_its_box_finds_it_by_its_contents(town: Town) -> None:
    all_sold(town)
    town.deliver(counts("W1", counted(2), counted(1, BOWL), store="1", complete=True))
    town.deliver(notice("R1", line(2), line(1, BOWL)))
    assert (kinds(town), where(town)) == ([], {"received": 3, "cancelled": 3})
    assert {row[0].split("/")[1] for row in town.standing()} == {"R1"}
    assert (len(town.store.findings(code="RECEIPT-MATCHED-BY-CONTENTS")), town.store.verify()) == (1, [])


def test_two_notices_that_come_after_a_box_leave_it_where_the_first_found_it(town: Town) -> None:
    all_sold(town)
    town.deliver(counts("W1", counted(2), store="1", complete=True))
    town.deliver(notice("R1", line(2)))
    town.deliver(notice("R2", line(2), on=51))
    assert {(row[0].split("/")[1], row[2]) for row in town.standing()} == {("R1", "received"), ("R2", "announced")}
    assert town.store.verify() == []


def test_a_box_that_fits_two_notices_is_guessed_about(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2)), notice("R2", line(3), on=51))
    town.deliver(counts("W1", counted(2), store="1", complete=True))
    assert kinds(town) == [("unannounced", 2)]
    assert guesses(town) == [("", "shop", "shop/R1")]


@pytest.mark.parametrize(
    "receipt",
    [
        counts("W1", counted(3), store="1", complete=True),
        counts("W1", counted(2), store="7", complete=True),
        counts("W1", counted(2), complete=True),
        counts("W1", counted(2), store="1", of="R9", complete=True),
        counts("W1", counted(1), counted(1, BOWL), store="1", complete=True),
    ],
    ids=["too many", "another store", "no store", "another number", "another item"],
)
def test_a_box_that_does_not_fit_is_not_matched(town: Town, receipt: object) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2)))
    town.deliver(receipt)  # type: ignore[arg-type]
    assert where(town)["announced"] == 2
    assert "RECEIPT-MATCHED-BY-CONTENTS" not in codes(town)


def test_another_label_than_the_announced_one_is_another_box(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2, carton=BOX)))
    town.deliver(counts("W1", counted(2, carton=OTHER_BOX), store="1", complete=True))
    assert kinds(town) == [("unannounced", 2)]
    assert guesses(town) == [(OTHER_BOX, "shop", "shop/R1")]


def test_two_boxes_do_not_fit_one_notice(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2)))
    town.deliver(counts("W1", counted(2), store="1"), counts("W2", counted(2), store="1", on=61))
    assert where(town) == {"received": 4}
    assert kinds(town) == [("unannounced", 2)]


def test_a_box_of_nobody_is_guessed_about_by_what_was_sold(town: Town) -> None:
    all_sold(town)
    town.deliver(counts("W1", counted(2, carton=BOX), retailer="WHO KNOWS", complete=True))
    assert guesses(town) == [(BOX, "shop", None)]
    told = shown(box_view(town.hub, BOX))
    assert "Nobody that we know is named as its sender." in told
    assert "100% of the units are items that were sold to it" in told


def test_the_dock_is_told_what_is_inside_and_which_order_it_belongs_to(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2, carton=BOX)))
    town.deliver(counts("W1", counted(1, carton=BOX), of="R1", complete=True))
    told = shown(box_view(town.hub, BOX))
    assert "It was counted, and holds something else than was announced: return R1 of Shop." in told
    assert "Counted on receipt W1 of 2026-03-02." in told
    assert "invoice I1/1 of 2026-01-02" in told
    assert "Difference, 1 unit: less of an item was in the box than was announced." in told


def test_an_unknown_label_says_what_to_do_next(town: Town) -> None:
    with pytest.raises(PermanentError, match="Next: scan the label again"):
        list(box_view(town.hub, "4711"))


def test_what_waits_is_listed_with_the_next_step(agreed: Agreed) -> None:
    with agreed.on("rules: {unannounced: hold}") as town:
        all_sold(town)
        town.deliver(counts("W1", counted(2), complete=True))
        town.settle()
        told = shown(differences_view(town.hub, "shop", waiting=True))
        assert "a person decides" in told
        assert "`backhaul resolve LINE ACTION" in told
        assert "Nothing waits." in shown(differences_view(town.hub, "nobody", waiting=True))


def test_the_first_guess_about_unannounced_boxes_of_the_world_is_right(settled_bench: Bench) -> None:
    true = {one.carton: one.retailer for one in settled_bench.truth if one.fate == "unannounced" and one.receipt}
    with open_hub(settled_bench.settings) as hub:
        first = {row["box"]: row for row in hub.store.table("guess", rank=1).to_pylist()}
    assert true
    assert {box: row["retailer"] for box, row in first.items()} == true
    assert {row["return_id"] for row in first.values()} == {None}  # nobody announced them
