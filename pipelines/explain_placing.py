"""Open this when a controller asks "why this sale?": where units stand, why, and what else would do."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from connectors.store.story import Story
from pipelines.show import money
from schemas.evidence import EVIDENCE, IMPLIED
from schemas.findings import CATALOGUE
from schemas.ledger import ORIGINS, Bucket
from schemas.money import to_decimal

Row = dict[str, Any]


def placed(story: Story) -> Iterator[RenderableType]:
    """Each portion that holds units: its sale, why this one, what else would do, and what that changes in money."""
    here = _units_here(story)
    sales = Sales.of(story, here)
    for row in story.allocations.to_pylist():
        if units := here[row["portion"]]:
            yield from (_with_sale if row["invoice_line"] else _without_sale)(row, units, sales)


@dataclass(frozen=True)
class Sales:
    """The sales that the story names, and what returns have taken of them; ``beside`` are those of the line's units."""

    sold: Mapping[str, Row]
    taken: Mapping[str, int]
    beside: Sequence[str]
    returned_on: date | None

    @staticmethod
    def of(story: Story, here: Counter[str]) -> "Sales":
        """Of the story; ``here`` are the units of each portion."""
        claims = story.claims.to_pylist() or story.returns.to_pylist()
        portions = [row for row in story.allocations.to_pylist() if here[row["portion"]]]
        return Sales(
            {row["invoice_line"]: row for row in story.invoice_lines.to_pylist()},
            {row["invoice_line"]: row["units_taken"] for row in story.creditable.to_pylist()},
            [row["invoice_line"] for row in portions if row["invoice_line"]],
            claims[0]["returned_on"] if claims else None,
        )


def _units_here(story: Story) -> Counter[str]:
    """Units of each portion that were not placed anew since."""
    units: Counter[str] = Counter()
    for row in story.movements.to_pylist():
        if row["from_bucket"] in ORIGINS:
            units[row["portion"]] += row["units"]
        if row["to_bucket"] == Bucket.MOVED:
            units[row["portion"]] -= row["units"]
    return units


def _with_sale(row: Row, units: int, sales: Sales) -> Iterator[RenderableType]:
    currency = row["currency"]
    worth = f"{money(row['net_minor'], currency)} {currency} net and {money(row['tax_minor'], currency)} tax"
    part = "" if units == row["units"] else f" (of {_units(row['units'])})"
    yield Text(f"{_mark(row['portion'])}  {_units(units)} on {_sale(sales.sold[row['invoice_line']])}: {worth}{part}.")
    yield _points(
        ("Repaired", _repaired(row)),
        ("Why this sale", _why(row)),
        ("What else", _what_else(row, sales)),
        ("In money", _doubt(row)),
    )


def _without_sale(row: Row, units: int, sales: Sales) -> Iterator[RenderableType]:
    yield Text(f"{_mark(row['portion'])}  {_units(units)} on no sale, so nothing is credited.", "yellow")
    named = (row["nearest"] or "").split() or sales.beside
    near = [_near(sales.sold[line], units, sales) for line in named if line in sales.sold]
    yield _points(
        ("Repaired", _repaired(row)),
        ("Why no sale", _sentence(CATALOGUE[row["unplaced"]].meaning)),
        ("What is near", "\n".join(near) or "No sale comes near."),
    )


def _points(*told: tuple[str, str | None]) -> RenderableType:
    """What there is to say, each beside its word."""
    grid = Table.grid(Column(width=18), Column())
    for word, text in told:
        if text:
            grid.add_row(Text(f"    {word}", "dim"), Text(text))
    return grid


def _repaired(row: Row) -> str | None:
    """How the stated reference was read; it is none of this retailer's as it stands."""
    return row["repair"] and _sentence(f"the stated reference is none of this retailer's: {row['repair']}")


def _why(row: Row) -> str:
    """The strongest evidence, and what else speaks for this sale."""
    strongest, *others = _words(row["held"] or row["evidence"]) or [EVIDENCE["sold"]]
    return _sentence(strongest) + (f" {_sentence('also: ' + '; '.join(others))}" if others else "")


def _what_else(row: Row, sales: Sales) -> str | None:
    """The runner-up, why it was not taken, and what it would credit; nothing where a person chose."""
    if row["evidence"] == "assigned":
        return None
    if not row["runner_up"]:
        return "No other sale to this retailer has units of this item left for that day."
    sale = sales.sold.get(row["runner_up"])
    if sale is None:
        return _sentence(row["runner_up"])
    return " ".join((_sentence(f"the next best is {_sale(sale)}"), _compared(row), _instead(row, sale)))


def _compared(row: Row) -> str:
    """What speaks for the sale that was taken and not for the runner-up, and the other way round."""
    here, there = _kinds(row["held"]), _kinds(row["runner_up_held"])
    lacks = [EVIDENCE[kind] for kind in here if kind not in there]
    more = [EVIDENCE[kind] for kind in there if kind not in here]
    if not lacks and not more:
        return "The evidence is the same for both: the retailer's order rule chose, or what other returns need."
    told = [f"What does not hold for it: {'; '.join(lacks)}."] if lacks else []
    return " ".join([*told, *([f"What holds for it alone: {'; '.join(more)}."] if more else [])])


def _instead(row: Row, sale: Row) -> str:
    """What the same units would be credited on the runner-up."""
    there = _worth(sale, row["units"])
    if sale["currency"] != row["currency"]:
        return f"It would credit about {money(there, sale['currency'])} {sale['currency']}."
    more = there - row["net_minor"] - row["tax_minor"]
    if not more:
        return "It would credit the same amount."
    return (f"It would credit {money(there, row['currency'])} {row['currency']} with tax, "
            f"{money(abs(more), row['currency'])} {'more' if more > 0 else 'less'}.")  # fmt: skip


def _near(sale: Row, units: int, sales: Sales) -> str:
    """A sale that did not do, why not, and what these units would be credited on it."""
    count = min(units, sale["units"])
    worth = f"{money(_worth(sale, count), sale['currency'])} {sale['currency']} with tax"
    there = "There they" if count == units > 1 else f"There {_units(count)}"
    return f"{_sentence(_sale(sale))} {_sentence(_not_that(sale, sales))} {there} would be credited with {worth}."


def _not_that(sale: Row, sales: Sales) -> str:
    """Why a sale that comes near was not taken, as far as it shows today."""
    if sales.returned_on and sale["sold_on"] > sales.returned_on:
        return f"it was sold after the return of {sales.returned_on}"
    left = sale["units"] - sales.taken.get(sale["invoice_line"], 0)
    return f"{_units(left)} of it are left" if left > 0 else "all of it is taken by returns"


def _doubt(row: Row) -> str:
    """What another equally good placement would change."""
    if row["evidence"] == "assigned":
        return "A person decided, so there is nothing to doubt."
    low, high = (money(row[key], row["currency"]) for key in ("spread_low", "spread_high"))
    if row["spread_currency"]:
        return f"An equally good placement would credit in {row['spread_currency']} instead of {row['currency']}."
    if low == high:
        return "No doubt: every placement that is as good as this one gives the same credit."
    width = money(row["spread_high"] - row["spread_low"], row["currency"])
    return (f"In doubt by {width} {row['currency']}: placements that are as good as this one would credit between "
            f"{low} and {high} {row['currency']} with tax.")  # fmt: skip


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
    return f"{line} ({_units(row['units'])} at {_price(row)} {row['currency']}{order})"


def _price(row: Row) -> str:
    """The unit price with at least the places of its currency."""
    plain, price = to_decimal(0, row["currency"]), Decimal(row["unit_price"])
    return f"{price.quantize(plain) if price == price.quantize(plain) else price:,}"


def _worth(sale: Row, units: int) -> int:
    """Net and tax of so many units of a sale, each rounded half to even."""
    shares = (Decimal(sale[name] * units) / sale["units"] for name in ("net_minor", "tax_minor"))
    return sum(int(share.to_integral_value(ROUND_HALF_EVEN)) for share in shares)


def _kinds(held: str | None) -> list[str]:
    """Kinds of evidence but the one that always holds."""
    return [kind for kind in (held or "").split(",") if kind in EVIDENCE and kind != "sold"]


def _words(held: str) -> list[str]:
    """What the kinds mean, without those that go without saying."""
    kinds = _kinds(held)
    implied = {other for kind in kinds for other in IMPLIED.get(kind, ())}
    return [EVIDENCE[kind] for kind in kinds if kind not in implied]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _mark(portion: str) -> str:
    """A portion within the story of its line: #2."""
    return "#" + portion.rpartition("#")[2]


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 2 else parts)


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count:,} units"
