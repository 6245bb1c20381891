"""Open this when ``backhaul map replay`` is hard to read: what a changed mapping changes, in money first."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.map_view import TICK, changes_table, counted, fields_table, more
from pipelines.show import money, table_of
from pipelines.work.replay import Amounts, Credit, Placed, Replayed


def replay_view(replayed: Replayed, limit: int) -> Iterator[RenderableType]:
    """Totals by currency, credits by return, allocations, where else units stand, and the rows behind it all."""
    yield _maps(replayed)
    files = counted(replayed.files, "file")
    if not replayed.rows:
        yield Text.assemble(
            TICK, f"{files} of {replayed.partner}: every canonical row is the same, so no credit changes."
        )
        return
    yield Text(f"{counted(len(replayed.rows), 'row')} in {files} of {replayed.partner} are read differently.")
    yield _totals(replayed)
    yield from _booked(replayed)
    if replayed.is_same:
        yield Text.assemble(TICK, "no return, no allocation and no credit changes")
    yield from _credits(replayed, limit)
    yield from _allocations(replayed, limit)
    yield from _standings(replayed, limit)
    yield from _behind(replayed, limit)
    size = f"{replayed.scratch_bytes / 1_000_000:,.1f} MB"
    yield Text(f"Replayed in {replayed.seconds:,.1f} s; the scratch books took {size} and are removed.", "dim")


def _maps(replayed: Replayed) -> Text:
    old = {one.name: one for one in replayed.old_maps}
    new = {one.name: one for one in replayed.new_maps}
    told = []
    for name in sorted({*old, *new}):
        versions = [one.version if one else "none" for one in (old.get(name), new.get(name))]
        if versions[0] != versions[1]:
            told.append(f"{replayed.partner}/{name}: {versions[0]} → {versions[1]}")
    return Text("\n".join(told) or f"{replayed.partner}: the mappings are the same", "bold")


def _totals(replayed: Replayed) -> Table:
    rows = [
        (currency, kind, money(was, currency), money(now, currency), difference(now - was, currency))
        for currency, (old, new) in replayed.totals.items()
        for kind, was, now in (("net", old.net, new.net), ("tax", old.tax, new.tax), ("in all", old.gross, new.gross))
    ]
    return table_of("All credits", ("", "", "as it is", "as it would be", "difference"), rows, "llnnn")


def _booked(replayed: Replayed) -> Iterator[Text]:
    """A warning where today's rules do not give the credits that are in the books."""
    for currency, (old, _) in replayed.totals.items():
        booked = replayed.booked.get(currency, Amounts())
        if booked != old:
            yield Text(
                f"▲ The books hold credits of {money(booked.gross, currency)} {currency}: policy, mappings or "
                "decisions by hand were others when they were made. The differences here are between the two replays.",
                "yellow",
            )


def difference(minor: int, currency: str) -> Text:
    """An amount with its sign: red where we would credit more."""
    if not minor:
        return Text("0", "dim")
    return Text(f"{'+' if minor > 0 else ''}{money(minor, currency)}", "bold red" if minor > 0 else "bold green")


def _credits(replayed: Replayed, limit: int) -> Iterator[RenderableType]:
    if not replayed.credits:
        return
    columns = ("Return", "units", "with tax", "would be", "difference", "")
    changed = sorted(replayed.credits, key=lambda one: (-abs(one.new.gross - one.old.gross), one.return_id))
    shown = changed[:limit] if limit else changed
    yield table_of("Credits that would change", columns, [_credit(one) for one in shown], "lnnnnl")
    yield from more(len(changed), limit, "return")


def _credit(one: Credit) -> tuple[str | Text, ...]:
    old, new = one.old, one.new
    amounts = (money(old.gross, one.currency), money(new.gross, one.currency))
    return one.return_id, _units(old, new), *amounts, difference(new.gross - old.gross, one.currency), one.currency


def _units(old: Amounts, new: Amounts) -> str:
    return f"{old.units:,}" if old.units == new.units else f"{old.units:,} → {new.units:,}"


def _allocations(replayed: Replayed, limit: int) -> Iterator[RenderableType]:
    if not replayed.allocations:
        return
    shown = replayed.allocations[:limit] if limit else replayed.allocations
    columns = ("Return line", "placed on", "units", "net", "would be")
    yield table_of("Allocations that would change", columns, [_placed(one) for one in shown], "llnnn")
    yield from more(len(replayed.allocations), limit, "allocation")


def _placed(one: Placed) -> tuple[str, ...]:
    amounts = (money(one.old.net, one.currency), money(one.new.net, one.currency))
    return one.return_line, one.where, _units(one.old, one.new), *amounts


def _standings(replayed: Replayed, limit: int) -> Iterator[RenderableType]:
    if not replayed.standings:
        return
    shown = replayed.standings[:limit] if limit else replayed.standings
    rows = [
        (
            one.return_id,
            one.bucket,
            _units(one.old, one.new),
            *(money(side.net, one.currency) for side in (one.old, one.new)),
        )
        for one in shown
    ]
    yield table_of("Units that would stand elsewhere", ("Return", "bucket", "units", "net", "would be"), rows, "llnnn")
    yield from more(len(replayed.standings), limit, "balance")


def _behind(replayed: Replayed, limit: int) -> Iterator[RenderableType]:
    """The files and lines behind it: those of returns whose credit changes first."""
    yield fields_table([one.change for one in replayed.rows])
    moved = {one.return_id for one in replayed.credits}
    rows = sorted(replayed.rows, key=lambda one: not moved.intersection(one.returns))
    named = [(f"{one.file} ({', '.join(one.returns)})" if one.returns else one.file, one.change) for one in rows]
    yield Text("Rows behind it", "bold")
    yield changes_table(named, ("is", "would be"), limit)
    yield from more(len(rows), limit, "row")
