"""Open this when a retailer did not get a credit note: from what the ERP posted to rows of the outbox.

Only retailers that want them (``credit_notes_from`` in partner.yaml) get any, each note once: its key is its reference.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from mappings.answers.answer import name_of
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.credits import credit_rows
from mappings.outbound.interchanges import written_file
from pipelines.wiring import Hub
from schemas.credits import CreditRequest
from schemas.findings import Finding, Place, as_records, as_table
from schemas.outcome import Outcome
from schemas.partners import Partner

KIND = "credit note"


def write_credit_notes(hub: Hub, partner: Partner) -> int:
    """Put every posted credit note that the retailer has not got into its outbox; answers how many.

    What its outbound map cannot write is a finding, told once; the note is tried again with the next run.
    """
    channel = next((one for one in partner.channels if one.outbox), None)
    own = hub.catalog.partner(partner.id).outbound
    by = next((one for one in own if one.rules.kind == "credit"), None)
    if channel is None or by is None:
        return 0
    written = 0
    for note in _waiting(hub, partner):
        row, finding = _message(hub, partner, channel.id, by, note)
        tables = {"outbound_message": row} if row else {"finding": finding} if finding else {}
        if tables:
            hub.store.record(Outcome("write credit note", note["reference"], tables))
        written += bool(row)
    return written


def _waiting(hub: Hub, partner: Partner) -> Sequence[dict[str, Any]]:
    """Posted notes of the retailer that are to be sent and are not in the outbox, with what was asked of the ERP."""
    since = partner.credit_notes_from
    if since is None:
        return []
    # What takes a credit back is no credit note: the ERP sends that document.
    notes: list[dict[str, Any]] = hub.store.untold_notes(partner.id, since).to_pylist()
    return notes


def _message(
    hub: Hub, partner: Partner, channel: str, by: OutboundMap, note: dict[str, Any]
) -> tuple[pa.Table | None, pa.Table | None]:
    """The outbox row of a note; or the finding that says why there is none, where it was not told before."""
    control = hub.store.next_control(partner.id)
    request = CreditRequest.model_validate_json(note["request"])
    rows = credit_rows(request, note["number"], note["posted_on"], hub.now())
    written = written_file(by, partner, [rows], hub.now(), control)
    if written.problems:
        return None, _told_once(hub, partner, note, written.problems[0])
    ending = ".csv" if by.standard == "csv" else ".edi"
    row = {
        "key": f"{partner.id}/{note['reference']}/credit",
        "partner": partner.id,
        "channel": channel,
        "kind": KIND,
        "name": name_of("credit", note["number"], control, ending=ending),
        "file": hub.vault.put(written.data),
        "control": control,
        "in_answer_to": note["reference"],
        "state": "pending",
    }
    return pa.Table.from_pylist([row]), None


def _told_once(hub: Hub, partner: Partner, note: dict[str, Any], why: str) -> pa.Table | None:
    found = Finding("CREDIT-UNWRITTEN", Place(note["document_digest"]), f"{note['number']}: {why}")
    told = hub.store.findings(partner=partner.id, code=found.code, file=note["document_digest"])
    return None if told.num_rows else as_records(as_table([found]), partner.id)
