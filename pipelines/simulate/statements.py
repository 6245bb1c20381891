"""Open this when you ask what a clerk writes beside returned goods: order, invoice, price, and typing errors.

Every draw comes from the generator that is handed in, so that a seed gives the same world again.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from random import Random

from pipelines.simulate.identifiers import po_number
from pipelines.simulate.origins import Origin
from pipelines.simulate.sales import CreditedRow

KEPT, LEFT_OUT, MISTYPED, NONE_EXISTS = "kept", "left_out", "mistyped", "none_exists"
_KINDS = {KEPT: 50, LEFT_OUT: 25, MISTYPED: 25}

_PRICE_STATED = 0.70
_PO_LINE_STATED = 0.80
_INVOICE_INSTEAD = {"brightwell": 0.30}
_VENDOR_ITEM_STATED = 0.85
_OLD_ORDER_STATED = 1 / 3
# Invoices before the first one of the extract: orders that our books do not hold any more.
_OLD_INVOICES = (520_000, 536_000)
# Retailers whose files have a field for the order's line.
_STATE_PO_LINE = ("nordstad", "brightwell")


@dataclass(frozen=True, slots=True)
class Statement:
    """What is written beside a returned line. Empty text: nothing is written."""

    kind: str
    po_number: str = ""
    po_line: str = ""
    invoice_number: str = ""
    unit_price: str = ""
    vendor_item: str = ""
    typing_error: str = ""


def state(row: CreditedRow, origin: Origin | None, orders: Collection[str], rng: Random) -> Statement:
    """What the clerk writes about this row. A mistyped order is never one of ``orders``, the retailer's real ones."""
    price = row.unit_price if rng.random() < _PRICE_STATED else ""
    vendor_item = row.item if rng.random() < _VENDOR_ITEM_STATED else ""
    if origin is None:
        old = _old_order(row.store.retailer, rng)
        return Statement(NONE_EXISTS, po_number=old, unit_price=price, vendor_item=vendor_item)
    (kind,) = rng.choices(list(_KINDS), weights=list(_KINDS.values()))
    order, line = origin.sold.po_number, _po_line(origin, rng)
    if kind == LEFT_OUT:
        return Statement(kind, unit_price=price, vendor_item=vendor_item)
    if kind == MISTYPED:
        mistyped, error = mistype(order, row.store.number, orders, rng)
        return Statement(kind, mistyped, line, "", price, vendor_item, error)
    if rng.random() < _INVOICE_INSTEAD.get(row.store.retailer, 0):
        return Statement(kind, "", "", origin.sold.invoice_number, price, vendor_item)
    return Statement(kind, order, line, "", price, vendor_item)


def mistype(order: str, store: str, orders: Collection[str], rng: Random) -> tuple[str, str]:
    """The order number with one error of a human hand, and the error's name; never another real order."""
    while True:
        error = rng.choice(list(TYPING_ERRORS))
        typed = TYPING_ERRORS[error](order, store, rng)
        if typed != order and typed not in orders:
            return typed, error


def _one_digit_wrong(order: str, store: str, rng: Random) -> str:
    place = rng.choice([at for at, sign in enumerate(order) if sign.isdigit()])
    wrong = rng.choice([digit for digit in "0123456789" if digit != order[place]])
    return order[:place] + wrong + order[place + 1 :]


def _digits_transposed(order: str, store: str, rng: Random) -> str:
    pairs = [at for at in range(len(order) - 1) if order[at : at + 2].isdigit()]
    place = rng.choice(pairs)
    return order[:place] + order[place + 1] + order[place] + order[place + 2 :]


def _leading_zeros_lost(order: str, store: str, rng: Random) -> str:
    return order.lstrip("0")


def _store_added(order: str, store: str, rng: Random) -> str:
    return f"{order}-{store}"


def _letter_for_zero(order: str, store: str, rng: Random) -> str:
    zeros = [at for at, sign in enumerate(order) if sign == "0"]
    if not zeros:
        return order
    place = rng.choice(zeros)
    return f"{order[:place]}O{order[place + 1 :]}"


TYPING_ERRORS: dict[str, Callable[[str, str, Random], str]] = {
    "one_digit_wrong": _one_digit_wrong,
    "digits_transposed": _digits_transposed,
    "leading_zeros_lost": _leading_zeros_lost,
    "store_added": _store_added,
    "letter_for_zero": _letter_for_zero,
}


def _po_line(origin: Origin, rng: Random) -> str:
    stated = rng.random() < _PO_LINE_STATED and origin.sold.store.retailer in _STATE_PO_LINE
    return str(origin.sold.invoice_line) if stated else ""


def _old_order(retailer: str, rng: Random) -> str:
    invoice = rng.randrange(*_OLD_INVOICES)
    return po_number(retailer, str(invoice)) if rng.random() < _OLD_ORDER_STATED else ""
