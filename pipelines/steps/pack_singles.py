"""Open this when single pieces of a case or an assortment come back and find no sale: they are not "never sold".

An item that a retailer was sold within cases or assortments alone has no sale of its own. A person looks first: the
units stay without a sale, and say so by LINE-SOLD-IN-PACKS.
"""

from collections.abc import Collection, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_packs import Packs, Sold
from pipelines.steps.split import Split

_NEVER_SOLD, _IN_PACKS = "LINE-NEVER-SOLD", "LINE-SOLD-IN-PACKS"


def never_sold(found: Split, claims: pa.Table) -> list[str]:
    """The items of units that have no sale because the retailer was sold none of them."""
    lines = found.allocations.filter(pc.equal(found.allocations["unplaced"], _NEVER_SOLD))["return_line"]
    gtins = claims.filter(pc.is_in(claims["return_line"], lines.combine_chunks()))["gtin"]
    return sorted({gtin for gtin in gtins.to_pylist() if gtin})


def sold_within(retailer: str, gtins: Iterable[str], components: pa.Table, sold: pa.Table) -> set[str]:
    """Those of the items of which the retailer was sold a case or an assortment; see ``ItemFacts``."""
    packs, sales = Packs.of(components), Sold.of(sold)
    return {gtin for gtin in gtins if sales.only(retailer, packs.holders.get(gtin, ()))}


def told_in_packs(found: Split, claims: pa.Table, places: pa.Table, singles: Collection[str]) -> Split:
    """The split, where units of ``singles`` that were never sold say LINE-SOLD-IN-PACKS.

    Of the lines themselves that is no finding here: ``check`` told it when they were counted.
    """
    if not singles:
        return found
    lines = claims.filter(pc.is_in(claims["gtin"], pa.array(sorted(singles))))["return_line"].combine_chunks()
    rows = found.allocations
    never = pc.fill_null(pc.equal(rows["unplaced"], _NEVER_SOLD), False)
    why = pc.if_else(pc.and_(pc.is_in(rows["return_line"], lines), never), _IN_PACKS, rows["unplaced"])
    column = rows.column_names.index("unplaced")
    own = places.filter(pc.is_in(places["return_line"], lines))
    named = set(zip(own["document"].to_pylist(), own["line_no"].to_pylist(), strict=True))
    kept = [
        row["code"] != _NEVER_SOLD or (row["document"], row["line_no"]) not in named
        for row in found.findings.select(["code", "document", "line_no"]).to_pylist()
    ]
    changed = rows.set_column(column, rows.schema.field(column), why)
    return Split(changed, found.findings.filter(pa.array(kept, pa.bool_())))
