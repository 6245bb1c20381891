"""Open this when you ask what a claim says: its references, price, store and box, as numbers that sales have too."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.grade import WANT, Wants
from pipelines.steps.split.index import NEVER, SalesIndex, prices
from pipelines.steps.split.stated import Repaired, Stated, repaired
from pipelines.steps.split.texts import NOT_STATED, Ints, both, ordered, plain, whole, without_zeros

# The day of a return that names none: it may stand on every sale that has a day.
_ALWAYS = NEVER - 1
_APART = "/"
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims in the order (group, day, return line); the first ``grouped`` of them have sales of their item at all.

    ``rows`` are their places in the table given, ``boxes`` their returns, numbered; ``lost`` says that a stated order
    leads nowhere.
    """

    table: pa.Table
    rows: Ints
    wants: Wants
    boxes: Ints
    grouped: int
    lost: npt.NDArray[np.bool_]
    repaired: Repaired


def claims_of(table: pa.Table, index: SalesIndex, window_days: int) -> Claims:
    """``CLAIMS`` made ready to be placed on the sales of an index."""
    groups = index.words.group.codes(both(whole(table["retailer"]), whole(table["gtin"])))
    groups[groups == NOT_STATED] = len(index.words.group)
    days = np.asarray(pc.fill_null(whole(table["returned_on"]).cast(pa.int32()), _ALWAYS)).astype(np.int64)
    rows = ordered(groups, days, whole(table["return_line"]))
    table, groups, days = table.take(pa.array(rows)), groups[rows], days[rows]
    grouped = int(np.searchsorted(groups, len(index.words.group)))
    reach = _reach(index, groups, days, grouped)
    stated = _stated(table, index)
    mended = repaired(stated, index, reach["first"], reach["last"])
    columns = reach | stated.columns | mended.columns | _own(table, index, days, window_days)
    boxes, box_po, box_lists = _box(table, columns)
    packed, packed_lists = _packed(table, index)
    claim = np.zeros(len(rows), np.dtype(list(WANT), align=True))
    for name, column in (columns | box_lists | packed_lists).items():
        claim[name] = column
    wants = Wants(claim, box_po, *packed, np.zeros(1, np.int32))
    lost = stated.is_lost("po_number") & ~mended.of("po_number")
    return Claims(table, rows, wants, boxes, grouped, lost, mended)


def _reach(index: SalesIndex, groups: Ints, days: Ints, grouped: int) -> dict[str, Ints]:
    """Where the sales of each claim's group begin and end, and up to where they were made by its day."""
    first, last, end = (np.full(len(groups), len(index), np.int64) for _ in range(3))
    known = groups[:grouped]
    first[:grouped], end[:grouped] = index.first[known], index.first[known + 1]
    last[:grouped] = _sold_by(index.sales.day, first[:grouped], end[:grouped], days[:grouped])
    return {"first": first, "last": last, "end": end}


def _sold_by(day: Any, low: Ints, high: Ints, until: Ints) -> Ints:
    """The end of the sales up to a day, by halving all intervals at once."""
    low, high = low.copy(), high.copy()
    while (open_ones := low < high).any():
        middle = (low + high) >> 1
        earlier = np.zeros(len(low), np.bool_)
        earlier[open_ones] = day[middle[open_ones]] <= until[open_ones]
        low = np.where(open_ones & earlier, middle + 1, low)
        high = np.where(open_ones & ~earlier, middle, high)
    return low


def _stated(table: pa.Table, index: SalesIndex) -> Stated:
    """The references of the lines, and which of them no sale of the retailer has."""
    retailer, words = whole(table["retailer"]), index.words
    texts = {name: plain(whole(table[name])) for name in ("po_number", "invoice_number", "delivery_note")}
    po = words.po.codes(both(retailer, texts["po_number"]))
    note = words.delivery_note.codes(both(retailer, texts["delivery_note"]))
    invoice, line_no = _invoice_and_line(retailer, texts["invoice_number"], index)
    columns = {
        "po": po,
        "po_line": words.po_line.codes(without_zeros(whole(table["po_line"]))),
        "invoice": invoice,
        "invoice_line_no": line_no,
        "delivery_note": note,
    }
    codes = {"po_number": po, "invoice_number": invoice, "delivery_note": note}
    return Stated(texts, codes, columns, retailer, whole(table["store"]))


def _invoice_and_line(retailer: pa.Array, texts: pa.Array, index: SalesIndex) -> tuple[Ints, Ints]:
    """The invoice, and its line where the text is that of an invoice, a stroke and a line."""
    invoice = index.words.invoice.codes(both(retailer, texts))
    line_no = np.full(len(texts), NOT_STATED, np.int64)
    split = np.flatnonzero((invoice == NOT_STATED) & np.asarray(pc.fill_null(pc.match_substring(texts, _APART), False)))
    if len(split):
        rows = pa.array(split)
        parts = pc.extract_regex(texts.take(rows), f"^(?P<invoice>.*){_APART}(?P<line>[^{_APART}]*)$")
        invoices, lines = (pc.struct_field(parts, [n]) for n in (0, 1))
        invoice[split] = index.words.invoice.codes(both(retailer.take(rows), invoices))
        line_no[split] = index.words.invoice_line_no.codes(without_zeros(lines))
    return invoice, line_no


def _own(table: pa.Table, index: SalesIndex, days: Ints, window_days: int) -> dict[str, Ints]:
    words, retailer = index.words, whole(table["retailer"])
    return {
        "units": np.asarray(whole(table["units"])),
        "opens": np.where(days == _ALWAYS, NEVER, days - window_days),
        "store": words.store.codes(without_zeros(whole(table["store"]))),
        "price": prices(whole(table["unit_price"]), NOT_STATED),
        "header_po": words.po.codes(both(retailer, plain(whole(table["header_po"])))),
        "assigned": _assigned(whole(table["assigned"]), index),
    }


def _assigned(named: pa.Array, index: SalesIndex) -> Ints:
    """The rows of the sales that persons named."""
    found = np.full(len(named), NOT_STATED, np.int64)
    if named.null_count < len(named):
        rows = np.flatnonzero(np.asarray(named.is_valid()))
        places = pc.index_in(named.take(pa.array(rows)), index.invoice_lines)
        found[rows] = np.asarray(pc.fill_null(places.cast(pa.int64()), NOT_STATED))
    return found


def _box(table: pa.Table, columns: dict[str, Any]) -> tuple[Ints, Codes, dict[str, Ints]]:
    """The returns of the claims, the orders that each states on any of its lines, repaired ones too, and which."""
    returns = whole(table["return_id"]).dictionary_encode()
    box = np.asarray(returns.indices.cast(pa.int64()))
    orders = np.concatenate((columns["po"], columns["repaired_po"]))
    stated = orders >= 0
    pairs = np.unique((np.concatenate((box, box))[stated] << 32) | orders[stated])
    first = np.searchsorted(pairs >> 32, np.arange(len(returns.dictionary) + 1))
    lists = {"box_first": first[box], "box_end": first[box + 1]}
    return box, _codes(pairs & 0xFFFFFFFF), lists


def _packed(table: pa.Table, index: SalesIndex) -> tuple[tuple[Codes, Codes], dict[str, Ints]]:
    """The orders and order lines for which our dispatch advice packed a claim's carton, and which are whose."""
    lists = whole(table["packed_for"])
    counts = np.asarray(pc.fill_null(pc.list_value_length(lists), 0)).astype(np.int64)
    pairs = pc.list_flatten(lists)
    retailer = whole(table["retailer"]).take(pa.array(np.repeat(np.arange(len(counts)), counts)))
    orders, lines = (pc.struct_field(pairs, name) for name in ("po_number", "po_line"))
    ends = np.cumsum(counts)
    codes = index.words.po.codes(both(retailer, plain(orders))), index.words.po_line.codes(without_zeros(lines))
    return (_codes(codes[0]), _codes(codes[1])), {"packed_first": ends - counts, "packed_end": ends}


def _codes(column: Ints) -> Codes:
    """Machine code is made for one kind of array: it may be written, and is not empty."""
    return np.require(column if len(column) else np.zeros(1, np.int32), np.int32, ("C", "W"))
