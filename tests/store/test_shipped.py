"""What was packed in a carton is found by its label, at the cost of that carton alone."""

from typing import Any

import pytest

from connectors.store import Store
from schemas.tables import SHIPMENT_LINES
from tests.store.conftest import World, rows

BOX = "095200000000000011"


def ship(world: World, number: str, *cartons: str | None, **spoiled: Any) -> None:
    """A dispatch advice with a line a carton."""
    part = world.document(number, "shipment", "erp-export", **spoiled)
    lines = [
        world.place(part, n) | {"carton": carton, "po_number": "PO7", "po_line": str(n), "gtin": "1", "units": 2}
        for n, carton in enumerate(cartons, 1)
    ]
    world.record("process shipment", **part, shipment_line=rows("shipment_line", *lines))


def test_the_lines_of_a_carton_are_found_by_its_label(world: World, store: Store) -> None:
    ship(world, "DA-1", BOX, "BOX 7", None, BOX)
    ship(world, "DA-2", BOX)
    found = store.shipped_in([BOX, "BOX 8"])
    assert found.schema.equals(SHIPMENT_LINES)
    assert found["po_line"].to_pylist().count("4") == 1
    assert found["carton"].to_pylist() == [BOX] * 3
    assert store.shipped_in([]).num_rows == 0


@pytest.mark.parametrize("state", ["held", "duplicate", "quarantined"])
def test_a_dispatch_advice_that_does_not_hold_packed_nothing(world: World, store: Store, state: str) -> None:
    ship(world, "DA-1", BOX, state=state)
    assert store.shipped_in([BOX]).num_rows == 0


def test_the_label_is_looked_up_and_not_searched_for(world: World, store: Store, only_sqlite: None) -> None:
    ship(world, "DA-1", BOX)
    with store._engine.connect() as connection:
        plan = connection.exec_driver_sql("explain query plan select * from shipment_line where carton in ('a', 'b')")
        assert "shipment_line_by_carton" in " ".join(str(row) for row in plan)
