"""Open this when you look for a command about a claim: what it shows, what supports it, and its replacement."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from pipelines.goods_commands import By, Line, Reason
from pipelines.terminal import SettingsOption, out, told_plainly
from pipelines.wiring import Hub

claim = typer.Typer(help="Claims under warranty: what supports them, and what became of them.", no_args_is_help=True)


@claim.command()
@told_plainly
def show(line: Line, settings: SettingsOption = None) -> None:
    """What a claim states, what was decided, and what was ordered or asked of a supplier for it."""
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in claim_view(hub, line):
            out.print(part)


@claim.command()
@told_plainly
def attach(
    line: Line,
    by: By,
    file: Annotated[Path | None, typer.Argument(help="A photo, a letter: its bytes are kept.")] = None,
    note: Annotated[str, typer.Option("--note", help="What it shows.")] = "",
    serial: Annotated[str | None, typer.Option("--serial", help="The serial number of the goods.")] = None,
    lot: Annotated[str | None, typer.Option("--lot", help="Their lot number.")] = None,
    purchased: Annotated[str | None, typer.Option("--purchased", help="The day of purchase, YYYY-MM-DD.")] = None,
    delivered: Annotated[str | None, typer.Option("--delivered", help="The day the retailer got them.")] = None,
    consumer: Annotated[str | None, typer.Option("--consumer", help="The day the consumer got them.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Attach evidence to a claim; once it is complete, the next run decides."""
    from pipelines.wiring import open_hub
    from pipelines.work.claims import Stated
    from pipelines.work.claims import attach as attach_evidence

    with open_hub(settings) as hub:
        days = (_day(purchased), _day(delivered), _day(consumer))
        name = attach_evidence(hub, line, file, Stated(note, serial, lot, *days), by)
        out.print(f"{name} is attached, by {by}. Next: `backhaul run` decides once all is there.", highlight=False)


@claim.command()
@told_plainly
def replace(line: Line, by: By, reason: Reason, settings: SettingsOption = None) -> None:
    """Replace goods whose credit was reversed; the next run orders them."""
    from pipelines.wiring import open_hub
    from pipelines.work.claims import replace as replace_goods

    with open_hub(settings) as hub:
        units = replace_goods(hub, line, by, reason)
        out.print(f"{units} of {line} are replaced, by {by}. Next: `backhaul run` orders them.", highlight=False)


def claim_view(hub: Hub, line: str) -> Iterator[RenderableType]:
    """Evidence, decisions, replacement orders and recourse of a return line, as tables."""
    from pipelines.show import table_of
    from pipelines.work.claims import claim_of

    told = claim_of(hub, line)
    yield f"{line}: {told['units']} of {told['gtin'] or 'an unknown item'}, {told['reason'] or 'without a reason'}"
    days = ("purchased_on", "delivered_on", "consumer_on")
    parts: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("Evidence", "claim_evidence", ("name", "note", "serial", "lot", *days, "by")),
        ("Decisions", "decision", ("outcome", "units", "because")),
        ("Replacements", "replacement_order", ("reference", "units", "state")),
        ("Recourse", "recourse", ("recourse", "supplier", "units", "state")),
    )
    for title, table, columns in parts:
        rows: list[dict[str, Any]] = hub.store.table(table, return_line=line).to_pylist()
        if rows:
            yield table_of(title, columns, [[row[name] for name in columns] for row in rows])


def _day(text: str | None) -> date | None:
    """A day as it is typed. BadParameter: it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text} is no day; write one like 2026-03-15", param_hint="the day") from None
