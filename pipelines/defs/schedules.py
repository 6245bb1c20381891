"""Open this when something must happen although no file came: schedules of the partners' chains."""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.chain import PARTNERS, partner_chain


@dg.schedule(job=partner_chain, cron_schedule="15 * * * *", execution_timezone="UTC")
def hourly_sweep(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Run each partner's chain once an hour: it looks again at uncertain credits and sends what could not be sent."""
    for partner in context.instance.get_dynamic_partitions(PARTNERS.name or "partner"):
        hour = context.scheduled_execution_time.isoformat()
        yield dg.RunRequest(run_key=f"{partner}@{hour}", partition_key=partner)
