"""Faults of Odoo and of the way to it: which stop everything, which are tried again, and what nobody may see."""

from datetime import UTC, date, datetime

import httpx
import pytest

from connectors.erp.http import Refused
from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.port import AccessDenied
from schemas.errors import PermanentError, TransientError, UncertainError
from tests.erp.credit_requests import credit_request
from tests.erp.doubles.odoo import KEY, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import erp_of, wickham

ON = date(2026, 3, 14)


@pytest.fixture
def odoo() -> OdooDouble:
    return wickham()


@pytest.fixture
def erp(odoo, tmp_path) -> OdooErp:
    return erp_of(odoo, tmp_path)


def test_a_key_that_ran_out_stops_posting_for_all(odoo, erp):
    odoo.now = lambda: datetime(2026, 7, 1, tzinfo=UTC)
    with pytest.raises(AccessDenied, match=r"Invalid apikey.*Next: put a valid key"):
        erp.find("BH-AAAAAAAAAAAAA")


def test_a_right_that_is_missing_is_told_in_odoos_words(odoo, erp):
    odoo.lacking.add((MOVE, "create"))
    with pytest.raises(AccessDenied, match=r"not allowed to create 'account.move'.*Next: give the key's user"):
        erp.create_draft(credit_request())


def test_a_host_that_is_busy_has_taken_nothing_and_says_for_how_long(odoo, erp):
    odoo.per_second, odoo.retry_after = 0, 120
    with pytest.raises(TransientError, match="takes no more requests for now"):
        erp.create_draft(credit_request())
    asked = len(odoo.asked)
    with pytest.raises(TransientError, match=r"asked for a pause, of which 1[12]\d s are left"):
        erp.create_draft(credit_request())
    assert len(odoo.asked) == asked


def test_a_server_of_several_databases_must_be_told_which(odoo, tmp_path):
    odoo.databases = 2
    with pytest.raises(Refused, match="requested URL was not found"):
        erp_of(odoo, tmp_path).find("BH-1")
    assert erp_of(odoo, tmp_path, database="wickham").find("BH-1") == []


def test_a_fault_of_the_server_is_in_doubt_where_it_may_have_changed_something(odoo, tmp_path):
    def broken(request: httpx.Request) -> httpx.Response:
        if failing not in request.url.path:
            return odoo(request)
        return httpx.Response(500, json={"name": "builtins.ValueError", "message": "x", "debug": "Traceback"})

    erp = OdooErp(erp_of(odoo, tmp_path)._settings, transport=httpx.MockTransport(broken))
    failing = "search_read"
    with pytest.raises(TransientError):
        erp.find("BH-1")
    failing = "create"
    with pytest.raises(UncertainError):
        erp.create_draft(credit_request())


@pytest.mark.parametrize("cut", [None, 400])
def test_a_traceback_of_odoo_reaches_nobody(cut, odoo, tmp_path):
    def answered(request: httpx.Request) -> httpx.Response:
        answer = odoo(request)
        body = answer.content
        if not answer.is_success:
            assert b"Traceback" in body[:cut]
        return httpx.Response(answer.status_code, content=body[:cut] if not answer.is_success else body)

    erp = OdooErp(erp_of(odoo, tmp_path)._settings, transport=httpx.MockTransport(answered))
    draft = erp.create_draft(credit_request())
    odoo.records.update("account.journal", 1, {"active": False})
    with pytest.raises(PermanentError) as fault:
        erp.post(draft, ON)
    assert "Traceback" not in str(fault.value)
    assert "/opt/odoo" not in str(fault.value)


def test_a_replica_that_is_behind_hides_a_draft_and_never_makes_one_of_two(odoo, erp):
    odoo.freeze_replica()
    draft = erp.create_draft(credit_request())
    assert list(erp.find("BH-AAAAAAAAAAAAA")) == []
    assert erp.read(draft) is None
    odoo.thaw_replica()
    assert [one.draft_id for one in erp.find("BH-AAAAAAAAAAAAA")] == [draft]


def test_the_key_is_in_no_text(odoo, tmp_path):
    def echoing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(422, json={"message": f"you sent {request.headers['Authorization']}"})

    erp = OdooErp(erp_of(odoo, tmp_path)._settings, transport=httpx.MockTransport(echoing))
    with pytest.raises(Refused) as fault:
        erp.find("BH-1")
    assert KEY not in str(fault.value)
    assert KEY not in repr(erp._client)
