"""Open this when nobody was reminded of a box, or it was not given up: what is overdue, recorded and told.

Run as often as one likes: a reminder is written once, and what is short is not overdue any more.
"""

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.dock import FOUND
from pipelines.steps.overdue import Overdue, Reminder, overdue
from pipelines.steps.policy_days import policy_on
from pipelines.steps.pool import after
from pipelines.wiring import Hub
from pipelines.work.counting import add_placed
from pipelines.work.letters import letters, of_reminder, together
from pipelines.work.placing import Touched, distinct
from pipelines.work.questions import REMINDER, outbox
from pipelines.work.rows import Rows
from schemas.errors import TransientError
from schemas.findings import as_records
from schemas.outcome import Outcome
from schemas.partners import Partner, Policy
from schemas.reconciliation import Reconciliation
from schemas.tables import INSPECTIONS, empty

ATTEMPTS_MAX = 5
_REMINDED = ("return", "due_on", "store", "carton", "item", "announced_on", "units_awaited")


def close_overdue(hub: Hub, retailer: Partner) -> int:
    """Remind the retailer of boxes that are overdue, give up those that are so for too long; answers how many units."""
    policy = policy_on(hub.catalog.partner(retailer.id).policies, hub.now().date()).policy
    wanted = policy.reconciliation
    if wanted.close_after_days is None and not wanted.remind_after_days:
        return 0
    for attempt in range(ATTEMPTS_MAX):
        try:
            return _close(hub, retailer, policy)
        except TransientError:  # another run placed for this retailer meanwhile: it is looked at again
            if attempt == ATTEMPTS_MAX - 1:
                raise
    return 0


def _close(hub: Hub, retailer: Partner, policy: Policy) -> int:
    open_portions = hub.store.open_portions(retailer.id)
    expected = open_portions.filter(pc.greater(open_portions["announced_units"], 0))
    lines = hub.store.lines_of(distinct(expected["return_id"]))
    arrived = hub.store.returns_arrived(distinct(expected["return_id"]))
    taken = hub.store.movements_in(distinct(expected["portion"]))
    found = overdue(expected, lines, arrived, policy, hub.now().date(), taken)
    _remind(hub, retailer, found.reminders, policy.reconciliation)
    if found.movements.num_rows:
        _give_up(hub, retailer, found, expected)
    return int(pc.sum(found.movements["units"]).as_py() or 0)


def _remind(hub: Hub, retailer: Partner, reminders: tuple[Reminder, ...], policy: Reconciliation) -> None:
    files = [
        (
            f"{one.return_id}!{one.turn}", _REMINDED,
            [(row["number"], one.due_on, row["store"], row["carton"], row["gtin"], row["returned_on"],
              row["announced_units"]) for row in one.lines],
        )
        for one in reminders
    ]  # fmt: skip
    mails = [of_reminder(f"{one.return_id}!{one.turn}", one, policy) for one in reminders]
    messages = together(outbox(hub, retailer, REMINDER, files), letters(hub, retailer, mails))
    if messages.num_rows:
        hub.store.record(Outcome("remind", retailer.id, {"outbound_message": messages}))


def _give_up(hub: Hub, retailer: Partner, found: Overdue, expected: pa.Table) -> None:
    """What never came is short; other claims of its items are placed on the sales that are free again."""
    rows = Rows()
    rows.add("movement", found.movements)
    rows.add("difference", _new(hub, found.differences))
    told, changes = add_placed(hub, rows, [_touched(retailer, found, expected)], empty(FOUND))
    rows.add("finding", as_records(told, retailer.id, f"overdue:{hub.now():%Y%m%d}:"))
    hub.store.record(Outcome("give up", retailer.id, rows.joined(), changes))


def _new(hub: Hub, differences: pa.Table) -> pa.Table:
    """Those that were not told before: of what was given up, came and is missing again the first telling stays."""
    known = hub.store.differences_of(distinct(differences["receipt_document"])).to_pylist()
    told = {(row["return_line"], row["kind"]) for row in known}
    keys = zip(differences["return_line"].to_pylist(), differences["kind"].to_pylist(), strict=True)
    return differences.filter(pa.array([key not in told for key in keys], pa.bool_()))


def _touched(retailer: Partner, found: Overdue, expected: pa.Table) -> Touched:
    item_of = dict(zip(expected["portion"].to_pylist(), expected["gtin"].to_pylist(), strict=True))
    pairs = zip(found.movements["portion"].to_pylist(), found.movements["cause"].to_pylist(), strict=True)
    items = {item_of[portion]: cause.partition("/")[0] for portion, cause in pairs if item_of[portion] is not None}
    seen = partial(after, movements=found.movements, inspections=empty(INSPECTIONS), received_on={})
    return Touched(retailer.id, items, seen=seen)
