"""Open this when our ERP took something back: what a cancelled invoice, and a version that is outdated, do to returns.

Units that stand on a line of a cancelled invoice and may still move are placed anew, as if it had never been sold. What
is accepted or credited stays where it is; a person is told.
"""

from collections import Counter
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.check import ACCEPTED, SUPERSEDED, Checked
from pipelines.steps.lines import line_finding, sale_ids
from pipelines.steps.pool import sold
from pipelines.wiring import Hub
from pipelines.work.placing import Touched, distinct, touched_by_sales
from schemas.findings import as_table
from schemas.ledger import Bucket
from schemas.outcome import Change
from schemas.supplied import SaleCancelled
from schemas.tables import SUPPLY

_ROWS = tuple(SaleCancelled.model_fields)


@dataclass(frozen=True, slots=True)
class CancelledSales:
    """New rows of ``sale_cancelled``, what they touch, and a finding for each line of which units are credited."""

    rows: pa.Table
    touched: tuple[Touched, ...]
    findings: pa.Table


def outdated(checked: Checked) -> tuple[Change, ...]:
    """Stored documents whose place a later version of the batch takes."""
    states = {"state": SUPERSEDED}, {"state": ACCEPTED}
    return tuple(Change("document", {"document": name}, *states) for name in checked.outdated)


def cancelled_among(hub: Hub, sales: pa.Table) -> list[str]:
    """The invoice lines among new ``SALE_LINES`` that were cancelled before they came."""
    return distinct(hub.store.cancelled_sales(sale_ids(sales).to_pylist())["invoice_line"])


def cancel_sales(hub: Hub, checked: Checked) -> CancelledSales:
    """What the batch says of cancelled invoices, each line once."""
    lines = checked.cancelled_sales
    lines = lines.append_column("id", sale_ids(lines))
    known = hub.store.cancelled_sales(lines["id"].to_pylist())["invoice_line"].combine_chunks()
    first = pc.equal(pc.index_in(lines["id"], lines["id"].combine_chunks()), pa.array(range(len(lines)), pa.int32()))
    new = lines.filter(pc.and_(first, pc.invert(pc.is_in(lines["id"], known))))
    new = new.filter(new["id"].is_valid())
    named = new.drop_columns(["invoice_line"]).rename_columns({"id": "invoice_line"})
    sales = hub.store.known_invoice_lines(new["id"].to_pylist())
    here = sale_ids(checked.sale_lines)
    of_batch = checked.sale_lines.filter(pc.is_in(here, new["id"].combine_chunks()))
    gone = pa.concat_tables([_as_supply(sales, sales["invoice_line"]), _as_supply(of_batch, sale_ids(of_batch))])
    return CancelledSales(named.select(_ROWS), tuple(_touched(hub, gone, new)), _credited(hub, sales, new))


def _as_supply(sales: pa.Table, ids: pa.Array) -> pa.Table:
    return sold(sales.drop_columns("invoice_line"), ids)


def _touched(hub: Hub, gone: pa.Table, new: pa.Table) -> list[Touched]:
    """What stands on these sales, or might have, is placed without them."""
    known, done = {one.id for one in hub.catalog.partners}, list[Touched]()
    for retailer in distinct(gone["retailer"]):
        own = gone.filter(pc.equal(gone["retailer"], retailer))
        documents = new["document"].take(pc.index_in(own["invoice_line"], new["id"].combine_chunks()))
        if retailer in known:
            touched = touched_by_sales(hub, retailer, own, documents)
            done.append(replace(touched, sales=SUPPLY.empty_table(), unsold=distinct(own["invoice_line"])))
    return done


def _credited(hub: Hub, sales: pa.Table, new: pa.Table) -> pa.Table:
    """A finding for each line of which units stay that may not move any more."""
    taken = {row["invoice_line"]: row["units_taken"] for row in hub.store.taken_of(new["id"].to_pylist()).to_pylist()}
    movable = Counter[str]()
    for retailer in distinct(sales["retailer"]) if any(taken.values()) else ():
        own = sales.filter(pc.equal(sales["retailer"], retailer))
        parcels = hub.store.parcels(retailer, distinct(own["gtin"]))
        standing = parcels.filter(pc.not_equal(parcels["bucket"], Bucket.REFUSED.value))
        for line, units in zip(standing["invoice_line"].to_pylist(), standing["units"].to_pylist(), strict=True):
            movable[line] += units
    rows = new.drop_columns("invoice_line").to_pylist() if any(taken.values()) else []
    stays = [(row, taken.get(row["id"], 0) - movable[row["id"]]) for row in rows]
    return as_table(
        line_finding("LINE-SALE-CANCELLED", row, f"{row['id']}: {units} units of it are accepted or credited")
        for row, units in stays
        if units > 0
    )
