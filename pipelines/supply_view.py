"""Open this when ``backhaul supply`` shows something wrong: its progress and its tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines.show import table_of
from pipelines.wiring import Hub
from pipelines.work.supply import Pulled, Told
from schemas.supplied import SupplyCursor
from schemas.supply import SUPPLY_KINDS, SupplyKind


@contextmanager
def pulling(console: Console, name: str) -> Iterator[Told]:
    """A line that counts while a supply is read. How much there will be only the ERP knows."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"{name}: asking", total=None)

        def told(kind: SupplyKind, pulled: Pulled) -> None:
            progress.update(task, description=f"{name}: {kind}, {pulled.rows:,} rows in {pulled.pages:,} pages")

        yield told


def supply_view(name: str, pulled: Pulled) -> Iterator[RenderableType]:
    """What was read of a supply, and what is next when something in it is wrong."""
    if not pulled.pages and not pulled.processed.files:
        yield f"{name}: nothing new."
        return
    counts = [
        ("pages read", pulled.pages), ("rows read", pulled.rows), ("rows that came before", pulled.repeated),
        ("documents of other customers, left out", pulled.left_out), ("findings", pulled.processed.findings),
        ("pages put aside for a person", pulled.processed.quarantined), ("portions placed", pulled.processed.placed),
    ]  # fmt: skip
    yield table_of(f"Supply {name}", ("", ""), [(what, f"{count:,}") for what, count in counts if count], "wn")
    if pulled.processed.findings:
        yield "Next: `backhaul report` lists the findings, each with its next step."


def cursors_view(hub: Hub) -> Iterator[RenderableType]:
    """How far each supply of the settings was read, kind by kind."""
    read = {(row["supply"], row["kind"]): row for row in hub.store.table(SupplyCursor).to_pylist()}
    rows = []
    for name in sorted(hub.supplies):
        for kind in (kind for kind in SUPPLY_KINDS if kind in hub.settings.supplies[name].kinds):
            row = read.get((name, kind))
            told = (
                (f"{row['pages']:,}", f"{row['rows']:,}", f"{row['read_at']:%Y-%m-%d %H:%M}")
                if row
                else ("", "", "never")
            )
            rows.append((name, kind, *told))
    if rows:
        yield table_of("Supplies", ("supply", "kind", "pages", "rows", "read last (UTC)"), rows, "wwnn")
    else:
        yield "The settings name no supply. Next: write one under `supplies:` (docs/settings.md)."
