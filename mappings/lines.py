"""Open this when you ask how a mapping's `lines:` become rows of a canonical table: fields, requirements and types."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.fields import Codes, Evaluated, Faults, Source, evaluate
from schemas.findings import CATALOGUE, Severity
from schemas.rules import LINES, PLACED, RENAMED, FieldRule, Lines


@dataclass(frozen=True, slots=True)
class Filled:
    """The columns of a canonical table that a mapping fills, and the faults found on the way."""

    columns: dict[str, pa.Array]
    faults: list[Faults]


def fill(kind: str, lines: Lines, source: Source, codes: Codes, given: Mapping[str, Evaluated]) -> Filled:
    """The canonical columns for every row of the source; fields ``given`` by a line's parts are taken as they are."""
    done: dict[str, Evaluated] = dict(given)
    # Amounts need their row's currency, so it comes first.
    for name in sorted(lines.fields, key=lambda field: field != "currency"):
        if name not in done:
            done[name] = evaluate(name, lines.fields[name], source, codes, _values(done, "currency"))
    columns = _columns(kind, done, _units(lines.fields.get("unit"), done), source.size)
    faults = [fault for field in done.values() for fault in field.faults]
    return Filled(columns, [*faults, *_missing(lines, done, faults, source.size)])


def _values(done: Mapping[str, Evaluated], name: str) -> pa.Array | None:
    return done[name].values if name in done else None


def _columns(kind: str, done: Mapping[str, Evaluated], units: pa.Array | None, size: int) -> dict[str, pa.Array]:
    """Every column of the kind's table that a mapping fills, nulls where it has no rule."""
    found = {RENAMED.get(name, name): field.values for name, field in done.items()}
    if units is not None:
        found["units"] = units
    if "quantity" in done:
        found["quantity_raw"] = done["quantity"].raw
    if "unit" in done:
        found["unit_raw"] = done["unit"].raw
    fields = [field for field in LINES[kind] if field.name not in PLACED]
    return {field.name: found.get(field.name, pa.nulls(size, field.type)) for field in fields}


def _units(rule: FieldRule | None, done: Mapping[str, Evaluated]) -> pa.Array | None:
    """Base units: the quantity times what its unit holds. A unit that the list does not have leaves no units."""
    if "quantity" not in done:
        return None
    quantity = done["quantity"].values
    if rule is None or rule.lookup is None:
        return quantity
    return pc.multiply(quantity, done["unit"].values.cast(pa.int64()))


def _missing(lines: Lines, done: Mapping[str, Evaluated], faults: list[Faults], size: int) -> list[Faults]:
    """FIELD-MISSING for each required field, or choice of fields, that a row has nothing of.

    Where a value of the choice is there but wrong with severity error, that says already why the line is held.
    """
    missing = []
    for choice in lines.require:
        there = np.zeros(size, dtype=bool)
        for name in choice:
            if name in done:
                there |= done[name].values.is_valid().to_numpy(zero_copy_only=False)
        for fault in faults:
            if fault.field in choice and CATALOGUE[fault.code].severity is Severity.ERROR:
                there[fault.rows] = True
        if not there.all():
            missing.append(Faults.nowhere(choice[0], "FIELD-MISSING", np.flatnonzero(~there), _nothing(lines, choice)))
    return missing


def _nothing(lines: Lines, choice: tuple[str, ...]) -> str:
    """Which fields are empty, and where they were looked for."""
    paths = [path for name in choice if name in lines.fields for path in lines.fields[name].from_]
    return f"{' or '.join(choice)}: nothing" + (f" in {' or '.join(paths)}" if paths else "")
