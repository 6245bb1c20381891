"""Open this when an item number names nothing: how numbers are compared, and how they are learnt from what is said."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mappings.functions.identifiers import check_digit_is_right, isbn_13, upc_a, with_check_digit
from schemas.items import BUYER_ITEM, STYLE, SUBSTITUTE, VENDOR_ITEM, ItemName

_T = pa.string()
ITEM_NAMES = pa.schema([(name, _T) for name in ItemName.model_fields])
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_WITHOUT_CHECK_DIGIT = re.compile(r"[0-9]{11,13}")


def plain_number(written: str) -> str:
    """An item number as it is compared: capitals, without blanks at its ends and zeros in front.

    >>> plain_number(" 00abc-7"), plain_number("000")
    ('ABC-7', '000')
    """
    plain = written.strip().upper()
    return plain.lstrip("0") or plain


def style_name(style: str, colour: str | None, size: str | None) -> str:
    """Style, colour and size as one name; what is not stated stays empty.

    >>> style_name("Oslo", "navy", None)
    'OSLO/NAVY/'
    """
    return "/".join((part or "").strip().upper() for part in (style, colour, size))


def gtin_forms(written: str) -> Iterator[str]:
    """The GTINs of 14 digits that this text may be: with or without check digit, UPC-E, the number of a book.

    >>> list(gtin_forms("9521234000013")), list(gtin_forms("0-306-40615-2")), list(gtin_forms("L-1"))
    (['09521234000013', '95212340000130'], ['09780306406157'], [])
    """
    digits = re.sub(r"[\s-]", "", written)
    if _GTIN.fullmatch(digits) and check_digit_is_right(digits):
        yield digits.zfill(14)
    if (book := isbn_13(digits)) and check_digit_is_right(book) and len(digits) == 10:
        yield book.zfill(14)
    if (long := upc_a(digits)) and check_digit_is_right(long):
        yield long.zfill(14)
    if _WITHOUT_CHECK_DIGIT.fullmatch(digits):
        yield with_check_digit(digits).zfill(14)


def names_of_lines(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The names that a line states, each with its kind."""
    if row["vendor_item"]:
        yield VENDOR_ITEM, plain_number(row["vendor_item"])
    if row["buyer_item"]:
        yield BUYER_ITEM, plain_number(row["buyer_item"])
    if row.get("style"):
        yield STYLE, style_name(row["style"], row["colour"], row["size"])


def learnt_names(lines: pa.Table, retailer: str) -> pa.Table:
    """``ITEM_NAMES``: the retailer's own item numbers, of lines that state one beside a GTIN.

    Of lines whose item was looked for (``item_by``) those count that were sold as the item that they state.
    """
    if "item_by" in lines.column_names:
        lines = lines.filter(pc.is_in(lines["item_by"], pa.array(["gtin", VENDOR_ITEM])))
    rows = {
        (BUYER_ITEM, retailer, plain_number(row["buyer_item"]), row["gtin"])
        for row in lines.select(["gtin", "buyer_item"]).to_pylist()
        if row["gtin"] and row["buyer_item"]
    }
    return _table(rows)


def learnt_substitutes(answers: pa.Table, retailer: str) -> pa.Table:
    """``ITEM_NAMES``: the items that were answered in place of others, of ``ANSWER_LINES`` that state both."""
    rows = {
        (SUBSTITUTE, retailer, row["ordered_gtin"], row["gtin"])
        for row in answers.select(["gtin", "ordered_gtin", "verdict"]).to_pylist()
        if row["gtin"] and row["ordered_gtin"] not in (None, row["gtin"]) and row["verdict"] != "refused"
    }
    return _table(rows)


def listed_names(listed: pa.Table) -> pa.Table:
    """``ITEM_NAMES`` that ``ITEM_LINES`` state: of style, colour and size each part that may be left out, too."""
    rows = set()
    for row in listed.to_pylist():
        if row["gtin"] and row["vendor_item"]:
            rows.add((VENDOR_ITEM, "", plain_number(row["vendor_item"]), row["gtin"]))
        if row["gtin"] and row["buyer_item"]:
            rows.add((BUYER_ITEM, row["retailer"] or "", plain_number(row["buyer_item"]), row["gtin"]))
        if row["gtin"] and row["replaces_gtin"]:
            rows.add((SUBSTITUTE, row["retailer"] or "", row["replaces_gtin"], row["gtin"]))
        if row["gtin"] and row["style"]:
            parts = product({row["colour"], None}, {row["size"], None})
            rows |= {(STYLE, "", style_name(row["style"], *part), row["gtin"]) for part in parts}
    return _table(rows)


def listed_components(listed: pa.Table) -> pa.Table:
    """What cases and assortments of ``ITEM_LINES`` or ``ORDER_LINES`` hold: gtin, component, units."""
    rows = {
        (row["gtin"], row["component_gtin"]): row["units"]
        for row in listed.to_pylist()
        if row["gtin"] and row["component_gtin"] not in (None, row["gtin"]) and (row["units"] or 0) > 0
    }
    columns = [[gtin for gtin, _ in rows], [part for _, part in rows], list(rows.values())]
    schema = pa.schema([("gtin", _T), ("component", _T), ("units", pa.int64())])
    return pa.table(columns, schema=schema).sort_by([("gtin", "ascending"), ("component", "ascending")])


def listed_items(lines: pa.Table) -> pa.Table:
    """The articles of ``ITEM_LINES`` or ``SALE_LINES``: gtin, vendor_item and description, the first said of each."""
    told = lines.filter(lines["gtin"].is_valid()).select(["gtin", "vendor_item", "description"])
    first = told.group_by("gtin", use_threads=False).aggregate([("vendor_item", "first"), ("description", "first")])
    filled = [pc.fill_null(first[f"{name}_first"], "") for name in ("vendor_item", "description")]
    return pa.table([first["gtin"], *filled], names=["gtin", "vendor_item", "description"])


def _table(rows: set[tuple[str, str, str, str]]) -> pa.Table:
    named = [dict(zip(ITEM_NAMES.names, row, strict=True)) for row in sorted(rows)]
    return pa.Table.from_pylist(named, schema=ITEM_NAMES)
