"""Open this when you ask what nordstad sends: X12 180 004010 notifications, one message a return."""

from collections.abc import Sequence

from pipelines.simulate.boxes import Box, Line
from pipelines.simulate.envelopes import Interchange, x12
from pipelines.simulate.identifiers import gtin13

SENDER = "NORDSTAD"
# X12 element 1292.
_DISPOSITIONS = {"return": "RN", "dispose": "DI", "keep": "KA"}


def notices(boxes: Sequence[Box], head: Interchange) -> bytes:
    """One interchange with these boxes' notices."""
    return x12(head, "AN", "180", [_notice(box) for box in boxes])


def _notice(box: Box) -> list[str]:
    header = [
        f"BGN*00*{box.number}*{box.sent_on:%Y%m%d}",
        f"N9*CN*{box.carton}",
        f"N1*SF*Nordstad Store {box.store.number}*92*{box.store.number}",
        "N1*RT*Harwich Returns Dock*92*HARWICH",
    ]
    return header + [segment for line in box.lines for segment in _line(line)]


def _line(line: Line) -> list[str]:
    """BLI, RDR and, where an order is stated, PRF."""
    said = line.statement
    price = f"UCP*{said.unit_price}" if said.unit_price else "*"
    vendor_item = f"**VN*{said.vendor_item}" if said.vendor_item else ""
    item = f"BLI*EN*{gtin13(line.row.item)}*{line.row.units}*EA*{price}{vendor_item}".rstrip("*")
    segments = [item, f"RDR*{_DISPOSITIONS[line.disposition]}*{line.reason}"]
    if said.po_number:
        segments.append(f"PRF*{said.po_number}****{said.po_line}".rstrip("*"))
    return segments
