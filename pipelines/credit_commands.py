"""Open this when you look for a command about credits: what a person approves, takes back, or lets go on."""

from typing import Annotated

import typer

from pipelines.terminal import SettingsOption, out, told_plainly


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
