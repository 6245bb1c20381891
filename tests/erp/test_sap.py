"""Posting into an SAP that somebody else wrote: refusals under 200, a reference posted twice, late commits."""

import time
from collections.abc import Iterator
from datetime import date
from itertools import count

import httpx
import pytest

from connectors.erp.port import AccessDenied
from connectors.erp.sap.adapter import SapErp
from connectors.erp.sap.checks import steps
from pipelines.work.endings import Posted
from pipelines.work.post import MARGIN_SECONDS, post_credits
from schemas.errors import ConfigError, PermanentError, UncertainError
from tests.erp.credit_requests import credit_request
from tests.erp.sap_server import LOGIN, SapServer
from tests.work.intent_book import Clock, IntentBook

ON = date(2026, 3, 14)
_numbers = count(1)


@pytest.fixture
def erp(sap: SapServer) -> Iterator[SapErp]:
    one = sap.erp()
    yield one
    one.close()


@pytest.fixture
def reference() -> str:
    return f"BH-SAP{next(_numbers):04}"


def wait_until_posted(erp: SapErp, reference: str) -> None:
    """The slow answer has been committed, however busy this machine is."""
    patience = time.monotonic() + 120
    while not posted(erp, reference) and time.monotonic() < patience:
        time.sleep(0.2)


def posted(erp: SapErp, reference: str) -> list[str | None]:
    return [document.number for document in erp.find(reference) if document.state == "posted"]


def test_this_system_posts_a_reference_as_often_as_it_is_asked_to(sap, erp, reference):
    """What the protocol stands against; without it every test below would prove nothing."""
    for drafts in ("one", "other"):
        blind = sap.erp(drafts, timeout_seconds=30)
        blind._entries = lambda _: []  # it does not look
        blind.post(blind.create_draft(credit_request(reference)), ON)
        blind.close()
    assert len(posted(erp, reference)) == 2


def test_a_posting_is_read_back_to_the_cent_and_balances(sap, erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    erp.post(draft_id, ON)
    document = erp.read(draft_id)
    assert (document.net_minor, document.tax_minor, document.line_count) == (13333, 2667, 2)
    assert (document.retailer, document.currency, document.posted_on) == ("nordstad", "GBP", ON)
    (entry,) = erp._entries(reference)
    sides = {"S": 0.0, "H": 0.0}
    for item in entry["to_JournalEntryItem"]["results"]:
        sides[item["DebitCreditCode"]] += float(item["AmountInTransactionCurrency"])
    assert sides["S"] == sides["H"] == pytest.approx(160.0)


def test_a_refusal_under_http_200_is_a_refusal(erp, reference, monkeypatch):
    draft_id = erp.create_draft(credit_request(reference))
    change = erp._client.change

    def unbalanced(method, path, body, headers):
        body["CURRENCYAMOUNT"][0]["AMT_DOCCUR"] = "-1.00"
        return change(method, path, body, headers)

    monkeypatch.setattr(erp._client, "change", unbalanced)
    with pytest.raises(PermanentError, match=r"SAP refuses .*Balance in transaction currency.*F5 702.*Next: "):
        erp.post(draft_id, ON)
    assert erp.read(draft_id).state == "draft"
    assert posted(erp, reference) == []


def test_a_slow_answer_is_uncertain_and_was_committed_all_the_same(sap, erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    sap.fail("slow")
    with pytest.raises(UncertainError):
        erp.post(draft_id, ON)
    wait_until_posted(erp, reference)
    assert len(posted(erp, reference)) == 1


@pytest.mark.parametrize("scenario", ["slow", "error", "busy", "lock"])
@pytest.mark.parametrize("times", [1, 2])
def test_whatever_this_system_does_one_credit_is_one_entry(sap, erp, reference, scenario, times):
    clock = Clock()
    book = IntentBook(clock)
    book.add(credit_request(reference))
    sap.fail(scenario, times)
    total = Posted()
    for _ in range(times + 2):
        total = total + post_credits(book, erp, "tester", clock)
        if book.rows[reference]["state"] == "parked":
            book.rows[reference] |= {"state": "drafted"}
        if scenario == "slow":
            wait_until_posted(erp, reference)
        clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
        erp._client._throttle._paused_until = 0.0  # the pause that it asked for is over as well
    assert total.posted == 1, (total, book.rows[reference])
    assert len(posted(erp, reference)) == 1
    assert [note["number"] for note in book.notes] == posted(erp, reference)


def test_a_second_posting_that_nobody_could_keep_out_is_found_and_not_booked(sap, erp, reference):
    clock = Clock()
    book = IntentBook(clock)
    book.add(credit_request(reference))
    sap.fail("slow")
    assert post_credits(book, erp, "tester", clock) == Posted(uncertain=1)
    wait_until_posted(erp, reference)
    blind = sap.erp("elsewhere")
    blind._entries = lambda _: []
    blind.post(blind.create_draft(credit_request(reference)), ON)
    blind.close()
    clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
    assert post_credits(book, erp, "tester", clock) == Posted(parked=1)
    assert "posted 2 times" in book.rows[reference]["problem"]
    assert book.notes == []


def test_a_wrong_password_stops_posting_and_parks_nothing(sap, reference):
    password = sap.folder / "wrong"
    password.touch(0o600)
    password.write_text("another-password")
    erp = sap.erp(password_file=password)
    with pytest.raises(AccessDenied, match="Next: "):
        erp.find(reference)
    erp.close()


def test_a_reference_that_sap_would_cut_off_is_refused(erp):
    with pytest.raises(PermanentError, match="Next: "):
        erp.create_draft(credit_request("BH-A-REFERENCE-OF-25-CHARS"))


def test_the_check_says_what_is_missing(sap, erp):
    found = {
        step.name: step.state for step in steps(erp._settings, sap.folder / "drafts", ["WR01", "WR02"], ["nordstad"])
    }
    assert found == {
        "password": "ok", "gateway": "ok", "company WR01": "ok", "company WR02": "missing",
        "customer nordstad": "ok", "accounts, periods": "note",
    }  # fmt: skip
    assert httpx.get(sap.url, auth=tuple(LOGIN.split(":")), trust_env=False).is_success


def test_a_missing_password_is_called_as_in_the_settings(sap):
    with pytest.raises(ConfigError, match="`password_file` or `password_env`"):
        sap.erp(password_file=None)
