"""The reconciliation of a credit in Business Central: nothing is posted without it, nor with two, whoever died when."""

from datetime import date

import httpx
import pytest

from connectors.erp.papers import paper_name
from connectors.erp.port import AccessDenied
from pipelines.work.endings import Posted
from pipelines.work.post import MARGIN_SECONDS, post_credits
from schemas.errors import PermanentError, TransientError
from tests.erp.credit_requests import counter_request, credit_request
from tests.erp.doubles.business_central import API, BusinessCentral
from tests.erp.doubles.business_central_books import ATTACHMENTS
from tests.erp.doubles.business_central_wickham import connected, memos, posted, wickham
from tests.erp.one_fault import FATES, Died, Unlucky, dies_after, dies_before
from tests.erp.paper_cases import BEGUN, NAME, NOBODY_HAS_IT, NOT_OURS, PAPER, REFERENCE, named, papers
from tests.work.intent_book import Clock, IntentBook

ON = date(2026, 3, 14)


def attached(central: BusinessCentral, document_id: str | None = None) -> list[tuple[str, bytes]]:
    """Names and files of the attachments, of one document or of all."""
    found = central.books.records(ATTACHMENTS)
    wanted = [one for one in found if document_id in (None, one["parentId"])]
    return [(one["fileName"], one["attachmentContent"]) for one in wanted]


def sent(central: BusinessCentral) -> list[str]:
    """What the requests of attachments were, in order."""
    found = [one for one in central.requests if ATTACHMENTS in one.url.path]
    return [f"{one.method} {one.url.path.rpartition('/')[2].partition('(')[0]}" for one in found]


# What becomes of it.


@pytest.mark.parametrize("made", [credit_request, counter_request], ids=["credit", "taken back"])
def test_the_posted_document_has_the_paper_that_its_request_names(made):
    central = wickham()
    request = named(made())
    book = IntentBook(central.now)
    book.add(request)
    assert post_credits(book, connected(central, papers), "tester", central.now) == Posted(posted=1)
    row = book.rows[request.reference]
    assert attached(central, row["draft_id"]) == attached(central) == [(paper_name(request.reference), PAPER)]
    attachments = f"GET {ATTACHMENTS}"
    file = "attachmentContent"
    assert sent(central) == [attachments, f"POST {ATTACHMENTS}", f"PATCH {file}", attachments, f"GET {file}"]


def test_of_a_request_that_names_none_nothing_is_asked():
    central = wickham()
    erp = connected(central, lambda reference: None)
    erp.post(erp.create_draft(credit_request()), ON)
    assert (len(posted(central)), sent(central)) == (1, [])


@pytest.mark.parametrize("known", NOBODY_HAS_IT)
def test_a_paper_that_is_not_there_or_another_is_refused_before_anything_is_sent(known):
    central = wickham()
    with pytest.raises(PermanentError, match="reconciliation that is not there"):
        connected(central, known).create_draft(named())
    assert central.requests == []


def test_a_draft_that_is_discarded_takes_its_paper_with_it():
    central = wickham()
    erp = connected(central, papers)
    draft_id = erp.create_draft(named())
    central.books.attach({"parentType": "Sales Credit Memo", "parentId": draft_id, "fileName": NAME})
    erp.discard(draft_id)
    assert attached(central) == []


# What is found half done.


@pytest.mark.parametrize("begun", BEGUN)
def test_whatever_is_there_the_draft_is_posted_with_one_paper_and_what_is_not_ours_is_left_alone(begun):
    central = wickham()
    erp = connected(central, papers)
    draft_id = erp.create_draft(named())
    for name, file in (*NOT_OURS, *BEGUN[begun]):
        put(central, draft_id, name, file)
    erp.post(draft_id, ON)
    assert sorted(attached(central, draft_id)) == sorted([*NOT_OURS, (NAME, PAPER)])


def put(central: BusinessCentral, draft_id: str, name: str, file: bytes) -> None:
    body = {"parentType": "Sales Credit Memo", "parentId": draft_id, "fileName": name}
    made = central.books.attach(body)
    if file:
        central.books.fill(made, file)


def test_a_paper_that_is_whole_is_not_sent_again():
    central = wickham()
    erp = connected(central, papers)
    draft_id = erp.create_draft(named())
    put(central, draft_id, NAME, PAPER)
    erp.post(draft_id, ON)
    assert sent(central) == [f"GET {ATTACHMENTS}", "GET attachmentContent"]


# Death and bad lines.


@pytest.mark.parametrize("death", [dies_before, dies_after])
def test_whoever_dies_at_any_request_from_then_on_the_next_attempt_posts_it_with_one_paper(death):
    first, *_, end = asked()
    for failing in range(first, end):
        clock = Clock()
        central = wickham(clock)
        book = IntentBook(clock)
        book.add(named())
        with pytest.raises(Died):
            post_credits(book, connected(Unlucky(central, failing, death), papers), "run-1", clock)
        ensure_paper_of_whatever_is_posted(central)
        erp = connected(central, papers)
        for _ in range(2):
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS + 120)
            post_credits(book, erp, "run-2", clock)
        assert (book.rows[REFERENCE]["state"], len(posted(central)), len(memos(central))) == ("posted", 1, 1), failing
        assert attached(central) == [(NAME, PAPER)], failing


@pytest.mark.parametrize("fate", FATES)
def test_whatever_becomes_of_any_one_request_for_it_the_credit_is_posted_with_one_paper(fate):
    for failing in asked()[:-1]:
        clock = Clock()
        central = wickham(clock)
        erp = connected(Unlucky(central, failing, FATES[fate]), papers)
        book = IntentBook(clock)
        book.add(named())
        total = Posted()
        for _ in range(3):
            total = total + post_credits(book, erp, "tester", clock)
            ensure_paper_of_whatever_is_posted(central)
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
        assert (total.posted, total.parked, len(memos(central))) == (1, 0, 1), (failing, total, book.rows)
        assert attached(central) == [(NAME, PAPER)], failing


def asked() -> list[int]:
    """Which of a credit's requests are for its paper, and how many there are of all."""
    central = wickham()
    counted = Unlucky(central, -1, dies_before)
    book = IntentBook(central.now)
    book.add(named())
    assert post_credits(book, connected(counted, papers), "tester", central.now) == Posted(posted=1)
    tokens = counted.asked - len(central.requests)
    places = [place for place, one in enumerate(central.requests, tokens) if ATTACHMENTS in one.url.path]
    return [*places, counted.asked]


def ensure_paper_of_whatever_is_posted(central: BusinessCentral) -> None:
    for memo in memos(central):
        if memo["number"].startswith("PS-"):
            assert attached(central, memo["id"]) == [(NAME, PAPER)]


# What others do meanwhile.


def test_an_attachment_that_is_answered_by_anothers_id_is_made_anew_at_once():
    central = wickham()
    answered: list[str] = []

    def misnaming(request: httpx.Request) -> httpx.Response:
        answer = central(request)
        if request.method == "POST" and request.url.path.endswith(ATTACHMENTS) and not answered:
            answered.append(answer.json()["id"])
            return httpx.Response(201, json=answer.json() | {"id": f"f{answered[0][1:]}"})
        return answer

    erp = connected(misnaming, papers)
    erp.post(erp.create_draft(named()), ON)
    assert attached(central) == [(NAME, PAPER)]
    assert len(answered) == len(posted(central)) == 1


def test_an_attachment_that_somebody_changed_since_it_was_read_is_looked_at_again():
    central = wickham()
    changed: list[str] = []

    def changing(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE" and not changed:
            changed.append(request.url.path)
            central.books.touch(central.books.records(ATTACHMENTS)[0], fileName="theirs.pdf")
        return central(request)

    erp = connected(changing, papers)
    draft_id = erp.create_draft(named())
    put(central, draft_id, NAME, b"")
    erp.post(draft_id, ON)
    assert sorted(attached(central)) == [(NAME, PAPER), ("theirs.pdf", b"")]


def test_were_a_draft_changed_by_what_is_attached_to_it_the_second_attempt_would_post_it():
    central = wickham()

    def changing(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith(ATTACHMENTS):
            central.books.touch(memos(central)[0])
        return central(request)

    book = IntentBook(central.now)
    book.add(named())
    assert post_credits(book, connected(changing, papers), "tester", central.now) == Posted(waiting=1)
    assert post_credits(book, connected(changing, papers), "tester", central.now) == Posted(posted=1)
    assert attached(central) == [(NAME, PAPER)]


# Refusals.


def test_a_refused_attachment_parks_the_credit_with_business_centrals_words_and_posts_nothing():
    central = wickham()

    def refusing(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH" and request.url.path.endswith("/attachmentContent"):
            told = "The file type is not allowed.  CorrelationId:  0."
            return httpx.Response(400, json={"error": {"code": "Application_DialogException", "message": told}})
        return central(request)

    book = IntentBook(central.now)
    book.add(named())
    assert post_credits(book, connected(refusing, papers), "tester", central.now) == Posted(parked=1)
    assert "The file type is not allowed" in book.rows[REFERENCE]["problem"]
    assert posted(central) == []
    book.rows[REFERENCE] |= {"state": "drafted"}
    assert post_credits(book, connected(central, papers), "tester", central.now) == Posted(posted=1)
    assert attached(central) == [(NAME, PAPER)]


def test_missing_rights_stop_posting_and_park_nothing():
    central = wickham()
    central.denied.add(ATTACHMENTS)
    erp = connected(central, papers)
    draft_id = erp.create_draft(named())
    with pytest.raises(AccessDenied, match=r"documentAttachments.*Next: "):
        erp.post(draft_id, ON)
    assert posted(central) == []


def test_a_draft_that_goes_while_its_attachments_are_asked_for_stops_nobody_else():
    central = wickham()

    def deleting(request: httpx.Request) -> httpx.Response:
        if ATTACHMENTS in request.url.path:
            memos(central).clear()
        return central(request)

    erp = connected(deleting, papers)
    draft_id = erp.create_draft(named())
    with pytest.raises(PermanentError, match=r"does not exist.*Next: ") as refused:
        erp.post(draft_id, ON)
    assert not isinstance(refused.value, AccessDenied)


def test_where_attachments_do_not_come_to_rest_the_credit_waits():
    central = wickham()

    def meddling(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith(ATTACHMENTS):
            put(central, memos(central)[0]["id"], NAME, b"")
        return central(request)

    erp = connected(meddling, papers)
    draft_id = erp.create_draft(named())
    with pytest.raises(TransientError, match=rf"has not {NAME} as its one attachment.*Next: "):
        erp.post(draft_id, ON)
    assert posted(central) == []


# What stands against us there.


def request_of(central: BusinessCentral, method: str, path: str, **given: object) -> httpx.Response:
    erp = connected(central)
    company = next(iter(erp._companies().values()))
    token = erp._wire.tokens.current().reveal()
    url = f"{API}{erp._wire._root}/companies({company})/{path}"
    headers = {"Authorization": token, "Data-Access-Intent": "ReadWrite", **given.pop("headers", {})}
    return central(httpx.Request(method, url, headers=headers, **given))


def test_business_central_itself_keeps_two_of_a_name_and_tells_no_size_of_a_single_one():
    central = wickham()
    draft_id = connected(central).create_draft(credit_request())
    put(central, draft_id, NAME, PAPER)
    where = {"$filter": f"parentId eq {draft_id} and parentType eq 'Sales Credit Memo'"}
    (one,) = request_of(central, "GET", ATTACHMENTS, params=where).json()["value"]
    assert (one["byteSize"], "attachmentContent" in one) == (0, False)
    put(central, draft_id, NAME, b"")
    sizes = [one["byteSize"] for one in request_of(central, "GET", ATTACHMENTS, params=where).json()["value"]]
    assert sizes == [len(PAPER), 0]
    assert request_of(central, "GET", ATTACHMENTS).status_code == 400


@pytest.mark.parametrize(("tag", "status"), [(None, 400), ('W/"stale"', 409), ("*", 204)])
def test_business_central_itself_changes_no_attachment_under_a_stale_tag(tag, status):
    central = wickham()
    draft_id = connected(central).create_draft(credit_request())
    put(central, draft_id, NAME, b"")
    path = f"{ATTACHMENTS}({central.books.records(ATTACHMENTS)[0]['id']})"
    headers = {"If-Match": tag} if tag else {}
    filled = request_of(central, "PATCH", f"{path}/attachmentContent", headers=headers, content=PAPER)
    assert (filled.status_code, attached(central)) == (status, [(NAME, PAPER if tag == "*" else b"")])
    assert request_of(central, "DELETE", path, headers=headers).status_code == status


def test_business_central_itself_gives_the_attachments_of_a_posted_document_new_ids():
    central = wickham()
    erp = connected(central)
    draft_id = erp.create_draft(credit_request())
    put(central, draft_id, NAME, PAPER)
    before = [one["id"] for one in central.books.records(ATTACHMENTS)]
    erp.post(draft_id, ON)
    assert attached(central, draft_id) == [(NAME, PAPER)]
    assert [one["id"] for one in central.books.records(ATTACHMENTS)] != before
