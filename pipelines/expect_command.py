"""Open this when ``backhaul expect`` shows the wrong thing: the suites over what is stored, on demand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from rich.console import RenderableType
from rich.text import Text

from mappings.catalog import PartnerFolder
from pipelines.judged_tables import STORED, Files, rows_of
from pipelines.report.data_docs import FOLDER, Page, write_page
from pipelines.show import table_of
from pipelines.suites import in_words, load_suite, next_step
from pipelines.wiring import Hub

if TYPE_CHECKING:
    from pipelines.defs.expectations import Judged, Outcome

ALL = "all that is stored"
EXAMPLES = 3


@dataclass(frozen=True)
class PartnerJudged:
    """A table of a partner, as its suite judges it."""

    folder: PartnerFolder
    judged: "Judged"


def judge_partner(hub: Hub, partner: str, files: Files = None) -> Iterator[PartnerJudged]:
    """The partner's tables that have lines, each judged by its suite; great-expectations is only imported for these."""
    folder = hub.catalog.partner(partner)
    for table in STORED:
        rows = rows_of(hub.store, table, partner, files)
        if rows.num_rows:
            yield PartnerJudged(folder, _judged(hub, table, rows))


def judge_table(hub: Hub, table: str, partner: str, files: Files = None) -> PartnerJudged | None:
    """One table of a partner, judged by its suite; None where it has no lines."""
    rows = rows_of(hub.store, table, partner, files)
    return PartnerJudged(hub.catalog.partner(partner), _judged(hub, table, rows)) if rows.num_rows else None


def _judged(hub: Hub, table: str, rows: pa.Table) -> "Judged":
    # Importing great-expectations costs seconds: only what has lines to judge pays for it.
    from pipelines.defs.expectations import judge

    return judge(load_suite(table), rows, hub.now().date())


def write_docs(hub: Hub, one: PartnerJudged, what: str = ALL) -> Path:
    """The page of the data docs for it, and the index; answers where the page is."""
    page = Page(one.folder.id, one.folder.partner.name, hub.now(), what)
    return write_page(hub.settings.state_folder / FOLDER, page, one.judged)


def expect_view(results: Sequence[PartnerJudged]) -> Iterator[RenderableType]:
    """A table of what was judged, then each failed expectation with examples and the next step."""
    if not results:
        yield Text("There are no lines to judge. Next: `backhaul run` reads what is in the mailboxes.")
        return
    rows = [
        (one.folder.id, one.judged.suite.table, _lines(one.judged), len(one.judged.outcomes),
         Text(str(len(one.judged.failed)), "green" if one.judged.passed else "yellow"))
        for one in results
    ]  # fmt: skip
    yield table_of("Expectations", ("Partner", "suite", "lines", "expectations", "failed"), rows, "llnnn")
    for one in results:
        for outcome in one.judged.failed:
            yield Text(f"{one.folder.id}, {one.judged.suite.table}: {in_words(outcome.expectation)}", "bold yellow")
            yield Text("\n".join(f"  {line}" for line in _told(outcome)))


def _lines(judged: "Judged") -> str:
    return f"{judged.rows:,}" + (f" of {judged.of:,}" if judged.of > judged.rows else "")


def _told(outcome: "Outcome") -> Iterator[str]:
    yield outcome.expectation.notes
    yield f"{outcome.broken:,} of {outcome.looked_at:,} lines break it, for example:"
    for example in outcome.examples[:EXAMPLES]:
        yield "  " + ", ".join(f"{name} {value or '(nothing)'}" for name, value in example.items())
    yield f"Next: {next_step(outcome.expectation)}."
