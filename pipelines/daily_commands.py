"""Open this when you look for a command of every day: run, status, explain, verify, ledger, report, expect."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipelines.terminal import EXIT_FAULT, EXIT_FINDINGS, SettingsOption, err, out, tell_fault, told_plainly
from schemas.errors import BackhaulError

_DAYS = ["%Y-%m-%d"]


@told_plainly
def run(
    partners: Annotated[list[str] | None, typer.Argument(help="Only these partners; otherwise all.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Run the whole chain once, without a daemon: mailboxes, ledger, decisions, credit notes, answers, report.

    A partner whose chain fails, because its server is away for example, does not stop the others.
    """
    from pipelines.report.book import write_report
    from pipelines.show import progress_of, run_view, totals_table
    from pipelines.simulate.partners_online import partners_online
    from pipelines.wiring import open_hub
    from pipelines.work.run import PartnerRun, in_order, run_partner
    from schemas.partners import Partner

    with open_hub(settings) as hub, partners_online(hub.settings):
        chosen = in_order([hub.catalog.partner(one) for one in partners] if partners else hub.catalog.partners)
        runs: list[PartnerRun] = []
        faults: list[tuple[Partner, BackhaulError]] = []
        for partner in progress_of(err, chosen, lambda one: one.name):
            try:
                runs.append(run_partner(hub, partner))
            except BackhaulError as fault:
                faults.append((partner, fault))
        for part in run_view(runs):
            out.print(part)
        out.print(totals_table(hub))
        written = write_report(hub)
        out.print(f"Report: {written.page} and {written.workbook}", highlight=False, soft_wrap=True)
        for partner, told in faults:
            tell_fault(partner.name, str(told))
        if faults:
            raise typer.Exit(EXIT_FAULT)


@told_plainly
def status(settings: SettingsOption = None) -> None:
    """What is where, and what is overdue."""
    from pipelines.show import status_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in status_view(hub):
            out.print(part)


@told_plainly
def explain(
    line: Annotated[
        str, typer.Argument(help="A return line such as nordstad/NS100001/3, a return without /3, or a carton's label.")
    ],
    settings: SettingsOption = None,
) -> None:
    """The story of a return line, from the bytes that announced it to its credit; or of all lines in a carton."""
    from pipelines.explain import story_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in story_view(hub, line):
            out.print(part)


@told_plainly
def verify(settings: SettingsOption = None) -> None:
    """Prove the ledger: conservation laws, credit notes against ledger and ERP, audit chain, archive re-hashed."""
    from pipelines.show import verdict_view
    from pipelines.verify import verify_all
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        verdict = verify_all(hub, err)
        for part in verdict_view(verdict):
            out.print(part, soft_wrap=True)
        if verdict.violations:
            raise typer.Exit(EXIT_FINDINGS)


@told_plainly
def ledger(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=_DAYS, help="The state at the end of this day.")
    ] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=_DAYS, help="Roll forward from this day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAYS, help="To the end of this day.")] = None,
    retailer: Annotated[str | None, typer.Option(help="Only this retailer; otherwise all.")] = None,
    settings: SettingsOption = None,
) -> None:
    """What stood in the ledger at the end of any past day, or how it rolled forward from one day to another."""
    from pipelines.ledger_days import roll_view, state_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        day = (on or last or hub.now().astimezone(ZoneInfo(hub.settings.timezone))).date()
        for part in roll_view(hub, first.date(), day, retailer) if first else state_view(hub, day, retailer):
            out.print(part)


@told_plainly
def report(settings: SettingsOption = None) -> None:
    """One HTML page and one workbook: announced, received, credited, differences, open."""
    from pipelines.report.book import write_report
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        written = write_report(hub)
        out.print(f"Page:     {written.page}", highlight=False, soft_wrap=True)
        out.print(f"Workbook: {written.workbook}", highlight=False, soft_wrap=True)


@told_plainly
def expect(
    partner: Annotated[str | None, typer.Argument(help="Only this partner; otherwise all.")] = None,
    docs: Annotated[bool, typer.Option("--docs", help="Also write the results as pages, into data-docs/.")] = False,
    settings: SettingsOption = None,
) -> None:
    """Judge what is stored by the suites of schemas/expectations; exits with 1 when something is not as expected."""
    from pipelines.expect_command import expect_view, judge_partner, write_docs
    from pipelines.report.data_docs import FOLDER
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        chosen = [hub.catalog.partner(partner)] if partner else hub.catalog.partners
        results = [one for folder in chosen for one in judge_partner(hub, folder.id)]
        for part in expect_view(results):
            out.print(part, highlight=False, soft_wrap=True)
        if docs:
            for one in results:
                write_docs(hub, one)
            out.print(
                f"Data docs: {hub.settings.state_folder / FOLDER / 'index.html'}", highlight=False, soft_wrap=True
            )
        if any(not one.judged.passed for one in results):
            raise typer.Exit(EXIT_FINDINGS)
