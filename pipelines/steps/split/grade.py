"""Open this when you ask how well sales fit a claim: the kinds of evidence that hold for each, as bits.

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


def grade(wants: Wants, sales: Sales, bits: Bits, claim: int, row: Any) -> int:
    """Write the bits of all kinds that hold for a claim and each of its eligible sales; answers how many these are.

    Column by column: what a claim does not state costs nothing, and machine code compares several sales at once.
    """
    first = wants.first[claim]
    lines = wants.last[claim] - first
    for at in range(lines):
        row[at] = bits.placed | bits.window * (sales.day[first + at] >= wants.opens[claim])
    if bits.whole_line:
        for at in range(lines):
            row[at] |= bits.whole_line * (sales.units[first + at] == wants.units[claim])
    if bits.store and wants.store[claim] >= 0:
        for at in range(lines):
            row[at] |= bits.store * (sales.store[first + at] == wants.store[claim])
    if bits.price and wants.price[claim] >= 0:
        for at in range(lines):
            row[at] |= bits.price * (sales.price[first + at] == wants.price[claim])
    if wants.assigned[claim] >= first and wants.assigned[claim] < wants.last[claim]:
        row[wants.assigned[claim] - first] |= bits.assigned
    grade_orders(wants, sales, bits, claim, row)
    grade_invoices(wants, sales, bits, claim, row)
    note_kind(sales.delivery_note, first, lines, wants.delivery_note[claim], bits.delivery_note, row)
    note_kind(sales.delivery_note, first, lines, wants.repaired_note[claim], bits.repaired, row)
    return lines  # type: ignore[no-any-return]


def note_kind(column: Any, first: int, lines: int, code: int, bit: int, row: Any) -> None:
    """Note a kind for the sales that have what is stated."""
    if code >= 0 and bit:
        for at in range(lines):
            row[at] |= bit * (column[first + at] == code)


def grade_orders(wants: Wants, sales: Sales, bits: Bits, claim: int, row: Any) -> None:
    """Kinds that speak of purchase orders: the line's, its repair, the return's, the box's, the carton's."""
    first = wants.first[claim]
    lines = wants.last[claim] - first
    if wants.po[claim] >= 0:
        for at in range(lines):
            if sales.po[first + at] == wants.po[claim]:
                row[at] |= bits.po
                if sales.po_line[first + at] == wants.po_line[claim]:
                    row[at] |= bits.po_and_line
    note_kind(sales.po, first, lines, wants.repaired_po[claim], bits.repaired, row)
    note_kind(sales.po, first, lines, wants.header_po[claim], bits.header, row)
    box = wants.box[claim]
    for one in range(wants.box_first[box], wants.box_first[box + 1]):
        note_kind(sales.po, first, lines, wants.box_po[one], bits.box, row)
    for one in range(wants.packed_first[claim], wants.packed_first[claim + 1]):
        for at in range(lines):
            if wants.packed_po[one] == sales.po[first + at]:
                row[at] |= bits.carton
                if wants.packed_line[one] == sales.po_line[first + at]:
                    row[at] |= bits.carton_line


def grade_invoices(wants: Wants, sales: Sales, bits: Bits, claim: int, row: Any) -> None:
    """Kinds that speak of invoices: the line's, its repair, and those of the box's other goods."""
    first = wants.first[claim]
    lines = wants.last[claim] - first
    if wants.invoice[claim] >= 0:
        for at in range(lines):
            line = first + at
            if sales.invoice[line] == wants.invoice[claim]:
                row[at] |= bits.invoice
                same_po = sales.po[line] == wants.po[claim] and sales.po_line[line] == wants.po_line[claim]
                if same_po or sales.invoice_line_no[line] == wants.invoice_line_no[claim]:
                    row[at] |= bits.invoice_and_line
    note_kind(sales.invoice, first, lines, wants.repaired_invoice[claim], bits.repaired, row)
    for one in range(wants.mates_first[claim], wants.mates_end[claim]):
        note_kind(sales.invoice, first, lines, wants.mates_invoice[one], bits.mates, row)


def wish(wants: Wants, sales: Sales, order: int, claim: int, line: int) -> int:
    """What the order rule looks at before the age of equally evident sales, the least first."""
    if order == CHEAPEST:
        return sales.net_value[line]  # type: ignore[no-any-return]
    if order == DEAREST:
        return -sales.net_value[line]  # type: ignore[no-any-return]
    if order == NEAREST_PRICE and wants.price[claim] >= 0:
        return abs(sales.price[line] - wants.price[claim]) if sales.price[line] >= 0 else _FAR
    return 0


def comes_first(sales: Sales, order: int, line: int, other: int) -> bool:
    """Whether a later row comes before an earlier one of equal evidence: where the newest do, unless of one day."""
    return (order == NEWEST or order == NEAREST_PRICE) and sales.day[line] > sales.day[other]
