"""What Business Central sold is pulled like a file, and found again there by the line when it is credited."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from connectors.erp.business_central.supply import BusinessCentralSupply
from connectors.erp.supplies import ErpSupplySettings
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.wiring import open_hub
from pipelines.work.supply import pull
from tests.erp.credit_requests import credit_line, credit_request
from tests.erp.doubles.business_central import BusinessCentral
from tests.erp.doubles.business_central_sold import coats, made
from tests.erp.doubles.business_central_wickham import CUSTOMER, connected, settings
from tests.work.intent_book import Clock
from tests.world.town import LAMP, Town, build, line, notice, settings_of

NAME = "central"


@pytest.fixture
def central() -> BusinessCentral:
    central = coats(Clock())
    lines = [
        {"item": "LAMP", "gtin": LAMP, "quantity": 3, "net": "100.00"},
        {"item": "LAMP", "gtin": LAMP, "quantity": 7, "net": "123.45", "taxCode": "VAT10"},
    ]
    central.books.sold("PS-INV1", CUSTOMER, date(2026, 1, 2), lines, orderNumber="S-1", currencyCode="EUR")
    return central


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(folder)
    shutil.copytree(SHIPPED_PARTNERS / "erp-supply", folder / "partners" / "erp-supply")
    return folder


@pytest.fixture
def town(built: Path, tmp_path: Path, central: BusinessCentral) -> Iterator[Town]:
    shutil.copytree(built, tmp_path / "town")
    read = settings(customers={"shop": CUSTOMER})
    named = settings_of(tmp_path / "town").model_copy(update={"supplies": {NAME: ErpSupplySettings(kind="erp")}})
    with open_hub(named) as hub:
        supplies = {NAME: lambda: closing(BusinessCentralSupply(read, transport=httpx.MockTransport(central)))}
        yield Town(replace(hub, supplies=supplies))


def test_every_line_of_a_posted_invoice_becomes_a_sale_without_a_finding(town, central):
    for kind in ("items", "orders", "shipments"):
        made(central, kind, 1)
    pull(town.hub, NAME)
    rows = town.store.table("invoice_line").to_pylist()
    told = [
        (row["invoice_number"], row["invoice_line_no"], row["units"], row["net_minor"], row["tax_minor"])
        for row in rows
    ]
    assert sorted(told) == [("PS-INV1", "10000", 3, 10000, 2000), ("PS-INV1", "20000", 7, 12345, 1235)]
    assert [row["code"] for row in town.store.findings().to_pylist() if row["code"].startswith("FIELD")] == []
    town.deliver(notice("R1", line(5)))
    assert {row[1] for row in town.standing()} <= {"WR01/PS-INV1/10000", "WR01/PS-INV1/20000"}
    pull(town.hub, NAME)
    assert town.store.table("invoice_line").num_rows == 2
    assert town.store.verify() == []


def test_a_line_that_was_pulled_is_found_again_by_its_number_when_it_is_credited(town, central):
    pull(town.hub, NAME)
    (row,) = [one for one in town.store.table("invoice_line").to_pylist() if one["units"] == 7]
    credited = credit_line(
        invoice_number=row["invoice_number"], invoice_line=row["invoice_line_no"], invoice_date=row["sold_on"],
        vendor_item="LAMP", gtin=row["gtin"], units=7, net=Decimal("123.45"), tax=Decimal("12.35"),
        tax_rate=Decimal(row["tax_rate"]),
    )  # fmt: skip
    erp = connected(central, customers={"shop": CUSTOMER})
    draft = erp.read(erp.create_draft(credit_request(retailer="shop", currency="EUR", lines=(credited,))))
    assert (draft.net_minor, draft.tax_minor, draft.line_count) == (12345, 1235, 1)
