"""Items, orders, invoices and shipments out of Business Central: whole documents, and nothing is passed over."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import pytest

from connectors.erp.business_central.supply import BusinessCentralSupply
from connectors.erp.supply import SupplyPage
from schemas.errors import ConfigError, PermanentError
from schemas.supply import SUPPLY_KINDS, SupplyKind
from tests.erp.doubles.business_central import BusinessCentral
from tests.erp.doubles.business_central_sold import GTIN, coats, made
from tests.erp.doubles.business_central_wickham import settings, wickham
from tests.work.intent_book import Clock

VARIANT = "5d115c9c-44e3-4a11-8b43-000d3a2feca1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def central(clock) -> BusinessCentral:
    return coats(clock)


def supply(central: BusinessCentral, **changed: Any) -> BusinessCentralSupply:
    return BusinessCentralSupply(settings(**{"page_documents": 2, **changed}), transport=httpx.MockTransport(central))


def rows_of(pages: Iterator[SupplyPage] | list[SupplyPage]) -> list[dict[str, Any]]:
    return [row for page in pages for row in page.rows.to_pylist()]


def rows(central: BusinessCentral, kind: SupplyKind, since: str | None = None, **changed: Any) -> list[dict[str, Any]]:
    return rows_of(supply(central, **changed).pages(kind, since))


def said(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def test_a_line_of_an_invoice_says_what_can_be_credited(central):
    made(central, "invoices", 1)
    first, second = rows(central, "invoices")
    assert said(first) == {
        "company": "WR01", "retailer": "nordstad", "invoice_number": "PS-INV0001", "invoice_line": "10000",
        "po_number": "PO-7", "sold_on": "2026-03-02", "gtin": GTIN, "vendor_item": "COAT-38",
        "description": "Item COAT-38", "units": "3", "unit_price": "33.33333333333333333333333333", "net": "100",
        "tax": "20", "tax_category": "S", "tax_rate": "20", "currency": "GBP",
    }  # fmt: skip
    assert second["invoice_line"] == "20000"


def test_orders_shipments_and_items_say_theirs(central):
    made(central, "orders", 1)
    made(central, "shipments", 1)
    order, shipment, item = (rows(central, kind)[0] for kind in ("orders", "shipments", "items"))
    assert said(order) == {
        "order": "D0001", "ordered_on": "2026-03-01", "retailer": "nordstad", "po_number": "PO-7", "gtin": GTIN,
        "vendor_item": "COAT-38", "units": "5", "unit_price": "10", "currency": "GBP",
        "changed_at": "2026-03-14T09:30:00.000Z",
    }  # fmt: skip
    assert said(shipment) == {
        "shipment": "D0001", "shipped_on": "2026-03-02", "po_number": "PO-7", "gtin": GTIN, "vendor_item": "COAT-38",
        "units": "5", "changed_at": "2026-03-14T09:30:00.000Z",
    }  # fmt: skip
    assert said(item) == {"gtin": GTIN, "vendor_item": "COAT-38", "description": "Wool coat"}


def test_drafts_are_left_out_and_a_released_one_is_told_from_a_posted_one_by_the_ledger(central):
    made(central, "invoices", 1, status="Draft")
    made(central, "invoices", 2, orderNumber="")
    made(central, "invoices", 3, orderNumber="")
    made(central, "orders", 4, status="Draft")
    central.books.records("generalLedgerEntries")[:] = [
        one for one in central.books.records("generalLedgerEntries") if one["documentNumber"] != "PS-INV0003"
    ]
    assert {row["invoice_number"] for row in rows(central, "invoices")} == {"PS-INV0002"}
    assert rows(central, "orders") == []


def test_documents_of_others_are_left_out_and_counted(central):
    made(central, "invoices", 1, customerNumber="20000")
    made(central, "invoices", 2)
    pages = list(supply(central).pages("invoices", None))
    assert {row["invoice_number"] for row in rows_of(pages)} == {"PS-INV0002"}
    assert sum(page.left_out for page in pages) == 1


def test_a_canceled_invoice_says_so_in_every_row(central):
    invoice = made(central, "invoices", 1)
    central.books.touch(invoice, status="Canceled")
    assert [row["state"] for row in rows(central, "invoices")] == ["cancelled", "cancelled"]


def test_what_cannot_be_known_is_left_empty_and_not_guessed(central):
    invoice = made(central, "invoices", 1, lines=3)
    case, variant, text = invoice["salesInvoiceLines"]
    case["unitOfMeasureCode"] = "BOX"
    variant["itemVariantId"] = VARIANT
    text["lineType"] = "Comment"
    first, second = rows(central, "invoices")
    assert (first["units"], first["gtin"]) == (None, GTIN)
    assert (second["units"], second["gtin"]) == ("3", None)


def test_tax_that_the_lines_do_not_add_up_to_is_shared_out_of_the_whole(central):
    invoice = made(central, "invoices", 1, lines=3)
    central.books.touch(invoice, totalTaxAmount=Decimal("60.01"))
    for one in invoice["salesInvoiceLines"]:
        one["netTaxAmount"] = Decimal("20.00")
    taxes = [Decimal(row["tax"]) for row in rows(central, "invoices")]
    assert sum(taxes) == Decimal("60.01")
    assert max(taxes) - min(taxes) == Decimal("0.01")


@pytest.mark.parametrize("by_key", [True, False])
@pytest.mark.parametrize("page", [1, 3, 7])
def test_lines_that_do_not_fit_into_a_page_come_all_the_same(page, by_key, clock):
    central = wickham(clock, requests=[], line_page_size=page, pages_by_key=by_key)
    made(central, "invoices", 1, lines=7)
    assert len(rows(central, "invoices")) == 7


def test_lines_that_an_expansion_silently_leaves_out_are_asked_for(clock):
    central = wickham(clock, requests=[])
    made(central, "invoices", 1, lines=7)

    def short(request: httpx.Request) -> httpx.Response:
        answer = central(request)
        if "salesInvoiceLines" in str(request.url.query):
            body = answer.json()
            for one in body["value"]:
                one["salesInvoiceLines"] = one["salesInvoiceLines"][:5]
            return httpx.Response(200, json=body)
        return answer

    found = BusinessCentralSupply(settings(), transport=httpx.MockTransport(short)).pages("invoices", None)
    assert len(rows_of(found)) == 7


def test_a_page_that_is_too_large_to_be_answered_is_asked_for_in_smaller_ones(clock):
    central = coats(clock)
    for number in range(1, 60):
        made(central, "invoices", number, lines=1)
    sizes = []

    def slow(request: httpx.Request) -> httpx.Response:
        size = int(request.headers.get("Prefer", "=1").partition("=")[2])
        if request.url.path.endswith("salesInvoices") and size > 1:
            sizes.append(size)
        if size > 20:
            raise httpx.ReadTimeout("silence")
        return central(request)

    read = BusinessCentralSupply(settings(), transport=httpx.MockTransport(slow))
    assert len(rows_of(read.pages("invoices", None))) == 59
    assert sizes == [200, 20, 20, 20]


@pytest.mark.parametrize("kind", SUPPLY_KINDS)
def test_thousands_of_the_same_moment_are_all_told_and_page_by_page(kind, central):
    for number in range(1, 12):
        made(central, kind, number, lines=1)
    pages = list(supply(central).pages(kind, None))
    assert len(pages) == 6
    keys = [row[key] for page in pages for row in page.rows.to_pylist() for key in ("vendor_item",)]
    assert len(keys) == (12 if kind == "items" else 11)


@pytest.mark.parametrize("kind", SUPPLY_KINDS)
def test_reading_can_stop_at_any_page_and_go_on(kind, central):
    for number in range(1, 8):
        made(central, kind, number)
    whole = list(supply(central).pages(kind, None))
    for stop in range(1, len(whole) + 1):
        rest = rows(central, kind, whole[stop - 1].cursor)
        told = [tuple(row.items()) for row in [*rows_of(whole[:stop]), *rest]]
        assert set(told) == {tuple(row.items()) for row in rows_of(whole)}


@pytest.mark.parametrize("seed", range(8))
def test_what_changes_or_is_made_between_pages_is_told_in_its_last_state(seed, central, clock):
    random = Random(seed)
    documents = [made(central, "orders", number) for number in range(1, 10)]
    told: dict[str, str] = {}
    cursor = None
    for round_ in range(4):
        for page in supply(central).pages("orders", cursor):
            told |= {row["order"]: row["changed_at"] for row in page.rows.to_pylist()}
            cursor = page.cursor
            clock.forward(random.choice([0, 1, 400]))
            if round_ < 3:
                central.books.touch(random.choice(documents), requestedDeliveryDate=f"2026-04-{random.randint(10, 28)}")
                documents.append(made(central, "orders", random.randint(100, 9999)))
    kept = {one["number"]: one["lastModifiedDateTime"] for one in documents}
    assert {order: told.get(order) for order in kept} == kept


def test_what_a_long_transaction_saved_late_comes_with_the_next_call(central, clock):
    made(central, "orders", 1)
    begun = clock()
    clock.forward(20 * 60)
    made(central, "orders", 2)
    cursor = list(supply(central).pages("orders", None))[-1].cursor
    late = made(central, "orders", 3)
    late["lastModifiedDateTime"] = (
        (begun + timedelta(seconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
    assert "D0003" in {row["order"] for row in rows(central, "orders", cursor)}


def test_where_nothing_is_new_only_the_last_half_hour_comes_again(central, clock):
    for number in range(1, 6):
        made(central, "orders", number)
        clock.forward(3600)
    cursor = list(supply(central).pages("orders", None))[-1].cursor
    assert {row["order"] for row in rows(central, "orders", cursor)} == {"D0005"}


def test_nothing_is_changed_and_every_read_is_of_the_primary(central):
    made(central, "invoices", 1)
    rows(central, "invoices")
    assert {request.method for request in central.requests} == {"GET"}
    assert {request.headers["Data-Access-Intent"] for request in central.requests} == {"ReadWrite"}


@pytest.mark.parametrize(
    "cursor", ["yesterday", "[]", '{"WR01": {"since": "soon"}}', '{"WR01": {"page": 3}}', '{"WR01": 7}']
)
def test_a_cursor_of_somebody_else_is_refused(cursor, central):
    with pytest.raises(PermanentError, match=r"is no cursor.*Next: "):
        list(supply(central).pages("orders", cursor))


def test_a_company_that_is_not_there_is_told(central):
    with pytest.raises(ConfigError, match="Elsewhere"):
        list(supply(central, companies={"WR01": "Elsewhere"}).pages("orders", None))


def test_many_items_are_asked_for_once(central):
    for number in range(1, 8):
        made(central, "invoices", number)
    rows(central, "invoices")
    assert sum(request.url.path.endswith("/items") for request in central.requests) == 1
