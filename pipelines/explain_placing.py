"""Open this when a controller asks "why this sale?": where units stand, why, and what else would do."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from connectors.store.story import Story
from pipelines.show import money
from schemas.evidence import EVIDENCE, IMPLIED
from schemas.findings import CATALOGUE
from schemas.ledger import ORIGINS, Bucket

Row = dict[str, Any]
# What a claim can state that is not in its return line.
_STATED = {
    "reason": "reason", "disposition": "disposition", "header_po": "order of the whole return", "po_number": "order",
    "po_line": "order line", "invoice_number": "invoice", "delivery_note": "delivery note", "unit_price": "unit price",
    "carton": "carton",
}  # fmt: skip

_JUST_AS_GOOD = "as much speaks for it, so the partner's order rule decided, or what other returns need"


def stated(story: Story) -> Iterator[RenderableType]:
    """What the line states of its sale and its goods, in one sentence."""
    rows = story.return_line.to_pylist() + story.claims.to_pylist()
    said: dict[str, Any] = {}
    for row in rows:
        said |= {name: row[name] for name in _STATED if row.get(name)}
    parts = [f"{words} {said[name]}" for name, words in _STATED.items() if name in said]
    if parts:
        yield Text("Stated: " + ", ".join(parts) + ".")
    if not {"header_po", "po_number", "invoice_number", "delivery_note"} & set(said):
        yield Text("No order, invoice or delivery note is stated.")


def placed(story: Story) -> Iterator[RenderableType]:
    """Each portion that holds units: its sale, why this one, what else would do, and what that changes in money."""
    sold = {row["invoice_line"]: row for row in story.invoice_lines.to_pylist()}
    here = _units_here(story)
    for row in story.allocations.to_pylist():
        if units := here[row["portion"]]:
            yield from _with_sale(row, units, sold) if row["invoice_line"] else _without_sale(row, units, sold)


def _units_here(story: Story) -> Counter[str]:
    """Units of each portion that were not placed anew since."""
    units: Counter[str] = Counter()
    for row in story.movements.to_pylist():
        if row["from_bucket"] in ORIGINS:
            units[row["portion"]] += row["units"]
        if row["to_bucket"] == Bucket.MOVED:
            units[row["portion"]] -= row["units"]
    return units


def _with_sale(row: Row, units: int, sold: dict[str, Row]) -> Iterator[RenderableType]:
    currency = row["currency"]
    worth = f"{money(row['net_minor'], currency)} {currency} net and {money(row['tax_minor'], currency)} tax"
    part = "" if units == row["units"] else f", of {_units(row['units'])} worth"
    yield Text(f"{_short(row)}  {_units(units)} on {_sale(sold[row['invoice_line']])}{part or ', worth'} {worth}.")
    yield _points(
        ("Why", _why(row)),
        ("Repaired", row["repair"]),
        ("Next best", _next_best(row, sold)),
        ("In money", _doubt(row)),
    )


def _without_sale(row: Row, units: int, sold: dict[str, Row]) -> Iterator[RenderableType]:
    yield Text(f"{_short(row)}  {_units(units)} on no sale, because {CATALOGUE[row['unplaced']].meaning}.", "yellow")
    near = "\n".join(_sale(sold[line]) for line in (row["nearest"] or "").split() if line in sold)
    yield _points(("Repaired", row["repair"]), ("Comes near", near))


def _points(*told: tuple[str, str | None]) -> RenderableType:
    """What there is to say, each beside its word."""
    grid = Table.grid(Column(width=15), Column())
    for word, text in told:
        if text:
            grid.add_row(Text(f"    {word}", "dim"), Text(text))
    return grid


def _why(row: Row) -> str:
    """The strongest evidence, and what else speaks for this sale."""
    strongest, *others = _in_words(_kinds(row["held"]) or [row["evidence"]])
    return f"{strongest}; {_listed(others)} too" if others else strongest


def _kinds(held: str | None) -> list[str]:
    """The kinds that hold, without that which every sale has."""
    return [kind for kind in (held or "").split(",") if kind in EVIDENCE and kind != "sold"]


def _in_words(kinds: list[str]) -> list[str]:
    """What the kinds mean, without those that go without saying."""
    implied = {other for kind in kinds for other in IMPLIED.get(kind, ())}
    return [EVIDENCE[kind] for kind in kinds if kind not in implied]


def _next_best(row: Row, sold: dict[str, Row]) -> str | None:
    """The runner-up with what speaks for it; nothing where a person chose."""
    if not row["runner_up"]:
        return None if row["evidence"] == "assigned" else "no other sale would do"
    sale = sold.get(row["runner_up"])
    name = _sale(sale) if sale else row["runner_up"]
    kinds = _kinds(row["runner_up_held"])
    if not kinds:
        return name
    lacking = [kind for kind in _kinds(row["held"]) if kind not in kinds]
    less = f"not that {_listed(_in_words(lacking))}" if lacking else _JUST_AS_GOOD
    return f"{name}: {_listed(_in_words(kinds))}; {less}"


def _doubt(row: Row) -> str:
    """What another equally good placement would change."""
    if row["evidence"] == "assigned":
        return "a person decided, so there is nothing to doubt"
    low, high = (money(row[key], row["currency"]) for key in ("spread_low", "spread_high"))
    if row["spread_currency"]:
        return f"an equally good placement would credit in {row['spread_currency']} instead of {row['currency']}"
    if low == high:
        return "every equally good placement gives the same credit"
    width = money(row["spread_high"] - row["spread_low"], row["currency"])
    return f"equally good placements would credit between {low} and {high} {row['currency']}, {width} apart"


def history(story: Story) -> Iterator[RenderableType]:
    """How the units came there, in the order of time; nothing when they stand where they were first placed."""
    events = [*_assigned(story), *_placed_anew(story)]
    for at, told in sorted(events, key=lambda event: event[0]):
        yield Text(f"{at:%Y-%m-%d %H:%M}  {told}")


def _assigned(story: Story) -> Iterator[tuple[datetime, str]]:
    for row in story.assignments.to_pylist():
        what = f"{_units(row['units'])} on {row['invoice_line']}"
        verb = f"{row['by']} took back: {what}" if row["undoes"] else f"{row['by']} assigned {what}"
        yield row["at"], f"{verb}, because: {row['reason']}."


def _placed_anew(story: Story) -> Iterator[tuple[datetime, str]]:
    """What left its portion, for which document, and where it went on."""
    documents = {row["document"]: row for row in story.reopened_by.to_pylist()}
    sales = {row["portion"]: row["invoice_line"] or "no sale" for row in story.allocations.to_pylist()}
    left: dict[tuple[datetime, str], Counter[str]] = {}
    came: dict[tuple[datetime, str], Counter[str]] = {}
    for row in story.movements.to_pylist():
        key = (row["at"], row["cause"])
        if row["to_bucket"] == Bucket.MOVED:
            left.setdefault(key, Counter())[row["portion"]] += row["units"]
        elif row["from_bucket"] in ORIGINS:
            came.setdefault(key, Counter())[row["portion"]] += row["units"]
    for (at, cause), portions in left.items():
        then = came.get((at, cause), Counter())
        gone = _listed([f"{_units(count)} from {sales[name]} ({_mark(name)})" for name, count in portions.items()])
        there = _listed([f"{_units(count)} on {sales[name]} ({_mark(name)})" for name, count in then.items()])
        yield at, f"Placed anew for {_document(documents.get(cause), cause)}: {gone}, now {there}."


def _document(row: Row | None, cause: str) -> str:
    if row is None:
        return "an assignment" if "@" in cause else cause
    named = f" {row['number']}" if row["number"] and row["kind"] != "sales" else ""
    return f"the {row['kind']}{named} of {row['partner']} ({row['document']})"


def _sale(row: Row) -> str:
    order = f", order {row['po_number']}" if row["po_number"] else ""
    line = f"invoice {row['invoice_number']} line {row['invoice_line_no']} of {row['sold_on']}"
    return f"{line} ({_units(row['units'])} at {row['unit_price']} {row['currency']}{order})"


def _short(row: Row) -> str:
    return _mark(row["portion"])


def _mark(portion: str) -> str:
    """A portion within the story of its line: #2."""
    return "#" + portion.rpartition("#")[2]


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 2 else parts)


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count:,} units"
