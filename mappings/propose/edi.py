"""Open this when the proposal for an X12 or EDIFACT sample is wrong: who sends it, what it is, and what is in use.

seen(file) -> Interchange        # identities, delimiters, messages, qualifiers; nothing of it is guessed
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.catalog import STANDARDS
from mappings.formats import edifact, x12
from mappings.formats.names import codes, message_name
from mappings.formats.segments import RawFile, Segments
from mappings.formats.values import text
from schemas.errors import PermanentError
from schemas.findings import Severity

_READERS = {"x12": x12.read, "edifact": edifact.read}
# Segments whose first element says what they are about, and the data element that names its codes.
_QUALIFIED: dict[str, dict[str, str]] = {
    "x12": {"N1": "98", "N9": "128", "REF": "128", "DTM": "374", "BLI": "235", "CUR": "98", "MAN": "88"},
    "edifact": {"NAD": "3035", "RFF": "1153", "DTM": "2005", "QTY": "6063", "PRI": "5125", "GIN": "7405", "LOC": "3227",
                "CDI": "7007", "PCI": "4233", "MOA": "5025", "ALI": "3239", "IMD": "7077"},
}  # fmt: skip
# Segments whose items carry their qualifier beside the number.
_ITEMS: dict[str, dict[str, tuple[int, ...]]] = {
    "x12": {"BLI": (1, 8, 10, 12), "W07": (4, 6, 10)},
    "edifact": {"LIN": (), "PIA": ()},
}


@dataclass(frozen=True)
class Message:
    """A kind of message in a sample: its type, versions, how many, and which shipped standard reads it.

    ``notice`` is the standard that reads the same message as a return's notice, where there is one.
    """

    type: str
    versions: tuple[str, ...]
    count: int
    extends: str | None
    about: str
    notice: str | None = None


@dataclass(frozen=True)
class Interchange:
    """What an EDI sample shows of itself."""

    standard: str
    sender: tuple[str, str]
    receiver: tuple[str, str]
    delimiters: str
    messages: tuple[Message, ...]
    qualifiers: Mapping[str, Mapping[str, str]] = field(repr=False)  # by segment: qualifier and a value it stands with
    faults: tuple[str, ...] = ()


def seen(standard: str, file: RawFile) -> Interchange:
    """What the reader finds in one EDI file; PermanentError where it has no whole envelope."""
    reading = _READERS[standard]([file])
    rows = reading.interchanges.to_pylist()
    if not rows or not reading.messages.num_rows:
        raise PermanentError(f"{file.name} has no message that can be read. Ask its sender for a whole interchange.")
    first = rows[0]
    senders = {_party(row, "sender") for row in rows}
    if len(senders) > 1:
        named = ", ".join(":".join(one) for one in sorted(senders))
        raise PermanentError(f"{file.name} comes from several senders: {named}. Propose a partner from its own files.")
    return Interchange(
        standard,
        _party(first, "sender"),
        _party(first, "receiver"),
        _delimiters(first),
        _messages(standard, reading),
        _qualifiers(standard, reading),
        _faults(reading),
    )


def _party(row: Mapping[str, str | None], side: str) -> tuple[str, str]:
    return (row[f"{side}_qualifier"] or "").strip(), (row[side] or "").strip()


def _delimiters(row: Mapping[str, str]) -> str:
    shown = {
        "element": row["element_separator"],
        "component": row["component_separator"],
        "segment": row["segment_terminator"],
        "release": row["release"],
        "repetition": row["repetition"],
    }
    return ", ".join(f"{name} {mark!r}" for name, mark in shown.items() if mark and mark.strip("\x00"))


def _messages(standard: str, reading: Segments) -> tuple[Message, ...]:
    rows = reading.messages.select(["type", "version"]).to_pylist()
    counts = Counter(row["type"] or "" for row in rows)
    return tuple(
        Message(
            kind,
            tuple(sorted({row["version"] or "" for row in rows if (row["type"] or "") == kind})),
            count,
            _shipped(standard, kind),
            message_name(standard, kind),
            _shipped(standard, f"{kind}_notice"),
        )
        for kind, count in sorted(counts.items())
    )


def _shipped(standard: str, message: str) -> str | None:
    """The shipped standard for a type of message; None where there is none."""
    name = f"{standard}/{message.lower()}"
    return name if (STANDARDS / f"{name}.yaml").is_file() else None


def _qualifiers(standard: str, reading: Segments) -> dict[str, dict[str, str]]:
    """The qualifiers in use, by segment, each with one of the values that it stands beside."""
    tags = reading.segments["tag"].to_pylist()
    rows = reading.values.select(["segment", "element", "component"]).to_pylist()
    texts = text(reading, range(len(rows))).to_pylist()
    cells: dict[int, dict[tuple[int, int], str]] = {}
    for row, value in zip(rows, texts, strict=True):
        cells.setdefault(row["segment"], {})[row["element"], row["component"]] = value
    found: dict[str, dict[str, str]] = {}
    for segment, values in cells.items():
        tag = tags[segment]
        for qualifier, value in _pairs(standard, tag, values):
            found.setdefault(tag, {}).setdefault(qualifier, value)
    return {tag: dict(sorted(values.items())) for tag, values in sorted(found.items())}


def _pairs(standard: str, tag: str, values: Mapping[tuple[int, int], str]) -> list[tuple[str, str]]:
    """Qualifier and value of one segment."""
    items = _ITEMS[standard]
    if standard == "x12" and tag in items:
        return [(values[at, 1], values[at + 1, 1]) for at in items[tag] if (at, 1) in values and (at + 1, 1) in values]
    if tag in items:
        return [(value, values[at, 1]) for (at, part), value in values.items() if part == 2 and (at, 1) in values]
    if tag not in _QUALIFIED[standard] or (1, 1) not in values:
        return []
    beside = [value for at, value in sorted(values.items()) if at != (1, 1)]
    return [(values[1, 1], beside[-1] if tag == "N1" and beside else beside[0] if beside else "")]


def _faults(reading: Segments) -> tuple[str, ...]:
    """What is wrong with the sample itself."""
    rows = reading.findings.select(["code", "severity", "detail"]).to_pylist()
    return tuple(f"{row['code']}: {row['detail']}" for row in rows if row["severity"] != Severity.INFO.value)


def word_of(standard: str, tag: str, qualifier: str) -> str:
    """What a qualifier means, in words; empty where we have none."""
    number = _QUALIFIED[standard].get(tag) or ("235" if standard == "x12" else "7143")
    try:
        return codes(standard, number).get(qualifier, "")
    except KeyError:
        return ""
