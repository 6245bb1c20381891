"""Open this when a retailer was not told why goods are not credited: from refusing decisions to rows of the outbox.

Only retailers that want it (``refusals_from`` in partner.yaml) are told. What was decided of a return at once is one
answer, sent once: it is in answer to the first of its decisions.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.answer import name_of
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.interchanges import written_file
from mappings.outbound.refusals import refusal_rows
from pipelines.wiring import Hub
from schemas.findings import Finding, Place, as_records, as_table
from schemas.marks import Kind
from schemas.outcome import Outcome
from schemas.partners import Partner

KIND = "refusal"
_CODE = "FILE-ANSWER-UNWRITTEN"

Row = dict[str, Any]


def write_refusals(hub: Hub, partner: Partner) -> int:
    """Put what was refused and the retailer was not told into its outbox; answers how many answers that makes.

    What its outbound map cannot write is a finding, told once; it is tried again with the next run.
    """
    channel = next((one for one in partner.channels if one.outbox), None)
    own = hub.catalog.partner(partner.id).outbound
    by = next((one for one in own if one.rules.kind == "answer"), None)
    if channel is None or by is None:
        return 0
    written = 0
    marks = hub.store.marks(Kind.REFUSED, partner.id)
    for lines in _waiting(hub, partner, marks):
        row, finding = _message(hub, partner, channel.id, by, lines)
        tables = {"outbound_message": row} if row else {"finding": finding} if finding else {}
        done = _marks_of(marks, {line["decision"] for line in lines}) if row else {}
        hub.store.record(Outcome("write refusal", lines[0]["decision"], tables, seen=done))
        written += bool(row)
    return written


def _waiting(hub: Hub, partner: Partner, marks: pa.Table) -> Iterator[list[Row]]:
    """Refused lines that the retailer was not told, those of one return and one moment together."""
    since = partner.refusals_from
    if since is None:
        return
    refused = hub.store.refused_lines(partner.id).to_pylist()
    told = hub.store.messages_with(_key(partner, row["decision"]) for row in refused)
    # what found a sale since is no refusal any more
    done = set(marks["subject"].to_pylist()) - {row["decision"] for row in refused}
    for (_, at), group in groupby(refused, key=lambda row: (row["return_id"], row["at"])):
        lines = list(group)
        if _key(partner, lines[0]["decision"]) in told:
            done |= {line["decision"] for line in lines}
        elif at.date() >= since:
            yield lines
    hub.store.record(Outcome("refusals told", partner.id, seen=_marks_of(marks, done)))


def _key(partner: Partner, decision: str) -> str:
    return f"{partner.id}/{decision}/{KIND}"


def _marks_of(marks: pa.Table, decisions: Collection[str]) -> dict[str, pa.Table]:
    """The marks of these decisions, as an outcome names what it is done with."""
    return {Kind.REFUSED: marks.filter(pc.is_in(marks["subject"], pa.array(sorted(decisions), pa.string())))}


def _message(
    hub: Hub, partner: Partner, channel: str, by: OutboundMap, lines: list[Row]
) -> tuple[pa.Table | None, pa.Table | None]:
    """The outbox row of an answer; or the finding that says why there is none, where it was not told before."""
    control = hub.store.next_control(partner.id)
    number = f"RF{control}"
    written = written_file(by, partner, [refusal_rows(lines, number, hub.now())], hub.now(), control)
    if written.problems:
        return None, _told_once(hub, partner, lines[0], written.problems[0])
    row = {
        "key": _key(partner, lines[0]["decision"]),
        "partner": partner.id,
        "channel": channel,
        "kind": KIND,
        "name": name_of(KIND, number, control, ending=".csv" if by.standard == "csv" else ".edi"),
        "file": hub.vault.put(written.data),
        "control": control,
        "in_answer_to": lines[0]["decision"],
        "state": "pending",
    }
    return pa.Table.from_pylist([row]), None


def _told_once(hub: Hub, partner: Partner, line: Row, why: str) -> pa.Table | None:
    """A finding in the file that announced the goods."""
    found = Finding(_CODE, Place(line["file"]), f"refusal of {line['number']} ({line['decision']}): {why}")
    told = hub.store.findings(partner=partner.id, code=_CODE, file=line["file"])["detail"].to_pylist()
    return None if found.detail in told else as_records(as_table([found]), partner.id)
