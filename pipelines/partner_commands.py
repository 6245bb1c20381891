"""Open this when you look for ``backhaul partner``: its words, each thin over the functions that do the work."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import EXIT_FINDINGS, SettingsOption, err, out, told_plainly

# `partner new` stands in pipelines/partner_new.py, and is added in pipelines/cli.py.
partner = typer.Typer(help="Propose, list and check partners.", no_args_is_help=True)

FolderOption = Annotated[
    Path | None, typer.Option("--partners", metavar="FOLDER", help="The partners' folder; else the settings' one.")
]


@partner.command("list")
@told_plainly
def list_partners(folder: FolderOption = None) -> None:
    """Every partner: what it sends, how it is reached, and how it is answered."""
    from pipelines.map_files import catalog_of
    from pipelines.partner_view import partners_table

    out.print(partners_table(catalog_of(folder).partners), highlight=False)


@partner.command()
@told_plainly
def check(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="The partner that shall go live.")],
    folder: FolderOption = None,
    settings: SettingsOption = None,
) -> None:
    """The gate before a partner goes live: a checklist, with the next step of what is missing; then exit code 1."""
    from contextlib import ExitStack

    from pipelines.map_files import catalog_for
    from pipelines.partner_check import Subject, checklist
    from pipelines.partner_view import check_view
    from pipelines.settings import SettingsMissing, load_settings
    from pipelines.simulate.partners_online import partners_online
    from pipelines.wiring import clock_of, utc_now

    try:
        loaded = load_settings(settings)
    except SettingsMissing:
        if settings is not None:
            raise
        loaded = None
    catalog = catalog_for(folder, loaded)
    now = clock_of(loaded) if loaded else utc_now
    with ExitStack() as outside, err.status(f"asking everything that {partner_id} needs"):
        if loaded:
            outside.enter_context(partners_online(loaded))
        subject = Subject.of(catalog.partner(partner_id), catalog, loaded, now())
        checks = list(checklist(subject))
    for part in check_view(subject.folder, checks):
        out.print(part, highlight=False)
    if any(one.state == "missing" for one in checks):
        raise typer.Exit(EXIT_FINDINGS)
