"""Open this when you ask what Dagster runs for a partner: the chain as assets, each thin over pipelines/work."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import dagster as dg

from pipelines.defs.resources import HubResource
from pipelines.work.process import process
from pipelines.work.receive import receive
from pipelines.work.run import post
from pipelines.work.send import send
from pipelines.work.settle import settle
from schemas.partners import Partner

# A partition is a partner; a file is a row of the store, never a partition.
PARTNERS = dg.DynamicPartitionsDefinition(name="partner")
GROUP = "returns"


def _partner(context: dg.AssetExecutionContext, hub: HubResource) -> Partner:
    return hub.hub.catalog.partner(context.partition_key).partner


def _counts(result: Any) -> dg.MaterializeResult[Any]:
    """The counts of a piece of work as metadata."""
    values: Mapping[str, Any] = asdict(result) if is_dataclass(result) and not isinstance(result, type) else {}
    return dg.MaterializeResult(metadata={name: value for name, value in values.items() if value or value == 0})


@dg.asset(partitions_def=PARTNERS, group_name=GROUP, pool="mailbox")
def received_files(context: dg.AssetExecutionContext, hub: HubResource) -> dg.MaterializeResult[Any]:
    """Files of the partner's mailboxes, in the vault."""
    return _counts(receive(hub.hub, _partner(context, hub)))


@dg.asset(partitions_def=PARTNERS, group_name=GROUP, deps=[received_files])
def recorded_documents(context: dg.AssetExecutionContext, hub: HubResource) -> dg.MaterializeResult[Any]:
    """Documents read, translated, checked, split over invoice lines, reconciled, and in the ledger."""
    partner = _partner(context, hub)
    pending = hub.hub.store.table("source_file", partner=partner.id, state="received")
    hub.begin_batch(pending["file"].to_pylist())
    return _counts(process(hub.hub, partner))


@dg.asset(partitions_def=PARTNERS, group_name=GROUP, deps=[recorded_documents])
def decided_returns(context: dg.AssetExecutionContext, hub: HubResource) -> dg.MaterializeResult[Any]:
    """Decisions by policy, and the credit intents that carry them."""
    return _counts(settle(hub.hub, _partner(context, hub)))


@dg.asset(partitions_def=PARTNERS, group_name=GROUP, deps=[decided_returns], pool="erp")
def posted_credits(context: dg.AssetExecutionContext, hub: HubResource) -> dg.MaterializeResult[Any]:
    """Credit notes posted in the ERP, each once."""
    return _counts(post(hub.hub, _partner(context, hub)))


@dg.asset(partitions_def=PARTNERS, group_name=GROUP, deps=[posted_credits], pool="mailbox")
def sent_answers(context: dg.AssetExecutionContext, hub: HubResource) -> dg.MaterializeResult[Any]:
    """Acknowledgements in the partner's mailbox."""
    return dg.MaterializeResult(metadata={"sent": send(hub.hub, _partner(context, hub))})


CHAIN = [received_files, recorded_documents, decided_returns, posted_credits, sent_answers]

partner_chain = dg.define_asset_job(
    "partner_chain",
    selection=dg.AssetSelection.assets(*CHAIN),
    partitions_def=PARTNERS,
    executor_def=dg.in_process_executor,
    description="A partner's whole chain: mailbox, vault, ledger, decisions, credit notes, answers.",
)
