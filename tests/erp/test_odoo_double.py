"""The double of Odoo does what its sources say; each test names the words or the rule that it holds it to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.erp.doubles.odoo import ATTACHMENT, DEBUG, KEY, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import sold, wickham

_DOMAIN: dict[str, Any] = {"domain": []}


@pytest.fixture
def odoo() -> OdooDouble:
    return wickham()


def ask(odoo: OdooDouble, path: str, body: Any = None, /, key: str = KEY, **headers: str) -> httpx.Response:
    given = {"Authorization": f"bearer {key}", "Content-Type": "application/json"} | headers
    return odoo(httpx.Request("POST", f"https://wickham.example.com/json/2/{path}", headers=given, json=body))


def refund(**changed: Any) -> dict[str, Any]:
    line = {"quantity": 2, "price_unit": 10.0, "account_id": 1, "tax_ids": [[6, 0, [1]]], "name": "Coat"}
    return {"move_type": "out_refund", "partner_id": 2, "ref": "BH-1", "invoice_date": "2026-03-10",
            "invoice_line_ids": [[0, 0, line]]} | changed  # fmt: skip


def made(odoo: OdooDouble, **changed: Any) -> int:
    return int(ask(odoo, f"{MOVE}/create", {"vals_list": [refund(**changed)]}).json()[0])


def read(odoo: OdooDouble, move: int, *fields: str) -> dict[str, Any]:
    return dict(ask(odoo, f"{MOVE}/read", {"ids": [move], "fields": list(fields)}).json()[0])


# external_api.rst: a success is the method's value, an error an object of five keys


def test_a_success_is_the_value_itself(odoo):
    answer = ask(odoo, "res.company/search_read", {"domain": [], "fields": ["name", "currency_id"]})
    assert answer.status_code == 200
    assert answer.json() == [{"id": 1, "name": "Wickham & Rowe Ltd", "currency_id": [1, "GBP"]}]


def test_an_error_has_five_keys_and_its_traceback_in_the_last(odoo):
    answer = ask(odoo, f"{MOVE}/search", _DOMAIN, key="wrong")
    assert answer.status_code == 401
    assert list(answer.json()) == ["name", "message", "arguments", "context", "debug"]
    assert answer.json()["arguments"] == ["Invalid apikey", 401]
    assert answer.json()["debug"].startswith(DEBUG)


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("account.mouve/search", _DOMAIN, 404, "the model 'account.mouve' does not exist"),
        ("account.move/_post", {}, 404, "does not exist"),
        ("res.partner/action_post", {}, 404, "does not exist"),
        ("account.move/search", {}, 422, "missing a required argument: 'domain'"),
        ("account.move/search", {"domain": [], "depth": 3}, 422, "got an unexpected keyword argument 'depth'"),
        ("account.move/create", {"ids": [0], "vals_list": [{}]}, 422, "cannot call account.move.create with ids"),
        ("account.move/search", [], 400, "expecting a json object"),
        ("account.move/search_read", {"fields": ["colour"]}, 500, "Invalid field 'colour' on model 'account.move'"),
        ("account.move/search", {"domain": [["colour", "=", 1]]}, 500, "Invalid field account.move.colour"),
        ("account.move/create", {"vals_list": [{"colour": 1}]}, 500, "Invalid field 'colour' on model"),
        ("account.move/read", {"ids": [999]}, 404, "Record does not exist or has been deleted."),
        ("account.move/unlink", {"ids": [999]}, 404, "Record does not exist or has been deleted."),
        ("res.partner/create", {"vals_list": [{"ref": "C-1"}]}, 422, "Missing required value for the field 'name'"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_status_of_its_exception(path, body, status, told, odoo):
    answer = ask(odoo, path, body)
    assert answer.status_code == status
    assert told in answer.json()["message"]


def test_without_json_2_there_is_nothing_at_its_path(odoo):
    odoo.version = "18.0"
    assert ask(odoo, f"{MOVE}/search", _DOMAIN).status_code == 404


def test_a_key_lives_until_its_day(odoo):
    odoo.now = lambda: datetime(2026, 5, 31, 23, 59, tzinfo=UTC)
    assert ask(odoo, f"{MOVE}/search", _DOMAIN).status_code == 200
    odoo.now = lambda: datetime(2026, 6, 1, tzinfo=UTC)
    assert ask(odoo, f"{MOVE}/search", _DOMAIN).status_code == 401


def test_a_call_is_a_transaction_and_a_refused_one_leaves_nothing(odoo):
    before = odoo.records.copy()
    bad = refund(invoice_line_ids=[[0, 0, {"quantity": 1, "price_unit": 1, "account_id": False}]])
    assert ask(odoo, f"{MOVE}/create", {"vals_list": [refund(), bad]}).status_code == 422
    assert odoo.records.tables == before


def test_a_host_in_front_answers_429_with_a_page_of_its_own(odoo):
    odoo.per_second = 1
    assert ask(odoo, f"{MOVE}/search", _DOMAIN).status_code == 200
    answer = ask(odoo, f"{MOVE}/search", _DOMAIN)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_reads_come_from_a_replica_where_there_is_one_and_changes_never_do(odoo):
    odoo.freeze_replica()
    move = made(odoo)
    assert ask(odoo, f"{MOVE}/read", {"ids": [move], "fields": ["ref"]}).status_code == 404
    assert ask(odoo, f"{MOVE}/search", {"domain": [["ref", "=", "BH-1"]]}).json() == []
    assert ask(odoo, f"{MOVE}/action_post", {"ids": [move]}).status_code == 200


# orm.rst: domains, orders, pages, what values look like


def test_pages_are_cut_out_of_the_order(odoo):
    moves = [made(odoo, ref=f"BH-{n % 2}") for n in range(5)]
    wanted = {"domain": [["ref", "=", "BH-0"]], "fields": ["id"], "order": "id desc", "offset": 1, "limit": 1}
    assert ask(odoo, f"{MOVE}/search_read", wanted).json() == [{"id": moves[2]}]


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ([["ref", "in", ["C-1017", "C-9"]]], [1]),
        ([["ref", "=", False]], [2, 4]),
        (["|", ["ref", "=", "C-1017"], ["parent_id.ref", "=", "C-1018"]], [1, 4]),
        (["!", ["ref", "!=", False]], [2, 4]),
        ([["ref", "=", "c-1017"]], []),
    ],
)
def test_domains(domain, found, odoo):
    assert ask(odoo, "res.partner/search", {"domain": domain}).json() == found


def test_times_are_kept_finer_than_they_are_told(odoo):
    (told,) = ask(odoo, "res.company/search_read", {"fields": ["write_date"]}).json()
    assert told["write_date"] == "2026-03-14 09:30:00"
    later = [["write_date", ">", "2026-03-14 09:30:00"]]
    assert ask(odoo, "res.company/search", {"domain": later}).json() == [1]


def test_a_record_that_changed_has_the_time_at_which_its_transaction_began(odoo):
    odoo.now = lambda: datetime(2026, 3, 14, 10, tzinfo=UTC)
    ask(odoo, "res.partner/write", {"ids": [1], "vals": {"name": "Nordstad AB"}})
    assert odoo.records.row("res.partner", 1)["write_date"] == odoo.now()


# account_move.py


def test_a_move_is_never_made_posted(odoo):
    answer = ask(odoo, f"{MOVE}/create", {"vals_list": [refund() | {"state": "posted"}]})
    assert "You cannot create a move already in the posted state" in answer.json()["message"]


def test_a_reference_may_stand_on_any_number_of_notes(odoo):
    moves = [made(odoo), made(odoo)]
    for move in moves:
        assert ask(odoo, f"{MOVE}/action_post", {"ids": [move]}).json() is False
    assert [read(odoo, move, "name")["name"] for move in moves] == ["RINV/2026/00001", "RINV/2026/00002"]


def test_a_draft_has_no_number_and_a_posted_move_cannot_be_posted_again(odoo):
    move = made(odoo)
    assert read(odoo, move, "name", "state") == {"id": move, "name": False, "state": "draft"}
    ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    answer = ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    assert (answer.status_code, answer.json()["name"]) == (422, "odoo.exceptions.UserError")
    assert answer.json()["message"] == f"The entry RINV/2026/00001 (id {move}) must be in draft."


def test_a_posted_move_lets_nobody_change_its_lines_or_day(odoo):
    move = made(odoo)
    ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    answer = ask(odoo, f"{MOVE}/write", {"ids": [move], "vals": {"invoice_date": "2026-03-01"}})
    assert answer.json()["message"].endswith("on a posted move: invoice_date")
    assert ask(odoo, f"{MOVE}/write", {"ids": [move], "vals": {"ref": "other"}}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"partner_id": False}, "The field 'Customer' is required"),
        ({"invoice_line_ids": []}, "You need to add a line before posting."),
    ],
)
def test_posting_wants_a_customer_and_a_line(changed, told, odoo):
    answer = ask(odoo, f"{MOVE}/action_post", {"ids": [made(odoo, **changed)]})
    assert (answer.status_code, told in answer.json()["message"]) == (422, True)


def test_posting_needs_the_billing_group(odoo):
    odoo.groups.remove("account.group_account_invoice")
    answer = ask(odoo, f"{MOVE}/action_post", {"ids": [made(odoo)]})
    assert (answer.status_code, answer.json()["name"]) == (403, "odoo.exceptions.AccessError")


@pytest.mark.parametrize(
    ("lock", "until", "posted", "day"),
    [
        ("sale_lock_date", "2026-03-09", True, "2026-03-10"),
        ("sale_lock_date", "2026-03-10", True, "2026-03-14"),  # moved: the last day of the month, or today
        ("fiscalyear_lock_date", "2026-03-12", True, "2026-03-14"),
        ("hard_lock_date", "2026-03-14", False, "2026-03-10"),
        ("tax_lock_date", "2026-03-31", False, "2026-03-10"),
    ],
)
def test_a_lock_date_moves_the_accounting_day_and_refuses_where_it_cannot(lock, until, posted, day, odoo):
    move = made(odoo)
    odoo.records.update("res.company", 1, {lock: until})
    answer = ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    told = read(odoo, move, "date", "invoice_date")
    assert (answer.is_success, told["date"], told["invoice_date"]) == (posted, day, "2026-03-10")
    if not posted:
        assert answer.json()["message"].startswith("You cannot add/modify entries prior to and inclusive of: ")


def test_a_draft_is_deleted_and_a_number_is_not(odoo):
    first, second = made(odoo), made(odoo)
    assert ask(odoo, f"{MOVE}/unlink", {"ids": [second]}).json() is True
    ask(odoo, f"{MOVE}/action_post", {"ids": [first]})
    ask(odoo, f"{MOVE}/action_post", {"ids": [made(odoo)]})
    ask(odoo, f"{MOVE}/button_draft", {"ids": [first]})
    answer = ask(odoo, f"{MOVE}/unlink", {"ids": [first]})
    assert "already consumed a sequence number and is not the last one" in answer.json()["message"]


def test_the_audit_trail_keeps_what_was_posted_once(odoo):
    odoo.records.update("res.company", 1, {"restrictive_audit_trail": True})
    move = made(odoo)
    ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    ask(odoo, f"{MOVE}/button_draft", {"ids": [move]})
    assert "To keep the audit trail" in ask(odoo, f"{MOVE}/unlink", {"ids": [move]}).json()["message"]


def test_a_refund_pays_the_invoice_that_it_reverses(odoo):
    invoice = sold(odoo, "INV-7", [{"quantity": 1, "price_unit": 20.0}])
    move = made(odoo, reversed_entry_id=invoice)
    ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    assert read(odoo, invoice, "payment_state")["payment_state"] == "reversed"
    assert read(odoo, move, "payment_state", "amount_residual")["amount_residual"] == 0


# account_tax.py, account_move_line.py


@pytest.mark.parametrize(("method", "tax"), [("round_per_line", "0.12"), ("round_globally", "0.11")])
def test_tax_is_rounded_by_line_or_once(method, tax, odoo):
    odoo.records.update("res.company", 1, {"tax_calculation_rounding_method": method})
    line = {"quantity": 1, "price_unit": 0.18, "account_id": 1, "tax_ids": [[6, 0, [1]]]}
    move = made(odoo, invoice_line_ids=[[0, 0, line]] * 3)
    assert read(odoo, move, "amount_tax")["amount_tax"] == float(tax)


def test_a_price_is_kept_with_the_digits_of_product_price(odoo):
    line = {"quantity": 3, "price_unit": 33.3333, "account_id": 1}
    assert read(odoo, made(odoo, invoice_line_ids=[[0, 0, line]]), "amount_untaxed")["amount_untaxed"] == 99.99
    odoo.records.update("decimal.precision", 1, {"digits": 4})
    assert read(odoo, made(odoo, invoice_line_ids=[[0, 0, line]]), "amount_untaxed")["amount_untaxed"] == 100.0


def test_a_tax_group_takes_the_amount_that_somebody_sets_and_no_other_group_does(odoo):
    totals = {
        "subtotals": [{"tax_groups": [{"id": 1, "tax_amount_currency": 4.01}, {"id": 2, "tax_amount_currency": 9}]}]
    }
    move = made(odoo, tax_totals=totals)
    assert read(odoo, move, "amount_tax", "amount_total") == {"id": move, "amount_tax": 4.01, "amount_total": 24.01}


def test_fixed_and_included_taxes(odoo):
    odoo.records.update("account.tax", 1, {"price_include": True})
    odoo.records.update("account.tax", 2, {"amount_type": "fixed", "amount": Decimal("0.5")})
    line = {"quantity": 2, "price_unit": 12.0, "account_id": 1, "tax_ids": [[6, 0, [1, 2]]]}
    assert read(odoo, made(odoo, invoice_line_ids=[[0, 0, line]]), "amount_tax")["amount_tax"] == 5.0


# ir_attachment.py of base and of account


def attach(odoo: OdooDouble, move: int, datas: str = "JVBERi0xLjQ=", **said: Any) -> httpx.Response:
    values = {"name": "paper.pdf", "res_model": MOVE, "res_id": move, "datas": datas} | said
    return ask(odoo, f"{ATTACHMENT}/create", {"vals_list": [values]})


def listed(odoo: OdooDouble, domain: list[Any], *fields: str) -> Any:
    return ask(odoo, f"{ATTACHMENT}/search_read", {"domain": domain, "fields": list(fields)}).json()


def test_digest_length_and_kind_of_a_file_are_the_servers_own(odoo):
    (made_one,) = attach(odoo, made(odoo), checksum="mine", file_size=7).json()
    fields = ("name", "checksum", "file_size", "mimetype", "datas", "company_id")
    assert listed(odoo, [["id", "=", made_one]], *fields) == [{
        "id": made_one, "name": "paper.pdf", "checksum": "18284a4fd0967804c9a02cb5be86798b54509153", "file_size": 8,
        "mimetype": "application/pdf", "datas": "JVBERi0xLjQ=", "company_id": [1, "Wickham & Rowe Ltd"],
    }]  # fmt: skip
    (empty,) = attach(odoo, 1, datas="").json()
    assert listed(odoo, [["id", "=", empty]], "checksum", "file_size") == [
        {"id": empty, "checksum": False, "file_size": 0}
    ]


def test_a_file_that_is_no_base64_is_a_fault_and_leaves_nothing(odoo):
    answer = attach(odoo, made(odoo), datas="JVBERi0xLjQ")
    assert (answer.status_code, answer.json()["name"]) == (500, "binascii.Error")
    assert listed(odoo, [["res_model", "=", MOVE]]) == []


def test_names_are_kept_single_by_nobody_and_files_of_fields_are_passed_over(odoo):
    move = made(odoo)
    ids = [attach(odoo, move, res_field=of).json()[0] for of in (False, False, "invoice_pdf_report_file")]
    assert [one["id"] for one in listed(odoo, [["res_id", "=", move], ["name", "=", "paper.pdf"]])] == ids[:2]
    assert [one["id"] for one in listed(odoo, [["id", "in", ids]])] == ids
    assert read(odoo, move, "attachment_ids")["attachment_ids"] == ids[:2]


def test_an_attachment_that_is_made_with_its_move_says_itself_of_what_it_is(odoo):
    bare = made(odoo, attachment_ids=[[0, 0, {"name": "paper.pdf", "datas": "JVBERi0xLjQ="}]])
    whole = made(odoo, attachment_ids=[[0, 0, {"name": "paper.pdf", "datas": "JVBERi0xLjQ=", "res_model": MOVE}]])
    assert [len(read(odoo, move, "attachment_ids")["attachment_ids"]) for move in (bare, whole)] == [0, 1]


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        ((ATTACHMENT, "create"), "You are not allowed to create"),
        ((MOVE, "write"), "not allowed to access this document"),
    ],
)
def test_who_may_not_write_the_move_attaches_nothing_to_it(lacking, told, odoo):
    move = made(odoo)
    odoo.lacking.add(lacking)
    answer = attach(odoo, move)
    assert (answer.status_code, answer.json()["name"], told in answer.json()["message"]) == (
        403, "odoo.exceptions.AccessError", True,
    )  # fmt: skip


def test_attachments_go_with_their_move_and_stay_when_it_is_posted(odoo):
    gone, kept = made(odoo), made(odoo)
    attach(odoo, gone)
    (stays,) = attach(odoo, kept).json()
    ask(odoo, f"{MOVE}/unlink", {"ids": [gone]})
    ask(odoo, f"{MOVE}/action_post", {"ids": [kept]})
    assert [one["id"] for one in listed(odoo, [["res_model", "=", MOVE]])] == [stays]


@pytest.mark.parametrize(
    ("restricted", "posted", "kept"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_restricted_audit_trail_keeps_the_papers_of_what_was_posted(restricted, posted, kept, odoo):
    odoo.records.update("res.company", 1, {"restrictive_audit_trail": restricted})
    move = made(odoo)
    (paper,) = attach(odoo, move).json()
    if posted:
        ask(odoo, f"{MOVE}/action_post", {"ids": [move]})
    changed = ask(odoo, f"{ATTACHMENT}/write", {"ids": [paper], "vals": {"datas": "JVBERi0xLjU="}})
    removed = ask(odoo, f"{MOVE}/write", {"ids": [move], "vals": {"attachment_ids": [[2, paper]]}})
    assert [changed.is_success, removed.is_success] == [not kept, not kept]
    if kept:
        assert removed.json()["message"] == "You cannot remove parts of a restricted audit trail."


def test_a_company_that_the_user_does_not_work_for_is_refused(odoo):
    answer = ask(odoo, f"{MOVE}/search", {"domain": [], "context": {"allowed_company_ids": [1, 2]}})
    assert answer.json()["message"] == "Access to unauthorized or invalid companies."


def test_what_is_archived_is_found_only_by_who_asks_for_it(odoo):
    odoo.records.update("product.product", 1, {"active": False})
    assert ask(odoo, "product.product/search", _DOMAIN).json() == [2, 3]
    assert ask(odoo, "product.product/search", _DOMAIN | {"context": {"active_test": False}}).json() == [1, 2, 3]


def test_the_clock_is_the_tests_own(odoo):
    start = odoo.now()
    odoo.now = lambda: start + timedelta(days=30)
    assert odoo.day().isoformat() == "2026-04-13"
