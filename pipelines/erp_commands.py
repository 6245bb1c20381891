"""Open this when you look for ``backhaul erp``: its words, each thin over the functions that do the work."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import EXIT_FINDINGS, err, out, told_plainly
from schemas.errors import ConfigError

erp = typer.Typer(help="The ERP that gets the credit notes.", no_args_is_help=True)


@erp.callback()
def words() -> None:
    """The ERP that gets the credit notes."""


@erp.command()
@told_plainly
def check(
    name: Annotated[
        str | None, typer.Argument(help="Its kind, as under `erp:` in the settings; may be left out.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", help="The settings file; otherwise ./backhaul.yaml, or the demonstration's."),
    ] = None,
) -> None:
    """Everything a credit note needs of the ERP, asked for real, with the next step of what is missing; then exit 1."""
    from connectors.erp.kinds import check_erp
    from mappings.catalog import Catalog
    from pipelines.erp_view import erp_check_view
    from pipelines.settings import load_settings
    from pipelines.wiring import around_erp, clock_of

    loaded = load_settings(settings)
    if name not in (None, loaded.erp.kind):
        raise ConfigError(
            f"The settings name the ERP {loaded.erp.kind}, not {name}. Next: `backhaul erp check {loaded.erp.kind}`."
        )
    partners = Catalog.load(loaded.path(loaded.partners)).partners
    retailers = tuple(one.id for one in partners if one.partner.role == "retailer")
    with err.status(f"asking {loaded.erp.kind} everything that a credit note needs"):
        steps = list(check_erp(loaded.erp, around_erp(loaded, retailers), clock_of(loaded)().date()))
    for part in erp_check_view(loaded.erp.kind, steps):
        out.print(part, highlight=False)
    if any(one.state == "missing" for one in steps):
        raise typer.Exit(EXIT_FINDINGS)
