"""What Odoo sold is read, comes back, and is credited into the same Odoo: the whole way, on its double."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from connectors.erp.odoo.supply import OdooSupply
from connectors.erp.supplies import ErpSupplySettings
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.wiring import open_hub
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from pipelines.work.supply import pull
from tests.erp.doubles.odoo import KEY, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import erp_of, item, order, settings, shipment, sold, wickham
from tests.world.town import LAMP, Town, build, line, notice, receipt, settings_of

CUSTOMERS = {"shop": "C-1017"}


@pytest.fixture
def odoo() -> OdooDouble:
    """An invoice of twenty lamps at 10.00 and one odd amount, in euros, taxed 19 %."""
    made = wickham(now=lambda: datetime(2026, 6, 1, 12, tzinfo=UTC), keys={KEY: datetime(2026, 8, 1, tzinfo=UTC)})
    tax = made.records.insert("account.tax", {"name": "19%", "amount_type": "percent", "amount": 19, "company_id": 1,
                                              "type_tax_use": "sale", "tax_group_id": 1})  # fmt: skip
    lamp = item(made, 5, barcode=LAMP.lstrip("0"), default_code="LAMP")
    lines = [{"product_id": lamp, "quantity": 20, "price_unit": 9.99, "tax_ids": [[6, 0, [tax]]]}]
    sold(made, "INV-9001", lines, date(2026, 1, 2), currency_id=2)
    order(made, 1)
    shipment(made, 1)
    return made


@pytest.fixture
def town(odoo, tmp_path) -> Iterator[Town]:
    build(tmp_path / "town")
    shutil.copytree(SHIPPED_PARTNERS / "erp-supply", tmp_path / "town" / "partners" / "erp-supply")
    named = settings_of(tmp_path / "town").model_copy(update={"supplies": {"odoo": ErpSupplySettings(kind="erp")}})
    supply = OdooSupply(settings(tmp_path, customers=CUSTOMERS), transport=httpx.MockTransport(odoo))
    with open_hub(named) as hub:
        yield Town(replace(hub, supplies={"odoo": lambda: nullcontext(supply)}))


def test_what_was_sold_in_odoo_is_credited_in_odoo(odoo: OdooDouble, town: Town, tmp_path: Path) -> None:
    pulled = pull(town.hub, "odoo")
    assert (pulled.left_out, town.store.table("finding").num_rows) == (0, 0)
    assert town.store.table("invoice_line").to_pylist()[-1]["invoice_number"] == "INV-9001"
    again = pull(town.hub, "odoo")
    assert again.repeated == again.rows

    town.deliver(notice("R1", line(7)), receipt("W1", 7, "R1", complete=True))
    town.settle()
    erp = erp_of(odoo, tmp_path, customers=CUSTOMERS)
    assert post_credits(town.store, erp, "me", town.hub.now, "shop") == Posted(posted=1)

    (note,) = [one for one in odoo.records.tables[MOVE].values() if one["move_type"] == "out_refund"]
    invoice = next(one for one in odoo.records.tables[MOVE].values() if one["name"] == "INV-9001")
    assert (note["amount_untaxed"], note["amount_tax"]) == (Decimal("69.93"), Decimal("13.29"))
    assert (note["state"], note["date"], note["reversed_entry_id"]) == ("posted", "2026-06-01", invoice["id"])
    assert invoice["payment_state"] == "partial"
    assert town.store.verify() == []
    assert post_credits(town.store, erp, "me", town.hub.now, "shop") == Posted()


def test_a_refusal_of_odoo_parks_the_credit_with_its_words(odoo: OdooDouble, town: Town, tmp_path: Path) -> None:
    pull(town.hub, "odoo")
    town.deliver(notice("R1", line(7)), receipt("W1", 7, "R1", complete=True))
    town.settle()
    odoo.records.update("res.company", 1, {"hard_lock_date": "2026-06-30"})
    erp = erp_of(odoo, tmp_path, customers=CUSTOMERS)
    assert post_credits(town.store, erp, "me", town.hub.now, "shop") == Posted(parked=1)
    (intent,) = town.store.intents("parked").to_pylist()
    assert "prior to and inclusive of: Hard Lock Date (06/30/2026)" in intent["problem"]
    assert "Traceback" not in intent["problem"]
