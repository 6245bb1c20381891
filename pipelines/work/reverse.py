"""Open this when a posted credit was wrong: a person takes it back by a counter-document, and another one approves it.

Nothing that was posted is changed. The counter-document is an intent like a credit: it has a reference of its own,
waits for a second person, and is posted by the same protocol; see ``pipelines.steps.reversals`` and
``pipelines.work.post``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from connectors.store import StaleError
from pipelines.steps.control import CREDIT_PARTS, approvals_of, person
from pipelines.steps.policy_days import policy_on
from pipelines.steps.reversals import Counter, Wanted, conditions_refused, counter, intent_of, taken_off_lines
from pipelines.wiring import Hub
from schemas.credits import Corrected, CreditRequest
from schemas.errors import PermanentError
from schemas.money import to_decimal
from schemas.outcome import Change, Outcome
from schemas.records import CreditIntent, CreditNote
from schemas.reversals import CLOSED, WITHDRAWN

ATTEMPTS_MAX = 5

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A counter-document that waits for approval: its reference, its kind, and the amount that is charged again."""

    reference: str
    kind: str
    amount: str
    approvals_needed: int


def reverse(hub: Hub, reference: str, why: str, by: str, wanted: Sequence[Wanted] = ()) -> Prepared:
    """Prepare the counter-document of a posted credit: for all that is left of it, or for what is ``wanted``.

    Whoever prepares it does not approve it. PermanentError: the credit is not posted, another counter-document of it is
    under way, more is wanted than is left, or a name or a reason lacks.
    """
    if not person(by) or not why.strip():
        raise PermanentError("A reversal needs a name and a reason. Next: write them behind --by and --why.")
    attempt = 1
    while True:
        try:
            return _prepared(hub, reference, " ".join(why.split()), " ".join(by.split()), wanted)
        except StaleError:  # a credit of the same return took the number that this one was to get
            attempt += 1
            if attempt > ATTEMPTS_MAX:
                raise


def withdraw(hub: Hub, reference: str, why: str, by: str) -> str:
    """Take a counter-document back that nobody approved, or that the ERP refused; answers its amount.

    PermanentError: it is none, or it is on its way to the ERP or posted.
    """
    intent = _intent(hub, reference)
    if not intent["kind"]:
        raise PermanentError(f"{reference} is no counter-document. Next: a credit waits until somebody approves it.")
    if intent["state"] not in ("needs_approval", "parked") or intent["draft_id"]:
        raise PermanentError(
            f"{reference} is {intent['state'].replace('_', ' ')} and cannot be withdrawn any more. "
            "Next: once it is posted, `backhaul status` shows it; a draft in the ERP is removed there first."
        )
    if not person(by) or not why.strip():
        raise PermanentError("Withdrawing needs a name and a reason. Next: write them behind --by and --why.")
    told = f"withdrawn by {' '.join(by.split())}: {' '.join(why.split())}"
    values = {"state": WITHDRAWN, "problem": told, "look_again_at": None, "approvals_needed": intent["approvals"]}
    expected = {"state": intent["state"], "lease_fence": intent["lease_fence"]}
    change = Change("credit_intent", {"reference": reference}, values, expected)
    hub.store.record(Outcome("withdraw", reference, changes=(change,)), actor=by)
    return _amount(intent)


def take_back_uncounted(hub: Hub, retailer: str) -> int:
    """Prepare what takes back credited units that a later version of their receipt does not count; answers how many.

    So it is with units that it counts in a condition by which they would be refused. A person decides on it, as on any
    other; one that was withdrawn is not prepared again for the same receipt.
    """
    policy = policy_on(hub.catalog.partner(retailer).policies, hub.now().date()).policy
    refused = "".join(f"|{condition}" for condition in conditions_refused(policy)) + "|"
    rows = hub.store.query("reports/uncounted_credits.sql", retailer=retailer, refused=refused).to_pylist()
    uncounted = taken_off_lines(rows)
    for reference, wanted in uncounted.items():
        told = [row for row in rows if row["receipt_document"] in {one.cause for one in wanted}]
        named = f"receipt {', '.join(sorted({row['receipt'] for row in told}))}"
        worse = all(row["worse"] for row in told)
        why = "counts these units in a condition that is refused" if worse else "does not count these units any more"
        reverse(hub, reference, f"{named} {why}", named, wanted)
    return len(uncounted)


def _prepared(hub: Hub, reference: str, why: str, by: str, wanted: Sequence[Wanted]) -> Prepared:
    """One attempt. The next number is read first: of two counter-documents of one return only one can take it."""
    credit = _intent(hub, reference)
    key = (credit["company"], credit["return_id"])
    sequence = hub.store.next_sequences(credit["retailer"]).get(key, 1)
    corrects = _posted(hub, credit)
    _ensure_none_under_way(hub, reference)
    made = counter(
        CreditRequest.model_validate_json(credit["request"]),
        corrects,
        hub.store.query("reports/reversible.sql", reference=reference).to_pylist(),
        wanted,
        sequence,
        credit["return_id"],
        hub.now().date(),
        why,
    )
    policy = policy_on(hub.catalog.partner(credit["retailer"]).policies, hub.now().date()).policy
    told = f"{made.request.kind} of {corrects.number}, by {by}: {why}"
    intent = intent_of(made, credit, sequence, 1, told)
    (row,) = intent.to_pylist()
    needed = approvals_of(row, max(made.lines["net_minor"].to_pylist()), policy)
    _record(hub, made, intent_of(made, credit, sequence, needed, told), by)
    return Prepared(made.request.reference, made.request.kind, _amount(row), needed)


def _record(hub: Hub, made: Counter, intent: pa.Table, by: str) -> None:
    """The intent, its lines, and who prepared it, in one outcome; what goods receivers are kept from holds here too."""
    part = {"reference": made.request.reference, "person": person(by), "part": "preparer", "name": by}
    rows = {
        "credit_intent": intent,
        "reversal_line": made.lines,
        "credit_part": pa.Table.from_pylist([part], CREDIT_PARTS),
    }
    hub.store.record(Outcome("reverse", made.request.reference, rows), actor=by)


def _intent(hub: Hub, reference: str) -> Row:
    found: list[Row] = hub.store.table(CreditIntent, reference=reference).to_pylist()
    if not found:
        raise PermanentError(f"There is no credit {reference}. Next: `backhaul report` lists the credit notes.")
    return found[0]


def _posted(hub: Hub, credit: Row) -> Corrected:
    """The credit's posted note. PermanentError: it has none, or it is a counter-document itself."""
    reference = credit["reference"]
    if credit["kind"]:
        raise PermanentError(
            f"{reference} is a {credit['kind']} itself. Next: what it took back is credited again by a new decision."
        )
    notes = hub.store.table(CreditNote, reference=reference).to_pylist()
    if not notes:
        raise PermanentError(
            f"{reference} is not posted: it is {credit['state'].replace('_', ' ')}. "
            "Next: nothing to take back; `backhaul status` shows what it waits for."
        )
    return Corrected(reference=reference, number=notes[0]["number"], posted_on=notes[0]["posted_on"])


def _ensure_none_under_way(hub: Hub, reference: str) -> None:
    for row in hub.store.table(CreditIntent, reverses=reference).to_pylist():
        if row["state"] not in CLOSED:
            raise PermanentError(
                f"{reference} is being taken back by {row['reference']} ({row['state'].replace('_', ' ')}). "
                f"Next: `backhaul approve {row['reference']}`, or `backhaul withdraw {row['reference']}`."
            )


def _amount(intent: Row) -> str:
    total = intent["net_minor"] + intent["tax_minor"]
    return f"{to_decimal(total, intent['currency']):,} {intent['currency']}"
