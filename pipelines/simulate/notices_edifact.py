"""Open this when you ask what brightwell sends: EDIFACT RETANN D.01B announcements, one message a return."""

from collections.abc import Sequence

from pipelines.simulate.boxes import Box, Line
from pipelines.simulate.envelopes import Interchange, edifact, edifact_text
from pipelines.simulate.identifiers import BRIGHTWELL_GLN, OUR_GLN, gtin13

SENDER = BRIGHTWELL_GLN
# CDI 7007, "return": the GS1 code, and the code of the UN list. Shops use either.
_RETURN_ACTIONS = ("12E", "21")


def notices(boxes: Sequence[Box], head: Interchange) -> bytes:
    """One interchange with these boxes' announcements."""
    return edifact(head, "RETANN:D:01B:UN", [_notice(box) for box in boxes])


def _notice(box: Box) -> list[str]:
    header = [
        f"BGM+732+{box.number}+9",
        f"DTM+137:{box.sent_on:%Y%m%d}:102",
        f"NAD+BY+{BRIGHTWELL_GLN}::9",
        f"NAD+SN+{box.store.number}::92",
        f"NAD+SU+{OUR_GLN}::9",
    ]
    lines = [segment for line in box.lines for segment in _line(line, box)]
    return [*header, *lines, "UNS+S", f"CNT+2:{len(box.lines)}"]


def _line(line: Line, box: Box) -> list[str]:
    """The LIN group: item, price, quantity with action and reason, reference, carton."""
    said = line.statement
    action = _RETURN_ACTIONS[int(box.store.number) % len(_RETURN_ACTIONS)]
    return [
        f"LIN+{line.line_no}++{gtin13(line.row.item)}:EN",
        *([f"PIA+1+{edifact_text(said.vendor_item)}:SA"] if said.vendor_item else []),
        *([f"PRI+AAA:{said.unit_price}"] if said.unit_price else []),
        f"QTY+61:{line.row.units}",
        f"CDI+3E+{action}::9",
        *([f"CDI+1+{line.reason}"] if line.reason else []),
        *_reference(line),
        "PAC+1",
        "PCI+33E",
        f"GIN+BJ+{box.carton}",
    ]


def _reference(line: Line) -> list[str]:
    said = line.statement
    if said.invoice_number:
        return [f"RFF+IV:{edifact_text(said.invoice_number)}"]
    if said.po_number:
        po_line = f":{said.po_line}" if said.po_line else ""
        return [f"RFF+ON:{edifact_text(said.po_number)}{po_line}"]
    return []
