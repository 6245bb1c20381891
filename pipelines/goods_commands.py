"""Open this when you look for a command about goods: our word on announced ones, and where counted ones go."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import SettingsOption, out, told_plainly
from schemas.goods import Route

Line = Annotated[str, typer.Argument(help="A return line such as nordstad/NS100001/3.")]
By = Annotated[str, typer.Option("--by", help="Who says so.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever reads the line's story.")]


@told_plainly
def authorise(line: Line, by: By, reason: Reason, settings: SettingsOption = None) -> None:
    """Let announced goods come that the policy left to a person; the retailer is told with the next run."""
    number = _answer(line, "authorise", by, reason, settings)
    out.print(f"{line} may come as {number}, by {by}. Next: `backhaul run` tells the retailer.", highlight=False)


@told_plainly
def refuse(line: Line, by: By, reason: Reason, settings: SettingsOption = None) -> None:
    """Refuse announced goods that the policy left to a person; the retailer is told with the next run."""
    _answer(line, "refuse", by, reason, settings)
    out.print(f"{line} is refused, by {by}. Next: `backhaul run` tells the retailer.", highlight=False)


def _answer(line: str, outcome: str, by: str, reason: str, settings: Path | None) -> str:
    from pipelines.wiring import open_hub
    from pipelines.work.authorise import answer_asked

    with open_hub(settings) as hub:
        return answer_asked(hub, line, outcome, by, reason)


@told_plainly
def route(
    line: Line,
    way: Annotated[Route, typer.Argument(help="Where they go.")],
    by: By,
    reason: Reason,
    settings: SettingsOption = None,
) -> None:
    """Say where counted goods go that the policy left to a person; the warehouse is told with the next run."""
    from pipelines.wiring import open_hub
    from pipelines.work.route import route_by

    with open_hub(settings) as hub:
        units = route_by(hub, line, way, by, reason)
        out.print(f"{units} of {line}: {way}, by {by}. Next: `backhaul run` tells the warehouse.", highlight=False)
