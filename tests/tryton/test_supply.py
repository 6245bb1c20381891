"""What is read out of a real Tryton lands in the ledger, and what late changes there do to returns."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.erp.supplies import ErpSupplySettings
from connectors.erp.tryton.adapter import TrytonErp
from connectors.erp.tryton.supply import TrytonSupply
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.wiring import open_hub
from pipelines.work.supply import pull
from schemas.credits import reference_of
from tests.erp.credit_requests import counter_request
from tests.tryton.selling import Clerk
from tests.tryton.server import Server
from tests.world.town import Town, build, line, notice, settings_of

pytestmark = pytest.mark.tryton
NAME = "tryton"
SCARF = "09520000000028"


@pytest.fixture
def clerk(tryton: Server) -> Iterator[Clerk]:
    clerk = Clerk(tryton, customers={"shop": "NORDSTAD"})
    yield clerk
    clerk.close()


@pytest.fixture
def town(tmp_path: Path, clerk: Clerk) -> Iterator[Town]:
    build(tmp_path)
    shutil.copytree(SHIPPED_PARTNERS / "erp-supply", tmp_path / "partners" / "erp-supply")
    settings = settings_of(tmp_path).model_copy(update={"supplies": {NAME: ErpSupplySettings(kind="erp")}})
    with open_hub(settings) as hub:
        yield Town(replace(hub, supplies={NAME: lambda: nullcontext(clerk.supply())}))


def sales(town: Town) -> set[tuple[Any, ...]]:
    names = ("invoice_line", "units", "net_minor", "tax_minor", "gtin")
    return {tuple(row[name] for name in names) for row in town.store.table("invoice_line").to_pylist()}


def test_sales_land_with_every_cent_and_a_cancelled_invoice_gives_its_units_back(town: Town, clerk: Clerk) -> None:
    pulled = pull(town.hub, NAME)
    assert pulled.left_out == 1  # LINDHAUS is no retailer of this town
    assert ("WR01/INV-1002/2", 500, 350075, 70015, SCARF) in sales(town)
    clerk.make("invoices", 1)
    clerk.make("shipments", 1)
    pull(town.hub, NAME)
    assert ("WR01/INV-1006/2", 500, 350075, 70015, SCARF) in sales(town)
    assert {row["po_number"] for row in town.store.table("shipment_line").to_pylist()} == {"PO-1"}
    town.deliver(notice("R1", line(3, SCARF, invoice="INV-1006"), on=100))
    assert [row[1] for row in town.standing()] == ["WR01/INV-1006/2"]
    clerk.cancel("invoices", 1)
    pull(town.hub, NAME)
    assert [row[1] for row in town.standing()] == ["WR01/INV-1002/2"]
    assert town.store.findings(code="LINE-SALE-CONFLICT").num_rows == 0
    assert town.store.verify() == []


def test_what_takes_a_credit_back_comes_among_the_invoices_and_is_no_sale(town: Town, clerk: Clerk) -> None:
    pull(town.hub, NAME)
    before, erp = sales(town), TrytonErp(clerk.settings)
    draft = erp.create_draft(counter_request(reference_of("WR01", "shop/R1", 2), retailer="shop"))
    erp.post(draft, date(2026, 3, 20))
    erp.close()
    assert pull(town.hub, NAME).rows > 0
    assert town.store.findings(code="LINE-SALE-OURS").num_rows == 2
    assert sales(town) == before


def test_a_change_of_the_very_moment_of_the_cursor_still_comes(clerk: Clerk) -> None:
    clerk.make("orders", 1)
    (*_, last) = clerk.supply().pages("orders", None)
    reading = TrytonSupply(clerk.settings)
    again = [row["order"] for page in reading.pages("orders", last.cursor) for row in page.rows.to_pylist()]
    reading.close()
    assert len(set(again)) == 1
