"""Open this when you ask how well a sale fits a claim: the kinds of evidence that hold for a pair, as bits.

These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.steps.split.index import Sales
from schemas.evidence import EVIDENCE

OLDEST, NEWEST, CHEAPEST, DEAREST, NEAREST_PRICE = range(5)
ORDERS = {
    "oldest": OLDEST,
    "newest": NEWEST,
    "cheapest": CHEAPEST,
    "dearest": DEAREST,
    "nearest_price": NEAREST_PRICE,
}
_FAR = 2**61


class Wants(NamedTuple):
    """Claims as plain columns, in the order (group, day, return line); what they state as numbers of vocabularies.

    A claim's group has the sales ``first`` to ``end``; those before ``last`` were sold by its day. Lists of a return
    (``box``: its orders) or of a claim (``packed``: orders and lines of our dispatch advice, ``mates``: invoices that
    other goods of the return stand on) begin at ``…_first`` of the return or claim and end where the next begins or at
    ``…_end``.
    """

    first: Any
    last: Any
    end: Any
    units: Any
    opens: Any  # the first day inside the window
    po: Any
    po_line: Any
    invoice: Any
    invoice_line_no: Any
    delivery_note: Any
    store: Any
    price: Any
    repaired_po: Any
    repaired_invoice: Any
    repaired_note: Any
    header_po: Any
    assigned: Any  # a row of the sales
    box: Any  # a return
    box_first: Any
    box_po: Any
    packed_first: Any
    packed_po: Any
    packed_line: Any
    mates_first: Any
    mates_end: Any
    mates_invoice: Any


class Bits(NamedTuple):
    """The bit of each kind of evidence, higher for stronger ones; 0 for kinds that do not count."""

    placed: int
    assigned: int
    invoice_and_line: int
    po_and_line: int
    carton_line: int
    invoice: int
    po: int
    carton: int
    delivery_note: int
    repaired: int
    header: int
    box: int
    price: int
    store: int
    mates: int
    whole_line: int
    window: int


def bits_of(kinds: Sequence[str]) -> Bits:
    """The bits of a policy's kinds of evidence, the strongest first; ``placed`` is above all of them."""
    bits = dict.fromkeys((name for name in EVIDENCE if name != "sold"), 0)
    bits |= {name: 1 << (len(kinds) - 1 - place) for place, name in enumerate(kinds)}
    return Bits(placed=1 << len(kinds), **bits)


def grade(wants: Wants, sales: Sales, bits: Bits, claim: int, line: int) -> int:
    """The bits of all kinds that hold for a claim and an eligible sale, of ``placed`` too."""
    held = bits.placed
    same_po = wants.po[claim] == sales.po[line]
    same_line = same_po and wants.po_line[claim] == sales.po_line[line]
    if wants.invoice[claim] == sales.invoice[line]:
        held |= bits.invoice
        if same_line or wants.invoice_line_no[claim] == sales.invoice_line_no[line]:
            held |= bits.invoice_and_line
    if same_po:
        held |= bits.po
    if same_line:
        held |= bits.po_and_line
    if wants.delivery_note[claim] == sales.delivery_note[line]:
        held |= bits.delivery_note
    if (
        wants.repaired_po[claim] == sales.po[line]
        or wants.repaired_invoice[claim] == sales.invoice[line]
        or wants.repaired_note[claim] == sales.delivery_note[line]
    ):
        held |= bits.repaired
    if wants.header_po[claim] == sales.po[line]:
        held |= bits.header
    if wants.price[claim] == sales.price[line]:
        held |= bits.price
    if wants.store[claim] == sales.store[line]:
        held |= bits.store
    if wants.units[claim] == sales.units[line]:
        held |= bits.whole_line
    if sales.day[line] >= wants.opens[claim]:
        held |= bits.window
    if wants.assigned[claim] == line:
        held |= bits.assigned
    return held | listed(wants, sales, bits, claim, line)


def listed(wants: Wants, sales: Sales, bits: Bits, claim: int, line: int) -> int:
    """The bits of kinds of which a claim has several: orders of the box and of the carton, invoices of its mates."""
    held = 0
    box = wants.box[claim]
    for at in range(wants.box_first[box], wants.box_first[box + 1]):
        if wants.box_po[at] == sales.po[line]:
            held |= bits.box
    for at in range(wants.packed_first[claim], wants.packed_first[claim + 1]):
        if wants.packed_po[at] == sales.po[line]:
            held |= bits.carton
            if wants.packed_line[at] == sales.po_line[line]:
                held |= bits.carton_line
    for at in range(wants.mates_first[claim], wants.mates_end[claim]):
        if wants.mates_invoice[at] == sales.invoice[line]:
            held |= bits.mates
    return held


def wish(wants: Wants, sales: Sales, order: int, claim: int, line: int) -> int:
    """By what the order rule takes equally evident sales, the least first; then the older, then by id."""
    if order == OLDEST:
        return 0
    if order == CHEAPEST:
        return sales.net_value[line]  # type: ignore[no-any-return]
    if order == DEAREST:
        return -sales.net_value[line]  # type: ignore[no-any-return]
    if order == NEAREST_PRICE and wants.price[claim] >= 0:
        return abs(sales.price[line] - wants.price[claim]) if sales.price[line] >= 0 else _FAR
    return -sales.day[line]  # type: ignore[no-any-return]
