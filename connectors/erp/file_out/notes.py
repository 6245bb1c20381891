"""Open this when you ask where a note lies: the names of files, the lock, and writes that are whole or not there.

    drafts/<draft id>.xml                       a note that moves no money yet
    posted/<number>_<day>_<draft id>.xml        a credit note (CN-) or what takes one back (DN-): by one rename
    discarded/<draft id>.xml                    an orphan draft; kept so that no draft id is ever given twice
    journal/<day>.csv                           what was posted that day; can be made again from posted/

A draft id is the reference and a counter: RH-7Q2MZ4KD5N3PA_1. Importing programs copy from posted/ and never move.
"""

import fcntl
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from schemas.errors import TransientError

DRAFTS, POSTED, DISCARDED, JOURNAL = "drafts", "posted", "discarded", "journal"
LOCK_WAIT_SECONDS_MAX = 30.0
_LOCK_POLL_SECONDS = 0.02
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,59}")
_DRAFT_NAME = re.compile(rf"({_REFERENCE.pattern}_[0-9]+)\.xml")
_POSTED_NAME = re.compile(
    rf"((?:CN|DN)-[0-9]{{6,}})_([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})_({_REFERENCE.pattern}_[0-9]+)\.xml"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a posted note stands: its number and day of posting."""

    number: str
    day: str


class Listing:
    """What lies in the folder: ids of drafts, and the place of each posted draft id."""

    def __init__(self, drafts: Iterable[str], posted: Iterable[tuple[str, Place]]) -> None:
        self.drafts = set(drafts)
        self.posted: dict[str, Place] = {}
        self._by_reference: dict[str, set[str]] = defaultdict(set)
        self._by_day: dict[str, dict[str, str]] = defaultdict(dict)
        self._highest: dict[str, int] = defaultdict(int)
        for draft_id, place in posted:
            self.add_posted(draft_id, place)

    def add_posted(self, draft_id: str, place: Place) -> None:
        """A note was posted."""
        self.posted[draft_id] = place
        self._by_reference[reference_of(draft_id)].add(draft_id)
        self._by_day[place.day][draft_id] = place.number
        series, _, number = place.number.partition("-")
        self._highest[series] = max(self._highest[series], int(number))

    def of(self, reference: str) -> list[str]:
        """The draft ids of this reference, drafts and posted ones, in the order in which they were made."""
        drafts = {draft_id for draft_id in self.drafts if reference_of(draft_id) == reference}
        return sorted(drafts | self._by_reference.get(reference, set()), key=counter)

    def days(self) -> set[str]:
        """The days on which something was posted."""
        return set(self._by_day)

    def posted_on(self, day: str) -> dict[str, str]:
        """The numbers of that day's notes by draft id, in the order in which they were found or posted."""
        return self._by_day.get(day, {})

    def next_number(self, series: str) -> str:
        """The number after the highest: CN-000001, CN-000002, ... without gaps, since none is drawn in vain.

        What takes credit notes back is numbered by itself: DN-000001.
        """
        return f"{series}-{self._highest[series] + 1:06}"


def reference_of(draft_id: str) -> str:
    """The reference of a draft id."""
    return draft_id.rpartition("_")[0]


def counter(draft_id: str) -> int:
    """The counter at the end of a draft id."""
    return int(draft_id.rpartition("_")[2])


def fits_a_file_name(reference: str) -> bool:
    """Whether the reference can stand in a file name: letters, digits and hyphens, at most 60."""
    return _REFERENCE.fullmatch(reference) is not None


class _Stamp(NamedTuple):
    """Changes by us are counted in .lock; those by others show in the times of the folders."""

    changes: bytes
    drafts_modified_ns: int
    posted_modified_ns: int


class NoteFolder:
    """The folder of drafts, posted notes and journals. OSError is left to the caller, who knows what it means."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Only read and written under the lock.
        self._lock = -1
        self._known: tuple[_Stamp, Listing] | None = None

    def draft(self, draft_id: str) -> Path:
        """The file of a draft."""
        return self.root / DRAFTS / f"{draft_id}.xml"

    def posted(self, draft_id: str, place: Place) -> Path:
        """The file of a posted note."""
        return self.root / POSTED / f"{place.number}_{place.day}_{draft_id}.xml"

    def discarded(self, draft_id: str) -> Path:
        """The file of a discarded draft."""
        return self.root / DISCARDED / f"{draft_id}.xml"

    def journal(self, day: str) -> Path:
        """The file of a day's journal."""
        return self.root / JOURNAL / f"{day}.csv"

    @contextmanager
    def locked(self) -> Iterator[Listing]:
        """One process at a time, with what lies in the folder. TransientError when somebody keeps the lock.

        Whoever files or removes something keeps the listing in step with it; after a fault it is made anew.
        """
        self._make_shelves()
        lock = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._wait_for(lock)
            self._lock = lock
            listing = self._listing()
            self._known = None
            yield listing
            with suppress(OSError):  # then the next call reads the folder again
                self._known = (self._stamp(), listing)
        finally:
            with suppress(OSError):  # the lock goes with the descriptor, whatever close has to say
                os.close(lock)

    def _listing(self) -> Listing:
        """The listing of the last call, if nothing was changed since; reading the folder costs as much as it holds."""
        if self._known and self._known[0] == self._stamp():
            return self._known[1]
        return self._list()

    def _stamp(self) -> "_Stamp":
        shelves = [(self.root / shelf).stat().st_mtime_ns for shelf in (DRAFTS, POSTED)]
        return _Stamp(os.pread(self._lock, 32, 0), *shelves)

    def _announce_change(self) -> None:
        """Raise the count of changes in .lock, before the change: who dies half way leaves nobody an old listing."""
        count = os.pread(self._lock, 32, 0).strip()
        changes = int(count) + 1 if count.isdigit() else 1  # a loss of power may leave anything there
        os.pwrite(self._lock, f"{changes}\n".encode(), 0)

    def _make_shelves(self) -> None:
        shelves = [self.root / name for name in (DRAFTS, POSTED, DISCARDED, JOURNAL)]
        if all(shelf.is_dir() for shelf in shelves):
            return
        for shelf in shelves:
            shelf.mkdir(parents=True, exist_ok=True)
        self._sync_folder(self.root)

    def _wait_for(self, lock: int) -> None:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS_MAX
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TransientError(
                        f"{self.root} is locked for more than {LOCK_WAIT_SECONDS_MAX:.0f} s. "
                        "Next: it is tried again; if it stays, end the process that holds .lock."
                    ) from None
                time.sleep(_LOCK_POLL_SECONDS)
            else:
                return

    def _list(self) -> Listing:
        drafts = (_DRAFT_NAME.fullmatch(name) for name in self._names(DRAFTS))
        posted = (_POSTED_NAME.fullmatch(name) for name in self._names(POSTED))
        return Listing(
            (match[1] for match in drafts if match),
            ((match[3], Place(match[1], match[2])) for match in posted if match),
        )

    def _names(self, shelf: str) -> list[str]:
        with os.scandir(self.root / shelf) as entries:
            return [entry.name for entry in entries]

    def next_draft_id(self, reference: str, listing: Listing) -> str:
        """An id that no draft of this reference ever had."""
        gone = [path.stem for path in (self.root / DISCARDED).glob(f"{reference}_*.xml")]
        return f"{reference}_{1 + max(map(counter, [*listing.of(reference), *gone]), default=0)}"

    def write_beside(self, path: Path, data: bytes) -> Path:
        """The data under a temporary name in the same folder, on the disk."""
        temporary = path.with_name(f".{path.name}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return temporary

    def move(self, source: Path, target: Path) -> None:
        """One rename, on the disk when this returns."""
        self._announce_change()
        source.rename(target)
        self._sync_folder(target.parent)
        if source.parent != target.parent:
            self._sync_folder(source.parent)

    def forget_draft(self, draft_id: str) -> None:
        """Remove the draft of a posted note."""
        self._announce_change()
        self.draft(draft_id).unlink(missing_ok=True)

    def forget_temporaries(self) -> None:
        """Remove what killed processes left under temporary names. Only under the lock."""
        for shelf in (DRAFTS, POSTED, JOURNAL):
            for path in (self.root / shelf).glob(".*.tmp"):
                path.unlink(missing_ok=True)

    def _sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
