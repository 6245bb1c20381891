"""Open this when a message gave no document: which interchanges and messages of a batch are taken, and by which map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.answers.acknowledged import KINDS
from mappings.catalog import Map, PartnerFolder
from mappings.column import Ints, Mask
from mappings.formats.segments import Segments
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
        files = reading.interchanges["file_index"].to_numpy().astype(np.int64)
        interchange = reading.messages["interchange"].to_numpy().astype(np.int64)
        of_message = files[interchange]
        return Places(reading, files, _counted(files), interchange, of_message, _counted(of_message))

    def files_of(self, start: Ints) -> Ints:
        """The file in which each of these offsets of the buffer lies."""
        starts = self.reading.files["start"].to_numpy()
        return np.maximum(np.searchsorted(starts, start, side="right").astype(np.int64) - 1, 0)

    def place(self, start: int, end: int, path: str) -> Place:
        """A stretch of the buffer as a place in its file."""
        starts = self.reading.files["start"].to_numpy()
        file = max(int(np.searchsorted(starts, start, side="right")) - 1, 0)
        return Place(self.reading.files["file"][file].as_py(), start - int(starts[file]), end - start, path)

    def message_path(self, message: int) -> str:
        """How a person finds a message: `ISA 000000017/GS 17/ST 0003`, `UNB 4711/UNH 3`."""
        return str(self.message_paths(np.array([message]))[0].as_py())

    def message_paths(self, messages: Ints) -> pa.Array:
        """How a person finds each of these messages."""
        rows = self.reading.messages.take(pa.array(messages))
        envelopes = self.reading.interchanges.take(rows["interchange"])
        is_x12 = pc.equal(envelopes["standard"], "x12")
        group = pc.if_else(pc.greater_equal(rows["group"], 0), rows["group"], pa.scalar(None, pa.int32()))
        control = self.reading.groups["control"].take(group)
        within = pc.binary_join_element_wise(pc.if_else(is_x12, "/GS ", "/UNG "), control, "")
        parts = (
            pc.if_else(is_x12, "ISA ", "UNB "), pc.fill_null(envelopes["control"], "None"),
            pc.if_else(pc.is_valid(group), pc.fill_null(within, "/GS None"), ""),
            pc.if_else(is_x12, "/ST ", "/UNH "), pc.fill_null(rows["control"], "None"),
        )  # fmt: skip
        return pc.binary_join_element_wise(*parts, "").combine_chunks()

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


# Which of these messages hold a mapping's `where` (mappings/messages/where.py).
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
    claimed = _claimed(places, maps, standard, where, accepted, findings, rejections)
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
    is_fatal = pc.equal(reading.findings["severity"], Severity.FATAL.value).to_numpy().astype(bool)
    named = pa.array([TOLERANCES[name] for name in partner.partner.tolerate], pa.string())
    tolerated = np.asarray(pc.is_in(reading.findings["code"], named).to_numpy(), dtype=bool)
    return is_fatal & ~tolerated, tolerated


def _of_message(reading: Segments) -> Mask:
    return np.asarray(reading.owners["message"].to_numpy(zero_copy_only=False) >= 0, dtype=bool)


def _marked(owner: pa.Array, marks: Mask, size: int) -> Mask:
    """Which of the owners have a marked row; -1 owns nothing."""
    owners = owner.to_numpy(zero_copy_only=False).astype(np.int64)[marks]
    found = np.zeros(size, dtype=bool)
    found[owners[owners >= 0]] = True
    return found


def _claimed(
    places: Places,
    maps: Sequence[Map],
    standard: str,
    where: Where,
    accepted: Mask,
    findings: list[tuple[Finding, int]],
    out: list[Rejection],
) -> Ints:
    """For each message of an accepted interchange the first mapping that claims it; MSG-NOT-CLAIMED for the others.

    Answers to what we sent need no mapping.
    """
    named, code = _kinds_of_message(places)
    taken = accepted[places.interchange_of] if len(code) else np.zeros(0, dtype=bool)
    claimed = np.full(len(code), -1, dtype=np.int64)
    for number, one in enumerate(maps):
        meant = np.array([*(one.claims_message(*kind) for kind in named), False])[code]
        open_ones = np.flatnonzero(taken & meant & (claimed < 0))
        claimed[open_ones[where(one, open_ones)]] = number
    is_answer = np.array([*(kind[0] in KINDS[standard] for kind in named), False])[code]
    for at in np.flatnonzero(taken & (claimed < 0) & ~is_answer).tolist():
        row = places.reading.messages.slice(at, 1).to_pylist()[0]
        message, version, _ = named[code[at]]
        detail = f"message {message}, version {version or 'not stated'}"
        place = places.place(row["start"], row["end"], places.message_path(at))
        findings.append((Finding("MSG-NOT-CLAIMED", place, detail), at))
        out.append(Rejection(standard, int(places.interchange_of[at]), at, "MSG-NOT-CLAIMED"))
    return claimed


def _kinds_of_message(places: Places) -> tuple[list[tuple[str, str, str]], Ints]:
    """The different types, versions and senders (`qualifier:id`) of messages, and which of them each message has."""
    reading = places.reading
    named = ("sender_qualifier", "sender")
    parts = (pc.utf8_trim_whitespace(pc.fill_null(reading.interchanges[name], "")) for name in named)
    senders = pc.binary_join_element_wise(*parts, ":").take(pa.array(places.interchange_of))
    columns = [pc.fill_null(reading.messages["type"], ""), pc.fill_null(reading.messages["version"], ""), senders]
    coded = [column.combine_chunks().dictionary_encode() for column in columns]
    codes = [one.indices.to_numpy(zero_copy_only=False).astype(np.int64) for one in coded]
    words = [one.dictionary.to_pylist() for one in coded]
    together = (codes[0] * len(words[1]) + codes[1]) * len(words[2]) + codes[2]
    _, first, code = np.unique(together, return_index=True, return_inverse=True)
    kinds = [tuple(word[own[at]] for word, own in zip(words, codes, strict=True)) for at in first.tolist()]
    return kinds, code.astype(np.int64)


def reader_findings(reading: Segments, partner: PartnerFolder, documents: pa.Array) -> pa.Table:
    """The reader's findings, each with the document of its message; tolerated ones have come down to warnings."""
    message = reading.owners["message"]
    own = pc.if_else(pc.greater_equal(message, 0), message, pa.scalar(None, message.type))
    _, tolerated = _fatal(reading, partner)
    severity = pc.if_else(pa.array(tolerated), Severity.WARNING.value, reading.findings["severity"])
    table = reading.findings.set_column(FINDINGS.get_field_index("document"), "document", documents.take(own))
    return table.set_column(FINDINGS.get_field_index("severity"), "severity", severity).cast(FINDINGS)
