"""Open this when a person says on which sale returned units stand: whether that can be, and how it is placed.

A person's word is stronger than all evidence: assigned units are placed first, on their sale alone, and what is left of
the sales is for all others.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.pool import taken
from schemas.ledger import Bucket
from schemas.tables import ALLOCATIONS, ASSIGNMENTS, CLAIMS, empty

Row = dict[str, Any]
ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Wish:
    """Units of a return line that a person wants on a sale; ``units`` is None for all that may move.

    ``claim`` is a row of ``KEPT_CLAIMS``, ``sale`` of ``SUPPLY``, ``parcels`` are ``PARCELS`` of the item,
    ``assignments`` the ``ASSIGNMENTS`` in force of the lines that have parcels.
    """

    claim: Row
    sale: Row
    units: int | None
    parcels: pa.Table
    assignments: pa.Table


def wanted(wish: Wish) -> int:
    """The units that would be assigned: those named, or all of the line that may move and are not assigned yet."""
    return wish.units if wish.units is not None else _free(wish)


def refusal(wish: Wish) -> str | None:
    """Why this cannot be, in words for a person; None when it can."""
    claim, sale = wish.claim, wish.sale
    if sale["retailer"] != claim["retailer"]:
        return f"it was sold to {sale['retailer']}, the return is of {claim['retailer']}"
    if sale["gtin"] != claim["gtin"]:
        return f"item {sale['gtin']} was sold there, {claim['gtin'] or 'an unknown item'} is returned"
    if _is_later(sale["sold_on"], claim["returned_on"]):
        return f"it was sold on {sale['sold_on']}, after the return on {claim['returned_on']}"
    movable, free, units = _movable(wish), _free(wish), wanted(wish)
    if not movable:
        return "none of its units may move: they are credited, accepted, or finished otherwise"
    if not free:
        return "all its units that may move are assigned already; take that back first"
    if units < 1:
        return f"{units} is no number of units"
    if units > free:
        return f"{_units(free)} of it may move, {units} were named"
    left = _left(wish)
    if units > left:
        return f"the sale has {_units(left)} left that are not credited, accepted or assigned to others, not {units}"
    return None


def _is_later(sold_on: date, returned_on: date | None) -> bool:
    return returned_on is not None and sold_on > returned_on


def _movable(wish: Wish) -> int:
    own = wish.parcels.filter(pc.equal(wish.parcels["return_line"], wish.claim["return_line"]))
    return int(pc.sum(own["units"]).as_py() or 0)


def _free(wish: Wish) -> int:
    """Units of the line that may move and are not assigned."""
    own = wish.assignments.filter(pc.equal(wish.assignments["return_line"], wish.claim["return_line"])).to_pylist()
    return max(_movable(wish) - sum(_open(row) for row in own), 0)


def _left(wish: Wish) -> int:
    """Units of the sale that nobody's credit and no other assignment holds."""
    line = wish.sale["invoice_line"]
    here = wish.parcels.filter(pc.equal(wish.parcels["invoice_line"], line))
    standing = here.filter(pc.not_equal(here["bucket"], Bucket.REFUSED.value))
    others = [_open(row) for row in wish.assignments.to_pylist() if row["invoice_line"] == line]
    left = wish.sale["units"] - wish.sale["units_taken"] + (pc.sum(standing["units"]).as_py() or 0) - sum(others)
    return max(int(left), 0)


def _open(assignment: Row) -> int:
    """Units of an assignment that are not accepted or credited there already."""
    return max(int(assignment["units"] - assignment["settled"]), 0)


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


# --- how assigned units are placed

Place = Callable[[pa.Table, pa.Table], pa.Table]


def place_assigned(
    claims: pa.Table, supply: pa.Table, assignments: pa.Table, place: Place
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """``ALLOCATIONS`` of the assigned units, and the ``CLAIMS`` and the ``SUPPLY`` that are left for the others.

    ``place`` gives the allocations of claims on a supply. What finds no room on its sale goes with the others.
    """
    rows = {row["return_line"]: row for row in claims.to_pylist()}
    found = [empty(ALLOCATIONS)]
    gone: Counter[str] = Counter()
    for line, invoice_line, units in _asked(rows, assignments):
        own = pa.Table.from_pylist([rows[line] | {"units": units, "assigned": invoice_line}], CLAIMS)
        here = place(own, supply.filter(pc.equal(supply["invoice_line"], invoice_line)))
        here = _said_by_a_person(here.filter(here["invoice_line"].is_valid()))
        gone[line] += pc.sum(here["units"]).as_py() or 0
        supply = taken(supply, here)
        found.append(here)
    left = [row | {"units": row["units"] - gone[line]} for line, row in rows.items() if row["units"] > gone[line]]
    return pa.concat_tables(found), pa.Table.from_pylist(left, CLAIMS), supply


def _asked(rows: dict[str, Row], assignments: pa.Table) -> Iterator[tuple[str, str, int]]:
    """The units of each assignment that still have to be placed."""
    left = {line: row["units"] for line, row in rows.items()}
    for row in assignments.to_pylist():
        if units := min(_open(row), left.get(row["return_line"], 0)):
            left[row["return_line"]] -= units
            yield row["return_line"], row["invoice_line"], units


def _said_by_a_person(allocations: pa.Table) -> pa.Table:
    rows = [
        row | {"evidence": ASSIGNED, "rank": 0, "held": ",".join([ASSIGNED, *_other_kinds(row)])}
        for row in allocations.to_pylist()
    ]
    return pa.Table.from_pylist(rows, ALLOCATIONS)


def _other_kinds(row: Row) -> list[str]:
    held = (row["held"] or row["evidence"]).split(",")
    return [kind for kind in held if kind != ASSIGNED]


__all__ = ["ASSIGNED", "ASSIGNMENTS", "Wish", "place_assigned", "refusal", "wanted"]
