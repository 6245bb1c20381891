"""Open this when files of a partner come and go over SFTP (draft-ietf-secsh-filexfer-02, as OpenSSH speaks it)."""

import posixpath
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import paramiko

from connectors.mailbox import refusals
from connectors.mailbox.faults import in_our_words
from connectors.mailbox.names import FILE_BYTES_MAX, IGNORE, arrange, safe, temporary
from connectors.mailbox.port import Listed, Unsafe
from connectors.mailbox.session import Address, Session, pinned_key
from connectors.mailbox.wire import Stamp, Wire
from schemas.errors import TransientError

T = TypeVar("T")

_OUTSIDE = (paramiko.SSHException, paramiko.SFTPError, OSError, EOFError, UnicodeError)

# A server that takes a file slower than this is cut off: the library waits for ever for one that stops taking.
_BYTES_A_SECOND_LEAST = 10_000

# SSH_FX_OP_UNSUPPORTED reaches us as words only.
_CLOSED = "Socket is closed"  # the library's word for a channel that ended while our side still wrote to it
_UNSUPPORTED = re.compile(r"unsupported|not supported|not implemented", re.IGNORECASE)


class SftpMailbox:
    """A mailbox on a partner's server. One connection serves many files; it is opened by the first call.

    What only reads is tried on a second connection when the first one breaks; what writes raises TransientError.
    """

    def __init__(
        self,
        address: Address,
        inbox: str,
        archive: str,
        outbox: str | None = None,
        ignore: Sequence[str] = IGNORE,
        file_bytes_max: int = FILE_BYTES_MAX,
    ) -> None:
        for line in address.host_keys:
            pinned_key(line)
        self._address = address
        self._inbox = inbox
        self._archive = archive
        self._outbox = outbox
        self._ignore = ignore
        self._file_bytes_max = file_bytes_max
        self._unsafe: Sequence[Unsafe] = []
        self._fetched: dict[str, Stamp] = {}
        self._session: Session | None = None

    def list(self) -> Sequence[Listed]:
        """Files in the inbox, oldest first, then by name. PermanentError when the folder is missing."""
        entries = self._read(f"listing {self._inbox}", lambda wire: wire.entries(self._inbox))
        listed, self._unsafe = arrange(entries, self._ignore)
        return listed

    def unsafe(self) -> Sequence[Unsafe]:
        """What the last ``list()`` left out because of its name or nature."""
        return self._unsafe

    def fetch(self, name: str) -> bytes:
        """The whole file. PermanentError if it is not there or too large, TransientError if it is being written."""
        path = posixpath.join(self._inbox, safe(name))
        data, before, after = self._read(
            f"reading {path}", lambda wire: wire.read_whole(path, self._file_bytes_max), missing="see who moved it"
        )
        if before.size is not None and before.size > self._file_bytes_max:
            raise refusals.too_large(name, before.size, self._file_bytes_max, str(self._address))
        if len(data) != before.size or before != after:
            raise refusals.changed(name, str(self._address))
        self._fetched[name] = after
        return data

    def archive(self, name: str, as_name: str) -> None:
        """Move a read file into the archive; twice is no error."""
        source = posixpath.join(self._inbox, safe(name))
        target = posixpath.join(self._archive, safe(as_name))
        self._write(f"moving {source} to {target}", lambda wire: self._move(wire, name, source, target))

    def put(self, name: str, data: bytes) -> None:
        """An answer in the outbox, which appears whole; ConfigError without an outbox.

        What a broken connection leaves under the temporary name is overwritten by the next try.
        """
        if self._outbox is None:
            raise refusals.no_outbox(str(self._address))
        target = posixpath.join(self._outbox, safe(name))
        aside = posixpath.join(self._outbox, temporary(name))
        self._write(f"writing {target}", lambda wire: self._place(wire, data, aside, target), len(data))

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        if self._session:
            self._session.close()
            self._session = None

    def _move(self, wire: Wire, name: str, source: str, target: str) -> None:
        found = wire.stamp(source)
        if found is None:
            if wire.stamp(target) is None:
                raise refusals.nowhere(name, posixpath.basename(target), str(self._address))
            return
        if self._fetched.pop(name, found) != found:
            raise refusals.changed(name, str(self._address))
        try:
            _rename(wire, source, target)
        except FileNotFoundError:
            if wire.stamp(self._archive):
                raise
            wire.mkdir(self._archive)
            _rename(wire, source, target)

    def _place(self, wire: Wire, data: bytes, aside: str, target: str) -> None:
        with wire.open(aside, "wb") as file:
            file.write(data)
        kept = wire.stamp(aside)
        if kept is None or kept.size != len(data):
            raise TransientError(
                f"{self._address}: the server did not keep all {len(data)} bytes of {aside}. "
                "Next: nothing, it is tried again."
            )
        _rename(wire, aside, target)

    def _opened(self) -> Session:
        """The connection, a new one when the old one is gone."""
        if self._session and not self._session.alive:
            self.close()
        if not self._session:
            self._session = Session(self._address)
        return self._session

    def _read(self, doing: str, work: Callable[[Wire], T], missing: str | None = None) -> T:
        """What the work answers; when the connection breaks, once more on a new one."""
        try:
            return work(self._opened().wire)
        except _OUTSIDE as error:
            if isinstance(error, TimeoutError) or not self._broken(error):
                raise self._told(error, doing, missing) from error
            self.close()  # our side may not have noticed yet
        try:
            return work(self._opened().wire)
        except _OUTSIDE as error:
            raise self._told(error, doing, missing) from error

    def _write(self, doing: str, work: Callable[[Wire], None], size: int = 0) -> None:
        session = self._opened()
        try:
            with session.deadline(self._address.timeout_seconds * 4 + size / _BYTES_A_SECOND_LEAST):
                work(session.wire)
        except _OUTSIDE as error:
            raise self._told(error, doing) from error

    def _told(self, error: BaseException, doing: str, missing: str | None = None) -> Exception:
        """The exception in our words. A connection that may be out of step is not used again."""
        broken = self._broken(error)
        if broken or isinstance(error, TimeoutError | paramiko.SFTPError):
            self.close()
        words: BaseException = error
        if broken and type(error) is OSError:
            words = EOFError(str(error))  # "Socket is closed" looks like an answer of the server
        return in_our_words(words, f"{self._address}: {doing}", missing)

    def _broken(self, error: BaseException) -> bool:
        dropped = isinstance(error, EOFError | ConnectionError | paramiko.SSHException)
        dropped = dropped or (type(error) is OSError and str(error) == _CLOSED)
        return dropped or self._session is None or not self._session.alive


def _rename(wire: Wire, old: str, new: str) -> None:
    """Rename over whatever is there; in two steps where the server does not know ``posix-rename@openssh.com``."""
    try:
        wire.posix_rename(old, new)
    except OSError as error:
        if not _UNSUPPORTED.search(str(error)):
            raise
        if wire.stamp(new):
            wire.remove(new)
        wire.rename(old, new)
