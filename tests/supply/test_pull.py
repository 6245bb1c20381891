"""What an ERP tells lands like any file: the same tables and effects, once, whatever happens in between."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.erp.supplies import ErpSupplySettings
from connectors.erp.supply import SupplyPage
from connectors.erp.supply_memory import MemorySupply
from connectors.store import Store
from pipelines.settings import SHIPPED_PARTNERS
from pipelines.wiring import Hub
from pipelines.work import supply as work
from pipelines.work.supply import pull
from schemas.credits import reference_of
from schemas.errors import ConfigError, TransientError
from schemas.supply import SupplyKind
from tests.databases import Databases
from tests.supply.rows import invoice, item, order, shipment
from tests.world.town import LAMP, Town, build, line, notice, receipt, sale, town_at

NAME = "memory"
SSCC = "095200000000000013"


@pytest.fixture(scope="session")
def built(database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(folder, None if database.name == "sqlite" else database.new(folder))
    shutil.copytree(SHIPPED_PARTNERS / "erp-supply", folder / "partners" / "erp-supply")
    return folder


@pytest.fixture
def erp() -> MemorySupply:
    return MemorySupply()


@pytest.fixture
def town(built: Path, tmp_path: Path, erp: MemorySupply) -> Iterator[Town]:
    with town_at(built, tmp_path / "town") as opened:
        settings = opened.hub.settings.model_copy(update={"supplies": {NAME: ErpSupplySettings(kind="erp")}})
        yield Town(replace(opened.hub, settings=settings, supplies={NAME: lambda: nullcontext(erp)}))


def sold(number: str, units: int = 10, **changed: Any) -> dict[str, Any]:
    """A line of an invoice of the town's shop, as ``sale`` writes it into a file."""
    amounts = {"net": f"{units * 10}.00", "tax": f"{units * 1.9:.2f}", "unit_price": "10.00", "tax_rate": "19"}
    said = {"retailer": "shop", "gtin": LAMP, "units": str(units), "sold_on": "2026-01-02", "currency": "EUR"}
    return invoice(number, **{"po_number": None, "po_line": None} | said | amounts | changed)


def places(town: Town) -> list[tuple[Any, ...]]:
    """Line, sale or why there is none, bucket and units."""
    return sorted((row[0], row[1], row[2], row[4]) for row in town.standing())


def states(hub: Hub, kind: str) -> list[tuple[str, str]]:
    rows = hub.store.table("document", kind=kind).to_pylist()
    return sorted((row["number"], row["state"]) for row in rows)


def test_a_pulled_sale_is_the_sale_of_a_file(town: Town, erp: MemorySupply, built: Path, tmp_path: Path) -> None:
    erp.tell("invoices", sold("I1", 20))
    pull(town.hub, NAME)
    town.deliver(notice("R1", line(5)), receipt("W1", 5, "R1", complete=True))
    with town_at(built, tmp_path / "other") as by_file:
        by_file.deliver(sale("I1", 20), notice("R1", line(5)), receipt("W1", 5, "R1", complete=True))
        assert town.standing() == by_file.standing()
        assert town.balances() == by_file.balances()
    assert town.store.verify() == []


def test_a_late_invoice_opens_what_it_touches_again_and_nothing_else(town: Town, erp: MemorySupply) -> None:
    erp.tell("invoices", sold("I1", 3, gtin="9520000000066"))
    pull(town.hub, NAME)
    town.deliver(notice("R1", line(5), line(2, "09520000000066")))
    before = town.movements()
    erp.tell("invoices", sold("I2", 5))
    assert pull(town.hub, NAME).processed.placed == 1
    assert places(town) == [("shop/R1/1", "WR01/I2/1", "announced", 5), ("shop/R1/2", "WR01/I1/1", "announced", 2)]
    assert town.movements() == before + 2  # out of the portion without a sale, into the one with it
    assert town.store.verify() == []


def test_what_comes_twice_has_no_effect(town: Town, erp: MemorySupply) -> None:
    erp.tell("items", item())
    erp.tell("orders", order())
    erp.tell("invoices", sold("I1"))
    erp.tell("shipments", shipment())
    first = pull(town.hub, NAME)
    kept = {
        name: town.store.table(name) for name in ("invoice_line", "item", "order_line", "shipment_line", "document")
    }
    other = MemorySupply(page_documents=7)
    for kind, row in (("items", item()), ("orders", order()), ("invoices", sold("I1")), ("shipments", shipment())):
        other.tell(kind, row)  # type: ignore[arg-type]
    settings = town.hub.settings.model_copy(update={"supplies": {"again": ErpSupplySettings(kind="erp")}})
    again = pull(replace(town.hub, settings=settings, supplies={"again": lambda: nullcontext(other)}), "again")
    assert (first.rows, again.repeated) == (4, 4)
    assert kept == {name: town.store.table(name) for name in kept}
    assert town.store.verify() == []


@pytest.mark.parametrize("at", ["before the record", "before the processing"])
def test_a_crash_at_any_page_loses_and_doubles_nothing(
    town: Town, erp: MemorySupply, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        erp.tell("invoices", sold(f"I{number}"))
    for dies_at in (1, 2, 3):
        with monkeypatch.context() as patch:
            if at == "before the record":
                patch.setattr(Store, "record", dying(Store.record, dies_at))
            else:
                patch.setattr(work, "PROCESS_ROWS", 1)
                patch.setattr(work, "process", dying(work.process, dies_at))
            with pytest.raises(KeyboardInterrupt):
                pull(town.hub, NAME)
    pull(town.hub, NAME)
    lines = town.store.table("invoice_line").to_pylist()
    assert [row["invoice_number"] for row in lines] == [f"I{number}" for number in range(1, 6)]
    assert town.store.table("source_file", state="received").num_rows == 0
    assert town.store.verify() == []


def dying(whole: Callable[..., Any], at: int) -> Callable[..., Any]:
    """The function, killed when it is called for this time."""
    calls = count(1)

    def called(*given: Any, **named: Any) -> Any:
        if next(calls) == at:
            raise KeyboardInterrupt
        return whole(*given, **named)

    return called


def test_two_pulls_at_once_do_not_both_go_on(town: Town, erp: MemorySupply) -> None:
    for number in range(1, 6):
        erp.tell("invoices", sold(f"I{number}"))

    class Crossed(MemorySupply):
        """Another pull reads to the end between two pages of this one."""

        def pages(self, kind: SupplyKind, since: str | None) -> Iterator[SupplyPage]:
            for number, page in enumerate(erp.pages(kind, since)):
                if number == 1:
                    pull(town.hub, NAME)
                yield page

    with pytest.raises(TransientError):
        pull(replace(town.hub, supplies={NAME: lambda: nullcontext(Crossed())}), NAME)
    assert town.store.table("invoice_line").num_rows == 5
    assert town.store.verify() == []


def test_a_row_that_cannot_be_used_is_a_finding_and_the_others_count(town: Town, erp: MemorySupply) -> None:
    erp.tell(
        "invoices", sold("I1"), sold("I1", invoice_line="2") | {"units": "five"}, sold("I1", invoice_line="3", net=None)
    )
    pulled = pull(town.hub, NAME)
    assert [row["invoice_line_no"] for row in town.store.table("invoice_line").to_pylist()] == ["1"]
    found = {row["code"]: row for row in town.store.findings().to_pylist()}
    assert {"FIELD-BAD-NUMBER", "FIELD-MISSING"} <= set(found)
    assert pulled.processed.findings == town.store.findings().num_rows
    row = found["FIELD-BAD-NUMBER"]
    assert town.hub.vault.get(row["file"])[row["offset"] : row["offset"] + row["length"]] == b"five"


def test_of_an_order_the_last_version_stands(town: Town, erp: MemorySupply) -> None:
    erp.tell("orders", order(units="10", changed_at="1"))
    pull(town.hub, NAME)
    erp.tell("orders", order(units="8", changed_at="2"))
    pull(town.hub, NAME)
    erp.tell("orders", order(units="10", changed_at="3"))
    pull(town.hub, NAME)
    assert states(town.hub, "order") == [("SO-1", "accepted"), ("SO-1", "superseded"), ("SO-1", "superseded")]
    erp.tell("orders", order(state="cancelled", changed_at="4"))
    pull(town.hub, NAME)
    assert [state for _, state in states(town.hub, "order")] == ["accepted", *["superseded"] * 3]
    assert town.store.table("order_line").num_rows == 3
    assert town.store.findings().num_rows == 0
    assert town.store.verify() == []


def test_a_shipment_that_was_cancelled_speaks_for_no_carton(town: Town, erp: MemorySupply) -> None:
    erp.tell(
        "invoices", sold("I1", po_number="PO-1"), sold("I1", invoice_line="2", po_number="PO-2", sold_on="2026-01-03")
    )
    erp.tell("shipments", shipment(carton=SSCC, po_number="PO-2", po_line=None, gtin=LAMP))
    pull(town.hub, NAME)
    town.deliver(notice("R1", line(5, carton=SSCC)))
    assert places(town) == [("shop/R1/1", "WR01/I1/2", "announced", 5)]
    erp.tell(
        "shipments", shipment(carton=SSCC, po_number="PO-2", po_line=None, gtin=LAMP, state="cancelled", changed_at="2")
    )
    pull(town.hub, NAME)
    assert places(town) == [("shop/R1/1", "WR01/I1/1", "announced", 5)]
    assert town.store.verify() == []


def test_units_leave_a_cancelled_invoice(town: Town, erp: MemorySupply) -> None:
    erp.tell("invoices", sold("I1"))
    erp.tell("invoices", sold("I2", sold_on="2026-01-03"))
    pull(town.hub, NAME)
    town.deliver(notice("R1", line(5)), receipt("W1", 3, "R1"))
    assert {row[1] for row in places(town)} == {"WR01/I1/1"}
    erp.tell("invoices", sold("I1", state="cancelled"))
    pull(town.hub, NAME)
    assert places(town) == [
        ("shop/R1/1", "WR01/I2/1", "announced", 2), ("shop/R1/1", "WR01/I2/1", "received", 3),
    ]  # fmt: skip
    assert town.store.findings().num_rows == 0
    assert town.store.verify() == []


def test_a_cancel_that_comes_before_its_sale_counts(town: Town, erp: MemorySupply) -> None:
    town.deliver(notice("R1", line(5)))
    erp.tell("invoices", sold("I1", state="cancelled"))
    pull(town.hub, NAME)
    town.deliver(sale("I1", 10))
    assert places(town) == [("shop/R1/1", "LINE-NEVER-SOLD", "announced", 5)]
    assert town.store.verify() == []


def test_units_that_are_credited_stay_and_a_person_is_told(town: Town, erp: MemorySupply) -> None:
    erp.tell("invoices", sold("I1"))
    pull(town.hub, NAME)
    town.deliver(notice("R1", line(5)), receipt("W1", 5, "R1", complete=True))
    town.settle()
    erp.tell("invoices", sold("I1", state="cancelled"))
    pull(town.hub, NAME)
    (found,) = town.store.findings(code="LINE-SALE-CANCELLED").to_pylist()
    assert found["detail"] == "WR01/I1/1: 5 units of it are accepted or credited"
    assert town.store.verify() == []


def test_what_took_a_credit_back_is_no_sale_though_the_erp_lists_it(town: Town, erp: MemorySupply) -> None:
    erp.tell("invoices", sold("I1"), sold("RV1", po_number=reference_of("WR01", "shop/R0", 2), units=5))
    pull(town.hub, NAME)
    town.deliver(notice("R1", line(15)))
    assert {row[1] for row in places(town)} == {"WR01/I1/1", "LINE-BEYOND-SOLD"}
    (found,) = town.store.findings(code="LINE-SALE-OURS").to_pylist()
    assert found["detail"].startswith("invoice RV1 carries our reference BH-")
    assert town.store.verify() == []


def test_a_supply_that_the_settings_do_not_name_is_told_plainly(town: Town) -> None:
    with pytest.raises(ConfigError, match=r"no supply 'sap'.*Next: write it under"):
        pull(town.hub, "sap")
