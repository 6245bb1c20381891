"""Open this when ``backhaul erp check`` is hard to read: its checklist."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from connectors.erp.checks import Step
from pipelines.map_view import counted
from pipelines.partner_view import checks_grid


def erp_check_view(kind: str, steps: Sequence[Step]) -> Iterator[RenderableType]:
    """A tick, a cross or a dash for each step; under a cross what is next. Then whether credit notes can go there."""
    yield Text.assemble((kind, "bold"), "  the ERP that gets the credit notes")
    yield checks_grid(steps)
    open_ones = sum(one.state == "missing" for one in steps)
    if open_ones:
        yield Text(f"{counted(open_ones, 'thing')} missing: no credit note is safe to go there yet.", "bold red")
    else:
        yield Text("Credit notes can go there. Next: `backhaul run`.", "bold green")
