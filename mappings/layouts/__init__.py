"""Open this when we write a document: a layout says in which segments and elements its fields stand, both ways.

    load_layout(name: str, version: str = "") -> Layout                       # "x12/850", "004010"
    write_document(layout: Layout, document: Document) -> list[Segment]
    read_document(layout: Layout, reading: Segments, message: int) -> Document
    read_service(layout: Layout, reading: Segments, interchange: int) -> list[Document]      # TA1

A document is a dict: fields of type str, int, Decimal, date, time or datetime, and lists of such dicts. What is not
there is left out: no nulls, no empty texts, no empty lists. ``docs/layouts.md`` says how a layout is written.
"""

from mappings.layouts.layout import Layout
from mappings.layouts.load import layout_names, load_layout, nearest_version, versions
from mappings.layouts.read import read_document, read_service
from mappings.layouts.write import Document, write_document

__all__ = [
    "Document",
    "Layout",
    "layout_names",
    "load_layout",
    "nearest_version",
    "read_document",
    "read_service",
    "versions",
    "write_document",
]
