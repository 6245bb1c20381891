"""Open this when you look for a command: ``backhaul`` and its words, each thin over the functions that do the work."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipelines import goods_commands
from pipelines.audit_commands import audit
from pipelines.claim_commands import claim
from pipelines.difference_commands import box, differences, resolve
from pipelines.edi_commands import edi
from pipelines.erp_commands import erp
from pipelines.map_commands import map_words
from pipelines.partner_commands import partner
from pipelines.partner_new import partner_new
from pipelines.policy_commands import policy
from pipelines.split_csv import split_csv
from pipelines.supply_commands import supply
from pipelines.terminal import EXIT_FAULT, EXIT_FINDINGS, err, out, told_plainly
from schemas.errors import BackhaulError

app = typer.Typer(
    help="Reseller returns, from the retailer's notice to a posted credit note.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(audit, name="audit")
app.add_typer(edi, name="edi")
app.add_typer(erp, name="erp")
app.add_typer(map_words, name="map")
app.add_typer(partner, name="partner")
app.add_typer(policy, name="policy")
app.add_typer(claim, name="claim")
app.add_typer(supply, name="supply")
partner.command("new")(partner_new)
app.command("split-csv")(split_csv)
for word in (box, differences, resolve, goods_commands.authorise, goods_commands.refuse, goods_commands.route):
    app.command()(word)

_DAYS = ["%Y-%m-%d"]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", help="The settings file; otherwise ./backhaul.yaml, or the demonstration's."),
]


@app.command()
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
            err.print(f"[bold red]{partner.name}[/]: {told}", highlight=False, soft_wrap=True)
        if faults:
            raise typer.Exit(EXIT_FAULT)


@app.command()
@told_plainly
def status(settings: SettingsOption = None) -> None:
    """What is where, and what is overdue."""
    from pipelines.show import status_view
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        for part in status_view(hub):
            out.print(part)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
@told_plainly
def report(settings: SettingsOption = None) -> None:
    """One HTML page and one workbook: announced, received, credited, differences, open."""
    from pipelines.report.book import write_report
    from pipelines.wiring import open_hub

    with open_hub(settings) as hub:
        written = write_report(hub)
        out.print(f"Page:     {written.page}", highlight=False, soft_wrap=True)
        out.print(f"Workbook: {written.workbook}", highlight=False, soft_wrap=True)


@app.command()
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


@app.command()
@told_plainly
def approve(
    reference: Annotated[str, typer.Argument(help="The credit's reference, as `backhaul status` shows it.")],
    by: Annotated[str, typer.Option("--by", help="Who approves it.")],
    settings: SettingsOption = None,
) -> None:
    """Approve a credit that waits for a person; the next run posts it once as many have approved as it needs."""
    from pipelines.wiring import open_hub
    from pipelines.work.approve import approve as approve_intent

    with open_hub(settings) as hub:
        approved = approve_intent(hub, reference, by)
        told = f"{reference} over {approved.amount} is approved by {approved.by}."
        if approved.missing:
            out.print(f"{told} Next: one more person must approve it.")
        else:
            out.print(f"{told} Next: `backhaul run` posts it.")


@app.command()
@told_plainly
def release(
    reference: Annotated[str, typer.Argument(help="The credit's reference, as `backhaul status` shows it.")],
    by: Annotated[str, typer.Option("--by", help="Who releases it.")],
    settings: SettingsOption = None,
) -> None:
    """Try a parked credit again, after what the ERP refused was mended; the next run posts it."""
    from pipelines.wiring import open_hub
    from pipelines.work.approve import release as release_intent

    with open_hub(settings) as hub:
        released = release_intent(hub, reference, by)
        out.print(f"{reference} over {released} is released by {by}. Next: `backhaul run` posts it.")


@app.command()
@told_plainly
def reverse(
    reference: Annotated[str, typer.Argument(help="The posted credit's reference, as the report shows it.")],
    why: Annotated[str, typer.Option("--why", help="What was wrong with it; stands on the counter-document.")],
    by: Annotated[str, typer.Option("--by", help="Who says so; another person approves it.")],
    line: Annotated[
        list[str] | None, typer.Option("--line", help="Only this line, N, or so many units of it, N:UNITS. Repeatable.")
    ] = None,
    net: Annotated[
        list[str] | None,
        typer.Option("--net", help="What a line should have credited net, N:AMOUNT; the rest is charged. Repeatable."),
    ] = None,
    settings: SettingsOption = None,
) -> None:
    """Take a posted credit back, or lines, units or a part of a price of it, by a counter-document."""
    from pipelines.credit_back import wanted_of
    from pipelines.wiring import open_hub
    from pipelines.work.reverse import reverse as reverse_credit

    with open_hub(settings) as hub:
        made = reverse_credit(hub, reference, why, by, wanted_of(line or (), net or ()))
        persons = "another person" if made.approvals_needed == 1 else f"{made.approvals_needed} other persons"
        out.print(f"{made.reference}, a {made.kind} of {reference} over {made.amount}, is prepared by {by}.")
        out.print(f"Next: {persons} must approve it: `backhaul approve {made.reference} --by ...`.")


@app.command()
@told_plainly
def withdraw(
    reference: Annotated[str, typer.Argument(help="The counter-document's reference, as `backhaul status` shows it.")],
    why: Annotated[str, typer.Option("--why", help="Why it is not to go out.")],
    by: Annotated[str, typer.Option("--by", help="Who withdraws it.")],
    settings: SettingsOption = None,
) -> None:
    """Take a counter-document back that nobody approved yet, or that the ERP refused; the credit stands as it is."""
    from pipelines.wiring import open_hub
    from pipelines.work.reverse import withdraw as withdraw_counter

    with open_hub(settings) as hub:
        amount = withdraw_counter(hub, reference, why, by)
        out.print(f"{reference} over {amount} is withdrawn by {by}. Nothing else is to do.")


@app.command()
@told_plainly
def resume(
    stop: Annotated[str, typer.Argument(metavar="STOP", help="What stopped posting, as `backhaul status` shows it.")],
    by: Annotated[str, typer.Option("--by", help="Who lets it go on.")],
    note: Annotated[str | None, typer.Option("--note", help="What was found.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Let posting go on after it was stopped; the next run posts what is due."""
    from pipelines.wiring import open_hub
    from pipelines.work.breakers import resume as resume_posting

    with open_hub(settings) as hub:
        why = resume_posting(hub, stop, by, note)
        out.print(f"{stop} is resumed by {by}; it had stopped because {why}. Next: `backhaul run` posts what is due.")


@app.command()
@told_plainly
def assign(
    line: Annotated[str, typer.Argument(help="A return line such as nordstad/NS100001/3, or a portion of it, …/3#1.")],
    invoice_line: Annotated[str, typer.Argument(help="The sale, as company/invoice/line: WR01/536370/1.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads the line's story.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    units: Annotated[int | None, typer.Option("--units", help="So many units; otherwise all that may move.")] = None,
    settings: SettingsOption = None,
) -> None:
    """Put returned units on a sale by a person's word; credited units never move."""
    from pipelines.wiring import open_hub
    from pipelines.work.assign import assign as assign_units

    with open_hub(settings) as hub:
        done = assign_units(hub, line, invoice_line, reason, by, units)
        out.print(f"{done.units} of {done.return_line} on {done.invoice_line}, by {by}.", highlight=False)
        for other in done.placed_anew:
            out.print(f"{other} is placed anew. Next: `backhaul explain {other}` shows where.", highlight=False)
        out.print("Next: `backhaul run` decides on them again.")


@app.command()
@told_plainly
def unassign(
    line: Annotated[str, typer.Argument(help="A return line such as nordstad/NS100001/3.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever reads the line's story.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    settings: SettingsOption = None,
) -> None:
    """Take a person's word back: the line's units are placed by evidence again."""
    from pipelines.wiring import open_hub
    from pipelines.work.assign import unassign as unassign_units

    with open_hub(settings) as hub:
        done = unassign_units(hub, line, reason, by)
        out.print(f"{done.return_line} is placed by evidence again, by {by}.", highlight=False)
        out.print(f"Next: `backhaul explain {done.return_line}` shows where its units stand.", highlight=False)


@app.command()
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


@app.command()
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


if __name__ == "__main__":
    app()
