"""Open this when the report should tell more: its sections, each a query of sql/reports and the columns shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pipelines.difference_view import differences_with_resolutions
from pipelines.wiring import Hub
from schemas.findings import CATALOGUE
from schemas.money import to_decimal

Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Column:
    """A column of a section: its title, the query's column, and whether it is a number or a day."""

    title: str
    source: str
    number: bool = False
    day: bool = False


@dataclass(frozen=True)
class Section:
    """A table of the report."""

    title: str
    means: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


_MONEY = ("net_minor", "tax_minor", "announced_net", "credited_net")
_LINE = (Column("Retailer", "retailer"), Column("Return", "number"))

# Title, meaning, query, columns. Differences are more than their query tells.
_SECTIONS: tuple[tuple[str, str, str, tuple[Column, ...]], ...] = (
    ("Open", "What is not finished, and what it waits for; the most money first.", "open_lines", (
        *_LINE, Column("Line", "return_line"), Column("Waits for", "why"), Column("Units", "units", True),
        Column("Net", "net_minor", True), Column("", "currency"), Column("Credit", "reference"),
        Column("Because", "because"),
    )),
    ("Differences", "Announced, counted and sold compared, and what holds where they differ.", "differences", (
        Column("Line", "return_line"), Column("Item", "description"), Column("Difference", "kind"),
        Column("Came instead", "other_description"), Column("Units", "units", True), Column("Net", "net_minor", True),
        Column("", "currency"), Column("Receipt", "receipt_number"), Column("Received", "received_on", day=True),
        Column("Holds", "action"), Column("Because", "because"),
    )),
    ("Credit notes", "Posted in the ERP, as read back from it; below nothing: what took one back.", "credit_notes", (
        Column("Retailer", "retailer"), Column("Note", "number"), Column("Takes back", "of"),
        Column("Posted", "posted_on", day=True),
        Column("Return", "return_number"), Column("Lines", "lines", True), Column("Units", "units", True),
        Column("Net", "net_minor", True), Column("Tax", "tax_minor", True), Column("", "currency"),
        Column("Reference", "reference"),
    )),
    ("Why goods come back", "Items by reason, the most returned first.", "reasons", (
        Column("Retailer", "retailer"), Column("Item", "vendor_item"), Column("", "description"),
        Column("Reason", "reason"), Column("Lines", "lines", True), Column("Announced units", "announced_units", True),
        Column("Credited units", "credited_units", True), Column("Credited net", "credited_net", True),
        Column("", "currency"),
    )),
    ("Answers", "Our answers to partners, and what they say of them.", "answers", (
        Column("Partner", "partner"), Column("Kind", "kind"), Column("Answers", "messages", True),
        Column("Waiting", "pending", True), Column("Sent", "sent", True),
        Column("Acknowledged", "acknowledged", True), Column("Rejected", "rejected", True),
    )),
    ("Findings", "What was wrong in partners' files, and what to do next.", "findings", (
        Column("Partner", "partner"), Column("Severity", "severity"), Column("Code", "code"),
        Column("Times", "findings", True), Column("Files", "files", True), Column("What", "meaning"),
        Column("Next", "next_step"),
    )),
)  # fmt: skip


def sections(hub: Hub) -> list[Section]:
    """Every section with its rows of now."""
    return [
        Section(title, means, columns, [_cells(_enriched(row), columns) for row in _largest_first(_rows(hub, query))])
        for title, means, query, columns in _SECTIONS
    ]


def _rows(hub: Hub, query: str) -> list[dict[str, Any]]:
    if query == "differences":
        return differences_with_resolutions(hub)
    rows: list[dict[str, Any]] = hub.store.query(f"reports/{query}.sql").to_pylist()
    return rows


def _largest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with open money by its size, so that what matters most stands on top; others as the query orders them."""
    return sorted(rows, key=lambda row: -row["net_minor"]) if rows and "why" in rows[0] else rows


def _enriched(row: dict[str, Any]) -> dict[str, Any]:
    """Findings say what they mean and what to do; money becomes exact decimals."""
    if "code" in row:
        row |= {"meaning": CATALOGUE[row["code"]].meaning, "next_step": CATALOGUE[row["code"]].next_step}
    currency = row.get("currency")
    return row | {name: to_decimal(row[name], currency) for name in _MONEY if currency and row.get(name) is not None}


def _cells(row: Mapping[str, Any], columns: Sequence[Column]) -> list[Cell]:
    return [_cell(row[column.source]) for column in columns]


def _cell(value: Any) -> Cell:
    if isinstance(value, int | Decimal) or value is None:
        return value
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
