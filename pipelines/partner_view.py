"""Open this when ``backhaul partner`` is hard to read: the list of partners, and the checklist of one."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from connectors.erp.checks import Step
from mappings.catalog import PartnerFolder
from mappings.samples import samples
from pipelines.map_view import CROSS, DASH, TICK, counted
from pipelines.partner_check import Check
from pipelines.show import table_of

_MARKS = {"ok": TICK, "missing": CROSS, "note": DASH}


def partners_table(folders: Iterable[PartnerFolder]) -> Table:
    """Each partner: what it is, what it sends in which form, how it is reached."""
    rows = [
        (
            one.id,
            one.partner.name,
            one.partner.role,
            ", ".join(f"{found.rules.standard} {found.rules.kind}" for found in one.maps),
            len(samples(one)),
            ", ".join(channel.kind for channel in one.partner.channels),
            _answers(one),
        )
        for one in folders
    ]
    return table_of("Partners", ("id", "name", "role", "sends", "samples", "channel", "answers"), rows, "llllnll")


def _answers(folder: PartnerFolder) -> str:
    """Which answers of syntax it gets: by the forms in which it sends."""
    wanted = folder.partner.answers_wanted
    if wanted is None:
        return "none"
    kinds = {"x12": "997" if wanted == "received" else wanted, "edifact": "CONTRL"}
    return ", ".join(sorted({kinds.get(one.rules.standard, "results") for one in folder.maps}))


def check_view(folder: PartnerFolder, checks: Sequence[Check]) -> Iterator[RenderableType]:
    """A tick, a cross or a dash for each check; under a cross what is next. Then whether the partner can go live."""
    yield Text.assemble((folder.id, "bold"), f"  {folder.partner.name}, {folder.partner.role}")
    yield checks_grid(checks)
    open_ones = sum(one.state == "missing" for one in checks)
    if open_ones:
        yield Text(f"{counted(open_ones, 'thing')} missing: {folder.id} cannot go live yet.", "bold red")
    else:
        yield Text(f"{folder.id} can go live. Next: `backhaul run {folder.id}`.", "bold green")


def checks_grid(checks: Iterable[Check | Step]) -> Table:
    """A row for each check: its mark and name, what was found, and under it what is next."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for one in checks:
        grid.add_row(Text.assemble("  ", _MARKS[one.state], one.name), _told(one))
    return grid


def _told(one: Check | Step) -> Text:
    told = Text(one.told, "" if one.state == "ok" else "dim" if one.state == "note" else "red")
    return told.append(f"\nNext: {one.following}.", "green") if one.following else told
