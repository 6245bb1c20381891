"""Credit notes in Odoo, against the double of its JSON-2 API: what is sent, read back, refused, and never shown."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from connectors.erp.http import Refused
from connectors.erp.odoo.adapter import OdooErp
from connectors.erp.odoo.notes import priced
from connectors.erp.odoo.wire import plain, sent
from schemas.credits import CreditRequest, Fee
from schemas.errors import PermanentError
from schemas.money import share, to_decimal
from tests.erp.credit_requests import counter_request, credit_line, credit_request
from tests.erp.doubles.odoo import LINE, MOVE, OdooDouble
from tests.erp.doubles.odoo_world import company, erp_of, sold, wickham
from tests.erp.doubles.serving import served

ON = date(2026, 3, 14)


@pytest.fixture
def odoo() -> OdooDouble:
    return wickham()


@pytest.fixture
def erp(odoo, tmp_path) -> OdooErp:
    return erp_of(odoo, tmp_path)


def drafted(odoo: OdooDouble, erp: OdooErp, request: CreditRequest | None = None) -> dict[str, Any]:
    return odoo.records.row(MOVE, int(erp.create_draft(request or credit_request())))


def lines_of(odoo: OdooDouble, move: int, shown: str = "product") -> list[dict[str, Any]]:
    return [one for one in odoo.moves._lines(move) if one["display_type"] == shown]


def row_of(odoo: OdooDouble, number: str) -> dict[str, Any]:
    return next(one for one in odoo.records.tables[MOVE].values() if one["name"] == number)


# What a draft is


def test_a_draft_is_a_credit_note_of_its_original_invoice(odoo, erp):
    draft, original = drafted(odoo, erp), row_of(odoo, "INV-1001")
    assert (draft["move_type"], draft["state"], draft["ref"]) == ("out_refund", "draft", "BH-AAAAAAAAAAAAA")
    assert draft["reversed_entry_id"] == original["id"]
    for same in ("partner_id", "journal_id", "currency_id", "commercial_partner_id"):
        assert draft[same] == original[same]
    assert (draft["amount_untaxed"], draft["amount_tax"]) == (Decimal("133.33"), Decimal("26.67"))


def test_a_line_names_its_invoice_line_and_its_return_line(odoo, erp):
    first = lines_of(odoo, drafted(odoo, erp)["id"])[0]
    assert first["name"] == (
        "Wool coat, navy, 38\n3 pieces\nINV-1001 line 1, return line nordstad/R-1/1, overstock"
    )  # 100.00 is no three times a price of two decimals
    assert (first["quantity"], first["price_unit"]) == (1, Decimal("100.00"))
    assert (first["product_id"], first["account_id"], first["tax_ids"]) == (1, 1, (1,))


def test_fees_are_told_on_their_line(odoo, erp):
    fee = Fee(kind="restocking", net=Decimal("5.00"), reason="20 % restocking")
    draft = drafted(odoo, erp, credit_request(lines=(credit_line(1, fees=(fee,)),)))
    assert lines_of(odoo, draft["id"])[0]["name"].endswith(", less 5.00 (20 % restocking)")


def test_what_takes_a_note_back_is_an_invoice_that_names_it_and_reverses_none(odoo, erp):
    draft = drafted(odoo, erp, counter_request())
    assert (draft["move_type"], draft["reversed_entry_id"]) == ("out_invoice", None)
    assert draft["invoice_origin"] == "R-1, reversal of CN-000001: INV-1001"
    assert [line["quantity"] * line["price_unit"] for line in lines_of(odoo, draft["id"])] == [100, Decimal("33.33")]


def test_an_invoice_of_a_sale_is_none_of_ours(odoo, erp):
    original = row_of(odoo, "INV-1001")
    odoo.records.update(MOVE, original["id"], {"ref": "PO-4711"})
    assert erp.read(str(original["id"])) is None
    with pytest.raises(PermanentError, match="there is no draft"):
        erp.post(str(original["id"]), ON)
    erp.discard(str(original["id"]))
    assert row_of(odoo, "INV-1001")["state"] == "posted"


def test_a_note_of_several_invoices_names_them_and_reverses_none(odoo, erp):
    sold(odoo, "INV-1002", [{}])
    lines = (credit_line(1), credit_line(2, invoice_number="INV-1002", invoice_line="1"))
    draft = drafted(odoo, erp, credit_request(lines=lines))
    assert draft["reversed_entry_id"] is None
    assert draft["invoice_origin"] == "R-1: INV-1001, INV-1002"


@pytest.mark.parametrize(
    ("net", "units", "currency", "places", "expected"),
    [
        ("99.99", 3, "GBP", 2, (3, Decimal("33.33"))),
        ("100.00", 3, "GBP", 2, (1, Decimal("100.00"))),
        ("100.00", 3, "GBP", 4, (3, Decimal("33.3333"))),
        ("1000", 7, "JPY", 2, (7, Decimal("142.86"))),
        ("0.00", 5, "GBP", 2, (5, Decimal("0.00"))),
        ("0.01", 24, "GBP", 2, (1, Decimal("0.01"))),
    ],
)
def test_a_price_gives_the_exact_amount_or_stands_for_the_whole_line(net, units, currency, places, expected):
    assert priced(Decimal(net), units, currency, places) == expected


@pytest.mark.parametrize("rounding", ["round_per_line", "round_globally"])
@pytest.mark.parametrize("seed", range(6))
def test_amounts_are_ours_to_the_cent_however_odoo_rounds(rounding, seed, tmp_path):
    odoo, random = wickham(), Random(seed)
    odoo.records.update("res.company", 1, {"tax_calculation_rounding_method": rounding})
    rates = [(20, [1]), (5, [2]), (0, [3])]
    taxes = [random.choice(rates) for _ in range(random.choice([2, 9]))]
    sold(odoo, "INV-9", [{"tax_ids": [[6, 0, ids]], "quantity": 100} for _, ids in taxes])
    erp, request = erp_of(odoo, tmp_path), credit_request(lines=tuple(_shares(random, taxes)))
    read = erp.read(erp.create_draft(request))
    assert read is not None
    assert (to_decimal(read.net_minor, "GBP"), to_decimal(read.tax_minor, "GBP")) == (request.net, request.tax)


def _shares(random: Random, taxes: list[tuple[int, list[int]]]):
    """Lines whose tax is rounded as a share of an invoice is: a cent beside what their own net would give."""
    for place, (rate, _) in enumerate(taxes, 1):
        net = random.randint(1, 90_000)
        tax = share(net, rate, 100) + (random.choice([-1, 0, 1]) if rate and net > 100 else 0)
        amounts = {"net": to_decimal(net, "GBP"), "tax": to_decimal(tax, "GBP"), "tax_rate": Decimal(rate)}
        yield credit_line(place, invoice_number="INV-9", units=random.randint(1, 100), **amounts)


def test_without_the_tax_that_we_say_odoo_would_compute_another(odoo):
    odoo.records.update("res.company", 1, {"tax_calculation_rounding_method": "round_per_line"})
    lines = [[0, 0, {"quantity": 1, "price_unit": 0.02, "account_id": 1, "tax_ids": [[6, 0, [1]]]}] for _ in range(5)]
    made = odoo.moves.create({"move_type": "out_refund", "partner_id": 2, "invoice_line_ids": lines})
    assert odoo.records.row(MOVE, made)["amount_tax"] == 0  # five times 0.004
    odoo.records.update("res.company", 1, {"tax_calculation_rounding_method": "round_globally"})
    made = odoo.moves.create({"move_type": "out_refund", "partner_id": 2, "invoice_line_ids": lines})
    assert odoo.records.row(MOVE, made)["amount_tax"] == Decimal("0.02")


@pytest.mark.parametrize(("tax", "said"), [("20.00", False), ("20.01", True)])
def test_a_tax_is_said_only_where_odoo_may_compute_another(tax, said, odoo, tmp_path):
    bodies: list[bytes] = []

    def heard(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return odoo(request)

    erp = OdooErp(erp_of(odoo, tmp_path)._settings, transport=httpx.MockTransport(heard))
    draft = erp.read(erp.create_draft(credit_request(lines=(credit_line(tax=Decimal(tax)),))))
    assert any(b"tax_totals" in body for body in bodies) is said
    assert draft.tax_minor == int(Decimal(tax) * 100)


def test_a_line_of_several_taxes_is_left_to_odoos_arithmetic(odoo, erp):
    sold(odoo, "INV-7", [{"tax_ids": [[6, 0, [1, 2]]]}])
    line = credit_line(1, invoice_number="INV-7", tax=Decimal("24.99"), tax_rate=Decimal(25))
    assert drafted(odoo, erp, credit_request(lines=(line,)))["amount_tax"] == Decimal("25.00")


# What cannot be credited

Spoil = Callable[[OdooDouble], object]
UNFIT: dict[str, tuple[dict[str, Any], Spoil, str]] = {
    "no such invoice": ({"invoice_number": "INV-1"}, lambda odoo: None, "Odoo has none"),
    "of another day": ({"invoice_date": date(2026, 3, 1)}, lambda odoo: None, "Odoo has it of 2026-03-02"),
    "a line it does not have": ({"invoice_line": "9"}, lambda odoo: None, "Odoo has 2 lines"),
    "a line with a name": ({"invoice_line": "freight"}, lambda odoo: None, "Odoo has 2 lines"),
    "more than was sold": ({"units": 11}, lambda odoo: None, "sold 10 in Odoo, not 11"),
    "another rate": ({"tax_rate": Decimal(5)}, lambda odoo: None, "was taxed 20 % in Odoo, not 5 %"),
    "another item": (
        {"vendor_item": "SCARF", "gtin": "09520000000035"}, lambda odoo: None, "sold Coat-38 in Odoo, not SCARF",
    ),
    "tax inside the price": (
        {}, lambda odoo: odoo.records.update("account.tax", 1, {"price_include": True}), "inside its price",
    ),
    "sold by the dozen": (
        {}, lambda odoo: odoo.records.update(LINE, 1, {"product_uom_id": 2}), "sold in Dozens, not in pieces",
    ),
    "an invoice that is not posted": (
        {}, lambda odoo: odoo.moves.button_draft(row_of(odoo, "INV-1001")["id"]), "Odoo has none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_what_does_not_fit_its_original_invoice_is_refused_before_anything_is_sent(case, odoo, erp):
    changed, spoil, told = UNFIT[case]
    spoil(odoo)
    with pytest.raises(PermanentError, match=rf"{told}.*Next: "):
        erp.create_draft(credit_request(lines=(credit_line(**changed),)))
    assert not any(path.endswith("/create") for path in odoo.asked)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"retailer": "lindhaus"}, "was sold to Nordstad, accounts in Odoo, which is not lindhaus"),
        ({"currency": "EUR"}, "is in GBP in Odoo, and BH-AAAAAAAAAAAAA in EUR"),
        ({"company": "WR02"}, "no company named WR02"),
    ],
)
def test_another_customer_currency_or_company_is_refused(changed, told, erp):
    with pytest.raises(PermanentError, match=rf"{told}.*Next: "):
        erp.create_draft(credit_request(**changed))


def test_invoices_of_two_customers_are_not_credited_by_one_note(odoo, erp):
    sold(odoo, "INV-1002", [{}], partner_id=3)
    lines = (credit_line(1), credit_line(2, invoice_number="INV-1002", invoice_line="1"))
    with pytest.raises(PermanentError, match=r"have not the same commercial_partner_id in Odoo.*Next: "):
        erp.create_draft(credit_request(lines=lines))


def test_two_companies_may_have_an_invoice_of_the_same_number(odoo, tmp_path):
    other = company(odoo, "Rowe Outlet Ltd")
    odoo.records.update("res.users", 1, {"company_ids": (1, other)})
    sold(odoo, "INV-1001", [{"quantity": 1, "tax_ids": [[6, 0, [4]]]}], journal_id=2)
    erp = erp_of(odoo, tmp_path)
    draft = erp.create_draft(credit_request())
    assert odoo.records.row(MOVE, int(draft))["company_id"] == 1
    assert [one.draft_id for one in erp.find("BH-AAAAAAAAAAAAA")] == [draft]


# Posting


def test_the_number_is_drawn_when_it_is_posted_and_the_invoice_is_paid_by_it(odoo, erp):
    draft = erp.create_draft(credit_request())
    assert odoo.records.row(MOVE, int(draft))["name"] is False
    erp.post(draft, ON)
    posted = erp.read(draft)
    assert (posted.number, posted.posted_on) == ("RINV/2026/00001", ON)
    assert odoo.records.row(MOVE, int(draft))["payment_state"] == "paid"
    assert row_of(odoo, "INV-1001")["payment_state"] == "partial"


def test_a_note_that_pays_later_reads_the_same(odoo, erp):
    draft = erp.create_draft(credit_request())
    erp.post(draft, ON)
    before = erp.read(draft)
    odoo.records.update(MOVE, int(draft), {"payment_state": "not_paid", "amount_residual": Decimal(1)})
    assert erp.read(draft) == before


def test_odoos_own_words_are_told_when_it_refuses_to_post(odoo, erp):
    draft = erp.create_draft(credit_request())
    odoo.records.update("account.journal", 1, {"active": False})
    with pytest.raises(Refused, match=r"You cannot post an entry in an archived journal \(Sales\)\. Next: "):
        erp.post(draft, ON)
    assert erp.read(draft).state == "draft"


def test_a_posting_that_somebody_else_was_faster_with_is_refused_by_odoo(odoo, tmp_path):
    def faster(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/action_post"):
            odoo(request)
        return odoo(request)

    erp = OdooErp(erp_of(odoo, tmp_path)._settings, transport=httpx.MockTransport(faster))
    draft = erp.create_draft(credit_request())
    with pytest.raises(Refused, match="must be in draft"):
        erp.post(draft, ON)
    assert erp.read(draft).number == "RINV/2026/00001"


def test_a_locked_day_is_refused_in_odoos_words(odoo, erp):
    draft = erp.create_draft(credit_request())
    odoo.records.update("res.company", 1, {"sale_lock_date": "2026-03-31"})
    with pytest.raises(Refused, match=r"prior to and inclusive of: Sales Lock Date \(03/31/2026\)"):
        erp.post(draft, ON)
    assert erp.read(draft).number is None


def test_a_day_that_odoo_moves_behind_its_lock_is_told_as_it_is(odoo, erp):
    draft = erp.create_draft(credit_request())
    odoo.records.update("res.company", 1, {"fiscalyear_lock_date": "2026-03-10"})
    erp.post(draft, date(2026, 3, 9))
    assert erp.read(draft).posted_on == ON


def test_a_draft_that_was_posted_once_is_never_discarded(odoo, erp):
    draft = erp.create_draft(credit_request())
    erp.post(draft, ON)
    odoo.moves.button_draft(int(draft))
    with pytest.raises(PermanentError, match=r"was posted as RINV/2026/00001 and cannot be discarded"):
        erp.discard(draft)


def test_a_draft_that_somebody_cancelled_is_as_good_as_gone(odoo, erp):
    draft = erp.create_draft(credit_request())
    odoo.moves.button_cancel(int(draft))
    assert erp.read(draft) is None
    assert list(erp.find("BH-AAAAAAAAAAAAA")) == []


def test_a_note_that_somebody_cancelled_after_posting_is_a_fault(odoo, erp):
    draft = erp.create_draft(credit_request())
    erp.post(draft, ON)
    odoo.moves.button_cancel(int(draft))
    with pytest.raises(PermanentError, match=r"RINV/2026/00001 .* is cancelled in Odoo.*Next: "):
        erp.find("BH-AAAAAAAAAAAAA")


def test_what_somebody_changed_in_a_draft_is_read_as_it_is(odoo, erp):
    draft = int(erp.create_draft(credit_request()))
    line = lines_of(odoo, draft)[0]["id"]
    note = lines_of(odoo, draft, "line_note")[0]["id"]
    odoo.moves.write(draft, {"invoice_line_ids": [[2, line], [2, note]]})
    read = erp.read(str(draft))
    assert (read.line_count, read.net_minor, read.request_hash) == (1, 3333, None)


def test_no_draft_is_posted_whose_amounts_change_with_the_day(odoo, tmp_path):
    def moving(request: httpx.Request) -> httpx.Response:
        answer = odoo(request)
        if request.url.path.endswith("/write"):
            odoo.records.update(MOVE, int(draft), {"amount_tax": Decimal("26.68")})
        return answer

    erp = OdooErp(erp_of(odoo, tmp_path)._settings, transport=httpx.MockTransport(moving))
    draft = erp.create_draft(credit_request())
    with pytest.raises(PermanentError, match=r"amounts of draft .* changed in Odoo with its day"):
        erp.post(draft, ON)
    assert erp.read(draft).state == "draft"


def test_over_a_real_socket_it_is_the_same(odoo, tmp_path: Path):
    with served(odoo) as url:
        erp = OdooErp(erp_of(odoo, tmp_path, url=url)._settings)
        draft = erp.create_draft(credit_request())
        erp.post(draft, ON)
        posted = erp.read(draft)
        erp.close()
    assert (posted.number, posted.net_minor, posted.tax_minor) == ("RINV/2026/00001", 13333, 2667)


def test_amounts_pass_as_their_shortest_decimal():
    assert plain({"a": 133.33, "b": False, "c": [1, "x"]}) == {"a": Decimal("133.33"), "b": None, "c": [1, "x"]}
    assert sent({"a": Decimal("33.33"), "b": ON, "c": [Decimal(1)]}) == {"a": 33.33, "b": "2026-03-14", "c": [1.0]}
