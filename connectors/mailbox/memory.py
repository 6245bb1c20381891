"""Open this when a test needs a mailbox without a disk or a network."""

from collections.abc import Mapping, Sequence

from connectors.mailbox import refusals
from connectors.mailbox.names import FILE_BYTES_MAX, IGNORE, Entry, arrange, safe
from connectors.mailbox.port import Listed, Unsafe

_WHERE = "The mailbox in memory"


class MemoryMailbox:
    """A mailbox of a test. ``inbox`` (bytes and time), ``archived`` and ``outbox`` are open to be looked at."""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        ignore: Sequence[str] = IGNORE,
        file_bytes_max: int = FILE_BYTES_MAX,
    ) -> None:
        self.inbox: dict[str, tuple[bytes, float]] = {name: (data, 0.0) for name, data in (files or {}).items()}
        self.archived: dict[str, bytes] = {}
        self.outbox: dict[str, bytes] = {}
        self._ignore = ignore
        self._file_bytes_max = file_bytes_max
        self._unsafe: Sequence[Unsafe] = []
        self._fetched: dict[str, tuple[bytes, float]] = {}

    def deliver(self, name: str, data: bytes, modified: float = 0.0) -> None:
        """A partner's file in the inbox."""
        self.inbox[name] = (data, modified)

    def list(self) -> Sequence[Listed]:
        """Files in the inbox, oldest first, then by name."""
        entries = (Entry(name, "file", len(data), modified) for name, (data, modified) in self.inbox.items())
        listed, self._unsafe = arrange(entries, self._ignore)
        return listed

    def unsafe(self) -> Sequence[Unsafe]:
        """What the last ``list()`` left out because of its name."""
        return self._unsafe

    def fetch(self, name: str) -> bytes:
        """The whole file. PermanentError if it is not there or too large."""
        if safe(name) not in self.inbox:
            raise refusals.missing(name, _WHERE)
        self._fetched[name] = self.inbox[name]
        data, _ = self.inbox[name]
        if len(data) > self._file_bytes_max:
            raise refusals.too_large(name, len(data), self._file_bytes_max, _WHERE)
        return data

    def archive(self, name: str, as_name: str) -> None:
        """Move a read file into the archive; twice is no error."""
        waiting = self.inbox.get(safe(name))
        if waiting is None:
            if safe(as_name) not in self.archived:
                raise refusals.nowhere(name, as_name, _WHERE)
            return
        if self._fetched.pop(name, waiting) != waiting:
            raise refusals.changed(name, _WHERE)
        self.archived[safe(as_name)] = waiting[0]
        del self.inbox[name]

    def put(self, name: str, data: bytes) -> None:
        """An answer in the outbox; the same name is replaced."""
        self.outbox[safe(name)] = data

    def close(self) -> None:
        """Nothing is held."""
