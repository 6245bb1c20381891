"""An independent reader of UBL notes: it knows nothing of our code, and adds every total again from the lines up."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lxml import etree

_NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_KINDS = {"CreditNote": ("Credited", "381"), "Invoice": ("Invoiced", "383")}


def wrong_sums(note: bytes) -> list[str]:
    """What does not add up in the note, in words; nothing in a good one."""
    root = etree.fromstring(note)
    return [*_kind(root), *_lines(root), *_totals(root), *_taxes(root), *_currencies(root), *_empty(root)]


def _amount(parent: Any, path: str) -> Decimal:
    return Decimal(parent.findtext(path, None, _NS))


def _note_lines(root: Any) -> list[Any]:
    return list(root.findall(f"cac:{etree.QName(root).localname}Line", _NS))


def _kind(root: Any) -> Iterator[str]:
    name = etree.QName(root).localname
    if root.findtext(f"cbc:{name}TypeCode", None, _NS) != _KINDS[name][1]:
        yield f"a {name} of another type than {_KINDS[name][1]}"


def _lines(root: Any) -> Iterator[str]:
    """EN 16931 and Peppol R120: quantity x price / base quantity, less the line's allowances, is its net."""
    quantity = f"cbc:{_KINDS[etree.QName(root).localname][0]}Quantity"
    for line in _note_lines(root):
        price, base = _amount(line, "cac:Price/cbc:PriceAmount"), _amount(line, "cac:Price/cbc:BaseQuantity")
        exact = _amount(line, quantity) * price / base
        for one in line.findall("cac:AllowanceCharge", _NS):
            sign = 1 if one.findtext("cbc:ChargeIndicator", None, _NS) == "true" else -1
            exact += sign * _amount(one, "cbc:Amount")
        if exact != _amount(line, "cbc:LineExtensionAmount"):
            yield f"line {line.findtext('cbc:ID', None, _NS)} is {exact}"


def _totals(root: Any) -> Iterator[str]:
    sums = root.find("cac:LegalMonetaryTotal", _NS)
    net = sum((_amount(line, "cbc:LineExtensionAmount") for line in _note_lines(root)), Decimal(0))
    tax = _amount(root, "cac:TaxTotal/cbc:TaxAmount")
    wanted = {"LineExtensionAmount": net, "TaxExclusiveAmount": net, "TaxInclusiveAmount": net + tax,
              "PayableAmount": net + tax}  # fmt: skip
    for name, value in wanted.items():
        if _amount(sums, f"cbc:{name}") != value:
            yield f"{name} is not {value}"


def _taxes(root: Any) -> Iterator[str]:
    """The breakdown has each category and rate of the lines once, with their net, and its tax is near its rate."""
    nets: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in _note_lines(root):
        nets[_category(line.find("cac:Item/cac:ClassifiedTaxCategory", _NS))] += _amount(
            line, "cbc:LineExtensionAmount"
        )
    parts = root.findall("cac:TaxTotal/cac:TaxSubtotal", _NS)
    found = {_category(one.find("cac:TaxCategory", _NS)): _amount(one, "cbc:TaxableAmount") for one in parts}
    if found != nets or len(parts) != len(nets):
        yield f"the breakdown is {found}, the lines are {dict(nets)}"
    for one in parts:
        _, rate = _category(one.find("cac:TaxCategory", _NS))
        exact = (_amount(one, "cbc:TaxableAmount") * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if abs(exact - _amount(one, "cbc:TaxAmount")) >= 1:
            yield f"the tax at {rate} % is far from {exact}"
    if sum((_amount(one, "cbc:TaxAmount") for one in parts), Decimal(0)) != _amount(root, "cac:TaxTotal/cbc:TaxAmount"):
        yield "the taxes do not sum"


def _category(element: Any) -> tuple[str, Decimal]:
    return element.findtext("cbc:ID", None, _NS), Decimal(element.findtext("cbc:Percent", "0", _NS))


def _currencies(root: Any) -> Iterator[str]:
    stated = root.findtext("cbc:DocumentCurrencyCode", None, _NS)
    if {one.get("currencyID") for one in root.iter() if one.get("currencyID")} != {stated}:
        yield "amounts of several currencies"


def _empty(root: Any) -> Iterator[str]:
    """Peppol R008: no empty elements."""
    yield from (f"{one.tag} is empty" for one in root.iter() if not len(one) and not (one.text or "").strip())
