"""Open this when the dock scans a label and asks: what is inside, which order it belongs to, and whose box it is."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from pipelines.show import table_of
from pipelines.wiring import Hub
from pipelines.work.differences import held
from schemas.differences import KINDS
from schemas.errors import PermanentError
from schemas.records import Allocation, Carton, InvoiceLine, Item, ReceiptLine, ReturnLine
from schemas.resolutions import Guess

Row = dict[str, Any]
_STATES = {
    "expected": "was announced and has not come",
    "verified": "was counted, and holds what was announced",
    "discrepant": "was counted, and holds something else than was announced",
    "unexpected": "came without being announced",
}


def box_view(hub: Hub, label: str) -> Iterator[RenderableType]:
    """What is known of the box with this label. PermanentError: no notice, receipt or ship notice names it."""
    lines = hub.store.table(ReturnLine, carton=label).to_pylist()
    counts = hub.store.table(ReceiptLine, carton=label).to_pylist()
    packed = hub.store.shipped_in([label]).to_pylist()
    if not (lines or counts or packed):
        raise PermanentError(
            f"No box is labelled {label!r}. Next: scan the label again; `backhaul report` lists returns without labels."
        )
    yield from _whose(hub, label, lines, counts)
    yield _inside(hub, lines, counts)
    yield from _packed(packed)
    yield from _differing(hub, lines)
    yield from _guessed(hub, label)


def _whose(hub: Hub, label: str, lines: list[Row], counts: list[Row]) -> Iterator[RenderableType]:
    """A sentence for each return that the box is of, and each receipt that counted it."""
    yield Text(f"Box {label}", "bold")
    states = {row["return_id"]: row["state"] for row in hub.store.table(Carton, carton=label).to_pylist()}
    for return_id in sorted({row["return_id"] for row in lines} | states.keys()):
        retailer, _, number = return_id.partition("/")
        name = hub.catalog.partner(retailer).partner.name
        what = "provisional return" if states.get(return_id) == "unexpected" else "return"
        yield Text(f"It {_STATES.get(states.get(return_id, ''), 'came')}: {what} {number} of {name}.")
    receipts = {row["document"]: row["number"] for row in hub.store.documents_of(_documents(counts)).to_pylist()}
    for document, received_on, store in sorted({(r["document"], str(r["received_on"]), r["store"]) for r in counts}):
        where = f" from store {store}" if store else ""
        yield Text(f"Counted on receipt {receipts.get(document)} of {received_on}{where}.")
    if counts and not lines:
        yield Text("Nobody that we know is named as its sender.", "yellow")


def _documents(rows: list[Row]) -> list[str]:
    return sorted({row["document"] for row in rows})


def _inside(hub: Hub, lines: list[Row], counts: list[Row]) -> RenderableType:
    """Item by item: announced, counted, and the orders on which its units stand."""
    announced: dict[str | None, int] = defaultdict(int)
    counted: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in lines:
        announced[row["gtin"]] += row["units"] if row["origin"] == "notice" else 0
    for row in counts:
        counted[row["gtin"]][row["condition"] or "unknown"] += row["units"] or 0
    orders = _orders(hub, lines)
    items = [*dict.fromkeys([*announced, *counted])]
    names = _names(hub, items)
    rows = [
        (
            gtin or "an unknown item", names.get(gtin, ""), announced[gtin] or "",
            ", ".join(f"{units} {condition}" for condition, units in sorted(counted[gtin].items())),
            "\n".join(orders[gtin]),
        )
        for gtin in items
    ]  # fmt: skip
    columns = ("Item", "", "announced", "counted", "belongs to")
    return table_of("What is inside", columns, rows, "llnll")


def _names(hub: Hub, gtins: list[str | None]) -> dict[str | None, str]:
    found = {}
    for gtin in gtins:
        for row in hub.store.table(Item, gtin=gtin).to_pylist() if gtin else []:
            found[gtin] = f"{row['vendor_item']} {row['description']}".strip()
    return found


def _orders(hub: Hub, lines: list[Row]) -> dict[str | None, list[str]]:
    """The order and invoice of each sale on which units of the box stand, or why there is none."""
    found: dict[str | None, dict[str, int]] = defaultdict(dict)
    for line in lines:
        for row in hub.store.table(Allocation, return_line=line["return_line"]).to_pylist():
            for sale in hub.store.table(InvoiceLine, invoice_line=row["invoice_line"] or "").to_pylist():
                order = f"order {sale['po_number']}, " if sale["po_number"] else ""
                text = f"{order}invoice {sale['invoice_number']}/{sale['invoice_line_no']} of {sale['sold_on']}"
                found[line["gtin"]][text] = 1
            if row["invoice_line"] is None:
                found[line["gtin"]]["no sale found"] = 1
    return defaultdict(list, {gtin: sorted(texts) for gtin, texts in found.items()})


def _packed(packed: list[Row]) -> Iterator[RenderableType]:
    """What our own ship notice says of the label, when the box is one that we sent."""
    for order in sorted({row["po_number"] for row in packed if row["po_number"]}):
        yield Text(f"We packed this box ourselves for order {order}.")


def _differing(hub: Hub, lines: list[Row]) -> Iterator[RenderableType]:
    names = {row["return_line"] for row in lines}
    for retailer in sorted({row["retailer"] for row in lines}):
        rows = held(hub, retailer).to_pylist()
        own = [row for row in rows if row["return_line"] in names or row["other_line"] in names]
        for kind in dict.fromkeys(row["kind"] for row in own):
            units = sum(row["units"] for row in own if row["kind"] == kind)
            count = "1 unit" if units == 1 else f"{units} units"
            yield Text(f"Difference, {count}: {KINDS[kind].meaning}.", "yellow")


def _guessed(hub: Hub, label: str) -> Iterator[RenderableType]:
    guesses = hub.store.table(Guess, box=label).to_pylist()
    if not guesses:
        return
    rows = [
        (
            row["rank"], row["likelihood"], hub.catalog.partner(row["retailer"]).partner.name,
            (row["return_id"] or "none of its notices").rpartition("/")[2], row["evidence"],
        )
        for row in guesses
    ]  # fmt: skip
    yield table_of("Whose it may be", ("", "", "Retailer", "Return", "because"), rows, "nllll")
    yield Text("Next: compare the box with the first guess; the retailer's notice, when it comes, finds it.", "dim")
