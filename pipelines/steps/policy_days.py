"""Open this when units were decided by another policy than you expect: which of a retailer's policies holds."""

from collections.abc import Iterator, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from schemas.policies import Agreed


def policy_on(policies: Sequence[Agreed], day: date) -> Agreed:
    """The policy that holds on a day: the latest that has begun, else the one without days, which stands first."""
    begun = [one for one in policies if one.valid_from is not None and one.valid_from <= day]
    return begun[-1] if begun else policies[0]


def by_policy(facts: pa.Table, policies: Sequence[Agreed], today: date) -> Iterator[tuple[Agreed, pa.Table]]:
    """The rows of each policy that holds for some of them, in the order of the policies.

    ``policies`` are the one without days and then those with days, by their first day. The day of a row is in the
    column that ``control: judged_by`` names; a row without one is judged by ``today``, the day of the decision.
    """
    if len(policies) == 1:
        yield policies[0], facts
        return
    place = place_of_policy(facts, policies, today)
    for number, one in enumerate(policies):
        own = facts.filter(pc.equal(place, number))
        if own.num_rows:
            yield one, own


def place_of_policy(facts: pa.Table, policies: Sequence[Agreed], today: date) -> pa.ChunkedArray:
    """For each row the place among these policies (as in ``by_policy``) of the one that holds for it, int64."""
    return _places(_days(facts, policies[0].policy.control.judged_by, today), policies)


def _days(facts: pa.Table, judged_by: str, today: date) -> pa.ChunkedArray:
    """The day of each row, date32."""
    fallback = pa.scalar(today, pa.date32())
    if judged_by not in facts.column_names:  # decided_on is no fact of units that wait for a decision
        return pa.chunked_array([pa.repeat(fallback, facts.num_rows)])
    return pc.fill_null(facts[judged_by].cast(pa.date32()), fallback)


def _places(days: pa.ChunkedArray, policies: Sequence[Agreed]) -> pa.ChunkedArray:
    """How many policies with days have begun by each day: the place of the one that holds."""
    place = pa.chunked_array([pa.repeat(0, len(days))])
    for one in policies[1:]:
        place = pc.add(place, pc.greater_equal(days, pa.scalar(one.valid_from, pa.date32())).cast(pa.int64()))
    return place
