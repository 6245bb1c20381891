"""Open this when a run stopped before money moved: the checks on the recorded documents."""

import dagster as dg

from pipelines.defs.chain import decided_returns, recorded_documents
from pipelines.defs.resources import HubResource

PARTITION_TAG = "dagster/partition"


@dg.asset_check(asset=decided_returns, blocking=True)
def ledger_conserves(hub: HubResource) -> dg.AssetCheckResult:
    """The conservation laws of sql/checks hold; posted_credits does not start when one is broken."""
    violations = hub.hub.store.violations()
    return dg.AssetCheckResult(
        passed=not violations,
        metadata={"violations": len(violations), "first": str(violations[0]) if violations else "none"},
    )


@dg.asset_check(asset=recorded_documents)
def notice_lines_meet_expectations(context: dg.AssetCheckExecutionContext, hub: HubResource) -> dg.AssetCheckResult:
    """The great-expectations suite of the canonical notice lines holds for the partner's lines."""
    # Importing great-expectations costs seconds: only runs that check pay for it.
    from pipelines.defs.expectations import judge

    partner = context.run.tags.get(PARTITION_TAG, "")
    judged = judge("notice_lines", hub.hub.store.notice_lines(partner).to_pandas())
    return dg.AssetCheckResult(
        passed=judged.passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows": judged.rows, "expectations": judged.expectations, "failed": ", ".join(judged.failed)},
    )
