"""Open this when an ERP's key must be read or rotated: where keys stand, and how they stay out of texts."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from schemas.errors import ConfigError

_KEY_BYTES_MAX = 64 * 1024
_LEAST = 8  # shorter than this is no key, and hiding it would blacken ordinary words


class Secret:
    """A value that is shown nowhere: not printed, not logged, not pickled. ``reveal`` gives it to the wire."""

    __slots__ = ("_prefix", "_value")

    def __init__(self, value: str, prefix: str = "") -> None:
        self._value = value
        self._prefix = prefix

    def reveal(self) -> str:
        """The value itself, with the prefix that its header wants."""
        return self._prefix + self._value

    def hidden_in(self, text: str) -> str:
        """The text with the value struck out."""
        return text.replace(self._value, "***")

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


def read_secret(
    where: str,
    file: Path | None,
    variable: str | None,
    environment: Mapping[str, str] = os.environ,
    *,
    called: str = "key",
) -> str:
    """The key of a file that only its owner can read, or of an environment variable. ConfigError says what is wrong.

    It is ``called`` as in the settings: a key stands under ``key_file`` or ``key_env``.
    """
    if (file is None) == (variable is None):
        raise ConfigError(
            f"{where}: a {called} is needed from one place. Next: give `{called}_file` or `{called}_env`."
        )
    value = _of_file(where, file, called) if file else _of_environment(where, str(variable), environment, called)
    if len(value) < _LEAST or not value.isprintable() or not value.isascii():
        raise ConfigError(
            f"{where}: the {called} is shorter than {_LEAST} characters or holds more than one line of plain text. "
            f"Next: put the {called} there, and nothing else."
        )
    return value


def _of_environment(where: str, name: str, environment: Mapping[str, str], called: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise ConfigError(f"{where}: {called}_env names {name}, which is not set. Next: set it and start again.")
    return value


def _of_file(where: str, path: Path, called: str) -> str:
    named = f"{where}: {called}_file {path}"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise ConfigError(
            f"{named} cannot be read: {fault.strerror}. Next: put the {called} there, readable by us alone."
        ) from None
    try:
        _ensure_ours(
            named, path, called, os.fstat(descriptor)
        )  # of what is open: the name may mean another file by now
        return os.read(descriptor, _KEY_BYTES_MAX).decode("ascii").strip()
    except UnicodeDecodeError:
        raise ConfigError(f"{named} holds no plain text. Next: put the {called} there.") from None
    finally:
        os.close(descriptor)


def _ensure_ours(named: str, path: Path, called: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{named} is not a file. Next: put the {called} into a file.")
    if status.st_uid != os.geteuid():
        raise ConfigError(f"{named} belongs to another user. Next: chown it to the one we run as.")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"{named} can be read by others (mode {stat.S_IMODE(status.st_mode):03o}). "
            f"Next: `chmod 600 {path}`, and make a new {called}, since others may have read this one."
        )
