"""Open this when a credit is reckoned from another price than its invoice's: last, average, list or agreed price."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_flags import in_full
from schemas.money import to_minor
from schemas.partners import Policy

MICRO = 1_000_000


def with_prices(facts: pa.Table, policy: Policy, sales: pa.Table | None) -> pa.Table:
    """The facts with ``price_micro``: the net of one unit in millionths of a minor unit, null where there is none.

    Where the policy goes by the invoice they stay as they are. ``sales`` are the retailer's, of these items: gtin,
    currency, sold_on, units, net_minor; they are needed for the last and the average price.
    """
    kind = policy.credit.basis.price
    if kind == "invoice":
        return facts
    if kind in ("list", "agreed"):
        return facts.append_column("price_micro", _stated(facts, policy))
    if sales is None:
        raise ValueError("the last or average price needs the retailer's sales")
    return facts.append_column("price_micro", _bought(facts, policy, sales))


def sold_since(facts: pa.Table, policy: Policy) -> date | None:
    """The day from which on sales matter for the last and the average price; None: no day of a return is known."""
    first = pc.min(facts["returned_on"]).as_py()
    return None if first is None else first - timedelta(days=policy.credit.basis.days)


def _stated(facts: pa.Table, policy: Policy) -> Any:
    """Prices of the policy, by GTIN or by our item number."""
    prices = policy.credit.basis.prices
    gtins, numbers = pa.array([in_full(one) for one in prices], pa.string()), pa.array(list(prices), pa.string())
    found = pc.coalesce(pc.index_in(facts["gtin"], gtins), pc.index_in(facts["vendor_item"], numbers))
    micro = pa.nulls(facts.num_rows, pa.int64())
    for currency in pc.unique(facts["currency"]).to_pylist():
        own = [to_minor(price * MICRO, currency or "") for price in prices.values()]
        mine = pc.equal(facts["currency"], currency)
        micro = pc.coalesce(micro, pc.if_else(mine, pa.array(own, pa.int64()).take(found), None))
    return micro


def _bought(facts: pa.Table, policy: Policy, sales: pa.Table) -> Any:
    """What the retailer paid in the days before each return: the last sale of the item, or all of them together."""
    terms = policy.credit.basis
    ordered = _by_item_and_day(sales)
    low, high = _span(facts, ordered, terms.days)
    units, net = (np.r_[0, np.cumsum(ordered[name].to_numpy())] for name in ("units", "net_minor"))
    if terms.price == "last":
        low = np.maximum(low, high - 1)
    bought = units[high] - units[low]
    there = (high > low) & (bought > 0)
    price = _quotient((net[high] - net[low]), np.where(there, bought, 1))
    return pa.array(price, mask=~there)


def _by_item_and_day(sales: pa.Table) -> pa.Table:
    item = pc.binary_join_element_wise(sales["gtin"], sales["currency"], " ")
    columns = {"item": item, "day": sales["sold_on"].cast(pa.int32()).cast(pa.int64())}
    columns |= {name: sales[name] for name in ("units", "net_minor")}
    days = (
        pa.table(columns)
        .group_by(["item", "day"], use_threads=False)
        .aggregate([("units", "sum"), ("net_minor", "sum")])
    )
    days = days.rename_columns({"units_sum": "units", "net_minor_sum": "net_minor"})
    return days.sort_by([("item", "ascending"), ("day", "ascending")])


def _span(facts: pa.Table, ordered: pa.Table, days: int) -> tuple[Any, Any]:
    """The rows of ``ordered`` of each row's item in the days before its return, the day of the return included."""
    items = pc.unique(ordered["item"])
    item = pc.binary_join_element_wise(facts["gtin"], facts["currency"], " ")
    place = pc.index_in(item, items)
    returned = facts["returned_on"].cast(pa.int32()).cast(pa.int64())
    known = pc.and_(pc.is_valid(place), pc.is_valid(returned)).to_numpy(zero_copy_only=False)
    place, returned = (
        pc.fill_null(one.cast(pa.int64()), 0).to_numpy(zero_copy_only=False) for one in (place, returned)
    )
    step = np.int64(10_000_000)  # more days than there are
    keys = pc.index_in(ordered["item"], items).to_numpy(zero_copy_only=False).astype(np.int64) * step
    keys = keys + ordered["day"].to_numpy()
    high = np.searchsorted(keys, place * step + returned, side="right")
    low = np.searchsorted(keys, place * step + returned - days, side="right")
    first = np.searchsorted(keys, place * step - step // 2, side="left")
    low = np.maximum(low, first)
    return np.where(known, low, 0), np.where(known, high, 0)


def _quotient(net: Any, units: Any) -> Any:
    """Millionths of a minor unit a piece, half up."""
    whole = net // units
    rest = net - whole * units
    return whole * MICRO + (2 * rest * MICRO + units) // (2 * units)
