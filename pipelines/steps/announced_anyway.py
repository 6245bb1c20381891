"""Open this when goods that did not come were credited, or were not: units that are short and credited as announced."""

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.caps import about
from pipelines.steps.movements import cut, move
from schemas.differences import MISSING
from schemas.ledger import Bucket
from schemas.tables import MOVEMENTS, empty


def resolved_units(undecided: pa.Table, resolutions: pa.Table) -> pa.Table:
    """``UNDECIDED`` in which of units that are short only so many stand as were resolved, portion by portion."""
    short = pc.equal(undecided["bucket"], Bucket.SHORT.value)
    rows = undecided.filter(short)
    if not rows.num_rows:
        return undecided
    rows = rows.sort_by("portion")
    left = _accepted(resolutions)
    wanted = []
    for line, units in zip(rows["return_line"].to_pylist(), rows["units"].to_pylist(), strict=True):
        wanted.append(min(units, left[line]))
        left[line] -= wanted[-1]
    rows = cut(rows, wanted)
    return pa.concat_tables([undecided.filter(pc.invert(short)), rows.filter(pc.greater(rows["units"], 0))])


def _accepted(resolutions: pa.Table) -> dict[str, int]:
    """Units of each line that are credited although they did not come, by the last turn of each resolution."""
    last = {
        (row["return_line"], row["kind"], row["receipt_document"], row["receipt_line_no"]): row
        for row in resolutions.sort_by("turn").to_pylist()
        if row["kind"] in MISSING
    }
    units: dict[str, int] = defaultdict(int)
    for row in last.values():
        units[row["return_line"]] += row["units"] if row["action"] == "accept" else 0
    return units


def credited_anyway(decisions: pa.Table, undecided: pa.Table, rule_version: str) -> tuple[pa.Table, pa.Table]:
    """The ``DECISIONS``, and ``MOVEMENTS`` of the credited ones whose units are short.

    Units that are short and not credited stay so: no decision is needed for that, and none is kept.
    """
    places = undecided.take(pc.index_in(about(decisions), undecided["decision"].combine_chunks()))
    short = pc.equal(places["bucket"], Bucket.SHORT.value)
    credited = pc.equal(decisions["outcome"], "credit")
    facts = decisions.append_column("invoice_line", places["invoice_line"])
    chosen = facts.filter(pc.and_(short, credited))
    moved = [empty(MOVEMENTS)]
    if chosen.num_rows:
        moved.append(move(chosen, Bucket.SHORT, Bucket.ACCEPTED, chosen["decision"], rule_version))
    return decisions.filter(pc.or_(credited, pc.invert(short))), pa.concat_tables(moved)
