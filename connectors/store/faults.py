"""Open this when the database refuses: its errors in the words of schemas/errors.py."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from schemas.errors import PermanentError, TransientError

_BUSY = ("locked", "busy")


class StaleError(TransientError):
    """The store is no longer as it was when this work was thought out: somebody else was faster. Read again."""


@contextmanager
def database_faults(doing: str) -> Iterator[None]:
    """Raise the database's own errors as ours; ``doing`` says in a few words what was tried."""
    try:
        yield
    except IntegrityError as fault:
        raise _refusal(str(fault.orig), doing) from fault
    except OperationalError as fault:
        if any(word in str(fault.orig) for word in _BUSY):
            raise TransientError(f"The database was busy while {doing}. Next: nothing, it is tried again.") from fault
        raise _broken(fault, doing) from fault
    except DBAPIError as fault:
        raise _broken(fault, doing) from fault


def _refusal(reason: str, doing: str) -> StaleError | PermanentError:
    if "UNIQUE" in reason.upper():
        return StaleError(f"While {doing}: {reason}: the row is there already. Next: read again what is left to do.")
    return PermanentError(f"The database refused while {doing}: {reason}. Next: report it, with the files of this run.")


def _broken(fault: DBAPIError, doing: str) -> PermanentError:
    return PermanentError(
        f"The database failed while {doing}: {fault.orig}. Next: check its disk and run `backhaul verify`."
    )
