"""What every ERP must do, whichever it is: the contract of connectors/erp/port.py, run on each implementation."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import count

import pytest

from connectors.erp.file_out import FileOutErp
from connectors.erp.memory import MemoryErp
from connectors.erp.port import Erp
from schemas.errors import PermanentError
from tests.erp.credit_requests import counter_request, credit_line, credit_request
from tests.erp.doubles import business_central_wickham as central
from tests.erp.doubles import sap_requests_wickham as requests
from tests.erp.doubles.odoo_world import erp_of, wickham

ON = date(2026, 3, 14)
_numbers = count(1)


@pytest.fixture
def reference() -> str:
    """One of its own for each test: an ERP that runs for real is not empty."""
    return f"BH-TEST{next(_numbers):04}"


@pytest.fixture(
    params=[
        "file_out",
        "memory",
        "memory with a key of kind header",
        "memory with a key of kind field",
        "memory without drafts",
        "business_central",
        "sap",
        "sap_requests",
        "odoo",
        pytest.param("tryton", marks=pytest.mark.tryton),
    ]
)
def erp(request, tmp_path) -> Iterator[Erp]:
    if request.param == "sap":
        with closing(request.getfixturevalue("sap").erp(f"drafts-{next(_numbers)}", timeout_seconds=30)) as one:
            yield one
    else:
        yield _erp(request, tmp_path)


def _erp(request, tmp_path) -> Erp:
    if request.param == "file_out":
        return FileOutErp(tmp_path / "erp")
    if request.param == "business_central":
        # An invoice is paid by one note, and refuses a second.
        return central.connected(central.wickham(), apply_to_invoice=False)
    if request.param == "sap_requests":
        return requests.connected(requests.wickham())  # billing comes as soon as a request is released
    if request.param == "odoo":
        return erp_of(wickham(), tmp_path)
    if request.param == "tryton":
        return request.getfixturevalue("tryton").shared
    kind = request.param.rpartition(" ")[2]
    key = kind if kind in ("header", "field") else "none"
    return MemoryErp(native_key=key, draft_state="without" not in request.param)


def keeps_one(erp: Erp) -> bool:
    return erp.capabilities.native_key == "field"


def test_it_declares_what_it_can_do(erp):
    can = erp.capabilities
    assert can.max_request_seconds >= 0
    if not can.draft_state:
        assert can.max_request_seconds > 0, "without drafts, only this keeps a late posting from a second one"


def test_nothing_is_found_before_anything_was_sent(erp, reference):
    assert list(erp.find(reference)) == []
    assert erp.read("no-such-draft") is None
    assert erp.read(f"{reference}_1") is None


def test_a_draft_says_what_the_request_says(erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    draft = erp.read(draft_id)
    assert draft is not None
    assert (draft.reference, draft.draft_id, draft.retailer, draft.currency) == (
        reference, draft_id, "nordstad", "GBP",
    )  # fmt: skip
    assert (draft.net_minor, draft.tax_minor, draft.line_count) == (13333, 2667, 2)
    assert (draft.state, draft.number, draft.posted_on) == ("draft", None, None)
    assert list(erp.find(reference)) == [draft]


def test_two_requests_give_two_drafts_the_oldest_first_or_one_where_the_key_keeps_it_single(erp, reference):
    first, second = (erp.create_draft(credit_request(reference)) for _ in range(2))
    expected = [first] if keeps_one(erp) else [first, second]
    assert (first == second) is keeps_one(erp)
    assert [document.draft_id for document in erp.find(reference)] == expected


def test_the_order_of_drafts_holds_beyond_ten(erp, reference):
    drafts = [erp.create_draft(credit_request(reference)) for _ in range(12)]
    assert [document.draft_id for document in erp.find(reference)] == (drafts[:1] if keeps_one(erp) else drafts)


def test_where_the_key_keeps_it_single_a_posted_document_is_answered_too(erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    erp.post(draft_id, ON)
    again = erp.create_draft(credit_request(reference))
    assert (again == draft_id) is keeps_one(erp)
    assert [document.state for document in erp.find(reference) if document.draft_id == draft_id] == ["posted"]


def test_a_posted_draft_has_a_number_and_a_day_and_the_same_amounts(erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    draft = erp.read(draft_id)
    erp.post(draft_id, ON)
    posted = erp.read(draft_id)
    assert draft is not None
    assert posted is not None
    assert (posted.state, posted.posted_on) == ("posted", ON)
    assert posted.number
    assert posted.digest != draft.digest
    same = ("reference", "draft_id", "retailer", "currency", "net_minor", "tax_minor", "line_count", "request_hash")
    assert [getattr(posted, name) for name in same] == [getattr(draft, name) for name in same]
    assert list(erp.find(reference)) == [posted]


def test_a_draft_is_posted_once(erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    erp.post(draft_id, ON)
    before = erp.read(draft_id)
    with pytest.raises(PermanentError):
        erp.post(draft_id, ON)
    assert erp.read(draft_id) == before


def test_what_does_not_exist_cannot_be_posted(erp, reference):
    with pytest.raises(PermanentError):
        erp.post(f"{reference}_1", ON)
    with pytest.raises(PermanentError):
        erp.post("../../etc/passwd", ON)


def test_a_second_draft_of_a_reference_is_posted_only_where_the_erp_has_no_key(erp, reference):
    first, second = (erp.create_draft(credit_request(reference)) for _ in range(2))
    erp.post(first, ON)
    if keeps_one(erp):
        assert first == second
    elif erp.capabilities.native_key == "none":
        erp.post(second, ON)
        assert [document.state for document in erp.find(reference)] == ["posted", "posted"]
    else:
        with pytest.raises(PermanentError):
            erp.post(second, ON)
        assert [document.state for document in erp.find(reference)] == ["posted", "draft"]


def test_numbers_are_unique_and_rise(erp, reference):
    numbers = []
    for n in range(3):
        draft_id = erp.create_draft(credit_request(f"{reference}-{n}"))
        erp.post(draft_id, ON)
        numbers.append(erp.read(draft_id).number)
    assert numbers == sorted(set(numbers))


def test_references_do_not_see_each_other(erp, reference):
    one = erp.create_draft(credit_request(f"{reference}-1"))
    other = erp.create_draft(credit_request(f"{reference}-11", lines=(credit_line(),)))
    assert [d.draft_id for d in erp.find(f"{reference}-1")] == [one]
    assert [d.draft_id for d in erp.find(f"{reference}-11")] == [other]
    assert list(erp.find(reference)) == []


def test_an_orphan_is_discarded_and_its_id_never_comes_back(erp, reference):
    kept, orphan = (erp.create_draft(credit_request(reference)) for _ in range(2))
    erp.discard(orphan)
    erp.discard(orphan)
    assert erp.read(orphan) is None
    assert [document.draft_id for document in erp.find(reference)] == ([] if keeps_one(erp) else [kept])
    with pytest.raises(PermanentError):
        erp.post(orphan, ON)
    assert erp.create_draft(credit_request(reference)) not in (kept, orphan)


def test_a_posted_document_is_not_discarded(erp, reference):
    draft_id = erp.create_draft(credit_request(reference))
    erp.post(draft_id, ON)
    with pytest.raises(PermanentError):
        erp.discard(draft_id)
    assert erp.read(draft_id).state == "posted"


def test_the_request_is_recognised_where_the_erp_keeps_its_hash(erp, reference):
    requests = [credit_request(f"{reference}-{n}", return_number=f"R-{n}") for n in range(2)]
    kept = [erp.read(erp.create_draft(request)).request_hash for request in requests]
    assert kept == [hashlib.sha256(request.canonical().encode()).hexdigest() for request in requests]


@pytest.mark.parametrize("kind", ["reversal", "correction"])
def test_what_takes_a_credit_back_is_a_document_of_its_own_that_charges(erp, reference, kind):
    if not erp.capabilities.counter_documents:
        pytest.skip("it says that it cannot: such a request is never sent to it")
    draft_id = erp.create_draft(counter_request(reference, kind=kind))
    draft = erp.read(draft_id)
    assert (draft.state, draft.charges, draft.net_minor, draft.tax_minor, draft.line_count) == (
        "draft", True, 13333, 2667, 2,
    )  # fmt: skip
    erp.post(draft_id, ON)
    posted = erp.read(draft_id)
    assert (posted.state, posted.charges, posted.net_minor, posted.tax_minor) == ("posted", True, 13333, 2667)
    assert posted.number
    assert list(erp.find(reference)) == [posted]


def test_a_credit_and_what_takes_it_back_stand_beside_each_other(erp, reference):
    if not erp.capabilities.counter_documents:
        pytest.skip("it says that it cannot: such a request is never sent to it")
    requests = [credit_request(f"{reference}-1"), counter_request(f"{reference}-2")]
    drafts = [erp.create_draft(request) for request in requests]
    for draft_id in drafts:
        erp.post(draft_id, ON)
    credit, counter = (erp.read(draft_id) for draft_id in drafts)
    assert (credit.charges, counter.charges) == (False, True)
    assert credit.number != counter.number
    assert [one.draft_id for one in erp.find(f"{reference}-2")] == drafts[1:]
