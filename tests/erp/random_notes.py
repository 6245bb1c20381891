"""Random credit requests, and what takes them back: many rates, fees, rebates, invoices, currencies and odd names.

Amounts are made as the steps make them: net by cumulative remainder, tax by the line, fees on top of the net.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from schemas.credits import Corrected, CreditLine, CreditRequest, Fee
from schemas.money import share, to_decimal
from schemas.partners import Address, Party
from tests.erp.credit_requests import BUYER, SELLER, credit_line, credit_request

# Currencies with 2 and 0 decimals; with 3 the file ERP refuses, and EDI does not.
CURRENCIES = ("GBP", "EUR", "SEK", "USD", "CHF", "JPY", "ISK", "KRW")
THIRDS = ("KWD", "BHD", "TND")
# What may stand on one note, with its rates.
MIXES: tuple[dict[str, tuple[str, ...]], ...] = (
    {"S": ("20",)},
    {"S": ("25", "12", "6.0")},
    {"S": ("7.7", "2.5", "3.7", "8.1"), "Z": ("0",)},
    {"S": ("21",), "E": ("0",)},
    {"S": ("19", "7"), "AE": ("0",)},
    {"S": ("5.5", "10", "20", "2.1")},
    {"Z": ("0",)},
    {"K": ("0",)},
    {"G": ("0.00",)},
    {"AE": ("0",)},
    {"O": ("0",)},
)
NAMES = (
    "Lindhaus GmbH", "Häuser & Söhne", '"A" < B > C', "Ἑρμῆς Α.Ε.", "株式会社 織屋", "O'Brien + Co: Ltd?",
    "Størm*Tilde~Plus+Colon:Quote'", "نسيج", "Très  Long " + "et Fils " * 30, "emoji 🧥 & Co", "tab\tname", "x",
)  # fmt: skip
TEXTS = (
    "",
    "Coat",
    "Jacke \x00\x0b mit \x1bSteuerzeichen",
    "毛衣",
    "<b>&amp;</b>",
    "  ",
    "Rock 'n' Roll: T+Shirt?",
    "~*^|",
)
FEES: tuple[tuple[str, str], ...] = (
    ("restocking", "20 % restocking"), ("freight", "2.5 % for freight"), ("handling", "0.50 for handling each unit"),
)  # fmt: skip


def random_requests(count: int, seed: int, currencies: tuple[str, ...] = CURRENCIES) -> Iterator[CreditRequest]:
    """So many requests, a quarter of them counter-documents; the same for the same seed."""
    random = Random(seed)
    for number in range(count):
        yield _request(random, number, currencies)


def _request(random: Random, number: int, currencies: tuple[str, ...]) -> CreditRequest:
    currency = random.choice(currencies)
    mix = random.choice(MIXES)
    lines = tuple(_line(random, line_no, mix, currency) for line_no in range(1, random.choice((1, 2, 3, 7, 25)) + 1))
    made = credit_request(
        f"BH-{number:013}",
        currency=currency,
        return_number=random.choice(("R-1", "0007", "RÜCK & <1>", "Ж-12", "R'1:2+3?")),
        seller=_party(random, SELLER),
        buyer=_party(random, BUYER),
        lines=lines,
    )
    if number % 4:
        return made
    corrects = Corrected(reference=f"BH-{number + 1:013}", number="CN-000009", posted_on=made.issued_on)
    taken_back = {"kind": random.choice(("reversal", "correction")), "corrects": corrects, "why": random.choice(NAMES)}
    return made.model_copy(update=taken_back)


def _party(random: Random, known: Party) -> Party:
    endpoint = random.choice((None, ("0088", "9520000000011")))
    places = (known.address, Address(country="DE"), Address(street="Rue d'Été 1", city="Zürich", country="CH"))
    named = {"legal_name": random.choice(NAMES), "endpoint": endpoint, "address": random.choice(places)}
    return known.model_copy(update=named)


def _line(random: Random, line_no: int, mix: dict[str, tuple[str, ...]], currency: str) -> CreditLine:
    category = random.choice(sorted(mix))
    rate = Decimal(random.choice(mix[category]))
    units = random.choice((1, 2, 3, 7, 11, 24, 999, 1_000_000))
    cost = random.choice((1, 2, 99, random.randint(1, 5_000), random.randint(100, 10**7)))
    net, fees = _after_fees(random, cost, currency)
    return credit_line(
        line_no,
        invoice_number=f"INV-{random.randint(1, 5)}",
        invoice_date=credit_line().invoice_date - timedelta(days=random.randint(0, 400)),
        invoice_line=random.choice(("1", "20", "000310", "A/7")),
        po_number=random.choice((None, "", "PO-1", "4500012345")),
        po_line=random.choice((None, " ", "1", "00020")),
        vendor_item=random.choice(("", "A-1", "=1+1", "Ä'1:2")),
        description=random.choice(TEXTS),
        units=units,
        net=to_decimal(net, currency),
        tax=to_decimal(_tax(net, rate), currency),
        tax_category=category,
        tax_rate=rate,
        reason=random.choice((None, "damaged", "überzählig")),
        fees=fees,
    )


def _tax(net: int, rate: Decimal) -> int:
    return share(net, int(rate * 100), 10_000)


def _after_fees(random: Random, cost: int, currency: str) -> tuple[int, tuple[Fee, ...]]:
    """What is left of the cost after some fees, down to nothing, and the fees."""
    left, fees = cost, []
    for kind, reason in FEES:
        if random.random() < 0.3 and left:
            fee = random.choice((1, max(left // 5, 1), left))
            left -= fee
            fees.append(Fee(kind=kind, net=to_decimal(fee, currency), reason=reason))  # type: ignore[arg-type]
    return left, tuple(fees)
