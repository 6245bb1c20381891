"""Open this when you ask what the docks send: harwich's X12 944, venlo's EDIFACT RECADV, essen's table."""

import csv
import io
from collections.abc import Sequence

from pipelines.simulate.boxes import Box
from pipelines.simulate.docks import Count, counted
from pipelines.simulate.envelopes import Interchange, edifact, edifact_text, x12
from pipelines.simulate.identifiers import BRIGHTWELL_GLN, OUR_GLN, VENLO_GLN, gtin13

SENDERS = {"harwich": "HARWICH", "venlo": VENLO_GLN}
ESSEN_COLUMNS = (
    "Eingang", "Datum", "Haendler", "Retoure", "Filiale", "Karton", "EAN", "Artikel", "Menge", "Zustand",
    "Vollstaendig",
)  # fmt: skip


def x12_receipts(boxes: Sequence[Box], head: Interchange) -> bytes:
    """harwich's 944 004010: one message a box, W07 with the damaged units (W13, condition 01) included."""
    return x12(head, "RE", "944", [_x12_receipt(box) for box in boxes])


def edifact_receipts(boxes: Sequence[Box], head: Interchange) -> bytes:
    """venlo's RECADV D.96A: one message a box, accepted (QTY 194) and damaged (QTY 124) units apart."""
    return edifact(head, "RECADV:D:96A:UN", [_edifact_receipt(box) for box in boxes])


def csv_receipts(boxes: Sequence[Box]) -> bytes:
    """essen's table: UTF-8, semicolons, dates DD.MM.YYYY, one row for each item and condition."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(ESSEN_COLUMNS)
    table.writerows(row for box in boxes for row in _csv_rows(box))
    return text.getvalue().encode("utf-8")


def _x12_receipt(box: Box) -> list[str]:
    counts = counted(box)
    retailer = box.store.retailer.upper()
    header = [
        f"W17*F*{box.arrives_on:%Y%m%d}*{box.receipt}*{box.number}".rstrip("*"),
        f"N1*SF*{retailer}*92*{box.store.number}",
        f"N1*BY*{retailer}",
        f"N9*CN*{box.carton}",
    ]
    lines = [segment for item in counts for segment in _x12_count(item)]
    return [*header, *lines, f"W14*{sum(item.units for item in counts)}"]


def _x12_count(item: Count) -> list[str]:
    line = f"W07*{item.units}*EA**EN*{gtin13(item.item)}*VN*{item.item}"
    return [line, f"W13*{item.damaged}*EA*01"] if item.damaged else [line]


def _edifact_receipt(box: Box) -> list[str]:
    counts = counted(box)
    return [
        f"BGM+352+{box.receipt}+9",
        f"DTM+50:{box.arrives_on:%Y%m%d}:102",
        *([f"RFF+AAK:{box.number}"] if box.number else []),
        f"NAD+BY+{BRIGHTWELL_GLN}::9",
        f"NAD+SN+{box.store.number}::92",
        f"NAD+SU+{OUR_GLN}::9",
        "CPS+1",
        "PAC+1",
        "PCI+33E",
        f"GIN+BJ+{box.carton}",
        *(segment for number, item in enumerate(counts, 1) for segment in _edifact_count(number, item)),
        f"CNT+2:{len(counts)}",
    ]


def _edifact_count(number: int, item: Count) -> list[str]:
    accepted = item.units - item.damaged
    return [
        f"LIN+{number}++{gtin13(item.item)}:EN",
        f"PIA+1+{edifact_text(item.item)}:SA",
        *([f"QTY+194:{accepted}"] if accepted else []),
        *([f"QTY+124:{item.damaged}"] if item.damaged else []),
    ]


def _csv_rows(box: Box) -> list[list[str]]:
    head = [
        box.receipt, f"{box.arrives_on:%d.%m.%Y}", box.store.retailer.upper(), box.number, box.store.number, box.carton,
    ]  # fmt: skip
    rows = []
    for item in counted(box):
        for units, condition in ((item.units - item.damaged, "OK"), (item.damaged, "BESCHAEDIGT")):
            if units:
                rows.append([*head, gtin13(item.item), item.item, str(units), condition, "J"])
    return rows
