"""Open this when a decision's sentence is unclear: how the policy's rules say what they decided, of many rows.

Each function gives one sentence a row, for a controller who knows the trade and not the program.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.sentences import amounts, counted, joined, stay
from schemas.money import to_minor
from schemas.partners import Policy

_UNPLACED = {
    "LINE-NEVER-SOLD": "the item was never sold to this retailer before the return",
    "LINE-SOLD-LATER": "the item was sold to this retailer only after the return",
    "LINE-BEYOND-SOLD": "more is returned than is left of what was sold",
    "LINE-SOLD-IN-PACKS": "the item was sold to this retailer in cases or assortments alone",
    "LINE-ITEM-UNKNOWN": "the item is not in our item list",
}
_SAYS = {"refuse": "does not credit.", "hold": "leaves to a person."}


def unplaced(facts: pa.Table, policy: Policy) -> Any:
    """Why there is no invoice line."""
    why = pa.array([*_UNPLACED.values()], pa.string()).take(pc.index_in(facts["unplaced"], pa.array([*_UNPLACED])))
    return joined(
        "No invoice line for ", counted(facts["units"]), ": ", pc.fill_null(why, "no sale was found"), "."
    )  # fmt: skip


def condition(facts: pa.Table, policy: Policy) -> Any:
    """The condition, and what the policy says of it."""
    codes = pa.array([*policy.conditions], pa.string())
    says = pa.array([f", which the policy {_SAYS.get(one, '')}" for one in policy.conditions.values()], pa.string())
    said = says.take(pc.index_in(facts["condition"], codes))
    told = pc.fill_null(said, ", a condition that the policy does not name.")
    return joined(counted(facts["units"]), " counted in as ", facts["condition"], told)


def goods_are_due(facts: pa.Table, policy: Policy) -> Any:
    """What was announced of goods that must come first."""
    announced = joined("announced as ", facts["disposition"])
    said = pc.fill_null(announced, "announced without a disposition")
    return joined(counted(facts["units"]), " ", said, " cannot be credited before the goods are counted in.")


def ambiguous(facts: pa.Table, policy: Policy) -> Any:
    """The spread, or the other currency."""
    currency = facts["currency"]
    other = joined("An equally good invoice line would be credited in ", facts["spread_currency"],
                   " instead of ", currency, ".")  # fmt: skip
    width = pc.subtract(facts["spread_high"], facts["spread_low"])
    shared = pc.if_else(pc.greater(width, tolerance(facts, policy)), "", ", with that of the rest of its line,")
    told = joined(
        "Equally good invoice lines give a credit from ", *amounts(facts["spread_low"], currency),
        " to ", *amounts(facts["spread_high"], currency), "; the spread of ", *amounts(width, currency), shared,
        f" is more than the tolerated {policy.spread_tolerance} ", currency, ".",
    )  # fmt: skip
    return pc.coalesce(other, told)


def tolerance(facts: pa.Table, policy: Policy) -> Any:
    """The tolerated spread in minor units of each row's currency."""
    currencies = pc.unique(facts["currency"])
    minor = pa.array([to_minor(policy.spread_tolerance, one or "") for one in currencies.to_pylist()], pa.int64())
    return pc.take(minor, pc.index_in(facts["currency"], currencies))


def credited(facts: pa.Table, policy: Policy) -> Any:
    """What came back in which time, and the money; where it is less than the units cost, of how much."""
    currency = facts["currency"]
    return joined(
        counted(facts["units"]), *_goods(facts), ", ", *stay(facts["returned_on"], facts["sold_on"]),
        f" (window {policy.window_days} days): ", *amounts(facts["credit_net"], currency), " net and ",
        *amounts(facts["credit_tax"], currency), " tax", _of_cost(facts),
    )  # fmt: skip


def _goods(facts: pa.Table) -> tuple[Any, ...]:
    """How the goods came, or where they are."""
    if not facts["condition"].null_count:
        return " counted in as ", facts["condition"]
    left = pc.coalesce(joined(" left at the store (", facts["disposition"], ")"), " left at the store")
    return (pc.coalesce(joined(" counted in as ", facts["condition"]), left),)


def _of_cost(facts: pa.Table) -> Any:
    """What the units cost, where less is credited."""
    less = pc.less(facts["credit_net"], facts["net_minor"])
    if not pc.any(less).as_py():
        return "."
    return pc.if_else(less, joined(", of ", *amounts(facts["net_minor"], facts["currency"]), " net."), ".")


def deducted(facts: pa.Table, policy: Policy) -> Any:
    """By which deduction the retailer has the money."""
    return joined("The retailer took ", *amounts(facts["taken_minor"], facts["currency"]), " for these units by ",
                  facts["taken_by"], " already.")  # fmt: skip


def over_cap(facts: pa.Table, policy: Policy) -> Any:
    """Which cap has nothing left for these units."""
    return joined(counted(facts["units"]), " above ", facts["over_told"], ".")


def no_price(facts: pa.Table, policy: Policy) -> Any:
    """Which price is missing."""
    terms = policy.credit.basis
    if terms.price in ("last", "average"):
        return joined("The retailer bought none of ", facts["gtin"], f" in the {terms.days} days before the return, so "
                      f"there is no {terms.price} price.")  # fmt: skip
    return joined("The policy has no price of ", facts["gtin"], ".")
