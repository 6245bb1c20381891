"""Other ways to decide and price what came back, by the same terms: a loop over rows in Decimal, and pandas.

Each gives the outcome, what is credited (net and tax, to the cent, by cumulative remainder), and the same sentence of a
credit. Other sentences are left out, and so is the story of the price.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa

from schemas.partners import Policy


@dataclass(frozen=True, slots=True)
class Answer:
    """What another way came to: credits, and their sums in minor units."""

    credits: int
    net: int
    tax: int


def decimal_rows(facts: pa.Table, policy: Policy) -> Answer:
    """Row by row, in exact decimals: how it is usually written first."""
    terms = policy.credit
    owed: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    credits, sums, told = 0, [0, 0], []
    for row in facts.to_pylist():
        days = (row["returned_on"] - row["sold_on"]).days
        over = days - policy.window_days
        if over > (terms.window.late_days if terms.window.late == "reduce" else 0):
            continue
        if policy.conditions.get(row["condition"]) != "credit" or row["spread_high"] - row["spread_low"] > 100:
            continue
        factor = terms.grades.get(row["condition"], Decimal(100)) / 100
        if over > 0:
            factor *= terms.window.late_percent / 100
        if row["reason"] in terms.fees.restocking_reasons:
            factor *= 1 - terms.fees.restocking_percent / 100
        left, parts = owed[row["invoice_line"]], []
        for place, name in enumerate(("net_minor", "tax_minor")):
            exact = row[name] * factor + left[place]
            part = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            left[place] = exact - part
            sums[place] += part
            parts.append(f"{part // 100}.{part % 100:02d} {row['currency']}")
        credits += 1
        told.append(
            f"{row['units']} units counted in as {row['condition']}, returned on {row['returned_on']}, {days} days "
            f"after the sale on {row['sold_on']} (window {policy.window_days} days): {parts[0]} net and {parts[1]} tax."
        )
    return Answer(credits, *sums)


def pandas_columns(facts: pa.Table, policy: Policy) -> Answer:
    """Columns of pandas: masks, a cumulative sum over each invoice line, and text by concatenation."""
    terms = policy.credit
    names = ["units", "net_minor", "tax_minor", "condition", "reason", "returned_on", "sold_on", "invoice_line",
             "spread_low", "spread_high", "currency"]  # fmt: skip
    frame = facts.select(names).to_pandas(date_as_object=False)
    days = (frame["returned_on"] - frame["sold_on"]).dt.days
    over = days - policy.window_days
    late_days = terms.window.late_days if terms.window.late == "reduce" else 0
    good = frame["condition"].map(policy.conditions).eq("credit") & (over <= late_days)
    good &= frame["spread_high"] - frame["spread_low"] <= 100
    frame, days, over = frame[good].copy(), days[good], over[good]
    grades = {code: int(percent * 10_000) for code, percent in terms.grades.items()}
    factor = frame["condition"].map(grades).fillna(1_000_000).astype("int64")
    factor = factor.where(over <= 0, factor * int(terms.window.late_percent) // 100)
    fee = frame["reason"].isin(terms.fees.restocking_reasons)
    factor = factor.where(~fee, factor * (100 - int(terms.fees.restocking_percent)) // 100)
    sums, parts = [], []
    for name in ("net_minor", "tax_minor"):
        frame["exact"] = frame[name] * factor
        so_far = frame.groupby("invoice_line", sort=False)["exact"].cumsum()
        upto, before = (np.floor_divide(one + 500_000, 1_000_000) for one in (so_far, so_far - frame["exact"]))
        part = upto - before
        sums.append(int(part.sum()))
        parts.append((part // 100).astype(str) + "." + (part % 100).astype(str).str.zfill(2) + " " + frame["currency"])
    told = (
        frame["units"].astype(str) + " units counted in as " + frame["condition"] + ", returned on "
        + frame["returned_on"].dt.strftime("%Y-%m-%d") + ", " + days.astype(str) + " days after the sale on "
        + frame["sold_on"].dt.strftime("%Y-%m-%d") + f" (window {policy.window_days} days): " + parts[0] + " net and "
        + parts[1] + " tax."
    )  # fmt: skip
    return Answer(len(told), *sums)
