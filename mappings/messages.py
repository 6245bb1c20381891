"""Open this when a message gave no document: which interchanges and messages of a batch are taken, and by which map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.acknowledged import KINDS
from mappings.catalog import Map, PartnerFolder
from mappings.column import Ints, Mask
from mappings.formats.segments import Segments
from mappings.paths import numbered
from schemas.findings import Finding, Place, Severity
from schemas.tables import FINDINGS

# Named deviations of partner.yaml, and the finding that they keep from quarantining a message.
TOLERANCES = {"segment_count": "MSG-COUNT-WRONG"}


@dataclass(frozen=True, slots=True)
class Rejection:
    """An interchange (``message`` is -1) or a message that translation itself turns away, for the acknowledgement."""

    standard: str
    interchange: int
    message: int
    code: str


@dataclass(frozen=True)
class Judged:
    """What becomes of each interchange and message of a batch.

    ``maps`` holds for each message the number of the mapping that claims it, or -1. A message that is claimed but not
    ``usable`` gives a document without lines. Findings of this judgement stand beside the reader's own.
    """

    accepted: Mask
    maps: Ints
    usable: Mask
    findings: tuple[tuple[Finding, int], ...]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True)
class Places:
    """Where interchanges and messages lie in their files, and the numbers they have there."""

    reading: Segments
    file_of_interchange: Ints
    interchange_no: Ints
    interchange_of: Ints
    file_of_message: Ints
    message_no: Ints

    @staticmethod
    def of(reading: Segments) -> "Places":
        """The places of a batch."""
        files = numbered(reading.interchanges["file_index"].to_numpy())
        interchange = numbered(reading.messages["interchange"].to_numpy())
        of_message = files[interchange]
        return Places(reading, files, _counted(files), interchange, of_message, _counted(of_message))

    def place(self, start: int, end: int, path: str) -> Place:
        """A stretch of the buffer as a place in its file."""
        starts = self.reading.files["start"].to_numpy()
        file = max(int(np.searchsorted(starts, start, side="right")) - 1, 0)
        return Place(self.reading.files["file"][file].as_py(), start - int(starts[file]), end - start, path)

    def message_path(self, message: int) -> str:
        """How a person finds a message: `ISA 000000017/GS 17/ST 0003`, `UNB 4711/UNH 3`."""
        row = self.reading.messages.slice(message, 1).to_pylist()[0]
        head = self.interchange_path(row["interchange"])
        group_tag, tag = ("UNG", "UNH") if head.startswith("UNB") else ("GS", "ST")
        group = f"/{group_tag} {self.reading.groups['control'][row['group']].as_py()}" if row["group"] >= 0 else ""
        return f"{head}{group}/{tag} {row['control']}"

    def interchange_path(self, interchange: int) -> str:
        """How a person finds an interchange."""
        row = self.reading.interchanges.slice(interchange, 1).to_pylist()[0]
        return f"{'ISA' if row['standard'] == 'x12' else 'UNB'} {row['control']}"


def _counted(owner: Ints) -> Ints:
    """For each row its number, from 1, among the rows of the same owner."""
    order = np.argsort(owner, kind="stable")
    _, first, counts = np.unique(owner[order], return_index=True, return_counts=True)
    numbers = np.empty(len(owner), dtype=np.int64)
    numbers[order] = np.arange(len(owner)) - np.repeat(first, counts) + 1
    return numbers


# Which of these messages hold a mapping's `where` (mappings/where.py).
Where = Callable[[Map, Ints], Mask]


def judge(places: Places, partner: PartnerFolder, maps: Sequence[Map], standard: str, where: Where) -> Judged:
    """Known senders, claimed kinds of message, and messages without an untolerated fatal finding."""
    reading = places.reading
    findings: list[tuple[Finding, int]] = []
    rejections: list[Rejection] = []
    known = _known_senders(places, partner, standard, findings, rejections)
    fatal, tolerated = _fatal(reading, partner)
    owners = reading.owners
    at_interchange = _marked(owners["interchange"], fatal & ~_of_message(reading), reading.interchanges.num_rows)
    accepted = known & ~at_interchange
    claimed = _claimed(places, maps, where, accepted)
    _unclaimed(places, standard, accepted, claimed, findings, rejections)
    bad = _marked(owners["message"], fatal, reading.messages.num_rows)
    excused = _marked(owners["message"], tolerated, reading.messages.num_rows)
    readable = reading.messages["readable"].to_numpy().astype(bool)
    return Judged(accepted, claimed, ~bad & (readable | excused), tuple(findings), tuple(rejections))


def _known_senders(
    places: Places, partner: PartnerFolder, standard: str, findings: list[tuple[Finding, int]], out: list[Rejection]
) -> Mask:
    """Interchanges whose sender is one of the partner's identities; ENV-UNKNOWN-SENDER for the others."""
    identities = {(i.qualifier, i.id) for i in partner.partner.identities if i.scheme == standard}
    rows = places.reading.interchanges.select(["sender_qualifier", "sender", "start", "end"]).to_pylist()
    known = np.ones(len(rows), dtype=bool)
    for at, row in enumerate(rows):
        sender = ((row["sender_qualifier"] or "").strip(), (row["sender"] or "").strip())
        if sender not in identities:
            known[at] = False
            place = places.place(row["start"], row["end"], places.interchange_path(at))
            findings.append((Finding("ENV-UNKNOWN-SENDER", place, f"the sender is {':'.join(sender)}"), -1))
            out.append(Rejection(standard, at, -1, "ENV-UNKNOWN-SENDER"))
    return known


def _fatal(reading: Segments, partner: PartnerFolder) -> tuple[Mask, Mask]:
    """Which of the reader's findings are fatal for this partner, and which it tolerates."""
    severity = np.asarray(reading.findings["severity"].to_pylist(), dtype=object)
    named = pa.array([TOLERANCES[name] for name in partner.partner.tolerate], pa.string())
    tolerated = np.asarray(pc.is_in(reading.findings["code"], named).to_numpy(), dtype=bool)
    return (severity == Severity.FATAL.value) & ~tolerated, tolerated


def _of_message(reading: Segments) -> Mask:
    return np.asarray(reading.owners["message"].to_numpy(zero_copy_only=False) >= 0, dtype=bool)


def _marked(owner: pa.Array, marks: Mask, size: int) -> Mask:
    """Which of the owners have a marked row; -1 owns nothing."""
    owners = numbered(owner.to_numpy(zero_copy_only=False))[marks]
    found = np.zeros(size, dtype=bool)
    found[owners[owners >= 0]] = True
    return found


def _claimed(places: Places, maps: Sequence[Map], where: Where, accepted: Mask) -> Ints:
    """For each message of an accepted interchange the first mapping whose claims all hold, or -1."""
    messages = places.reading.messages.select(["type", "version"]).to_pylist()
    senders = _senders(places)
    keys = [
        (row["type"] or "", row["version"] or "", senders[interchange])
        for row, interchange in zip(messages, places.interchange_of.tolist(), strict=True)
    ]
    known = {key: [n for n, one in enumerate(maps) if one.claims_message(*key)] for key in set(keys)}
    claimed = np.full(len(messages), -1, dtype=np.int64)
    for number, one in enumerate(maps):
        meant = np.fromiter((number in known[key] for key in keys), dtype=bool, count=len(keys))
        open_ones = np.flatnonzero(meant & (claimed < 0) & accepted[places.interchange_of])
        claimed[open_ones[where(one, open_ones)]] = number
    return claimed


def _senders(places: Places) -> list[str]:
    """The sender of each interchange, as `qualifier:id`."""
    rows = places.reading.interchanges.select(["sender_qualifier", "sender"]).to_pylist()
    return [f"{(row['sender_qualifier'] or '').strip()}:{(row['sender'] or '').strip()}" for row in rows]


def _unclaimed(
    places: Places,
    standard: str,
    accepted: Mask,
    claimed: Ints,
    findings: list[tuple[Finding, int]],
    out: list[Rejection],
) -> None:
    """MSG-NOT-CLAIMED for each message of an accepted interchange that no mapping claims.

    Answers to what we sent need no mapping.
    """
    for at in np.flatnonzero((claimed < 0) & accepted[places.interchange_of]).tolist():
        row = places.reading.messages.slice(at, 1).to_pylist()[0]
        if row["type"] in KINDS[standard]:
            continue
        place = places.place(row["start"], row["end"], places.message_path(at))
        detail = f"message {row['type'] or ''}, version {row['version'] or 'not stated'}"
        findings.append((Finding("MSG-NOT-CLAIMED", place, detail), at))
        out.append(Rejection(standard, int(places.interchange_of[at]), at, "MSG-NOT-CLAIMED"))


def reader_findings(reading: Segments, partner: PartnerFolder, documents: pa.Array) -> pa.Table:
    """The reader's findings, each with the document of its message; tolerated ones have come down to warnings."""
    message = reading.owners["message"]
    own = pc.if_else(pc.greater_equal(message, 0), message, pa.scalar(None, message.type))
    _, tolerated = _fatal(reading, partner)
    severity = pc.if_else(pa.array(tolerated), Severity.WARNING.value, reading.findings["severity"])
    table = reading.findings.set_column(FINDINGS.get_field_index("document"), "document", documents.take(own))
    return table.set_column(FINDINGS.get_field_index("severity"), "severity", severity).cast(FINDINGS)
