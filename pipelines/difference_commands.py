"""Open this when you look for ``backhaul box``, ``differences`` or ``resolve``: thin over what does the work."""

from typing import Annotated

import typer

from pipelines.terminal import SettingsOption, out, told_plainly


@told_plainly
def box(
    label: Annotated[str, typer.Argument(help="The label as it is scanned: an SSCC of 18 digits, or another one.")],
    settings: SettingsOption = None,
) -> None:
    """What is inside a box, which order it belongs to, and whose it may be when nobody announced it."""
    from pipelines.box_view import box_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in box_view(hub, label):
            out.print(part, highlight=False)


@told_plainly
def differences(
    retailer: Annotated[str | None, typer.Argument(help="Only this retailer; otherwise all.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits for an answer or a person.")] = False,
    settings: SettingsOption = None,
) -> None:
    """What differs between announced, received and sold, and what holds of it."""
    from pipelines.difference_view import differences_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in differences_view(hub, retailer, waiting):
            out.print(part, highlight=False)


@told_plainly
def resolve(
    line: Annotated[str, typer.Argument(help="The return line, as `backhaul differences` shows it.")],
    action: Annotated[str, typer.Argument(help="What holds: count, accept, write_off or send_back.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads it later.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind of difference of the line.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Say what holds of a difference that waits; the next run decides on its units."""
    from pipelines.wiring import open_hub
    from pipelines.work.resolve import resolve_by_person

    with open_hub(settings) as hub:
        for row in resolve_by_person(hub, line, action, reason, by, kind):
            told = f"{row['kind'].replace('_', ' ')}, {row['units']} of {row['gtin'] or 'an unknown item'}"
            out.print(f"{line}: {told}: {action.replace('_', ' ')}, by {by}.", highlight=False)
        out.print("Next: `backhaul run` decides on them.")
