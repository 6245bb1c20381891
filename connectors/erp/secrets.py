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
    where: str, key_file: Path | None, key_env: str | None, environment: Mapping[str, str] = os.environ
) -> str:
    """The key of a file that only its owner can read, or of an environment variable. ConfigError says what is wrong."""
    if (key_file is None) == (key_env is None):
        raise ConfigError(f"{where}: a key is needed from one place. Next: give `key_file` or `key_env`.")
    value = _of_file(where, key_file) if key_file else _of_environment(where, str(key_env), environment)
    if len(value) < _LEAST or not value.isprintable() or not value.isascii():
        raise ConfigError(
            f"{where}: the key is shorter than {_LEAST} characters or holds more than one line of plain text. "
            "Next: put the key there, and nothing else."
        )
    return value


def _of_environment(where: str, name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise ConfigError(f"{where}: key_env names {name}, which is not set. Next: set it and start again.")
    return value


def _of_file(where: str, path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as fault:
        raise ConfigError(
            f"{where}: key_file {path} cannot be read: {fault.strerror}. Next: put the key there, readable by us alone."
        ) from None
    try:
        _ensure_ours(where, path, os.fstat(descriptor))  # of what is open: the name may mean another file by now
        return os.read(descriptor, _KEY_BYTES_MAX).decode("ascii").strip()
    except UnicodeDecodeError:
        raise ConfigError(f"{where}: key_file {path} holds no plain text. Next: put the key there.") from None
    finally:
        os.close(descriptor)


def _ensure_ours(where: str, path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{where}: key_file {path} is not a file. Next: put the key into a file.")
    if status.st_uid != os.geteuid():
        raise ConfigError(f"{where}: key_file {path} belongs to another user. Next: chown it to the one we run as.")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"{where}: key_file {path} can be read by others (mode {stat.S_IMODE(status.st_mode):03o}). "
            f"Next: `chmod 600 {path}`, and make a new key, since others may have read this one."
        )
