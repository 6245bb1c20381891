"""Files of many return lines in every shape that mappings read: 180, RETANN, CSV, XLSX and UBL despatch advices.

The same arguments give the same bytes. Nothing is wrong with them.
"""

import io
import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from openpyxl import Workbook

from benchmarks.interchanges import MESSAGES_AN_INTERCHANGE, Made, Name, gtin, interchanges, price, with_check_digit

LINES_A_RETURN, LINES_A_MESSAGE = 5, 5
HEADER = (
    "Retoure", "Filiale", "Datum", "EAN", "Lieferantenartikel", "Bezeichnung", "Menge", "EK-Preis", "Bestellung",
    "Grund", "Karton",
)  # fmt: skip
_THINGS = ("Geschirrtuch", "Fußmatte", "Tortenplatte", "Wecker", "Brotdose", "Wimpelkette", "Nachtlicht")
_REASONS = ("UEB", "DEF", "FAL", "BES")

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"


def _rows(chance: random.Random) -> Iterator[tuple[str, ...]]:
    """Rows of a table of returns, without end."""
    number = 0
    while True:
        number += 1
        carton = with_check_digit(f"0952{chance.randrange(10**13):013}")
        store = f"{chance.randint(1, 999):04}"
        for _ in range(LINES_A_RETURN):
            yield (
                f"R-{number:07}", store, f"{chance.randint(1, 28):02}.11.2026", gtin(chance),
                f"A-{chance.randint(20000, 89999)}", chance.choice(_THINGS), str(chance.randint(1, 24)),
                price(chance).replace(".", ","), f"PO{chance.randrange(10**7):07}", chance.choice(_REASONS), carton,
            )  # fmt: skip


def table(lines: int) -> Made:
    """A semicolon-separated table in cp1252."""
    rows = islice(_rows(random.Random("csv")), lines)
    text = "\r\n".join(";".join(row) for row in (HEADER, *rows)) + "\r\n"
    return Made(text.encode("cp1252"), lines)


def workbook(lines: int) -> Made:
    """The same as a workbook: item numbers and quantities are numbers there, all else is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Retouren")
    sheet.append(HEADER)
    for row in islice(_rows(random.Random("csv")), lines):
        sheet.append([int(cell) if name in ("EAN", "Menge") else cell for name, cell in zip(HEADER, row, strict=True)])
    data = io.BytesIO()
    book.save(data)
    return Made(data.getvalue(), lines)


def _despatch_line(number: int, chance: random.Random) -> str:
    carton = with_check_digit(f"0952{chance.randrange(10**13):013}")
    return (
        f"<cac:DespatchLine><cbc:ID>{number}</cbc:ID><cbc:Note>Returned by the store</cbc:Note>"
        f'<cbc:DeliveredQuantity unitCode="EA">{chance.randint(1, 24)}</cbc:DeliveredQuantity>'
        f"<cac:OrderLineReference><cbc:LineID>{chance.randint(1, 40)}</cbc:LineID><cac:OrderReference>"
        f"<cbc:ID>PO{chance.randrange(10**7):07}</cbc:ID></cac:OrderReference></cac:OrderLineReference>"
        f"<cac:Item><cbc:Description>{chance.choice(_THINGS)}</cbc:Description><cbc:Name>Item &amp; box</cbc:Name>"
        f"<cac:SellersItemIdentification><cbc:ID>A-{chance.randint(20000, 89999)}</cbc:ID>"
        f"</cac:SellersItemIdentification><cac:StandardItemIdentification>"
        f'<cbc:ID schemeID="0160">{gtin(chance)}</cbc:ID></cac:StandardItemIdentification></cac:Item>'
        f"<cac:Shipment><cbc:ID>1</cbc:ID><cac:TransportHandlingUnit>"
        f'<cbc:ID schemeID="SSCC">{carton}</cbc:ID></cac:TransportHandlingUnit></cac:Shipment></cac:DespatchLine>'
    )


def despatch_advice(lines: int) -> Made:
    """One UBL 2.1 DespatchAdvice of type 4 with so many lines, about a kilobyte each."""
    chance = random.Random("xml")
    body = "\n".join(_despatch_line(number, chance) for number in range(1, lines + 1))
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<DespatchAdvice xmlns="{_UBL}:DespatchAdvice-2"'
        f' xmlns:cac="{_UBL}:CommonAggregateComponents-2" xmlns:cbc="{_UBL}:CommonBasicComponents-2">'
        "<cbc:ID>R-0000001</cbc:ID><cbc:IssueDate>2026-11-20</cbc:IssueDate>"
        "<cbc:DespatchAdviceTypeCode>4</cbc:DespatchAdviceTypeCode>"
        "<cac:DespatchSupplierParty><cac:Party><cac:PartyIdentification><cbc:ID>0042</cbc:ID>"
        f"</cac:PartyIdentification></cac:Party></cac:DespatchSupplierParty>\n{body}\n</DespatchAdvice>\n"
    )
    return Made(text.encode(), lines)


def messages(name: Name, lines: int) -> Made:
    """Interchanges of up to a thousand messages with at least so many lines."""
    made = interchanges(name, min(MESSAGES_AN_INTERCHANGE, -(-lines // LINES_A_MESSAGE)))
    parts = [next(made)]
    while sum(part.lines for part in parts) < lines:
        parts.append(next(made))
    return Made(b"".join(part.data for part in parts), sum(part.lines for part in parts))


MADE: dict[str, Callable[[int], Made]] = {
    "x12": partial(messages, "x12"),
    "edifact": partial(messages, "edifact"),
    "csv": table,
    "xlsx": workbook,
    "xml": despatch_advice,
}
