"""Open this when an export file is read twice or not at all: what the cursor of an export folder remembers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from connectors.mailbox.port import Listed
from connectors.mailbox.settled import Sighting


@dataclass(slots=True)
class Progress:
    """How far a folder was read: files that are done, by name; the one that is being read; those not settled yet."""

    done: dict[str, tuple[int, float, str]] = field(default_factory=dict)  # size, time of change, digest
    reading: tuple[str, int] = ("", 0)  # digest, and rows of it that were given
    seen: dict[str, tuple[int, float, datetime]] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> Self:
        """What this cursor says; None: nothing was read."""
        if cursor is None:
            return cls()
        said = json.loads(cursor)
        return cls(
            {name: (size, modified, digest) for name, (size, modified, digest) in said["done"].items()},
            (said["reading"][0], said["reading"][1]),
            {name: (size, at, datetime.fromisoformat(since)) for name, (size, at, since) in said["seen"].items()},
        )

    def cursor(self) -> str:
        """As text, always the same for the same progress."""
        seen = {name: (size, at, since.isoformat()) for name, (size, at, since) in self.seen.items()}
        said = {"done": self.done, "reading": self.reading, "seen": seen}
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    def look(self, listed: Iterable[Listed], waiting: Iterable[Sighting]) -> None:
        """Remember what waits, and forget files that are gone."""
        there = {file.name for file in listed}
        self.done = {name: told for name, told in self.done.items() if name in there}
        self.seen = {one.name: (one.size, one.modified, one.unchanged_since) for one in waiting}

    def is_done(self, file: Listed) -> bool:
        """Whether this file was read, as it is."""
        return self.done.get(file.name, ())[:2] == (file.size, file.modified)

    def was_read(self, digest: str) -> bool:
        """Whether a file of these bytes, whatever its name, was read."""
        return any(digest == one for _, _, one in self.done.values())

    def rows_given(self, digest: str) -> int:
        """Rows of this file that were given before."""
        return self.reading[1] if self.reading[0] == digest else 0

    def finish(self, file: Listed, digest: str) -> None:
        """This file is done."""
        self.done[file.name] = (file.size, file.modified, digest)
        self.reading = ("", 0)
