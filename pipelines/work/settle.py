"""Open this when received goods lead to no credit: decisions by policy, and the intents that carry them."""

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from connectors.store import StaleError
from pipelines.steps import credits, decide
from pipelines.steps.facts import Known
from pipelines.wiring import Hub
from pipelines.work.versions import young_maps
from schemas.outcome import Change, Outcome
from schemas.partners import Partner

ATTEMPTS_MAX = 5


@dataclass
class Settled:
    """What was decided, and how many credit notes were made ready."""

    credit: int = 0
    refuse: int = 0
    hold: int = 0
    replace: int = 0
    repair: int = 0
    intents: int = 0


def retailers_of(hub: Hub, partner: Partner) -> list[Partner]:
    """Whose returns a partner's files can move: a retailer's its own, a warehouse's everybody's."""
    if partner.role == "retailer":
        return [partner]
    if partner.role == "erp":
        return []
    return [one.partner for one in hub.catalog.partners if one.partner.role == "retailer"]


def settle(hub: Hub, partner: Partner) -> Settled:
    """Decide on everything that waits for a decision, then put what is accepted on credit intents."""
    settled = Settled()
    for retailer in retailers_of(hub, partner):
        _decide(hub, retailer, settled)
        _intend(hub, retailer, settled)
    return settled


def known_of(hub: Hub, retailer: Partner, undecided: pa.Table) -> Known:
    """What else the retailer's policy asks for these units."""
    policy, sales = retailer.policy, None
    if policy.credit.basis.price in ("last", "average"):
        sales = hub.store.sales_of(retailer.id, pc.unique(undecided["gtin"]).drop_null().to_pylist())
    return Known(
        sales=sales,
        purchases=hub.store.purchases(retailer.id) if policy.caps else None,
        credited=hub.store.credited(retailer.id) if policy.caps else None,
        taken=hub.store.taken(retailer.id) if policy.credit.deductions.when_taken != "ignore" else None,
    )


def _decide(hub: Hub, retailer: Partner, settled: Settled) -> None:
    """Decide for a retailer; when another run did it meanwhile, with what that has left."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            outcomes = _decided(hub, retailer)
        except StaleError:
            if attempt == ATTEMPTS_MAX:
                raise
        else:
            for outcome, count in outcomes.items():
                setattr(settled, outcome, getattr(settled, outcome) + count)
            return


def _decided(hub: Hub, retailer: Partner) -> Counter[str]:
    """How many decisions of each outcome were recorded. StaleError: another run decided for the retailer meanwhile.

    The edition is read first: whatever changes what the retailer's caps, deductions and cents leave changes it.
    """
    edition = hub.store.deciding(retailer.id)
    undecided = hub.store.undecided(retailer.id, retailer.policy.goods_stay)
    if not undecided.num_rows:
        return Counter()
    version = decide.policy_version(retailer.policy)
    found = decide.settle(undecided, retailer.policy, version, known_of(hub, retailer, undecided))
    rows = found.rows() | {"movement": decide.carry_out(found.decisions, undecided, version)}
    noted, changes = next_edition(retailer.id, edition)
    hub.store.record(Outcome("decide", retailer.id, rows | noted, changes))
    return Counter(found.decisions["outcome"].to_pylist())


def next_edition(retailer: str, edition: int) -> tuple[dict[str, pa.Table], tuple[Change, ...]]:
    """Marks that was decided for the retailer: of two runs that do it from one edition the later is refused."""
    if not edition:
        return {"deciding": pa.table({"retailer": [retailer], "edition": [1]})}, ()
    return {}, (Change("deciding", {"retailer": retailer}, {"edition": edition + 1}, {"edition": edition}),)


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
