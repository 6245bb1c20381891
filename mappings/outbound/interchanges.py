"""Open this when what we send without being asked does not reach a partner: documents as one file of its own.

Answers go back where their question came from (``mappings/answers``); all else goes to the partner's own identity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mappings.formats import edifact_write, x12_write
from mappings.layouts import Layout, load_layout
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.documents import Made, cells_of, documents_of, tables_of
from mappings.outbound.files import edifact_message, fit_of_ours, table, x12_message
from schemas.partners import Partner


@dataclass(frozen=True, slots=True)
class Written:
    """A file, or the reasons why there is none: no part of it is sent when a part cannot be written."""

    data: bytes
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sends and who receives, as an envelope names them: qualifier and id."""

    us: tuple[str, str]
    them: tuple[str, str]

    def columns(self) -> dict[str, str]:
        """The columns of canonical rows that name them."""
        (our_kind, our_id), (their_kind, their_id) = self.us, self.them
        return {"our_id": our_id, "our_id_kind": our_kind, "their_id": their_id, "their_id_kind": their_kind}


def parties_of(partner: Partner, standard: str) -> Parties | None:
    """The partner and us in the envelopes of this standard; None where partner.yaml does not name both."""
    them = next((one for one in partner.identities if one.scheme == standard), None)
    us = partner.our_identity
    if them is None or us is None or us.scheme != standard:
        return None
    return Parties((us.qualifier, us.id), (them.qualifier, them.id))


def written_file(
    one: OutboundMap, partner: Partner, documents: Sequence[Mapping[str, Any]], now: datetime, control: int
) -> Written:
    """One file with a message, or rows of a table, for each document: its columns, and lists of rows beside them."""
    if one.rules.writes.csv is not None:
        return _table(one, documents)
    parties = parties_of(partner, one.standard)
    if parties is None:
        return Written(b"", (f"partner.yaml names no {one.standard} identity of both sides",))
    version = one.rules.writes.version or ""
    layout = load_layout(str(one.rules.writes.layout), version)
    told = [{"their_name": partner.name, **parties.columns(), **document} for document in documents]
    made = documents_of(one, layout, tables_of(one.rules.kind, told), [fit_of_ours(one.standard)] * len(told))
    try:
        return _interchange(one, layout, parties, made, now, control)
    except ValueError as fault:
        return Written(b"", (str(fault),))


def _interchange(
    one: OutboundMap, layout: Layout, parties: Parties, made: Sequence[Made], now: datetime, control: int
) -> Written:
    faults = tuple(fault for document in made for fault in document.faults)
    if faults:
        return Written(b"", faults)
    (our_kind, our_id), (their_kind, their_id) = parties.us, parties.them
    if one.standard == "x12":
        sets = [x12_message(one, layout.version, document.document) for document in made]
        group = x12_write.Group(layout.group, our_id, their_id, control, layout.version, sets)
        is_4 = layout.version < "005"
        x12 = x12_write.Envelope(
            our_kind, our_id, their_kind, their_id, now, control, "00401" if is_4 else f"{layout.version[:5]}"
        )
        return Written(x12_write.write(x12, [group]))
    messages = [edifact_message(one, layout.version, document.document) for document in made]
    edifact = edifact_write.Envelope(our_id, our_kind, their_id, their_kind, now, str(control))
    return Written(edifact_write.write(edifact, messages))


def _table(one: OutboundMap, documents: Sequence[Mapping[str, Any]]) -> Written:
    """One table; what stands above it is of the first document."""
    written, cells = one.rules.writes.csv, cells_of(one, tables_of(one.rules.kind, documents))
    assert written is not None
    faults = tuple(fault for _, _, found in cells for fault in found)
    if faults or not cells:
        return Written(b"", faults)
    try:
        return Written(table(written, cells[0][0], [row for _, rows, _ in cells for row in rows]))
    except UnicodeEncodeError as fault:
        return Written(b"", (f"{written.encoding} has no {fault.object[fault.start]!r}",))
