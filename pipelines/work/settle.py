"""Open this when received goods lead to no credit: decisions by policy, and the intents that carry them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from connectors.store import StaleError
from pipelines.steps import control, credits, decide
from pipelines.steps.announced_anyway import credited_anyway, resolved_units
from pipelines.steps.basis import sold_since
from pipelines.steps.caps import counted
from pipelines.steps.facts import Known
from pipelines.steps.grouping import NoteTerms
from pipelines.steps.policy_days import by_policy, policy_on
from pipelines.steps.resolved_rules import with_resolutions
from pipelines.wiring import Hub
from pipelines.work.authorise import authorise
from pipelines.work.claims import follow_up, ready
from pipelines.work.differences import resolutions_on, resolve_differences
from pipelines.work.late_evidence import reopen_for_evidence
from pipelines.work.overdue import close_overdue
from pipelines.work.policy_versions import note_policies, policy_rows, unapproved, young_editors
from pipelines.work.reconciliations import with_reconciliations
from pipelines.work.reverse import take_back_uncounted
from pipelines.work.route import route
from pipelines.work.versions import young_maps
from pipelines.work.window_starts import starts_of
from schemas.outcome import Change, Outcome
from schemas.partners import Partner, Policy
from schemas.policies import Agreed
from schemas.records import Spending

ATTEMPTS_MAX = 5
SPENDING_ATTEMPTS_MAX = 20  # all retailers spend of one total


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
        reopen_for_evidence(hub, retailer.id)
        _decide(hub, retailer, settled)
        follow_up(hub, today)
        _intend(hub, retailer, settled)
        take_back_uncounted(hub, retailer.id)
        route(hub, today)
    return settled


def _decide(hub: Hub, retailer: Partner, settled: Settled) -> None:
    """Decide on all that waits, each unit by the policy that holds for it; policies one after the other.

    What the credits by one policy leave of caps, deductions and cents is seen by the next.
    """
    waiting = _waiting(hub, retailer)
    if not waiting.num_rows:
        return
    folder = hub.catalog.partner(retailer.id)
    note_policies(hub, folder)
    for agreed, _ in list(by_policy(waiting, folder.policies, hub.now().date())):
        outcomes = _decided_by(hub, retailer, agreed)
        for outcome, count in outcomes.items():
            setattr(settled, outcome, getattr(settled, outcome) + count)


def _decided_by(hub: Hub, retailer: Partner, agreed: Agreed) -> Counter[str]:
    """How many decisions of each outcome one policy makes; again when another run decided meanwhile."""
    attempt = 0
    while True:
        try:
            return _recorded(hub, retailer, agreed)
        except StaleError:
            attempt += 1
            if attempt == ATTEMPTS_MAX:
                raise


def _recorded(hub: Hub, retailer: Partner, agreed: Agreed) -> Counter[str]:
    """Decide by one policy and record it. StaleError: another run decided for the retailer meanwhile.

    The edition is read first: whatever uses the retailer's caps, deductions and cents changes it.
    """
    edition = hub.store.deciding(retailer.id)
    policies = hub.catalog.partner(retailer.id).policies
    groups = by_policy(_waiting(hub, retailer), policies, hub.now().date())
    own = next((rows for other, rows in groups if other.version == agreed.version), None)
    if own is None or not own.num_rows:
        return Counter()
    found = decide.settle(own, agreed.policy, agreed.version, known_of(hub, retailer.id, agreed.policy, own))
    decisions, anyway = credited_anyway(found.decisions, own, agreed.version)
    rows = replace(found, decisions=decisions).rows()
    rows["movement"] = pa.concat_tables([decide.carry_out(decisions, own, agreed.version), anyway])
    noted, changes = next_edition(retailer.id, edition)
    hub.store.record(Outcome("decide", retailer.id, rows | noted, changes))
    return Counter(decisions["outcome"].to_pylist())


def _waiting(hub: Hub, retailer: Partner) -> pa.Table:
    """What is undecided and not waiting for an answer or a person."""
    # Where announced goods need our word, it says which stay at the store.
    stays = retailer.policy.goods_stay if retailer.policy.authorisation.since is None else ()
    waiting = hub.store.undecided(retailer.id, stays)
    known = resolutions_on(hub, waiting["return_line"].to_pylist())
    undecided = resolved_units(with_resolutions(waiting, known), known)
    return ready(hub, retailer, undecided)


def known_of(hub: Hub, retailer: str, policy: Policy, undecided: pa.Table) -> Known:
    """What else the policy asks for these units."""
    sales, store = None, hub.store
    if policy.credit.basis.price in ("last", "average"):
        items = pc.unique(undecided["gtin"]).drop_null().to_pylist()
        sales = store.sales_of(retailer, items, sold_since(undecided, policy))
    return Known(
        sales=sales,
        totals=store.day_totals(retailer, *counted(policy.caps, undecided)) if policy.caps else None,
        taken=store.taken(retailer) if policy.credit.deductions.when_taken != "ignore" else None,
        starts=starts_of(hub, [policy], undecided),
    )


def next_edition(retailer: str, edition: int) -> tuple[dict[str, pa.Table], tuple[Change, ...]]:
    """Marks that was decided for the retailer: of two runs that do it from one edition the later is refused."""
    if not edition:
        return {"deciding": pa.table({"retailer": [retailer], "edition": [1]})}, ()
    return {}, (Change("deciding", {"retailer": retailer}, {"edition": edition + 1}, {"edition": edition}),)


def _intend(hub: Hub, retailer: Partner, settled: Settled) -> None:
    """Put what is accepted on credits; once more when another run spent of the day's limit meanwhile."""
    attempt = 0
    while True:
        try:
            return _intended(hub, retailer, settled)
        except StaleError:
            attempt += 1
            if attempt == SPENDING_ATTEMPTS_MAX:
                raise


def _intended(hub: Hub, retailer: Partner, settled: Settled) -> None:
    """One attempt; what a person must see waits, with the reasons."""
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
        sequences=hub.store.next_sequences(retailer.id, lines["return_id"].to_pylist()),
        issued_on=today,
        limits_of={retailer.id: policy.limits},
        doubts=_joined(young_maps(hub, judged), control.doubts_of(behind, policy, today)),
        notes_of={retailer.id: _note_terms(hub, retailer, policy)},
        fees=credits.fees_of(hub.store.query("reports/pricing_of_credits.sql", retailer=retailer.id).to_pylist()),
    )
    if not composed.intents.num_rows:
        return
    if policy.credit.notes_attach:
        composed = with_reconciliations(hub, retailer.id, composed)
    spent = _spent(hub, today)
    composed = control.controlled(composed, policy, spent, today)
    spending, changes = control.spending(composed.intents, policy, spent, today)
    rows = {
        "spending": spending,
        "credit_intent": composed.intents,
        "credit_intent_line": composed.intent_lines,
        "credit_part": control.parts_of(composed, behind, policy),
    }
    hub.store.record(Outcome("intend", retailer.id, rows, changes))
    settled.intents += composed.intents.num_rows


def _note_terms(hub: Hub, retailer: Partner, policy: Policy) -> NoteTerms:
    """What a note gathers, by the retailer's own calendar."""
    terms, zone = policy.credit, retailer.timezone
    today = hub.now().astimezone(ZoneInfo(zone)).date()
    return NoteTerms(terms.notes_per, zone, today, terms.note_minimum)


def _behind(hub: Hub, retailer: Partner) -> control.Behind:
    versions = policy_rows(hub.store, retailer.id)
    return control.Behind(
        rows=hub.store.query("reports/behind_credits.sql", retailer=retailer.id).to_pylist(),
        unapproved=unapproved(versions, hub.now().date()),
        editors=young_editors(versions, hub.now()),
        first_file_on=hub.store.first_file_on(retailer.id),
    )


def _spent(hub: Hub, today: date) -> control.Spent:
    rows = hub.store.table(Spending, day=today).to_pylist()
    return {(row["retailer"], row["currency"]): row["net_minor"] for row in rows}


def _joined(of_maps: Mapping[str, str], others: Mapping[str, list[str]]) -> dict[str, str]:
    """All reasons of each decision, those of its mappings first."""
    keys = dict.fromkeys([*of_maps, *others])
    return {key: "; ".join([*([of_maps[key]] if key in of_maps else []), *others.get(key, [])]) for key in keys}
