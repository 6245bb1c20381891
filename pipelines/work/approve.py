"""Open this when a credit waits for a person: the release of an intent above its limit."""

from pipelines.wiring import Hub
from schemas.errors import PermanentError
from schemas.money import to_decimal
from schemas.outcome import Change, Outcome
from schemas.records import CreditIntent


def approve(hub: Hub, reference: str, by: str) -> str:
    """Release the intent for posting, in the name of a person; answers its amount. The audit trail keeps who it was."""
    found = hub.store.table(CreditIntent, reference=reference).to_pylist()
    if not found:
        raise PermanentError(f"There is no credit {reference}. Next: `backhaul status` lists those that wait.")
    intent = found[0]
    if intent["state"] != "needs_approval":
        raise PermanentError(
            f"{reference} does not wait for approval: it is {intent['state']}. "
            "Next: `backhaul status` lists those that do."
        )
    change = Change(
        "credit_intent",
        {"reference": reference},
        {"state": "ready", "approved_by": by, "problem": None},
        {"state": "needs_approval"},
    )
    hub.store.record(Outcome("approve", reference, changes=(change,)))
    total = intent["net_minor"] + intent["tax_minor"]
    return f"{to_decimal(total, intent['currency'])} {intent['currency']}"
