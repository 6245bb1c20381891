"""Open this when you ask what happens every night: drafts are swept, the books are proved, their head is signed."""

import io

import dagster as dg
from rich.console import Console

from pipelines.defs.resources import HubResource
from pipelines.verify import verify_all
from pipelines.work.anchoring import anchor_day
from pipelines.work.orphans import sweep_orphans

NAMED_MAX = 20  # violations named in the run's log


@dg.op(pool="erp", out=dg.Out(dg.Nothing))
def sweep_orphan_drafts(context: dg.OpExecutionContext, hub: HubResource) -> None:
    """Discard drafts that a late or repeated request left beside a posted credit note; they move no money."""
    swept = sweep_orphans(hub.hub.store, hub.hub.erp)
    context.log.info(f"{swept} orphan drafts were discarded")


@dg.op(ins={"swept": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def prove_books(context: dg.OpExecutionContext, hub: HubResource) -> None:
    """What `backhaul verify` proves; the run fails, and names the rows, when something does not hold."""
    verdict = verify_all(hub.hub, Console(file=io.StringIO()))
    if verdict.violations:
        named = "\n".join(f"{v.check}  {v.table} {v.row}: {v.what}" for v in verdict.violations[:NAMED_MAX])
        raise dg.Failure(f"{len(verdict.violations)} violations. Next: run `backhaul verify`.\n{named}")


@dg.job(executor_def=dg.in_process_executor)
def upkeep() -> None:
    """Every night: sweep orphan drafts, then prove the books."""
    prove_books(swept=sweep_orphan_drafts())


@dg.op(out=dg.Out(dg.Nothing))
def sign_head(context: dg.OpExecutionContext, hub: HubResource) -> None:
    """The day's anchor of the audit chain, where a folder for anchors is set."""
    audit, here = hub.hub.settings.audit, hub.hub.settings.path
    if audit.anchors is None:
        context.log.warning("No anchor was signed. Next: `backhaul audit key`, and audit: anchors: in the settings.")
        return
    done = anchor_day(hub.hub.store, here(audit.anchors), here(audit.key), hub.hub.now().date())
    context.log.info(f"the anchor of the day: {done.path}")


@dg.job(executor_def=dg.in_process_executor)
def audit_anchor() -> None:
    """Every night, at the end of the day in UTC: sign the head of the audit chain."""
    sign_head()


nightly_anchor = dg.ScheduleDefinition(
    name="nightly_anchor", job=audit_anchor, cron_schedule="50 23 * * *", execution_timezone="UTC"
)
nightly_upkeep = dg.ScheduleDefinition(
    name="nightly_upkeep", job=upkeep, cron_schedule="30 2 * * *", execution_timezone="Europe/London"
)
