"""Open this when SFTP fails: what each exception of the SSH library and of the network means, and who must act."""

import socket
from collections.abc import Mapping
from typing import NamedTuple

import paramiko
from paramiko import auth_strategy, ssh_exception
from paramiko.pkey import UnknownKeyType

from schemas.errors import BackhaulError, ConfigError, PermanentError, TransientError


class Remedy(NamedTuple):
    """What we raise for an exception of the outside, what it means, and the next step."""

    raises: type[BackhaulError]
    means: str
    next_step: str


_LOGIN = Remedy(
    PermanentError,
    "the server refused our login",
    "ask the partner whether it still has our public key (or password) for this user",
)
_BROKEN = Remedy(TransientError, "the connection broke", "nothing, it is tried again")
_NO_SSH_CONFIG = Remedy(ConfigError, "an SSH configuration file is wrong", "correct that file")

REMEDIES: Mapping[type[BaseException], Remedy] = {
    ssh_exception.SSHException: _BROKEN,
    ssh_exception.AuthenticationException: _LOGIN,
    ssh_exception.BadAuthenticationType: _LOGIN,
    ssh_exception.PartialAuthentication: Remedy(
        PermanentError, "the server wants a second proof of who we are", "agree on a key or password alone"
    ),
    ssh_exception.UnableToAuthenticate: _LOGIN,
    auth_strategy.AuthFailure: _LOGIN,
    ssh_exception.PasswordRequiredException: Remedy(
        ConfigError, "our private key is encrypted", "name a key file without a passphrase, readable by us alone"
    ),
    ssh_exception.BadHostKeyException: Remedy(
        PermanentError, "the server is not the one we know", "ask the partner for its new host key, then pin it"
    ),
    ssh_exception.IncompatiblePeer: Remedy(
        PermanentError, "the server speaks no algorithm that we accept", "ask the partner to renew its SSH server"
    ),
    ssh_exception.MessageOrderError: Remedy(
        PermanentError, "the handshake was tampered with or is broken", "look at the network, and tell the partner"
    ),
    ssh_exception.ChannelException: Remedy(
        TransientError, "the server gave us no channel", "it is tried again; if it stays, ask the partner for SFTP"
    ),
    ssh_exception.NoValidConnectionsError: Remedy(
        TransientError, "nobody answers there", "it is tried again; if it stays, look at `host` and `port`"
    ),
    ssh_exception.ProxyCommandFailure: Remedy(ConfigError, "the proxy command failed", "correct the proxy command"),
    ssh_exception.ConfigParseError: _NO_SSH_CONFIG,
    ssh_exception.CouldNotCanonicalize: _NO_SSH_CONFIG,
    UnknownKeyType: Remedy(ConfigError, "the kind of key is unknown", "use an ed25519, ECDSA or RSA key"),
    paramiko.SFTPError: Remedy(
        TransientError, "the server answered out of order", "it is tried again; if it stays, tell the partner"
    ),
    socket.gaierror: Remedy(
        TransientError, "the host's name is not known", "it is tried again; if it stays, look at `host`"
    ),
    TimeoutError: Remedy(
        TransientError, "the server was silent for too long", "it is tried again; if it stays, call the partner"
    ),
    ConnectionError: _BROKEN,
    EOFError: _BROKEN,
    FileNotFoundError: Remedy(
        PermanentError, "it does not exist there", "ask the partner to create the folder, or correct the channel"
    ),
    PermissionError: Remedy(PermanentError, "the server denies it", "ask the partner to give our user the right to it"),
    OSError: Remedy(
        TransientError, "the server did not do it", "it is tried again; if it stays, ask the partner what its log says"
    ),
    UnicodeError: Remedy(
        TransientError,
        "the server said something that is not UTF-8",
        "it is tried again; if it stays, tell the partner",
    ),
}

_UNEXPECTED = Remedy(PermanentError, "something happened that we do not know", "report it with this text")


def remedy_of(error: BaseException) -> Remedy:
    """What an exception means: its own row of REMEDIES, else that of the class it comes from."""
    return next((REMEDIES[kind] for kind in type(error).__mro__ if kind in REMEDIES), _UNEXPECTED)


def in_our_words(error: BaseException, doing: str, missing: str | None = None) -> BackhaulError:
    """One of schemas.errors for an exception of the outside; ``missing`` is the next step when nothing is there."""
    raises, means, next_step = remedy_of(error)
    if missing and isinstance(error, FileNotFoundError):
        next_step = missing
    return raises(f"{doing}: {means} ({type(error).__name__}: {_told(error)}). Next: {next_step}.")


def _told(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split()) or "no details"
