"""What is read of Odoo's sales, row by row, and that nothing is passed over whatever happens meanwhile."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from connectors.erp.odoo.supply import OVERLAP, OdooSupply, Place
from connectors.erp.port import AccessDenied
from connectors.erp.supply import SupplyPage
from schemas.errors import PermanentError, TransientError
from schemas.supply import SupplyKind
from tests.erp.credit_requests import credit_line, credit_request
from tests.erp.doubles.odoo import LINE, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import company, erp_of, item, order, settings, shipment, sold, wickham

START = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def later(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def odoo(clock) -> OdooDouble:
    return wickham(now=clock)


def supply_of(odoo: OdooDouble, folder: Path, page_documents: int = 2, **changed: Any) -> OdooSupply:
    return OdooSupply(settings(folder, **changed), transport=httpx.MockTransport(odoo), page_documents=page_documents)


def rows(pages: Iterator[SupplyPage] | list[SupplyPage]) -> list[dict[str, str]]:
    """The rows, with what they say."""
    return [{name: value for name, value in row.items() if value} for page in pages for row in page.rows.to_pylist()]


def all_rows(odoo: OdooDouble, folder: Path, kind: SupplyKind, **changed: Any) -> list[dict[str, str]]:
    return rows(supply_of(odoo, folder, **changed).pages(kind, None))


# What a row says


def test_an_invoice_line_says_what_was_sold(odoo, tmp_path):
    made = order(odoo, 1)
    lines = [one["id"] for one in odoo.records.tables["sale.order.line"].values() if one["order_id"] == made]
    sold(odoo, "INV-7", [{"sale_line_ids": lines[:1], "quantity": 3, "discount": 12.5}], ref="see order")
    assert all_rows(odoo, tmp_path, "invoices")[-1] == {
        "company": "WR01", "retailer": "nordstad", "invoice_number": "INV-7", "invoice_line": "1", "po_number": "PO-1",
        "sold_on": "2026-03-02", "gtin": "9520000000011", "vendor_item": "COAT-38", "description": "Wool coat",
        "units": "3", "unit_price": "29.16375", "net": "87.49", "tax": "17.50", "tax_category": "S", "tax_rate": "20",
        "currency": "GBP",
    }  # fmt: skip


def test_an_order_line_says_what_was_ordered(odoo, tmp_path):
    order(odoo, 1, commitment_date=datetime(2026, 3, 9, 23, tzinfo=UTC))
    first, second = all_rows(odoo, tmp_path, "orders")
    assert first == {
        "order": "S00001", "ordered_on": "2026-02-20", "retailer": "nordstad", "po_number": "PO-1",
        "gtin": "9520000000011", "vendor_item": "COAT-38", "description": "Wool coat", "units": "10",
        "unit_price": "29.997", "currency": "GBP", "requested_on": "2026-03-09", "changed_at": "2026-03-14 09:30:00",
    }  # fmt: skip
    assert (second["gtin"], second["units"]) == ("9520000000028", "4")


def test_a_shipment_says_which_carton_held_what(odoo, tmp_path):
    shop = odoo.records.insert("res.partner", {"name": "Malmö", "ref": "S-12", "commercial_partner_id": 1})
    shipment(odoo, 1, partner_id=shop, sale_id=order(odoo, 1))
    first, second = all_rows(odoo, tmp_path, "shipments")
    assert first == {
        "shipment": "WH/OUT/00001", "shipped_on": "2026-03-01", "store": "S-12", "carton": "095200000000000011",
        "po_number": "PO-1", "gtin": "9520000000011", "vendor_item": "COAT-38", "units": "10",
        "changed_at": "2026-03-14 09:30:00",
    }  # fmt: skip
    assert "carton" not in second


def test_an_item_says_its_codes_colour_and_size(odoo, tmp_path):
    item(odoo, 1, active=False)
    item(odoo, 2, barcode=None)
    told = all_rows(odoo, tmp_path, "items")
    assert told[-1] == {
        "gtin": "9520000100018", "vendor_item": "C-1", "description": "Coat 1", "style": "Coat 1", "colour": "Blue",
        "size": "38",
    }  # fmt: skip
    assert len(told) == 4
    assert "colour" not in all_rows(odoo, tmp_path, "items", attributes={"size": "Size"})[-1]


@pytest.mark.parametrize("rounding", ["round_per_line", "round_globally"])
@pytest.mark.parametrize("seed", range(4))
def test_the_tax_of_the_lines_is_that_of_the_invoice_to_the_cent(rounding, seed, odoo, tmp_path):
    random = Random(seed)
    odoo.records.update("res.company", 1, {"tax_calculation_rounding_method": rounding})
    kinds = [[1], [2], [3], [1, 2], []]
    lines = [
        {"price_unit": random.randint(1, 5000) / 100, "quantity": random.randint(1, 9),
         "tax_ids": [[6, 0, random.choice(kinds)]]}
        for _ in range(12)
    ]  # fmt: skip
    invoice = sold(odoo, "INV-9", lines)
    told = [row for row in all_rows(odoo, tmp_path, "invoices") if row["invoice_number"] == "INV-9"]
    of_invoice = odoo.records.row(MOVE, invoice)
    assert sum(Decimal(row["tax"]) for row in told) == of_invoice["amount_tax"]
    assert sum(Decimal(row["net"]) for row in told) == of_invoice["amount_untaxed"]


def test_texts_credits_drafts_and_lines_without_an_item_are_left_out_and_places_stay(odoo, tmp_path):
    freight = {"product_id": False, "name": "Freight"}
    sold(odoo, "INV-7", [{"display_type": "line_section", "name": "Coats"}, freight, {"quantity": 4}])
    sold(odoo, "RINV-1", [{}], move_type="out_refund")
    odoo.moves.create({"move_type": "out_invoice", "partner_id": 2, "invoice_line_ids": []})
    told = [row for row in all_rows(odoo, tmp_path, "invoices") if row["invoice_number"] != "INV-1001"]
    assert [(row["invoice_number"], row["invoice_line"], row["units"]) for row in told] == [("INV-7", "2", "4")]


def test_a_line_that_was_read_is_the_line_that_is_credited(odoo, tmp_path):
    sold(odoo, "INV-7", [{"product_id": False, "name": "Freight"}, {"product_id": 3, "quantity": 4}])
    row = next(row for row in all_rows(odoo, tmp_path, "invoices") if row["invoice_number"] == "INV-7")
    line = credit_line(
        invoice_number=row["invoice_number"], invoice_line=row["invoice_line"], vendor_item=row["vendor_item"],
        gtin=row["gtin"].zfill(14), invoice_date=date.fromisoformat(row["sold_on"]),
        net=Decimal(row["net"]), tax=Decimal(row["tax"]), units=int(row["units"]),
    )  # fmt: skip
    erp = erp_of(odoo, tmp_path)
    draft = erp.read(erp.create_draft(credit_request(lines=(line,))))
    assert (draft.net_minor, draft.tax_minor) == (13332, 2666)


def test_documents_of_others_are_left_out_and_counted(odoo, tmp_path):
    stranger = odoo.records.insert("res.partner", {"name": "Passer-by", "active": True})
    odoo.records.update("res.partner", stranger, {"commercial_partner_id": stranger})
    for number in range(3):
        sold(odoo, f"INV-{number}", [{}], partner_id=stranger)
    pages = list(supply_of(odoo, tmp_path).pages("invoices", None))
    assert {row["invoice_number"] for row in rows(pages)} == {"INV-1001"}
    assert sum(page.left_out for page in pages) == 3


def test_an_invoice_that_was_cancelled_after_posting_is_told_and_a_draft_that_was_is_not(odoo, tmp_path):
    odoo.moves.button_cancel(sold(odoo, "INV-7", [{}]))
    odoo.moves.button_cancel(odoo.moves.create({"move_type": "out_invoice", "partner_id": 2, "invoice_line_ids": []}))
    told = {row["invoice_number"]: row.get("state") for row in all_rows(odoo, tmp_path, "invoices")}
    assert told == {"INV-1001": None, "INV-7": "cancelled"}


def test_units_of_another_measure_are_not_guessed(odoo, tmp_path):
    sold(odoo, "INV-7", [{"product_uom_id": 2}])
    assert "units" not in all_rows(odoo, tmp_path, "invoices")[-1]


def test_a_category_is_the_settings_or_the_taxs_own_or_standard(odoo, tmp_path):
    sold(odoo, "INV-7", [{"tax_ids": [[6, 0, [tax]]]} for tax in (1, 3)])
    odoo.records.update("account.tax", 1, {"ubl_cii_tax_category_code": None})

    def told(**changed: Any) -> list[str]:
        return [row["tax_category"] for row in all_rows(odoo, tmp_path, "invoices", **changed)][-2:]

    assert told() == ["S", "Z"]
    assert told(tax_categories={"0%": "K"}) == ["S", "K"]


def test_two_companies(odoo, tmp_path):
    other = company(odoo, "Rowe Outlet Ltd")
    odoo.records.update("res.users", 1, {"company_ids": (1, other)})
    sold(odoo, "INV-7", [{"tax_ids": [[6, 0, [4]]]}], journal_id=2)
    assert {row["company"] for row in all_rows(odoo, tmp_path, "invoices")} == {"WR01", "Rowe Outlet Ltd"}


# That nothing is passed over


def test_any_number_of_records_may_be_of_the_same_second(odoo, tmp_path):
    for number in range(9):
        item(odoo, number)
    assert len({row["gtin"] for row in all_rows(odoo, tmp_path, "items")}) == 12


def test_a_cursor_stays_behind_by_the_overlap_and_never_goes_back(odoo, clock, tmp_path):
    first = list(supply_of(odoo, tmp_path).pages("items", None))[-1].cursor
    assert first == f"{START - OVERLAP:%Y-%m-%d %H:%M:%S}"
    assert list(supply_of(odoo, tmp_path).pages("items", first))[-1].cursor == first
    clock.later(hours=5)
    odoo.records.begin()
    item(odoo, 1)
    second = list(supply_of(odoo, tmp_path).pages("items", first))[-1].cursor
    assert second > first
    assert rows(supply_of(odoo, tmp_path).pages("items", second))[0]["gtin"] == "9520000100018"


def test_a_page_between_two_others_says_where_it_is(odoo, tmp_path):
    pages = list(supply_of(odoo, tmp_path).pages("items", None))
    assert pages[0].cursor == "|2|2026-03-14 09:30:00"
    assert str(Place.of(pages[0].cursor)) == pages[0].cursor
    resumed, rest = rows(supply_of(odoo, tmp_path).pages("items", pages[0].cursor)), rows(pages[1:])
    assert resumed[: len(rest)] == rest  # then what changed behind it, and what may have


@pytest.mark.parametrize("cursor", ["yesterday", "2026-03-14 09:30:00|x|2026-03-14 09:30:00", "|1|soon"])
def test_a_cursor_that_is_not_ours_is_refused(cursor, odoo, tmp_path):
    with pytest.raises(PermanentError, match=r"no cursor of a supply from Odoo.*Next: "):
        list(supply_of(odoo, tmp_path).pages("items", cursor))


def test_an_empty_database_is_read_and_read_again(tmp_path):
    empty = wickham()
    for table in (MOVE, LINE):
        empty.records.tables[table].clear()
    assert list(supply_of(empty, tmp_path).pages("invoices", None)) == []


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=() if seed in (1, 7, 11, 24) else pytest.mark.soak) for seed in range(120)]
)
def test_in_the_end_everything_is_known_as_it_is(seed, clock, tmp_path):
    """Changes before, between and behind pages, transactions that end late, a replica that is behind, broken runs."""
    random, odoo = Random(seed), wickham(now=clock)
    made = [order(odoo, number) for number in range(8)]
    known: dict[str, list[dict[str, str]]] = {}
    cursor: str | None = None
    for _ in range(12):
        clock.later(minutes=random.choice([0, 0.01, 3, 50]))
        if random.random() < 0.4:
            odoo.freeze_replica()
        for page in supply_of(odoo, tmp_path, random.choice([1, 2, 5])).pages("orders", cursor):
            _learn(known, page)
            cursor = page.cursor
            _disturb(odoo, clock, random, made)
            if random.random() < 0.1:
                break
        odoo.thaw_replica()
    for page in supply_of(odoo, tmp_path).pages("orders", cursor):
        _learn(known, page)
    fresh: dict[str, list[dict[str, str]]] = {}
    for page in supply_of(odoo, tmp_path).pages("orders", None):
        _learn(fresh, page)
    assert known == fresh


def _learn(known: dict[str, list[dict[str, str]]], page: SupplyPage) -> None:
    told = rows([page])
    for name in {row["order"] for row in told}:
        known[name] = [row for row in told if row["order"] == name]


def _disturb(odoo: OdooDouble, clock: Clock, random: Random, made: list[int]) -> None:
    """A transaction that began up to twenty minutes ago ends: a new order, another state, another quantity."""
    odoo.records.begin()
    odoo.records.began = clock.time - timedelta(minutes=random.choice([0, 0, 1, 20]))
    change = random.choice(["none", "new", "cancel", "line", "line"])
    if change == "new":
        made.append(order(odoo, len(made)))
    elif change == "cancel":
        odoo.records.update("sale.order", random.choice(made), {"state": "cancel"})
    elif change == "line":
        lines = [one for one in odoo.records.tables["sale.order.line"].values() if one["order_id"] in made]
        odoo.records.update("sale.order.line", random.choice(lines)["id"], {"product_uom_qty": random.randint(1, 99)})
    clock.later(seconds=random.choice([0, 0.4, 90]))


# Faults


def test_a_right_that_is_missing_is_told(odoo, tmp_path):
    odoo.lacking.add(("sale.order", "read"))
    with pytest.raises(AccessDenied, match=r"not allowed to access 'sale.order'"):
        list(supply_of(odoo, tmp_path).pages("orders", None))


def test_a_server_that_is_busy_is_asked_again_later(odoo, tmp_path):
    odoo.per_second = 0
    with pytest.raises(TransientError):
        list(supply_of(odoo, tmp_path).pages("orders", None))


def test_reading_changes_nothing(odoo, tmp_path):
    for kind in ("items", "orders", "invoices", "shipments"):
        all_rows(odoo, tmp_path, kind)
    assert {path.rpartition("/")[2] for path in odoo.asked} <= {"search_read", "fields_get"}
