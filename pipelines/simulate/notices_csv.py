"""Open this when you ask what lindhaus sends: a table of returned lines as its German system writes it."""

import csv
import io
from collections.abc import Sequence

from pipelines.simulate.boxes import Box, Line
from pipelines.simulate.identifiers import gtin13

COLUMNS = (
    "Retoure", "Filiale", "Datum", "EAN", "Lieferantenartikel", "Bezeichnung", "Menge", "EK-Preis", "Bestellung",
    "Grund", "Karton",
)  # fmt: skip


def notices(boxes: Sequence[Box]) -> bytes:
    """These boxes' lines as one table: cp1252, semicolons, CRLF, decimal comma, dates DD.MM.YYYY."""
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows(_row(box, line) for box in boxes for line in box.lines)
    return text.getvalue().encode("cp1252")


def _row(box: Box, line: Line) -> list[str]:
    said = line.statement
    return [
        box.number, box.store.number, f"{box.sent_on:%d.%m.%Y}", gtin13(line.row.item), said.vendor_item,
        line.row.description, str(line.row.units), said.unit_price.replace(".", ","), said.po_number, line.reason,
        box.carton,
    ]  # fmt: skip
