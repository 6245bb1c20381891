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


class Mailbox(Protocol):
    """A partner's mailbox. Every fault of the outside is raised as one of schemas.errors, never a library's own.

    The contract suite ``tests/contracts/test_mailbox.py`` runs on every implementation.
    """

    def list(self) -> Sequence[Listed]:
        """Files in the inbox, oldest first, then by name; temporary names, folders and links left out."""
        ...

    def fetch(self, name: str) -> bytes:
        """The whole file. PermanentError if it is not there."""
        ...

    def archive(self, name: str, as_name: str) -> None:
        """Move a read file out of the inbox, under ``as_name`` in the archive. Doing it twice is no error."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """Write an answer to the outbox so that it appears there whole; the same name is replaced."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
