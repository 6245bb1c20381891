"""Open this when a credit waits for a person: approval above a limit, and release after a refusal was dealt with."""

from typing import Any

from pipelines.wiring import Hub
from schemas.errors import PermanentError
from schemas.money import to_decimal
from schemas.outcome import Change, Outcome
from schemas.records import CreditIntent


def approve(hub: Hub, reference: str, by: str) -> str:
    """Let a credit above its limit be posted, in the name of a person; answers its amount."""
    intent = _waiting(hub, reference, "needs_approval", "does not wait for approval")
    _let_go(hub, "approve", intent, by, {"state": "ready", "approved_by": by})
    return _amount(intent)


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


def _let_go(hub: Hub, action: str, intent: dict[str, Any], by: str, values: dict[str, Any]) -> None:
    """Change the intent, if nobody else has meanwhile; the audit trail keeps in whose name."""
    change = Change(
        "credit_intent",
        {"reference": intent["reference"]},
        {"problem": None, "look_again_at": None, **values},
        {"state": intent["state"], "lease_fence": intent["lease_fence"]},
    )
    hub.store.record(Outcome(action, intent["reference"], changes=(change,)), actor=by)


def _amount(intent: dict[str, Any]) -> str:
    total = intent["net_minor"] + intent["tax_minor"]
    return f"{to_decimal(total, intent['currency']):,} {intent['currency']}"
