"""Open this when you ask where the bytes are: a write-once store of files, each under the sha256 of its content.

A file lies at ``ab/cd/<sha256>``. Files on their way lie in ``.writing``, on the same disk, and are no part of the
vault; what a crash leaves there may be deleted at any time.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from connectors.disk import disk_faults, make_folder, write_whole
from schemas.errors import PermanentError

_SHA = re.compile(r"[0-9a-f]{64}")
_WRITING = ".writing"
_READ_ONLY = 0o444
_RESTORE = "Next: restore this file from a backup, then check the vault again"
_STRANGE = "is no file of the vault. Next: see who put it there, and move it away"

Progress = Callable[[int, int], None]  # files and bytes looked at so far


class VaultSize(NamedTuple):
    """What a vault holds."""

    files: int
    bytes: int


class VaultPort(Protocol):
    """What work asks of a vault: ``Vault`` keeps it on a disk, ``MemoryVault`` in a test."""

    def put(self, data: bytes) -> str:
        """The file's sha256 in hex, after the bytes are safe. The same bytes again are no error."""
        ...

    def get(self, sha: str) -> bytes:
        """The bytes, hashed again. PermanentError when they are missing or damaged."""
        ...

    def __contains__(self, sha: object) -> bool:
        """Whether a file of this digest is here; its content is not looked at."""
        ...

    def damaged(self, progress: Progress | None = None) -> Iterator[tuple[str, str]]:
        """Every fault of the archive, all of it hashed again: the digest or path, and what is wrong with it."""
        ...

    def size(self) -> VaultSize:
        """How many files and bytes it holds."""
        ...


class Vault:
    """A vault in a folder, which is made with the first file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """The file's sha256 in hex, after the bytes and their name are on the disk; read-only from then on."""
        sha = hashlib.sha256(data).hexdigest()
        path = self._path(sha)
        with disk_faults(f"The vault {self._folder} cannot keep a file"):
            if not path.exists():
                self._write(data, sha, path)
            elif (found := path.stat().st_size) != len(data):
                raise PermanentError(f"{path} is damaged: {found} bytes, not {len(data)}. {_RESTORE}.")
        return sha

    def _write(self, data: bytes, sha: str, path: Path) -> None:
        make_folder(path.parent)
        make_folder(self._folder / _WRITING)
        # A name of its own for each writer: two that keep the same bytes at once do not meet before the rename.
        temporary = self._folder / _WRITING / f"{sha[:12]}.{secrets.token_hex(8)}"
        write_whole(data, temporary, path, _READ_ONLY)

    def get(self, sha: str) -> bytes:
        """The bytes, hashed again. PermanentError names the file when it is missing or damaged."""
        path = self._path(_checked(sha))
        with disk_faults(f"Reading {path} of the vault", missing=_RESTORE.removeprefix("Next: ")):
            return _same(path.read_bytes(), sha, str(path))

    def __contains__(self, sha: object) -> bool:
        """Whether a file of this digest is here; its content is not looked at."""
        return isinstance(sha, str) and bool(_SHA.fullmatch(sha)) and self._path(sha).is_file()

    def damaged(self, progress: Progress | None = None) -> Iterator[tuple[str, str]]:
        """Every fault of the archive, all of it hashed again: the digest or path, and what is wrong with it."""
        unreadable: list[OSError] = []
        files = total = 0
        for path in self._files(unreadable.append):
            if fault := self._fault_of(path):
                yield fault
            files, total = files + 1, total + path.lstat().st_size
            if progress:
                progress(files, total)
        for error in unreadable:
            yield str(error.filename), f"cannot be listed: {error.strerror}. Next: repair the disk or its rights"

    def size(self) -> VaultSize:
        """How many files and bytes it holds, strange ones left out. PermanentError when a folder cannot be read."""

        def unreadable(error: OSError) -> None:
            raise error

        with disk_faults(f"Measuring the vault {self._folder}"):
            sizes = [path.stat().st_size for path in self._files(unreadable) if self._belongs(path)]
        return VaultSize(len(sizes), sum(sizes))

    def _path(self, sha: str) -> Path:
        return self._folder / sha[:2] / sha[2:4] / sha

    def _belongs(self, path: Path) -> bool:
        named = _SHA.fullmatch(path.name) and path == self._path(path.name)
        return bool(named) and path.is_file() and not path.is_symlink()

    def _files(self, unreadable: Callable[[OSError], None]) -> Iterator[Path]:
        """Everything below the folder that is no folder, in order of path; what is being written left out."""
        if not self._folder.exists():
            return
        for at, folders, names in os.walk(self._folder, onerror=unreadable):
            here = Path(at)
            links = [name for name in folders if (here / name).is_symlink()]
            folders[:] = sorted(set(folders) - set(links) - ({_WRITING} if here == self._folder else set()))
            yield from (here / name for name in sorted([*names, *links]))

    def _fault_of(self, path: Path) -> tuple[str, str] | None:
        if not self._belongs(path):
            return str(path.relative_to(self._folder)), f"{path} {_STRANGE}"
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return path.name, f"{path} cannot be read: {error.strerror}. {_RESTORE}"
        return None if found == path.name else (path.name, f"{path} is damaged: its content is {found}. {_RESTORE}")


class MemoryVault:
    """A vault of a test: ``contents`` is open to be spoiled."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """The file's sha256 in hex."""
        sha = hashlib.sha256(data).hexdigest()
        found = self.contents.setdefault(sha, bytes(data))
        if len(found) != len(data):
            raise PermanentError(f"{sha} is damaged: {len(found)} bytes, not {len(data)}. {_RESTORE}.")
        return sha

    def get(self, sha: str) -> bytes:
        """The bytes, hashed again. PermanentError names the file when it is missing or damaged."""
        if _checked(sha) not in self.contents:
            raise PermanentError(f"Reading {sha} of the vault: it does not exist. {_RESTORE}.")
        return _same(self.contents[sha], sha, sha)

    def __contains__(self, sha: object) -> bool:
        """Whether a file of this digest is here; its content is not looked at."""
        return sha in self.contents

    def damaged(self, progress: Progress | None = None) -> Iterator[tuple[str, str]]:
        """Every fault of the archive, all of it hashed again: the digest or path, and what is wrong with it."""
        total = 0
        for files, (sha, data) in enumerate(sorted(self.contents.items()), 1):
            found = hashlib.sha256(data).hexdigest()
            if not _SHA.fullmatch(sha):
                yield sha, f"{sha} {_STRANGE}"
            elif found != sha:
                yield sha, f"{sha} is damaged: its content is {found}. {_RESTORE}"
            total += len(data)
            if progress:
                progress(files, total)

    def size(self) -> VaultSize:
        """How many files and bytes it holds, strange ones left out."""
        sizes = [len(data) for sha, data in self.contents.items() if _SHA.fullmatch(sha)]
        return VaultSize(len(sizes), sum(sizes))


def _checked(sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise PermanentError(f"{sha!r} is no sha256 of a file. Next: look up the digest, 64 characters of 0-9 a-f.")
    return sha


def _same(data: bytes, sha: str, where: str) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != sha:
        raise PermanentError(f"{where} is damaged: its content is {found}. {_RESTORE}.")
    return data
