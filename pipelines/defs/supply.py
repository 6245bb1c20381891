"""Open this when what the ERP sold does not come by itself: the asset that reads every supply, once an hour."""

from typing import Any

import dagster as dg

from pipelines.defs.chain import GROUP
from pipelines.defs.resources import HubResource
from pipelines.work.supply import pull


@dg.asset(group_name=GROUP, pool="erp")
def supplied_sales(hub: HubResource) -> dg.MaterializeResult[Any]:
    """Items, orders, shipments and invoices of every supply in the settings, recorded; open returns placed anew."""
    pulled = {name: pull(hub.hub, name) for name in sorted(hub.hub.supplies)}
    return dg.MaterializeResult(metadata={f"{name} rows": one.rows for name, one in pulled.items()})


supply_job = dg.define_asset_job(
    "supply",
    selection=dg.AssetSelection.assets(supplied_sales),
    executor_def=dg.in_process_executor,
    description="What the ERP sold since it was last read.",
)

# A while before the hourly sweep, which decides on what is placed anew.
hourly_supply = dg.ScheduleDefinition(
    name="hourly_supply", job=supply_job, cron_schedule="5 * * * *", execution_timezone="UTC"
)
