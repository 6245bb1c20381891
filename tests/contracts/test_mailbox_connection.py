"""What a mailbox promises when the connection fails: on two SSH servers, one of them OpenSSH's own."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from schemas.errors import PermanentError, TransientError
from tests.contracts.conftest import Cutter, Keys, SftpWorld, Worlds, fingerprint, refused


@pytest.fixture
def cutter(sftp_world: SftpWorld) -> Iterator[Cutter]:
    made = Cutter((sftp_world.address.host, sftp_world.address.port))
    yield made
    made.close()


def test_one_connection_serves_many_files(sftp_world: SftpWorld, cutter: Cutter) -> None:
    mailbox = sftp_world.mailbox(port=cutter.port)
    for number in range(20):
        sftp_world.deliver(f"{number}.edi", b"x" * number)
    for file in mailbox.list():
        assert len(mailbox.fetch(file.name)) == file.size
        mailbox.archive(file.name, f"12ab-{file.name}")
        mailbox.put(f"{file.name}.997", b"x")
    assert len(sftp_world.archived()) == len(sftp_world.answers()) == 20
    assert cutter.connections == 1


def test_a_cut_in_a_file_is_transient_and_the_mailbox_works_afterwards(sftp_world: SftpWorld, cutter: Cutter) -> None:
    sftp_world.deliver("a.edi", b"x" * 2_000_000)
    mailbox = sftp_world.mailbox(port=cutter.port)
    cutter.cut_after = 500_000
    with refused(TransientError, "the connection broke"):
        mailbox.fetch("a.edi")
    assert cutter.connections == 2, "what only reads is tried once more, and only once"
    cutter.cut_after = None
    assert mailbox.fetch("a.edi") == b"x" * 2_000_000


def test_a_single_cut_while_reading_is_not_even_noticed(sftp_world: SftpWorld, cutter: Cutter) -> None:
    sftp_world.deliver("a.edi", b"x" * 2_000_000)
    mailbox = sftp_world.mailbox(port=cutter.port)
    cutter.cut_after, cutter.cuts_left = 500_000, 1
    assert mailbox.fetch("a.edi") == b"x" * 2_000_000
    assert (cutter.connections, cutter.cuts_left) == (2, 0)


def test_a_cut_that_our_side_has_not_noticed_yet_is_the_same(
    sftp_world: SftpWorld, cutter: Cutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.mailbox.session.Session.alive", True)
    sftp_world.deliver("a.edi", b"x" * 2_000_000)
    mailbox = sftp_world.mailbox(port=cutter.port)
    cutter.cut_after, cutter.cuts_left = 500_000, 1
    assert mailbox.fetch("a.edi") == b"x" * 2_000_000


def test_a_connection_that_died_while_idle_is_replaced(sftp_world: SftpWorld, cutter: Cutter) -> None:
    sftp_world.deliver("a.edi", b"x")
    mailbox = sftp_world.mailbox(port=cutter.port)
    mailbox.list()
    cutter.cut()
    assert mailbox.fetch("a.edi") == b"x"
    cutter.cut()
    with suppress(TransientError):  # what writes is not repeated on its own
        mailbox.put("a.997", b"answer")
    mailbox.put("a.997", b"answer")
    assert sftp_world.answers() == {"a.997": b"answer"}


def test_nobody_listening_is_transient(sftp_world: SftpWorld) -> None:
    with socket.socket() as held:  # ours, so that nobody else listens there
        held.bind(("127.0.0.1", 0))
        with refused(TransientError, "nobody answers"):
            sftp_world.mailbox(port=held.getsockname()[1]).list()


def test_a_server_with_another_key_gets_nothing(sftp_world: SftpWorld, keys: Keys) -> None:
    mailbox = sftp_world.mailbox(host_keys=(keys["stranger"][1],))
    for call in (mailbox.list, lambda: mailbox.put("a", b"x")):
        with refused(PermanentError, fingerprint(keys["host"][0]), fingerprint(keys["stranger"][0]), "host_keys"):
            call()
    assert sftp_world.answers() == {}


def test_one_of_several_pinned_keys_is_enough(sftp_world: SftpWorld, keys: Keys) -> None:
    sftp_world.deliver("a.edi", b"x")
    pinned = (keys["stranger"][1], f"[127.0.0.1]:2222 {keys['host'][1]} a comment")
    assert sftp_world.mailbox(host_keys=pinned).fetch("a.edi") == b"x"


def test_a_server_with_several_keys_is_asked_for_the_kind_we_have_pinned(worlds: Worlds, keys: Keys) -> None:
    world = worlds("openssh")
    world.deliver("a.edi", b"x")
    assert world.mailbox(host_keys=(keys["other_host"][1],)).fetch("a.edi") == b"x"


def test_a_refused_login_says_what_to_ask(sftp_world: SftpWorld, keys: Keys) -> None:
    with refused(PermanentError, "refused our login", "public key"):
        sftp_world.mailbox(key_file=keys["stranger"][0]).list()
    with refused(PermanentError, "refused our login"):
        sftp_world.mailbox(user="nobody-we-know").list()
