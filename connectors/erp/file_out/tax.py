"""Open this when a credit note is refused for its tax, or to see what EN 16931 asks of each VAT category."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from schemas.credits import STANDS_ALONE, CreditLine, CreditRequest

_CENT = Decimal("0.01")
# BR-CO-17 lets the tax of a breakdown differ from taxable amount times rate by less than one unit of the currency.
_TAX_DIFFERENCE_MAX = Decimal(1)


@dataclass(frozen=True, slots=True)
class Category:
    """What a VAT category code (UNTDID 5305, BT-151) asks of a credit note."""

    meaning: str
    rated: bool = False  # the rate is above zero; of all others rate and tax are zero
    states_rate: bool = True
    exemption: tuple[str | None, str] | None = None  # VATEX code and text (BT-121, BT-120)
    seller_vat: bool = True
    buyer_vat: bool = False
    delivery: bool = False  # where and when it was supplied (BT-80, BG-14)


CATEGORIES: dict[str, Category] = {
    "S": Category("standard rate", rated=True),
    "Z": Category("zero rated"),
    "E": Category("exempt", exemption=(None, "Exempt from VAT")),
    "AE": Category("reverse charge", exemption=("VATEX-EU-AE", "Reverse charge"), buyer_vat=True),
    "K": Category(
        "intra-community", exemption=("VATEX-EU-IC", "Intra-community supply"), buyer_vat=True, delivery=True
    ),
    "G": Category("export", exemption=("VATEX-EU-G", "Export outside the EU")),
    "O": Category("not subject", states_rate=False, exemption=("VATEX-EU-O", "Not subject to VAT"), seller_vat=False),
}


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A line of the VAT breakdown (BG-23): the lines' exact net and tax of one category and rate."""

    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal


def breakdown(lines: tuple[CreditLine, ...]) -> list[Subtotal]:
    """The VAT breakdown, by category and rate; its tax is the sum of the lines' tax, never computed anew."""
    groups: dict[tuple[str, Decimal], list[CreditLine]] = defaultdict(list)
    for line in lines:
        groups[line.tax_category, line.tax_rate.normalize()].append(line)
    return [
        Subtotal(category, rate, sum((li.net for li in part), Decimal(0)), sum((li.tax for li in part), Decimal(0)))
        for (category, rate), part in sorted(groups.items())
    ]


def tax_problems(request: CreditRequest) -> list[str]:
    """Why EN 16931 would refuse the taxes of this request; empty when it would not."""
    codes = {line.tax_category for line in request.lines}
    if unknown := sorted(codes - CATEGORIES.keys()):
        return [f"tax category {', '.join(unknown)} is none of {', '.join(CATEGORIES)}"]
    found = [problem for code in sorted(codes) for problem in _party_problems(code, request)]
    found += [problem for line in request.lines if (problem := _rate_problem(line))]
    return found + [problem for subtotal in breakdown(request.lines) if (problem := _sum_problem(subtotal))]


def _party_problems(code: str, request: CreditRequest) -> list[str]:
    category = CATEGORIES[code]
    checks = (
        (category.seller_vat and not request.seller.vat_id, f"category {code} needs the seller's VAT id"),
        (category.buyer_vat and not request.buyer.vat_id, f"category {code} needs the buyer's VAT id"),
        (code in STANDS_ALONE and _mixed(request), f"category {code} cannot stand beside other categories"),
    )
    return [text for failed, text in checks if failed]


def _mixed(request: CreditRequest) -> bool:
    return len({line.tax_category for line in request.lines}) > 1


def _rate_problem(line: CreditLine) -> str | None:
    if CATEGORIES[line.tax_category].rated:
        return None if line.tax_rate > 0 else f"line {line.line_no}: category {line.tax_category} needs a rate above 0"
    if line.tax_rate or line.tax:
        return f"line {line.line_no}: category {line.tax_category} has neither rate nor tax"
    return None


def _sum_problem(subtotal: Subtotal) -> str | None:
    computed = (subtotal.net * subtotal.rate / 100).quantize(_CENT, ROUND_HALF_UP)
    if abs(subtotal.tax - computed) < _TAX_DIFFERENCE_MAX:
        return None
    return f"tax {subtotal.tax} on {subtotal.net} at {subtotal.rate:f} % is {abs(subtotal.tax - computed)} away from it"
