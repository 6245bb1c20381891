"""Open this when files of a partner come and go through a folder on a disk of ours."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from connectors.disk import disk_faults, make_folder, sync_folder, write_whole
from connectors.mailbox import refusals
from connectors.mailbox.names import FILE_BYTES_MAX, IGNORE, Entry, arrange, kind_of, safe, temporary
from connectors.mailbox.port import Listed, Unsafe
from schemas.errors import ConfigError, PermanentError

_Stamp = tuple[int, int, int]  # inode, size, time in nanoseconds
_GROUP_READABLE = 0o644


class FolderMailbox:
    """A mailbox of three folders below ``root``. Only the archive is made when it is missing."""

    def __init__(
        self,
        root: Path,
        inbox: str,
        archive: str,
        outbox: str | None = None,
        ignore: Sequence[str] = IGNORE,
        file_bytes_max: int = FILE_BYTES_MAX,
    ) -> None:
        self._inbox = _below(root, inbox)
        self._archive = _below(root, archive)
        self._outbox = _below(root, outbox) if outbox is not None else None
        self._ignore = ignore
        self._file_bytes_max = file_bytes_max
        self._where = f"The mailbox {root}"
        self._unsafe: Sequence[Unsafe] = []
        self._fetched: dict[str, _Stamp] = {}

    def list(self) -> Sequence[Listed]:
        """Files in the inbox, oldest first, then by name. PermanentError when the folder is missing."""
        with disk_faults(f"Listing the inbox {self._inbox}"):
            listed, self._unsafe = arrange(self._entries(), self._ignore)
        return listed

    def unsafe(self) -> Sequence[Unsafe]:
        """What the last ``list()`` left out because of its name or nature."""
        return self._unsafe

    def fetch(self, name: str) -> bytes:
        """The whole file. PermanentError if it is not there or too large, TransientError if it is being written."""
        path = self._inbox / safe(name)
        # Neither through a link out of the inbox, nor waiting for the other end of a pipe.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with disk_faults(f"Reading {path}", missing="see who moved it"), os.fdopen(os.open(path, flags), "rb") as file:
            before = os.fstat(file.fileno())
            self._refuse(name, before)
            data = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
        if len(data) != before.st_size or _stamp(before) != _stamp(after):
            raise refusals.changed(name, self._where)
        self._fetched[name] = _stamp(after)
        return data

    def archive(self, name: str, as_name: str) -> None:
        """Move a read file into the archive; twice is no error."""
        source, target = self._inbox / safe(name), self._archive / safe(as_name)
        with disk_faults(f"Moving {source} to {target}"):
            if not source.exists():
                if not target.exists():
                    raise refusals.nowhere(name, as_name, self._where)
                return
            found = _stamp(source.lstat())
            if self._fetched.pop(name, found) != found:
                raise refusals.changed(name, self._where)
            make_folder(self._archive)
            source.replace(target)
            sync_folder(self._archive)
            sync_folder(self._inbox)

    def put(self, name: str, data: bytes) -> None:
        """An answer in the outbox, which appears whole; ConfigError without an outbox."""
        if self._outbox is None:
            raise refusals.no_outbox(self._where)
        target = self._outbox / safe(name)
        with disk_faults(f"Writing {target}"):
            write_whole(data, self._outbox / temporary(name), target, _GROUP_READABLE)

    def close(self) -> None:
        """Nothing is held."""

    def _entries(self) -> Iterator[Entry]:
        with os.scandir(self._inbox) as found:
            for entry in found:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # moved away between the listing and the look: it is not there
                yield Entry(entry.name, kind_of(status.st_mode), status.st_size, status.st_mtime)

    def _refuse(self, name: str, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise PermanentError(f"{self._where}: {name!r} is no regular file. Next: see who put it there.")
        if status.st_size > self._file_bytes_max:
            raise refusals.too_large(name, status.st_size, self._file_bytes_max, self._where)


def _below(root: Path, folder: str) -> Path:
    path = Path(os.path.normpath(root / folder))
    if not path.is_relative_to(os.path.normpath(root)):
        raise ConfigError(f"The folder {folder!r} of a channel lies outside {root}. Next: name one below it.")
    return path


def _stamp(status: os.stat_result) -> _Stamp:
    return status.st_ino, status.st_size, status.st_mtime_ns
