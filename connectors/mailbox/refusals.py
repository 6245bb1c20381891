"""Open this when a mailbox refuses a file: the sentences that every kind of mailbox says alike."""

from schemas.errors import ConfigError, PermanentError, TransientError


def missing(name: str, where: str) -> PermanentError:
    """The file is not in the inbox."""
    return PermanentError(f"{where}: there is no file {name!r} in the inbox. Next: see who moved it.")


def too_large(name: str, size: int, limit: int, where: str) -> PermanentError:
    """The file is larger than the channel allows."""
    return PermanentError(
        f"{where}: {name!r} has {size:,} bytes, more than file_bytes_max, {limit:,}; it was left in the inbox. "
        "Next: raise the limit in partner.yaml, or ask the partner what it is."
    )


class FileChanged(TransientError):
    """A file of the inbox is not the one that it was a moment ago."""


def changed(name: str, where: str) -> FileChanged:
    """The file is not what it was: somebody is writing it, or wrote it again."""
    return FileChanged(
        f"{where}: {name!r} changed while we worked on it; it was left in the inbox. "
        "Next: nothing, it is read again at the next look."
    )


def nowhere(name: str, as_name: str, where: str) -> PermanentError:
    """The file is to be archived but is neither in the inbox nor in the archive."""
    return PermanentError(
        f"{where}: {name!r} is neither in the inbox nor, as {as_name!r}, in the archive. "
        "Next: see who moved it; its bytes are safe in the vault."
    )


def no_outbox(where: str) -> ConfigError:
    """The channel takes no answers."""
    return ConfigError(
        f"{where}: the channel has no outbox. Next: add `outbox:` to the channel in partner.yaml, "
        "or set `acknowledge: false`."
    )
