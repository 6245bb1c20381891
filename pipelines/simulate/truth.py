"""Open this when you compare what Backhaul did with what the world set up: its truth, one row a returned line.

The real data do not name the sale of a return; ``origins`` chooses it by a rule of ours. Where no reference is stated,
agreement with this truth therefore says little about real returns: the split prefers much the same sale.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from pipelines.simulate.boxes import Box, Line
from pipelines.simulate.identifiers import gtin13


@dataclass(frozen=True, slots=True)
class TrueLine:
    """The truth about one returned line. Empty text: there is none.

    A return nobody announced has the provisional number ``DOCK-<receipt>``. ``true_units`` are the units that the true
    invoice line can take; fewer than ``units`` where more came back than was sold. ``stated_kind``: kept, left_out,
    mistyped, none_exists. ``fate``: whole, short, over, damaged, unannounced, open (not received yet) or stays (no
    goods come). ``price`` is what the real wholesaler credited per unit, ``true_price`` that of the true invoice line.
    """

    retailer: str
    return_number: str
    line_no: int
    store: str
    sent_on: str
    carton: str
    gtin: str
    vendor_item: str
    units: int
    price: str
    true_invoice: str
    true_invoice_line: str
    true_units: int
    true_price: str
    stated_kind: str
    typing_error: str
    stated_po: str
    stated_po_line: str
    stated_invoice: str
    stated_price: str
    stated_vendor_item: str
    reason: str
    disposition: str
    receipt: str
    received_on: str
    fate: str
    received: int
    damaged: int


def truth_of(boxes: Iterable[Box]) -> list[TrueLine]:
    """The truth about all lines, by retailer, return and line."""
    lines = [_true_line(box, line) for box in boxes for line in box.lines]
    return sorted(lines, key=lambda line: (line.retailer, line.return_number, line.line_no))


def write_truth(lines: Iterable[TrueLine]) -> bytes:
    """The truth as a CSV file."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow([column.name for column in fields(TrueLine)])
    table.writerows(astuple(line) for line in lines)
    return text.getvalue().encode("utf-8")


def read_truth(path: Path) -> list[TrueLine]:
    """The truth as it was written."""
    kinds: list[Callable[[str], Any]] = list(get_type_hints(TrueLine).values())
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return [TrueLine(*(kind(value) for kind, value in zip(kinds, row, strict=True))) for row in rows]


def _true_line(box: Box, line: Line) -> TrueLine:
    row, origin, said = line.row, line.origin, line.statement
    return TrueLine(
        retailer=box.store.retailer,
        return_number=box.number or f"DOCK-{box.receipt}",
        line_no=line.line_no,
        store=box.store.number,
        sent_on=box.sent_on.isoformat(),
        carton=box.carton,
        gtin=f"0{gtin13(row.item)}",
        vendor_item=row.item,
        units=row.units,
        price=row.unit_price,
        true_invoice=origin.sold.invoice_number if origin else "",
        true_invoice_line=str(origin.sold.invoice_line) if origin else "",
        true_units=origin.units if origin else 0,
        true_price=origin.sold.unit_price if origin else "",
        stated_kind=said.kind,
        typing_error=said.typing_error,
        stated_po=said.po_number,
        stated_po_line=said.po_line,
        stated_invoice=said.invoice_number,
        stated_price=said.unit_price,
        stated_vendor_item=said.vendor_item,
        reason=line.reason,
        disposition=line.disposition,
        receipt=box.receipt,
        received_on=box.arrives_on.isoformat() if box.receipt else "",
        fate=line.fate,
        received=line.received,
        damaged=line.damaged,
    )
