"""Open this when a credit note's tax in Odoo is a cent beside ours: when we leave it to Odoo, and when we say it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.erp.odoo.wire import Record, id_of
from schemas.credits import CreditLine


@dataclass(frozen=True, slots=True)
class Taxed:
    """A line with its taxes and the values that are sent for it."""

    line: CreditLine
    taxes: Sequence[int]
    sent: Mapping[str, Any]


def tax_values(lines: Sequence[Taxed], taxes: Mapping[int, Record], places: int) -> dict[str, Any]:
    """Our tax of the tax groups in which Odoo may compute another, to the cent, in one request with the lines.

    Odoo computes taxes from the lines, rounded a line or a document at a time by a setting of the company; shares of an
    invoice are rounded otherwise. ``tax_totals`` is what its own form sends when somebody corrects a tax amount. Groups
    with a line of several taxes are left to Odoo's arithmetic.
    """
    groups: dict[int, list[Taxed]] = defaultdict(list)
    left: set[int] = set()
    for one in lines:
        own = [id_of(taxes[tax]["tax_group_id"]) or 0 for tax in one.taxes]
        if len(own) == 1:
            groups[own[0]].append(one)
        left.update(own if len(own) > 1 else ())
    said = [
        {"id": group, "tax_amount_currency": summed(one.line.tax for one in of_group)}
        for group, of_group in sorted(groups.items())
        if group not in left and not _agrees(of_group, taxes, places)
    ]
    return {"tax_totals": {"subtotals": [{"tax_groups": said}]}} if said else {}


def _agrees(lines: Sequence[Taxed], taxes: Mapping[int, Record], places: int) -> bool:
    """Whether Odoo comes to our tax by either way of rounding, of the amounts and of price times quantity."""
    if not simple([taxes[one.taxes[0]] for one in lines]):
        return False
    computed = set[Decimal]()
    for bases in ([one.line.net for one in lines], [one.sent["quantity"] * one.sent["price_unit"] for one in lines]):
        exact: dict[int, list[Decimal]] = defaultdict(list)
        for one, base in zip(lines, bases, strict=True):
            exact[one.taxes[0]].append(base * Decimal(taxes[one.taxes[0]]["amount"]) / 100)
        computed.add(summed(cents(part, places) for of_tax in exact.values() for part in of_tax))
        computed.add(summed(cents(summed(of_tax), places) for of_tax in exact.values()))
    return computed == {summed(one.line.tax for one in lines)}


def summed(amounts: Iterable[Decimal]) -> Decimal:
    """The sum; 0 of nothing."""
    return sum(amounts, Decimal(0))


def cents(amount: Decimal, places: int) -> Decimal:
    """The amount with so many decimals, half away from zero, as Odoo rounds."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def simple(taxes: Sequence[Record]) -> bool:
    """Whether all of them are a rate of the net amount."""
    return all(one["amount_type"] == "percent" for one in taxes)
