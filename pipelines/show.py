"""Open this when a table in the terminal is hard to read: what commands show, as rich tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipelines.verify import Verdict
from pipelines.wiring import Hub
from pipelines.work.breakers import open_stops
from pipelines.work.run import PartnerRun
from schemas.findings import CATALOGUE, Severity
from schemas.money import to_decimal

T = TypeVar("T")

# Where announced units and money end, in the order of the equation that the totals must satisfy.
ENDS = (
    "credited", "reversed", "replaced", "repaired", "sent_back", "withheld", "refused", "short", "cancelled", "open",
)  # fmt: skip
ALWAYS_SHOWN = ("credited", "refused", "short", "open")
SEVERITY_COLOURS = {
    Severity.FATAL: "red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "blue",
}
COLOURS = {
    "credited": "green", "replaced": "green", "repaired": "green", "refused": "red", "sent_back": "red",
    "short": "yellow", "reversed": "yellow", "cancelled": "dim", "withheld": "dim", "open": "blue",
}  # fmt: skip


def money(minor: int | None, currency: str) -> str:
    """An amount as people read it: 1,234.50; nothing where there is none."""
    return "" if minor is None else f"{to_decimal(minor, currency):,}"


def progress_of(console: Console, work: Sequence[T], name: Callable[[T], str]) -> Iterator[T]:
    """The pieces of work one by one, with a bar that says which one it is."""
    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(work))
        for piece in work:
            progress.update(task, description=name(piece))
            yield piece
            progress.advance(task)


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], numbers: str = "") -> Table:
    """A table with these columns. A letter of ``numbers`` says of each: ``n`` to the right, ``w`` never broken."""
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold", pad_edge=False,
                  padding=(0, 1, 0, 0))  # fmt: skip
    for index, column in enumerate(columns):
        letter = numbers[index : index + 1]
        whole = letter in ("n", "w") or not index
        table.add_column(column, justify="right" if letter == "n" else "left", no_wrap=whole, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else str("" if cell is None else cell) for cell in row))
    return table


# --- what a run did


def run_view(runs: Sequence[PartnerRun]) -> Iterator[RenderableType]:
    """What each partner's chain did, and which files were left in a mailbox."""
    columns = ("Partner", "files", "repeats", "docs", "lines", "credit", "refuse", "hold", "posted", "answers")
    rows = [
        (
            run.partner, run.received.new, run.received.duplicates, run.processed.documents, run.processed.lines,
            run.settled.credit, run.settled.refuse, run.settled.hold, run.posted.posted, run.sent,
        )
        for run in runs
    ]  # fmt: skip
    yield table_of("This run", columns, rows, "lnnnnnnnnn")
    for run in runs:
        if waiting := run.received.waiting:
            files = "1 file" if waiting == 1 else f"{waiting} files"
            yield Text(
                f"{files} of {run.partner} may still be written. Next: `backhaul run` in a minute takes what no longer "
                "changes.",
                "yellow",
            )
        for problem in run.received.problems:
            yield Text(problem, "yellow")


@dataclass(frozen=True)
class Standing:
    """How much there is in the store: what a demonstration counts before and after."""

    files: int = 0
    documents: int = 0
    return_lines: int = 0
    placed_lines: int = 0
    credit_notes: int = 0

    def since(self, before: "Standing") -> "Standing":
        """What has come since."""
        return Standing(*(getattr(self, f.name) - getattr(before, f.name) for f in fields(self)))


def standing(hub: Hub) -> Standing:
    """How much there is now."""
    row = hub.store.query("reports/standing.sql").to_pylist()[0]
    return Standing(**{f.name: row[f.name] for f in fields(Standing)})


def ends_of(totals: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ENDS that are shown: those where nothing ended are left out, but for the usual ones."""
    kinds = ("units", "net")
    return [end for end in ENDS if end in ALWAYS_SHOWN or any(row[f"{end}_{kind}"] for row in totals for kind in kinds)]


def totals_table(hub: Hub) -> Table:
    """Announced = the sum of where it ended and what is open, for each retailer, in units and in net money."""
    rows = hub.store.query("reports/totals.sql").to_pylist()
    ends = ends_of(rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="What became of the returns (money net of tax)",
                  title_justify="left", title_style="bold")  # fmt: skip
    table.padding = (0, 1, 0, 0)
    for title in ("Retailer", ""):
        table.add_column(title, no_wrap=True)
    for title in ("announced", *(f"{'+' if index else '='}{end.replace('_', ' ')}" for index, end in enumerate(ends))):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        name, currency = hub.catalog.partner(row["retailer"]).partner.name, row["currency"]
        table.add_row(name, "units", *_sums(row, ends, "units", "{:,}".format))
        table.add_row("", currency, *_sums(row, ends, "net", partial(money, currency=currency)))
    return table


def _sums(row: dict[str, Any], ends: Sequence[str], kind: str, write: Callable[[int], str]) -> list[Text]:
    """The announced amount, marked by whether its parts sum to it, and the parts."""
    total, parts = row[f"announced_{kind}"], [row[f"{end}_{kind}"] for end in ends]
    cells = [Text(write(part), COLOURS[end]) for end, part in zip(ends, parts, strict=True)]
    mark = ("✓ ", "green") if total == sum(parts) else ("✗ ", "bold red")
    return [Text.assemble(mark, (write(total), "bold")), *cells]


def demo_view(hub: Hub, before: Standing) -> Iterator[RenderableType]:
    """The end of a demonstration: what is new, what became of it all, and where to look next."""
    now = standing(hub)
    new = now.since(before)
    rows = [
        (f.name.replace("_", " "), f"{getattr(new, f.name):,}", f"{getattr(now, f.name):,}") for f in fields(Standing)
    ]
    yield Text("Real wholesale returns, from files to credit notes", "bold")
    yield table_of("", ("", "new", "in all"), rows, "lnn")
    if new == Standing():
        yield Text("0 new: every file was here before, and nothing was credited again.\n", "bold")
    yield totals_table(hub)
    yield _look_next(hub)


def _look_next(hub: Hub) -> Table:
    """Where to look after a demonstration."""
    credited = hub.store.query("reports/credit_note_lines.sql").to_pylist()
    line = credited[0]["return_line"] if credited else "RETURN/LINE"
    state = _short(hub.settings.state_folder)
    places = (
        (f"{state}/reports/returns.html", "the report; returns.xlsx beside it"),
        (f"{state}/erp/posted", "the credit notes, as UBL"),
        (".venv/bin/backhaul status", "what waits for a person, what is overdue"),
        (f".venv/bin/backhaul explain {line}", "the story of a line"),
        (".venv/bin/backhaul verify", "proof of ledger, notes and archive"),
        ("make dagster", "Dagster's page on the same state"),
    )
    table = table_of("Look next", ("", ""), places)
    table.show_header = False
    return table


def _short(path: Path) -> str:
    """The path from the current folder, where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


# --- what is where


def status_view(hub: Hub) -> Iterator[RenderableType]:
    """What is where, what waits for a person, what is overdue."""
    yield from _stops(hub)
    yield totals_table(hub)
    yield _files_table(hub)
    yield _answers_table(hub)
    yield _waiting_table(hub)
    yield from _waiting_differences(hub)
    yield from _approvals(hub)
    yield from _goods_waiting(hub)
    yield _overdue_table(hub)
    yield from _findings(hub)


def _stops(hub: Hub) -> Iterator[RenderableType]:
    """What stops all posting."""
    for row in open_stops(hub):
        when = f"{row['stop']}, {row['at']:%Y-%m-%d %H:%M}"
        yield Text.assemble(("Posting is stopped: ", "bold red"), f"{row['why']} ({when}).")
        yield Text(f"Next: look into it, then `backhaul resume {row['stop']} --by NAME`.", "dim")
        yield Text()


def _files_table(hub: Hub) -> Table:
    rows = [
        (r["partner"], r["files"], r["received"], r["quarantined"], r["documents"], r["duplicate"], r["held"],
         r["documents_quarantined"])
        for r in hub.store.query("reports/file_states.sql").to_pylist()
    ]  # fmt: skip
    columns = ("Partner", "files", "waiting", "quarantined", "documents", "repeats", "held", "refused")
    return table_of("Files, and the documents in them", columns, rows, "lnnnnnnn")


def _answers_table(hub: Hub) -> Table:
    rows = [
        (r["partner"], r["kind"], r["messages"], r["pending"], r["sent"], r["acknowledged"], r["rejected"])
        for r in hub.store.query("reports/answers.sql").to_pylist()
    ]
    columns = ("Partner", "kind", "answers", "waiting", "sent", "acknowledged", "rejected")
    return table_of("What partners say of our answers", columns, rows, "llnnnnn")


def _waiting_table(hub: Hub) -> Table:
    sums: dict[tuple[str, str, str], list[int]] = {}
    for row in hub.store.query("reports/open_lines.sql").to_pylist():
        entry = sums.setdefault((row["retailer"], row["why"], row["currency"]), [0, 0, 0])
        for index, value in enumerate((1, row["units"], row["net_minor"])):
            entry[index] += value
    rows = [(*key[:2], lines, units, money(net, key[2]), key[2]) for key, (lines, units, net) in sorted(sums.items())]
    return table_of(
        "Open, and what it waits for", ("Retailer", "waits for", "portions", "units", "net", ""), rows, "llnnn"
    )


def _waiting_differences(hub: Hub) -> Iterator[RenderableType]:
    """Differences that wait for an answer or a person, where there are any."""
    waiting = hub.store.query("reports/waiting_differences.sql").to_pylist()
    if not waiting:
        return
    rows = [
        (r["retailer"], r["kind"].replace("_", " "), "its answer" if r["action"] == "ask" else "a person", r["lines"],
         r["units"], r["answer_by"]) for r in waiting
    ]  # fmt: skip
    columns = ("Retailer", "differs", "waits for", "lines", "units", "answer by")
    yield table_of("Differences that wait", columns, rows, "lllnnl")
    yield Text("Next: `backhaul differences --waiting` lists them.", "dim")


def _approvals(hub: Hub) -> Iterator[RenderableType]:
    intents = hub.store.query("reports/intents.sql").to_pylist()
    rows = [
        (r["reference"], f"{r['retailer']}/{r['return_number']}", r["state"].replace("_", " "), r["units"],
         money(r["net_minor"], r["currency"]), r["currency"])
        for r in intents
    ]  # fmt: skip
    yield table_of("Credits that are not posted", ("Credit", "Return", "state", "units", "net", ""), rows, "lllnn")
    for row in intents:
        if row["problem"]:
            yield Text.assemble((row["reference"], "bold"), f": {row['problem']}.")
    if any(row["state"] == "needs_approval" for row in intents):
        yield Text("Next: `backhaul approve REFERENCE --by NAME` lets one go out; the next run posts it.", "dim")
    if any(row["state"] == "parked" for row in intents):
        yield Text("Next: mend what the ERP refused, then `backhaul release REFERENCE --by NAME`.", "dim")
    yield Text()


def _goods_waiting(hub: Hub) -> Iterator[RenderableType]:
    """Replacement orders and receipts that the ERP does not have yet, with its words."""
    for state in ("ready", "parked"):
        for row in hub.store.table("goods_document", state=state).to_pylist():
            told = row["problem"] or "goes to the ERP with the next run"
            yield Text.assemble((row["reference"], "bold"), f", a {row['kind']} of {row['retailer']}: {told}")


def _overdue_table(hub: Hub) -> Table:
    rows = [
        (r["due_on"], r["partner"], r["subject"], r["event"], r["units"], money(r["net_minor"], r["currency"] or ""))
        for r in hub.store.query("reports/overdue.sql", today=hub.now().date()).to_pylist()
    ]
    return table_of("Overdue", ("due on", "partner", "what", "event", "units", "net"), rows, "llllnn")


def _findings(hub: Hub) -> Iterator[RenderableType]:
    """Each code with what it means and what is next, the gravest first."""
    by_code: dict[str, dict[str, int]] = {}
    for row in hub.store.query("reports/findings.sql").to_pylist():
        by_code.setdefault(row["code"], {})[row["partner"]] = row["findings"]
    yield Text("Findings", "bold")
    gravest = list(Severity)[::-1]
    for code in sorted(by_code, key=lambda code: (gravest.index(CATALOGUE[code].severity), code)):
        entry, times = CATALOGUE[code], by_code[code]
        whose = ", ".join(f"{partner} {count}" for partner, count in times.items())
        yield Text.assemble(
            (f"{code}", f"bold {SEVERITY_COLOURS[entry.severity]}"), f"  {sum(times.values())} times ({whose})"
        )
        yield Text(f"  {entry.meaning[0].upper()}{entry.meaning[1:]}. Next: {entry.next_step}.", "dim")
    if not by_code:
        yield Text("None.")


# --- verify


def verdict_view(verdict: Verdict) -> Iterator[RenderableType]:
    """What was proved, and every row that breaks something."""
    yield table_of("Verified", ("what", "how many"), verdict.looked_at, "ln")
    if not verdict.violations:
        yield Text("✓ Everything holds.", "bold green")
        return
    yield Text(f"✗ {len(verdict.violations)} violations", "bold red")
    # A line each, never wrapped or cut: a row's name must be found by whoever searches for it.
    for one in verdict.violations:
        yield Text.assemble("  ", (one.check, "red"), f"  {one.table} ", (one.row, "bold"), f": {one.what}")
    yield Text("Next: keep the state as it is, and compare the named rows with a backup.", "bold")
