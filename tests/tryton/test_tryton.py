"""What a real Tryton makes of our credit notes, beyond the contract of all ERPs."""

import base64
import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from connectors.erp.port import AccessDenied
from connectors.erp.tryton.adapter import TrytonErp, connect
from connectors.erp.tryton.wire import Wire
from schemas.credits import CreditLine, CreditRequest, Fee, Paper
from schemas.errors import PermanentError, UncertainError
from schemas.money import to_minor
from tests.erp.credit_requests import credit_line, credit_request
from tests.tryton.server import KEY, Server

pytestmark = pytest.mark.tryton
ON = date(2026, 3, 14)
_numbers = count(1)
LINE_FIELDS = (
    "lines.origin",
    "lines.quantity",
    "lines.unit_price",
    "lines.amount",
    "lines.product.code",
    "lines.taxes",
)


@pytest.fixture
def reference() -> str:
    return f"BH-TRYTON{next(_numbers):04}"


@pytest.fixture
def erp(tryton: Server) -> TrytonErp:
    return tryton.shared


@pytest.fixture
def wire(erp: TrytonErp) -> Wire:
    """Tryton as it is behind the adapter."""
    erp.find("BH-NOTHING")
    return erp._wire


def lindhaus(reference: str, *lines: CreditLine) -> CreditRequest:
    """A request of the customer whose invoice, INV-1005, has rates of 25 % and of none."""
    return credit_request(reference, retailer="lindhaus", lines=lines)


def other_line(line_no: int, **changed: object) -> CreditLine:
    """A line of INV-1005."""
    fields = {"invoice_number": "INV-1005", "invoice_date": date(2026, 3, 4), "tax_rate": Decimal(25)}
    if line_no > 1:
        fields |= {"vendor_item": "SCARF-1", "gtin": "09520000000028"}
    return credit_line(line_no, **fields | changed)


# --- against the original invoice


def test_every_line_stands_against_its_line_of_the_original_invoice(erp, wire, reference):
    draft_id = erp.create_draft(credit_request(reference))
    fields = ("party.code", "account", "journal", "type", "reference", "origin_invoices", *LINE_FIELDS)
    (note,) = wire.search("account.invoice", [["id", "=", int(draft_id)]], fields)
    (original,) = wire.search("account.invoice", [["number", "=", "INV-1001"]], ("account", "journal", *LINE_FIELDS))
    assert [line["origin"] for line in note["lines"]] == [
        f"account.invoice.line,{line['id']}" for line in original["lines"]
    ]
    assert [line["taxes"] for line in note["lines"]] == [line["taxes"] for line in original["lines"]]
    assert (note["account"], note["journal"]) == (original["account"], original["journal"])
    assert (note["party"]["code"], note["type"], note["reference"]) == ("NORDSTAD", "out", reference)
    assert [(line["quantity"], line["unit_price"]) for line in note["lines"]] == [
        (-3.0, Decimal("33.3333")),
        (-1.0, Decimal("33.3300")),
    ]
    assert note["origin_invoices"] == [original["id"]]


def test_the_reconciliation_hangs_on_the_note_and_goes_with_a_draft_that_is_discarded(tryton, reference):
    data = b"%PDF-1.4 of the tests"
    paper = Paper(name=f"{reference}.pdf", sha256=hashlib.sha256(data).hexdigest())
    erp = TrytonErp(tryton.shared._settings, papers={reference: data}.get)
    draft_id = erp.create_draft(credit_request(reference, reconciliation=paper))
    fields = ["backhaul_papers.name", "backhaul_papers.data"]
    (note,) = erp._wire.search("account.invoice", [["id", "=", int(draft_id)]], fields)
    told = [(one["name"], base64.b64decode(one["data"]["base64"])) for one in note["backhaul_papers"]]
    assert (told, attached(tryton, draft_id)) == ([(paper.name, data)], [paper.name])
    erp.discard(draft_id)
    assert attached(tryton, draft_id) == []
    erp.close()


def attached(tryton: Server, draft_id: str) -> list[str]:
    """What hangs on an invoice, from the database itself: our key may not search attachments."""
    path = tryton.folder / f"{tryton.shared._settings.database}.sqlite"
    with closing(sqlite3.connect(path)) as database:
        query = "select name from ir_attachment where resource = ?"
        return [name for (name,) in database.execute(query, [f"account.invoice,{draft_id}"])]


def test_a_reconciliation_that_is_not_there_is_refused_before_anything_is_sent(erp, reference):
    with pytest.raises(PermanentError, match="not there"):
        erp.create_draft(credit_request(reference, reconciliation=Paper(name="a.pdf", sha256="0" * 64)))
    assert list(erp.find(reference)) == []


def test_fees_are_told_on_their_line(erp, wire, reference):
    fee = Fee(kind="restocking", net=Decimal("5.00"), reason="20 % restocking")
    draft_id = erp.create_draft(credit_request(reference, lines=(credit_line(1, fees=(fee,)),)))
    (note,) = wire.search("account.invoice", [["id", "=", int(draft_id)]], ["lines.note"])
    assert note["lines"][0]["note"].endswith(", less 5.00 (20 % restocking)")


def test_one_note_credits_several_invoices(erp, wire, reference):
    other = credit_line(2, invoice_number="INV-1002", invoice_date=date(2026, 3, 3), invoice_line="1")
    draft_id = erp.create_draft(credit_request(reference, lines=(credit_line(1), other)))
    (note,) = wire.search("account.invoice", [["id", "=", int(draft_id)]], ["origin_invoices.number"])
    assert [one["number"] for one in note["origin_invoices"]] == ["INV-1001", "INV-1002"]


def test_the_item_is_known_by_its_gtin_too(erp, reference):
    assert erp.create_draft(credit_request(reference, lines=(credit_line(1, vendor_item="NAVY-38"),)))


# --- to the cent, with our tax


@pytest.mark.parametrize("off", ["-0.02", "-0.01", "0", "0.01", "0.02"])
def test_the_tax_is_ours_to_the_cent_and_the_account_move_ties(off, erp, wire, reference):
    lines = (
        other_line(1, units=7, net=Decimal("349.65"), tax=Decimal("87.41") + Decimal(off)),
        other_line(2, units=3, net=Decimal("29.99"), tax=Decimal(0), tax_rate=Decimal(0), tax_category="Z"),
        other_line(3, units=1, net=Decimal("12.49"), tax=Decimal("3.13")),
    )
    request = lindhaus(reference, *lines)
    draft_id = erp.create_draft(request)
    erp.post(draft_id, ON)
    document = erp.read(draft_id)
    assert (document.net_minor, document.tax_minor) == (39213, to_minor(request.tax, "GBP"))
    fields = ["move.state", "move.lines.debit", "move.lines.credit", "move.lines.account", "account"]
    (note,) = wire.search("account.invoice", [["id", "=", int(draft_id)]], fields)
    moved = note["move"]["lines"]
    assert note["move"]["state"] == "posted"
    assert sum(one["debit"] - one["credit"] for one in moved) == 0
    (owed,) = [one for one in moved if one["account"] == note["account"]]
    assert owed["credit"] == request.net + request.tax


@pytest.mark.parametrize(("units", "net"), [(500, "3500.75"), (499, "3493.74"), (333, "1000.01"), (120, "0.01")])
def test_an_amount_that_no_price_of_four_decimals_gives_is_still_exact(units, net, erp, reference):
    tax = (Decimal(net) / 5).quantize(Decimal("0.01"))
    fields = {"invoice_number": "INV-1002", "invoice_date": date(2026, 3, 3), "vendor_item": "SCARF-1"}
    line = credit_line(2, units=units, net=Decimal(net), tax=tax, **fields)
    document = erp.read(erp.create_draft(credit_request(reference, lines=(line,))))
    assert (document.net_minor, document.tax_minor) == (to_minor(Decimal(net), "GBP"), to_minor(tax, "GBP"))


# --- one document a reference


def test_requests_at_the_same_moment_make_one_document(tryton, erp, reference):
    request = credit_request(reference)

    def make(_: int) -> str | None:
        one = tryton.erp(database=erp._settings.database)
        try:
            return one.create_draft(request)
        except UncertainError:  # SQLite lets one writer in at a time, and others give up
            return None
        finally:
            one.close()

    with ThreadPoolExecutor(6) as threads:
        made = set(threads.map(make, range(12))) - {None}
    assert made == {document.draft_id for document in erp.find(reference)}
    assert len(made) == 1


def test_another_request_under_the_same_reference_gets_the_first_ones_document_and_shows_it(erp, reference):
    first = credit_request(reference)
    draft_id = erp.create_draft(first)
    assert erp.create_draft(credit_request(reference, return_number="R-2")) == draft_id
    (document,) = erp.find(reference)
    assert document.request_hash != credit_request(reference, return_number="R-2").canonical()
    assert erp.read(draft_id).net_minor == to_minor(first.net, "GBP")


def test_a_draft_that_a_person_cancels_is_gone_and_leaves_room_for_another(erp, wire, reference):
    cancelled = erp.create_draft(credit_request(reference))
    wire.act("account.invoice", int(cancelled), "cancel")
    assert list(erp.find(reference)) == []
    assert erp.read(cancelled) is None
    with pytest.raises(PermanentError):
        erp.post(cancelled, ON)
    again = erp.create_draft(credit_request(reference))
    assert again != cancelled
    assert [document.draft_id for document in erp.find(reference)] == [again]


def test_a_draft_that_a_person_validates_is_still_a_draft_and_can_be_discarded(erp, wire, reference):
    draft_id = erp.create_draft(credit_request(reference))
    wire.act("account.invoice", int(draft_id), "validate_invoice")
    assert erp.read(draft_id).state == "draft"
    erp.discard(draft_id)
    assert list(erp.find(reference)) == []


def test_documents_of_others_are_none_of_ours(erp, wire):
    (theirs,) = wire.search("account.invoice", [["number", "=", "INV-1001"]], ["state"])
    other = str(theirs["id"])
    assert erp.read(other) is None
    erp.discard(other)
    with pytest.raises(PermanentError, match="there is no draft"):
        erp.post(other, ON)
    assert wire.search("account.invoice", [["number", "=", "INV-1001"]], ["state"]) == [theirs]


# --- refusals, in words that a person can act on


def test_a_closed_period_is_a_refusal_in_trytons_words_and_the_draft_waits(erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    with pytest.raises(PermanentError, match=r"reopen the period .2026-01.*Next: "):
        erp.post(draft_id, date(2026, 1, 15))
    assert erp.read(draft_id).state == "draft"
    erp.post(draft_id, ON)
    assert erp.read(draft_id).posted_on == ON


UNFIT = {
    "an invoice that is not there": ({"invoice_number": "INV-9"}, "Tryton has none"),
    "an invoice of another day": ({"invoice_date": date(2026, 3, 1)}, "Tryton has it of 2026-03-02"),
    "a line that is not there": ({"invoice_line": "3"}, "Tryton has 2 lines"),
    "a line that is no number": ({"invoice_line": "A"}, "Tryton has 2 lines"),
    "another item": ({"vendor_item": "SCARF-1", "gtin": "09520000000028"}, "sold COAT-38 in Tryton, not SCARF-1"),
    "more than was sold": ({"units": 11}, "sold 10, not 11"),
    "another rate": ({"tax_rate": Decimal(25)}, "taxed 20 % in Tryton, not 25 %"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_the_original_invoice_does_not_bear_is_refused_before_anything_is_sent(case, erp, reference):
    changed, told = UNFIT[case]
    with pytest.raises(PermanentError, match=f"{told}.*Next: "):
        erp.create_draft(credit_request(reference, lines=(credit_line(1, **changed),)))
    assert list(erp.find(reference)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"retailer": "lindhaus"}, "INV-1001 was sold to NORDSTAD in Tryton, and lindhaus is LINDHAUS"),
        ({"retailer": "askeby"}, "askeby has no customer in Tryton"),
        ({"company": "WR02"}, "no company whose party has the code WR02"),
        ({"currency": "EUR"}, "INV-1001 is in GBP in Tryton"),
    ],
)
def test_whom_tryton_does_not_know_is_refused_before_anything_is_sent(changed, told, erp, reference):
    with pytest.raises(PermanentError, match=f"{told}.*Next: "):
        erp.create_draft(credit_request(reference, **changed))
    assert list(erp.find(reference)) == []


def test_a_key_that_is_not_valid_any_more_is_no_fault_of_a_note(tryton, tmp_path, reference):
    erp = tryton.erp(key_file=private(tmp_path, "another-key-than-ours"), database=tryton.shared._settings.database)
    with pytest.raises(AccessDenied, match="Next: "):
        erp.find(reference)
    erp.close()


def test_a_user_without_rights_is_refused_in_trytons_words(tryton, tmp_path, reference):
    visitor = private(tmp_path, f"{KEY}-of-a-visitor")
    erp = tryton.erp(key_file=visitor, database=tryton.shared._settings.database)
    with pytest.raises(PermanentError, match=r"not allowed to access.*Next: "):
        erp.find(reference)
    erp.close()


def private(folder: Path, key: str) -> Path:
    path = folder / "key"
    path.touch(0o600)
    path.write_text(key)
    return path


def test_a_copy_that_a_person_makes_has_no_key(erp, wire, tryton, reference):
    draft_id = erp.create_draft(credit_request(reference))
    client, own = connect(erp._settings)
    own.act_for([1])
    own.ask("account.invoice", f"{draft_id}/copy", {})
    client.close()
    copies = wire.search(
        "account.invoice", [["backhaul_key", "=", None], ["state", "=", "draft"]], ["backhaul_request"]
    )
    assert [one["backhaul_request"] for one in copies] == [None]
    assert [document.draft_id for document in erp.find(reference)] == [draft_id]
