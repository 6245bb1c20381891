"""Open this when you look for ``backhaul assign`` or ``unassign``: a person's word on the sale of returned units."""

from typing import Annotated

import typer

from pipelines.terminal import SettingsOption, out, told_plainly


@told_plainly
def assign(
    line: Annotated[str, typer.Argument(help="A return line such as nordstad/NS100001/3, or a portion of it, …/3#1.")],
    invoice_line: Annotated[str, typer.Argument(help="The sale, as company/invoice/line: WR01/536370/1.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads the line's story.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    units: Annotated[int | None, typer.Option("--units", help="So many units; otherwise all that may move.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Put returned units on a sale by a person's word; credited units never move."""
    from pipelines.wiring import open_hub
    from pipelines.work.assign import assign as assign_units

    with open_hub(settings) as hub:
        done = assign_units(hub, line, invoice_line, reason, by, units)
        out.print(f"{done.units} of {done.return_line} on {done.invoice_line}, by {by}.", highlight=False)
        for other in done.placed_anew:
            out.print(f"{other} is placed anew. Next: `backhaul explain {other}` shows where.", highlight=False)
        out.print("Next: `backhaul run` decides on them again.")


@told_plainly
def unassign(
    line: Annotated[str, typer.Argument(help="A return line such as nordstad/NS100001/3.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads the line's story.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    settings: SettingsOption = None,
) -> None:
    """Take a person's word back: the line's units are placed by evidence again."""
    from pipelines.wiring import open_hub
    from pipelines.work.assign import unassign as unassign_units

    with open_hub(settings) as hub:
        done = unassign_units(hub, line, reason, by)
        out.print(f"{done.return_line} is placed by evidence again, by {by}.", highlight=False)
        out.print(f"Next: `backhaul explain {done.return_line}` shows where its units stand.", highlight=False)
