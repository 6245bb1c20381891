"""Open this when a warehouse was not told what to do with goods: routes by policy, and instructions in its outbox.

Only goods of retailers whose policy says so (``goods.since``) are sent on their way. The routes and their instruction
are one transaction; the warehouse's confirmation is due some days later.
"""

from datetime import timedelta
from itertools import groupby
from typing import Any

import pyarrow as pa

from mappings.answers.answer import name_of
from mappings.outbound.catalog import map_for
from mappings.outbound.interchanges import written_file
from pipelines.steps import route as steps
from pipelines.steps.decide import policy_version
from pipelines.wiring import Hub
from pipelines.work.authorise import local_day
from schemas.errors import PermanentError
from schemas.findings import Finding, Place, as_records, as_table
from schemas.handling_tables import ROUTINGS
from schemas.outcome import Change, Outcome
from schemas.partners import Partner

KIND = "instruction"
EVENT = "instruction"
PERSON_EVENT = "routing"
_CODE = "INSTRUCTION-UNWRITTEN"
Row = dict[str, Any]


def route(hub: Hub, retailer: Partner) -> int:
    """Routes for all goods of the retailer that were decided; then what went back is sent back. Answers how many."""
    goods = retailer.policy.goods
    routed = 0
    if goods.since is not None:
        unrouted = hub.store.unrouted(retailer.id, goods.since)
        if unrouted.num_rows:
            routings = steps.route(unrouted, goods, policy_version(retailer.policy))
            _record(hub, retailer, unrouted, routings)
            routed = routings.num_rows
    _confirm(hub, retailer)
    return routed


def route_by(hub: Hub, line: str, way: str, by: str, reason: str) -> int:
    """A person's route for goods of a return line that were left to a person; answers how many units.

    PermanentError: no goods of the line wait for a route.
    """
    waiting = hub.store.left_to_a_person(line)
    if not waiting.num_rows:
        raise PermanentError(
            f"No goods of {line} wait for a route. Next: `backhaul status` lists what does, "
            f"`backhaul explain {line}` tells what became of it."
        )
    retailer = hub.catalog.partner(waiting["retailer"][0].as_py()).partner
    routings = steps.by_a_person(waiting, way, by, reason, policy_version(retailer.policy))
    met = tuple(
        Change("due_event", {"subject": name, "event": PERSON_EVENT}, {"met": True}, {"met": False})
        for name in waiting["inspection"].to_pylist()
    )
    _record(hub, retailer, waiting, routings, met, by)
    return sum(routings["units"].to_pylist())


def _record(
    hub: Hub, retailer: Partner, unrouted: pa.Table, routings: pa.Table, met: tuple[Change, ...] = (),
    by: str | None = None,
) -> None:  # fmt: skip
    """Routes, instructions, one a warehouse, and the clocks of both, at once."""
    messages, findings, clocks = list[Row](), list[Finding](), list[Row]()
    message_of: dict[str, str] = {}
    goods = sorted(steps.instructed(unrouted, routings), key=_warehouse)
    for warehouse, group in groupby(goods, key=_warehouse):
        lines = list(group)
        told, problem = _instruction(hub, retailer, hub.catalog.partner(warehouse).partner, lines)
        findings += [problem] if problem else []
        messages += [told] if told else []
        message_of |= dict.fromkeys((line["routing"] for line in lines), told["key"]) if told else {}
        # Without an instruction somebody has to tell the warehouse.
        subject = told["key"] if told else lines[0]["routing"]
        clocks.append(_due(hub, retailer, subject, EVENT, warehouse))
    for row in routings.to_pylist():
        if row["route"] == steps.PERSON:
            clocks.append(_due(hub, retailer, row["inspection"], PERSON_EVENT, retailer.id))
    named = [row | {"message": message_of.get(row["routing"])} for row in routings.to_pylist()]
    rows = {
        "routing": pa.Table.from_pylist(named, ROUTINGS),
        "outbound_message": pa.Table.from_pylist(messages) if messages else pa.table({}),
        "finding": as_records(as_table(findings), retailer.id, f"{KIND}:") if findings else pa.table({}),
        "due_event": pa.Table.from_pylist(clocks) if clocks else pa.table({}),
    }
    hub.store.record(Outcome("route", retailer.id, rows, met), actor=by)


def _warehouse(row: Row) -> str:
    return str(row["warehouse"])


def _due(hub: Hub, retailer: Partner, subject: str, event: str, partner: str) -> Row:
    due_on = local_day(hub, retailer) + timedelta(days=retailer.policy.goods.answer_days)
    return {"subject": subject, "event": event, "partner": partner, "due_on": due_on}


def _instruction(
    hub: Hub, retailer: Partner, warehouse: Partner, lines: list[Row]
) -> tuple[Row | None, Finding | None]:
    """The outbox row of an instruction; or why there is none. A warehouse without a mailbox gets none."""
    channel = next((one for one in warehouse.channels if one.outbox), None)
    if channel is None:
        return None, None
    by = map_for(hub.catalog.partner(warehouse.id).outbound, "instruction", "csv")
    control = hub.store.next_control(warehouse.id)
    number = f"IN{control}"
    moment = hub.now().replace(tzinfo=None, second=0, microsecond=0)
    document = {"number": number, "written_at": moment, "retailer": retailer.name, "lines": _lines(lines)}
    written = written_file(by, warehouse, [document], hub.now(), control)
    if written.problems:
        return None, Finding(_CODE, Place(lines[0]["inspection"]), f"{number}: {written.problems[0]}")
    return {
        "key": f"{warehouse.id}/{lines[0]['routing']}/{KIND}",
        "partner": warehouse.id,
        "channel": channel.id,
        "kind": KIND,
        "name": name_of(KIND, number, control, ending=".csv"),
        "file": hub.vault.put(written.data),
        "control": control,
        "in_answer_to": lines[0]["routing"],
        "state": "pending",
    }, None


def _lines(lines: list[Row]) -> list[Row]:
    same = ("receipt", "carton", "gtin", "vendor_item", "description", "units", "condition", "reason", "route")
    return [
        {name: line[name] for name in same} | {"line_no": n, "return_number": line["number"]}
        for n, line in enumerate(lines, 1)
    ]


def _confirm(hub: Hub, retailer: Partner) -> None:
    """What the warehouse confirmed is no longer due; what went back is sent back."""
    due = hub.store.table("due_event", event=EVENT, met=False)["subject"].to_pylist()
    confirmed = set(hub.store.confirmed_instructions(due))
    met = tuple(
        Change("due_event", {"subject": key, "event": EVENT}, {"met": True}, {"met": False})
        for key in due
        if key in confirmed
    )
    going = hub.store.going_back(retailer.id)
    moves = steps.sent_back(going, retailer.policy.goods) if going.num_rows else pa.table({})
    hub.store.record(Outcome("instruction confirmed", retailer.id, {"movement": moves}, met))
