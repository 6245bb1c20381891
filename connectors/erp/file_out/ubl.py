"""Open this when you ask how a credit note looks as a file: UBL 2.1 CreditNote after EN 16931, one element a fact.

What takes a posted credit back is a UBL Invoice: EN 16931 knows credit notes of positive amounts and documents that
charge, and no negative credit note.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from connectors.erp.file_out import profiles
from connectors.erp.file_out.profiles import EN16931, Profile
from connectors.erp.file_out.tax import CATEGORIES, Subtotal, breakdown, tax_problems
from schemas.credits import STANDS_ALONE, CreditLine, CreditRequest, Fee
from schemas.errors import PermanentError
from schemas.money import exponent
from schemas.partners import Party

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
PIECE = "H87"  # UN/ECE Recommendation 20
GTIN = "0160"  # ISO 6523
SET_OFF, CHARGED = "To be set off against open invoices", "Charged again; due with the open invoices"


@dataclass(frozen=True, slots=True)
class Form:
    """What the documents of UBL call the same things; amounts are positive in both."""

    root: str
    type_code: str  # BT-3, UNTDID 1001
    line: str
    quantity: str
    series: str  # what our numbers of such documents begin with

    @property
    def namespace(self) -> str:
        """The namespace of the root element."""
        return f"urn:oasis:names:specification:ubl:schema:xsd:{self.root}-2"


CREDIT = Form("CreditNote", "381", "CreditNoteLine", "CreditedQuantity", "CN")
# 383 is a debit note, in EN 16931 and among the invoices of Peppol BIS Billing 3: it charges what was credited.
CHARGE = Form("Invoice", "383", "InvoiceLine", "InvoicedQuantity", "DN")
FORMS = (CREDIT, CHARGE)
# What ties the note to our books (BG-24): description by role. The reader looks them up by these words.
RECONCILIATION, PDF = "Reconciliation, line by line", "application/pdf"
REFERENCE, RETURN, DRAFT, REQUEST = "Credit reference", "Return number", "Draft", "SHA-256 of the request"

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_PARSER_OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def request_hash(request: CreditRequest) -> str:
    """The sha256 of the request's canonical text, in hex."""
    return hashlib.sha256(request.canonical().encode()).hexdigest()


def parse(note: bytes) -> Any:
    """The root element of a note, read without entities, DTDs or network."""
    return etree.fromstring(note, etree.XMLParser(**_PARSER_OPTIONS))


def draft_note(request: CreditRequest, draft_id: str, paper: bytes | None = None, profile: Profile = EN16931) -> bytes:
    """The note as a draft: its number is the draft's id, its date the request's. Same request and id, same bytes.

    ``paper`` is the reconciliation that the request names, as PDF; it is embedded (BT-125).
    PermanentError when the profile has no way to say what the request says.
    """
    _ensure_expressible(request, profile)
    form = CHARGE if request.charges else CREDIT
    names: dict[str | None, str] = {None: form.namespace, "cac": NS["cac"], "cbc": NS["cbc"]}
    root = etree.Element(f"{{{form.namespace}}}{form.root}", nsmap=names)
    for element in _content(request, draft_id, form, profile):
        root.append(element)
    if paper is not None:
        _attach(root, request, paper)
    return _bytes(root)


def posted_note(draft: bytes, number: str, on: date) -> bytes:
    """The draft's note with its final number (BT-1) and date of issue (BT-2); everything else as it was."""
    root = parse(draft)
    root.find("cbc:ID", NS).text = number
    root.find("cbc:IssueDate", NS).text = on.isoformat()
    return _bytes(root)


def form_of(root: Any) -> Form:
    """Which document this is. LookupError: none of ours."""
    for form in FORMS:
        if root.tag == f"{{{form.namespace}}}{form.root}":
            return form
    raise LookupError(f"{root.tag} is no document of ours")


def _bytes(root: Any) -> bytes:
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text


def _ensure_expressible(request: CreditRequest, profile: Profile) -> None:
    problems = [*_document_problems(request), *tax_problems(request), *profiles.problems(request, profile)]
    if problems:
        raise PermanentError(
            f"{request.reference} cannot be {profile.title}: {'; '.join(problems)}. "
            "Next: correct the sale lines or the parties' data, then release the intent."
        )


def _document_problems(request: CreditRequest) -> list[str]:
    places = exponent(request.currency)
    checks: list[tuple[bool, str]] = [
        (not request.lines, "it has no lines"),
        (places > 2, f"{request.currency} has {places} decimals, the standard allows 2"),
        (not _legible(request.seller.legal_name), "the seller has no name"),
        (not _legible(request.buyer.legal_name), "the buyer has no name"),
        (request.charges and request.corrects is None, "it names no credit note that it takes back"),
    ]
    for line in request.lines:
        checks += [
            (line.units <= 0, f"line {line.line_no} has {line.units} units"),
            (line.net < 0 or line.tax < 0, f"line {line.line_no} has a negative amount"),
            (_too_fine(line.net, places), f"line {line.line_no} has parts of a minor unit in its net"),
            (_too_fine(line.tax, places), f"line {line.line_no} has parts of a minor unit in its tax"),
            (not _legible(line.invoice_number), f"line {line.line_no} names no original invoice"),
            (not _item_name(line), f"line {line.line_no} names no item"),
            *(
                (fee.net <= 0 or not _legible(fee.reason), f"line {line.line_no} has a fee without amount or reason")
                for fee in line.fees
            ),
        ]
    return [text for failed, text in checks if failed]


def _too_fine(amount: Decimal, places: int) -> bool:
    return amount != amount.quantize(Decimal(1).scaleb(-places))


def _content(request: CreditRequest, draft_id: str, form: Form, profile: Profile) -> Iterable[Any]:
    """The elements of the document in the order of the UBL schema."""
    with_vat = not any(line.tax_category in STANDS_ALONE for line in request.lines)  # BR-O-02 to BR-O-04
    yield _cbc("CustomizationID", profile.specification)
    if profile.is_network:
        yield _cbc("ProfileID", profile.process)
    yield _cbc("ID", draft_id)
    yield _cbc("IssueDate", request.issued_on.isoformat())
    yield _cbc(f"{form.root}TypeCode", form.type_code)
    yield _cbc("Note", _note(request))
    yield _cbc("DocumentCurrencyCode", request.currency)
    if profile.is_network:
        yield _cbc("BuyerReference", request.return_number)
    if _needs_delivery(request):
        yield _supply_period(request.lines)
    yield from _order_reference(request.lines)
    yield from _corrected_note(request)
    yield from _original_invoices(request.lines)
    yield from _our_references(request, draft_id)
    yield _cac("AccountingSupplierParty", _party(request.seller, request.company, with_vat))
    yield _cac("AccountingCustomerParty", _party(request.buyer, request.retailer, with_vat))
    if _needs_delivery(request):
        country = _cac("Country", _cbc("IdentificationCode", request.buyer.address.country))
        yield _cac("Delivery", _cac("DeliveryLocation", _cac("Address", country)))
    yield _cac("PaymentTerms", _cbc("Note", CHARGED if request.charges else SET_OFF))
    yield _tax_total(request)
    yield _totals(request)
    for line in request.lines:
        yield _line(line, request.currency, form)


def _note(request: CreditRequest) -> str:
    """What the document is about, in words (BT-22)."""
    if request.corrects is None:
        return f"Credit for return {request.return_number}, our reference {request.reference}"
    why = f": {request.why}" if request.why else ""
    return (
        f"{request.kind.capitalize()} of credit note {request.corrects.number} of {request.corrects.posted_on} for "
        f"return {request.return_number}, our reference {request.reference}{why}"
    )


def _needs_delivery(request: CreditRequest) -> bool:
    return any(CATEGORIES[line.tax_category].delivery for line in request.lines)


def _supply_period(lines: tuple[CreditLine, ...]) -> Any:
    """From the first to the last original invoice (BG-14)."""
    days = sorted(line.invoice_date.isoformat() for line in lines)
    return _cac("InvoicePeriod", _cbc("StartDate", days[0]), _cbc("EndDate", days[-1]))


def _order_reference(lines: tuple[CreditLine, ...]) -> Iterable[Any]:
    """The order, when all lines are of one (BT-13); lines of several name theirs themselves."""
    orders = {_legible(line.po_number) for line in lines}
    if len(orders) == 1 and (order := orders.pop()):
        yield _cac("OrderReference", _cbc("ID", order))


def _corrected_note(request: CreditRequest) -> Iterable[Any]:
    """The credit note that is taken back, before the invoices that it credited (BG-3)."""
    if request.corrects is not None:
        yield _billing(request.corrects.number, request.corrects.posted_on)


def _billing(number: str, day: date) -> Any:
    return _cac(
        "BillingReference",
        _cac("InvoiceDocumentReference", _cbc("ID", number), _cbc("IssueDate", day.isoformat())),
    )


def _original_invoices(lines: tuple[CreditLine, ...]) -> Iterable[Any]:
    """Each original invoice once, with its date (BG-3)."""
    for day, number in sorted({(line.invoice_date, line.invoice_number) for line in lines}):
        yield _billing(number, day)


def _our_references(request: CreditRequest, draft_id: str) -> Iterable[Any]:
    ours = {
        REFERENCE: request.reference,
        RETURN: request.return_number,
        DRAFT: draft_id,
        REQUEST: request_hash(request),
    }
    for description, value in ours.items():
        yield _cac("AdditionalDocumentReference", _cbc("ID", value), _cbc("DocumentDescription", description))


def _attach(root: Any, request: CreditRequest, paper: bytes) -> None:
    """The reconciliation, behind our other references (BG-24)."""
    name = request.reconciliation.name if request.reconciliation else f"{request.reference}.pdf"
    reference = _cac(
        "AdditionalDocumentReference",
        _cbc("ID", name.removesuffix(".pdf")),
        _cbc("DocumentDescription", RECONCILIATION),
        _cac(
            "Attachment",
            _cbc("EmbeddedDocumentBinaryObject", base64.b64encode(paper).decode(), mimeCode=PDF, filename=name),
        ),
    )
    root.findall("cac:AdditionalDocumentReference", NS)[-1].addnext(reference)


def _party(party: Party, identifier: str, with_vat: bool) -> Any:
    endpoint = party.endpoint and _cbc("EndpointID", party.endpoint[1], schemeID=party.endpoint[0])
    vat = _cbc("CompanyID", party.vat_id) if with_vat else None
    return _cac(
        "Party",
        endpoint,
        _cac("PartyIdentification", _cbc("ID", identifier)),
        _cac("PartyName", _cbc("Name", party.legal_name)),
        _cac(
            "PostalAddress",
            _cbc("StreetName", party.address.street),
            _cbc("CityName", party.address.city),
            _cbc("PostalZone", party.address.postcode),
            _cac("Country", _cbc("IdentificationCode", party.address.country)),
        ),
        _cac("PartyTaxScheme", vat, _vat_scheme()) if vat is not None else None,
        _cac("PartyLegalEntity", _cbc("RegistrationName", party.legal_name)),
    )


def _vat_scheme() -> Any:
    return _cac("TaxScheme", _cbc("ID", "VAT"))


def _tax_total(request: CreditRequest) -> Any:
    subtotals = [_subtotal(one, request.currency) for one in breakdown(request.lines)]
    return _cac("TaxTotal", _amount("TaxAmount", request.tax, request.currency), *subtotals)


def _subtotal(subtotal: Subtotal, currency: str) -> Any:
    code, text = CATEGORIES[subtotal.category].exemption or (None, None)
    return _cac(
        "TaxSubtotal",
        _amount("TaxableAmount", subtotal.net, currency),
        _amount("TaxAmount", subtotal.tax, currency),
        _cac(
            "TaxCategory",
            _cbc("ID", subtotal.category),
            _percent(subtotal.category, subtotal.rate),
            _cbc("TaxExemptionReasonCode", code),
            _cbc("TaxExemptionReason", text),
            _vat_scheme(),
        ),
    )


def _percent(category: str, rate: Decimal) -> Any:
    return _cbc("Percent", f"{rate.normalize():f}") if CATEGORIES[category].states_rate else None


def _totals(request: CreditRequest) -> Any:
    gross = request.net + request.tax
    amounts = {
        "LineExtensionAmount": request.net,
        "TaxExclusiveAmount": request.net,
        "TaxInclusiveAmount": gross,
        "PayableAmount": gross,
    }
    return _cac("LegalMonetaryTotal", *(_amount(name, value, request.currency) for name, value in amounts.items()))


def _line(line: CreditLine, currency: str, form: Form) -> Any:
    return _cac(
        form.line,
        _cbc("ID", str(line.line_no)),
        _cbc(form.quantity, str(line.units), unitCode=PIECE),
        _amount("LineExtensionAmount", line.net, currency),
        _cac("OrderLineReference", _cbc("LineID", line.po_line)),
        *(_fee(fee, currency) for fee in line.fees),
        _item(line),
        # The price of all units of the line at once: exact, where net by units would be a rounded quotient.
        _cac(
            "Price",
            _amount("PriceAmount", line.before_fees, currency),
            _cbc("BaseQuantity", str(line.units), unitCode=PIECE),
        ),
    )


def _fee(fee: Fee, currency: str) -> Any:
    """An allowance of the line (BG-27): taken off what its units cost, and taxed as they are."""
    return _cac(
        "AllowanceCharge",
        _cbc("ChargeIndicator", "false"),
        _cbc("AllowanceChargeReason", fee.reason),
        _amount("Amount", fee.net, currency),
    )


def _item(line: CreditLine) -> Any:
    properties = {
        "Original invoice": line.invoice_number,
        "Original invoice line": line.invoice_line,
        "Purchase order": line.po_number,
        "Return line": line.return_line,
        "Return reason": line.reason,
    }
    return _cac(
        "Item",
        _cbc("Name", _item_name(line)),
        _cac("SellersItemIdentification", _cbc("ID", line.vendor_item)),
        _cac("StandardItemIdentification", _cbc("ID", line.gtin, schemeID=GTIN)),
        _cac(
            "ClassifiedTaxCategory",
            _cbc("ID", line.tax_category),
            _percent(line.tax_category, line.tax_rate),
            _vat_scheme(),
        ),
        *(_property(name, value) for name, value in properties.items()),
    )


def _item_name(line: CreditLine) -> str:
    return _legible(line.description) or _legible(line.vendor_item) or _legible(line.gtin)


def _property(name: str, value: str | None) -> Any:
    """A named fact about the line (BG-32)."""
    stated = _cbc("Value", value)
    return _cac("AdditionalItemProperty", _cbc("Name", name), stated) if stated is not None else None


def _amount(name: str, value: Decimal, currency: str) -> Any:
    places = Decimal(1).scaleb(-exponent(currency))
    return _cbc(name, f"{value.quantize(places):f}", currencyID=currency)


def _cbc(name: str, text: str | None, **attributes: str) -> Any:
    """An element of this text; None, to be left out, when there is no text: UBL knows no empty elements."""
    legible = _legible(text)
    if not legible:
        return None
    element = etree.Element(f"{{{NS['cbc']}}}{name}", attributes)
    element.text = legible
    return element


def _cac(name: str, *children: Any) -> Any:
    """An aggregate of those children that are there; None when none is."""
    present = [child for child in children if child is not None]
    if not present:
        return None
    element = etree.Element(f"{{{NS['cac']}}}{name}")
    element.extend(present)
    return element


def _legible(text: str | None) -> str:
    """The text without characters that XML cannot carry and without space around it."""
    return _NOT_XML.sub("", text or "").strip()
