"""What every ERP must do, whichever it is: the contract of connectors/erp/port.py, run on each implementation."""

from datetime import date

import pytest

from connectors.erp.file_out import FileOutErp
from connectors.erp.memory import MemoryErp
from connectors.erp.port import Erp
from schemas.errors import PermanentError
from tests.erp.credit_requests import credit_line, credit_request

ON = date(2026, 3, 14)
REFERENCE = credit_request().reference


@pytest.fixture(params=["file_out", "memory", "memory with a unique key"])
def erp(request, tmp_path) -> Erp:
    if request.param == "file_out":
        return FileOutErp(tmp_path / "erp")
    return MemoryErp(native_key="header" if "key" in request.param else "none")


def test_it_declares_what_it_can_do(erp):
    can = erp.capabilities
    assert can.draft_state, "posting is built on drafts that move no money"
    assert can.max_request_seconds >= 0


def test_nothing_is_found_before_anything_was_sent(erp):
    assert list(erp.find(REFERENCE)) == []
    assert erp.read("no-such-draft") is None
    assert erp.read(f"{REFERENCE}_1") is None


def test_a_draft_says_what_the_request_says(erp):
    draft_id = erp.create_draft(credit_request())
    draft = erp.read(draft_id)
    assert draft is not None
    assert (draft.reference, draft.draft_id, draft.retailer, draft.currency) == (
        REFERENCE, draft_id, "nordstad", "GBP",
    )  # fmt: skip
    assert (draft.net_minor, draft.tax_minor, draft.line_count) == (13333, 2667, 2)
    assert (draft.state, draft.number, draft.posted_on) == ("draft", None, None)
    assert list(erp.find(REFERENCE)) == [draft]


def test_two_requests_give_two_drafts_the_oldest_first(erp):
    first, second = (erp.create_draft(credit_request()) for _ in range(2))
    assert first != second
    assert [document.draft_id for document in erp.find(REFERENCE)] == [first, second]


def test_the_order_of_drafts_holds_beyond_ten(erp):
    drafts = [erp.create_draft(credit_request()) for _ in range(12)]
    assert [document.draft_id for document in erp.find(REFERENCE)] == drafts


def test_a_posted_draft_has_a_number_and_a_day_and_the_same_amounts(erp):
    draft_id = erp.create_draft(credit_request())
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
    assert list(erp.find(REFERENCE)) == [posted]


def test_a_draft_is_posted_once(erp):
    draft_id = erp.create_draft(credit_request())
    erp.post(draft_id, ON)
    before = erp.read(draft_id)
    with pytest.raises(PermanentError):
        erp.post(draft_id, ON)
    assert erp.read(draft_id) == before


def test_what_does_not_exist_cannot_be_posted(erp):
    with pytest.raises(PermanentError):
        erp.post(f"{REFERENCE}_1", ON)
    with pytest.raises(PermanentError):
        erp.post("../../etc/passwd", ON)


def test_a_second_draft_of_a_reference_is_posted_only_where_the_erp_has_no_key(erp):
    first, second = (erp.create_draft(credit_request()) for _ in range(2))
    erp.post(first, ON)
    if erp.capabilities.native_key == "none":
        erp.post(second, ON)
        assert [document.state for document in erp.find(REFERENCE)] == ["posted", "posted"]
    else:
        with pytest.raises(PermanentError):
            erp.post(second, ON)
        assert [document.state for document in erp.find(REFERENCE)] == ["posted", "draft"]


def test_numbers_are_unique_and_rise(erp):
    numbers = []
    for n in range(3):
        draft_id = erp.create_draft(credit_request(f"BH-{n}"))
        erp.post(draft_id, ON)
        numbers.append(erp.read(draft_id).number)
    assert numbers == ["CN-000001", "CN-000002", "CN-000003"]


def test_references_do_not_see_each_other(erp):
    one = erp.create_draft(credit_request("BH-1"))
    other = erp.create_draft(credit_request("BH-11", lines=(credit_line(),)))
    assert [d.draft_id for d in erp.find("BH-1")] == [one]
    assert [d.draft_id for d in erp.find("BH-11")] == [other]
    assert list(erp.find("BH")) == []


def test_an_orphan_is_discarded_and_its_id_never_comes_back(erp):
    kept, orphan = (erp.create_draft(credit_request()) for _ in range(2))
    erp.discard(orphan)
    erp.discard(orphan)
    assert erp.read(orphan) is None
    assert [document.draft_id for document in erp.find(REFERENCE)] == [kept]
    with pytest.raises(PermanentError):
        erp.post(orphan, ON)
    assert erp.create_draft(credit_request()) not in (kept, orphan)


def test_a_posted_document_is_not_discarded(erp):
    draft_id = erp.create_draft(credit_request())
    erp.post(draft_id, ON)
    with pytest.raises(PermanentError):
        erp.discard(draft_id)
    assert erp.read(draft_id).state == "posted"


def test_the_request_is_recognised_where_the_erp_keeps_its_hash(erp):
    one = erp.create_draft(credit_request())
    other = erp.create_draft(credit_request(return_number="R-2"))
    assert erp.read(one).request_hash != erp.read(other).request_hash
