"""Open this when a rule lacks a fact: what is known of units beside ``UNDECIDED``, and how it becomes columns."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.basis import with_prices
from pipelines.steps.window_start import Starts, with_start
from schemas.ledger import Bucket
from schemas.partners import Policy


@dataclass(frozen=True, slots=True)
class Known:
    """What a policy may ask beside ``UNDECIDED``; None where it does not.

    ``sales``: the retailer's sales of the items, with gtin, currency, sold_on, units, net_minor. ``totals`` are what
    caps are reckoned from (DAY_TOTALS), ``taken`` are open deductions (TAKEN). ``starts`` are the days that windows may
    count from beside the sale's.
    """

    sales: pa.Table | None = None
    totals: pa.Table | None = None
    taken: pa.Table | None = None
    starts: Starts | None = None


NOTHING_KNOWN = Known()


def prepared(undecided: pa.Table, policy: Policy, known: Known = NOTHING_KNOWN) -> pa.Table:
    """``UNDECIDED`` in one piece, with the conditions as the rules read them and what else the policy asks for."""
    facts = undecided.combine_chunks()
    at = facts.column_names.index("condition")
    facts = facts.set_column(at, "condition", _conditions(facts))
    if policy.credit.window.start != "sold":
        facts = with_start(facts, policy.credit.window.start, known.starts)
    return with_prices(facts, policy, known.sales)


def _conditions(undecided: pa.Table) -> Any:
    """Counted units without a condition are `unknown`; goods that stay at the store have none."""
    counted = pc.equal(undecided["bucket"], Bucket.RECEIVED.value)
    unknown = pc.if_else(counted, "unknown", pa.scalar(None, pa.string()))
    return pc.coalesce(pc.if_else(counted, undecided["condition"], pa.scalar(None, pa.string())), unknown)
