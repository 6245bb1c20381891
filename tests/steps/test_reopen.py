"""Placing anew: only differences become movements, every unit keeps its bucket and condition, and no unit is lost."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.steps.pool import after, box_mates, freed, reopened, taken
from pipelines.steps.reopen import place_anew
from schemas.ledger import LEGAL_MOVES, Bucket
from schemas.tables import ALLOCATIONS, CLAIMS, INSPECTIONS, KEPT_CLAIMS, MOVEMENTS, PARCELS, SUPPLY

Row = dict[str, Any]
LINE = "shop/R1/1"
JUDGED = {"evidence": "po", "rank": 5, "currency": "EUR", "spread_low": 0, "spread_high": 0}


def parcel(portion: str = "1", sale: str | None = "A", units: int = 2, **spoil: Any) -> Row:
    """Announced units of a portion, ten cents each."""
    row = {
        "retailer": "shop", "gtin": "1", "return_id": "shop/R1", "return_line": LINE, "portion": f"{LINE}#{portion}",
        "invoice_line": sale, "portion_units": units, "bucket": "announced", "expected_in": "announced", "units": units,
        "net_minor": 10 * units if sale else 0, "tax_minor": units if sale else 0,
    }  # fmt: skip
    return dict.fromkeys(PARCELS.names) | JUDGED | row | spoil


def counted(portion: str = "1", sale: str | None = "A", units: int = 2, cause: str = "w/1", **spoil: Any) -> Row:
    """Units of a portion that a receipt counted in."""
    told = {"bucket": "received", "inspection": f"{LINE}#{portion}>received@{cause}", "cause": cause}
    told |= {"condition": "sellable", "receipt_document": cause.partition("/")[0], "received_on": date(2026, 3, 1)}
    return parcel(portion, sale, units) | told | spoil


def row(sale: str | None = "A", units: int = 2, **spoil: Any) -> Row:
    """What the split says of units of the line."""
    said = {"portion": f"{LINE}#1", "return_line": LINE, "invoice_line": sale, "units": units}
    money = {"net_minor": 10 * units if sale else 0, "tax_minor": units if sale else 0}
    return dict.fromkeys(ALLOCATIONS.names) | JUDGED | said | money | spoil


def anew(parcels: list[Row], rows: list[Row], numbered: int = 1) -> tuple[list[Row], list[Row], list[Row]]:
    """Allocations, movements and inspections."""
    found = place_anew(
        pa.Table.from_pylist(parcels, PARCELS),
        pa.Table.from_pylist(rows, ALLOCATIONS),
        {LINE: numbered},
        {LINE: "late"},
        "v1",
    )
    assert (found.allocations.schema, found.movements.schema) == (ALLOCATIONS, MOVEMENTS)
    assert found.inspections.schema == INSPECTIONS
    return found.allocations.to_pylist(), found.movements.to_pylist(), found.inspections.to_pylist()


def moves(movements: list[Row]) -> list[tuple[Any, ...]]:
    return [(m["portion"][-1], m["from_bucket"], m["to_bucket"], m["units"], m["net_minor"]) for m in movements]


def test_what_would_come_out_the_same_stays() -> None:
    assert anew([parcel()], [row()]) == ([], [], [])
    assert anew([counted(units=1), parcel(units=1, portion_units=2)], [row()]) == ([], [], [])
    nowhere = {"unplaced": "LINE-NEVER-SOLD"}
    assert anew([parcel(sale=None, **nowhere)], [row(None, **nowhere)]) == ([], [], [])


def test_announced_units_go_to_another_sale_in_a_new_portion() -> None:
    allocations, movements, inspections = anew([parcel()], [row("B", net_minor=22)])
    assert [(a["portion"], a["invoice_line"], a["units"]) for a in allocations] == [(f"{LINE}#2", "B", 2)]
    assert moves(movements) == [("1", "announced", "moved", 2, 20), ("2", "sold", "announced", 2, 22)]
    assert {m["cause"] for m in movements} == {"late"}
    assert inspections == []


def test_counted_units_keep_receipt_and_condition() -> None:
    allocations, movements, inspections = anew([counted(condition="damaged")], [row("B")], numbered=4)
    assert allocations[0]["portion"] == f"{LINE}#5"
    assert moves(movements) == [
        ("1", "received", "moved", 2, 20),
        ("5", "sold", "announced", 2, 20),
        ("5", "announced", "received", 2, 20),
    ]
    assert movements[2]["cause"] == "w/1"
    assert inspections == [{
        "movement": f"{LINE}#5>received@w/1", "portion": f"{LINE}#5", "units": 2, "condition": "damaged",
        "receipt_document": "w", "replaces": f"{LINE}#1>received@w/1",
    }]  # fmt: skip


def test_only_the_portions_that_differ_move() -> None:
    before = [parcel("1", "A", 2), parcel("2", "B", 1)]
    allocations, movements, _ = anew(before, [row("A", 2), row("C", 1)], numbered=2)
    assert [a["invoice_line"] for a in allocations] == ["C"]
    assert [m[0] for m in moves(movements)] == ["2", "3"]


def test_a_portion_of_which_a_part_goes_elsewhere_is_written_anew_as_a_whole() -> None:
    allocations, movements, _ = anew([parcel(units=3)], [row("A", 2), row("B", 1)])
    assert [(a["portion"][-1], a["invoice_line"], a["units"]) for a in allocations] == [("2", "A", 2), ("3", "B", 1)]
    assert moves(movements)[0] == ("1", "announced", "moved", 3, 30)


def test_what_was_counted_first_takes_the_best_sale_whichever_receipt_came_first() -> None:
    late, early = counted("1", "A", 1, "w2/1", received_on=date(2026, 3, 9)), counted("2", "B", 1, "w1/1")
    _, _, inspections = anew([late, early], [row("A", 1), row("B", 1)], numbered=2)
    assert [(i["portion"][-1], i["receipt_document"]) for i in inspections] == [("3", "w1"), ("4", "w2")]


def test_units_of_one_receipts_line_on_two_portions_meet_in_one() -> None:
    _, movements, inspections = anew([counted("1", "A", 1), counted("2", "B", 1)], [row("C", 2)], numbered=2)
    assert [i["replaces"][len(LINE) + 1] for i in inspections] == ["1", "2"]
    assert [i["movement"] for i in inspections] == [f"{LINE}#3>received@w/1", f"{LINE}#3>received@w/1+2"]
    assert len({m["movement"] for m in movements}) == len(movements) == 5


@pytest.mark.parametrize(
    ("changed", "moved"),
    [
        ({"evidence": "invoice"}, True), ({"repair": "leading zeros"}, True), ({"spread_high": 5}, True),
        ({"spread_currency": "GBP"}, True), ({"tax_minor": 3}, True), ({"runner_up": "Z"}, False),
        ({"held": "po,price"}, False), ({"nearest": "Z"}, False), ({"rank": 1}, False),
    ],
)  # fmt: skip
def test_another_reason_or_doubt_is_a_difference_and_another_runner_up_is_none(changed: Row, moved: bool) -> None:
    allocations, _, _ = anew([parcel()], [row(**changed)])
    assert bool(allocations) is moved


def test_the_doubt_of_a_part_of_a_portion_is_told_by_its_width() -> None:
    rest = parcel(units=1, portion_units=3, spread_low=30, spread_high=36)
    assert anew([rest], [row(units=1, spread_low=10, spread_high=16)]) == ([], [], [])
    assert anew([rest], [row(units=1, spread_low=10, spread_high=12)])[0] != []


def test_refused_units_stay_refused_until_some_of_them_find_a_sale() -> None:
    refused = counted(sale=None, unplaced="LINE-NEVER-SOLD", bucket="refused", units=2)
    assert anew([refused], [row(None, 2, unplaced="LINE-BEYOND-SOLD")]) == ([], [], [])
    allocations, movements, inspections = anew([refused], [row("A", 1), row(None, 1, unplaced="LINE-BEYOND-SOLD")])
    assert [(a["invoice_line"], a["units"]) for a in allocations] == [("A", 1), (None, 1)]
    assert moves(movements)[0] == ("1", "refused", "moved", 2, 0)
    assert sum(i["units"] for i in inspections) == 2


def test_other_units_than_may_move_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="2 units that may move"):
        anew([parcel()], [row(units=3)])


# --- any line, any placement


@st.composite
def lines(draw: st.DrawFn, refused: bool = True) -> tuple[list[Row], list[Row]]:
    """A line in some state, and another placement of the same units."""
    parcels = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        sale = draw(st.sampled_from(["A", "B", "C", None]))
        receipts = draw(st.lists(st.sampled_from(["w1/1", "w2/1"]), unique=True, max_size=2))
        for cause in receipts:
            bucket = "refused" if refused and sale is None and draw(st.booleans()) else "received"
            parcels.append(counted(str(number), sale, draw(st.integers(1, 3)), cause, bucket=bucket))
        if not receipts or draw(st.booleans()):
            parcels.append(parcel(str(number), sale, draw(st.integers(1, 3))))
    for one in parcels:
        one["portion_units"] = sum(p["units"] for p in parcels if p["portion"] == one["portion"])
    left, rows = sum(one["units"] for one in parcels), []
    for sale in draw(st.permutations(["A", "B", "C", "D"])):
        units = draw(st.integers(0, left))
        left -= units
        if units:
            rows.append(row(sale, units, net_minor=draw(st.integers(0, 50)), spread_high=draw(st.integers(0, 1))))
    return parcels, rows + ([row(None, left)] if left else [])


def held(parcels: list[Row]) -> Counter[tuple[Any, ...]]:
    """Units by what never changes: bucket of the goods, receipt and condition."""
    found: Counter[tuple[Any, ...]] = Counter()
    for one in parcels:
        found[one["inspection"] is not None, one["cause"], one["condition"]] += one["units"]
    return found


def booked(parcels: list[Row], rows: list[Row], numbered: int) -> list[Row]:
    """The parcels after the movements, as the ledger would show them; every move is legal and covered."""
    allocations, movements, inspections = anew(parcels, rows, numbered)
    balance: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in parcels:
        for place, name in enumerate(("units", "net_minor")):
            balance[one["portion"], one["bucket"]][place] += one[name]
    for move in movements:
        assert (Bucket(move["from_bucket"]), Bucket(move["to_bucket"])) in LEGAL_MOVES
        for sign, bucket in ((-1, move["from_bucket"]), (1, move["to_bucket"])):
            for place, name in enumerate(("units", "net_minor")):
                balance[move["portion"], bucket][place] += sign * move[name]
    assert all(amounts >= [0, 0] for (_, bucket), amounts in balance.items() if bucket not in ("sold", "unsold"))
    replaced = {one["replaces"] for one in inspections}
    seen = [one for one in parcels if one["inspection"] and one["inspection"] not in replaced]
    new = {one["portion"]: one for one in allocations}
    money = {move["movement"]: move for move in movements}
    known = {one["inspection"]: one for one in parcels if one["inspection"]}
    for one in inspections:
        told = known[one["replaces"]]
        assert (told["condition"], told["receipt_document"]) == (one["condition"], one["receipt_document"])
        sale = {name: new[one["portion"]][name] for name in ("invoice_line", *JUDGED)}
        amounts = {name: money[one["movement"]][name] for name in ("units", "net_minor", "tax_minor")}
        where = {"portion": one["portion"], "inspection": one["movement"], "bucket": "received"}
        seen.append(told | sale | amounts | where | {"portion_units": new[one["portion"]]["units"]})
    for (portion, bucket), (units, net) in balance.items():
        if bucket == "announced" and units:
            of = new.get(portion) or next(one for one in parcels if one["portion"] == portion)
            base = parcel(portion.partition("#")[2], of["invoice_line"], units, net_minor=net)
            seen.append(base | {name: of[name] for name in JUDGED})
    return seen


@settings(max_examples=200, deadline=None)
@given(lines())
def test_no_unit_is_lost_and_the_placement_is_that_of_the_split(world: tuple[list[Row], list[Row]]) -> None:
    parcels, rows = world
    after_ = booked(parcels, rows, numbered=9)
    assert held(after_) + Counter() == held(parcels) + Counter()
    units: Counter[str | None] = Counter()
    for one in after_:
        units[one["invoice_line"]] += one["units"]
    assert units == sum((Counter({one["invoice_line"]: one["units"]}) for one in rows), Counter())


@settings(max_examples=150, deadline=None)
@given(lines(refused=False))
def test_placing_the_same_again_moves_nothing(world: tuple[list[Row], list[Row]]) -> None:
    parcels, rows = world
    there = booked(parcels, rows, 9)
    for one in there:
        one["portion_units"] = sum(other["units"] for other in there if other["portion"] == one["portion"])
        one["tax_minor"] = 0
    assert anew(there, [one | {"tax_minor": 0} for one in rows], 20)[1] == []


# --- what goes to the split


def test_sales_are_free_of_the_units_that_may_move() -> None:
    sale = dict.fromkeys(SUPPLY.names) | {"invoice_line": "A", "units": 9, "net_minor": 90, "tax_minor": 9}
    supply = pa.Table.from_pylist([sale | {"units_taken": 5, "net_taken": 50, "tax_taken": 5}], SUPPLY)
    standing = [parcel(units=2), counted(units=1), counted(sale=None, bucket="refused")]
    free = freed(supply, pa.Table.from_pylist(standing, PARCELS))
    assert [free[name].to_pylist() for name in ("units_taken", "net_taken", "tax_taken")] == [[2], [20], [2]]
    assert taken(free, pa.Table.from_pylist([row("A", 3), row(None, 1)], ALLOCATIONS))["units_taken"].to_pylist() == [5]


def test_a_line_claims_the_units_that_may_move_and_the_rest_of_its_box_only_speaks() -> None:
    said = {"units": 9, "returned_on": date(2026, 2, 20), "po_number": "P1"}
    kept = [dict.fromkeys(KEPT_CLAIMS.names) | said | {"return_line": name} for name in (LINE, "shop/R1/2")]
    claims = pa.Table.from_pylist(kept, KEPT_CLAIMS)
    (own,) = reopened(claims, pa.Table.from_pylist([parcel(units=2), counted(units=1)], PARCELS)).to_pylist()
    assert (own["return_line"], own["units"]) == (LINE, 3)
    (other,) = box_mates(claims, [LINE]).to_pylist()
    assert other == dict.fromkeys(CLAIMS.names) | said | {"return_line": "shop/R1/2"}


def test_receipts_of_the_same_batch_are_seen() -> None:
    parcels = pa.Table.from_pylist([parcel(units=3)], PARCELS)
    base = {"portion": f"{LINE}#1", "return_line": LINE, "from_bucket": "announced", "currency": "EUR"}
    moved = pa.Table.from_pylist([
        base | {"movement": "m1", "to_bucket": "received", "units": 1, "net_minor": 10, "tax_minor": 1, "cause": "w/1"},
        base | {"movement": "m2", "to_bucket": "short", "units": 2, "net_minor": 20, "tax_minor": 2, "cause": "w"},
    ], MOVEMENTS)  # fmt: skip
    told = {"movement": "m1", "portion": f"{LINE}#1", "units": 1, "condition": "damaged", "receipt_document": "w"}
    (left,) = after(parcels, moved, pa.Table.from_pylist([told], INSPECTIONS), {"w": date(2026, 3, 1)}).to_pylist()
    assert (left["bucket"], left["units"], left["condition"], left["cause"]) == ("received", 1, "damaged", "w/1")
