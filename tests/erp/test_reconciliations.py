"""The page behind a credit note: the same bytes for one note, in the note and beside the journal, never another."""

import base64
import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from connectors.erp.file_out import FileOutErp
from connectors.erp.file_out.ubl import NS, PDF
from pipelines.report.reconciliation import Behind, reconciliation_pdf
from schemas.credits import CreditRequest
from schemas.errors import PermanentError
from tests.erp.credit_requests import credit_line, credit_request, naming


def behind(**said: Any) -> Behind:
    row = {
        "announced": 4, "received": 3, "condition": "second", "receipt": "W-1", "received_on": date(2026, 3, 9),
        "carton": "BOX-1", "evidence": "po", "because": "Second-grade goods are credited.", "rule": "conditions.second",
        "policy_version": "p1", "currency": "GBP", "cost_net": 20000, "file": "ab" * 32, "offset": 10, "length": 20,
    }  # fmt: skip
    steps = [{"because": "less 50 % restocking", "after_minor": 10000}]
    return Behind(row | said, steps)


def page(request: CreditRequest, **said: Any) -> bytes:
    return reconciliation_pdf(request, {str(line.line_no): behind(**said) for line in request.lines})


def test_the_same_note_has_the_same_bytes_and_another_one_has_others():
    once, again, other = page(credit_request()), page(credit_request()), page(credit_request(return_number="R-2"))
    assert once.startswith(b"%PDF-")
    assert once == again != other


def test_every_note_can_be_written_however_long_and_odd():
    odd = "毛衣 Ж <b>&amp;</b> \x00\x1b ﷽ " + "long " * 80
    lines = tuple(
        credit_line(n, description=odd, units=1_000_000, net=Decimal("10000000.00"), reason=odd) for n in range(1, 60)
    )
    data = page(credit_request(lines=lines, return_number=odd), because=odd, received=None, receipt=None, file=None)
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") >= 8


def test_it_stands_in_the_note_and_beside_the_journal(tmp_path, schema_faults, rule_faults):
    data = page(credit_request())
    erp = FileOutErp(tmp_path, lambda reference: data)
    draft_id = erp.create_draft(naming(data))
    assert erp.read(draft_id).request_hash == hashlib.sha256(naming(data).canonical().encode()).hexdigest()
    erp.post(draft_id, date(2026, 3, 14))
    (path,) = (tmp_path / "posted").iterdir()
    note = path.read_bytes()
    embedded = etree.fromstring(note).find(
        "cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject", NS
    )
    assert base64.b64decode(embedded.text) == data
    assert (embedded.get("mimeCode"), embedded.get("filename")) == (PDF, "BH-AAAAAAAAAAAAA.pdf")
    assert (schema_faults(note), rule_faults(note)) == ([], [])
    assert (tmp_path / "reconciliations" / "BH-AAAAAAAAAAAAA.pdf").read_bytes() == data


@pytest.mark.parametrize("papers", [None, lambda reference: None, lambda reference: b"%PDF-another"])
def test_no_note_goes_out_with_another_page_or_without_its_own(tmp_path, papers):
    erp = FileOutErp(tmp_path, papers)
    with pytest.raises(PermanentError, match="reconciliation that is not there"):
        erp.create_draft(naming(page(credit_request())))
    assert list(erp.find("BH-AAAAAAAAAAAAA")) == []
