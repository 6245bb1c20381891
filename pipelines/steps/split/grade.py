"""Open this when you ask how well sales fit a claim: the kinds of evidence that hold for each, as bits.

These functions keep to what can be turned into machine code; run as they are, they take lists.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pipelines.steps.split.index import (
    DAY,
    DELIVERY_NOTE,
    INVOICE,
    INVOICE_LINE_NO,
    NET,
    PO,
    PO_LINE,
    PRICE,
    STORE,
    UNITS,
    VALUE_BITS,
    Sales,
)  # fmt: skip
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


# A claim as a record, in the order (group, day, return line); what it states as numbers of vocabularies. Its group has
# the sales ``first`` to ``end``; those before ``last`` were sold by its day. Lists of the claim or its return begin at
# ``..._first`` and end at ``..._end``.
WANT: tuple[tuple[str, str], ...] = (
    ("units", "i8"),
    ("price", "i8"),
    *(
        (name, "i4")
        for name in (
            "first", "last", "end", "opens", "po", "po_line", "invoice", "invoice_line_no", "delivery_note", "store",
            "price_code", "repaired_po", "repaired_invoice", "repaired_note", "header_po", "assigned",
            "box_first", "box_end", "packed_first", "packed_end", "mates_first", "mates_end",
        )
    ),
)  # fmt: skip


class Wants(NamedTuple):
    """Claims as records (``WANT``), and their lists one after the other: the orders of a return (``box``), the orders
    that our dispatch advice packed a carton for and behind each its line (``packed``), the invoices that all goods of a
    return stand on (``mates``).
    """

    claim: Any
    lists: Any


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
    one_line: int
    mates: int
    whole_line: int
    window: int


def bits_of(kinds: Sequence[str]) -> Bits:
    """The bits of a policy's kinds of evidence, the strongest first; ``placed`` is above all of them."""
    bits = dict.fromkeys((name for name in EVIDENCE if name != "sold"), 0)
    bits |= {name: 1 << (len(kinds) - 1 - place) for place, name in enumerate(kinds)}
    return Bits(placed=1 << len(kinds), **bits)


def grade(wants: Wants, sales: Sales, bits: Bits, claim: int, sheet: Any, row: int) -> int:
    """Write the bits of all kinds that hold for a claim and each of its eligible sales; answers how many these are.

    Column by column: what a claim does not state costs nothing, and machine code compares several sales at once.
    """
    want = wants.claim[claim]
    first = want.first
    lines = want.last - first
    fill(sheet, row, lines, bits.placed)
    note_from(sales.codes[DAY], first, lines, want.opens, bits.window, sheet, row)
    note_from(sales.codes[UNITS], first, lines, want.units, bits.one_line, sheet, row)
    if bits.whole_line:
        last = lines - 1
        while last >= 0 and sales.codes[DAY][first + last] == sales.codes[DAY][first + lines - 1]:
            if sales.codes[UNITS][first + last] == want.units:
                sheet[row + last] |= bits.whole_line
            last -= 1
    note_kind(sales.codes[STORE], first, lines, want.store, bits.store, sheet, row)
    note_kind(sales.codes[PRICE], first, lines, want.price_code, bits.price, sheet, row)
    if want.assigned >= first and want.assigned < want.last:
        sheet[row + want.assigned - first] |= bits.assigned
    grade_orders(wants, sales, bits, claim, sheet, row)
    grade_invoices(wants, sales, bits, claim, sheet, row)
    note_kind(sales.codes[DELIVERY_NOTE], first, lines, want.delivery_note, bits.delivery_note, sheet, row)
    note_kind(sales.codes[DELIVERY_NOTE], first, lines, want.repaired_note, bits.repaired, sheet, row)
    return lines  # type: ignore[no-any-return]


def fill(sheet: Any, row: int, lines: int, bit: int) -> None:
    """A row with this bit alone."""
    for at in range(lines):
        sheet[row + at] = bit


def note_kind(column: Any, first: int, lines: int, code: int, bit: int, sheet: Any, row: int) -> None:
    """Note a kind for the sales that have what is stated."""
    if code >= 0 and bit:
        for at in range(lines):
            if column[first + at] == code:
                sheet[row + at] |= bit


def note_both(
    column: Any, code: int, other: Any, its: int, first: int, lines: int, bit: int, sheet: Any, row: int
) -> None:
    """Note a kind for the sales that have both of two things that are stated."""
    if code >= 0 and its >= 0 and bit:
        for at in range(lines):
            if column[first + at] == code and other[first + at] == its:
                sheet[row + at] |= bit


def note_from(column: Any, first: int, lines: int, least: int, bit: int, sheet: Any, row: int) -> None:
    """Note a kind for the sales that have at least so much."""
    if bit:
        for at in range(lines):
            if column[first + at] >= least:
                sheet[row + at] |= bit


def grade_orders(wants: Wants, sales: Sales, bits: Bits, claim: int, sheet: Any, row: int) -> None:
    """Kinds that speak of purchase orders: the line's, its repair, the return's, the box's, the carton's."""
    want = wants.claim[claim]
    first = want.first
    lines = want.last - first
    note_kind(sales.codes[PO], first, lines, want.po, bits.po, sheet, row)
    note_both(sales.codes[PO], want.po, sales.codes[PO_LINE], want.po_line, first, lines, bits.po_and_line, sheet, row)
    note_kind(sales.codes[PO], first, lines, want.repaired_po, bits.repaired, sheet, row)
    note_kind(sales.codes[PO], first, lines, want.header_po, bits.header, sheet, row)
    for one in range(want.box_first, want.box_end):
        note_kind(sales.codes[PO], first, lines, wants.lists[one], bits.box, sheet, row)
    for one in range(want.packed_first, want.packed_end, 2):
        po, po_line = wants.lists[one], wants.lists[one + 1]
        note_kind(sales.codes[PO], first, lines, po, bits.carton, sheet, row)
        note_both(sales.codes[PO], po, sales.codes[PO_LINE], po_line, first, lines, bits.carton_line, sheet, row)


def grade_invoices(wants: Wants, sales: Sales, bits: Bits, claim: int, sheet: Any, row: int) -> None:
    """Kinds that speak of invoices: the line's, its repair, and those of the box's other goods."""
    want = wants.claim[claim]
    first = want.first
    lines = want.last - first
    if want.invoice >= 0:
        for at in range(lines):
            line = first + at
            if sales.codes[INVOICE][line] == want.invoice:
                sheet[row + at] |= bits.invoice
                same_po = sales.codes[PO][line] == want.po and sales.codes[PO_LINE][line] == want.po_line
                if same_po or sales.codes[INVOICE_LINE_NO][line] == want.invoice_line_no:
                    sheet[row + at] |= bits.invoice_and_line
    note_kind(sales.codes[INVOICE], first, lines, want.repaired_invoice, bits.repaired, sheet, row)
    for one in range(want.mates_first, want.mates_end):
        note_kind(sales.codes[INVOICE], first, lines, wants.lists[one], bits.mates, sheet, row)


def wish(wants: Wants, sales: Sales, order: int, claim: int, line: int) -> int:
    """What the order rule looks at before the age of equally evident sales, the least first."""
    if order == CHEAPEST:
        return net_value(sales, line)
    if order == DEAREST:
        return -net_value(sales, line)
    if order == NEAREST_PRICE and wants.claim[claim].price >= 0:
        price = sales.codes[PRICE][line]
        return abs(sales.prices[price] - wants.claim[claim].price) if price >= 0 else _FAR
    return 0


def net_value(sales: Sales, line: int) -> int:
    """The net of one unit, in 2^-20 minor units."""
    return (sales.money[line][NET] << VALUE_BITS) // max(sales.codes[UNITS][line], 1)  # type: ignore[no-any-return]


def comes_first(sales: Sales, order: int, line: int, other: int) -> bool:
    """Whether a later row comes before an earlier one of equal wish: where the newest do, unless of one day."""
    return (order == NEWEST or order == NEAREST_PRICE) and sales.codes[DAY][line] > sales.codes[DAY][other]
