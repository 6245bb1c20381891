"""Open this when you need a bad file: what really goes wrong with partners' files, made from a good one.

Every accident takes the bytes of a notice of the simulated world and gives a file name and the spoiled bytes. It relies
on the world's own shape: default separators, one segment or row a line.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

from pipelines.simulate.envelopes import Interchange, edifact, x12
from pipelines.simulate.identifiers import OUR_GLN

Accident = tuple[str, bytes]

# An item that nobody sells, under a right check digit, and its vendor item.
UNKNOWN_GTIN = b"9529999900005"
UNKNOWN_VENDOR_ITEM = b"99999Z"
BEYOND_SOLD_UNITS = b"99999"
UNKNOWN_X12_SENDER = b"NOBODY"
UNKNOWN_GLN = b"9529999999993"

_SUFFIX = {"x12": ".edi", "edifact": ".edi", "table": ".csv"}
# The smallest whole PNG: one grey point.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
_LETTER = b"Dear Sirs,\n\nplease find our returns of last week in the enclosed list.\n\nKind regards\n"


def kind_of(good: bytes) -> Literal["x12", "edifact", "table"]:
    """What sort of file this is."""
    if good.startswith(b"ISA"):
        return "x12"
    return "edifact" if good.startswith((b"UNA", b"UNB")) else "table"


def truncated(good: bytes) -> Accident:
    """Broken off in the middle of the line that lies two thirds of the way."""
    start = good.rindex(b"\n", 0, len(good) * 2 // 3) + 1
    end = good.index(b"\n", start)
    return _name(good, "truncated"), good[: (start + end) // 2]


def segment_count_wrong(good: bytes) -> Accident:
    """The first message's trailer (SE01, UNT 0074) counts one segment too many."""
    return _name(good, "segment-count"), _change(good, {"x12": rb"\nSE\*(\d+)", "edifact": rb"\nUNT\+(\d+)"}, _one_more)


def message_count_wrong(good: bytes) -> Accident:
    """The trailer of the messages (GE01, UNZ 0036) counts one message too many."""
    return _name(good, "message-count"), _change(good, {"x12": rb"\nGE\*(\d+)", "edifact": rb"\nUNZ\+(\d+)"}, _one_more)


def group_count_wrong(good: bytes) -> Accident:
    """X12 only: the interchange's trailer (IEA01) counts one group too many."""
    return _name(good, "group-count"), _change(good, {"x12": rb"\nIEA\*(\d+)"}, _one_more)


def control_number_wrong(good: bytes) -> Accident:
    """The interchange's trailer (IEA02, UNZ 0020) carries another control number than its header."""
    patterns = {"x12": rb"\nIEA\*\d+\*(\d+)", "edifact": rb"\nUNZ\+\d+\+(\d+)"}
    return _name(good, "control-number"), _change(good, patterns, _one_more)


def message_control_wrong(good: bytes) -> Accident:
    """The first message's trailer (SE02, UNT 0062) carries another control number than its header."""
    patterns = {"x12": rb"\nSE\*\d+\*(\d+)", "edifact": rb"\nUNT\+\d+\+(\d+)"}
    return _name(good, "message-control"), _change(good, patterns, lambda _: b"9999")


def unknown_sender(good: bytes) -> Accident:
    """The envelope names a sender that is nobody's identity (ISA06, UNB 0004)."""
    spoiled = _change(
        good,
        {"x12": rb"^ISA(?:\*[^*]*){5}\*([^*]{15})", "edifact": rb"UNB\+UNOC:3\+(\d+)"},
        lambda found: UNKNOWN_X12_SENDER.ljust(15) if kind_of(good) == "x12" else UNKNOWN_GLN,
    )
    return _name(good, "unknown-sender"), spoiled


def unknown_item(good: bytes) -> Accident:
    """The first line's item is in nobody's item list, neither by its GTIN nor by a vendor item."""
    gtin = {"x12": rb"\nBLI\*EN\*(\d{13})", "edifact": rb"\nLIN\+1\+\+(\d{13})", "table": _column(3)}
    spoiled = _change(good, gtin, lambda _: UNKNOWN_GTIN)
    vendor_item = UNKNOWN_GTIN + _VENDOR_ITEM[kind_of(good)]
    if re.search(vendor_item, spoiled):
        spoiled = _replaced(spoiled, vendor_item, lambda _: UNKNOWN_VENDOR_ITEM)
    return _name(good, "unknown-item"), spoiled


def beyond_sold(good: bytes) -> Accident:
    """The first line returns more than was ever sold of anything."""
    patterns = {"x12": rb"\nBLI\*EN\*\d{13}\*(\d+)", "edifact": rb"\nQTY\+61:(\d+)", "table": _column(6)}
    return _name(good, "beyond-sold"), _change(good, patterns, lambda _: BEYOND_SOLD_UNITS)


def renamed(good: bytes) -> Accident:
    """The same bytes under a new name."""
    return _name(good, "sent-once-more"), good


def resent(good: bytes) -> Accident:
    """The same returns in other bytes: new control numbers; a table, which has none, with other line ends."""
    if kind_of(good) == "table":
        return _name(good, "resent"), good.replace(b"\r\n", b"\n")
    fresh = good
    for patterns in _CONTROL_NUMBERS:
        fresh = _change(fresh, patterns, lambda found: b"%0*d" % (len(found), int(found) + 800))
    return _name(good, "resent"), fresh


def half_written(good: bytes) -> Accident:
    """An upload under way, by a partner that writes under a temporary name and renames at the end."""
    return _name(good, "uploading") + ".part", good[: len(good) // 2]


def growing(good: bytes) -> list[Accident]:
    """An upload under way, by a partner that writes under the final name: what a listing sees, one after another."""
    name = _name(good, "growing")
    return [(name, good[: len(good) * part // 3]) for part in (1, 2, 3)]


def order(good: bytes) -> Accident:
    """No return but an order (X12 850, EDIFACT ORDERS, a table of ordered items), by the same sender."""
    kind = kind_of(good)
    if kind == "table":
        return "order.csv", b"Bestellung;EAN;Menge\r\n45000001;9522269000003;12\r\n"
    if kind == "x12":
        segments = ["BEG*00*SA*0041000001**20110603", "PO1*1*12*EA*2.55**EN*9522269000003", "CTT*1"]
        return "order.edi", x12(Interchange(_sender(good), 990, date(2011, 6, 3)), "PO", "850", [segments])
    segments = [
        "BGM+220+BW-900001+9", "DTM+137:20110603:102", f"NAD+SU+{OUR_GLN}::9", "LIN+1++9522269000003:EN", "QTY+21:12",
        "UNS+S", "CNT+2:1",
    ]  # fmt: skip
    return "order.edi", edifact(Interchange(_sender(good), 990, date(2011, 6, 3)), "ORDERS:D:96A:UN", [segments])


def picture(good: bytes) -> Accident:
    """A picture of a label instead of a file."""
    return _name(good, "label"), _PNG


def letter(good: bytes) -> Accident:
    """A letter to a person instead of a file."""
    return _name(good, "letter"), _LETTER


def empty(good: bytes) -> Accident:
    """A file without bytes."""
    return _name(good, "empty"), b""


# What fits notices of every kind, and what needs an envelope; `group_count_wrong` is for X12 alone.
OF_ANY_FILE: tuple[Callable[[bytes], Accident], ...] = (
    truncated, unknown_item, beyond_sold, renamed, resent, half_written, order, picture, letter, empty,
)  # fmt: skip
OF_EDI: tuple[Callable[[bytes], Accident], ...] = (
    segment_count_wrong, message_count_wrong, control_number_wrong, message_control_wrong, unknown_sender,
)  # fmt: skip

# Where the vendor item stands behind the GTIN of its line, if it is there.
_VENDOR_ITEM = {"x12": rb"[^~]*\*VN\*([^*~]+)", "edifact": rb":EN'\nPIA\+1\+([^:]+)", "table": rb";([^;]*)"}

_CONTROL_NUMBERS: tuple[dict[str, bytes], ...] = (
    {"x12": rb"^ISA(?:\*[^*]*){12}\*(\d{9})", "edifact": rb"\nUNB\+(?:[^+']*\+){4}(\d+)"},
    {"x12": rb"\nGS\*(?:[^*]*\*){5}(\d+)", "edifact": rb"\nUNZ\+\d+\+(\d+)"},
    {"x12": rb"\nGE\*\d+\*(\d+)"},
    {"x12": rb"\nIEA\*\d+\*(\d+)"},
)


def _name(good: bytes, what: str) -> str:
    return what + _SUFFIX[kind_of(good)]


def _change(good: bytes, patterns: dict[str, bytes], change: Callable[[bytes], bytes]) -> bytes:
    """The file with the first group of its kind's pattern changed, where it matches first; unchanged without one."""
    pattern = patterns.get(kind_of(good))
    return good if pattern is None else _replaced(good, pattern, change)


def _replaced(good: bytes, pattern: bytes, change: Callable[[bytes], bytes]) -> bytes:
    found = re.search(pattern, good)
    if found is None:
        raise ValueError(f"The file is not of the simulated world: nothing in it matches {pattern!r}.")
    return good[: found.start(1)] + change(found.group(1)) + good[found.end(1) :]


def _one_more(found: bytes) -> bytes:
    return b"%0*d" % (len(found), int(found) + 1)


def _column(index: int) -> bytes:
    """A pattern for a field of the first row below the header."""
    return rb"\A[^\n]*\n(?:[^;\n]*;){%d}([^;\n]*)" % index


def _sender(good: bytes) -> str:
    pattern = rb"^ISA(?:\*[^*]*){5}\*([^*]{15})" if kind_of(good) == "x12" else rb"UNB\+UNOC:3\+(\d+)"
    found = re.search(pattern, good)
    if found is None:
        raise ValueError("The file is not of the simulated world: its envelope names no sender.")
    return found.group(1).decode("ascii").strip()
