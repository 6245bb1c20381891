"""Movements: legal moves only, ids of business facts, money that is cut without loss."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.steps.movements import NOTHING, Amounts, announce, cut, move, part_of
from schemas.ledger import LEGAL_MOVES, Bucket
from schemas.tables import ALLOCATIONS, MOVEMENTS


def portion(counter: int = 1, **spoil: object) -> dict[str, object]:
    row = {
        "portion": f"nordstad/R1/1#{counter}",
        "return_line": "nordstad/R1/1",
        "invoice_line": "WR01/INV1/1",
        "units": 3,
        "net_minor": 100,
        "tax_minor": 20,
        "currency": "GBP",
    }
    return row | spoil


def portions(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=pa.schema([ALLOCATIONS.field(name) for name in portion()]))


def test_a_movement_says_what_moved_where_and_why() -> None:
    moved = move(portions(portion()), Bucket.SOLD, Bucket.ANNOUNCED, "abcdef012345-1", "v1")
    assert moved.schema.equals(MOVEMENTS)
    assert moved.to_pylist() == [
        portion()
        | {
            "movement": "nordstad/R1/1#1>announced@abcdef012345-1",
            "from_bucket": "sold",
            "to_bucket": "announced",
            "cause": "abcdef012345-1",
            "rule_version": "v1",
        }
    ]


def test_each_row_can_have_its_own_cause() -> None:
    table = portions(portion(1), portion(2))
    for causes in (["a", "b"], pa.array(["a", "b"]), pa.chunked_array([["a"], ["b"]])):
        moved = move(table, Bucket.RECEIVED, Bucket.ACCEPTED, causes, "v1")
        assert moved["movement"].to_pylist() == ["nordstad/R1/1#1>accepted@a", "nordstad/R1/1#2>accepted@b"]


@pytest.mark.parametrize("frm", list(Bucket))
@pytest.mark.parametrize("to", list(Bucket))
def test_only_legal_moves_are_made(frm: Bucket, to: Bucket) -> None:
    table = portions(portion(invoice_line=None if frm is Bucket.UNSOLD else "WR01/INV1/1"))
    if (frm, to) in LEGAL_MOVES:
        units = 0 if Bucket.WITHHELD in (frm, to) else 3
        moved = table.set_column(table.column_names.index("units"), "units", pa.array([units]))
        assert move(moved, frm, to, "c", "v1").num_rows == 1
    else:
        with pytest.raises(ValueError, match="no legal move"):
            move(table, frm, to, "c", "v1")


@pytest.mark.parametrize("units", [0, -1, None])
def test_only_positive_units_move(units: int | None) -> None:
    with pytest.raises(ValueError, match="positive"):
        move(portions(portion(units=units)), Bucket.RECEIVED, Bucket.ACCEPTED, "c", "v1")


def test_sold_units_have_an_invoice_line_and_unsold_ones_have_none() -> None:
    with pytest.raises(ValueError, match="unsold"):
        move(portions(portion(invoice_line=None)), Bucket.SOLD, Bucket.ANNOUNCED, "c", "v1")
    with pytest.raises(ValueError, match="sold"):
        move(portions(portion()), Bucket.UNSOLD, Bucket.ANNOUNCED, "c", "v1")


def test_two_movements_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="two causes"):
        move(portions(portion(), portion()), Bucket.RECEIVED, Bucket.ACCEPTED, "c", "v1")


def test_no_portions_make_no_movements() -> None:
    assert move(portions(), Bucket.SOLD, Bucket.ANNOUNCED, "c", "v1").schema.equals(MOVEMENTS)
    assert announce(portions(), "c", "v1").num_rows == 0


def test_announcing_starts_from_sold_or_from_unsold() -> None:
    announced = announce(portions(portion(1), portion(2, invoice_line=None)), ["c", "d"], "v1")
    assert announced.select(["from_bucket", "to_bucket", "cause"]).to_pylist() == [
        {"from_bucket": "sold", "to_bucket": "announced", "cause": "c"},
        {"from_bucket": "unsold", "to_bucket": "announced", "cause": "d"},
    ]


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=8), st.integers(0, 10**9), st.integers(0, 10**9), st.booleans()
)
def test_parts_sum_to_the_whole(parts: list[int], net: int, tax: int, from_balance: bool) -> None:
    whole = Amounts(sum(parts), net, tax)
    gone = NOTHING
    for units in parts:
        part = part_of(whole - gone, units) if from_balance else part_of(whole, units, gone)
        assert part.units == units
        assert part.net_minor >= 0
        gone += part
    assert gone == whole


def test_no_more_than_is_left_can_be_cut() -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        part_of(Amounts(3, 100, 20), 2, Amounts(2, 67, 13))


def test_a_table_is_cut_row_by_row() -> None:
    table = cut(portions(portion(1), portion(2)), [1, 3])
    assert [(r["units"], r["net_minor"], r["tax_minor"]) for r in table.to_pylist()] == [(1, 33, 7), (3, 100, 20)]
    assert table.column_names == portions().column_names
