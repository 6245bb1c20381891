"""Open this when goods are refused before anybody looks at them: what may be returned, until when, and on whose word.

Each function gives a verdict for each row, null where its rule has nothing to say.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.sentences import counted, joined, stay
from pipelines.steps.window_start import START_DAY, START_EVENT, TOLD
from schemas.partners import Policy

_NOTHING = pa.scalar(None, pa.string())


def verdicts(codes: Any, verdict_of: Mapping[str, str], otherwise: str | None = "hold") -> Any:
    """The policy's verdict of each code; of one that the policy does not name `otherwise`. Null stays null."""
    keys = pa.array(list(verdict_of), pa.string())
    named = pc.take(pa.array(list(verdict_of.values()), pa.string()), pc.index_in(codes, keys))
    return named if otherwise is None else pc.if_else(pc.is_valid(codes), pc.fill_null(named, otherwise), _NOTHING)


def where(mask: Any, verdict: str) -> Any:
    """The verdict where the mask is true."""
    return pc.if_else(mask, verdict, _NOTHING)


def _against(verdict: Any) -> Any:
    """What speaks against a credit; what credits leaves it to the rules that follow."""
    return pc.if_else(pc.equal(verdict, "credit"), _NOTHING, verdict)


def silent(facts: pa.Table) -> Any:
    """No row has a verdict."""
    return pa.nulls(facts.num_rows, pa.string())


# --- what may be returned


def other_brand(facts: pa.Table, policy: Policy) -> Any:
    """Items whose number begins with none of the brands; an item without a number of ours is none of them."""
    terms = policy.credit.entitlement
    if not terms.brands:
        return silent(facts)
    numbers = pc.fill_null(facts["vendor_item"], "")
    own = pc.starts_with(numbers, terms.brands[0])
    for brand in terms.brands[1:]:
        own = pc.or_(own, pc.starts_with(numbers, brand))
    return where(pc.invert(own), terms.otherwise)


def other_store(facts: pa.Table, policy: Policy) -> Any:
    """Stores that may not return."""
    terms = policy.credit.entitlement
    if not terms.stores:
        return silent(facts)
    own = pc.is_in(facts["store"], pa.array(terms.stores, pa.string()))
    return where(pc.invert(own), terms.otherwise)


def reason_is_against(facts: pa.Table, policy: Policy) -> Any:
    """Reasons that the policy names."""
    terms = policy.credit.entitlement.reasons
    return _against(verdicts(facts["reason"], terms, None)) if terms else silent(facts)


def origin_is_against(facts: pa.Table, policy: Policy) -> Any:
    """Goods by whether they were announced."""
    terms: Mapping[str, str] = {str(origin): said for origin, said in policy.credit.entitlement.origins.items()}
    return _against(verdicts(facts["origin"], terms, None)) if terms else silent(facts)


def has_allowance(facts: pa.Table, policy: Policy) -> Any:
    """Reasons for which the retailer has an allowance instead."""
    terms = policy.credit.entitlement.allowance_reasons
    return where(pc.is_in(facts["reason"], pa.array(terms, pa.string())), "refuse") if terms else silent(facts)


def unauthorised(facts: pa.Table, policy: Policy) -> Any:
    """Units that we never authorised, where they need it."""
    needed = policy.credit.authorisation
    if needed == "free":
        return silent(facts)
    return where(pc.invert(pc.fill_null(facts["authorised"], False)), needed)


# --- until when


def days_over(facts: pa.Table, policy: Policy) -> Any:
    """Calendar days between the last day on which units may come back and their return, negative before it.

    Null: a day is not known.
    """
    terms = policy.credit.window
    allowed = policy.window_days + terms.transit_days + terms.grace_days
    over = pc.subtract(pc.days_between(_start(facts, policy), facts["returned_on"]), allowed)
    season = season_of(facts, policy)
    if season is None:
        return over
    ends = pa.array([one.return_by for one in terms.seasons], pa.date32()).take(season)
    by_season = pc.subtract(pc.days_between(ends, facts["returned_on"]), terms.grace_days)
    return pc.if_else(pc.is_valid(season), by_season, over)


def _start(facts: pa.Table, policy: Policy) -> Any:
    """The day that the window counts from; null where it is not known, or not the day that the policy wants."""
    terms = policy.credit.window
    if START_DAY not in facts.column_names:
        return facts["sold_on"]
    if terms.no_start == "earlier":
        return facts[START_DAY]
    wanted = pc.equal(facts[START_EVENT], terms.start)
    return pc.if_else(wanted, facts[START_DAY], pa.scalar(None, pa.date32()))


def season_of(facts: pa.Table, policy: Policy) -> Any | None:
    """Which of the policy's seasons each row was sold in, null: in none of them. None: the policy has no seasons."""
    seasons = policy.credit.window.seasons
    if not seasons:
        return None
    found = pa.nulls(facts.num_rows, pa.int64())
    for place, season in enumerate(seasons):
        inside = pc.and_(
            pc.greater_equal(facts["sold_on"], pa.scalar(season.sold_from, pa.date32())),
            pc.less_equal(facts["sold_on"], pa.scalar(season.sold_to, pa.date32())),
        )
        found = pc.coalesce(found, pc.if_else(inside, place, pa.scalar(None, pa.int64())))
    return found


def late(facts: pa.Table, policy: Policy) -> Any:
    """What came after its last day; when one of the days is not known, a person looks."""
    terms = policy.credit.window
    over = days_over(facts, policy)
    reduced = terms.late == "reduce"
    too_late = where(pc.greater(over, terms.late_days if reduced else 0), "refuse" if reduced else terms.late)
    return pc.if_else(pc.is_valid(over), too_late, "hold")


def is_reduced(facts: pa.Table, policy: Policy) -> Any:
    """Rows that are late and get a part of their credit for it."""
    if policy.credit.window.late != "reduce":
        return np.zeros(facts.num_rows, bool)
    return pc.fill_null(pc.greater(days_over(facts, policy), 0), False).to_numpy(zero_copy_only=False)


# --- and how they say it


def because_brand(facts: pa.Table, policy: Policy) -> Any:
    """Which items are taken."""
    brands = ", ".join(policy.credit.entitlement.brands)
    item = pc.fill_null(facts["vendor_item"], "without a number of ours")
    return joined(f"Only items that begin with {brands} are taken back; this is ", item, ".")


def because_store(facts: pa.Table, policy: Policy) -> Any:
    """Which store it is."""
    return joined("Store ", pc.fill_null(facts["store"], "(not known)"), " is none of those that may return.")


def because_reason(facts: pa.Table, policy: Policy) -> Any:
    """Which reason it is."""
    return joined("Goods returned as ", facts["reason"], " are not credited without a person, or at all.")


def because_origin(facts: pa.Table, policy: Policy) -> Any:
    """Whether it was announced."""
    return pc.if_else(
        pc.equal(facts["origin"], "dock"), "Nobody announced these goods.", "These goods were announced by a notice."
    )


def because_allowance(facts: pa.Table, policy: Policy) -> Any:
    """That it is paid already."""
    return joined("The retailer has an allowance off its invoices for ", facts["reason"], " goods, so no credit.")


def because_unauthorised(facts: pa.Table, policy: Policy) -> Any:
    """That we never said yes."""
    return joined(counted(facts["units"]), " came back that we had not authorised.")


def because_late(facts: pa.Table, policy: Policy) -> Any:
    """The days, or which of them is missing."""
    terms, days = policy.credit.window, policy.window_days
    start = _start(facts, policy)
    missing = pc.if_else(pc.is_null(start), TOLD[terms.start], "the return")
    unknown = joined("The day of ", missing, f" is not known, so the window of {days} days cannot be judged.")
    rest = f"the window is {days} days"
    rest += f", from {terms.transit_days} days after {TOLD[terms.start]}" if terms.transit_days else ""
    rest += f", with {terms.grace_days} days of grace" if terms.grace_days else ""
    _, *when = stay(facts["returned_on"], start, _event(facts))
    told = joined("Returned on ", *when, "; ", _limit(facts, policy, rest), ".")
    return pc.coalesce(told, unknown)


def _event(facts: pa.Table) -> Any:
    """What each row's window counts from, in words."""
    if START_EVENT not in facts.column_names:
        return TOLD["sold"]
    names = pa.array(list(TOLD), pa.string())
    return pa.array(list(TOLD.values()), pa.string()).take(pc.index_in(facts[START_EVENT], names))


def _limit(facts: pa.Table, policy: Policy, otherwise: str) -> Any:
    """Until when each row could come: its season's day, or the window."""
    season = season_of(facts, policy)
    if season is None:
        return pa.repeat(otherwise, facts.num_rows)
    names = [f"{one.name} goods come back by {one.return_by}" for one in policy.credit.window.seasons]
    return pc.fill_null(pa.array(names, pa.string()).take(season), otherwise)
