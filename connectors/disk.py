"""Open this when a file must appear on a disk whole or not at all, or when a fault of the disk needs words."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import BackhaulError, PermanentError, TransientError

_DENIED = (PermanentError, "access is denied", "give the user that runs Backhaul the right to it")
_FULL = (TransientError, "there is no space left", "free space; the work is tried again")
_NO_FOLDER = (PermanentError, "a part of the path is no folder", "correct the path in the settings or on the disk")

FAULTS: dict[int, tuple[type[BackhaulError], str, str]] = {
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: (PermanentError, "the disk is read-only", "mount it writable"),
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.ENOENT: (PermanentError, "it does not exist", "create the folder, or correct its path in the settings"),
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EISDIR: (PermanentError, "there is a folder where a file belongs", "move the folder away"),
    errno.ELOOP: (PermanentError, "it is a link, not a file", "see who put a link there, and remove it"),
    errno.EXDEV: (PermanentError, "the folders are on different disks", "put them on one, so that files can be moved"),
    errno.ENAMETOOLONG: (PermanentError, "its name is too long for this disk", "ask for a shorter name"),
}
_OTHER = (TransientError, "the disk did not do it", "it is tried again; if that does not help, look at the disk")


def disk_fault(error: OSError, doing: str, missing: str | None = None) -> BackhaulError:
    """The exception for a fault of the disk; ``missing`` is the next step when what we look for does not exist."""
    raises, means, next_step = FAULTS.get(error.errno or 0, _OTHER)
    if missing and error.errno == errno.ENOENT:
        next_step = missing
    return raises(f"{doing}: {means} ({error.strerror or error}). Next: {next_step}.")


@contextmanager
def disk_faults(doing: str, missing: str | None = None) -> Iterator[None]:
    """Any OSError within is raised as one of schemas.errors."""
    try:
        yield
    except OSError as error:
        raise disk_fault(error, doing, missing) from error


def write_whole(data: bytes, temporary: Path, target: Path, mode: int) -> None:
    """The bytes under ``target``, on the disk, never seen in part; ``temporary`` is in the same file system."""
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """The folder's entries on the disk: a new name lasts only after this."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """The folder and those above it, on the disk; nothing happens when it is there."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
