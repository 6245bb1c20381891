"""Open this when `backhaul audit verify` looks at the wrong books: which database, anchors and public key it takes."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.anchors import Anchors, read_anchors
from connectors.signing import public_path, read_public_keys
from connectors.store import Store
from connectors.store.violation import Violation
from pipelines.settings import Settings, load_settings
from pipelines.wiring import utc_now
from pipelines.work.anchoring import anchors_of


@dataclass(frozen=True)
class TrailVerdict:
    """What the trail consists of, and what breaks it."""

    events: int
    anchors: int
    newest: tuple[date, int] | None  # day and event of the newest anchor
    violations: list[Violation]


def judged_trail(
    settings: Path | None, database: str | None, folder: Path | None, public_key: Path | None
) -> TrailVerdict:
    """The books and anchors named here, else those of the settings; nothing of them is changed.

    ConfigError: they are not there, or of another version of the program.
    """
    known = None if database and folder and public_key else load_settings(settings)
    anchors = _anchors(known, folder, public_key)
    address = database or (known.database_url if known else "")
    with Store.open(address, utc_now, as_it_is=True) as store:
        events, _ = store.head()
        broken = [*anchors.broken, *store.broken_trail(anchors.heads)]
    newest = (anchors.last.day, anchors.last.anchor.seq) if anchors.last else None
    return TrailVerdict(events, len(anchors.signed), newest, sorted(set(broken)))


def _anchors(known: Settings | None, folder: Path | None, public_key: Path | None) -> Anchors:
    if known is None or folder or public_key:
        place = folder or (known.path(known.audit.anchors) if known and known.audit.anchors else None)
        public = public_key or (public_path(known.path(known.audit.key)) if known else None)
        return read_anchors(place, read_public_keys(public)) if place and public else Anchors([], [])
    return anchors_of(known)
