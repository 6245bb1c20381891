"""Credit requests for tests: one that is valid by default, and a stream of varied ones by seed."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from connectors.erp.papers import paper_name
from schemas.credits import Corrected, CreditLine, CreditRequest, Paper
from schemas.money import share, to_decimal
from schemas.partners import Address, Party

SELLER = Party(
    legal_name="Wickham & Rowe Ltd",
    vat_id="GB123456782",
    endpoint=("0088", "9520000000011"),
    address=Address(street="1 Loom Yard", city="Leeds", postcode="LS1 1AA", country="GB"),
)
BUYER = Party(
    legal_name="Nordstad Stores",
    vat_id="SE123456789001",
    address=Address(street="Vasagatan 2", city="Stockholm", postcode="111 20", country="SE"),
)
_DAY = date(2026, 3, 2)
# Categories that may stand on one note, with their rates.
_MIXES: tuple[dict[str, tuple[str, ...]], ...] = (
    {"S": ("20",)},
    {"S": ("25", "12", "6.0"), "Z": ("0",)},
    {"S": ("8.1",), "E": ("0",)},
    {"Z": ("0",)},
    {"K": ("0",)},
    {"G": ("0.00",)},
    {"AE": ("0",)},
    {"O": ("0",)},
)


def credit_line(line_no: int = 1, **changed: Any) -> CreditLine:
    """A valid line of a credit note; every field can be given."""
    fields: dict[str, Any] = {
        "line_no": line_no,
        "invoice_number": "INV-1001",
        "invoice_date": _DAY,
        "invoice_line": str(line_no),
        "po_number": "PO-77",
        "po_line": str(line_no),
        "gtin": "09520000000011",
        "vendor_item": "COAT-38",
        "description": "Wool coat, navy, 38",
        "units": 3,
        "net": Decimal("100.00"),
        "tax": Decimal("20.00"),
        "tax_category": "S",
        "tax_rate": Decimal(20),
        "return_line": f"nordstad/R-1/{line_no}",
        "reason": "overstock",
    }
    return CreditLine(**fields | changed)


def credit_request(reference: str = "BH-AAAAAAAAAAAAA", **changed: Any) -> CreditRequest:
    """A valid request; every field can be given."""
    fields: dict[str, Any] = {
        "reference": reference,
        "company": "WR01",
        "seller": SELLER,
        "retailer": "nordstad",
        "buyer": BUYER,
        "return_number": "R-1",
        "issued_on": _DAY + timedelta(days=9),
        "currency": "GBP",
        "lines": (credit_line(1), credit_line(2, units=1, net=Decimal("33.33"), tax=Decimal("6.67"))),
    }
    return CreditRequest(**fields | changed)


def counter_request(reference: str = "BH-BBBBBBBBBBBBB", **changed: Any) -> CreditRequest:
    """A valid request that takes a posted credit back; every field can be given."""
    corrects = Corrected(reference="BH-AAAAAAAAAAAAA", number="CN-000001", posted_on=_DAY + timedelta(days=10))
    fields = {"kind": "reversal", "corrects": corrects, "why": "counted twice, R&D <sample>"}
    return credit_request(reference, **fields | changed)


def naming(data: bytes, request: CreditRequest | None = None) -> CreditRequest:
    """The request (a valid one, where none is given), with this as the reconciliation that it names."""
    request = request or credit_request()
    paper = Paper(name=paper_name(request.reference), sha256=hashlib.sha256(data).hexdigest())
    return request.model_copy(update={"reconciliation": paper})


def varied_requests(count: int, seed: int) -> list[CreditRequest]:
    """Requests of every tax category, with many lines, invoices and orders, odd texts and odd amounts."""
    random = Random(seed)
    return [_varied(random, number) for number in range(count)]


def _varied(random: Random, number: int) -> CreditRequest:
    mix = _MIXES[number % len(_MIXES)]
    size = random.choice([1, 2, 5, 40])
    # Tax rounded to whole yen on each of many lines strays further than EN 16931 allows: such a note is refused.
    currency = random.choice(["GBP", "EUR", "SEK"] if size > 1 else ["GBP", "JPY"])
    made = counter_request if number % 4 == 3 else credit_request
    return made(
        f"BH-{number:013}",
        currency=currency,
        return_number=random.choice(["R-1", "0007", "RÜCK & <1>", "Ж-12"]),
        buyer=BUYER.model_copy(update={"legal_name": random.choice(["Lindhaus GmbH", "Häuser & Söhne", '"A" < B'])}),
        lines=tuple(_varied_line(random, line_no, mix, currency) for line_no in range(1, size + 1)),
    )


def _varied_line(random: Random, line_no: int, mix: dict[str, tuple[str, ...]], currency: str) -> CreditLine:
    category = random.choice(sorted(mix))
    rate = Decimal(random.choice(mix[category]))
    net = random.choice([0, 1, 99, random.randint(1, 10**9), random.randint(100, 50_000)])
    tax = share(net, int(rate * 100), 10_000)
    return credit_line(
        line_no,
        invoice_number=f"INV-{random.randint(1, 4)}",
        invoice_date=_DAY - timedelta(days=random.randint(0, 3)),
        po_number=random.choice([None, "", "PO-1", "PO-2"]),
        po_line=random.choice([None, " ", "1", "20"]),
        vendor_item=random.choice(["", "A-1", "=1+1"]),
        description=random.choice(["", "Coat", "Jacke \x00\x0b mit \x1bSteuerzeichen", "毛衣", "<b>&amp;</b>", "  "]),
        units=random.choice([1, 3, 7, 24, 1_000_000]),
        net=to_decimal(net, currency),
        tax=to_decimal(tax, currency),
        tax_category=category,
        tax_rate=rate,
        reason=random.choice([None, "damaged"]),
    )
