"""The plain way of doing what mappings do: a reader's objects, and Python functions for each row of a file.

Each function gives the same return lines as ours, as tuples of store, item, vendor's item, units, order, reason,
carton and price; the benchmark compares them before it measures.
"""

import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
from lxml import etree
from pydifact.segmentcollection import Interchange
from pyx12.x12file import X12Reader

Line = tuple[str | None, ...]

_BLI = {2: "gtin", 3: "units", 6: "price"}
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"


def gtin_of(raw: str | None) -> str | None:
    """14 digits, if the check digit is right."""
    digits = (raw or "").strip()
    if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", digits):
        return None
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(digits)))
    return digits.zfill(14) if total % 10 == 0 else None


def sscc_of(raw: str | None) -> str | None:
    """The label without its application identifier."""
    digits = re.sub(r"[\s()]", "", raw or "")
    return digits[2:] if re.fullmatch(r"00[0-9]{18}", digits) else digits or None


def units_of(raw: str | None) -> str | None:
    """A whole positive number."""
    number = Decimal((raw or "0").replace(",", "."))
    return str(int(number)) if number == number.to_integral_value() and number > 0 else None


def price_of(raw: str | None) -> str | None:
    """A decimal with a point."""
    return f"{Decimal(raw.replace(',', '.')):f}" if raw else None


def text_of(raw: str | None) -> str | None:
    """Without blanks."""
    return (raw or "").strip() or None


def x12(data: bytes, reasons: dict[str, str]) -> list[Line]:
    """pyx12's segments, interchange by interchange, since it reads only the first of a file."""
    lines: list[Line] = []
    for part in re.split(r"(?=ISA\*)", data.decode("ascii")):
        if part:
            lines += _of_x12(X12Reader(io.StringIO(part)), reasons)
    return lines


def _of_x12(segments: Any, reasons: dict[str, str]) -> Iterator[Line]:
    header: dict[str, str] = {}
    line: dict[str, str] | None = None
    for segment in segments:
        tag = segment.get_seg_id()
        if tag in ("ST", "BLI", "SE"):
            if line is not None:
                yield _from_fields(header | line, reasons)
            line = None
            if tag == "ST":
                header = {}
            if tag == "BLI":
                line = {name: segment.get_value(f"BLI{at:02}") for at, name in _BLI.items()}
                if segment.get_value("BLI08") == "VN":
                    line["vendor_item"] = segment.get_value("BLI09")
        elif tag == "N9" and segment.get_value("N901") == "CN":
            header["carton"] = segment.get_value("N902")
        elif tag == "N1" and segment.get_value("N101") == "SF":
            header["store"] = segment.get_value("N104")
        elif line is not None and tag == "PRF":
            line["po"] = segment.get_value("PRF01")
        elif line is not None and tag == "RDR":
            line["reason"] = segment.get_value("RDR02")


def edifact(data: bytes, reasons: dict[str, str]) -> list[Line]:
    """pydifact's segments, interchange by interchange, since it reads one at a time."""
    lines: list[Line] = []
    for part in re.split(r"(?=UNA:)", data.decode("latin-1")):
        if part:
            lines += _of_segments(Interchange.from_str(part).segments, reasons)
    return lines


def _of_segments(segments: Any, reasons: dict[str, str]) -> Iterator[Line]:
    header: dict[str, str] = {}
    line: dict[str, str] | None = None
    for segment in segments:
        tag, elements = segment.tag, segment.elements
        if tag in ("LIN", "UNS", "UNH"):
            if line is not None:
                yield _from_fields(header | line, reasons)
            line = None
            if tag == "UNH":
                header = {}
            if tag == "LIN":
                line = {"gtin": elements[2][0]}
        elif tag == "NAD" and elements[0] == "SN":
            header["store"] = elements[1][0]
        elif line is not None and tag == "PIA" and elements[1][1] == "SA":
            line["vendor_item"] = elements[1][0]
        elif line is not None and tag == "QTY" and elements[0][0] == "61":
            line["units"] = elements[0][1]
        elif line is not None and tag == "PRI":
            line["price"] = elements[0][1]
        elif line is not None and tag == "RFF" and elements[0][0] == "ON":
            line["po"] = elements[0][1]
        elif line is not None and tag == "CDI":
            line["reason"] = elements[1][0]


def csv(data: bytes, reasons: dict[str, str]) -> list[Line]:
    """pandas.read_csv as text, and a function a row."""
    frame = pd.read_csv(io.BytesIO(data), sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    return list(frame.apply(lambda row: _from_row(row, reasons), axis=1))


def _from_row(row: Any, reasons: dict[str, str]) -> Line:
    return _from_fields(
        {
            "store": row["Filiale"], "gtin": row["EAN"], "vendor_item": row["Lieferantenartikel"],
            "units": row["Menge"], "po": row["Bestellung"], "reason": row["Grund"], "carton": row["Karton"],
            "price": row["EK-Preis"],
        },
        reasons,
    )  # fmt: skip


def xml(data: bytes, reasons: dict[str, str]) -> list[Line]:
    """lxml's iterparse, with a search for each field."""
    lines, store = [], None
    for _, element in etree.iterparse(io.BytesIO(data), tag=(f"{_CAC}DespatchSupplierParty", f"{_CAC}DespatchLine")):
        if element.tag.endswith("Party"):
            store = element.findtext(f"{_CAC}Party/{_CAC}PartyIdentification/{_CBC}ID")
            continue
        item = f"{_CAC}Item/{_CAC}"
        lines.append(_from_fields({
            "store": store, "gtin": element.findtext(f"{item}StandardItemIdentification/{_CBC}ID"),
            "vendor_item": element.findtext(f"{item}SellersItemIdentification/{_CBC}ID"),
            "units": element.findtext(f"{_CBC}DeliveredQuantity"),
            "po": element.findtext(f"{_CAC}OrderLineReference/{_CAC}OrderReference/{_CBC}ID"),
            "carton": element.findtext(f"{_CAC}Shipment/{_CAC}TransportHandlingUnit/{_CBC}ID"),
        }, reasons))  # fmt: skip
        element.clear()
    return lines


def _from_fields(found: dict[str, Any], reasons: dict[str, str]) -> Line:
    item = text_of(found.get("vendor_item"))
    return (
        text_of(found.get("store")), gtin_of(found.get("gtin")), item.upper() if item else None,
        units_of(found.get("units")), text_of(found.get("po")), reasons.get((found.get("reason") or "").strip()),
        sscc_of(found.get("carton")), price_of(found.get("price")),
    )  # fmt: skip


PLAIN: dict[str, Callable[[bytes, dict[str, str]], list[Line]]] = {
    "x12": x12,
    "edifact": edifact,
    "csv": csv,
    "xml": xml,
}
