"""Open this when evidence came after a decision and changed nothing: held and refused units that are decided anew.

Photos, serial numbers, stated days, ship notices, answers and words on differences set a mark (schemas/marks.py) when
they come. What would be decided otherwise now is placed anew, as a late sale does it
(``pipelines.work.placing``), and waits for its decision like units that have just come.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from connectors.store import StaleError
from pipelines.steps.basis import sold_since
from pipelines.steps.caps import counted
from pipelines.steps.facts import Known
from pipelines.steps.late_evidence import CAPS, PRICES, counted_as, otherwise, that_hear
from pipelines.steps.policy_days import by_policy
from pipelines.steps.window_start import start_events
from pipelines.wiring import Hub
from pipelines.work.differences import resolutions_on
from pipelines.work.placing import Touched, distinct, place
from pipelines.work.rows import Rows
from pipelines.work.window_starts import starts_of
from schemas.marks import Kind
from schemas.outcome import Change, Outcome
from schemas.policies import Agreed

ATTEMPTS_MAX = 5
_HEARD = (Kind.EVIDENCE, Kind.SHIPPED)


def reopen_for_evidence(hub: Hub, retailer: str) -> int:
    """Open again what late evidence would decide otherwise; answers how many decisions. Marks go with it, at once."""
    attempt = 0
    while True:
        try:
            return _reopened(hub, retailer)
        except StaleError:  # another run placed for the retailer meanwhile
            attempt += 1
            if attempt == ATTEMPTS_MAX:
                raise


def _reopened(hub: Hub, retailer: str) -> int:
    marks: dict[str, pa.Table] = {kind: hub.store.marks(kind, retailer) for kind in _HEARD}
    lines = _touched(hub, retailer, marks)
    if not lines and not any(found.num_rows for found in marks.values()):
        return 0
    stands = hub.store.reopenable(lines)
    anew = _otherwise(hub, retailer, stands)
    _open_again(hub, retailer, anew, marks)
    return len(anew)


def reopen_corrected(hub: Hub, conditions: Mapping[str, tuple[str, str]], cause: str) -> int:
    """Open again refused units that a corrected receipt counts in a condition by which they would not be refused.

    ``conditions`` gives the return line and the new condition of each decision; ``cause`` is the receipt.
    """
    stands = hub.store.reopenable(line for line, _ in conditions.values())
    said = counted_as(stands, {decision: condition for decision, (_, condition) in conditions.items()})
    total = 0
    for retailer in distinct(said["retailer"]):
        own = said.filter(pc.equal(said["retailer"], retailer))
        anew = _otherwise(hub, retailer, own)
        _open_again(hub, retailer, anew, {}, cause)
        total += len(anew)
    return total


def _touched(hub: Hub, retailer: str, marks: Mapping[str, pa.Table]) -> list[str]:
    """The return lines that the marks are about, and those that wait for a price or for room under a cap."""
    policies = [one.policy for one in hub.catalog.partner(retailer).policies]
    lines = set(marks[Kind.EVIDENCE]["subject"].to_pylist())
    if start_events(policies):
        documents = [subject.rpartition("|")[0] for subject in marks[Kind.SHIPPED]["subject"].to_pylist()]
        lines.update(hub.store.lines_shipped_by(retailer, documents))
    if any(one.credit.basis.price != "invoice" for one in policies):
        lines.update(hub.store.lines_held_by(PRICES, retailer))
    if any(one.caps for one in policies):
        lines.update(hub.store.lines_held_by(CAPS, retailer))
    return sorted(lines)


def _otherwise(hub: Hub, retailer: str, stands: pa.Table) -> dict[str, str]:
    """The decisions that would be others now, each with its return line."""
    stands = that_hear(stands)
    if not stands.num_rows:
        return {}
    lines, today = distinct(stands["return_line"]), hub.now().date()
    policies = hub.catalog.partner(retailer).policies
    known = {one.version: _known(hub, retailer, one, rows) for one, rows in by_policy(stands, policies, today)}
    return otherwise(stands, policies, today, resolutions_on(hub, lines), hub.store.evidence_of(lines), known)


def _known(hub: Hub, retailer: str, agreed: Agreed, rows: pa.Table) -> Known:
    """What the policy asks of prices, days and caps; nothing of deductions."""
    sales, totals = None, None
    if agreed.policy.caps:
        totals = hub.store.day_totals(retailer, *counted(agreed.policy.caps, rows))
    if agreed.policy.credit.basis.price in ("last", "average"):
        sales = hub.store.sales_of(retailer, distinct(rows["gtin"]), sold_since(rows, agreed.policy))
    return Known(sales=sales, totals=totals, starts=starts_of(hub, [agreed.policy], rows))


def _open_again(
    hub: Hub, retailer: str, anew: Mapping[str, str], marks: Mapping[str, pa.Table], cause: str | None = None
) -> None:
    """Place the units of these decisions anew, and record it."""
    rows, changes = Rows(), tuple[Change, ...]()
    if anew:
        claims = hub.store.claims_of(set(anew.values())).to_pylist()
        items = {row["gtin"]: cause or f"late evidence for {row['return_line']}" for row in reversed(claims)}
        placed = place(hub, [Touched(retailer, items, again=anew)])
        changes = placed.changes
        for name, table in placed.rows:
            rows.add(name, table)
    hub.store.record(Outcome("late evidence", retailer, rows.joined(), changes, marks))
