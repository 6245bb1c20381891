"""Open this when quantity, price and total are told apart wrongly: columns that are a product of two others."""

from collections.abc import Sequence
from dataclasses import replace

from mappings.propose.content import Look, as_number
from mappings.propose.evidence import CONTRADICTED, Candidate
from mappings.propose.meanings import ASIDE

_ROWS, _ROWS_MIN = 300, 3
_TOLERANCE = 0.011
_PROVEN, _HINTED = 40, 15


def by_product(
    found: Sequence[Sequence[Candidate]], looks: Sequence[Look], rows: Sequence[Sequence[str]], decimal: str
) -> list[list[Candidate]]:
    """The candidates, with what the one product of the table says: quantity × unit price = line total."""
    given = [list(many) for many in found]
    products = _products(looks, rows, decimal)
    if len({one[2] for one in products}) != 1:
        return given
    total = products[0][2]
    given[total] = _total(given[total])
    if len(products) == 1:
        quantity, price, _ = products[0]
        given[quantity] = _raised(given[quantity], "quantity", "times the price it is the line's total")
        given[price] = _raised(given[price], "unit_price", "times the quantity it is the line's total")
    return given


def _products(looks: Sequence[Look], rows: Sequence[Sequence[str]], decimal: str) -> list[tuple[int, int, int]]:
    """Each (quantity, price, total) of columns for which that holds in every row."""
    numbers = [at for at, look in enumerate(looks) if look.is_number and look.filled and look.gtin < 0.5][:9]
    columns = {at: [as_number(row[at], decimal) for row in rows[:_ROWS]] for at in numbers}
    whole = [at for at in numbers if looks[at].small >= 0.95]
    return [
        (quantity, price, total)
        for quantity in whole
        for price in numbers
        for total in numbers
        if len({quantity, price, total}) == 3
        and looks[price].fraction
        and _holds(columns[quantity], columns[price], columns[total])
    ]


def _holds(quantity: Sequence[float | None], price: Sequence[float | None], total: Sequence[float | None]) -> bool:
    triples = [
        (abs(one), abs(other), abs(whole))
        for one, other, whole in zip(quantity, price, total, strict=True)
        if one is not None and other is not None and whole is not None
    ]
    telling = sum(1 for one, other, _ in triples if one > 1 and other > 0)
    return telling >= _ROWS_MIN and all(abs(one * other - whole) <= _TOLERANCE for one, other, whole in triples)


def _total(many: list[Candidate]) -> list[Candidate]:
    told = "it is quantity times unit price"
    lowered = [
        replace(one, points=one.points + CONTRADICTED, against=(*one.against, told))
        if one.field in ("unit_price", "quantity")
        else one
        for one in many
    ]
    known = next((one for one in lowered if one.field in ("net", ASIDE + "line total")), None)
    if known is None:
        return [Candidate(ASIDE + "line total", 60, (told,)), *lowered]
    return [replace(one, points=one.points + _HINTED, reasons=(*one.reasons, told)) if one is known else one
            for one in lowered]  # fmt: skip


def _raised(many: list[Candidate], field: str, told: str) -> list[Candidate]:
    return [
        replace(one, points=one.points + (_HINTED if one.points >= 55 else _PROVEN), reasons=(*one.reasons, told))
        if one.field == field and not one.against
        else one
        for one in many
    ]
