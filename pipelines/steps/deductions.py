"""Open this when a retailer has already taken the money for a return: its deductions, and what they are for."""

from collections import defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.partners import Policy
from schemas.tables import SETTLEMENTS, empty

# What a deduction and a row of units have in common, by the name of the policy.
_COMMON = {"return_number": "number", "invoice_number": "invoice_number", "po_number": "po_number"}


def with_taken(
    facts: pa.Table, credited: Any, gross: Any, policy: Policy, taken: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """The facts with ``taken_minor`` and ``taken_by`` where a deduction is for them, and ``SETTLEMENTS`` of it.

    ``gross`` is what each ``credited`` row would get, with tax; no row gets more of a deduction, and no deduction gives
    more than is open of it. ``taken`` are ``TAKEN`` of the retailer. They are shared out in their order and that of
    the rows.
    """
    mask = credited.to_numpy(zero_copy_only=False) if isinstance(credited, pa.Array) else credited
    left = np.where(mask, gross, 0)
    amounts = np.zeros(facts.num_rows, np.int64)
    names: dict[int, list[str]] = defaultdict(list)
    rows_of: dict[str, dict[Any, list[int]]] = {
        name: _places(facts, name, mask, gross, taken) for name in policy.credit.deductions.by
    }
    settlements = []
    for one in taken.to_pylist():
        open_minor = one["amount_minor"]
        for place in _rows_for(one, rows_of, policy):
            part = min(open_minor, int(left[place]))
            if part <= 0 or not _fits(facts, place, one):
                continue
            open_minor, left[place], amounts[place] = open_minor - part, left[place] - part, amounts[place] + part
            names[place].append(_name(one))
            settlements.append((place, one, part))
    if not names:
        return facts, empty(SETTLEMENTS)
    texts = [", ".join(dict.fromkeys(names[place])) if place in names else None for place in range(facts.num_rows)]
    facts = facts.append_column("taken_minor", pa.array(amounts))
    facts = facts.append_column("taken_by", pa.array(texts, pa.string()))
    return facts, _settlements(facts, settlements)


def _places(facts: pa.Table, name: str, mask: Any, gross: Any, taken: pa.Table) -> dict[Any, list[int]]:
    """The rows by what they have in common with deductions under this name."""
    found: dict[Any, list[int]] = defaultdict(list)
    if name == "amount":
        for place in np.flatnonzero(mask & np.isin(gross, taken["amount_minor"].to_numpy())).tolist():
            found[int(gross[place])].append(place)
        return found
    column = facts[_COMMON[name]]
    wanted = pc.and_(pa.array(mask), pc.is_in(column, pc.drop_null(taken[name]).combine_chunks()))
    places = np.flatnonzero(pc.fill_null(wanted, False).to_numpy())
    for place, value in zip(places.tolist(), column.take(pa.array(places)).to_pylist(), strict=True):
        found[value].append(place)
    return found


def _rows_for(one: dict[str, Any], rows_of: dict[str, dict[Any, list[int]]], policy: Policy) -> list[int]:
    """The rows that have the first of the policy's names in common with the deduction that any row has."""
    for name in policy.credit.deductions.by:
        value = one["amount_minor"] if name == "amount" else one[name]
        if value is not None and rows_of[name].get(value):
            return rows_of[name][value]
    return []


def _fits(facts: pa.Table, place: int, one: dict[str, Any]) -> bool:
    """The same money, and the same item where the deduction names one."""
    same_item = one["gtin"] is None or facts["gtin"][place].as_py() == one["gtin"]
    return bool(same_item and facts["currency"][place].as_py() == one["currency"])


def _name(one: dict[str, Any]) -> str:
    return f"{one['kind']} {one['reference'] or one['document']}"


def _settlements(facts: pa.Table, found: list[tuple[int, dict[str, Any], int]]) -> pa.Table:
    rows = [
        {
            "decision": facts["decision"][place].as_py(),
            "document": one["document"],
            "line_no": one["line_no"],
            "amount_minor": part,
            "currency": one["currency"],
        }
        for place, one, part in found
    ]
    return pa.Table.from_pylist(rows, SETTLEMENTS)
