"""Open this when you ask what a claim says: its references, price, store and box, as numbers that sales have too."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.grade import WANT, Wants
from pipelines.steps.split.index import NEVER, SalesIndex, prices
from pipelines.steps.split.stated import Lost, Repaired, Stated, note_reach, repaired
from pipelines.steps.split.texts import (
    NOT_STATED,
    Codes,
    Ints,
    codes_of_few,
    in_order,
    sorted_texts,
    stated_codes,
    whole,
    without_zeros,
)  # fmt: skip

# The day of a return that names none: it may stand on every sale that has a day.
_ALWAYS = NEVER - 1
_APART = "/"
_AT_ONCE = 2**13  # records that stay at the processor's hand while their fields are filled


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims in the order (group, day, return line); the first ``grouped`` of them have sales of their item at all.

    ``rows`` are their places in the table given, and ``place`` says which of the table's return lines comes first by
    its text; ``boxes`` are their returns, numbered; ``lost`` says that a stated order leads nowhere.
    """

    table: pa.Table
    rows: Ints
    place: Ints
    wants: Wants
    boxes: Codes
    grouped: int
    lost: npt.NDArray[np.bool_]
    repaired: Repaired

    def texts(self, name: str, claims: Ints | Codes) -> pa.Array:
        """A column of the table for these claims."""
        return whole(self.table[name]).take(pa.array(self.rows[claims]))


def claims_of(table: pa.Table, index: SalesIndex, window_days: int) -> Claims:
    """``CLAIMS`` made ready to be placed on the sales of an index. ValueError: two claims of one return line."""
    by_text, place = _ranked(whole(table["return_line"]), np.asarray(whole(table["units"])) > 0)
    retailers = index.words.retailer.codes(whole(table["retailer"]))
    groups = index.words.group.codes(retailers, index.words.item.codes(whole(table["gtin"])))
    days = np.asarray(pc.fill_null(whole(table["returned_on"]).cast(pa.int32()), _ALWAYS))
    rows = by_text[in_order(groups, days, place)]
    stated = _stated(table, index, retailers)
    mended = repaired(stated, index, groups, days)
    columns = stated.columns | mended.columns | _own(table, index, days, window_days)
    columns["header_po"] = stated_codes(index.words.po, retailers, whole(table["header_po"]))[0]
    boxes, orders, lists = _box(table, columns)
    packed, packed_lists = _packed(table, index, retailers, len(orders))
    columns |= lists | packed_lists
    claim = _records(columns, rows)
    note_reach(claim, index, groups[rows], days[rows])
    wants = Wants(claim, np.concatenate((orders, packed)))
    lost = np.zeros(len(rows), np.bool_)
    lost[stated.lost["po_number"].rows] = True
    lost &= ~mended.of("po_number")
    grouped = int(np.count_nonzero(groups < len(index.words.group)))
    return Claims(table, rows, place, wants, boxes[rows], grouped, lost[rows], mended)


def _records(columns: dict[str, Any], rows: Ints) -> Any:
    """The columns as records (``WANT``) in this order: each row is put where it belongs once, not once a column."""
    kind = np.dtype(list(WANT), align=True)
    claim, some = np.zeros(len(rows), kind), np.zeros(_AT_ONCE, kind)
    given, taken = (one.view(f"V{kind.itemsize}") for one in (claim, some))
    place = np.empty(len(rows), np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    for at in range(0, len(rows), _AT_ONCE):
        count = min(_AT_ONCE, len(rows) - at)
        for name, column in columns.items():
            some[name][:count] = column[at : at + count]
        given[place[at : at + count]] = taken[:count]
    return claim


def _ranked(lines: pa.Array, wanting: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The rows by their return line, and the place of each. ValueError: two that want units have the same."""
    order, same = sorted_texts(lines)
    if same.any() and (same & wanting[order[:-1]] & wanting[order[1:]]).any():
        raise ValueError("a return line claims once; two claims would share their portions' ids")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return order, place


def _stated(table: pa.Table, index: SalesIndex, retailers: Codes) -> Stated:
    """The references of the lines, and which of them no sale of the retailer has."""
    words = index.words
    po, po_lost, po_texts = stated_codes(words.po, retailers, whole(table["po_number"]))
    note, note_lost, note_texts = stated_codes(words.delivery_note, retailers, whole(table["delivery_note"]))
    invoice, lost, texts = stated_codes(words.invoice, retailers, whole(table["invoice_number"]))
    line_no, lost, texts = _invoice_and_line(retailers, invoice, lost, texts, index)
    columns = {
        "po": po,
        "po_line": codes_of_few(words.po_line, whole(table["po_line"])),
        "invoice": invoice,
        "invoice_line_no": line_no,
        "delivery_note": note,
    }
    missing = {"po_number": Lost(po_lost, po_texts), "invoice_number": Lost(lost, texts)}
    return Stated(missing | {"delivery_note": Lost(note_lost, note_texts)}, columns, retailers, whole(table["store"]))


def _invoice_and_line(
    retailers: Codes, invoice: Codes, lost: Ints, texts: pa.Array, index: SalesIndex
) -> tuple[Codes, Ints, pa.Array]:
    """The line where a text is that of an invoice, a stroke and a line, whose invoice is noted; what is lost yet."""
    line_no = np.full(len(invoice), NOT_STATED, np.int32)
    split = np.flatnonzero(np.asarray(pc.match_substring(texts, _APART)))
    if len(split):
        rows = lost[split]
        parts = pc.extract_regex(texts.take(pa.array(split)), f"^(?P<invoice>.*){_APART}(?P<line>[^{_APART}]*)$")
        invoices, lines = (pc.struct_field(parts, [n]) for n in (0, 1))
        invoice[rows] = index.words.invoice.codes_of(retailers[rows], invoices)
        line_no[rows] = index.words.invoice_line_no.codes(without_zeros(lines))
    still = np.flatnonzero(invoice[lost] == NOT_STATED)
    return line_no, lost[still], texts.take(pa.array(still))


def _own(table: pa.Table, index: SalesIndex, days: Codes, window_days: int) -> dict[str, Any]:
    stated = whole(table["unit_price"]).dictionary_encode()
    price = np.append(prices(stated.dictionary, NOT_STATED), NOT_STATED)
    codes, which = _price_codes(price, index.sales.prices), np.asarray(pc.fill_null(stated.indices, -1))
    return {
        "units": np.asarray(whole(table["units"])),
        "opens": np.where(days == _ALWAYS, NEVER, days - window_days),
        "store": codes_of_few(index.words.store, whole(table["store"])),
        "price": price[which],
        "price_code": codes[which],
        "assigned": _assigned(whole(table["assigned"]), index),
    }


def _price_codes(price: Ints, known: Ints) -> Codes:
    """The numbers of prices among those of sales."""
    if not len(known):
        return np.full(len(price), NOT_STATED, np.int32)
    order = np.argsort(known).astype(np.int32)
    at = np.minimum(np.searchsorted(known[order], price), len(known) - 1)
    return np.where(known[order[at]] == price, order[at], np.int32(NOT_STATED))


def _assigned(named: pa.Array, index: SalesIndex) -> Codes:
    """The rows of the sales that persons named."""
    found = np.full(len(named), NOT_STATED, np.int32)
    if named.null_count < len(named) and len(index):
        rows = np.flatnonzero(np.asarray(named.is_valid()))
        found[rows] = np.asarray(pc.fill_null(pc.index_in(named.take(pa.array(rows)), index.invoice_lines), NOT_STATED))
    return found


def _box(table: pa.Table, columns: dict[str, Any]) -> tuple[Codes, Codes, dict[str, Codes]]:
    """The returns of the claims, the orders that each states on any of its lines, repaired ones too, and which."""
    returns = whole(table["return_id"]).dictionary_encode()
    box, orders = np.asarray(returns.indices), (columns["po"], columns["repaired_po"])
    stated = [np.flatnonzero(order >= 0) for order in orders]
    pairs = np.concatenate(
        [box[rows].astype(np.int64) << 32 | order[rows] for rows, order in zip(stated, orders, strict=True)]
    )
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    counts = np.bincount(pairs >> 32, minlength=len(returns.dictionary))
    ends = np.cumsum(counts, dtype=np.int32)
    lists = {"box_first": (ends - counts).astype(np.int32)[box], "box_end": ends[box]}
    return box, pairs.astype(np.int32), lists


def _packed(table: pa.Table, index: SalesIndex, retailers: Codes, behind: int) -> tuple[Codes, dict[str, Codes]]:
    """The orders for which our dispatch advice packed a claim's carton, behind each its line, and which are whose."""
    lists = whole(table["packed_for"])
    counts = np.asarray(pc.fill_null(pc.list_value_length(lists), 0))
    pairs = pc.list_flatten(lists)
    whose = np.repeat(retailers, counts)
    orders, lines = (pc.struct_field(pairs, name) for name in ("po_number", "po_line"))
    found = np.empty((len(pairs), 2), np.int32)
    found[:, 0] = stated_codes(index.words.po, whose, orders)[0]
    found[:, 1] = codes_of_few(index.words.po_line, lines)
    ends = behind + 2 * np.cumsum(counts, dtype=np.int32)
    return found.ravel(), {"packed_first": ends - 2 * counts, "packed_end": ends}
