"""Open this when a page of the data docs is wrong: what suites say of each partner's tables, as pages without network.

Great-expectations' own site loads its styles, its scripts and even the rows of its index from servers on the internet;
these pages hold all they need. Beside each page lies what the index says of it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.report.book import TEMPLATES
from pipelines.suites import in_words, next_step

if TYPE_CHECKING:
    from pipelines.defs.expectations import Judged, Outcome

FOLDER = "data-docs"


@dataclass(frozen=True)
class Entry:
    """A line of the index."""

    partner: str
    name: str
    table: str
    judged_at: str
    what: str
    rows: int
    of: int
    expectations: int
    failed: int


@dataclass(frozen=True)
class Page:
    """Whose lines were judged, when, and which of them."""

    partner: str
    name: str
    moment: datetime
    what: str


def write_page(folder: Path, page: Page, judged: "Judged") -> Path:
    """The page ``<partner>/<table>.html`` of the data docs, and the index anew; answers where the page is."""
    suite = judged.suite
    entry = Entry(
        page.partner, page.name, suite.table, f"{page.moment:%d %B %Y, %H:%M %Z}".strip(), page.what,
        judged.rows, judged.of, len(judged.outcomes), len(judged.failed),
    )  # fmt: skip
    written = folder / page.partner / f"{suite.table}.html"
    written.parent.mkdir(parents=True, exist_ok=True)
    outcomes = [_shown(one) for one in sorted(judged.outcomes, key=lambda one: one.passed)]
    template = TEMPLATES.get_template("data_docs_suite.html.j2")
    _replace(written, template.render(entry=entry, means=suite.means, outcomes=outcomes))
    _replace(written.with_suffix(".json"), json.dumps(asdict(entry), ensure_ascii=False, indent=1) + "\n")
    _write_index(folder)
    return written


def _write_index(folder: Path) -> None:
    """The index of all pages that are there, the failed ones first."""
    entries = [Entry(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*/*.json"))]
    entries.sort(key=lambda one: (not one.failed, one.partner, one.table))
    _replace(folder / "index.html", TEMPLATES.get_template("data_docs_index.html.j2").render(entries=entries))


def _shown(outcome: "Outcome") -> Mapping[str, Any]:
    """An outcome as the page shows it."""
    one = outcome.expectation
    return {
        "passed": outcome.passed,
        "columns": ", ".join(one.columns),
        "words": in_words(one),
        "notes": one.notes,
        "next": next_step(one),
        "looked_at": f"{outcome.looked_at:,}",
        "broken": f"{outcome.broken:,}",
        "examples": outcome.examples,
    }


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
