"""Open this when received goods lead to no credit: decisions by policy, and the intents that carry them."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps import credits, decide
from pipelines.steps.announced_anyway import credited_anyway, resolved_units
from pipelines.steps.resolved_rules import with_resolutions
from pipelines.wiring import Hub
from pipelines.work.differences import resolutions, resolve_differences
from pipelines.work.overdue import close_overdue
from pipelines.work.versions import young_maps
from schemas.outcome import Outcome
from schemas.partners import Partner


@dataclass
class Settled:
    """What was decided, and how many credit notes were made ready."""

    credit: int = 0
    refuse: int = 0
    hold: int = 0
    intents: int = 0


def retailers_of(hub: Hub, partner: Partner) -> list[Partner]:
    """Whose returns a partner's files can move: a retailer's its own, a warehouse's everybody's."""
    if partner.role == "retailer":
        return [partner]
    if partner.role == "erp":
        return []
    return [one.partner for one in hub.catalog.partners if one.partner.role == "retailer"]


def settle(hub: Hub, partner: Partner) -> Settled:
    """Decide on everything that waits for a decision, then put what is accepted on credit intents.

    What never came and what differs is looked at first: decisions rest on what holds of it.
    """
    settled = Settled()
    for retailer in retailers_of(hub, partner):
        close_overdue(hub, retailer)
        resolve_differences(hub, retailer)
        _decide(hub, retailer, settled)
        _intend(hub, retailer, settled)
    return settled


def _decide(hub: Hub, retailer: Partner, settled: Settled) -> None:
    known = resolutions(hub, retailer.id)
    undecided = hub.store.undecided(retailer.id, retailer.policy.goods_stay)
    undecided = resolved_units(with_resolutions(undecided, known), known)
    if not undecided.num_rows:
        return
    version = decide.policy_version(retailer.policy)
    decisions = decide.decide(undecided, retailer.policy, version)
    moved = decide.carry_out(decisions, undecided, version)
    decisions, anyway = credited_anyway(decisions, undecided, version)
    moved = pa.concat_tables([moved, anyway])
    hub.store.record(Outcome("decide", retailer.id, {"decision": decisions, "movement": moved}))
    for row in pc.value_counts(decisions["outcome"].combine_chunks()).to_pylist():
        setattr(settled, row["values"], getattr(settled, row["values"]) + row["counts"])


def _intend(hub: Hub, retailer: Partner, settled: Settled) -> None:
    lines = hub.store.credit_lines(retailer.id)
    if not lines.num_rows:
        return
    composed = credits.compose(
        lines,
        sellers=hub.settings.companies,
        buyers={retailer.id: retailer.party},
        sequences=hub.store.next_sequences(retailer.id),
        issued_on=hub.now().date(),
        limits_of={retailer.id: retailer.policy.limits},
        doubts=young_maps(hub, retailer),
    )
    rows = {"credit_intent": composed.intents, "credit_intent_line": composed.intent_lines}
    hub.store.record(Outcome("intend", retailer.id, rows))
    settled.intents += composed.intents.num_rows
