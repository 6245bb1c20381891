"""Open this when a login fails: one SSH connection to a partner's server, whose host key must be one we have pinned."""

import base64
import binascii
import logging
import socket
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
from paramiko.pkey import UnknownKeyType

from connectors.mailbox.faults import in_our_words
from connectors.mailbox.wire import Wire
from schemas.errors import BackhaulError, ConfigError, PermanentError

# What the SSH library would print on the error stream reaches the operator as our exceptions.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, who we are there, and the host keys it may show, as `ssh-keyscan` prints them."""

    host: str
    port: int
    user: str
    host_keys: tuple[str, ...]
    key_file: Path | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 30.0

    def __str__(self) -> str:
        """The address without anything secret."""
        return f"sftp://{self.user}@{self.host}:{self.port}"


class Session:
    """A logged-in connection with one SFTP channel, opened by the constructor."""

    def __init__(self, address: Address) -> None:
        pinned = [pinned_key(line) for line in address.host_keys]
        key = _private_key(address.key_file) if address.key_file else None
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(_Pinned(pinned, str(address)))
        try:
            self._connect(address, key, pinned)
            self.wire = self._open_channel(address)
        except BackhaulError:
            self.close()
            raise
        except Exception as error:
            # The library hands on whatever its own thread died of, so no list of classes is complete here.
            self.close()
            raise in_our_words(error, f"Connecting to {address}") from error

    @property
    def alive(self) -> bool:
        """Whether the connection still stands, as far as our side knows."""
        transport = self._client.get_transport()
        return transport is not None and transport.is_active() and not self.wire.sock.closed

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Cut the connection when the block takes longer: for waits on which the library sets no limit."""
        transport = self._client.get_transport()
        timer = threading.Timer(seconds, transport.close if transport else self.close)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let go of the connection; twice is no error."""
        self._client.close()

    def _connect(self, address: Address, key: paramiko.PKey | None, pinned: Sequence[paramiko.PKey]) -> None:
        self._client.connect(
            address.host,
            address.port,
            address.user,
            password=address.password,
            pkey=key,
            timeout=address.timeout_seconds,
            banner_timeout=address.timeout_seconds,
            auth_timeout=address.timeout_seconds,
            channel_timeout=address.timeout_seconds,
            allow_agent=False,  # only the key that the settings name
            look_for_keys=False,
            transport_factory=_pinned_first(pinned),
        )

    def _open_channel(self, address: Address) -> Wire:
        transport = self._client.get_transport()
        if transport is None:
            raise PermanentError(f"{address} closed the connection at once. Next: ask the partner what its log says.")
        with self.deadline(address.timeout_seconds):
            channel = transport.open_session(timeout=address.timeout_seconds)
            channel.settimeout(address.timeout_seconds)
            channel.invoke_subsystem("sftp")
            return Wire(channel)


class _Pinned(paramiko.MissingHostKeyPolicy):
    """Accepts a server only with one of the pinned keys. Nothing is ever learned from the server."""

    def __init__(self, pinned: Sequence[paramiko.PKey], where: str) -> None:
        self._pinned = pinned
        self._where = where

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """PermanentError that shows both fingerprints when the key is not pinned."""
        if key in self._pinned:
            return
        pinned = ", ".join(f"{one.get_name()} {one.fingerprint}" for one in self._pinned)
        raise PermanentError(
            f"{self._where} showed the host key {key.get_name()} {key.fingerprint}; pinned is {pinned}. "
            "Nothing was sent. Next: ask the partner on another way whether its key has changed; if so, add the new "
            "key to `host_keys` of the connection; if not, somebody stands in between."
        )


def _pinned_first(pinned: Sequence[paramiko.PKey]) -> Any:
    """A transport that asks for the kinds of host key we have pinned first: a server may own several."""
    kinds = {key.get_name() for key in pinned}

    def transport(sock: Any, **options: Any) -> paramiko.Transport:
        # Every request waits for its answer: without this a write of several packets waits 40 ms for each.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = paramiko.Transport(sock, **options)
        security = made.get_security_options()
        security.key_types = sorted(security.key_types, key=lambda name: _kind_of_key(name) not in kinds)
        return made

    return transport


def _kind_of_key(algorithm: str) -> str:
    """The kind of key that signs with an algorithm: RSA keys sign with several (RFC 8332)."""
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm


def pinned_key(line: str) -> paramiko.PKey:
    """The public key of a line such as ``ssh-ed25519 AAAA...``, with or without the host in front; or ConfigError."""
    kind, _, encoded = line.strip().partition(" ")
    if not kind.startswith(("ssh-", "ecdsa-")):
        kind, _, encoded = encoded.strip().partition(" ")
    try:
        data = base64.b64decode(encoded.split()[0], validate=True)
        return paramiko.PKey.from_type_string(kind, data)
    except (IndexError, ValueError, binascii.Error, paramiko.SSHException, UnknownKeyType) as error:
        raise ConfigError(
            f"host_keys: {line[:60]!r} is no public key. Next: write the kind and the key as `ssh-keyscan` prints "
            "them, after the partner has confirmed the fingerprint."
        ) from error


def _private_key(path: Path) -> paramiko.PKey:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"key_file: {path} can be read by others. Next: run `chmod 600 {path}`.")
        return paramiko.PKey.from_path(path)
    except OSError as error:
        raise ConfigError(f"key_file: {path}: {error.strerror}. Next: correct `key_file` of the connection.") from error
    except TypeError as error:  # the library's way to say that a passphrase is missing
        raise ConfigError(f"key_file: {path} is encrypted. Next: name a key file without a passphrase.") from error
    except (ValueError, paramiko.SSHException, UnknownKeyType) as error:
        raise ConfigError(f"key_file: {path} holds no private key. Next: correct `key_file`.") from error
