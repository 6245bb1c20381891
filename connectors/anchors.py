"""Open this when you ask what an anchor is: the head of the audit chain, signed, in a small text file a day.

Anchors lie where whoever can change the database cannot: another machine's mount, a medium that is written once. Each
names the digest of the one before, so that none is taken out of their middle unnoticed. docs/audit.md tells the rest.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from connectors.disk import disk_faults, make_folder, write_whole
from connectors.signing import PublicKey, SigningKey, by_name
from connectors.store.audit_trail import Anchor
from connectors.store.violation import Violation
from schemas.errors import ConfigError

FIRST = "0" * 64  # what the first anchor names as the one before
_READ_ONLY = 0o444
_SIZE_MAX = 10_000
_TITLE = "Backhaul audit anchor, form 1"
_FORM = re.compile(
    rf"{_TITLE}\n"
    r"date: (?P<day>\d{4}-\d\d-\d\d)\n"
    r"seq: (?P<seq>[1-9]\d{0,17})\n"
    r"hash: (?P<hash>[0-9a-f]{64})\n"
    r"rows: (?P<rows>0|[1-9]\d{0,17})\n"
    r"before: (?P<before>[0-9a-f]{64})\n"
    r"key: (?P<key>[0-9a-f]{32})\n"
    r"signature: (?P<signature>[A-Za-z0-9+/=]+)\n"
)


@dataclass(frozen=True, slots=True)
class SignedAnchor:
    """What an anchor's file says, and the file's own digest."""

    day: date
    anchor: Anchor
    before: str
    digest: str


@dataclass(frozen=True)
class Anchors:
    """The anchors of a folder by day, and what is wrong with its files."""

    signed: list[SignedAnchor]
    broken: list[Violation]

    @property
    def heads(self) -> list[Anchor]:
        """The heads that the chain must still have."""
        return [one.anchor for one in self.signed]

    @property
    def last(self) -> SignedAnchor | None:
        """The newest one."""
        return self.signed[-1] if self.signed else None


def read_anchors(folder: Path, keys: Sequence[PublicKey]) -> Anchors:
    """The anchors that one of these keys signed, and the files that are none of them, altered, or out of line.

    ConfigError: there is no such folder.
    """
    with disk_faults(f"reading the anchors in {folder}"):
        if not folder.is_dir():
            raise ConfigError(f"There is no folder {folder}. Next: mount it, or name the one with the anchors.")
        texts = {path.name: path.read_bytes()[:_SIZE_MAX] for path in sorted(folder.glob("audit-*.txt"))}
    found = {name: _read(name, text, keys) for name, text in texts.items()}
    signed = [one for one in found.values() if isinstance(one, SignedAnchor)]
    broken = [Violation("anchor", "", name, what) for name, what in found.items() if isinstance(what, str)]
    return Anchors(signed, [*broken, *_out_of_line(signed)])


def write_anchor(folder: Path, day: date, head: Anchor, before: SignedAnchor | None, key: SigningKey) -> Path:
    """The file of this day, signed and whole on the disk; it follows the anchor before it."""
    said = (
        f"{_TITLE}\ndate: {day}\nseq: {head.seq}\nhash: {head.hash}\nrows: {head.rows}\n"
        f"before: {before.digest if before else FIRST}\nkey: {key.public.name}\n"
    )
    text = f"{said}signature: {key.sign(said.encode('ascii'))}\n".encode("ascii")
    path = folder / _name(day)
    with disk_faults(f"writing the anchor {path}"):
        make_folder(folder)
        write_whole(text, folder / f".{path.name}.tmp", path, _READ_ONLY)
    return path


def _name(day: date) -> str:
    return f"audit-{day}.txt"


def _read(name: str, text: bytes, keys: Sequence[PublicKey]) -> SignedAnchor | str:
    """The anchor, or what is wrong with its file."""
    found = _FORM.fullmatch(text.decode("latin-1"))
    if not found:
        return "the file is no anchor, or was altered"
    key = by_name(keys).get(found["key"])
    if key is None:
        return f"the anchor was signed by another key, {found['key']}"
    if not key.fits(found["signature"], text[: found.start("signature") - len("signature: ")]):
        return "the anchor was altered: its signature does not fit"
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return "the anchor is of no day"
    if name != _name(day):
        return f"the anchor is of another day, {day}"
    head = Anchor(int(found["seq"]), found["hash"], int(found["rows"]), f"the anchor of {day}")
    return SignedAnchor(day, head, found["before"], sha256(text).hexdigest())


def _out_of_line(signed: Sequence[SignedAnchor]) -> Iterator[Violation]:
    """The anchors that do not follow the one before them."""
    digest, seq = FIRST, 0
    for one in signed:
        if one.before != digest:
            what = "the anchor does not follow the one before it: an anchor between them is gone or was altered"
            yield Violation("anchor", "", _name(one.day), what)
        if one.anchor.seq < seq:
            yield Violation("anchor", "", _name(one.day), "the anchor is of an earlier event than the one before it")
        digest, seq = one.digest, one.anchor.seq
