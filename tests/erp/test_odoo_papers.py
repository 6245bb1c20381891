"""The reconciliation of a credit in Odoo: nothing is posted without it, nor with two, whoever died when."""

import base64
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.erp.http import Refused
from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.papers import paper_name
from connectors.erp.port import AccessDenied
from pipelines.work.endings import Posted
from pipelines.work.post import MARGIN_SECONDS, post_credits
from schemas.errors import PermanentError, TransientError
from tests.erp.credit_requests import counter_request, credit_request
from tests.erp.doubles.odoo import ATTACHMENT, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import company, erp_of, sold, wickham
from tests.erp.one_fault import FATES, Died, Unlucky, dies_after, dies_before
from tests.erp.paper_cases import BEGUN, NAME, NOBODY_HAS_IT, NOT_OURS, OTHER, PAPER, REFERENCE, named, papers
from tests.work.intent_book import Clock, IntentBook

ON = date(2026, 3, 14)


@pytest.fixture
def odoo() -> OdooDouble:
    return wickham()


def notes(odoo: OdooDouble, state: str | None = None) -> list[dict[str, Any]]:
    """What carries our reference."""
    rows = odoo.records.tables[MOVE].values()
    return [one for one in rows if one.get("ref") == REFERENCE and state in (None, one["state"])]


def put(odoo: OdooDouble, move: int, name: str, file: bytes, **said: Any) -> int:
    values = {
        "name": name,
        "res_model": MOVE,
        "res_id": move,
        "datas": base64.b64encode(file).decode(),
        "company_id": 1,
    }
    return odoo.attachments.create(values | said)


def strip(odoo: OdooDouble, move: int) -> None:
    """Somebody takes away what is attached."""
    odoo.attachments.go_with(MOVE, move)


def of_papers(odoo: OdooDouble) -> list[str]:
    return [path.removeprefix("/json/2/") for path in odoo.asked if ATTACHMENT in path]


# What becomes of it.


@pytest.mark.parametrize("made", [credit_request, counter_request], ids=["credit", "taken back"])
def test_the_posted_document_has_the_paper_that_its_request_names(made, odoo, tmp_path):
    request = named(made())
    book = IntentBook(odoo.now)
    book.add(request)
    assert post_credits(book, erp_of(odoo, tmp_path, papers), "tester", odoo.now) == Posted(posted=1)
    posted = int(book.rows[request.reference]["draft_id"])
    assert odoo.attachments.files(posted) == [(paper_name(request.reference), PAPER)]
    (row,) = odoo.records.tables[ATTACHMENT].values()
    assert (row["mimetype"], row["file_size"], row["company_id"]) == ("application/pdf", len(PAPER), 1)


def test_it_is_made_with_the_draft_by_one_request_and_costs_two_looks(odoo, tmp_path):
    erp = erp_of(odoo, tmp_path, papers)
    draft = erp.create_draft(named())
    assert (odoo.attachments.files(int(draft)), of_papers(odoo)) == ([(NAME, PAPER)], [])
    odoo.asked.clear()
    erp.post(draft, ON)
    asked = [path.removeprefix("/json/2/") for path in odoo.asked]
    looks = [f"{MOVE}/search_read", f"{ATTACHMENT}/search_read"]
    assert asked[-5:] == [*looks, f"{MOVE}/write", f"{MOVE}/search_read", f"{MOVE}/action_post"]


def test_of_a_request_that_names_none_nothing_is_asked(odoo, tmp_path):
    erp = erp_of(odoo, tmp_path, lambda reference: None)
    erp.post(erp.create_draft(credit_request()), ON)
    assert (len(notes(odoo, "posted")), of_papers(odoo)) == (1, [])


@pytest.mark.parametrize("known", NOBODY_HAS_IT)
def test_a_paper_that_is_not_there_or_another_is_refused_before_anything_is_sent(known, odoo, tmp_path):
    with pytest.raises(PermanentError, match="reconciliation that is not there"):
        erp_of(odoo, tmp_path, known).create_draft(named())
    assert odoo.asked == []


def test_a_draft_that_is_discarded_takes_its_paper_with_it(odoo, tmp_path):
    erp = erp_of(odoo, tmp_path, papers)
    erp.discard(erp.create_draft(named()))
    assert odoo.records.tables[ATTACHMENT] == {}


@pytest.mark.parametrize("stripped", [False, True])
def test_it_belongs_to_the_company_of_its_note(stripped, odoo, tmp_path):
    other = company(odoo, "Rowe Outlet Ltd")
    odoo.records.update("res.users", 1, {"company_ids": (1, other)})
    sold(odoo, "INV-1001", [{}, {}], journal_id=2)
    erp = erp_of(odoo, tmp_path, papers, companies={"WR01": "Rowe Outlet Ltd"})
    draft = erp.create_draft(named())
    if stripped:
        strip(odoo, int(draft))
        with pytest.raises(TransientError):
            erp.post(draft, ON)
    erp.post(draft, ON)
    assert [one["company_id"] for one in odoo.records.tables[ATTACHMENT].values()] == [other]


# What is found.

NOT_YET = "had not its reconciliation as its one attachment of that name; it is not posted"


@pytest.mark.parametrize("begun", BEGUN)
def test_whatever_is_there_the_draft_is_posted_with_one_paper_and_what_is_not_ours_is_left_alone(begun, odoo, tmp_path):
    erp = erp_of(odoo, tmp_path, papers)
    draft = erp.create_draft(named())
    strip(odoo, int(draft))
    for name, file in (*NOT_OURS, *BEGUN[begun]):
        put(odoo, int(draft), name, file)
    if begun != "there":
        odoo.asked.clear()
        with pytest.raises(TransientError, match=rf"{NOT_YET}.*Next: nothing"):
            erp.post(draft, ON)
        assert [path for path in odoo.asked if "search_read" not in path] == [f"/json/2/{MOVE}/write"]
    erp.post(draft, ON)
    assert sorted(odoo.attachments.files(int(draft))) == sorted([*NOT_OURS, (NAME, PAPER)])


def test_a_file_of_a_field_is_none_of_the_attachments(odoo, tmp_path):
    erp = erp_of(odoo, tmp_path, papers)
    draft = erp.create_draft(named())
    put(odoo, int(draft), NAME, OTHER, res_field="invoice_pdf_report_file")
    erp.post(draft, ON)
    assert sorted(odoo.attachments.files(int(draft))) == sorted([(NAME, PAPER), (NAME, OTHER)])


# Death and bad lines.


@pytest.mark.parametrize("death", [dies_before, dies_after])
def test_whoever_dies_at_any_request_the_next_attempt_posts_it_with_one_paper(death, tmp_path):
    for failing in range(asked_in_all(tmp_path)):
        clock = Clock()
        odoo, book = Losing(now=clock), IntentBook(clock)
        book.add(named())
        run_until_dead(book, erp_of(Unlucky(odoo, failing, death), tmp_path, papers), clock)
        ensure_paper_of_whatever_is_posted(odoo.double)
        erp = erp_of(odoo, tmp_path, papers)
        for _ in range(3):
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS + 120)
            post_credits(book, erp, "run-2", clock)
        assert (book.rows[REFERENCE]["state"], len(notes(odoo.double, "posted"))) == ("posted", 1), failing
        ensure_paper_of_whatever_is_posted(odoo.double)


def run_until_dead(book: IntentBook, erp: OdooErp, clock: Clock) -> None:
    with pytest.raises(Died):
        [post_credits(book, erp, "run-1", clock) for _ in range(2)]


@pytest.mark.parametrize("fate", FATES)
def test_whatever_becomes_of_any_one_request_the_credit_is_posted_with_one_paper(fate, tmp_path):
    for failing in range(asked_in_all(tmp_path)):
        clock = Clock()
        odoo, book = Losing(now=clock), IntentBook(clock)
        erp = erp_of(Unlucky(odoo, failing, FATES[fate]), tmp_path, papers)
        book.add(named())
        total = Posted()
        for _ in range(4):
            total = total + post_credits(book, erp, "tester", clock)
            ensure_paper_of_whatever_is_posted(odoo.double)
            clock.forward(erp.capabilities.max_request_seconds + MARGIN_SECONDS)
        assert (total.posted, total.parked, len(notes(odoo.double, "posted"))) == (1, 0, 1), (failing, total, book.rows)


class Losing:
    """A database in which each new draft loses its paper to somebody, so that it is set right by a request as well."""

    def __init__(self, now: Clock) -> None:
        self.double = wickham(now=now)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.double(request)
        if request.url.path.endswith(f"/{MOVE}/create"):
            for draft in notes(self.double, "draft"):
                strip(self.double, draft["id"])
        return answer


def asked_in_all(folder: Path) -> int:
    """How many requests a credit takes whose paper is set right."""
    clock = Clock()
    odoo, book = Losing(now=clock), IntentBook(clock)
    counted = Unlucky(odoo, -1, dies_before)
    book.add(named())
    erp = erp_of(counted, folder, papers)
    assert [post_credits(book, erp, "tester", clock) for _ in range(2)] == [Posted(waiting=1), Posted(posted=1)]
    return counted.asked


def ensure_paper_of_whatever_is_posted(odoo: OdooDouble) -> None:
    for note in notes(odoo, "posted"):
        assert odoo.attachments.files(note["id"]) == [(NAME, PAPER)]


# What others do meanwhile.

Meddling = Callable[[OdooDouble, int], object]
MEANWHILE: dict[str, tuple[str, Meddling]] = {
    "the attachment goes before it is read": (f"{ATTACHMENT}/search_read", strip),
    "the attachment goes before it is taken away": (f"{MOVE}/write", strip),
    "the draft goes before its attachments are asked for": (
        f"{MOVE}/search_read", lambda odoo, draft: odoo.moves.unlink(draft, accountant=True),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANWHILE)
def test_what_others_change_meanwhile_is_looked_at_again_by_a_later_attempt(case, odoo, tmp_path):
    path, meddling = MEANWHILE[case]
    at_work: list[str] = []

    def meddled(request: httpx.Request) -> httpx.Response:
        looking = request.url.path.endswith(path) and (
            "attachment_ids" in request.content.decode() or ATTACHMENT in path
        )
        if looking and not at_work:
            at_work.append(path)
            meddling(odoo, int(draft))
        return odoo(request)

    erp = erp_of(meddled, tmp_path, papers)
    draft = erp_of(odoo, tmp_path, papers).create_draft(named())
    put(odoo, int(draft), NAME, OTHER)
    with pytest.raises(TransientError, match=NOT_YET):
        erp.post(draft, ON)
    assert (at_work, notes(odoo, "posted")) == ([path], [])
    if notes(odoo):
        with pytest.raises(TransientError, match=NOT_YET):
            erp.post(draft, ON)
        erp.post(draft, ON)
        assert odoo.attachments.files(int(draft)) == [(NAME, PAPER)]


def test_a_replica_that_knows_the_draft_and_not_yet_its_paper_makes_nobody_attach_a_second(odoo, tmp_path):
    behind = odoo.records.copy()
    erp = erp_of(odoo, tmp_path, papers)
    draft = erp.create_draft(named())

    def stale(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(f"/{ATTACHMENT}/search_read"):
            odoo._replica = behind
        answer = odoo(request)
        odoo.thaw_replica()
        return answer

    with pytest.raises(TransientError):
        erp_of(stale, tmp_path, papers).post(draft, ON)
    assert (odoo.attachments.files(int(draft)), notes(odoo, "posted")) == ([(NAME, PAPER)], [])


# Refusals.


def test_without_the_right_to_attach_nothing_is_made_and_posting_stops(odoo, tmp_path):
    odoo.lacking.add((ATTACHMENT, "create"))
    with pytest.raises(AccessDenied, match=r"not allowed to create 'ir.attachment'.*Next: "):
        erp_of(odoo, tmp_path, papers).create_draft(named())
    assert notes(odoo) == []


def test_what_the_audit_trail_keeps_parks_the_credit_with_odoos_words(odoo, tmp_path):
    erp = erp_of(odoo, tmp_path, papers)
    draft = int(erp.create_draft(named()))
    put(odoo, draft, NAME, PAPER)
    odoo.records.update("res.company", 1, {"restrictive_audit_trail": True})
    odoo.records.update(MOVE, draft, {"posted_before": True})
    with pytest.raises(Refused, match=r"You cannot remove parts of a restricted audit trail\. Next: a person"):
        erp.post(str(draft), ON)
    assert notes(odoo, "posted") == []
