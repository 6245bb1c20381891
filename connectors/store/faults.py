"""Open this when the database refuses: its errors in the words of schemas/errors.py."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError

from schemas.errors import ConfigError, PermanentError, TransientError

# PostgreSQL tells the kind of an error by five characters, SQLite in words.
_CROSSED = frozenset({"40001", "40P01"})  # not serialisable, deadlock
_BUSY = frozenset({"55P03", "57014", "53300"})  # lock timeout, cancelled, too many connections
_AWAY = ("08", "57P")  # connection lost, server stopping
_NO_RIGHTS = frozenset({"42501", "25006"})  # no privilege, read only
_BUSY_WORDS = ("database is locked", "database is busy", "database table is locked", "database schema is locked")


class StaleError(TransientError):
    """The store is no longer as it was when this work was thought out: somebody else was faster. Read again."""


class CrossedError(TransientError):
    """Two transactions stood in each other's way and this one was taken back: it can be run again as it is."""


@contextmanager
def database_faults(doing: str) -> Iterator[None]:
    """Raise the database's own errors as ours; ``doing`` says in a few words what was tried."""
    try:
        yield
    except IntegrityError as fault:
        raise _refusal(str(fault.orig), doing) from fault
    except DBAPIError as fault:
        raise _failure(fault, doing) from fault


def _refusal(reason: str, doing: str) -> StaleError | PermanentError:
    if "UNIQUE" in reason.upper():
        return StaleError(f"While {doing}: {reason}: the row is there already. Next: read again what is left to do.")
    return PermanentError(f"The database refused while {doing}: {reason}. Next: report it, with the files of this run.")


def _failure(fault: DBAPIError, doing: str) -> TransientError | PermanentError | ConfigError:
    """What to do when it is not about the rows."""
    state, said = getattr(fault.orig, "sqlstate", None), " ".join(str(fault.orig).split())
    if state in _CROSSED:
        return CrossedError(f"Two runs met while {doing}: {said}. Next: nothing, it is tried again.")
    if state in _BUSY or any(word in said for word in _BUSY_WORDS):
        return TransientError(f"The database was busy while {doing}: {said}. Next: nothing, it is tried again.")
    if fault.connection_invalidated or (state or "").startswith(_AWAY):
        return TransientError(f"The database went away while {doing}: {said}. Next: look whether its server runs.")
    if state in _NO_RIGHTS:
        return ConfigError(f"The database does not allow {doing}: {said}. Next: docs/postgresql.md lists the rights.")
    return PermanentError(f"The database failed while {doing}: {said}. Next: check its disk and run `backhaul verify`.")
