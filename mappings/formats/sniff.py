"""Open this when a file is taken for something it is not: what kind of file the bytes are, by their first kilobytes."""

import re
from typing import Literal

Kind = Literal["x12", "edifact", "delimited", "workbook", "xml", "json", "empty", "unknown"]

_HEAD_BYTES = 16 * 1024
_BLANKS = b" \t\r\n\x0b\x0c\x00\x1a"
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")

# A header, or a file that starts below it: the reader then says that the envelope is missing.
_X12 = re.compile(rb"ISA[^A-Za-z0-9\s]|GS([^A-Za-z0-9\s])[A-Z]{2}\1|ST([^A-Za-z0-9\s])\d{3}\2", re.DOTALL)
_EDIFACT = re.compile(rb"UNA[^\w\s]([^\w\s]).{3}(?:\xe2\x80\x99|.)\s*[A-Z]{3}\1|UN[BGH][+\x1d]", re.DOTALL)
_TRADACOMS = re.compile(rb"STX=ANAA?:\d\+")  # looks like EDIFACT, is another standard
# Behind other text (mail headers, say) only what cannot be prose counts.
_X12_WITHIN = re.compile(rb"(?<![A-Za-z0-9])ISA([^A-Za-z0-9\s])..\1.{10}\1..\1.{10}\1", re.DOTALL)
_EDIFACT_WITHIN = re.compile(rb"(?<![A-Za-z0-9])(?:UNA.{5}(?:\xe2\x80\x99|.)\s*)?UNB[^A-Za-z0-9\s]UNO[A-Z]", re.DOTALL)
_WORKBOOKS = (b"xl/workbook.", b"application/vnd.oasis.opendocument.spreadsheet")  # names in a zip: XLSX, XLSB; ODS
_PACKED, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML = re.compile(rb"<(?:\?xml\s|!--|!DOCTYPE\s|[A-Za-z_\x80-\xff][\w.:\x80-\xff-]*[\s/>])")
_XML_UTF16 = (b"<\0?\0", b"\0<\0?")  # without a mark
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\]]")
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\r\n\x0b\x0c\x1a"))


def sniff(data: bytes) -> Kind:
    """What the bytes are: EDI by its header, XML and JSON by how they begin, workbooks, other text as `delimited`.

    `unknown` is what is none of it.
    """
    if not data[:_HEAD_BYTES].removeprefix(_UTF8_MARK).strip(_BLANKS) and not data[_HEAD_BYTES:].strip(_BLANKS):
        return "empty"
    if data.startswith(_OLE) or (data.startswith(_PACKED) and any(name in data for name in _WORKBOOKS)):
        return "workbook"
    if data.startswith(_XML_UTF16):
        return "xml"
    if data.startswith(_UTF16_MARKS):
        return _utf16(data)
    head = data[:_HEAD_BYTES].removeprefix(_UTF8_MARK).lstrip(_BLANKS)
    if _X12.match(head):
        return "x12"
    if _EDIFACT.match(head):
        return "edifact"
    return "unknown" if _TRADACOMS.match(head) else _tree(head) or _behind_text(head)


def _tree(head: bytes) -> Literal["xml", "json"] | None:
    return "xml" if _XML.match(head) else "json" if _JSON.match(head) else None


def _utf16(data: bytes) -> Kind:
    if not _is_utf16_text(data):
        return "unknown"
    return _tree(data[:_HEAD_BYTES].decode("utf-16", "ignore").encode().lstrip(_BLANKS)) or "delimited"


def _behind_text(head: bytes) -> Kind:
    x12, edifact = _X12_WITHIN.search(head), _EDIFACT_WITHIN.search(head)
    if x12 or edifact:
        return "x12" if x12 and not (edifact and edifact.start() < x12.start()) else "edifact"
    return "unknown" if _is_binary(head) else "delimited"


def _is_binary(head: bytes) -> bool:
    """Control characters that no text has. Encrypted or packed bytes show them within a few hundred bytes."""
    return len(head.rstrip(_BLANKS).translate(None, _CONTROLS)) != len(head.rstrip(_BLANKS))


def _is_utf16_text(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode("utf-16")
    except UnicodeDecodeError:
        return False
