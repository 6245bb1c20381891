"""The partners' sides of a mailbox for the contract: memory, a folder, and two SSH servers, one of them OpenSSH's own.

Fixtures of test_mailbox.py and test_mailbox_connection.py.
"""

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import paramiko
import pytest

from connectors.mailbox.folder import FolderMailbox
from connectors.mailbox.memory import MemoryMailbox
from connectors.mailbox.port import Mailbox
from connectors.mailbox.session import Address
from connectors.mailbox.sftp import SftpMailbox
from pipelines.simulate.ssh_server import make_key, serve
from schemas.errors import BackhaulError

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
NAMES = {"inbox": "returns", "archive": "returns-done", "outbox": "answers"}
Keys = dict[str, tuple[Path, str]]  # private key file and public key by name
Worlds = Callable[[str], "World"]


class World:
    """A partner's side of a mailbox on a disk, and how we open ours."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._opened: list[Mailbox] = []
        for folder in ("returns", "answers"):
            (root / folder).mkdir(parents=True)

    def mailbox(self, **options: Any) -> Mailbox:
        self._opened.append(FolderMailbox(self.root, **(NAMES | options)))
        return self._opened[-1]

    def deliver(self, name: str, data: bytes, modified: float = 1000.0) -> None:
        path = self.root / "returns" / name
        path.write_bytes(data)
        os.utime(path, (modified, modified))

    def waiting(self) -> set[str]:
        return {path.name for path in (self.root / "returns").iterdir()}

    def archived(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "returns-done").glob("*")}

    def answers(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.root / "answers").iterdir()}

    def close(self) -> None:
        for mailbox in self._opened:
            mailbox.close()


class MemoryWorld(World):
    def __init__(self) -> None:
        self._one = MemoryMailbox()
        self._opened = [self._one]

    def mailbox(self, **options: Any) -> Mailbox:
        if options:
            self._one = MemoryMailbox(**options)
        return self._one

    def deliver(self, name: str, data: bytes, modified: float = 1000.0) -> None:
        self._one.deliver(name, data, modified)

    def waiting(self) -> set[str]:
        return set(self._one.inbox)

    def archived(self) -> dict[str, bytes]:
        return self._one.archived

    def answers(self) -> dict[str, bytes]:
        return self._one.outbox


class SftpWorld(World):
    """A server's folder; ``seen`` is the same folder as the server names it."""

    def __init__(self, root: Path, seen: str, address: Address) -> None:
        super().__init__(root)
        self._seen = seen
        self.address = address

    def mailbox(self, **options: Any) -> Mailbox:
        changed = {key: options.pop(key) for key in list(options) if hasattr(self.address, key)}
        paths = {key: f"{self._seen}/{name}" if name else name for key, name in NAMES.items()}
        paths |= {key: f"{self._seen}/{options.pop(key)}" for key in list(options) if options[key] and key in NAMES}
        self._opened.append(SftpMailbox(replace(self.address, **changed), **(paths | options)))
        return self._opened[-1]


@dataclass(frozen=True)
class Server:
    address: Address
    root: Path
    jailed: bool


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    made = {name: (folder / name, make_key(folder / name)) for name in ("host", "client", "stranger")}
    other = paramiko.ECDSAKey.generate()
    other.write_private_key_file(str(folder / "other_host"))
    return made | {"other_host": (folder / "other_host", f"{other.get_name()} {other.get_base64()}")}


@pytest.fixture(scope="session")
def asyncssh_server(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("asyncssh")
    with serve(root, {"nordstad": keys["client"][1]}, keys["host"][0]) as server:
        address = Address(server.host, server.port, "nordstad", (server.host_key,), keys["client"][0], None, 60.0)
        yield Server(address, root / "nordstad", jailed=True)


SSHD_CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {host_key}
HostKey {other_host_key}
AuthorizedKeysFile {authorized}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers {user}
Subsystem sftp internal-sftp
ForceCommand internal-sftp
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
MaxStartups 100
PerSourcePenalties no
"""


@pytest.fixture(scope="session")
def openssh_server(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not SSHD:
        pytest.skip("there is no sshd on this machine: apt-get install openssh-server")
    folder = tmp_path_factory.mktemp("openssh")
    (folder / "authorized").write_text(keys["client"][1] + "\n")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    user, port, log = getpass.getuser(), free_port(), folder / "log"
    filled = SSHD_CONFIG.format(
        port=port,
        host_key=keys["host"][0],
        other_host_key=keys["other_host"][0],
        authorized=folder / "authorized",
        user=user,
    )
    config = folder / "sshd_config"
    config.write_text(filled)
    if "PerSourcePenalties" in subprocess.run([SSHD, "-t", "-f", config], capture_output=True, text=True).stderr:
        config.write_text(filled.replace("PerSourcePenalties no\n", ""))  # OpenSSH before 9.8 has no such word
    process = subprocess.Popen([SSHD, "-D", "-f", config, "-E", log], stdin=subprocess.DEVNULL)
    try:
        wait_for_port(port, process, log)
        address = Address("127.0.0.1", port, user, (keys["host"][1],), keys["client"][0], None, 60.0)
        yield Server(address, folder / "home", jailed=False)
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(3000):
        assert process.poll() is None, log.read_text()
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"sshd does not answer: {log.read_text()}")


_numbers = count(1)


@pytest.fixture
def worlds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Worlds]:
    made: list[World] = []

    def world(kind: str) -> World:
        if kind == "memory":
            made.append(MemoryWorld())
        elif kind == "folder":
            made.append(World(tmp_path / "world"))
        else:
            server: Server = request.getfixturevalue(f"{kind}_server")
            number = f"w{next(_numbers)}"
            root = server.root / number
            made.append(SftpWorld(root, number if server.jailed else str(root), server.address))
        return made[-1]

    yield world
    for one in made:
        one.close()


@pytest.fixture(params=["memory", "folder", "asyncssh", "openssh"])
def world(request: pytest.FixtureRequest, worlds: Worlds) -> World:
    return worlds(request.param)


@pytest.fixture(params=["folder", "asyncssh", "openssh"])
def disk_world(request: pytest.FixtureRequest, worlds: Worlds) -> World:
    return worlds(request.param)


@pytest.fixture(params=["asyncssh", "openssh"])
def sftp_world(request: pytest.FixtureRequest, worlds: Worlds) -> SftpWorld:
    made = worlds(request.param)
    assert isinstance(made, SftpWorld)
    return made


@contextmanager
def refused(kind: type[BackhaulError], *words: str) -> Iterator[None]:
    """The block raises exactly this kind of remedy, with these words and a next step."""
    with pytest.raises(kind) as caught:
        yield
    text = str(caught.value)
    remedy = next(one for one in type(caught.value).__mro__ if one.__module__ == "schemas.errors")
    assert remedy is kind
    assert all(word in text for word in words), text
    assert "Next: " in text, text
    assert text.endswith("."), text


class Cutter:
    """A way to a server on which connections break after so many bytes of answers. ``cuts_left`` None: always."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self.port = int(self._listening.getsockname()[1])
        self.cut_after: int | None = None
        self.cuts_left: int | None = None
        self.connections = 0
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listening.accept()
                self.connections += 1
                theirs = socket.create_connection(self._target)
                self._sockets += [ours, theirs]
                for one in (ours, theirs):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for source, sink, counted in ((ours, theirs, False), (theirs, ours, True)):
                    self._threads.append(threading.Thread(target=self._pump, args=(source, sink, counted)))
                    self._threads[-1].start()

    def _pump(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        carried = 0
        with suppress(OSError):
            while data := source.recv(65536):
                carried += len(data)
                if counted and self.cut_after is not None and carried > self.cut_after and self.cuts_left != 0:
                    self.cuts_left = None if self.cuts_left is None else self.cuts_left - 1
                    break
                sink.sendall(data)
        self.cut(source, sink)

    def cut(self, *sockets: socket.socket) -> None:
        for one in sockets or tuple(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)
        for one in self._sockets:
            one.close()


def fingerprint(private: Path) -> str:
    """As OpenSSH prints it."""
    return str(paramiko.PKey.from_path(private).fingerprint)
