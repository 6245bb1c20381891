"""Open this when evidence came after a decision: which units it decides otherwise, by the policy of their day.

Only units that are held or refused are asked, and only those of rules that evidence speaks to. What is credited stays;
what must be taken back of it is a counter-document (``pipelines.work.reverse``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.decide import settle
from pipelines.steps.facts import Known
from pipelines.steps.policy_days import by_policy
from pipelines.steps.resolved_rules import with_resolutions
from pipelines.steps.warranty import with_evidence
from schemas.ledger import Bucket
from schemas.policies import Agreed
from schemas.tables import DECIDED, UNDECIDED

# What each kind of evidence can change, by the first words of the rule's name.
HEARS: Mapping[str, str] = {
    "goods.claims": "photos, serial or lot numbers, the day of the purchase",
    "window_days": "proofs of a day, ship notices",
    "reconciliation": "the retailer's answer, a person's word on a difference",
    "credit.basis": "a sale with a price",
    "conditions": "a corrected receipt",
    "caps": "what was sold later, and credits that were taken back: both make room",
}
# Of these rules alone nobody tells when their evidence comes: their units are asked each time while they are held.
PRICES, CAPS = "credit.basis", "caps"
_FACTS = [name for name in DECIDED.names if name not in UNDECIDED.names]


def that_hear(stands: pa.Table) -> pa.Table:
    """Those of the ``DECIDED`` units whose rule evidence can change; what a cap refuses is settled."""
    heard = [any(rule == one or rule.startswith(f"{one}.") for one in HEARS) for rule in stands["rule"].to_pylist()]
    refused = pc.and_(pc.starts_with(stands["rule"], f"{CAPS}."), pc.equal(stands["outcome"], "refuse"))
    return stands.filter(pc.and_(pa.array(heard, pa.bool_()), pc.invert(refused)))


def otherwise(
    stands: pa.Table,
    policies: Sequence[Agreed],
    today: date,
    resolutions: pa.Table,
    evidence: pa.Table,
    known: Mapping[str, Known],
) -> dict[str, str]:
    """Of these ``DECIDED`` units the decisions that would be others now, each with its return line.

    ``known`` is what each version of the policies asks beside the facts. Units that would wait for an answer or a
    person are among them. Deductions are left to the decision itself.
    """
    asked = that_hear(stands)
    speaking = with_evidence(with_resolutions(asked.drop_columns(_FACTS), resolutions), evidence)
    now: dict[str, str] = {}
    for agreed, rows in by_policy(speaking, policies, today):
        found = settle(rows, agreed.policy, agreed.version, known[agreed.version]).decisions
        now |= dict(zip(found["decision"].to_pylist(), found["outcome"].to_pylist(), strict=True))
    names = ("decision", "outcome", "return_line")
    was = zip(*(asked[name].to_pylist() for name in names), strict=True)
    return {decision: line for decision, outcome, line in was if now.get(decision) != outcome}


def counted_as(stands: pa.Table, conditions: Mapping[str, str]) -> pa.Table:
    """The ``DECIDED`` units of these decisions, in the conditions that a later version of their receipt says."""
    rows = stands.filter(pc.is_in(stands["decision"], pa.array(sorted(conditions), pa.string())))
    said = pa.array([conditions[name] for name in rows["decision"].to_pylist()], pa.string())
    return rows.set_column(rows.column_names.index("condition"), "condition", said)


def units_of(decisions: Iterable[str]) -> Iterator[str]:
    """The names of the parcels (``pipelines.steps.reopen.name_of``) that these decisions hold or refuse."""
    for name in decisions:
        portion = name.removesuffix(">keep")
        yield from (name,) if portion == name else (f"{portion}>{one}" for one in (Bucket.ANNOUNCED, Bucket.REFUSED))
