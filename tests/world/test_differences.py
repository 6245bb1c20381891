"""Announced, received and sold compared: each kind of difference in a town, and what the policy does about it."""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pytest

from pipelines.work.differences import held
from schemas.differences import KINDS
from schemas.outcome import Outcome
from tests.world.agreed import Agreed
from tests.world.town import BOWL, LAMP, PLATE, Town, counted, counts, line, notice, receipt, sale

BOX, OTHER_BOX = "095200000000000011", "095200000000000028"
NEVER_OURS = "09520000000998"


@pytest.fixture
def town(agreed: Agreed) -> Iterator[Town]:
    """A town in which the count holds and nobody is asked."""
    with agreed.on() as opened:
        yield opened


def kinds(town: Town) -> list[tuple[str, int]]:
    """What differs now, and how many units of it."""
    return sorted((row["kind"], row["units"]) for row in held(town.hub).to_pylist())


def actions(town: Town) -> list[tuple[str, str, str]]:
    """What was resolved, turn by turn."""
    rows = town.store.table("resolution").to_pylist()
    return [(row["kind"], row["action"], row["rule"]) for row in rows]


def where(town: Town) -> dict[str, int]:
    """How many units are in each bucket."""
    sums: Counter[str] = Counter()
    for row in town.store.table("movement").to_pylist():
        sums[row["to_bucket"]] += row["units"]
        sums[row["from_bucket"]] -= row["units"]
    return {name: units for name, units in sums.items() if units > 0}


def codes(town: Town) -> set[str]:
    return set(town.store.findings()["code"].to_pylist())


def of_one_style(town: Town) -> None:
    """The lamp and the bowl are two sizes of one style; the plate is of another one."""
    names = [("OSLO/RED/S", LAMP), ("OSLO/RED/M", BOWL), ("BERGEN/RED/M", PLATE)]
    rows = [{"kind": "style", "retailer": "", "name": name, "gtin": gtin} for name, gtin in names]
    town.store.record(Outcome("items", "erp", {"item_name": pa.Table.from_pylist(rows)}))


def all_sold(town: Town) -> None:
    town.deliver(sale("I1", 9), sale("I2", 9, gtin=BOWL), sale("I3", 9, gtin=PLATE))


# --- one kind after the other


def test_units_that_did_not_come_are_short(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
    assert kinds(town) == [("short", 1)]


def test_the_shortage_of_two_lines_is_two_differences(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(3), line(2, PLATE)), receipt("W1", 1, of="R1", complete=True))
    assert kinds(town) == [("short", 2), ("short", 2)]


def test_units_beyond_the_notice_are_over(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(1)), receipt("W1", 3, of="R1", complete=True))
    assert kinds(town) == [("over", 2)]


def test_over_and_short_of_the_same_announced_items_are_not_paired(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2), line(2, PLATE)))
    town.deliver(counts("W1", counted(3), counted(1, PLATE), of="R1", complete=True))
    assert kinds(town) == [("over", 1), ("short", 1)]


def test_another_size_of_the_style_is_one_swap(town: Town) -> None:
    all_sold(town)
    of_one_style(town)
    town.deliver(notice("R1", line(2)), receipt("W1", 2, of="R1", gtin=BOWL, complete=True))
    town.settle()
    (row,) = held(town.hub).to_pylist()
    assert (row["kind"], row["units"], row["gtin"], row["other_gtin"]) == ("swap", 2, LAMP, BOWL)
    assert "RECEIPT-SWAP" in codes(town)
    assert where(town) == {"short": 2, "accepted": 2}


def test_a_swap_takes_its_units_off_what_is_short_and_what_is_over(town: Town) -> None:
    all_sold(town)
    of_one_style(town)
    town.deliver(notice("R1", line(3), line(1, BOWL)))
    town.deliver(counts("W1", counted(1), counted(2, BOWL), of="R1", complete=True))
    assert kinds(town) == [("short", 1), ("swap", 1)]


def test_a_swap_is_looked_for_in_the_same_box_first(town: Town) -> None:
    all_sold(town)
    of_one_style(town)
    town.deliver(notice("R1", line(1, carton=BOX), line(1, carton=OTHER_BOX)))
    boxes = (counted(1, BOWL, carton=OTHER_BOX), counted(1, PLATE, carton=BOX))
    town.deliver(counts("W1", *boxes, of="R1", complete=True))
    assert {(row["kind"], row["carton"]) for row in held(town.hub).to_pylist()} == {
        ("swap", OTHER_BOX),
        ("wrong_item", BOX),
    }


def test_an_item_of_another_style_is_the_wrong_item(town: Town) -> None:
    all_sold(town)
    of_one_style(town)
    town.deliver(notice("R1", line(2)), receipt("W1", 1, of="R1", gtin=PLATE, complete=True))
    town.settle()
    assert kinds(town) == [("short", 1), ("wrong_item", 1)]
    assert "RECEIPT-WRONG-ITEM" in codes(town)


def test_what_the_dock_calls_a_wrong_item_is_one(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2)), receipt("W1", 2, of="R1", condition="wrong_item", complete=True))
    assert kinds(town) == [("wrong_item", 2)]


def test_damaged_goods_differ_unless_they_were_announced_so(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2)), receipt("W1", 2, of="R1", condition="damaged", complete=True))
    assert kinds(town) == [("damaged", 2)]


def test_a_box_that_nobody_announced(town: Town) -> None:
    all_sold(town)
    town.deliver(receipt("W1", 2, complete=True))
    assert kinds(town) == [("unannounced", 2)]


def test_goods_that_were_never_sold_to_the_retailer_are_not_ours(town: Town) -> None:
    town.deliver(sale("I1", 5), receipt("W1", 2, gtin=PLATE, complete=True))
    town.settle()
    assert kinds(town) == [("not_ours", 2)]
    assert "RECEIPT-NOT-OURS" in codes(town)


def test_an_announced_item_that_was_never_sold_comes_and_is_not_ours(town: Town) -> None:
    town.deliver(sale("I1", 5), notice("R1", line(1)), receipt("W1", 1, of="R1", gtin=NEVER_OURS, complete=True))
    assert ("not_ours", 1) in kinds(town)


def test_goods_sold_after_all_are_ours(town: Town) -> None:
    town.deliver(sale("I1", 5), receipt("W1", 2, gtin=PLATE, complete=True), sale("I3", 4, gtin=PLATE))
    assert kinds(town) == [("unannounced", 2)]


def test_a_box_that_two_receipts_count_is_doubled(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2, carton=BOX)))
    town.deliver(counts("W1", counted(2, carton=BOX), of="R1", complete=True))
    town.deliver(counts("W2", counted(2, carton=BOX), of="R1", on=61, complete=True))
    town.settle()
    assert kinds(town) == [("carton_doubled", 2)]
    assert "CARTON-DOUBLED" in codes(town)


def test_a_box_told_in_two_parts_is_not_doubled(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(3, carton=BOX)))
    town.deliver(counts("W1", counted(2, carton=BOX), of="R1"))
    town.deliver(counts("W2", counted(1, carton=BOX), of="R1", on=61))
    assert kinds(town) == []


def test_an_unannounced_box_that_two_receipts_count_is_doubled(town: Town) -> None:
    all_sold(town)
    town.deliver(counts("W1", counted(2, carton=BOX), complete=True))
    town.deliver(counts("W2", counted(2, carton=BOX), on=61, complete=True))
    assert kinds(town) == [("carton_doubled", 2), ("unannounced", 2)]


def test_a_box_that_comes_after_its_day_is_late(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2), on=30), receipt("W1", 2, of="R1", on=52, complete=True))
    assert kinds(town) == [("late", 2)]


def test_a_box_that_comes_on_its_day_is_not_late(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(2), on=30), receipt("W1", 2, of="R1", on=51, complete=True))
    assert kinds(town) == []


# --- tolerances and rules


def test_a_small_shortage_is_credited_as_announced(agreed: Agreed) -> None:
    with agreed.on("tolerance: {units: 1, money: 10}, within: {short: accept}") as town:
        town.deliver(sale("I1", 5), notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
        town.settle()
        assert actions(town) == [("short", "accept", "reconciliation.within.short")]
        assert (where(town), town.store.verify()) == ({"accepted": 3}, [])


@pytest.mark.parametrize("policy", ["tolerance: {units: 1, money: 9.99}", "tolerance: {units: 0, money: 10}"])
def test_both_units_and_money_must_be_within_the_tolerance(agreed: Agreed, policy: str) -> None:
    with agreed.on(f"{policy}, within: {{short: accept}}") as town:
        town.deliver(sale("I1", 5), notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
        town.settle()
        assert actions(town) == [("short", "count", "reconciliation")]
        assert where(town) == {"accepted": 2, "short": 1}


def test_all_shortages_of_a_return_count_together_against_the_tolerance(agreed: Agreed) -> None:
    with agreed.on("tolerance: {units: 1, money: 100}, within: {short: accept}") as town:
        all_sold(town)
        town.deliver(notice("R1", line(2), line(2, PLATE)))
        town.deliver(counts("W1", counted(1), counted(1, PLATE), of="R1", complete=True))
        town.settle()
        assert {action for _, action, _ in actions(town)} == {"count"}


@pytest.mark.parametrize(
    ("credit_on", "ends"),
    [
        ("announced", {"accepted": 4}),
        ("received", {"accepted": 3, "short": 1}),
        ("accepted", {"accepted": 1, "refused": 2, "short": 1}),
    ],
)
def test_credit_on_what_was_announced_received_or_accepted(
    agreed: Agreed, credit_on: str, ends: dict[str, int]
) -> None:
    with agreed.on(f"credit_on: {credit_on}") as town:
        all_sold(town)
        town.deliver(notice("R1", line(4)))
        town.deliver(counts("W1", counted(1), counted(2, LAMP, "damaged"), of="R1", complete=True))
        town.settle()
        assert (where(town), town.store.verify()) == (ends, [])


@pytest.mark.parametrize(("carrier", "ends"), [("us", {"accepted": 2}), ("retailer", {"refused": 2})])
def test_who_carries_damage_on_the_way(agreed: Agreed, carrier: str, ends: dict[str, int]) -> None:
    with agreed.on(f"shipping_damage: {carrier}") as town:
        all_sold(town)
        town.deliver(notice("R1", line(2)), receipt("W1", 2, of="R1", condition="damaged", complete=True))
        town.settle()
        assert actions(town)[0][2] == "reconciliation.shipping_damage"
        assert where(town) == ends


@pytest.mark.parametrize("action", ["write_off", "send_back"])
def test_surplus_is_written_off_or_sent_back(agreed: Agreed, action: str) -> None:
    with agreed.on(f"rules: {{over: {action}}}") as town:
        all_sold(town)
        town.deliver(notice("R1", line(1)), receipt("W1", 3, of="R1", complete=True))
        town.settle()
        assert (where(town), town.store.verify()) == ({"accepted": 1, "refused": 2}, [])
        refused = [row for row in town.store.table("decision").to_pylist() if row["outcome"] == "refuse"]
        assert [row["rule"] for row in refused] == ["reconciliation.over"] * len(refused)


def test_what_is_held_is_not_decided(agreed: Agreed) -> None:
    with agreed.on("rules: {over: hold}") as town:
        all_sold(town)
        town.deliver(notice("R1", line(1)), receipt("W1", 3, of="R1", complete=True))
        town.settle()
        town.settle()
        assert where(town) == {"accepted": 1, "received": 2}


def test_goods_that_come_after_they_were_credited_are_not_credited_twice(agreed: Agreed) -> None:
    with agreed.on("credit_on: announced") as town:
        town.deliver(sale("I1", 9), notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
        town.settle()
        town.deliver(receipt("W2", 1, of="R1", on=61))
        town.settle()
        assert ("credited_before", 1) in kinds(town)
        assert (where(town), town.store.verify()) == ({"accepted": 3, "refused": 1}, [])


def test_a_shortage_whose_sale_is_taken_meanwhile_waits_for_a_person(agreed: Agreed) -> None:
    with agreed.on("credit_on: announced") as town:
        town.deliver(sale("I1", 3), notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
        town.deliver(notice("R2", line(1), on=51), receipt("W2", 1, of="R2", on=61, complete=True))
        town.settle()
        assert ("short", "hold", "reconciliation.credit_on") in actions(town)
        assert (where(town), town.store.verify()) == ({"accepted": 3, "short": 1}, [])


# --- resolved once, and again when it changes


def test_settling_twice_resolves_once(town: Town) -> None:
    all_sold(town)
    town.deliver(notice("R1", line(3)), receipt("W1", 2, of="R1", complete=True))
    town.settle()
    before = town.store.head()
    town.settle()
    assert (len(actions(town)), town.store.head()) == (1, before)


def test_a_difference_that_grows_is_resolved_again(agreed: Agreed) -> None:
    with agreed.on("rules: {over: hold}") as town:
        all_sold(town)
        town.deliver(notice("R1", line(1)), receipt("W1", 2, of="R1", complete=True))
        town.settle()
        town.deliver(receipt("W1", 4, of="R1", on=61, complete=True, purpose="replace"))
        town.settle()
        assert len(actions(town)) == 2
        assert where(town) == {"accepted": 1, "cancelled": 1, "received": 3}


def test_each_kind_has_a_finding_that_somebody_acts_on() -> None:
    assert all(kind.meaning and kind.acts and kind.actions for kind in KINDS.values())
