"""Counting a return again: what comes out the same stays, the rest goes back and is counted as it holds now."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.decided_before import differences_of, still_to_count
from pipelines.steps.reconcile import Reconciled, reconcile
from pipelines.steps.recount import Held, Recount, as_if_uncounted, count_again, uncount
from schemas.ledger import LEGAL_MOVES, Bucket
from schemas.tables import DECIDED_COUNTS, DIFFERENCES, OPEN_PORTIONS, PARCELS, RECEIPT_LINES

LAMP, BOWL = "09520000000059", "09520000000066"
RETURNS = pa.schema([(name, pa.string()) for name in ("return_id", "retailer", "number", "origin")])
LINE = {"return_id": "shop/R1", "return_line": "shop/R1/1", "retailer": "shop", "gtin": LAMP}


def portion(name: str = "shop/R1/1#1", **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(OPEN_PORTIONS.names) | LINE
    row |= {
        "portion": name,
        "number": "R1",
        "origin": "notice",
        "invoice_line": "I1",
        "currency": "EUR",
        "rank": 0,
        "expected_in": "announced",
    }
    row |= {
        f"{bucket}_{amount}": 0
        for bucket in ("announced", "received", "accepted")
        for amount in ("units", "net", "tax")
    }
    return row | other


def parcel(bucket: str, units: int, cause: str = "w1/1", name: str = "shop/R1/1#1", **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(PARCELS.names) | LINE | {"portion": name, "invoice_line": "I1", "currency": "EUR"}
    row |= {
        "bucket": bucket,
        "expected_in": "announced",
        "units": units,
        "net_minor": 999 * units,
        "tax_minor": 190 * units,
    }
    if bucket == "received":
        row |= {"inspection": f"{name}>received@{cause}", "condition": "sellable", "cause": cause}
        row |= {"receipt_document": cause.partition("/")[0], "received_on": date(2026, 3, 1)}
    return row | other


def receipt(units: int, document: str = "w2", line_no: int = 1, **other: Any) -> dict[str, Any]:
    row = dict.fromkeys(RECEIPT_LINES.names) | {"document": document, "line_no": line_no, "file": "f", "offset": 0}
    row |= {"length": 1, "retailer": "SHOP", "notice_number": "R1", "received_on": date(2026, 3, 1), "gtin": LAMP}
    return row | {"units": units, "condition": "sellable", "complete": False} | other


def held(parcels: list[dict[str, Any]], portions: list[dict[str, Any]] | None = None, **other: Any) -> Held:
    given: dict[str, Any] = {
        "portions": pa.Table.from_pylist(portions or [portion()], OPEN_PORTIONS),
        "parcels": pa.Table.from_pylist(parcels, PARCELS),
        "movements": {one["inspection"] for one in parcels if one["inspection"]},
        "return_lines": {one["return_line"] for one in parcels},
        "differences": DIFFERENCES.empty_table(), "loose": (), "by": {"shop/R1": "w2"},
    }  # fmt: skip
    return Held(**(given | other))


def counted_again(stored: Held, *lines: dict[str, Any]) -> Recount:
    portions = as_if_uncounted(OPEN_PORTIONS.empty_table(), stored)
    returns = [{"return_id": "shop/R1", "retailer": "shop", "number": "R1", "origin": "notice"}]
    documents = sorted({line["document"] for line in lines})
    told: Reconciled = reconcile(
        portions,
        pa.Table.from_pylist(list(lines), RECEIPT_LINES),
        returns=pa.Table.from_pylist(returns, RETURNS),
        receipts=pa.table({"document": pa.array(documents, pa.string()), "number": pa.array(documents, pa.string())}),
        retailer_of={"SHOP": "shop"},
        rule_version="v1",
    )
    return count_again(told, stored, documents)


def moves(recount: Recount) -> list[tuple[str, str, int, int]]:
    rows = recount.told.movements.to_pylist()
    assert all((Bucket(row["from_bucket"]), Bucket(row["to_bucket"])) in LEGAL_MOVES for row in rows)
    return [(row["from_bucket"], row["to_bucket"], row["units"], row["net_minor"]) for row in rows]


def test_what_comes_out_the_same_stays() -> None:
    recount = counted_again(held([parcel("received", 2, "w2/1"), parcel("announced", 3)]), receipt(2))
    assert (moves(recount), recount.portions, recount.told.inspections.num_rows) == ([], frozenset(), 0)


def test_all_of_a_portion_goes_back_and_is_counted_in_anew() -> None:
    recount = counted_again(held([parcel("received", 4), parcel("announced", 1)]), receipt(3))
    assert moves(recount) == [("received", "announced", 4, 3996), ("announced", "received", 3, 2997)]
    ended, new = recount.told.inspections.to_pylist()
    assert (ended["replaces"], ended["units"]) == ("shop/R1/1#1>received@w1/1", 4)
    assert (new["replaces"], new["receipt_document"]) == (None, "w2")


def test_units_that_did_not_come_are_awaited_again_and_short_again() -> None:
    recount = counted_again(held([parcel("received", 2), parcel("short", 3)]), receipt(4, complete=True))
    assert moves(recount) == [
        ("received", "announced", 2, 1998), ("short", "announced", 3, 2997),
        ("announced", "received", 4, 3996), ("announced", "short", 1, 999),
    ]  # fmt: skip


def test_what_one_line_counts_once_more_is_numbered_on() -> None:
    recount = counted_again(held([parcel("received", 4, "w2/1"), parcel("announced", 1)]), receipt(3))
    assert recount.told.movements["movement"].to_pylist()[-1] == "shop/R1/1#1>received@w2/1+2"
    assert recount.told.inspections["movement"].to_pylist()[-1] == "shop/R1/1#1>received@w2/1+2"


@pytest.mark.parametrize("loose", [False, True], ids=["at the dock", "of no notice any more"])
def test_goods_that_no_notice_speaks_of_are_cancelled(loose: bool) -> None:
    place = portion(origin="notice" if loose else "dock")
    stored = held([parcel("received", 2)], [place], loose=["shop/R1/1"] if loose else [])
    recount = counted_again(stored, receipt(1))
    assert moves(recount) == [("received", "cancelled", 2, 1998)]
    assert (recount.void, recount.told.return_lines["return_line"].to_pylist()) == ({"shop/R1/1"}, ["shop/R1/w2/1"])
    assert uncount(stored.parcels, stored, recount.portions).num_rows == 0


def test_goods_that_nobody_announced_stay_where_their_receipt_counts_them_still() -> None:
    over = {"return_line": "shop/R1/w2/1", "name": "shop/R1/w2/1#1"}
    stored = held([parcel("received", 2, "w2/1", **over)], [portion("shop/R1/w2/1#1", origin="dock")])
    recount = counted_again(stored, receipt(2))
    assert (moves(recount), recount.told.return_lines.num_rows, recount.told.found.num_rows) == ([], 0, 0)


def test_parcels_are_announced_as_a_whole_before_they_are_counted_again() -> None:
    stored = held([parcel("received", 2), parcel("announced", 1), parcel("short", 2)])
    (row,) = uncount(stored.parcels.slice(0, 2), stored, ["shop/R1/1#1"]).to_pylist()
    assert (row["bucket"], row["units"], row["net_minor"], row["inspection"]) == ("announced", 5, 4995, None)


def decided(units: int, condition: str = "sellable", document: str = "w1") -> dict[str, Any]:
    return {
        "receipt_document": document, "cause": f"{document}/1", "return_line": "shop/R1/1", "gtin": LAMP,
        "condition": condition, "units": units,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "decisions", "left", "beyond"),
    [
        ([receipt(5)], [decided(2)], [3], []),
        ([receipt(1)], [decided(2)], [0], [(1, 0)]),
        ([receipt(2, gtin=BOWL)], [decided(2)], [2], [(2, 0)]),
        ([receipt(3, condition="damaged")], [decided(2)], [1], [(2, 1)]),
        ([receipt(3, condition="damaged"), receipt(1, line_no=2)], [decided(2)], [2, 0], [(1, 1)]),
        ([receipt(3)], [decided(2, document="w2")], [1], []),
        ([receipt(None)], [decided(1)], [None], [(1, 0)]),  # type: ignore[arg-type]
    ],
    ids=[
        "fewer decided",
        "more decided",
        "another item",
        "another condition",
        "its condition first",
        "its own",
        "unusable",
    ],
)
def test_decided_units_count_first(
    counts: list[dict[str, Any]], decisions: list[dict[str, Any]], left: list[int], beyond: list[tuple[int, int]]
) -> None:
    lines, found = still_to_count(
        pa.Table.from_pylist(counts, RECEIPT_LINES), pa.Table.from_pylist(decisions, DECIDED_COUNTS), {"w1": "w2"}
    )
    assert lines["units"].to_pylist() == left
    assert [(one.units, one.line_no) for one in found] == beyond
    told = differences_of(found).to_pylist()
    assert [(row["kind"], row["units"], row["receipt_line_no"]) for row in told] == [
        ("decided", *one) for one in beyond
    ]
