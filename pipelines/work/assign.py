"""Open this when a person puts returned units on another sale, or takes that back.

The terminal and the console call the same functions. The word is stored with its author, time and reason and never
changed. The item is placed anew in the same transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from connectors.store.faults import StaleError
from pipelines.steps.assign import Wish, refusal, wanted
from pipelines.wiring import Hub
from pipelines.work.placing import Placed, Touched, distinct, place
from schemas.errors import PermanentError
from schemas.outcome import Outcome
from schemas.tables import ASSIGNMENTS

Row = dict[str, Any]
_ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class Assigned:
    """What was done: units of a return line that are on this sale from now on, or no longer by a person's word.

    ``placed_anew`` are the other return lines that stand elsewhere now, or in another doubt.
    """

    return_line: str
    invoice_line: str
    units: int
    placed_anew: tuple[str, ...]


def assign(hub: Hub, name: str, invoice_line: str, reason: str, by: str, units: int | None = None) -> Assigned:
    """Put units of a return line (or of a portion of it) on this sale, in the name of a person.

    Without ``units`` all that may move. PermanentError, with the reason in words: it cannot be.
    """
    return _again(lambda: _assign(hub, name, invoice_line, reason, by, units))


def unassign(hub: Hub, return_line: str, reason: str, by: str) -> Assigned:
    """Take what was assigned of this return line back, in the name of a person; evidence places its units again.

    PermanentError: nobody assigned it.
    """
    return _again(lambda: _unassign(hub, return_line.partition("#")[0], reason, by))


def _again(work: Callable[[], Assigned]) -> Assigned:
    """Two that place for one retailer at once see each other: the later one thinks again."""
    for _ in range(_ATTEMPTS_MAX - 1):
        try:
            return work()
        except StaleError:
            continue
    return work()


def _assign(hub: Hub, name: str, invoice_line: str, reason: str, by: str, units: int | None) -> Assigned:
    _ensure_said(reason, by)
    claim, sale = _claim_of(hub, name), _sale_of(hub, invoice_line)
    wish = _wish(hub, claim, sale, units if units is not None else _units_of_portion(hub, name, claim))
    if why := refusal(wish):
        raise PermanentError(
            f"{name} cannot stand on {invoice_line}: {why}. Next: `backhaul explain {claim['return_line']}` shows "
            "its units and the sales that come near."
        )
    line = claim["return_line"]
    said: Row = {
        "assignment": f"{line}@{hub.store.assignments_made(line) + 1}",
        "return_line": line,
        "invoice_line": invoice_line,
        "units": wanted(wish),
    }
    new = pa.Table.from_pylist([said | {"settled": 0}], ASSIGNMENTS)
    touched = Touched(claim["retailer"], {claim["gtin"]: said["assignment"]}, assigned=new)
    return _record(hub, "assign", touched, [said | {"reason": reason, "by": by}])


def _unassign(hub: Hub, line: str, reason: str, by: str) -> Assigned:
    _ensure_said(reason, by)
    claim = _claim_of(hub, line)
    in_force = hub.store.assignments_of([line]).to_pylist()
    if not in_force:
        raise PermanentError(f"Nobody assigned {line} to a sale. Next: `backhaul explain {line}` says why it is there.")
    made = hub.store.assignments_made(line)
    undone = [row["assignment"] for row in in_force]
    rows = [
        {name: row[name] for name in ("return_line", "invoice_line", "units")}
        | {"assignment": f"{line}@{number}", "undoes": row["assignment"], "reason": reason, "by": by}
        for number, row in enumerate(in_force, made + 1)
    ]
    touched = Touched(claim["retailer"], {claim["gtin"]: rows[0]["assignment"]}, unassigned=undone)
    return _record(hub, "unassign", touched, rows)


def _record(hub: Hub, action: str, touched: Touched, said: list[Row]) -> Assigned:
    """Write the person's word and what it moves, at once."""
    placed = place(hub, [touched])
    line = said[0]["return_line"]
    rows = {"assignment": pa.Table.from_pylist(said)} | _joined(placed)
    hub.store.record(Outcome(action, line, rows, placed.changes), actor=said[0]["by"])
    others = set(distinct(rows["allocation"]["return_line"])) - {line} if "allocation" in rows else set()
    units = sum(row["units"] for row in said)
    return Assigned(line, said[0]["invoice_line"], units, tuple(sorted(others)))


def _joined(placed: Placed) -> dict[str, pa.Table]:
    tables: dict[str, list[pa.Table]] = {}
    for name, table in placed.rows:
        if table.num_rows:
            tables.setdefault(name, []).append(table)
    return {name: pa.concat_tables(parts) for name, parts in tables.items()}


def _wish(hub: Hub, claim: Row, sale: Row, units: int | None) -> Wish:
    parcels = hub.store.parcels(claim["retailer"], [claim["gtin"]])
    in_force = hub.store.assignments_of(distinct(parcels["return_line"]))
    return Wish(claim, sale, units, parcels, in_force)


def _ensure_said(reason: str, by: str) -> None:
    if not (reason.strip() and by.strip()):
        raise PermanentError("An assignment needs a reason and an author. Next: say both, with --reason and --by.")


def _claim_of(hub: Hub, name: str) -> Row:
    rows: list[Row] = hub.store.claims_of([name.partition("#")[0]]).to_pylist()
    if not rows:
        raise PermanentError(f"There is no return line {name}. Next: `backhaul report` lists returns and lines.")
    return rows[0]


def _sale_of(hub: Hub, invoice_line: str) -> Row:
    known = hub.store.known_invoice_lines([invoice_line]).to_pylist()
    if not known:
        raise PermanentError(
            f"There is no invoice line {invoice_line}. Next: write company/invoice/line, for example WR01/536370/1."
        )
    supply = hub.store.supply(known[0]["retailer"], [known[0]["gtin"]]).to_pylist()
    for row in supply:
        if row["invoice_line"] == invoice_line:
            return dict(row)
    raise PermanentError(
        f"The invoice of {invoice_line} was cancelled in the ERP. Next: name the one that took its place."
    )


def _units_of_portion(hub: Hub, name: str, claim: Row) -> int | None:
    """The units of a portion that may move; None when a whole line is named."""
    if "#" not in name:
        return None
    parcels = hub.store.parcels(claim["retailer"], [claim["gtin"]]).to_pylist()
    units: int = sum(row["units"] for row in parcels if row["portion"] == name)
    return units
