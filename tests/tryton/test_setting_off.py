"""A note is set off against the invoice that it credits, in the transaction that posts it: on a real Tryton."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import count

import pytest

from connectors.erp.tryton.adapter import TrytonErp
from connectors.erp.tryton.wire import Record
from schemas.credits import Corrected, CreditLine, CreditRequest
from tests.erp.credit_requests import counter_request, credit_line, credit_request
from tests.tryton.selling import ON, Clerk
from tests.tryton.server import Server

pytestmark = pytest.mark.tryton
# What the clerk sells anew each time: INV-1002, 24 coats at 19.99 and 500 scarves at 7.0015, and 20 % tax.
COATS = {"invoice_line": "1", "vendor_item": "COAT-38", "gtin": "09520000000011"}
SCARVES = {"invoice_line": "2", "vendor_item": "SCARF-1", "gtin": "09520000000028"}
TOTAL = Decimal("4776.61")
_numbers = count(1)


@pytest.fixture(scope="module")
def clerk(tryton: Server) -> Iterator[Clerk]:
    """On a database of its own, as our notes here are dated later than those of others."""
    clerk = Clerk(tryton)
    yield clerk
    clerk.close()


@pytest.fixture
def erp(clerk: Clerk) -> Iterator[TrytonErp]:
    erp = TrytonErp(clerk.settings)
    yield erp
    erp.close()


def sold(clerk: Clerk) -> str:
    """The number of an invoice that is posted just now."""
    return str(_read(clerk, "id", clerk._invoice(1))["number"])


def invoice(clerk: Clerk, number: str) -> tuple[Decimal, bool]:
    """What is still to pay of it, and whether all of it is settled."""
    found = _read(clerk, "number", number)
    return found["amount_to_pay"], found["reconciled"] is not None


def _read(clerk: Clerk, field: str, value: object) -> Record:
    fields = ("number", "amount_to_pay", "reconciled")
    (found,) = clerk.wire.search("account.invoice", [[field, "=", value]], fields)
    return found


def credit(erp: TrytonErp, *lines: CreditLine) -> str:
    """Draft and post a note; answers its number."""
    return posted(erp, credit_request(_reference(), issued_on=ON, lines=lines))


def posted(erp: TrytonErp, request: CreditRequest) -> str:
    draft_id = erp.create_draft(request)
    erp.post(draft_id, ON)
    document = erp.read(draft_id)
    assert document is not None
    return str(document.number)


def _reference() -> str:
    return f"BH-SETOFF{next(_numbers):04}"


def line(line_no: int, number: str, units: int, net: str, tax: str, **item: str) -> CreditLine:
    fields = {"invoice_number": number, "invoice_date": ON, "units": units, "net": Decimal(net), "tax": Decimal(tax)}
    return credit_line(line_no, **fields, **item)


def test_a_note_lowers_what_is_to_pay_of_its_invoice(clerk, erp):
    number = sold(clerk)
    note = credit(erp, line(1, number, 2, "39.98", "8.00", **COATS))
    assert invoice(clerk, number) == (TOTAL - Decimal("47.98"), False)
    credit(erp, line(1, number, 1, "19.99", "4.00", **COATS))
    assert invoice(clerk, number) == (TOTAL - Decimal("71.97"), False)
    assert invoice(clerk, note)[1] is False


def test_a_note_of_all_of_an_invoice_settles_both(clerk, erp):
    number = sold(clerk)
    credit(erp, line(1, number, 24, "479.76", "95.95", **COATS))
    note = credit(erp, line(1, number, 500, "3500.75", "700.15", **SCARVES))
    assert (invoice(clerk, number), invoice(clerk, note)) == ((0, True), (0, True))


def test_a_note_of_more_than_is_open_stays_open_on_the_account(clerk, erp):
    number = sold(clerk)
    credit(erp, line(1, number, 500, "3500.75", "700.15", **SCARVES))
    credit(erp, line(1, number, 20, "399.80", "79.96", **COATS))
    left = TOTAL - Decimal("4200.90") - Decimal("479.76")
    assert invoice(clerk, number) == (left, False)
    note = credit(erp, line(1, number, 24, "479.76", "95.95", **COATS))
    assert invoice(clerk, number) == (left, False)
    assert invoice(clerk, note) == (-Decimal("575.71"), False)


def test_a_note_of_several_invoices_stays_open_on_the_account(clerk, erp):
    one, other = sold(clerk), sold(clerk)
    note = credit(erp, line(1, one, 1, "19.99", "4.00", **COATS), line(2, other, 1, "19.99", "4.00", **COATS))
    assert [invoice(clerk, number)[0] for number in (one, other, note)] == [TOTAL, TOTAL, -Decimal("47.98")]


def test_where_the_settings_say_so_nothing_is_set_off(clerk):
    number = sold(clerk)
    erp = TrytonErp(clerk.settings.model_copy(update={"apply_to_invoice": False}))
    credit(erp, line(1, number, 2, "39.98", "8.00", **COATS))
    erp.close()
    assert invoice(clerk, number) == (TOTAL, False)


def test_what_takes_a_note_back_that_was_set_off_is_open_on_the_account(clerk, erp):
    number = sold(clerk)
    lines = (line(1, number, 2, "39.98", "8.00", **COATS),)
    corrects = Corrected(reference=f"BH-SETOFF{next(_numbers):04}", number=credit(erp, *lines), posted_on=ON)
    counter = posted(erp, counter_request(_reference(), issued_on=ON, lines=lines, corrects=corrects))
    assert [invoice(clerk, one)[0] for one in (number, counter)] == [TOTAL - Decimal("47.98"), Decimal("47.98")]
