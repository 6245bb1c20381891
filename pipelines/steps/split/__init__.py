"""Open this when you ask which sale a returned unit belongs to: claims placed on supply, with evidence and money."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.columns import Sales, Wants, prepare
from pipelines.steps.split.evidence import NAMES, rank_of
from pipelines.steps.split.place import place
from pipelines.steps.split.value import Valued, value
from schemas.findings import Finding, Place, as_table
from schemas.partners import Order
from schemas.tables import ALLOCATIONS

UNPLACED_RANK = len(NAMES)
_LATER = ("held", "repair", "runner_up_held", "spread_currency", "nearest")
_NO_CURRENCY = "XXX"  # ISO 4217: no currency is involved


@dataclass(frozen=True, slots=True)
class Split:
    """``ALLOCATIONS``, one row a portion, and ``FINDINGS`` about units without a sale and orders that do not exist."""

    allocations: pa.Table
    findings: pa.Table


def split(
    claims: pa.Table, supply: pa.Table, order: Order, places: pa.Table, unknown_items: Collection[str] = ()
) -> Split:
    """Place each unit of ``CLAIMS`` on a line of ``SUPPLY`` of the same retailer and item, sold by the day it returns.

    No line gives more than its units less units_taken. The most units are placed; among such placements the evidence
    is strongest (most units at the strongest rank, then at the next, ...); then most at the same store, then at the
    stated price; then the sales come first by ``order``, then by id; then the earlier claims are served.
    ``supply`` must hold lines without units left too, and should hold all of the retailer's lines that repairs may
    lead to. ``unknown_items`` are gtins of claims that are in no item list. ``places`` has return_line, file, offset,
    length, document and line_no. ValueError: a claim without positive units, or two of one return line.
    LINE-ITEM-UNKNOWN is no finding here: ``check`` told it of the line.
    """
    _ensure_sound(claims)
    sales, wants = prepare(claims, supply, order)
    portions = _by_claim(value(place(sales, wants), sales, wants))
    currencies = _currencies(supply)
    rows = [
        row
        for claim in range(len(wants.rows))
        for row in _rows(claim, portions[claim], sales, wants, currencies, unknown_items)
    ]
    rows.sort(key=lambda row: (row["return_line"], int(row["portion"].rpartition("#")[2])))
    return Split(pa.Table.from_pylist(rows, schema=ALLOCATIONS), _findings(rows, wants, places))


def _ensure_sound(claims: pa.Table) -> None:
    if claims["units"].null_count or pc.any(pc.less_equal(claims["units"], 0)).as_py():
        raise ValueError("a claim needs a positive number of units; check drops the others")
    if pc.count_distinct(claims["return_line"]).as_py() != claims.num_rows:
        raise ValueError("a return line claims once; two claims would share their portions' ids")


def _by_claim(portions: list[Valued]) -> dict[int, list[Valued]]:
    grouped: dict[int, list[Valued]] = defaultdict(list)
    for one in portions:
        grouped[one.placed.claim].append(one)
    return grouped


def _currencies(supply: pa.Table) -> dict[str, str]:
    """A currency of each retailer, for portions that are worth nothing."""
    found = supply.group_by("retailer").aggregate([("currency", "min")])
    return dict(zip(found["retailer"].to_pylist(), found["currency_min"].to_pylist(), strict=True))


def _rows(
    claim: int,
    portions: list[Valued],
    sales: Sales,
    wants: Wants,
    currencies: dict[str, str],
    unknown_items: Collection[str],
) -> Iterator[dict[str, Any]]:
    """The portions of a claim: by rank, then invoice line, then what found no sale."""
    return_line = wants.rows[claim]["return_line"]
    rows = sorted((_row(one, sales) for one in portions), key=lambda row: (row["rank"], row["invoice_line"]))
    missing = wants.units(claim) - sum(row["units"] for row in rows)
    if missing:
        currency = currencies.get(wants.rows[claim]["retailer"]) or _NO_CURRENCY
        rows.append(_unplaced(missing, currency, _why(claim, sales, wants, unknown_items)))
    for n, row in enumerate(rows, 1):
        yield row | {"portion": f"{return_line}#{n}", "return_line": return_line}


def _row(one: Valued, sales: Sales) -> dict[str, Any]:
    line, rank = one.placed.line, rank_of(one.placed.grade)
    return {
        "invoice_line": sales.invoice_line(line),
        "units": one.part.units,
        "net_minor": one.part.net_minor,
        "tax_minor": one.part.tax_minor,
        "currency": sales.currency_of(line),
        "evidence": NAMES[rank],
        "rank": rank,
        "runner_up": None if one.runner_up is None else sales.invoice_line(one.runner_up),
        "spread_low": one.spread_low,
        "spread_high": one.spread_high,
        "unplaced": None,
        **dict.fromkeys(_LATER),
    }


def _unplaced(units: int, currency: str, why: str) -> dict[str, Any]:
    said_later = dict.fromkeys(_LATER)
    nothing = dict.fromkeys(("net_minor", "tax_minor", "spread_low", "spread_high"), 0)
    said = {"units": units, "currency": currency, "evidence": "none", "rank": UNPLACED_RANK, "unplaced": why}
    return said | said_later | nothing | {"invoice_line": None, "runner_up": None}


def _why(claim: int, sales: Sales, wants: Wants, unknown_items: Collection[str]) -> str:
    gtin = wants.rows[claim]["gtin"]
    if gtin is None or gtin in unknown_items:
        return "LINE-ITEM-UNKNOWN"
    where = sales.of_item.get(wants.item(claim), slice(0, 0))
    sold = bool((sales.day[where] <= wants.day[claim]).any())
    return "LINE-BEYOND-SOLD" if sold else "LINE-NEVER-SOLD"


def _findings(rows: list[dict[str, Any]], wants: Wants, places: pa.Table) -> pa.Table:
    place_of = {row["return_line"]: row for row in places.to_pylist()}
    told = [
        _finding(code, place_of[return_line], detail)
        for code, return_line, detail in (*_orders_unknown(wants), *_units_unplaced(rows, wants))
    ]
    told.sort(key=lambda f: (f.place.file, f.place.offset, f.document or "", f.line_no or 0, f.code))
    return as_table(told)


def _finding(code: str, place: dict[str, Any], detail: str) -> Finding:
    where = Place(place["file"], place["offset"], place["length"], f"line {place['line_no']}")
    return Finding(code, where, detail, place["document"], place["line_no"])


def _orders_unknown(wants: Wants) -> Iterator[tuple[str, str, str]]:
    for row, unknown in zip(wants.rows, wants.po_unknown, strict=True):
        if unknown:
            yield "LINE-PO-UNKNOWN", row["return_line"], f"order {row['po_number']!r} of {row['return_line']}"


def _units_unplaced(rows: list[dict[str, Any]], wants: Wants) -> Iterator[tuple[str, str, str]]:
    claims = {row["return_line"]: row for row in wants.rows}
    for row in rows:
        if row["unplaced"] not in (None, "LINE-ITEM-UNKNOWN"):
            claim = claims[row["return_line"]]
            until = f" by {claim['returned_on']}" if claim["returned_on"] else ""
            detail = f"{row['units']} of {claim['units']} units of {claim['gtin']}{until}"
            yield row["unplaced"], row["return_line"], detail
