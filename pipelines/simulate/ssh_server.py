"""Open this when a demonstration or a test needs the partners' SSH server: a real one, on loopback, on a free port.

Each user is logged in by public key and sees one folder as the whole world. Faults can be switched on while it runs.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 10


@dataclass
class Faults:
    """What goes wrong; set by a test from its own thread. ``cuts`` counts the connections that were cut."""

    cut_after_bytes: int | None = None  # each connection ends after this many bytes of files, either way
    cuts_left: int | None = None  # how many times; none: until it is switched off
    refuse_writes: bool = False
    lose_writes: bool = False  # writes are confirmed but not done
    no_posix_rename: bool = False
    silent_reads: bool = False  # reads are never answered
    cuts: int = 0

    def clear(self) -> None:
        """Everything works again."""
        self.__init__()  # type: ignore[misc]


@dataclass(frozen=True)
class SshServer:
    """A running server: where it is, and the public key it shows, as `ssh-keyscan` prints it without the host."""

    host: str
    port: int
    host_key: str
    faults: Faults = field(default_factory=Faults)


def make_key(path: Path) -> str:
    """A new ed25519 key pair: the private key at ``path``, for its owner alone; answers the public key's line."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.export_private_key())
    return public_key(path)


def public_key(path: Path) -> str:
    """The public key's line, ``ssh-ed25519 AAAA...``, of a private key file."""
    line = asyncssh.read_private_key(str(path)).export_public_key().decode()
    return " ".join(line.split()[:2])


@contextmanager
def serve(
    root: Path, users: Mapping[str, str], host_key_file: Path, passwords: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[SshServer]:
    """A server whose ``users`` (name and public key) each live in ``root/<user>``; it stops with the block.

    The folders of the users are made. ``port`` 0 takes a free one. ``passwords`` are for tests of that way to log in.
    """
    for user in users:
        (root / user).mkdir(parents=True, exist_ok=True)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="ssh-server", daemon=True)
    thread.start()
    running = _Running(root, dict(users), dict(passwords or {}), Faults())
    try:
        listening = asyncio.run_coroutine_threadsafe(running.listen(host_key_file, port), loop)
        bound = listening.result(_PATIENCE_SECONDS)
        yield SshServer(_HOST, bound, public_key(host_key_file), running.faults)
    finally:
        asyncio.run_coroutine_threadsafe(running.stop(), loop).result(_PATIENCE_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_SECONDS)
        loop.close()


class _Running:
    """The server's state, lived in by its own thread."""

    def __init__(self, root: Path, users: Mapping[str, str], passwords: Mapping[str, str], faults: Faults) -> None:
        self.root = root
        self.users = users
        self.passwords = passwords
        self.faults = faults
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._listening: socket.socket | None = None

    async def listen(self, host_key_file: Path, port: int) -> int:
        """Start to listen; answers the port."""
        self._listening = socket.create_server((_HOST, port))
        self._acceptor = await asyncssh.create_server(
            lambda: _Door(self),
            sock=self._listening,
            server_host_keys=[str(host_key_file)],
            sftp_factory=lambda channel: _Home(channel, self),
            allow_pty=False,
            agent_forwarding=False,
            encoding=None,
        )
        return int(self._listening.getsockname()[1])

    async def stop(self) -> None:
        """Accept nobody else and end every connection, so that the loop has no task and no open file left."""
        loop = asyncio.get_running_loop()
        if self._listening:
            # Not closed yet: asyncio forgets the sockets it has just accepted when their server is gone.
            loop.remove_reader(self._listening)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._end_everything()
        if self._acceptor:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        if self._listening:
            self._listening.close()
        await loop.shutdown_asyncgens()
        await loop.shutdown_default_executor()

    async def _end_everything(self) -> None:
        while self.connections or asyncio.all_tasks() - {asyncio.current_task()}:
            for connection in list(self.connections):
                connection.abort()
                await connection.wait_closed()
            # Somebody may have been let in a moment ago, and sessions that ended still close their files.
            await asyncio.sleep(0.001)


class _Door(asyncssh.SSHServer):
    """Who may come in."""

    def __init__(self, running: _Running) -> None:
        self._running = running
        self._connection: Any = None

    def connection_made(self, conn: Any) -> None:
        self._connection = conn
        self._running.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._running.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        if username in self._running.users:
            keys = asyncssh.import_authorized_keys(self._running.users[username])
            self._connection.set_authorized_keys(keys)
        return True

    def password_auth_supported(self) -> bool:
        return bool(self._running.passwords)

    def validate_password(self, username: str, password: str) -> bool:
        return self._running.passwords.get(username) == password


class _Home(asyncssh.SFTPServer):
    """A user's folder as the whole world, with the faults that are switched on."""

    def __init__(self, channel: Any, running: _Running) -> None:
        user = channel.get_connection().get_extra_info("username")
        super().__init__(channel, chroot=os.fsencode(running.root / user))
        self._running = running
        self._faults = running.faults
        self._carried = 0
        self._cut = False

    def map_path(self, path: bytes) -> bytes:
        local = super().map_path(path)
        home = super().map_path(b"/").rstrip(b"/")
        if os.path.commonpath([home, os.path.realpath(local)]) != home:
            raise asyncssh.SFTPPermissionDenied("a link leads out of the user's folder")
        return local

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("links are not allowed")

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        while self._faults.silent_reads and self.connection in self._running.connections:
            await asyncio.sleep(0.02)
        data = super().read(file_obj, offset, size)
        assert isinstance(data, bytes)
        self._carry(len(data))
        return data

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        if self._faults.refuse_writes:
            raise asyncssh.SFTPPermissionDenied("writing is refused")
        self._carry(len(data))
        if self._faults.lose_writes:
            return len(data)
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        return written

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._faults.no_posix_rename:
            raise asyncssh.SFTPOpUnsupported("Operation unsupported")
        super().posix_rename(oldpath, newpath)

    def _carry(self, size: int) -> None:
        """Count bytes of files, and cut the connection in the middle of them when that is asked for."""
        self._carried += size
        if not self._cut and self._is_due():
            self._cut = True
            self._faults.cuts += 1
            self.connection.abort()
        if self._cut:  # requests that were under way already
            raise asyncssh.SFTPConnectionLost("cut")

    def _is_due(self) -> bool:
        limit, left = self._faults.cut_after_bytes, self._faults.cuts_left
        due = limit is not None and self._carried > limit and left != 0
        if due and left is not None:
            self._faults.cuts_left = left - 1
        return due
