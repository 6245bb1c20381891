"""Open this when you look for ``backhaul policy``: its words, each thin over the functions that do the work."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipelines.terminal import EXIT_FINDINGS, SettingsOption, out, told_plainly

policy = typer.Typer(help="List, show, check, try and approve the policies of a retailer.", no_args_is_help=True)

PartnerArgument = Annotated[str, typer.Argument(metavar="PARTNER", help="The retailer.")]
NameArgument = Annotated[
    str, typer.Argument(metavar="POLICY", help="A file's name in its policies/ without .yaml, or partner.yaml.")
]
FolderOption = Annotated[
    Path | None, typer.Option("--partners", metavar="FOLDER", help="The partners' folder; else the settings' one.")
]


@policy.command("list")
@told_plainly
def list_policies(
    partner: Annotated[str | None, typer.Argument(metavar="[PARTNER]", help="Only this one's; otherwise all.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Every version of a policy that was seen at work, who approved it, and until when credits go out by it."""
    from pipelines.map_files import chosen
    from pipelines.policy_view import policies_table, unseen_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        folders = chosen(hub.catalog, [partner] if partner else None)
        rows = hub.store.query("reports/policy_versions.sql", partner=partner).to_pylist()
        out.print(policies_table(folders, rows, hub.now().date()), highlight=False)
        for text in unseen_view(folders, rows):
            out.print(text)


@policy.command()
@told_plainly
def show(partner: PartnerArgument, name: NameArgument = "partner.yaml", folder: FolderOption = None) -> None:
    """A policy, whole, with what is as usual marked."""
    from mappings.policies import named
    from pipelines.map_files import catalog_of
    from pipelines.policy_view import policy_view

    whose = catalog_of(folder).partner(partner)
    for part in policy_view(whose, named(whose.policies, name, whose.path)):
        out.print(part, highlight=False)


@policy.command()
@told_plainly
def check(partner: PartnerArgument, folder: FolderOption = None) -> None:
    """What is wrong in a retailer's policies, each with its place and what to do; exit code 1 when something is."""
    from pipelines.map_files import linted
    from pipelines.policy_check import checked_policies
    from pipelines.policy_view import checks_view

    (path,) = linted(folder, [partner])
    found = checked_policies(path)
    for part in checks_view(path, found.faults, found.checks):
        out.print(part, highlight=False, soft_wrap=True)
    if found.faults or any(one.state == "missing" for _, one in found.checks):
        raise typer.Exit(EXIT_FINDINGS)


@policy.command("try")
@told_plainly
def try_policy(
    partner: PartnerArgument,
    name: Annotated[
        str, typer.Argument(metavar="POLICY", help="A policy of the retailer, partner.yaml, or any FILE.yaml with one.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, help="So many days back.")] = 90,
    limit: Annotated[int, typer.Option("--limit", min=0, help="So many lines are shown.")] = 10,
    settings: SettingsOption = None,
) -> None:
    """What would have been decided by another policy in the last days, in units and money; nothing is written."""
    from mappings.policies import named, policy_at
    from pipelines.policy_view import tried_view
    from pipelines.wiring import open_hub
    from pipelines.work.policy_try import tried

    with open_hub(settings) as hub:
        whose = hub.catalog.partner(partner)
        path = Path(name)
        of_file = path.is_file() and path.name != "partner.yaml"
        other = policy_at(path, whose.path) if of_file else named(whose.policies, name, whose.path)
        since = hub.now() - timedelta(days=days)
        for part in tried_view(whose, other, tried(hub, whose, other, since), since.date(), limit):
            out.print(part, highlight=False)


@policy.command()
@told_plainly
def approve(
    partner: PartnerArgument,
    name: NameArgument,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves it; not who wrote it.")],
    note: Annotated[str | None, typer.Option("--note", help="Why.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Let credits go out by a policy without a person, until it expires."""
    from pipelines.wiring import open_hub
    from pipelines.work.policy_versions import approve_policy

    with open_hub(settings) as hub:
        one, until = approve_policy(hub, hub.catalog.partner(partner), name, by, note)
        out.print(f"{partner} {name} {one.version} is approved by {by}.", highlight=False)
        out.print(f"Credits go out by it without a person until {until}; those that wait already still need one.")
