"""Open this when you look for ``backhaul demo`` or ``dagster``: the whole at work, to look at."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import SettingsOption, out, told_plainly


@told_plainly
def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where the demonstration keeps its state.")] = Path(
        ".state/demo"
    ),
    stores: Annotated[int | None, typer.Option("--stores", help="Only so many stores a retailer.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Remove the demonstration's state, and stop.")] = False,
) -> None:
    """Real wholesale returns of three retailers, from their files to posted credit notes, through Dagster's own job."""
    from pipelines.simulate.demo import forget_demo, run_demo

    if forget:
        forget_demo(folder)
        out.print(f"{folder} is removed.")
        return
    run_demo(folder, stores, out)


@told_plainly
def dagster(
    port: Annotated[int, typer.Option(help="Port of the page, on this machine only.")] = 3000,
    settings: SettingsOption = None,
) -> None:
    """Open Dagster's page on this state, with its daemon: sensors, schedules, runs."""
    from pipelines.dagster_home import serve_dagster
    from pipelines.settings import find_settings, load_settings
    from pipelines.simulate.partners_online import partners_online

    path = find_settings(settings)
    loaded = load_settings(path)
    with partners_online(loaded):
        out.print(f"Dagster's page: http://127.0.0.1:{port} (Ctrl-C stops it)")
        raise typer.Exit(serve_dagster(path, loaded.state_folder, port))
