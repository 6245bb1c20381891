"""What the benchmark of splitting stands on: sound tables, and other ways that do what they say."""

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.boxes import Boxes
from benchmarks.split_peers import duckdb_windows, pandas_loop, sales_of, sqlite_rows, sqlmodel_rows
from pipelines.steps.split import split
from schemas.partners import Policy
from schemas.tables import CLAIMS, SUPPLY
from tests.steps.split_worlds import claim, claims_table, sale, supply_table

LINES, SALES = 300, 3_000


@pytest.fixture(scope="module")
def made() -> Boxes:
    return Boxes(LINES, SALES)


def test_the_same_arguments_give_the_same_tables(made: Boxes) -> None:
    again = Boxes(LINES, SALES)
    assert made.claims().equals(again.claims())
    assert pa.concat_tables(made.supply()).equals(pa.concat_tables(again.supply()))


def test_every_returned_line_was_sold_before_and_four_in_five_state_an_order(made: Boxes) -> None:
    claims, came_from = made.claims(), made.supply_of(made.truth)
    assert (claims.schema, came_from.schema) == (CLAIMS, SUPPLY)
    assert claims.num_rows == LINES
    for name in ("retailer", "gtin"):
        assert claims[name].equals(came_from[name])
    assert pc.all(pc.less(came_from["sold_on"], claims["returned_on"])).as_py()
    assert pc.all(pc.less_equal(claims["units"], came_from["units"])).as_py()
    assert 0.7 < 1 - claims["po_number"].null_count / LINES < 0.9


def test_no_sale_is_taken_beyond_what_it_was(made: Boxes) -> None:
    supply = pa.concat_tables(made.supply())
    assert supply.num_rows == SALES
    assert pc.count_distinct(supply["invoice_line"]).as_py() == SALES
    for taken, sold in (("units_taken", "units"), ("net_taken", "net_minor"), ("tax_taken", "tax_minor")):
        assert pc.all(pc.less_equal(supply[taken], supply[sold])).as_py()


def test_the_other_ways_take_the_stated_order_first_and_then_the_oldest(tmp_path: Path) -> None:
    """Three units of which the stated order has one, the older sale one, and a sale after the return the rest."""
    supply = supply_table([
        sale("I1", 5, po_number="P1", units_taken=4),
        sale("I2", 1, po_number="P2"),
        sale("I3", 9, po_number="P3", sold_on=claim()["returned_on"].replace(year=2030)),
    ])  # fmt: skip
    claims = claims_table([claim(1, 3, po_number="P1")])
    for way in (pandas_loop, partial(sqlmodel_rows, folder=tmp_path), partial(sqlite_rows, folder=tmp_path)):
        assert way(supply)(claims) == 2, way


def test_no_other_way_places_more_than_ours(made: Boxes, tmp_path: Path) -> None:
    claims, supply = made.claims(), pa.concat_tables(made.supply())
    ours = split(claims, supply, Policy(), made.places(claims)).allocations
    placed = pc.sum(ours.filter(ours["invoice_line"].is_valid())["units"]).as_py()
    for way in (pandas_loop, partial(sqlmodel_rows, folder=tmp_path), partial(sqlite_rows, folder=tmp_path)):
        assert 0.9 * placed < way(supply)(claims) <= placed, way


def test_running_totals_take_no_sale_twice(made: Boxes) -> None:
    pytest.importorskip("duckdb")
    claims, supply = made.claims(), pa.concat_tables(made.supply())
    everything = np.sum(sales_of(supply)["units_left"].to_numpy())
    assert 0 < duckdb_windows(supply)(claims) <= min(everything, pc.sum(claims["units"]).as_py())
