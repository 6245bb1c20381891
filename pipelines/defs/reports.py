"""Open this when the report is old: the report as an asset, its job and its daily schedule."""

from typing import Any

import dagster as dg

from pipelines.defs.chain import GROUP
from pipelines.defs.resources import HubResource
from pipelines.report.book import write_report


@dg.asset(group_name=GROUP)
def returns_report(hub: HubResource) -> dg.MaterializeResult[Any]:
    """One page and one workbook: announced, received, credited, differences, open."""
    written = write_report(hub.hub)
    paths = {"page": dg.MetadataValue.path(str(written.page)), "workbook": dg.MetadataValue.path(str(written.workbook))}
    return dg.MaterializeResult(metadata=paths)


report_job = dg.define_asset_job(
    "report", selection=dg.AssetSelection.assets(returns_report), executor_def=dg.in_process_executor
)

daily_report = dg.ScheduleDefinition(
    name="daily_report", job=report_job, cron_schedule="0 5 * * *", execution_timezone="Europe/London"
)
