"""Open this when a run stopped before money moved: the laws of the ledger; or warns of odd lines."""

from collections.abc import Iterator
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


def _check_of(table: str) -> dg.AssetCheckSpec:
    """The check that the partner's lines of this table, in the files of this run, meet their suite."""
    return dg.AssetCheckSpec(
        f"{table}_meet_expectations",
        asset=recorded_documents,
        description=f"The suite schemas/expectations/{table}.yaml holds for {load_suite(table).means}, in the files of "
        "this run. A failure warns and stops nothing.",
    )


# One step for all tables: each step costs Dagster a fifth of a second, and most runs have lines of two tables.
@dg.multi_asset_check(specs=[_check_of(table) for table in STORED])
def lines_meet_expectations(context: dg.AssetCheckExecutionContext, hub: HubResource) -> Iterator[dg.AssetCheckResult]:
    """What this run recorded, judged table by table."""
    for spec, table in zip(lines_meet_expectations.check_specs, STORED, strict=True):
        yield _result(spec, table, context.run.tags.get(PARTITION_TAG, ""), hub)


def _result(spec: dg.AssetCheckSpec, table: str, partner: str, hub: HubResource) -> dg.AssetCheckResult:
    """A table of the partner, judged, with its page of the data docs."""
    what = ALL if hub.batch is None else "the files of one run"
    one = judge_table(hub.hub, table, partner, hub.batch)
    if one is None:
        nothing = {"rows": 0, "expectations": len(load_suite(table).expectations)}
        return dg.AssetCheckResult(check_name=spec.name, asset_key=spec.asset_key, passed=True, metadata=nothing)
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=one.judged.passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=_metadata(one.judged, what, write_docs(hub.hub, one, what)),
    )


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
