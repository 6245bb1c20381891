"""Credit memo requests in SAP's Sales: what is sent, what counts as posted, and what waits, parks or is refused."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import yaml

from connectors.erp.around import Around
from connectors.erp.kinds import check_erp
from connectors.erp.port import AccessDenied
from connectors.erp.sap_requests.checks import steps
from pipelines.settings import Settings
from pipelines.work.endings import Posted
from pipelines.work.orphans import sweep_orphans
from pipelines.work.post import MARGIN_SECONDS, post_credits
from schemas.errors import PermanentError, TransientError, UncertainError
from tests.erp.credit_requests import counter_request, credit_line, credit_request
from tests.erp.doubles.sap_requests import PASSWORD, URL, USER
from tests.erp.doubles.sap_requests_wickham import connected, credit_memos, invoiced, settings, wickham
from tests.erp.doubles.serving import served
from tests.work.intent_book import Clock, IntentBook

REFERENCE = credit_request().reference
ON = date(2026, 3, 14)
MONEY = (13333, 2667)


def sent(sap, method):
    return [one for one in sap.requests if one.method == method]


def amounts(document):
    return document.net_minor, document.tax_minor


def test_a_request_is_made_by_one_call_blocked_and_refers_to_its_invoice_item_by_item():
    sap = wickham()
    erp = connected(sap)
    draft = erp.read(erp.create_draft(credit_request()))
    (made,) = sent(sap, "POST")
    body = json.loads(made.content)
    assert body["PurchaseOrderByCustomer"] == body["AccountingDocExternalReference"] == REFERENCE
    assert (body["HeaderBillingBlockReason"], body["ReferenceSDDocument"]) == ("08", "INV-1001")
    assert [(one["ReferenceSDDocument"], one["ReferenceSDDocumentItem"]) for one in body["to_Item"]] == [
        ("INV-1001", "1"), ("INV-1001", "2"),
    ]  # fmt: skip
    assert (draft.state, amounts(draft), draft.line_count) == ("draft", MONEY, 2)


def test_a_price_is_given_for_all_units_so_that_no_price_of_one_is_rounded():
    request = credit_request(lines=(credit_line(units=3, net=Decimal("100.00"), tax=Decimal("20.00")),))
    sap = wickham(requests=[request])
    erp = connected(sap)
    draft = erp.read(erp.create_draft(request))
    (price,) = json.loads(sent(sap, "POST")[0].content)["to_Item"][0]["to_PricingElement"]
    assert (price["ConditionRateValue"], price["ConditionQuantity"]) == ("100.00", "3")
    assert amounts(draft) == (10000, 2000)


def test_a_released_request_is_a_draft_until_billing_has_made_its_credit_memo():
    clock = Clock()
    sap = wickham(clock, billing_delay=timedelta(hours=8))
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    erp.post(number, ON)
    assert erp.read(number).state == "draft"
    assert credit_memos(sap) == []
    with pytest.raises(UncertainError, match=r"is released.*Next: nothing"):
        erp.post(number, ON)
    clock.forward(8 * 3600)
    posted = erp.read(number)
    assert (posted.state, [posted.number], posted.posted_on) == ("posted", credit_memos(sap), ON)
    assert amounts(posted) == MONEY
    assert len(sent(sap, "PATCH")) == 1


def test_an_intent_waits_for_billing_and_is_booked_once():
    clock = Clock()
    sap = wickham(clock, billing_delay=timedelta(hours=2))
    erp, book = connected(sap), IntentBook(clock)
    book.add(credit_request())
    total = Posted()
    for _ in range(14):
        total = total + post_credits(book, erp, "tester", clock)
        clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
        waits = book.rows[REFERENCE]["state"] == "uncertain"
        assert waits is (credit_memos(sap) == []) or book.notes
    assert (total.posted, total.parked, [one["number"] for one in book.notes]) == (1, 0, credit_memos(sap))
    assert len(sent(sap, "PATCH")) == len(sent(sap, "POST")) == 1


def test_a_credit_memo_that_accounting_has_not_taken_is_not_posted():
    sap = wickham(accounting="A")
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    erp.post(number, ON)
    (memo,) = credit_memos(sap)
    assert erp.read(number).state == "draft"
    sap.books.bills[memo]["AccountingTransferStatus"] = "C"
    assert erp.read(number).state == "posted"


def test_a_credit_memo_that_is_cancelled_counts_no_more_and_the_next_one_does():
    sap = wickham()
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    erp.post(number, ON)
    (first,) = credit_memos(sap)
    sap.books.billing_delay = None
    sap.books.cancel(first)
    assert erp.read(number).state == "draft"
    sap.books.billing_delay = timedelta(0)
    posted = erp.read(number)
    assert [posted.number] == credit_memos(sap) != [first]
    assert amounts(posted) == MONEY


def test_a_rejected_request_is_gone_and_its_intent_asks_for_a_person():
    clock = Clock()
    sap = wickham(clock, billing_delay=None)
    erp, book = connected(sap), IntentBook(clock)
    book.add(credit_request())
    post_credits(book, erp, "tester", clock)
    (number,) = sap.books.requests
    sap.books.reject(number)
    clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
    assert post_credits(book, erp, "tester", clock) == Posted(parked=1)
    assert erp.read(number) is None
    assert "no longer in the ERP" in book.rows[REFERENCE]["problem"]


def test_a_changed_amount_is_seen_before_and_after_billing():
    clock = Clock()
    sap = wickham(clock, billing_delay=timedelta(hours=1))
    erp, book = connected(sap), IntentBook(clock)
    book.add(credit_request())
    post_credits(book, erp, "tester", clock)
    (record,) = sap.books.requests.values()
    record["to_Item"][0]["NetAmount"] = "99.00"
    clock.forward(3600)
    assert post_credits(book, erp, "tester", clock) == Posted(parked=1)
    assert "net_minor is 13233, not 13333" in book.rows[REFERENCE]["problem"]
    assert book.notes == []


def test_requests_of_one_customer_and_day_are_billed_apart():
    sap = wickham(billing_delay=None)
    erp = connected(sap)
    numbers = [erp.create_draft(credit_request(reference)) for reference in ("BH-ONE", "BH-OTHER")]
    for number in numbers:
        erp.post(number, ON)
    sap.books.billing_delay = timedelta(0)
    assert len({erp.read(number).number for number in numbers}) == 2


def test_a_credit_memo_of_two_requests_is_told_and_books_nothing():
    sap = wickham(billing_delay=None)
    erp = connected(sap)
    numbers = [erp.create_draft(credit_request(reference)) for reference in ("BH-ONE", "BH-OTHER")]
    for number in numbers:
        erp.post(number, ON)
        sap.books.requests[number] |= {"AssignmentReference": "", "AccountingDocExternalReference": ""}
    sap.books.billing_delay = timedelta(0)
    with pytest.raises(PermanentError, match=rf"bills {numbers[0]} together with {numbers[1]}.*Next: cancel it"):
        erp.read(numbers[0])


def test_somebody_elses_change_is_not_overwritten():
    sap = wickham()
    erp = connected(lambda request: (touch(sap, request), sap(request))[1])
    number = erp.create_draft(credit_request())
    for act in (lambda: erp.post(number, ON), lambda: erp.discard(number)):
        with pytest.raises(TransientError, match=r"changed by somebody else.*Next: nothing"):
            act()
    assert sap.books.requests[number]["HeaderBillingBlockReason"] == "08"


def touch(sap, request):
    if request.method in ("PATCH", "DELETE"):
        for record in sap.books.requests.values():
            sap.books._touched(record)


def test_a_block_that_a_person_set_is_not_taken_off():
    sap = wickham()
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    sap.books.requests[number]["HeaderBillingBlockReason"] = "01"
    with pytest.raises(PermanentError, match=r"billing block 01, which is not ours.*Next: "):
        erp.post(number, ON)
    assert sent(sap, "PATCH") == []


def test_a_system_that_drops_the_block_is_told_at_once():
    sap = wickham(drops_block=True, billing_delay=timedelta(hours=1))
    with pytest.raises(PermanentError, match=r"without billing block 08. Next: block or reject it"):
        connected(sap).create_draft(credit_request())


def test_a_released_request_is_not_discarded():
    sap = wickham(billing_delay=None)
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    erp.post(number, ON)
    with pytest.raises(PermanentError, match=r"released to billing.*Next: "):
        erp.discard(number)
    assert number in sap.books.requests


def test_an_orphan_is_deleted_and_the_posted_one_stays():
    clock = Clock()
    sap = wickham(clock)
    erp, book = connected(sap), IntentBook(clock)
    book.add(credit_request())
    assert post_credits(book, erp, "tester", clock) == Posted(posted=1)
    erp.create_draft(credit_request())
    assert sweep_orphans(book, erp) == 1
    assert [one.state for one in erp.find(REFERENCE)] == ["posted"]


UNFIT = {
    "an invoice that is not there": ({"invoice_number": "INV-9"}, r"of which SAP has 0"),
    "an invoice of another day": ({"invoice_date": date(2026, 1, 1)}, r"of which SAP has 0"),
    "an item that is not there": ({"invoice_line": "7"}, r"item 7, which it has not"),
    "another material": ({"vendor_item": "HAT-1"}, r"sold COAT-38, not HAT-1"),
    "more than was billed": ({"units": 4}, r"billed 3.000, with 4"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_its_invoice_does_not_bear_is_refused_before_anything_is_sent(case):
    changed, told = UNFIT[case]
    sap = wickham()
    with pytest.raises(PermanentError, match=rf"{told}.*Next: "):
        connected(sap).create_draft(credit_request(lines=(credit_line(**changed),)))
    assert sent(sap, "POST") == []


def test_invoices_of_another_company_customer_or_sales_area_are_refused():
    for head, told in (({"CompanyCode": "2020"}, "CompanyCode 2020"), ({"SoldToParty": "9"}, "SoldToParty 9")):
        sap = wickham(requests=[])
        invoiced(sap, credit_request(), **head)
        with pytest.raises(PermanentError, match=rf"{told} in SAP.*Next: "):
            connected(sap).create_draft(credit_request())
    two = credit_request(lines=(credit_line(1), credit_line(2, invoice_number="INV-2")))
    sap = wickham(requests=[two])
    sap.books.bills["INV-2"]["SalesOrganization"] = "2020"
    with pytest.raises(PermanentError, match=r"2 sales areas.*Next: "):
        connected(sap).create_draft(two)


def test_what_takes_a_credit_memo_back_is_a_debit_memo_request_that_is_billed_as_one():
    sap = wickham()
    erp = connected(sap)
    number = erp.create_draft(counter_request())
    made = sap.books.requests[number]
    assert (made["DebitMemoRequestType"], made["HeaderBillingBlockReason"]) == ("DR", "08")
    erp.post(number, ON)
    posted = erp.read(number)
    assert (posted.state, posted.charges, sap.books.bills[posted.number]["SDDocumentCategory"]) == ("posted", True, "P")
    assert credit_memos(sap) == []


def test_without_a_type_for_debit_memo_requests_their_service_is_never_asked():
    sap = wickham()
    sap.inactive.add("API_DEBIT_MEMO_REQUEST_SRV")
    erp = connected(sap, debit_type=None)
    assert erp.capabilities.counter_documents is False
    number = erp.create_draft(credit_request())
    assert (erp.read(number).state, len(erp.find(credit_request().reference))) == ("draft", 1)


def test_a_note_of_nothing_is_refused():
    with pytest.raises(PermanentError, match=r"Next: "):
        connected(wickham()).create_draft(credit_request("BH-" + 40 * "X"))


def test_a_refusal_says_the_inner_messages_and_names_no_program():
    erp = connected(wickham(), price_condition="ZZ00")
    with pytest.raises(PermanentError, match=r"could not be created; Condition ZZ00 is not allowed") as caught:
        erp.create_draft(credit_request())
    assert "CX_" not in str(caught.value)
    assert "further messages" not in str(caught.value)


def test_the_system_takes_no_change_without_token_session_and_tag():
    """What the adapter stands against; without it the tests above would prove little."""
    sap = wickham()
    number = connected(sap).create_draft(credit_request())
    path = f"{URL}/sap/opu/odata/sap/API_CREDIT_MEMO_REQUEST_SRV/A_CreditMemoRequest('{number}')"
    with httpx.Client(transport=httpx.MockTransport(sap), auth=(USER, PASSWORD)) as client:
        assert client.patch(path, json={}).status_code == 403
        token = client.get(path.rpartition("A_")[0], headers={"X-CSRF-Token": "Fetch"}).headers["X-CSRF-Token"]
        assert client.patch(path, json={}, headers={"X-CSRF-Token": token}).status_code == 428
        old = {"X-CSRF-Token": token, "If-Match": "W/\"datetimeoffset'2020-01-01T00%3A00%3A00Z'\""}
        assert client.patch(path, json={}, headers=old).status_code == 412
        client.cookies.clear()
        assert client.patch(path, json={}, headers=old | {"If-Match": "*"}).status_code == 403
    assert connected(sap).read(number).state == "draft"


def test_ended_sessions_do_no_harm():
    sap = wickham()
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    sap.end_sessions()
    erp.post(number, ON)
    assert erp.read(number).state == "posted"


def test_a_service_that_is_not_activated_stops_all_and_blames_no_credit():
    sap = wickham()
    sap.inactive.add("API_BILLING_DOCUMENT_SRV")
    with pytest.raises(AccessDenied, match=r"Next: let somebody activate"):
        connected(sap).create_draft(credit_request())


def test_the_check_says_what_is_missing():
    sap = wickham()
    asked = steps(settings(), ["WR01", "WR02"], ["nordstad"], transport=httpx.MockTransport(sap))
    assert {step.name: step.state for step in asked} == {
        "password": "ok", "services": "ok", "company WR01": "ok", "company WR02": "missing", "customer nordstad": "ok",
        "attachments": "ok", "customizing": "note", "billing": "note",
    }  # fmt: skip
    sap.inactive.add("API_CREDIT_MEMO_REQUEST_SRV")
    *_, last = steps(settings(), [], [], transport=httpx.MockTransport(sap))
    assert (last.name, last.state) == ("services", "missing")


def test_over_real_http_and_through_the_table_of_kinds(tmp_path):
    sap = wickham(lambda: datetime(2026, 3, 14, tzinfo=UTC))
    with served(sap) as url:
        around = Around(tmp_path, tmp_path, ("WR01",), ("nordstad",))
        assert not [one for one in check_erp(settings(url=url), around, ON) if one.state == "missing"]
        erp = connected(None, url=url)
        number = erp.create_draft(credit_request())
        erp.post(number, ON)
        assert amounts(erp.read(number)) == MONEY
        erp.close()


def test_the_page_shows_settings_that_load():
    text = (Path(__file__).parents[2] / "docs" / "erp" / "sap.md").read_text(encoding="utf-8")
    examples = [part.partition("```")[0] for part in text.split("```yaml\n")[1:]]
    (example,) = [one for one in examples if "kind: sap_requests" in one]
    address = {"street": "1 Loom Yard", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
    companies = {"WR01": {"legal_name": "W", "address": address}}
    loaded = Settings(folder=Path(), companies=companies, **yaml.safe_load(example))
    assert loaded.erp.kind == "sap_requests"
