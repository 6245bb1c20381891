"""Open this when a credit waits for a person: approval by those who may, and release after a refusal was dealt with."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from pipelines.steps.control import CREDIT_PARTS, person
from pipelines.steps.policy_days import policy_on
from pipelines.wiring import Hub
from schemas.control import PARTS
from schemas.errors import PermanentError
from schemas.money import to_decimal
from schemas.outcome import Change, Outcome
from schemas.records import CreditIntent, CreditPart


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval: of which amount, by whom, and how many more persons must approve."""

    amount: str
    by: str
    missing: int


def approve(hub: Hub, reference: str, by: str) -> Approved:
    """A person's approval of a credit that waits; it goes out once as many have approved as it needs.

    PermanentError: it does not wait, or this person may not approve it. The database refuses a second part of one
    person in a credit, and a credit that goes out with too few approvals.
    """
    intent = _waiting(hub, reference, "needs_approval", "does not wait for approval")
    _ensure_may(hub, intent, by)
    given, needed = (intent["approvals"] or 0) + 1, intent["approvals_needed"] or 1
    name = " ".join(by.split())
    part = {"reference": reference, "person": person(by), "part": "approver", "name": name}
    values = {
        "approvals": given,
        "approved_by": f"{intent['approved_by']} and {name}" if intent["approved_by"] else name,
        "state": "ready" if given >= needed else "needs_approval",
        "problem": None if given >= needed else intent["problem"],
    }
    rows = {"credit_part": pa.Table.from_pylist([part], CREDIT_PARTS)}
    _let_go(hub, "approve", intent, name, values, rows)
    return Approved(_amount(intent), name, max(needed - given, 0))


def _ensure_may(hub: Hub, intent: dict[str, Any], by: str) -> None:
    """PermanentError: this person has a part in the credit already, or is not among those who approve."""
    if not person(by):
        raise PermanentError("An approval needs a name. Next: write it behind --by.")
    parts = hub.store.table(CreditPart, reference=intent["reference"], person=person(by)).to_pylist()
    for row in parts:
        raise PermanentError(
            f"{row['name']} {PARTS[row['part']]}, and so cannot approve {intent['reference']}. "
            "Next: let somebody else approve it."
        )
    folder = hub.catalog.partner(intent["retailer"])
    approvers = policy_on(folder.policies, hub.now().date()).policy.control.approvers
    if approvers and person(by) not in {person(one) for one in approvers}:
        raise PermanentError(
            f"{by} is not among those who approve credits of {intent['retailer']}. "
            f"Next: let one of them approve it: {', '.join(approvers)}."
        )


def release(hub: Hub, reference: str, by: str) -> str:
    """Try a credit again that the ERP refused, once its cause is mended; answers its amount."""
    intent = _waiting(hub, reference, "parked", "is not parked")
    _let_go(hub, "release", intent, by, {"state": "drafted" if intent["draft_id"] else "ready"})
    return _amount(intent)


def _waiting(hub: Hub, reference: str, state: str, otherwise: str) -> dict[str, Any]:
    """The intent, if it is in this state. PermanentError: it is not, or there is none."""
    found: list[dict[str, Any]] = hub.store.table(CreditIntent, reference=reference).to_pylist()
    if not found:
        raise PermanentError(f"There is no credit {reference}. Next: `backhaul status` lists those that wait.")
    if found[0]["state"] != state:
        raise PermanentError(
            f"{reference} {otherwise}: it is {found[0]['state'].replace('_', ' ')}. "
            "Next: `backhaul status` lists those that wait."
        )
    return found[0]


def _let_go(
    hub: Hub,
    action: str,
    intent: dict[str, Any],
    by: str,
    values: dict[str, Any],
    rows: Mapping[str, pa.Table] = MappingProxyType({}),
) -> None:
    """Change the intent, if nobody else has meanwhile; the audit trail keeps in whose name."""
    change = Change(
        "credit_intent",
        {"reference": intent["reference"]},
        {"problem": None, "look_again_at": None, **values},
        {"state": intent["state"], "lease_fence": intent["lease_fence"]},
    )
    hub.store.record(Outcome(action, intent["reference"], rows, (change,)), actor=by)


def _amount(intent: dict[str, Any]) -> str:
    total = intent["net_minor"] + intent["tax_minor"]
    return f"{to_decimal(total, intent['currency']):,} {intent['currency']}"
