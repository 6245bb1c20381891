"""Open this when you ask which sale a returned unit belongs to: claims placed on supply, with evidence and money."""

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.split.claims import claims_of
from pipelines.steps.split.index import SalesIndex
from pipelines.steps.split.placing import place
from pipelines.steps.split.portions import allocations
from pipelines.steps.split.told import findings_of
from schemas.partners import Policy
from schemas.tables import CLAIMS


@dataclass(frozen=True, slots=True)
class Split:
    """``ALLOCATIONS``, one row a portion, and ``FINDINGS`` about units without a sale and orders that do not exist."""

    allocations: pa.Table
    findings: pa.Table


def split(
    claims: pa.Table,
    supply: pa.Table | SalesIndex,
    policy: Policy,
    places: pa.Table,
    unknown_items: Collection[str] = (),
    beside: pa.Table | None = None,
) -> Split:
    """Place each unit of ``CLAIMS`` on a line of ``SUPPLY`` of the same retailer and item, sold by the day it returns.

    No line gives more than its units less units_taken. The most units are placed; among such placements each kind of
    ``policy.evidence``, in that order, holds for the most units; then the sales come first by ``policy.order``, then by
    id; then the earlier claims are served. ``supply`` must hold lines without units left too, and all of the retailer's
    lines that show a stated order to exist; an index gives away what is placed, a table stays as it is.
    ``unknown_items`` are gtins of claims that are in no item list; ``beside`` are claims that say what else is in the
    box, and take nothing. ``places`` has return_line, file, offset, length, document and line_no. ValueError: a claim
    without positive units, or two of one return line. LINE-ITEM-UNKNOWN is no finding here: ``check`` told it.
    """
    _ensure_sound(claims)
    index = supply if isinstance(supply, SalesIndex) else SalesIndex.of(supply)
    if beside is not None:
        silent = pa.repeat(pa.scalar(0, pa.int64()), beside.num_rows)
        claims = pa.concat_tables([claims, beside.set_column(CLAIMS.get_field_index("units"), "units", silent)])
    wanted = claims_of(claims, index, policy.window_days)
    placed = place(wanted, index, policy)
    rows = allocations(wanted, placed, index, policy.evidence, unknown_items)
    return Split(rows, findings_of(wanted, placed, unknown_items, places))


def _ensure_sound(claims: pa.Table) -> None:
    if claims["units"].null_count or pc.any(pc.less_equal(claims["units"], 0)).as_py():
        raise ValueError("a claim needs a positive number of units; check drops the others")
