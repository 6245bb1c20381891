"""The demonstration's SSH server, and the mailbox under every fault that it can play."""

import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import paramiko
import pytest
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from connectors.mailbox.session import Address
from connectors.mailbox.sftp import SftpMailbox
from pipelines.simulate.ssh_server import SshServer, make_key, public_key, serve
from schemas.errors import BackhaulError, ConfigError, PermanentError, TransientError

# On a busy machine everything takes long. What falls silent does so for ever: seconds tell it from what is only slow.
SILENCE, PATIENCE = 2.0, 60.0


class World(NamedTuple):
    server: SshServer
    home: Path
    address: Address

    def mailbox(self, **changed: object) -> SftpMailbox:
        return SftpMailbox(replace(self.address, **changed), "returns", "returns-done", "answers")  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    line = make_key(tmp_path / "client")
    make_key(tmp_path / "host")
    users = {"nordstad": line, "harwich": line}
    with serve(tmp_path / "root", users, tmp_path / "host", {"nordstad": "sesame"}) as server:
        home = tmp_path / "root" / "nordstad"
        for folder in ("returns", "answers"):
            (home / folder).mkdir()
        address = Address(server.host, server.port, "nordstad", (server.host_key,), tmp_path / "client", None, PATIENCE)
        yield World(server, home, address)


@pytest.fixture
def mailbox(world: World) -> Iterator[SftpMailbox]:
    made = world.mailbox()
    yield made
    made.close()


def test_it_serves_once_it_is_there_and_leaves_no_thread(tmp_path: Path) -> None:
    line = make_key(tmp_path / "key")
    threads = set(threading.enumerate())
    with (
        serve(tmp_path, {"nordstad": line}, tmp_path / "key") as server,
        socket.create_connection((server.host, server.port), PATIENCE) as connection,
    ):
        assert connection.recv(100).startswith(b"SSH-2.0-")
    assert set(threading.enumerate()) <= threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port))


def test_nobody_is_left_hanging_when_it_stops(tmp_path: Path) -> None:
    line = make_key(tmp_path / "key")
    for _ in range(20):
        with serve(tmp_path, {"nordstad": line}, tmp_path / "key") as server:
            connections = [socket.create_connection((server.host, server.port), PATIENCE) for _ in range(5)]
        for connection in connections:
            with connection, suppress(ConnectionResetError):
                while connection.recv(100):
                    pass  # TimeoutError here: the server forgot somebody


def test_a_session_in_use_does_not_keep_it_from_stopping(tmp_path: Path) -> None:
    line = make_key(tmp_path / "key")
    with serve(tmp_path / "root", {"nordstad": line}, tmp_path / "key") as server:
        address = Address(server.host, server.port, "nordstad", (server.host_key,), tmp_path / "key")
        mailbox = SftpMailbox(address, ".", "done")
        mailbox.list()
        before = time.monotonic()
    assert time.monotonic() - before < PATIENCE
    mailbox.close()


def test_a_server_that_cannot_start_leaves_nothing(tmp_path: Path) -> None:
    threads = set(threading.enumerate())
    with pytest.raises(FileNotFoundError), serve(tmp_path, {}, tmp_path / "no-key"):
        raise AssertionError("it started without a key")
    assert set(threading.enumerate()) <= threads


def test_keys_are_for_their_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    line = make_key(tmp_path / "key")
    assert line.startswith("ssh-ed25519 AAAA")
    assert line == public_key(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "key")


def test_each_user_sees_its_own_folder_alone(world: World) -> None:
    (world.home / "returns" / "a.edi").write_bytes(b"x")
    (world.home / "way-out").symlink_to(world.home.parent / "harwich")
    (world.home.parent / "harwich" / "secret").write_bytes(b"x")
    mailbox = SftpMailbox(world.address, "/", "done")
    mailbox.list()
    assert [one.name for one in mailbox.unsafe()] == ["way-out"]
    mailbox.close()
    for path in ("../harwich", "/way-out", "/../../harwich"):
        outside = SftpMailbox(world.address, path, "done")
        with pytest.raises(PermanentError):
            outside.list()
        outside.close()


def test_a_user_without_its_key_stays_outside(world: World, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    for changed in ({"key_file": tmp_path / "stranger"}, {"user": "venlo"}):
        with pytest.raises(PermanentError, match="refused our login"):
            world.mailbox(**changed).list()


def test_a_password_is_another_way_in(world: World) -> None:
    mailbox = world.mailbox(key_file=None, password="sesame")
    assert list(mailbox.list()) == []
    mailbox.close()
    with pytest.raises(PermanentError, match="refused our login"):
        world.mailbox(key_file=None, password="wrong").list()


# --- faults


def test_a_cut_while_reading(world: World, mailbox: SftpMailbox) -> None:
    data = os.urandom(1_000_000)
    (world.home / "returns" / "a.edi").write_bytes(data)
    world.server.faults.cut_after_bytes = 300_000
    with pytest.raises(TransientError, match=r"the connection broke.*Next: "):
        mailbox.fetch("a.edi")
    assert world.server.faults.cuts == 2, "the first try and one more"
    world.server.faults.clear()
    assert mailbox.fetch("a.edi") == data


def test_a_cut_while_writing_shows_nothing_to_the_partner(world: World, mailbox: SftpMailbox) -> None:
    mailbox.put("a.997", b"old")
    world.server.faults.cut_after_bytes = 300_000
    with pytest.raises(TransientError, match=r"the connection broke.*Next: "):
        mailbox.put("a.997", b"x" * 1_000_000)
    assert world.server.faults.cuts == 1, "what writes is not repeated on its own"
    assert (world.home / "answers" / "a.997").read_bytes() == b"old"
    world.server.faults.clear()
    mailbox.put("a.997", b"x" * 1_000_000)
    assert {path.name: path.stat().st_size for path in (world.home / "answers").iterdir()} == {"a.997": 1_000_000}


def test_a_very_large_read_cut_early_dies_quietly(world: World, mailbox: SftpMailbox) -> None:
    with (world.home / "returns" / "large.edi").open("wb") as file:
        file.truncate(50_000_000)
    world.server.faults.cut_after_bytes = 0
    for _ in range(3):
        with pytest.raises(TransientError, match="the connection broke"):
            mailbox.fetch("large.edi")


def test_refused_writes_are_for_a_person(world: World, mailbox: SftpMailbox) -> None:
    world.server.faults.refuse_writes = True
    with pytest.raises(PermanentError, match=r"the server denies it.*Next: ask"):
        mailbox.put("a.997", b"x")
    world.server.faults.clear()
    mailbox.put("a.997", b"x")
    assert [path.name for path in (world.home / "answers").iterdir()] == ["a.997"]


def test_bytes_that_the_server_loses_are_missed(world: World, mailbox: SftpMailbox) -> None:
    mailbox.put("a.997", b"old")
    world.server.faults.lose_writes = True
    with pytest.raises(TransientError, match=r"did not keep all 5 bytes.*Next: "):
        mailbox.put("a.997", b"12345")
    assert (world.home / "answers" / "a.997").read_bytes() == b"old"


def test_a_server_without_atomic_renames_is_served_as_well_as_it_can_be(world: World, mailbox: SftpMailbox) -> None:
    world.server.faults.no_posix_rename = True
    for data in (b"first", b"second"):
        mailbox.put("a.997", data)
        (world.home / "returns" / "a.edi").write_bytes(data)
        mailbox.archive("a.edi", "12ab-a.edi")
    assert (world.home / "answers" / "a.997").read_bytes() == b"second"
    assert (world.home / "returns-done" / "12ab-a.edi").read_bytes() == b"second"


def test_a_server_that_falls_silent_does_not_hold_us(world: World) -> None:
    (world.home / "returns" / "a.edi").write_bytes(b"x")
    mailbox = world.mailbox(timeout_seconds=SILENCE)
    mailbox.list()
    world.server.faults.silent_reads = True
    before = time.monotonic()
    with pytest.raises(TransientError, match=r"silent for too long.*Next: "):
        mailbox.fetch("a.edi")
    assert time.monotonic() - before < PATIENCE
    world.server.faults.clear()
    assert mailbox.fetch("a.edi") == b"x"
    mailbox.close()


def test_a_port_that_says_nothing_does_not_hold_us(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as dumb:
        mailbox = world.mailbox(port=dumb.getsockname()[1], timeout_seconds=0.3)
        before = time.monotonic()
        with pytest.raises(TransientError, match="Next: "):
            mailbox.list()
    assert time.monotonic() - before < PATIENCE


def test_a_server_that_never_starts_sftp_does_not_hold_us(world: World, tmp_path: Path) -> None:
    asked, stop = threading.Event(), threading.Event()

    class Slow(paramiko.ServerInterface):
        def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
            return AUTH_SUCCESSFUL

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return OPEN_SUCCEEDED

        def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
            asked.set()
            return not stop.wait(2 * PATIENCE)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        mailbox = world.mailbox(port=listening.getsockname()[1], timeout_seconds=SILENCE)
        failed: list[BackhaulError] = []

        def look() -> None:
            try:
                mailbox.list()
            except BackhaulError as error:
                failed.append(error)

        client = threading.Thread(target=look)
        client.start()
        with paramiko.Transport(listening.accept()[0]) as transport:
            transport.add_server_key(paramiko.PKey.from_path(tmp_path / "host"))
            transport.start_server(server=Slow())
            assert asked.wait(PATIENCE)
            client.join(PATIENCE)
            assert not client.is_alive()
            stop.set()
    assert [type(error) for error in failed] == [TransientError]


def test_a_host_that_does_not_exist_is_transient(world: World) -> None:
    with pytest.raises(TransientError, match=r"the host's name is not known.*Next: "):
        world.mailbox(host="no-such-host.invalid").list()


def test_an_encrypted_key_is_a_fault_of_our_settings(world: World, tmp_path: Path) -> None:
    key = paramiko.RSAKey.generate(2048)
    key.write_private_key_file(str(tmp_path / "locked"), password="sesame")
    (tmp_path / "locked").chmod(0o600)
    with pytest.raises(ConfigError, match=r"encrypted.*Next: "):
        world.mailbox(key_file=tmp_path / "locked").list()


def test_every_fault_is_one_of_ours(world: World, mailbox: SftpMailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.home / "returns" / "a.edi").write_bytes(b"x")
    for error in (paramiko.SFTPError("odd"), OSError("Failure"), UnicodeDecodeError("utf-8", b"\xfc", 0, 1, "bad")):

        def odd(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("connectors.mailbox.wire.Wire.read_whole", odd)
        with pytest.raises(BackhaulError, match="Next: "):
            mailbox.fetch("a.edi")
        monkeypatch.undo()
        assert mailbox.fetch("a.edi") == b"x"
