"""A channel and its connection make a mailbox, or say which key is missing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.mailbox import open_mailbox
from connectors.mailbox.connection import Connection
from connectors.mailbox.folder import FolderMailbox
from connectors.mailbox.sftp import SftpMailbox
from pipelines.simulate.ssh_server import make_key
from schemas.errors import ConfigError
from schemas.partners import Arrival, Channel

FOLDER = Channel(kind="folder", inbox="returns", archive="done", outbox="answers")
SFTP = FOLDER.model_copy(update={"kind": "sftp"})


@pytest.fixture(scope="module")
def host_key(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_key(tmp_path_factory.mktemp("keys") / "host")


def sftp(host_key: str, **changed: Any) -> dict[str, Any]:
    given = {"host": "127.0.0.1", "user": "nordstad", "host_keys": [host_key], "key_file": "client"} | changed
    return {key: value for key, value in given.items() if value is not None}


def test_a_folder_channel(tmp_path: Path) -> None:
    (tmp_path / "returns").mkdir()
    (tmp_path / "returns" / "a.edi").write_bytes(b"x" * 11)
    (tmp_path / "returns" / "a.upload").write_bytes(b"x")
    channel = FOLDER.model_copy(update={"file_bytes_max": 10, "arrival": Arrival(ignore=("*.upload",))})
    for connection in ({"root": str(tmp_path)}, Connection(root=tmp_path)):
        mailbox = open_mailbox("lindhaus", channel, connection)
        assert isinstance(mailbox, FolderMailbox)
        assert [file.name for file in mailbox.list()] == ["a.edi"]
        with pytest.raises(Exception, match="file_bytes_max, 10"):
            mailbox.fetch("a.edi")


def test_an_sftp_channel_connects_only_when_it_is_used(host_key: str) -> None:
    mailbox = open_mailbox("nordstad", SFTP, sftp(host_key, port="2222"))
    assert isinstance(mailbox, SftpMailbox)
    mailbox.close()


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"host": None}, "host"),
        ({"host": ""}, "host"),
        ({"user": None}, "user"),
        ({"host_keys": []}, "host_keys"),
        ({"host_keys": None}, "host_keys"),
        ({"key_file": None}, "key_file"),
        ({"port": 70_000}, "port"),
        ({"port": "ssh"}, "port"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"hosts": "a"}, "hosts"),
        ({"root": "here"}, "root"),
        ({"password_env": "NORDSTAD_PASSWORD", "key_file": None}, "NORDSTAD_PASSWORD"),
    ],
)
def test_what_is_wrong_is_named(host_key: str, changed: Mapping[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=rf"connections: nordstad: main: .*{key}.*Next: "):
        open_mailbox("nordstad", SFTP, sftp(host_key, **changed), environment={"NORDSTAD_PASSWORD": ""})


@pytest.mark.parametrize("connection", [{}, {"root": "here", "user": "nordstad"}])
def test_a_folder_channel_takes_a_root_alone(connection: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"connections: lindhaus: main: .*`(root|user)`.*Next: "):
        open_mailbox("lindhaus", FOLDER, connection)


@pytest.mark.parametrize("folder", ["..", "../elsewhere", "/etc", "a/../../b"])
def test_a_folder_channel_stays_below_its_root(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ConfigError, match="outside"):
        open_mailbox("lindhaus", FOLDER.model_copy(update={"outbox": folder}), {"root": tmp_path})


@pytest.mark.parametrize(
    "line", ["", "ssh-ed25519", "ssh-ed25519 ####", "ssh-dss AAAAB3NzaC1kc3M=", "SHA256:abc", "a b c"]
)
def test_a_host_key_that_is_none_is_refused_at_once(line: str) -> None:
    with pytest.raises(ConfigError, match=r"host_keys.*Next: "):
        open_mailbox("nordstad", SFTP, sftp(line))


def test_a_secret_is_never_shown(host_key: str) -> None:
    given = sftp(host_key, key_file=None, password_env="NORDSTAD_PASSWORD", host="127.0.0.1", port=1)
    mailbox = open_mailbox("nordstad", SFTP, given, environment={"NORDSTAD_PASSWORD": "open sesame"})
    assert isinstance(mailbox, SftpMailbox)
    with pytest.raises(Exception, match="nordstad@127") as caught:
        mailbox.list()
    assert "open sesame" not in str(caught.value) + repr(mailbox._address)


def test_a_private_key_must_be_ours_alone_and_a_key(host_key: str, tmp_path: Path) -> None:
    loose, text, missing = tmp_path / "loose", tmp_path / "text", tmp_path / "missing"
    make_key(loose)
    loose.chmod(0o640)
    text.write_text("no key")
    text.chmod(0o600)
    for path, words in ((loose, "chmod 600"), (text, "holds no private key"), (missing, "No such file")):
        with pytest.raises(ConfigError, match=rf"key_file: {path}.*{words}"):
            open_mailbox("nordstad", SFTP, sftp(host_key, key_file=path)).list()
