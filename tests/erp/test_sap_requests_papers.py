"""The reconciliation of a credit in SAP's Sales: nothing is released without it, nor with two, whoever died when."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from connectors.erp.http import Refused
from connectors.erp.papers import paper_name
from connectors.erp.port import AccessDenied
from connectors.erp.sap_requests import attachments
from connectors.erp.sap_requests.attachments import SERVICE
from connectors.erp.sap_requests.checks import steps
from connectors.erp.sap_requests.documents import CREDITS
from pipelines.work.endings import Posted
from pipelines.work.post import MARGIN_SECONDS, post_credits
from schemas.errors import PermanentError, TransientError
from tests.erp.credit_requests import counter_request, credit_request
from tests.erp.doubles.sap_attachments import SERVICE as NAME_OF_SERVICE
from tests.erp.doubles.sap_requests import SapRequests
from tests.erp.doubles.sap_requests_wickham import connected, credit_memos, settings, wickham
from tests.erp.one_fault import FATES, Died, Unlucky, dies_after, dies_before
from tests.erp.paper_cases import BEGUN, NAME, NOBODY_HAS_IT, NOT_OURS, OTHER, PAPER, REFERENCE, named, papers
from tests.work.intent_book import Clock, IntentBook

ON = date(2026, 3, 14)


def sent(sap: SapRequests) -> list[str]:
    """What the requests of attachments were, in order, apart from those for tokens."""
    paths = [(one.method, one.url.path.removeprefix(SERVICE)) for one in sap.requests if SERVICE in one.url.path]
    return [f"{method} {path.partition('(')[0]}" for method, path in paths if path]


# What becomes of it.


@pytest.mark.parametrize("made", [credit_request, counter_request], ids=["credit", "taken back"])
def test_the_released_request_has_the_paper_that_ours_names(made):
    request = named(made())
    clock = Clock()
    sap, book = wickham(clock), IntentBook(clock)
    book.add(request)
    erp = connected(sap, papers)
    assert post_credits(book, erp, "tester", clock) == Posted(posted=1)
    number = book.rows[request.reference]["draft_id"]
    assert sap.attachments.files(number) == [(paper_name(request.reference), PAPER)]
    looks = ["GET GetAllOriginals", "POST AttachmentContentSet", "GET GetAllOriginals", "GET AttachmentContentSet"]
    assert sent(sap) == looks


def test_it_is_sent_as_the_service_wants_it():
    sap = wickham()
    erp = connected(sap, papers)
    number = erp.create_draft(named())
    erp.post(number, ON)
    (upload,) = [one for one in sap.requests if one.method == "POST" and SERVICE in one.url.path]
    headers = [
        upload.headers[name] for name in ("Slug", "Content-Type", "BusinessObjectTypeName", "LinkedSAPObjectKey")
    ]
    assert headers == [NAME, "application/pdf", "BUS2094", number.zfill(10)]
    assert upload.content == PAPER


def test_of_a_request_that_names_none_nothing_is_asked():
    sap = wickham()
    erp = connected(sap, lambda reference: None)
    erp.post(erp.create_draft(credit_request()), ON)
    assert (len(credit_memos(sap)), sent(sap)) == (1, [])


@pytest.mark.parametrize("known", NOBODY_HAS_IT)
def test_a_paper_that_is_not_there_or_another_is_refused_before_anything_is_sent(known):
    sap = wickham()
    with pytest.raises(PermanentError, match="reconciliation that is not there"):
        connected(sap, known).create_draft(named())
    assert sap.requests == []


# What is found.


@pytest.mark.parametrize("begun", BEGUN)
def test_whatever_is_there_it_is_released_with_one_paper_and_what_is_not_ours_is_left_alone(begun):
    sap = wickham()
    erp = connected(sap, papers)
    number = erp.create_draft(named())
    for name, file in (*NOT_OURS, *BEGUN[begun]):
        sap.attachments.attach(number, name, file)
    erp.post(number, ON)
    assert sorted(sap.attachments.files(number)) == sorted([*NOT_OURS, (NAME, PAPER)])
    assert ("POST AttachmentContentSet" in sent(sap)) == (PAPER not in dict(BEGUN[begun]).values())


# Death and bad lines.


@pytest.mark.parametrize("death", [dies_before, dies_after])
def test_whoever_dies_at_any_request_the_next_attempt_releases_it_with_one_paper(death):
    for failing in range(asked_in_all()):
        clock = Clock()
        sap, book = wickham(clock), IntentBook(clock)
        book.add(named())
        with pytest.raises(Died):
            post_credits(book, connected(Unlucky(sap, failing, death), papers), "run-1", clock)
        ensure_paper_of_whatever_is_billed(sap)
        erp = connected(sap, papers)
        for _ in range(2):
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS + 120)
            post_credits(book, erp, "run-2", clock)
        assert (book.rows[REFERENCE]["state"], len(credit_memos(sap))) == ("posted", 1), failing
        ensure_paper_of_whatever_is_billed(sap)


@pytest.mark.parametrize("fate", FATES)
def test_whatever_becomes_of_any_one_request_the_credit_is_released_with_one_paper(fate):
    for failing in range(asked_in_all()):
        clock = Clock()
        sap, book = wickham(clock), IntentBook(clock)
        erp = connected(Unlucky(sap, failing, FATES[fate]), papers)
        book.add(named())
        total = Posted()
        for _ in range(3):
            total = total + post_credits(book, erp, "tester", clock)
            ensure_paper_of_whatever_is_billed(sap)
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
        assert (total.posted, total.parked, len(credit_memos(sap))) == (1, 0, 1), (failing, total, book.rows)


def asked_in_all() -> int:
    """How many requests a credit with its paper takes."""
    clock = Clock()
    sap, book = wickham(clock), IntentBook(clock)
    counted = Unlucky(sap, -1, dies_before)
    book.add(named())
    assert post_credits(book, connected(counted, papers), "tester", clock) == Posted(posted=1)
    return counted.asked


def ensure_paper_of_whatever_is_billed(sap: SapRequests) -> None:
    for number, one in sap.books.requests.items():
        if one.get("OverallOrdReltdBillgStatus") == "C":
            assert sap.attachments.files(number) == [(NAME, PAPER)]


# What others do meanwhile, and refusals.


def meddling(sap: SapRequests, method: str, what: Callable[[], object], once: bool = True) -> Any:
    """A way on which somebody does this before requests of attachments by this method."""
    done: list[str] = []

    def carried(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == method and SERVICE in path and not path.endswith(SERVICE) and not (once and done):
            done.append(path)
            what()
        return sap(request)

    return carried


def test_an_attachment_that_goes_before_it_is_removed_is_looked_at_again():
    sap = wickham()
    number = connected(sap, papers).create_draft(named())
    sap.attachments.attach(number, NAME, OTHER)
    connected(meddling(sap, "DELETE", lambda: sap.attachments.take_off(number)), papers).post(number, ON)
    assert sap.attachments.files(number) == [(NAME, PAPER)]


def test_where_attachments_do_not_come_to_rest_the_credit_waits():
    sap = wickham()
    number = connected(sap, papers).create_draft(named())
    spoiling = meddling(sap, "GET", lambda: sap.attachments.attach(number, NAME, OTHER), once=False)
    with pytest.raises(TransientError, match=rf"has not {NAME} as its one attachment.*Next: "):
        connected(spoiling, papers).post(number, ON)
    assert credit_memos(sap) == []


def test_a_refused_attachment_parks_the_credit_with_saps_words_and_releases_nothing(monkeypatch):
    monkeypatch.setattr(attachments, "_NUMBER_DIGITS", 8)
    sap = wickham()
    erp = connected(sap, papers)
    number = erp.create_draft(named())
    with pytest.raises(
        Refused, match=r"User has no authorization for operation 03 on object 60000000\. Next: a person"
    ):
        erp.post(number, ON)
    assert (erp.read(number).state, credit_memos(sap)) == ("draft", [])


def test_a_service_that_is_not_activated_stops_posting_and_the_check_says_so():
    sap = wickham()
    sap.inactive.add(NAME_OF_SERVICE)
    erp = connected(sap, papers)
    number = erp.create_draft(named())
    with pytest.raises(AccessDenied, match=rf"nothing at {SERVICE}.*activate the service"):
        erp.post(number, ON)
    asked = {one.name: one for one in steps(settings(), ["WR01"], ["nordstad"], transport=httpx.MockTransport(sap))}
    assert (asked["services"].state, asked["attachments"].state) == ("ok", "note")
    assert "No service found" in asked["attachments"].told


# What stands against us there.


def test_sap_itself_attaches_twice_what_is_sent_twice_and_reads_no_entity_without_its_file():
    sap = wickham()
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    headers = {"Slug": NAME, "Content-Type": "application/pdf", **attachments._linked(CREDITS, number)}
    for _ in range(2):
        made = erp._wire.change(SERVICE, "POST", "AttachmentContentSet", PAPER, headers)["d"]
    assert sap.attachments.files(number) == [(NAME, PAPER)] * 2
    assert (made["FileSize"], made["DocumentInfoRecordDocType"]) == (str(len(PAPER)), "GOS")
    assert erp._wire.file(SERVICE, f"{attachments._path(made)}/$value") == PAPER
    with pytest.raises(TransientError, match="answered with 501"):
        erp._wire.file(SERVICE, attachments._path(made))
    with pytest.raises(Refused, match="not allowed"):
        erp._wire.change(SERVICE, "PATCH", attachments._path(made), {"FileName": "other.pdf"}, {})


def test_sap_itself_takes_nothing_for_a_request_of_another_type():
    sap = wickham()
    erp = connected(sap)
    number = erp.create_draft(credit_request())
    headers = {"Slug": NAME, "Content-Type": "application/pdf", **attachments._linked(CREDITS, number)}
    for wrong in ({"BusinessObjectTypeName": "BUS2096"}, {"LinkedSAPObjectKey": "0000000001"}):
        with pytest.raises(Refused, match="no authorization for operation 03"):
            erp._wire.change(SERVICE, "POST", "AttachmentContentSet", PAPER, headers | wrong)
    assert sap.attachments.files(number) == []
