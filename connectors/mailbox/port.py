"""Open this when you add a way to exchange files: what Backhaul asks of any mailbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Listed:
    """A file waiting in the inbox. ``modified`` is seconds since the epoch by the mailbox's own clock."""

    name: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Something in the inbox that is left where it is. ``name`` is written so that it is safe to print and store."""

    name: str
    reason: str


class Mailbox(Protocol):
    """A partner's mailbox. Every fault of the outside is raised as one of schemas.errors, never a library's own.

    The contract suite ``tests/contracts/test_mailbox.py`` runs on every implementation.
    """

    def list(self) -> Sequence[Listed]:
        """Files in the inbox, oldest first, then by name; temporary names, folders and links left out."""
        ...

    def unsafe(self) -> Sequence[Unsafe]:
        """What the last ``list()`` left out because of its name or nature, for a person to look at; by name."""
        ...

    def fetch(self, name: str) -> bytes:
        """The whole file. PermanentError if it is not there."""
        ...

    def archive(self, name: str, as_name: str) -> None:
        """Move a read file out of the inbox, under ``as_name`` in the archive. Doing it twice is no error.

        TransientError when the file is not the one that was fetched: it stays, to be read again.
        """
        ...

    def put(self, name: str, data: bytes) -> None:
        """Write an answer to the outbox so that it appears there whole; the same name is replaced."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
