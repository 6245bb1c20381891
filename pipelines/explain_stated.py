"""Open this when a controller asks what a line is about: what it states, which item that is, what its carton says."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from connectors.store.story import Story
from pipelines.steps.packing import with_packing
from pipelines.steps.pool import box_mates
from pipelines.wiring import Hub
from pipelines.work.item_facts import facts_of
from schemas.items import FOUND_BY

Row = dict[str, Any]
# What is stated beside the goods, in the order in which it is told.
_STATED = {
    "reason": "reason", "disposition": "disposition", "po_number": "order", "po_line": "order line",
    "header_po": "order of the whole return", "invoice_number": "invoice", "delivery_note": "delivery note",
    "unit_price": "unit price", "carton": "carton",
}  # fmt: skip
_REFERENCES = {"header_po", "po_number", "invoice_number", "delivery_note"}


def stated(story: Story) -> Iterator[RenderableType]:
    """What the line states of its sale and its goods, in one sentence."""
    rows = story.return_line.to_pylist() + story.notice_lines.to_pylist() + story.claims.to_pylist()
    said: Row = {}
    for row in rows:
        said |= {name: row[name] for name in _STATED if row.get(name)}
    parts = [f"{words} {said[name]}" for name, words in _STATED.items() if name in said]
    if parts:
        yield Text("Stated: " + ", ".join(parts) + ".")
    if not _REFERENCES & set(said):
        yield Text("No order, invoice or delivery note is stated.")
    repaired = any(story.allocations["repair"].to_pylist())
    if "LINE-PO-UNKNOWN" in story.findings["code"].to_pylist() and not repaired:
        yield Text("The stated order is none of this retailer's, and resembles none clearly enough to be read as it.")


def identified(story: Story) -> Iterator[RenderableType]:
    """How the item was found, and how its units were counted where the stated quantity is another one."""
    (line,) = story.return_line.to_pylist()
    for row in _own_lines(story, line):
        ways = (row["item_by"] or "").split(",")
        because = "; ".join(FOUND_BY[way] for way in ways if way in FOUND_BY)
        yield Text(f"The item is known: {because}." if because else "The item is none that we know.")
        if _counted_otherwise(row, line):
            of = " ".join(part for part in (row["quantity_raw"], row["unit_raw"]) if part)
            yield Text(f"The stated quantity is {of}; of the item that was sold this is {line['units']:,}.")


def packed(hub: Hub, story: Story) -> Iterator[RenderableType]:
    """For which orders our dispatch advice packed this item in the line's carton; nothing where it is not ours."""
    (line,) = story.return_line.to_pylist()
    shipped = hub.store.shipped_in([line["carton"]] if line["carton"] else [])
    claims = hub.store.claims_of([line["return_line"]])
    if not shipped.num_rows or not claims.num_rows:
        return
    told = with_packing(box_mates(claims, ()), story.return_line, shipped, facts_of(hub, (), shipped))
    orders = told["packed_for"].to_pylist()[0]
    if not orders:
        yield Text(f"Our dispatch advice packed carton {line['carton']}, but not this item.")
        return
    named = [f"{one['po_number']} line {one['po_line']}" if one["po_line"] else one["po_number"] for one in orders]
    yield Text(f"Our dispatch advice packed this item in carton {line['carton']} for order {', '.join(named)}.")


def _own_lines(story: Story, line: Row) -> list[Row]:
    """The line as the retailer announced it, or as the warehouse counted it where nobody had."""
    rows = story.notice_lines.to_pylist() + story.receipt_lines.to_pylist()
    return [row for row in rows if (row["document"], row["line_no"]) == (line["document"], line["line_no"])][:1]


def _counted_otherwise(row: Row, line: Row) -> bool:
    """Whether the line's units are not simply the stated number: cases, or a part of an assortment."""
    raw = (row["quantity_raw"] or "").strip()
    return raw.isdigit() and int(raw) != line["units"]
