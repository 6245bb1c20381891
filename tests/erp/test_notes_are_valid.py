"""Every note of the file ERP is a valid EN 16931 credit note, by the official schemas and rules."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from connectors.erp.file_out.reading import read_note
from connectors.erp.file_out.ubl import NS, draft_note, posted_note
from schemas.credits import CreditRequest, Fee
from schemas.errors import PermanentError
from schemas.money import to_minor
from tests.erp.credit_requests import (
    BUYER,
    SELLER,
    counter_request,
    credit_line,
    credit_request,
    varied_requests,
)

ON = date(2026, 3, 14)
REQUESTS = varied_requests(64, seed=20260314)


def _note(request: CreditRequest) -> bytes:
    number = "DN-000001" if request.charges else "CN-000001"
    return posted_note(draft_note(request, f"{request.reference}_1"), number, ON)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda r: f"{r.reference}-{r.lines[0].tax_category}-{len(r.lines)}")
def test_a_note_is_valid(request_, schema_faults, rule_faults):
    note = _note(request_)
    assert schema_faults(note) == []
    assert rule_faults(note) == []


def test_the_set_covers_every_category_and_mixes_rates():
    assert {line.tax_category for request in REQUESTS for line in request.lines} == set("SZEKGO") | {"AE"}
    assert any(len({line.tax_rate for line in request.lines}) > 2 for request in REQUESTS)


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "1.00", "BR-CO-15"),
        ("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "1.00", "BR-CO-10"),
        ("cac:TaxTotal/cbc:TaxAmount", "1.00", "BR-CO-14"),
        ("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount", "1.00", "BR-S-08"),
        ("cac:CreditNoteLine/cac:Price/cbc:PriceAmount", "-1.00", "BR-27"),
    ],
)
def test_the_rules_see_a_wrong_amount(path, value, rule, rule_faults):
    root = etree.fromstring(_note(credit_request()))
    root.find(path, NS).text = value
    assert rule in rule_faults(etree.tostring(root))


def test_the_schema_sees_a_wrong_order(schema_faults):
    root = etree.fromstring(_note(credit_request()))
    root.append(root[0])
    assert schema_faults(etree.tostring(root))


@pytest.mark.parametrize("request_", REQUESTS[:16], ids=lambda r: r.reference)
def test_what_is_written_is_what_is_read(request_):
    document = read_note(_note(request_), "posted", "a note")
    assert (document.reference, document.retailer, document.currency) == (
        request_.reference, request_.retailer, request_.currency,
    )  # fmt: skip
    assert document.net_minor == to_minor(request_.net, request_.currency)
    assert document.tax_minor == to_minor(request_.tax, request_.currency)
    assert document.line_count == len(request_.lines)
    assert document.charges is request_.charges
    assert (document.posted_on, document.draft_id) == (ON, f"{request_.reference}_1")


def test_what_takes_a_credit_note_back_is_a_debit_note_that_names_it_first():
    root = etree.fromstring(_note(counter_request()))
    assert etree.QName(root).localname == "Invoice"
    assert root.findtext("cbc:InvoiceTypeCode", None, NS) == "383"
    billed = root.findall("cac:BillingReference/cac:InvoiceDocumentReference", NS)
    assert [one.findtext("cbc:ID", None, NS) for one in billed] == ["CN-000001", "INV-1001"]
    assert root.findtext("cbc:Note", None, NS) == (
        "Reversal of credit note CN-000001 of 2026-03-12 for return R-1, our reference BH-BBBBBBBBBBBBB: "
        "counted twice, R&D <sample>"
    )


def test_the_tax_of_the_breakdown_is_the_sum_of_the_lines_and_not_computed_anew():
    lines = tuple(credit_line(n, net=Decimal("0.13"), tax=Decimal("0.03"), units=1) for n in range(1, 21))
    root = etree.fromstring(_note(credit_request(lines=lines)))
    # 2.60 at 20 % would be 0.52
    assert root.findtext("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount", None, NS) == "0.60"


def test_each_original_invoice_is_named_once_with_its_date():
    lines = [credit_line(n, invoice_number=i) for n, i in enumerate(["B", "A", "B"], 1)]
    root = etree.fromstring(_note(credit_request(lines=tuple(lines))))
    invoices = root.findall("cac:BillingReference/cac:InvoiceDocumentReference", NS)
    assert [(i.findtext("cbc:ID", None, NS), i.findtext("cbc:IssueDate", None, NS)) for i in invoices] == [
        ("A", "2026-03-02"), ("B", "2026-03-02"),
    ]  # fmt: skip


def test_fees_are_allowances_of_their_line_that_lead_from_its_price_to_its_net(schema_faults, rule_faults):
    fees = (
        Fee(kind="restocking", net=Decimal("25.00"), reason="20 % restocking"),
        Fee(kind="handling", net=Decimal("0.01"), reason="0.01 GBP for handling"),
    )
    note = _note(credit_request(lines=(credit_line(fees=fees),)))
    assert (schema_faults(note), rule_faults(note)) == ([], [])
    (line,) = etree.fromstring(note).findall("cac:CreditNoteLine", NS)
    allowances = line.findall("cac:AllowanceCharge", NS)
    assert [(a.findtext("cbc:AllowanceChargeReason", None, NS), a.findtext("cbc:Amount", None, NS))
            for a in allowances] == [("20 % restocking", "25.00"), ("0.01 GBP for handling", "0.01")]  # fmt: skip
    assert line.findtext("cac:Price/cbc:PriceAmount", None, NS) == "125.01"
    assert line.findtext("cbc:LineExtensionAmount", None, NS) == "100.00"


def test_a_price_is_exact_where_a_quotient_would_be_rounded():
    root = etree.fromstring(_note(credit_request(lines=(credit_line(units=3, net=Decimal("100.00")),))))
    price = root.find("cac:CreditNoteLine/cac:Price", NS)
    assert price.findtext("cbc:PriceAmount", None, NS) == "100.00"
    assert price.findtext("cbc:BaseQuantity", None, NS) == "3"


def test_the_same_request_gives_the_same_bytes():
    assert _note(REQUESTS[3]) == _note(CreditRequest.model_validate_json(REQUESTS[3].canonical()))


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [
        ({"lines": ()}, "no lines"),
        ({"currency": "KWD"}, "3 decimals"),
        ({"kind": "reversal"}, "names no credit note"),
        ({"lines": (credit_line(units=0),)}, "0 units"),
        ({"lines": (credit_line(fees=(Fee(kind="freight", net=Decimal(1), reason=" "),)),)}, "fee without"),
        ({"lines": (credit_line(net=Decimal("-1.00")),)}, "negative"),
        ({"lines": (credit_line(net=Decimal("1.005")),)}, "parts of a minor unit"),
        ({"currency": "JPY"}, "parts of a minor unit"),
        ({"lines": (credit_line(tax_category="X"),)}, "tax category X"),
        ({"lines": (credit_line(tax_rate=Decimal(0)),)}, "rate above 0"),
        ({"lines": (credit_line(tax_category="Z"),)}, "neither rate nor tax"),
        ({"lines": (credit_line(tax=Decimal("21.01")),)}, "1.01 away"),
        ({"seller": SELLER.model_copy(update={"vat_id": None})}, "seller's VAT id"),
        ({"seller": SELLER.model_copy(update={"legal_name": " "})}, "seller has no name"),
        ({"lines": (credit_line(invoice_number=""),)}, "no original invoice"),
        (
            {
                "lines": (credit_line(tax_category="K", tax_rate=Decimal(0), tax=Decimal(0)),),
                "buyer": BUYER.model_copy(update={"vat_id": None}),
            },
            "buyer's VAT id",
        ),
        (
            {"lines": (credit_line(1, tax_category="O", tax_rate=Decimal(0), tax=Decimal(0)), credit_line(2))},
            "cannot stand beside",
        ),
    ],
)
def test_what_the_standard_cannot_say_is_refused_with_the_reason(spoiled, says):
    with pytest.raises(PermanentError, match=says) as refused:
        draft_note(credit_request(**spoiled), "BH-1_1")
    assert "Next:" in str(refused.value)


def test_a_note_with_an_entity_is_not_read():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x xmlns="urn:x">&a;</x>'
    with pytest.raises(PermanentError, match="not the credit note"):
        read_note(bomb, "draft", "bomb.xml")
