"""Open this when you look for ``backhaul supply``: its words, each thin over the functions that do the work."""

from typing import Annotated

import typer

from pipelines.terminal import SettingsOption, err, out, told_plainly

supply = typer.Typer(help="What the ERP sold: items, orders, shipments, invoices.", no_args_is_help=True)


@supply.callback()
def words() -> None:
    """What the ERP sold: items, orders, shipments, invoices."""


@supply.command()
@told_plainly
def pull(
    name: Annotated[str | None, typer.Argument(help="Only this supply of the settings; otherwise all.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Read what is new in the ERP or its export folder, and place open returns anew where it touches them."""
    from pipelines.supply_view import pulling, supply_view
    from pipelines.wiring import open_hub
    from pipelines.work.supply import pull as pull_supply

    with open_hub(settings) as hub:
        for one in [name] if name else sorted(hub.supplies):
            with pulling(err, one) as told:
                done = pull_supply(hub, one, told)
            for part in supply_view(one, done):
                out.print(part, highlight=False, soft_wrap=True)
        if not name and not hub.supplies:
            out.print("The settings name no supply. Next: write one under `supplies:` (docs/settings.md).")


@supply.command()
@told_plainly
def status(settings: SettingsOption = None) -> None:
    """How far each supply was read."""
    from pipelines.supply_view import cursors_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in cursors_view(hub):
            out.print(part, highlight=False)
