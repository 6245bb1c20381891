"""Open this when ``backhaul policy try`` says something else than you expect: what it rebuilds of the past.

Units are decided once more on what was known of them when they were decided: where they stand, their condition, what
rounding, caps and deductions had left before the first of them. They are asked in one go, in the order of their
returns. Differences stay resolved as they are, and splitting is not done again. What came since counts as known then:
deductions, sales, stated days, and credits that were taken back.
"""

from dataclasses import replace
from datetime import datetime

from mappings.catalog import PartnerFolder
from pipelines.steps.caps import without
from pipelines.steps.facts import Known
from pipelines.steps.policy_change import Tried, try_policy
from pipelines.steps.resolved_rules import with_resolutions
from pipelines.wiring import Hub
from pipelines.work.differences import resolutions
from pipelines.work.settle import known_of
from schemas.policies import Agreed
from schemas.tables import CREDITED, TAKEN


def tried(hub: Hub, folder: PartnerFolder, other: Agreed, since: datetime) -> Tried:
    """What another policy would have decided of all that was decided of the retailer since; nothing is written."""
    decided = with_resolutions(hub.store.decided(folder.id, since), resolutions(hub, folder.id))
    known = known_of(hub, folder.partner.id, other.policy, decided)
    return try_policy(decided, other, _before(hub, folder.id, known, since))


def _before(hub: Hub, retailer: str, known: Known, since: datetime) -> Known:
    """The same with what caps and deductions had left before this moment."""
    if known.totals is not None:
        credited = hub.store.query("reports/credited_since.sql", retailer=retailer, since=since)
        known = replace(known, totals=without(known.totals, credited.select(CREDITED.names).cast(CREDITED)))
    if known.taken is not None:
        taken = hub.store.query("reports/taken_before.sql", retailer=retailer, since=since)
        known = replace(known, taken=taken.select(TAKEN.names).cast(TAKEN))
    return known
