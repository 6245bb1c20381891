"""Returned units as they wait for a decision, drawn by chance: what the benchmark of deciding decides on."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.partners import Policy
from schemas.tables import UNDECIDED

CONDITIONS = ("sellable", "second", "repack", "damaged", "unknown")
REASONS = ("overstock", "damaged", "quality", "wrong_goods")
FIRST_SALE = date(2024, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
# Every kind of rule speaks: grades, a fee, late goods at half, units that are refused and held.
TERMS = Policy.model_validate(
    {
        "window_days": 365,
        "conditions": {"sellable": "credit", "second": "credit", "repack": "credit", "damaged": "refuse"},
        "credit": {
            "grades": {"second": 85, "repack": "97.5"},
            "window": {"late": "reduce", "late_percent": 50, "late_days": 60},
            "fees": {"restocking_percent": 10, "restocking_reasons": ["overstock"]},
        },
    }
)
USUAL = Policy()


def returned(lines: int, seed: int = 1) -> pa.Table:
    """``UNDECIDED`` of so many return lines, in parts of sales of up to 24 units, many of them in several parts."""
    draw = np.random.default_rng(seed)
    sale = np.sort(draw.integers(0, max(1, int(lines * 0.8)), lines))
    sold_units = draw.integers(1, 25, sale.max() + 1)
    price = draw.integers(500, 25_000, sale.max() + 1)
    rate = draw.choice([0, 550, 1900, 2000, 2500], sale.max() + 1)
    sold_on = FIRST_SALE + draw.integers(0, 600, sale.max() + 1)
    units = np.maximum(1, draw.integers(0, 25, lines) * sold_units[sale] // 48)
    net = units * price[sale] * draw.integers(6667, 10_001, lines) // 10_000
    number = pa.array(np.arange(lines)).cast(pa.string())
    line = pc.binary_join_element_wise(
        "nordstad/NS", pa.array(np.arange(lines) // 8).cast(pa.string()), "/", number, ""
    )
    gtin = pa.array(9_520_000_000_000 + sale % 50_000).cast(pa.string())
    columns = {
        "decision": pc.binary_join_element_wise(line, "#1>received@5f0c7a13c2d4-1/", number, ""),
        "portion": pc.binary_join_element_wise(line, "#1", ""),
        "return_line": line,
        "units": units,
        "net_minor": net,
        "tax_minor": net * rate[sale] // 10_000,
        "condition": pa.array(CONDITIONS).take(pa.array(draw.choice(5, lines, p=[0.7, 0.15, 0.08, 0.05, 0.02]))),
        "returned_on": pa.array((sold_on[sale] + draw.integers(1, 440, lines)).astype(np.int32)).cast(pa.date32()),
        "sold_on": pa.array(sold_on[sale].astype(np.int32)).cast(pa.date32()),
        "invoice_line": pc.binary_join_element_wise("WR01/INV", pa.array(sale).cast(pa.string()), "/1", ""),
        "spread_low": net,
        "spread_high": net + np.where(draw.random(lines) < 0.02, 5_000, 0),
        "reason": pa.array(REASONS).take(pa.array(draw.integers(0, len(REASONS), lines))),
        "gtin": pc.utf8_lpad(gtin, 14, "0"),
        "vendor_item": pc.binary_join_element_wise("WR-", gtin, ""),
        "owed_net": np.zeros(lines, np.int64),
        "owed_tax": np.zeros(lines, np.int64),
        "authorised": np.zeros(lines, bool),
    }
    same = {"retailer": "nordstad", "bucket": "received", "currency": "EUR", "disposition": "return", "store": "0412",
            "origin": "notice", "return_id": "nordstad/NS", "number": "NS"}  # fmt: skip
    columns |= {name: pa.repeat(value, lines) for name, value in same.items()}
    arrays = [columns.get(name, pa.nulls(lines, UNDECIDED.field(name).type)) for name in UNDECIDED.names]
    return pa.table(arrays, schema=UNDECIDED)
