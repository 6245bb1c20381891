"""Open this when the day's anchor is missing: the head of the audit chain, signed and written to its folder."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.anchors import Anchors, read_anchors, write_anchor
from connectors.signing import SigningKey, public_path, read_public_keys, read_signing_key
from connectors.store import Store
from connectors.store.audit_trail import Anchor
from pipelines.settings import Settings
from schemas.errors import PermanentError


@dataclass(frozen=True)
class Anchored:
    """The anchor of a day: its file (none while there are no events) and its head; new when it was written now."""

    path: Path | None
    head: Anchor | None
    new: bool


def anchor_day(store: Store, folder: Path, private: Path, day: date) -> Anchored:
    """Sign the head of the chain for this day; a day that has its anchor keeps it.

    Nothing is signed that does not follow the anchor before. PermanentError: anchors or chain are broken.
    ConfigError: no key that only its owner can read.
    """
    key = read_signing_key(private)
    kept = _kept(folder, private, key)
    if kept.broken:
        one = kept.broken[0]
        raise PermanentError(f"{folder / one.row}: {one.what}. Next: `backhaul audit verify` tells all that is broken.")
    last = kept.last
    if last and last.day >= day:
        return Anchored(folder / f"audit-{last.day}.txt", last.anchor, new=False)
    head, broken = store.head_since(last.anchor if last else None)
    if broken:
        raise PermanentError(
            f"The audit chain is broken at event {broken[0].row}: {broken[0].what}. No anchor was signed. "
            "Next: `backhaul audit verify` tells all that is broken."
        )
    if not head.seq:
        return Anchored(None, None, new=False)
    return Anchored(write_anchor(folder, day, head, last, key), head, new=True)


def _kept(folder: Path, private: Path, key: SigningKey) -> Anchors:
    """The anchors written before, by this key or one whose public half stands in the file beside it."""
    if not folder.is_dir():
        return Anchors([], [])
    public = public_path(private)
    others = read_public_keys(public) if public.is_file() else []
    return read_anchors(folder, [key.public, *others])


def anchors_of(settings: Settings) -> Anchors:
    """The anchors of these settings, none where no folder is set. ConfigError: no folder or no public key is there."""
    if settings.audit.anchors is None:
        return Anchors([], [])
    keys = read_public_keys(public_path(settings.path(settings.audit.key)))
    return read_anchors(settings.path(settings.audit.anchors), keys)
