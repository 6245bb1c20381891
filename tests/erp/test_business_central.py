"""Credit memos in Business Central: what the vendor's rules do to them, and what we make of it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.business_central.adapter import BusinessCentralErp
from connectors.erp.business_central.notes import exact_price
from connectors.erp.business_central.supply import BusinessCentralSupply
from connectors.erp.port import AccessDenied
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from schemas.errors import PermanentError, TransientError
from tests.erp.credit_requests import counter_request, credit_line, credit_request
from tests.erp.doubles.business_central import SECRET, BusinessCentral
from tests.erp.doubles.business_central_wickham import CUSTOMER, connected, invoiced, memos, posted, settings, wickham
from tests.work.intent_book import Clock, IntentBook

ON = date(2026, 3, 14)
REFERENCE = "BH-AAAAAAAAAAAAA"


@pytest.fixture
def central() -> BusinessCentral:
    return wickham()


@pytest.fixture
def erp(central) -> BusinessCentralErp:
    return connected(central)


def carried(central, erp, request=None) -> tuple[Posted, dict]:
    """One run of the posting protocol over one intent."""
    book = IntentBook(central.now)
    reference = book.add(request)
    return post_credits(book, erp, "tester", central.now), book.rows[reference]


# What stands against us there; without these every test below would prove nothing.


def test_business_central_itself_posts_a_reference_as_often_as_it_is_asked_to(central):
    erp = connected(central, apply_to_invoice=False)
    for _ in range(2):
        erp.post(erp.create_draft(credit_request()), ON)
    assert len(posted(central)) == 2


def test_business_central_itself_deletes_a_posted_memo(central, erp):
    draft_id = erp.create_draft(credit_request())
    erp.post(draft_id, ON)
    held = erp._held(draft_id)
    erp._wire.delete(held.company, held.of.entities, held.record)
    assert memos(central) == []


# Posting.


def test_a_credit_is_posted_set_off_and_read_back_under_the_id_of_its_draft(central, erp):
    total, row = carried(central, erp)
    assert total == Posted(posted=1), row["problem"]
    document = erp.read(row["draft_id"])
    assert (document.state, document.number, document.posted_on) == ("posted", posted(central)[0], ON)
    (invoice,) = central.books.records("salesInvoices")
    assert (invoice["status"], invoice["remainingAmount"]) == ("Paid", 0)


def test_a_note_over_several_invoices_is_set_off_against_none_and_names_each_in_its_lines():
    lines = (credit_line(1), credit_line(2, invoice_number="INV-2"))
    request = credit_request(lines=lines)
    central = wickham(requests=[request])
    erp = connected(central)
    total, row = carried(
        central, erp, credit_request(lines=(lines[0], credit_line(2, invoice_number="INV-2", invoice_line="1")))
    )
    assert total == Posted(posted=1), row["problem"]
    (memo,) = memos(central)
    assert memo["invoiceNumber"] == ""
    assert [line["description"][:9] for line in memo["salesCreditMemoLines"]] == ["INV-1001/", "INV-2/1 W", "Return R-"]


@pytest.mark.parametrize(("account", "stock"), [(None, 4), ("6110", 0)])
def test_stock_rises_only_where_the_lines_are_on_items(account, stock):
    central = wickham()
    assert carried(central, connected(central, credit_account=account))[0] == Posted(posted=1)
    (item,) = central.books.records("items")
    assert item["inventory"] == stock


def test_a_posting_date_that_the_ledger_does_not_allow_parks_the_credit_with_its_words(central, erp):
    central.books.touch(central.books.setup, allowPostingFrom="2026-04-01")
    total, row = carried(central, erp)
    assert total == Posted(parked=1)
    assert "Posting Date is not within your range of allowed posting dates" in row["problem"]
    assert row["problem"].endswith("then releases the intent.")
    assert posted(central) == []


def test_tax_that_business_central_reckons_otherwise_leaves_a_draft_and_parks_the_credit():
    """Three lines of 0.33: each is taxed 0.07, and all of them together 0.20."""
    lines = tuple(credit_line(n, units=1, net=Decimal("0.33"), tax=Decimal("0.07")) for n in (1, 2, 3))
    request = credit_request(lines=lines)
    central = wickham(requests=[request])
    total, row = carried(central, connected(central), request)
    assert total == Posted(parked=1)
    assert "tax_minor is 20, not 21" in row["problem"]
    assert [one["status"] for one in memos(central)] == ["Draft"]


@given(net=st.decimals("0.01", "99999.99", places=2), units=st.integers(1, 100_000), places=st.integers(0, 5))
def test_price_and_discount_make_the_amount_exactly(net, units, places):
    price, discount = exact_price(net, units, "GBP", places)
    assert (price * units).quantize(Decimal("0.01"), ROUND_HALF_UP) - discount == net
    assert discount >= 0
    assert price == price.quantize(Decimal(1).scaleb(-places))
    if places == 5 and units < 1000:
        assert discount == 0


def test_a_thousand_units_of_a_crooked_amount_are_exact_in_the_books_too():
    request = credit_request(lines=(credit_line(units=7001, net=Decimal("100.03"), tax=Decimal("20.01")),))
    central = wickham(requests=[request])
    total, row = carried(central, connected(central), request)
    assert total == Posted(posted=1), row["problem"]
    assert memos(central)[0]["salesCreditMemoLines"][0]["quantity"] == 7001


# What a status does not say, and what persons do.


def test_a_released_draft_reads_open_as_a_posted_one_does_and_is_told_apart_by_the_ledger(central, erp):
    draft_id = erp.create_draft(credit_request())
    central.books.release(memos(central)[0])
    assert erp.read(draft_id).state == "draft"
    with pytest.raises(PermanentError, match="reopened"):
        erp.discard(draft_id)
    central.books.touch(memos(central)[0], postingDate=ON.isoformat(), creditMemoDate=ON.isoformat())
    erp.post(draft_id, ON)
    assert memos(central)[0]["status"] == "Open"
    assert erp.read(draft_id).state == "posted"


def test_a_paid_note_stays_the_same_document(central, erp):
    draft_id = erp.create_draft(credit_request())
    erp.post(draft_id, ON)
    before = erp.read(draft_id)
    central.books.pay(memos(central)[0])
    assert erp.read(draft_id) == before


def test_a_note_that_somebody_canceled_is_told(central, erp):
    draft_id = erp.create_draft(credit_request())
    erp.post(draft_id, ON)
    central.books.touch(memos(central)[0], status="Canceled")
    with pytest.raises(PermanentError, match=r"is canceled in Business Central.*Next: "):
        erp.find(REFERENCE)


def test_a_draft_that_is_posted_while_it_is_taken_for_an_orphan_is_not_deleted(central):
    def between(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            central.books.post("salesCreditMemos", memos(central)[0])
        return central(request)

    erp = connected(between)
    draft_id = erp.create_draft(credit_request())
    with pytest.raises(TransientError, match="changed by somebody else and not deleted"):
        erp.discard(draft_id)
    with pytest.raises(PermanentError, match="cannot be discarded"):
        erp.discard(draft_id)
    assert len(posted(central)) == 1


def test_a_draft_in_review_waits_for_its_reviewer(central, erp):
    draft_id = erp.create_draft(credit_request())
    central.books.touch(memos(central)[0], status="In Review")
    with pytest.raises(PermanentError, match="Status must be equal"):
        erp.post(draft_id, ON)
    assert erp.read(draft_id).state == "draft"


# Drafts that are not whole.


def test_a_refused_line_leaves_no_half_made_draft(central, erp):
    central.books.rates.pop("VAT20")
    with pytest.raises(PermanentError, match="VAT Prod"):
        erp.create_draft(credit_request())
    assert memos(central) == []


def test_a_half_made_draft_is_never_offered_and_goes_with_the_next_attempt(central):
    fates = {"DELETE": httpx.ConnectError}

    def cut_off(request: httpx.Request) -> httpx.Response:
        if request.method in fates:
            raise fates[request.method]("nobody there")
        return central(request)

    erp = connected(cut_off)
    rate = central.books.rates.pop("VAT20")
    with pytest.raises(PermanentError):
        erp.create_draft(credit_request())
    (half,) = memos(central)
    assert half["externalDocumentNumber"] == REFERENCE
    assert list(erp.find(REFERENCE)) == []
    assert erp.read(half["id"]).request_hash is None
    fates.clear()
    central.books.rates["VAT20"] = rate
    assert carried(central, erp)[0] == Posted(posted=1)
    assert len(memos(central)) == 1


def test_a_half_made_draft_beside_a_whole_one_is_an_orphan_and_swept(central, erp):
    first = erp.create_draft(credit_request())
    rate = central.books.rates.pop("VAT20")
    with pytest.raises(Exception, match="VAT"):
        central.books.make(
            "salesCreditMemos",
            {
                "customerNumber": CUSTOMER,
                "externalDocumentNumber": REFERENCE,
                "salesCreditMemoLines": [{"lineType": "Item", "lineObjectNumber": "COAT-38"}],
            },
        )
    central.books.rates["VAT20"] = rate
    found = erp.find(REFERENCE)
    assert (found[0].draft_id, len(found)) == (first, 2)
    total, row = carried(central, erp)
    assert (total, row["draft_id"]) == (Posted(posted=1, orphans=1), first)


# What is refused before anything is sent.

UNFIT: dict[str, tuple[Callable[[BusinessCentral], object], str]] = {
    "an invoice that is not there": (lambda central: central.books.records("salesInvoices").clear(), "has 0"),
    "an invoice of somebody else": (lambda central: sold(central, customerNumber="20000"), "was sold to 20000"),
    "another currency": (lambda central: sold(central, currencyCode="SEK"), "is in SEK"),
    "a draft of an invoice": (lambda central: sold(central, status="Draft"), "has 0"),
    "prices with tax": (lambda central: sold(central, pricesIncludeTax=True), "prices include tax"),
    "fewer units": (lambda central: line(central, quantity=Decimal(2)), "which sold 2"),
    "another tax rate": (lambda central: line(central, taxPercent=Decimal(10)), "taxed 10 % and not 20 %"),
    "another item": (lambda central: line(central, lineObjectNumber="HAT-1"), "which sold HAT-1, not COAT-38"),
    "fewer lines": (
        lambda central: central.books.records("salesInvoices")[0]["salesInvoiceLines"].pop(),
        "has 1 lines",
    ),
}


def sold(central: BusinessCentral, **values: object) -> None:
    central.books.touch(central.books.records("salesInvoices")[0], **values)


def line(central: BusinessCentral, **values: object) -> None:
    central.books.records("salesInvoices")[0]["salesInvoiceLines"][0].update(values)


@pytest.mark.parametrize("case", UNFIT)
def test_what_the_original_invoice_does_not_bear_is_refused_before_anything_is_sent(case, central, erp):
    change, told = UNFIT[case]
    change(central)
    with pytest.raises(PermanentError, match=rf"{told}.*Next: "):
        erp.create_draft(credit_request())
    assert {request.method for request in central.requests} == {"GET"}


def test_a_retailer_or_company_that_the_settings_do_not_know_is_refused(central, erp):
    with pytest.raises(PermanentError, match=r"erp: customers: lindhaus.*release"):
        erp.create_draft(credit_request(retailer="lindhaus"))
    with pytest.raises(PermanentError, match="erp: companies: WR02"):
        erp.create_draft(credit_request(company="WR02"))


def test_what_takes_a_memo_back_is_an_invoice_that_names_it_and_is_no_sale(central, erp):
    draft_id = erp.create_draft(counter_request(REFERENCE))
    erp.post(draft_id, ON)
    made = central.books.document("salesInvoices", draft_id)
    assert (made["externalDocumentNumber"], made["customerPurchaseOrderReference"]) == (REFERENCE, "CN-000001")
    assert (made["number"], made["invoiceDate"], made["remainingAmount"]) == ("PS-INV104001", str(ON), Decimal(160))
    assert memos(central) == []
    pages = BusinessCentralSupply(settings(), transport=httpx.MockTransport(central)).pages("invoices", None)
    told = {row["invoice_number"]: row["po_number"] for page in pages for row in page.rows.to_pylist()}
    assert told["PS-INV104001"] == REFERENCE  # by which the ledger knows that nothing was sold


def test_an_invoice_of_a_sale_is_none_of_ours(central, erp):
    (original,) = central.books.records("salesInvoices")
    central.books.touch(original, externalDocumentNumber="PO-4711")
    assert erp.read(original["id"]) is None
    with pytest.raises(PermanentError, match="there is no draft"):
        erp.post(original["id"], ON)
    erp.discard(original["id"])
    assert central.books.records("salesInvoices") == [original]


def test_a_line_is_found_by_its_number_too(central, erp):
    request = credit_request(
        lines=(credit_line(invoice_line="20000", units=1, net=Decimal("33.33"), tax=Decimal("6.67")),)
    )
    assert carried(central, erp, request)[0] == Posted(posted=1)


# Reading: pages, replicas, links, tokens, limits.


def test_every_read_is_of_the_primary(central):
    clock = Clock()
    lagging = wickham(clock, replica_lag=timedelta(seconds=30))
    erp = connected(lagging)
    draft_id = erp.create_draft(credit_request())
    assert [one.draft_id for one in erp.find(REFERENCE)] == [draft_id]
    assert {request.headers["Data-Access-Intent"] for request in lagging.requests} == {"ReadWrite"}
    stale = dict(lagging.requests[-1].headers) | {"data-access-intent": "ReadOnly"}
    assert lagging(httpx.Request("GET", lagging.requests[-1].url, headers=stale)).json()["value"] == []


@pytest.mark.parametrize("by_key", [True, False])
def test_lines_and_memos_that_take_several_pages_are_read_whole(by_key):
    request = credit_request(lines=tuple(credit_line(n) for n in range(1, 12)))
    central = wickham(requests=[request], page_size=2, line_page_size=3, pages_by_key=by_key)
    erp = connected(central)
    drafts = [erp.create_draft(request) for _ in range(5)]
    found = erp.find(REFERENCE)
    assert [one.draft_id for one in found] == drafts
    assert {one.line_count for one in found} == {11}


def test_a_next_link_that_leads_elsewhere_does_not_get_our_token(central):
    asked = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        answer = central(request)
        if request.url.path.endswith("salesCreditMemos") and request.method == "GET":
            return httpx.Response(
                200, json={**answer.json(), "@odata.nextLink": "https://elsewhere.example.com/v2.0/x"}
            )
        return answer

    with pytest.raises(PermanentError, match=r"elsewhere\.example\.com"):
        connected(elsewhere).find(REFERENCE)
    assert "elsewhere.example.com" not in asked


def test_one_token_serves_until_it_expires(central, erp):
    erp.find(REFERENCE)
    erp.find(REFERENCE)
    assert len(central.tokens) == 1
    late = erp._wire.tokens._until + 1
    erp._wire.tokens._clock = lambda: late
    erp.find(REFERENCE)
    assert len(central.tokens) == 2


def test_a_token_that_is_refused_is_fetched_anew_once(central, erp):
    erp.find(REFERENCE)
    central.revoke()
    assert erp.create_draft(credit_request())
    assert len(central.tokens) == 1


def test_a_wrong_secret_stops_posting_for_all_and_stands_in_no_text(central, monkeypatch):
    erp = connected(central)
    erp._wire.tokens._form["client_id"] = "another"
    total, row = carried(central, erp)
    assert total == Posted(waiting=1)
    assert row["state"] == "ready"
    assert "AADSTS7000215" in row["problem"]
    assert SECRET not in row["problem"]


def test_a_refusal_that_repeats_our_token_is_told_without_it(central):
    def talkative(request: httpx.Request) -> httpx.Response:
        if "salesCreditMemos" in request.url.path:
            told = f"not with {request.headers['Authorization']}"
            return httpx.Response(400, json={"error": {"code": "BadRequest", "message": told}})
        return central(request)

    with pytest.raises(PermanentError) as refused:
        connected(talkative).find(REFERENCE)
    assert "not with Bearer ***" in str(refused.value)


def test_an_environment_that_is_gone_parks_no_credit(central):
    total, row = carried(central, connected(central, environment="renamed"))
    assert (total, row["state"]) == (Posted(waiting=1), "ready")
    assert "Environment does not exist" in row["problem"]


def test_missing_rights_stop_posting_and_park_nothing(central, erp):
    central.denied.add("generalLedgerEntries")
    draft_id = erp.create_draft(credit_request())
    erp.post(draft_id, ON)
    with pytest.raises(AccessDenied, match=r"generalLedgerEntries.*Next: "):
        erp.read(draft_id)


def test_a_pause_that_business_central_asks_for_is_kept(central, erp):
    erp.find(REFERENCE)
    for _ in range(6000):
        central._window.append(central.now())
    with pytest.raises(TransientError):
        erp.find(REFERENCE)
    with pytest.raises(TransientError, match="asked for a pause"):
        erp.find(REFERENCE)


def test_two_references_of_one_invoice(central, erp):
    invoiced(central, credit_request(lines=(credit_line(invoice_number="INV-3"),)))
    other = credit_request("BH-OTHER", lines=(credit_line(invoice_number="INV-3"),))
    assert carried(central, erp)[0] == carried(central, erp, other)[0] == Posted(posted=1)
