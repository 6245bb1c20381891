"""Open this when you look for ``backhaul map``: its words, each thin over the functions that do the work."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from pipelines.map_schema import schema
from pipelines.terminal import EXIT_FINDINGS, SettingsOption, err, out, told_plainly

map_words = typer.Typer(help="Test, trace, compare, lint, replay and promote mappings.", no_args_is_help=True)

Partners = Annotated[list[str] | None, typer.Argument(metavar="[PARTNER]...", help="Only these; otherwise all.")]
FolderOption = Annotated[
    Path | None, typer.Option("--partners", metavar="FOLDER", help="The partners' folder; else the settings' one.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=0, help="Show so many rows; 0 shows all.")]


@map_words.command("test")
@told_plainly
def prove(
    partners: Partners = None,
    regenerate: Annotated[bool, typer.Option("--regenerate", help="Write the expected rows anew.")] = False,
    limit: LimitOption = 20,
    folder: FolderOption = None,
) -> None:
    """Every sample against the rows, or the file, expected of it: a tick, or what differs; exit code 1 then."""
    from mappings.samples import samples
    from pipelines.map_files import catalog_of, chosen
    from pipelines.map_samples import outbound_samples, regenerated, regenerated_outbound, tested, tested_outbound
    from pipelines.map_view import sample_view, samples_summary, without_samples
    from pipelines.show import progress_of

    catalog = catalog_of(folder)
    right = wrong = written = 0
    for partner in progress_of(err, chosen(catalog, partners), lambda one: one.id):
        out.print(partner.id, style="bold", highlight=False)
        for sample in samples(partner):
            if regenerate:
                written += regenerated(sample, partner, catalog)
                continue
            result = tested(sample, partner, catalog)
            right, wrong = right + (not result.told), wrong + bool(result.told)
            for part in sample_view(sample, result.changes, result.told, limit):
                out.print(part, highlight=False)
        for sample, one in outbound_samples(partner):
            if regenerate:
                written += regenerated_outbound(sample, one, partner)
                continue
            result = tested_outbound(sample, one, partner)
            right, wrong = right + (not result.told), wrong + bool(result.told)
            for part in sample_view(sample, [], result.told, limit):
                out.print(part, highlight=False)
        if not samples(partner) and not partner.outbound:
            out.print(without_samples(partner), highlight=False)
    for text in samples_summary(right, wrong, written if regenerate else None):
        out.print(text)
    if wrong:
        raise typer.Exit(EXIT_FINDINGS)


@map_words.command()
@told_plainly
def trace(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file as a partner sends it.")],
    partner: Annotated[str | None, typer.Option("--partner", metavar="ID", help="Whose file it is.")] = None,
    line: Annotated[int | None, typer.Option("--line", min=1, help="Only this line of each document.")] = None,
    limit: LimitOption = 20,
    folder: FolderOption = None,
) -> None:
    """Each canonical field of a file: its value, the bytes it came from, and the rule and path that found it."""
    from mappings.engine import translate
    from mappings.workbench.trace import trace as trace_file
    from pipelines.map_files import catalog_of, file_at, sender_of
    from pipelines.trace_view import trace_view

    catalog, raw = catalog_of(folder), file_at(file)
    whose = catalog.partner(partner) if partner else sender_of(raw, catalog)
    with err.status(f"asking the mappings of {whose.id}"):
        rows = trace_file(raw, whose, catalog)
        findings = translate([raw], whose, catalog).findings.to_pylist()
    for part in trace_view(rows, findings, limit, line):
        out.print(part, highlight=False)


@map_words.command()
@told_plainly
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="FILE.yaml, PARTNER/MAP, or PARTNER@VERSION of the store.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, to compare A with.")],
    files: Annotated[list[Path] | None, typer.Option("--files", help="Over these files, not over the samples.")] = None,
    archive: Annotated[bool, typer.Option("--archive", help="Over all files that ever came from the partner.")] = False,
    partner: Annotated[str | None, typer.Option("--partner", metavar="ID", help="Whose files they are.")] = None,
    limit: LimitOption = 20,
    folder: FolderOption = None,
    settings: SettingsOption = None,
) -> None:
    """What two mappings make of the same files: the canonical rows that differ; exit code 1 when some do."""
    from pipelines.map_files import archive_of, catalog_of, compare, file_at, named, whose_files
    from pipelines.map_view import diff_view
    from pipelines.wiring import open_hub

    catalog = catalog_of(folder)
    whose = whose_files(a, b, partner, catalog)
    old, new = (named(one, catalog, settings, whose) for one in (a, b))
    given = [file_at(path) for path in files] if files else None
    if archive:
        with open_hub(settings) as hub:
            given = archive_of(hub, whose)
    compared = compare(old, new, given, whose, catalog)
    for part in diff_view(compared, limit):
        out.print(part, highlight=False)
    if compared.changes:
        raise typer.Exit(EXIT_FINDINGS)


@map_words.command()
@told_plainly
def lint(
    partners: Partners = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on warnings too.")] = False,
    folder: FolderOption = None,
) -> None:
    """What is wrong or suspicious in mappings, each with its place and what to do; exit code 1 on errors."""
    from mappings.workbench.lint import lint_partner
    from pipelines.lint_view import lint_view
    from pipelines.map_files import linted
    from pipelines.show import progress_of

    found = []
    for path in progress_of(err, linted(folder, partners), lambda one: one.name):
        found += lint_partner(path)
    for part in lint_view(found):
        out.print(part, soft_wrap=True, highlight=False)
    if any(one.is_error or strict for one in found):
        raise typer.Exit(EXIT_FINDINGS)


@map_words.command()
@told_plainly
def replay(
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="Whose mapping changes.")],
    file: Annotated[Path | None, typer.Option("--map", metavar="FILE", help="The changed mapping.")] = None,
    partners: Annotated[
        Path | None, typer.Option("--partners", metavar="FOLDER", help="A partners' folder with the change in it.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="As if it had changed on this day; else from the start."),
    ] = None,
    limit: LimitOption = 20,
    settings: SettingsOption = None,
) -> None:
    """The changed mapping over the whole archive: which credits would change, in money; exit code 1 when some would.

    Without --map or --partners what went live last is compared with what is on the disk now. The real store is only
    read: both sides are rebuilt in scratch stores.
    """
    from pipelines.map_files import replayed_sides
    from pipelines.replay_view import replay_view
    from pipelines.wiring import open_hub
    from pipelines.work.replay import replay as replay_archive

    with open_hub(settings) as hub, _bar() as told:
        old, new = replayed_sides(hub, partner, file, partners)
        replayed = replay_archive(hub, old, new, since.date() if since else None, told)
    for part in replay_view(replayed, limit):
        out.print(part, highlight=False)
    if not replayed.is_same:
        raise typer.Exit(EXIT_FINDINGS)


@contextmanager
def _bar() -> Iterator["Told"]:
    """A bar that says what is done and how much of it."""
    with Progress(console=err, transient=True) as progress:
        yield Told(progress)


class Told:
    """Work that tells how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("")

    def __call__(self, what: str, done: int, total: int) -> None:
        """So much of it is done."""
        self._progress.update(self._task, description=what, completed=done, total=total)


@map_words.command()
@told_plainly
def promote(
    partner: Annotated[str, typer.Argument(metavar="PARTNER")],
    name: Annotated[str, typer.Argument(metavar="MAP", help="The mapping: its file's name without .yaml.")],
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who promotes it; else who is logged in.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Why.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Let the version of a mapping that is on the disk go live; its credits need a person for some days more."""
    from getpass import getuser

    from pipelines.wiring import open_hub
    from pipelines.work.versions import promote as promote_map

    with open_hub(settings) as hub:
        who = by or getuser()
        one = promote_map(hub, hub.catalog.partner(partner), name, who, note)
        out.print(f"{partner}/{name} {one.version} is live, promoted by {who}.", highlight=False)
        out.print(
            "Next: `backhaul status` shows credits that wait because it is young (policy: map_hold_days).",
            highlight=False,
        )


@map_words.command()
@told_plainly
def versions(
    partner: Annotated[str | None, typer.Argument(metavar="[PARTNER]", help="Only this one's; otherwise all.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Every version of the mappings that was seen at work: in test, live or retired, and since when."""
    from pipelines.map_files import chosen
    from pipelines.map_view import versions_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        folders = chosen(hub.catalog, [partner] if partner else None)
        rows = hub.store.query("reports/map_versions.sql", partner=partner).to_pylist()
        on_disk = {(one.id, found.name): found for one in folders for found in one.maps}
        for part in versions_view(rows, on_disk):
            out.print(part, highlight=False)


map_words.command()(schema)
