"""Open this when a figure of the report is in question: the report's tables, read once, as a page and a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.report.sections import Section, sections
from pipelines.report.workbook import write_workbook
from pipelines.show import ENDS, ends_of, money
from pipelines.wiring import Hub

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Amount:
    """Units and net money as they are shown, and their share of what was announced, in per cent."""

    units: str
    money: str
    share: float


@dataclass(frozen=True)
class Book:
    """Everything that the report says, read from the store in one go."""

    as_of: str
    totals: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    sections: Sequence[Section]

    @property
    def ties(self) -> bool:
        """Whether announced is the sum of where it ended and what is open, in units and in net money."""
        return all(
            row[f"announced_{kind}"] == sum(row[f"{end}_{kind}"] for end in ENDS)
            for row in self.totals
            for kind in ("units", "net")
        )

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """What is shown of the totals, with titles: cancelled always, other ends where something ended."""
        shown = [end for end in ENDS if end == "cancelled" or end in ends_of(self.totals)]
        return [(key, key.replace("_", " ").capitalize()) for key in ("announced", *shown)]

    @cached_property
    def retailers(self) -> list[dict[str, Any]]:
        """One row a retailer and currency, each part with units, money and share."""
        keys = ("announced", "dock", "received", *ENDS)
        return [
            {"name": self.names[row["retailer"]], "returns": row["returns"], "lines": row["lines"]}
            | {key: _amount(row, key, row["currency"]) for key in keys}
            for row in self.totals
        ]

    @cached_property
    def sums(self) -> dict[str, dict[str, Amount]]:
        """The sums over all retailers, by currency."""
        by_currency: dict[str, dict[str, Amount]] = {}
        for currency in sorted({row["currency"] for row in self.totals}):
            rows = [row for row in self.totals if row["currency"] == currency]
            summed = {
                f"{key}_{kind}": sum(row[f"{key}_{kind}"] for row in rows)
                for key in ("announced", *ENDS)
                for kind in ("units", "net")
            }
            by_currency[currency] = {key: _amount(summed, key, currency) for key in ("announced", *ENDS)}
        return by_currency


@dataclass(frozen=True)
class Written:
    """Where the report is."""

    page: Path
    workbook: Path


def write_report(hub: Hub) -> Written:
    """The report as ``reports/returns.html`` and ``reports/returns.xlsx`` in the state folder, each written whole."""
    book = read_book(hub)
    folder = hub.settings.state_folder / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    page, workbook = folder / "returns.html", folder / "returns.xlsx"
    text = TEMPLATES.get_template("report.html.j2").render(book=book, as_of=book.as_of, parts=book.parts, Markup=Markup)
    _replace(page, text.encode())
    draft = workbook.with_suffix(".tmp")
    write_workbook(draft, book.totals, book.sections)
    draft.replace(workbook)
    return Written(page, workbook)


def read_book(hub: Hub) -> Book:
    """The report's figures as they are now."""
    return Book(
        as_of=f"{hub.now():%d %B %Y, %H:%M %Z}",
        totals=_totals(hub),
        names={one.id: one.partner.name for one in hub.catalog.partners},
        sections=sections(hub),
    )


def _totals(hub: Hub) -> list[dict[str, Any]]:
    """The totals by retailer and currency, with what was counted in."""
    received = {
        (row["retailer"], row["currency"]): {"received_units": row["units"], "received_net": row["net_minor"]}
        for row in hub.store.query("reports/received.sql").to_pylist()
    }
    nothing = {"received_units": 0, "received_net": 0}
    totals = hub.store.query("reports/totals.sql").to_pylist()
    return [row | received.get((row["retailer"], row["currency"]), nothing) for row in totals]


def _amount(row: Mapping[str, Any], key: str, currency: str) -> Amount:
    net, announced = row[f"{key}_net"], row["announced_net"]
    share = round(100 * net / announced, 2) if announced else 0.0
    return Amount(f"{row[f'{key}_units']:,}", money(net, currency), share)


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_bytes(data)
    draft.replace(path)
