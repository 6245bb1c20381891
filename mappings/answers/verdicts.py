"""Open this when an answer says accepted where it should say rejected: what is held of each interchange and message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mappings.formats.segments import Segments
from mappings.messages.judge import TOLERANCES, Rejection
from schemas.findings import CATALOGUE, Severity


@dataclass(slots=True)
class Verdict:
    """Rejected or not, and the finding codes that say why or what was remarked, each once, in the order found."""

    is_rejected: bool = False
    codes: list[str] = field(default_factory=list)

    def add(self, code: str, *, rejects: bool) -> None:
        """One more finding about it."""
        self.is_rejected = self.is_rejected or rejects
        if code not in self.codes:
            self.codes.append(code)

    def answers(self, scheme: str) -> list[str]:
        """The codes of the answer (``ak5``, ``ta1`` or ``contrl``), each once; those that reject come first."""
        fatal_first = sorted(self.codes, key=lambda code: CATALOGUE[code].severity is not Severity.FATAL)
        return list(dict.fromkeys(filter(None, (getattr(CATALOGUE[code], scheme) for code in fatal_first))))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each interchange and each message of a reading, in its order."""

    interchanges: list[Verdict]
    messages: list[Verdict]


def verdicts(reading: Segments, rejections: Iterable[Rejection], tolerate: Sequence[str]) -> Verdicts:
    """What the reader's findings and the rejections of later stages come to. A tolerated finding does not reject."""
    found = Verdicts(
        [Verdict() for _ in range(reading.interchanges.num_rows)], [Verdict() for _ in range(reading.messages.num_rows)]
    )
    tolerated = {TOLERANCES[name] for name in tolerate}
    codes = reading.findings["code"].to_pylist()
    owners = zip(reading.owners["interchange"].to_pylist(), reading.owners["message"].to_pylist(), strict=True)
    for code, (interchange, message) in zip(codes, owners, strict=True):
        fatal = CATALOGUE[code].severity is Severity.FATAL and code not in tolerated
        _add(found, interchange, message, code, rejects=fatal)
    for one in rejections:
        _add(found, one.interchange, one.message, one.code, rejects=True)
    return found


def _add(found: Verdicts, interchange: int, message: int, code: str, *, rejects: bool) -> None:
    if message >= 0:
        found.messages[message].add(code, rejects=rejects)
    elif interchange >= 0:
        found.interchanges[interchange].add(code, rejects=rejects)
