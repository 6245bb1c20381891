"""Open this when received goods lead to no credit: decisions by policy, and the intents that carry them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps import control, credits, decide
from pipelines.steps.announced_anyway import credited_anyway, resolved_units
from pipelines.steps.facts import Known
from pipelines.steps.policy_days import by_policy, policy_on
from pipelines.steps.resolved_rules import with_resolutions
from pipelines.wiring import Hub
from pipelines.work.authorise import authorise
from pipelines.work.claims import follow_up, ready
from pipelines.work.differences import resolutions, resolve_differences
from pipelines.work.overdue import close_overdue
from pipelines.work.policy_versions import note_policies, policy_rows, unapproved, young_editors
from pipelines.work.route import route
from pipelines.work.versions import young_maps
from schemas.outcome import Outcome
from schemas.partners import Partner, Policy


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
    """Our word on what is announced, decisions, credit intents for what is accepted, and where the goods go.

    What never came and what differs is looked at first: decisions rest on what holds of it.
    """
    settled = Settled()
    for retailer in retailers_of(hub, partner):
        policies = hub.catalog.partner(retailer.id).policies
        today = retailer.model_copy(update={"policy": policy_on(policies, hub.now().date()).policy})
        authorise(hub, today)
        close_overdue(hub, retailer)
        resolve_differences(hub, retailer)
        _decide(hub, retailer, settled)
        follow_up(hub, today)
        _intend(hub, retailer, settled)
        route(hub, today)
    return settled


def known_of(hub: Hub, retailer: Partner, policy: Policy, undecided: pa.Table) -> Known:
    """What else the policy asks for these units of the retailer."""
    sales = None
    if policy.credit.basis.price in ("last", "average"):
        sales = hub.store.sales_of(retailer.id, pc.unique(undecided["gtin"]).drop_null().to_pylist())
    return Known(sales)


def _decide(hub: Hub, retailer: Partner, settled: Settled) -> None:
    """Decide on all that waits, each unit by the policy that holds for it."""
    # Where announced goods need our word, it says which stay at the store.
    stays = retailer.policy.goods_stay if retailer.policy.authorisation.since is None else ()
    known = resolutions(hub, retailer.id)
    undecided = hub.store.undecided(retailer.id, stays)
    undecided = ready(hub, retailer, resolved_units(with_resolutions(undecided, known), known))
    if not undecided.num_rows:
        return
    folder = hub.catalog.partner(retailer.id)
    note_policies(hub, folder)
    found, moved = [], []
    for agreed, own in by_policy(undecided, folder.policies, hub.now().date()):
        settled_now = decide.settle(own, agreed.policy, agreed.version, known_of(hub, retailer, agreed.policy, own))
        moved.append(decide.carry_out(settled_now.decisions, own, agreed.version))
        decisions, anyway = credited_anyway(settled_now.decisions, own, agreed.version)
        found.append(replace(settled_now, decisions=decisions))
        moved.append(anyway)
    rows = {
        "decision": pa.concat_tables([one.decisions for one in found]),
        "pricing": pa.concat_tables([one.pricings for one in found]),
        "movement": pa.concat_tables(moved),
    }
    hub.store.record(Outcome("decide", retailer.id, rows))
    for row in pc.value_counts(rows["decision"]["outcome"].combine_chunks()).to_pylist():
        setattr(settled, row["values"], getattr(settled, row["values"]) + row["counts"])


def _intend(hub: Hub, retailer: Partner, settled: Settled) -> None:
    """Put what is accepted on credits; what a person must see waits, with the reasons."""
    lines = hub.store.credit_lines(retailer.id)
    if not lines.num_rows:
        return
    today = hub.now().date()
    folder = hub.catalog.partner(retailer.id)
    note_policies(hub, folder)
    policy = policy_on(folder.policies, today).policy
    judged = retailer.model_copy(update={"policy": policy})
    behind = _behind(hub, retailer)
    composed = credits.compose(
        lines,
        sellers=hub.settings.companies,
        buyers={retailer.id: retailer.party},
        sequences=hub.store.next_sequences(retailer.id),
        issued_on=today,
        limits_of={retailer.id: policy.limits},
        doubts=_joined(young_maps(hub, judged), control.doubts_of(behind, policy, today)),
    )
    composed = control.controlled(composed, policy, _spent(hub, today), today)
    rows = {
        "credit_intent": composed.intents,
        "credit_intent_line": composed.intent_lines,
        "credit_part": control.parts_of(composed, behind, policy),
    }
    hub.store.record(Outcome("intend", retailer.id, rows))
    settled.intents += composed.intents.num_rows


def _behind(hub: Hub, retailer: Partner) -> control.Behind:
    versions = policy_rows(hub.store, retailer.id)
    return control.Behind(
        rows=hub.store.query("reports/behind_credits.sql", retailer=retailer.id).to_pylist(),
        unapproved=unapproved(versions, hub.now().date()),
        editors=young_editors(versions, hub.now()),
        first_file_on=hub.store.first_file_on(retailer.id),
    )


def _spent(hub: Hub, today: date) -> control.Spent:
    rows = hub.store.query("reports/automatic_credits.sql", day=today).to_pylist()
    return {(row["retailer"], row["currency"]): row["net_minor"] for row in rows}


def _joined(of_maps: Mapping[str, str], others: Mapping[str, list[str]]) -> dict[str, str]:
    """All reasons of each decision, those of its mappings first."""
    keys = dict.fromkeys([*of_maps, *others])
    return {key: "; ".join([*([of_maps[key]] if key in of_maps else []), *others.get(key, [])]) for key in keys}
