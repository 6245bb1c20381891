"""Open this when a server does strange things: the SFTP channel, hardened where the library trusts the other side."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPEN, CMD_OPENDIR, CMD_READDIR, SFTP_FLAG_READ

from connectors.mailbox.names import Entry, kind_of

_BLOCK_BYTES = 32 * 1024


class Stamp(NamedTuple):
    """Size and time of a file at a moment, as far as the server tells them."""

    size: int | None
    modified: int | None


class Wire(paramiko.SFTPClient):
    """An SFTP channel. Raises the library's exceptions."""

    _request: Callable[..., tuple[int, Any]]

    def entries(self, folder: str) -> list[Entry]:
        """What is in a folder. A name that is not UTF-8 comes with surrogates instead of ending the listing."""
        kind, answer = self._request(CMD_OPENDIR, folder)
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("Expected handle")
        handle = answer.get_binary()
        found: list[Entry] = []
        while block := self._block(handle):
            found.extend(block)
        self._request(CMD_CLOSE, handle)
        return [entry for entry in found if entry.name not in {".", ".."}]

    def _block(self, handle: bytes) -> list[Entry]:
        try:
            kind, answer = self._request(CMD_READDIR, handle)
        except EOFError:
            return []
        if kind != CMD_NAME:
            raise paramiko.SFTPError("Expected name response")
        return [_entry(answer) for _ in range(answer.get_int())]

    def stamp(self, path: str) -> Stamp | None:
        """Size and time of what is at the path (of a link itself), or None when nothing is."""
        try:
            return _stamp(self.lstat(path))
        except FileNotFoundError:
            return None

    def read_whole(self, path: str, bytes_max: int) -> tuple[bytes, Stamp, Stamp]:
        """The file's bytes with its stamp before and after; one that is larger than ``bytes_max`` is not read."""
        kind, answer = self._request(CMD_OPEN, path, SFTP_FLAG_READ, paramiko.SFTPAttributes())
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("Expected handle")
        with _Reading(self, answer.get_binary(), "rb") as file:
            before = _stamp(file.stat())
            size = before.size or 0
            if size > bytes_max:
                return b"", before, before
            if size > _BLOCK_BYTES:
                file.prefetch(size)
            return b"".join(_blocks(file, size)), before, _stamp(file.stat())


class _Reading(paramiko.SFTPFile):
    """A file whose requests are sent ahead by a thread of the library, which dies quietly with the connection."""

    _saved_exception: BaseException | None

    def _prefetch_thread(self, chunks: list[tuple[int, int]], most_at_once: int | None) -> None:
        try:
            super()._prefetch_thread(chunks, most_at_once)  # type: ignore[misc]
        except (OSError, EOFError, paramiko.SSHException) as error:
            self._saved_exception = error  # raised by the next read, in the caller's thread


def _blocks(file: paramiko.SFTPFile, most: int) -> Iterator[bytes]:
    while most and (block := file.read(min(_BLOCK_BYTES, most))):
        most -= len(block)
        yield block


def _entry(answer: Any) -> Entry:
    name = answer.get_string().decode("utf-8", "surrogateescape")
    answer.get_string()  # the long form, made for people
    status = paramiko.SFTPAttributes._from_msg(answer)  # type: ignore[attr-defined]
    kind = kind_of(status.st_mode) if status.st_mode is not None else "other"
    return Entry(name, kind, status.st_size, status.st_mtime)


def _stamp(status: paramiko.SFTPAttributes) -> Stamp:
    return Stamp(status.st_size, status.st_mtime)
