"""What `backhaul erp check business_central` says, step by step; and the double over real HTTP."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

import httpx
import pytest

from connectors.erp.business_central.checks import steps
from connectors.erp.business_central.reading import age
from pipelines.work.endings import Posted
from pipelines.work.post import post_credits
from tests.erp.credit_requests import credit_request
from tests.erp.doubles.business_central import SECRET, BusinessCentral
from tests.erp.doubles.business_central_wickham import connected, settings, wickham
from tests.erp.doubles.serving import served
from tests.work.intent_book import Clock, IntentBook

TODAY = date(2026, 3, 14)


def found(central: BusinessCentral, **changed: Any) -> dict[str, tuple[str, str]]:
    transport = httpx.MockTransport(central)
    asked = steps(settings(**changed), ["WR01"], ["nordstad"], TODAY, transport=transport)
    return {step.name: (step.state, f"{step.told} {step.following}") for step in asked}


def test_where_nothing_is_missing_every_step_says_so_and_nothing_is_changed():
    central = wickham()
    told = found(central, credit_account="6110")
    assert {name: state for name, (state, _) in told.items()} == {
        "secret": "ok", "token": "ok", "environment": "ok", "company WR01": "ok", "rights": "ok",
        "rights to write": "note", "customer nordstad": "ok", "account": "ok", "posting date": "ok",
    }  # fmt: skip
    assert {request.method for request in central.requests} == {"GET"}
    assert "documentAttachments" in told["rights"][1]


MISSING: dict[str, tuple[dict[str, Any], Callable[[BusinessCentral], object], str]] = {
    "token": ({"client_id": "another"}, lambda central: None, "AADSTS7000215"),
    "environment": ({"environment": "sandbox"}, lambda central: None, "Environment does not exist"),
    "company WR01": (
        {"companies": {"WR01": "Elsewhere"}}, lambda central: None, "no company named Elsewhere; there are WR01",
    ),
    "rights": ({}, lambda central: central.denied.add("items"), "items"),
    "customer nordstad": (
        {}, lambda central: central.books.touch(central.books.records("customers")[0], blocked="All"), "blocked: All",
    ),
    "account": ({"credit_account": "9999"}, lambda central: None, "9999 is not there"),
    "posting date": (
        {},
        lambda central: central.books.touch(central.books.setup, allowPostingTo="2026-02-28"),
        "any day to 2026-02-28",
    ),
}  # fmt: skip


def test_without_the_right_to_attachments_the_check_says_so():
    central = wickham()
    central.denied.add("documentAttachments")
    state, told = found(central)["rights"]
    assert (state, "may not read documentAttachments" in told) == ("missing", True)


@pytest.mark.parametrize("step", MISSING)
def test_what_is_missing_is_told_with_what_is_next(step):
    changed, change, words = MISSING[step]
    central = wickham()
    change(central)
    state, told = found(central, **changed)[step]
    assert state == "missing"
    assert words in told
    assert SECRET not in told


def test_a_retailer_without_a_customer_is_told():
    told = found(wickham(), customers={"lindhaus": "99999"})
    assert told["customer nordstad"][0] == told["customer lindhaus"][0] == "missing"


def test_a_secret_that_is_nowhere_ends_the_check(monkeypatch):
    changed = settings().model_copy(update={"secret_env": "BACKHAUL_NO_SUCH_SECRET"})
    (step,) = steps(changed, ["WR01"], [], TODAY)
    assert (step.name, step.state) == ("secret", "missing")


def test_where_no_token_can_be_fetched_the_setting_of_that_address_is_named():
    told = [step.following for step in steps(settings(token_url="http://127.0.0.1:9/token"), ["WR01"], [], TODAY)]
    assert any("under erp: token_url" in following for following in told)


def test_over_real_http_a_credit_is_posted_too():
    clock = Clock()
    central = wickham(clock)
    with served(central) as address:
        changed = {"url": address, "token_url": f"{address}/wickham.example/oauth2/v2.0/token"}
        over_http = connected(None, **changed)
        book = IntentBook(clock)
        book.add(credit_request())
        with closing(over_http):
            assert post_credits(book, over_http, "tester", clock) == Posted(posted=1)


def test_drafts_are_in_order_of_their_numbers_also_where_those_grow_longer():
    numbers = ["S-CR999", "S-CR1000", "S-CR1001"]
    assert sorted(({"number": one} for one in reversed(numbers)), key=age) == [{"number": one} for one in numbers]
