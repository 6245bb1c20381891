"""Open this when a run stopped before money moved: the laws of the ledger; or warns of odd lines."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.defs.chain import decided_returns, recorded_documents
from pipelines.defs.resources import HubResource
from pipelines.expect_command import ALL, judge_table, write_docs
from pipelines.judged_tables import STORED
from pipelines.suites import in_words, load_suite, next_step

if TYPE_CHECKING:
    from pipelines.defs.expectations import Judged

PARTITION_TAG = "dagster/partition"


@dg.asset_check(asset=decided_returns, blocking=True)
def ledger_conserves(hub: HubResource) -> dg.AssetCheckResult:
    """The conservation laws of sql/checks hold; posted_credits does not start when one is broken."""
    violations = hub.hub.store.violations()
    return dg.AssetCheckResult(
        passed=not violations,
        metadata={"violations": len(violations), "first": str(violations[0]) if violations else "none"},
    )


def _expectations_of(table: str) -> dg.AssetChecksDefinition:
    """The check that the partner's lines of this table, in the files of this run, meet their suite."""
    suite = load_suite(table)

    @dg.asset_check(
        asset=recorded_documents,
        name=f"{table}_meet_expectations",
        description=f"The suite schemas/expectations/{table}.yaml holds for {suite.means}, in the files of this run. "
        "A failure warns and stops nothing.",
    )
    def meet_expectations(context: dg.AssetCheckExecutionContext, hub: HubResource) -> dg.AssetCheckResult:
        partner = context.run.tags.get(PARTITION_TAG, "")
        what = ALL if hub.batch is None else "the files of one run"
        one = judge_table(hub.hub, table, partner, hub.batch)
        if one is None:
            return dg.AssetCheckResult(passed=True, metadata={"rows": 0, "expectations": len(suite.expectations)})
        page = write_docs(hub.hub, one, what)
        return dg.AssetCheckResult(
            passed=one.judged.passed, severity=dg.AssetCheckSeverity.WARN, metadata=_metadata(one.judged, what, page)
        )

    return meet_expectations


def _metadata(judged: "Judged", what: str, page: Path) -> dict[str, Any]:
    """What the check shows: counts, the failed expectations in words, and the page that says more."""
    told = [
        f"- {in_words(one.expectation)}: {one.broken:,} of {one.looked_at:,} lines break it. "
        f"Next: {next_step(one.expectation)}."
        for one in judged.failed
    ]
    return {
        "judged": what,
        "rows": judged.rows,
        "rows_there": judged.of,
        "expectations": len(judged.outcomes),
        "failed": len(judged.failed),
        "failed_expectations": dg.MetadataValue.md("\n".join(told) or "none"),
        "data_docs": dg.MetadataValue.path(str(page)),
    }


EXPECTATIONS = [_expectations_of(table) for table in STORED]
