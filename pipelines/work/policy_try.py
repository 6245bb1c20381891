"""Open this when ``backhaul policy try`` says something else than you expect: what it rebuilds of the past.

Units are decided once more on what was known of them when they were decided: where they stand, their condition, what
rounding had left. Differences stay resolved as they are. Splitting, caps and deductions are not done again.
"""

from datetime import datetime

from mappings.catalog import PartnerFolder
from pipelines.steps.policy_change import Tried, try_policy
from pipelines.steps.resolved_rules import with_resolutions
from pipelines.wiring import Hub
from pipelines.work.differences import resolutions
from pipelines.work.settle import known_of
from schemas.policies import Agreed


def tried(hub: Hub, folder: PartnerFolder, other: Agreed, since: datetime) -> Tried:
    """What another policy would have decided of all that was decided of the retailer since; nothing is written."""
    decided = with_resolutions(hub.store.decided(folder.id, since), resolutions(hub, folder.id))
    return try_policy(decided, other, known_of(hub, folder.partner.id, other.policy, decided))
