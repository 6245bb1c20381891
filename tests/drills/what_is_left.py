"""Tells what a process that is dead leaves of the small world: the committed rows of its database, and its files.

Watching a process asks this hundreds of times, so what has not changed since is not read again.
"""

import hashlib
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.drills.small_world import PLACES

DATABASE = "backhaul.sqlite"
# Not part of a state: who tried how often, and when it was told. Nothing is decided by it.
_NO_MATTER = {"credit_intent": ("lease_owner", "lease_fence", "lease_until", "attempts"), "audit_event": None}
# Of the index of SQLite's log: how many pages were committed, their checksum, and a counter of transactions.
_INDEX_HEAD = 48

Look = tuple[object, ...]


@dataclass
class Left:
    """What is left in folders, asked again and again by one process."""

    _states: dict[tuple[Look, Look], str] = field(default_factory=dict)
    _rows: dict[Look, bytes] = field(default_factory=dict)

    def state(self, folder: Path) -> str:
        """The digest of everything in a world that the next process could make something of."""
        files = {str(path): _look_at_file(path) for path in _files(folder)}
        look = (_look_at_database(folder), tuple(sorted(files.items())))
        if look not in self._states:
            if look[0] not in self._rows:
                self._rows[look[0]] = _committed_rows(folder)
            found = hashlib.sha256(self._rows[look[0]])
            for path in sorted(files):
                data = Path(path).read_bytes()
                found.update(f"{os.path.relpath(path, folder)} {len(data)}\n".encode() + data)
            self._states[look] = found.hexdigest()[:24]
        return self._states[look]


def _files(folder: Path) -> Iterator[Path]:
    """Everything outside of the database that a next process could see."""
    for place in PLACES:
        for at, below, names in os.walk(folder / place):
            if ".writing" in below:
                below.remove(".writing")
            yield from (Path(at, name) for name in names if name != ".lock")


def _look_at_file(path: Path) -> Look:
    """Changes whenever a file does: files only ever come whole, by a rename, so that each is another inode."""
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _look_at_database(folder: Path) -> Look:
    """Changes with each transaction that is committed."""
    index = folder / f"{DATABASE}-shm"
    if index.exists():
        with index.open("rb") as head:
            return str(folder), head.read(_INDEX_HEAD)
    return str(folder), *(zlib.crc32(part.read_bytes()) for part in _database(folder))


def _database(folder: Path) -> list[Path]:
    """The files of the database that hold what is committed."""
    return [path for end in ("", "-wal") if (path := folder / f"{DATABASE}{end}").exists()]


def _committed_rows(folder: Path) -> bytes:
    """All rows of the database as far as they are committed, read from a copy."""
    copy = folder.with_name(f"{folder.name}.rows")
    copy.mkdir()
    for part in _database(folder):
        shutil.copyfile(part, copy / part.name)
    with closing(sqlite3.connect(copy / DATABASE)) as database:
        told = [(name, sorted(database.execute(query).fetchall(), key=repr)) for name, query in _queries(database)]
    shutil.rmtree(copy)
    return repr(told).encode()


_known_queries: list[tuple[str, str]] = []


def _queries(database: sqlite3.Connection) -> list[tuple[str, str]]:
    """What to ask for all that matters, table by table; the same for all worlds."""
    if not _known_queries:
        tables = database.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
        for (name,) in tables:
            left_out = _NO_MATTER.get(name, ())
            columns = [row[1] for row in database.execute(f'pragma table_info("{name}")')]
            chosen = ", ".join(f'"{column}"' for column in columns if left_out is not None and column not in left_out)
            _known_queries.extend([(name, f'select {chosen} from "{name}"')] if chosen else [])
    return _known_queries
