"""Open this when a file is refused by ``backhaul edi``: any EDI file as a reading, without partner or settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile, Segments
from mappings.formats.sniff import sniff
from schemas.errors import PermanentError
from schemas.findings import CATALOGUE, FindingCode, Severity

_NO_EDI = {
    "empty": "holds no bytes. Ask its sender to send it again",
    "delimited": "is text, but no X12 or EDIFACT: no ISA or UNB is in its first 16 kB. Open a table with a spreadsheet",
    "workbook": "is a workbook, no X12 or EDIFACT. Open it with a spreadsheet",
    "xml": "is XML, and no X12 or EDIFACT. A mapping for XML reads it",
    "json": "is JSON, and no X12 or EDIFACT. A mapping for JSON reads it",
    "unknown": "is no X12, no EDIFACT and no table: it may be of another standard, packed or encrypted. "
    "Convert or unpack it, then try again",
}
_READERS = {"x12": x12.read, "edifact": edifact.read}


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding of the reader, ready to be told."""

    code: str
    severity: Severity
    path: str
    offset: int
    detail: str

    @property
    def entry(self) -> FindingCode:
        """What the catalogue says about it."""
        return CATALOGUE[self.code]


def read_edi(path: Path) -> Segments:
    """The file's segments. PermanentError when it cannot be opened or is no EDI."""
    try:
        data = path.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        raise PermanentError(f"{path} cannot be read: {reason}. Check the path and its permissions.") from fault
    kind = sniff(data)
    if kind in _NO_EDI:
        raise PermanentError(f"{path} {_NO_EDI[kind]}.")
    return _READERS[kind]([RawFile(sha256(data).hexdigest(), path.name, data)])


def findings_of(segments: Segments) -> list[Noted]:
    """The reader's findings in the order of their bytes."""
    rows = segments.findings.select(["code", "severity", "path", "offset", "detail"]).to_pylist()
    noted = [
        Noted(row["code"], Severity(row["severity"]), row["path"], row["offset"] or 0, row["detail"]) for row in rows
    ]
    return sorted(noted, key=lambda one: one.offset)


def is_at_fault(findings: Sequence[Noted]) -> bool:
    """Whether any of them is more than worth knowing."""
    return any(one.severity is not Severity.INFO for one in findings)
