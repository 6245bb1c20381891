"""Open this when you look for ``backhaul audit``: its words, each thin over the functions that do the work."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import EXIT_FINDINGS, SettingsOption, out, told_plainly
from schemas.errors import ConfigError

audit = typer.Typer(
    help="Sign the head of the audit chain every day, and tell whether anybody changed the books.", no_args_is_help=True
)

AnchorsOption = Annotated[
    Path | None, typer.Option("--anchors", metavar="FOLDER", help="The folder of the anchors; else the settings' one.")
]


@audit.command("key")
@told_plainly
def new_key(settings: SettingsOption = None) -> None:
    """Make the key that signs anchors, and say where its two halves lie."""
    from connectors.signing import make_key, public_path
    from pipelines.settings import load_settings

    known = load_settings(settings)
    private = known.path(known.audit.key)
    made = make_key(private)
    out.print(f"The key {made.public.name} signs anchors from now on.", highlight=False)
    out.print(f"  private, only its owner can read it:  {private}", highlight=False, soft_wrap=True)
    out.print(f"  public, for whoever verifies:         {public_path(private)}", highlight=False, soft_wrap=True)
    out.print(
        "Next: give the public half to your auditor, and set audit: anchors: FOLDER in the settings.", style="bold"
    )


@audit.command()
@told_plainly
def anchor(settings: SettingsOption = None, anchors: AnchorsOption = None) -> None:
    """Sign the head of the audit chain for today, and write it to the anchors' folder."""
    from connectors.store import Store
    from pipelines.settings import load_settings
    from pipelines.wiring import clock_of
    from pipelines.work.anchoring import anchor_day

    known = load_settings(settings)
    folder = _folder(anchors, known.audit.anchors and known.path(known.audit.anchors))
    now = clock_of(known)
    with Store.open(known.database_url, now) as store:
        done = anchor_day(store, folder, known.path(known.audit.key), now().date())
    if done.path is None or done.head is None:
        out.print("There are no audit events yet, and nothing to sign.")
        return
    told = "written" if done.new else "there already: one a day"
    out.print(
        f"{done.path} is {told}: event {done.head.seq:,}, {done.head.rows:,} rows.", highlight=False, soft_wrap=True
    )


@audit.command()
@told_plainly
def verify(
    settings: SettingsOption = None,
    anchors: AnchorsOption = None,
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", metavar="FILE", help="Who signed them; else the settings' key."),
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="ADDRESS", help="A copy of the books; else the settings' ones.")
    ] = None,
) -> None:
    """Tell what was changed behind the store's back, by table and row, and whether the end or all of it was replaced.

    With --database, --anchors and --public-key no settings are needed, and nothing is written: enough for an auditor.
    """
    from pipelines.audit_trail import judged_trail
    from pipelines.audit_view import trail_view

    verdict = judged_trail(settings, database, anchors, public_key)
    for part in trail_view(verdict):
        out.print(part, soft_wrap=True)
    if verdict.violations:
        raise typer.Exit(EXIT_FINDINGS)


def _folder(given: Path | None, usual: Path | None) -> Path:
    folder = given or usual
    if folder is None:
        raise ConfigError("No folder for anchors is named. Next: set audit: anchors: FOLDER, or give --anchors FOLDER.")
    return folder
