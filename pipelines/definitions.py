"""Open this when you ask what Dagster knows: every asset, check, job, sensor and schedule of Backhaul."""

import dagster as dg

from mappings.catalog import Catalog
from pipelines.defs.chain import CHAIN, partner_chain
from pipelines.defs.checks import ledger_conserves, lines_meet_expectations
from pipelines.defs.reports import daily_report, report_job, returns_report
from pipelines.defs.resources import HubResource
from pipelines.defs.schedules import hourly_sweep
from pipelines.defs.sensors import mailbox_sensors, partner_folders
from pipelines.defs.supply import hourly_supply, supplied_sales, supply_job
from pipelines.defs.upkeep import audit_anchor, nightly_anchor, nightly_upkeep, upkeep
from pipelines.memory import keep_memory
from pipelines.settings import partners_folder

keep_memory()  # each of Dagster's processes begins here

defs = dg.Definitions(
    assets=[*CHAIN, returns_report, supplied_sales],
    asset_checks=[ledger_conserves, lines_meet_expectations],
    jobs=[partner_chain, report_job, supply_job, upkeep, audit_anchor],
    sensors=[partner_folders, *mailbox_sensors(Catalog.load(partners_folder()))],
    schedules=[daily_report, hourly_supply, hourly_sweep, nightly_upkeep, nightly_anchor],
    resources={"hub": HubResource()},
)
