"""Open this when files wait but no run starts: one sensor for each mailbox, which only lists."""

import hashlib

import dagster as dg

from connectors.mailbox.settled import settled
from mappings.catalog import Catalog
from pipelines.defs.chain import PARTNERS, partner_chain
from pipelines.defs.resources import HubResource
from schemas.partners import Channel, Partner
from schemas.records import Listing

INTERVAL_SECONDS = 60


def mailbox_sensors(catalog: Catalog) -> list[dg.SensorDefinition]:
    """A sensor for each channel of each partner in the catalogue."""
    return [_mailbox_sensor(one.partner, channel) for one in catalog.partners for channel in one.partner.channels]


def _mailbox_sensor(partner: Partner, channel: Channel) -> dg.SensorDefinition:
    name = f"mailbox_{partner.id}_{channel.id}".replace("-", "_")

    @dg.sensor(
        name=name,
        job=partner_chain,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def listing(context: dg.SensorEvaluationContext, hub: HubResource) -> dg.RunRequest | dg.SkipReason:
        with hub.opened("sensor") as opened, opened.mailbox(partner, channel) as mailbox:
            seen = {
                row["name"]: (row["size"], row["modified"], row["unchanged_since"])
                for row in opened.store.table(Listing, partner=partner.id, channel=channel.id).to_pylist()
            }
            ready, waiting = settled(mailbox.list(), seen, channel.arrival, opened.now())
        if not ready and not waiting:
            return dg.SkipReason("the mailbox is empty")
        # The same files in the same state ask for the same run: listing twice is harmless. Files that are still being
        # written ask for one run, which remembers how they looked; once they have settled they ask for another.
        states = [("settled", file.name, file.size, file.modified) for file in ready]
        states += [("writing", file.name, file.size, file.modified) for file in waiting]
        run_key = hashlib.sha256(repr(sorted(states)).encode()).hexdigest()
        return dg.RunRequest(run_key=run_key, partition_key=partner.id, tags={"files": str(len(ready))})

    return listing


@dg.sensor(minimum_interval_seconds=INTERVAL_SECONDS, job=partner_chain, default_status=dg.DefaultSensorStatus.RUNNING)
def partner_folders(context: dg.SensorEvaluationContext, hub: HubResource) -> dg.SensorResult:
    """Every partner folder is a partition; new folders are registered as they appear."""
    with hub.opened("sensor") as opened:
        wanted = [partner.id for partner in opened.catalog.partners]
    known = set(context.instance.get_dynamic_partitions("partner"))
    new = [partner for partner in wanted if partner not in known]
    return dg.SensorResult(dynamic_partitions_requests=[PARTNERS.build_add_request(new)] if new else [])
