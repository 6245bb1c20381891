"""Open this when files do not come in: from a mailbox into the vault, bytes first.

A file is in the vault and in the store before it leaves the inbox, so that a crash at any point loses nothing: what
was recorded but is still in the inbox is only moved, not counted again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from connectors.mailbox.port import Listed, Mailbox
from connectors.mailbox.refusals import FileChanged
from connectors.mailbox.settled import Sighting, settled
from pipelines.wiring import Hub
from schemas.errors import PermanentError
from schemas.findings import Finding, Place, as_records, as_table
from schemas.outcome import Change, Outcome
from schemas.partners import Channel, Partner
from schemas.records import Arrival, Listing, OutboundMessage


@dataclass
class Received:
    """What came in: new files, files that were here before, and files that are still being written."""

    new: int = 0
    duplicates: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Fetched:
    """A file whose bytes are in the vault."""

    listed: Listed
    file: str
    arrival: str
    duplicate: bool


def receive(hub: Hub, partner: Partner) -> Received:
    """Every settled file of the partner's mailboxes into the vault; the first answer again for repeated ones."""
    received = Received()
    for channel in partner.channels:
        with hub.mailbox(partner, channel) as mailbox:
            _receive_channel(hub, partner, channel, mailbox, received)
    return received


def _receive_channel(hub: Hub, partner: Partner, channel: Channel, mailbox: Mailbox, received: Received) -> None:
    listed = mailbox.list()
    received.problems += [f"{one.name} of {partner.id} was left in the inbox: {one.reason}" for one in mailbox.unsafe()]
    ready = _ready(hub, partner, channel, listed, received)
    unmoved = hub.store.table(Arrival, partner=partner.id, channel=channel.id, archived=False).to_pylist()
    left_over = _left_over(unmoved, ready)
    fetched = _fetch(hub, partner, channel, mailbox, [f for f in ready if f.name not in left_over], received)
    if fetched:
        hub.store.record(_arrivals(hub, partner, channel, fetched))
    _archive(hub, partner, mailbox, unmoved, left_over, fetched, received)
    received.new += sum(not f.duplicate for f in fetched)
    received.duplicates += sum(f.duplicate for f in fetched)


def _ready(hub: Hub, partner: Partner, channel: Channel, listed: Sequence[Listed], received: Received) -> list[Listed]:
    """The files that are wholly written; what was seen of the others is remembered for the next look."""
    seen = {
        row["name"]: (row["size"], row["modified"], row["unchanged_since"])
        for row in hub.store.table(Listing, partner=partner.id, channel=channel.id).to_pylist()
    }
    ready, waiting = settled(listed, seen, channel.arrival, hub.now())
    received.waiting += len(waiting)
    if waiting:
        hub.store.record(_listings(partner, channel, waiting, seen))
    return ready[: hub.settings.files_per_run]


def _listings(partner: Partner, channel: Channel, waiting: list[Sighting], seen: Mapping[str, Any]) -> Outcome:
    """What was seen of files that are still being written, for the next look."""
    whose = {"partner": partner.id, "channel": channel.id}
    new = [{**whose, **one._asdict()} for one in waiting if one.name not in seen]
    changes = tuple(
        Change("listing", {**whose, "name": one.name}, {k: v for k, v in one._asdict().items() if k != "name"})
        for one in waiting
        if one.name in seen and tuple(one)[1:] != seen[one.name]
    )
    return Outcome("list", partner.id, {"listing": pa.Table.from_pylist(new)} if new else {}, changes)


def _left_over(arrivals: list[dict[str, Any]], ready: list[Listed]) -> dict[str, str]:
    """Files that were recorded earlier but are still in the inbox, by name, with their digest."""
    unmoved = {(r["name"], r["size"], r["modified"]): r["file"] for r in arrivals}
    return {f.name: unmoved[key] for f in ready if (key := (f.name, f.size, f.modified)) in unmoved}


def _fetch(
    hub: Hub,
    partner: Partner,
    channel: Channel,
    mailbox: Mailbox,
    files: list[Listed],
    received: Received,
) -> list[_Fetched]:
    fetched: list[_Fetched] = []
    for listed in files:
        try:
            digest = hub.vault.put(mailbox.fetch(listed.name))
        except (PermanentError, FileChanged) as fault:
            # One file that cannot be taken must not keep the others out; it stays in the inbox and is told each time.
            received.problems.append(str(fault))
            continue
        fetched.append(_arrived(hub, partner, channel, listed, digest, fetched))
    return fetched


def _arrived(
    hub: Hub, partner: Partner, channel: Channel, listed: Listed, digest: str, before: Sequence[_Fetched]
) -> _Fetched:
    """The arrival of a file, numbered among those of the same name and bytes, and whether its bytes were here."""
    earlier = hub.store.table(Arrival, partner=partner.id, file=digest).to_pylist()
    of_name = sum((row["channel"], row["name"]) == (channel.id, listed.name) for row in earlier) + 1
    arrival = f"{partner.id}/{channel.id}/{digest[:12]}/{listed.name}#{of_name}"
    return _Fetched(listed, digest, arrival, bool(earlier) or any(one.file == digest for one in before))


def _arrivals(hub: Hub, partner: Partner, channel: Channel, fetched: list[_Fetched]) -> Outcome:
    """The rows that say what arrived, once for the whole listing."""
    arrivals = [
        {
            "arrival": f.arrival,
            "partner": partner.id,
            "channel": channel.id,
            "name": f.listed.name,
            "size": f.listed.size,
            "modified": f.listed.modified,
            "file": f.file,
            "duplicate": f.duplicate,
            "archived": False,
        }
        for f in fetched
    ]
    new = [
        {"partner": partner.id, "file": f.file, "name": f.listed.name, "size": f.listed.size, "state": "received"}
        for f in fetched
        if not f.duplicate
    ]
    repeated = [f for f in fetched if f.duplicate]
    again = [row for f in repeated for row in _same_answer(hub, partner, f)]
    rows = {"arrival": arrivals, "source_file": new, "outbound_message": again}
    tables = {name: pa.Table.from_pylist(part) for name, part in rows.items() if part}
    if repeated:
        found = as_table(_duplicate_finding(f) for f in repeated)
        tables["finding"] = as_records(found, partner.id, cause=f"{repeated[0].arrival}/")
    return Outcome("receive", partner.id, tables)


def _duplicate_finding(fetched: _Fetched) -> Finding:
    place = Place(fetched.file, 0, fetched.listed.size, fetched.listed.name)
    return Finding("FILE-DUPLICATE", place, f"{fetched.listed.name} has the bytes of an earlier file")


def _same_answer(hub: Hub, partner: Partner, fetched: _Fetched) -> list[dict[str, Any]]:
    """A repeated file gets the answer of the first one again: an error would make the partner send it for ever."""
    answers = hub.store.table(OutboundMessage, partner=partner.id, in_answer_to=fetched.file).to_pylist()
    return [
        {**answer, "key": f"{answer['key']}@{fetched.arrival}", "state": "pending", "answered_by": None}
        for answer in answers
        if "@" not in answer["key"]
    ]


def _archive(
    hub: Hub,
    partner: Partner,
    mailbox: Mailbox,
    unmoved: list[dict[str, Any]],
    left_over: dict[str, str],
    fetched: list[_Fetched],
    received: Received,
) -> None:
    """Move what is recorded out of the inbox, then remember that it was moved."""
    for name, digest in [*left_over.items(), *((f.listed.name, f.file) for f in fetched)]:
        try:
            mailbox.archive(name, f"{digest[:12]}-{name}")
        except FileChanged as fault:
            # Other bytes stand under the name by now: they stay, and the next listing takes them as a file of its own.
            received.problems.append(str(fault))
    unmarked = [row["arrival"] for row in unmoved] + [f.arrival for f in fetched]
    if unmarked:
        changes = tuple(Change("arrival", {"arrival": arrival}, {"archived": True}) for arrival in unmarked)
        hub.store.record(Outcome("archive", partner.id, changes=changes))
